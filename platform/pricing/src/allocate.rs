//! Sharing an amount out by weight with nothing lost: the largest remainder method.

/// Shares `amount` out in proportion to `weights`; the shares sum exactly to `amount` and each is within one of its
/// ideal. What rounding leaves goes to the largest remainders, the earlier one on a tie.
///
/// A negative weight counts as zero. Where all weights are zero they count as equal. A negative amount is shared as
/// its opposite. Without weights there are no shares.
pub fn allocate(amount: i64, weights: &[i64]) -> Vec<i64> {
    let mut weights: Vec<i128> = weights.iter().map(|&weight| i128::from(weight.max(0))).collect();
    if weights.iter().all(|&weight| weight == 0) {
        weights.fill(1);
    }
    let whole: i128 = weights.iter().sum();
    // Two i64 multiplied always fit an i128, so nothing below overflows.
    let magnitude = i128::from(amount).abs();
    let mut shares: Vec<i128> = weights.iter().map(|weight| magnitude * weight / whole).collect();
    let left = magnitude - shares.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_cached_key(|&index| std::cmp::Reverse(magnitude * weights[index] % whole));
    for index in order.into_iter().take(left as usize) {
        shares[index] += 1;
    }
    let sign = i128::from(amount.signum());
    shares.into_iter().map(|share| (share * sign) as i64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ten_pounds_over_three_lines_are_ten_pounds() {
        assert_eq!(allocate(1000, &[1, 1, 1]), [334, 333, 333]);
        assert_eq!(allocate(-1000, &[1, 1, 1]), [-334, -333, -333]);
        assert_eq!(allocate(5, &[3, 7, 0]), [2, 3, 0]);
    }

    #[test]
    fn without_weight_all_share_alike() {
        assert_eq!(allocate(7, &[0, 0]), [4, 3]);
        assert_eq!(allocate(7, &[-5, 1]), [0, 7]);
        assert_eq!(allocate(7, &[]), [] as [i64; 0]);
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let weights = [i64::MAX; 1000];
        for amount in [i64::MIN, i64::MAX] {
            let sum: i128 = allocate(amount, &weights).into_iter().map(i128::from).sum();
            assert_eq!(sum, i128::from(amount));
        }
    }

    proptest! {
        #[test]
        fn an_allocation_is_exact_and_each_share_within_one_of_its_ideal(
            amount in any::<i64>(),
            weights in prop::collection::vec(prop_oneof![0..1000_i64, 0..=i64::MAX], 1..60),
        ) {
            let shares = allocate(amount, &weights);
            let sum: i128 = shares.iter().map(|&share| i128::from(share)).sum();
            prop_assert_eq!(sum, i128::from(amount));
            let whole: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
            if whole > 0 {
                for (&share, &weight) in shares.iter().zip(&weights) {
                    let ideal = i128::from(amount) * i128::from(weight) / whole;
                    prop_assert!((i128::from(share) - ideal).abs() <= 1, "{} for {}", share, ideal);
                }
            }
        }

        #[test]
        fn what_is_shared_out_of_the_weights_never_exceeds_one(
            weights in prop::collection::vec(0..1_000_i64, 1..60),
            part in 0..=100_i64,
        ) {
            let amount = weights.iter().sum::<i64>() * part / 100;
            let shares = allocate(amount, &weights);
            prop_assert!(amount == 0 || shares.iter().zip(&weights).all(|(share, weight)| share <= weight));
        }
    }
}
