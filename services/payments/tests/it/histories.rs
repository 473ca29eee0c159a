//! Whole lives of a payment, all that can happen to one mixed: tenders, parcels, returns, refunds, disputes, money that
//! staff take, a cancellation. In whatever order it comes, twice and late, it ends as if all had come in its natural order.

use crate::{
    books::short,
    said::{GoesTo, by_card, by_credit},
    setup::{PRICE, Shop},
};
use bodega_contracts::{GiftCardId, OrderId, ReturnId, ShipmentId, orders::CancelReason, payments::PaymentFact};
use bodega_db::Envelope;
use bodega_testkit::{Answer, Ask, Backend, arrivals, staff, stories};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// What a gift card and store credit pay of an order.
const TENDERED: i64 = 500;
/// What goes back of a sale: a return as it was paid, one as store credit, and a refund.
const BACK: i64 = 400 + 100 + 250;
/// On the card, and as store credit, at first.
const PLENTY: i64 = 10_000_000;
/// After which things there is time for calls: nothing, some, all.
const WORKING: [u32; 3] = [0, 0b010_0100_1010, u32::MAX];
/// How often it is tried again at the end, with time in between.
const ROUNDS: usize = 8;

/// Ways to pay that end with the money.
const PAYING: [&str; 7] = [
    "sim_success",
    "sim_authorize",
    "sim_timeout_then_success",
    "sim_late_capture",
    "sim_duplicate_webhook",
    "cash_on_delivery",
    "bank_transfer",
];
/// All ways to pay that behave differently.
const METHODS: [&str; 10] = [
    "sim_success",
    "sim_authorize",
    "sim_timeout_then_success",
    "sim_late_capture",
    "sim_duplicate_webhook",
    "cash_on_delivery",
    "bank_transfer",
    "sim_decline",
    "sim_3ds",
    "sim_capture_fails",
];

/// What happens to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Due,
    /// Parcels are about to leave.
    First,
    Last,
    Returned,
    ToCredit,
    Deadline,
    Cancelled,
    /// Staff give some back.
    Refund,
    /// Staff take the money of those who do not pay at a provider.
    Received,
    /// The buyer's bank.
    Opened,
    Won,
    Lost,
}
use Deed::{Cancelled, Deadline, Due, First, Last, Lost, Opened, Received, Refund, Returned, ToCredit, Won};

struct Case {
    order: OrderId,
    method: &'static str,
    parcels: [ShipmentId; 2],
    returns: [ReturnId; 2],
    arrival: Vec<usize>,
    /// What somebody did and was refused.
    open: Vec<Deed>,
}

impl Case {
    fn new(shop: &Shop, method: &'static str, arrival: Vec<usize>) -> Self {
        Self {
            order: shop.order(),
            method,
            parcels: [ShipmentId::new(&shop.world), ShipmentId::new(&shop.world)],
            returns: [ReturnId::new(&shop.world), ReturnId::new(&shop.world)],
            arrival,
            open: Vec::new(),
        }
    }

    fn is_by_hand(&self) -> bool {
        !self.method.starts_with("sim_")
    }

    /// What orders says, where this is something that it says.
    fn said(&self, shop: &Shop, card: GiftCardId, deed: Deed) -> Option<Envelope> {
        let (order, [first, last], [back, to_credit]) = (self.order, self.parcels, self.returns);
        Some(match deed {
            Due => shop.tendered_event(order, self.method, vec![by_card(card, 300), by_credit(200)]),
            First => shop.leaving_event(order, first, 900),
            Last => shop.leaving_event(order, last, PRICE),
            Returned => shop.returned_event(order, back, 400, GoesTo::Payer),
            ToCredit => shop.returned_event(order, to_credit, 100, GoesTo::Credit),
            Deadline => shop.expiring_event(order, CancelReason::PaymentExpired),
            Cancelled => shop.cancelled_event(order),
            Refund | Received | Opened | Won | Lost => return None,
        })
    }

    /// What was refused is done again; what cannot be for this way to pay is let be.
    async fn insist(&mut self, shop: &Shop) {
        for deed in std::mem::take(&mut self.open) {
            let by_hand = self.is_by_hand();
            let answer = match deed {
                Refund => shop.refund(self.order, 250).await,
                Received if by_hand => self.receive(shop).await,
                Opened if !by_hand => self.dispute(shop, "opened").await,
                Won if !by_hand => self.dispute(shop, "won").await,
                Lost if !by_hand => self.dispute(shop, "lost").await,
                Due | First | Last | Returned | ToCredit | Deadline | Cancelled | Received | Opened | Won | Lost => {
                    continue;
                }
            };
            let too_early = [404, 409].contains(&answer.status) || deed == Received && answer.status == 422;
            assert!(too_early || answer.status < 300, "{deed:?}: {answer:?}");
            if too_early {
                self.open.push(deed);
            }
        }
    }

