//! What pieces of an order are worth: shares of what was charged for them, which add up to all of it.
//!
//! A piece that was sent in exchange is worth what was paid for the one it stands for. Each piece stands for one other, so
//! however often goods are exchanged, no piece is paid back twice.

use crate::model::returns::Pieces;
use bodega_kernel::Sku;
use bodega_pricing::{Priced, RefundError, RefundPart, split_refund};
use serde::{Deserialize, Serialize};

/// Pieces of a line that stand one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Which line, from 0.
    pub(crate) line: usize,
    /// How many of it stand before.
    pub(crate) before: i64,
    pub(crate) quantity: i64,
}

/// What is given back of a line, or of the shipping. Minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Share {
    /// Which line, from 0; `None` for the shipping.
    pub(crate) line: Option<usize>,
    pub(crate) quantity: i64,
    /// Tax included.
    pub(crate) amount: i64,
    pub(crate) tax: i64,
}

/// The value of `pieces` when `before` of the same SKUs were valued already, minor units; with the shipping if wanted.
/// However the pieces are taken apart, their values add up to what the goods cost.
pub(crate) fn value(priced: &Priced, before: &Pieces, pieces: &Pieces, shipping: bool) -> Result<i64, RefundError> {
    Ok(total(&split(priced, &runs(priced, before, pieces), shipping)?))
}

/// What these shares come to, minor units.
pub(crate) fn total(shares: &[Share]) -> i64 {
    shares.iter().map(|share| share.amount).sum()
}

/// What is given back for these pieces, and for the shipping if wanted.
pub(crate) fn split(priced: &Priced, runs: &[Run], shipping: bool) -> Result<Vec<Share>, RefundError> {
    let pieces =
        |Run { line, before, quantity }: &Run| RefundPart::Pieces { line: *line, before: *before, quantity: *quantity };
    let parts: Vec<RefundPart> = runs.iter().map(pieces).chain(shipping.then_some(RefundPart::Shipping)).collect();
    let share = |(part, share): (&RefundPart, bodega_pricing::RefundShare)| {
        let (line, quantity) = match *part {
            RefundPart::Pieces { line, quantity, .. } => (Some(line), quantity),
            RefundPart::Shipping => (None, 1),
        };
        Share { line, quantity, amount: share.amount, tax: share.tax }
    };
    Ok(parts.iter().zip(split_refund(priced, &parts)?).map(share).collect())
}

/// Where `pieces` stand on the lines when `before` of the same SKUs were taken already. What was never bought stands nowhere.
pub(crate) fn runs(priced: &Priced, before: &Pieces, pieces: &Pieces) -> Vec<Run> {
    let of = |(sku, quantity)| parts(priced, sku, before.get(sku).copied().unwrap_or(0), quantity);
    pieces.iter().flat_map(|(sku, quantity)| of((sku, *quantity))).collect()
}

/// What `runs` of an order that was sent in exchange stand for: its first piece for the first one of `passed`, and so on.
pub(crate) fn behind(sent: &Priced, runs: &[Run], passed: &[Run]) -> Vec<Run> {
    runs.iter().flat_map(|run| stands_for(sent, run, passed)).collect()
}

fn stands_for(sent: &Priced, run: &Run, passed: &[Run]) -> Vec<Run> {
    let first = sent.lines.iter().take(run.line).map(|line| line.quantity).sum::<i64>() + run.before;
    let (mut found, mut place) = (Vec::new(), 0);
    for old in passed {
        let (from, to) = (first.max(place), (first + run.quantity).min(place + old.quantity));
        if from < to {
            found.push(Run { line: old.line, before: old.before + from - place, quantity: to - from });
        }
        place += old.quantity;
    }
    found
}

