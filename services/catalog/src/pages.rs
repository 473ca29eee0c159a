//! Answers to public reads, kept as the bytes that were sent, under the address they were asked at.
//!
//! Changes are counted, and each notes its number on what it changed: a product, the categories and the brand it is
//! listed in, the lists, or everything. An answer notes the number before it was read and what it rests on; it is good
//! as long as no greater number stands there. So nothing that was read before a change is given after it, whenever it was
//! put here. What was found by the index of products is good until the index knows more. Other replicas' changes are not
//! heard of: where there are any, an answer is never older than a second.

use axum::{body::Bytes, http::HeaderValue};
use bodega_kernel::{Time, World, uuid::Uuid};
use flate2::{Compression, write::GzEncoder};
use moka::sync::Cache;
use std::{
    hash::{BuildHasher, RandomState},
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Mutex, Notify};

/// The oldest answer that is given again where others may change what it tells.
const MAX_AGE: Duration = Duration::from_secs(1);
/// What all answers together may take; beyond it those go that are asked for least.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// What an answer takes beside its bytes, about.
const OVERHEAD: usize = 256;
/// Shorter answers are not packed: they fit into one packet as they are.
const MIN_PACKED: usize = 1_024;
/// Places for the numbers of changes. Two that share one are dropped together.
const MARKS: usize = 1 << 16;
/// Answers that can be made at the same time.
const DESKS: usize = 1_024;

/// An answer as it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) body: Bytes,
    pub(crate) etag: HeaderValue,
    /// The body in gzip, once somebody wanted it so.
    pub(crate) packed: Option<Bytes>,
}

/// What an answer tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RestsOn {
    /// One product.
    Product(Uuid),
    /// The products of a category, with those under it, or of a brand.
    Group(Uuid),
    /// Any products.
    Products,
    /// What the index of products knows of them.
    Index,
    /// Anything but products.
    Shop,
}

/// What a write has changed of what readers see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    /// Nothing.
    Nothing,
    /// Products: their ids, those of their brands, and of their categories and all above, before and after.
    Products(Vec<Uuid>),
    /// What the index of products knows.
    Index,
    /// Perhaps all of it.
    Everything,
}

/// An answer that was made just now.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) page: Page,
    /// `None`: it is for one reader alone, and not kept.
    pub(crate) rests_on: Option<RestsOn>,
}

/// The answers that are kept.
pub(crate) struct Pages {
    kept: Cache<Arc<str>, Kept>,
    changes: AtomicU64,
    /// Of everything, and of any product.
    all: AtomicU64,
    products: AtomicU64,
    /// Of what the index knows.
    index: AtomicU64,
    /// Wakes whoever follows the changes of products.
    pub(crate) wake: Arc<Notify>,
    marks: Box<[AtomicU64]>,
    /// Whoever makes an answer sits at its desk, so that others wait for it instead of making it too.
    desks: Box<[Mutex<()>]>,
    hash: RandomState,
    /// Whether all changes are made here.
    alone: bool,
}

#[derive(Clone, Debug)]
struct Kept {
    page: Arc<Page>,
    rests_on: RestsOn,
    /// The number of changes before it was read.
    as_of: u64,
    at: Time,
}

impl Page {
    pub(crate) fn new(etag: HeaderValue, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), etag, packed: None }
    }

    /// Whether it is sent in gzip to those who take it.
    pub(crate) fn is_packable(&self) -> bool {
        self.body.len() >= MIN_PACKED
    }

    fn pack(&self) -> Option<Self> {
        let mut encoder = GzEncoder::new(Vec::with_capacity(self.body.len() / 2), Compression::default());
        // Writing to memory cannot fail; if it did, the page is sent as it is.
        encoder.write_all(&self.body).ok()?;
        let packed = encoder.finish().ok()?;
        Some(Self { packed: Some(packed.into()), ..self.clone() })
    }
}

impl Pages {
    /// None yet. `alone`: all changes are made in this process.
    pub(crate) fn new(alone: bool) -> Self {
        Self {
            kept: Cache::builder().max_capacity(MAX_BYTES).weigher(|name: &Arc<str>, kept| weight(name, kept)).build(),
            changes: AtomicU64::new(0),
            all: AtomicU64::new(0),
            products: AtomicU64::new(0),
            index: AtomicU64::new(0),
            wake: Arc::default(),
            marks: (0..MARKS).map(|_| AtomicU64::new(0)).collect(),
            desks: (0..DESKS).map(|_| Mutex::new(())).collect(),
            hash: RandomState::new(),
            alone,
        }
    }

