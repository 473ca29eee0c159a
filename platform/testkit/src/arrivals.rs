//! In which orders facts may arrive: in every one while that is feasible, else in a sample that a seed repeats.

use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use std::collections::HashSet;

/// Up to this many facts, every order is tried: 720 of them.
const ALL_OF: usize = 6;
/// Beyond, this many different ones are; seven facts have 5,040.
const SAMPLES: usize = 5_000;

/// The orders in which `facts` facts arrive, each as the facts' numbers, no two alike: all there are for up to six
/// facts, 5,000 that `seed` repeats beyond.
pub fn arrivals(facts: usize, seed: u64) -> Vec<Vec<usize>> {
    if facts <= ALL_OF { every(facts) } else { sampled(facts, seed) }
}

fn every(facts: usize) -> Vec<Vec<usize>> {
    let Some(last) = facts.checked_sub(1) else { return vec![Vec::new()] };
    let with_last = |shorter: Vec<usize>| {
        (0..=last).map(move |place| {
            let mut longer = shorter.clone();
            longer.insert(place, last);
            longer
        })
    };
    every(last).into_iter().flat_map(with_last).collect()
}

fn sampled(facts: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut drawn = HashSet::with_capacity(SAMPLES);
    let mut samples = Vec::with_capacity(SAMPLES);
    while samples.len() < SAMPLES {
        let mut arrival: Vec<usize> = (0..facts).collect();
        arrival.shuffle(&mut random);
        if drawn.insert(arrival.clone()) {
            samples.push(arrival);
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    fn different(arrivals: &[Vec<usize>]) -> usize {
        arrivals.iter().collect::<HashSet<_>>().len()
    }

    #[test]
    fn up_to_six_facts_arrive_in_every_order() {
        for (facts, orders) in [1, 1, 2, 6, 24, 120, 720].into_iter().enumerate() {
            let arrivals = arrivals(facts, 0);
            assert_eq!((arrivals.len(), different(&arrivals)), (orders, orders), "{facts}");
        }
    }

    #[test]
    fn more_facts_arrive_in_five_thousand_orders_that_a_seed_repeats() {
        for facts in 7..=9 {
            let sample = arrivals(facts, 1);
            assert_eq!((sample.len(), different(&sample)), (5_000, 5_000), "{facts}");
            assert_eq!(sample, arrivals(facts, 1));
            assert_ne!(sample, arrivals(facts, 2));
        }
    }

    #[test]
    fn each_fact_arrives_once() {
        for facts in 0..=9 {
            for mut arrival in arrivals(facts, 3) {
                arrival.sort_unstable();
                assert_eq!(arrival, (0..facts).collect::<Vec<_>>());
            }
        }
    }
}
