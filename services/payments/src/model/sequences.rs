//! Whatever happens to a payment, in whatever order, its books stay right.

use super::*;
use bodega_contracts::{OrderId, PaymentId, RefundId};
use bodega_kernel::{Currency, Money};
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

const DUE: i64 = 2_000;
const NOW: Time = Time::from_ms(1_700_000_000_000);

#[derive(Clone, Debug)]
enum Step {
    Due,
    Next,
    Expire(bool),
    Cancel,
    Captured(i64),
    CapturedOther(i64),
    Authorized(i64),
    ActionRequired(i64),
    Pending(i64),
    Declined(i64),
    Closed(i64),
    Lost(i64, CallError),
    Capture,
    Refund(i64),
    RefundDone(usize),
    RefundFailed(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let attempt = 1..4_i64;
    prop_oneof![
        2 => Just(Step::Due),
        4 => Just(Step::Next),
        1 => any::<bool>().prop_map(Step::Expire),
        1 => Just(Step::Cancel),
        3 => attempt.clone().prop_map(Step::Captured),
        1 => attempt.clone().prop_map(Step::CapturedOther),
        2 => attempt.clone().prop_map(Step::Authorized),
        1 => attempt.clone().prop_map(Step::ActionRequired),
        1 => attempt.clone().prop_map(Step::Pending),
        3 => attempt.clone().prop_map(Step::Declined),
        2 => attempt.clone().prop_map(Step::Closed),
        1 => (attempt, prop_oneof![Just(CallError::NotSent), Just(CallError::Unknown)]).prop_map(|(n, e)| Step::Lost(n, e)),
        1 => Just(Step::Capture),
        2 => (1..DUE * 2).prop_map(Step::Refund),
        4 => (0..4_usize).prop_map(Step::RefundDone),
        1 => (0..4_usize).prop_map(Step::RefundFailed),
    ]
}

/// A payment with the refunds and the ledger that its effects made.
struct Books {
    payment: Payment,
    refunds: Vec<Refund>,
    ledger: BTreeMap<(String, &'static str), i64>,
    told: Vec<Told>,
    twice: bool,
}

impl Books {
    fn new() -> Self {
        let payment = Payment::unheard(OrderId(Uuid::from_u128(1)), PaymentId(Uuid::from_u128(2)));
        Self { payment, refunds: Vec::new(), ledger: BTreeMap::new(), told: Vec::new(), twice: false }
    }

    fn take(&mut self, step: &Step) {
        let gbp = |amount| Money::new(amount, Currency::GBP);
        let reference = || "r".to_owned();
        let effects = match *step {
            Step::Due => self.due(),
            Step::Next => self.next(),
            Step::Expire(deadline) => {
                self.payment.expire(if deadline { State::Closing } else { State::Cancelling }, NOW)
            }
            Step::Cancel => self.payment.cancel(NOW),
            Step::Captured(n) => self.hear(n, &Outcome::Captured { reference: reference(), amount: gbp(DUE) }),
            Step::CapturedOther(n) => self.hear(n, &Outcome::Captured { reference: reference(), amount: gbp(1) }),
            Step::Authorized(n) => self.hear(n, &Outcome::Authorized { reference: reference(), amount: gbp(DUE) }),
            Step::ActionRequired(n) => {
                self.hear(n, &Outcome::ActionRequired { reference: reference(), url: Some(reference()) })
            }
            Step::Pending(n) => self.hear(n, &Outcome::Pending { reference: reference() }),
            Step::Declined(n) => self.hear(n, &Outcome::Declined { code: reference() }),
            Step::Closed(n) => self.hear(n, &Outcome::Closed),
            Step::Lost(n, error) => self.lose(n, error),
            Step::Capture => {
                let _ = self.payment.capture(NOW);
                Vec::new()
            }
            Step::Refund(amount) => self.refund(amount),
            Step::RefundDone(at) => self.end_refund(at, true),
            Step::RefundFailed(at) => self.end_refund(at, false),
        };
        self.follow(effects);
    }

    fn due(&mut self) -> Vec<Effect> {
        let first = self.payment.due.replace(Money::new(DUE, Currency::GBP)).is_none();
        if first { self.next() } else { Vec::new() }
    }

    fn next(&mut self) -> Vec<Effect> {
        let lease = Uuid::from_u128(9);
        match self.payment.next_number() {
            Ok(n) => self.payment.begin(Attempt::prepared(n, "m", "p", DUE, NOW).claimed(lease, NOW.plus(LEASE))),
            Err(_) => Vec::new(),
        }
    }

    fn hear(&mut self, n: i64, outcome: &Outcome) -> Vec<Effect> {
        self.payment.notified(n, outcome, NOW).1
    }