    async fn receive(&self, shop: &Shop) -> Answer {
        let money = json!({ "amount": PRICE - TENDERED, "currency": "GBP" });
        let (path, body) =
            (format!("/v1/orders/{}/payments/received", self.order), json!({ "amount": money, "reference": "line 3" }));
        shop.post(&staff(), None, &shop.key(), &path, &body).await
    }

    async fn dispute(&self, shop: &Shop, state: &str) -> Answer {
        let body = json!({ "order_id": self.order, "state": state });
        shop.ask(0, Ask::post("/v1/simulator/disputes").by(staff()).json(&body)).await
    }
}

/// Whatever was refused is done again.
async fn insist(shop: &Shop, cases: &mut [Case]) {
    for case in cases {
        case.insist(shop).await;
    }
}

/// How a payment ended, and what it told.
#[derive(Clone, Debug, PartialEq, Eq)]
struct End {
    captured: i64,
    authorized: i64,
    refunded: i64,
    /// What was told, in words without what may differ with the moment.
    told: BTreeSet<String>,
}

impl End {
    fn of(fact: &PaymentFact, told: &[Envelope], may_be_told: &[&str]) -> Self {
        let mut highest: BTreeMap<String, i64> = BTreeMap::new();
        let mut words = BTreeSet::new();
        for event in told {
            let (data, mut kind) = (serde_json::from_str::<Value>(&event.data).unwrap(), short(&event.kind));
            if let Some(state) = data["state"].as_str() {
                kind = format!("{kind} {state}");
            }
            // How much is taken or given back at once differs; how much in all does not, and it never shrinks.
            let amount = ["captured", "refunded"].iter().find_map(|field| data[field]["amount"].as_i64());
            let before = highest.insert(kind.clone(), amount.unwrap_or_default());
            assert!(before <= Some(amount.unwrap_or_default()), "{kind}: {told:?}");
            words.insert(kind);
        }
        for kind in may_be_told {
            words.remove(*kind);
        }
        let told = words.into_iter().map(|kind| format!("{kind} {}", highest[&kind])).collect();
        Self { captured: fact.captured, authorized: fact.authorized, refunded: fact.refunded, told }
    }
}

