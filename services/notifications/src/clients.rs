//! Where mails are handed over: a server, or a mailbox of our own for a shop that has none.

mod message;
mod server;
mod smtp;

pub(crate) use message::{Sender, is_address};
pub(crate) use server::Server;
pub(crate) use smtp::PATIENCE;

use crate::model::Rendered;
use bodega_kernel::{Time, uuid::Uuid};
use message::{Stamp, address_of};
use smtp::Connection;
use std::sync::Arc;

/// A mail in words, ready to leave.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// Which.
    pub(crate) id: Uuid,
    /// Its `Message-ID`.
    pub(crate) message_id: String,
    /// When it was queued: the same in every repeat.
    pub(crate) at: Time,
    /// Where it goes.
    pub(crate) recipient: String,
    /// What the shop is called, which writes it.
    pub(crate) shop: Arc<str>,
    /// How its reader is called.
    pub(crate) name: Option<String>,
    /// Where its reader unsubscribes, if they can.
    pub(crate) unsubscribe: Option<String>,
    /// What it says.
    pub(crate) mail: Rendered,
}

/// What came of handing a mail over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was taken.
    Accepted(String),
    /// Not now: the server said so, or could not be reached.
    Later(String),
    /// It may have been taken: the answer is missing.
    Unknown(String),
    /// Not ever.
    Refused(String),
}

/// Where mails are handed over.
#[derive(Clone)]
pub(crate) enum Post {
    /// A server.
    Server(Server),
    /// Nowhere: whoever records that a mail is sent keeps it for staff to read.
    Mailbox,
}

impl Post {
    /// For several mails, one after the other.
    pub(crate) fn line(&self) -> Line {
        match self {
            Self::Server(server) => Line::Server(Box::new(Connection::to(server.clone()))),
            Self::Mailbox => Line::Mailbox,
        }
    }
}

/// One after the other over one connection.
pub(crate) enum Line {
    /// To a server, connected when the first mail comes.
    Server(Box<Connection>),
    /// To the mailbox.
    Mailbox,
}

impl Line {
    /// Hands a mail over; refuses one whose recipient is no address. Takes at most [`PATIENCE`].
    pub(crate) async fn send(&mut self, sender: &Sender, outgoing: &Outgoing) -> Outcome {
        match self {
            Self::Server(connection) => match written(sender, outgoing) {
                Ok(message) => connection.send(&message).await,
                Err(why) => Outcome::Refused(why),
            },
            // Nobody reads it as it would travel.
            Self::Mailbox => match address_of(&outgoing.recipient) {
                Ok(_) => Outcome::Accepted("kept in the mailbox".to_owned()),
                Err(why) => Outcome::Refused(why),
            },
        }
    }

    /// Takes leave.
    pub(crate) async fn close(self) {
        match self {
            Self::Server(connection) => connection.close().await,
            Self::Mailbox => {}
        }
    }
}

fn written(sender: &Sender, outgoing: &Outgoing) -> Result<lettre::Message, String> {
    let Outgoing { id, message_id, at, shop, recipient, name, unsubscribe, mail } = outgoing;
    let stamp = Stamp { id: *id, message_id, at: *at, shop, unsubscribe: unsubscribe.as_deref() };
    sender.write(stamp, recipient, name.as_deref(), mail)
}
