//! Statements about what other systems say, and about where they and the books disagree.

use super::{all, entities::mismatches, location, reads};
use crate::model::{Figure, Heard, LocationId, Mismatch, MismatchState, Standing, SyncTaken};
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::{Page, Sku, Time, uuid::Uuid};
use bodega_web::Paging;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, Statement,
};
use std::collections::BTreeMap;

/// SKUs that are compared in one step.
pub(crate) const COMPARED: i64 = 200;
/// The most mismatches that are forgotten in one transaction.
const FORGOTTEN: i64 = 500;

/// Notes a delivery; whether it is new.
pub(crate) async fn claim_delivery(tx: &mut Tx, source: &str, delivery: &str) -> Result<bool, DbError> {
    let row = params![format!("{source}/{delivery}"), tx.now()].to_vec();
    let new = tx.insert_new("source_deliveries", &["id", "at_ms"], &[row]).await?;
    Ok(new.first().copied().unwrap_or(false))
}

/// Forgets deliveries that came before `then`: their signatures hold no more.
pub(crate) async fn forget_deliveries(tx: &mut Tx, then: Time) -> Result<(), DbError> {
    tx.execute("DELETE FROM source_deliveries WHERE at_ms < $1", &params![then]).await.map(drop)
}

/// Makes a source known.
pub(crate) async fn make_source(tx: &mut Tx, source: &str) -> Result<(), DbError> {
    tx.insert_rows("source_states", &["source"], OnConflict::Skip, &[params![source].to_vec()]).await.map(drop)
}

/// What was heard last of these SKUs.
pub(crate) async fn heard(
    tx: &mut Tx,
    source: &str,
    skus: impl Iterator<Item = &Sku>,
) -> Result<BTreeMap<Sku, Heard>, DbError> {
    let sql = "SELECT sku, on_hand, sequence, kept FROM source_skus WHERE id = $1 ORDER BY id {lock}";
    let keys: Vec<Value<'_>> = skus.map(|sku| Value::from(key(source, sku))).collect();
    let rows = tx.query_keys(sql, &keys).await?;
    rows.iter().map(|row| one_heard(row).map(|heard| (heard.sku.clone(), heard))).collect()
}

fn key(source: &str, sku: &Sku) -> String {
    format!("{source}/{sku}")
}

fn one_heard(row: &Row) -> Result<Heard, DbError> {
    Ok(Heard { sku: row.get(0)?, on_hand: row.get(1)?, sequence: row.get(2)?, kept: row.get(3)? })
}

/// What was heard of the SKUs of a source after this one, in their order.
pub(crate) async fn heard_after(tx: &mut Tx, source: &str, after: &str) -> Result<Vec<Heard>, DbError> {
    let sql =
        "SELECT sku, on_hand, sequence, kept FROM source_skus WHERE source = $1 AND sku > $2 ORDER BY sku LIMIT $3";
    let rows = tx.query(sql, &params![source, after, COMPARED]).await?;
    rows.iter().map(one_heard).collect()
}

/// Notes what was heard.
pub(crate) async fn write_heard(tx: &mut Tx, source: &str, figures: &[&Figure]) -> Result<(), DbError> {
    let sql = "INSERT INTO source_skus (id, source, sku, sequence, on_hand, kept, at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, \
               on_hand = excluded.on_hand, kept = excluded.kept, at_ms = excluded.at_ms";
    let now = tx.now();
    let row = |figure: &&Figure| {
        let Figure { sku, on_hand, sequence } = figure;
        params![key(source, sku), source.to_owned(), sku.as_str().to_owned(), *sequence, *on_hand, false, now].to_vec()
    };
    let rows: Vec<Vec<Value<'_>>> = figures.iter().map(row).collect();
    tx.execute_each(sql, &rows).await.map(drop)
}

/// Notes that staff keep another figure than the last one heard.
pub(crate) async fn keep_ours(tx: &mut Tx, source: &str, sku: &Sku) -> Result<(), DbError> {
    tx.execute("UPDATE source_skus SET kept = TRUE WHERE id = $1", &params![key(source, sku)]).await.map(drop)
}

/// Notes what became of a report or an answer.
pub(crate) async fn write_taken(tx: &mut Tx, source: &str, taken: SyncTaken, polled: bool) -> Result<(), DbError> {
    let sql = if polled {
        "UPDATE source_states SET polled_ms = $2, received = $3, applied = $4, stale = $5, refused = $6, error = NULL, \
         error_ms = NULL WHERE source = $1"
    } else {
        "UPDATE source_states SET reported_ms = $2, received = $3, applied = $4, stale = $5, refused = $6 \
         WHERE source = $1"
    };
    let SyncTaken { received, applied, stale, refused, .. } = taken;
    tx.execute(sql, &params![source, tx.now(), received, applied, stale, refused]).await.map(drop)
}

