//! The bus within one process, on both engines.

#[cfg(test)]
mod embedded;
#[cfg(test)]
mod setup;
