//! Reads outside of transactions, for pages that staff see. All are bounded.

use super::{
    entities::{locations, movements, stock},
    ledger::{Part, parts},
};
use crate::{
    model::{Item, Level, Location, LocationId, Locations, MAIN, MAX_LOCATIONS, Policy, Site},
    views::{MovementView, StockView},
};
use bodega_contracts::OrderId;
use bodega_db::DbError;
use bodega_kernel::{Page, Sku, Time};
use bodega_web::Paging;
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, DbBackend, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, prelude::Expr, sea_query::Query,
};
use std::collections::BTreeMap;

/// What can be sold of a SKU without a backorder, over the locations that are sold from. No index has it: each order would
/// write that.
const AVAILABLE: &str = "CAST(SUM(CASE WHEN location IN (SELECT id FROM locations WHERE enabled) \
     THEN on_hand - held - allocated - safety ELSE 0 END) AS BIGINT)";

/// Which SKUs are looked for; all of them where nothing is said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sought {
    /// How they begin, in large or small letters of the Latin alphabet.
    pub(crate) beginning: Option<String>,
    /// Fewer are available.
    pub(crate) below: Option<i64>,
    /// Staff were told that little is left, and it has not risen since.
    pub(crate) low: bool,
}

/// A page of stock after the SKU `after`.
pub(crate) async fn list_stock(
    db: &DatabaseConnection,
    sought: &Sought,
    after: Option<String>,
    paging: &Paging,
) -> Result<Page<StockView>, DbError> {
    let letters = letters(db.get_database_backend());
    let known = known(sought, letters);
    let mut query = known.clone().limit(paging.limit.and_one());
    if sought.beginning.is_some() {
        query = query.order_by_asc(Expr::cust(letters));
        if let Some(after) = &after {
            let small = after.to_ascii_lowercase();
            let next =
                Condition::any().add(Expr::cust(letters).gt(small.as_str())).add(stock::Column::Sku.gt(after.as_str()));
            query = query.filter(Expr::cust(letters).gte(small)).filter(next);
        }
    } else if let Some(after) = after {
        query = query.filter(stock::Column::Sku.gt(after));
    }
    query = query.order_by_asc(stock::Column::Sku);
    let skus: Vec<String> = query.all(db).await?.into_iter().map(|row| row.sku).collect();
    let mut page = Page::of(views(db, skus).await?, paging.limit, |stock| stock.sku.clone());
    if paging.count {
        page.total = Some(known.count(db).await?);
    }
    Ok(page)
}

fn known(sought: &Sought, letters: &'static str) -> Select<stock::Entity> {
    let mut known = stock::Entity::find().filter(stock::Column::Location.eq(MAIN));
    if let Some(beginning) = &sought.beginning {
        let first = beginning.to_ascii_lowercase();
        // No SKU has this character, and none comes after it.
        let end = format!("{first}\u{10ffff}");
        known = known.filter(Expr::cust(letters).gte(first)).filter(Expr::cust(letters).lt(end));
    }
    if let Some(below) = sought.below {
        let few = Query::select()
            .column(stock::Column::Sku)
            .from(stock::Entity)
            .group_by_col(stock::Column::Sku)
            .and_having(Expr::cust(AVAILABLE).lt(below))
            .to_owned();
        known = known.filter(stock::Column::Sku.in_subquery(few));
    }
    if sought.low {
        known = known.filter(Expr::cust("is_low"));
    }
    known
}

/// A SKU in small letters, compared byte by byte, as the index `stock_by_letters` has it.
fn letters(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Postgres { "LOWER(sku COLLATE \"C\")" } else { "LOWER(sku)" }
}

/// The stock of a SKU.
pub(crate) async fn stock_of(db: &DatabaseConnection, sku: &Sku) -> Result<Option<StockView>, DbError> {
    Ok(views(db, vec![sku.as_str().to_owned()]).await?.pop())
}

async fn views(db: &DatabaseConnection, skus: Vec<String>) -> Result<Vec<StockView>, DbError> {
    let locations = all_locations(db).await?;
    let rows = stock::Entity::find().filter(stock::Column::Sku.is_in(skus.iter().map(String::as_str))).all(db).await?;
    let mut items: BTreeMap<String, Item> = BTreeMap::new();
    for row in rows {
        let item = items.entry(row.sku.clone()).or_default();
        if row.location == MAIN {
            item.policy = policy(&row);
        }
        let stock::Model { on_hand, held, allocated, incoming, safety, version, .. } = row;
        let level = Level { on_hand, held, allocated, incoming, safety, version };
        item.levels.insert(super::location(&row.location)?, level);
    }
    // In the order of the list, which is the database's.
    let found = skus.into_iter().filter_map(|sku| items.remove_entry(&sku));
    found.map(|(text, item)| Ok(StockView::of(sku(&text)?, &item, &locations))).collect()
}

