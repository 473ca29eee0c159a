//! Inventory alone, under test: what staff would ask it, and its books.

use axum::http::Method;
use bodega_contracts::{
    OrderId,
    inventory::{ReservationFact, ReservationFacts, ReservationState, StockFact, StockFacts},
};
use bodega_kernel::Sku;
use bodega_service::Definition;
use bodega_testkit::{Ask, Stage, Staged, staff};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    ops::Deref,
};

/// One or more replicas of inventory.
pub(crate) struct Shop(Stage);

impl Staged for Shop {
    fn service() -> Definition {
        bodega_inventory::service()
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

impl Shop {
    /// Fires what is due; whether there was anything.
    pub(crate) async fn fire_timers(&self) -> bool {
        self.job("timers").step().await
    }

    pub(crate) fn order(&self) -> OrderId {
        OrderId::new(&self.world)
    }

    pub(crate) async fn receive(&self, sku: &str, quantity: i64) {
        let body = json!({"sku": sku, "kind": "receive", "quantity": quantity});
        let (status, answer) = self.staff(Method::POST, "/v1/stock/movements", Some(body)).await;
        assert_eq!(status, 201, "{answer}");
    }

    pub(crate) async fn staff(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let ask = Ask::new(method, path).by(staff()).json(&body.unwrap_or_default());
        let answer = self.ask(0, ask).await;
        (answer.status, answer.json)
    }

    /// On hand, held and allocated of a SKU.
    pub(crate) async fn level(&self, sku: &str) -> (i64, i64, i64) {
        let (status, stock) = self.staff(Method::GET, &format!("/v1/stock/{sku}"), None).await;
        assert_eq!(status, 200, "{stock}");
        let figure = |name: &str| stock[name].as_i64().unwrap();
        (figure("on_hand"), figure("held"), figure("allocated"))
    }

    pub(crate) async fn stock_facts(&self) -> Vec<StockFact> {
        let (mut facts, mut after) = (Vec::new(), None);
        loop {
            let page = self.rpc().ask(StockFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some((last.sku.to_string(), last.location.clone()));
            facts.extend(page);
        }
    }

    pub(crate) async fn reservations(&self) -> BTreeMap<OrderId, ReservationFact> {
        let (mut facts, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.rpc().ask(ReservationFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some(last.order_id);
            facts.extend(page.into_iter().map(|fact| (fact.order_id, fact)));
        }
    }

    pub(crate) async fn state(&self, order: OrderId) -> Option<ReservationState> {
        self.reservations().await.get(&order).map(|fact| fact.state)
    }

    /// The invariants of stock, over all of it.
    pub(crate) async fn check_books(&self) {
        let mut promised = HashMap::<(ReservationState, Sku), i64>::new();
        for reservation in self.reservations().await.into_values() {
            for (sku, quantity) in reservation.lines {
                *promised.entry((reservation.state, sku)).or_default() += quantity;
            }
            for (sku, quantity) in reservation.shipped {
                *promised.entry((reservation.state, sku)).or_default() -= quantity;
            }
        }
        let sum = |state, sku: &Sku| promised.get(&(state, sku.clone())).copied().unwrap_or(0);
        for fact in self.stock_facts().await {
            assert_eq!(fact.on_hand, fact.ledger_on_hand, "{fact:?}");
            assert_eq!(fact.held, fact.live_holds, "{fact:?}");
            assert_eq!(fact.allocated, fact.live_allocations, "{fact:?}");
            assert_eq!(fact.held, sum(ReservationState::Held, &fact.sku), "{fact:?}");
            assert_eq!(fact.allocated, sum(ReservationState::Allocated, &fact.sku), "{fact:?}");
            assert!(fact.held >= 0 && fact.allocated >= 0, "{fact:?}");
            assert!(fact.backorder || fact.held + fact.allocated <= fact.on_hand, "{fact:?}");
            let promised = fact.ledger_shipped + fact.allocated + fact.held;
            assert!(fact.backorder || promised <= fact.ledger_brought, "{fact:?}");
        }
    }
}
