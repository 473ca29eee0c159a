//! What narrows a list: the choices with their counts, and those that were made.

use super::Shelf;
use crate::{
    model::{Filters, major},
    views::{Bucket, Range},
};
use bodega_kernel::Money;
use bodega_pages::{Text, parts};
use maud::{Markup, html};

/// The most brands that are shown.
const MAX_BRANDS: usize = 15;

const CATEGORY: Text = Text { en: "Department", de: "Abteilung" };
const BRAND: Text = Text { en: "Brand", de: "Marke" };
const PRICE: Text = Text { en: "Price", de: "Preis" };
const RATING: Text = Text { en: "Customer rating", de: "Kundenbewertung" };
const STOCK: Text = Text { en: "In stock only", de: "Nur auf Lager" };
const ANY: Text = Text { en: "Any", de: "Alle" };
const UP: Text = Text { en: "stars and up", de: "Sterne und mehr" };
const FROM: Text = Text { en: "From", de: "Von" };
const TO: Text = Text { en: "Up to", de: "Bis" };
const OPEN: Text = Text { en: "Filters", de: "Filter" };
const SHOW: Text = Text { en: "Show products", de: "Produkte anzeigen" };
const REMOVE: Text = Text { en: "Remove filter", de: "Filter entfernen" };

/// The choices: a form that works by itself, and at once where scripts run.
pub(super) fn aside(shelf: &Shelf<'_>) -> Markup {
    let visit = shelf.visit;
    let filters = &shelf.filters;
    let Some(facets) = shelf.facets() else { return html! { aside id="facets" {} } };
    let stars = |count: i64| format!("{count} {}", visit.say(UP));
    // Where nobody has reviewed anything yet there is nothing to choose by.
    let has_stars = !filters.rating.is_empty() || facets.ratings.iter().any(|one| one.count > 0);
    let ratings = facets.ratings.iter().filter(|one| has_stars && (2..=4).contains(&one.stars));
    let ratings: Vec<(String, String, i64)> =
        ratings.map(|one| (one.stars.to_string(), stars(one.stars), one.count)).collect();
    html! {
        aside id="facets" aria-label=(visit.say(OPEN)) {
            details.fold {
                summary { (visit.say(OPEN)) }
                form.facets id="filters" method="get" action=(visit.link(&shelf.path)) data-submit-on-change
                    data-swap="list-head facets results" {
                    @if !filters.text.is_empty() { (parts::hidden("q", &filters.text)) }
                    @if !filters.sort.is_empty() { (parts::hidden("sort", &filters.sort)) }
                    (departments(shelf, &facets.categories))
                    (radios(shelf, BRAND, "brand", &filters.brand, &brands(&facets.brands, &filters.brand)))
                    (prices(shelf, &facets.prices))
                    (radios(shelf, RATING, "rating", &filters.rating, &ratings))
                    @if facets.in_stock > 0 || filters.in_stock {
                        div.facet {
                            div.row.is-spread {
                                (parts::check("in_stock", visit.say(STOCK), filters.in_stock))
                                span.count { (visit.lang().number(facets.in_stock)) }
                            }
                        }
                    }
                    div.actions { (parts::submit_quiet(visit.say(SHOW))) }
                }
            }
        }
    }
}

/// Of a search, any department; of a category, those right under it.
fn departments(shelf: &Shelf<'_>, counted: &[Bucket]) -> Markup {
    let known = |bucket: &&Bucket| shelf.categories.iter().find(|one| one.slug == bucket.slug);
    if let Some(here) = &shelf.category {
        let below =
            counted.iter().filter(|bucket| known(bucket).is_some_and(|one| one.parent_id.as_ref() == Some(&here.id)));
        let below: Vec<&Bucket> = below.collect();
        return html! {
            @if !below.is_empty() {
                details.facet open {
                    summary { (shelf.visit.say(CATEGORY)) }
                    ul {
                        @for one in below {
                            @let path = shelf.visit.link(&format!("/c/{}", one.slug));
                            li { a href=(shelf.filters.with(|_| {}).address(&path)) { (one.name) span.count { (one.count) } } }
                        }
                    }
                }
            }
        };
    }
    let chosen = &shelf.filters.category;
    let top = counted
        .iter()
        .filter(|bucket| known(bucket).is_none_or(|one| one.parent_id.is_none()) || bucket.slug == *chosen);
    let top: Vec<(String, String, i64)> =
        top.map(|bucket| (bucket.slug.clone(), bucket.name.clone(), bucket.count)).collect();
    radios(shelf, CATEGORY, "category", chosen, &top)
}

/// Those with the most products by name, the chosen one among them.
fn brands(counted: &[Bucket], chosen: &str) -> Vec<(String, String, i64)> {
    let mut most: Vec<&Bucket> = counted.iter().filter(|one| one.count > 0 || one.slug == chosen).collect();
    most.sort_by_key(|one| (one.slug != chosen, std::cmp::Reverse(one.count)));
    most.truncate(MAX_BRANDS);
    most.sort_by_cached_key(|one| one.name.to_lowercase());
    most.into_iter().map(|one| (one.slug.clone(), one.name.clone(), one.count)).collect()
}

