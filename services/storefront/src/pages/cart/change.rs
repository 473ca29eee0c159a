//! What changes a cart: each a form, each back to the cart.

use super::{Wrong, show, totals::refused_because};
use crate::{
    clients::{self, ask_cart, is_gone, seen},
    model::{CartKey, Form},
    pages::{refusals, ways},
    views::Cart,
};
use axum::{
    extract::Path,
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_pages::{Fault, Flash, Text, Visit};
use serde_json::{Value, json};

/// The most pieces of a line.
const MOST: i64 = 10_000;

/// `POST /cart/lines`
pub(crate) async fn add(visit: Visit, form: Form) -> Result<Response, Fault> {
    const ADDED: Text = Text { en: "It is in your cart.", de: "Der Artikel liegt in Ihrem Warenkorb." };
    const KIND: Text = Text { en: "Please choose a version first.", de: "Bitte wählen Sie zuerst eine Ausführung." };
    const GONE: Text = Text { en: "This is not for sale any more.", de: "Dieser Artikel wird nicht mehr verkauft." };
    let slug = form.get("slug");
    let back = |text: String| {
        visit.tell_next(&Flash { is_bad: true, text });
        match slug {
            "" => ways::go(&visit, "/cart"),
            slug => ways::go(&visit, &format!("/p/{}", crate::model::escaped(slug))),
        }
    };
    let Some(sku) = form.some("sku") else { return Ok(back(visit.say(KIND).to_owned())) };
    let Some(quantity) = form.number("quantity").filter(|count| (1..=MOST).contains(count)) else {
        return Ok(back(visit.say(HOW_MANY).to_owned()));
    };
    match clients::add_to_cart(&visit, sku, quantity).await {
        Ok(_) => {
            visit.tell_next(&Flash { is_bad: false, text: visit.say(ADDED).to_owned() });
            Ok(ways::go(&visit, "/cart"))
        }
        Err(fault) if fault.is("unknown_sku") => Ok(back(visit.say(GONE).to_owned())),
        Err(fault) if fault.status == 422 => Ok(back(refusals::detail(&visit, &fault))),
        Err(fault) => Err(fault),
    }
}

const HOW_MANY: Text =
    Text { en: "Please say how many: 1 to 10,000.", de: "Bitte geben Sie eine Menge von 1 bis 10.000 an." };

/// `POST /cart/lines/{line}`
pub(crate) async fn set_quantity(visit: Visit, Path(line): Path<String>, form: Form) -> Result<Response, Fault> {
    let Some(quantity) = form.number("quantity").filter(|count| (0..=MOST).contains(count)) else {
        return again(&visit, &Wrong::of(&line, &form, "quantity", visit.say(HOW_MANY))).await;
    };
    let below = format!("/lines/{}", crate::model::escaped(&line));
    let done = match quantity {
        0 => change(&visit, Method::DELETE, &below, None).await,
        quantity => change(&visit, Method::PATCH, &below, Some(json!({"quantity": quantity}))).await,
    };
    Ok(back_to_cart(&visit, done))
}

/// `POST /cart/lines/{line}/remove`
pub(crate) async fn remove(visit: Visit, Path(line): Path<String>) -> Result<Response, Fault> {
    let below = format!("/lines/{}", crate::model::escaped(&line));
    let done = change(&visit, Method::DELETE, &below, None).await;
    Ok(back_to_cart(&visit, done))
}

/// `POST /cart/coupon`: an empty code takes the present one away.
pub(crate) async fn apply_coupon(visit: Visit, form: Form) -> Result<Response, Fault> {
    const UNKNOWN: Text = Text { en: "We do not know this code.", de: "Diesen Code kennen wir nicht." };
    let wanted = json!({"coupon_code": form.some("code")});
    match change(&visit, Method::PATCH, "", Some(wanted)).await {
        Err(fault) if fault.status == 422 => {
            let reason = fault.body.get("reason").and_then(Value::as_str);
            let text = reason.map_or(visit.say(UNKNOWN), |reason| refused_because(&visit, reason));
            again(&visit, &Wrong::of("code", &form, "code", text)).await
        }
        done => Ok(back_to_cart(&visit, done)),
    }
}

/// `POST /cart/points`: 0 spends none.
pub(crate) async fn spend_points(visit: Visit, form: Form) -> Result<Response, Fault> {
    const NUMBER: Text = Text { en: "Please say how many points.", de: "Bitte geben Sie eine Anzahl Punkte an." };
    const SHORT: Text = Text { en: "You have fewer points than that.", de: "So viele Punkte haben Sie nicht." };
    let Some(points) = form.number("points").filter(|points| *points >= 0) else {
        return again(&visit, &Wrong::of("points", &form, "points", visit.say(NUMBER))).await;
    };
    match change(&visit, Method::PATCH, "", Some(json!({"points": points}))).await {
        Err(fault) if fault.status == 422 => {
            again(&visit, &Wrong::of("points", &form, "points", visit.say(SHORT))).await
        }
        done => Ok(back_to_cart(&visit, done)),
    }
}

/// `None` where there is no such cart or line any more: the cart as it is shows that.
async fn change(visit: &Visit, method: Method, below: &str, body: Option<Value>) -> Result<Option<Cart>, Fault> {
    let Some(key) = CartKey::read(visit) else { return Ok(None) };
    let ask = ask_cart(visit, &key, method, below);
    let ask = match &body {
        Some(body) => ask.json(body),
        None => ask,
    };
    match ask.read::<Cart>().await {
        Ok(cart) => Ok(Some(seen(visit, &key, cart))),
        Err(fault) if is_gone(&fault) || fault.status == 404 => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn back_to_cart(visit: &Visit, done: Result<Option<Cart>, Fault>) -> Response {
    match done {
        Ok(_) => ways::go(visit, "/cart"),
        Err(fault) if (400..500).contains(&fault.status) => {
            visit.tell_next(&Flash { is_bad: true, text: refusals::detail(visit, &fault) });
            ways::go(visit, "/cart")
        }
        Err(fault) => fault.into_response(),
    }
}

async fn again(visit: &Visit, wrong: &Wrong) -> Result<Response, Fault> {
    Ok(show(visit, wrong).await?.status(422).into_response())
}
