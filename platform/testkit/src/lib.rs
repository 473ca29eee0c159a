//! What tests stand on: a fresh home on either database, and a bus that a seed drives.
//!
//! [`Home`] gives a test a folder or a schema of its own and takes it away afterwards. [`Simulation`] moves the events of
//! a whole shop one delivery at a time and, by seed, loses acknowledgements, repeats, delays and reorders them.

mod home;
mod simulation;

pub use home::{Backend, Home, backends};
pub use simulation::{Faults, Simulation};
