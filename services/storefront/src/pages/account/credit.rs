//! One's store credit, and what is on a gift card.

use super::page;
use crate::{
    model::Form,
    pages::{
        login::{is_told_here, wrong},
        orders::words,
        refusals,
    },
};
use axum::http::Method;
use bodega_kernel::{Money, Time};
use bodega_pages::{
    Fault, Page, Text, Visit,
    parts::{self, Field, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

/// What can be spent, and what moved it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Credit {
    pub(crate) balances: Vec<Money>,
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    kind: String,
    amount: Money,
    order_id: Option<String>,
    note: Option<String>,
    at: Time,
}

/// A gift card with something on it.
#[derive(Debug, Deserialize)]
struct Card {
    label: String,
    balance: Money,
    ends: Option<Time>,
}

/// `GET /account/credit`
pub(crate) async fn show(visit: Visit) -> Result<Page, Fault> {
    credit_page(&visit, "", None).await
}

/// `POST /account/gift-card`
pub(crate) async fn check(visit: Visit, form: Form) -> Result<Page, Fault> {
    let body = json!({"code": form.get("code")});
    let found = visit.ask(Method::POST, "/v1/gift-cards/check").json(&body).read::<Card>().await;
    match found {
        Ok(card) => credit_page(&visit, "", Some(Ok(card))).await,
        Err(fault) if fault.status == 404 || (is_told_here(&fault) && fault.status != 401) => {
            Ok(credit_page(&visit, form.get("code"), Some(Err(fault))).await?.status(422))
        }
        Err(fault) => Err(fault),
    }
}

async fn credit_page(visit: &Visit, typed: &str, found: Option<Result<Card, Fault>>) -> Result<Page, Fault> {
    const TITLE: Text = Text { en: "Credit and gift cards", de: "Guthaben und Gutscheine" };
    const CREDIT: Text = Text { en: "Store credit", de: "Guthaben" };
    const NONE: Text = Text {
        en: "You have no store credit. It comes from returns, and pays your next order.",
        de: "Sie haben kein Guthaben. Es entsteht bei Rücksendungen und bezahlt Ihre nächste Bestellung.",
    };
    let credit: Credit = visit.get("/v1/store-credit").await?;
    let body = html! {
        section.section {
            h2 { (visit.say(CREDIT)) }
            @if credit.balances.is_empty() { p { (visit.say(NONE)) } }
            @for balance in &credit.balances { p.lead { (visit.money(*balance)) } }
            @if !credit.entries.is_empty() { (entries(visit, &credit.entries)) }
        }
        (card_form(visit, typed, found))
    };
    Ok(page(visit, "/account/credit", visit.say(TITLE), &body).await)
}

fn entries(visit: &Visit, entries: &[Entry]) -> Markup {
    const ORDER: Text = Text { en: "Order", de: "Bestellung" };
    let heads = [
        visit.say(Text { en: "Day", de: "Tag" }),
        visit.say(Text { en: "What", de: "Was" }),
        visit.say(Text { en: "#Amount", de: "#Betrag" }),
    ];
    let row = |entry: &Entry| {
        let what = html! {
            (visit.say(words::credit(&entry.kind)))
            @if let Some(note) = &entry.note { ": " (note) }
            @if let Some(order) = &entry.order_id {
                " · " a href=(visit.link(&format!("/orders/{order}"))) { (visit.say(ORDER)) }
            }
        };
        vec![html! { (visit.lang().day(entry.at)) }, what, html! { (visit.money(entry.amount)) }]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    parts::table(visit.say(Text { en: "Store credit", de: "Guthaben" }), &parts::columns(&heads), &rows)
}

fn card_form(visit: &Visit, typed: &str, found: Option<Result<Card, Fault>>) -> Markup {
    const TITLE: Text = Text { en: "What is on a gift card?", de: "Was ist auf einem Gutschein?" };
    const CODE: Text = Text { en: "Code of the gift card", de: "Code des Gutscheins" };
    const LOOK: Text = Text { en: "Look", de: "Nachsehen" };
    const EMPTY: Text = Text {
        en: "Nothing can be spent with this code. Please check it.",
        de: "Mit diesem Code lässt sich nichts bezahlen. Bitte prüfen Sie ihn.",
    };
    let (card, fault) = match found {
        Some(Ok(card)) => (Some(card), None),
        Some(Err(fault)) => (None, Some(fault)),
        None => (None, None),
    };
    let is_unknown = fault.as_ref().is_some_and(|fault| fault.status == 404);
    let fault = fault.filter(|_| !is_unknown).map(|fault| refusals::told(visit, &fault));
    html! {
        section.section {
            h2 { (visit.say(TITLE)) }
            (wrong(visit, fault.as_ref()))
            @if let Some(card) = card { (parts::notice(Mood::Good, &worth(visit, &card))) }
            form #gift-card-form .form.panel method="post" action=(visit.link("/account/gift-card")) {
                (parts::field(&Field { name: "code", label: visit.say(CODE), value: typed,
                    error: is_unknown.then_some(visit.say(EMPTY)), required: true, autocomplete: "off", max: Some(64),
                    ..Field::default() }))
                (parts::submit(visit.say(LOOK)))
            }
        }
    }
}

fn worth(visit: &Visit, card: &Card) -> String {
    let on = visit.say(Text { en: "can be spent with card", de: "sind auf der Karte" });
    let until = visit.say(Text { en: ", until", de: ", gültig bis zum" });
    let ends = card.ends.map(|ends| format!("{until} {}", visit.lang().day(ends))).unwrap_or_default();
    format!("{} {on} …{}{ends}.", visit.money(card.balance), card.label)
}
