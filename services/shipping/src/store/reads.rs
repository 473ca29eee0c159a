//! Reads outside of transactions: pages, views, facts for `verify`. All are bounded.

use super::{
    broken,
    entities::{fulfilments, lines, methods, shipments},
    from_json, word,
};
use crate::model::{Method, Part, Word};
use bodega_contracts::{
    FulfilmentId, OrderId, ShipmentId,
    shipping::{FulfilmentFact, FulfilmentState},
};
use bodega_db::DbError;
use bodega_kernel::{Currency, Page, Sku};
use bodega_web::Paging;
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Rows of one page of facts.
const FACTS: u64 = 200;
/// The most parcels of an order that are read: there are no more.
const SHIPMENTS: u64 = 1_000;

pub(crate) type FulfilmentRow = fulfilments::Model;
pub(crate) type ShipmentRow = shipments::Model;

/// Which fulfilments a list holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) state: Option<FulfilmentState>,
    /// An order's id or number.
    pub(crate) order: Option<String>,
}

/// A page of fulfilments, newest first.
pub(crate) async fn list_fulfilments(
    db: &DatabaseConnection,
    filter: &Filter,
    before: Option<Uuid>,
    paging: &Paging,
) -> Result<Page<FulfilmentRow>, DbError> {
    use fulfilments::Column;
    let order = filter.order.as_deref().map(|text| match text.parse::<OrderId>() {
        Ok(id) => Column::OrderId.eq(id.0),
        Err(_) => Column::OrderNumber.eq(text),
    });
    let condition = Condition::all()
        .add(Column::Confirmed.eq(true))
        .add_option(filter.state.map(|state| Column::State.eq(state.word())))
        .add_option(order);
    let found = fulfilments::Entity::find().filter(condition);
    let mut query = found.clone().order_by_desc(Column::Id).limit(paging.limit.and_one());
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before));
    }
    let mut page = Page::of(query.all(db).await?, paging.limit, |row| row.id);
    if paging.count {
        page.total = Some(found.count(db).await?);
    }
    Ok(page)
}

/// A fulfilment that is known to be paid.
pub(crate) async fn fulfilment_row(
    db: &DatabaseConnection,
    id: FulfilmentId,
) -> Result<Option<FulfilmentRow>, DbError> {
    let row = fulfilments::Entity::find().filter(fulfilments::Column::Id.eq(id.0)).one(db).await?;
    Ok(row.filter(|row| row.confirmed))
}

/// The fulfilment of an order, if it is known to be paid.
pub(crate) async fn fulfilment_of_order(
    db: &DatabaseConnection,
    order: OrderId,
) -> Result<Option<FulfilmentRow>, DbError> {
    let row = fulfilments::Entity::find_by_id(order.0).one(db).await?;
    Ok(row.filter(|row| row.confirmed))
}

/// What is to leave of an order.
pub(crate) async fn lines_of(db: &DatabaseConnection, order: OrderId) -> Result<Vec<Part>, DbError> {
    let of_order = lines::Entity::find().filter(lines::Column::OrderId.eq(order.0));
    let rows = of_order.order_by_asc(lines::Column::Position).limit(1_000).all(db).await?;
    rows.into_iter().map(|row| Ok(Part { sku: sku(&row.sku)?, quantity: row.pieces, packed: row.claimed })).collect()
}

/// The parcels of an order, oldest first.
pub(crate) async fn shipments_of(db: &DatabaseConnection, order: OrderId) -> Result<Vec<ShipmentRow>, DbError> {
    let of_order = shipments::Entity::find().filter(shipments::Column::OrderId.eq(order.0));
    Ok(of_order.order_by_asc(shipments::Column::Id).limit(SHIPMENTS).all(db).await?)
}

/// A parcel.
pub(crate) async fn shipment_row(db: &DatabaseConnection, id: ShipmentId) -> Result<Option<ShipmentRow>, DbError> {
    Ok(shipments::Entity::find_by_id(id.0).one(db).await?)
}

/// A page of methods after the id `after`.
pub(crate) async fn list_methods(
    db: &DatabaseConnection,
    after: Option<String>,
    paging: &Paging,
) -> Result<Page<Method>, DbError> {
    let mut query = methods::Entity::find().order_by_asc(methods::Column::Id).limit(paging.limit.and_one());
    if let Some(after) = after {
        query = query.filter(methods::Column::Id.gt(after));
    }
    let rows = query.all(db).await?.into_iter().map(method_of).collect::<Result<Vec<_>, DbError>>()?;
    let mut page = Page::of(rows, paging.limit, |method| method.id.clone());
    if paging.count {
        page.total = Some(methods::Entity::find().count(db).await?);
    }
    Ok(page)
}

