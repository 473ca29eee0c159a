//! Baskets worked out by hand.

use crate::{discount, exclusive, inclusive, item, standard};
use bodega_kernel::{Currency, Sku};
use bodega_pricing::{Applied, Discount, DiscountKind, Priced, price};

#[test]
fn included_tax_is_shown_and_changes_nothing() {
    let mut basket = inclusive(Currency::GBP, vec![item("MUG", 1200, 2, 2000), item("BOOK", 999, 1, 0)]);
    basket.shipping = Some(standard(300, 2000));
    let priced = price(&basket).unwrap();
    assert_eq!((priced.subtotal, priced.shipping, priced.total), (3399, 300, 3699));
    assert_eq!(priced.tax, 450);
    assert_eq!((priced.lines[0].tax, priced.lines[0].total), (400, 2400));
    assert_eq!((priced.lines[1].tax, priced.lines[1].total), (0, 999));
}

#[test]
fn excluded_tax_is_added() {
    let mut basket = exclusive(Currency::GBP, vec![item("MUG", 1000, 2, 2000), item("BOOK", 999, 1, 0)]);
    basket.shipping = Some(standard(250, 2000));
    let priced = price(&basket).unwrap();
    assert_eq!((priced.subtotal, priced.shipping, priced.tax, priced.total), (2999, 250, 450, 3699));
    assert_eq!((priced.lines[0].tax, priced.lines[0].total), (400, 2400));
}

#[test]
fn a_currency_without_decimals_rounds_whole_yen_once_per_rate() {
    // 8 % of 3 × 98 yen is 23.52; rounded per line it would be 3 × 8 = 24.
    let lines = vec![item("A", 98, 1, 800), item("B", 98, 1, 800), item("C", 98, 1, 800), item("D", 105, 1, 1000)];
    let priced = price(&exclusive(Currency::JPY, lines.clone())).unwrap();
    assert_eq!(priced.lines.iter().map(|line| line.tax).collect::<Vec<_>>(), [8, 8, 8, 11]);
    assert_eq!((priced.tax, priced.total), (35, 434));
    let lines = [98, 98].map(|price| item("A", price, 1, 300)).to_vec();
    let priced = price(&exclusive(Currency::JPY, lines)).unwrap();
    assert_eq!(priced.lines.iter().map(|line| line.tax).collect::<Vec<_>>(), [3, 3]);
}

#[test]
fn a_currency_with_three_decimals_is_priced_in_its_thousandths() {
    let priced = price(&inclusive(Currency::KWD, vec![item("OUD", 12_345, 3, 500)])).unwrap();
    assert_eq!((priced.total, priced.tax), (37_035, 1_764));
    let priced = price(&exclusive(Currency::KWD, vec![item("OUD", 12_345, 3, 500)])).unwrap();
    assert_eq!((priced.tax, priced.total), (1_852, 38_887));
}

#[test]
fn three_for_ten_pounds_is_ten_pounds() {
    let mut basket = inclusive(Currency::GBP, ["A", "B", "C"].map(|sku| item(sku, 400, 1, 2000)).to_vec());
    basket.discounts = vec![discount("3 for 10.00", DiscountKind::Amount { amount: 200 })];
    let priced = price(&basket).unwrap();
    assert_eq!(priced.total, 1000);
    assert_eq!(priced.lines.iter().map(|line| line.total).collect::<Vec<_>>(), [333, 333, 334]);
    assert_eq!(priced.tax, 167);
}

#[test]
fn rounding_does_not_grow_with_the_quantity() {
    // 28.43 and 20 % are 34.116: one costs 34.12, a hundred cost 3411.60 and not 3412.00.
    let charged = |quantity| price(&exclusive(Currency::GBP, vec![item("A", 2843, quantity, 2000)])).unwrap().total;
    assert_eq!((charged(1), charged(100)), (3412, 341_160));
    let marked = |quantity| price(&inclusive(Currency::GBP, vec![item("A", 3412, quantity, 2000)])).unwrap().total;
    assert_eq!((marked(1), marked(100)), (3412, 341_200));
}

