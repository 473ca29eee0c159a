//! The floor of what has to last: two writes of 4 KB, each with its `fdatasync`, in the data folder.
//!
//! The file is written once beforehand and then over and over, as a log of changes is.

use crate::bench::pairs::{quantile, sorted};
use anyhow::Context as _;
use std::{
    fs::File,
    io::{Seek as _, SeekFrom, Write as _},
    path::Path,
    time::{Duration, Instant},
};

const BLOCK: [u8; 4_096] = [0x5a; 4_096];
const BLOCKS: u64 = 1_024;
/// How long the disk is asked, at most.
const SPAN: Duration = Duration::from_secs(2);

/// The median time of two flushes, in milliseconds.
pub(crate) async fn two_flushes(folder: &Path, span: Duration) -> anyhow::Result<f64> {
    let path = folder.join("floor");
    tokio::task::spawn_blocking(move || measure(&path, span.min(SPAN))).await?
}

fn measure(path: &Path, span: Duration) -> anyhow::Result<f64> {
    let mut file = File::create(path)?;
    for _ in 0..BLOCKS {
        file.write_all(&BLOCK)?;
    }
    file.sync_all()?;
    let (mut times_ms, started, mut block) = (Vec::new(), Instant::now(), 0);
    while started.elapsed() < span {
        let asked = Instant::now();
        for _ in 0..2 {
            file.seek(SeekFrom::Start(block % BLOCKS * BLOCK.len() as u64))?;
            file.write_all(&BLOCK)?;
            file.sync_data()?;
            block += 1;
        }
        times_ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
    }
    std::fs::remove_file(path)?;
    quantile(&sorted(times_ms.into_iter()), 0.5).context("the disk did not answer")
}
