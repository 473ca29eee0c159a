//! What is done with mails: queue them, send what is due, what staff want of them, and who wants none.

mod answered;
mod desk;
mod gather;
mod naming;
mod order_link;
mod queue;
mod send;
mod unsubscribe;

pub(crate) use desk::{empty_mailbox, preview, resend, show_example, write_note};
pub(crate) use naming::Naming;
pub(crate) use queue::queue_mails;
pub(crate) use send::send_due;
pub(crate) use unsubscribe::{ask_reader, unsubscribe};

use bodega_db::StoredAnswer;

/// What a write came to.
pub(crate) enum Written<T> {
    /// It was done now.
    Now(T),
    /// It was done before with the same key: this was the answer.
    Before(StoredAnswer),
}