#[test]
fn a_hundred_lines_share_their_tax_and_discount_to_the_penny() {
    let mut basket =
        exclusive(Currency::GBP, (0..100).map(|n| item(&format!("SKU-{n}"), 101 + n, 1 + n % 7, 1750)).collect());
    basket.discounts = vec![discount("a third", DiscountKind::Percentage { bp: 3333 })];
    let priced = price(&basket).unwrap();
    let net = priced.subtotal - priced.discount;
    assert_eq!(priced.discount, (priced.subtotal * 3333 + 5000) / 10_000);
    assert_eq!(priced.tax, (net * 1750 + 5000) / 10_000);
    assert_eq!(priced.lines.iter().map(|line| line.total).sum::<i64>(), priced.total);
}

#[test]
fn each_discount_takes_from_what_the_earlier_ones_left() {
    let mut basket = inclusive(Currency::GBP, vec![item("A", 1000, 1, 0), item("B", 3000, 1, 0)]);
    let only_b = Some(vec![Sku::new("B").unwrap()]);
    basket.discounts = vec![
        discount("half", DiscountKind::Percentage { bp: 5000 }),
        Discount { skus: only_b, ..discount("B day", DiscountKind::Amount { amount: 1400 }) },
        discount("voucher", DiscountKind::Amount { amount: 100_000 }),
    ];
    let priced = price(&basket).unwrap();
    assert_eq!((priced.subtotal, priced.discount, priced.total), (4000, 4000, 0));
    let applied = |label: &str, amount| Applied { label: label.to_owned(), amount };
    assert_eq!(priced.lines[0].discounts, [applied("half", 500), applied("voucher", 500)]);
    assert_eq!(priced.lines[1].discounts, [applied("half", 1500), applied("B day", 1400), applied("voucher", 100)]);
}

#[test]
fn a_discount_for_a_sku_that_is_not_there_does_nothing() {
    let mut basket = inclusive(Currency::GBP, vec![item("A", 1000, 1, 0)]);
    basket.shipping = Some(standard(300, 0));
    let other = Some(vec![Sku::new("Z").unwrap()]);
    for kind in
        [DiscountKind::Amount { amount: 5 }, DiscountKind::Percentage { bp: 10_000 }, DiscountKind::FreeShipping]
    {
        basket.discounts = vec![Discount { skus: other.clone(), ..discount("not for you", kind) }];
        let priced = price(&basket).unwrap();
        assert_eq!((priced.discount, priced.total), (0, 1300));
        assert_eq!(priced.lines[0].discounts, []);
    }
}

#[test]
fn free_shipping_takes_the_shipping_price_and_its_tax() {
    let mut basket = exclusive(Currency::GBP, vec![item("A", 1000, 1, 2000)]);
    basket.shipping = Some(standard(500, 2000));
    assert_eq!(price(&basket).unwrap().total, 1800);
    basket.discounts = vec![discount("free shipping", DiscountKind::FreeShipping)];
    let priced = price(&basket).unwrap();
    assert_eq!((priced.shipping, priced.discount, priced.tax, priced.total), (0, 0, 200, 1200));
}

#[test]
fn an_empty_basket_costs_nothing() {
    let mut basket = inclusive(Currency::GBP, Vec::new());
    basket.discounts = vec![discount("voucher", DiscountKind::Amount { amount: 500 })];
    let nothing = Priced { lines: Vec::new(), subtotal: 0, discount: 0, shipping: 0, tax: 0, total: 0 };
    assert_eq!(price(&basket).unwrap(), nothing);
}

#[test]
fn a_snapshot_is_small_and_reads_back() {
    let mut basket = inclusive(Currency::GBP, vec![item("A", 1000, 1, 2000)]);
    let json = serde_json::to_string(&basket).unwrap();
    assert!(!json.contains("discounts") && !json.contains("shipping"), "{json}");
    basket.discounts = vec![
        discount("ten", DiscountKind::Percentage { bp: 1000 }),
        Discount { skus: Some(vec![Sku::new("A").unwrap()]), ..discount("post", DiscountKind::FreeShipping) },
    ];
    let json = serde_json::to_value(&basket).unwrap();
    assert_eq!(json["discounts"][0], serde_json::json!({"label": "ten", "kind": "percentage", "bp": 1000}));
    assert_eq!(json["discounts"][1], serde_json::json!({"label": "post", "kind": "free_shipping", "skus": ["A"]}));
    assert_eq!(serde_json::from_value::<bodega_pricing::Basket>(json).unwrap(), basket);
    let priced = price(&basket).unwrap();
    let json = serde_json::to_string(&priced).unwrap();
    assert_eq!(serde_json::from_str::<Priced>(&json).unwrap(), priced);
}
