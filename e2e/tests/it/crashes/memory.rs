//! What people remember of a shop that crashed: every answer they got, to be asked for afterwards.

use bodega::{
    client::{Headers, ShopClient},
    verify::Journal,
};
use bodega_e2e::Bought;
use serde_json::Value;
use std::collections::BTreeMap;

/// Points that are spent on an order, and with which a customer began.
pub(super) const POINTS: i64 = 50;
pub(super) const POINTS_AT_FIRST: i64 = 1_000_000;
/// What is on each gift card, pence.
pub(super) const ON_CARD: i64 = 500;
/// How often each code may be used.
pub(super) const USES: i64 = 3;

/// What is to become of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    Keep,
    Cancel,
    Send,
    SendBack,
}

/// The last that somebody was told of an order. Each step follows the one before it, but for a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Bought,
    Cancelled,
    Sent,
    Arrived,
    Asked,
    Allowed,
    Received,
}

/// What pays an order besides, and makes it cheaper.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims {
    pub(super) code: Option<String>,
    /// The gift card's id.
    pub(super) card: Option<String>,
    /// The customer who spends points.
    pub(super) customer: Option<usize>,
}

/// An order as its buyer and staff remember it.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    pub(super) bought: Bought,
    pub(super) plan: Plan,
    pub(super) claims: Claims,
    pub(super) step: Step,
    pub(super) parcel: Option<String>,
    pub(super) return_id: Option<String>,
    /// How often staff came to it in vain.
    pub(super) tries: u32,
    pub(super) busy: bool,
    /// Nothing more happens to it, and all of it was found.
    pub(super) proven: bool,
}

/// All that people were told.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) journal: Journal,
    pub(super) orders: Vec<Remembered>,
    /// Checkouts that were never answered, with what they claimed.
    pub(super) unanswered: Vec<Claims>,
    /// Gift cards that were made and paid for nothing yet.
    pub(super) unused: Vec<String>,
    /// Orders with points that were sold, by customer; known since they were proven.
    sold_for_points: BTreeMap<usize, i64>,
    /// Orders with a code that were sold, by code.
    sold_with_code: BTreeMap<String, i64>,
}

impl Remembered {
    pub(super) fn new(bought: Bought, plan: Plan, claims: Claims) -> Self {
        let step = Step::Bought;
        Self { bought, plan, claims, step, parcel: None, return_id: None, tries: 0, busy: false, proven: false }
    }

    /// What staff have to do next.
    pub(super) fn next(&self) -> Option<Step> {
        match (self.plan, self.step) {
            (Plan::Send | Plan::SendBack, Step::Bought) => Some(Step::Sent),
            (Plan::Send | Plan::SendBack, Step::Sent) => Some(Step::Arrived),
            (Plan::SendBack, Step::Arrived) => Some(Step::Asked),
            (Plan::SendBack, Step::Asked) => Some(Step::Allowed),
            (Plan::SendBack, Step::Allowed) => Some(Step::Received),
            _ => None,
        }
    }

    /// Asks for all that was said of it, in a shop that has come to rest; whether it was sold.
    async fn ask(&self, guest: &ShopClient, staff: &ShopClient, what: &str) -> bool {
        let headers = Headers { order: Some(&self.bought.order_token), ..Headers::default() };
        let path = format!("/v1/orders/{}", self.bought.order_id);
        let order = guest.get(&path, headers).await.unwrap_or_else(|error| panic!("{what}: {self:?}: {error}"));
        let told = || format!("{what}: {self:?}: {order}");
        let status = order["status"].as_str().unwrap();
        let is_sold = status != "cancelled";
        let fits = match self.step {
            Step::Bought if self.plan == Plan::Cancel => ["confirmed", "cancelled"].contains(&status),
            Step::Bought => is_sold || self.claims.code.is_some() && order["cancel_reason"] == "coupon_rejected",
            Step::Cancelled => !is_sold,
            Step::Sent => ["shipped", "delivered"].contains(&status),
            Step::Arrived | Step::Asked | Step::Allowed | Step::Received => status == "delivered",
        };
        assert!(fits, "{}", told());
        let back = self.ask_return(&order, what);
        let money = staff.get(&format!("{path}/payments"), Headers::default()).await;
        // An order that was over before it was to be paid has no payment.
        let Ok(money) = money else {
            assert!(!is_sold, "{}", told());
            return is_sold;
        };
        let amount = |field: &str| money[field]["amount"].as_i64().unwrap();
        let (captured, refunded) = (amount("captured"), amount("refunded"));
        assert!(refunded <= captured, "{}: {money}", told());
        if is_sold {
            assert_eq!(Some(captured), order["total"]["amount"].as_i64(), "{}: {money}", told());
            assert_eq!(refunded, back, "{}: {money}", told());
        } else {
            assert_eq!(captured, refunded, "{}: {money}", told());
        }
        is_sold
    }

