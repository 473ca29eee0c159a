//! Questions one service asks another: in process where the other runs here too, else over HTTP, through the same
//! encoding either way.
//!
//! A service gives its [`Answers`]; whoever runs it registers them with the [`Client`] or serves them with [`router`].
//! Questions change nothing, so one may be asked twice. They are never asked inside a transaction.

mod answers;
mod client;
mod described;
mod error;
mod places;
mod remote;
mod server;

pub use answers::Answers;
pub use client::Client;
pub use described::OwnDescription;
pub use error::RpcError;
pub use places::{Asked, Places};
pub use remote::STOPPING;
pub use server::router;

/// Bytes of the longest question and of the longest answer.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
