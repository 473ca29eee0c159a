//! Placing the order: once, at the sum that was in view, with everything in the cart as it was shown.

use super::{
    Account, Desk, save,
    typed::{Typed, Wrong},
};
use crate::{
    clients::{ask_cart, is_gone},
    model::{CartKey, Form, order_token, remember_order},
    pages::{refusals, ways},
    views::Cart,
};
use axum::{
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_pages::{Fault, Flash, Text, Visit, parts::Mood};
use serde::Deserialize;
use serde_json::{Value, json};

const TOTAL: Text = Text {
    en: "The total has changed with your choices. Please check it, then order again.",
    de: "Mit Ihren Angaben hat sich die Gesamtsumme geändert. Bitte prüfen Sie sie, und bestellen Sie dann noch einmal.",
};
const CHANGED: Text = Text {
    en: "Something in your cart has changed. Please look at it again before you order. Nothing has been charged.",
    de: "In Ihrem Warenkorb hat sich etwas geändert. Bitte sehen Sie ihn noch einmal an. Es wurde nichts berechnet.",
};
const TEXTS: Text = Text {
    en: "Our terms have changed in the meantime. Please read them and accept them again.",
    de: "Unsere AGB haben sich inzwischen geändert. Bitte lesen Sie sie, und stimmen Sie noch einmal zu.",
};
const MARKED: Text = Text { en: "Please check what is marked.", de: "Bitte prüfen Sie die markierten Angaben." };
const UNSURE: Text = Text {
    en: "We did not hear whether that went through. Please press the button again: you will not be charged twice.",
    de: "Wir wissen nicht, ob das angekommen ist. Bitte drücken Sie noch einmal: Sie zahlen nicht doppelt.",
};

/// What a checkout answers.
#[derive(Deserialize)]
struct Placed {
    order_id: String,
    order_token: String,
}

/// How a refusal is shown.
struct Refusal {
    status: u16,
    wrong: Wrong,
    text: Text,
    /// Whether the order may exist: then the same key asks again.
    is_unsure: bool,
}

impl Refusal {
    fn of(status: u16, text: Text) -> Self {
        Self { status, wrong: Wrong::default(), text, is_unsure: false }
    }
}

/// Places the order that the form describes.
pub(super) async fn order(visit: &Visit, form: &Form) -> Result<Response, Fault> {
    let Some(key) = CartKey::read(visit) else { return Ok(ways::go(visit, "/cart")) };
    let typed = Typed::of_form(visit, form);
    let Some(mut cart) = read(visit, &key).await? else { return Ok(begun_anew(visit)) };
    // A cart that is an order already was sent twice: the same key gives the same answer.
    if !cart.is_ordered() {
        if cart.lines.is_empty() {
            return Ok(ways::go(visit, "/cart"));
        }
        let saved = match typed.details(&cart) {
            Some(details) => save(visit, &details).await,
            None => Ok(cart.clone()),
        };
        cart = match saved {
            Ok(saved) => saved,
            Err(fault) if fault.is("cart_checked_out") => read(visit, &key).await?.unwrap_or(cart),
            Err(fault) if fault.status == 422 => {
                let mut wrong = typed.check(visit, &cart);
                wrong.put_fault(visit, &fault);
                return Ok(refuse(visit, cart, typed, Refusal { wrong, ..Refusal::of(422, MARKED) }).await);
            }
            Err(fault) if is_gone(&fault) => return Ok(begun_anew(visit)),
            Err(fault) => return Err(fault),
        };
    }
    if !cart.is_ordered()
        && let Some(refusal) = reconsider(visit, &typed, &cart)
    {
        return Ok(refuse(visit, cart, typed, refusal).await);
    }
    send(visit, &key, cart, typed).await
}

/// Why the order is not sent yet.
fn reconsider(visit: &Visit, typed: &Typed, cart: &Cart) -> Option<Refusal> {
    let mut wrong = typed.check(visit, cart);
    wrong.put_missing(visit, cart, &cart.missing);
    if !wrong.is_empty() {
        return Some(Refusal { wrong, ..Refusal::of(422, MARKED) });
    }
    (typed.total != in_view(cart)).then(|| Refusal::of(409, TOTAL))
}

/// The sum as the form brings it back.
pub(super) fn in_view(cart: &Cart) -> String {
    format!("{} {}", cart.due.amount, cart.due.currency.code())
}

async fn read(visit: &Visit, key: &CartKey) -> Result<Option<Cart>, Fault> {
    match ask_cart(visit, key, Method::GET, "").read::<Cart>().await {
        Ok(cart) => Ok(Some(cart)),
        Err(fault) if is_gone(&fault) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn begun_anew(visit: &Visit) -> Response {
    CartKey::forget(visit);
    ways::go(visit, "/cart")
}

async fn send(visit: &Visit, key: &CartKey, cart: Cart, typed: Typed) -> Result<Response, Fault> {
    let method = Some(&typed.payment_method).filter(|method| !method.is_empty());
    let accepted = typed.terms_version.filter(|_| typed.accepts);
    let body = json!({"payment_method": method, "accepted_terms": accepted, "version": cart.version});
    let ask = ask_cart(visit, key, Method::POST, "/checkout").key(&typed.key).json(&body);
    match ask.read::<Placed>().await {
        Ok(placed) => {
            keep_address(visit, &typed).await;
            remember_order(visit, &placed.order_id, &placed.order_token);
            CartKey::forget(visit);
            Ok(ways::go(visit, &format!("/orders/{}?placed=1", placed.order_id)))
        }
        Err(fault) if fault.is("cart_checked_out") => Ok(ordered_before(visit, &fault)),
        Err(fault) if is_gone(&fault) => Ok(begun_anew(visit)),
        Err(fault) => {
            let cart = match told_cart(&fault) {
                Some(told) => told,
                None => read(visit, key).await?.unwrap_or(cart),
            };
            let refusal = explain(visit, &fault, &cart);
            Ok(refuse(visit, cart, typed, refusal).await)
        }
    }
}

/// What a refusal of the checkout means.
fn explain(visit: &Visit, fault: &Fault, cart: &Cart) -> Refusal {
    let mut wrong = Wrong::default();
    match (fault.code.as_str(), fault.status) {
        ("terms_changed" | "terms_not_accepted", status) => Refusal::of(status, TEXTS),
        ("cart_incomplete", status) => {
            wrong.put_missing(visit, cart, &cart.missing);
            Refusal { wrong, ..Refusal::of(status, MARKED) }
        }
        (_, status @ 409) => Refusal::of(status, CHANGED),
        (_, status @ 422) => {
            wrong.put_fault(visit, fault);
            Refusal { wrong, ..Refusal::of(status, MARKED) }
        }
        (_, status) => Refusal { is_unsure: true, ..Refusal::of(status, UNSURE) },
    }
}

/// The cart as a refusal shows it.
fn told_cart(fault: &Fault) -> Option<Cart> {
    fault.body.get("cart").and_then(|cart| serde_json::from_value(cart.clone()).ok())
}

/// The page again, with what was typed and why it was refused.
async fn refuse(visit: &Visit, cart: Cart, mut typed: Typed, refusal: Refusal) -> Response {
    if !refusal.is_unsure {
        typed.key = visit.new_key();
    }
    typed.accepts = typed.accepts && typed.terms_version == cart.terms_version;
    let account = Account::read(visit).await;
    let notices = vec![(Mood::Bad, visit.say(refusal.text).to_owned())];
    let desk = Desk { cart, typed, account, wrong: refusal.wrong, notices };
    desk.page(visit).await.status(refusal.status).into_response()
}

/// The cart became an order before, under another key: in another window.
fn ordered_before(visit: &Visit, fault: &Fault) -> Response {
    const BEFORE: Text = Text {
        en: "This cart was ordered already. We sent you a mail about it.",
        de: "Dieser Warenkorb ist bereits bestellt. Sie haben dazu eine E-Mail von uns.",
    };
    CartKey::forget(visit);
    let order = fault.body.get("order_id").and_then(Value::as_str);
    if let Some(id) = order.filter(|id| visit.is_logged_in() || order_token(visit, id).is_some()) {
        return ways::go(visit, &format!("/orders/{id}"));
    }
    visit.tell_next(&Flash { is_bad: false, text: visit.say(BEFORE).to_owned() });
    ways::go(visit, "/cart")
}

/// Into the address book, where that was wished. An order does not fail for it.
async fn keep_address(visit: &Visit, typed: &Typed) {
    if !typed.keeps || !visit.is_logged_in() {
        return;
    }
    let ask = visit.ask(Method::POST, "/v1/me/addresses").key(&format!("{}-address", typed.key));
    if let Err(fault) = ask.json(&typed.shipping).send().await {
        let text = refusals::detail(visit, &fault);
        visit.tell_next(&Flash { is_bad: true, text });
    }
}