/// Where pieces stand on the lines of their SKU, which are taken one after the other.
fn parts(priced: &Priced, sku: &Sku, before: i64, quantity: i64) -> Vec<Run> {
    let (mut parts, mut first) = (Vec::new(), 0);
    for (line, of) in priced.lines.iter().enumerate().filter(|(_, of)| of.sku == *sku) {
        let (from, to) = (before.max(first) - first, (before + quantity).min(first + of.quantity) - first);
        if from < to {
            parts.push(Run { line, before: from, quantity: to - from });
        }
        first += of.quantity;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::Currency;
    use bodega_pricing::{Basket, Discount, DiscountKind, Item, Shipping, price};
    use proptest::prelude::*;

    fn priced(lines: &[(usize, i64, i64)], bp: i64) -> Priced {
        let skus = ["A", "B", "C"];
        let item = |(sku, unit_price, quantity): &(usize, i64, i64)| Item {
            sku: Sku::new(skus[*sku]).unwrap(),
            name: "thing".to_owned(),
            unit_price: *unit_price,
            quantity: *quantity,
            tax_rate_bp: 1_900,
        };
        let discount = Discount { label: "off".to_owned(), kind: DiscountKind::Percentage { bp }, skus: None };
        let shipping =
            Shipping { method: "standard".to_owned(), name: "Standard".to_owned(), price: 495, tax_rate_bp: 1_900 };
        let basket = Basket {
            currency: Currency::GBP,
            prices_include_tax: true,
            lines: lines.iter().map(item).collect(),
            discounts: vec![discount],
            shipping: Some(shipping),
        };
        price(&basket).unwrap()
    }

    proptest! {
        #[test]
        fn what_comes_back_bit_by_bit_adds_up_to_what_was_charged(
            lines in prop::collection::vec((0..3_usize, 0..10_000_i64, 1..7_i64), 1..6),
            bp in 0..10_000_i64,
            steps in prop::collection::vec((0..3_usize, 1..4_i64), 0..40),
        ) {
            let priced = priced(&lines, bp);
            let skus = ["A", "B", "C"].map(|sku| Sku::new(sku).unwrap());
            let mut left: Pieces = Pieces::new();
            for (sku, _, quantity) in &lines {
                *left.entry(skus[*sku].clone()).or_default() += quantity;
            }
            let (mut before, mut sum) = (Pieces::new(), 0);
            let rest = (0..3).map(|sku| (sku, i64::MAX));
            for (sku, wanted) in steps.into_iter().chain(rest) {
                let sku = &skus[sku];
                let Some(there) = left.get_mut(sku) else { continue };
                let quantity = wanted.min(*there);
                *there -= quantity;
                sum += value(&priced, &before, &Pieces::from([(sku.clone(), quantity)]), false).unwrap();
                *before.entry(sku.clone()).or_default() += quantity;
            }
            prop_assert_eq!(sum, priced.lines.iter().map(|line| line.total).sum::<i64>());
            sum += value(&priced, &before, &Pieces::new(), true).unwrap();
            prop_assert_eq!(sum, priced.total);
        }

        #[test]
        fn what_is_exchanged_again_and_again_is_paid_back_once(
            lines in prop::collection::vec((0..3_usize, 0..10_000_i64, 1..7_i64), 1..5),
            sent in prop::collection::vec((0..3_usize, 0..10_000_i64, 1..7_i64), 1..5),
            bp in 0..10_000_i64,
        ) {
            let bought = priced(&lines, bp);
            let count = |lines: &[(usize, i64, i64)]| lines.iter().map(|line| line.2).sum::<i64>();
            let skus = ["A", "B", "C"].map(|sku| Sku::new(sku).unwrap());
            let all = |lines: &[(usize, i64, i64)]| {
                let mut pieces = Pieces::new();
                for (sku, _, quantity) in lines {
                    *pieces.entry(skus[*sku].clone()).or_default() += quantity;
                }
                pieces
            };
            let passed = runs(&bought, &Pieces::new(), &all(&lines));
            let (sent_lines, sent) = (&sent, priced(&sent, 0));
            // Bit by bit, and what comes back of the exchange is exchanged once more before it comes back for good.
            let (mut before, mut sum, mut pieces) = (Pieces::new(), 0, 0);
            for (sku, quantity) in all(sent_lines) {
                for _ in 0..quantity {
                    let one = Pieces::from([(sku.clone(), 1)]);
                    let runs = behind(&sent, &runs(&sent, &before, &one), &passed);
                    let again = Run { line: 0, before: 0, quantity: 1 };
                    prop_assert_eq!(&behind(&sent, &[again], &runs), &runs);
                    pieces += runs.iter().map(|run| run.quantity).sum::<i64>();
                    sum += total(&split(&bought, &runs, false).unwrap());
                    *before.entry(sku.clone()).or_default() += 1;
                }
            }
            prop_assert_eq!(pieces, count(sent_lines).min(count(&lines)));
            let goods: i64 = bought.lines.iter().map(|line| line.total).sum();
            prop_assert!(sum <= goods);
            if count(sent_lines) >= count(&lines) {
                prop_assert_eq!(sum, goods);
            }
        }
    }

    #[test]
    fn pieces_that_were_never_bought_are_worth_nothing() {
        let priced = priced(&[(0, 1_000, 2)], 0);
        let sku = |name| Sku::new(name).unwrap();
        assert_eq!(value(&priced, &Pieces::new(), &Pieces::from([(sku("B"), 3)]), false).unwrap(), 0);
        assert_eq!(value(&priced, &Pieces::new(), &Pieces::from([(sku("A"), 9)]), false).unwrap(), 2_000);
    }
}
