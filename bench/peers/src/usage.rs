//! What a process and all that came of it took of the processors, as the kernel counts it.

use anyhow::Context as _;
use std::{collections::BTreeMap, fs, time::Duration};

/// Ticks a second in `/proc`, fixed by the kernel's ABI.
const TICKS_PER_SECOND: u64 = 100;

/// What is used from now on by a process and its children.
#[derive(Debug)]
pub(crate) struct Meter {
    process: u32,
    before: Duration,
}

/// What was used.
#[derive(Debug)]
pub(crate) struct Used {
    pub(crate) process: u32,
    /// What the kernel calls it.
    pub(crate) name: String,
    pub(crate) cpu: Duration,
}

/// A line of `/proc/ID/stat`.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    process: u32,
    name: String,
    parent: u32,
    /// Its own and its dead children's, user and system.
    ticks: u64,
}

impl Meter {
    pub(crate) fn start(process: u32) -> anyhow::Result<Self> {
        Ok(Self { process, before: cpu_of(process, &stats()?)?.1 })
    }

    pub(crate) fn start_all(processes: &[u32]) -> anyhow::Result<Vec<Self>> {
        processes.iter().copied().map(Self::start).collect()
    }

    pub(crate) fn used(&self) -> anyhow::Result<Used> {
        let (name, now) = cpu_of(self.process, &stats()?)?;
        Ok(Used { process: self.process, name, cpu: now.saturating_sub(self.before) })
    }
}

/// What all processes of the machine together have used so far.
pub(crate) fn cpu_of_all() -> anyhow::Result<Duration> {
    Ok(busy(&fs::read_to_string("/proc/stat")?))
}

/// The first line of `/proc/stat`, but for idleness (with waiting for disks) and the time of guests, which counts twice.
fn busy(text: &str) -> Duration {
    let fields = text.lines().next().unwrap_or_default().split_whitespace().skip(1).take(8).enumerate();
    let ticks = fields.filter(|(index, _)| ![3, 4].contains(index)).filter_map(|(_, field)| field.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 1_000 / TICKS_PER_SECOND)
}

fn stats() -> anyhow::Result<BTreeMap<u32, Stat>> {
    let mut stats = BTreeMap::new();
    for entry in fs::read_dir("/proc")? {
        // A process that ends meanwhile has left its time to its parent.
        let Ok(text) = fs::read_to_string(entry?.path().join("stat")) else { continue };
        stats.extend(parse(&text).map(|stat| (stat.process, stat)));
    }
    Ok(stats)
}

fn parse(text: &str) -> Option<Stat> {
    // The name in brackets may hold blanks and brackets; what follows it does not.
    let (process, rest) = text.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = fields.get(11..15)?.iter().map(|field| field.parse::<u64>()).sum::<Result<u64, _>>().ok()?;
    Some(Stat { process: process.parse().ok()?, name: name.to_owned(), parent: fields.get(1)?.parse().ok()?, ticks })
}

/// The name of a process, and what it and all that came of it have used so far.
fn cpu_of(process: u32, stats: &BTreeMap<u32, Stat>) -> anyhow::Result<(String, Duration)> {
    let root = stats.get(&process).with_context(|| format!("there is no process {process}"))?;
    let (mut ticks, mut next) = (0, vec![process]);
    while let Some(one) = next.pop() {
        ticks += stats.get(&one).map_or(0, |stat| stat.ticks);
        next.extend(stats.values().filter(|stat| stat.parent == one && stat.process != one).map(|stat| stat.process));
    }
    Ok((root.name.clone(), Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: &str = "71 (node (a) b) S 7 71 71 0 -1 4194304 1 2 3 4 100 20 3 7 20 0 11 0 5 6 7";

    #[test]
    fn a_name_may_hold_brackets_and_blanks() {
        let stat = Stat { process: 71, name: "node (a) b".to_owned(), parent: 7, ticks: 130 };
        assert_eq!(parse(NODE).unwrap(), stat);
        assert!(parse("71 (node").is_none() && parse("71 (node) S 7").is_none());
    }

    #[test]
    fn children_and_their_children_count_and_others_do_not() {
        let stat = |process, parent| Stat { process, name: format!("p{process}"), parent, ticks: 100 };
        let stats = [stat(1, 0), stat(2, 1), stat(3, 2), stat(4, 1), stat(5, 3)];
        let stats: BTreeMap<u32, Stat> = stats.into_iter().map(|stat| (stat.process, stat)).collect();
        assert_eq!(cpu_of(2, &stats).unwrap(), ("p2".to_owned(), Duration::from_secs(3)));
        assert!(cpu_of(9, &stats).is_err());
    }

    #[test]
    fn a_machine_is_busy_when_it_is_neither_idle_nor_waiting() {
        assert_eq!(busy("cpu  100 20 30 999 999 5 5 40 7 7\ncpu0 1 1 1 1"), Duration::from_secs(2));
        assert_eq!(busy(""), Duration::ZERO);
    }

    #[test]
    fn this_process_is_among_all() {
        let meter = Meter::start(std::process::id()).unwrap();
        assert!(meter.used().unwrap().cpu < Duration::from_mins(1));
    }
}
