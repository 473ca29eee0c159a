//! The codes of a promotion: listed, made one by one or by the thousand; and the orders that used it.

use super::form::Promotion;
use crate::{
    model::{Filled, Filters, Id, Reading, address, encoded},
    pages::{
        forms::{Listed, belongs_to_form, button, currency, entry, refused},
        frame::framed,
    },
};
use axum::{
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_kernel::Time;
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

/// A code.
#[derive(Debug, Deserialize)]
struct Code {
    #[serde(rename = "code")]
    text: String,
    enabled: bool,
    #[serde(default)]
    limit: Option<i64>,
    #[serde(default)]
    uses: i64,
    created_at: Time,
}

/// Codes that were made.
#[derive(Debug, Deserialize)]
struct Made {
    items: Vec<String>,
}

/// An order that used a promotion.
#[derive(Debug, Deserialize)]
struct Use {
    order_id: String,
    #[serde(default)]
    code: Option<String>,
    customer: String,
    state: String,
    at: Time,
}

/// `/admin/coupons/{id}/codes`
pub(super) async fn list(visit: Visit, id: Id) -> Result<Page, Fault> {
    page(&visit, id, &Filled::default().with("key", visit.new_key()).with("code_limit", "1"), None).await
}

/// Codes are to be made.
pub(super) async fn make(visit: Visit, id: Id, sent: Filled) -> Result<Response, Fault> {
    let path = format!("/v1/promotions/{id}/codes");
    let outcome = match body(&visit, &sent) {
        Ok(body) => visit.ask(Method::POST, path).key(sent.get("key")).json(&body).read::<Made>().await,
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(made) => {
            let promotion: Promotion = visit.get(format!("/v1/promotions/{id}")).await?;
            Ok(framed(&visit, "Codes that were made", &result(&visit, &promotion, &made)).await.into_response())
        }
        Err(fault) if belongs_to_form(&fault) => {
            let sent = sent.instead("key", visit.new_key());
            Ok(page(&visit, id, &sent, Some(&fault)).await?.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

fn body(visit: &Visit, form: &Filled) -> Result<Value, Fault> {
    let mut read = Reading::of(form, currency(visit));
    let limit = read.number("code_limit", "/limit");
    let codes = form.list("codes");
    let body = if codes.is_empty() {
        json!({"count": read.number("count", "/count"), "prefix": form.text("prefix"), "limit": limit})
    } else {
        json!({"codes": codes, "limit": limit})
    };
    read.finish()?;
    Ok(body)
}

fn head(promotion: &Promotion, here: &str) -> Markup {
    let base = format!("/admin/coupons/{}", promotion.id);
    html! {
        (parts::crumbs("Way", &[("/admin/coupons", "Promotions"), (&base, &promotion.label), ("", here)]))
        nav.tabs aria-label="Promotion" {
            a href=(base) { "Promotion" }
            @if promotion.trigger == "code" {
                a href={ (base) "/codes" } aria-current=[(here == "Codes").then_some("page")] { "Codes" }
            }
            a href={ (base) "/uses" } aria-current=[(here == "Uses").then_some("page")] { "Uses" }
        }
    }
}

async fn page(visit: &Visit, id: Id, form: &Filled, fault: Option<&Fault>) -> Result<Page, Fault> {
    let promotion: Promotion = visit.get(format!("/v1/promotions/{id}")).await?;
    let filters = Filters::of(visit, &["cursor"]);
    let mut asked = vec![("limit", "50")];
    if !filters.get("cursor").is_empty() {
        asked.push(("cursor", filters.get("cursor")));
    }
    let codes: Listed<Code> = visit.get(address(&format!("/v1/promotions/{id}/codes"), &asked)).await?;
    let (first, next) = filters.pages(codes.next_cursor.as_deref());
    let rows: Vec<Vec<Markup>> = codes.items.iter().map(|code| row(visit, code)).collect();
    let line = |name, label, pointer: &str| entry(form, fault, name, label, pointer);
    let main = html! {
        (head(&promotion, "Codes"))
        div.split {
            div.stack {
                @if rows.is_empty() { (parts::empty("No codes yet", "Make one beside, or a thousand.", &html! {})) }
                @else { (parts::table("Codes", &parts::columns(&["Code", "#Uses", "#Limit", "Made", "State"]), &rows)) }
                (parts::pager(first.as_deref().map(|href| (href, "To the first")), next.as_deref().map(|href| (href, "More"))))
            }
            aside {
                form.panel.form id="make-codes" method="post" action={ "/admin/coupons/" (promotion.id) "/codes" } {
                    h2 { "Make codes" }
                    (refused(fault))
                    (parts::hidden("key", form.get("key")))
                    (parts::area(&Field { hint: "Apart by commas or lines, at most 1,000.", ..line("codes", "These", "/codes") }, 4))
                    (parts::field(&Field { inputmode: "numeric", hint: "Drawn by chance, at most 10,000.", ..line("count", "Or so many", "/count") }))
                    (parts::field(&Field { max: Some(20), ..line("prefix", "that begin with", "/prefix") }))
                    (parts::field(&Field { inputmode: "numeric", hint: "Empty: for ever.", ..line("code_limit", "Uses of each", "/limit") }))
                    (parts::submit("Make them"))
                }
            }
        }
    };
    Ok(framed(visit, &promotion.label, &main).await)
}

fn row(visit: &Visit, code: &Code) -> Vec<Markup> {
    let number = |number: i64| visit.lang().number(number);
    vec![
        html! { span.code { (code.text) } },
        html! { (number(code.uses)) },
        html! { @if let Some(limit) = code.limit { (number(limit)) } @else { "—" } },
        html! { (visit.lang().day(code.created_at)) },
        if code.enabled {
            button(
                &format!("/admin/coupons/code/{}/disable", encoded(&code.text)),
                "Disable",
                "Disable this code for good?",
                &[],
            )
        } else {
            parts::badge(Mood::Plain, "Off")
        },
    ]
}

fn result(visit: &Visit, promotion: &Promotion, made: &Made) -> Markup {
    let count = i64::try_from(made.items.len()).unwrap_or_default();
    html! {
        (head(promotion, "Codes"))
        (parts::notice(Mood::Good, &format!("{} codes are made.", visit.lang().number(count))))
        (parts::area(&Field { name: "made", label: "All of them, a line each", value: &made.items.join("\n"), ..Field::default() }, 16))
        (parts::link_button(&format!("/admin/coupons/{}/codes", promotion.id), "To the codes", false))
    }
}

/// `/admin/coupons/{id}/uses`
pub(super) async fn uses(visit: Visit, id: Id) -> Result<Page, Fault> {
    let promotion: Promotion = visit.get(format!("/v1/promotions/{id}")).await?;
    let filters = Filters::of(&visit, &["cursor"]);
    let mut asked = vec![("limit", "50")];
    if !filters.get("cursor").is_empty() {
        asked.push(("cursor", filters.get("cursor")));
    }
    let uses: Listed<Use> = visit.get(address(&format!("/v1/promotions/{id}/uses"), &asked)).await?;
    let (first, next) = filters.pages(uses.next_cursor.as_deref());
    let row = |one: &Use| {
        vec![
            html! { (visit.lang().moment(one.at)) },
            html! { a href={ "/admin/orders/" (one.order_id) } { "Order" } },
            html! { (one.code.as_deref().unwrap_or("—")) },
            html! { span.code { (one.customer) } },
            match one.state.as_str() {
                "redeemed" => parts::badge(Mood::Good, "Paid"),
                "reserved" | "awaited" => parts::badge(Mood::Warn, "Not paid yet"),
                _ => parts::badge(Mood::Plain, "Came to nothing"),
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = uses.items.iter().map(row).collect();
    let main = html! {
        (head(&promotion, "Uses"))
        @if rows.is_empty() { (parts::empty("Nobody used it yet", "Orders that do are listed here.", &html! {})) }
        @else { (parts::table("Uses", &parts::columns(&["When", "Order", "Code", "Customer", "State"]), &rows)) }
        (parts::pager(first.as_deref().map(|href| (href, "To the first")), next.as_deref().map(|href| (href, "More"))))
    };
    Ok(framed(&visit, &promotion.label, &main).await)
}
