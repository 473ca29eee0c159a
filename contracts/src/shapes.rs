//! Shapes that several services share.

use crate::PromotionId;
use bodega_kernel::Sku;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Who receives it.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// Flat, floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// Town.
    pub city: String,
    /// State, county.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// For the carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// How a shopper pays: a provider's method, such as `sim_success`. Lower case, digits and underscores, at most 40.
pub type PaymentMethod = String;

/// One line of an order as stock sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderLine {
    /// What.
    pub sku: Sku,
    /// How many.
    pub quantity: i64,
    /// Whether stock is kept of it; a fee or a service is not stocked.
    pub stocked: bool,
}

/// A promotion that a cart was priced with and that counts its uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CouponClaim {
    /// Which promotion.
    pub promotion_id: PromotionId,
    /// The code that was given; `None` where it applies by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Whose use it is: the user's id, or a digest of a guest's e-mail address.
    pub customer: String,
}
