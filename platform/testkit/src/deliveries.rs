//! What the service under test hears, and what it tells.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::Stage;
use bodega_bus::{Failure, Noting};
use bodega_db::{DbError, Envelope, Tx, Value, events_after};
use bodega_kernel::Event;
use futures_util::future::join_all;
use std::sync::Arc;

/// How many events are read at once.
const PAGE: i64 = 10_000;

impl Stage {
    /// An event as the bus would bring it from the service `source`, with an id of its own.
    pub fn envelope<E: Event>(&self, source: &str, event: &E) -> Envelope {
        Envelope {
            source: source.into(),
            seq: 1,
            id: self.world.uuid(),
            kind: E::TYPE.into(),
            subject: event.subject().into(),
            at: self.world.now(),
            trace: None,
            data: serde_json::to_string(event).unwrap().into(),
        }
    }

    /// Delivers a batch and waits until each event of it is handled or dead-lettered.
    pub async fn deliver(&self, batch: Vec<Envelope>) {
        self.consumer(0).deliver(batch, Noting::Each).await;
    }

    /// Delivers a batch to one replica until it passes as a whole; says how often it had to wait. Only a transient failure
    /// may keep it waiting.
    pub async fn insist(&self, replica: usize, batch: Vec<Envelope>) -> usize {
        let batch: Arc<[Envelope]> = batch.into();
        let mut waits = 0;
        while let Err(failure) = self.consumer(replica).try_once(&batch, Noting::Each).await {
            assert!(matches!(failure, Failure::Transient(_)), "{failure}");
            waits += 1;
        }
        waits
    }

    /// Delivers a batch in as many parts as there are replicas, to all of them at once until each has passed; `first` is the
    /// replica that gets the first part.
    pub async fn spread(&self, first: usize, batch: &[Envelope]) {
        let size = batch.len().div_ceil(self.replicas()).max(1);
        let parts = batch.chunks(size).enumerate();
        join_all(parts.map(|(number, part)| self.insist(first + number, part.to_vec()))).await;
    }

    /// Everything that the service has told, oldest first.
    pub async fn events(&self) -> Vec<Envelope> {
        let mut all: Vec<Envelope> = Vec::new();
        loop {
            let seq = all.last().map_or(0, |event| event.seq);
            let read = self.db().write(async move |tx: &mut Tx| events_after(tx, seq, PAGE).await);
            let page: Result<Vec<Envelope>, DbError> = read.await;
            let page = page.unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }

    /// Everything of this type that the service has told, oldest first.
    pub async fn told<E: Event>(&self) -> Vec<E> {
        let of_type = self.events().await.into_iter().filter(|event| &*event.kind == E::TYPE);
        of_type.map(|event| serde_json::from_str(&event.data).unwrap()).collect()
    }

    /// The number that a statement finds; 0 where it finds no row.
    pub async fn count(&self, sql: &'static str, params: &[Value<'static>]) -> i64 {
        let params = params.to_vec();
        let count = self.db().write(async move |tx: &mut Tx| {
            let row = tx.query_one(sql, &params).await?;
            row.map_or(Ok::<_, DbError>(0), |row| row.get(0))
        });
        count.await.unwrap()
    }
}
