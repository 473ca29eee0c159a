//! Checkouts, one for each version of a cart that was bought, and the blocks that order numbers come from.

use super::carts::{lost_unless, text};
use crate::model::buyer_key;
use bodega_contracts::{
    CartId, OrderId,
    cart::{CartCheckedOut, CheckedOut, CheckoutFact},
};
use bodega_db::{DbError, OnConflict, Tx, Value, params};
use bodega_kernel::{Time, UserId};
use bodega_pricing::Discount;
use sea_orm::{DatabaseConnection, QueryOrder, QuerySelect, entity::prelude::*};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "checkouts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    pub cart_id: Uuid,
    pub cart_version: i64,
    pub number: String,
    pub customer: Option<Uuid>,
    pub at_ms: i64,
    pub buyer: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A cart that becomes an order.
#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    /// The order.
    pub order_id: OrderId,
    /// The cart.
    pub cart_id: CartId,
    /// The version that is bought.
    pub cart_version: i64,
    /// The order's number.
    pub number: String,
    /// The buyer; `None` for a guest.
    pub customer: Option<UserId>,
    /// Whose order it is, guests told apart by a digest.
    pub buyer: Option<String>,
    /// What it was priced with.
    pub discounts: Vec<Discount>,
}

impl Checkout {
    /// What is kept of one that is told so.
    pub(crate) fn of(event: &CartCheckedOut) -> Self {
        Self {
            order_id: event.order_id,
            cart_id: event.cart_id,
            cart_version: event.cart_version,
            number: event.number.clone(),
            customer: event.customer_id,
            buyer: buyer_key(event.customer_id, Some(&event.email)),
            discounts: event.basket.discounts.clone(),
        }
    }
}

/// Notes these checkouts, and freezes those of their carts that were `there` before, each in exactly the version that is bought.
pub(crate) async fn freeze(
    tx: &mut Tx,
    checkouts: &[Checkout],
    was_there: impl Fn(CartId) -> bool,
) -> Result<(), DbError> {
    if checkouts.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    let (mut rows, mut frozen) = (Vec::with_capacity(checkouts.len()), Vec::new());
    for checkout in checkouts {
        let customer = checkout.customer.map(|customer| customer.0);
        let (order, cart, version) = (checkout.order_id.0, checkout.cart_id.0, checkout.cart_version);
        let (number, buyer) = (checkout.number.as_str(), checkout.buyer.as_deref());
        rows.push(params![order, cart, version, number, customer, now, buyer].to_vec());
        if was_there(checkout.cart_id) {
            let discounts = if checkout.discounts.is_empty() { None } else { Some(text(&checkout.discounts)?) };
            frozen.push(params![cart, version, order, discounts, now].to_vec());
        }
    }
    let columns = &["order_id", "cart_id", "cart_version", "number", "customer", "at_ms", "buyer"];
    tx.insert_rows("checkouts", columns, OnConflict::Fail, &rows).await?;
    // That a version of a cart is bought once is up to this: it is open, and in this version.
    let sql = "UPDATE carts SET status = 'checked_out', order_id = $3, discounts = $4, updated_ms = $5 \
               WHERE id = $1 AND version = $2 AND status = 'open'";
    lost_unless(tx.execute_each(sql, &frozen).await? == frozen.len() as u64)
}

/// Those of these orders that were made here.
pub(crate) async fn select_made(tx: &mut Tx, orders: &[OrderId]) -> Result<BTreeSet<OrderId>, DbError> {
    let keys: Vec<Value<'_>> = orders.iter().map(|order| order.0.into()).collect();
    let rows = tx.query_keys("SELECT order_id FROM checkouts WHERE order_id = $1", &keys).await?;
    rows.iter().map(|row| Ok(OrderId(row.get(0)?))).collect()
}

/// Notes orders that ended without a sale: whoever made them has not ordered.
pub(crate) async fn cancel(tx: &mut Tx, orders: &[OrderId]) -> Result<(), DbError> {
    let rows: Vec<_> = orders.iter().map(|order| params![order.0].to_vec()).collect();
    tx.execute_each("UPDATE checkouts SET cancelled = TRUE WHERE order_id = $1", &rows).await.map(drop)
}

/// Takes a block of order numbers; nobody else gets the same one.
pub(crate) async fn new_block(tx: &mut Tx) -> Result<i64, DbError> {
    let now = tx.now();
    let blocks = tx.insert_sequence("number_blocks", &["at_ms"], "id", &[params![now].to_vec()]).await?;
    blocks.first().copied().ok_or_else(|| DbError::Refused("a block without a number".into()))
}

/// What is known of an order.
pub(crate) async fn read_checkout(reader: &DatabaseConnection, order: OrderId) -> Result<Option<CheckedOut>, DbError> {
    let row = Entity::find_by_id(order.0).one(reader).await?;
    Ok(row.map(|row| CheckedOut {
        number: row.number,
        customer_id: row.customer.map(UserId),
        at: Time::from_ms(row.at_ms),
    }))
}

/// Up to `limit` checkouts after an order, by order.
pub(crate) async fn read_checkouts(
    reader: &DatabaseConnection,
    after: Option<OrderId>,
    limit: u64,
) -> Result<Vec<CheckoutFact>, DbError> {
    let after = after.map_or(Uuid::nil(), |order| order.0);
    let rows =
        Entity::find().filter(Column::OrderId.gt(after)).order_by_asc(Column::OrderId).limit(limit).all(reader).await?;
    let fact = |row: Model| CheckoutFact {
        order_id: OrderId(row.order_id),
        cart_id: CartId(row.cart_id),
        cart_version: row.cart_version,
    };
    Ok(rows.into_iter().map(fact).collect())
}
