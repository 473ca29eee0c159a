//! Floor and system in turn, and what comes of the pairs: medians, ratio, quantiles.
//!
//! A pair whose floor is more than 15 % off the median floor was measured on another machine, so to speak, and does not
//! count.

use super::Plan;
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

/// What is measured first and not counted lasts no longer than this.
const WARM_UP: Duration = Duration::from_secs(2);
/// How far a floor may be off the median floor, as a share of it.
const MAX_DRIFT: f64 = 0.15;

/// So many times the wanted pairs are measured at most.
const MOST_PAIRS: usize = 2;

/// Floor and system, measured one after the other.
type Pair = (Option<f64>, Sample);

/// A floor and a system that can be measured again and again.
pub(super) trait Workload {
    /// The floor's figure, in the unit of the system's; `None` where there is nothing to compare with.
    async fn floor(&mut self, span: Duration) -> anyhow::Result<Option<f64>>;

    /// The system's, for about so long.
    async fn system(&mut self, span: Duration) -> anyhow::Result<Sample>;
}

/// One measurement of the system.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    /// The figure that is compared.
    pub(super) value: f64,
    /// How many operations were done, each verified.
    pub(super) operations: usize,
    /// What they took of the processors; `None` where that is another machine's.
    pub(super) cpu: Option<Duration>,
    /// How long each took, in milliseconds.
    pub(super) latencies_ms: Vec<f64>,
    /// Further figures by name.
    pub(super) more: Vec<(&'static str, f64)>,
}

/// What is measured and against what.
#[derive(Clone, Debug)]
pub(super) struct Heading {
    pub(super) name: String,
    /// Of value and floor; with `ms` less is better.
    pub(super) unit: &'static str,
    pub(super) floor: &'static str,
}

/// What came of all pairs.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) unit: &'static str,
    /// The median; `None` where no pair counts.
    pub(super) value: Option<f64>,
    pub(super) floor: Floor,
    /// The median of the pairs' ratios, system to floor.
    pub(super) ratio: Option<f64>,
    pub(super) cpu_us_per_op: Option<f64>,
    pub(super) p50_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
    /// Pairs that count.
    pub(super) pairs: usize,
    /// Pairs whose floor drifted.
    pub(super) discarded: usize,
    /// Operations of the pairs that count.
    pub(super) operations: usize,
    /// Medians of further figures.
    pub(super) more: BTreeMap<&'static str, f64>,
}

/// What the system is compared with.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Floor {
    pub(super) name: &'static str,
    /// The median; `None` where it was not run.
    pub(super) value: Option<f64>,
}

/// Warms up, then measures floor and system in turn.
pub(super) async fn in_pairs(
    heading: Heading,
    plan: &Plan,
    quiet: bool,
    workload: &mut impl Workload,
) -> anyhow::Result<Part> {
    let warm_up = plan.span().min(WARM_UP);
    workload.floor(warm_up).await?;
    workload.system(warm_up).await?;
    let mut pairs = Vec::with_capacity(plan.pairs);
    // Pairs that do not count are made up for, as long as there is hope.
    while pairs.len() < plan.pairs * MOST_PAIRS && usual(&pairs).count() < plan.pairs {
        let floor = workload.floor(plan.span()).await?;
        let sample = workload.system(plan.span()).await?;
        if !quiet {
            let (name, unit) = (&heading.name, heading.unit);
            let beside = floor.map_or_else(String::new, |floor| format!(", floor {}", short(floor)));
            println!("{name}, pair {}: {} {unit}{beside}", pairs.len() + 1, short(sample.value));
        }
        pairs.push((floor, sample));
    }
    Ok(Part::of(heading, &pairs))
}

