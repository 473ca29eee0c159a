//! What several pages ask of the API: the categories, what goods look like, and the cart of this browser.

use crate::{
    model::{CartKey, escaped},
    views::{Cart, Category, List, Look, Looks},
};
use axum::http::Method;
use bodega_pages::{Ask, Fault, Visit};
use serde_json::json;

/// The most pages of categories that are read.
const MAX_PAGES: usize = 5;
/// The most SKUs that one question names, and the most bytes of their names.
const MAX_LOOKS: (usize, usize) = (100, 4_000);

/// All categories by name; none where the catalogue cannot say, so that other pages still show.
pub(crate) async fn categories(visit: &Visit) -> Vec<Category> {
    let (mut all, mut path) = (Vec::new(), "/v1/categories?limit=100".to_owned());
    for _ in 0..MAX_PAGES {
        let Ok(page) = visit.get_public::<List<Category>>(path).await else { break };
        all.extend(page.items);
        let Some(cursor) = page.next_cursor else { break };
        path = format!("/v1/categories?limit=100&cursor={}", escaped(&cursor));
    }
    all
}

/// What these goods look like: carts and orders know names and prices alone. One question for all of them; where the
/// catalogue cannot say, or there are more than it takes, they are shown without pictures.
pub(crate) async fn looks(visit: &Visit, skus: impl Iterator<Item = &str>) -> Looks {
    let mut names: Vec<String> = Vec::new();
    let mut bytes = 0;
    for name in skus.map(escaped) {
        bytes += name.len();
        if names.len() == MAX_LOOKS.0 || bytes > MAX_LOOKS.1 {
            break;
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Looks::default();
    }
    let found = visit.get_public::<List<Look>>(format!("/v1/variants?skus={}", names.join(","))).await;
    Looks::of(found.unwrap_or_default().items)
}

/// A question about a cart, as whoever holds it. `below` is what follows its address.
pub(crate) fn ask_cart(visit: &Visit, key: &CartKey, method: Method, below: &str) -> Ask {
    let ask = visit.ask(method, format!("/v1/carts/{}{below}", key.id));
    match &key.token {
        Some(token) => ask.cart(token),
        None => ask,
    }
}

/// The cart of this browser; `None` where there is none. One that is gone is forgotten without a word.
pub(crate) async fn cart(visit: &Visit) -> Result<Option<Cart>, Fault> {
    let Some(key) = CartKey::read(visit) else { return Ok(None) };
    match ask_cart(visit, &key, Method::GET, "").read::<Cart>().await {
        Ok(cart) if cart.is_ordered() => {
            CartKey::forget(visit);
            Ok(None)
        }
        Ok(cart) => Ok(Some(seen(visit, &key, cart))),
        Err(fault) if is_gone(&fault) => {
            CartKey::forget(visit);
            Ok(None)
        }
        Err(fault) => Err(fault),
    }
}

/// Whether a cart cannot be changed any more, or never was there.
pub(crate) fn is_gone(fault: &Fault) -> bool {
    fault.is("cart_not_found") || fault.is("cart_checked_out") || [401, 403].contains(&fault.status)
}

/// Notes how many pieces are in the cart now.
pub(crate) fn seen(visit: &Visit, key: &CartKey, cart: Cart) -> Cart {
    CartKey { count: cart.count(), ..key.clone() }.keep(visit);
    cart
}

/// Puts something into the cart, into a new one where there is none or the old one is gone.
pub(crate) async fn add_to_cart(visit: &Visit, sku: &str, quantity: i64) -> Result<Cart, Fault> {
    let line = json!({"sku": sku, "quantity": quantity});
    if let Some(key) = CartKey::read(visit) {
        match ask_cart(visit, &key, Method::POST, "/lines").json(&line).read::<Cart>().await {
            Ok(cart) => return Ok(seen(visit, &key, cart)),
            Err(fault) if is_gone(&fault) => {}
            Err(fault) => return Err(fault),
        }
    }
    let cart = visit.ask(Method::POST, "/v1/carts").json(&json!({"lines": [line]})).read::<Cart>().await?;
    CartKey { id: cart.id.clone(), token: cart.token.clone(), count: cart.count() }.keep(visit);
    Ok(cart)
}

/// After a log-in: what a guest had in the cart is moved into a cart of the customer's own. Where that fails, the guest's
/// cart stays: its token opens it, whoever is logged in.
pub(crate) async fn take_cart_along(visit: &Visit) {
    let Some(key) = CartKey::read(visit) else { return };
    let Some(token) = &key.token else { return };
    if key.count == 0 {
        return;
    }
    let Ok(own) = visit.ask(Method::POST, "/v1/carts").json(&json!({})).read::<Cart>().await else { return };
    let merge = visit.ask(Method::POST, format!("/v1/carts/{}/merge", own.id));
    if let Ok(cart) = merge.json(&json!({"from": key.id, "token": token})).read::<Cart>().await {
        CartKey { id: cart.id.clone(), token: None, count: cart.count() }.keep(visit);
    }
}
