//! What was ordered, with pictures.

use super::views::Order;
use crate::views::Looks;
use bodega_pages::{
    Text, Visit,
    parts::{self, GoodsLine},
};
use maud::{Markup, html};

/// The lines of an order.
pub(crate) fn lines(visit: &Visit, order: &Order, looks: &Looks) -> Markup {
    const GOODS: Text = Text { en: "What you ordered", de: "Was Sie bestellt haben" };
    const SOON: Text = Text { en: "The details follow in a moment.", de: "Die Einzelheiten folgen gleich." };
    let lines: Vec<GoodsLine<'_>> = order
        .lines
        .iter()
        .map(|line| {
            let pieces = format!("{} × {}", visit.lang().number(line.quantity), visit.money(line.unit_price));
            let off = |discount: &bodega_pages::orders::Discount| {
                format!("{}: {}", discount.label, parts::less(visit.lang(), discount.amount))
            };
            GoodsLine {
                name: &line.name,
                href: looks.page(visit, &line.sku),
                picture: looks.picture(&line.sku),
                notes: std::iter::once(pieces).chain(line.discounts.iter().map(off)).collect(),
                price: visit.money(line.total),
                ..GoodsLine::default()
            }
        })
        .collect();
    html! {
        section.panel.stack #order-lines data-live-part {
            h2 { (visit.say(GOODS)) }
            @if lines.is_empty() { p { (visit.say(SOON)) } } @else { (parts::goods_lines(&lines)) }
        }
    }
}
