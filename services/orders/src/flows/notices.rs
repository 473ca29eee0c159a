//! Who waits for an order to move, within this process: woken after the commit. Other replicas are not heard here, so
//! whoever waits also looks again from time to time.

use bodega_contracts::OrderId;
use bodega_db::{Db, DbError};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{runtime::Handle, sync::watch};

/// The most orders that are watched; who comes after only looks from time to time.
const MAX_WATCHED: usize = 10_000;

type Watched = HashMap<OrderId, watch::Sender<()>>;

/// Wakes those who wait for an order. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Notices {
    db: Db,
    runtime: Handle,
    watched: Arc<Mutex<Watched>>,
}

/// Somebody who waits for one order.
pub(crate) struct Watch {
    id: OrderId,
    receiver: Option<watch::Receiver<()>>,
    watched: Arc<Mutex<Watched>>,
}

impl Notices {
    /// Nobody waits yet. Call it on the runtime of the process.
    pub(crate) fn new(db: Db) -> Self {
        Self { db, runtime: Handle::current(), watched: Arc::default() }
    }

    /// Waits for `id` from now on.
    pub(crate) fn watch(&self, id: OrderId) -> Watch {
        let mut watched = lock(&self.watched);
        let has_room = watched.len() < MAX_WATCHED || watched.contains_key(&id);
        let receiver = has_room.then(|| watched.entry(id).or_insert_with(|| watch::Sender::new(())).subscribe());
        Watch { id, receiver, watched: Arc::clone(&self.watched) }
    }

    /// These orders move in the transaction under way: wakes who waits for them once it is committed.
    pub(crate) fn moving(&self, ids: impl Iterator<Item = OrderId>) {
        let watched = lock(&self.watched);
        let awaited: Vec<watch::Sender<()>> = ids.filter_map(|id| watched.get(&id).cloned()).collect();
        drop(watched);
        if awaited.is_empty() {
            return;
        }
        let db = self.db.clone();
        self.runtime.spawn(async move {
            // The writer takes transactions one after the other: what is queued now ends after the one under way.
            let _ = db.write(async |_| Ok::<_, DbError>(())).await;
            for sender in awaited {
                sender.send_replace(());
            }
        });
    }
}

impl Watch {
    /// Returns when the order has moved, or after `patience`.
    pub(crate) async fn moved(&mut self, patience: Duration) {
        match &mut self.receiver {
            // Either it moved or it is time to look.
            Some(receiver) => drop(tokio::time::timeout(patience, receiver.changed()).await),
            None => tokio::time::sleep(patience).await,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watched = lock(&self.watched);
        self.receiver = None;
        if watched.get(&self.id).is_some_and(|sender| sender.receiver_count() == 0) {
            watched.remove(&self.id);
        }
    }
}

fn lock(watched: &Mutex<Watched>) -> MutexGuard<'_, Watched> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}
