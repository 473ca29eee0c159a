//! The table under every order of its facts.

use super::*;
use bodega_contracts::orders::PaymentStatus;
use bodega_testkit::arrivals;
use proptest::prelude::*;
use std::collections::HashSet;

pub(super) const TOTAL: i64 = 100;
/// Pieces to be sent.
pub(super) const PIECES: i64 = 3;
pub(super) const SHOPPER: Fact = Fact::CancelRequested { reason: CancelReason::ByShopper };
pub(super) const STAFF: Fact = Fact::CancelRequested { reason: CancelReason::ByStaff };
const DEADLINE: Fact = Fact::TimerFired { kind: TimerKind::PaymentDeadline };
pub(super) const AUTHORIZED: Fact = Fact::PaymentAuthorized { total: TOTAL };
pub(super) const CAPTURED: Fact = Fact::PaymentCaptured { total: TOTAL };
pub(super) const REFUNDED: Fact = Fact::PaymentRefunded { total: TOTAL };

/// Where facts lead: the last state, and everything that was done on the way.
struct Run {
    life: Life,
    effects: Vec<Effect>,
}

fn run(total: i64, facts: &[Fact]) -> Run {
    run_of(Life::new(total, PIECES), facts)
}

fn run_of(life: Life, facts: &[Fact]) -> Run {
    let mut run = Run { life, effects: Vec::new() };
    for fact in std::iter::once(&Fact::CheckedOut).chain(facts) {
        let step = apply(&run.life, *fact);
        run.life = step.life;
        run.effects.extend(step.effects);
    }
    run
}

impl Run {
    fn count(&self, is_meant: impl Fn(&Effect) -> bool) -> usize {
        self.effects.iter().filter(|effect| is_meant(effect)).count()
    }

    fn confirmations(&self) -> usize {
        self.count(|effect| *effect == Effect::Confirmed)
    }

    fn cancellations(&self) -> usize {
        self.count(|effect| matches!(effect, Effect::Cancelled(_)))
    }

    fn has_timer(&self) -> bool {
        let timer = |effect: &Effect| match effect {
            Effect::SetTimer(_) => Some(true),
            Effect::ClearTimer => Some(false),
            Effect::Moved { .. }
            | Effect::Placed
            | Effect::PaymentDue
            | Effect::PaymentExpiring(_)
            | Effect::Confirmed
            | Effect::Stopping
            | Effect::Delivered
            | Effect::Completed
            | Effect::Issue(_)
            | Effect::Cancelled(_)
            | Effect::Tell(_)
            | Effect::Alert(_) => None,
        };
        self.effects.iter().rev().find_map(timer).unwrap_or(false)
    }

    /// The end, without what only tells the way there.
    fn end(&self) -> (OrderStatus, Option<CancelReason>, PaymentStatus, Stock) {
        (self.life.status, self.life.reason, self.life.payment_status(), self.life.stock)
    }
}

/// The facts in the orders in which they may arrive.
fn in_every_order(facts: &[Fact]) -> impl Iterator<Item = Vec<Fact>> {
    let arrange = |arrival: Vec<usize>| arrival.into_iter().map(|fact| facts[fact]).collect();
    arrivals(facts.len(), 1).into_iter().map(arrange)
}

/// Facts, and where each order of them ends.
type Ending = (Vec<Fact>, OrderStatus, Option<CancelReason>, PaymentStatus);

