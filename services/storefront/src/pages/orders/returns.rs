//! Asking to send goods back.

use super::{
    ask, find, narrow, refused,
    views::{Fulfilments, Order},
};
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
    orders::Line,
    parts::{self, Choice, Field},
};
use maud::{Markup, html};
use serde_json::{Value, json};

const TITLE: Text = Text { en: "Send something back", de: "Etwas zurückschicken" };

/// A line of which something can come back, its place in the order, and how much.
struct Left<'a> {
    index: usize,
    line: &'a Line,
    pieces: i64,
}

/// `GET /orders/{id}/return`
pub(crate) async fn show(visit: Visit, Path(order): Path<String>) -> Result<Page, Fault> {
    const NOTHING: Text = Text {
        en: "Nothing of this order can be sent back now.",
        de: "Von dieser Bestellung kann gerade nichts zurückgeschickt werden.",
    };
    let id = id(&order)?;
    let (order, fulfilments) = read(&visit, id).await?;
    if !order.can_be_returned() || left(&order, &fulfilments).is_empty() {
        return Ok(refused(&visit, id, visit.say(TITLE), visit.say(NOTHING)).await);
    }
    Ok(return_page(&visit, (&order, &fulfilments), &Form::default(), None).await)
}

/// `POST /orders/{id}/return`
pub(crate) async fn request(visit: Visit, Path(order): Path<String>, form: Form) -> Result<Response, Fault> {
    const DONE: Text = Text {
        en: "We have got your request and look at it soon. We write to you by mail.",
        de: "Ihre Anfrage ist da, wir sehen sie uns bald an und schreiben Ihnen eine E-Mail.",
    };
    let id = id(&order)?;
    let (order, fulfilments) = read(&visit, id).await?;
    let body = asked(&order, &form);
    match ask(&visit, Method::POST, id, "/returns").key(form.get("key")).json(&body).send().await {
        Ok(_) => {
            tell(&visit, DONE);
            Ok(go(&visit, &format!("/orders/{id}")))
        }
        Err(fault) if is_told_here(&fault) && fault.status != 401 => {
            let page = return_page(&visit, (&order, &fulfilments), &form, Some(&fault)).await;
            Ok(page.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn read(visit: &Visit, id: &str) -> Result<(Order, Fulfilments), Fault> {
    let fulfilments = ask(visit, Method::GET, id, "/fulfilments").read::<Fulfilments>();
    let (order, fulfilments) = futures_util::join!(find(visit, id), fulfilments);
    Ok((order?, fulfilments.unwrap_or_default()))
}

fn asked(order: &Order, form: &Form) -> Value {
    let chosen = |(index, line): (usize, &Line)| {
        let quantity = form.number(&format!("quantity-{index}")).filter(|quantity| *quantity > 0)?;
        Some(json!({"sku": line.sku, "quantity": quantity}))
    };
    let lines: Vec<Value> = order.lines.iter().enumerate().filter_map(chosen).collect();
    let wish = form.some("wish").unwrap_or("refund");
    let mut body = json!({"lines": lines, "reason": form.get("reason"), "wish": wish});
    if wish == "exchange" {
        body["replacement"] = body["lines"].clone();
    }
    body
}

/// What left, less what comes back already. The API has the last word.
fn left<'a>(order: &'a Order, fulfilments: &Fulfilments) -> Vec<Left<'a>> {
    let parcels = fulfilments.items.iter().flat_map(|one| &one.shipments).flat_map(|parcel| &parcel.lines);
    let sent: Vec<_> = parcels.collect();
    let back = order.returns.iter().filter(|one| ["requested", "approved", "received"].contains(&&*one.state));
    let back: Vec<_> = back.flat_map(|one| &one.lines).collect();
    let of = |pieces: &[&super::views::Piece], sku: &str| -> i64 {
        pieces.iter().filter(|piece| piece.sku == sku).map(|piece| piece.quantity).sum()
    };
    let counted = |(index, line): (usize, &'a Line)| {
        let gone = if sent.is_empty() { line.quantity } else { of(&sent, &line.sku) };
        Left { index, line, pieces: (gone - of(&back, &line.sku)).min(line.quantity) }
    };
    order.lines.iter().enumerate().map(counted).filter(|left| left.pieces > 0).collect()
}

async fn return_page(visit: &Visit, of: (&Order, &Fulfilments), form: &Form, fault: Option<&Fault>) -> Page {
    const HOW: Text = Text {
        en: "Tell us what you want to send back. We write to you where it goes.",
        de: "Sagen Sie uns, was Sie zurückschicken möchten. Wir schreiben Ihnen, wohin.",
    };
    const WHY: Text = Text { en: "Why do you send it back?", de: "Warum schicken Sie es zurück?" };
    const SEND: Text = Text { en: "Ask for the return", de: "Rücksendung anfragen" };
    let (order, fulfilments) = of;
    let fault = fault.map(|fault| refusals::told(visit, fault));
    let error = fault.as_ref().and_then(|fault| fault.at("/reason"));
    let path = format!("/orders/{}/return", order.id);
    let body = html! {
        (wrong(visit, fault.as_ref()))
        p { (visit.say(HOW)) }
        form #return-form .form.panel method="post" action=(visit.link(&path)) {
            // What was refused is sent again as something else.
            (parts::hidden("key", &visit.new_key()))
            @for left in left(order, fulfilments) { (quantity(visit, &left, form)) }
            (parts::area(&Field { name: "reason", label: visit.say(WHY), value: form.get("reason"), error, required: true,
                max: Some(500), ..Field::default() }, 3))
            (wishes(visit, order, form))
            (parts::submit(visit.say(SEND)))
        }
    };
    narrow(visit, &order.id, visit.say(TITLE), &body).await
}

fn quantity(visit: &Visit, left: &Left<'_>, form: &Form) -> Markup {
    const NONE: Text = Text { en: "keep", de: "behalten" };
    let name = format!("quantity-{}", left.index);
    let typed = form.some(&name).unwrap_or("0").to_owned();
    let numbers: Vec<String> = (0..=left.pieces.min(100)).map(|many| many.to_string()).collect();
    let choice = |many: &'_ String| -> String { if many == "0" { visit.say(NONE).to_owned() } else { many.clone() } };
    let labels: Vec<String> = numbers.iter().map(choice).collect();
    let choices: Vec<Choice<'_>> =
        numbers.iter().zip(&labels).map(|(value, label)| Choice::new(value, label)).collect();
    parts::select(&Field { name: &name, label: &left.line.name, value: &typed, ..Field::default() }, &choices)
}

fn wishes(visit: &Visit, order: &Order, form: &Form) -> Markup {
    const WISH: Text = Text { en: "What would you like for it?", de: "Was möchten Sie dafür?" };
    const REFUND: Text = Text { en: "The money back", de: "Das Geld zurück" };
    const CREDIT: Text = Text { en: "Store credit", de: "Guthaben im Shop" };
    const EXCHANGE: Text = Text { en: "The same once more", de: "Das Gleiche noch einmal" };
    let mut choices = vec![Choice::new("refund", visit.say(REFUND))];
    if order.customer_id.is_some() {
        choices.push(Choice::new("store_credit", visit.say(CREDIT)));
    }
    choices.push(Choice::new("exchange", visit.say(EXCHANGE)));
    let value = form.some("wish").unwrap_or("refund");
    parts::choices(
        &Field { name: "wish", label: visit.say(WISH), value, required: true, ..Field::default() },
        &choices,
        false,
    )
}
