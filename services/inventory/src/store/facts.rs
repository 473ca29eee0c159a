//! What the tables say of stock and reservations, for `verify`: in pages, each of one moment.

use super::{
    entities::reservations,
    from_json,
    reads::sku,
    reservations::{EARLY, state},
};
use crate::model::MAX_UNITS;
use bodega_contracts::{
    OrderId,
    inventory::{ReservationFact, StockFact},
};
use bodega_db::DbError;
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};

/// Rows of one page of facts.
const FACTS: u64 = 500;

/// The parts of the orders in a row of the ledger; of each its order, and by how much it moved what is held and allocated.
const SQLITE_PARTS: [&str; 4] = [
    "LEFT JOIN json_each(m.orders) p",
    "unhex(json_extract(p.value, '$[0]'))",
    "COALESCE(json_extract(p.value, '$[1]'), 0)",
    "COALESCE(json_extract(p.value, '$[2]'), 0)",
];
const POSTGRES_PARTS: [&str; 4] = [
    "LEFT JOIN LATERAL json_array_elements(m.orders::json) p(value) ON TRUE",
    "(p.value ->> 0)::uuid",
    "COALESCE((p.value ->> 1)::bigint, 0)",
    "COALESCE((p.value ->> 2)::bigint, 0)",
];

/// Stock beside what its ledger and its reservations add up to: one statement, so that all figures are of one moment.
pub(crate) async fn stock_facts(
    db: &DatabaseConnection,
    after: Option<(String, String)>,
) -> Result<Vec<StockFact>, DbError> {
    // What a row did for many orders is one line for each of them; what it did to goods that are there is then nothing.
    let is_postgres = db.get_database_backend() == DbBackend::Postgres;
    let [parts, order, held, allocated] = if is_postgres { POSTGRES_PARTS } else { SQLITE_PARTS };
    let sql = format!(
        "SELECT s.sku AS sku, s.location AS location, s.on_hand AS on_hand, s.held AS held, \
               s.allocated AS allocated, s.backorder AS backorder, s.version AS version, \
               CAST(s.available AS BIGINT) AS available, \
               CAST(COALESCE(SUM(m.on_hand_delta), 0) AS BIGINT) AS ledger_on_hand, \
               CAST(COALESCE(SUM(CASE WHEN m.kind = 'ship' THEN 0 ELSE m.on_hand_delta END), 0) AS BIGINT) \
                 AS ledger_brought, \
               CAST(COALESCE(SUM(CASE WHEN m.kind = 'ship' THEN -m.on_hand_delta ELSE 0 END), 0) AS BIGINT) \
                 AS ledger_shipped, \
               CAST(COALESCE(SUM(CASE WHEN m.kind = 'return' AND m.order_id IS NOT NULL THEN m.on_hand_delta ELSE 0 END), \
                 0) AS BIGINT) AS ledger_returned, \
               CAST(COALESCE(SUM(CASE WHEN m.kind IN ('hold', 'ship') AND r.state = 'held' \
                 THEN m.held_delta + {held} ELSE 0 END), 0) \
                 AS BIGINT) AS live_holds, \
               CAST(COALESCE(SUM(CASE WHEN m.kind IN ('allocate', 'ship') AND r.state = 'allocated' \
                 THEN m.allocated_delta + {allocated} ELSE 0 END), 0) AS BIGINT) AS live_allocations \
               FROM (SELECT k.*, CASE WHEN l.enabled THEN k.on_hand - k.held - k.allocated - k.safety + \
                   CASE WHEN k.backorder AND NOT EXISTS (SELECT 1 FROM stock o JOIN locations f ON f.id = o.location \
                     WHERE o.sku = k.sku AND f.enabled AND (f.priority < l.priority \
                       OR (f.priority = l.priority AND f.id < l.id))) \
                   THEN COALESCE(k.backorder_limit, $4) ELSE 0 END ELSE 0 END AS available \
                 FROM stock k JOIN locations l ON l.id = k.location \
                 WHERE k.sku > $1 OR (k.sku = $1 AND k.location > $2) ORDER BY k.sku, k.location LIMIT $3) s \
               LEFT JOIN movements m ON m.sku = s.sku AND m.location = s.location \
               {parts} \
               LEFT JOIN reservations r ON r.order_id = COALESCE(m.order_id, {order}) \
               GROUP BY s.sku, s.location, s.on_hand, s.held, s.allocated, s.backorder, s.version, s.available \
               ORDER BY s.sku, s.location"
    );
    let (sku, location) = after.unwrap_or_default();
    let values = [sku.into(), location.into(), (FACTS as i64).into(), MAX_UNITS.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = FactRow::find_by_statement(statement).all(db).await?;
    rows.into_iter().map(fact).collect()
}

/// Reservations in the order of their ids, after `after`.
pub(crate) async fn reservation_facts(
    db: &DatabaseConnection,
    after: Option<OrderId>,
) -> Result<Vec<ReservationFact>, DbError> {
    let heard = reservations::Entity::find().filter(reservations::Column::State.ne(EARLY));
    let mut query = heard.order_by_asc(reservations::Column::OrderId).limit(FACTS);
    if let Some(after) = after {
        query = query.filter(reservations::Column::OrderId.gt(after.0));
    }
    let rows = query.all(db).await?;
    let fact = |row: reservations::Model| {
        let lines = from_json(&row.lines)?;
        let shipped = row.shipped.map_or(Ok(Vec::new()), |shipped| from_json(&shipped))?;
        Ok(ReservationFact { order_id: OrderId(row.order_id), state: state(&row.state)?, lines, shipped })
    };
    rows.into_iter().map(fact).collect()
}

#[derive(FromQueryResult)]
struct FactRow {
    sku: String,
    location: String,
    on_hand: i64,
    held: i64,
    allocated: i64,
    backorder: bool,
    version: i64,
    available: i64,
    ledger_returned: i64,
    ledger_on_hand: i64,
    ledger_brought: i64,
    ledger_shipped: i64,
    live_holds: i64,
    live_allocations: i64,
}

fn fact(row: FactRow) -> Result<StockFact, DbError> {
    Ok(StockFact {
        sku: sku(&row.sku)?,
        location: row.location,
        on_hand: row.on_hand,
        held: row.held,
        allocated: row.allocated,
        backorder: row.backorder,
        version: row.version,
        available: row.available,
        ledger_returned: row.ledger_returned,
        ledger_on_hand: row.ledger_on_hand,
        ledger_brought: row.ledger_brought,
        ledger_shipped: row.ledger_shipped,
        live_holds: row.live_holds,
        live_allocations: row.live_allocations,
    })
}
