//! All the money of one order, and the rules that keep it right: charged once, nothing lost, never more given back than
//! was taken.
//!
//! Every method says what has happened and returns what follows from it; [`Payment::settle`] states what must hold
//! after anything has happened.

use super::{
    Attempt, Dispute, Effect, Entry, GivingBack, Held, Outcome, ParcelDue, Refund, Refusal, Report, ReturnDue, Status,
    Task, Told, Verdict, refund::Origin, words::words,
};
use bodega_contracts::{OrderId, PaymentId};
use bodega_kernel::{Money, Time};

/// The most attempts of one order.
const MAX_ATTEMPTS: usize = 20;

words! {
    /// Whether an order may still be paid.
    read State {
        /// Attempts may be made.
        Open = "open",
        /// The deadline passed: open attempts are being closed, a promise is kept.
        Closing = "closing",
        /// Somebody cancels: promises are let go too.
        Cancelling = "cancelling",
        /// Nothing more will be charged.
        Closed = "closed",
    }
}

/// All the money of one order.
#[expect(clippy::struct_field_names, reason = "the order's id and its own are two things")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    /// Of which order.
    pub(crate) order_id: OrderId,
    /// Its own id.
    pub(crate) payment_id: PaymentId,
    /// How much is due; `None` until that was heard.
    pub(crate) due: Option<Money>,
    /// Whether it may still be paid.
    pub(crate) state: State,
    /// Whether the order was cancelled: a tombstone.
    pub(crate) cancelled: bool,
    /// Promised by providers, minor units; counts what was taken too.
    pub(crate) authorized: i64,
    /// Taken by providers, without surplus, minor units.
    pub(crate) captured: i64,
    /// Given back by providers, without surplus, minor units.
    pub(crate) refunded: i64,
    /// Given back by providers or about to be, minor units.
    pub(crate) refund_reserved: i64,
    /// Given back to gift cards and as store credit, minor units; only grows (see [`Payment::undone`]).
    pub(crate) credited: i64,
    /// What the buyer's bank says.
    pub(crate) dispute: Option<Dispute>,
    /// Its attempts, by number.
    pub(crate) attempts: Vec<Attempt>,
    /// The gift cards and store credit that are to pay a part of it, by number.
    pub(crate) tenders: Vec<Held>,
    /// The returns whose money has yet to go back.
    pub(crate) returns: Vec<ReturnDue>,
    /// The parcels that money was to be taken for.
    pub(crate) parcels: Vec<ParcelDue>,
    /// The refunds that wait for the buyer's bank.
    pub(crate) waiting: Vec<Refund>,
}

