//! Sums by tax rate: of a whole order, and of what is given back of it. However often something is given back, all of it
//! together is the order.

use bodega_pricing::{Basket, Priced, allocate};
use std::collections::BTreeMap;

/// What was charged at one rate, minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    /// Basis points.
    pub(super) bp: i64,
    /// Tax included.
    pub(super) gross: i64,
    pub(super) tax: i64,
}

impl Rate {
    pub(super) const fn net(self) -> i64 {
        self.gross - self.tax
    }
}

/// The rates of an order, the highest first. They add up to its total and its tax.
pub(super) fn rates(basket: &Basket, priced: &Priced) -> Vec<Rate> {
    let mut sums: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    let mut add = |bp, gross, tax| {
        let sum = sums.entry(bp).or_default();
        *sum = (sum.0 + gross, sum.1 + tax);
    };
    let (mut gross, mut tax) = (priced.total, priced.tax);
    for (item, line) in basket.lines.iter().zip(&priced.lines) {
        add(item.tax_rate_bp, line.total, line.tax);
        (gross, tax) = (gross - line.total, tax - line.tax);
    }
    // What the lines leave is the shipping.
    add(basket.shipping.as_ref().map_or(0, |shipping| shipping.tax_rate_bp), gross, tax);
    let rates = sums.into_iter().rev().map(|(bp, (gross, tax))| Rate { bp, gross, tax });
    rates.filter(|rate| (rate.gross, rate.tax) != (0, 0)).collect()
}

/// What `amount` is of an order at each rate, after these amounts of it were given back before. What goes beyond the order
/// has no tax.
pub(super) fn given_back(whole: &[Rate], before: &[i64], amount: i64) -> Vec<Rate> {
    let mut left = whole.to_vec();
    for amount in before {
        take(&mut left, *amount);
    }
    take(&mut left, amount)
}

/// Takes an amount out of what is left: each rate gives its share.
fn take(left: &mut [Rate], amount: i64) -> Vec<Rate> {
    let all: i64 = left.iter().map(|rate| rate.gross).sum();
    let weights: Vec<i64> = left.iter().map(|rate| rate.gross).collect();
    let mut taken = Vec::with_capacity(left.len());
    for (rate, gross) in left.iter_mut().zip(allocate(amount.min(all), &weights)) {
        let tax = if rate.gross == 0 { 0 } else { rounded(rate.tax, gross, rate.gross) };
        (rate.gross, rate.tax) = (rate.gross - gross, rate.tax - tax);
        if gross != 0 {
            taken.push(Rate { bp: rate.bp, gross, tax });
        }
    }
    if amount > all {
        taken.push(Rate { bp: 0, gross: amount - all, tax: 0 });
    }
    taken
}

/// `amount * part / whole`, rounded half up; nothing is negative.
fn rounded(amount: i64, part: i64, whole: i64) -> i64 {
    let (amount, part, whole) = (i128::from(amount), i128::from(part), i128::from(whole));
    ((2 * amount * part + whole) / (2 * whole)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::{Currency, Sku};
    use bodega_pricing::{Discount, DiscountKind, Item, Shipping, price};
    use proptest::prelude::*;

    fn baskets() -> impl Strategy<Value = Basket> {
        let line = (0..5_000_i64, 1..20_i64, prop_oneof![Just(0), Just(700), Just(2_000), Just(1_234)]);
        let lines = proptest::collection::vec(line, 1..8);
        (lines, any::<bool>(), 0..3_000_i64, 0..1_000_i64).prop_map(|(lines, prices_include_tax, bp, price)| Basket {
            currency: Currency::GBP,
            prices_include_tax,
            lines: lines
                .into_iter()
                .enumerate()
                .map(|(index, (unit_price, quantity, tax_rate_bp))| Item {
                    sku: Sku::new(&format!("S{index}")).unwrap(),
                    name: String::new(),
                    unit_price,
                    quantity,
                    tax_rate_bp,
                })
                .collect(),
            discounts: vec![Discount { label: "off".to_owned(), kind: DiscountKind::Percentage { bp }, skus: None }],
            shipping: Some(Shipping { method: "a".to_owned(), name: "a".to_owned(), price, tax_rate_bp: 1_900 }),
        })
    }

    proptest! {
        #[test]
        fn rates_add_up_to_the_order(basket in baskets()) {
            let priced = price(&basket).unwrap();
            let rates = rates(&basket, &priced);
            prop_assert_eq!(rates.iter().map(|rate| rate.gross).sum::<i64>(), priced.total);
            prop_assert_eq!(rates.iter().map(|rate| rate.tax).sum::<i64>(), priced.tax);
            prop_assert!(rates.is_sorted_by(|one, other| one.bp > other.bp));
        }

        #[test]
        fn what_is_given_back_bit_by_bit_is_the_order_in_the_end(
            basket in baskets(), amounts in proptest::collection::vec(1..20_000_i64, 0..8),
        ) {
            let priced = price(&basket).unwrap();
            let whole = rates(&basket, &priced);
            let mut before = Vec::new();
            let mut sums: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
            let mut left = priced.total;
            let last = (0..).map(|_| i64::MAX);
            for amount in amounts.into_iter().chain(last) {
                let amount = amount.min(left);
                if amount == 0 {
                    break;
                }
                let parts = given_back(&whole, &before, amount);
                prop_assert_eq!(parts.iter().map(|rate| rate.gross).sum::<i64>(), amount);
                for part in parts {
                    prop_assert!(part.gross > 0 && part.tax >= 0 && part.tax <= part.gross);
                    let sum = sums.entry(part.bp).or_default();
                    *sum = (sum.0 + part.gross, sum.1 + part.tax);
                }
                before.push(amount);
                left -= amount;
            }
            let all: BTreeMap<i64, (i64, i64)> =
                whole.iter().filter(|rate| rate.gross > 0).map(|rate| (rate.bp, (rate.gross, rate.tax))).collect();
            prop_assert_eq!(sums, all);
        }
    }

    #[test]
    fn what_goes_beyond_the_order_has_no_tax() {
        let whole = [Rate { bp: 2_000, gross: 1_200, tax: 200 }];
        let beyond = Rate { bp: 0, gross: 100, tax: 0 };
        assert_eq!(given_back(&whole, &[600], 700), [Rate { bp: 2_000, gross: 600, tax: 100 }, beyond]);
        assert_eq!(given_back(&whole, &[1_200], 100), [beyond]);
    }
}
