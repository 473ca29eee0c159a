//! What the engine refuses to price. Every number has a limit, low enough that no sum can overflow.

use crate::model::{Basket, Discount, DiscountKind, Item, Shipping};
use thiserror::Error;

/// Most lines of a basket.
pub const MAX_LINES: usize = 1_000;
/// Most discounts of a basket.
pub const MAX_DISCOUNTS: usize = 100;
/// Most of one line, pieces.
pub const MAX_QUANTITY: i64 = 10_000;
/// Highest price of one piece or of shipping, minor units.
pub const MAX_PRICE: i64 = 1_000_000_000_000;
/// Highest rate of a tax or a discount: 100 %.
pub const MAX_RATE_BP: i64 = 10_000;
/// Most a basket may be worth before discounts and added tax, minor units.
pub const MAX_BASKET: i64 = 1_000_000_000_000_000_000;

/// Why a basket has no price. Lines and discounts are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PricingError {
    /// More lines than [`MAX_LINES`].
    #[error("{lines} lines are more than {MAX_LINES}")]
    TooManyLines {
        /// How many there are.
        lines: usize,
    },
    /// More discounts than [`MAX_DISCOUNTS`].
    #[error("{discounts} discounts are more than {MAX_DISCOUNTS}")]
    TooManyDiscounts {
        /// How many there are.
        discounts: usize,
    },
    /// A quantity outside 1 to [`MAX_QUANTITY`].
    #[error("line {line}: quantity {quantity} is not between 1 and {MAX_QUANTITY}")]
    Quantity {
        /// Which line.
        line: usize,
        /// What it says.
        quantity: i64,
    },
    /// A unit price outside 0 to [`MAX_PRICE`].
    #[error("line {line}: price {price} is not between 0 and {MAX_PRICE}")]
    Price {
        /// Which line.
        line: usize,
        /// What it says.
        price: i64,
    },
    /// A tax rate outside 0 to [`MAX_RATE_BP`].
    #[error("line {line}: tax rate {bp} bp is not between 0 and {MAX_RATE_BP}")]
    TaxRate {
        /// Which line.
        line: usize,
        /// What it says.
        bp: i64,
    },
    /// A shipping price outside 0 to [`MAX_PRICE`].
    #[error("shipping price {price} is not between 0 and {MAX_PRICE}")]
    ShippingPrice {
        /// What it says.
        price: i64,
    },
    /// A shipping tax rate outside 0 to [`MAX_RATE_BP`].
    #[error("shipping tax rate {bp} bp is not between 0 and {MAX_RATE_BP}")]
    ShippingTaxRate {
        /// What it says.
        bp: i64,
    },
    /// A percentage outside 0 to [`MAX_RATE_BP`].
    #[error("discount {discount}: {bp} bp is not between 0 and {MAX_RATE_BP}")]
    DiscountRate {
        /// Which discount.
        discount: usize,
        /// What it says.
        bp: i64,
    },
    /// A negative amount.
    #[error("discount {discount}: amount {amount} is negative")]
    DiscountAmount {
        /// Which discount.
        discount: usize,
        /// What it says.
        amount: i64,
    },
    /// Worth more than [`MAX_BASKET`].
    #[error("the basket is worth more than {MAX_BASKET}")]
    TooLarge,
}

/// Refuses what is outside the limits. After it, line subtotals, their sum, and twice that sum fit an `i64`.
pub(crate) fn check(basket: &Basket) -> Result<(), PricingError> {
    if basket.lines.len() > MAX_LINES {
        return Err(PricingError::TooManyLines { lines: basket.lines.len() });
    }
    if basket.discounts.len() > MAX_DISCOUNTS {
        return Err(PricingError::TooManyDiscounts { discounts: basket.discounts.len() });
    }
    for (line, item) in basket.lines.iter().enumerate() {
        check_item(line, item)?;
    }
    for (index, discount) in basket.discounts.iter().enumerate() {
        check_discount(index, discount)?;
    }
    basket.shipping.as_ref().map_or(Ok(()), check_shipping)?;
    let goods = basket.lines.iter().map(|item| i128::from(item.unit_price) * i128::from(item.quantity));
    let shipping = basket.shipping.iter().map(|shipping| i128::from(shipping.price));
    if goods.chain(shipping).sum::<i128>() > i128::from(MAX_BASKET) {
        return Err(PricingError::TooLarge);
    }
    Ok(())
}

fn check_item(line: usize, item: &Item) -> Result<(), PricingError> {
    let Item { unit_price: price, quantity, tax_rate_bp: bp, .. } = *item;
    if !(1..=MAX_QUANTITY).contains(&quantity) {
        return Err(PricingError::Quantity { line, quantity });
    }
    if !(0..=MAX_PRICE).contains(&price) {
        return Err(PricingError::Price { line, price });
    }
    if !(0..=MAX_RATE_BP).contains(&bp) {
        return Err(PricingError::TaxRate { line, bp });
    }
    Ok(())
}

fn check_discount(index: usize, discount: &Discount) -> Result<(), PricingError> {
    match discount.kind {
        DiscountKind::Percentage { bp } if !(0..=MAX_RATE_BP).contains(&bp) => {
            Err(PricingError::DiscountRate { discount: index, bp })
        }
        DiscountKind::Amount { amount } if amount < 0 => Err(PricingError::DiscountAmount { discount: index, amount }),
        DiscountKind::Percentage { .. } | DiscountKind::Amount { .. } | DiscountKind::FreeShipping => Ok(()),
    }
}

fn check_shipping(shipping: &Shipping) -> Result<(), PricingError> {
    let Shipping { price, tax_rate_bp: bp, .. } = *shipping;
    if !(0..=MAX_PRICE).contains(&price) {
        return Err(PricingError::ShippingPrice { price });
    }
    if !(0..=MAX_RATE_BP).contains(&bp) {
        return Err(PricingError::ShippingTaxRate { bp });
    }
    Ok(())
}
