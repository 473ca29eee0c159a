//! Sums by tax rate: of a whole order, and of what is given back of it. However often something is given back, all of it
//! together is the order.

use crate::model::shares::Share;
use bodega_pricing::{Basket, Item, Priced, allocate};
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

/// What is given back: all of it, and what of it at each rate where that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) amount: i64,
    pub(super) known: Vec<Rate>,
}

/// What is given back at each rate of these lines. Lines that there are not are left out.
pub(super) fn of_shares(basket: &Basket, shares: &[Share]) -> Vec<Rate> {
    let mut sums: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for share in shares {
        let of_line = |line| basket.lines.get(line).map(|item: &Item| item.tax_rate_bp);
        let of_shipping = || basket.shipping.as_ref().map(|shipping| shipping.tax_rate_bp);
        let Some(bp) = share.line.map_or_else(of_shipping, of_line) else { continue };
        let sum = sums.entry(bp).or_default();
        *sum = (sum.0 + share.amount, sum.1 + share.tax);
    }
    sums.into_iter().rev().map(|(bp, (gross, tax))| Rate { bp, gross, tax }).collect()
}

/// What is given back of an order at each rate, after these parts of it were given back before; and whether that is what is
/// known of its lines. It is not where so much was given back without a word what for that the rates cannot be right any more.
/// What goes beyond the order has no tax.
pub(super) fn given_back(whole: &[Rate], before: &[Given], now: &Given) -> (Vec<Rate>, bool) {
    let mut left = whole.to_vec();
    for given in before {
        if !take_known(&mut left, given) {
            take(&mut left, given.amount);
        }
    }
    if take_known(&mut left, now) { (now.known.clone(), true) } else { (take(&mut left, now.amount), false) }
}

