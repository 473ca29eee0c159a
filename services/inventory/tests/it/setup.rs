//! Inventory alone, under test: what staff would ask it, and its books.

use axum::http::Method;
use bodega_contracts::{
    OrderId,
    inventory::{ReservationFact, ReservationFacts, ReservationState, StockChanged, StockFact, StockFacts, as_told},
};
use bodega_kernel::Sku;
use bodega_service::Definition;
use bodega_settings::Settings;
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

    fn adjust(settings: &mut Settings) {
        let sources = json!({
            "erp": {"secret": "a secret of the erp"},
            "shelf": {"url": "http://127.0.0.1:1/", "every_minutes": 1_440, "location": "north"},
        });
        settings.inventory.sources = serde_json::from_value(sources).unwrap();
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
    /// Lets holds expire that lasted too long; whether there was one.
    pub(crate) async fn expire_holds(&self) -> bool {
        self.job("expire_holds").step().await
    }

    pub(crate) fn order(&self) -> OrderId {
        OrderId::new(&self.world)
    }

    pub(crate) async fn receive(&self, sku: &str, quantity: i64) {
        let body = json!({"sku": sku, "kind": "receive", "quantity": quantity});
        let (status, answer) = self.staff(Method::POST, "/v1/stock/movements", Some(body)).await;
        assert_eq!(status, 201, "{answer}");
    }

    /// Makes a location.
    pub(crate) async fn location(&self, id: &str, priority: i64) {
        let body = json!({"id": id, "name": id, "priority": priority});
        let (status, answer) = self.staff(Method::POST, "/v1/admin/locations", Some(body)).await;
        assert_eq!(status, 201, "{answer}");
    }

    pub(crate) async fn receive_at(&self, location: &str, sku: &str, quantity: i64) {
        let body = json!({"sku": sku, "kind": "receive", "quantity": quantity, "location": location});
        let (status, answer) = self.staff(Method::POST, "/v1/stock/movements", Some(body)).await;
        assert_eq!(status, 201, "{answer}");
    }

    /// On hand, held and allocated of a SKU at a location.
    pub(crate) async fn level_at(&self, location: &str, sku: &str) -> (i64, i64, i64) {
        let (status, stock) = self.staff(Method::GET, &format!("/v1/stock/{sku}"), None).await;
        assert_eq!(status, 200, "{stock}");
        let levels = stock["locations"].as_array().unwrap();
        let level = levels.iter().find(|level| level["location"] == location).unwrap();
        let figure = |name: &str| level[name].as_i64().unwrap();
        (figure("on_hand"), figure("held"), figure("allocated"))
    }

    /// What was told last of what can be sold of a SKU.
    pub(crate) async fn told_last(&self, sku: &str) -> i64 {
        self.told_available().await[&Sku::new(sku).unwrap()].1
    }

    /// The highest version that was told of each SKU, and what can be sold.
    async fn told_available(&self) -> HashMap<Sku, (i64, i64)> {
        let mut last = HashMap::new();
        for told in self.told::<StockChanged>().await {
            let known = last.entry(told.sku).or_insert((told.version, told.available));
            *known = (*known).max((told.version, told.available));
        }
        last
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
        let facts = self.stock_facts().await;
        let told = self.told_available().await;
        let mut totals = BTreeMap::<Sku, (i64, i64, i64)>::new();
        for fact in &facts {
            let total = totals.entry(fact.sku.clone()).or_default();
            *total = (total.0 + fact.held, total.1 + fact.allocated, total.2 + fact.available);
        }
        for (sku, (held, allocated, available)) in totals {
            assert_eq!(held, sum(ReservationState::Held, &sku), "{sku}");
            assert_eq!(allocated, sum(ReservationState::Allocated, &sku), "{sku}");
            assert_eq!(as_told(available), told.get(&sku).map_or(0, |told| told.1), "{sku}");
        }
        for fact in facts {
            assert_eq!(fact.on_hand, fact.ledger_on_hand, "{fact:?}");
            assert_eq!(fact.held, fact.live_holds, "{fact:?}");
            assert_eq!(fact.allocated, fact.live_allocations, "{fact:?}");
            assert!(fact.held >= 0 && fact.allocated >= 0, "{fact:?}");
            assert!(fact.backorder || fact.held + fact.allocated <= fact.on_hand, "{fact:?}");
            let promised = fact.ledger_shipped + fact.allocated + fact.held;
            assert!(fact.backorder || promised <= fact.ledger_brought, "{fact:?}");
        }
    }
}
