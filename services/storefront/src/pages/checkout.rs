//! The checkout, on one page: who, where to, how, paid with what. Whatever is refused is shown on it, with all that was
//! typed.

mod fields;
mod place;
mod show;
mod typed;

use super::ways;
use crate::{
    clients::{self, ask_cart, is_gone, seen},
    model::{CartKey, Form},
    views::{Cart, List, PostalAddress},
};
use axum::{
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_kernel::Money;
use bodega_pages::{Fault, Text, Visit, parts::Mood};
use futures_util::future::join3;
use serde::Deserialize;
use serde_json::{Value, json};
use typed::{Typed, Wrong, needs_address};

/// The most ways of shipping that are tried for one to propose.
const MAX_TRIES: usize = 3;

/// What the page is made of.
struct Desk {
    cart: Cart,
    typed: Typed,
    account: Account,
    wrong: Wrong,
    notices: Vec<(Mood, String)>,
}

/// What is known of whoever is logged in; nothing of guests.
#[derive(Default)]
struct Account {
    is_known: bool,
    email: String,
    name: String,
    addresses: Vec<BookEntry>,
    /// What the shop owes, by currency.
    credit: Vec<Money>,
}

/// An entry of the address book.
#[derive(Clone, Debug, Deserialize)]
struct BookEntry {
    id: String,
    #[serde(flatten)]
    address: PostalAddress,
    #[serde(default)]
    default_shipping: bool,
}

impl Account {
    async fn read(visit: &Visit) -> Self {
        #[derive(Default, Deserialize)]
        struct Me {
            #[serde(default)]
            email: String,
            #[serde(default)]
            name: Option<String>,
        }
        #[derive(Default, Deserialize)]
        struct Credit {
            #[serde(default)]
            balances: Vec<Money>,
        }
        if !visit.is_logged_in() {
            return Self::default();
        }
        let me = visit.get::<Me>("/v1/me");
        let book = visit.get::<List<BookEntry>>("/v1/me/addresses");
        let (me, book, credit) = join3(me, book, visit.get::<Credit>("/v1/store-credit")).await;
        let me = me.unwrap_or_default();
        Self {
            is_known: true,
            email: me.email,
            name: me.name.unwrap_or_default(),
            addresses: book.unwrap_or_default().items,
            credit: credit.unwrap_or_default().balances,
        }
    }
}

/// `/checkout`
pub(crate) async fn checkout(visit: Visit) -> Result<Response, Fault> {
    let Some(cart) = clients::cart(&visit).await?.filter(|cart| !cart.lines.is_empty()) else {
        return Ok(ways::go(&visit, "/cart"));
    };
    let account = Account::read(&visit).await;
    let typed = Typed::of_cart(&visit, &cart, &account);
    let (cart, typed) = settle(&visit, cart, typed).await;
    let desk = Desk { cart, typed, account, wrong: Wrong::default(), notices: Vec::new() };
    Ok(desk.page(&visit).await.into_response())
}

/// `POST /checkout`: buys where that was pressed; anything else, such as a choice that changes what it costs, shows the
/// page with what was typed.
pub(crate) async fn send(visit: Visit, form: Form) -> Result<Response, Fault> {
    if form.get("do") == "order" {
        return Box::pin(place::order(&visit, &form)).await;
    }
    match begin(&visit, &form).await? {
        Some(desk) => Ok(desk.page(&visit).await.into_response()),
        None => Ok(ways::go(&visit, "/cart")),
    }
}

/// `POST /checkout/tenders`: gift cards and store credit, or neither.
pub(crate) async fn tenders(visit: Visit, form: Form) -> Result<Response, Fault> {
    const UNKNOWN: Text = Text {
        en: "We do not know this code, or nothing is left on the card.",
        de: "Diesen Code kennen wir nicht, oder die Karte ist leer.",
    };
    const SHORT: Text = Text { en: "There is no store credit to use.", de: "Es ist kein Guthaben da." };
    let Some(mut desk) = begin(&visit, &form).await? else { return Ok(ways::go(&visit, "/cart")) };
    let Some(key) = CartKey::read(&visit) else { return Ok(ways::go(&visit, "/cart")) };
    let codes: Vec<&str> =
        form.get("gift_cards").split([',', ';', ' ']).filter(|code| !code.is_empty()).take(5).collect();
    let clear = form.get("clear") == "yes";
    let credit = Some("all").filter(|_| form.is_ticked("store_credit") && !clear);
    let wanted = json!({"gift_cards": if clear { Vec::new() } else { codes }, "store_credit": credit});
    match ask_cart(&visit, &key, Method::PUT, "/tenders").json(&wanted).read::<Cart>().await {
        Ok(cart) => desk.cart = seen(&visit, &key, cart),
        Err(fault) if is_gone(&fault) => return Ok(ways::go(&visit, "/cart")),
        Err(fault) if fault.status == 422 => {
            let is_credit = fault.code.starts_with("store_credit");
            desk.typed.gift_cards = form.get("gift_cards").to_owned();
            desk.wrong.put("gift_cards", visit.say(if is_credit { SHORT } else { UNKNOWN }));
            return Ok(desk.page(&visit).await.status(422).into_response());
        }
        Err(fault) => return Err(fault),
    }
    Ok(desk.page(&visit).await.into_response())
}

/// The page with what was typed, as far as it is whole saved in the cart; `None` where there is no cart.
async fn begin(visit: &Visit, form: &Form) -> Result<Option<Desk>, Fault> {
    let cart = clients::cart(visit).await?.filter(|cart| !cart.lines.is_empty());
    let Some(cart) = cart else { return Ok(None) };
    let account = Account::read(visit).await;
    let mut typed = Typed::of_form(visit, form);
    if let Some(entry) = account.addresses.iter().find(|entry| entry.id == form.get("use_address")) {
        typed.shipping = entry.address.clone();
    }
    let (cart, typed) = settle(visit, cart, typed).await;
    Ok(Some(Desk { cart, typed, account, wrong: Wrong::default(), notices: Vec::new() }))
}

/// Saves what is whole, so that the sum is that of what was chosen.
async fn settle(visit: &Visit, cart: Cart, mut typed: Typed) -> (Cart, Typed) {
    let mut cart = propose(visit, cart, &mut typed).await;
    if let Some(details) = typed.details(&cart) {
        // What the API finds wrong is told when the order is sent.
        if let Ok(saved) = save(visit, &details).await {
            cart = propose(visit, saved, &mut typed).await;
        }
    }
    (cart, typed)
}

/// Where no way of shipping was chosen, or the one that was does not go there, the cheapest that brings it home is taken
/// until another is. What somebody collects needs no address.
async fn propose(visit: &Visit, mut cart: Cart, typed: &mut Typed) -> Cart {
    if cart.shipping_methods.iter().any(|method| method.id == typed.shipping_method) {
        return cart;
    }
    typed.shipping_method.clear();
    for method in cart.shipping_methods.clone().into_iter().take(MAX_TRIES) {
        let Ok(saved) = save(visit, &json!({"shipping_method": method.id})).await else { break };
        (cart, typed.shipping_method) = (saved, method.id);
        if needs_address(&cart) {
            break;
        }
    }
    cart
}

async fn save(visit: &Visit, details: &Value) -> Result<Cart, Fault> {
    let key = CartKey::read(visit).ok_or_else(|| Fault::of(404, "cart_not_found"))?;
    let cart = ask_cart(visit, &key, Method::PATCH, "").json(details).read::<Cart>().await?;
    Ok(seen(visit, &key, cart))
}
