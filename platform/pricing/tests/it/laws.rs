//! Laws that hold for any basket.

use crate::{discount, item, standard};
use bodega_kernel::{Currency, Sku};
use bodega_pricing::{Basket, Discount, DiscountKind, Item, price};
use proptest::prelude::*;

const SKUS: [&str; 4] = ["A", "B", "C", "D"];

fn items() -> impl Strategy<Value = Vec<Item>> {
    let amounts = prop_oneof![0..100_i64, 0..100_000_i64, 0..=1_000_000_000_000_i64];
    let rates = prop_oneof![Just(0), Just(500), Just(2000), 0..=10_000_i64];
    let one = (0..SKUS.len(), amounts, 1..=10_000_i64, rates);
    prop::collection::vec(one.prop_map(|(sku, price, quantity, bp)| item(SKUS[sku], price, quantity, bp)), 0..30)
}

fn discounts() -> impl Strategy<Value = Vec<Discount>> {
    let kind = prop_oneof![
        (0..=10_000_i64).prop_map(|bp| DiscountKind::Percentage { bp }),
        prop_oneof![0..1_000_i64, 0..=i64::MAX].prop_map(|amount| DiscountKind::Amount { amount }),
        Just(DiscountKind::FreeShipping),
    ];
    let skus = prop::option::of(prop::sample::subsequence(SKUS.to_vec(), 0..SKUS.len()));
    let one = (kind, skus).prop_map(|(kind, skus)| Discount {
        skus: skus.map(|skus| skus.into_iter().map(|sku| Sku::new(sku).unwrap()).collect()),
        ..discount("d", kind)
    });
    prop::collection::vec(one, 0..6)
}

fn baskets() -> impl Strategy<Value = Basket> {
    let shipping = prop::option::of((0..10_000_i64, 0..=10_000_i64).prop_map(|(price, bp)| standard(price, bp)));
    (any::<bool>(), items(), discounts(), shipping).prop_map(|(prices_include_tax, lines, discounts, shipping)| {
        Basket { currency: Currency::GBP, prices_include_tax, lines, discounts, shipping }
    })
}

proptest! {
    #[test]
    fn the_parts_add_up_to_the_total(basket in baskets()) {
        let priced = price(&basket).unwrap();
        let added = if basket.prices_include_tax { 0 } else { priced.tax };
        prop_assert_eq!(priced.subtotal - priced.discount + priced.shipping + added, priced.total);
    }

    #[test]
    fn the_lines_and_shipping_add_up_to_the_total(basket in baskets()) {
        let priced = price(&basket).unwrap();
        let line_taxes: i64 = priced.lines.iter().map(|line| line.tax).sum();
        let shipping_tax = if basket.prices_include_tax { 0 } else { priced.tax - line_taxes };
        let lines: i64 = priced.lines.iter().map(|line| line.total).sum();
        prop_assert_eq!(lines + priced.shipping + shipping_tax, priced.total);
        prop_assert_eq!(priced.lines.iter().map(|line| line.subtotal).sum::<i64>(), priced.subtotal);
    }

    #[test]
    fn each_line_explains_its_total_and_nothing_is_negative(basket in baskets()) {
        let priced = price(&basket).unwrap();
        for line in &priced.lines {
            let off: i64 = line.discounts.iter().map(|applied| applied.amount).sum();
            let added = if basket.prices_include_tax { 0 } else { line.tax };
            prop_assert_eq!(line.subtotal - off + added, line.total);
            prop_assert_eq!(line.unit_price * line.quantity, line.subtotal);
            prop_assert!(line.total >= 0 && line.tax >= 0 && line.tax <= line.total);
            prop_assert!(line.discounts.iter().all(|applied| applied.amount > 0));
        }
        prop_assert!(priced.total >= 0 && priced.tax >= 0 && priced.shipping >= 0 && priced.discount >= 0);
        prop_assert!(priced.discount <= priced.subtotal && priced.tax <= priced.total);
    }

    #[test]
    fn the_same_basket_has_the_same_price_also_after_json(basket in baskets()) {
        let json = serde_json::to_string(&basket).unwrap();
        let read: Basket = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &basket);
        prop_assert_eq!(price(&read), price(&basket));
    }

    #[test]
    fn an_inclusive_total_does_not_depend_on_tax_rates(basket in baskets(), rate_bp in 0..=10_000_i64) {
        let basket = Basket { prices_include_tax: true, ..basket };
        let mut other = basket.clone();
        other.lines.iter_mut().for_each(|line| line.tax_rate_bp = rate_bp);
        let (one, two) = (price(&basket).unwrap(), price(&other).unwrap());
        prop_assert_eq!(one.total, two.total);
        prop_assert!(one.lines.iter().zip(&two.lines).all(|(a, b)| a.total == b.total));
    }

    #[test]
    fn another_discount_never_makes_goods_dearer(basket in baskets(), more in discounts()) {
        let mut discounted = basket.clone();
        discounted.discounts.extend(more);
        let (before, after) = (price(&basket).unwrap(), price(&discounted).unwrap());
        prop_assert!(after.discount >= before.discount);
        prop_assert!(after.total <= before.total);
    }
}