/// Takes what is known out of what is left, if that can be.
fn take_known(left: &mut [Rate], given: &Given) -> bool {
    let known = |bp: i64| given.known.iter().find(|rate| rate.bp == bp);
    let after = |rate: &Rate| {
        let taken = known(rate.bp).map_or((0, 0), |rate| (rate.gross, rate.tax));
        Rate { bp: rate.bp, gross: rate.gross - taken.0, tax: rate.tax - taken.1 }
    };
    let after: Vec<Rate> = left.iter().map(after).collect();
    let is_all = given.known.iter().all(|known| left.iter().any(|rate| rate.bp == known.bp));
    let sum: i64 = given.known.iter().map(|rate| rate.gross).sum();
    let fits = is_all && sum == given.amount && after.iter().all(|rate| (0..=rate.gross).contains(&rate.tax));
    if fits {
        left.copy_from_slice(&after);
    }
    fits
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
    use crate::model::{
        returns::Pieces,
        shares::{self, Run},
    };
    use bodega_kernel::{Currency, Sku};
    use bodega_pricing::{Discount, DiscountKind, Shipping, price};
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
            let mut before: Vec<Given> = Vec::new();
            let mut sums: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
            let mut left = priced.total;
            let last = (0..).map(|_| i64::MAX);
            for amount in amounts.into_iter().chain(last) {
                let amount = amount.min(left);
                if amount == 0 {
                    break;
                }
                let now = Given { amount, known: Vec::new() };
                let (parts, _) = given_back(&whole, &before, &now);
                prop_assert_eq!(parts.iter().map(|rate| rate.gross).sum::<i64>(), amount);
                for part in parts {
                    prop_assert!(part.gross > 0 && part.tax >= 0 && part.tax <= part.gross);
                    let sum = sums.entry(part.bp).or_default();
                    *sum = (sum.0 + part.gross, sum.1 + part.tax);
                }
                before.push(now);
                left -= amount;
            }
            let all: BTreeMap<i64, (i64, i64)> =
                whole.iter().filter(|rate| rate.gross > 0).map(|rate| (rate.bp, (rate.gross, rate.tax))).collect();
            prop_assert_eq!(sums, all);
        }
    }

    proptest! {
        #[test]
        fn goods_and_sums_that_are_given_back_in_any_order_are_the_order_in_the_end(
            basket in baskets(), steps in proptest::collection::vec((0..8_usize, 1..5_i64, 0..4_i64), 0..30),
        ) {
            let priced = price(&basket).unwrap();
            let whole = rates(&basket, &priced);
            let (mut gone, mut before, mut left) = (vec![0; priced.lines.len()], Vec::<Given>::new(), priced.total);
            let mut sums: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
            let mut give = |now: Given| -> Result<(), TestCaseError> {
                let (parts, is_known) = given_back(&whole, &before, &now);
                prop_assert_eq!(parts.iter().map(|rate| rate.gross).sum::<i64>(), now.amount);
                prop_assert!(!is_known || parts == now.known);
                for part in parts {
                    prop_assert!(part.gross >= 0 && (0..=part.gross).contains(&part.tax));
                    let sum = sums.entry(part.bp).or_default();
                    *sum = (sum.0 + part.gross, sum.1 + part.tax);
                }
                before.push(now);
                Ok(())
            };
            for (line, pieces, by_hand) in steps {
                let line = line % priced.lines.len();
                let quantity = pieces.min(priced.lines[line].quantity - gone[line]);
                let runs: Vec<Run> = (quantity > 0).then(|| Run { line, before: gone[line], quantity }).into_iter().collect();
                let shares = shares::split(&priced, &runs, false).unwrap();
                let amount = shares::total(&shares);
                let (amount, known) =
                    if by_hand == 0 { (by_hand_of(left), Vec::new()) } else { (amount, of_shares(&basket, &shares)) };
                if amount == 0 || amount > left {
                    continue;
                }
                if by_hand != 0 {
                    gone[line] += quantity;
                }
                left -= amount;
                give(Given { amount, known })?;
            }
            if left > 0 {
                give(Given { amount: left, known: Vec::new() })?;
            }
            let all: BTreeMap<i64, (i64, i64)> =
                whole.iter().filter(|rate| rate.gross > 0).map(|rate| (rate.bp, (rate.gross, rate.tax))).collect();
            sums.retain(|_, sum| *sum != (0, 0));
            prop_assert_eq!(sums, all);
        }
    }

    /// A part of what is left that fits no line.
    fn by_hand_of(left: i64) -> i64 {
        left / 3
    }

    #[test]
    fn goods_that_come_back_alone_have_the_rate_that_was_paid() {
        let item = |name: &str, tax_rate_bp| Item {
            sku: Sku::new(name).unwrap(),
            name: name.to_owned(),
            unit_price: 1_000,
            quantity: 2,
            tax_rate_bp,
        };
        let basket = Basket {
            currency: Currency::GBP,
            prices_include_tax: true,
            lines: vec![item("A", 2_000), item("B", 0)],
            discounts: Vec::new(),
            shipping: None,
        };
        let priced = price(&basket).unwrap();
        let one = Pieces::from([(Sku::new("B").unwrap(), 1)]);
        let shares = shares::split(&priced, &shares::runs(&priced, &Pieces::new(), &one), false).unwrap();
        let now = Given { amount: 1_000, known: of_shares(&basket, &shares) };
        let whole = rates(&basket, &priced);
        assert_eq!(given_back(&whole, &[], &now), (vec![Rate { bp: 0, gross: 1_000, tax: 0 }], true));
        let most = Given { amount: 3_500, known: Vec::new() };
        assert!(!given_back(&whole, &[most], &Given { amount: 500, ..now }).1, "not as much is left at its rate");
    }

    #[test]
    fn what_goes_beyond_the_order_has_no_tax() {
        let whole = [Rate { bp: 2_000, gross: 1_200, tax: 200 }];
        let beyond = Rate { bp: 0, gross: 100, tax: 0 };
        let given = |amount| Given { amount, known: Vec::new() };
        let half = Rate { bp: 2_000, gross: 600, tax: 100 };
        assert_eq!(given_back(&whole, &[given(600)], &given(700)), (vec![half, beyond], false));
        assert_eq!(given_back(&whole, &[given(1_200)], &given(100)), (vec![beyond], false));
    }
}
