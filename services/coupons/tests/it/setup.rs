//! Coupons alone, under test: what orders and rewards would say to it, what staff would ask it, and its books.

use bodega_contracts::{
    CartId, CouponClaim, OrderId, PromotionId,
    coupons::{CodeFact, CodeFacts, CouponUseFact, CouponUseFacts, CouponUseState, PromotionFact, PromotionFacts},
    orders::{CancelReason, OrderCancelled, OrderConfirmed, OrderPlaced},
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Money};
use bodega_service::Definition;
use bodega_testkit::{Answer, Ask, Stage, Staged, staff};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::{collections::BTreeMap, ops::Deref};

/// One or more replicas of coupons.
pub(crate) struct Shop(Stage);

impl Staged for Shop {
    fn service() -> Definition {
        bodega_coupons::service()
    }
}

impl From<Stage> for Shop {
    fn from(stage: Stage) -> Self {
        Self(stage)
    }
}

impl Deref for Shop {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.0
    }
}

/// A tenth off; what is in `more` goes beside it.
pub(crate) fn tenth(more: Value) -> Value {
    let mut body = json!({"label": "10 % off", "reward": {"kind": "percentage", "bp": 1000}});
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

pub(crate) fn claim(promotion_id: PromotionId, code: &str, customer: &str) -> CouponClaim {
    let code = (!code.is_empty()).then(|| code.to_owned());
    CouponClaim { promotion_id, code, customer: customer.to_owned() }
}

impl Shop {
    /// A promotion as staff make it.
    pub(crate) async fn promotion(&self, body: Value) -> PromotionId {
        let made = self.staff("POST", "/v1/promotions", body).await.expect(201);
        made.field("id").parse().unwrap()
    }

    pub(crate) async fn staff(&self, method: &str, path: &str, body: Value) -> Answer {
        self.ask(0, Ask::new(method, path).by(staff()).json(&body)).await
    }

    pub(crate) fn order(&self) -> OrderId {
        OrderId::new(&self.world)
    }

    pub(crate) fn placed(&self, order_id: OrderId, coupons: Vec<CouponClaim>) -> Envelope {
        let event = OrderPlaced {
            order_id,
            number: String::from("1"),
            customer_id: None,
            lines: Vec::new(),
            total: Money::zero(Currency::GBP),
            coupons,
            points: 0,
            at: self.world.now(),
        };
        self.envelope("orders", &event)
    }

    pub(crate) fn confirmed(&self, order_id: OrderId) -> Envelope {
        let event = OrderConfirmed {
            capture_first: false,
            order_id,
            number: String::from("1"),
            customer_id: None,
            lines: Vec::new(),
            total: Money::zero(Currency::GBP),
            goods: Money::zero(Currency::GBP),
            shipping_method: None,
            shipping_address: None,
        };
        self.envelope("orders", &event)
    }

    pub(crate) fn cancelled(&self, order_id: OrderId) -> Envelope {
        let event = OrderCancelled { order_id, cart_id: CartId::new(&self.world), reason: CancelReason::ByShopper };
        self.envelope("orders", &event)
    }

    /// Delivers batches of `size` all at once, turn by turn to each replica; says how often they had to wait.
    pub(crate) async fn storm(&self, events: Vec<Envelope>, size: usize) -> usize {
        let batches = events.chunks(size).enumerate();
        join_all(batches.map(|(number, batch)| self.insist(number, batch.to_vec()))).await.into_iter().sum()
    }

    pub(crate) async fn promotion_facts(&self) -> BTreeMap<PromotionId, PromotionFact> {
        let (mut facts, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.rpc().ask(PromotionFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some(last.promotion_id);
            facts.extend(page.into_iter().map(|fact| (fact.promotion_id, fact)));
        }
    }

    pub(crate) async fn code_facts(&self) -> BTreeMap<String, CodeFact> {
        let (mut facts, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.rpc().ask(CodeFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some(last.code.clone());
            facts.extend(page.into_iter().map(|fact| (fact.code.clone(), fact)));
        }
    }

    pub(crate) async fn uses(&self) -> BTreeMap<OrderId, CouponUseFact> {
        let (mut facts, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.rpc().ask(CouponUseFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some(last.order_id);
            facts.extend(page.into_iter().map(|fact| (fact.order_id, fact)));
        }
    }

    pub(crate) async fn state(&self, order: OrderId) -> Option<CouponUseState> {
        self.uses().await.get(&order).map(|fact| fact.state)
    }

    /// Live uses of a promotion.
    pub(crate) async fn live(&self, promotion: PromotionId) -> i64 {
        self.promotion_facts().await[&promotion].live_uses
    }

    /// What holds for coupons at all times: limits, and counters that are what orders hold.
    pub(crate) async fn check_books(&self) {
        let uses = self.uses().await;
        let live = |wanted: &dyn Fn(&CouponClaim) -> bool| {
            let live =
                uses.values().filter(|fact| [CouponUseState::Reserved, CouponUseState::Redeemed].contains(&fact.state));
            live.flat_map(|fact| &fact.claims).filter(|claim| wanted(claim)).count() as i64
        };
        for fact in self.promotion_facts().await.values() {
            assert_eq!(fact.live_uses, live(&|claim| claim.promotion_id == fact.promotion_id), "{fact:?}");
            assert!(fact.limit.is_none_or(|limit| fact.live_uses <= limit), "{fact:?}");
            assert!(fact.limit_per_customer.is_none_or(|limit| fact.most_by_customer <= limit), "{fact:?}");
            assert!(fact.counted.is_none_or(|counted| counted == fact.live_uses), "{fact:?}");
            assert!(fact.most_counted_by_customer.is_none_or(|most| most == fact.most_by_customer), "{fact:?}");
        }
        for fact in self.code_facts().await.values() {
            assert_eq!(fact.live_uses, live(&|claim| claim.code.as_deref() == Some(&*fact.code)), "{fact:?}");
            assert!(fact.limit.is_none_or(|limit| fact.live_uses <= limit), "{fact:?}");
            assert!(fact.counted.is_none_or(|counted| counted == fact.live_uses), "{fact:?}");
        }
    }
}
