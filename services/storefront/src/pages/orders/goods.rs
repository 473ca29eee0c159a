//! What was ordered, with pictures. Orders know names and prices alone: what goods look like is remembered by the browser
//! that bought them, or looked up in the catalogue.

use super::views::{Line, Order};
use crate::model::{Look, looks, query};
use bodega_pages::{Text, Visit, parts};
use futures_util::future::join_all;
use maud::{Markup, html};
use serde::Deserialize;

/// The most lines whose pictures are looked up.
const MOST_LOOKED_UP: usize = 12;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Found {
    items: Vec<Product>,
}

#[derive(Debug, Deserialize)]
struct Product {
    slug: String,
    name: String,
    image: Option<String>,
}

/// What these lines look like, as far as it is known.
pub(crate) async fn looks_of(visit: &Visit, lines: &[Line]) -> Vec<Look> {
    let mut known = looks(visit);
    let unknown = lines.iter().filter(|line| !known.iter().any(|look| look.sku == line.sku));
    let asked = unknown.take(MOST_LOOKED_UP).map(|line| look_up(visit, line));
    let found: Vec<Option<Look>> = join_all(asked).await;
    known.extend(found.into_iter().flatten());
    known
}

/// The name of a line begins with that of its product.
async fn look_up(visit: &Visit, line: &Line) -> Option<Look> {
    let path = format!("/v1/products?{}", query(&[("q", &line.name), ("limit", "5")]));
    let found: Found = visit.get_public(path).await.ok()?;
    let mut fitting: Vec<Product> = found.items.into_iter().filter(|one| line.name.starts_with(&one.name)).collect();
    fitting.sort_by_key(|one| std::cmp::Reverse(one.name.len()));
    let product = fitting.into_iter().next()?;
    Some(Look { sku: line.sku.clone(), slug: product.slug, image: product.image })
}

/// The lines of an order.
pub(crate) fn lines(visit: &Visit, order: &Order, looks: &[Look]) -> Markup {
    const GOODS: Text = Text { en: "What you ordered", de: "Was Sie bestellt haben" };
    const SOON: Text = Text { en: "The details follow in a moment.", de: "Die Einzelheiten folgen gleich." };
    html! {
        section.panel.stack #order-lines data-live-part {
            h2 { (visit.say(GOODS)) }
            @if order.lines.is_empty() { p { (visit.say(SOON)) } }
            ul.lines { @for line in &order.lines { (shown(visit, line, looks)) } }
        }
    }
}

fn shown(visit: &Visit, line: &Line, looks: &[Look]) -> Markup {
    let look = looks.iter().find(|look| look.sku == line.sku);
    let href = look.map(|look| visit.link(&format!("/p/{}", look.slug)));
    html! {
        li.line {
            div.line-picture { (parts::thumbnail(look.and_then(|look| look.image.as_deref()), "")) }
            div.line-what {
                p.line-name { @match &href { Some(href) => { a href=(href) { (line.name) } } None => (line.name) } }
                p.line-note { (visit.lang().number(line.quantity)) " × " (visit.money(line.unit_price)) }
                @for discount in &line.discounts {
                    p.line-note { (discount.label) ": " (visit.money(super::money::taken_off(discount.amount))) }
                }
            }
            p.line-price { (visit.money(line.total)) }
        }
    }
}
