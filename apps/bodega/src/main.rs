//! The command line: `bodega up` and what goes with it. Exits 0, 1 (failed) or 2 (bad usage).

use bodega::cli::{Cli, run};
use clap::Parser;
use std::process::ExitCode;

/// A quarter of the time of an order went into the system's allocator. SQLite allocates with it as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Nothing without the tests' feature; with it, the places where this process is to end.
    let _scenario = fail::FailScenario::setup();
    match run(cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bodega: {error:#}");
            ExitCode::FAILURE
        }
    }
}
