//! What was sold, read from orders by when they were placed, without a row of its own for it. Ids of orders begin with the
//! time they were made at, which is that of the checkout: a range of ids is read, and no index is kept for it.

use super::{
    broken,
    entities::{orders, snapshots},
};
use bodega_db::{Db, DbError};
use bodega_kernel::Time;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::Deserialize;
use uuid::Uuid;

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;
/// Snapshots that are read at once.
const SNAPSHOTS: usize = 200;

/// A day, a currency: orders, pieces, what they came to, what was taken and given back.
pub(crate) type DayRow = (i64, String, i64, i64, i64, i64, i64);

/// What was bought with an order that stands.
#[derive(Clone, Debug)]
pub(crate) struct SoldLines {
    pub(crate) currency: String,
    pub(crate) lines: Vec<SoldLine>,
}

/// A line of it; the sum is minor units, after discounts, tax included.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SoldLine {
    pub(crate) sku: String,
    pub(crate) name: String,
    pub(crate) quantity: i64,
    pub(crate) total: i64,
}

#[derive(Deserialize)]
struct Bought {
    priced: Lines,
}

#[derive(Deserialize)]
struct Lines {
    lines: Vec<SoldLine>,
}

/// Orders placed from then on and before then, whatever became of them.
fn placed(from: Time, to: Time) -> Select<orders::Entity> {
    use orders::Column::{Id, PlacedMs};
    orders::Entity::find()
        .filter(Id.gte(first_id(from.ms() - DAY_MS)))
        .filter(Id.lt(first_id(to.ms() + DAY_MS)))
        .filter(PlacedMs.gte(from.ms()))
        .filter(PlacedMs.lt(to.ms()))
}

/// The first id that can be made at this time.
fn first_id(ms: i64) -> Uuid {
    Uuid::from_u128((ms.max(0) as u128) << 80)
}

/// Orders that were confirmed and are not cancelled.
const STANDS: &str =
    "orders.status <> 'pending' AND orders.status <> 'awaiting_payment' AND orders.status <> 'cancelled'";

/// What was sold, by day and currency, oldest first. What was taken and given back counts on the day of its order.
pub(crate) async fn sold_by_day(db: &Db, from: Time, to: Time) -> Result<Vec<DayRow>, DbError> {
    let day = || Expr::cust("orders.placed_ms / 86400000");
    let sum = |what: &str| Expr::cust(format!("CAST(COALESCE(SUM({what}), 0) AS BIGINT)"));
    let standing = |what: &str| sum(&format!("CASE WHEN {STANDS} THEN {what} ELSE 0 END"));
    let rows = placed(from, to)
        .select_only()
        .column_as(day(), "day")
        .column(orders::Column::Currency)
        .column_as(standing("1"), "orders")
        .column_as(standing("orders.units"), "units")
        .column_as(standing("orders.total"), "sold")
        .column_as(sum("orders.captured"), "taken")
        .column_as(sum("orders.refunded"), "given_back")
        .group_by(day())
        .group_by(orders::Column::Currency)
        .order_by_asc(day())
        .order_by_asc(orders::Column::Currency);
    Ok(rows.into_tuple().all(db.reader()).await?)
}

/// What was bought with the latest orders that stand, at most `most` of them; and whether these are all.
pub(crate) async fn sold_lines(db: &Db, from: Time, to: Time, most: usize) -> Result<(Vec<SoldLines>, bool), DbError> {
    let found: Vec<(Uuid, String)> = placed(from, to)
        .filter(Expr::cust(STANDS))
        .select_only()
        .columns([orders::Column::Id, orders::Column::Currency])
        .order_by_desc(orders::Column::Id)
        .limit(most as u64 + 1)
        .into_tuple()
        .all(db.reader())
        .await?;
    let is_all = found.len() <= most;
    let mut sold = Vec::with_capacity(found.len().min(most));
    let shown = &found[..found.len().min(most)];
    for some in shown.chunks(SNAPSHOTS) {
        let ids = some.iter().map(|(id, _)| *id);
        let rows = snapshots::Entity::find().filter(snapshots::Column::OrderId.is_in(ids)).all(db.reader()).await?;
        for row in rows {
            let bought: Bought = serde_json::from_str(&row.body).map_err(|error| broken(&error))?;
            let currency = some.iter().find(|(id, _)| *id == row.order_id).map(|(_, currency)| currency.clone());
            sold.push(SoldLines { currency: currency.unwrap_or_default(), lines: bought.priced.lines });
        }
    }
    Ok((sold, is_all))
}
