//! Chance by Zipf's law: the first thing is wanted twice as often as the second and three times as often as the third.

/// The shares of so many things, added up.
#[derive(Clone, Debug)]
pub(super) struct Zipf {
    sums: Vec<f64>,
}

impl Zipf {
    /// Of `things`, at least one.
    pub(super) fn over(things: usize) -> Self {
        let weights = (1..=things.max(1)).map(|rank| 1.0 / rank as f64);
        Self {
            sums: weights
                .scan(0.0, |sum, weight| {
                    *sum += weight;
                    Some(*sum)
                })
                .collect(),
        }
    }

    /// The thing that a throw of `chance`, 0 to 1, falls on: from 0.
    pub(super) fn pick(&self, chance: f64) -> usize {
        let all = self.sums.last().copied().unwrap_or(1.0);
        self.sums.partition_point(|sum| *sum < chance * all).min(self.sums.len() - 1)
    }
}

/// Throws that repeat with their seed, cheap enough not to be measured (`SplitMix64`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// Any number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1.
    pub(super) fn chance(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_wanted_twice_as_often_as_the_second() {
        let (zipf, mut dice) = (Zipf::over(1_000), Dice(7));
        let mut seen = [0_u32; 1_000];
        for _ in 0..200_000 {
            seen[zipf.pick(dice.chance())] += 1;
        }
        let ratio = f64::from(seen[0]) / f64::from(seen[1]);
        assert!((1.8..2.2).contains(&ratio), "{ratio}");
        assert_eq!((zipf.pick(0.0), zipf.pick(1.0)), (0, 999));
    }
}