    /// What was given back for what came back.
    fn ask_return(&self, order: &Value, what: &str) -> i64 {
        let returns = order["returns"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(returns.len() <= 1, "{what}: {order}");
        if let Some(id) = &self.return_id {
            let one = returns.iter().find(|one| one["id"] == **id);
            let one = one.unwrap_or_else(|| panic!("{what}: {self:?}: {order}"));
            let state = one["state"].as_str().unwrap();
            let so_far = ["requested", "approved", "received"].iter().position(|known| *known == state);
            let told = [Step::Asked, Step::Allowed, Step::Received].iter().position(|step| *step == self.step);
            assert!(so_far >= told && so_far.is_some(), "{what}: {self:?}: {order}");
        }
        returns.iter().filter_map(|one| one["refund"]["amount"].as_i64()).sum()
    }
}

impl Memory {
    /// Takes an order that staff have something to do about; theirs until they give it back.
    pub(super) fn take(&mut self) -> Option<(usize, Remembered)> {
        let open = self.orders.iter().enumerate().filter(|(_, order)| !order.busy && order.next().is_some());
        let (at, _) = open.min_by_key(|(_, order)| order.tries)?;
        self.orders[at].busy = true;
        Some((at, self.orders[at].clone()))
    }

    /// How many orders came to this step.
    pub(super) fn came_to(&self, step: Step) -> usize {
        self.orders.iter().filter(|order| order.step == step).count()
    }

    /// Nobody is at work any more.
    pub(super) fn rest(&mut self) {
        self.orders.iter_mut().for_each(|order| order.busy = false);
    }
}

/// Asks for all that was promised and not asked for yet, in a shop that has come to rest.
pub(super) async fn ask_all(memory: &mut Memory, guest: &ShopClient, staff: &ShopClient, what: &str) {
    for order in memory.orders.iter_mut().filter(|order| !order.proven) {
        let is_sold = order.ask(guest, staff, what).await;
        if let Some(card) = &order.claims.card {
            // What paid for a sale is gone; what paid for nothing is there again.
            let left = balance(staff, card).await;
            assert_eq!(left, if is_sold { 0 } else { ON_CARD }, "{what}: {order:?}");
        }
        order.proven = order.next().is_none();
        if is_sold && order.proven {
            if let Some(customer) = order.claims.customer {
                *memory.sold_for_points.entry(customer).or_default() += 1;
            }
            if let Some(code) = &order.claims.code {
                *memory.sold_with_code.entry(code.clone()).or_default() += 1;
            }
        }
    }
    for card in memory.unused.drain(..) {
        assert_eq!(balance(staff, &card).await, ON_CARD, "{what}: {card}");
    }
    for card in memory.unanswered.iter_mut().filter_map(|claims| claims.card.take()) {
        let left = balance(staff, &card).await;
        assert!([0, ON_CARD].contains(&left), "{what}: {left} on {card}");
    }
}

/// Holds what is left of a customer's points, and what is used of a code, against what was sold.
pub(super) fn fits(memory: &Memory, customer: usize, [spendable, held, _, debt]: [i64; 4], what: &str) {
    let is_theirs = |claims: &&Claims| claims.customer == Some(customer);
    let open = memory.orders.iter().filter(|order| !order.proven).map(|order| &order.claims);
    let perhaps = memory.unanswered.iter().chain(open).filter(is_theirs).count() as i64;
    let sold = memory.sold_for_points.get(&customer).copied().unwrap_or(0);
    let spent = POINTS_AT_FIRST - spendable;
    assert_eq!((held, debt, spent % POINTS), (0, 0, 0), "{what}: {spendable} of customer {customer}");
    assert!(
        (sold..=sold + perhaps).contains(&(spent / POINTS)),
        "{what}: {spent} spent, {sold} sold, {perhaps} perhaps"
    );
}

/// The same for a code: no more uses than it has, each of an order that was sold.
pub(super) fn fits_code(memory: &Memory, code: &str, [reserved, redeemed, _]: [i64; 3], what: &str) {
    let perhaps = memory.unanswered.iter().filter(|claims| claims.code.as_deref() == Some(code)).count() as i64;
    let sold = memory.sold_with_code.get(code).copied().unwrap_or(0);
    assert!(redeemed <= USES && reserved == 0, "{what}: {redeemed} uses of {code}, {reserved} held");
    assert!((sold..=sold + perhaps).contains(&redeemed), "{what}: {redeemed} uses, {sold} sold, {perhaps} perhaps");
}

async fn balance(staff: &ShopClient, card: &str) -> i64 {
    let card = staff.get(&format!("/v1/admin/gift-cards/{card}"), Headers::default()).await.unwrap();
    card["balance"]["amount"].as_i64().unwrap()
}
