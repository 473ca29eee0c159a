//! What a provider's books say otherwise than ours: compared a day at a time, page by page, each difference kept once.

use super::{read_currency, read_word};
use crate::model::{ChargeKey, LEASE, MANUAL, RefundStatus, Status, words::words};
use bodega_contracts::OrderId;
use bodega_db::{Db, DbError, OnConflict, Tx, Value, params};
use bodega_kernel::{Currency, Money, Page, Time};
use bodega_web::Paging;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::Serialize;
use std::collections::HashSet;
use utoipa::ToSchema;
use uuid::Uuid;

const DAY_MS: i64 = 86_400_000;
/// The most differences that are forgotten in one transaction.
const FORGOTTEN: i64 = 500;

words! {
    /// How far the comparison of a day is.
    read Phase {
        /// Our attempts are looked up at the provider.
        Ours = "ours",
        /// The provider's charges are looked up here.
        Theirs = "theirs",
        /// All of the day was compared.
        Over = "over",
    }
}

words! {
    /// How the books differ.
    read Difference {
        /// In what was taken.
        Captured = "captured",
        /// In what was given back.
        Refunded = "refunded",
        /// The provider knows nothing of it.
        MissingThere = "missing_there",
        /// We know nothing of it.
        UnknownHere = "unknown_here",
        /// It has had no answer for too long.
        Stuck = "stuck",
    }
}

/// A page of a day that is to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reconciling {
    day: i64,
    /// Whose books are gone through.
    pub(crate) phase: Phase,
    /// What the page before ended with.
    pub(crate) after: String,
}

impl Reconciling {
    /// The first moment of the day, and the first after it.
    pub(crate) fn span(&self) -> (Time, Time) {
        (Time::from_ms(self.day * DAY_MS), Time::from_ms((self.day + 1) * DAY_MS))
    }
}

/// What we know of a charge that has come to rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ours {
    /// Which.
    pub(crate) key: ChargeKey,
    /// Who took the money.
    pub(crate) provider: String,
    /// Taken, minor units.
    pub(crate) captured: i64,
    /// Given back, minor units.
    pub(crate) refunded: i64,
    /// In which currency.
    pub(crate) currency: Currency,
}

/// A difference between the shop's books and a provider's.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0190b3d6-0000-7000-8000-000000000009",
    "order_id": "0190b3d6-0000-7000-8000-000000000002", "kind": "captured",
    "subject": "0190b3d6-0000-7000-8000-000000000002/1", "ours": {"amount": 2000, "currency": "GBP"},
    "theirs": {"amount": 0, "currency": "GBP"}, "first_seen": "2026-02-01T00:05:00Z"}))]
