//! Carts: one row each, lines and all, so that a change is one statement.

use super::reminders;
use crate::model::{Cart, Details, Reductions, Status};
use bodega_contracts::{CartId, OrderId};
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::{Time, UserId};
use sea_orm::{DatabaseConnection, QueryOrder, QuerySelect, entity::prelude::*};
use serde::de::DeserializeOwned;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "carts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub owner: Option<Uuid>,
    pub status: String,
    pub version: i64,
    pub email: Option<String>,
    pub shipping_address: Option<String>,
    pub billing_address: Option<String>,
    pub shipping_method: Option<String>,
    pub lines: String,
    pub shown_shipping: Option<String>,
    pub coupon: Option<String>,
    pub coupon_refused: Option<String>,
    pub counted_refused: bool,
    pub points: Option<String>,
    pub points_refused: bool,
    pub shown_off: i64,
    pub discounts: Option<String>,
    pub order_id: Option<Uuid>,
    pub merged_into: Option<Uuid>,
    pub sold_at: Option<String>,
    pub shown_at: Option<String>,
    pub tenders: Option<String>,
    pub draft: Option<String>,
    pub exchange_of: Option<Uuid>,
    pub remind: bool,
    pub created_ms: i64,
    pub updated_ms: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Reads one, outside of transactions.
pub(crate) async fn read_cart(reader: &DatabaseConnection, id: CartId) -> Result<Option<Cart>, DbError> {
    Entity::find_by_id(id.0).one(reader).await?.map(cart).transpose()
}

/// Locks and reads those there are, in the order of their ids.
pub(crate) async fn select(tx: &mut Tx, ids: &[CartId]) -> Result<Vec<Cart>, DbError> {
    let keys: Vec<Value<'_>> = ids.iter().map(|id| id.0.into()).collect();
    let rows = tx
        .query_keys(
            "SELECT id, owner, status, version, email, shipping_address, billing_address, shipping_method, lines, coupon, \
             coupon_refused, counted_refused, points, points_refused, shown_off, discounts, order_id, merged_into, \
             created_ms, updated_ms, shown_shipping, sold_at, shown_at, tenders, draft, exchange_of, \
             remind FROM carts WHERE id = $1 ORDER BY id {lock}",
            &keys,
        )
        .await?;
    rows.iter().map(|row| cart(model(row)?)).collect()
}

/// Puts in new ones.
pub(crate) async fn insert(tx: &mut Tx, carts: &[Cart]) -> Result<(), DbError> {
    put_in(tx, carts, OnConflict::Fail).await.map(drop)
}

/// Puts in one unless its id is there; whether it was new.
pub(crate) async fn insert_once(tx: &mut Tx, cart: Cart) -> Result<bool, DbError> {
    Ok(put_in(tx, &[cart], OnConflict::Skip).await? == 1)
}

async fn put_in(tx: &mut Tx, carts: &[Cart], conflict: OnConflict) -> Result<u64, DbError> {
    let rows = carts
        .iter()
        .map(|cart| {
            let details = &cart.details;
            Ok(params![
                cart.id.0,
                cart.owner.map(|owner| owner.0),
                cart.status.as_str(),
                cart.version,
                details.email.as_deref(),
                text_of(details.shipping_address.as_ref())?,
                text_of(details.billing_address.as_ref())?,
                details.shipping_method.as_deref(),
                text(&cart.lines)?,
                text_of(cart.reductions.coupon.as_ref())?,
                text_of(cart.reductions.points.as_ref())?,
                cart.reductions.shown_off,
                cart.created,
                cart.updated,
                text_of(cart.shown_shipping.as_ref())?,
                text_unless_empty(&cart.sold_at)?,
                text_of(cart.shown_at.as_ref())?,
                text_unless_empty(&cart.tenders)?,
                text_of(cart.draft.as_ref())?,
                cart.exchange_of.map(|order| order.0),
                details.remind,
                cart.order_id.map(|order| order.0),
                text_of(cart.reductions.frozen.as_ref().filter(|discounts| !discounts.is_empty()))?
            ]
            .to_vec())
        })
        .collect::<Result<Vec<_>, DbError>>()?;
    let columns = &[
        "id",
        "owner",
        "status",
        "version",
        "email",
        "shipping_address",
        "billing_address",
        "shipping_method",
        "lines",
        "coupon",
        "points",
        "shown_off",
        "created_ms",
        "updated_ms",
        "shown_shipping",
        "sold_at",
        "shown_at",
        "tenders",
        "draft",
        "exchange_of",
        "remind",
        "order_id",
        "discounts",
    ];
    tx.insert_rows("carts", columns, conflict, &rows).await
}

