//! A subscriber: handles deliveries with their inbox rows in one transaction, whatever the transport does.

use crate::{Failure, Subscriptions};
use bodega_db::{Db, Envelope, Tx, crash_point, params};
use std::{sync::Arc, time::Duration};

/// How often a delivery is tried alone before it is dead-lettered.
const TRIES_ALONE: u32 = 5;
/// The first pause after a transient failure; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

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
    /// Waits out every transient failure. `cursor` is how far its source is handled with it.
    pub async fn deliver(&self, batch: Vec<Envelope>, cursor: Option<i64>) {
        let mut portions = vec![(Arc::<[Envelope]>::from(batch), cursor)];
        let mut tries_alone = 0;
        let mut pause = FIRST_PAUSE;
        while let Some((portion, cursor)) = portions.pop() {
            match self.try_once(&portion, cursor).await {
                Ok(()) => (tries_alone, pause) = (0, FIRST_PAUSE),
                Err(Failure::Transient(cause)) => {
                    tracing::warn!(service = self.service(), events = portion.len(), cause, "deliveries wait");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    portions.push((portion, cursor));
                }
                Err(Failure::Permanent(_)) if portion.len() > 1 => {
                    let (first, second) = portion.split_at(portion.len() / 2);
                    portions.push((second.into(), cursor));
                    portions.push((first.into(), None));
                }
                Err(Failure::Permanent(cause)) => {
                    tries_alone += 1;
                    let outcome = if tries_alone < TRIES_ALONE {
                        tokio::time::sleep(FIRST_PAUSE * tries_alone).await;
                        None
                    } else {
                        self.bury(&portion, cursor, &cause).await.ok()
                    };
                    match outcome {
                        Some(()) => tries_alone = 0,
                        None => portions.push((portion, cursor)),
                    }
                }
            }
        }
    }

    /// Handles a batch in one transaction, or leaves no trace of it.
    pub async fn try_once(&self, batch: &Arc<[Envelope]>, cursor: Option<i64>) -> Result<(), Failure> {
        let (subscriptions, batch) = (Arc::clone(&self.subscriptions), Arc::clone(batch));
        crash_point(self.service(), "deliver.before");
        self.db
            .write(async move |tx| {
                let fresh = fresh(tx, &batch, &subscriptions).await?;
                subscriptions.handle(tx, &fresh).await?;
                move_cursor(tx, &batch, cursor).await
            })
            .await?;
        crash_point(self.service(), "deliver.after");
        Ok(())
    }

    /// How far this subscriber has handled the events of `source`.
    pub async fn cursor(&self, source: &'static str) -> Result<i64, Failure> {
        self.db
            .write(async move |tx| {
                let row = tx.query_one("SELECT seq FROM cursors WHERE source = $1", &params![source]).await?;
                row.map_or(Ok(0), |row| Ok(row.get(0)?))
            })
            .await
    }

    /// Puts one event into the dead letters, with its inbox row, so that the rest goes on.
    async fn bury(&self, batch: &Arc<[Envelope]>, cursor: Option<i64>, cause: &str) -> Result<(), Failure> {
        tracing::error!(service = self.service(), cause, event = ?batch.first().map(|event| &event.kind), "dead-lettered");
        let (subscriptions, batch, cause) = (Arc::clone(&self.subscriptions), Arc::clone(batch), cause.to_owned());
        self.db
            .write(async move |tx| {
                for event in fresh(tx, &batch, &subscriptions).await? {
                    crate::dead_letters::insert(tx, &event, &cause).await?;
                }
                move_cursor(tx, &batch, cursor).await
            })
            .await
    }
}

/// The events of a batch that this service hears and has not handled; from now on it has.
pub(crate) async fn fresh(
    tx: &mut Tx,
    batch: &[Envelope],
    subscriptions: &Subscriptions,
) -> Result<Vec<Envelope>, Failure> {
    let heard: Vec<&Envelope> = batch.iter().filter(|event| subscriptions.hears(&event.kind)).collect();
    let now = tx.now();
    let rows: Vec<_> = heard.iter().map(|event| params![event.id, &*event.source, now].to_vec()).collect();
    let new = tx.insert_new("inbox", &["event_id", "source", "at_ms"], &rows).await?;
    Ok(heard.into_iter().zip(new).filter(|(_, new)| *new).map(|(event, _)| event.clone()).collect())
}

async fn move_cursor(tx: &mut Tx, batch: &[Envelope], cursor: Option<i64>) -> Result<(), Failure> {
    let (Some(seq), Some(event)) = (cursor, batch.first()) else { return Ok(()) };
    let sql = "INSERT INTO cursors (source, seq) VALUES ($1, $2) \
               ON CONFLICT (source) DO UPDATE SET seq = excluded.seq WHERE cursors.seq < excluded.seq";
    tx.execute(sql, &params![&*event.source, seq]).await?;
    Ok(())
}