impl Payment {
    /// The payment of an order of which nothing was heard yet.
    pub(crate) fn unheard(order_id: OrderId, payment_id: PaymentId) -> Self {
        Self {
            order_id,
            payment_id,
            due: None,
            state: State::Open,
            cancelled: false,
            authorized: 0,
            captured: 0,
            refunded: 0,
            refund_reserved: 0,
            credited: 0,
            dispute: None,
            attempts: Vec::new(),
            tenders: Vec::new(),
            returns: Vec::new(),
            parcels: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Checks that one more attempt may be made; answers its number.
    pub(crate) fn next_number(&self) -> Result<i64, Refusal> {
        if self.captured > 0 || self.has_sound_promise() || self.is_tendered_in_full() {
            return Err(Refusal::AlreadyPaid);
        }
        if self.due.is_none() || self.cancelled || self.state != State::Open {
            return Err(Refusal::NotPayable);
        }
        if self.attempts.iter().any(|attempt| attempt.status.is_open()) {
            return Err(Refusal::AttemptOpen);
        }
        if self.attempts.len() >= MAX_ATTEMPTS {
            return Err(Refusal::TooManyAttempts);
        }
        Ok(self.attempts.last().map_or(1, |attempt| attempt.number + 1))
    }

    /// Takes an attempt on.
    pub(crate) fn begin(&mut self, attempt: Attempt) -> Vec<Effect> {
        let failed = attempt.code.clone().map(|code| Effect::Tell(Told::Failed(attempt.number, code)));
        self.attempts.push(attempt);
        failed.into_iter().collect()
    }

    /// The order wants an end: the deadline passed, or somebody cancels. Asked again, it answers again.
    pub(crate) fn expire(&mut self, state: State, now: Time) -> Vec<Effect> {
        if self.state != State::Cancelling {
            self.state = state;
        }
        self.settle(now)
    }

    /// The order is over: whatever was taken, or will be, goes back.
    pub(crate) fn cancel(&mut self, now: Time) -> Vec<Effect> {
        self.cancelled = true;
        let under_way = self.attempts.iter().any(|attempt| attempt.status.is_open());
        self.state = if under_way || self.state == State::Cancelling { State::Cancelling } else { State::Closed };
        self.settle(now)
    }

    /// A call for an attempt ended.
    pub(crate) fn reported(&mut self, report: &Report, now: Time) -> Vec<Effect> {
        let mut effects = Vec::new();
        let handled = match (&report.result, report.task) {
            (Ok(Outcome::Declined { code }), Task::Capture) => {
                self.capture_declined(report.attempt, code, now, &mut effects)
            }
            (Ok(_) | Err(_), _) => false,
        };
        if let (Ok(outcome), false) = (&report.result, handled) {
            effects.extend(self.take(report.attempt, outcome, now).1);
        }
        if let Some(attempt) = self.attempt(report.attempt) {
            attempt.give_back_claim(report, now);
        }
        self.follow_up(now, &mut effects);
        effects
    }

    /// A provider tells by itself where an attempt stands.
    pub(crate) fn notified(&mut self, number: i64, outcome: &Outcome, now: Time) -> (Verdict, Vec<Effect>) {
        let (verdict, mut effects) = self.take(number, outcome, now);
        self.follow_up(now, &mut effects);
        (verdict, effects)
    }

    /// What caused an attempt.
    pub(crate) fn trace_of(&self, number: i64) -> Option<String> {
        self.attempts.iter().find(|attempt| attempt.number == number).and_then(|attempt| attempt.trace.clone())
    }

    /// The attempt that has paid.
    pub(super) fn paying(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.captured > 0 && !attempt.surplus)
    }

    pub(super) fn attempt(&mut self, number: i64) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.number == number)
    }

    /// Counts what a provider said. What does not match what was asked for is flagged and does not count.
    pub(super) fn take(&mut self, number: i64, outcome: &Outcome, now: Time) -> (Verdict, Vec<Effect>) {
        let promised = self.captured > 0 || self.has_sound_promise();
        let Some(due) = self.due else { return (Verdict::UnknownAttempt, Vec::new()) };
        let Some(attempt) = self.attempt(number) else { return (Verdict::UnknownAttempt, Vec::new()) };
        if let Some(mismatch) = mismatch(outcome, Money::new(attempt.amount, due.currency)) {
            attempt.flag = Some(mismatch.word().to_owned());
            return (mismatch, vec![Effect::Alert("a provider reports other money than was asked for")]);
        }
        let before = attempt.status;
        let Some(after) = before.after(outcome.said()) else { return (Verdict::Repeated, Vec::new()) };
        attempt.status = if attempt.captured > 0 && after == Status::Voided { Status::Captured } else { after };
        attempt.note(outcome);
        let effects = match outcome {
            Outcome::Captured { amount, .. } => self.captured_by(number, amount.amount),
            Outcome::PartlyCaptured { captured, over, .. } => {
                let mut effects = self.captured_by(number, captured.amount);
                effects.extend(
                    over.then(|| self.promise_lost(number, before)).flatten().map(|()| Effect::Tell(Told::Voided)),
                );
                effects
            }
            Outcome::Authorized { .. } => {
                attempt.surplus = promised;
                self.authorized_by(number)
            }
            Outcome::ActionRequired { .. } => vec![Effect::Tell(Told::ActionRequired(number))],
            Outcome::Pending { .. } => Vec::new(),
            Outcome::Declined { code } => {
                let mut effects = vec![Effect::Tell(Told::Failed(number, code.clone()))];
                effects
                    .extend(self.promise_lost(number, before).map(|()| Effect::Alert("a promise could not be taken")));
                effects
            }
            Outcome::Closed => {
                self.promise_lost(number, before).map(|()| Effect::Tell(Told::Voided)).into_iter().collect()
            }
        };
        if let Some(attempt) = self.attempt(number) {
            attempt.drop_finished_task(now);
        }
        (Verdict::Applied, effects)
    }

    /// An attempt has taken `total` in all.
    fn captured_by(&mut self, number: i64, total: i64) -> Vec<Effect> {
        let others_paid = self.paying().is_some_and(|paying| paying.number != number);
        let Some(paid) = self.attempt(number) else { return Vec::new() };
        let taken = total - paid.captured;
        if taken <= 0 {
            return Vec::new();
        }
        let promised = if paid.status == Status::Authorized { paid.amount } else { total };
        (paid.captured, paid.capture_to) = (total, paid.capture_to.max(total));
        paid.surplus = others_paid;
        if paid.surplus {
            let (credits, return_id) = (Vec::new(), None);
            let back = GivingBack { attempt: number, cash: taken, credits, origin: Origin::Surplus, return_id };
            return vec![
                Effect::Book(Entry::surplus(number, taken, total)),
                Effect::GiveBack(back),
                Effect::Alert("an order was paid twice; the surplus goes back"),
            ];
        }
        (self.captured, self.authorized) = (self.captured + taken, promised);
        // Another one's promise is not needed any more, and letting it go takes nothing from this one.
        let others = |other: &&mut Attempt| other.number != number && other.status == Status::Authorized;
        for other in self.attempts.iter_mut().filter(others) {
            other.surplus = true;
        }
        vec![Effect::Book(Entry::capture(number, taken, total)), Effect::Tell(Told::Captured(number))]
    }

    fn authorized_by(&mut self, number: i64) -> Vec<Effect> {
        match self.attempt(number) {
            Some(attempt) if !attempt.surplus => {
                self.authorized = attempt.amount;
                self.replace_promise(number);
                vec![Effect::Tell(Told::Authorized(number))]
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// An attempt left its status without money; `Some` where a promise that counted went with it.
    fn promise_lost(&mut self, number: i64, before: Status) -> Option<()> {
        let counted = before == Status::Authorized && !self.attempt(number)?.surplus;
        counted.then(|| self.authorized = self.captured)
    }

    /// States what must hold, where something about it became known.
    pub(crate) fn settle(&mut self, now: Time) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.follow_up(now, &mut effects);
        effects
    }

    /// What must hold after anything has happened: what is over is closed, what nobody may keep goes back, and who waits
    /// for an end is answered when it has come.
    pub(super) fn follow_up(&mut self, now: Time, effects: &mut Vec<Effect>) {
        let paid = self.captured > 0 || self.has_sound_promise();
        let over = self.cancelled || self.state != State::Open || paid;
        let letting_go = self.cancelled || self.state == State::Cancelling;
        for attempt in &mut self.attempts {
            if over && attempt.status.is_open() {
                attempt.close(now);
            }
            if attempt.status == Status::Authorized && (letting_go || attempt.surplus) {
                attempt.want(Task::Void, now);
            }
        }
        self.give_what_waits(effects);
        self.answer_parcels(now, effects);
        self.answer_the_end(effects);
    }

    fn answer_the_end(&mut self, effects: &mut Vec<Effect>) {
        let ending = matches!(self.state, State::Closing | State::Cancelling);
        let under_way = |attempt: &Attempt| attempt.status.is_open() || attempt.task == Some(Task::Void);
        if !ending || self.attempts.iter().any(under_way) {
            return;
        }
        self.state = State::Closed;
        let by = |status| self.attempts.iter().find(|attempt| attempt.status == status && !attempt.surplus);
        let told = match (by(Status::Captured), by(Status::Authorized)) {
            (Some(paid), _) => Told::Captured(paid.number),
            (None, Some(promised)) => Told::Authorized(promised.number),
            (None, None) if self.is_tendered_in_full() => Told::Captured(1),
            (None, None) => Told::Closed,
        };
        if told == Told::Closed && !self.cancelled {
            effects.extend(self.release_tenders());
        }
        // A cancelled order knows of its money; and what was told a moment ago needs no repetition.
        let known = self.cancelled && told != Told::Closed;
        if !known && !effects.contains(&Effect::Tell(told.clone())) {
            effects.push(Effect::Tell(told));
        }
    }
}

/// Whether a provider speaks of other money than was asked for.
fn mismatch(outcome: &Outcome, asked: Money) -> Option<Verdict> {
    let (said, fits) = match outcome {
        Outcome::Captured { amount, .. } | Outcome::Authorized { amount, .. } => {
            (amount, amount.amount == asked.amount)
        }
        Outcome::PartlyCaptured { captured, .. } => (captured, (1..=asked.amount).contains(&captured.amount)),
        Outcome::ActionRequired { .. } | Outcome::Pending { .. } | Outcome::Declined { .. } | Outcome::Closed => {
            return None;
        }
    };
    match (said.currency == asked.currency, fits) {
        (false, _) => Some(Verdict::CurrencyMismatch),
        (true, false) => Some(Verdict::AmountMismatch),
        (true, true) => None,
    }
}
