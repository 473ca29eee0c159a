//! Places for those who send pictures: so many uploads are in memory at a time, and so few are worked on.

use std::sync::Arc;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::{JoinError, spawn_blocking},
};

/// Where pictures are made of what is sent. Cheap to clone; clones share the places.
#[derive(Clone, Debug)]
pub struct Studio {
    seats: Arc<Semaphore>,
    makers: Arc<Semaphore>,
}

/// A place for an upload, until it is dropped.
#[derive(Debug)]
pub struct Seat {
    _permit: OwnedSemaphorePermit,
}

impl Studio {
    /// With so many places for uploads that are read, wait or are worked on, and for so many of them to be worked on: each of
    /// these takes a processor, and up to 400 MB.
    pub fn new(seats: usize, makers: usize) -> Self {
        Self { seats: Arc::new(Semaphore::new(seats)), makers: Arc::new(Semaphore::new(makers)) }
    }

    /// A place for an upload, to be taken before it is read; `None` where all are taken.
    pub fn seat(&self) -> Option<Seat> {
        Arc::clone(&self.seats).try_acquire_owned().ok().map(|permit| Seat { _permit: permit })
    }

    /// Does the work of making a picture, when it is its turn. An error is a panic within it.
    pub async fn make<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
        // Nobody closes it.
        let turn = Arc::clone(&self.makers).acquire_owned().await.ok();
        spawn_blocking(move || {
            let made = work();
            // Not before: whoever sent it may be gone, and the processor still at work.
            drop(turn);
            made
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    #[test]
    fn there_are_so_many_seats_and_one_that_is_left_is_free() {
        let studio = Studio::new(2, 1);
        let (first, second) = (studio.seat(), studio.seat());
        assert!(first.is_some() && second.is_some() && studio.clone().seat().is_none());
        drop(first);
        assert!(studio.seat().is_some());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn so_few_are_worked_on_at_once_even_when_those_who_sent_them_are_gone() {
        let (studio, at_work) = (Studio::new(1, 1), Arc::new(AtomicUsize::new(0)));
        let work = || {
            let at_work = Arc::clone(&at_work);
            move || {
                assert_eq!(at_work.fetch_add(1, Ordering::SeqCst), 0);
                std::thread::sleep(Duration::from_millis(20));
                at_work.fetch_sub(1, Ordering::SeqCst);
            }
        };
        let gone = tokio::time::timeout(Duration::from_millis(2), studio.make(work())).await;
        assert!(gone.is_err());
        let made = tokio::join!(studio.make(work()), studio.make(work()));
        assert!(made.0.is_ok() && made.1.is_ok());
        assert!(studio.make(|| panic!("the paint is spilt")).await.is_err());
        assert!(studio.make(work()).await.is_ok(), "and its place is free again");
    }
}
