//! What staff see of promotions, codes and their uses: the shapes of the API.

use crate::model::{Code, Stored};
use bodega_contracts::{OrderId, PromotionId, coupons::CouponUseState};
use bodega_kernel::Time;
use bodega_pricing::{Conditions, Reward, Trigger};
use serde::Serialize;
use utoipa::ToSchema;

/// A promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct PromotionView {
    /// Which.
    pub id: PromotionId,
    /// For `If-Match`.
    #[schema(example = 1)]
    pub version: i64,
    /// Whether it may be used.
    pub enabled: bool,
    /// As shown to the customer.
    #[schema(example = "10 % off")]
    pub label: String,
    /// What sets it off.
    pub trigger: Trigger,
    /// What it gives.
    pub reward: Reward,
    /// When it holds.
    pub conditions: Conditions,
    /// The higher goes first.
    pub priority: i64,
    /// Whether it goes together with others.
    pub combinable: bool,
    /// How often it may be used.
    pub limit: Option<i64>,
    /// How often one customer may use it.
    pub limit_per_customer: Option<i64>,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
}

/// A code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CodeView {
    /// What is typed in; case does not matter.
    #[schema(example = "WELCOME10")]
    pub code: String,
    /// Its promotion.
    pub promotion_id: PromotionId,
    /// Whether it may be used.
    pub enabled: bool,
    /// How often it may be used.
    pub limit: Option<i64>,
    /// Orders that reserved or redeemed it.
    pub uses: i64,
    /// When it was made.
    pub created_at: Time,
}

/// Codes that were made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CodesView {
    /// As they are written.
    pub items: Vec<String>,
}

/// An order that claimed a promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct UseView {
    /// Which order.
    pub order_id: OrderId,
    /// The code that was given.
    pub code: Option<String>,
    /// The user's id, or a digest of a guest's e-mail address.
    pub customer: String,
    /// What became of it.
    #[schema(value_type = String, example = "redeemed")]
    pub state: CouponUseState,
    /// When the order was placed.
    pub at: Time,
    /// Tells uses of one order apart.
    #[serde(skip)]
    pub place: i64,
}

/// How a promotion was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReportView {
    /// Which.
    pub promotion_id: PromotionId,
    /// Orders that are not paid yet.
    pub reserved: i64,
    /// Orders that are paid.
    pub redeemed: i64,
    /// Orders that it counts for no more: those that ended without a sale, and those that were refused it, which end so.
    pub released: i64,
    /// Customers of the paid orders.
    pub customers: i64,
    /// The codes that were redeemed most, at most 20.
    pub codes: Vec<CodeUses>,
    /// The last days with uses, at most 90, the latest first.
    pub days: Vec<DayUses>,
}

/// How often a code was redeemed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CodeUses {
    /// Which.
    pub code: String,
    /// Paid orders.
    pub redeemed: i64,
}

/// How often a promotion was redeemed by orders of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DayUses {
    /// UTC.
    #[schema(example = "2026-01-31")]
    pub day: String,
    /// Paid orders.
    pub redeemed: i64,
}

impl PromotionView {
    /// As it is kept.
    pub(crate) fn of(stored: &Stored) -> Self {
        let promotion = &stored.promotion;
        Self {
            id: stored.id(),
            version: stored.version,
            enabled: stored.enabled,
            label: promotion.label.clone(),
            trigger: promotion.trigger,
            reward: promotion.reward.clone(),
            conditions: promotion.conditions.clone(),
            priority: promotion.priority,
            combinable: promotion.combinable,
            limit: stored.limit,
            limit_per_customer: stored.limit_per_customer,
            created_at: stored.created,
            updated_at: stored.updated,
        }
    }
}

impl CodeView {
    /// As it is kept, and how often it was used.
    pub(crate) fn of(code: Code, uses: i64) -> Self {
        let Code { text: code, promotion, limit, enabled, created } = code;
        Self { code, promotion_id: promotion, enabled, limit, uses, created_at: created }
    }
}
