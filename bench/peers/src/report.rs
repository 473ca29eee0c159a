//! What was found: a table and a JSON object like those of `bodega bench`, with the machine and the settings.

use crate::{
    crowd::{Plan, Seen},
    shop::STEPS,
};
use anyhow::Context as _;
use serde::Serialize;
use std::{collections::BTreeMap, fmt, fs::read_to_string, time::Duration};

/// What was found.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    workload: &'static str,
    peer: &'static str,
    parts: [Part; 1],
    machine: Machine,
    settings: Settings,
}

#[derive(Debug, Serialize)]
struct Part {
    name: String,
    unit: &'static str,
    /// Journeys that ended with an order.
    value: f64,
    /// Of the processes that were named; `None` where there are none.
    cpu_us_per_op: Option<f64>,
    /// Of a whole journey.
    p50_ms: f64,
    p99_ms: f64,
    operations: usize,
    /// Journeys that ended otherwise.
    failed: usize,
    /// The median and the 95th percentile of each step, and the CPU by process.
    more: BTreeMap<String, f64>,
}

#[derive(Debug, Serialize)]
struct Machine {
    cores: usize,
    cpu: String,
    kernel: String,
    memory_mb: f64,
}

#[derive(Debug, Serialize)]
struct Settings {
    seconds: u64,
    warm_up_seconds: u64,
    shoppers: usize,
}

impl Summary {
    /// Of journeys, at least one.
    pub(crate) fn new(peer: &'static str, plan: &Plan, seen: &Seen) -> anyhow::Result<Self> {
        let settings =
            Settings { seconds: plan.span.as_secs(), warm_up_seconds: plan.warm_up.as_secs(), shoppers: plan.shoppers };
        Ok(Self { workload: "shopper", peer, parts: [Part::of(plan, seen)?], machine: Machine::here(), settings })
    }
}

impl Part {
    fn of(plan: &Plan, seen: &Seen) -> anyhow::Result<Self> {
        let orders = seen.journeys.len();
        let whole = sorted(seen.journeys.iter().map(|times| times.iter().sum()));
        let p50_ms = quantile(&whole, 0.5).context("no journey came to its end: let it take longer")?;
        let per_op = |cpu: Duration| short(cpu.as_micros() as f64 / orders as f64);
        let mut more = BTreeMap::from([("driver_cpu_us_per_op".to_owned(), per_op(seen.driver_cpu))]);
        for (index, step) in STEPS.into_iter().enumerate() {
            let times = sorted(seen.journeys.iter().filter_map(|times| times.get(index).copied()));
            more.insert(format!("{step}_p50_ms"), quantile(&times, 0.5).unwrap_or_default());
            more.insert(format!("{step}_p95_ms"), quantile(&times, 0.95).unwrap_or_default());
        }
        for used in &seen.used {
            more.insert(format!("{}_{}_cpu_us_per_op", used.name, used.process), per_op(used.cpu));
        }
        let named = !seen.used.is_empty();
        let known = seen.driver_cpu + seen.used.iter().map(|used| used.cpu).sum::<Duration>();
        if named {
            let others = seen.whole_cpu.saturating_sub(known).as_secs_f64();
            more.insert("cores_used_by_others".to_owned(), short(others / plan.span.as_secs_f64()));
        }
        Ok(Self {
            name: format!("{} shoppers, no time", plan.shoppers),
            unit: "journeys/s",
            value: short(orders as f64 / plan.span.as_secs_f64()),
            cpu_us_per_op: named.then(|| per_op(seen.used.iter().map(|used| used.cpu).sum())),
            p50_ms,
            p99_ms: quantile(&whole, 0.99).unwrap_or_default(),
            operations: orders,
            failed: seen.failures.values().sum(),
            more,
        })
    }
}

