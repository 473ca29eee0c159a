//! The cart: what is in it, what comes off and why, what it costs.

mod change;
mod totals;

pub(crate) use crate::clients::take_cart_along as after_login;
pub(crate) use change::{add, apply_coupon, remove, set_quantity, spend_points};
pub(super) use totals::{changes, tender_name, totals};

use super::{
    frame::{framed, framed_below},
    home::suggestions,
};
use crate::{
    clients,
    model::Form,
    views::{Cart, Line, Looks},
};
use bodega_pages::{
    Document, Fault, Page, Text, Visit,
    parts::{self, Field, GoodsLine},
};
use futures_util::future::join3;
use maud::{Markup, html};
use serde::Deserialize;

/// What changes with the cart: swapped in place where scripts run.
const SWAPPED: &str = "cart cart-link";

pub(super) const TITLE: Text = Text { en: "Your cart", de: "Ihr Warenkorb" };

/// What was refused: which field, what was typed there, and why.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wrong {
    field: String,
    typed: String,
    text: String,
}

/// The points that a customer has.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Balance {
    #[serde(default)]
    spendable: i64,
}

/// `/cart`
pub(crate) async fn cart(visit: Visit) -> Result<Page, Fault> {
    show(&visit, &Wrong::default()).await
}

async fn show(visit: &Visit, wrong: &Wrong) -> Result<Page, Fault> {
    let Some(cart) = clients::cart(visit).await? else { return Ok(nothing(visit).await) };
    if cart.lines.is_empty() {
        return Ok(nothing(visit).await);
    }
    let looks = clients::looks(visit, cart.lines.iter().map(|line| line.sku.as_str()));
    let (looks, points, categories) = join3(looks, points(visit), clients::categories(visit)).await;
    let main = html! {
        h1 { (visit.say(TITLE)) }
        div id="cart" {
            div.split {
                div.stack {
                    (changes(visit, &cart))
                    (lines(visit, &cart, &looks, wrong))
                }
                (summary(visit, &cart, points, wrong))
            }
        }
    };
    Ok(framed_below(visit, &categories, document(visit), &main))
}

/// The points of whoever is logged in.
async fn points(visit: &Visit) -> i64 {
    if !visit.is_logged_in() {
        return 0;
    }
    visit.get::<Balance>("/v1/me/points").await.unwrap_or_default().spendable
}

/// It is another one for everybody, and nothing that searchers should list.
fn document(visit: &Visit) -> Document {
    const ABOUT: Text = Text {
        en: "What you have chosen, what comes off, and what it costs with delivery.",
        de: "Was Sie ausgesucht haben, was abgezogen wird und was es mit Versand kostet.",
    };
    Document {
        title: format!("{} – {}", visit.say(TITLE), visit.shop()),
        description: Some(visit.say(ABOUT).to_owned()),
        ..Document::default()
    }
}

async fn nothing(visit: &Visit) -> Page {
    const EMPTY: Text = Text { en: "Your cart is empty", de: "Ihr Warenkorb ist leer" };
    const TEXT: Text =
        Text { en: "What you put into it is kept for 30 days.", de: "Was Sie hineinlegen, bleibt 30 Tage darin." };
    const LOOK: Text = Text { en: "Look around", de: "Zum Stöbern" };
    let action = parts::link_button(&visit.link("/search"), visit.say(LOOK), false);
    let main = html! {
        h1 { (visit.say(TITLE)) }
        div id="cart" { (parts::empty(visit.say(EMPTY), visit.say(TEXT), &action)) }
        (suggestions(visit).await)
    };
    framed(visit, document(visit), &main).await
}

fn lines(visit: &Visit, cart: &Cart, looks: &Looks, wrong: &Wrong) -> Markup {
    let line = |line| shown(visit, line, looks, wrong);
    parts::goods_lines(&cart.lines.iter().map(line).collect::<Vec<_>>())
}

fn shown<'a>(visit: &Visit, line: &'a Line, looks: &'a Looks, wrong: &Wrong) -> GoodsLine<'a> {
    let off = |discount: &bodega_pages::orders::Discount| {
        format!("{}: {}", discount.label, parts::less(visit.lang(), discount.amount))
    };
    let each = format!("{} × {}", visit.lang().number(line.quantity), visit.money(line.unit_price));
    GoodsLine {
        id: format!("line-{}", line.id),
        name: &line.name,
        href: looks.page(visit, &line.sku),
        picture: looks.picture(&line.sku),
        notes: line.discounts.iter().map(off).collect(),
        price: visit.money(line.total),
        price_note: Some(each).filter(|_| line.quantity > 1).unwrap_or_default(),
        below: Some(counted(visit, line, wrong)),
    }
}