fn endings() -> Vec<Ending> {
    use CancelReason::{ByShopper, ByStaff, OutOfStock, PaidOutOfStock};
    use Fact::*;
    use OrderStatus::{AwaitingPayment, Cancelled, Confirmed, PartiallyShipped, Shipped};
    use PaymentStatus::{Authorized, Captured, PartiallyRefunded, Refunded, Unpaid, Voided};
    let (failed, action) = (PaymentFailed { attempt: 1 }, PaymentActionRequired { attempt: 2 });
    let (less, part) = (PaymentCaptured { total: 30 }, PaymentRefunded { total: 40 });
    let (some, all) = (Dispatched { pieces: 1 }, Dispatched { pieces: PIECES });
    let arrived = |pieces| Fact::Delivered { pieces };
    let cancelled = |facts: Vec<Fact>, reason, payment| (facts, Cancelled, Some(reason), payment);
    vec![
        (vec![StockReserved, failed, action, AUTHORIZED, CAPTURED, StockAllocated], Confirmed, None, Captured),
        (vec![StockReserved, CAPTURED, less, StockAllocated], Confirmed, None, Captured),
        (vec![StockReserved, AUTHORIZED, StockAllocated], Confirmed, None, Authorized),
        (vec![StockReserved, CAPTURED, PaymentClosed, StockAllocated], Confirmed, None, Captured),
        (vec![StockReserved, CAPTURED, StockAllocated, part], Confirmed, None, PartiallyRefunded),
        (vec![StockReserved, StockHoldExpired, CAPTURED, StockAllocated], Confirmed, None, Captured),
        (vec![StockReserved, failed, action], AwaitingPayment, None, Unpaid),
        (vec![StockReserved, CAPTURED, StockAllocated, ReadyForPickup], OrderStatus::ReadyForPickup, None, Captured),
        (vec![StockReserved, CAPTURED, some, InTransit, arrived(1)], PartiallyShipped, None, Captured),
        (vec![StockReserved, AUTHORIZED, some, all, CAPTURED], Shipped, None, Captured),
        (vec![StockReserved, CAPTURED, some, all, arrived(1), arrived(PIECES)], OrderStatus::Delivered, None, Captured),
        (
            vec![StockReserved, CAPTURED, Fact::ReadyForPickup, Collected, part],
            OrderStatus::Delivered,
            None,
            PartiallyRefunded,
        ),
        cancelled(
            vec![StockReserved, CAPTURED, StockHoldExpired, StockUnavailable, REFUNDED],
            PaidOutOfStock,
            Refunded,
        ),
        cancelled(
            vec![StockReserved, CAPTURED, StockUnavailable, StockReleased, part, REFUNDED],
            PaidOutOfStock,
            Refunded,
        ),
        cancelled(
            vec![StockReserved, SHOPPER, FulfilmentStopped, CAPTURED, part, REFUNDED, StockReleased],
            ByShopper,
            Refunded,
        ),
        cancelled(
            vec![StockReserved, STAFF, FulfilmentStopped, AUTHORIZED, PaymentVoided, StockReleased],
            ByStaff,
            Voided,
        ),
        cancelled(vec![StockReserved, SHOPPER, PaymentClosed, StockReleased], ByShopper, Unpaid),
        cancelled(vec![StockRejected, CAPTURED, REFUNDED], OutOfStock, Refunded),
    ]
}

/// The same of lives too long for every order of their facts: 5,000 of them.
fn endings_of_long_lives() -> Vec<Ending> {
    use CancelReason::{ByShopper, ByStaff, OutOfStock, PaidOutOfStock};
    use Fact::*;
    use OrderStatus::{AwaitingPayment, Cancelled, Confirmed};
    use PaymentStatus::{Captured, PartiallyRefunded, Refunded, Unpaid, Voided};
    let (failed, action, again) =
        (PaymentFailed { attempt: 1 }, PaymentActionRequired { attempt: 2 }, PaymentFailed { attempt: 2 });
    let (third, part) = (PaymentActionRequired { attempt: 3 }, PaymentRefunded { total: 40 });
    let cancelled = |facts: &[&[Fact]], reason, payment| (facts.concat(), Cancelled, Some(reason), payment);
    let tried: &[Fact] = &[failed, action];
    let paid: &[Fact] = &[AUTHORIZED, CAPTURED];
    let given_back: &[Fact] = &[part, REFUNDED];
    let kept: &[Fact] = &[StockReserved, StockHoldExpired, StockAllocated];
    let lost: &[Fact] = &[StockHoldExpired, StockUnavailable, StockReleased];
    let freed: &[Fact] = &[StockReserved, StockReleased];
    let sent: &[Fact] = &[Dispatched { pieces: 1 }, Dispatched { pieces: PIECES }, InTransit, Delivered { pieces: 1 }];
    let arrived: &[Fact] = &[Delivered { pieces: PIECES }];
    vec![
        ([kept, paid, sent].concat(), OrderStatus::Shipped, None, Captured),
        ([kept, paid, sent, arrived, &[part]].concat(), OrderStatus::Delivered, None, PartiallyRefunded),
        ([kept, tried, &[again], paid, &[PaymentClosed]].concat(), Confirmed, None, Captured),
        ([kept, tried, paid, &[part]].concat(), Confirmed, None, PartiallyRefunded),
        (
            [tried, &[again, third, StockReserved, StockHoldExpired, PaymentClosed]].concat(),
            AwaitingPayment,
            None,
            Unpaid,
        ),
        cancelled(&[&[StockReserved, failed], paid, lost, given_back], PaidOutOfStock, Refunded),
        cancelled(&[freed, &[SHOPPER, FulfilmentStopped], tried, paid, given_back], ByShopper, Refunded),
        cancelled(
            &[freed, &[STAFF, FulfilmentStopped], tried, &[AUTHORIZED, PaymentVoided, PaymentClosed]],
            ByStaff,
            Voided,
        ),
        cancelled(&[freed, &[SHOPPER, PaymentClosed], tried, &[again, third]], ByShopper, Unpaid),
        cancelled(&[&[StockRejected], tried, paid, given_back], OutOfStock, Refunded),
    ]
}

