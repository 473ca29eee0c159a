//! The database layer on both engines: one set of rules, each test on each.

#[cfg(test)]
mod backup;
#[cfg(test)]
mod breaks;
#[cfg(test)]
mod each;
#[cfg(test)]
mod events;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod lanes;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod panics;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod timers;
#[cfg(test)]
mod writes;