fn policy(row: &stock::Model) -> Policy {
    Policy {
        backorder: row.backorder,
        limit: row.backorder_limit,
        threshold: row.low_threshold,
        low: row.is_low,
        alert: row.alert,
        version: row.policy_version,
    }
}

async fn all_locations(db: &DatabaseConnection) -> Result<Locations, DbError> {
    let sites = list_locations(db).await?.into_iter().map(|location| Site(location.id, location.enabled));
    Ok(Locations::new(sites.collect()))
}

/// All locations, in the order in which they are sold from.
pub(crate) async fn list_locations(db: &DatabaseConnection) -> Result<Vec<Location>, DbError> {
    let sorted =
        locations::Entity::find().order_by_asc(locations::Column::Priority).order_by_asc(locations::Column::Id);
    let rows = sorted.limit(MAX_LOCATIONS as u64).all(db).await?;
    rows.into_iter().map(location).collect()
}

/// A location.
pub(crate) async fn location_of(db: &DatabaseConnection, id: &LocationId) -> Result<Option<Location>, DbError> {
    locations::Entity::find_by_id(id.as_str()).one(db).await?.map(location).transpose()
}

fn location(row: locations::Model) -> Result<Location, DbError> {
    let locations::Model { id, name, priority, enabled, country, version } = row;
    Ok(Location { id: super::location(&id)?, name, priority, enabled, country, version })
}

/// A page of the ledger of a SKU, newest first, before the entry `before`; `None` if there is no such SKU.
pub(crate) async fn list_movements(
    db: &DatabaseConnection,
    sku: &Sku,
    before: Option<i64>,
    paging: &Paging,
) -> Result<Option<Page<MovementView>>, DbError> {
    let key = (sku.as_str().to_owned(), MAIN.to_owned());
    if stock::Entity::find_by_id(key).one(db).await?.is_none() {
        return Ok(None);
    }
    let of_sku = movements::Entity::find().filter(movements::Column::Sku.eq(sku.as_str()));
    let mut query = of_sku.clone().order_by_desc(movements::Column::Seq).limit(paging.limit.and_one());
    if let Some(before) = before {
        query = query.filter(movements::Column::Seq.lt(before));
    }
    // Rows do not overlap, so the first of each is before those that come next.
    let mut entries = Vec::new();
    for row in query.all(db).await? {
        entries.extend(movement_views(row)?.into_iter().rev());
    }
    entries.retain(|entry| before.is_none_or(|before| entry.seq < before));
    entries.truncate(usize::try_from(paging.limit.and_one()).unwrap_or(usize::MAX));
    let mut page = Page::of(entries, paging.limit, |row: &MovementView| row.seq);
    if paging.count {
        let sum = Expr::cust("CAST(COALESCE(SUM(entries), 0) AS BIGINT)");
        let total = of_sku.select_only().column_as(sum, "total").into_tuple::<i64>().one(db).await?;
        page.total = Some(u64::try_from(total.unwrap_or(0)).unwrap_or(0));
    }
    Ok(Some(page))
}

/// The entries of a row, in the order of their numbers.
fn movement_views(row: movements::Model) -> Result<Vec<MovementView>, DbError> {
    let orders = row.orders.as_deref().map(parts).transpose()?;
    let only = MovementView {
        seq: row.seq,
        location: row.location,
        kind: row.kind,
        on_hand: row.on_hand_delta,
        held: row.held_delta,
        allocated: row.allocated_delta,
        order_id: row.order_id.map(OrderId),
        reason: row.reason,
        reference: row.reference,
        actor: row.actor,
        at: Time::from_ms(row.at_ms),
    };
    let Some(orders) = orders else { return Ok(vec![only]) };
    let entry = |(seq, Part { order, held, allocated }): (i64, Part)| MovementView {
        seq,
        held,
        allocated,
        order_id: Some(order),
        ..only.clone()
    };
    Ok((row.seq..).zip(orders).map(entry).collect())
}

pub(super) fn sku(text: &str) -> Result<Sku, DbError> {
    Sku::new(text).map_err(|error| DbError::Refused(format!("{text}: {error}").into()))
}
