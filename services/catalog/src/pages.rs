//! Answers to public reads, kept as the bytes that were sent: dropped when anything changes, and never older than a
//! second, because another replica's changes are not heard of.

use axum::{body::Bytes, http::HeaderValue};
use bodega_kernel::Time;
use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The oldest answer that is given again.
const MAX_AGE: Duration = Duration::from_secs(1);
/// What all answers together may take; beyond it all are dropped.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// An answer as it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) body: Bytes,
    pub(crate) etag: HeaderValue,
}

/// The answers that are kept.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    epoch: AtomicU64,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    pages: HashMap<String, (Time, Page)>,
    bytes: usize,
}

impl Pages {
    /// Names the state of the shop: take it before reading what is to be kept.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// The answer to `query`, if it was given a moment ago and nothing has changed since.
    pub(crate) fn get(&self, query: &str, now: Time) -> Option<Page> {
        let kept = self.kept();
        let (at, page) = kept.pages.get(query)?;
        (now.since(*at) < MAX_AGE).then(|| page.clone())
    }

    /// Keeps an answer that was read in `epoch`, unless something has changed since.
    pub(crate) fn keep(&self, query: String, epoch: u64, now: Time, page: &Page) {
        let mut kept = self.kept();
        if self.epoch() != epoch {
            return;
        }
        let bytes = query.len() + page.body.len();
        if kept.bytes + bytes > MAX_BYTES {
            *kept = Kept::default();
        }
        let name_bytes = query.len();
        kept.bytes += bytes;
        if let Some((_, old)) = kept.pages.insert(query, (now, page.clone())) {
            kept.bytes -= name_bytes + old.body.len();
        }
    }

    /// Something has changed.
    pub(crate) fn drop_all(&self) {
        let mut kept = self.kept();
        self.epoch.fetch_add(1, Ordering::SeqCst);
        *kept = Kept::default();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(bytes: usize) -> Page {
        Page { body: vec![0; bytes].into(), etag: HeaderValue::from_static("\"1\"") }
    }

    #[test]
    fn an_answer_is_given_again_for_a_second_and_until_something_changes() {
        let (pages, start) = (Pages::default(), Time::from_ms(5_000));
        pages.keep("a".into(), pages.epoch(), start, &page(1));
        assert!(pages.get("a", start.plus(Duration::from_millis(999))).is_some());
        assert!(pages.get("a", start.plus(MAX_AGE)).is_none());
        assert!(pages.get("b", start).is_none());
        pages.drop_all();
        assert!(pages.get("a", start).is_none());
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let pages = Pages::default();
        let epoch = pages.epoch();
        pages.drop_all();
        pages.keep("a".into(), epoch, Time::from_ms(0), &page(1));
        assert!(pages.get("a", Time::from_ms(0)).is_none());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let pages = Pages::default();
        for number in 0..100 {
            pages.keep(format!("{number}"), 0, Time::from_ms(0), &page(MAX_BYTES / 10));
            assert!(pages.kept().bytes <= MAX_BYTES);
        }
        assert!(pages.get("99", Time::from_ms(0)).is_some());
    }
}
