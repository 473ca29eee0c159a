//! The body of a purchase in one request: a cart, how it is paid, and what it is to cost.

use super::{LineWanted, OpenCart, check_payment_method};
use crate::{
    flows::{Contents, Purchase, Typed},
    model::Given,
};
use bodega_contracts::Address;
use bodega_kernel::Money;
use bodega_web::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is bought, and how, at which total.
type Bought = ((Contents, Typed), (Purchase, Money));

/// What to buy at once, and how. All of it but `lines` and `total` may be left out where the shop does not need it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "lines": [{"sku": "85123A", "quantity": 6}], "email": "ada@example.org",
    "shipping_address": {"name": "Ada", "line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"},
    "total": {"amount": 1_925, "currency": "GBP"}, "payment_method": "sim_success",
}))]
pub(crate) struct BuyNow {
    /// At most 1,000.
    lines: Vec<LineWanted>,
    /// Where mails go.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Given<String>,
    /// Where parcels go.
    #[serde(default)]
    #[schema(value_type = Option<Address>)]
    shipping_address: Given<Address>,
    /// Where the invoice goes.
    #[serde(default)]
    #[schema(value_type = Option<Address>)]
    billing_address: Given<Address>,
    /// A way of shipping; not needed where there is one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    shipping_method: Given<String>,
    /// A code, in any case.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    coupon_code: Given<String>,
    /// Points of the customer to spend: at most so many, and no more than are needed.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    points: Given<i64>,
    /// A market of the shop; counts until a country is known.
    #[serde(default)]
    market: Option<String>,
    /// Where it goes, ISO 3166-1 alpha-2; counts until there is a shipping address.
    #[serde(default)]
    #[schema(example = "DE")]
    country: Option<String>,
    /// What the buyer was told that it costs in all; where it costs anything else: 409 `total_changed`.
    total: Money,
    /// A way of paying.
    #[serde(default)]
    #[schema(example = "sim_success", pattern = "^[a-z0-9_]{1,40}$")]
    payment_method: Option<String>,
    /// The version of the shop's legal texts that the shopper accepts.
    #[serde(default)]
    accepted_terms: Option<i64>,
}

impl BuyNow {
    /// What is bought, how, and at which total.
    pub(crate) fn check(self) -> Result<Bought, Problem> {
        let Self { payment_method, accepted_terms, total, .. } = self;
        check_payment_method(payment_method.as_deref())?;
        let cart = OpenCart {
            lines: self.lines,
            email: self.email,
            shipping_address: self.shipping_address,
            billing_address: self.billing_address,
            shipping_method: self.shipping_method,
            coupon_code: self.coupon_code,
            points: self.points,
            market: self.market,
            country: self.country,
            remind: Given::Kept,
        };
        Ok((cart.check()?, (Purchase { payment_method, accepted_terms, version: None }, total)))
    }
}
