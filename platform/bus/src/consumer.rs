//! A subscriber: handles deliveries and notes that in one transaction, so that whatever a transport repeats counts once.

use crate::{Failure, Subscriptions};
use bodega_db::{Db, DbError, Envelope, Row, Tx, Value, crash_point, params};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use uuid::Uuid;

/// How often a delivery is tried alone before it is dead-lettered.
const TRIES_ALONE: u32 = 5;
/// The first pause after a transient failure; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How it is noted that events are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noting {
    /// Each in the inbox: in whatever order they come, and however often.
    Each,
    /// By the number of the last one: all events of one source up to it, read in their order and by nobody else.
    UpTo {
        /// The last one, heard or not.
        seq: i64,
        /// Whether they are read from what is stored; then some may have come one by one before.
        stored: bool,
    },
}

/// A service as a subscriber. Cheap to clone.
#[derive(Clone)]
pub struct Consumer {
    pub(crate) db: Db,
    pub(crate) subscriptions: Arc<Subscriptions>,
}

impl Consumer {
    /// Of a service's database and what it hears.
    pub fn new(db: Db, subscriptions: Subscriptions) -> Self {
        Self { db, subscriptions: Arc::new(subscriptions) }
    }

    /// The service.
    pub fn service(&self) -> &'static str {
        self.db.service()
    }

    /// Its database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// What it hears.
    pub fn subscriptions(&self) -> &Subscriptions {
        &self.subscriptions
    }

    /// How far it is behind a source that it follows; `None` where it follows no such source.
    pub fn behind(&self, source: &str) -> Option<Duration> {
        self.subscriptions.feed(source).map(|feed| feed.behind(self.db.world().now()))
    }

    /// Handles a batch and returns when each event of it is either handled or dead-lettered: what may be acknowledged.
    /// Waits out every transient failure.
    pub async fn deliver(&self, batch: Vec<Envelope>, noting: Noting) {
        let mut portions = vec![(Arc::<[Envelope]>::from(batch), noting)];
        let mut tries_alone = 0;
        let mut pause = FIRST_PAUSE;
        while let Some((portion, noting)) = portions.pop() {
            match self.try_once(&portion, noting).await {
                Ok(()) => (tries_alone, pause) = (0, FIRST_PAUSE),
                Err(Failure::Transient(cause)) => {
                    tracing::warn!(service = self.service(), events = portion.len(), cause, "deliveries wait");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    portions.push((portion, noting));
                }
                Err(Failure::Permanent(_)) if portion.len() > 1 => {
                    let (first, second) = portion.split_at(portion.len() / 2);
                    portions.push((second.into(), noting));
                    portions.push((first.into(), noting.up_to(first)));
                }
                Err(Failure::Permanent(cause)) => {
                    tries_alone += 1;
                    let outcome = if tries_alone < TRIES_ALONE {
                        tokio::time::sleep(FIRST_PAUSE * tries_alone).await;
                        None
                    } else {
                        self.bury(&portion, noting, &cause).await.ok()
                    };
                    match outcome {
                        Some(()) => tries_alone = 0,
                        None => portions.push((portion, noting)),
                    }
                }
            }
        }
    }

    /// Handles a batch in one transaction, or leaves no trace of it.
    pub async fn try_once(&self, batch: &Arc<[Envelope]>, noting: Noting) -> Result<(), Failure> {
        let (subscriptions, batch) = (Arc::clone(&self.subscriptions), Arc::clone(batch));
        crash_point(self.service(), "deliver.before");
        self.db
            .write(async move |tx| {
                let fresh = fresh(tx, &batch, &subscriptions, noting).await?;
                subscriptions.handle(tx, &fresh).await
            })
            .await?;
        crash_point(self.service(), "deliver.after");
        Ok(())
    }

    /// How far this subscriber has handled the events of `source`; from now on there is a cursor to be locked.
    pub async fn cursor(&self, source: &'static str) -> Result<i64, Failure> {
        self.db
            .write(async move |tx| {
                move_cursor(tx, source, 0).await?;
                let row = tx.query_one("SELECT seq FROM cursors WHERE source = $1", &params![source]).await?;
                row.map_or(Ok(0), |row| Ok(row.get(0)?))
            })
            .await
    }

    /// Puts one event into the dead letters, noted as handled, so that the rest goes on.
    async fn bury(&self, batch: &Arc<[Envelope]>, noting: Noting, cause: &str) -> Result<(), Failure> {
        tracing::error!(service = self.service(), cause, event = ?batch.first().map(|event| &event.kind), "dead-lettered");
        let (subscriptions, batch, cause) = (Arc::clone(&self.subscriptions), Arc::clone(batch), cause.to_owned());
        self.db
            .write(async move |tx| {
                for event in fresh(tx, &batch, &subscriptions, noting).await? {
                    crate::dead_letters::insert(tx, event, &cause).await?;
                }
                Ok(())
            })
            .await
    }
}

