//! Each rounding rule with its example, in currencies of no, two and three decimals; and what goes back adds up.

use crate::{discount, exclusive, inclusive, item, standard};
use bodega_kernel::Currency;
use bodega_pricing::{
    Basket, DiscountKind, Item, Priced, RefundError, RefundPart, RefundShare, allocate, price, split_refund,
};
use proptest::prelude::*;

fn pieces(line: usize, before: i64, quantity: i64) -> RefundPart {
    RefundPart::Pieces { line, before, quantity }
}

fn amounts(priced: &Priced, parts: &[RefundPart]) -> Vec<i64> {
    split_refund(priced, parts).unwrap().iter().map(|share| share.amount).collect()
}

/// Each piece alone, and the shipping.
fn taken_apart(priced: &Priced) -> Vec<RefundPart> {
    let of_line = |(line, priced): (usize, &bodega_pricing::PricedLine)| {
        (0..priced.quantity).map(move |before| pieces(line, before, 1)).collect::<Vec<_>>()
    };
    let parts = priced.lines.iter().enumerate().flat_map(of_line);
    parts.chain([RefundPart::Shipping]).collect()
}

fn sum(shares: &[RefundShare]) -> (i64, i64) {
    (shares.iter().map(|share| share.amount).sum(), shares.iter().map(|share| share.tax).sum())
}

/// The lines and shipping are the total, the taxes are the tax, and refunds of all parts are the charge.
#[track_caller]
fn adds_up(basket: &Basket) -> Priced {
    let priced = price(basket).unwrap();
    let added = if basket.prices_include_tax { 0 } else { priced.tax };
    assert_eq!(priced.subtotal - priced.discount + priced.shipping + added, priced.total);
    let whole: Vec<RefundPart> = (0..priced.lines.len())
        .map(|line| pieces(line, 0, priced.lines[line].quantity))
        .chain([RefundPart::Shipping])
        .collect();
    for parts in [whole, taken_apart(&priced)] {
        let shares = split_refund(&priced, &parts).unwrap();
        assert_eq!(sum(&shares), (priced.total, priced.tax));
    }
    priced
}

#[test]
fn included_tax_is_rounded_half_up_once_per_rate() {
    // 10.00 with 20 % holds 1.6666…, 1,000 yen with 10 % hold 90.909…, 1.000 dinar with 5 % holds 0.047619….
    for (currency, amount, bp, tax) in [
        (Currency::GBP, 1_000, 2_000, 167),
        (Currency::JPY, 1_000, 1_000, 91),
        (Currency::KWD, 1_000, 500, 48),
        (Currency::GBP, 3, 2_000, 1),
        (Currency::JPY, 11, 1_000, 1),
        (Currency::KWD, 1, 500, 0),
    ] {
        let priced = adds_up(&inclusive(currency, vec![item("A", amount, 1, bp)]));
        assert_eq!((priced.total, priced.tax), (amount, tax), "{currency}");
    }
}

#[test]
fn excluded_tax_is_rounded_half_up_once_per_rate() {
    // 12.25 at 20 % is 2.45 exactly; 12.23 gives 2.446; half a unit is rounded up: 2.5 yen are 3.
    for (currency, amount, bp, total) in [
        (Currency::GBP, 1_225, 2_000, 1_470),
        (Currency::GBP, 1_223, 2_000, 1_468),
        (Currency::JPY, 25, 1_000, 28),
        (Currency::JPY, 24, 1_000, 26),
        (Currency::KWD, 1_010, 500, 1_061),
        (Currency::KWD, 1_009, 500, 1_059),
    ] {
        let priced = adds_up(&exclusive(currency, vec![item("A", amount, 1, bp)]));
        assert_eq!(priced.total, total, "{currency} {amount}");
    }
}

#[test]
fn two_rates_are_rounded_each_by_itself() {
    let lines = vec![item("A", 333, 1, 2_000), item("B", 333, 1, 500), item("C", 333, 1, 0), item("D", 333, 2, 2_000)];
    let priced = adds_up(&Basket { shipping: Some(standard(333, 500)), ..exclusive(Currency::GBP, lines) });
    // 20 % of 9.99 are 1.998, 5 % of 6.66 are 0.333.
    assert_eq!(priced.tax, 200 + 33);
    assert_eq!(priced.lines.iter().map(|line| line.tax).collect::<Vec<_>>(), [67, 17, 0, 133]);
}

#[test]
fn a_percentage_is_rounded_once_over_its_lines() {
    for (currency, off) in [(Currency::GBP, 100), (Currency::JPY, 100), (Currency::KWD, 100)] {
        // 10 % of each of three lines at 333 would be 33 three times; of 999 it is 100.
        let mut basket = inclusive(currency, ["A", "B", "C"].map(|sku| item(sku, 333, 1, 0)).to_vec());
        basket.discounts = vec![discount("a tenth", DiscountKind::Percentage { bp: 1_000 })];
        let priced = adds_up(&basket);
        assert_eq!((priced.discount, priced.total), (off, 899));
        assert_eq!(priced.lines.iter().map(|line| line.total).collect::<Vec<_>>(), [299, 300, 300]);
    }
}

