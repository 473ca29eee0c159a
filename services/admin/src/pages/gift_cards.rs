//! Gift cards: made, with a code that is shown once; what is on each; disabled.

use super::{
    coupons::tabs,
    forms::{Listed, belongs_to_form, button, currency, entry, refused, told},
    frame::framed,
};
use crate::model::{Filled, Filters, Id, Reading, address};
use axum::{
    Router,
    http::Method,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use bodega_kernel::{Money, Time};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

const HERE: &str = "/admin/coupons/gift-cards";

/// The pages of gift cards.
pub(super) fn routes() -> Router {
    Router::new()
        .route(HERE, get(list).post(issue))
        .route("/admin/coupons/gift-cards/{id}", get(show))
        .route("/admin/coupons/gift-cards/{id}/disable", post(disable))
}

/// A gift card; the code itself is nowhere but in the answer that made it.
#[derive(Debug, Deserialize)]
struct Card {
    id: String,
    label: String,
    amount: Money,
    balance: Money,
    #[serde(default)]
    ends: Option<Time>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    disabled: bool,
    created_at: Time,
    #[serde(default)]
    entries: Vec<Entry>,
}

/// What moved it.
#[derive(Debug, Deserialize)]
struct Entry {
    kind: String,
    amount: Money,
    #[serde(default)]
    order_id: Option<String>,
    at: Time,
}

/// A card that was just made.
#[derive(Debug, Deserialize)]
struct Made {
    id: String,
    #[serde(default)]
    code: String,
    amount: Money,
}

/// `/admin/coupons/gift-cards`
async fn list(visit: Visit) -> Result<Page, Fault> {
    page(&visit, &Filled::default().with("key", visit.new_key()), None).await
}

/// A card is to be made. Its code is on the answer alone: there is no way back to it.
async fn issue(visit: Visit, sent: Filled) -> Result<Response, Fault> {
    let outcome = match body(&visit, &sent) {
        Ok(body) => {
            visit.ask(Method::POST, "/v1/admin/gift-cards").key(sent.get("key")).json(&body).read::<Made>().await
        }
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(made) => {
            let main = html! {
                (tabs(HERE))
                section.panel.stack id="made" {
                    h2 { (visit.money(made.amount)) }
                    @if made.code.is_empty() { p { "This card was made before; its code is not shown again." } }
                    @else {
                        p { "Its code is shown this once:" }
                        p { strong.code id="gift-code" data-copy { (made.code) } }
                    }
                    div.row {
                        (parts::link_button(&format!("{HERE}/{}", made.id), "To the card", false))
                        (parts::link_button(HERE, "To all cards", true))
                    }
                }
            };
            Ok(framed(&visit, "The gift card is made", &main).await.into_response())
        }
        Err(fault) if belongs_to_form(&fault) => {
            let sent = sent.instead("key", visit.new_key());
            Ok(page(&visit, &sent, Some(&fault)).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

fn body(visit: &Visit, form: &Filled) -> Result<Value, Fault> {
    let mut read = Reading::of(form, currency(visit));
    let amounts = read.amounts("amount", "/amount");
    if amounts.len() != 1 {
        read.refuse("/amount", "is one amount, such as 50 or EUR 50.00");
    }
    let amount = amounts.first();
    let body = json!({"amount": amount, "ends": read.moment("ends"), "email": form.text("email")});
    read.finish()?;
    Ok(body)
}

/// `/admin/coupons/gift-cards/{id}`
async fn show(visit: Visit, id: Id) -> Result<Page, Fault> {
    let card: Card = visit.get(format!("/v1/admin/gift-cards/{id}")).await?;
    let row = |entry: &Entry| {
        vec![
            html! { (visit.lang().moment(entry.at)) },
            html! { (entry.kind.replace('_', " ")) },
            html! { @if let Some(order) = &entry.order_id { a href={ "/admin/orders/" (order) } { "Order" } } },
            html! { (visit.money(entry.amount)) },
        ]
    };
    let rows: Vec<Vec<Markup>> = card.entries.iter().map(row).collect();
    let main = html! {
        (parts::crumbs("Way", &[(HERE, "Gift cards"), ("", &card.label)]))
        (parts::facts(&[
            ("On it", html! { strong { (visit.money(card.balance)) } " of " (visit.money(card.amount)) }),
            ("State", state(&card)),
            ("Until", html! { @if let Some(ends) = card.ends { (visit.lang().day(ends)) } @else { "For ever" } }),
            ("Mail to", html! { (card.email.as_deref().unwrap_or("—")) }),
            ("Made", html! { (visit.lang().moment(card.created_at)) }),
        ]))
        (parts::table("What moved it", &parts::columns(&["When", "What", "Order", "#By how much"]), &rows))
        @if !card.disabled {
            (button(&format!("{HERE}/{id}/disable"), "Disable", "Nobody can spend what is on it any more. Disable it?", &[]))
        }
    };
    Ok(framed(&visit, &format!("Gift card …{}", card.label), &main).await)
}

/// A card is to be spent no more.
async fn disable(visit: Visit, id: Id) -> Result<Response, Fault> {
    let outcome = visit.ask(Method::POST, format!("/v1/admin/gift-cards/{id}/disable")).send().await;
    told(&visit, &format!("{HERE}/{id}"), outcome, "The card is disabled.")
}

fn state(card: &Card) -> Markup {
    match card {
        Card { disabled: true, .. } => parts::badge(Mood::Plain, "Disabled"),
        Card { balance: Money { amount: ..=0, .. }, .. } => parts::badge(Mood::Plain, "Spent"),
        _ => parts::badge(Mood::Good, "Can be spent"),
    }
}

async fn page(visit: &Visit, form: &Filled, fault: Option<&Fault>) -> Result<Page, Fault> {
    let filters = Filters::of(visit, &["cursor"]);
    let mut asked = vec![("limit", "50")];
    if !filters.get("cursor").is_empty() {
        asked.push(("cursor", filters.get("cursor")));
    }
    let cards: Listed<Card> = visit.get(address("/v1/admin/gift-cards", &asked)).await?;
    let (first, next) = filters.pages(cards.next_cursor.as_deref());
    let row = |card: &Card| {
        vec![
            html! { a href={ (HERE) "/" (card.id) } { "…" (card.label) } },
            html! { (visit.lang().day(card.created_at)) },
            html! { (visit.money(card.balance)) },
            html! { (visit.money(card.amount)) },
            state(card),
        ]
    };
    let rows: Vec<Vec<Markup>> = cards.items.iter().map(row).collect();
    let line = |name, label| entry(form, fault, name, label, &format!("/{name}"));
    let main = html! {
        (tabs(HERE))
        div.split {
            div.stack {
                @if rows.is_empty() { (parts::empty("No gift cards yet", "Those that are made are listed here, without their codes.", &html! {})) }
                @else { (parts::table("Gift cards", &parts::columns(&["Card", "Made", "#On it", "#At first", "State"]), &rows)) }
                (parts::pager(first.as_deref().map(|href| (href, "To the first")), next.as_deref().map(|href| (href, "More"))))
            }
            aside {
                form.panel.form id="issue" method="post" action=(HERE) {
                    h2 { "New gift card" }
                    (refused(fault))
                    (parts::hidden("key", form.get("key")))
                    (parts::field(&Field { required: true, hint: "Such as 50, or EUR 50.00.", ..line("amount", "Amount") }))
                    (parts::field(&Field { kind: "date", hint: "Empty: for ever.", ..line("ends", "Until") }))
                    (parts::field(&Field { kind: "email", hint: "Empty: you hand the code over yourself.", ..line("email", "Mail it to") }))
                    (parts::submit("Make it"))
                }
            }
        }
    };
    Ok(framed(visit, "Gift cards", &main).await)
}
