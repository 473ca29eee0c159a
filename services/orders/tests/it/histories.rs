//! Whole lives of orders, all that can happen to one mixed: stock, claims, money, parcels, returns, disputes, somebody who
//! wants it stopped. In whatever order it comes, twice and late, each ends as if all had come in its natural order.

use crate::{ends::Story, returns::mugs, setup::Shop};
use bodega_contracts::{
    OrderId, PaymentId,
    cart::CartCheckedOut,
    orders::{CancelReason, OrderStatus, PaymentStatus},
    payments::{DisputeState, PaymentAuthorized},
    shipping::ShipmentDelivered,
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Money};
use bodega_testkit::{Ask, Backend, arrivals, stories};
use futures_util::future::join_all;
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

/// What an order of these stories costs: seven mugs for 901, and their shipping.
const TOTAL: i64 = 1_351;
/// What is to be taken before the first three of them leave.
const FIRST: i64 = 837;
/// What is given back for the three mugs that come back.
const BACK: i64 = 387;
/// Pieces of each return that is asked for; the third is called off.
const PIECES: [i64; 3] = [2, 1, 1];
/// Orders that somebody acts on at once.
const AT_ONCE: usize = 50;
/// The clock moves after every so many things that happen, so that timers fire in between.
const EVERY: usize = 7;

/// What happens to an order.
#[derive(Clone, Copy)]
enum Deed {
    /// A neighbour says something.
    Said(&'static str, fn(&Shop, OrderId) -> Envelope),
    /// Somebody wants something, and comes again until it may be.
    Wanted(Wish),
}
use Deed::{Said, Wanted};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// Its parcels are to go elsewhere.
    Elsewhere,
    /// It is to be cancelled.
    Unwanted,
    /// It is to be cancelled, once it is paid.
    UnwantedOncePaid,
    Back(usize),
    Allowed(usize),
    Received(usize),
    CalledOff(usize),
}

impl Deed {
    fn name(&self) -> String {
        match self {
            Said(name, _) => (*name).to_owned(),
            Wanted(wish) => format!("{wish:?}"),
        }
    }

    /// Whether its parcels cannot go elsewhere any more.
    fn settles_where(&self) -> bool {
        match self {
            Said(name, _) => ["dispatched", "delivered", "under way"].iter().any(|word| name.starts_with(word)),
            Wanted(wish) => *wish == Wish::Unwanted,
        }
    }
}

const CHECKED: [Deed; 3] = [
    Said("stock reserved", Shop::reserved),
    Said("points reserved", Shop::points_reserved),
    Said("authorized", |shop, order| {
        let authorized = Money::new(TOTAL, Currency::GBP);
        shop.said(&PaymentAuthorized { order_id: order, payment_id: PaymentId(order.0), attempt: 3, authorized })
    }),
];

const PAID: [Deed; 8] = [
    Said("coupon reserved", Shop::coupon_reserved),
    Said("declined", |shop, order| shop.failed(order, 1)),
    Said("sent to the bank", |shop, order| shop.action_required(order, 2)),
    Said("packed 1", |shop, order| shop.packed(order, 1, 3, false)),
    Said("capture failed", |shop, order| shop.capture_failed(order, 1)),
    Said("captured 1", |shop, order| shop.captured_of(order, Money::new(FIRST, Currency::GBP))),
    Said("captured 2", |shop, order| shop.captured_of(order, Money::new(TOTAL, Currency::GBP))),
    Wanted(Wish::Elsewhere),
];

const SENT: [Deed; 7] = [
    Said("stock allocated", Shop::allocated),
    Said("dispatched 1", |shop, order| shop.parcel(order, 1, 3, 3, 7)),
    Said("delivered 1", |shop, order| arrived(shop, order, 1, 3)),
    Said("packed 2", |shop, order| shop.packed(order, 2, 4, true)),
    Said("dispatched 2", |shop, order| shop.parcel(order, 2, 4, 7, 7)),
    Said("delivered 2", |shop, order| arrived(shop, order, 2, 7)),
    Said("under way", Shop::under_way),
];

const RETURNED: [Deed; 9] = [
    Wanted(Wish::Back(0)),
    Wanted(Wish::Allowed(0)),
    Wanted(Wish::Received(0)),
    Said("refunded", |shop, order| shop.refunded(order, BACK)),
    Wanted(Wish::Back(1)),
    Wanted(Wish::Allowed(1)),
    Wanted(Wish::Received(1)),
    Wanted(Wish::Back(2)),
    Wanted(Wish::CalledOff(2)),
];

