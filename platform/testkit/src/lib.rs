//! What tests stand on: a fresh home on either database, one service on stage, and a bus that a seed drives.
//!
//! [`Home`] gives a test a folder or a schema of its own and takes it away afterwards. [`Stage`] puts one service there
//! under test, with replicas, a clock set by hand and neighbours that the test plays; [`stories!`] runs a story on it on
//! each database. [`arrivals`] says in which orders facts may come. [`Simulation`] moves the events of a whole shop one
//! delivery at a time and, by seed, loses acknowledgements, repeats, delays and reorders them.

mod arrivals;
mod asking;
mod deliveries;
mod home;
mod simulation;
mod stage;
mod stories;

pub use arrivals::arrivals;
pub use asking::{Answer, Ask, Asker, customer, staff};
pub use home::{Backend, Home, backends};
pub use simulation::{Faults, Simulation};
pub use stage::{START, Stage};
pub use stories::{Staged, play};