#[test]
fn three_for_ten_is_ten_and_comes_back_as_ten() {
    for (currency, each, off) in [(Currency::GBP, 400, 200), (Currency::JPY, 4, 2), (Currency::KWD, 4_000, 2_000)] {
        for prices_include_tax in [true, false] {
            let mut basket = inclusive(currency, vec![item("A", each, 3, 0)]);
            basket.prices_include_tax = prices_include_tax;
            basket.discounts = vec![discount("3 for 10", DiscountKind::Amount { amount: off })];
            let ten = each * 3 - off;
            let priced = adds_up(&basket);
            assert_eq!(priced.total, ten);
            let one_by_one = amounts(&priced, &[pieces(0, 0, 1), pieces(0, 1, 1), pieces(0, 2, 1)]);
            assert_eq!(one_by_one, allocate(ten, &[1, 1, 1]));
            assert_eq!(amounts(&priced, &[pieces(0, 1, 2)]), [ten - one_by_one[0]]);
        }
    }
    let pounds = price(&inclusive(Currency::GBP, vec![item("A", 1_000, 1, 0)])).unwrap();
    assert_eq!(amounts(&pounds, &[pieces(0, 0, 1)]), [1_000]);
}

#[test]
fn three_for_ten_is_taxed_once_and_comes_back_with_its_tax() {
    // 20 % within 10.00 are 1.6666…, on 10.00 they are 2.00; 10 % within 10 yen are 0.909…, on 10 yen 1.
    for (currency, each, off, bp, included, added) in [
        (Currency::GBP, 400, 200, 2_000, 167, 200),
        (Currency::JPY, 4, 2, 1_000, 1, 1),
        (Currency::KWD, 4_000, 2_000, 500, 476, 500),
    ] {
        let mut basket = inclusive(currency, ["A", "B", "C"].map(|sku| item(sku, each, 1, bp)).to_vec());
        basket.discounts = vec![discount("3 for 10", DiscountKind::Amount { amount: off })];
        let ten = each * 3 - off;
        let within = adds_up(&basket);
        assert_eq!((within.total, within.tax), (ten, included), "{currency}");
        let beside = adds_up(&Basket { prices_include_tax: false, ..basket });
        assert_eq!((beside.total, beside.tax), (ten + added, added), "{currency}");
        for priced in [within, beside] {
            let parts: Vec<RefundPart> = (0..3).map(|line| pieces(line, 0, 1)).collect();
            let shares = split_refund(&priced, &parts).unwrap();
            assert_eq!(sum(&shares), (priced.total, priced.tax), "{currency}");
        }
    }
}

#[test]
fn what_is_exchanged_costs_nothing_and_nothing_comes_back() {
    for currency in [Currency::JPY, Currency::GBP, Currency::KWD] {
        for prices_include_tax in [true, false] {
            let lines = vec![item("A", 333, 3, 2_000), item("A", 1, 1, 2_000), item("B", 999_999, 7, 500)];
            let mut basket = Basket { prices_include_tax, ..inclusive(currency, lines) };
            basket.discounts = vec![discount("Exchange", DiscountKind::Percentage { bp: 10_000 })];
            let priced = adds_up(&basket);
            assert_eq!((priced.discount, priced.tax, priced.total), (priced.subtotal, 0, 0));
            let shares = split_refund(&priced, &taken_apart(&priced)).unwrap();
            assert!(shares.iter().all(|share| *share == RefundShare::default()));
        }
    }
}

#[test]
fn a_hundred_lines_add_up_in_every_currency_with_and_without_tax_in_the_price() {
    for currency in [Currency::JPY, Currency::GBP, Currency::KWD] {
        for prices_include_tax in [true, false] {
            let rates = [0, 500, 825, 1_750, 2_000];
            let lines: Vec<Item> = (0..100_i64)
                .map(|n| item(&format!("SKU-{n}"), 1 + n * 37 % 991, 1 + n % 9, rates[(n % 5) as usize]))
                .collect();
            let shipping = Some(standard(395, 2_000));
            let discounts = vec![
                discount("a third", DiscountKind::Percentage { bp: 3_333 }),
                discount("a little", DiscountKind::Amount { amount: 777 }),
            ];
            let priced = adds_up(&Basket { currency, prices_include_tax, lines, discounts, shipping });
            assert!(priced.tax > 0 && priced.discount > 777, "{currency} {prices_include_tax}");
        }
    }
}