const DISPUTED: Deed = Said("disputed", |shop, order| shop.disputed(order, 500, DisputeState::Opened));
const WON: Deed = Said("dispute won", |shop, order| shop.disputed(order, 500, DisputeState::Won));
const LOST: Deed = Said("dispute lost", |shop, order| shop.disputed(order, 500, DisputeState::Lost));
const RELEASED: Deed = Said("stock released", Shop::released);
const REFUNDED: Deed = Said("refunded all", |shop, order| shop.refunded(order, TOTAL));

fn arrived(shop: &Shop, order_id: OrderId, parcel: u128, delivered: i64) -> Envelope {
    shop.said(&ShipmentDelivered { order_id, shipment_id: Shop::shipment(order_id, parcel), delivered, pieces: 7 })
}

/// An order, and in which order things happen to it.
struct Case {
    order: OrderId,
    checkout: CartCheckedOut,
    arrival: Vec<usize>,
    /// What was wanted of it and could not be yet.
    open: Vec<Wish>,
    /// The returns that were asked for.
    returns: BTreeMap<usize, String>,
    status: OrderStatus,
    version: i64,
}

impl Case {
    fn new(shop: &Shop, arrival: Vec<usize>) -> Self {
        let order = shop.order();
        let claims = shop.claiming_checkout(order);
        let checkout = CartCheckedOut {
            coupons: claims.coupons,
            points: claims.points,
            ..shop.odd_checkout(order, claims.customer_id)
        };
        let (open, returns) = (Vec::new(), BTreeMap::new());
        Self { order, checkout, arrival, open, returns, status: OrderStatus::Pending, version: 1 }
    }

    /// Everything that is wanted is tried once more.
    async fn insist(&mut self, shop: &Shop, replica: usize) {
        for wish in std::mem::take(&mut self.open) {
            if !self.grant(shop, replica, wish).await {
                self.open.push(wish);
            }
        }
    }

    /// Tries; whether that is over.
    async fn grant(&mut self, shop: &Shop, replica: usize, wish: Wish) -> bool {
        let (order, staff) = (self.order, Shop::staff());
        let act = async |id: &str, act: &str, body| shop.do_return(replica, id, act, &body).await;
        let answer = match wish {
            Wish::UnwantedOncePaid if self.status < OrderStatus::Confirmed => return false,
            Wish::Unwanted | Wish::UnwantedOncePaid => shop.cancel(replica, &staff, order).await,
            Wish::Elsewhere => {
                let ask = Ask::new("PUT", format!("/v1/orders/{order}/shipping-address")).by(staff);
                let address = serde_json::to_value(Shop::address("Mary Somerville")).unwrap();
                shop.ask_until_served(replica, ask.json(&address)).await
            }
            Wish::Back(nth) => shop.ask_return(replica, &staff, order, &mugs(PIECES[nth])).await,
            Wish::Allowed(nth) | Wish::Received(nth) | Wish::CalledOff(nth) => {
                let Some(id) = self.returns.get(&nth) else { return false };
                match wish {
                    Wish::Allowed(_) => act(id, "approve", json!({})).await,
                    Wish::Received(0) => {
                        let counted = json!({"sku": "mug", "restock": 1, "write_off": 1});
                        act(id, "receive", json!({"lines": [counted]})).await
                    }
                    Wish::Received(_) => act(id, "receive", json!({"lines": [{"sku": "mug", "restock": 1}]})).await,
                    Wish::CalledOff(_) | Wish::Elsewhere | Wish::Unwanted | Wish::UnwantedOncePaid | Wish::Back(_) => {
                        act(id, "cancel", json!({})).await
                    }
                }
            }
        };
        assert!([200, 201, 409].contains(&answer.status), "{wish:?}: {answer:?}");
        if let (Wish::Back(nth), 201) = (wish, answer.status) {
            self.returns.insert(nth, answer.field("id"));
        }
        // Whoever wants it cancelled when it has left is told so once.
        answer.status != 409 || wish == Wish::UnwantedOncePaid
    }
}

