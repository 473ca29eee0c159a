//! What a system is compared with: programs and calls that everybody knows.

pub(super) mod disk;
pub(super) mod hello;
pub(super) mod pgbench;