/// Writes what may change of an open cart that was in version `was`.
pub(crate) async fn change(tx: &mut Tx, cart: &Cart, was: i64) -> Result<(), DbError> {
    let (details, reductions) = (&cart.details, &cart.reductions);
    let values = params![
        cart.id.0,
        was,
        cart.version,
        details.email.as_deref(),
        text_of(details.shipping_address.as_ref())?,
        text_of(details.billing_address.as_ref())?,
        details.shipping_method.as_deref(),
        text(&cart.lines)?,
        cart.updated,
        text_of(reductions.coupon.as_ref())?,
        reductions.coupon_refused.as_deref(),
        reductions.counted_refused,
        text_of(reductions.points.as_ref())?,
        reductions.points_refused,
        reductions.shown_off,
        text_of(cart.shown_shipping.as_ref())?,
        cart.owner.map(|owner| owner.0),
        text_of(cart.shown_at.as_ref())?,
        text_unless_empty(&cart.tenders)?,
        text_of(cart.draft.as_ref())?,
        details.remind
    ];
    let changed = tx
        .execute(
            "UPDATE carts SET version = $3, email = $4, shipping_address = $5, billing_address = $6, shipping_method = $7, \
             lines = $8, updated_ms = $9, coupon = $10, coupon_refused = $11, counted_refused = $12, points = $13, \
             points_refused = $14, shown_off = $15, shown_shipping = $16, owner = $17, shown_at = $18, tenders = $19, \
             draft = $20, remind = $21 WHERE id = $1 AND version = $2 AND status = 'open'",
            &values,
        )
        .await?;
    lost_unless(changed == 1)
}

/// Ends an open cart that went into another.
pub(crate) async fn merge(tx: &mut Tx, cart: CartId, into: CartId, at: Time) -> Result<(), DbError> {
    let merged = tx
        .execute(
            "UPDATE carts SET status = 'merged', merged_into = $2, version = version + 1, updated_ms = $3 \
             WHERE id = $1 AND status = 'open'",
            &params![cart.0, into.0, at],
        )
        .await?;
    lost_unless(merged == 1)
}

/// A cart that opens again.
pub(crate) struct Reopened {
    pub cart: CartId,
    pub order: OrderId,
    /// Whether its order was refused over a promotion.
    pub coupon: bool,
    /// Whether it was refused over points.
    pub points: bool,
}

/// Opens the carts again that became these orders and still are them, but for those that replaced goods; sorted, so that two
/// batches lock in one order. What an order was refused over is not used again: its code, else the promotions that count their uses; its points.
pub(crate) async fn reopen(tx: &mut Tx, orders: &[Reopened]) -> Result<(), DbError> {
    let now = tx.now();
    let row = |reopened: &Reopened| {
        let Reopened { cart, order, coupon, points } = reopened;
        params![cart.0, order.0, now, *coupon, *points].to_vec()
    };
    let rows: Vec<_> = orders.iter().map(row).collect();
    let sql = "UPDATE carts SET status = 'open', order_id = NULL, discounts = NULL, version = version + 1, \
               updated_ms = $3, counted_refused = counted_refused OR ($4 AND (coupon IS NULL OR coupon_refused IS NOT NULL)), \
               coupon_refused = CASE WHEN $4 AND coupon IS NOT NULL THEN 'rejected' ELSE coupon_refused END, \
               points_refused = points_refused OR $5 \
               WHERE id = $1 AND order_id = $2 AND status = 'checked_out' AND exchange_of IS NULL";
    tx.execute_each(sql, &rows).await.map(drop)
}

/// Deletes up to `limit` guests' carts that nobody touched since `before`; says how many.
pub(crate) async fn forget_left(tx: &mut Tx, before: Time, limit: i64) -> Result<u64, DbError> {
    // The ids begin with the time they were made, and nothing is touched before it is made.
    let mut oldest = [0; 16];
    oldest[..6].copy_from_slice(&before.ms().max(0).to_be_bytes()[2..]);
    let sql = "DELETE FROM carts WHERE id IN (SELECT id FROM carts WHERE owner IS NULL AND status <> 'checked_out' \
               AND draft IS NULL AND id < $1 AND updated_ms < $2 ORDER BY id LIMIT $3) AND updated_ms < $2 AND status <> 'checked_out' \
               RETURNING id";
    let forgotten = tx.query(sql, &params![Uuid::from_bytes(oldest), before, limit]).await?;
    reminders::forget(tx, &forgotten).await?;
    Ok(forgotten.len() as u64)
}

