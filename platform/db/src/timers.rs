//! Timers: one for each thing that waits, kept in the service's own database.
//!
//! A timer fires inside a transaction that must move or clear it, so that it fires once however many replicas look.

use crate::{Db, DbError, Tx, params};
use bodega_kernel::Time;
use std::time::Duration;
use uuid::Uuid;

/// When something is to happen to a thing. A thing has one timer; a new one replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// What waits.
    pub subject: Uuid,
    /// What for: `payment_deadline`.
    pub kind: &'static str,
    /// Until when.
    pub due: Time,
}

/// A timer whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueTimer {
    /// What waited.
    pub subject: Uuid,
    /// What for.
    pub kind: String,
    /// Since when it is due.
    pub due: Time,
}

/// The most timers that fire in one transaction.
const MAX_DUE: i64 = 200;
/// How often to look.
const POLL: Duration = Duration::from_millis(500);
/// How long to leave a timer alone whose handler failed.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

impl Tx {
    /// Sets timers, each in place of the one its subject had.
    pub async fn set_timers(&mut self, timers: &[Timer]) -> Result<(), DbError> {
        let sql = "INSERT INTO timers (subject, kind, due_ms) VALUES ($1, $2, $3) \
                   ON CONFLICT (subject) DO UPDATE SET kind = excluded.kind, due_ms = excluded.due_ms";
        let rows: Vec<_> = timers.iter().map(|timer| params![timer.subject, timer.kind, timer.due].to_vec()).collect();
        self.execute_each(sql, &rows).await.map(drop)
    }

    /// Clears the timers of these subjects; fine where there is none.
    pub async fn clear_timers(&mut self, subjects: &[Uuid]) -> Result<(), DbError> {
        let rows: Vec<_> = subjects.iter().map(|subject| params![*subject].to_vec()).collect();
        self.execute_each("DELETE FROM timers WHERE subject = $1", &rows).await.map(drop)
    }
}

impl Db {
    /// Fires what is due now: hands it to `handle` in one transaction and says how many there were. A timer that
    /// `handle` neither moves nor clears would fire again at once, so it is cleared first.
    pub async fn fire_due_timers<F>(&self, handle: F) -> Result<usize, DbError>
    where
        F: for<'a> AsyncFn(&'a mut Tx, &'a [DueTimer]) -> Result<(), DbError> + Clone + Send + Sync + 'static,
    {
        let batch = handle.clone();
        let fired = self.write(async move |tx| fire(tx, MAX_DUE, &batch).await).await;
        match fired {
            Err(error) if !error.is_transient() => self.fire_one(handle).await,
            fired => fired,
        }
    }

    /// Looks for due timers for ever.
    pub async fn run_timers<F>(&self, handle: F)
    where
        F: for<'a> AsyncFn(&'a mut Tx, &'a [DueTimer]) -> Result<(), DbError> + Clone + Send + Sync + 'static,
    {
        loop {
            match self.fire_due_timers(handle.clone()).await {
                Ok(fired) if fired as i64 == MAX_DUE => {}
                Ok(_) => tokio::time::sleep(POLL).await,
                Err(error) => {
                    tracing::warn!(%error, service = self.service(), "timers could not fire");
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }

    /// One alone, after a batch failed; a culprit is put off so that the others are not held up.
    async fn fire_one<F>(&self, handle: F) -> Result<usize, DbError>
    where
        F: for<'a> AsyncFn(&'a mut Tx, &'a [DueTimer]) -> Result<(), DbError> + Clone + Send + Sync + 'static,
    {
        let fired = self.write(async move |tx| fire(tx, 1, &handle).await).await;
        if let Err(error) = &fired {
            tracing::error!(%error, service = self.service(), "a timer's handler failed; it will be tried again");
            self.write(async move |tx| {
                let due = tx.now();
                tx.execute(
                    "UPDATE timers SET due_ms = $2 WHERE subject = (SELECT subject FROM timers WHERE due_ms <= $1 ORDER BY due_ms LIMIT 1)",
                    &params![due, due.plus(AFTER_FAILURE)],
                )
                .await
            })
            .await
            .map(|moved| moved as usize)
        } else {
            fired
        }
    }
}

async fn fire<F>(tx: &mut Tx, limit: i64, handle: &F) -> Result<usize, DbError>
where
    F: for<'a> AsyncFn(&'a mut Tx, &'a [DueTimer]) -> Result<(), DbError>,
{
    let sql = "SELECT subject, kind, due_ms FROM timers WHERE due_ms <= $1 ORDER BY due_ms LIMIT $2 {skip locked}";
    let rows = tx.query(sql, &params![tx.now(), limit]).await?;
    let due = rows
        .iter()
        .map(|row| Ok(DueTimer { subject: row.get(0)?, kind: row.get(1)?, due: row.get(2)? }))
        .collect::<Result<Vec<_>, DbError>>()?;
    if due.is_empty() {
        return Ok(0);
    }
    let subjects: Vec<Uuid> = due.iter().map(|timer| timer.subject).collect();
    tx.clear_timers(&subjects).await?;
    handle(tx, &due).await?;
    Ok(due.len())
}
