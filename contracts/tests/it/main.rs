//! What services say to each other, as it travels.
//!
//! An event may wait in a queue or an outbox while another version of its reader is installed, so its shape is kept here
//! as text: `tests/it/snapshots`. A change there that takes away or renames a field breaks whoever reads it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod events;
mod examples;
mod tax;
