//! What orders say of products: how many were sold, and who bought what.
//!
//! Sales are counted by SKU with every batch of orders; their products learn of it later, many sales at once, so that an
//! order costs one row that is small, and lists by sales are at most half a minute behind.

use crate::{
    Catalog,
    pages::Changed,
    store::{changes::Numbers, sales},
};
use bodega_contracts::{OrderId, OrderLine, orders::ReturnReceived};
use bodega_db::{DbError, Tx};
use bodega_kernel::{Sku, UserId};
use std::collections::BTreeMap;

/// SKUs told in one transaction.
const PORTION: i64 = 200;

/// Counts what confirmed orders sold, and notes what customers bought. Each order is handed over once.
pub(crate) async fn note_sold(tx: &mut Tx, orders: &[(OrderId, Option<UserId>, &[OrderLine])]) -> Result<(), DbError> {
    let mut sold: BTreeMap<&str, i64> = BTreeMap::new();
    let mut bought: Vec<(UserId, &Sku, OrderId)> = Vec::new();
    for (order, customer, lines) in orders {
        for line in *lines {
            *sold.entry(line.sku.as_str()).or_default() += line.quantity.max(0);
            bought.extend(customer.map(|customer| (customer, &line.sku, *order)));
        }
    }
    sales::add_sold(tx, &sold).await?;
    sales::note_purchases(tx, &bought).await
}

/// Takes what came back off what was sold, whether it can be sold again or not. Each return is handed over once, perhaps
/// before its order.
pub(crate) async fn note_returned(tx: &mut Tx, returns: &[&ReturnReceived]) -> Result<(), DbError> {
    let mut returned: BTreeMap<&str, i64> = BTreeMap::new();
    for line in returns.iter().flat_map(|one| one.restock.iter().chain(&one.written_off)) {
        *returned.entry(line.sku.as_str()).or_default() -= line.quantity.max(0);
    }
    sales::add_sold(tx, &returned).await
}

/// Notes orders that ended without a sale: nobody bought anything with them, whether they were confirmed before or are
/// said to be afterwards.
pub(crate) async fn note_cancelled(tx: &mut Tx, orders: &[OrderId]) -> Result<(), DbError> {
    sales::note_cancelled(tx, orders).await
}

/// Tells the next products what was sold of them; says whether there were any.
pub(crate) async fn tell_sold(catalog: &Catalog) -> bool {
    let numbers = Numbers::of(&catalog.db);
    let told = catalog.db.write(async move |tx: &mut Tx| {
        let skus = sales::untold(tx, PORTION).await?;
        let products = sales::tell_sold(tx, &skus).await?;
        numbers.mark(tx, &products).await?;
        Ok::<_, DbError>((skus.len(), products))
    });
    match told.await {
        Ok((0, _)) => false,
        Ok((_, products)) => {
            catalog.pages.changed(&Changed::Products(products));
            true
        }
        Err(error) => {
            tracing::warn!(%error, "products could not be told what was sold of them");
            false
        }
    }
}