#[test]
fn facts_that_do_not_compete_end_alike_in_every_order() {
    for (facts, status, reason, payment) in endings().into_iter().chain(endings_of_long_lives()) {
        let stock = run(TOTAL, &facts).life.stock;
        for order in in_every_order(&facts) {
            let end = run(TOTAL, &order).end();
            assert_eq!(end, (status, reason, payment, stock), "{order:?}");
        }
    }
}

/// Where the business means that the first one wins, the consequences still agree: an order that ends cancelled said so
/// once, last of all, so its money goes back and its stock is free; one that ends confirmed never said so.
#[test]
fn facts_that_compete_end_by_who_was_first_and_money_and_stock_agree() {
    use Fact::*;
    use OrderStatus::{AwaitingPayment, Cancelled, Confirmed};
    let competing: [(&[Fact], &[OrderStatus]); 5] = [
        // The deadline's answer against the money: a closed order that is paid late is refunded.
        (&[StockReserved, DEADLINE, CAPTURED, PaymentClosed], &[Confirmed, Cancelled]),
        // Somebody cancels at the deadline: cancelled either way, for the reason that came first.
        (&[StockReserved, DEADLINE, SHOPPER, PaymentClosed], &[Cancelled]),
        // Two cancel: the first reason stays.
        (&[StockReserved, SHOPPER, STAFF, PaymentClosed], &[Cancelled]),
        (&[StockRejected, SHOPPER, StockReleased], &[Cancelled]),
        // A promise that was let go confirms nothing, but what it confirmed before stays, and staff is alerted.
        (&[StockReserved, AUTHORIZED, PaymentVoided], &[Confirmed, AwaitingPayment]),
    ];
    for (facts, allowed) in competing {
        let mut seen = HashSet::new();
        for order in in_every_order(facts) {
            let run = run(TOTAL, &order);
            // An answer before its question cannot be; the closing then waits for the next answer.
            let answer_first = order.iter().position(|fact| *fact == PaymentClosed)
                < order.iter().position(|fact| *fact == DEADLINE || *fact == SHOPPER);
            if answer_first && run.life.closing {
                continue;
            }
            assert!(allowed.contains(&run.life.status), "{order:?} ends {:?}", run.life.status);
            assert_eq!(run.cancellations(), usize::from(run.life.status == Cancelled), "{order:?}");
            assert_eq!(run.has_timer(), run.life.status != Cancelled, "{order:?}");
            seen.insert(run.life.status);
        }
        assert_eq!(seen, allowed.iter().copied().collect(), "{facts:?}");
    }
}

#[test]
fn a_deadline_asks_and_only_the_answer_cancels() {
    let waiting = run(TOTAL, &[Fact::StockReserved, Fact::PaymentClosed, DEADLINE, DEADLINE]);
    assert_eq!(waiting.life.status, OrderStatus::AwaitingPayment);
    assert!(waiting.life.closing && waiting.has_timer());
    assert_eq!(waiting.count(|effect| *effect == Effect::PaymentExpiring(CancelReason::PaymentExpired)), 2);
    let paid = run(TOTAL, &[Fact::StockReserved, DEADLINE, CAPTURED, Fact::PaymentClosed]);
    assert_eq!(paid.life.status, OrderStatus::Confirmed);
    let closed = run(TOTAL, &[Fact::StockReserved, DEADLINE, Fact::PaymentClosed, CAPTURED, CAPTURED]);
    assert_eq!(closed.life.reason, Some(CancelReason::PaymentExpired));
    assert_eq!((closed.cancellations(), closed.confirmations()), (1, 0));
    assert_eq!(closed.life.payment_status(), PaymentStatus::Captured);
}