impl Machine {
    fn here() -> Self {
        let read = |path| read_to_string(path).unwrap_or_default();
        let after = |text: String, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.trim_start_matches([' ', '\t', ':']).to_owned()
        };
        let memory = after(read("/proc/meminfo"), "MemTotal");
        let kilobytes = memory.split_whitespace().next().and_then(|number| number.parse::<f64>().ok());
        Self {
            cores: std::thread::available_parallelism().map_or(0, Into::into),
            cpu: after(read("/proc/cpuinfo"), "model name"),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            memory_mb: short(kilobytes.unwrap_or_default() / 1_024.0),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workload, peer, parts: [part], machine, settings } = self;
        writeln!(f, "\n{workload}, {peer}, {} s after {} s", settings.seconds, settings.warm_up_seconds)?;
        writeln!(f, "{} cores, {}, Linux {}, {} MB", machine.cores, machine.cpu, machine.kernel, machine.memory_mb)?;
        writeln!(
            f,
            "{:<24} {:>20} {:>10} {:>10} {:>10} {:>8}",
            "", "value", "CPU ms/op", "p50 ms", "p99 ms", "failed"
        )?;
        let cpu = part.cpu_us_per_op.map_or_else(|| "-".to_owned(), |cpu| short(cpu / 1_000.0).to_string());
        let value = format!("{} {}", part.value, part.unit);
        writeln!(
            f,
            "{:<24} {value:>20} {cpu:>10} {:>10} {:>10} {:>8}",
            part.name, part.p50_ms, part.p99_ms, part.failed
        )?;
        let figure = |name: String| part.more.get(&name).copied().unwrap_or_default();
        for step in STEPS {
            let (p50, p95) = (figure(format!("{step}_p50_ms")), figure(format!("{step}_p95_ms")));
            writeln!(f, "  {step:<10} p50 {p50:>8} ms   p95 {p95:>8} ms")?;
        }
        for (name, cpu) in &part.more {
            if let Some(process) = name.strip_suffix("_cpu_us_per_op") {
                writeln!(f, "  {process:<20} {:>8} CPU ms/op", short(cpu / 1_000.0))?;
            }
        }
        if let Some(cores) = part.more.get("cores_used_by_others") {
            writeln!(f, "  processes that were not named used {cores} of {} cores", machine.cores)?;
        }
        writeln!(f, "{} orders", part.operations)
    }
}

fn sorted(figures: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures
}

/// The figure that this share of all, in ascending order, does not exceed.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).round() as usize).copied().map(short)
}

/// As many digits as mean anything.
fn short(figure: f64) -> f64 {
    let digits = if figure.abs() >= 100.0 { 1.0 } else { 1_000.0 };
    (figure * digits).round() / digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Used;

    fn plan() -> Plan {
        Plan { shoppers: 2, warm_up: Duration::ZERO, span: Duration::from_secs(10), processes: vec![7, 8] }
    }

    #[test]
    fn cpu_and_rate_are_of_the_orders_that_were_placed() {
        let used = |process, ms| Used { process, name: "node".to_owned(), cpu: Duration::from_millis(ms) };
        let journeys = (1..=5).map(|time| vec![f64::from(time); STEPS.len()]).collect();
        let failures = BTreeMap::from([("sold out".to_owned(), 3)]);
        let seen = Seen {
            journeys,
            failures,
            used: vec![used(7, 50), used(8, 25)],
            driver_cpu: Duration::from_millis(25),
            whole_cpu: Duration::from_millis(1_100),
        };
        let summary = serde_json::to_value(Summary::new("vendure", &plan(), &seen).unwrap()).unwrap();
        let part = &summary["parts"][0];
        assert_eq!((part["value"].as_f64(), part["cpu_us_per_op"].as_f64()), (Some(0.5), Some(15_000.0)));
        assert_eq!((part["operations"].as_u64(), part["failed"].as_u64()), (Some(5), Some(3)));
        assert_eq!((part["p50_ms"].as_f64(), part["p99_ms"].as_f64()), (Some(21.0), Some(35.0)));
        assert_eq!(part["more"]["order_p95_ms"].as_f64(), Some(5.0));
        assert_eq!(part["more"]["cores_used_by_others"].as_f64(), Some(0.1));
        assert_eq!(part["more"]["node_8_cpu_us_per_op"].as_f64(), Some(5_000.0));
    }

    #[test]
    fn without_an_order_there_is_no_figure() {
        assert!(Summary::new("medusa", &plan(), &Seen::default()).is_err());
    }
}
