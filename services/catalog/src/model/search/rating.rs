//! What the stars of a product's reviews come to.

/// The highest count that an order by stars tells apart.
const MOST: i64 = (1 << 20) - 1;

/// Stars in all, and of how many reviews.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rating {
    /// The stars of all reviews together.
    pub(crate) sum: i64,
    /// How many reviews.
    pub(crate) count: i64,
}

impl Rating {
    /// Thousandths of a star on average; 0 while there are none.
    fn thousandths(self) -> i64 {
        if self.count > 0 { self.sum * 1_000 / self.count } else { 0 }
    }

    /// Stars on average, with three decimals; `None` while nobody has given any.
    pub(crate) fn average(self) -> Option<f64> {
        (self.count > 0).then(|| self.thousandths() as f64 / 1_000.0)
    }

    /// By what products are sorted: the average, and among equals the number of reviews.
    pub(crate) fn order(self) -> i64 {
        (self.thousandths() << 20) | self.count.clamp(0, MOST)
    }

    /// The lowest order of so many stars on average.
    pub(crate) fn order_from(stars: u8) -> i64 {
        (i64::from(stars) * 1_000) << 20
    }
}

#[cfg(test)]
mod tests {
    use super::Rating;

    #[test]
    fn the_better_average_comes_first_and_of_equals_the_one_with_more_reviews() {
        let rating = |sum, count| Rating { sum, count };
        let best_first = [rating(5, 1), rating(45, 10), rating(9, 2), rating(4, 1), rating(2, 2), rating(0, 0)];
        assert!(best_first.is_sorted_by(|a, b| a.order() > b.order()));
        assert_eq!(rating(13, 3).average(), Some(4.333));
        assert_eq!(rating(0, 0).average(), None);
        assert!(rating(8, 2).order() >= Rating::order_from(4) && rating(799, 200).order() < Rating::order_from(4));
    }
}
