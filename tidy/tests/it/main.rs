//! The real workspace under every rule, and every rule under a planted violation.

#[cfg(test)]
mod planted;
#[cfg(test)]
mod workspace;
