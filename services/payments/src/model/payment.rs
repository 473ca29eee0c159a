//! All the money of one order, and the rules that keep it right: charged once, nothing lost, never more given back than
//! was taken.
//!
//! Every method says what has happened and returns what follows from it; [`Payment::settle`] states what must hold
//! after anything has happened.

use super::{Attempt, Entry, Outcome, Refund, Report, Status, Task, refund::Origin, words::words};
use bodega_contracts::{OrderId, PaymentId, RefundId};
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

words! {
    /// What became of something a provider reported.
    Verdict {
        /// It counts.
        Applied = "applied",
        /// It was known already.
        Repeated = "repeated",
        /// Another amount than was asked for: a human being has to look.
        AmountMismatch = "amount_mismatch",
        /// Another currency than was asked for: a human being has to look.
        CurrencyMismatch = "currency_mismatch",
        /// No such attempt.
        UnknownAttempt = "unknown_attempt",
    }
}

/// What others are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// An attempt waits for the shopper.
    ActionRequired(i64),
    /// An attempt brought a promise.
    Authorized(i64),
    /// An attempt brought money.
    Captured(i64),
    /// An attempt failed, and why.
    Failed(i64, String),
    /// Nothing was taken and nothing will be.
    Closed,
    /// The promise was let go.
    Voided,
    /// Money went back.
    Refunded(RefundId),
}

/// What follows from something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Others are told.
    Tell(Told),
    /// Money is booked.
    Book(Entry),
    /// Money goes back.
    GiveBack {
        /// From the charge of which attempt.
        attempt: i64,
        /// Minor units.
        amount: i64,
        /// Why.
        origin: Origin,
    },
    /// A human being has to look.
    Alert(&'static str),
}

