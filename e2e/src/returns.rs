//! What comes back: the buyer asks, staff allow it and count what came.

use crate::doors::{Bought, Doors};
use anyhow::Context as _;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// How many returns were asked for, so that each has a key of its own.
static ASKED: AtomicU64 = AtomicU64::new(0);

impl Doors {
    /// The buyer asks to send so many pieces of a SKU back, for a wish and whatever else it needs.
    pub async fn ask_back(&self, bought: &Bought, sku: &str, pieces: i64, more: &Value) -> anyhow::Result<String> {
        let mut wish = json!({"lines": [{"sku": sku, "quantity": pieces}], "reason": "does not fit", "wish": "refund"});
        for (field, value) in more.as_object().into_iter().flatten() {
            wish[field] = value.clone();
        }
        let key = format!("return-{}", ASKED.fetch_add(1, Ordering::Relaxed));
        let asked = self.write_order(0, bought, "returns", &wish, &key).await?.ok("return")?;
        Ok(asked["id"].as_str().context("a return without an id")?.to_owned())
    }

    /// Staff do something about a return: `approve`, `reject`, `receive`, `cancel`.
    pub async fn act_on_return(&self, id: &str, act: &str, body: &Value) -> anyhow::Result<Value> {
        self.staff(0).post(&format!("/v1/admin/returns/{id}/{act}"), body, Some(act)).await
    }

    /// Staff allow a return and count so many pieces that can be sold again and so many that cannot.
    pub async fn take_back(&self, id: &str, sku: &str, restock: i64, write_off: i64) -> anyhow::Result<Value> {
        self.act_on_return(id, "approve", &json!({})).await?;
        let counted = json!({"lines": [{"sku": sku, "restock": restock, "write_off": write_off}]});
        self.act_on_return(id, "receive", &counted).await
    }
}
