//! What staff do with an order: each is a form with a key of its own, so that sending it twice does it once. What is
//! refused is told above the order as it stands by then, with what was typed kept.

mod shown;

pub(crate) use shown::one_button;
pub(super) use shown::{actions, note_form, refusal};

use super::detail;
use crate::{
    model::{Form, Id, minor},
    pages::forms::{belongs_to_form, done},
};
use axum::{
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_contracts::Address;
use bodega_kernel::{Currency, Money, uuid::Uuid};
use bodega_pages::{Answer, Ask, Fault, FieldFault, Visit};
use serde_json::{Value, json};

/// What was sent and refused.
pub(super) struct Tried {
    pub(super) action: &'static str,
    pub(super) form: Form,
    pub(super) fault: Fault,
}

type Done = Result<Response, Fault>;

/// Tells what came of it: on to the order, or the order with the refusal.
async fn finish(
    visit: &Visit,
    id: Id,
    action: &'static str,
    form: Form,
    outcome: Result<Answer, Fault>,
    told: &str,
) -> Done {
    match outcome {
        Ok(_) => Ok(done(visit, &format!("/admin/orders/{id}"), told)),
        Err(fault) if belongs_to_form(&fault) => {
            let tried = Tried { action, form, fault };
            Ok(detail::page(visit, id, Some(&tried)).await?.into_response())
        }
        Err(fault) => Err(fault),
    }
}

fn keyed(visit: &Visit, path: String, form: &Form, body: &Value) -> Ask {
    visit.ask(Method::POST, path).key(form.get("key")).json(body)
}

/// Packs what was counted and hands it to a carrier.
pub(super) async fn dispatch(visit: Visit, id: Id, form: Form) -> Done {
    let skus = form.all("sku").zip(form.all("pieces"));
    let pieces: Vec<(&str, Option<i64>)> =
        skus.filter(|(_, pieces)| !pieces.is_empty()).map(|(sku, pieces)| (sku, pieces.parse().ok())).collect();
    let lines: Vec<Value> = pieces
        .iter()
        .filter(|(_, pieces)| *pieces != Some(0))
        .map(|(sku, pieces)| json!({"sku": sku, "quantity": pieces}))
        .collect();
    if lines.is_empty() || pieces.iter().any(|(_, pieces)| pieces.is_none_or(|pieces| pieces < 0)) {
        let fault = refused("/lines", "Say how many pieces go into the parcel, in whole numbers.");
        return finish(&visit, id, "dispatch", form, Err(fault), "").await;
    }
    let mut body = json!({"carrier": form.get("carrier"), "lines": lines});
    for (name, field) in
        [("carrier_name", "carrier_name"), ("tracking_number", "tracking_number"), ("tracking_url", "tracking_url")]
    {
        if let Some(text) = form.some(field) {
            body[name] = json!(text);
        }
    }
    let outcome = keyed(&visit, format!("/v1/orders/{id}/shipments"), &form, &body).send().await;
    let told = match &outcome {
        Ok(answer) if answer.status == 202 => "The parcel is packed. Its carrier or its money is being asked first.",
        _ => "The parcel has left.",
    };
    finish(&visit, id, "dispatch", form, outcome, told).await
}

/// A parcel arrived.
pub(super) async fn parcel(visit: Visit, id: Id, form: Form) -> Done {
    let shipment = named(&form, "shipment")?;
    let outcome = keyed(&visit, format!("/v1/shipments/{shipment}/delivered"), &form, &json!({})).send().await;
    finish(&visit, id, "parcel", form, outcome, "The parcel has arrived.").await
}

/// All is packed to be fetched, was fetched, or goes on although it was held.
pub(super) async fn fulfilment(visit: Visit, id: Id, form: Form) -> Done {
    let (step, told) = match form.get("step") {
        "ready" => ("ready", "The customer may fetch it."),
        "collected" => ("collected", "The customer has it."),
        "release-hold" => ("release-hold", "It may leave."),
        _ => return Err(Fault::of(404, "not_found")),
    };
    let fulfilment = named(&form, "fulfilment")?;
    let outcome = keyed(&visit, format!("/v1/fulfilments/{fulfilment}/{step}"), &form, &json!({})).send().await;
    finish(&visit, id, "fulfilment", form, outcome, told).await
}

/// Takes what was promised.
pub(super) async fn capture(visit: Visit, id: Id, form: Form) -> Done {
    let outcome = keyed(&visit, format!("/v1/orders/{id}/captures"), &form, &json!({})).send().await;
    finish(&visit, id, "capture", form, outcome, "The money is being taken.").await
}

/// Gives money back.
pub(super) async fn refund(visit: Visit, id: Id, form: Form) -> Done {
    let Some(amount) = amount(&form, "refund_amount") else {
        return finish(&visit, id, "refund", form, Err(no_amount()), "").await;
    };
    let body = json!({"amount": amount, "reason": form.get("refund_reason")});
    let outcome = keyed(&visit, format!("/v1/orders/{id}/refunds"), &form, &body).send().await;
    let told = format!("{} is on its way back.", visit.money(amount));
    finish(&visit, id, "refund", form, outcome, &told).await
}

/// Books money that came by hand.
pub(super) async fn received(visit: Visit, id: Id, form: Form) -> Done {
    let Some(amount) = amount(&form, "received_amount") else {
        return finish(&visit, id, "received", form, Err(no_amount()), "").await;
    };
    let body = json!({"amount": amount, "reference": form.get("received_reference")});
    let outcome = keyed(&visit, format!("/v1/orders/{id}/payments/received"), &form, &body).send().await;
    finish(&visit, id, "received", form, outcome, "The money is booked.").await
}

/// Cancels the order.
pub(super) async fn cancel(visit: Visit, id: Id, form: Form) -> Done {
    let body = form.some("cancel_reason").map_or_else(|| json!({}), |reason| json!({"reason": reason}));
    let outcome = keyed(&visit, format!("/v1/orders/{id}/cancel"), &form, &body).send().await;
    let is_closing = outcome
        .as_ref()
        .is_ok_and(|answer| answer.json::<Value>().is_ok_and(|told| told["closing"].as_bool().unwrap_or_default()));
    let told =
        if is_closing { "It is cancelled as soon as payments or shipping say so." } else { "The order is cancelled." };
    finish(&visit, id, "cancel", form, outcome, told).await
}

/// Notes something for the staff.
pub(super) async fn note(visit: Visit, id: Id, form: Form) -> Done {
    let body = json!({"text": form.get("note_text")});
    let outcome = keyed(&visit, format!("/v1/admin/orders/{id}/notes"), &form, &body).send().await;
    finish(&visit, id, "note", form, outcome, "Noted.").await
}

/// Sends the order elsewhere; only if nothing happened to it since the form was shown.
pub(super) async fn change_address(visit: Visit, id: Id, form: Form) -> Done {
    let optional = |name: &str| form.some(name).map(str::to_owned);
    let address = Address {
        name: form.get("name").to_owned(),
        line1: form.get("line1").to_owned(),
        line2: optional("line2"),
        city: form.get("city").to_owned(),
        region: optional("region"),
        postal_code: form.get("postal_code").to_owned(),
        country: form.get("country").to_uppercase(),
        phone: optional("phone"),
    };
    let ask = visit.ask(Method::PUT, format!("/v1/orders/{id}/shipping-address")).key(form.get("key")).json(&address);
    let outcome = ask.version(form.number("version").unwrap_or_default()).send().await;
    finish(&visit, id, "address", form, outcome, "The order is sent there.").await
}

/// Asks for goods back in the buyer's name.
pub(super) async fn ask_back(visit: Visit, id: Id, form: Form) -> Done {
    let skus = form.all("sku").zip(form.all("pieces"));
    let lines: Vec<Value> = skus
        .filter_map(|(sku, pieces)| Some((sku, pieces.parse::<i64>().ok()?)))
        .filter(|(_, pieces)| *pieces != 0)
        .map(|(sku, pieces)| json!({"sku": sku, "quantity": pieces}))
        .collect();
    let body = json!({"lines": lines, "reason": form.get("return_reason"), "wish": form.get("wish")});
    let outcome = keyed(&visit, format!("/v1/orders/{id}/returns"), &form, &body).send().await;
    finish(&visit, id, "return", form, outcome, "The return is asked for.").await
}

fn named(form: &Form, name: &str) -> Result<Uuid, Fault> {
    Uuid::parse_str(form.get(name)).map_err(|_| Fault::of(404, "not_found"))
}

fn amount(form: &Form, name: &str) -> Option<Money> {
    minor(form.get(name), Currency::new(form.get("currency")).ok()?)
}

fn no_amount() -> Fault {
    refused("/amount/amount", "is an amount such as 12.50")
}

fn refused(pointer: &str, detail: &str) -> Fault {
    let field = FieldFault { pointer: pointer.to_owned(), detail: detail.to_owned() };
    Fault { errors: vec![field], ..Fault::of(422, "invalid_body") }
}
