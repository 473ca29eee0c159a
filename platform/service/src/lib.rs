//! What a service is: its schema, its routes, what it hears, what it answers and what it does by itself.
//!
//! A [`Definition`] is the same whether its service shares a process with all others or has one to itself; a [`Host`]
//! opens the databases, wires bus and questions, and runs the jobs.

mod context;
mod definition;
pub mod facts;
mod host;
mod job;
mod readiness;
mod secret;

pub use context::Context;
pub use definition::{Definition, Running};
pub use host::{Host, Hosted, Mode, database};
pub use job::Job;
pub use readiness::Readiness;
pub use secret::Secrets;