pub(crate) struct MismatchView {
    /// Its id.
    pub(crate) id: Uuid,
    /// Of which order.
    pub(crate) order_id: OrderId,
    /// How the books differ.
    pub(crate) kind: Difference,
    /// The charge, as order and attempt, or the refund.
    pub(crate) subject: String,
    /// What our books say.
    pub(crate) ours: Money,
    /// What the provider's say.
    pub(crate) theirs: Money,
    /// When it was found.
    pub(crate) first_seen: Time,
    /// When somebody dealt with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resolved: Option<Time>,
    /// What they said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// Sees to it that yesterday is compared.
pub(crate) async fn begin_day(tx: &mut Tx) -> Result<(), DbError> {
    let row = params![tx.now().ms() / DAY_MS - 1, Phase::Ours.word(), "", tx.now()].to_vec();
    let columns = &["day", "phase", "after", "due_ms"];
    tx.insert_rows("reconciliations", columns, OnConflict::Skip, &[row]).await.map(drop)
}

/// Claims the next page of a day that is due.
pub(crate) async fn next_page(tx: &mut Tx) -> Result<Option<Reconciling>, DbError> {
    let sql = "SELECT day, phase, after FROM reconciliations WHERE phase <> 'over' AND due_ms <= $1 \
               ORDER BY due_ms LIMIT 1 {skip locked}";
    let Some(row) = tx.query_one(sql, &params![tx.now()]).await? else { return Ok(None) };
    let page =
        Reconciling { day: row.get(0)?, phase: read_word(&row.get::<String>(1)?, Phase::of)?, after: row.get(2)? };
    let sql = "UPDATE reconciliations SET due_ms = $2 WHERE day = $1";
    tx.execute(sql, &params![page.day, tx.now().plus(LEASE)]).await?;
    Ok(Some(page))
}

/// A page ended with `last`, or was the last one of its phase. Counts only for whoever read the page.
pub(crate) async fn end_page(tx: &mut Tx, page: &Reconciling, last: Option<String>) -> Result<(), DbError> {
    let (phase, after) = match (last, page.phase) {
        (Some(last), phase) => (phase, last),
        (None, Phase::Ours) => (Phase::Theirs, String::new()),
        (None, Phase::Theirs | Phase::Over) => (Phase::Over, String::new()),
    };
    let sql =
        "UPDATE reconciliations SET phase = $2, after = $3, due_ms = $4 WHERE day = $1 AND phase = $5 AND after = $6";
    let values = params![page.day, phase.word(), after, tx.now(), page.phase.word(), &page.after];
    tx.execute(sql, &values).await.map(drop)
}

/// Our attempts of the page's day that are at rest, after the page before, at most `limit` of them; and the last one
/// that was looked at.
pub(crate) async fn ours(
    tx: &mut Tx,
    page: &Reconciling,
    limit: usize,
) -> Result<(Vec<Ours>, Option<ChargeKey>), DbError> {
    let (from, to) = page.span();
    let nothing = ChargeKey { order_id: OrderId(Uuid::nil()), attempt: 0 };
    let after: ChargeKey = page.after.parse().unwrap_or(nothing);
    let sql = "SELECT order_id, attempt FROM attempts WHERE created_ms >= $1 AND created_ms < $2 \
               AND (order_id > $3 OR (order_id = $3 AND attempt > $4)) ORDER BY order_id, attempt LIMIT $5";
    let values = params![from, to, after.order_id.0, after.attempt, limit as i64];
    let rows = tx.query(sql, &values).await?;
    let keys = rows.iter().map(|row| Ok(ChargeKey { order_id: OrderId(row.get(0)?), attempt: row.get(1)? }));
    let keys = keys.collect::<Result<Vec<_>, DbError>>()?;
    let last = keys.last().filter(|_| keys.len() == limit).copied();
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        found.extend(at_rest(tx, key).await?);
    }
    Ok((found, last))
}

/// What we know of a charge; `None` where it is moving, or nobody can be asked about it.
async fn at_rest(tx: &mut Tx, key: ChargeKey) -> Result<Option<Ours>, DbError> {
    let sql = "SELECT provider, status, task, captured, currency FROM attempts WHERE order_id = $1 AND attempt = $2";
    let Some(row) = tx.query_one(sql, &params![key.order_id.0, key.attempt]).await? else { return Ok(None) };
    let (provider, status) = (row.get::<String>(0)?, read_word(&row.get::<String>(1)?, Status::of)?);
    let moving = status.is_open() || row.get::<Option<String>>(2)?.is_some();
    if moving || provider.is_empty() || provider == MANUAL {
        return Ok(None);
    }
    let (captured, currency) = (row.get(3)?, read_currency(&row.get::<String>(4)?)?);
    let sql =
        "SELECT status, amount - credited FROM refunds WHERE order_id = $1 AND attempt = $2 AND status <> 'failed'";
    let mut refunded = 0;
    for row in tx.query(sql, &params![key.order_id.0, key.attempt]).await? {
        if row.get::<String>(0)? != RefundStatus::Done.word() {
            return Ok(None);
        }
        refunded += row.get::<i64>(1)?;
    }
    Ok(Some(Ours { key, provider, captured, refunded, currency }))
}

/// Which of these charges no attempt of ours is of.
pub(crate) async fn strangers(tx: &mut Tx, keys: &[ChargeKey]) -> Result<HashSet<ChargeKey>, DbError> {
    let mut orders: Vec<Uuid> = keys.iter().map(|key| key.order_id.0).collect();
    orders.sort_unstable();
    orders.dedup();
    let orders: Vec<Value<'_>> = orders.into_iter().map(Value::from).collect();
    let mut unknown: HashSet<ChargeKey> = keys.iter().copied().collect();
    let sql = "SELECT order_id, attempt FROM attempts WHERE order_id = $1 ORDER BY order_id, attempt";
    for row in tx.query_keys(sql, &orders).await? {
        unknown.remove(&ChargeKey { order_id: OrderId(row.get(0)?), attempt: row.get(1)? });
    }
    Ok(unknown)
}