/// What is asked of others comes back in any order; what was asked and is refused ends it.
#[test]
fn an_order_waits_for_every_answer_it_needs() {
    let needs_all = Life { coupon: Claim::Waiting, points: Claim::Waiting, ..Life::new(TOTAL, PIECES) };
    let answers = [Fact::StockReserved, Fact::CouponReserved, Fact::PointsReserved];
    for order in in_every_order(&answers) {
        for upto in 0..3 {
            assert_eq!(run_of(needs_all, &order[..upto]).life.status, OrderStatus::Pending, "{order:?} {upto}");
        }
        assert_eq!(run_of(needs_all, &order).life.status, OrderStatus::AwaitingPayment, "{order:?}");
        assert_eq!(run_of(needs_all, &[&order[..], &[CAPTURED]].concat()).life.status, OrderStatus::Confirmed);
    }
    for (refusal, reason) in
        [(Fact::CouponRejected, CancelReason::CouponRejected), (Fact::PointsRejected, CancelReason::PointsRejected)]
    {
        let refused = run_of(needs_all, &[Fact::StockReserved, refusal, CAPTURED]);
        assert_eq!((refused.life.reason, refused.cancellations()), (Some(reason), 1));
        assert_eq!(refused.confirmations(), 0);
    }
    // An answer to what was never asked is no reason to wait or to end.
    assert_eq!(run(TOTAL, &[Fact::CouponReserved, Fact::StockReserved]).life.status, OrderStatus::AwaitingPayment);
}

/// Whoever packs it decides whether a paid order can still be cancelled.
#[test]
fn a_paid_order_is_cancelled_only_when_shipping_has_stopped_it() {
    let paid = [Fact::StockReserved, CAPTURED, Fact::StockAllocated];
    let after = |facts: &[Fact]| run(TOTAL, &[&paid[..], facts].concat());
    let closing = Fact::TimerFired { kind: TimerKind::Closing };
    let asked = after(&[SHOPPER, STAFF, closing]);
    assert_eq!((asked.life.status, asked.life.closing), (OrderStatus::Confirmed, true));
    assert_eq!(asked.count(|effect| *effect == Effect::Stopping), 2, "once, and once more when nobody answers");
    let stopped = after(&[SHOPPER, Fact::FulfilmentStopped, Fact::FulfilmentStopped]);
    assert_eq!((stopped.life.reason, stopped.cancellations()), (Some(CancelReason::ByShopper), 1));
    for too_late in in_every_order(&[SHOPPER, Fact::FulfilmentUnderWay, Fact::Dispatched { pieces: PIECES }]) {
        let run = after(&too_late);
        assert_eq!((run.life.status, run.life.closing), (OrderStatus::Shipped, false), "{too_late:?}");
        assert!(run.has_timer() && run.life.is_past_cancelling());
    }
    let ready = after(&[Fact::ReadyForPickup, SHOPPER, Fact::FulfilmentStopped]);
    assert_eq!(ready.life.status, OrderStatus::Cancelled);
}

#[test]
fn an_order_that_arrived_is_completed_when_it_cannot_be_sent_back_any_more() {
    let window = Fact::TimerFired { kind: TimerKind::ReturnWindow };
    let arrived =
        [Fact::StockReserved, CAPTURED, Fact::Dispatched { pieces: PIECES }, Fact::Delivered { pieces: PIECES }];
    let run = run(TOTAL, &[&arrived[..], &[window, window, SHOPPER, REFUNDED]].concat());
    assert_eq!(run.life.status, OrderStatus::Completed);
    let told = [Effect::Delivered, Effect::Completed].map(|told| run.count(|effect| *effect == told));
    assert_eq!((told, run.has_timer()), ([1, 1], false));
    assert_eq!(run.life.payment_status(), PaymentStatus::Refunded);
}

#[test]
fn an_order_that_something_comes_back_of_is_completed_when_that_has_ended() {
    let window = Fact::TimerFired { kind: TimerKind::ReturnWindow };
    let again = Fact::TimerFired { kind: TimerKind::OpenReturn };
    let returned = |state, open| Fact::Returned { state, open, pieces: 0 };
    let (asked, ended) = (returned(ReturnState::Requested, 1), returned(ReturnState::Cancelled, 0));
    let arrived = [Fact::StockReserved, CAPTURED, Fact::Delivered { pieces: PIECES }];
    let waits = run(TOTAL, &[&arrived[..], &[asked, window, again, again]].concat());
    assert_eq!((waits.life.status, waits.has_timer()), (OrderStatus::Delivered, true));
    assert_eq!(waits.count(|effect| *effect == Effect::SetTimer(TimerKind::OpenReturn)), 3);
    for facts in [[asked, window, ended, again], [asked, ended, window, again]] {
        let run = run(TOTAL, &[&arrived[..], &facts].concat());
        assert_eq!((run.life.status, run.has_timer()), (OrderStatus::Completed, false));
    }
}