/// A method.
pub(crate) async fn method(db: &DatabaseConnection, id: &str) -> Result<Option<Method>, DbError> {
    methods::Entity::find_by_id(id).one(db).await?.map(method_of).transpose()
}

/// Methods in the order of their ids, after `after`.
pub(crate) async fn method_facts(db: &DatabaseConnection, after: Option<String>) -> Result<Vec<Method>, DbError> {
    let mut query = methods::Entity::find().order_by_asc(methods::Column::Id).limit(FACTS);
    if let Some(after) = after {
        query = query.filter(methods::Column::Id.gt(after));
    }
    query.all(db).await?.into_iter().map(method_of).collect()
}

#[derive(FromQueryResult)]
struct FactRow {
    order_id: Uuid,
    id: Uuid,
    state: String,
    pieces: i64,
    dispatched: i64,
    delivered: i64,
    parcels_dispatched: i64,
    parcels_delivered: i64,
    preparing: i64,
}

/// Fulfilments beside what their parcels add up to, in one statement, and their lines.
pub(crate) async fn fulfilment_facts(
    db: &DatabaseConnection,
    after: Option<OrderId>,
) -> Result<Vec<FulfilmentFact>, DbError> {
    let sql = "SELECT f.order_id, f.id, f.state, f.pieces, f.dispatched, f.delivered, \
               CAST(COALESCE(SUM(CASE WHEN s.state IN ('dispatched', 'in_transit', 'delivered') THEN s.pieces ELSE 0 END), 0) \
                 + CASE WHEN f.handover = 'collected' THEN f.pieces ELSE 0 END AS BIGINT) AS parcels_dispatched, \
               CAST(COALESCE(SUM(CASE WHEN s.state = 'delivered' THEN s.pieces ELSE 0 END), 0) \
                 + CASE WHEN f.handover = 'collected' THEN f.pieces ELSE 0 END AS BIGINT) AS parcels_delivered, \
               CAST(COALESCE(SUM(CASE WHEN s.state IN ('preparing', 'awaiting_capture') THEN 1 ELSE 0 END), 0) AS BIGINT) AS preparing \
               FROM (SELECT * FROM fulfilments WHERE confirmed = $1 AND order_id > $2 ORDER BY order_id LIMIT $3) f \
               LEFT JOIN shipments s ON s.order_id = f.order_id \
               GROUP BY f.order_id, f.id, f.state, f.pieces, f.dispatched, f.delivered, f.handover ORDER BY f.order_id";
    let after = after.map_or(Uuid::nil(), |order| order.0);
    let values = [true.into(), after.into(), (FACTS as i64).into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = FactRow::find_by_statement(statement).all(db).await?;
    let orders: Vec<Uuid> = rows.iter().map(|row| row.order_id).collect();
    let mut parts = BTreeMap::<Uuid, Vec<(Sku, i64, i64)>>::new();
    let of_orders = lines::Entity::find().filter(lines::Column::OrderId.is_in(orders));
    for line in of_orders.order_by_asc(lines::Column::Position).all(db).await? {
        parts.entry(line.order_id).or_default().push((sku(&line.sku)?, line.pieces, line.claimed));
    }
    let fact = |row: FactRow| {
        let parts = parts.remove(&row.order_id).unwrap_or_default();
        let claimed = parts.iter().filter(|(_, _, claimed)| *claimed > 0);
        Ok(FulfilmentFact {
            order_id: OrderId(row.order_id),
            fulfilment_id: FulfilmentId(row.id),
            state: word(&row.state)?,
            pieces: row.pieces,
            dispatched: row.dispatched,
            delivered: row.delivered,
            claimed: claimed.map(|(sku, _, claimed)| (sku.clone(), *claimed)).collect(),
            lines: parts.iter().map(|(sku, pieces, _)| (sku.clone(), *pieces)).collect(),
            parcels_dispatched: row.parcels_dispatched,
            parcels_delivered: row.parcels_delivered,
            preparing: row.preparing,
        })
    };
    rows.into_iter().map(fact).collect()
}

fn method_of(row: methods::Model) -> Result<Method, DbError> {
    Ok(Method {
        rate: from_json(&row.rate)?,
        countries: from_json(&row.countries)?,
        currency: Currency::new(&row.currency).map_err(|error| broken(&error))?,
        id: row.id,
        version: row.version,
        enabled: row.enabled,
        name: row.name,
        free_above: row.free_above,
        tax_rate_bp: row.tax_rate_bp,
    })
}

fn sku(text: &str) -> Result<Sku, DbError> {
    Sku::new(text).map_err(|error| broken(&format!("{text}: {error}")))
}
