//! The box that a product is bought from: which kind, what it costs, whether there is any, how many.

use crate::{
    model::Form,
    pages::promises::promises,
    views::{Product, Variant},
};
use bodega_pages::{
    Text, Visit,
    parts::{self, Choice, Field},
};
use maud::{Markup, html};

/// The most pieces that the box offers; the cart takes more.
const MOST: u32 = 999;

const SOLD_OUT: Text = Text { en: "Sold out", de: "Ausverkauft" };
const IN_STOCK: Text =
    Text { en: "In stock, sent within two working days", de: "Auf Lager, Versand in zwei Werktagen" };
const SOME_LEFT: Text = Text {
    en: "Some versions in stock, sent within two working days",
    de: "Einige Ausführungen auf Lager, Versand in zwei Werktagen",
};
const FROM: Text = Text { en: "from", de: "ab" };
const GONE: Text = Text { en: "Sold out at the moment", de: "Zurzeit ausverkauft" };

/// The box; `similar` is the id of what is like the product, where anything is.
pub(super) fn buy_box(visit: &Visit, product: &Product, query: &Form, similar: Option<&str>) -> Markup {
    const TAXED: Text = Text { en: "including tax, plus delivery", de: "inkl. MwSt., zzgl. Versand" };
    const UNTAXED: Text = Text { en: "plus tax and delivery", de: "zzgl. MwSt. und Versand" };
    let differs = product.variants.iter().any(|variant| variant.price != product.price);
    let taxed = visit.settings().shop.prices_include_tax;
    html! {
        aside.buy aria-label=(product.name) {
            div.stack.is-tight {
                @if let Some(brand) = &product.brand {
                    p.tile-brand { a href=(visit.link(&format!("/search?brand={}", brand.slug))) { (brand.name) } }
                }
                h1 { (product.name) }
                @if product.rating_count > 0 {
                    p { a href="#reviews" { (parts::stars(visit.lang(), product.rating, product.rating_count)) } }
                }
            }
            div {
                p.price.is-big {
                    @if differs { span.small { (visit.say(FROM)) " " } }
                    (parts::price(visit.lang(), product.price, product.compare_at_price))
                }
                p.muted.small { (visit.say(if taxed { TAXED } else { UNTAXED })) }
            }
            (stock(visit, product))
            @if product.in_stock { (form(visit, product, query, differs)) } @else { (sold_out(visit, similar)) }
            (promises(visit))
        }
    }
}

fn stock(visit: &Visit, product: &Product) -> Markup {
    let all = product.variants.iter().all(|variant| variant.in_stock);
    html! {
        @if !product.in_stock { p.stock.is-bad { (visit.say(GONE)) } }
        @else { p.stock.is-good { (visit.say(if all { IN_STOCK } else { SOME_LEFT })) } }
    }
}

fn form(visit: &Visit, product: &Product, query: &Form, differs: bool) -> Markup {
    const QUANTITY: Text = Text { en: "Quantity", de: "Menge" };
    const ADD: Text = Text { en: "Add to cart", de: "In den Warenkorb" };
    let wanted = query.get("variant");
    let first = product.variants.iter().find(|variant| variant.in_stock && variant.sku == wanted);
    let first = first.or_else(|| product.variants.iter().find(|variant| variant.in_stock));
    let chosen = first.map_or("", |variant| variant.sku.as_str());
    html! {
        form.form id="buy" method="post" action=(visit.link("/cart/lines")) {
            (parts::hidden("slug", &product.slug))
            @if product.variants.len() > 1 { (kinds(visit, product, chosen, differs)) }
            @else { (parts::hidden("sku", chosen)) }
            div.buy-row {
                div.field {
                    label for="quantity" { (visit.say(QUANTITY)) }
                    input id="quantity" name="quantity" type="number" inputmode="numeric" min="1" max=(MOST) value="1" required;
                }
                // Phones keep it in view, whatever is read of the product.
                div.buy-bar {
                    span.price { @if differs { span.small { (visit.say(FROM)) " " } } (visit.money(product.price)) }
                    button.button.is-wide type="submit" id="add-to-cart" { (parts::icon("cart")) (visit.say(ADD)) }
                }
            }
        }
    }
}

/// Nothing to buy, and a way on.
fn sold_out(visit: &Visit, similar: Option<&str>) -> Markup {
    const LIKE: Text = Text { en: "See what is like it", de: "Ähnliches ansehen" };
    html! {
        div.stack.is-tight {
            button.button.is-wide type="button" disabled { (visit.say(SOLD_OUT)) }
            @if let Some(id) = similar { a.button.is-quiet.is-wide href={ "#" (id) } { (visit.say(LIKE)) } }
        }
    }
}

/// Every kind is a choice; where there are several options they stand in groups by the first of them.
fn kinds(visit: &Visit, product: &Product, chosen: &str, differs: bool) -> Markup {
    const KIND: Text = Text { en: "Version", de: "Ausführung" };
    let groups = groups(product);
    html! {
        @for (title, kinds) in &groups {
            @let title = if title.is_empty() { product.options.first().map_or(visit.say(KIND), String::as_str) } else { title };
            @let texts: Vec<(String, String)> = kinds.iter().map(|kind| texts(visit, product, kind, groups.len() > 1, differs)).collect();
            @let of: Vec<Choice<'_>> = kinds.iter().zip(&texts).map(|(kind, (label, aside))| {
                Choice { value: &kind.sku, label, aside, is_open: kind.in_stock }
            }).collect();
            (parts::choices(&Field { name: "sku", label: title, value: chosen, required: true, ..Field::default() }, &of, true))
        }
    }
}

/// Kinds by the value of the first option, if there are several options; else all of them under no name.
fn groups(product: &Product) -> Vec<(String, Vec<&Variant>)> {
    let first = product.options.first().filter(|_| product.options.len() > 1);
    let mut groups: Vec<(String, Vec<&Variant>)> = Vec::new();
    for kind in &product.variants {
        let value = first.and_then(|option| kind.options.get(option)).cloned().unwrap_or_default();
        match groups.iter_mut().find(|(known, _)| *known == value) {
            Some((_, kinds)) => kinds.push(kind),
            None => groups.push((value, vec![kind])),
        }
    }
    groups
}

/// What a kind is called, and what stands beside it.
fn texts(visit: &Visit, product: &Product, kind: &Variant, grouped: bool, differs: bool) -> (String, String) {
    let options = product.options.iter().skip(usize::from(grouped));
    let values: Vec<&str> = options.filter_map(|option| kind.options.get(option)).map(String::as_str).collect();
    let label = if values.is_empty() { kind.sku.clone() } else { values.join(" / ") };
    let aside = match (kind.in_stock, differs) {
        (false, _) => visit.say(SOLD_OUT).to_owned(),
        (true, true) => visit.money(kind.price),
        (true, false) => String::new(),
    };
    (label, aside)
}