/// Why a wish was not granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is paid.
    AlreadyPaid,
    /// It is not due, or no longer.
    NotPayable,
    /// Another attempt is still open.
    AttemptOpen,
    /// Tried too often.
    TooManyAttempts,
    /// More than was taken and not given back.
    ExceedsCapture,
    /// Another currency than the order's.
    OtherCurrency,
    /// No promise that could be taken.
    NothingAuthorized,
    /// No money that staff could book.
    NothingAwaited,
    /// Another amount than what is due.
    NotWhatIsDue,
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
    /// Promised, minor units; counts what was taken too.
    pub(crate) authorized: i64,
    /// Taken, without surplus, minor units.
    pub(crate) captured: i64,
    /// Given back, without surplus, minor units.
    pub(crate) refunded: i64,
    /// Given back or about to be, minor units.
    pub(crate) refund_reserved: i64,
    /// Its attempts, by number.
    pub(crate) attempts: Vec<Attempt>,
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
            attempts: Vec::new(),
        }
    }

    /// Checks that one more attempt may be made; answers its number.
    pub(crate) fn next_number(&self) -> Result<i64, Refusal> {
        if self.authorized > 0 || self.captured > 0 {
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
        let (_, mut effects) = match &report.result {
            Ok(outcome) => self.take(report.attempt, outcome, now),
            Err(_) => (Verdict::Repeated, Vec::new()),
        };
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

    /// Staff take what is promised.
    pub(crate) fn capture(&mut self, now: Time) -> Result<i64, Refusal> {
        if self.captured > 0 {
            return Err(Refusal::AlreadyPaid);
        }
        let voiding = self.cancelled || self.state == State::Cancelling;
        let takes = |attempt: &&mut Attempt| attempt.status == Status::Authorized && !attempt.surplus;
        let promised = self.attempts.iter_mut().filter(|attempt| !attempt.is_manual()).find(takes);
        let attempt = promised.filter(|_| !voiding).ok_or(Refusal::NothingAuthorized)?;
        attempt.want(Task::Capture, now);
        Ok(attempt.number)
    }

    /// Staff give money back; answers from the charge of which attempt.
    pub(crate) fn reserve_refund(&mut self, amount: Money) -> Result<i64, Refusal> {
        if self.due.is_some_and(|due| due.currency != amount.currency) {
            return Err(Refusal::OtherCurrency);
        }
        let paid = self.attempts.iter().find(|attempt| attempt.captured > 0 && !attempt.surplus);
        let attempt = paid.ok_or(Refusal::ExceedsCapture)?.number;
        if amount.amount < 1 || amount.amount > self.captured - self.refund_reserved {
            return Err(Refusal::ExceedsCapture);
        }
        self.refund_reserved += amount.amount;
        Ok(attempt)
    }

    /// Money went back.
    pub(crate) fn refund_done(&mut self, refund: &Refund) -> Vec<Effect> {
        let amount = refund.amount.amount;
        if refund.origin == Origin::Surplus {
            return vec![Effect::Book(Entry::surplus_refund(refund.id, amount))];
        }
        self.refunded += amount;
        vec![Effect::Book(Entry::refund(refund.id, amount)), Effect::Tell(Told::Refunded(refund.id))]
    }

    /// A refund was refused for good.
    pub(crate) fn refund_failed(&mut self, refund: &Refund, now: Time) -> Vec<Effect> {
        let mut effects = vec![Effect::Alert("a refund was refused by the provider")];
        if refund.origin != Origin::Surplus {
            self.refund_reserved -= refund.amount.amount;
        }
        // What staff could not give back of a cancelled order goes back as the rest of it does; what failed as that
        // would only fail again.
        if refund.origin == Origin::Staff {
            self.follow_up(now, &mut effects);
        }
        effects
    }

    /// What caused an attempt.
    pub(crate) fn trace_of(&self, number: i64) -> Option<String> {
        self.attempts.iter().find(|attempt| attempt.number == number).and_then(|attempt| attempt.trace.clone())
    }

    fn attempt(&mut self, number: i64) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.number == number)
    }

    /// Counts what a provider said. What does not match what was asked for is flagged and does not count.
    fn take(&mut self, number: i64, outcome: &Outcome, now: Time) -> (Verdict, Vec<Effect>) {
        let (Some(due), captured, authorized) = (self.due, self.captured, self.authorized) else {
            return (Verdict::UnknownAttempt, Vec::new());
        };
        let Some(attempt) = self.attempt(number) else { return (Verdict::UnknownAttempt, Vec::new()) };
        if let Some(mismatch) = mismatch(outcome, Money::new(attempt.amount, due.currency)) {
            attempt.flag = Some(mismatch.word().to_owned());
            return (mismatch, vec![Effect::Alert("a provider reports other money than was asked for")]);
        }
        let before = attempt.status;
        let Some(after) = before.after(outcome.said()) else { return (Verdict::Repeated, Vec::new()) };
        attempt.status = after;
        attempt.note(outcome);
        attempt.drop_finished_task(now);
        let effects = match outcome {
            Outcome::Captured { .. } => {
                (attempt.captured, attempt.surplus) = (attempt.amount, captured > 0);
                self.captured_by(number)
            }
            Outcome::Authorized { .. } => {
                attempt.surplus = authorized > 0;
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
        (Verdict::Applied, effects)
    }

    fn captured_by(&mut self, number: i64) -> Vec<Effect> {
        let Some(paid) = self.attempt(number) else { return Vec::new() };
        let (amount, surplus) = (paid.amount, paid.surplus);
        if surplus {
            return vec![
                Effect::Book(Entry::surplus(number, amount)),
                Effect::GiveBack { attempt: number, amount, origin: Origin::Surplus },
                Effect::Alert("an order was paid twice; the surplus goes back"),
            ];
        }
        (self.captured, self.authorized) = (amount, amount);
        // Another one's promise is not needed any more, and letting it go takes nothing from this one.
        for other in self.attempts.iter_mut().filter(|other| other.status == Status::Authorized) {
            other.surplus = true;
        }
        vec![Effect::Book(Entry::capture(number, amount)), Effect::Tell(Told::Captured(number))]
    }

    fn authorized_by(&mut self, number: i64) -> Vec<Effect> {
        match self.attempt(number) {
            Some(attempt) if !attempt.surplus => {
                self.authorized = attempt.amount;
                vec![Effect::Tell(Told::Authorized(number))]
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// An attempt left its status without money; `Some` where a promise that counted went with it.
    fn promise_lost(&mut self, number: i64, before: Status) -> Option<()> {
        let counted = before == Status::Authorized && !self.attempt(number)?.surplus;
        counted.then(|| self.authorized = 0)
    }

    fn settle(&mut self, now: Time) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.follow_up(now, &mut effects);
        effects
    }

    /// What must hold after anything has happened: what is over is closed, what nobody may keep goes back, and who waits
    /// for an end is answered when it has come.
    fn follow_up(&mut self, now: Time, effects: &mut Vec<Effect>) {
        let over = self.cancelled || self.state != State::Open || self.authorized > 0;
        let letting_go = self.cancelled || self.state == State::Cancelling;
        for attempt in &mut self.attempts {
            if over && attempt.status.is_open() {
                attempt.close(now);
            }
            if attempt.status == Status::Authorized && (letting_go || attempt.surplus) {
                attempt.want(Task::Void, now);
            }
        }
        let kept = self.captured - self.refund_reserved;
        let paid = self.attempts.iter().find(|attempt| attempt.captured > 0 && !attempt.surplus);
        if let Some(paid) = paid.filter(|_| self.cancelled && kept > 0) {
            effects.push(Effect::GiveBack { attempt: paid.number, amount: kept, origin: Origin::Cancelled });
            effects.extend(paid.is_manual().then_some(Effect::Alert("staff have to send back what was paid by hand")));
            self.refund_reserved += kept;
        }
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
            (None, None) => Told::Closed,
        };
        // A cancelled order knows of its money; and what was told a moment ago needs no repetition.
        let known = self.cancelled && told != Told::Closed;
        if !known && !effects.contains(&Effect::Tell(told.clone())) {
            effects.push(Effect::Tell(told));
        }
    }
}

/// Whether a provider speaks of other money than was asked for.
fn mismatch(outcome: &Outcome, asked: Money) -> Option<Verdict> {
    let (Outcome::Captured { amount, .. } | Outcome::Authorized { amount, .. }) = outcome else { return None };
    match (amount.currency == asked.currency, amount.amount == asked.amount) {
        (false, _) => Some(Verdict::CurrencyMismatch),
        (true, false) => Some(Verdict::AmountMismatch),
        (true, true) => None,
    }
}
