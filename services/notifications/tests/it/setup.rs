//! Notifications alone, under test: what other services would tell it and answer it, and what staff would ask.

use bodega_contracts::{
    Address, CartId, FulfilmentId, GiftCardId, OrderId, PaymentId, RefundId, ShipmentId,
    coupons::CouponGranted,
    identity::{Contact, LinkToMail, MailLink, UserContact, UserContacts, UserRegistered},
    notifications::{ConfirmationFact, ConfirmationFacts},
    orders::{
        CancelReason, Details, OrderCancelled, OrderConfirmed, OrderDelivered, OrderStatus, OrdersDetails,
        PaymentStatus,
    },
    payments::{GiftCardToMail, PaymentRefunded},
    rewards::PointsEarned,
    shipping::{FulfilmentReadyForPickup, ParcelLine, ShipmentDispatched},
};
use bodega_db::{DbError, Envelope, Tx, Value as DbValue};
use bodega_kernel::{Currency, Event, Money, Sku, UserId};
use bodega_pricing::{Basket, Discount, DiscountKind, Item, Shipping, price};
use bodega_rpc::{Answers, RpcError};
use bodega_service::Definition;
use bodega_settings::Settings;
use bodega_testkit::{Answer, Ask, START, Stage, Staged, staff};
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
    ops::Deref,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

/// Longer than any claim.
pub(crate) const LEASE_OVER: Duration = Duration::from_mins(9);

/// The most orders of one answer: more are taken to be too long for a journey.
pub(crate) const TRAVELLING: usize = 20;

/// What the other services know; shared with the answers they give.
#[derive(Clone, Default)]
pub(crate) struct Others(Arc<Known>);

#[derive(Default)]
struct Known {
    silent: AtomicBool,
    asked: AtomicI64,
    orders: Mutex<HashMap<OrderId, Option<Details>>>,
    broken: Mutex<HashSet<OrderId>>,
    contacts: Mutex<HashMap<UserId, Option<Contact>>>,
    links: Mutex<HashMap<String, LinkToMail>>,
    codes: Mutex<HashMap<GiftCardId, String>>,
}

/// A shop without a mail server: mails stay in the mailbox.
#[derive(Clone)]
pub(crate) struct Shop {
    stage: Stage,
    others: Others,
}

impl Deref for Shop {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

impl Staged for Shop {
    fn service() -> Definition {
        bodega_notifications::service()
    }

    fn adjust(settings: &mut Settings) {
        "Tea & Mugs".clone_into(&mut settings.shop.name);
        "Tea & Mugs <shop@shop.example>".clone_into(&mut settings.mail.from);
        settings.mail.per_second = 100_000;
    }
}

impl From<Stage> for Shop {
    fn from(stage: Stage) -> Self {
        let shop = Self { stage, others: Others::default() };
        let others = || shop.others.clone();
        let (of_orders, of_people, of_person, of_links, of_codes) = (others(), others(), others(), others(), others());
        let orders = Answers::new().on(async move |asked: OrdersDetails| of_orders.orders(&asked.order_ids));
        let people = Answers::new()
            .on(async move |asked: UserContact| of_person.contact(asked.user_id))
            .on(async move |asked: UserContacts| of_people.contacts(&asked.user_ids))
            .on(async move |asked: MailLink| of_links.link(&asked.request_id));
        let payments = Answers::new().on(async move |asked: GiftCardToMail| of_codes.code(asked.card_id));
        shop.stage.neighbour("payments", &payments);
        shop.stage.neighbour("orders", &orders);
        shop.stage.neighbour("identity", &people);
        shop
    }
}

impl Others {
    /// As many as travel in one answer; refused where the first is broken.
    fn orders(&self, orders: &[OrderId]) -> Result<Vec<Option<Details>>, RpcError> {
        self.hear()?;
        assert!((1..=OrdersDetails::MOST).contains(&orders.len()));
        let (known, broken) = (self.0.orders.lock().unwrap(), self.0.broken.lock().unwrap());
        if broken.contains(&orders[0]) {
            return Err(RpcError::Refused("broken".to_owned()));
        }
        let whole = orders.iter().take_while(|order| !broken.contains(order)).take(TRAVELLING);
        Ok(whole.map(|order| known.get(order).cloned().unwrap_or_else(|| Some(details(*order)))).collect())
    }

    fn contact(&self, user: UserId) -> Result<Option<Contact>, RpcError> {
        Ok(self.contacts(&[user])?.remove(0))
    }

    fn contacts(&self, users: &[UserId]) -> Result<Vec<Option<Contact>>, RpcError> {
        self.hear()?;
        assert!((1..=UserContacts::MOST).contains(&users.len()));
        let known = self.0.contacts.lock().unwrap();
        let usual =
            |user| Some(Contact { email: format!("{user}@example.com"), name: Some("Ada".to_owned()), language: None });
        Ok(users.iter().map(|user| known.get(user).cloned().unwrap_or_else(|| usual(user))).collect())
    }

