//! The index of products follows the database: each change within a second, and all of them again where it is missing.
//!
//! It is opened and filled by a job, so that a start does not wait for it; until it has caught up lists are read from
//! the database. Whatever goes wrong with its files, it is dropped and opened again, and made anew where that does not help.

use crate::{
    Catalog,
    model::{Found, Wanted},
    pages::Changed,
    store::{
        changes::{self, Numbers, Position},
        entries,
        index::{self, Index, IndexError},
    },
};
use bodega_db::DbError;
use bodega_kernel::uuid::Uuid;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Mutex, MutexGuard, Semaphore},
    task::spawn_blocking,
    time::Instant,
};

/// Products read at once.
const PORTION: u64 = 200;
/// The shortest time between two commits: what changes meanwhile goes into one.
const PAUSE: Duration = Duration::from_millis(250);
/// After so many looks that found nothing the writer is let go.
const IDLE_LOOKS: u32 = 5;
/// The most looks that are left out after failures.
const MOST_RESTS: u32 = 64;

/// The index of this process, and how it follows.
pub(crate) struct Indexing {
    folder: PathBuf,
    /// Once it has caught up.
    ready: RwLock<Option<Arc<Index>>>,
    follower: Mutex<Follower>,
    /// Searches at the same time: they need a processor each.
    searches: Arc<Semaphore>,
    /// A search failed: it is to be made anew.
    is_broken: AtomicBool,
}

#[derive(Default)]
struct Follower {
    open: Option<(Arc<Index>, Position)>,
    /// The last change of what readers see that the index knows of.
    seen: u64,
    committed: Option<Instant>,
    idle: u32,
    failures: u32,
    /// Looks to be left out.
    rests: u32,
    /// Whether what is in the folder is to be thrown away.
    is_distrusted: bool,
}

/// Why a look came to nothing.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Indexing {
    /// In this data folder; nothing is opened yet.
    pub(crate) fn new(data: &Path) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            folder: index::folder_in(data),
            ready: RwLock::default(),
            follower: Mutex::default(),
            searches: Arc::new(Semaphore::new(processors)),
            is_broken: AtomicBool::new(false),
        }
    }

    fn ready(&self) -> Option<Arc<Index>> {
        self.ready.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether this is another answer than before to whether there is one.
    fn set_ready(&self, index: Option<Arc<Index>>) -> bool {
        let mut ready = self.ready.write().unwrap_or_else(PoisonError::into_inner);
        let has_changed = ready.is_some() != index.is_some();
        *ready = index;
        has_changed
    }
}

/// What the index finds; `None` where there is none yet, or it cannot be read.
pub(super) async fn find(catalog: &Catalog, wanted: Wanted) -> Option<Found> {
    let indexing = &catalog.indexing;
    let index = indexing.ready()?;
    let turn = Arc::clone(&indexing.searches).acquire_owned().await.ok()?;
    let found = blocking(move || {
        let found = index.find(wanted);
        // Not before: whoever asked may be gone, and the processor still at work.
        drop(turn);
        found
    });
    match found.await {
        Ok(found) => Some(found),
        Err(error) => {
            tracing::warn!(%error, "a search failed; the index is made anew");
            set_ready(catalog, None);
            indexing.is_broken.store(true, Ordering::SeqCst);
            catalog.pages.wake.notify_one();
            None
        }
    }
}

/// From now on searches are answered by this index, or by none. What was answered the other way is dropped.
fn set_ready(catalog: &Catalog, index: Option<Arc<Index>>) {
    if catalog.indexing.set_ready(index) {
        catalog.pages.changed(&Changed::Everything);
    }
}

/// Whether there is an index that can be asked.
pub(super) fn is_ready(catalog: &Catalog) -> bool {
    catalog.indexing.ready().is_some()
}

/// Brings the next changes into the index; says whether there were any.
pub(crate) async fn follow_changes(catalog: &Catalog) -> bool {
    let mut follower = catalog.indexing.follower.lock().await;
    if follower.rests > 0 {
        follower.rests -= 1;
        return false;
    }
    if catalog.indexing.is_broken.swap(false, Ordering::SeqCst) {
        follower.open = None;
        follower.is_distrusted = true;
    }
    match follow(catalog, &mut follower).await {
        Ok(moved) => {
            follower.failures = 0;
            moved
        }
        Err(fault) => {
            tracing::warn!(error = %fault, "the index of products could not follow");
            if let Fault::Index(_) = fault {
                set_ready(catalog, None);
                follower.open = None;
                follower.is_distrusted = true;
            }
            follower.failures += 1;
            follower.rests = (1_u32 << follower.failures.min(6)).saturating_sub(2).min(MOST_RESTS);
            false
        }
    }
}

