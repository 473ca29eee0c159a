//! Lots: points that came together and expire together. What is spent is taken from the oldest.
//!
//! A lot keeps what came with it. What is left of it follows from the account: points are spent oldest first, so what can
//! still be spent is the newest of them. That way points that come back need not be put back anywhere.

use bodega_kernel::{Time, UserId, uuid::Uuid};

/// Points that expire together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lot {
    /// The order that earned it, or an id of its own.
    pub(crate) id: Uuid,
    pub(crate) user: UserId,
    pub(crate) points: i64,
    pub(crate) expires: Time,
}

/// What of `spendable` points expires, where `later` points came that live on.
pub(crate) fn expired(spendable: i64, later: i64) -> i64 {
    (spendable - later).max(0)
}

/// What of `spendable` points belongs to no lot of `lots` points that are alive: they came back after their time.
pub(crate) fn overdue(spendable: i64, lots: i64) -> i64 {
    (spendable - lots).max(0)
}

/// What expires when: `soon` are the points that came with each of the next expiries, soonest first, `later` those
/// that live longer.
pub(crate) fn expiring(spendable: i64, soon: &[(Time, i64)], later: i64) -> Vec<(Time, i64)> {
    let mut after: i64 = soon.iter().map(|(_, points)| points).sum::<i64>() + later;
    let mut gone = 0;
    let mut list = Vec::new();
    for (at, points) in soon {
        after -= points;
        let by_then = expired(spendable, after);
        if by_then > gone {
            list.push((*at, by_then - gone));
            gone = by_then;
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_points_are_spent_first() {
        let at = Time::from_ms;
        let soon = [(at(1), 100), (at(2), 50)];
        // 100 expire first, then 50, then 30 much later.
        assert_eq!(expiring(180, &soon, 30), [(at(1), 100), (at(2), 50)]);
        // 120 were spent: all of the first, 20 of the second.
        assert_eq!(expiring(60, &soon, 30), [(at(2), 30)]);
        assert_eq!(expiring(30, &soon, 30), []);
        assert_eq!(expiring(0, &soon, 0), []);
    }

    #[test]
    fn what_came_back_after_its_time_belongs_to_no_lot() {
        assert_eq!((overdue(100, 100), overdue(100, 30), overdue(0, 30)), (0, 70, 0));
    }
}
