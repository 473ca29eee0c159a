//! What a promotion gives. In JSON its kind stands beside its figures: `{"kind": "percentage", "bp": 1000}`.
//!
//! What a later version adds is passed over, as in every event; whoever takes a promotion from people is stricter.

use super::Amounts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a promotion gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reward {
    /// A share of the goods it is for.
    Percentage {
        /// Basis points, 1 to 10,000.
        bp: i64,
    },
    /// An amount off the goods it is for, all of them together.
    Amount {
        /// By currency; in one that is not listed it gives nothing.
        amounts: Amounts,
    },
    /// The shipping price.
    FreeShipping {},
    /// Of every `buy + get` pieces of the goods it is for, `get` are reduced. The cheapest ones are.
    BuyXGetY {
        /// Pieces at the full price, 1 to 100.
        buy: i64,
        /// Pieces that are reduced, 1 to 100.
        get: i64,
        /// By how much, basis points, 1 to 10,000: 10,000 is free.
        bp: i64,
    },
    /// The more the goods it is for cost, the more comes off: the tier counts that takes off most.
    Tiers {
        /// 1 to 20.
        tiers: Vec<Tier>,
    },
}

/// A step of [`Reward::Tiers`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tier {
    /// What the goods must cost before any discount.
    pub minimum: Amounts,
    /// What then comes off.
    pub off: Off,
}

/// A share or an amount; exactly one of the two is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Off {
    /// Basis points, 1 to 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bp: Option<i64>,
    /// By currency.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amounts: Amounts,
}
