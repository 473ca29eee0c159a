//! The pricing engine from outside: examples a shopkeeper would check by hand, and laws for any basket.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod examples;
mod laws;
mod promotion_laws;
mod promotions;
mod refusals;
mod rounding;

use bodega_kernel::{Currency, Sku, Time, uuid::Uuid};
use bodega_pricing::{Basket, Conditions, Discount, DiscountKind, Item, Promotion, Reward, Shipping, Trigger};

fn item(sku: &str, unit_price: i64, quantity: i64, tax_rate_bp: i64) -> Item {
    Item { sku: Sku::new(sku).unwrap(), name: sku.to_lowercase(), unit_price, quantity, tax_rate_bp }
}

fn inclusive(currency: Currency, lines: Vec<Item>) -> Basket {
    Basket { currency, prices_include_tax: true, lines, discounts: Vec::new(), shipping: None }
}

fn exclusive(currency: Currency, lines: Vec<Item>) -> Basket {
    Basket { prices_include_tax: false, ..inclusive(currency, lines) }
}

fn discount(label: &str, kind: DiscountKind) -> Discount {
    Discount { label: label.to_owned(), kind, skus: None }
}

fn standard(price: i64, tax_rate_bp: i64) -> Shipping {
    Shipping { method: "standard".to_owned(), name: "Standard".to_owned(), price, tax_rate_bp }
}

/// The moment at which everything is bought.
const NOW: Time = Time::from_ms(1_700_000_000_000);

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn promotion(number: u128, reward: Reward) -> Promotion {
    Promotion {
        id: id(number),
        label: format!("promotion {number}"),
        trigger: Trigger::Automatic,
        reward,
        conditions: Conditions::default(),
        priority: 0,
        combinable: true,
    }
}