    fn link(&self, request: &str) -> Result<Option<LinkToMail>, RpcError> {
        self.hear()?;
        Ok(self.0.links.lock().unwrap().get(request).cloned())
    }

    fn code(&self, card: GiftCardId) -> Result<Option<String>, RpcError> {
        self.hear()?;
        Ok(self.0.codes.lock().unwrap().get(&card).cloned())
    }

    fn hear(&self) -> Result<(), RpcError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        if self.0.silent.load(Ordering::SeqCst) { Err(RpcError::Unavailable("away".to_owned())) } else { Ok(()) }
    }
}

/// An order as it was bought; mail about it goes to an address of its own.
pub(crate) fn details(order: OrderId) -> Details {
    let item = |sku: &str, name: &str, unit_price, quantity| Item {
        sku: Sku::new(sku).unwrap(),
        name: name.to_owned(),
        unit_price,
        quantity,
        tax_rate_bp: 2_000,
    };
    let basket = Basket {
        currency: Currency::GBP,
        prices_include_tax: false,
        lines: vec![item("MUG", "Blue mug", 1_250, 2), item("TEA", "Earl Grey", 895, 1)],
        discounts: vec![Discount { label: "5 off".to_owned(), kind: DiscountKind::Amount { amount: 500 }, skus: None }],
        shipping: Some(Shipping {
            method: "standard".to_owned(),
            name: "Standard".to_owned(),
            price: 395,
            tax_rate_bp: 2_000,
        }),
    };
    let address = Address {
        name: "Ada Lovelace".to_owned(),
        line1: "1 High Street".to_owned(),
        line2: None,
        city: "London".to_owned(),
        region: None,
        postal_code: "N1 1AA".to_owned(),
        country: "GB".to_owned(),
        phone: None,
    };
    Details {
        number: "B-1".to_owned(),
        customer_id: None,
        email: format!("{order}@example.com"),
        status: OrderStatus::Confirmed,
        payment_status: PaymentStatus::Captured,
        cancel_reason: None,
        shipping_address: Some(address),
        billing_address: None,
        priced: price(&basket).unwrap(),
        basket,
        payment_method: "sim_success".to_owned(),
        placed_at: START,
    }
}

impl Shop {
    /// A shop of its own with one process and other settings.
    pub(crate) async fn with(&self, adjust: impl FnOnce(&mut Settings)) -> Self {
        self.stage.another(adjust).await.into()
    }

    /// The same, seen from another replica.
    pub(crate) fn replica(&self, number: usize) -> Self {
        Self { stage: self.stage.on(number), others: self.others.clone() }
    }

    // What the others know.

    /// Nobody answers, or everybody does again.
    pub(crate) fn silence(&self, silent: bool) {
        self.others.0.silent.store(silent, Ordering::SeqCst);
    }