#[test]
fn free_shipping_gives_nothing_back() {
    let mut basket = exclusive(Currency::GBP, vec![item("A", 1_000, 1, 2_000)]);
    basket.shipping = Some(standard(395, 2_000));
    assert_eq!(
        split_refund(&adds_up(&basket), &[RefundPart::Shipping]).unwrap(),
        [RefundShare { amount: 474, tax: 79 }]
    );
    basket.discounts = vec![discount("free", DiscountKind::FreeShipping)];
    assert_eq!(split_refund(&adds_up(&basket), &[RefundPart::Shipping]).unwrap(), [RefundShare::default()]);
}

#[test]
fn what_is_not_in_the_basket_does_not_come_back() {
    let priced = price(&inclusive(Currency::GBP, vec![item("A", 1_000, 3, 0)])).unwrap();
    let refused = |parts: &[RefundPart]| split_refund(&priced, parts).unwrap_err();
    assert_eq!(refused(&[pieces(1, 0, 1)]), RefundError::Line { part: 0, line: 1 });
    for (before, quantity) in
        [(0, 0), (0, -1), (-1, 1), (0, 4), (3, 1), (1, 3), (i64::MAX, 1), (1, i64::MAX), (0, i64::MIN)]
    {
        assert_eq!(refused(&[pieces(0, before, quantity)]), RefundError::Quantity { part: 0, before, quantity });
    }
    let twice = refused(&[pieces(0, 0, 2), pieces(0, 1, 1)]);
    assert_eq!(twice, RefundError::Quantity { part: 1, before: 1, quantity: 1 });
    assert_eq!(refused(&[RefundPart::Shipping, RefundPart::Shipping]), RefundError::Shipping { part: 1 });
    assert_eq!(split_refund(&priced, &[]).unwrap(), []);
}

fn baskets() -> impl Strategy<Value = Basket> {
    let prices = prop_oneof![0..100_i64, 0..100_000_i64, 0..=1_000_000_000_000_i64];
    let rates = prop_oneof![Just(0), Just(500), Just(2_000), 0..=10_000_i64];
    let lines = prop::collection::vec((prices, 1..40_i64, rates), 0..12);
    let off = (0..=10_000_i64, 0..5_000_i64);
    let shipping = prop::option::of((0..10_000_i64, 0..=10_000_i64));
    let currency = prop::sample::select(vec![Currency::JPY, Currency::GBP, Currency::KWD]);
    (currency, any::<bool>(), lines, off, shipping).prop_map(|(currency, prices_include_tax, lines, off, shipping)| {
        Basket {
            currency,
            prices_include_tax,
            lines: lines
                .iter()
                .enumerate()
                .map(|(n, (price, quantity, bp))| item(&format!("SKU-{n}"), *price, *quantity, *bp))
                .collect(),
            discounts: vec![
                discount("part", DiscountKind::Percentage { bp: off.0 }),
                discount("amount", DiscountKind::Amount { amount: off.1 }),
            ],
            shipping: shipping.map(|(price, bp)| standard(price, bp)),
        }
    })
}

proptest! {
    #[test]
    fn however_a_basket_is_taken_apart_the_parts_add_up_to_the_charge(
        basket in baskets(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 12 * 3),
    ) {
        let priced = adds_up(&basket);
        let mut parts = vec![RefundPart::Shipping];
        for (line, of) in priced.lines.iter().enumerate() {
            let mut ends: Vec<i64> =
                cuts[line * 3..line * 3 + 3].iter().map(|cut| cut.index(of.quantity as usize + 1) as i64).collect();
            ends.extend([0, of.quantity]);
            ends.sort_unstable();
            ends.dedup();
            parts.extend(ends.windows(2).map(|ends| pieces(line, ends[0], ends[1] - ends[0])));
        }
        parts.reverse();
        let shares = split_refund(&priced, &parts).unwrap();
        prop_assert_eq!(sum(&shares), (priced.total, priced.tax));
        prop_assert!(shares.iter().all(|share| 0 <= share.tax && share.tax <= share.amount), "{shares:?}");
    }

    #[test]
    fn a_piece_has_the_same_amount_alone_and_with_others(basket in baskets()) {
        let priced = price(&basket).unwrap();
        let together = split_refund(&priced, &taken_apart(&priced)).unwrap();
        for (part, share) in taken_apart(&priced).iter().zip(&together) {
            prop_assert_eq!(&split_refund(&priced, std::slice::from_ref(part)).unwrap()[0], share);
        }
    }

    #[test]
    fn pieces_of_a_line_are_within_a_minor_unit_of_each_other(basket in baskets()) {
        let priced = price(&basket).unwrap();
        for (line, of) in priced.lines.iter().enumerate() {
            let each: Vec<RefundPart> = (0..of.quantity).map(|before| pieces(line, before, 1)).collect();
            let each = amounts(&priced, &each);
            prop_assert!(each.iter().max().unwrap() - each.iter().min().unwrap() <= 1, "{each:?}");
        }
    }
}
