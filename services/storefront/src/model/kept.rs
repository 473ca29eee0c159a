//! What the browser keeps of the shop: which cart, which orders.

use bodega_pages::Visit;
use std::time::Duration;

const CART: &str = "cart";
const ORDERS: &str = "orders";
/// As long as a cart is kept.
const MONTH: Duration = Duration::from_hours(24 * 30);
/// As long as a guest finds an order again.
const YEAR: Duration = Duration::from_hours(24 * 365);
/// The most orders that are remembered.
const MAX_ORDERS: usize = 5;
/// Bytes of the longest token that is kept.
const MAX_TOKEN_BYTES: usize = 512;

/// The cart of this browser: cookie `cart`, `ID TOKEN COUNT`. A customer's own has `-` for its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CartKey {
    /// Which.
    pub(crate) id: String,
    /// Opens a guest's cart.
    pub(crate) token: Option<String>,
    /// How many pieces were in it when it was seen last.
    pub(crate) count: i64,
}

impl CartKey {
    /// The cart that the browser knows.
    pub(crate) fn read(visit: &Visit) -> Option<Self> {
        let kept = visit.cookie(CART)?;
        let mut parts = kept.split(' ');
        let (id, token, count) = (parts.next()?, parts.next()?, parts.next()?);
        let is_id = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let token = Some(token).filter(|token| *token != "-").map(str::to_owned);
        is_id.then(|| Self { id: id.to_owned(), token, count: count.parse().unwrap_or(0) })
    }

    /// Has the browser keep it.
    pub(crate) fn keep(&self, visit: &Visit) {
        if Self::read(visit).as_ref() != Some(self) {
            let token = self.token.as_deref().unwrap_or("-");
            visit.keep(CART, &format!("{} {token} {}", self.id, self.count.max(0)), MONTH);
        }
    }

    /// Has the browser forget whatever cart it knows.
    pub(crate) fn forget(visit: &Visit) {
        visit.forget(CART);
    }
}

/// How many pieces are in the cart, as the browser remembers it.
pub(crate) fn cart_count(visit: &Visit) -> i64 {
    CartKey::read(visit).map_or(0, |key| key.count)
}

/// Remembers an order, so that whoever placed it here can open it: cookie `orders`, `ID TOKEN;ID TOKEN`, newest first.
pub(crate) fn remember_order(visit: &Visit, id: &str, token: &str) {
    let is_plain = |text: &str| !text.is_empty() && !text.contains([' ', ';']) && text.len() <= MAX_TOKEN_BYTES;
    if !is_plain(id) || !is_plain(token) {
        return;
    }
    let others = orders(visit).into_iter().filter(|(other, _)| other != id);
    let all = std::iter::once((id.to_owned(), token.to_owned())).chain(others).take(MAX_ORDERS);
    let all: Vec<String> = all.map(|(id, token)| format!("{id} {token}")).collect();
    visit.keep(ORDERS, &all.join(";"), YEAR);
}

/// The orders that this browser placed: ids and tokens, newest first.
pub(crate) fn orders(visit: &Visit) -> Vec<(String, String)> {
    let kept = visit.cookie(ORDERS).unwrap_or_default();
    let pairs = kept.split(';').filter_map(|order| order.split_once(' '));
    pairs.map(|(id, token)| (id.to_owned(), token.to_owned())).take(MAX_ORDERS).collect()
}

/// The token of an order that this browser placed.
pub(crate) fn order_token(visit: &Visit, id: &str) -> Option<String> {
    orders(visit).into_iter().find(|(known, _)| known == id).map(|(_, token)| token)
}
