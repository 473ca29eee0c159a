//! A payment with all the books around it, and what can happen to it.

use super::super::*;
use bodega_contracts::{GiftCardId, OrderId, PaymentId, RefundId, ReturnId, ShipmentId, payments::DisputeState};
use bodega_kernel::{Currency, Money, UserId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub(super) const DUE: i64 = 2_000;
pub(super) const NOW: Time = Time::from_ms(1_700_000_000_000);

#[derive(Clone, Debug)]
pub(super) enum Step {
    Due,
    Next,
    Expire(bool),
    Cancel,
    Captured(i64),
    Partly(i64, i64, bool),
    CapturedOther(i64),
    Authorized(i64),
    ActionRequired(i64),
    Pending(i64),
    Declined(i64),
    Closed(i64),
    Lost(i64, CallError),
    Capture,
    Parcel(u128, i64),
    Returned(u128, i64, bool),
    Dispute(DisputeState, i64),
    Spend(i64),
    Refund(i64),
    RefundDone(usize),
    /// As long as there is a dispute.
    RefundRefused(usize),
    RefundFailed(usize),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let attempt = 1..4_i64;
    prop_oneof![
        2 => Just(Step::Due),
        4 => Just(Step::Next),
        1 => any::<bool>().prop_map(Step::Expire),
        1 => Just(Step::Cancel),
        3 => attempt.clone().prop_map(Step::Captured),
        2 => (attempt.clone(), 1..DUE, any::<bool>()).prop_map(|(n, total, over)| Step::Partly(n, total, over)),
        2 => (1..4_u128, 0..=DUE).prop_map(|(parcel, total)| Step::Parcel(parcel, total)),
        2 => (1..9_u128, 1..DUE, any::<bool>()).prop_map(|(id, amount, credit)| Step::Returned(id, amount, credit)),
        1 => (prop_oneof![Just(DisputeState::Opened), Just(DisputeState::Won), Just(DisputeState::Lost)], 1..=DUE)
            .prop_map(|(state, most)| Step::Dispute(state, most)),
        1 => (1..DUE).prop_map(Step::Spend),
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
        2 => (0..4_usize).prop_map(Step::RefundRefused),
        1 => (0..4_usize).prop_map(Step::RefundFailed),
    ]
}

pub(super) fn buyers_credit() -> Holder {
    Holder::credit(UserId(Uuid::from_u128(7)), Currency::GBP)
}

pub(super) fn card() -> Holder {
    Holder::card(GiftCardId(Uuid::from_u128(5)))
}

/// What a provider says to a refund.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Done,
    Disputed,
    Failed,
}

/// A payment with the refunds and the ledger that its effects made.
pub(super) struct Books {
    pub(super) payment: Payment,
    pub(super) tendered: i64,
    pub(super) balances: BTreeMap<Holder, i64>,
    pub(super) returned: Vec<ReturnId>,
    pub(super) refunds: Vec<Refund>,
    pub(super) ledger: BTreeMap<(String, &'static str), i64>,
    pub(super) told: Vec<Told>,
    pub(super) twice: bool,
}

impl Books {
    pub(super) fn new() -> Self {
        Self::with_tenders(0)
    }

    /// An order of which a gift card is to pay so much.
    pub(super) fn with_tenders(tendered: i64) -> Self {
        let payment = Payment::unheard(OrderId(Uuid::from_u128(1)), PaymentId(Uuid::from_u128(2)));
        let (refunds, ledger, told) = (Vec::new(), BTreeMap::new(), Vec::new());
        let balances = BTreeMap::from([(card(), tendered)]);
        Self { payment, tendered, balances, returned: Vec::new(), refunds, ledger, told, twice: false }
    }