fn counted(visit: &Visit, line: &Line, wrong: &Wrong) -> Markup {
    const QUANTITY: Text = Text { en: "Quantity of", de: "Menge von" };
    const SET: Text = Text { en: "Update", de: "Ändern" };
    const REMOVE: Text = Text { en: "Remove", de: "Entfernen" };
    let action = visit.link(&format!("/cart/lines/{}", line.id));
    let refused = Some(wrong).filter(|wrong| wrong.field == line.id);
    let value = refused.map_or_else(|| line.quantity.to_string(), |wrong| wrong.typed.clone());
    let name = format!("quantity-{}", line.id);
    html! {
        form.join method="post" action=(action) data-submit-on-change data-swap=(SWAPPED) {
            label.unseen for=(name) { (visit.say(QUANTITY)) " " (line.name) }
            input.count-field id=(name) name="quantity" type="number" inputmode="numeric" min="0" max="10000" required value=(value)
                aria-invalid=[refused.map(|_| "true")] aria-describedby=[refused.map(|_| format!("{name}-error"))];
            button.button.is-quiet.is-small type="submit" { (visit.say(SET)) }
        }
        form method="post" action={ (action) "/remove" } data-swap=(SWAPPED) {
            button.button.is-link.is-small type="submit" { (visit.say(REMOVE)) span.unseen { " " (line.name) } }
        }
        @if let Some(wrong) = refused { p.field-error id={ (name) "-error" } role="alert" { (wrong.text) } }
    }
}

fn summary(visit: &Visit, cart: &Cart, points: i64, wrong: &Wrong) -> Markup {
    const SUM: Text = Text { en: "Summary", de: "Zusammenfassung" };
    const BUY: Text = Text { en: "Go to checkout", de: "Zur Kasse" };
    const ON: Text = Text { en: "Continue shopping", de: "Weiter einkaufen" };
    html! {
        aside aria-label=(visit.say(SUM)) {
            (parts::card(visit.say(SUM), &html! {
                (totals(visit, cart))
                a.button.is-wide id="to-checkout" href=(visit.link("/checkout")) { (visit.say(BUY)) }
                a.button.is-link href=(visit.link("/")) { (visit.say(ON)) }
                (coupon(visit, cart, wrong))
                (spend(visit, cart, points, wrong))
            }))
        }
    }
}

fn coupon(visit: &Visit, cart: &Cart, wrong: &Wrong) -> Markup {
    const CODE: Text = Text { en: "Coupon code", de: "Gutscheincode" };
    const APPLY: Text = Text { en: "Apply", de: "Einlösen" };
    const REMOVE: Text = Text { en: "Remove coupon", de: "Gutschein entfernen" };
    let action = visit.link("/cart/coupon");
    let refused = Some(wrong).filter(|wrong| wrong.field == "code");
    html! {
        @match &cart.coupon {
            Some(coupon) if refused.is_none() => {
                form.row.is-spread method="post" action=(action) data-swap=(SWAPPED) {
                    p { (parts::icon("tag")) " " span.code { (coupon.code) } }
                    (parts::hidden("code", ""))
                    button.button.is-link.is-small type="submit" { (visit.say(REMOVE)) }
                }
                @if !coupon.applied { p.field-hint { (coupon.label) ": " (totals::why_not(visit, coupon)) } }
            }
            Some(_) | None => {
                form.join id="coupon" method="post" action=(action) data-swap=(SWAPPED) {
                    (parts::field(&Field {
                        name: "code", label: visit.say(CODE), value: refused.map_or("", |wrong| &wrong.typed), required: true,
                        error: refused.map(|wrong| wrong.text.as_str()), max: Some(100), autocomplete: "off", ..Field::default()
                    }))
                    (parts::submit_quiet(visit.say(APPLY)))
                }
            }
        }
    }
}

/// For members who have points.
fn spend(visit: &Visit, cart: &Cart, spendable: i64, wrong: &Wrong) -> Markup {
    const SPEND: Text = Text { en: "Spend points", de: "Punkte einlösen" };
    const SPENT: Text = Text { en: "points spent:", de: "Punkte eingesetzt:" };
    const HAVE: Text = Text { en: "Points you have:", de: "Ihre Punkte:" };
    const USE: Text = Text { en: "Use points", de: "Punkte einsetzen" };
    const REMOVE: Text = Text { en: "Keep my points", de: "Punkte behalten" };
    let action = visit.link("/cart/points");
    let refused = Some(wrong).filter(|wrong| wrong.field == "points");
    let hint = format!("{} {}", visit.say(HAVE), visit.lang().number(spendable));
    html! {
        @if let Some(points) = cart.points.as_ref().filter(|_| refused.is_none()) {
            form.row.is-spread method="post" action=(action) data-swap=(SWAPPED) {
                p { (visit.lang().number(points.used)) " " (visit.say(SPENT)) " " (parts::less(visit.lang(), points.amount)) }
                (parts::hidden("points", "0"))
                button.button.is-link.is-small type="submit" { (visit.say(REMOVE)) }
            }
        } @else if spendable > 0 {
            form.join id="spend" method="post" action=(action) data-swap=(SWAPPED) {
                (parts::field(&Field {
                    name: "points", label: visit.say(SPEND), hint: &hint, required: true, inputmode: "numeric",
                    value: refused.map_or("", |wrong| &wrong.typed), error: refused.map(|wrong| wrong.text.as_str()),
                    max: Some(10), autocomplete: "off", ..Field::default()
                }))
                (parts::submit_quiet(visit.say(USE)))
            }
        }
    }
}

impl Wrong {
    fn of(field: &str, form: &Form, name: &str, text: impl Into<String>) -> Self {
        Self { field: field.to_owned(), typed: form.get(name).to_owned(), text: text.into() }
    }
}
