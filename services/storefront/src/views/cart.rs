//! A cart as its service tells of it.

use bodega_kernel::Money;
use bodega_pages::orders::Discount;
use serde::{Deserialize, Serialize};

/// A whole cart at present prices.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Cart {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) token: Option<String>,
    #[serde(default)]
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) version: i64,
    #[serde(default)]
    pub(crate) prices_include_tax: bool,
    #[serde(default)]
    pub(crate) lines: Vec<Line>,
    pub(crate) subtotal: Money,
    #[serde(default)]
    pub(crate) discounts: Vec<Discount>,
    pub(crate) shipping: Money,
    #[serde(default)]
    pub(crate) shipping_discount: Option<Discount>,
    pub(crate) tax: Money,
    pub(crate) total: Money,
    #[serde(default)]
    pub(crate) tenders: Vec<Tender>,
    pub(crate) due: Money,
    #[serde(default)]
    pub(crate) terms_version: Option<i64>,
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) shipping_address: Option<PostalAddress>,
    #[serde(default)]
    pub(crate) billing_address: Option<PostalAddress>,
    #[serde(default)]
    pub(crate) shipping_method: Option<String>,
    #[serde(default)]
    pub(crate) shipping_methods: Vec<Method>,
    #[serde(default)]
    pub(crate) coupon: Option<Coupon>,
    #[serde(default)]
    pub(crate) points: Option<Points>,
    #[serde(default)]
    pub(crate) missing: Vec<String>,
    #[serde(default)]
    pub(crate) changes: Vec<Change>,
}

impl Cart {
    /// How many pieces.
    pub(crate) fn count(&self) -> i64 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    /// Whether it became an order.
    pub(crate) fn is_ordered(&self) -> bool {
        self.status == "checked_out"
    }

    /// What something in it is called.
    pub(crate) fn name_of<'a>(&'a self, sku: &'a str) -> &'a str {
        self.lines.iter().find(|line| line.sku == sku).map_or(sku, |line| &line.name)
    }
}

/// A line of a cart.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) sku: String,
    #[serde(default)]
    pub(crate) name: String,
    pub(crate) quantity: i64,
    pub(crate) unit_price: Money,
    pub(crate) total: Money,
    #[serde(default)]
    pub(crate) discounts: Vec<Discount>,
}

/// A gift card or store credit.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Tender {
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) label: String,
    pub(crate) amount: Money,
}

/// A way of shipping.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Method {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) name: String,
    pub(crate) price: Money,
}

/// A code in a cart.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Coupon {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) applied: bool,
    #[serde(default)]
    pub(crate) reason: Option<String>,
    #[serde(default)]
    pub(crate) missing: Option<Money>,
    #[serde(default)]
    pub(crate) missing_pieces: Option<i64>,
}

/// Points in a cart.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Points {
    #[serde(default)]
    pub(crate) used: i64,
    pub(crate) amount: Money,
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// Something that is not as it was shown, or not as it is wanted.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Change {
    PriceChanged {
        sku: String,
        was: Money,
        now: Money,
    },
    DiscountChanged {
        was: Money,
        now: Money,
    },
    ShippingChanged {
        was: Money,
        now: Money,
    },
    TaxChanged {
        was: Money,
        now: Money,
    },
    NotSoldThere {
        sku: String,
    },
    Unavailable {
        sku: String,
    },
    ShortStock {
        sku: String,
        available: i64,
    },
    #[serde(other)]
    Other,
}

/// Where parcels and bills go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostalAddress {
    pub(crate) name: String,
    pub(crate) line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) line2: Option<String>,
    pub(crate) city: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    pub(crate) postal_code: String,
    pub(crate) country: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
}
