//! Checks of stock and of what others believe about it.

use super::{Books, Strictness, delivery::may_be_behind};
use bodega_contracts::{catalog::VariantFact, inventory::as_told};
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

/// V2. Transfers are among what was brought: less at their source when they are sent, more at their target when they are
/// received, so that what is on its way is nowhere.
pub(super) fn never_oversold(books: &Books, strictness: Strictness) -> BTreeSet<String> {
    let oversold = books
        .stock
        .iter()
        .filter(|stock| !stock.backorder && stock.ledger_shipped + stock.allocated + stock.held > stock.ledger_brought)
        .map(|stock| format!("sku {} at {}", stock.sku, stock.location));
    oversold.chain(misreturned(books, strictness)).collect()
}

/// SKUs of which another number came back into stock than orders say. While things are under way stock may be behind.
fn misreturned(books: &Books, strictness: Strictness) -> Vec<String> {
    let mut returned: BTreeMap<&Sku, i64> = BTreeMap::new();
    for stock in &books.stock {
        *returned.entry(&stock.sku).or_default() += stock.ledger_returned;
    }
    let mut said: BTreeMap<&Sku, i64> = BTreeMap::new();
    for fact in &books.returns {
        let Some(order) = books.orders.get(&fact.order_id) else { continue };
        let is_stocked = |sku: &Sku| order.stocked.iter().any(|(stocked, _)| stocked == sku);
        for (sku, quantity) in fact.restocked.iter().filter(|(sku, _)| is_stocked(sku)) {
            *said.entry(sku).or_default() += quantity;
        }
    }
    let of = |sums: &BTreeMap<&Sku, i64>, sku: &Sku| sums.get(sku).copied().unwrap_or(0);
    let skus: BTreeSet<&Sku> = returned.keys().chain(said.keys()).copied().collect();
    let misfits = skus.into_iter().filter(|sku| {
        let (returned, said) = (of(&returned, sku), of(&said, sku));
        returned > said || (strictness == Strictness::Strict && returned != said)
    });
    misfits.map(|sku| format!("returns of sku {sku}")).collect()
}

/// V12. What the shop may still be telling is not held against whoever has yet to hear it.
pub(super) fn read_models_agree(books: &Books, strictness: Strictness) -> BTreeSet<String> {
    let knows = |reader, owner| !may_be_behind(books, strictness, reader, owner);
    let mut offenders = BTreeSet::new();
    if knows("cart", "catalog") {
        offenders.extend(prices(books));
        let (owned, seen) = (&books.markets, &books.seen_markets);
        offenders.extend(differing("market", [&owned.markets, &seen.markets].map(told)));
        offenders.extend(differing("tax rates of", [&owned.tax_rates, &seen.tax_rates].map(told)));
    }
    let available = available(books);
    let there_is = |sku: &Sku| available.get(sku).copied().unwrap_or(0);
    // Whoever has heard nothing believes that nothing is there.
    if knows("catalog", "inventory") {
        let wrong = books
            .variants
            .iter()
            .filter(|(sku, variant)| as_told(variant.available_seen.unwrap_or(0)) != as_told(there_is(sku)));
        offenders.extend(wrong.map(|(sku, _)| format!("catalog's stock of {sku}")));
    }
    if knows("cart", "inventory") {
        let believed = |sku: &Sku| books.seen.get(sku).and_then(|seen| seen.available).unwrap_or(0);
        let wrong = available.iter().filter(|(sku, available)| as_told(believed(sku)) != as_told(**available));
        offenders.extend(wrong.map(|(sku, _)| format!("cart's stock of {sku}")));
    }
    if knows("cart", "coupons") {
        offenders.extend(differing("promotion", promotions(books)));
    }
    if knows("cart", "shipping") {
        offenders.extend(differing("shipping method", methods(books)));
    }
    offenders
}

/// What can be sold of each SKU, over all locations.
fn available(books: &Books) -> BTreeMap<&Sku, i64> {
    let mut available = BTreeMap::new();
    for stock in &books.stock {
        *available.entry(&stock.sku).or_default() += stock.available;
    }
    available
}

/// Variants that cart would sell otherwise than catalog says.
fn prices(books: &Books) -> Vec<String> {
    let differs = |sku: &Sku, variant: &VariantFact| {
        let seen = books.seen.get(sku);
        let agrees = seen.is_some_and(|seen| seen.active == variant.active && seen.price == Some(variant.price));
        !agrees && (variant.active || seen.is_some_and(|seen| seen.active))
    };
    let wrong = books.variants.iter().filter(|(sku, variant)| differs(sku, variant));
    wrong.map(|(sku, _)| format!("cart's price of {sku}")).collect()
}

/// What somebody says of a thing: its version and whether it may be used.
type Standing = (i64, bool);

/// Promotions as coupons has them and as cart believes them to be.
fn promotions(books: &Books) -> [BTreeMap<String, Standing>; 2] {
    let owned = books.promotions.iter().map(|fact| (fact.promotion_id.to_string(), (fact.version, fact.enabled)));
    let seen = books.seen_promotions.iter().map(|fact| (fact.promotion_id.to_string(), (fact.version, fact.enabled)));
    [owned.collect(), seen.collect()]
}

/// What is told whole, in its version: it counts, whether it is sold at or not.
fn told(versions: &BTreeMap<String, i64>) -> BTreeMap<String, Standing> {
    versions.iter().map(|(id, version)| (id.clone(), (*version, true))).collect()
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