    pub(crate) fn asked(&self) -> i64 {
        self.others.0.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn knows_order(&self, order: OrderId, details: Option<Details>) {
        self.others.0.orders.lock().unwrap().insert(order, details);
    }

    /// An order that cannot be read.
    pub(crate) fn breaks_order(&self, order: OrderId) {
        self.others.0.broken.lock().unwrap().insert(order);
    }

    pub(crate) fn knows_user(&self, user: UserId, contact: Option<Contact>) {
        self.others.0.contacts.lock().unwrap().insert(user, contact);
    }

    /// A request whose link holds this token, and where its mail goes.
    pub(crate) fn knows_link(&self, request: &str, token: &str, email: &str) {
        let (email, name) = (email.to_owned(), Some("Ada".to_owned()));
        let (token, ends) = (token.to_owned(), START.plus(Duration::from_hours(24)));
        let link = LinkToMail { email, name, language: Some("de-AT".to_owned()), token, ends };
        self.others.0.links.lock().unwrap().insert(request.to_owned(), link);
    }

    pub(crate) fn knows_code(&self, card: GiftCardId, code: &str) {
        self.others.0.codes.lock().unwrap().insert(card, code.to_owned());
    }

    /// An order whose mail goes to this address.
    pub(crate) fn order_of(&self, email: &str) -> OrderId {
        let order = self.order();
        self.knows_order(order, Some(Details { email: email.to_owned(), ..details(order) }));
        order
    }

    // What they tell.

    pub(crate) fn order(&self) -> OrderId {
        OrderId::new(&self.world)
    }

    pub(crate) fn user(&self) -> UserId {
        UserId::new(&self.world)
    }

    pub(crate) fn event<E: Event>(&self, event: &E) -> Envelope {
        self.envelope("elsewhere", event)
    }

    pub(crate) fn confirmed(&self, order_id: OrderId) -> Envelope {
        let total = Money::new(4_188, Currency::GBP);
        self.event(&OrderConfirmed {
            capture_first: false,
            order_id,
            number: "B-1".to_owned(),
            customer_id: None,
            lines: Vec::new(),
            total,
            goods: total,
            shipping_method: None,
            shipping_address: None,
        })
    }

    pub(crate) fn cancelled(&self, order_id: OrderId, reason: CancelReason) -> Envelope {
        self.event(&OrderCancelled { order_id, cart_id: CartId::new(&self.world), reason })
    }

    pub(crate) fn delivered(&self, order_id: OrderId) -> Envelope {
        self.event(&OrderDelivered { order_id, number: "B-1".to_owned(), customer_id: None })
    }

    pub(crate) fn refunded(&self, order_id: OrderId, refund_id: RefundId, amount: i64) -> Envelope {
        let (payment_id, refunded) = (PaymentId::new(&self.world), Money::new(amount, Currency::GBP));
        self.event(&PaymentRefunded { order_id, payment_id, refund_id, refunded })
    }

    pub(crate) fn shipped(&self, order_id: OrderId, shipment_id: ShipmentId, dispatched: i64) -> Envelope {
        self.event(&ShipmentDispatched {
            order_id,
            shipment_id,
            lines: vec![ParcelLine { sku: Sku::new("MUG").unwrap(), quantity: dispatched }],
            carrier: "Royal Mail".to_owned(),
            tracking_number: Some("RM1".to_owned()),
            tracking_url: Some("https://carrier.example/RM1".to_owned()),
            dispatched,
            pieces: 3,
        })
    }

    pub(crate) fn ready(&self, order_id: OrderId) -> Envelope {
        self.event(&FulfilmentReadyForPickup { order_id, fulfilment_id: FulfilmentId::new(&self.world) })
    }

    pub(crate) fn earned(&self, order_id: OrderId, user_id: UserId) -> Envelope {
        self.event(&PointsEarned { order_id, user_id, points: 1_240 })
    }

    pub(crate) fn granted(&self, user_id: UserId, code: &str) -> Envelope {
        let (label, ends) = ("15 % off".to_owned(), START.plus(Duration::from_hours(24)));
        self.event(&CouponGranted { user_id, code: code.to_owned(), label, ends })
    }

    pub(crate) fn registered(&self, user_id: UserId) -> Envelope {
        self.event(&UserRegistered { user_id, at: START })
    }

    // What can be seen of it.

    /// All mails, newest first, as staff see them.
    pub(crate) async fn mails(&self, query: &str) -> Vec<Value> {
        self.pages(&format!("/v1/mails?limit=100&{query}")).await
    }

    /// The only mail that a query finds.
    pub(crate) async fn mail(&self, query: &str) -> Value {
        let mails = self.mails(query).await;
        assert_eq!(mails.len(), 1, "{query}: {mails:?}");
        mails.into_iter().next().unwrap()
    }

    /// A mail with its log.
    pub(crate) async fn in_full(&self, mail: &Value) -> Value {
        self.get(&format!("/v1/mails/{}", mail["id"].as_str().unwrap())).await.expect(200).json
    }

    /// The outcomes of all attempts of a mail.
    pub(crate) async fn log(&self, mail: &Value) -> Vec<String> {
        let log = self.in_full(mail).await["log"].clone();
        log.as_array().unwrap().iter().map(|attempt| attempt["outcome"].as_str().unwrap().to_owned()).collect()
    }

    /// All that stayed in the mailbox, newest first.
    pub(crate) async fn mailbox(&self) -> Vec<Value> {
        self.pages("/v1/mailbox?limit=100").await
    }

    async fn pages(&self, path: &str) -> Vec<Value> {
        let (mut items, mut next) = (Vec::new(), path.to_owned());
        loop {
            let page = self.get(&next).await.expect(200).json;
            items.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["next_cursor"].as_str() else { return items };
            next = format!("{path}&cursor={cursor}");
        }
    }

    pub(crate) async fn confirmations(&self) -> HashMap<OrderId, ConfirmationFact> {
        let (mut facts, mut after) = (HashMap::new(), None);
        loop {
            let page = self.rpc().ask(ConfirmationFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some(last.order_id);
            facts.extend(page.into_iter().map(|fact| (fact.order_id, fact)));
        }
    }

    pub(crate) async fn execute(&self, sql: &'static str, values: Vec<DbValue<'static>>) {
        let executed: Result<u64, DbError> =
            self.db().write(async move |tx: &mut Tx| tx.execute(sql, &values).await).await;
        executed.unwrap();
    }

    /// Takes one step of the job that sends; whether there was anything to send.
    pub(crate) async fn send(&self) -> bool {
        self.job("mails").step().await
    }

    /// Sends until nothing is due.
    pub(crate) async fn send_all(&self) {
        while self.send().await {}
    }

    // What people ask.

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(0, Ask::get(path).by(staff())).await
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        let ask = Ask::post(path).by(staff()).json(body);
        self.ask(0, if key.is_empty() { ask } else { ask.key(key) }).await
    }
}

/// A folder for one test; gone when it is dropped.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn with(name: &str, files: &[(&str, &str)]) -> Self {
        let base = std::env::var_os("BODEGA_TEST_TMP").map_or_else(std::env::temp_dir, PathBuf::from);
        let folder = base.join(format!("bodega-mails-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("en")).unwrap();
        let folder = Self(folder);
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
