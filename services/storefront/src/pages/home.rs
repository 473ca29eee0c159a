//! The first page: what the shop is, its departments, what sells and what is new.

use super::{frame::framed_below, promises::promises, tiles::tiles};
use crate::{
    clients::categories,
    model::escaped,
    views::{Category, List, Tile},
};
use bodega_pages::{Document, Fault, Page, Text, Visit, parts};
use futures_util::future::{join, join_all, join3};
use maud::{Markup, html};
use serde_json::json;

/// The most departments with a picture.
const DEPARTMENTS: usize = 8;

const LEAD: Text = Text {
    en: "Well-made things for every day, sent from our own shelves.",
    de: "Gut gemachte Dinge für jeden Tag, direkt aus unserem Lager.",
};
const CATEGORIES: Text = Text { en: "Departments", de: "Abteilungen" };
const BEST: Text = Text { en: "Best sellers", de: "Beliebt bei unseren Kunden" };
const NEW: Text = Text { en: "New on our shelves", de: "Neu bei uns" };

/// `/`
pub(crate) async fn home(visit: Visit) -> Result<Page, Fault> {
    let shelves = async {
        let all = categories(&visit).await;
        let top = all.iter().filter(|one| one.parent_id.is_none()).take(DEPARTMENTS).cloned();
        let top: Vec<Category> = top.collect();
        let pictures = join_all(top.iter().map(|one| picture_of(&visit, &one.slug))).await;
        (top.into_iter().zip(pictures).collect::<Vec<_>>(), all)
    };
    let ((shelves, all), best, new) = join3(shelves, list(&visit, "best_selling", 8), list(&visit, "newest", 16)).await;
    let is_told = |tile: &Tile| best.iter().any(|other| other.slug == tile.slug);
    let new: Vec<Tile> = new.into_iter().filter(|tile| !is_told(tile)).take(8).collect();
    let shop = visit.shop();
    let hero = best.iter().chain(&new).find_map(|tile| tile.image.as_deref());
    let main = html! {
        (top(&visit, hero))
        (promises(&visit))
        @if !shelves.is_empty() { (parts::section(visit.say(CATEGORIES), &departments(&visit, &shelves))) }
        @if !best.is_empty() { (parts::section(visit.say(BEST), &tiles(&visit, &best, 0))) }
        @if !new.is_empty() { (parts::section(visit.say(NEW), &tiles(&visit, &new, 0))) }
    };
    let base = visit.settings().shop.base_url.trim_end_matches('/');
    let document = Document {
        title: format!("{shop} – {}", visit.say(LEAD).trim_end_matches('.')),
        description: Some(visit.say(LEAD).to_owned()),
        canonical: Some("/".into()),
        picture: hero.filter(|url| url.starts_with('/')).map(str::to_owned),
        facts: vec![json!({
            "@context": "https://schema.org", "@type": "WebSite", "name": shop, "url": format!("{base}{}", visit.link("/")),
            "potentialAction": {
                "@type": "SearchAction", "target": format!("{base}{}?q={{search_term_string}}", visit.link("/search")),
                "query-input": "required name=search_term_string",
            },
        })],
        ..Document::default()
    };
    Ok(framed_below(&visit, &all, document, &main))
}

fn top(visit: &Visit, picture: Option<&str>) -> Markup {
    const TITLE: Text = Text { en: "Things worth keeping", de: "Dinge, die bleiben" };
    const LOOK: Text = Text { en: "See what is new", de: "Neues ansehen" };
    const FIND: Text = Text { en: "Browse everything", de: "Alles ansehen" };
    html! {
        div.hero.full {
            div.hero-text {
                h1 { (visit.say(TITLE)) }
                p.lead { (visit.say(LEAD)) }
                div.row {
                    (parts::link_button(&visit.link("/search?sort=newest"), visit.say(LOOK), false))
                    (parts::link_button(&visit.link("/search"), visit.say(FIND), true))
                }
            }
            @if picture.is_some() { div.hero-picture { (parts::picture(picture, "", "(min-width: 56rem) 40rem, 100vw", true)) } }
        }
    }
}

fn departments(visit: &Visit, shelves: &[(Category, Option<String>)]) -> Markup {
    html! {
        ul.categories {
            @for (category, image) in shelves {
                li {
                    a href=(visit.link(&format!("/c/{}", category.slug))) {
                        (parts::picture(image.as_deref(), "", "(min-width: 40rem) 14rem, 45vw", false))
                        span { (category.name) }
                    }
                }
            }
        }
    }
}

async fn list(visit: &Visit, sort: &str, limit: u32) -> Vec<Tile> {
    let plain = || visit.get_public::<List<Tile>>(format!("/v1/products?limit={limit}"));
    match visit.get_public::<List<Tile>>(format!("/v1/products?sort={sort}&in_stock=true&limit={limit}")).await {
        Ok(list) => list.items,
        Err(_) => plain().await.unwrap_or_default().items,
    }
}

/// The picture of what sells best in a category.
async fn picture_of(visit: &Visit, slug: &str) -> Option<String> {
    let path = format!("/v1/products?category={}&sort=best_selling&limit=3", escaped(slug));
    let found = visit.get_public::<List<Tile>>(path).await.unwrap_or_default();
    found.items.into_iter().find_map(|tile| tile.image)
}

/// The same as on the first page, for pages that have nothing else to show: what sells, and the departments.
pub(crate) async fn suggestions(visit: &Visit) -> Markup {
    let (best, all) = join(list(visit, "best_selling", 4), categories(visit)).await;
    html! {
        @if !all.is_empty() {
            ul.chips {
                @for one in all.iter().filter(|one| one.parent_id.is_none()).take(DEPARTMENTS) {
                    li { a href=(visit.link(&format!("/c/{}", one.slug))) { (one.name) } }
                }
            }
        }
        @if !best.is_empty() { (parts::section(visit.say(BEST), &tiles(visit, &best, 4))) }
    }
}
