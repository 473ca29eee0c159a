//! Reads outside of transactions, for pages. All are bounded.

use super::entities::{accounts, entries};
use crate::{model::Figures, views::EntryView};
use bodega_contracts::OrderId;
use bodega_db::DbError;
use bodega_kernel::{Page, Time, UserId};
use bodega_web::Paging;
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};

/// The most expiries that are listed.
const EXPIRIES: i64 = 100;

/// The figures of a customer; all zero for somebody who never had points.
pub(crate) async fn account_of(db: &DatabaseConnection, user: UserId) -> Result<Figures, DbError> {
    let row = accounts::Entity::find_by_id(user.0).one(db).await?;
    Ok(row.map_or_else(Figures::default, |row| {
        let accounts::Model { spendable, held, pending, debt, .. } = row;
        Figures { spendable, held, pending, debt }
    }))
}

/// A page of the ledger of a customer, newest first, before the place `before`.
pub(crate) async fn list_entries(
    db: &DatabaseConnection,
    user: UserId,
    before: Option<i64>,
    paging: &Paging,
) -> Result<Page<EntryView>, DbError> {
    let of_user = entries::Entity::find().filter(entries::Column::UserId.eq(user.0));
    let mut query = of_user.clone().order_by_desc(entries::Column::Seq).limit(paging.limit.and_one());
    if let Some(before) = before {
        query = query.filter(entries::Column::Seq.lt(before));
    }
    let rows = query.all(db).await?;
    let mut page = Page::of(rows.into_iter().map(entry_view).collect(), paging.limit, |row: &EntryView| row.seq);
    if paging.count {
        page.total = Some(of_user.count(db).await?);
    }
    Ok(page)
}

/// What a customer earned from the day `first` on.
pub(crate) async fn earned_by(db: &DatabaseConnection, user: UserId, first: i64) -> Result<i64, DbError> {
    let sql =
        "SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT) AS points FROM earnings WHERE user_id = $1 AND day >= $2";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [user.0.into(), first.into()]);
    Ok(Sum::find_by_statement(statement).one(db).await?.map_or(0, |row| row.points))
}

/// The points that came with the lots of a customer: by expiry up to `until`, and of all that live longer.
pub(crate) async fn expiries_of(
    db: &DatabaseConnection,
    user: UserId,
    until: Time,
) -> Result<(Vec<(Time, i64)>, i64), DbError> {
    let sql = "SELECT expires_ms, CAST(SUM(points) AS BIGINT) AS points FROM lots WHERE user_id = $1 \
               AND expires_ms <= $2 GROUP BY expires_ms ORDER BY expires_ms LIMIT $3";
    let values = [user.0.into(), until.ms().into(), EXPIRIES.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let soon: Vec<(Time, i64)> = Expiry::find_by_statement(statement)
        .all(db)
        .await?
        .into_iter()
        .map(|row| (Time::from_ms(row.expires_ms), row.points))
        .collect();
    let until = if soon.len() as i64 == EXPIRIES { soon.last().map_or(until, |(at, _)| *at) } else { until };
    let sql =
        "SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT) AS points FROM lots WHERE user_id = $1 AND expires_ms > $2";
    let values = [user.0.into(), until.ms().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let later = Sum::find_by_statement(statement).one(db).await?.map_or(0, |row| row.points);
    Ok((soon, later))
}

#[derive(FromQueryResult)]
struct Sum {
    points: i64,
}

#[derive(FromQueryResult)]
struct Expiry {
    expires_ms: i64,
    points: i64,
}

fn entry_view(row: entries::Model) -> EntryView {
    let entries::Model { seq, kind, order_id, spendable, held, pending, debt, reason, actor, at_ms, .. } = row;
    EntryView {
        seq,
        kind,
        shift: Figures { spendable, held, pending, debt },
        order_id: order_id.map(OrderId),
        reason,
        actor,
        at: Time::from_ms(at_ms),
    }
}
