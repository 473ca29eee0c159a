//! Coupons: who may use which promotion, and how often it was used.

use crate::{CouponClaim, OrderId, PromotionId, events, questions};
use bodega_kernel::{Time, UserId};
use bodega_pricing::Promotion;
use serde::{Deserialize, Serialize};

/// A promotion as it is now, whole. The higher version wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionChanged {
    /// Which.
    pub promotion_id: PromotionId,
    /// Grows by one with every change.
    pub version: i64,
    /// Whether it may be used at all.
    pub enabled: bool,
    /// Whether its uses are limited, so that each one is to be claimed also where no code is given.
    pub counted: bool,
    /// What it gives, to whom and when.
    pub promotion: Promotion,
}

/// A customer was given a code of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponGranted {
    /// Whose.
    pub user_id: UserId,
    /// What to type in; good for one order.
    pub code: String,
    /// As the customer sees it.
    pub label: String,
    /// Until when it can be used.
    pub ends: Time,
}

/// All promotions of an order are taken up for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponReserved {
    /// For which order.
    pub order_id: OrderId,
}

/// No promotion of an order is taken up, because one of them cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponRejected {
    /// For which order.
    pub order_id: OrderId,
    /// The code or the name of the promotion.
    pub code: String,
    /// Why, in a stable word such as `used_up`.
    pub reason: String,
}

/// The uses of an order count for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponRedeemed {
    /// Of which order.
    pub order_id: OrderId,
}

/// The uses of an order are free again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponReleased {
    /// Of which order.
    pub order_id: OrderId,
}

events! {
    PromotionChanged = "promotion.changed.v1" by promotion_id,
    CouponGranted = "coupon.granted.v1" by user_id,
    CouponReserved = "coupon.reserved.v1" by order_id,
    CouponRejected = "coupon.rejected.v1" by order_id,
    CouponRedeemed = "coupon.redeemed.v1" by order_id,
    CouponReleased = "coupon.released.v1" by order_id,
}

/// Asked by cart when a shopper gives a code: what it is, and whether this customer could use it now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CodeStanding {
    /// As it was typed in; upper and lower case are the same.
    pub code: String,
    /// Whose use it would be, as in [`CouponClaim`]; `None` while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
}

/// A code that exists. A basket may still not meet its conditions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownCode {
    /// As it is written.
    pub code: String,
    /// Its promotion, as it is now.
    pub promotion: PromotionChanged,
    /// Why it cannot be used now, in the words of [`CouponRejected`]; `None` if it can.
    pub refused: Option<String>,
}

/// Asked by `verify`: promotions, by id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PromotionFacts {
    /// The last promotion of the page before.
    pub after: Option<PromotionId>,
}

/// A promotion beside what its uses add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionFact {
    /// Which.
    pub promotion_id: PromotionId,
    /// The version that was published last.
    pub version: i64,
    /// Whether it may be used.
    pub enabled: bool,
    /// How often it may be used.
    pub limit: Option<i64>,
    /// How often one customer may use it.
    pub limit_per_customer: Option<i64>,
    /// What its counter says; `None` where uses are not counted.
    pub counted: Option<i64>,
    /// Orders that reserved or redeemed it.
    pub live_uses: i64,
    /// The most such orders of one customer.
    pub most_by_customer: i64,
    /// The most that any customer's counter says; `None` where uses are not counted by customer.
    pub most_counted_by_customer: Option<i64>,
}

/// Asked by `verify`: codes, by code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CodeFacts {
    /// The last code of the page before.
    pub after: Option<String>,
}

/// A code beside what its uses add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeFact {
    /// Which.
    pub code: String,
    /// Of which promotion.
    pub promotion_id: PromotionId,
    /// How often it may be used.
    pub limit: Option<i64>,
    /// What its counter says; `None` where uses are not counted.
    pub counted: Option<i64>,
    /// Orders that reserved or redeemed it.
    pub live_uses: i64,
}

/// Asked by `verify`: orders that claimed promotions, by order id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CouponUseFacts {
    /// The last order of the page before.
    pub after: Option<OrderId>,
}

/// What an order claimed, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponUseFact {
    /// Which order.
    pub order_id: OrderId,
    /// Where its claims are in their life.
    pub state: CouponUseState,
    /// What it claimed.
    pub claims: Vec<CouponClaim>,
}

/// The life of an order's claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponUseState {
    /// Counted until the order is paid or over.
    Reserved,
    /// Refused.
    Rejected,
    /// Counted for good.
    Redeemed,
    /// Not counted any more.
    Released,
    /// The order is paid, and what it claims is not known yet.
    Awaited,
}

questions! {
    CodeStanding -> Option<KnownCode>, "coupons" / "code_standing";
    PromotionFacts -> Vec<PromotionFact>, "coupons" / "promotion_facts";
    CodeFacts -> Vec<CodeFact>, "coupons" / "code_facts";
    CouponUseFacts -> Vec<CouponUseFact>, "coupons" / "coupon_use_facts";
}
