//! Whether the services of a process can serve: their databases answer and their writers run.

use bodega_db::Db;
use bodega_rpc::STOPPING;
use futures_util::future::join_all;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// How long a database may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long an answer is good: whoever asks more often costs nothing.
const KEPT: Duration = Duration::from_secs(1);

/// Asks the databases of a process. Cheap to clone; clones share what they know.
#[derive(Clone)]
pub struct Readiness(Arc<Inner>);

struct Inner {
    databases: Vec<(&'static str, Db)>,
    last: Mutex<Option<(Instant, Vec<&'static str>)>>,
    stopping: AtomicBool,
}

impl Readiness {
    pub(crate) fn new(databases: Vec<(&'static str, Db)>) -> Self {
        Self(Arc::new(Inner { databases, last: Mutex::default(), stopping: AtomicBool::new(false) }))
    }

    /// From now on the process says that it cannot serve, whatever else is true: it is about to end.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    /// The names of the services that cannot serve, as of at most a second ago; answers within a second. Who asks
    /// meanwhile waits for the same answer.
    pub async fn missing(&self) -> Vec<&'static str> {
        if self.0.stopping.load(Ordering::Relaxed) {
            return vec![STOPPING];
        }
        let mut last = self.0.last.lock().await;
        if let Some((at, missing)) = &*last
            && at.elapsed() < KEPT
        {
            return missing.clone();
        }
        let asked = self.0.databases.iter().map(async |(name, db)| {
            let answered = tokio::time::timeout(PATIENCE, db.check()).await;
            match answered {
                Ok(Ok(())) => return None,
                Ok(Err(error)) => tracing::warn!(%error, service = name, "not ready"),
                Err(_) => tracing::warn!(service = name, "not ready: the database takes too long"),
            }
            Some(*name)
        });
        let missing: Vec<&'static str> = join_all(asked).await.into_iter().flatten().collect();
        *last = Some((Instant::now(), missing.clone()));
        missing
    }
}
