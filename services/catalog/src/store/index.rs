//! The index of products for sale: a folder that may be lost at any time, because everything in it comes from the
//! database.
//!
//! Each process has its own, locked for as long as it is open; a second process on the same data takes the next folder.
//! A commit carries how far it is, so that after a crash the rest is read again. The writer and its memory are there only
//! while something changes.

mod collector;
mod columns;
mod layout;
mod words;

pub(crate) use words::count as word_count;

use super::changes::Position;
use crate::model::{Entry, Found, Likeness, Subject, Wanted};
use bodega_kernel::uuid::Uuid;
use collector::Finder;
use columns::Shelf;
use layout::Fields;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tantivy::{
    Index as Tantivy, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, TantivyError, Term,
    directory::MmapDirectory,
    indexer::{IndexWriterOptions, LogMergePolicy},
    query::AllQuery,
};
use words::{Match, Reading};

/// What an index that was written differently does not have.
const LAYOUT: u32 = 1;
/// What the writer may hold before it writes.
const WRITER_BYTES: usize = 15_000_000;
/// How many processes may have an index in the same data folder.
const FOLDERS: u32 = 16;
/// How many products are compared with one that others are to be like.
const COMPARED: u64 = 2_000;
/// From this part of its products on that were changed since, a segment is written anew.
const MOST_DELETED: f32 = 0.3;