async fn follow(catalog: &Catalog, follower: &mut MutexGuard<'_, Follower>) -> Result<bool, Fault> {
    let db = catalog.db.reader();
    let numbers = Numbers::of(&catalog.db);
    let Some((index, position)) = follower.open.clone() else {
        let (folder, is_distrusted) = (catalog.indexing.folder.clone(), follower.is_distrusted);
        let (index, position) = blocking(move || Index::open(&folder, is_distrusted)).await?;
        let index = Arc::new(index);
        let latest = numbers.latest(db).await?;
        // An index that is ahead of the database belongs to another one, or to what it was before it was restored.
        let (position, is_new) = match position.filter(|position| *position <= latest) {
            Some(position) => (position, false),
            None => (fill(catalog, &index, latest).await?, true),
        };
        follower.open = Some((index, position));
        follower.is_distrusted = false;
        return Ok(is_new || !numbers.after(db, position, 1).await?.is_empty() || !is_ready(catalog));
    };
    if let Some(committed) = follower.committed {
        tokio::time::sleep_until(committed + PAUSE).await;
    }
    let seen = catalog.pages.last_change();
    let changes = numbers.after(db, position, PORTION).await?;
    let Some(last) = changes.last().copied() else {
        caught_up(catalog, follower, &index, seen).await?;
        return Ok(false);
    };
    let ids: Vec<Uuid> = changes.into_iter().map(Position::product).collect();
    let entries = entries::entries(db, &ids, catalog.terms.currency).await?;
    let writing = Arc::clone(&index);
    blocking(move || {
        writing.replace(&ids, &entries)?;
        writing.commit(last)
    })
    .await?;
    follower.open = Some((index, last));
    follower.committed = Some(Instant::now());
    (follower.seen, follower.idle) = (seen, 0);
    catalog.pages.changed(&Changed::Index);
    Ok(true)
}

/// Nothing is left to read: from now on searches are answered by it.
async fn caught_up(
    catalog: &Catalog,
    follower: &mut MutexGuard<'_, Follower>,
    index: &Arc<Index>,
    seen: u64,
) -> Result<(), Fault> {
    if !is_ready(catalog) {
        // One that misses something, for whichever reason, is worth less than none.
        let (held, wanted) = (index.count(), entries::count(catalog.db.reader()).await?);
        if held != wanted && Numbers::of(&catalog.db) == Numbers::Counted {
            return Err(IndexError::Incomplete { held, wanted }.into());
        }
        set_ready(catalog, Some(Arc::clone(index)));
    } else if follower.seen != seen {
        // Something readers see has changed that the index does not hold.
        catalog.pages.changed(&Changed::Index);
    }
    follower.seen = seen;
    follower.idle += 1;
    if follower.idle == IDLE_LOOKS {
        let index = Arc::clone(index);
        blocking(move || index.rest()).await?;
    }
    Ok(())
}

/// Puts in everything that is for sale. Whatever changes meanwhile is behind `latest` and comes again.
async fn fill(catalog: &Catalog, index: &Arc<Index>, latest: Position) -> Result<Position, Fault> {
    let db = catalog.db.reader();
    let (mut after, mut count) = (Uuid::nil(), 0);
    loop {
        let ids = changes::for_sale_after(db, after, PORTION).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        count += ids.len();
        let entries = entries::entries(db, &ids, catalog.terms.currency).await?;
        let writing = Arc::clone(index);
        blocking(move || writing.fill(&entries)).await?;
    }
    let writing = Arc::clone(index);
    blocking(move || writing.commit(latest)).await?;
    tracing::info!(products = count, "the index of products was made");
    Ok(latest)
}

/// Where a processor or a disk is needed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IndexError> + Send + 'static,
) -> Result<T, IndexError> {
    spawn_blocking(work).await.unwrap_or(Err(IndexError::Panicked))
}
