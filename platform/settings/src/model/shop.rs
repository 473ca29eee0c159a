//! The shop itself, as it begins.

use serde::{Deserialize, Serialize};

/// `[shop]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// As customers see it.
    pub name: String,
    /// Where it is at home, ISO 3166-1 alpha-2.
    pub country: String,
    /// ISO 4217.
    pub currency: String,
    /// Whether prices include tax.
    pub prices_include_tax: bool,
    /// Tax on what has no rate of its own.
    pub tax_rate_bp: i64,
    /// Ways of shipping.
    pub shipping_methods: Vec<ShippingMethod>,
    /// The claim `iss` of tokens.
    pub issuer: String,
    /// Where customers find it: what links in mails begin with.
    pub base_url: String,
}

/// A way of shipping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingMethod {
    /// Names it in the API; each once.
    pub id: String,
    /// As customers see it.
    pub name: String,
    /// Minor units.
    pub price: i64,
}
