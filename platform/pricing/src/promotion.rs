//! What takes something off, for whom and when: the rules a shop sets, apart from any basket.
//!
//! A promotion says nothing of how often it may be used: whoever owns it counts that. [`applicable`](crate::applicable)
//! turns promotions into the discounts of one basket.

mod bounds;
mod reward;

pub use bounds::{MAX_AMOUNTS, MAX_LABEL_CHARS, MAX_LISTED, MAX_PIECES, MAX_PRIORITY, MAX_TIERS};
pub use reward::{Off, Reward, Tier};

use bodega_kernel::{Currency, Money, Sku, Time, uuid::Uuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount for each currency it is meant in; a currency that is not listed has none.
pub type Amounts = Vec<Money>;

/// The minor units listed for a currency.
pub(crate) fn in_currency(amounts: &[Money], currency: Currency) -> Option<i64> {
    amounts.iter().find(|money| money.currency == currency).map(|money| money.amount)
}

/// A promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Promotion {
    /// Which.
    pub id: Uuid,
    /// As shown to the customer, 1 to 120 characters.
    pub label: String,
    /// What sets it off.
    pub trigger: Trigger,
    /// What it gives.
    pub reward: Reward,
    /// When it holds.
    #[serde(default)]
    pub conditions: Conditions,
    /// The higher goes first, -1,000 to 1,000; of two alike the one with the lower id.
    #[serde(default)]
    pub priority: i64,
    /// Whether it goes together with others; one that does not is the only one of its basket.
    #[serde(default)]
    pub combinable: bool,
}

/// What sets a promotion off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// It applies by itself.
    Automatic,
    /// It applies where one of its codes is given.
    Code,
}

/// When a promotion holds. What is left out does not matter; all that is said must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Conditions {
    /// The least that the goods it is for must cost before any discount. A currency that is not listed never has it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub minimum: Amounts,
    /// It is for these SKUs, and for what the next three lists name. Without any of the four it is for everything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skus: Vec<Sku>,
    /// All of these products.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Uuid>,
    /// All in these categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Uuid>,
    /// All of these brands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub brands: Vec<Uuid>,
    /// These customers, and members of the groups, may have it. Without either list everybody may.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<Uuid>,
    /// Members of these groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Only who has not ordered before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub first_order: bool,
    /// From this moment on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

impl Conditions {
    /// Whether it is for some goods only.
    pub fn has_scope(&self) -> bool {
        !(self.skus.is_empty() && self.products.is_empty() && self.categories.is_empty() && self.brands.is_empty())
    }
}
