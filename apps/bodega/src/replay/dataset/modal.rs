//! The most frequent of many values.

use std::{collections::HashMap, hash::Hash};

/// Counts values.
pub(super) struct Modal<T>(HashMap<T, u64>);

impl<T> Default for Modal<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Ord + Hash> Modal<T> {
    /// Counts one more.
    pub(super) fn count(&mut self, value: T) {
        *self.0.entry(value).or_default() += 1;
    }

    /// The value counted most, the least of them on a tie; `None` where nothing was counted.
    pub(super) fn most_frequent(self) -> Option<T> {
        let most = self
            .0
            .into_iter()
            .max_by(|(value, count), (other, others)| count.cmp(others).then_with(|| other.cmp(value)));
        most.map(|(value, _)| value)
    }
}
