//! What pieces of an order are worth: shares of what was charged for them, which add up to all of it.

use crate::model::returns::Pieces;
use bodega_kernel::Sku;
use bodega_pricing::{Priced, RefundError, RefundPart, split_refund};

/// The value of `pieces` when `before` of the same SKUs were valued already, minor units; with the shipping if wanted.
/// However the pieces are taken apart, their values add up to what the goods cost.
pub(crate) fn value(priced: &Priced, before: &Pieces, pieces: &Pieces, shipping: bool) -> Result<i64, RefundError> {
    let mut parts: Vec<RefundPart> = pieces
        .iter()
        .flat_map(|(sku, quantity)| parts(priced, sku, before.get(sku).copied().unwrap_or(0), *quantity))
        .collect();
    parts.extend(shipping.then_some(RefundPart::Shipping));
    Ok(split_refund(priced, &parts)?.iter().map(|share| share.amount).sum())
}

/// Where pieces stand on the lines of their SKU, which are taken one after the other.
fn parts(priced: &Priced, sku: &Sku, before: i64, quantity: i64) -> Vec<RefundPart> {
    let (mut parts, mut first) = (Vec::new(), 0);
    for (line, of) in priced.lines.iter().enumerate().filter(|(_, of)| of.sku == *sku) {
        let (from, to) = (before.max(first) - first, (before + quantity).min(first + of.quantity) - first);
        if from < to {
            parts.push(RefundPart::Pieces { line, before: from, quantity: to - from });
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
    }

    #[test]
    fn pieces_that_were_never_bought_are_worth_nothing() {
        let priced = priced(&[(0, 1_000, 2)], 0);
        let sku = |name| Sku::new(name).unwrap();
        assert_eq!(value(&priced, &Pieces::new(), &Pieces::from([(sku("B"), 3)]), false).unwrap(), 0);
        assert_eq!(value(&priced, &Pieces::new(), &Pieces::from([(sku("A"), 9)]), false).unwrap(), 2_000);
    }
}
