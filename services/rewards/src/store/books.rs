//! The books, for `verify`: accounts and orders beside what the ledger adds up to. Each page is one statement, so that
//! all its figures are of one moment.

use crate::model::Hold;
use bodega_contracts::{
    OrderId,
    rewards::{OrderPointsFact, PointsFact},
};
use bodega_db::DbError;
use bodega_kernel::{UserId, uuid::Uuid};
use sea_orm::{DatabaseConnection, FromQueryResult, Statement};

/// Rows of one page.
const FACTS: i64 = 500;

/// Accounts in the order of their customers' ids, after `after`.
pub(crate) async fn account_facts(db: &DatabaseConnection, after: Option<UserId>) -> Result<Vec<PointsFact>, DbError> {
    let sql = "SELECT a.user_id AS user_id, a.spendable AS spendable, a.held AS held, a.pending AS pending, \
               a.debt AS debt, \
               CAST(COALESCE(SUM(e.spendable), 0) AS BIGINT) AS ledger_spendable, \
               CAST(COALESCE(SUM(e.held), 0) AS BIGINT) AS ledger_held, \
               CAST(COALESCE(SUM(e.pending), 0) AS BIGINT) AS ledger_pending, \
               CAST(COALESCE(SUM(e.debt), 0) AS BIGINT) AS ledger_debt, \
               (SELECT CAST(COALESCE(SUM(o.wanted), 0) AS BIGINT) FROM orders o \
                 WHERE o.user_id = a.user_id AND o.state = 'held') AS live_holds, \
               (SELECT CAST(COALESCE(SUM(o.gained - o.reversed), 0) AS BIGINT) FROM orders o \
                 WHERE o.user_id = a.user_id AND o.earned_ms IS NULL) AS live_pending, \
               (SELECT CAST(COALESCE(SUM(l.points), 0) AS BIGINT) FROM lots l WHERE l.user_id = a.user_id) AS lots \
               FROM (SELECT * FROM accounts WHERE user_id > $1 ORDER BY user_id LIMIT $2) a \
               LEFT JOIN entries e ON e.user_id = a.user_id \
               GROUP BY a.user_id, a.spendable, a.held, a.pending, a.debt ORDER BY a.user_id";
    let after = after.map_or(Uuid::nil(), |user| user.0);
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [after.into(), FACTS.into()]);
    let rows = AccountRow::find_by_statement(statement).all(db).await?;
    Ok(rows.iter().map(account_fact).collect())
}

/// Orders by id, after `after`.
pub(crate) async fn order_facts(
    db: &DatabaseConnection,
    after: Option<OrderId>,
) -> Result<Vec<OrderPointsFact>, DbError> {
    let sql = "SELECT o.order_id AS order_id, o.user_id AS user_id, o.state AS state, o.wanted AS wanted, \
               o.gained AS gained, o.reversed AS reversed, \
               CASE WHEN o.earned_ms IS NULL THEN 0 ELSE 1 END AS has_earned, \
               CAST(COALESCE(SUM(e.held), 0) AS BIGINT) AS ledger_held, \
               CAST(COALESCE(SUM(e.spendable + e.held + e.pending - e.debt), 0) AS BIGINT) AS ledger_net, \
               CAST(COALESCE(SUM(CASE WHEN e.kind = 'earn' THEN 1 ELSE 0 END), 0) AS BIGINT) AS earnings \
               FROM (SELECT * FROM orders WHERE order_id > $1 ORDER BY order_id LIMIT $2) o \
               LEFT JOIN entries e ON e.order_id = o.order_id \
               GROUP BY o.order_id, o.user_id, o.state, o.wanted, o.gained, o.reversed, o.earned_ms \
               ORDER BY o.order_id";
    let after = after.map_or(Uuid::nil(), |order| order.0);
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [after.into(), FACTS.into()]);
    let rows = OrderRow::find_by_statement(statement).all(db).await?;
    rows.into_iter().map(order_fact).collect()
}

#[derive(FromQueryResult)]
struct AccountRow {
    user_id: Uuid,
    spendable: i64,
    held: i64,
    pending: i64,
    debt: i64,
    ledger_spendable: i64,
    ledger_held: i64,
    ledger_pending: i64,
    ledger_debt: i64,
    live_holds: i64,
    live_pending: i64,
    lots: i64,
}

fn account_fact(row: &AccountRow) -> PointsFact {
    PointsFact {
        user_id: UserId(row.user_id),
        spendable: row.spendable,
        held: row.held,
        pending: row.pending,
        debt: row.debt,
        ledger_spendable: row.ledger_spendable,
        ledger_held: row.ledger_held,
        ledger_pending: row.ledger_pending,
        ledger_debt: row.ledger_debt,
        live_holds: row.live_holds,
        live_pending: row.live_pending,
        lots: row.lots,
    }
}

#[derive(FromQueryResult)]
struct OrderRow {
    order_id: Uuid,
    user_id: Option<Uuid>,
    state: String,
    wanted: i64,
    gained: i64,
    reversed: i64,
    has_earned: i32,
    ledger_held: i64,
    ledger_net: i64,
    earnings: i64,
}

fn order_fact(row: OrderRow) -> Result<OrderPointsFact, DbError> {
    let state = row.state;
    let hold =
        Hold::from_word(&state).ok_or_else(|| DbError::Refused(format!("{state} is no state of points").into()))?;
    let (net, has_earned) = (row.gained - row.reversed, row.has_earned == 1);
    Ok(OrderPointsFact {
        order_id: OrderId(row.order_id),
        user_id: row.user_id.map(UserId),
        cancelled: hold == Hold::Released,
        held: if hold == Hold::Held { row.wanted } else { 0 },
        spent: if hold == Hold::Spent { row.wanted } else { 0 },
        pending: if has_earned { 0 } else { net },
        earned: if has_earned { net } else { 0 },
        reversed: row.reversed,
        ledger_held: row.ledger_held,
        ledger_net: row.ledger_net,
        earnings: row.earnings,
    })
}
