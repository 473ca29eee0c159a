//! What has no price, and the largest basket that has one.

use crate::{discount, exclusive, inclusive, item, standard};
use bodega_kernel::Currency;
use bodega_pricing::{Basket, DiscountKind, MAX_DISCOUNTS, MAX_LINES, MAX_PRICE, MAX_QUANTITY, PricingError, price};

fn with_second_line(unit_price: i64, quantity: i64, tax_rate_bp: i64) -> Result<i64, PricingError> {
    let lines = vec![item("A", 1, 1, 0), item("B", unit_price, quantity, tax_rate_bp)];
    price(&inclusive(Currency::GBP, lines)).map(|priced| priced.total)
}

#[test]
fn a_number_outside_its_limits_is_refused_by_line() {
    for quantity in [i64::MIN, -1, 0, MAX_QUANTITY + 1, i64::MAX] {
        assert_eq!(with_second_line(1, quantity, 0), Err(PricingError::Quantity { line: 1, quantity }));
    }
    for unit_price in [i64::MIN, -1, MAX_PRICE + 1, i64::MAX] {
        assert_eq!(with_second_line(unit_price, 1, 0), Err(PricingError::Price { line: 1, price: unit_price }));
    }
    for bp in [i64::MIN, -1, 10_001, i64::MAX] {
        assert_eq!(with_second_line(1, 1, bp), Err(PricingError::TaxRate { line: 1, bp }));
    }
    assert_eq!(with_second_line(MAX_PRICE, MAX_QUANTITY, 10_000), Ok(MAX_PRICE * MAX_QUANTITY + 1));
    let message = with_second_line(1, 0, 0).unwrap_err().to_string();
    assert_eq!(message, "line 1: quantity 0 is not between 1 and 10000");
}

#[test]
fn a_discount_or_shipping_outside_its_limits_is_refused() {
    let basket = inclusive(Currency::GBP, vec![item("A", 100, 1, 0)]);
    let discounted = |kind| price(&Basket { discounts: vec![discount("d", kind)], ..basket.clone() }).unwrap_err();
    for bp in [-1, 10_001, i64::MAX] {
        assert_eq!(discounted(DiscountKind::Percentage { bp }), PricingError::DiscountRate { discount: 0, bp });
    }
    let negative = DiscountKind::Amount { amount: -1 };
    assert_eq!(discounted(negative), PricingError::DiscountAmount { discount: 0, amount: -1 });
    let shipped = |method| price(&Basket { shipping: Some(method), ..basket.clone() }).unwrap_err();
    assert_eq!(shipped(standard(-1, 0)), PricingError::ShippingPrice { price: -1 });
    assert_eq!(shipped(standard(0, 10_001)), PricingError::ShippingTaxRate { bp: 10_001 });
}

#[test]
fn too_much_of_anything_is_refused() {
    let lines = |count| inclusive(Currency::GBP, vec![item("A", 1, 1, 0); count]);
    assert_eq!(price(&lines(MAX_LINES)).unwrap().total, 1000);
    assert_eq!(price(&lines(MAX_LINES + 1)), Err(PricingError::TooManyLines { lines: MAX_LINES + 1 }));
    let free = discount("free", DiscountKind::FreeShipping);
    let discounted = Basket { discounts: vec![free; MAX_DISCOUNTS + 1], ..lines(1) };
    assert_eq!(price(&discounted), Err(PricingError::TooManyDiscounts { discounts: MAX_DISCOUNTS + 1 }));
    let dear = |count| exclusive(Currency::GBP, vec![item("A", MAX_PRICE, MAX_QUANTITY, 10_000); count]);
    assert_eq!(price(&dear(100)).unwrap().total, 2_000_000_000_000_000_000);
    assert_eq!(price(&dear(101)), Err(PricingError::TooLarge));
}
