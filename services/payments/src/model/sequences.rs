//! Whatever happens to a payment, in whatever order, its books stay right.

mod books;

use super::*;
use bodega_contracts::payments::DisputeState;
use bodega_kernel::{Currency, Money};
use books::{Books, DUE, NOW, Step, buyers_credit, card, step};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_are_right_after_every_step(
        steps in prop::collection::vec(step(), 1..40),
        tendered in prop_oneof![Just(0), 1..DUE, Just(DUE)],
    ) {
        let mut books = Books::with_tenders(tendered);
        for step in &steps {
            books.take(step);
            books.check();
        }
    }

    #[test]
    fn a_cancelled_order_keeps_no_money(
        steps in prop::collection::vec(step(), 1..30),
        tendered in prop_oneof![Just(0), 1..DUE, Just(DUE)],
    ) {
        let mut books = Books::with_tenders(tendered);
        let keeps = |step: &Step| matches!(step, Step::RefundFailed(_) | Step::Dispute(..) | Step::Spend(_));
        let steps = steps.into_iter().filter(|step| !keeps(step) && !matches!(step, Step::RefundRefused(_)));
        for step in [Step::Due].into_iter().chain(steps).chain([Step::Cancel]) {
            books.take(&step);
        }
        for _ in 0..3 {
            for at in 0..books.refunds.len() {
                books.take(&Step::RefundDone(at));
            }
        }
        let (payment, credit) = (&books.payment, buyers_credit());
        prop_assert_eq!(payment.captured + payment.tendered(), payment.refunded + payment.credited);
        let as_credit = books.balances.get(&credit).copied().unwrap_or(0);
        prop_assert_eq!(books.booked(Account::ProviderReceivable) + tendered - books.balances[&card()], as_credit);
    }

    #[test]
    fn whatever_a_bank_decides_a_cancelled_order_keeps_no_money(
        steps in prop::collection::vec(step(), 1..40),
        tendered in prop_oneof![Just(0), 1..DUE, Just(DUE)],
        won in any::<bool>(),
    ) {
        let mut books = Books::with_tenders(tendered);
        let steps = steps.into_iter().filter(|step| !matches!(step, Step::RefundFailed(_)));
        let decided = if won { DisputeState::Won } else { DisputeState::Lost };
        for step in [Step::Due].into_iter().chain(steps).chain([Step::Cancel, Step::Dispute(decided, DUE)]) {
            books.take(&step);
        }
        let mut at = 0;
        while at < books.refunds.len() {
            books.take(&Step::RefundDone(at));
            books.check();
            at += 1;
        }
        let payment = &books.payment;
        let paid = payment.captured + payment.tendered() - payment.lost();
        prop_assert_eq!(paid, payment.refunded + payment.credited - payment.undone());
        prop_assert!(payment.waiting.is_empty());
    }

    #[test]
    fn an_order_that_wants_an_end_is_answered_once_every_attempt_has_one(
        steps in prop::collection::vec(step(), 0..20),
        deadline in any::<bool>(),
    ) {
        let mut books = Books::new();
        let other = |step: &Step| matches!(step, Step::Cancel | Step::Dispute(..) | Step::Parcel(..) | Step::Partly(..));
        for step in steps.iter().filter(|step| !other(step)) {
            books.take(step);
        }
        books.told.clear();
        books.take(&Step::Expire(deadline));
        for n in 1..=books.payment.attempts.len() as i64 {
            // A kept promise is the answer to a deadline; otherwise it is let go.
            let attempt = &books.payment.attempts[n as usize - 1];
            if attempt.status.is_open() || attempt.task == Some(Task::Void) {
                books.take(&Step::Closed(n));
            }
        }
        prop_assert_eq!(books.payment.state, State::Closed);
        let answer = |told: &Told| matches!(told, Told::Closed | Told::Captured(_) | Told::Authorized(_));
        prop_assert_eq!(books.told.iter().filter(|told| answer(told)).count(), 1, "{:?}", books.told);
        let closed = books.told.contains(&Told::Closed);
        prop_assert_eq!(closed, books.payment.captured == 0 && books.payment.authorized == 0);
    }
}

#[test]
fn a_genuine_payment_of_one_unit_does_not_pay_two_thousand() {
    let mut books = Books::new();
    books.take(&Step::Due);
    books.take(&Step::CapturedOther(1));
    assert_eq!((books.payment.captured, books.told.len()), (0, 0));
    let yen = Outcome::Captured { reference: String::new(), amount: Money::new(DUE, Currency::JPY) };
    assert_eq!(books.payment.notified(1, &yen, NOW).0, Verdict::CurrencyMismatch);
    assert_eq!(books.payment.captured, 0);
}

#[test]
fn an_end_asked_for_again_is_answered_again() {
    let mut books = Books::new();
    for _ in 0..2 {
        books.take(&Step::Expire(true));
    }
    assert_eq!(books.told, [Told::Closed, Told::Closed]);
    books.take(&Step::Due);
    assert!(books.payment.attempts.is_empty(), "nothing is charged after the end");
}

#[test]
fn what_was_never_sent_is_closed_without_asking() {
    let mut books = Books::new();
    books.take(&Step::Due);
    books.take(&Step::Lost(1, CallError::NotSent));
    books.take(&Step::Expire(true));
    assert_eq!(books.told, [Told::Closed]);
}