/// The orders in which these things happen, the natural one first. Where parcels go is settled by the first that leaves.
fn orders_of(shop: &Shop, history: &[Deed]) -> Vec<Vec<usize>> {
    let samples = match (std::env::var_os("BODEGA_TEST_FULL"), shop.backend()) {
        (Some(_), _) => 5_000,
        (None, Backend::Sqlite) => 100,
        (None, Backend::Postgres) => 30,
    };
    let natural: Vec<usize> = (0..history.len()).collect();
    let mut all: Vec<Vec<usize>> = vec![natural];
    all.extend(arrivals(history.len(), 7).into_iter().take(samples));
    for arrival in &mut all {
        let place = |wanted: fn(&Deed) -> bool| arrival.iter().position(|deed| wanted(&history[*deed]));
        let moved = place(|deed| matches!(deed, Wanted(Wish::Elsewhere)));
        if let (Some(moved), Some(settled)) = (moved, place(Deed::settles_where))
            && settled < moved
        {
            arrival.swap(moved, settled);
        }
    }
    all
}

/// Everything that is wanted is tried, many at once.
async fn insist(shop: &Shop, cases: &mut [Case]) {
    for some in cases.chunks_mut(AT_ONCE) {
        let trying = some.iter_mut().enumerate();
        join_all(trying.map(async |(replica, case)| case.insist(shop, replica).await)).await;
    }
}

async fn time(shop: &Shop, days: u64) {
    shop.clock.advance(Duration::from_hours(24 * days));
    while shop.fire_timers(0).await {}
}

/// What must hold at any time: the books are right, and nothing goes back to where it was.
async fn watch(shop: &Shop, cases: &mut [Case]) {
    let known = shop.checked_facts().await;
    for case in cases {
        let fact = &known[&case.order];
        assert!(case.status <= fact.status && case.version <= fact.version, "{fact:?} after {:?}", case.status);
        assert!(case.version < fact.version || case.status == fact.status, "{fact:?} after {:?}", case.status);
        assert!((0..=7).contains(&fact.dispatched), "{fact:?}");
        (case.status, case.version) = (fact.status, fact.version);
    }
}

/// What is said of all orders, each as `deed` has it.
fn said(shop: &Shop, cases: &[Case], deed: impl Fn(&Case) -> Deed) -> Vec<Envelope> {
    let of = |case: &Case| match deed(case) {
        Said(_, by_whom) => Some(by_whom(shop, case.order)),
        Wanted(_) => None,
    };
    cases.iter().filter_map(of).collect()
}

/// Lets it happen to a new order for each arrival, and says how they all end and what they tell.
async fn live(shop: &Shop, history: &[Deed], may_be_told: &[&str]) -> Story {
    let mut cases: Vec<Case> = orders_of(shop, history).into_iter().map(|arrival| Case::new(shop, arrival)).collect();
    shop.deliver(cases.iter().map(|case| shop.said(&case.checkout)).collect()).await;
    let mut long_ago: Vec<Envelope> = Vec::new();
    for place in 0..history.len() {
        let now = said(shop, &cases, |case| history[case.arrival[place]]);
        shop.spread(place, &now).await;
        for case in &mut cases {
            if let Wanted(wish) = history[case.arrival[place]] {
                case.open.push(wish);
            }
        }
        insist(shop, &mut cases).await;
        shop.spread(place + 1, &now).await;
        if place % EVERY == EVERY - 1 {
            time(shop, 8).await;
            shop.spread(place, &std::mem::take(&mut long_ago)).await;
        }
        long_ago.extend(now);
        watch(shop, &mut cases).await;
    }
    for _ in 0..3 {
        insist(shop, &mut cases).await;
    }
    for case in &cases {
        assert!(case.open.is_empty(), "{:?} of {:?}", case.open, case.arrival);
    }
    for _ in 0..3 {
        time(shop, 31).await;
    }
    watch(shop, &mut cases).await;
    let ended = shop.facts().await;
    // All of it is said again by somebody who does not know that it was.
    shop.spread(0, &cases.iter().map(|case| shop.said(&case.checkout)).collect::<Vec<_>>()).await;
    for deed in history {
        shop.spread(1, &said(shop, &cases, |_| *deed)).await;
    }
    assert_eq!(shop.facts().await, ended, "what is said once more changes nothing");
    alike(shop, history, &cases, may_be_told).await
}

/// All ended as the natural order did.
async fn alike(shop: &Shop, history: &[Deed], cases: &[Case], may_be_told: &[&str]) -> Story {
    let facts = shop.checked_facts().await;
    let mut told: BTreeMap<String, Vec<Envelope>> = BTreeMap::new();
    for event in shop.events().await {
        told.entry(event.subject.to_string()).or_default().push(event);
    }
    let mut first: Option<Story> = None;
    for case in cases {
        let view = shop.view(case.order).await;
        let story = Story::of(&facts[&case.order], &view, &told[&case.order.to_string()], may_be_told);
        let what = || case.arrival.iter().map(|deed| history[*deed].name()).collect::<Vec<_>>();
        let expected = first.get_or_insert_with(|| story.clone());
        assert_eq!(&story, expected, "{:?}", what());
    }
    first.unwrap()
}