/// Claims the question that is due to a source, until `next`; answers the tag of its last answer.
pub(crate) async fn claim_poll(tx: &mut Tx, source: &str, next: Time) -> Result<Option<Option<String>>, DbError> {
    let sql =
        "SELECT etag FROM source_states WHERE source = $1 AND COALESCE(poll_due_ms, 0) <= $2 ORDER BY source {lock}";
    let Some(row) = tx.query_one(sql, &params![source, tx.now()]).await? else { return Ok(None) };
    let etag = row.get(0)?;
    tx.execute("UPDATE source_states SET poll_due_ms = $2 WHERE source = $1", &params![source, next]).await?;
    Ok(Some(etag))
}

/// Notes the tag of an answer that was taken in whole.
pub(crate) async fn write_polled(tx: &mut Tx, source: &str, etag: Option<&str>) -> Result<(), DbError> {
    tx.execute("UPDATE source_states SET etag = $2 WHERE source = $1", &params![source, etag]).await.map(drop)
}

/// Notes an answer that says that nothing changed.
pub(crate) async fn touch_polled(tx: &mut Tx, source: &str) -> Result<(), DbError> {
    let sql = "UPDATE source_states SET polled_ms = $2, error = NULL, error_ms = NULL WHERE source = $1";
    tx.execute(sql, &params![source, tx.now()]).await.map(drop)
}

/// Notes that a question came to nothing.
pub(crate) async fn write_poll_error(tx: &mut Tx, source: &str, error: &str) -> Result<(), DbError> {
    let sql = "UPDATE source_states SET error = $2, error_ms = $3 WHERE source = $1";
    tx.execute(sql, &params![source, error, tx.now()]).await.map(drop)
}

/// When a source is to be compared, and after which SKU.
pub(crate) async fn comparison(tx: &mut Tx, source: &str) -> Result<Option<(Option<Time>, String)>, DbError> {
    let sql = "SELECT compare_due_ms, compare_after FROM source_states WHERE source = $1";
    let row = tx.query_one(sql, &params![source]).await?;
    row.map(|row| Ok((row.get::<Option<i64>>(0)?.map(Time::from_ms), row.get(1)?))).transpose()
}

/// Notes how far it is compared and when it goes on; `done` is when it is compared to the end.
pub(crate) async fn write_comparison(
    tx: &mut Tx,
    source: &str,
    after: &str,
    due: Time,
    done: Option<Time>,
) -> Result<(), DbError> {
    let sql = "UPDATE source_states SET compare_after = $2, compare_due_ms = $3, \
               compared_ms = COALESCE($4, compared_ms) WHERE source = $1";
    tx.execute(sql, &params![source, after, due, done.map(Time::ms)]).await.map(drop)
}

/// Opens a mismatch, or brings the one that is open up to date.
pub(crate) async fn open_mismatch(
    tx: &mut Tx,
    source: &str,
    location: &LocationId,
    sku: &Sku,
    (theirs, ours): (i64, i64),
) -> Result<(), DbError> {
    const COLUMNS: &[&str] = &["id", "source", "sku", "location", "theirs", "ours", "state", "found_ms"];
    let sql = "UPDATE mismatches SET theirs = $3, ours = $4 WHERE source = $1 AND sku = $2 AND state = 'open'";
    if tx.execute(sql, &params![source, sku, theirs, ours]).await? > 0 {
        return Ok(());
    }
    let (id, now) = (tx.world().uuid(), tx.now());
    let row = params![id, source, sku, location.as_str(), theirs, ours, "open", now].to_vec();
    tx.insert_rows("mismatches", COLUMNS, OnConflict::Fail, &[row]).await.map(drop)
}

/// Closes the mismatches of SKUs that are open, because they went away.
pub(crate) async fn close_gone(tx: &mut Tx, source: &str, skus: &[&Sku]) -> Result<(), DbError> {
    let sql = "UPDATE mismatches SET state = 'gone', closed_ms = $3 WHERE source = $1 AND sku = $2 AND state = 'open'";
    let now = tx.now();
    let rows: Vec<_> = skus.iter().map(|sku| params![source, *sku, now].to_vec()).collect();
    for row in &rows {
        tx.execute(sql, row).await?;
    }
    Ok(())
}

/// Forgets some of the mismatches that were closed before `then`; whether there may be more.
pub(crate) async fn forget_closed(tx: &mut Tx, then: Time) -> Result<bool, DbError> {
    let sql = "DELETE FROM mismatches WHERE id IN (SELECT id FROM mismatches WHERE closed_ms IS NOT NULL \
               AND closed_ms < $1 ORDER BY closed_ms LIMIT $2)";
    Ok(tx.execute(sql, &params![then, FORGOTTEN]).await? >= FORGOTTEN.unsigned_abs())
}

