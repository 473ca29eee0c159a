//! Changing where an order goes, before anything of it has left.

use super::{ask, find, narrow, refused};
use crate::{
    model::Form,
    pages::{
        login::{is_told_here, tell, wrong},
        postal::Postal,
        refusals,
        ways::{go, id},
    },
};
use axum::{
    extract::Path,
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_pages::{Fault, Page, Text, Visit, parts};
use maud::html;

const TITLE: Text = Text { en: "Change delivery address", de: "Lieferadresse ändern" };

/// `GET /orders/{id}/address`
pub(crate) async fn show(visit: Visit, Path(order): Path<String>) -> Result<Page, Fault> {
    const LATE: Text = Text {
        en: "The address of this order cannot be changed any more.",
        de: "Die Adresse dieser Bestellung lässt sich nicht mehr ändern.",
    };
    let id = id(&order)?;
    let found = find(&visit, id).await?;
    match found.shipping_address.as_ref().filter(|_| found.can_be_readdressed()) {
        Some(postal) => Ok(address_page(&visit, id, postal, (&visit.new_key(), found.version), None).await),
        None => Ok(refused(&visit, id, visit.say(TITLE), visit.say(LATE)).await),
    }
}

/// `POST /orders/{id}/address`
pub(crate) async fn change(visit: Visit, Path(order): Path<String>, form: Form) -> Result<Response, Fault> {
    const DONE: Text = Text { en: "The address is changed.", de: "Die Adresse ist geändert." };
    let (id, postal) = (id(&order)?, Postal::of(&form));
    let version = form.number("version").unwrap_or_default();
    let asked = ask(&visit, Method::PUT, id, "/shipping-address").key(form.get("key")).version(version).json(&postal);
    match asked.send().await {
        Ok(_) => {
            tell(&visit, DONE);
            Ok(go(&visit, &format!("/orders/{id}")))
        }
        Err(fault) if is_told_here(&fault) && fault.status != 401 => {
            // What happened meanwhile, such as a payment that arrived, need not be against it: sent again, it is tried anew.
            let version = find(&visit, id).await.map_or(version, |order| order.version);
            let page = address_page(&visit, id, &postal, (&visit.new_key(), version), Some(&fault)).await;
            Ok(page.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn address_page(visit: &Visit, id: &str, postal: &Postal, once: (&str, i64), fault: Option<&Fault>) -> Page {
    const SAVE: Text = Text { en: "Save address", de: "Adresse speichern" };
    const COUNTRY: Text = Text {
        en: "The country stays as it is: taxes and shipping were reckoned for it.",
        de: "Das Land bleibt, wie es ist: Steuern und Versand wurden dafür berechnet.",
    };
    let fault = fault.map(|fault| refusals::told(visit, fault));
    let body = html! {
        (wrong(visit, fault.as_ref()))
        p { (visit.say(COUNTRY)) }
        form #order-address-form .form.panel method="post" action=(visit.link(&format!("/orders/{id}/address"))) {
            (parts::hidden("key", once.0))
            (parts::hidden("version", &once.1.to_string()))
            (postal.fields(visit, fault.as_ref()))
            (parts::submit(visit.say(SAVE)))
        }
    };
    narrow(visit, id, visit.say(TITLE), &body).await
}
