//! Where mails are handed over: a server, or a mailbox of our own for a shop that has none.

mod message;
mod server;
mod smtp;

pub(crate) use lettre::Message;
pub(crate) use message::{Sender, Stamp, is_address};
pub(crate) use server::Server;
pub(crate) use smtp::PATIENCE;

use smtp::Connection;

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
    /// Hands a mail over. Takes at most [`PATIENCE`].
    pub(crate) async fn send(&mut self, message: &Message) -> Outcome {
        match self {
            Self::Server(connection) => connection.send(message).await,
            Self::Mailbox => Outcome::Accepted("kept in the mailbox".to_owned()),
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