    pub(super) fn take(&mut self, step: &Step) {
        let gbp = |amount| Money::new(amount, Currency::GBP);
        let reference = || "r".to_owned();
        let effects = match *step {
            Step::Due => self.due(),
            Step::Next => self.next(),
            Step::Expire(deadline) => {
                self.payment.expire(if deadline { State::Closing } else { State::Cancelling }, NOW)
            }
            Step::Cancel => self.payment.cancel(NOW),
            Step::Captured(n) => {
                let amount = gbp(self.asked(n));
                self.hear(n, &Outcome::Captured { reference: reference(), amount })
            }
            Step::Partly(n, total, over) => {
                // Only what was promised can be taken in parts, and only more and more of it.
                let of = self.payment.attempts.iter().find(|attempt| attempt.number == n);
                let fits = |attempt: &&Attempt| {
                    attempt.status == Status::Authorized && (attempt.captured..attempt.amount).contains(&total)
                };
                match of.filter(fits) {
                    Some(_) => {
                        self.hear(n, &Outcome::PartlyCaptured { reference: reference(), captured: gbp(total), over })
                    }
                    None => Vec::new(),
                }
            }
            Step::Parcel(parcel, total) => {
                self.payment.capture_due(ShipmentId(Uuid::from_u128(parcel)), gbp(total), NOW)
            }
            Step::Returned(id, amount, to_credit) => {
                let return_id = ReturnId(Uuid::from_u128(id));
                let to = to_credit.then(buyers_credit);
                if self.returned.contains(&return_id) {
                    Vec::new()
                } else {
                    self.returned.push(return_id);
                    self.payment.goods_returned(ReturnDue { return_id, amount: gbp(amount), to }, NOW)
                }
            }
            Step::Dispute(state, most) => self.dispute(state, most),
            Step::Spend(amount) => {
                let balance = self.balances.entry(buyers_credit()).or_default();
                *balance -= amount.min(*balance);
                Vec::new()
            }
            Step::CapturedOther(n) => self.hear(n, &Outcome::Captured { reference: reference(), amount: gbp(1) }),
            Step::Authorized(n) => {
                let amount = gbp(self.asked(n));
                self.hear(n, &Outcome::Authorized { reference: reference(), amount })
            }
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
            Step::RefundDone(at) => self.end_refund(at, Answer::Done),
            Step::RefundRefused(at) => self.end_refund(at, Answer::Disputed),
            Step::RefundFailed(at) => self.end_refund(at, Answer::Failed),
        };
        self.follow(effects);
    }

    fn dispute(&mut self, state: DisputeState, most: i64) -> Vec<Effect> {
        let paying = self.payment.attempts.iter().find(|attempt| attempt.captured > 0 && !attempt.surplus);
        let Some((n, taken)) = paying.map(|attempt| (attempt.number, attempt.captured)) else { return Vec::new() };
        // What a bank takes once it takes for good, and never what went back.
        let most = match self.payment.withheld() {
            0 => most.min(taken - self.payment.refunded),
            withheld => withheld,
        };
        let said = BankSays { state, amount: Money::new(most, Currency::GBP), reference: String::new() };
        self.payment.disputed(n, &said, &self.unspent(), NOW).1
    }

    fn due(&mut self) -> Vec<Effect> {
        if self.payment.due.replace(Money::new(DUE, Currency::GBP)).is_some() {
            return Vec::new();
        }
        let mut effects = self.payment.settle(NOW);
        if self.tendered > 0 && self.payment.state == State::Open && !self.payment.cancelled {
            let (holder, label, amount) = (card(), String::new(), self.tendered);
            self.payment.tenders =
                vec![Held { number: 1, holder, label, amount, state: TenderState::Wanted, returned: 0 }];
            effects.extend(self.payment.take_tenders(&mut self.balances.clone()).unwrap());
        }
        effects.extend(self.next());
        effects
    }

    /// What can be taken back of what returns became: nothing else brings the buyer credit here.
    fn unspent(&self) -> Vec<(Holder, i64)> {
        let balance = self.balances.get(&buyers_credit()).copied().unwrap_or(0);
        (balance > 0).then(|| (buyers_credit(), balance)).into_iter().collect()
    }

    fn asked(&self, n: i64) -> i64 {
        self.payment.attempts.iter().find(|attempt| attempt.number == n).map_or(DUE, |attempt| attempt.amount)
    }