/// One of several, or any: value, name, count.
fn radios(shelf: &Shelf<'_>, title: Text, name: &str, chosen: &str, of: &[(String, String, i64)]) -> Markup {
    let visit = shelf.visit;
    let radio = |value: &str, text: &str, count: Option<i64>| {
        html! {
            li {
                div.row.is-spread {
                    label.check {
                        input type="radio" name=(name) value=(value) checked[value == chosen];
                        span { (text) }
                    }
                    @if let Some(count) = count { span.count { (visit.lang().number(count)) } }
                }
            }
        }
    };
    html! {
        @if !of.is_empty() {
            details.facet open {
                summary { (visit.say(title)) }
                ul role="radiogroup" aria-label=(visit.say(title)) {
                    (radio("", visit.say(ANY), None))
                    @for (value, text, count) in of { (radio(value, text, Some(*count))) }
                }
            }
        }
    }
}

fn prices(shelf: &Shelf<'_>, ranges: &[Range]) -> Markup {
    let (visit, filters) = (shelf.visit, &shelf.filters);
    let path = visit.link(&shelf.path);
    let input = |name: &str, label: Text, value: &str| {
        html! {
            div.field {
                label for=(name) { (visit.say(label)) }
                input id=(name) name=(name) type="text" inputmode="decimal" maxlength="12" value=(value);
            }
        }
    };
    html! {
        details.facet open {
            summary { (visit.say(PRICE)) " (" (shelf.currency.code()) ")" }
            ul {
                @for range in ranges.iter().filter(|range| range.count > 0) {
                    @let (from, to) = bounds(shelf, range);
                    @let is_here = filters.price_min == from && filters.price_max == to;
                    @let href = filters.with(|with| (with.price_min, with.price_max) = (from, to)).address(&path);
                    li {
                        a href=(href) data-swap="list-head facets results" aria-current=[is_here.then_some("true")] {
                            (span(shelf, range)) span.count { (visit.lang().number(range.count)) }
                        }
                    }
                }
            }
            div.fields-2 { (input("price_min", FROM, &filters.price_min)) (input("price_max", TO, &filters.price_max)) }
        }
    }
}

fn bounds(shelf: &Shelf<'_>, range: &Range) -> (String, String) {
    let write = |amount| major(Money::new(amount, shelf.currency));
    let from = Some(range.from.amount()).filter(|amount| *amount > 0).map(write).unwrap_or_default();
    (from, range.to.map(|to| write(to.amount())).unwrap_or_default())
}

fn span(shelf: &Shelf<'_>, range: &Range) -> String {
    let write = |amount| shelf.visit.money(Money::new(amount, shelf.currency));
    match range.to {
        Some(to) if range.from.amount() == 0 => format!("{} {}", shelf.visit.say(TO), write(to.amount())),
        Some(to) => format!("{} – {}", write(range.from.amount()), write(to.amount())),
        None => format!("{} {}", shelf.visit.say(FROM), write(range.from.amount())),
    }
}

/// What the list is narrowed by, each with a way to take it back.
pub(super) fn chips(shelf: &Shelf<'_>) -> Markup {
    let (visit, filters) = (shelf.visit, &shelf.filters);
    let path = visit.link(&shelf.path);
    let facets = shelf.facets();
    let named = |of: Option<&Vec<Bucket>>, slug: &str| {
        of.and_then(|of| of.iter().find(|one| one.slug == slug)).map_or_else(|| slug.to_owned(), |one| one.name.clone())
    };
    let mut chosen: Vec<(String, Filters)> = Vec::new();
    if !filters.category.is_empty() {
        let name = named(facets.map(|facets| &facets.categories), &filters.category);
        chosen.push((name, filters.with(|with| with.category.clear())));
    }
    if !filters.brand.is_empty() {
        let name = named(facets.map(|facets| &facets.brands), &filters.brand);
        chosen.push((name, filters.with(|with| with.brand.clear())));
    }
    if !filters.price_min.is_empty() || !filters.price_max.is_empty() {
        let written = |price: &str| Money::parse(price, shelf.currency).map(|price| visit.money(price));
        let text = match (written(&filters.price_min), written(&filters.price_max)) {
            (Some(from), Some(to)) => format!("{from} – {to}"),
            (Some(from), None) => format!("{} {from}", visit.say(FROM)),
            (None, to) => format!("{} {}", visit.say(TO), to.unwrap_or_default()),
        };
        chosen.push((text, filters.with(|with| (with.price_min, with.price_max) = (String::new(), String::new()))));
    }
    if !filters.rating.is_empty() {
        chosen.push((format!("{} {}", filters.rating, visit.say(UP)), filters.with(|with| with.rating.clear())));
    }
    if filters.in_stock {
        chosen.push((visit.say(STOCK).to_owned(), filters.with(|with| with.in_stock = false)));
    }
    html! {
        @if !chosen.is_empty() {
            div.chips {
                @for (text, without) in chosen {
                    a href=(without.address(&path)) data-swap="list-head facets results" {
                        span.unseen { (visit.say(REMOVE)) " " } (text) (parts::icon("close"))
                    }
                }
            }
        }
    }
}