#[test]
fn a_dispute_is_told_to_staff_wherever_the_order_is() {
    let (opened, won, lost) = (
        Fact::Disputed { state: DisputeState::Opened, amount: TOTAL },
        Fact::Disputed { state: DisputeState::Won, amount: TOTAL },
        Fact::Disputed { state: DisputeState::Lost, amount: 30 },
    );
    let paid = [Fact::StockReserved, CAPTURED];
    let arrived = [Fact::Delivered { pieces: PIECES }, Fact::TimerFired { kind: TimerKind::ReturnWindow }];
    for before in [paid.to_vec(), [paid, arrived].concat()] {
        let after = |facts: &[Fact]| run(TOTAL, &[&before[..], facts].concat());
        let alerts = |run: &Run| run.count(|effect| matches!(effect, Effect::Alert(_)));
        let end = |facts: &[Fact]| (after(facts).life.payment_status(), alerts(&after(facts)));
        assert_eq!(end(&[opened, opened]), (PaymentStatus::Disputed, 1));
        assert_eq!(end(&[opened, won, opened]), (PaymentStatus::Captured, 1));
        assert_eq!(end(&[won, lost, opened, won]), (PaymentStatus::PartiallyRefunded, 1));
        assert_eq!(end(&[lost, REFUNDED]), (PaymentStatus::Refunded, 1));
        assert_eq!(after(&[opened]).life.status, after(&[]).life.status, "it moves nothing");
    }
}

#[test]
fn an_order_of_which_nothing_is_sent_has_arrived_when_it_is_paid() {
    let run = run_of(Life::new(TOTAL, 0), &[Fact::StockReserved, CAPTURED]);
    assert_eq!((run.life.status, run.confirmations()), (OrderStatus::Delivered, 1));
}

#[test]
fn an_order_for_nothing_is_confirmed_as_soon_as_its_stock_is_held() {
    let free = run(0, &[Fact::StockReserved]);
    assert_eq!((free.life.status, free.life.version), (OrderStatus::Confirmed, 2));
    assert_eq!(free.count(|effect| *effect == Effect::PaymentDue), 0);
}

#[test]
fn stock_that_does_not_answer_is_asked_again_and_staff_hears_of_it_after_three() {
    let fired = Fact::TimerFired { kind: TimerKind::Pending };
    let alerts = |times| run(TOTAL, &vec![fired; times]).count(|effect| matches!(effect, Effect::Alert(_)));
    assert_eq!((alerts(2), alerts(3)), (0, 1));
    assert_eq!(run(TOTAL, &[fired; 3]).count(|effect| *effect == Effect::Placed), 4);
}

#[test]
fn money_for_less_than_the_total_confirms_nothing() {
    let short = [Fact::PaymentCaptured { total: TOTAL - 1 }, Fact::PaymentAuthorized { total: TOTAL - 1 }];
    let run = run(TOTAL, &[&[Fact::StockReserved][..], &short].concat());
    assert_eq!(run.life.status, OrderStatus::AwaitingPayment);
}

#[test]
fn a_fact_heard_twice_has_no_second_effect() {
    let facts = [
        Fact::StockReserved,
        AUTHORIZED,
        CAPTURED,
        Fact::StockAllocated,
        SHOPPER,
        Fact::FulfilmentStopped,
        REFUNDED,
        Fact::StockReleased,
    ];
    for upto in 1..=facts.len() {
        let run = run(TOTAL, &facts[..upto]);
        for fact in &facts[..upto] {
            assert_eq!(apply(&run.life, *fact).effects, [], "{fact:?} again after {upto}");
        }
        assert_eq!(apply(&run.life, Fact::CheckedOut).effects, []);
    }
}