/// Keeps a difference if it is new and if we still say the same as when the provider was asked; whether it is.
pub(crate) async fn note_difference(tx: &mut Tx, kind: Difference, said: &Ours, theirs: i64) -> Result<bool, DbError> {
    let now = if kind == Difference::UnknownHere { Some(said.clone()) } else { at_rest(tx, said.key).await? };
    if now.as_ref() != Some(said) {
        return Ok(false);
    }
    let ours = if kind == Difference::Refunded { said.refunded } else { said.captured };
    let (order, subject) = (said.key.order_id, said.key.to_string());
    let noted = insert_mismatch(tx, kind, order, &subject, (ours, theirs), said.currency.code()).await?;
    Ok(noted > 0)
}

/// Keeps a difference between our figure and theirs if it is new; how many are.
pub(super) async fn insert_mismatch(
    tx: &mut Tx,
    kind: Difference,
    order: OrderId,
    subject: &str,
    (ours, theirs): (i64, i64),
    currency: &str,
) -> Result<u64, DbError> {
    let row = params![tx.world().uuid(), order.0, kind.word(), subject, ours, theirs, currency, tx.now()];
    let columns = &["id", "order_id", "kind", "subject", "ours", "theirs", "currency", "first_seen_ms"];
    tx.insert_rows("mismatches", columns, OnConflict::Skip, &[row.to_vec()]).await
}

/// Somebody dealt with a difference: `None` where there is no such one, `false` where that was said before.
pub(crate) async fn resolve(tx: &mut Tx, id: Uuid, note: &str, actor: &str) -> Result<Option<bool>, DbError> {
    let sql = "UPDATE mismatches SET resolved_ms = $2, note = $3, actor = $4 WHERE id = $1 AND resolved_ms IS NULL";
    if tx.execute(sql, &params![id, tx.now(), note, actor]).await? > 0 {
        return Ok(Some(true));
    }
    Ok(tx.query_one("SELECT id FROM mismatches WHERE id = $1", &params![id]).await?.map(|_| false))
}

/// Forgets some of what was dealt with before `then`, and the days that were compared before it; whether there may be more.
pub(crate) async fn forget_settled(tx: &mut Tx, then: Time) -> Result<bool, DbError> {
    let sql = "DELETE FROM mismatches WHERE id IN (SELECT id FROM mismatches WHERE resolved_ms IS NOT NULL \
               AND resolved_ms < $1 ORDER BY resolved_ms LIMIT $2)";
    let forgotten = tx.execute(sql, &params![then, FORGOTTEN]).await?;
    let sql = "DELETE FROM reconciliations WHERE phase = 'over' AND day < $1";
    tx.execute(sql, &params![then.ms() / DAY_MS]).await?;
    Ok(forgotten >= FORGOTTEN.unsigned_abs())
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    order_id: Uuid,
    kind: String,
    subject: String,
    ours: i64,
    theirs: i64,
    currency: String,
    first_seen_ms: i64,
    resolved_ms: Option<i64>,
    note: Option<String>,
}

/// A page of differences, newest first, before `before`.
pub(crate) async fn list_mismatches(
    db: &Db,
    before: Option<Uuid>,
    paging: &Paging,
) -> Result<Page<MismatchView>, DbError> {
    let reader = db.reader();
    let sql = "SELECT id, order_id, kind, subject, ours, theirs, currency, first_seen_ms, resolved_ms, note \
               FROM mismatches WHERE id < $1 ORDER BY id DESC LIMIT $2";
    let values = [before.unwrap_or(Uuid::max()).into(), paging.limit.and_one().into()];
    let statement = Statement::from_sql_and_values(reader.get_database_backend(), sql, values);
    let rows = Row::find_by_statement(statement).all(reader).await?;
    let views = rows.into_iter().map(mismatch_view).collect::<Result<Vec<_>, _>>()?;
    let mut page = Page::of(views, paging.limit, |found: &MismatchView| found.id);
    if paging.count {
        let statement = Statement::from_string(reader.get_database_backend(), "SELECT COUNT(*) AS n FROM mismatches");
        let row = reader.query_one_raw(statement).await?;
        page.total = row.map(|row| row.try_get::<i64>("", "n")).transpose()?.and_then(|n| u64::try_from(n).ok());
    }
    Ok(page)
}

fn mismatch_view(row: Row) -> Result<MismatchView, DbError> {
    let currency = read_currency(&row.currency)?;
    Ok(MismatchView {
        id: row.id,
        order_id: OrderId(row.order_id),
        kind: read_word(&row.kind, Difference::of)?,
        subject: row.subject,
        ours: Money::new(row.ours, currency),
        theirs: Money::new(row.theirs, currency),
        first_seen: Time::from_ms(row.first_seen_ms),
        resolved: row.resolved_ms.map(Time::from_ms),
        note: row.note,
    })
}
