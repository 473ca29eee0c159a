//! What goes into the pricing engine and what comes out. All amounts are minor units of the basket's currency,
//! all rates basis points (2000 is 20 %).

use bodega_kernel::{Currency, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Everything a price depends on. An order keeps it as its snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Basket {
    /// The one currency of every amount here.
    pub currency: Currency,
    /// Whether unit prices and the shipping price contain their tax.
    pub prices_include_tax: bool,
    /// What is bought, at most 1,000 lines. A SKU may occur more than once.
    pub lines: Vec<Item>,
    /// Applied in this order, each to what the earlier ones left; at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    /// How it is sent; `None` before that is chosen, and for what is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Shipping>,
}

/// A line of a basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Item {
    /// What is bought.
    pub sku: Sku,
    /// As shown to the customer.
    pub name: String,
    /// Price of one, minor units, 0 to 10^12.
    pub unit_price: i64,
    /// 1 to 10,000.
    pub quantity: i64,
    /// Basis points, 0 to 10,000.
    pub tax_rate_bp: i64,
}

/// The shipping method of a basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shipping {
    /// The method's id in the settings.
    pub method: String,
    /// As shown to the customer.
    pub name: String,
    /// Minor units, 0 to 10^12.
    pub price: i64,
    /// Basis points, 0 to 10,000.
    pub tax_rate_bp: i64,
}

/// A reduction. In JSON its kind stands beside its label: `{"label": "10 % off", "kind": "percentage", "bp": 1000}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Discount {
    /// As shown to the customer.
    pub label: String,
    /// What it takes off.
    #[serde(flatten)]
    pub kind: DiscountKind,
    /// The SKUs it is for; `None` is all lines. Free shipping with SKUs is given where one of them is in the basket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skus: Option<Vec<Sku>>,
}

/// What a discount takes off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DiscountKind {
    /// A share of what is left of its lines, rounded half up once for all of them.
    Percentage {
        /// Basis points, 0 to 10,000.
        bp: i64,
    },
    /// A fixed amount over all its lines together; no more than what is left of them.
    Amount {
        /// Minor units, not negative.
        amount: i64,
    },
    /// The whole shipping price.
    FreeShipping,
}

/// A priced basket. `subtotal - discount + shipping + tax == total` where prices exclude tax, and the same
/// without `tax` where they include it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Priced {
    /// One for each line of the basket, in its order.
    pub lines: Vec<PricedLine>,
    /// Unit prices times quantities, before discounts.
    pub subtotal: i64,
    /// Taken off the lines. Free shipping is not in it: it makes `shipping` zero instead.
    pub discount: i64,
    /// What shipping costs after free shipping; contains its tax only where prices include tax.
    pub shipping: i64,
    /// All tax, that of the lines and that of shipping.
    pub tax: i64,
    /// What the customer pays.
    pub total: i64,
}

/// A priced line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PricedLine {
    /// What is bought.
    pub sku: Sku,
    /// As shown to the customer.
    pub name: String,
    /// How many.
    pub quantity: i64,
    /// Price of one.
    pub unit_price: i64,
    /// Unit price times quantity, before discounts.
    pub subtotal: i64,
    /// What was taken off, in the order it was; discounts that took nothing are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Applied>,
    /// The line's share of the tax of its rate.
    pub tax: i64,
    /// What the customer pays for the line, tax included.
    pub total: i64,
}

/// A discount's share on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Applied {
    /// The discount's label.
    pub label: String,
    /// Taken off this line, minor units, never negative.
    pub amount: i64,
}
