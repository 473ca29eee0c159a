//! What others are told of a product: itself, and what surrounds it.

use super::{Country, Product, Status, Variant};
use bodega_contracts::{
    CategoryId,
    catalog::{ProductChanged, TaxRatesChanged, VariantNow},
};
use bodega_kernel::{Currency, Money};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt::Write};

/// What every main price here is in, and where the shop is at home. From the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The shop's currency.
    pub(crate) currency: Currency,
    /// Its country.
    pub(crate) country: Country,
}

impl Terms {
    /// The table of a home that taxes nothing.
    pub(crate) fn untaxed(self) -> TaxRatesChanged {
        TaxRatesChanged {
            country: self.country.code().to_owned(),
            version: 0,
            rates: BTreeMap::new(),
            regions: BTreeMap::new(),
        }
    }
}

/// What a product is told with and does not hold itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Surroundings {
    /// Counts the changes of what surrounds products.
    pub(crate) state: i64,
    /// The product's categories and all above them; sorted.
    pub(crate) above: Vec<CategoryId>,
    /// What is taxed at home.
    pub(crate) home: TaxRatesChanged,
}

impl Surroundings {
    /// What a variant is taxed with at home, basis points.
    fn rate_bp(&self, variant: &Variant) -> i64 {
        self.home.rate_bp(None, &variant.tax_class)
    }

    /// Differs where the product would be told differently: SHA-256 in hexadecimal.
    pub(crate) fn digest(&self, product: &Product) -> String {
        let mut text = String::new();
        for category in &self.above {
            // Writing to a string cannot fail.
            let _ = write!(text, "{category} ");
        }
        for variant in &product.variants {
            let _ = write!(text, "{}={} ", variant.sku, self.rate_bp(variant));
        }
        hex(&Sha256::digest(text))
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Product {
    /// What others are told of it.
    pub(crate) fn told(&self, terms: Terms, around: &Surroundings) -> ProductChanged {
        let variant = |variant: &Variant| VariantNow {
            sku: variant.sku.clone(),
            name: self.variant_name(variant),
            price: Money::new(variant.price, terms.currency),
            stocked: variant.stocked,
            other_prices: variant.prices.iter().map(|(currency, amount)| Money::new(*amount, *currency)).collect(),
            tax_class: variant.tax_class.clone(),
            tax_rate_bp: around.rate_bp(variant),
            grams: Some(variant.grams).filter(|grams| *grams > 0),
        };
        ProductChanged {
            product_id: self.id,
            version: self.version,
            slug: self.slug.clone(),
            name: self.name.clone(),
            active: self.status == Status::Active,
            brand_id: self.brand,
            category_ids: around.above.clone(),
            variants: self.variants.iter().map(variant).collect(),
        }
    }
}