    fn next(&mut self) -> Vec<Effect> {
        let lease = Uuid::from_u128(9);
        match self.payment.next_number() {
            Ok(n) => self
                .payment
                .begin(Attempt::prepared(n, "m", "p", self.payment.rest(), NOW).claimed(lease, NOW.plus(LEASE))),
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
        let result = Err(error);
        self.payment.reported(&Report { order_id, attempt: n, lease, task, first: true, result, fresh: None }, NOW)
    }

    fn refund(&mut self, amount: i64) -> Vec<Effect> {
        let reserved = self.payment.reserve_refund(Money::new(amount, Currency::GBP));
        reserved.map(Effect::GiveBack).into_iter().collect()
    }

    fn prepare(&mut self, giving: &GivingBack) {
        let id = RefundId(Uuid::from_u128(100 + self.refunds.len() as u128));
        for (nth, (holder, amount)) in giving.credits.iter().enumerate() {
            self.book(&Entry::credit(id, nth, holder, *amount));
        }
        self.refunds.push(Refund {
            id,
            order_id: self.payment.order_id,
            attempt: giving.attempt,
            amount: Money::new(giving.amount(), Currency::GBP),
            credited: giving.credited(),
            return_id: giving.return_id,
            origin: giving.origin,
            status: if giving.cash == 0 { RefundStatus::Done } else { RefundStatus::Prepared },
            lease: None,
            sent: false,
            tries: 0,
            trace: None,
        });
    }

    /// What a provider has answered for a refund; it gives nothing that a bank has or withholds.
    fn end_refund(&mut self, at: usize, mut answer: Answer) -> Vec<Effect> {
        let open = |refund: &&mut Refund| matches!(refund.status, RefundStatus::Prepared | RefundStatus::Waiting);
        let Some(refund) = self.refunds.get_mut(at).filter(open) else { return Vec::new() };
        let payment = &self.payment;
        let left = payment.captured - payment.refunded - payment.withheld() - payment.lost();
        if answer == Answer::Done && refund.origin != Origin::Surplus && refund.cash().amount > left {
            answer = Answer::Disputed;
        }
        refund.status = if answer == Answer::Done { RefundStatus::Done } else { RefundStatus::Failed };
        let refund = refund.clone();
        match answer {
            Answer::Done => self.payment.refund_done(&refund),
            Answer::Disputed => self.payment.refund_disputed(&refund, NOW),
            Answer::Failed => self.payment.refund_failed(&refund, NOW),
        }
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Tell(told) => self.told.push(told),
                Effect::Book(entry) => self.book(&entry),
                Effect::GiveBack(giving) => self.prepare(&giving),
                Effect::Turn(id, turn) => {
                    let refund = self.refunds.iter_mut().find(|refund| refund.id == id).unwrap();
                    refund.status = match turn {
                        Turn::Waits(_) => RefundStatus::Waiting,
                        Turn::Again => RefundStatus::Prepared,
                        Turn::Fails(_) => RefundStatus::Failed,
                    };
                }
                Effect::Alert(_) => {}
            }
        }
    }

    fn book(&mut self, entry: &Entry) {
        for (account, amount) in entry.lines {
            self.twice |= self.ledger.insert((entry.name.clone(), account.word()), amount).is_some();
        }
        if let Some(holder) = &entry.holder {
            *self.balances.entry(holder.clone()).or_default() += entry.balance_change();
        }
    }

    pub(super) fn booked(&self, account: Account) -> i64 {
        self.ledger.iter().filter(|((_, on), _)| *on == account.word()).map(|(_, amount)| amount).sum()
    }

    pub(super) fn check(&self) {
        let payment = &self.payment;
        assert!(!self.twice, "an entry was booked twice");
        assert_eq!(self.ledger.values().sum::<i64>(), 0, "the ledger sums to zero");
        assert_eq!(-self.booked(Account::OrderReceipts), payment.captured + payment.tendered() - payment.lost());
        assert_eq!(self.booked(Account::OrderRefunds), payment.refunded + payment.credited - payment.undone());
        assert_eq!(self.booked(Account::Losses), payment.dispute.map_or(0, |dispute| dispute.written_off));
        assert!(payment.remaining() + payment.withheld() >= 0, "more goes back than was kept: {payment:?}");
        assert_eq!(self.booked(Account::Disputed), payment.withheld(), "{payment:?}");
        assert!(self.balances.values().all(|balance| *balance >= 0), "{:?}", self.balances);
        assert!(payment.captured + payment.tendered() <= DUE, "{payment:?}");
        let gone = payment.refunded + payment.withheld() + payment.lost();
        assert!(gone <= payment.captured, "a bank has what went back: {payment:?}");
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
            of.filter(|refund| refund.status != RefundStatus::Failed).map(|refund| refund.cash().amount).sum::<i64>()
        };
        let waiting = self.refunds.iter().filter(|refund| refund.status == RefundStatus::Waiting);
        let waiting: BTreeSet<RefundId> = waiting.map(|refund| refund.id).collect();
        assert_eq!(waiting, payment.waiting.iter().map(|refund| refund.id).collect(), "{payment:?}");
        for attempt in &payment.attempts {
            assert!(given_back(attempt.number) <= attempt.captured, "more goes back than was taken: {attempt:?}");
        }
    }
}
