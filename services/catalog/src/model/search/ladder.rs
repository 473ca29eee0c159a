//! Ranges of prices to choose from: the steps are 1, 2 and 5 times the powers of ten, and neighbours with few products
//! are put together.

/// The most ranges.
const RANGES: usize = 6;
/// 0, and 1, 2, 5 times ten to the power of 0 to 12.
const STEPS: usize = 1 + 3 * 13;

/// How many products cost something between each two steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ladder([u64; STEPS]);

/// Prices from and to, both among them; minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PriceRange {
    pub(crate) from: i64,
    /// `None` is whatever is dearer.
    pub(crate) to: Option<i64>,
    pub(crate) count: u64,
}

impl Default for Ladder {
    fn default() -> Self {
        Self([0; STEPS])
    }
}

/// Where each range begins.
const BEGINS: [i64; STEPS] = {
    let (mut begins, mut number) = ([0; STEPS], 1);
    while number < STEPS {
        begins[number] = [1, 2, 5][(number - 1) % 3] * 10_i64.pow(((number - 1) / 3) as u32);
        number += 1;
    }
    begins
};

impl Ladder {
    /// One more product of this price.
    pub(crate) fn count(&mut self, price: i64) {
        // The last step that is not above it.
        let above = BEGINS.partition_point(|begin| *begin <= price);
        self.0[above.saturating_sub(1)] += 1;
    }

    /// With those that another one counted.
    pub(crate) fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// At most six ranges, each of which has a product, from the cheapest; together they hold every price.
    pub(crate) fn ranges(&self) -> Vec<PriceRange> {
        let counted = self.0.iter().enumerate().filter(|(_, count)| **count > 0);
        let mut ranges: Vec<(usize, u64)> = counted.map(|(number, count)| (number, *count)).collect();
        while ranges.len() > RANGES {
            let sums = ranges.windows(2).map(|pair| pair[0].1 + pair[1].1).enumerate();
            let Some((first, sum)) = sums.min_by_key(|(_, sum)| *sum) else { break };
            ranges[first].1 = sum;
            ranges.remove(first + 1);
        }
        let starts: Vec<i64> = ranges.iter().map(|(number, _)| BEGINS[*number]).collect();
        let range = |(index, (_, count)): (usize, &(usize, u64))| PriceRange {
            from: if index == 0 { 0 } else { starts[index] },
            to: starts.get(index + 1).map(|next| next - 1),
            count: *count,
        };
        ranges.iter().enumerate().map(range).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_price_is_in_the_one_range_that_counts_it(prices in prop::collection::vec(0..1_000_000_000_001_i64, 0..200)) {
            let mut ladder = Ladder::default();
            for price in &prices {
                ladder.count(*price);
            }
            let ranges = ladder.ranges();
            prop_assert!(ranges.len() <= RANGES);
            for range in &ranges {
                let is_in = |price: &&i64| range.from <= **price && range.to.is_none_or(|to| **price <= to);
                prop_assert_eq!(prices.iter().filter(is_in).count() as u64, range.count);
                prop_assert!(range.count > 0);
            }
            prop_assert_eq!(ranges.iter().map(|range| range.count).sum::<u64>(), prices.len() as u64);
        }
    }

    #[test]
    fn a_step_belongs_to_what_begins_with_it() {
        let mut ladder = Ladder::default();
        for price in [0, 999, 1_000, 1_999, 2_000] {
            ladder.count(price);
        }
        let ranges = ladder.ranges();
        let of = |from, to, count| PriceRange { from, to, count };
        assert_eq!(ranges, [of(0, Some(499), 1), of(500, Some(999), 1), of(1_000, Some(1_999), 2), of(2_000, None, 1)]);
    }
}
