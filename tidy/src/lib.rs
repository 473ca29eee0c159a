//! The rules of the workspace itself: who may depend on whom, which file holds what, how long it may be.
//!
//! A rule is a function over a [`Workspace`], so a test can plant a violation in a made-up tree and see it found.
//! `tests/it/workspace.rs` holds the real tree to all of them. Nothing ships this crate.

pub mod exceptions;
pub mod rules;
mod source;
mod workspace;

pub use workspace::{File, Kind, Package, Workspace};
