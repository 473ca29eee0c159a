//! Events: stored in the transaction of what they tell, in the order of its commits.

use crate::{DbError, OnConflict, Row, Tx, params};
use bodega_kernel::{Event, Time};
use std::sync::Arc;
use uuid::Uuid;

/// W3C trace context and request id, carried from a click through every event it causes.
pub type Trace = Arc<str>;

/// An event as it is stored and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The service it happened in.
    pub source: Arc<str>,
    /// Its place among that service's events: without gaps on `SQLite`.
    pub seq: i64,
    /// Unique for ever; what inboxes remember.
    pub id: Uuid,
    /// `order.placed.v1`.
    pub kind: Arc<str>,
    /// What it happened to.
    pub subject: Arc<str>,
    /// When.
    pub at: Time,
    /// What caused it.
    pub trace: Option<Trace>,
    /// The event itself, JSON.
    pub data: Arc<str>,
}

/// The most bytes an event may have: brokers refuse messages of 256 KB.
pub(crate) const MAX_EVENT_BYTES: usize = 200_000;

const COLUMNS: &[&str] = &["id", "kind", "subject", "at_ms", "trace", "data"];

impl Tx {
    /// Tells the world, once this transaction is committed.
    pub fn emit<E: Event>(&mut self, event: &E) -> Result<(), DbError> {
        let data = serde_json::to_string(event).map_err(|error| DbError::refused(&error))?;
        if data.len() > MAX_EVENT_BYTES {
            return Err(DbError::refused(&format!("{} of {} bytes is too large an event", E::TYPE, data.len())));
        }
        let envelope = Envelope {
            source: self.service.clone(),
            seq: 0,
            id: self.world.uuid(),
            kind: E::TYPE.into(),
            subject: event.subject().into(),
            at: self.now,
            trace: self.trace.clone(),
            data: data.into(),
        };
        self.emitted.push(envelope);
        Ok(())
    }

    /// Events emitted from here on were caused by what carries this trace.
    pub fn follow(&mut self, trace: Option<Trace>) {
        self.trace = trace;
    }

    /// Stores what was emitted and gives each event its place.
    pub(crate) async fn store_events(&mut self) -> Result<Vec<Envelope>, DbError> {
        let mut events = std::mem::take(&mut self.emitted);
        if events.is_empty() {
            return Ok(events);
        }
        let rows: Vec<_> = events
            .iter()
            .map(|event| {
                params![event.id, &*event.kind, &*event.subject, event.at, event.trace.as_deref(), &*event.data]
                    .to_vec()
            })
            .collect();
        let first = self.insert_sequence("events", COLUMNS, "seq", &rows).await?;
        for (event, seq) in events.iter_mut().zip(first) {
            event.seq = seq;
        }
        if self.broker {
            let rows: Vec<_> = events.iter().map(|event| params![event.seq].to_vec()).collect();
            self.insert_rows("unsent", &["seq"], OnConflict::Fail, &rows).await?;
        }
        Ok(events)
    }
}

/// Up to `limit` stored events after `seq`, oldest first.
pub async fn events_after(tx: &mut Tx, seq: i64, limit: i64) -> Result<Vec<Envelope>, DbError> {
    let sql = "SELECT seq, id, kind, subject, at_ms, trace, data FROM events WHERE seq > $1 ORDER BY seq LIMIT $2";
    let source = tx.service.clone();
    tx.query(sql, &params![seq, limit]).await?.iter().map(|row| envelope(&source, row)).collect()
}

/// Up to `limit` events that no broker has confirmed, locked until this transaction ends, oldest first.
pub async fn unsent_events(tx: &mut Tx, limit: i64) -> Result<Vec<Envelope>, DbError> {
    let sql = "SELECT e.seq, e.id, e.kind, e.subject, e.at_ms, e.trace, e.data FROM unsent u JOIN events e ON e.seq = u.seq \
               ORDER BY u.seq LIMIT $1 {skip locked}";
    let source = tx.service.clone();
    tx.query(sql, &params![limit]).await?.iter().map(|row| envelope(&source, row)).collect()
}

fn envelope(source: &Arc<str>, row: &Row) -> Result<Envelope, DbError> {
    let text = |index| row.get::<String>(index).map(Arc::from);
    Ok(Envelope {
        source: source.clone(),
        seq: row.get(0)?,
        id: row.get(1)?,
        kind: text(2)?,
        subject: text(3)?,
        at: row.get(4)?,
        trace: row.get::<Option<String>>(5)?.map(Arc::from),
        data: text(6)?,
    })
}