    fn lose(&mut self, n: i64, error: CallError) -> Vec<Effect> {
        let Some(attempt) = self.payment.attempts.iter().find(|attempt| attempt.number == n) else { return Vec::new() };
        let (Some(lease), Some(task)) = (attempt.lease, attempt.task) else { return Vec::new() };
        let order_id = self.payment.order_id;
        self.payment.reported(&Report { order_id, attempt: n, lease, task, first: true, result: Err(error) }, NOW)
    }

    fn refund(&mut self, amount: i64) -> Vec<Effect> {
        if let Ok(attempt) = self.payment.reserve_refund(Money::new(amount, Currency::GBP)) {
            self.prepare(attempt, amount, Origin::Staff);
        }
        Vec::new()
    }

    fn prepare(&mut self, attempt: i64, amount: i64, origin: Origin) {
        self.refunds.push(Refund {
            id: RefundId(Uuid::from_u128(100 + self.refunds.len() as u128)),
            order_id: self.payment.order_id,
            attempt,
            amount: Money::new(amount, Currency::GBP),
            origin,
            status: RefundStatus::Prepared,
            lease: None,
            sent: false,
            tries: 0,
            trace: None,
        });
    }

    fn end_refund(&mut self, at: usize, done: bool) -> Vec<Effect> {
        let Some(refund) = self.refunds.get_mut(at).filter(|refund| refund.status == RefundStatus::Prepared) else {
            return Vec::new();
        };
        refund.status = if done { RefundStatus::Done } else { RefundStatus::Failed };
        let refund = refund.clone();
        if done { self.payment.refund_done(&refund) } else { self.payment.refund_failed(&refund, NOW) }
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Tell(told) => self.told.push(told),
                Effect::Book(entry) => {
                    for (account, amount) in entry.lines {
                        self.twice |= self.ledger.insert((entry.name.clone(), account.word()), amount).is_some();
                    }
                }
                Effect::GiveBack { attempt, amount, origin } => self.prepare(attempt, amount, origin),
                Effect::Alert(_) => {}
            }
        }
    }

    fn booked(&self, account: Account) -> i64 {
        self.ledger.iter().filter(|((_, on), _)| *on == account.word()).map(|(_, amount)| amount).sum()
    }

    fn check(&self) {
        let payment = &self.payment;
        assert!(!self.twice, "an entry was booked twice");
        assert_eq!(self.ledger.values().sum::<i64>(), 0, "the ledger sums to zero");
        assert_eq!(-self.booked(Account::OrderReceipts), payment.captured);
        assert_eq!(self.booked(Account::OrderRefunds), payment.refunded);
        assert!(0 <= payment.refunded && payment.refunded <= payment.refund_reserved, "{payment:?}");
        assert!(payment.refund_reserved <= payment.captured, "{payment:?}");
        assert!(payment.captured <= payment.authorized && payment.authorized <= DUE, "{payment:?}");
        let paying = |attempt: &&Attempt| attempt.captured > 0 && !attempt.surplus;
        assert!(payment.attempts.iter().filter(paying).count() <= 1, "two attempts pay one order");
        assert!(
            payment.attempts.iter().filter(|attempt| attempt.status.is_open()).count() <= 1,
            "two attempts are open"
        );
        let given_back = |number| {
            let of = self.refunds.iter().filter(move |refund: &&Refund| refund.attempt == number);
            of.filter(|refund| refund.status != RefundStatus::Failed).map(|refund| refund.amount.amount).sum::<i64>()
        };
        for attempt in &payment.attempts {
            assert!(given_back(attempt.number) <= attempt.captured, "more goes back than was taken: {attempt:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_are_right_after_every_step(steps in prop::collection::vec(step(), 1..40)) {
        let mut books = Books::new();
        for step in &steps {
            books.take(step);
            books.check();
        }
    }

    #[test]
    fn a_cancelled_order_keeps_no_money(steps in prop::collection::vec(step(), 1..30)) {
        let mut books = Books::new();
        let steps = steps.into_iter().filter(|step| !matches!(step, Step::RefundFailed(_)));
        for step in [Step::Due].into_iter().chain(steps).chain([Step::Cancel]) {
            books.take(&step);
        }
        for _ in 0..3 {
            for at in 0..books.refunds.len() {
                books.take(&Step::RefundDone(at));
            }
        }
        prop_assert_eq!(books.payment.captured, books.payment.refunded);
        prop_assert_eq!(books.booked(Account::ProviderReceivable), 0);
    }

    #[test]
    fn an_order_that_wants_an_end_is_answered_once_every_attempt_has_one(
        steps in prop::collection::vec(step(), 0..20),
        deadline in any::<bool>(),
    ) {
        let mut books = Books::new();
        for step in steps.iter().filter(|step| !matches!(step, Step::Cancel)) {
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
