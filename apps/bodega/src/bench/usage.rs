//! What a process used, as the kernel counts it.

use std::time::{Duration, Instant};

/// Ticks a second in `/proc`, fixed by the kernel's ABI.
const TICKS_PER_SECOND: u64 = 100;

/// Whose figures.
#[derive(Clone, Copy, Debug)]
pub(super) enum Process {
    /// This one's.
    Own,
    /// Another one's, by its id.
    Other(u32),
}

impl Process {
    fn read(self, file: &str) -> String {
        let path = match self {
            Self::Own => format!("/proc/self/{file}"),
            Self::Other(id) => format!("/proc/{id}/{file}"),
        };
        std::fs::read_to_string(path).unwrap_or_default()
    }

    /// User and system time so far.
    pub(super) fn cpu(self) -> Duration {
        let stat = self.read("stat");
        // The name in brackets may hold blanks; what follows it does not.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        Duration::from_millis((ticks(11) + ticks(12)) * 1_000 / TICKS_PER_SECOND)
    }

    /// Memory it holds now, in megabytes.
    pub(super) fn memory_mb(self) -> f64 {
        self.kilobytes("VmRSS:") / 1_024.0
    }

    /// The most memory it ever held, in megabytes.
    pub(super) fn peak_memory_mb(self) -> f64 {
        self.kilobytes("VmHWM:") / 1_024.0
    }

    fn kilobytes(self, name: &str) -> f64 {
        number_after(&self.read("status"), name)
    }

    /// Bytes it sent to disks so far.
    fn written(self) -> f64 {
        number_after(&self.read("io"), "write_bytes:")
    }
}

/// The first number in the line that begins with `name`; 0 where there is none.
pub(super) fn number_after(text: &str, name: &str) -> f64 {
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line[name.len().min(line.len())..].split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0.0)
}

/// What is used from now on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meter {
    process: Process,
    started: Instant,
    cpu: Duration,
    written: f64,
}

impl Meter {
    pub(super) fn start(process: Process) -> Self {
        Self { process, started: Instant::now(), cpu: process.cpu(), written: process.written() }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn cpu(&self) -> Duration {
        self.process.cpu().saturating_sub(self.cpu)
    }

    /// Bytes sent to disks.
    pub(super) fn written(&self) -> f64 {
        self.process.written() - self.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_that_of_its_line() {
        let text = "VmPeak:\t  9 kB\nVmRSS:\t    2048 kB\n";
        assert!((number_after(text, "VmRSS:") - 2048.0).abs() < f64::EPSILON);
        assert!(number_after(text, "VmHWM:").abs() < f64::EPSILON);
    }

    #[test]
    fn this_process_holds_memory() {
        assert!(Process::Own.memory_mb() > 0.0);
        assert!(Process::Own.peak_memory_mb() >= Process::Own.memory_mb() * 0.5);
    }
}
