//! What a workload found: one table and one JSON object for all of them, with the machine and the settings.

use super::{
    ground::Run,
    pairs::{Part, short},
    usage::{Process, number_after},
};
use bodega_settings::DatabaseKind;
use serde::Serialize;
use std::{fmt, fs::read_to_string};

/// What a workload found.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    workload: &'static str,
    /// `E`: everything in one process.
    mode: &'static str,
    parts: Vec<Part>,
    /// What the services' writers were asked for an order, where it was counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statements: Vec<Asked>,
    /// Of this process: load program, system and floor where that is in it.
    peak_rss_mb: f64,
    machine: Machine,
    settings: SettingsUsed,
    /// Whether the books agree; `None` where they are somebody else's.
    pub(super) verified: Option<bool>,
}

/// A statement, and how often it is run for an order.
#[derive(Debug, Serialize)]
pub(super) struct Asked {
    pub(super) service: String,
    pub(super) statement: String,
    pub(super) per_order: f64,
}

/// Where it was measured.
#[derive(Debug, Serialize)]
struct Machine {
    cores: usize,
    cpu: String,
    kernel: String,
    memory_mb: f64,
    /// `release`, or `debug`, whose figures mean nothing.
    build: &'static str,
    version: &'static str,
}

/// How it was measured.
#[derive(Debug, Serialize)]
struct SettingsUsed {
    database: &'static str,
    /// How a commit is made to last.
    durability: &'static str,
    seconds: u64,
    pairs: usize,
    shoppers: Option<usize>,
    readers: u32,
    log: String,
}

impl Summary {
    pub(super) fn new(workload: &'static str, run: &Run, parts: Vec<Part>, verified: Option<bool>) -> Self {
        let (database, durability) = match run.database() {
            DatabaseKind::Sqlite => ("sqlite", "synchronous=FULL"),
            DatabaseKind::Postgres => ("postgres", "the server's settings"),
        };
        Self {
            workload,
            mode: "E",
            parts,
            statements: Vec::new(),
            peak_rss_mb: short(Process::Own.peak_memory_mb()),
            machine: Machine::here(),
            settings: SettingsUsed {
                database,
                durability,
                seconds: run.plan.seconds,
                pairs: run.plan.pairs,
                shoppers: run.plan.shoppers,
                readers: run.settings.database.readers,
                log: run.settings.log.filter.clone(),
            },
            verified,
        }
    }

    pub(super) fn asked(self, statements: Vec<Asked>) -> Self {
        Self { statements, ..self }
    }
}

impl Machine {
    fn here() -> Self {
        let cpu = read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
        Self {
            cores: std::thread::available_parallelism().map_or(0, Into::into),
            cpu: model.trim_start_matches([' ', '\t', ':']).to_owned(),
            kernel: read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
            memory_mb: short(number_after(&read_to_string("/proc/meminfo").unwrap_or_default(), "MemTotal:") / 1_024.0),
            build: if cfg!(debug_assertions) { "debug" } else { "release" },
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workload, mode, machine, settings, peak_rss_mb, verified, .. } = self;
        writeln!(
            f,
            "\n{workload}, mode {mode}, {} ({}), {} s",
            settings.database, settings.durability, settings.seconds
        )?;
        writeln!(
            f,
            "{} cores, {}, Linux {}, {} MB, bodega {} ({})",
            machine.cores, machine.cpu, machine.kernel, machine.memory_mb, machine.version, machine.build
        )?;
        writeln!(
            f,
            "{:<34} {:>16} {:>26} {:>8} {:>10} {:>9} {:>9} {:>6}",
            "", "value", "floor", "ratio", "CPU µs/op", "p50 ms", "p99 ms", "pairs"
        )?;
        let known = |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string());
        for part in &self.parts {
            writeln!(
                f,
                "{:<34} {:>16} {:>26} {:>8} {:>10} {:>9} {:>9} {:>6}",
                part.name,
                format!("{} {}", known(part.value), part.unit),
                format!("{} {}", part.floor.name, known(part.floor.value)),
                known(part.ratio),
                known(part.cpu_us_per_op),
                known(part.p50_ms),
                known(part.p99_ms),
                format!("{}-{}", part.pairs, part.discarded),
            )?;
            for (name, figure) in &part.more {
                writeln!(f, "  {name} {figure}")?;
            }
        }
        for Asked { service, statement, per_order } in &self.statements {
            writeln!(f, "  {per_order:>7} {service}: {statement}")?;
        }
        let books = match verified {
            Some(true) => "the books agree",
            Some(false) => "THE BOOKS DO NOT AGREE",
            None => "the books were not looked at",
        };
        writeln!(f, "peak memory {peak_rss_mb} MB; {books}")
    }
}