/// What may be told or not, as it comes: an order that was paid before it could ask does not ask.
const ON_THE_WAY: [&str; 3] = ["order.payment_due", "order.payment_expiring", "order.stopping"];
/// What may be told of an order that ends without a sale, if it was one for a while.
const FOR_A_WHILE: [&str; 6] = [
    "order.payment_due",
    "order.payment_expiring",
    "order.stopping",
    "order.confirmed",
    "order.capture_due",
    "invoice.issued",
];

fn history(parts: &[&[Deed]]) -> Vec<Deed> {
    parts.iter().flat_map(|part| part.iter().copied()).collect()
}

/// A sale with all that can come after it.
async fn sold(shop: &Shop, decided: Deed) -> Story {
    let unwanted = [Wanted(Wish::UnwantedOncePaid)];
    let history = history(&[&CHECKED, &PAID, &unwanted, &SENT, &RETURNED, &[DISPUTED, decided]]);
    let story = live(shop, &history, &ON_THE_WAY).await;
    let end = (OrderStatus::Completed, PaymentStatus::PartiallyRefunded, None);
    assert_eq!((story.status, story.payment, story.reason), end);
    assert_eq!((story.invoiced, story.credited, story.due), (TOTAL, BACK, TOTAL), "{story:?}");
    let states = ["cancelled", "received", "received"].map(str::to_owned);
    assert_eq!((&story.returns[..], story.sent_to.as_str()), (&states[..], "Mary Somerville"));
    let once = ["order.confirmed", "order.delivered", "order.completed", "order.address_changed"];
    assert!(once.iter().all(|kind| story.times(kind) == 1), "{story:?}");
    assert_eq!((story.times("return.received"), story.times("return.changed")), (2, 8), "{story:?}");
    story
}

async fn a_sale_that_partly_comes_back_and_is_disputed_in_vain_ends_alike(shop: &Shop) {
    sold(shop, WON).await;
}

async fn a_sale_that_partly_comes_back_and_is_disputed_for_good_ends_alike(shop: &Shop) {
    sold(shop, LOST).await;
}

async fn an_order_that_is_unwanted_ends_alike_whatever_was_under_way(shop: &Shop) {
    let stopped = [
        Wanted(Wish::Unwanted),
        Said("stopped", Shop::stopped),
        RELEASED,
        Said("refunded", |shop, order| shop.refunded(order, BACK)),
        DISPUTED,
        WON,
        REFUNDED,
    ];
    let story = live(shop, &history(&[&CHECKED, &PAID, &stopped]), &FOR_A_WHILE).await;
    let end = (OrderStatus::Cancelled, PaymentStatus::Refunded, Some(CancelReason::ByStaff));
    assert_eq!((story.status, story.payment, story.reason), end);
    assert_eq!((story.times("order.cancelled"), story.times("order.delivered")), (1, 0), "{story:?}");
}

async fn an_order_whose_code_is_refused_ends_alike_whatever_was_paid(shop: &Shop) {
    let refused = [
        Said("coupon rejected", Shop::coupon_rejected),
        Said("declined", |shop, order| shop.failed(order, 1)),
        Said("captured", |shop, order| shop.captured_of(order, Money::new(TOTAL, Currency::GBP))),
        RELEASED,
        DISPUTED,
        LOST,
        Said("refunded the rest", |shop, order| shop.refunded(order, TOTAL - 500)),
    ];
    let story = live(shop, &history(&[&CHECKED, &refused]), &[]).await;
    let end = (OrderStatus::Cancelled, PaymentStatus::Refunded, Some(CancelReason::CouponRejected));
    assert_eq!((story.status, story.payment, story.reason), end);
    assert_eq!((story.times("order.cancelled"), story.times("invoice.issued")), (1, 0), "{story:?}");
}

stories![
    a_sale_that_partly_comes_back_and_is_disputed_in_vain_ends_alike,
    a_sale_that_partly_comes_back_and_is_disputed_for_good_ends_alike,
    an_order_that_is_unwanted_ends_alike_whatever_was_under_way,
    an_order_whose_code_is_refused_ends_alike_whatever_was_paid,
];
