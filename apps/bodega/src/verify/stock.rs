//! Checks of stock and of what others believe about it.

use super::{Books, Strictness};
use bodega_kernel::Sku;
use std::collections::{BTreeMap, BTreeSet};

/// V1.
pub(super) fn agrees_with_its_ledger(books: &Books, _: Strictness) -> BTreeSet<String> {
    let offends = |stock: &&bodega_contracts::inventory::StockFact| {
        let negative = stock.held < 0 || stock.allocated < 0;
        let beyond = stock.held + stock.allocated > stock.on_hand && !stock.backorder;
        let off_ledger = stock.on_hand != stock.ledger_on_hand;
        negative || beyond || off_ledger || stock.held != stock.live_holds || stock.allocated != stock.live_allocations
    };
    books.stock.iter().filter(offends).map(|stock| format!("sku {} at {}", stock.sku, stock.location)).collect()
}

/// V2.
pub(super) fn never_oversold(books: &Books, _: Strictness) -> BTreeSet<String> {
    books
        .stock
        .iter()
        .filter(|stock| !stock.backorder && stock.ledger_shipped + stock.allocated + stock.held > stock.ledger_brought)
        .map(|stock| format!("sku {} at {}", stock.sku, stock.location))
        .collect()
}

/// V12.
pub(super) fn read_models_agree(books: &Books, _: Strictness) -> BTreeSet<String> {
    let mut available: BTreeMap<&Sku, i64> = BTreeMap::new();
    for stock in &books.stock {
        *available.entry(&stock.sku).or_default() += stock.on_hand - stock.held - stock.allocated;
    }
    let mut offenders = BTreeSet::new();
    for (sku, variant) in &books.variants {
        let seen = books.seen.get(sku);
        let price_agrees = seen.is_some_and(|seen| seen.active == variant.active && seen.price == Some(variant.price));
        if !price_agrees && (variant.active || seen.is_some_and(|seen| seen.active)) {
            offenders.insert(format!("cart's price of {sku}"));
        }
        if variant.available_seen.unwrap_or(0) != available.get(sku).copied().unwrap_or(0) {
            offenders.insert(format!("catalog's stock of {sku}"));
        }
    }
    for (sku, available) in available {
        // Whoever has heard nothing believes that nothing is there.
        if books.seen.get(sku).and_then(|seen| seen.available).unwrap_or(0) != available {
            offenders.insert(format!("cart's stock of {sku}"));
        }
    }
    offenders.extend(differing("promotion", promotions(books)));
    offenders.extend(differing("shipping method", methods(books)));
    offenders
}

/// What somebody says of a thing: its version and whether it may be used.
type Standing = (i64, bool);

/// Promotions as coupons has them and as cart believes them to be.
fn promotions(books: &Books) -> [BTreeMap<String, Standing>; 2] {
    let owned = books.promotions.iter().map(|fact| (fact.promotion_id.to_string(), (fact.version, fact.enabled)));
    let seen = books.seen_promotions.iter().map(|fact| (fact.promotion_id.to_string(), (fact.version, fact.enabled)));
    [owned.collect(), seen.collect()]
}

/// Ways of shipping as shipping has them and as cart believes them to be.
fn methods(books: &Books) -> [BTreeMap<String, Standing>; 2] {
    let owned = books.methods.iter().map(|fact| (fact.method_id.clone(), (fact.version, fact.enabled)));
    let seen = books.seen_methods.iter().map(|fact| (fact.method_id.clone(), (fact.version, fact.enabled)));
    [owned.collect(), seen.collect()]
}

/// What cart believes otherwise than its owner says. What is not to be used and was never heard of does no harm.
fn differing(what: &str, [owned, seen]: [BTreeMap<String, Standing>; 2]) -> Vec<String> {
    let ids: BTreeSet<&String> = owned.keys().chain(seen.keys()).collect();
    let differs = |id: &&String| match (owned.get(*id), seen.get(*id)) {
        (Some((_, enabled)), None) => *enabled,
        (owned, seen) => owned != seen,
    };
    ids.into_iter().filter(differs).map(|id| format!("cart's {what} {id}")).collect()
}
