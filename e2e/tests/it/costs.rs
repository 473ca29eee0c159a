//! What things may cost: statements of an order, queries of an answer. Counted, not timed, so that it holds on any machine.

mod orders;
mod queries;
mod reads;
mod rows;

use std::process::Command;

/// What the writers are asked whether anybody buys or reads, or not: by those who wait for rest, and by clocks.
const ANYWAY: [&str; 3] = [
    "SELECT (SELECT COUNT(*) FROM unsent)",
    "SELECT source, seq FROM cursors ORDER BY source LIMIT 100",
    "due_ms <= $1",
];

/// Whether a statement is nobody's.
fn is_asked_anyway(statement: &str) -> bool {
    !statement.ends_with("{lock}") && ANYWAY.iter().any(|part| statement.contains(part))
}

/// Counters are a process's: a test that reads them runs in one of its own. Answers whether this is it; if not, the test has
/// been run there.
fn is_alone(test: &str) -> bool {
    // Set by nextest, which gives each test a process.
    if std::env::var_os("NEXTEST").is_some() {
        return true;
    }
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("NEXTEST", "1")
        .status()
        .unwrap();
    assert!(status.success(), "{test} failed in a process of its own");
    false
}