/// A mismatch, locked until the transaction ends.
pub(crate) async fn lock_mismatch(tx: &mut Tx, id: Uuid) -> Result<Option<Mismatch>, DbError> {
    let sql = "SELECT id, source, sku, location, theirs, ours, state, actor, found_ms, closed_ms FROM mismatches \
               WHERE id = $1 ORDER BY id {lock}";
    let row = tx.query_one(sql, &params![id]).await?;
    let read = |row: Row| {
        let closed: Option<i64> = row.get(9)?;
        Ok(Mismatch {
            id: row.get(0)?,
            source: row.get(1)?,
            sku: row.get(2)?,
            location: location(&row.get::<String>(3)?)?,
            theirs: row.get(4)?,
            ours: row.get(5)?,
            state: state(&row.get::<String>(6)?)?,
            actor: row.get(7)?,
            found_at: Time::from_ms(row.get(8)?),
            closed_at: closed.map(Time::from_ms),
        })
    };
    row.map(read).transpose()
}

/// Writes how one that was open ended.
pub(crate) async fn close_mismatch(tx: &mut Tx, mismatch: &Mismatch) -> Result<(), DbError> {
    let sql = "UPDATE mismatches SET state = $2, actor = $3, closed_ms = $4 WHERE id = $1 AND state = 'open'";
    let Mismatch { id, state, actor, closed_at, .. } = mismatch;
    let values = params![*id, state.as_str(), actor.as_deref(), closed_at.map(Time::ms)];
    let written = tx.execute(sql, &values).await?;
    all(written, 1, "mismatches")
}

/// A page of mismatches, newest first, before the one named `before`.
pub(crate) async fn list_mismatches(
    db: &DatabaseConnection,
    (source, state): (Option<String>, Option<MismatchState>),
    before: Option<Uuid>,
    paging: &Paging,
) -> Result<Page<Mismatch>, DbError> {
    let mut these = mismatches::Entity::find();
    if let Some(source) = source {
        these = these.filter(mismatches::Column::Source.eq(source));
    }
    if let Some(state) = state {
        these = these.filter(mismatches::Column::State.eq(state.as_str()));
    }
    let mut query = these.clone().order_by_desc(mismatches::Column::Id).limit(paging.limit.and_one());
    if let Some(before) = before {
        query = query.filter(mismatches::Column::Id.lt(before));
    }
    let rows = query.all(db).await?.into_iter().map(of_row).collect::<Result<Vec<_>, DbError>>()?;
    let mut page = Page::of(rows, paging.limit, |mismatch| mismatch.id);
    if paging.count {
        page.total = Some(these.count(db).await?);
    }
    Ok(page)
}

fn of_row(row: mismatches::Model) -> Result<Mismatch, DbError> {
    Ok(Mismatch {
        id: row.id,
        source: row.source,
        sku: reads::sku(&row.sku)?,
        location: location(&row.location)?,
        theirs: row.theirs,
        ours: row.ours,
        state: state(&row.state)?,
        actor: row.actor,
        found_at: Time::from_ms(row.found_ms),
        closed_at: row.closed_ms.map(Time::from_ms),
    })
}

fn state(word: &str) -> Result<MismatchState, DbError> {
    MismatchState::of(word).ok_or_else(|| DbError::Refused(format!("{word} is no state of a mismatch").into()))
}

/// How the exchange with each source stands, and how many of its mismatches are open; by its name, where there was any.
pub(crate) async fn standings(db: &DatabaseConnection) -> Result<BTreeMap<String, (Standing, u64)>, DbError> {
    let open = mismatches::Entity::find()
        .select_only()
        .column(mismatches::Column::Source)
        .column_as(mismatches::Column::Id.count(), "open")
        .filter(mismatches::Column::State.eq(MismatchState::Open.as_str()))
        .group_by(mismatches::Column::Source);
    let open: Vec<(String, i64)> = open.into_tuple().all(db).await?;
    let counted = open.into_iter().map(|(source, open)| (source, (Standing::default(), open.unsigned_abs())));
    let mut standings: BTreeMap<String, (Standing, u64)> = counted.collect();
    let sql = "SELECT source, reported_ms, polled_ms, error, error_ms, received, applied, stale, refused, compared_ms \
               FROM source_states";
    for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await? {
        standings.entry(row.try_get("", "source")?).or_default().0 = of_state(&row)?;
    }
    Ok(standings)
}

fn of_state(row: &QueryResult) -> Result<Standing, DbError> {
    let at = |name: &str| Ok::<_, DbError>(row.try_get::<Option<i64>>("", name)?.map(Time::from_ms));
    let count = |name: &str| Ok::<_, DbError>(row.try_get::<i64>("", name)?);
    let error = row.try_get::<Option<String>>("", "error")?.zip(at("error_ms")?);
    let taken = SyncTaken {
        received: count("received")?,
        applied: count("applied")?,
        stale: count("stale")?,
        refused: count("refused")?,
        duplicate: false,
    };
    let (reported_at, polled_at, compared_at) = (at("reported_ms")?, at("polled_ms")?, at("compared_ms")?);
    Ok(Standing { reported_at, polled_at, error, taken, compared_at })
}
