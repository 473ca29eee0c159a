//! Orders for the export: page by page, each with its sums and nothing of its lines.

use super::{
    Filter, broken,
    entities::{orders, snapshots},
};
use bodega_contracts::OrderId;
use bodega_db::{Db, DbError};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use std::collections::HashMap;
use uuid::Uuid;

/// Snapshots that are read at once: each may hold a thousand lines.
const SNAPSHOTS: usize = 25;

/// An order in the export; amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExportRow {
    pub(crate) id: OrderId,
    pub(crate) number: String,
    pub(crate) placed_ms: i64,
    pub(crate) status: String,
    pub(crate) payment_status: String,
    pub(crate) email: String,
    pub(crate) currency: String,
    pub(crate) total: i64,
    pub(crate) refunded: i64,
    pub(crate) sums: Sums,
}

/// How the total of an order comes about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Sums {
    pub(crate) subtotal: i64,
    pub(crate) discount: i64,
    pub(crate) shipping: i64,
    pub(crate) tax: i64,
}

/// What is read of a snapshot.
#[derive(Deserialize)]
struct Bought {
    priced: Sums,
}

type Found = (Uuid, String, i64, String, String, String, String, i64, i64);

/// Orders after `after` by id, oldest first: at most `rows`.
pub(crate) async fn export_page(
    db: &Db,
    filter: &Filter,
    after: Option<OrderId>,
    rows: u64,
) -> Result<Vec<ExportRow>, DbError> {
    use orders::Column::{Currency, Email, Id, Number, PaymentStatus, PlacedMs, Status, Total};
    let after = after.map(|id| Id.gt(id.0));
    let page = filter.select().filter(Condition::all().add_option(after)).order_by_asc(Id).limit(rows);
    let page = page.select_only().columns([Id, Number, PlacedMs, Status, PaymentStatus, Email, Currency, Total]);
    // What the rest of the service never shows, and its rows do not have.
    let page = page.column_as(Expr::cust("orders.refunded"), "refunded");
    let found: Vec<Found> = page.into_tuple().all(db.reader()).await?;
    let ids: Vec<Uuid> = found.iter().map(|order| order.0).collect();
    let mut sums = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(SNAPSHOTS) {
        let some = snapshots::Entity::find().filter(snapshots::Column::OrderId.is_in(ids.to_vec()));
        for row in some.all(db.reader()).await? {
            let bought: Bought = serde_json::from_str(&row.body).map_err(|error| broken(&error))?;
            sums.insert(row.order_id, bought.priced);
        }
    }
    let row = |(id, number, placed_ms, status, payment_status, email, currency, total, refunded): Found| ExportRow {
        sums: sums.get(&id).copied().unwrap_or_default(),
        id: OrderId(id),
        number,
        placed_ms,
        status,
        payment_status,
        email,
        currency,
        total,
        refunded,
    };
    Ok(found.into_iter().map(row).collect())
}
