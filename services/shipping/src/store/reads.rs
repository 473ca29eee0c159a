//! Reads outside of transactions: pages, views, facts for `verify`. All are bounded.

use super::{
    broken,
    entities::{fulfilments, methods, shipments},
    from_json,
    fulfilments::read_parts,
    word,
};
use crate::model::{Method, Part, Word};
use bodega_contracts::{
    FulfilmentId, OrderId, ShipmentId,
    shipping::{FulfilmentFact, FulfilmentState},
};
use bodega_db::DbError;
use bodega_kernel::{Currency, Page};
use bodega_web::Paging;
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
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
pub(crate) fn parts_of(row: &FulfilmentRow) -> Result<Vec<Part>, DbError> {
    read_parts(row.lines.as_deref())
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
    lines: Option<String>,
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
    let sql = "SELECT f.order_id, f.id, f.state, f.lines, f.pieces, f.dispatched, f.delivered, \
               CAST(COALESCE(SUM(CASE WHEN s.state IN ('dispatched', 'in_transit', 'delivered') THEN s.pieces ELSE 0 END), 0) \
                 + CASE WHEN f.handover = 'collected' THEN f.pieces ELSE 0 END AS BIGINT) AS parcels_dispatched, \
               CAST(COALESCE(SUM(CASE WHEN s.state = 'delivered' THEN s.pieces ELSE 0 END), 0) \
                 + CASE WHEN f.handover = 'collected' THEN f.pieces ELSE 0 END AS BIGINT) AS parcels_delivered, \
               CAST(COALESCE(SUM(CASE WHEN s.state IN ('preparing', 'awaiting_capture') THEN 1 ELSE 0 END), 0) AS BIGINT) AS preparing \
               FROM (SELECT * FROM fulfilments WHERE confirmed = $1 AND order_id > $2 ORDER BY order_id LIMIT $3) f \
               LEFT JOIN shipments s ON s.order_id = f.order_id \
               GROUP BY f.order_id, f.id, f.state, f.lines, f.pieces, f.dispatched, f.delivered, f.handover ORDER BY f.order_id";
    let after = after.map_or(Uuid::nil(), |order| order.0);
    let values = [true.into(), after.into(), (FACTS as i64).into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = FactRow::find_by_statement(statement).all(db).await?;
    let fact = |row: FactRow| {
        let parts = read_parts(row.lines.as_deref())?;
        let claimed = parts.iter().filter(|part| part.packed > 0);
        Ok(FulfilmentFact {
            order_id: OrderId(row.order_id),
            fulfilment_id: FulfilmentId(row.id),
            state: word(&row.state)?,
            pieces: row.pieces,
            dispatched: row.dispatched,
            delivered: row.delivered,
            claimed: claimed.map(|part| (part.sku.clone(), part.packed)).collect(),
            lines: parts.iter().map(|part| (part.sku.clone(), part.quantity)).collect(),
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