fn any_fact() -> impl Strategy<Value = Fact> {
    use DisputeState::{Lost, Opened, Won};
    use Fact::*;
    let kinds = [
        TimerKind::Pending,
        TimerKind::PaymentDeadline,
        TimerKind::Closing,
        TimerKind::ServiceLevel,
        TimerKind::Arrival,
        TimerKind::ReturnWindow,
        TimerKind::OpenReturn,
    ];
    prop_oneof![
        prop::sample::select(vec![
            CheckedOut,
            StockReserved,
            StockRejected,
            StockAllocated,
            StockReleased,
            StockHoldExpired,
            StockUnavailable,
            CouponReserved,
            CouponRejected,
            PointsReserved,
            PointsRejected,
            PaymentClosed,
            PaymentVoided,
            FulfilmentStopped,
            FulfilmentUnderWay,
            ReadyForPickup,
            InTransit,
            Collected,
            ParcelPacked,
            CaptureFailed,
            AddressChanged,
            SHOPPER,
            STAFF,
        ]),
        prop::sample::select(kinds.to_vec()).prop_map(|kind| TimerFired { kind }),
        (1..4_i64).prop_map(|attempt| PaymentActionRequired { attempt }),
        (1..4_i64).prop_map(|attempt| PaymentFailed { attempt }),
        (0..=2 * TOTAL).prop_map(|total| PaymentAuthorized { total }),
        (0..=2 * TOTAL).prop_map(|total| PaymentCaptured { total }),
        (0..=2 * TOTAL).prop_map(|total| PaymentRefunded { total }),
        (prop::sample::select(vec![Opened, Won, Lost]), 1..=TOTAL)
            .prop_map(|(state, amount)| Disputed { state, amount }),
        (0..2_i64, 0..=PIECES).prop_map(|(open, pieces)| Returned { state: ReturnState::Requested, open, pieces }),
        (0..=PIECES).prop_map(|pieces| Dispatched { pieces }),
        (0..=PIECES).prop_map(|pieces| Delivered { pieces }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_heard_the_history_is_a_path_and_an_open_order_has_a_timer(
        total in 0..=TOTAL,
        facts in prop::collection::vec(any_fact(), 0..30),
    ) {
        let run = run(total, &facts);
        let mut status = None;
        let mut version = 0;
        for effect in &run.effects {
            if let Effect::Moved { from, to } = effect {
                prop_assert_eq!(*from, status);
                prop_assert!(!matches!(from, Some(OrderStatus::Cancelled | OrderStatus::Completed)));
                prop_assert!(from.is_none_or(|from| from < *to), "{:?} is behind {:?}", to, from);
                (status, version) = (Some(*to), version + 1);
            }
        }
        prop_assert_eq!((status, version), (Some(run.life.status), run.life.version));
        let is_cancelled = run.life.status == OrderStatus::Cancelled;
        prop_assert_eq!(run.has_timer(), !is_cancelled && run.life.status != OrderStatus::Completed);
        prop_assert_eq!(run.life.reason.is_some(), is_cancelled);
        prop_assert_eq!(run.cancellations(), usize::from(is_cancelled));
        prop_assert!(run.confirmations() <= 1);
        let papers = |is_meant: fn(&Paper) -> Option<i64>| -> Vec<i64> {
            run.effects.iter().filter_map(|effect| if let Effect::Issue(paper) = effect { is_meant(paper) } else { None }).collect()
        };
        let invoices = papers(|paper| if let Paper::Invoice { total } = paper { Some(*total) } else { None });
        let credits = papers(|paper| if let Paper::CreditNote { amount } = paper { Some(*amount) } else { None });
        prop_assert_eq!(invoices.len(), run.confirmations());
        let credited = if invoices.is_empty() { 0 } else { run.life.money.refunded };
        prop_assert_eq!(credits.iter().sum::<i64>(), credited);
        if run.confirmations() == 1 {
            prop_assert!(run.life.money.captured.max(run.life.money.authorized) >= total);
        }
    }

    #[test]
    fn what_was_heard_does_not_depend_on_the_order_it_was_heard_in(
        facts in prop::collection::vec(any_fact(), 0..10),
        seed in any::<u64>(),
    ) {
        let mut shuffled = facts.clone();
        let len = shuffled.len().max(1);
        for index in 0..shuffled.len() {
            shuffled.swap(index, (seed.rotate_left(index as u32 * 7) % len as u64) as usize);
        }
        let (one, other) = (run(TOTAL, &facts).life, run(TOTAL, &shuffled).life);
        prop_assert_eq!((one.stock, one.money, one.payment_status()), (other.stock, other.money, other.payment_status()));
        prop_assert_eq!((one.coupon, one.points, one.parcels), (other.coupon, other.points, other.parcels));
    }
}
