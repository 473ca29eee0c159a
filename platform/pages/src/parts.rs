//! The parts that pages are made of, each a function of what it shows. How they look is in `assets/bodega.css` alone;
//! `/design` shows all of them.

mod chart;
mod data;
mod forms;
mod goods;
mod layout;
mod orders;

pub use chart::{line_chart, line_chart_by};
pub use data::{Bar, Column, Step, bars, columns, facts, pager, table, timeline};
pub use forms::{
    Choice, Field, area, check, choices, errors, field, hidden, link_button, select, submit, submit_quiet,
};
pub use goods::{Mood, badge, picture, price, stars, thumbnail};
pub use layout::{card, crumbs, empty, icon, notice, section};
pub use orders::{GoodsLine, PaperLink, Sum, goods_lines, less, papers, totals};
