//! From a basket to its price: discounts in order, then tax per rate, then totals.
//!
//! Tax is rounded once per rate over the whole basket, shipping included, because that is the sum an invoice states;
//! rounding per piece would grow with the quantity.

use crate::{
    allocate::allocate,
    limits::{MAX_RATE_BP, PricingError, check},
    model::{Applied, Basket, Discount, DiscountKind, Item, Priced, PricedLine},
};
use bodega_kernel::Sku;
use std::collections::{BTreeMap, BTreeSet};

/// Prices a basket. The same basket always has the same price.
///
/// Fails where a number of the basket is outside the limits, naming the line or the discount.
pub fn price(basket: &Basket) -> Result<Priced, PricingError> {
    check(basket)?;
    let mut lines: Vec<Line<'_>> = basket.lines.iter().map(Line::new).collect();
    let mut shipping = basket.shipping.as_ref().map_or(0, |shipping| shipping.price);
    for discount in &basket.discounts {
        apply(discount, &mut lines, &mut shipping);
    }
    let mut parts: Vec<Taxed> =
        lines.iter().map(|line| Taxed { rate_bp: line.item.tax_rate_bp, amount: line.left }).collect();
    parts.extend(basket.shipping.as_ref().map(|method| Taxed { rate_bp: method.tax_rate_bp, amount: shipping }));
    let taxes = taxes(basket, &parts);
    let tax = taxes.iter().sum();
    let lines: Vec<PricedLine> = lines.into_iter().zip(taxes).map(|(line, tax)| line.priced(basket, tax)).collect();
    let subtotal: i64 = lines.iter().map(|line| line.subtotal).sum();
    let discount: i64 = lines.iter().flat_map(|line| &line.discounts).map(|applied| applied.amount).sum();
    let total = subtotal - discount + shipping + added(basket, tax);
    Ok(Priced { lines, subtotal, discount, shipping, tax, total })
}

/// A line while it is priced.
struct Line<'a> {
    item: &'a Item,
    /// What the discounts so far have left of the subtotal.
    left: i64,
    discounts: Vec<Applied>,
}

/// Something with a tax rate: a line or the shipping.
struct Taxed {
    rate_bp: i64,
    amount: i64,
}

impl<'a> Line<'a> {
    fn new(item: &'a Item) -> Self {
        Self { item, left: item.unit_price * item.quantity, discounts: Vec::new() }
    }

    fn take_off(&mut self, label: &str, amount: i64) {
        self.left -= amount;
        if amount > 0 {
            self.discounts.push(Applied { label: label.to_owned(), amount });
        }
    }

    fn priced(self, basket: &Basket, tax: i64) -> PricedLine {
        PricedLine {
            sku: self.item.sku.clone(),
            name: self.item.name.clone(),
            quantity: self.item.quantity,
            unit_price: self.item.unit_price,
            subtotal: self.item.unit_price * self.item.quantity,
            discounts: self.discounts,
            tax,
            total: self.left + added(basket, tax),
        }
    }
}

fn apply(discount: &Discount, lines: &mut [Line<'_>], shipping: &mut i64) {
    let skus: Option<BTreeSet<&Sku>> = discount.skus.as_ref().map(|skus| skus.iter().collect());
    let is_meant = |line: &Line<'_>| skus.as_ref().is_none_or(|skus| skus.contains(&line.item.sku));
    if discount.kind == DiscountKind::FreeShipping {
        if skus.is_none() || lines.iter().any(is_meant) {
            *shipping = 0;
        }
        return;
    }
    let mut meant: Vec<&mut Line<'_>> = lines.iter_mut().filter(|line| is_meant(line)).collect();
    let left: Vec<i64> = meant.iter().map(|line| line.left).collect();
    let sum = left.iter().sum();
    let amount = match discount.kind {
        DiscountKind::Percentage { bp } => part(sum, bp, MAX_RATE_BP),
        DiscountKind::Amount { amount } => amount.min(sum),
        DiscountKind::FreeShipping => 0,
    };
    for (line, share) in meant.iter_mut().zip(allocate(amount, &left)) {
        line.take_off(&discount.label, share);
    }
}

/// The tax of each of `parts`: rounded on the sum of its rate, then shared out.
fn taxes(basket: &Basket, parts: &[Taxed]) -> Vec<i64> {
    let mut rates: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, one) in parts.iter().enumerate() {
        rates.entry(one.rate_bp).or_default().push(index);
    }
    let mut taxes = vec![0; parts.len()];
    for (rate_bp, members) in rates {
        let amounts: Vec<i64> = members.iter().map(|&index| parts[index].amount).collect();
        let whole_bp = if basket.prices_include_tax { MAX_RATE_BP + rate_bp } else { MAX_RATE_BP };
        let tax = part(amounts.iter().sum(), rate_bp, whole_bp);
        for (index, share) in members.into_iter().zip(allocate(tax, &amounts)) {
            taxes[index] = share;
        }
    }
    taxes
}

/// `amount * numerator / denominator`, rounded half up; nothing is negative and the fraction is at most 1.
fn part(amount: i64, numerator: i64, denominator: i64) -> i64 {
    let (amount, numerator, denominator) = (i128::from(amount), i128::from(numerator), i128::from(denominator));
    ((2 * amount * numerator + denominator) / (2 * denominator)) as i64
}

/// What `tax` adds to a price: nothing where prices include it.
fn added(basket: &Basket, tax: i64) -> i64 {
    if basket.prices_include_tax { 0 } else { tax }
}