/// Why the index cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IndexError {
    /// Its files.
    #[error("the index of products: {0}")]
    File(#[from] io::Error),
    /// What is in them.
    #[error("the index of products: {0}")]
    Index(#[from] TantivyError),
    /// As many processes as may share a data folder have one.
    #[error("the index of products: {FOLDERS} processes use the same data folder")]
    TooMany,
    /// It does not hold what the database holds.
    #[error("the index of products holds {held} of {wanted} products")]
    Incomplete {
        /// How many it holds.
        held: u64,
        /// How many are for sale.
        wanted: u64,
    },
    /// The thread that worked on it is gone.
    #[error("the index of products: a thread panicked")]
    Panicked,
}

/// An index that is open.
pub(crate) struct Index {
    fields: Fields,
    reader: IndexReader,
    shelf: Arc<Shelf>,
    files: Tantivy,
    writer: Mutex<Option<IndexWriter>>,
    _lock: File,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    layout: u32,
    position: Position,
}

impl Index {
    /// The first in `folder` that no other process has, and how far it is; `None` where it has to be filled. What is
    /// there and cannot be read, or is `broken` as was seen before, is thrown away.
    pub(crate) fn open(folder: &Path, broken: bool) -> Result<(Self, Option<Position>), IndexError> {
        fs::create_dir_all(folder)?;
        for number in 1..=FOLDERS {
            let name = if number == 1 { "catalog".to_owned() } else { format!("catalog-{number}") };
            let lock = folder.join(format!("{name}.lock"));
            let lock = File::options().create(true).truncate(false).write(true).open(lock)?;
            match lock.try_lock() {
                Ok(()) => return Self::open_or_create(&folder.join(name), broken, lock),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        Err(IndexError::TooMany)
    }

    fn open_or_create(folder: &Path, broken: bool, lock: File) -> Result<(Self, Option<Position>), IndexError> {
        let (schema, fields) = layout::schema();
        let known = if broken { None } else { read(folder) };
        let (index, position) = match known {
            Some((index, position)) => (index, Some(position)),
            None => (create(folder, schema)?, None),
        };
        index.tokenizers().register(layout::WORDS, layout::analyzer());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).num_warming_threads(0);
        let shelf = Arc::new(Shelf::default());
        shelf.fill(&index)?;
        let (reader, writer) = (reader.try_into()?, Mutex::default());
        Ok((Self { fields, reader, shelf, files: index, writer, _lock: lock }, position))
    }

    /// What fits.
    pub(crate) fn find(&self, wanted: Wanted) -> Result<Found, IndexError> {
        let searcher = self.reader.searcher();
        let wanted = Arc::new(wanted);
        match &wanted.subject {
            Subject::All => Ok(searcher.search(&AllQuery, &self.finder(&wanted, false))?.into_found(&wanted)),
            Subject::Words(text) => self.find_words(&searcher, &wanted, text, Reading::Beginning),
            Subject::Beginning(text) => self.find_words(&searcher, &wanted, text, Reading::Typing),
            Subject::Like(likeness) => self.find_like(&searcher, &wanted, likeness),
        }
    }

    /// What has all words; where nothing has, what has any.
    fn find_words(
        &self,
        searcher: &Searcher,
        wanted: &Arc<Wanted>,
        text: &str,
        last: Reading,
    ) -> Result<Found, IndexError> {
        let goes_on_with_any = wanted.after.as_ref().is_some_and(|after| after.any_word);
        if !goes_on_with_any {
            let all = words::sentence(&self.fields, text, last, Match::All);
            let found = searcher.search(&*all, &self.finder(wanted, false))?;
            if found.matched > 0 || !words::may_miss_some(text) {
                return Ok(found.into_found(wanted));
            }
        }
        let any = words::sentence(&self.fields, text, last, Match::Any);
        Ok(searcher.search(&*any, &self.finder(wanted, true))?.into_found(wanted))
    }

    /// What is like a product, among those that share with it what few have. Where too few do, among the first of those
    /// that share something with it that many have.
    fn find_like(&self, searcher: &Searcher, wanted: &Arc<Wanted>, likeness: &Likeness) -> Result<Found, IndexError> {
        let ways = words::ways(&self.fields, likeness, |term| searcher.doc_freq(term))?;
        let mut sum = 0;
        let rare = ways.iter().take_while(|way| {
            sum += way.count;
            sum <= COMPARED
        });
        let rare = rare.count();
        let mut found = Found::default();
        if rare > 0 {
            let finder = self.finder(wanted, false);
            found = searcher.search(&*words::like(&ways, rare), &finder)?.into_found(wanted);
        }
        if rare < ways.len() && found.hits.len() < wanted.limit {
            let finder = self.finder(wanted, false).at_most(COMPARED as usize);
            let more = searcher.search(&*words::like(&ways, rare + 1), &finder)?.into_found(wanted);
            found.hits.extend(more.hits);
            found.hits.sort_by_key(|hit| std::cmp::Reverse((hit.value, hit.id)));
            found.hits.dedup();
            found.hits.truncate(wanted.limit);
        }
        Ok(found)
    }

    fn finder(&self, wanted: &Arc<Wanted>, any_word: bool) -> Finder {
        Finder::new(Arc::clone(wanted), Arc::clone(&self.shelf), any_word)
    }

    /// How many products it holds.
    pub(crate) fn count(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Puts in new products, without looking for those that are there.
    pub(crate) fn fill(&self, entries: &[Entry]) -> Result<(), IndexError> {
        let mut writer = self.writer();
        let writer = self.awake(&mut writer)?;
        for entry in entries {
            writer.add_document(self.fields.document(entry))?;
        }
        Ok(())
    }

    /// Takes these products out, and puts in those of them that are for sale as they are now.
    pub(crate) fn replace(&self, changed: &[Uuid], entries: &[Entry]) -> Result<(), IndexError> {
        let mut writer = self.writer();
        let writer = self.awake(&mut writer)?;
        for id in changed {
            writer.delete_term(Term::from_field_bytes(self.fields.id, id.as_bytes()));
        }
        for entry in entries {
            writer.add_document(self.fields.document(entry))?;
        }
        Ok(())
    }

    /// What was put in and taken out is found and gone from now on; it is then as far as `position`.
    pub(crate) fn commit(&self, position: Position) -> Result<(), IndexError> {
        let mut writer = self.writer();
        let writer = self.awake(&mut writer)?;
        let payload = serde_json::to_string(&Payload { layout: LAYOUT, position }).map_err(io::Error::other)?;
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        self.shelf.fill(&self.files)?;
        self.reader.reload()?;
        Ok(())
    }

    /// Lets the writer go with its threads and its memory, once it has put together what it is at.
    pub(crate) fn rest(&self) -> Result<(), IndexError> {
        let writer = self.writer().take();
        writer.map_or(Ok(()), |writer| Ok(writer.wait_merging_threads()?))
    }

    fn writer(&self) -> MutexGuard<'_, Option<IndexWriter>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn awake<'a>(&self, writer: &'a mut Option<IndexWriter>) -> Result<&'a mut IndexWriter, IndexError> {
        if let Some(writer) = writer {
            return Ok(writer);
        }
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(WRITER_BYTES)
            .build();
        let new: IndexWriter = self.files.writer_with_options(options)?;
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(MOST_DELETED);
        new.set_merge_policy(Box::new(policy));
        Ok(writer.insert(new))
    }
}

/// The index in a folder, where there is one of this layout that says how far it is.
fn read(folder: &Path) -> Option<(Tantivy, Position)> {
    let index = Tantivy::open_in_dir(folder).ok()?;
    let payload: Payload = serde_json::from_str(&index.load_metas().ok()?.payload?).ok()?;
    (payload.layout == LAYOUT && index.schema() == layout::schema().0).then_some((index, payload.position))
}

/// An empty index in place of whatever is in the folder.
fn create(folder: &Path, schema: tantivy::schema::Schema) -> Result<Tantivy, IndexError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => fs::create_dir_all(folder)?,
    }
    let directory = MmapDirectory::open(folder).map_err(TantivyError::from)?;
    Ok(Tantivy::create(directory, schema, IndexSettings::default())?)
}

/// Where the indexes of a data folder are.
pub(crate) fn folder_in(data: &Path) -> PathBuf {
    data.join("index")
}

#[cfg(test)]
mod tests;
