//! Whose the orders of guests are: an address that was shown to be somebody's brings them the orders it was given with.

use bodega_kernel::{Time, UserId};

/// Then an address was shown to be somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shown {
    pub(crate) at: Time,
    pub(crate) user: UserId,
}

/// Orders of guests that were placed from then until before then are somebody's. In milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) user: UserId,
}

/// Whose the orders of an address are, by when they were placed. All that came before the first who has shown it are
/// theirs, too; whoever shows it later has what is placed later. In whatever order that is heard, it comes to the same.
pub(crate) fn spans(shown: &[Shown]) -> Vec<Span> {
    let mut shown = shown.to_vec();
    shown.sort_unstable();
    let mut spans: Vec<Span> = Vec::new();
    for Shown { at, user } in shown {
        match spans.last_mut() {
            None => spans.push(Span { from: i64::MIN, to: i64::MAX, user }),
            Some(last) if last.user == user => {}
            Some(last) => {
                last.to = at.ms();
                spans.push(Span { from: at.ms(), to: i64::MAX, user });
            }
        }
    }
    spans
}

/// Whose an order of a guest is that was placed then.
pub(crate) fn owner(shown: &[Shown], placed: Time) -> Option<UserId> {
    let spans = spans(shown);
    spans.into_iter().find(|span| (span.from..span.to).contains(&placed.ms())).map(|span| span.user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::uuid::Uuid;
    use proptest::prelude::*;

    fn shown(at: i64, user: u128) -> Shown {
        Shown { at: Time::from_ms(at), user: UserId(Uuid::from_u128(user)) }
    }

    fn of(shown: &[Shown], placed: i64) -> Option<u128> {
        owner(shown, Time::from_ms(placed)).map(|user| user.0.as_u128())
    }

    #[test]
    fn an_address_that_moves_leaves_what_was_placed_before_where_it_is() {
        let moved = [shown(10, 1), shown(20, 2), shown(30, 1)];
        let owners = [0, 10, 19, 20, 29, 30, 99].map(|placed| of(&moved, placed));
        assert_eq!(owners, [1, 1, 1, 2, 2, 1, 1].map(Some));
        assert_eq!((of(&[], 5), of(&[shown(10, 1)], 5)), (None, Some(1)));
    }

    proptest! {
        #[test]
        fn every_order_has_one_owner_whatever_was_heard_first(
            times in prop::collection::vec((0..100_i64, 1..4_u128), 1..8), placed in -5..105_i64, turn in 0..8_usize,
        ) {
            let mut heard: Vec<Shown> = times.iter().map(|(at, user)| shown(*at, *user)).collect();
            let first = of(&heard, placed);
            prop_assert!(first.is_some());
            let turn = turn % heard.len();
            heard.rotate_left(turn);
            heard.push(heard[0]);
            prop_assert_eq!(of(&heard, placed), first);
        }
    }
}
