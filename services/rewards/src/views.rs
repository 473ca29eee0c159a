//! What goes over HTTP: points as customers and staff see them, and what staff say about them.

use crate::model::{Figures, Kind, MAX_POINTS};
use bodega_contracts::OrderId;
use bodega_kernel::{Money, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most characters of a reason.
const MAX_REASON: usize = 200;

/// The points of a customer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"spendable": 620, "held": 0, "pending": 48, "debt": 0,
    "worth": {"amount": 620, "currency": "GBP"}, "earned_in_12_months": 620,
    "tier": {"name": "Silver", "multiplier_bp": 12500}, "next_tier": {"name": "Gold", "from": 2000, "missing": 1380},
    "expiring": [{"points": 20, "at": "2026-03-01T00:00:00Z"}]}))]
pub(crate) struct PointsView {
    /// What there is.
    #[serde(flatten)]
    pub(crate) figures: Figures,
    /// What all that can be spent takes off.
    pub(crate) worth: Money,
    /// What makes the tier.
    pub(crate) earned_in_12_months: i64,
    /// Where the customer is.
    pub(crate) tier: TierView,
    /// What comes next; absent in the highest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_tier: Option<NextTier>,
    /// What cannot be spent any more from when on, within 90 days; soonest first.
    pub(crate) expiring: Vec<Expiring>,
}

/// A tier.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TierView {
    /// Its name.
    pub(crate) name: String,
    /// What it makes of points that are earned: 10000 leaves them as they are.
    pub(crate) multiplier_bp: i64,
}

/// The tier above.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NextTier {
    /// Its name.
    pub(crate) name: String,
    /// Points in twelve months from which one is in it.
    pub(crate) from: i64,
    /// Points that are still to be earned.
    pub(crate) missing: i64,
}

/// Points that expire.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Expiring {
    /// How many.
    pub(crate) points: i64,
    /// When.
    pub(crate) at: Time,
}

/// A line of the ledger: what it changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"seq": 71, "kind": "earn", "spendable": 48, "held": 0, "pending": -48, "debt": 0,
    "order_id": "0190b3d6-0000-7000-8000-000000000001", "at": "2026-02-01T09:30:00Z"}))]
pub(crate) struct EntryView {
    /// Its place in the ledger.
    pub(crate) seq: i64,
    /// Why.
    #[schema(value_type = Kind)]
    pub(crate) kind: String,
    /// By how much.
    #[serde(flatten)]
    pub(crate) shift: Figures,
    /// For which order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_id: Option<OrderId>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Which member of staff; for staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) actor: Option<String>,
    /// When.
    pub(crate) at: Time,
}

/// Points that staff give or take.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"points": 100, "reason": "sorry for the delay"}))]
pub(crate) struct Adjustment {
    /// 1 to 1,000,000,000 to give, negative to take; no more is taken than can be spent.
    pub(crate) points: i64,
    /// In words, which the customer sees; at most 200 characters.
    pub(crate) reason: String,
}

/// A field that breaks its bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// JSON pointer.
    pub(crate) field: &'static str,
    pub(crate) detail: String,
}

impl Adjustment {
    /// What is wrong with it by itself.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        if self.points == 0 || !(-MAX_POINTS..=MAX_POINTS).contains(&self.points) {
            let detail = format!("is 1 to {MAX_POINTS}, or negative");
            violations.push(Violation { field: "/points", detail });
        }
        if self.reason.trim().is_empty() || self.reason.chars().count() > MAX_REASON {
            let detail = format!("has 1 to {MAX_REASON} characters that are not all blank");
            violations.push(Violation { field: "/reason", detail });
        }
        violations
    }
}