impl Part {
    fn of(heading: Heading, pairs: &[Pair]) -> Self {
        let kept: Vec<&Pair> = usual(pairs).collect();
        let samples = || kept.iter().map(|pair| &pair.1);
        let ratios = kept.iter().filter_map(|(floor, sample)| floor.map(|floor| sample.value / floor));
        let per_op = |sample: &Sample| Some(sample.cpu?.as_micros() as f64 / sample.operations.max(1) as f64);
        let latencies = sorted(samples().flat_map(|sample| sample.latencies_ms.iter().copied()));
        let names: Vec<&'static str> = samples().flat_map(|sample| sample.more.iter().map(|(name, _)| *name)).collect();
        let of = |name| samples().flat_map(move |sample| sample.more.iter().filter(move |more| more.0 == name));
        let figure = |name| Some((name, short(median(of(name).map(|(_, figure)| *figure))?)));
        Self {
            value: median(samples().map(|sample| sample.value)).map(short),
            floor: Floor { name: heading.floor, value: median(kept.iter().filter_map(|(floor, _)| *floor)).map(short) },
            ratio: median(ratios).map(short),
            cpu_us_per_op: median(samples().filter_map(per_op)).map(short),
            p50_ms: quantile(&latencies, 0.5).map(short),
            p99_ms: quantile(&latencies, 0.99).map(short),
            pairs: kept.len(),
            discarded: pairs.len() - kept.len(),
            operations: samples().map(|sample| sample.operations).sum(),
            more: names.into_iter().filter_map(figure).collect(),
            name: heading.name,
            unit: heading.unit,
        }
    }
}

/// The pairs whose floor is near the median floor.
fn usual(pairs: &[Pair]) -> impl Iterator<Item = &Pair> {
    let usual = median(pairs.iter().filter_map(|(floor, _)| *floor));
    pairs.iter().filter(move |(floor, _)| match (*floor, usual) {
        (Some(floor), Some(usual)) => (floor - usual).abs() <= MAX_DRIFT * usual,
        (None, _) | (_, None) => true,
    })
}

/// The middle one, or the mean of the two in the middle.
pub(super) fn median(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let figures = sorted(figures);
    let (lower, upper) = (figures.get(figures.len().checked_sub(1)? / 2)?, figures.get(figures.len() / 2)?);
    Some(f64::midpoint(*lower, *upper))
}

/// In ascending order.
pub(super) fn sorted(figures: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures
}

/// The figure that this share of all, in ascending order, does not exceed.
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).round() as usize).copied()
}

/// As many digits as mean anything.
pub(super) fn short(figure: f64) -> f64 {
    let digits = if figure.abs() >= 100.0 { 1.0 } else { 1_000.0 };
    (figure * digits).round() / digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(pairs: &[(f64, f64)]) -> Part {
        let heading = Heading { name: "x".to_owned(), unit: "x/s", floor: "y" };
        let sample = |value| Sample { value, operations: 1, more: vec![("z", value)], ..Sample::default() };
        let pairs: Vec<Pair> = pairs.iter().map(|(floor, value)| (Some(*floor), sample(*value))).collect();
        Part::of(heading, &pairs)
    }

    fn same(left: Option<f64>, right: f64) -> bool {
        left.is_some_and(|left| (left - right).abs() < 1e-9)
    }

    #[test]
    fn a_pair_whose_floor_drifted_does_not_count() {
        let part = part(&[(10.0, 5.0), (11.0, 5.5), (5.0, 90.0), (10.0, 5.0), (10.5, 5.25)]);
        assert_eq!((part.pairs, part.discarded), (4, 1));
        assert!(same(part.ratio, 0.5) && same(part.floor.value, 10.25) && part.more.contains_key("z"));
    }

    #[test]
    fn the_median_is_in_the_middle_and_quantiles_reach_the_ends() {
        assert!(same(median([3.0, 1.0, 2.0].into_iter()), 2.0));
        assert!(same(median([4.0, 1.0].into_iter()), 2.5));
        assert!(median(std::iter::empty()).is_none());
        let figures = sorted((1..=101).map(f64::from));
        assert!(same(quantile(&figures, 0.5), 51.0) && same(quantile(&figures, 1.0), 101.0));
        assert!(quantile(&[], 0.5).is_none());
    }

    #[test]
    fn figures_are_rounded_by_their_size() {
        assert!(same(Some(short(1_234.56)), 1_235.0) && same(Some(short(0.123_45)), 0.123));
    }
}
