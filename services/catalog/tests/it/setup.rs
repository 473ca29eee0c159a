//! A catalogue alone, under test: what guests and staff ask of it, and what it says of its products.

use bodega_contracts::{catalog::ProductChanged, inventory::StockChanged};
use bodega_db::Envelope;
use bodega_kernel::{Caller, Role, Sku, UserId};
use bodega_service::Definition;
use bodega_settings::Settings;
use bodega_testkit::{Answer, Ask, Stage, Staged, staff};
use serde_json::{Value, json};
use std::ops::Deref;

/// One or more replicas of the catalogue.
pub(crate) struct Shop(Stage);

impl Staged for Shop {
    fn service() -> Definition {
        bodega_catalog::service()
    }

    fn adjust(settings: &mut Settings) {
        settings.shop.tax_rate_bp = 2_000;
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
    /// All processes end, and as many start again on the same data.
    pub(crate) async fn restarted(self) -> Self {
        Self(self.0.restarted().await)
    }

    /// The same, from another replica; only `PostgreSQL` has one.
    pub(crate) fn replica(&self) -> Option<Self> {
        (self.replicas() > 1).then(|| Self(self.0.on(1)))
    }

    /// A guest reads.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[], Caller::guest()).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)], caller: Caller) -> Answer {
        self.ask(0, Ask::get(path).by(caller).headers(headers)).await
    }

    /// Staff read.
    pub(crate) async fn look(&self, path: &str) -> Answer {
        self.get_with(path, &[], staff()).await
    }

    /// Staff write.
    pub(crate) async fn staff(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        self.write_as(staff(), method, path, headers, body).await
    }

    pub(crate) async fn write_as(
        &self,
        caller: Caller,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        self.ask(0, Ask::new(method, path).by(caller).headers(headers).json(&body)).await
    }

    pub(crate) async fn create(&self, body: Value) -> Value {
        self.staff("POST", "/v1/products", &[], body).await.expect(201).json
    }

    pub(crate) async fn import(&self, file: impl Into<Vec<u8>>) -> Answer {
        self.ask(0, importing(file)).await
    }

    /// All `product.changed` that were published, oldest first.
    pub(crate) async fn published(&self) -> Vec<ProductChanged> {
        self.told().await
    }

    /// Inventory's word on a SKU, on its way.
    pub(crate) fn stock(&self, sku: &str, version: i64, available: i64) -> Envelope {
        self.envelope("inventory", &StockChanged { sku: Sku::new(sku).unwrap(), version, available })
    }
}

/// Staff import a file.
pub(crate) fn importing(file: impl Into<Vec<u8>>) -> Ask {
    Ask::post("/v1/products/import").by(staff()).header("content-type", "text/csv").body(file)
}

pub(crate) fn somebody(role: Role) -> Caller {
    let user = UserId("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
    Caller { user: Some(user), roles: vec![role] }
}

pub(crate) fn pounds(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

/// A product of one kind.
pub(crate) fn simple(name: &str, sku: &str, price: i64) -> Value {
    json!({"name": name, "variants": [{"sku": sku, "price": pounds(price)}]})
}

pub(crate) fn id(product: &Value) -> String {
    format!("/v1/products/{}", product["id"].as_str().unwrap())
}
