//! Promotions and codes as they are kept: what they give, and how often.

use bodega_contracts::{PromotionId, coupons::PromotionChanged};
use bodega_kernel::{Time, UserId};
use bodega_pricing::{Promotion, Trigger};

/// The most automatic promotions that are enabled at a time: each cart looks at all of them.
pub(crate) const MAX_AUTOMATIC: i64 = 50;
/// The highest limit.
pub(crate) const MAX_LIMIT: i64 = 1_000_000_000;

/// A promotion as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Grows by one with every change, from 1.
    pub version: i64,
    pub enabled: bool,
    /// How often it may be used.
    pub limit: Option<i64>,
    /// How often one customer may use it.
    pub limit_per_customer: Option<i64>,
    /// Whether uses are counted; said once and for all when it is made, so that no claim is under way uncounted.
    pub counts_uses: bool,
    /// Whether they are counted by customer.
    pub counts_customers: bool,
    /// What it gives.
    pub promotion: Promotion,
    pub created: Time,
    pub updated: Time,
}

/// A code as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// In capital letters.
    pub text: String,
    pub promotion: PromotionId,
    /// How often it may be used; never changes.
    pub limit: Option<i64>,
    pub enabled: bool,
    pub created: Time,
}

impl Stored {
    /// A new one.
    pub(crate) fn new(promotion: Promotion, limit: Option<i64>, per_customer: Option<i64>, now: Time) -> Self {
        // Whoever buys twice at once would have two first orders.
        let limit_per_customer = per_customer.or(promotion.conditions.first_order.then_some(1));
        Self {
            version: 1,
            enabled: true,
            limit,
            limit_per_customer,
            counts_uses: limit.is_some(),
            counts_customers: limit_per_customer.is_some(),
            promotion,
            created: now,
            updated: now,
        }
    }

    pub(crate) fn id(&self) -> PromotionId {
        PromotionId(self.promotion.id)
    }

    pub(crate) fn is_automatic(&self) -> bool {
        self.promotion.trigger == Trigger::Automatic
    }

    /// What is told of it.
    pub(crate) fn told(&self) -> PromotionChanged {
        PromotionChanged {
            promotion_id: self.id(),
            version: self.version,
            enabled: self.enabled,
            counted: self.counts_uses || self.counts_customers,
            promotion: self.promotion.clone(),
        }
    }
}

/// The customer of a claim, where it is one who has an account.
pub(crate) fn customer_id(customer: &str) -> Option<UserId> {
    customer.parse().ok()
}
