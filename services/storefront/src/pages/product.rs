//! A product: pictures, kinds, price and stock, what others say of it, what is like it.

mod buy;
mod facts;
mod reviews;

use super::{frame::framed_below, list::crumb_facts, tiles::tile_row};
use crate::{
    clients::categories,
    model::{Form, escaped},
    views::{Category, List, Product, Review, Tile},
};
use axum::{
    extract::Path,
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_pages::{Document, Fault, Flash, Page, Text, Visit, parts};
use futures_util::future::join;
use maud::{Markup, PreEscaped, html};
use reviews::Typed;
use serde_json::json;

/// Characters of the longest description for searchers.
const MAX_SUMMARY: usize = 155;

/// The id of what is like a product.
const LIKE_IT: &str = "like-it";

const HOME: Text = Text { en: "Home", de: "Startseite" };
const WAY: Text = Text { en: "You are here", de: "Sie sind hier" };

/// `/p/{slug}`
pub(crate) async fn product(visit: Visit, Path(slug): Path<String>) -> Result<Page, Fault> {
    let product = read(&visit, &slug).await?;
    Ok(show(&visit, &product, &Typed::default()).await)
}

/// `POST /p/{slug}/reviews`
pub(crate) async fn review(visit: Visit, Path(slug): Path<String>, form: Form) -> Result<Response, Fault> {
    const THANKS: Text = Text {
        en: "Thank you. Your review is shown as soon as somebody has read it.",
        de: "Vielen Dank. Ihre Bewertung erscheint, sobald jemand sie gelesen hat.",
    };
    let product = read(&visit, &slug).await?;
    let body = json!({
        "stars": form.number("stars").unwrap_or(0), "title": form.get("title"), "text": form.get("text"),
        "author": form.get("author"),
    });
    let path = format!("/v1/products/{}/reviews", product.id);
    match visit.ask(Method::POST, path).json(&body).send().await {
        Ok(_) => {
            visit.tell_next(&Flash { is_bad: false, text: visit.say(THANKS).to_owned() });
            Ok(super::ways::go(&visit, &format!("/p/{}", product.slug)))
        }
        Err(fault) if [403, 409, 422].contains(&fault.status) => {
            let status = fault.status;
            let typed = Typed { form, fault: Some(fault) };
            Ok(show(&visit, &product, &typed).await.status(status).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn read(visit: &Visit, slug: &str) -> Result<Product, Fault> {
    visit.get_public(format!("/v1/products/{}", escaped(slug))).await
}

async fn show(visit: &Visit, product: &Product, typed: &Typed) -> Page {
    let query = Form::read(visit.query().unwrap_or_default());
    let more = query.some("reviews").map(|cursor| format!("&cursor={}", escaped(cursor))).unwrap_or_default();
    let reviews = visit.get_public::<List<Review>>(format!("/v1/products/{}/reviews?limit=6{more}", product.id));
    let related = visit.get_public::<List<Tile>>(format!("/v1/products/{}/related", product.id));
    let ((reviews, related), all) = join(join(reviews, related), categories(visit)).await;
    // Neither keeps a product from being bought.
    let (reviews, related) = (reviews.unwrap_or_default(), related.unwrap_or_default());
    let way = way(visit, product, &all);
    let crumbs: Vec<(&str, &str)> = way.iter().map(|(href, name)| (href.as_str(), name.as_str())).collect();
    let main = html! {
        (parts::crumbs(visit.say(WAY), &crumbs))
        div.split {
            (gallery(visit, product))
            (buy::buy_box(visit, product, &query, (!related.items.is_empty()).then_some(LIKE_IT)))
        }
        (described(visit, product))
        (reviews::section(visit, product, &reviews, typed))
        (like_it(visit, &related.items))
    };
    framed_below(visit, &all, document(visit, product, &reviews.items, &way), &main)
}

fn document(visit: &Visit, product: &Product, reviews: &[Review], way: &[(String, String)]) -> Document {
    let summary = facts::summary(&product.description, MAX_SUMMARY);
    Document {
        title: format!("{} – {}", product.name, visit.shop()),
        description: Some(if summary.is_empty() { product.name.clone() } else { summary }),
        canonical: Some(format!("/p/{}", product.slug)),
        picture: product.image.clone().filter(|url| url.starts_with('/')),
        kind: Some("product"),
        facts: vec![facts::of_product(visit, product, reviews), crumb_facts(visit, way)],
        ..Document::default()
    }
}

/// The deepest of its categories with those above it, and the product.
fn way(visit: &Visit, product: &Product, all: &[Category]) -> Vec<(String, String)> {
    let above = |one: &Category| {
        let mut line = vec![one.clone()];
        while let Some(next) =
            line.last().and_then(|last| all.iter().find(|other| Some(&other.id) == last.parent_id.as_ref()))
        {
            line.push(next.clone());
            if line.len() >= 8 {
                break;
            }
        }
        line
    };
    let own = product.categories.iter().filter_map(|label| all.iter().find(|one| one.slug == label.slug));
    let deepest = own.map(above).max_by_key(Vec::len).unwrap_or_default();
    let mut way = vec![(visit.link("/"), visit.say(HOME).to_owned())];
    way.extend(deepest.into_iter().rev().map(|one| (visit.link(&format!("/c/{}", one.slug)), one.name)));
    way.push((String::new(), product.name.clone()));
    way
}

fn gallery(visit: &Visit, product: &Product) -> Markup {
    const PICTURE: Text = Text { en: "Picture", de: "Bild" };
    let alt = |index: usize| match product.photos.get(index).map(|photo| photo.alt.as_str()) {
        Some("") | None => product.name.clone(),
        Some(alt) => alt.to_owned(),
    };
    let sizes = "(min-width: 56rem) 44rem, 100vw";
    html! {
        div.gallery data-gallery {
            @if product.photos.is_empty() { (parts::picture(product.image.as_deref(), &product.name, sizes, true)) }
            @else {
                ul.gallery-strip tabindex="0" aria-label=(product.name) {
                    @for (index, photo) in product.photos.iter().enumerate() {
                        li id={ "photo-" (index + 1) } { (parts::picture(Some(&photo.url), &alt(index), sizes, index == 0)) }
                    }
                }
            }
            @if product.photos.len() > 1 {
                ul.gallery-thumbs {
                    @for (index, photo) in product.photos.iter().enumerate() {
                        li {
                            a href={ "#photo-" (index + 1) } aria-label={ (visit.say(PICTURE)) " " (index + 1) } {
                                (parts::thumbnail(Some(&photo.url), ""))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn described(visit: &Visit, product: &Product) -> Markup {
    const ABOUT: Text = Text { en: "About this product", de: "Über dieses Produkt" };
    html! {
        @if !product.description.trim().is_empty() {
            // The catalogue took everything active out of it.
            (parts::section(visit.say(ABOUT), &html! { div.prose { (PreEscaped(&product.description)) } }))
        }
    }
}

fn like_it(visit: &Visit, related: &[Tile]) -> Markup {
    const LIKE: Text = Text { en: "You may also like", de: "Das könnte Ihnen auch gefallen" };
    html! { @if !related.is_empty() { div id=(LIKE_IT) { (parts::section(visit.say(LIKE), &tile_row(visit, related))) } } }
}
