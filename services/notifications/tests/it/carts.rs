//! Mails about carts that were left behind: once for each, as the cart is when the mail is due, for their reader alone.

use crate::setup::Shop;
use bodega_contracts::{
    CartId,
    cart::{AbandonedCart, CartAbandoned, CartToMail, LineToMail},
    identity::Contact,
};
use bodega_db::Envelope;
use bodega_kernel::{Caller, Currency, Money, Role};
use bodega_rpc::{Answers, RpcError};
use bodega_testkit::{Ask, START, arrivals, stories};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// What opens a guest's cart.
pub(crate) const TOKEN: &str = "eyJ0.cart-token.c2ln";

/// The carts that were left, as cart knows them.
#[derive(Clone, Default)]
pub(crate) struct Carts(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    silent: bool,
    carts: HashMap<CartId, CartToMail>,
}

impl Carts {
    /// Plays cart beside this shop.
    pub(crate) fn beside(shop: &Shop) -> Self {
        let carts = Self::default();
        let known = carts.clone();
        let answers = Answers::new().on(async move |asked: AbandonedCart| known.answer(&asked));
        shop.neighbour("cart", &answers);
        carts
    }

    fn answer(&self, asked: &AbandonedCart) -> Result<Option<CartToMail>, RpcError> {
        let known = self.0.lock().unwrap();
        let cart = known.carts.get(&asked.cart_id).filter(|_| asked.cart_version == 3).cloned();
        if known.silent { Err(RpcError::Unavailable("away".to_owned())) } else { Ok(cart) }
    }

    fn silence(&self, silent: bool) {
        self.0.lock().unwrap().silent = silent;
    }

    fn change(&self, id: CartId) {
        self.0.lock().unwrap().carts.remove(&id);
    }

    /// A guest's cart whose mail goes to this address.
    pub(crate) fn of(&self, shop: &Shop, email: &str) -> CartId {
        let (id, money) = (CartId::new(&shop.world), |amount| Money::new(amount, Currency::GBP));
        let lines = vec![LineToMail { name: "Blue mug".to_owned(), quantity: 2, total: money(2_500) }];
        let (email, token) = (email.to_owned(), Some(TOKEN.to_owned()));
        let cart = CartToMail { email, customer_id: None, lines, total: money(2_895), token };
        self.0.lock().unwrap().carts.insert(id, cart);
        id
    }
}

impl Shop {
    pub(crate) fn left(&self, cart_id: CartId) -> Envelope {
        self.event(&CartAbandoned { cart_id, cart_version: 3, at: START })
    }
}

async fn a_left_cart_is_mailed_once_however_often_and_in_whatever_order_it_is_heard_of(shop: &Shop) {
    let carts = Carts::beside(shop);
    let ids: Vec<CartId> = (0..3).map(|number| carts.of(shop, &format!("{number}@example.com"))).collect();
    let other = shop.replica(1);
    for arrival in arrivals(3, 1) {
        let tell = |shop: &Shop| arrival.iter().map(|number| shop.left(ids[*number])).collect::<Vec<_>>();
        let (here, there) = (tell(shop), tell(&other));
        tokio::join!(shop.deliver([here.clone(), here].concat()), other.deliver(there));
        tokio::join!(shop.send_all(), other.send_all());
    }
    let mails = shop.mails("kind=abandoned_cart").await;
    assert_eq!(mails.len(), 3);
    assert!(mails.iter().all(|mail| mail["state"] == "sent" && mail["attempts"] == 1), "{mails:?}");
    assert_eq!(shop.mailbox().await.len(), 0, "staff do not see what is for its reader alone");
}

async fn a_reminder_shows_what_was_left_and_what_opens_it_is_kept_nowhere(shop: &Shop) {
    let carts = Carts::beside(shop);
    let id = carts.of(shop, "ada@example.com");
    shop.deliver(vec![shop.left(id)]).await;
    assert_eq!(shop.asked(), 0, "nobody is asked before a mail is due");
    shop.send_all().await;
    let mail = shop.mail("kind=abandoned_cart").await;
    assert_eq!((&mail["state"], &mail["recipient"]), (&json!("sent"), &json!("ada@example.com")));
    let root = Caller { user: Some(shop.user()), roles: vec![Role::Admin] };
    let kept = shop.ask(0, Ask::get("/v1/mailbox").by(root)).await.expect(200);
    let text = kept.json["items"][0]["text"].as_str().unwrap();
    for piece in ["You left something in your cart", "2 x Blue mug: £25.00", "Total: £28.95"] {
        assert!(format!("{}{text}", kept.json["items"][0]["subject"]).contains(piece), "{text}");
    }
    let preview = shop.get(&format!("/v1/mails/{}/preview", mail["id"].as_str().unwrap())).await.expect(403);
    let seen = [kept.text, preview.text, shop.in_full(&mail).await.to_string()].concat();
    assert!(!seen.contains("cart-token") && !seen.contains("token="), "{seen}");
}

async fn a_customer_is_written_to_in_their_language_and_where_the_cart_says(shop: &Shop) {
    let carts = Carts::beside(shop);
    let (user, id) = (shop.user(), carts.of(shop, "work@example.com"));
    {
        let mut known = carts.0.lock().unwrap();
        let cart = known.carts.get_mut(&id).unwrap();
        (cart.customer_id, cart.token) = (Some(user), None);
    }
    let (email, name) = ("home@example.com".to_owned(), Some("Ada".to_owned()));
    shop.knows_user(user, Some(Contact { email, name, language: Some("de-AT".to_owned()) }));
    shop.deliver(vec![shop.left(id)]).await;
    shop.send_all().await;
    let mail = shop.mail("").await;
    assert_eq!((&mail["recipient"], &mail["language"]), (&json!("work@example.com"), &json!("de")));
    assert_eq!(mail["subject"], "In Ihrem Warenkorb liegt noch etwas");
}

async fn a_cart_that_changed_before_its_mail_was_due_is_not_mailed_about(shop: &Shop) {
    let carts = Carts::beside(shop);
    let id = carts.of(shop, "ada@example.com");
    carts.silence(true);
    shop.deliver(vec![shop.left(id)]).await;
    shop.send_all().await;
    assert_eq!(shop.mail("").await["state"], "queued", "cart is asked until it answers");
    carts.silence(false);
    carts.change(id);
    shop.clock.advance(Duration::from_mins(1));
    shop.send_all().await;
    let mail = shop.mail("").await;
    assert_eq!((&mail["state"], &mail["error"]), (&json!("failed"), &json!("the cart is not as it was left")));
    assert!(mail["recipient"].is_null() && shop.count("SELECT COUNT(*) FROM addresses", &[]).await == 0, "{mail}");
    shop.deliver(vec![shop.left(id)]).await;
    assert!(!shop.send().await, "once in the life of a cart");
}

stories!(
    a_left_cart_is_mailed_once_however_often_and_in_whatever_order_it_is_heard_of,
    a_reminder_shows_what_was_left_and_what_opens_it_is_kept_nowhere,
    a_customer_is_written_to_in_their_language_and_where_the_cart_says,
    a_cart_that_changed_before_its_mail_was_due_is_not_mailed_about,
);