/// Deletes a draft that is open and in version `was`.
pub(crate) async fn discard(tx: &mut Tx, cart: CartId, was: i64) -> Result<(), DbError> {
    let sql = "DELETE FROM carts WHERE id = $1 AND version = $2 AND status = 'open' AND draft IS NOT NULL";
    let deleted = tx.execute(sql, &params![cart.0, was]).await?;
    lost_unless(deleted == 1)
}

/// Drafts, newest first, one more than fits a page; of one status where that is said.
pub(crate) async fn read_drafts(
    reader: &DatabaseConnection,
    status: Option<Status>,
    before: Option<CartId>,
    limit: u64,
) -> Result<Vec<Cart>, DbError> {
    let mut query = Entity::find().filter(Column::Draft.is_not_null());
    if let Some(status) = status {
        query = query.filter(Column::Status.eq(status.as_str()));
    }
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before.0));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit).all(reader).await?;
    rows.into_iter().map(cart).collect()
}

/// The rows were locked before anything was decided, so this is a race that cannot be; trying again is always right.
pub(super) fn lost_unless(held: bool) -> Result<(), DbError> {
    if held { Ok(()) } else { Err(DbError::Unavailable("a cart changed while it was being changed".into())) }
}

fn model(row: &Row) -> Result<Model, DbError> {
    Ok(Model {
        id: row.get(0)?,
        owner: row.get(1)?,
        status: row.get(2)?,
        version: row.get(3)?,
        email: row.get(4)?,
        shipping_address: row.get(5)?,
        billing_address: row.get(6)?,
        shipping_method: row.get(7)?,
        lines: row.get(8)?,
        coupon: row.get(9)?,
        coupon_refused: row.get(10)?,
        counted_refused: row.get(11)?,
        points: row.get(12)?,
        points_refused: row.get(13)?,
        shown_off: row.get(14)?,
        discounts: row.get(15)?,
        order_id: row.get(16)?,
        merged_into: row.get(17)?,
        created_ms: row.get(18)?,
        updated_ms: row.get(19)?,
        shown_shipping: row.get(20)?,
        sold_at: row.get(21)?,
        shown_at: row.get(22)?,
        tenders: row.get(23)?,
        draft: row.get(24)?,
        exchange_of: row.get(25)?,
        remind: row.get(26)?,
    })
}

fn cart(row: Model) -> Result<Cart, DbError> {
    Ok(Cart {
        id: CartId(row.id),
        owner: row.owner.map(UserId),
        status: Status::parse(&row.status).ok_or_else(|| refused(&format!("a cart cannot be {}", row.status)))?,
        version: row.version,
        details: Details {
            email: row.email,
            shipping_address: parsed_of(row.shipping_address.as_deref())?,
            billing_address: parsed_of(row.billing_address.as_deref())?,
            shipping_method: row.shipping_method,
            remind: row.remind,
        },
        reductions: Reductions {
            coupon: parsed_of(row.coupon.as_deref())?,
            coupon_refused: row.coupon_refused,
            counted_refused: row.counted_refused,
            points: parsed_of(row.points.as_deref())?,
            points_refused: row.points_refused,
            shown_off: row.shown_off,
            frozen: parsed_of(row.discounts.as_deref())?,
        },
        lines: parsed(&row.lines)?,
        shown_shipping: parsed_of(row.shown_shipping.as_deref())?,
        sold_at: parsed_of(row.sold_at.as_deref())?.unwrap_or_default(),
        shown_at: parsed_of(row.shown_at.as_deref())?,
        tenders: parsed_of(row.tenders.as_deref())?.unwrap_or_default(),
        draft: parsed_of(row.draft.as_deref())?,
        exchange_of: row.exchange_of.map(OrderId),
        order_id: row.order_id.map(OrderId),
        merged_into: row.merged_into.map(CartId),
        created: Time::from_ms(row.created_ms),
        updated: Time::from_ms(row.updated_ms),
    })
}

fn parsed_of<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, DbError> {
    text.map(parsed).transpose()
}

pub(super) fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| refused(&error))
}

pub(super) fn text(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| refused(&error))
}

fn text_of(value: Option<&impl serde::Serialize>) -> Result<Option<String>, DbError> {
    value.map(text).transpose()
}

fn text_unless_empty<T: serde::Serialize + Default + PartialEq>(value: &T) -> Result<Option<String>, DbError> {
    if *value == T::default() { Ok(None) } else { text(value).map(Some) }
}

fn refused(error: &impl ToString) -> DbError {
    DbError::Refused(error.to_string().into())
}
