//! What is kept of returns: written and read under the lock of their order, and read for lists without it.

use super::{broken, entities::returns, word};
use crate::model::{
    returns::{MOST_RETURNS, Matter, Return},
    shares::Share,
    words::Word,
};
use bodega_contracts::{OrderId, ReturnId, orders::ReturnState};
use bodega_db::{Db, DbError, OnConflict, Row, Tx, params};
use bodega_kernel::{PageLimit, Time};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

/// All returns of an order, oldest first.
pub(crate) async fn returns_of(tx: &mut Tx, id: OrderId) -> Result<Vec<Return>, DbError> {
    let sql = "SELECT id, order_id, number, state, refund, body, created_ms, changed_ms FROM order_returns \
               WHERE order_id = $1 ORDER BY id LIMIT 1000";
    let read = |row: &Row| {
        Ok(Return {
            id: ReturnId(row.get(0)?),
            order_id: OrderId(row.get(1)?),
            number: row.get(2)?,
            state: word(&row.get::<String>(3)?)?,
            refund: row.get(4)?,
            matter: serde_json::from_str(&row.get::<String>(5)?).map_err(|error| broken(&error))?,
            created: row.get(6)?,
            changed: row.get(7)?,
        })
    };
    tx.query(sql, &params![id.0]).await?.iter().map(read).collect()
}

/// Returns of an order whose money no credit note is for yet: what was given back, and of what; in the order in which they
/// were received.
pub(crate) async fn uncredited(tx: &mut Tx, id: OrderId) -> Result<Vec<(ReturnId, i64, Vec<Share>)>, DbError> {
    let sql = "SELECT id, refund, body FROM order_returns WHERE order_id = $1 AND state = $2 AND refund > 0 \
               AND credit_note IS NULL ORDER BY changed_ms, id LIMIT 1000";
    let read = |row: &Row| {
        let matter: Matter = serde_json::from_str(&row.get::<String>(2)?).map_err(|error| broken(&error))?;
        Ok((ReturnId(row.get(0)?), row.get(1)?, matter.shares))
    };
    tx.query(sql, &params![id.0, ReturnState::Received.word()]).await?.iter().map(read).collect()
}

/// Notes which credit note is for the money of these returns.
pub(crate) async fn credit(tx: &mut Tx, returns: &[ReturnId], number: &str) -> Result<(), DbError> {
    let rows: Vec<_> = returns.iter().map(|id| params![id.0, number].to_vec()).collect();
    tx.execute_each("UPDATE order_returns SET credit_note = $2 WHERE id = $1", &rows).await.map(drop)
}

/// Whose return it is.
pub(crate) async fn order_of_return(tx: &mut Tx, id: ReturnId) -> Result<Option<OrderId>, DbError> {
    let row = tx.query_one("SELECT order_id FROM order_returns WHERE id = $1", &params![id.0]).await?;
    row.map(|row| Ok(OrderId(row.get(0)?))).transpose()
}

/// Writes a new return.
pub(crate) async fn insert_return(tx: &mut Tx, new: &Return) -> Result<(), DbError> {
    let body = serde_json::to_string(&new.matter).map_err(|error| broken(&error))?;
    let row =
        params![new.id.0, new.order_id.0, &new.number, new.state.word(), new.refund, body, new.created, new.changed,];
    let columns = &["id", "order_id", "number", "state", "refund", "body", "created_ms", "changed_ms"];
    tx.insert_rows("order_returns", columns, OnConflict::Fail, &[row.to_vec()]).await.map(drop)
}

/// Writes a return as it is now.
pub(crate) async fn update_return(tx: &mut Tx, now: &Return) -> Result<(), DbError> {
    let body = serde_json::to_string(&now.matter).map_err(|error| broken(&error))?;
    let sql = "UPDATE order_returns SET state = $2, refund = $3, body = $4, changed_ms = $5 WHERE id = $1";
    tx.execute(sql, &params![now.id.0, now.state.word(), now.refund, body, now.changed]).await.map(drop)
}

/// The returns of an order, oldest first.
pub(crate) async fn returns(db: &Db, id: OrderId) -> Result<Vec<Return>, DbError> {
    let of_order = returns::Entity::find().filter(returns::Column::OrderId.eq(id.0));
    let rows = of_order.order_by_asc(returns::Column::Id).limit(MOST_RETURNS as u64).all(db.reader()).await?;
    rows.into_iter().map(read).collect()
}

/// A return, if there is one of this id.
pub(crate) async fn a_return(db: &Db, id: ReturnId) -> Result<Option<Return>, DbError> {
    returns::Entity::find_by_id(id.0).one(db.reader()).await?.map(read).transpose()
}

fn in_state(state: Option<ReturnState>) -> Select<returns::Entity> {
    let state = state.map(|state| returns::Column::State.eq(state.word()));
    returns::Entity::find().filter(Condition::all().add_option(state))
}

/// Returns before the one of id `before`, newest first, one more than `limit`.
pub(crate) async fn returns_page(
    db: &Db,
    state: Option<ReturnState>,
    before: Option<ReturnId>,
    limit: PageLimit,
) -> Result<Vec<Return>, DbError> {
    let before = before.map(|id| returns::Column::Id.lt(id.0));
    let page = in_state(state).filter(Condition::all().add_option(before));
    let rows = page.order_by_desc(returns::Column::Id).limit(limit.and_one()).all(db.reader()).await?;
    rows.into_iter().map(read).collect()
}

/// How many returns a list holds.
pub(crate) async fn count_returns(db: &Db, state: Option<ReturnState>) -> Result<u64, DbError> {
    Ok(in_state(state).count(db.reader()).await?)
}

/// Received returns after `after`, in the order of their ids.
pub(crate) async fn return_facts_page(db: &Db, after: Option<ReturnId>, rows: u64) -> Result<Vec<Return>, DbError> {
    let after = after.map(|id| returns::Column::Id.gt(id.0));
    let page = in_state(Some(ReturnState::Received)).filter(Condition::all().add_option(after));
    let rows = page.order_by_asc(returns::Column::Id).limit(rows).all(db.reader()).await?;
    rows.into_iter().map(read).collect()
}

fn read(row: returns::Model) -> Result<Return, DbError> {
    Ok(Return {
        id: ReturnId(row.id),
        order_id: OrderId(row.order_id),
        number: row.number,
        state: word(&row.state)?,
        refund: row.refund,
        matter: serde_json::from_str(&row.body).map_err(|error| broken(&error))?,
        created: Time::from_ms(row.created_ms),
        changed: Time::from_ms(row.changed_ms),
    })
}
