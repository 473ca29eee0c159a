//! Paying again, in another way, after a payment was declined.

use super::{ask, find, narrow, refused, views::Payments};
use crate::{
    model::{Form, pay_methods},
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
    parts::{self, Choice, Field},
};
use maud::html;
use serde_json::json;

const TITLE: Text = Text { en: "Pay in another way", de: "Anders bezahlen" };

/// `GET /orders/{id}/pay`
pub(crate) async fn show(visit: Visit, Path(order): Path<String>) -> Result<Page, Fault> {
    const NOT: Text = Text {
        en: "There is nothing to pay now: the payment is under way, done, or not wanted any more.",
        de: "Es ist gerade nichts zu zahlen: Die Zahlung läuft, ist erledigt oder wird nicht mehr gebraucht.",
    };
    let id = id(&order)?;
    let found = find(&visit, id).await?;
    let payments: Payments = ask(&visit, Method::GET, id, "/payments").read().await.unwrap_or_default();
    if !found.can_be_paid(&payments) {
        return Ok(refused(&visit, id, visit.say(TITLE), visit.say(NOT)).await);
    }
    let has_tenders = !found.tenders.is_empty();
    Ok(pay_page(&visit, id, &visit.new_key(), ("", has_tenders), None).await)
}

/// `POST /orders/{id}/pay`
pub(crate) async fn pay(visit: Visit, Path(order): Path<String>, form: Form) -> Result<Response, Fault> {
    const BEGUN: Text = Text { en: "The payment is under way.", de: "Die Zahlung läuft." };
    let id = id(&order)?;
    let method = form.get("payment_method");
    let body = json!({"payment_method": method, "use_tenders": form.is_ticked("use_tenders")});
    match ask(&visit, Method::POST, id, "/payments").key(form.get("key")).json(&body).send().await {
        Ok(_) => {
            tell(&visit, BEGUN);
            Ok(go(&visit, &format!("/orders/{id}?wait=confirmed&timeout=2")))
        }
        Err(fault) if is_told_here(&fault) && fault.status != 401 => {
            let typed = (method, form.is_ticked("use_tenders"));
            Ok(pay_page(&visit, id, &visit.new_key(), typed, Some(&fault)).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn pay_page(visit: &Visit, id: &str, key: &str, typed: (&str, bool), fault: Option<&Fault>) -> Page {
    const METHOD: Text = Text { en: "How do you want to pay?", de: "Wie möchten Sie zahlen?" };
    const TENDERS: Text = Text {
        en: "Use my gift cards and store credit again",
        de: "Meine Gutscheine und mein Guthaben wieder verwenden",
    };
    const PAY: Text = Text { en: "Pay now", de: "Jetzt zahlen" };
    let fault = fault.map(|fault| refusals::told(visit, fault));
    let methods = pay_methods(visit);
    let choice = |method: &crate::model::PayMethod| Choice {
        aside: visit.say(method.aside),
        ..Choice::new(method.id, visit.say(method.name))
    };
    let choices: Vec<Choice<'_>> = methods.iter().map(choice).collect();
    let first = methods.first().map_or("", |method| method.id);
    let (method, use_tenders) = typed;
    let value = if method.is_empty() { first } else { method };
    let error = fault.as_ref().and_then(|fault| fault.at("/payment_method"));
    let body = html! {
        (wrong(visit, fault.as_ref()))
        form #pay-form .form.panel method="post" action=(visit.link(&format!("/orders/{id}/pay"))) {
            (parts::hidden("key", key))
            (parts::choices(&Field { name: "payment_method", label: visit.say(METHOD), value, error, required: true,
                ..Field::default() }, &choices, false))
            @if use_tenders { (parts::check("use_tenders", visit.say(TENDERS), true)) }
            (parts::submit(visit.say(PAY)))
        }
    };
    narrow(visit, id, visit.say(TITLE), &body).await
}