    /// The answer to what is asked at `name`, if it is kept and good.
    pub(crate) fn get(&self, name: &str, world: &World) -> Option<Arc<Page>> {
        let kept = self.kept.get(name)?;
        (self.is_good(&kept) && self.is_young(&kept, world)).then_some(kept.page)
    }

    /// The same, made by `make` where it is not there: by one of those who ask for it, while the others wait.
    pub(crate) async fn get_or_make<E>(
        &self,
        name: &str,
        world: &World,
        make: impl AsyncFnOnce() -> Result<Made, E>,
    ) -> Result<Arc<Page>, E> {
        if let Some(page) = self.get(name, world) {
            return Ok(page);
        }
        let arrived = self.changes();
        let _desk = self.desks[self.hash.hash_one(name) as usize % DESKS].lock().await;
        // What was read since we came is good for us, even if something has changed again: else those who wait would
        // make it one after the other.
        if let Some(kept) = self.kept.get(name)
            && (self.is_good(&kept) || kept.as_of >= arrived)
            && self.is_young(&kept, world)
        {
            return Ok(kept.page);
        }
        let (as_of, at) = (self.changes(), world.now());
        let Made { page, rests_on } = make().await?;
        let page = Arc::new(page);
        if let Some(rests_on) = rests_on {
            self.kept.insert(name.into(), Kept { page: Arc::clone(&page), rests_on, as_of, at });
        }
        Ok(page)
    }

    /// The same answer with its body in gzip, which is kept too.
    pub(crate) fn packed(&self, name: &str, page: Arc<Page>) -> Arc<Page> {
        if page.packed.is_some() {
            return page;
        }
        let Some(packed) = page.pack().map(Arc::new) else { return page };
        if let Some(kept) = self.kept.get(name)
            && Arc::ptr_eq(&kept.page, &page)
        {
            // Of an answer that was put here in between this is the older one, and says so itself.
            self.kept.insert(name.into(), Kept { page: Arc::clone(&packed), ..kept });
        }
        packed
    }

    /// Something was changed: after the commit, and before anybody is told.
    pub(crate) fn changed(&self, changed: &Changed) {
        if *changed == Changed::Nothing {
            return;
        }
        let number = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        let note = |mark: &AtomicU64| mark.fetch_max(number, Ordering::SeqCst);
        match changed {
            Changed::Nothing => {}
            Changed::Index => drop(note(&self.index)),
            Changed::Everything => {
                note(&self.all);
                self.wake.notify_one();
            }
            Changed::Products(ids) => {
                note(&self.products);
                for id in ids {
                    note(self.mark(*id));
                }
                self.wake.notify_one();
            }
        }
    }

    /// The number of the last change of products, or of everything.
    pub(crate) fn last_change(&self) -> u64 {
        self.products.load(Ordering::SeqCst).max(self.all.load(Ordering::SeqCst))
    }

    fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    fn is_good(&self, kept: &Kept) -> bool {
        let last = |mark: &AtomicU64| mark.load(Ordering::SeqCst);
        let changed = match kept.rests_on {
            RestsOn::Product(id) | RestsOn::Group(id) => last(self.mark(id)),
            RestsOn::Products => last(&self.products),
            RestsOn::Index => last(&self.index),
            RestsOn::Shop => 0,
        };
        kept.as_of >= changed.max(last(&self.all))
    }

    fn is_young(&self, kept: &Kept, world: &World) -> bool {
        self.alone || world.now().since(kept.at) < MAX_AGE
    }

    /// The last bits of our ids are random.
    fn mark(&self, id: Uuid) -> &AtomicU64 {
        &self.marks[id.as_u128() as usize % MARKS]
    }
}

fn weight(name: &str, kept: &Kept) -> u32 {
    let bytes = kept.page.body.len() + kept.page.packed.as_ref().map_or(0, Bytes::len);
    u32::try_from(name.len() + bytes + OVERHEAD).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
