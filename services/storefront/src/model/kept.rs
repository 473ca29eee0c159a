//! What the browser keeps of the shop: which cart, what its goods look like, which orders.

use bodega_pages::Visit;
use std::time::Duration;

const CART: &str = "cart";
const GOODS: &str = "goods";
const ORDERS: &str = "orders";
/// As long as a cart is kept.
const MONTH: Duration = Duration::from_hours(24 * 30);
/// As long as a guest finds an order again.
const YEAR: Duration = Duration::from_hours(24 * 365);
/// The most orders that are remembered.
const MAX_ORDERS: usize = 5;
/// Bytes of the longest token that is kept.
const MAX_TOKEN_BYTES: usize = 512;
/// Bytes of the longest memory of goods as a cookie holds it.
const MAX_GOODS_BYTES: usize = 3_300;
/// Bytes of the longest address of a picture elsewhere.
const MAX_PICTURE_BYTES: usize = 200;
/// Before and after the id in the address of a picture of our own.
const OWN: (&str, &str) = ("/v1/photos/", "/800.webp");

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

/// What something in the cart looks like: carts know names and prices alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// Unique in the shop.
    pub(crate) sku: String,
    /// Of its page.
    pub(crate) slug: String,
    /// The address of its picture.
    pub(crate) image: Option<String>,
}

/// What the browser remembers of the goods that it put into its carts, the newest first.
pub(crate) fn looks(visit: &Visit) -> Vec<Look> {
    visit.cookie(GOODS).map(|kept| kept.lines().filter_map(Look::read).collect()).unwrap_or_default()
}

/// Remembers what something looks like; what is too much is forgotten, the oldest first.
pub(crate) fn remember_look(visit: &Visit, look: &Look) {
    let others = looks(visit).into_iter().filter(|other| other.sku != look.sku);
    let mut kept = String::new();
    for line in std::iter::once(look.clone()).chain(others).map(|look| look.write()) {
        if kept_bytes(&kept) + kept_bytes(&line) > MAX_GOODS_BYTES {
            break;
        }
        kept.push_str(&line);
    }
    visit.keep(GOODS, &kept, MONTH);
}

/// Bytes of a text in a cookie, which holds letters and digits as they are.
fn kept_bytes(text: &str) -> usize {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum()
}

impl Look {
    fn read(line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        let (sku, slug) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        let image = parts.next().filter(|image| !image.is_empty()).map(|image| {
            if image.starts_with("https://") { image.to_owned() } else { format!("{}{image}{}", OWN.0, OWN.1) }
        });
        Some(Self { sku, slug, image })
    }

    fn write(&self) -> String {
        let image = self.image.as_deref().unwrap_or_default();
        let own = image.strip_prefix(OWN.0).and_then(|image| image.strip_suffix(OWN.1));
        let foreign = Some(image).filter(|image| image.starts_with("https://") && image.len() <= MAX_PICTURE_BYTES);
        format!("{}\t{}\t{}\n", self.sku, self.slug, own.or(foreign).unwrap_or_default())
    }
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
