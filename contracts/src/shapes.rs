//! Shapes that several services share.

use crate::{GiftCardId, PromotionId};
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

/// What pays a part of an order before the payment method pays the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenderKind {
    /// A card with a balance; whoever knows its code may spend it.
    GiftCard,
    /// What the shop owes the customer.
    StoreCredit,
}

/// A part of an order's total that a gift card or store credit pays: all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tender {
    /// What kind.
    pub kind: TenderKind,
    /// Which gift card; `None` for store credit, which is the buyer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_id: Option<GiftCardId>,
    /// How it is shown, such as the last four characters of the code.
    pub label: String,
    /// How much, minor units of the order's currency, more than 0.
    pub amount: i64,
}

/// The legal texts that a shopper accepted, as they were then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Terms {
    /// The version of the shop's texts.
    pub version: i64,
    /// SHA-256 of them in hexadecimal.
    pub digest: String,
}
