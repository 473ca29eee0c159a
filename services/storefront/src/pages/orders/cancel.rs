//! Cancelling an order.

use super::{ask, find, narrow, refused};
use crate::{
    model::Form,
    pages::{
        login::{is_told_here, tell, wrong},
        refusals,
        ways::{go, id},
    },
};
use axum::{
    extract::Path,
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_pages::{
    Fault, Page, Text, Visit,
    parts::{self, Field},
};
use maud::html;
use serde::Deserialize;
use serde_json::json;

const TITLE: Text = Text { en: "Cancel order", de: "Bestellung stornieren" };

/// What came of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cancelled {
    closing: bool,
}

/// `GET /orders/{id}/cancel`
pub(crate) async fn show(visit: Visit, Path(order): Path<String>) -> Result<Page, Fault> {
    const LATE: Text = Text {
        en: "This order cannot be cancelled any more. When it has arrived you can send it back.",
        de: "Diese Bestellung lässt sich nicht mehr stornieren. Nach der Ankunft können Sie sie zurückschicken.",
    };
    let id = id(&order)?;
    let found = find(&visit, id).await?;
    if !found.can_be_cancelled() {
        return Ok(refused(&visit, id, visit.say(TITLE), visit.say(LATE)).await);
    }
    Ok(cancel_page(&visit, id, &visit.new_key(), "", None).await)
}

/// `POST /orders/{id}/cancel`
pub(crate) async fn cancel(visit: Visit, Path(order): Path<String>, form: Form) -> Result<Response, Fault> {
    const DONE: Text = Text { en: "The order is cancelled.", de: "Die Bestellung ist storniert." };
    const ASKED: Text = Text {
        en: "The cancellation is under way. This page shows what comes of it.",
        de: "Die Stornierung läuft. Diese Seite zeigt, was daraus wird.",
    };
    let id = id(&order)?;
    let body = match form.some("reason") {
        Some(reason) => json!({"reason": reason}),
        None => json!({}),
    };
    let asked = ask(&visit, Method::POST, id, "/cancel").key(form.get("key")).json(&body);
    match asked.read::<Cancelled>().await {
        Ok(cancelled) => {
            tell(&visit, if cancelled.closing { ASKED } else { DONE });
            Ok(go(&visit, &format!("/orders/{id}")))
        }
        Err(fault) if is_told_here(&fault) && fault.status != 401 => {
            let page = cancel_page(&visit, id, &visit.new_key(), form.get("reason"), Some(&fault)).await;
            Ok(page.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn cancel_page(visit: &Visit, id: &str, key: &str, typed: &str, fault: Option<&Fault>) -> Page {
    const ASK: Text = Text {
        en: "Do you want to cancel this order? What you paid is given back.",
        de: "Möchten Sie diese Bestellung stornieren? Was Sie bezahlt haben, erhalten Sie zurück.",
    };
    const WHY: Text = Text { en: "Why? (optional)", de: "Warum? (freiwillig)" };
    const YES: Text = Text { en: "Yes, cancel", de: "Ja, stornieren" };
    let fault = fault.map(|fault| refusals::told(visit, fault));
    let error = fault.as_ref().and_then(|fault| fault.at("/reason"));
    let body = html! {
        (wrong(visit, fault.as_ref()))
        p { (visit.say(ASK)) }
        form #cancel-form .form.panel method="post" action=(visit.link(&format!("/orders/{id}/cancel"))) {
            (parts::hidden("key", key))
            (parts::area(&Field { name: "reason", label: visit.say(WHY), value: typed, error, max: Some(500),
                ..Field::default() }, 3))
            (parts::submit(visit.say(YES)))
        }
    };
    narrow(visit, id, visit.say(TITLE), &body).await
}