/// Every way to pay in the natural order, and each in a sample of others.
fn cases(shop: &Shop, history: &[Deed], methods: &[&'static str]) -> Vec<Case> {
    let samples = match (std::env::var_os("BODEGA_TEST_FULL"), shop.backend()) {
        (Some(_), _) => 5_000,
        (None, Backend::Sqlite) => 60,
        (None, Backend::Postgres) => 20,
    };
    let natural: Vec<usize> = (0..history.len()).collect();
    let first = methods.iter().map(|method| Case::new(shop, method, natural.clone()));
    let others = arrivals(history.len(), 7).into_iter().take(samples).enumerate();
    let others = others.map(|(number, arrival)| Case::new(shop, methods[number % methods.len()], arrival));
    first.chain(others).collect()
}

async fn work(shop: &Shop) {
    shop.work().await;
    shop.other().work().await;
}

/// Lets it happen to all, with calls after each thing where `working` says so, until all is at rest.
async fn live(shop: &Shop, history: &[Deed], cases: &mut [Case], card: GiftCardId, working: u32) {
    let mut long_ago: Vec<Envelope> = Vec::new();
    for place in 0..history.len() {
        let deed = |case: &Case| history[case.arrival[place]];
        let said = |cases: &[Case]| -> Vec<Envelope> {
            cases.iter().filter_map(|case| case.said(shop, card, deed(case))).collect()
        };
        let now = said(cases);
        shop.spread(place, &now).await;
        for case in cases.iter_mut() {
            case.open.push(deed(case));
        }
        insist(shop, cases).await;
        // The same again, and the same in other words.
        shop.spread(place + 1, &now).await;
        shop.spread(place, &said(cases)).await;
        if working >> place & 1 == 1 {
            work(shop).await;
            shop.check_books().await;
            shop.spread(place, &std::mem::take(&mut long_ago)).await;
        }
        long_ago.extend(now);
    }
    for _ in 0..ROUNDS {
        shop.clock.advance(Duration::from_secs(40));
        work(shop).await;
        insist(shop, cases).await;
    }
    shop.spread(0, &long_ago).await;
    work(shop).await;
    shop.check_books().await;
}

/// What each payment came to, after a look at all that cards and credit hold.
async fn facts(shop: &Shop, cases: &[Case], card: GiftCardId) -> BTreeMap<OrderId, PaymentFact> {
    let facts = shop.facts().await.into_iter().map(|fact| (fact.order_id, fact));
    let facts: BTreeMap<OrderId, PaymentFact> = facts.collect();
    let of_these = cases.iter().map(|case| &facts[&case.order]);
    let credited: i64 = of_these.map(|fact| fact.credited - fact.tendered).sum();
    assert_eq!(shop.on_card(card).await + shop.credit().await, 2 * PLENTY + credited);
    facts
}

/// A shop that takes money when parcels leave, and what all of these orders are paid with besides.
async fn purse(shop: &Shop) -> GiftCardId {
    shop.adjust(PLENTY - shop.credit().await).await;
    shop.card(PLENTY).await
}

async fn told(shop: &Shop) -> BTreeMap<String, Vec<Envelope>> {
    let mut told: BTreeMap<String, Vec<Envelope>> = BTreeMap::new();
    for event in shop.events().await {
        told.entry(event.subject.to_string()).or_default().push(event);
    }
    told
}

fn names(case: &Case, history: &[Deed], working: u32) -> String {
    let arrival: Vec<Deed> = case.arrival.iter().map(|deed| history[*deed]).collect();
    format!("{} {arrival:?} {working:b}, still wanted: {:?}", case.method, case.open)
}

async fn a_sale_that_partly_goes_back_and_is_disputed_in_vain_ends_alike(shop: &Shop) {
    let shop = &shop.on_dispatch().await;
    let history = [Due, First, Last, Returned, ToCredit, Refund, Opened, Won, Received];
    for working in WORKING {
        let card = purse(shop).await;
        let mut cases = cases(shop, &history, &PAYING);
        live(shop, &history, &mut cases, card, working).await;
        let (facts, told) = (facts(shop, &cases, card).await, told(shop).await);
        let mut ends: BTreeMap<&str, End> = BTreeMap::new();
        for case in &cases {
            let (fact, what) = (&facts[&case.order], names(case, &history, working));
            assert!(case.open.is_empty() && !fact.open, "{what}: {fact:?}");
            let end = End::of(fact, &told[&case.order.to_string()], &["authorized", "capture_waived"]);
            assert_eq!((end.captured, end.authorized, end.refunded), (PRICE, PRICE, BACK), "{what}: {fact:?}");
            assert_eq!(&end, ends.entry(case.method).or_insert_with(|| end.clone()), "{what}");
        }
    }
}

async fn what_is_cancelled_keeps_nothing_whatever_was_under_way(shop: &Shop) {
    let shop = &shop.on_dispatch().await;
    let history = [Due, First, Returned, ToCredit, Refund, Opened, Won, Received, Deadline, Last, Cancelled];
    for working in WORKING {
        let card = purse(shop).await;
        let mut cases = cases(shop, &history, &METHODS);
        live(shop, &history, &mut cases, card, working).await;
        let facts = facts(shop, &cases, card).await;
        for case in &cases {
            let (fact, what) = (&facts[&case.order], names(case, &history, working));
            assert!(!fact.open, "{what}: {fact:?}");
            assert_eq!((fact.captured, fact.authorized), (fact.refunded, fact.captured), "{what}: {fact:?}");
        }
    }
}

async fn what_a_bank_takes_for_good_is_gone_once_whatever_was_under_way(shop: &Shop) {
    let shop = &shop.on_dispatch().await;
    let history = [Due, First, Last, Returned, ToCredit, Refund, Opened, Lost, Deadline, Cancelled];
    for (sold, working) in [(true, WORKING[0]), (false, WORKING[1]), (true, WORKING[2])] {
        let history = if sold { &history[..8] } else { &history[..] };
        let card = purse(shop).await;
        let mut cases = cases(shop, history, &PAYING[..5]);
        live(shop, history, &mut cases, card, working).await;
        let facts = facts(shop, &cases, card).await;
        for case in &cases {
            let (fact, what) = (&facts[&case.order], names(case, history, working));
            assert!(!fact.open && fact.refunded <= fact.captured, "{what}: {fact:?}");
            assert!(sold || fact.refunded == fact.captured, "{what}: {fact:?}");
            let decided = !case.open.contains(&Lost);
            assert_eq!(decided, !case.open.contains(&Opened), "{what}: {fact:?}");
            assert!(!sold || decided && fact.captured < PRICE, "{what}: {fact:?}");
        }
        assert_eq!(
            shop.count("SELECT CAST(SUM(counter_amount) AS BIGINT) FROM ledger WHERE counter = 'disputed'", &[]).await
                + shop.count("SELECT CAST(SUM(amount) AS BIGINT) FROM ledger WHERE account = 'disputed'", &[]).await,
            0
        );
    }
}

stories![
    a_sale_that_partly_goes_back_and_is_disputed_in_vain_ends_alike,
    what_is_cancelled_keeps_nothing_whatever_was_under_way,
    what_a_bank_takes_for_good_is_gone_once_whatever_was_under_way,
];
