//! What happened to orders: a row for each write that moved an order or that people may read of, in one tree. It holds the
//! move, the first line of the timeline, and as JSON the lines after it.

use super::{broken, entities::steps, word};
use crate::model::{
    change::{Change, Happening, Move},
    words::Word,
};
use bodega_contracts::{OrderId, orders::OrderStatus};
use bodega_db::{Db, DbError, OnConflict, Tx, Value, params};
use bodega_kernel::Time;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// The most lines of a timeline that are shown.
const TIMELINE: u64 = 500;

/// A line's number is the revision that its write made, times this, and its place among the lines of that write: it needs no
/// counter, because a revision is made once, and it grows. Lines that were written before are numbered below this.
const REVISION: i64 = 1 << 32;

const COLUMNS: &[&str] = &["order_id", "seq", "at_ms", "version", "moved", "status", "what", "detail", "more"];

/// A line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimelineRow {
    /// Grows within an order, and never changes.
    pub(crate) seq: i64,
    pub(crate) at_ms: i64,
    pub(crate) status: String,
    pub(crate) what: String,
    pub(crate) detail: Option<String>,
}

/// Writes what happened to orders; each was written once in this transaction already.
pub(super) async fn insert_steps(tx: &mut Tx, changes: &[Change]) -> Result<(), DbError> {
    let now = tx.now();
    let mut rows = Vec::with_capacity(changes.len());
    for change in changes {
        let (_, before) = change.expected;
        let mut seq = (before + 1) * REVISION;
        for happening in &change.happenings {
            rows.push(row(change.record.id, seq, now, happening)?);
            seq += happening.lines.len().max(1) as i64;
        }
    }
    tx.insert_rows("order_steps", COLUMNS, OnConflict::Fail, &rows).await.map(drop)
}

fn row(id: OrderId, seq: i64, now: Time, happening: &Happening) -> Result<Vec<Value<'_>>, DbError> {
    let moved = |step: &Move| [step.from.map_or("", Word::word), ">", step.to.word()].concat();
    let first = happening.lines.first();
    let more = match happening.lines.get(1..) {
        None | Some([]) => None,
        Some(more) => {
            let more: Vec<_> = more.iter().map(|line| (line.status.word(), line.what, &line.detail)).collect();
            Some(serde_json::to_string(&more).map_err(|error| broken(&error))?)
        }
    };
    Ok(Vec::from(params![
        id.0,
        seq,
        now,
        happening.moved.as_ref().map(|step| step.version),
        happening.moved.as_ref().map(moved),
        first.map(|line| line.status.word()),
        first.map(|line| line.what),
        first.and_then(|line| line.detail.as_deref()),
        more,
    ]))
}

/// The first lines of the timeline, oldest first.
pub(crate) async fn timeline(db: &Db, id: OrderId) -> Result<Vec<TimelineRow>, DbError> {
    timeline_after(db, id, 0, TIMELINE).await
}

/// Lines of the timeline after `seq`, oldest first.
pub(crate) async fn timeline_after(db: &Db, id: OrderId, seq: i64, limit: u64) -> Result<Vec<TimelineRow>, DbError> {
    use steps::Column;
    // The line may be in the middle of its row: then it is looked for from the first row of its write on.
    let from = if seq < REVISION { seq.max(0).saturating_add(1) } else { seq - seq % REVISION };
    let told = steps::Entity::find().filter(Column::OrderId.eq(id.0)).filter(Column::Seq.gte(from));
    let told = told.filter(Column::What.is_not_null()).order_by_asc(Column::Seq).limit(limit);
    let mut found = Vec::new();
    for row in told.all(db.reader()).await? {
        lines(row, &mut found)?;
    }
    found.retain(|line| line.seq > seq);
    found.truncate(limit as usize);
    Ok(found)
}

/// The lines of a row, in their order.
fn lines(row: steps::Model, found: &mut Vec<TimelineRow>) -> Result<(), DbError> {
    let steps::Model { seq, at_ms, status: Some(status), what: Some(what), detail, more, .. } = row else {
        return Ok(());
    };
    found.push(TimelineRow { seq, at_ms, status, what, detail });
    let Some(more) = more else { return Ok(()) };
    let more: Vec<(String, String, Option<String>)> = serde_json::from_str(&more).map_err(|error| broken(&error))?;
    for (seq, (status, what, detail)) in (seq + 1..).zip(more) {
        found.push(TimelineRow { seq, at_ms, status, what, detail });
    }
    Ok(())
}

/// The statuses that orders had, each with its version, by order.
pub(super) async fn histories(db: &Db, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<(i64, OrderStatus)>>, DbError> {
    use steps::Column;
    let moves = steps::Entity::find().select_only().columns([Column::OrderId, Column::Version, Column::Moved]);
    let moves = moves.filter(Column::OrderId.is_in(ids)).filter(Column::Version.is_not_null());
    let moves = moves.order_by_asc(Column::OrderId).order_by_asc(Column::Version);
    let mut histories: HashMap<Uuid, Vec<_>> = HashMap::new();
    for (id, version, moved) in moves.into_tuple::<(Uuid, i64, String)>().all(db.reader()).await? {
        let (_, status) = moved.split_once('>').ok_or_else(|| broken(&format!("{moved} is no move")))?;
        histories.entry(id).or_default().push((version, word(status)?));
    }
    Ok(histories)
}
