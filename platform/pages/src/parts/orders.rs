//! Carts and orders: lines of goods, what they sum up to, the papers about them.

use super::goods::thumbnail;
use crate::words::Lang;
use bodega_kernel::Money;
use maud::{Markup, html};

/// A line of goods: what it is, and what it costs.
#[derive(Clone, Debug, Default)]
pub struct GoodsLine<'a> {
    /// Of the element; none where it is empty.
    pub id: String,
    /// What it is called.
    pub name: &'a str,
    /// Its page, where there is one.
    pub href: Option<String>,
    /// Its picture, where it is known.
    pub picture: Option<&'a str>,
    /// Under the name, small: how many, what comes off.
    pub notes: Vec<String>,
    /// Of all pieces.
    pub price: String,
    /// Under the price, small; nothing where it is empty.
    pub price_note: String,
    /// What can be done about it.
    pub below: Option<Markup>,
}

/// Goods under each other, each with its picture and its price.
pub fn goods_lines(of: &[GoodsLine<'_>]) -> Markup {
    html! {
        ul.lines {
            @for line in of {
                li.line id=[Some(&line.id).filter(|id| !id.is_empty())] {
                    div.line-picture { (thumbnail(line.picture, "")) }
                    div.line-what {
                        p.line-name { @match &line.href { Some(href) => { a href=(href) { (line.name) } } None => (line.name) } }
                        @for note in &line.notes { p.line-note { (note) } }
                    }
                    div.line-price {
                        (line.price)
                        @if !line.price_note.is_empty() { p.line-note { (line.price_note) } }
                    }
                    @if let Some(below) = &line.below { div.line-count { (below) } }
                }
            }
        }
    }
}

/// A row of a sum.
#[derive(Clone, Debug)]
pub struct Sum {
    name: String,
    aside: String,
    amount: String,
    class: Option<&'static str>,
}

impl Sum {
    /// What is added, or only told.
    pub fn of(name: impl Into<String>, amount: impl Into<String>) -> Self {
        Self { name: name.into(), aside: String::new(), amount: amount.into(), class: None }
    }

    /// What is taken off.
    pub fn less(lang: Lang, name: impl Into<String>, amount: Money) -> Self {
        Self { class: Some("is-less"), ..Self::of(name, less(lang, amount)) }
    }

    /// What comes of it.
    pub fn total(name: impl Into<String>, amount: impl Into<String>) -> Self {
        Self { class: Some("is-total"), ..Self::of(name, amount) }
    }

    /// With a word more under the name.
    #[must_use]
    pub fn explained(self, aside: impl Into<String>) -> Self {
        Self { aside: aside.into(), ..self }
    }
}

/// A sum, row by row.
pub fn totals(rows: &[Sum]) -> Markup {
    html! {
        dl.totals {
            @for row in rows {
                div class=[row.class] {
                    dt { (row.name) @if !row.aside.is_empty() { small { (row.aside) } } }
                    dd { (row.amount) }
                }
            }
        }
    }
}

/// An amount as it is taken off, however it is signed: `−£5.00`.
pub fn less(lang: Lang, amount: Money) -> String {
    lang.money(Money::new(-amount.amount.abs(), amount.currency))
}

/// A paper to be opened.
#[derive(Clone, Debug)]
pub struct PaperLink {
    /// Where it is.
    pub href: String,
    /// Its kind and its number.
    pub name: String,
    /// Amount and day; nothing where it is empty.
    pub about: String,
}

/// Papers under each other.
pub fn papers(of: &[PaperLink]) -> Markup {
    html! {
        ul.stack.is-tight {
            @for paper in of {
                li {
                    a href=(paper.href) type="application/pdf" { (paper.name) }
                    @if !paper.about.is_empty() { " " span.muted.small { (paper.about) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::Currency;

    #[test]
    fn what_is_taken_off_is_less_however_it_is_signed() {
        for amount in [500, -500] {
            assert_eq!(less(Lang::En, Money::new(amount, Currency::GBP)), "\u{2212}£5.00");
        }
    }

    #[test]
    fn names_of_goods_and_discounts_stay_text() {
        let evil = "<script>alert(1)</script>\"";
        let line = GoodsLine { name: evil, notes: vec![evil.into()], href: Some(evil.into()), ..GoodsLine::default() };
        let paper = PaperLink { href: evil.into(), name: evil.into(), about: evil.into() };
        for part in [goods_lines(&[line]), totals(&[Sum::of(evil, evil).explained(evil)]), papers(&[paper])] {
            let html = part.into_string();
            assert!(!html.contains("<script>") && !html.contains("\"\""), "{html}");
        }
    }
}
