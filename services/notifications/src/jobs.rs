//! What notifications does by itself: sending what is due, no faster than the server wants it, and forgetting the mailbox.

use crate::{Notifications, flows};
use bodega_service::Job;
use std::{sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::Instant};

/// How often to look for what is due.
const POLL: Duration = Duration::from_secs(1);
/// How often to look for what is old.
const FORGETTING: Duration = Duration::from_mins(10);
/// The span that a pace is counted in.
const WINDOW: Duration = Duration::from_secs(1);

/// Sends what is due.
pub(crate) fn send_mails(notifications: &Notifications) -> Job {
    let (state, wake) = (notifications.clone(), Arc::clone(&notifications.wake));
    let job = Job::new("mails", POLL, move || {
        let notifications = state.clone();
        Box::pin(async move { flows::send_due(&notifications).await })
    });
    job.woken_by(wake)
}

/// Forgets what has been in the mailbox for long.
pub(crate) fn empty_mailbox(notifications: &Notifications) -> Job {
    let state = notifications.clone();
    Job::new("mailbox", FORGETTING, move || {
        let notifications = state.clone();
        Box::pin(async move { flows::empty_mailbox(&notifications).await })
    })
}

/// So many a second, and never more: in real time, since it is for somebody outside.
pub(crate) struct Pace {
    per_second: usize,
    window: Mutex<(Instant, usize)>,
}

impl Pace {
    /// At least one a second.
    pub(crate) fn new(per_second: u32) -> Self {
        Self { per_second: per_second.max(1) as usize, window: Mutex::new((Instant::now(), 0)) }
    }

    /// The most that may be taken at once.
    pub(crate) fn most(&self) -> usize {
        self.per_second
    }

    /// Waits until this many more may be sent.
    pub(crate) async fn take(&self, count: usize) {
        let mut window = self.window.lock().await;
        if window.0.elapsed() >= WINDOW {
            *window = (Instant::now(), 0);
        }
        if window.1 + count > self.per_second {
            tokio::time::sleep_until(window.0 + WINDOW).await;
            *window = (Instant::now(), 0);
        }
        window.1 += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_second_takes_more_than_its_share() {
        let (pace, start) = (Pace::new(10), Instant::now());
        for _ in 0..2 {
            pace.take(5).await;
        }
        assert!(start.elapsed() < WINDOW / 2);
        pace.take(10).await;
        assert!(start.elapsed() >= WINDOW);
        assert_eq!(Pace::new(0).most(), 1);
    }
}
