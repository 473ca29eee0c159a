//! Lists, tables and drawings of figures.

use super::goods::Mood;
use maud::{Markup, html};

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Its heading.
    pub title: &'a str,
    /// Whether it holds figures, which stand under each other at the right.
    pub is_number: bool,
}

/// Columns: a heading that begins with `#` is one of figures.
pub fn columns<'a>(titles: &[&'a str]) -> Vec<Column<'a>> {
    let column = |title: &&'a str| Column { title: title.trim_start_matches('#'), is_number: title.starts_with('#') };
    titles.iter().map(column).collect()
}

/// A table, each row with as many cells as there are columns. On phones every row is a card with its headings beside.
pub fn table(caption: &str, columns: &[Column<'_>], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.table-frame tabindex="0" role="region" aria-label=(caption) {
            table.table {
                caption.unseen { (caption) }
                thead { tr { @for column in columns { th.is-number[column.is_number] scope="col" { (column.title) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (column, cell) in columns.iter().zip(row) {
                                td.is-number[column.is_number] data-title=(column.title) { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Names and what they stand for.
pub fn facts(pairs: &[(&str, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in pairs { div { dt { (name) } dd { (value) } } } } }
}

/// To the next page of a list, and back to its first.
pub fn pager(first: Option<(&str, &str)>, next: Option<(&str, &str)>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav.pager {
                @if let Some((href, text)) = first { a.button.is-quiet href=(href) { (text) } }
                @if let Some((href, text)) = next { a.button.is-quiet href=(href) rel="next" { (text) } }
            }
        }
    }
}

/// A step of a timeline.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub at: String,
    /// What.
    pub what: String,
    /// More of it.
    pub detail: String,
    /// How it is meant.
    pub mood: Mood,
}

/// What happened, the first on top.
pub fn timeline(steps: &[Step]) -> Markup {
    html! {
        ol.timeline {
            @for step in steps {
                li class=(step.mood.class()) {
                    p.timeline-what { (step.what) }
                    @if !step.detail.is_empty() { p.timeline-detail { (step.detail) } }
                    p.timeline-at { (step.at) }
                }
            }
        }
    }
}

/// A figure of a drawing.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Under or before it.
    pub label: String,
    /// How much.
    pub value: i64,
    /// How much, for people.
    pub shown: String,
}

/// Bars beside their names, the longest over the whole width.
pub fn bars(of: &[Bar]) -> Markup {
    let most = of.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    html! {
        ul.bars {
            @for bar in of {
                li {
                    span.bars-label { (bar.label) }
                    svg.bars-line viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                        rect width=(bar.value.max(0) * 100 / most) height="4" {}
                    }
                    span.bars-value { (bar.shown) }
                }
            }
        }
    }
}