impl Noting {
    /// For the first part of what is noted so.
    fn up_to(self, first: &[Envelope]) -> Self {
        match (self, first.last()) {
            (Self::UpTo { stored, .. }, Some(last)) => Self::UpTo { seq: last.seq, stored },
            (noting, _) => noting,
        }
    }
}

/// The events of a batch that this service hears and has not handled; from now on it has.
pub(crate) async fn fresh<'e>(
    tx: &mut Tx,
    batch: &'e [Envelope],
    subscriptions: &Subscriptions,
    noting: Noting,
) -> Result<Vec<&'e Envelope>, Failure> {
    let cursors = match noting {
        Noting::Each => cursors(tx).await?,
        Noting::UpTo { .. } => locked_cursors(tx).await?,
    };
    let is_behind = |event: &&Envelope| cursors.get(&*event.source).is_none_or(|cursor| *cursor < event.seq);
    let heard: Vec<&Envelope> =
        batch.iter().filter(|event| subscriptions.hears(&event.kind)).filter(is_behind).collect();
    match noting {
        Noting::Each => {
            let now = tx.now();
            let rows: Vec<_> = heard.iter().map(|event| params![event.id, &*event.source, now].to_vec()).collect();
            let new = tx.insert_new("inbox", &["event_id", "source", "at_ms"], &rows).await?;
            Ok(heard.into_iter().zip(new).filter(|(_, new)| *new).map(|(event, _)| event).collect())
        }
        Noting::UpTo { seq, stored } => {
            if let Some(event) = batch.first() {
                move_cursor(tx, &event.source, seq).await?;
            }
            let known = if stored { noted(tx, &heard).await? } else { BTreeSet::new() };
            Ok(heard.into_iter().filter(|event| !known.contains(&event.id)).collect())
        }
    }
}

/// Those of these events that are in the inbox.
pub(crate) async fn noted(tx: &mut Tx, events: &[&Envelope]) -> Result<BTreeSet<Uuid>, Failure> {
    let keys: Vec<Value<'_>> = events.iter().map(|event| Value::from(event.id)).collect();
    let rows = tx.query_keys("SELECT event_id FROM inbox WHERE event_id = $1", &keys).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?)
}

/// Up to which event of each source all are handled, for the sources that are read in their order.
pub(crate) async fn cursors(tx: &mut Tx) -> Result<BTreeMap<String, i64>, Failure> {
    by_source(&tx.query("SELECT source, seq FROM cursors ORDER BY source LIMIT 100", &[]).await?)
}

/// The same, kept as they are until this transaction ends: a process that is stopping may read beside the next one.
async fn locked_cursors(tx: &mut Tx) -> Result<BTreeMap<String, i64>, Failure> {
    by_source(&tx.query("SELECT source, seq FROM cursors ORDER BY source LIMIT 100 {lock}", &[]).await?)
}

fn by_source(rows: &[Row]) -> Result<BTreeMap<String, i64>, Failure> {
    Ok(rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, DbError>>()?)
}

async fn move_cursor(tx: &mut Tx, source: &str, seq: i64) -> Result<(), Failure> {
    let sql = "INSERT INTO cursors (source, seq) VALUES ($1, $2) \
               ON CONFLICT (source) DO UPDATE SET seq = excluded.seq WHERE cursors.seq < excluded.seq";
    tx.execute(sql, &params![source, seq]).await?;
    Ok(())
}
