//! What was sold of each SKU, and who bought what: read models of confirmed orders.

use bodega_contracts::OrderId;
use bodega_db::{DbError, OnConflict, Tx, params};
use bodega_kernel::{Sku, UserId, uuid::Uuid};
use std::collections::BTreeMap;

/// Adds to what was sold, or takes off it, in the order of SKUs so that two replicas lock in one order.
pub(crate) async fn add_sold(tx: &mut Tx, sold: &BTreeMap<&str, i64>) -> Result<(), DbError> {
    let sql = "INSERT INTO sales (sku, sold, told) VALUES ($1, $2, 0) \
               ON CONFLICT (sku) DO UPDATE SET sold = sales.sold + excluded.sold";
    let rows: Vec<_> = sold.iter().map(|(sku, quantity)| params![*sku, *quantity].to_vec()).collect();
    if rows.is_empty() { Ok(()) } else { tx.execute_each(sql, &rows).await.map(drop) }
}

/// Notes who bought what in which order.
pub(crate) async fn note_purchases(tx: &mut Tx, bought: &[(UserId, &Sku, OrderId)]) -> Result<(), DbError> {
    let rows: Vec<_> =
        bought.iter().map(|(customer, sku, order)| params![customer.0, *sku, order.0].to_vec()).collect();
    if rows.is_empty() {
        return Ok(());
    }
    tx.insert_rows("purchases", &["customer_id", "sku", "order_id"], OnConflict::Skip, &rows).await.map(drop)
}

/// Notes orders that ended without a sale.
pub(crate) async fn note_cancelled(tx: &mut Tx, orders: &[OrderId]) -> Result<(), DbError> {
    let rows: Vec<_> = orders.iter().map(|order| params![order.0].to_vec()).collect();
    tx.insert_rows("cancelled_orders", &["order_id"], OnConflict::Skip, &rows).await.map(drop)
}

/// Whether a customer bought any variant of a product in an order that stands.
pub(crate) async fn has_bought(tx: &mut Tx, customer: UserId, product: Uuid) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM variants JOIN purchases ON purchases.sku = variants.sku AND purchases.customer_id = $2 \
               WHERE variants.product_id = $1 \
               AND NOT EXISTS (SELECT 1 FROM cancelled_orders WHERE cancelled_orders.order_id = purchases.order_id) \
               LIMIT 1";
    Ok(tx.query_one(sql, &params![product, customer.0]).await?.is_some())
}

/// Up to `limit` SKUs of which more or less was sold than their products say, locked. Those that somebody else has locked are
/// left out.
pub(crate) async fn untold(tx: &mut Tx, limit: i64) -> Result<Vec<Sku>, DbError> {
    let sql = "SELECT sku FROM sales WHERE sold <> told ORDER BY sku LIMIT $1 {skip locked}";
    tx.query(sql, &params![limit]).await?.iter().map(|row| row.get(0)).collect()
}

/// Tells the products of these SKUs what was sold of them; answers which products those are.
pub(crate) async fn tell_sold(tx: &mut Tx, skus: &[Sku]) -> Result<Vec<Uuid>, DbError> {
    let keys: Vec<_> = skus.iter().flat_map(|sku| params![sku]).collect();
    let rows = tx.query_keys("SELECT product_id FROM variants WHERE sku = $1", &keys).await?;
    let mut products: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    products.sort_unstable();
    products.dedup();
    let rows: Vec<_> = skus.iter().map(|sku| params![sku].to_vec()).collect();
    tx.execute_each("UPDATE sales SET told = sold WHERE sku = $1", &rows).await?;
    let sql = "UPDATE products SET sold = (SELECT COALESCE(SUM(sales.sold), 0) FROM variants \
               JOIN sales ON sales.sku = variants.sku WHERE variants.product_id = $1) WHERE id = $1";
    for product in &products {
        tx.execute(sql, &params![*product]).await?;
    }
    Ok(products)
}
