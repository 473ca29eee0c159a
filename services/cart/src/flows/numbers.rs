//! Order numbers: a process takes blocks of them, so that replicas share no counter row. Gaps are fine.

use crate::{model::BLOCK, store};
use bodega_db::{Db, DbError};
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::Mutex;

/// The numbers this process may give. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    free: Arc<Mutex<BTreeSet<i64>>>,
}

impl Numbers {
    /// The lowest free number; takes a block where there is none. A block is used only once its commit is known, so no
    /// failure gives a number twice.
    pub(crate) async fn take(&self, db: &Db) -> Result<i64, DbError> {
        let mut free = self.free.lock().await;
        if let Some(number) = free.pop_first() {
            return Ok(number);
        }
        let block = db.write(async move |tx| store::new_block(tx).await).await?;
        free.extend(block * BLOCK..(block + 1) * BLOCK);
        free.pop_first().ok_or_else(|| DbError::Refused("a block without numbers".into()))
    }

    /// The lowest free number, if this process has one at hand. It never waits: whoever holds the numbers may be waiting for the
    /// transaction that asks.
    pub(super) fn take_free(&self) -> Option<i64> {
        self.free.try_lock().ok()?.pop_first()
    }

    /// Gives back one that became no order's.
    pub(crate) async fn give_back(&self, number: i64) {
        self.free.lock().await.insert(number);
    }
}
