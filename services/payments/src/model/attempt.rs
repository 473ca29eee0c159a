//! One attempt to be paid, and the call to its provider that is to be made next.

use super::{CallError, MANUAL, Outcome, Payment, next_ask, next_try, words::words};
use bodega_contracts::OrderId;
use bodega_kernel::Time;
use std::sync::Arc;
use uuid::Uuid;

words! {
    /// Where an attempt is in its life.
    read Status {
        /// Nothing was sent yet.
        Prepared = "prepared",
        /// The provider is being called.
        Calling = "calling",
        /// A call was sent and its answer is not known.
        Unknown = "unknown",
        /// The shopper has to do something.
        ActionRequired = "action_required",
        /// The provider will tell.
        Pending = "pending",
        /// The money is promised.
        Authorized = "authorized",
        /// The money was taken.
        Captured = "captured",
        /// Declined.
        Failed = "failed",
        /// Ended without money.
        Closed = "closed",
        /// The promise was let go.
        Voided = "voided",
    }
}

words! {
    /// A call to the provider.
    read Task {
        /// Charge.
        Pay = "pay",
        /// Ask where a charge stands of which nothing was heard for long.
        Ask = "ask",
        /// See to it that nothing is charged any more.
        Close = "close",
        /// Take what is promised.
        Capture = "capture",
        /// Let go what is promised.
        Void = "void",
    }
}

/// The kind of an [`Outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Captured,
    Partly,
    Authorized,
    ActionRequired,
    Pending,
    Declined,
    Closed,
}

impl Outcome {
    pub(super) fn said(&self) -> Said {
        match self {
            Self::Captured { .. } | Self::PartlyCaptured { over: true, .. } => Said::Captured,
            Self::PartlyCaptured { over: false, .. } => Said::Partly,
            Self::Authorized { .. } => Said::Authorized,
            Self::ActionRequired { .. } => Said::ActionRequired,
            Self::Pending { .. } => Said::Pending,
            Self::Declined { .. } => Said::Declined,
            Self::Closed => Said::Closed,
        }
    }
}

impl Status {
    /// Whether money may still come of it without anybody's decision.
    pub(crate) fn is_open(self) -> bool {
        match self {
            Self::Prepared | Self::Calling | Self::Unknown | Self::ActionRequired | Self::Pending => true,
            Self::Authorized | Self::Captured | Self::Failed | Self::Closed | Self::Voided => false,
        }
    }

    /// Where the provider's word leads, in whatever order its words arrive; `None` where it changes nothing. Money that
    /// was taken counts in every state.
    pub(super) fn after(self, said: Said) -> Option<Self> {
        use Status::{Authorized, Calling, Captured, Closed, Failed, Pending, Prepared, Unknown, Voided};
        match (said, self) {
            (Said::Captured, status) => (status != Captured).then_some(Captured),
            (Said::Partly, status) => (status != Captured).then_some(Authorized),
            (Said::Authorized, status) => (![Authorized, Captured, Voided].contains(&status)).then_some(Authorized),
            (Said::ActionRequired, Prepared | Calling | Unknown | Pending) => Some(Self::ActionRequired),
            (Said::Pending, Prepared | Calling | Unknown) => Some(Pending),
            (Said::Declined, status) if status.is_open() || status == Authorized => Some(Failed),
            (Said::Closed, status) if status.is_open() => Some(Closed),
            (Said::Closed, Authorized) => Some(Voided),
            (Said::ActionRequired | Said::Pending | Said::Declined | Said::Closed, _) => None,
        }
    }
}

impl Task {
    /// Whether it is still to be done for `attempt`.
    fn applies(self, attempt: &Attempt) -> bool {
        match self {
            Self::Pay => matches!(attempt.status, Status::Prepared | Status::Calling | Status::Unknown),
            Self::Ask => matches!(attempt.status, Status::ActionRequired | Status::Pending),
            Self::Close => attempt.status.is_open(),
            Self::Capture => attempt.status == Status::Authorized && attempt.captured < attempt.capture_to,
            Self::Void => attempt.status == Status::Authorized,
        }
    }
}

/// One attempt to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// From 1.
    pub(crate) number: i64,
    /// What the shopper chose.
    pub(crate) method: String,
    /// Who takes the money; empty where nobody offers the method.
    pub(crate) provider: String,
    /// Minor units of the order's currency.
    pub(crate) amount: i64,
    /// Where it is.
    pub(crate) status: Status,
    /// The call that is to be made or being made.
    pub(crate) task: Option<Task>,
    /// When somebody may claim the call: its time, or the end of the lease.
    pub(crate) due: Option<Time>,
    /// Who has claimed it.
    pub(crate) lease: Option<Uuid>,
    /// Whether a call for this task may have been sent: then the provider is asked first.
    pub(crate) sent: bool,
    /// How often this task was claimed.
    pub(crate) tries: i64,
    /// What was taken, minor units.
    pub(crate) captured: i64,
    /// Whether the money is taken at once, rather than promised first.
    pub(crate) capture_now: bool,
    /// How much is to be taken of a promise in all, minor units.
    pub(crate) capture_to: i64,
    /// Whether another attempt has paid the order, so that what this one takes goes back.
    pub(crate) surplus: bool,
    /// The provider's name for it.
    pub(crate) reference: Option<String>,
    /// Where the shopper has to go.
    pub(crate) action_url: Option<String>,
    /// Why it failed, in a stable word.
    pub(crate) code: Option<String>,
    /// What about it needs a human being.
    pub(crate) flag: Option<String>,
    /// What caused it.
    pub(crate) trace: Option<String>,
}

/// What came of a call for an attempt.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// Of which order.
    pub(crate) order_id: OrderId,
    /// Which attempt.
    pub(crate) attempt: i64,
    /// Whose call it was.
    pub(crate) lease: Uuid,
    /// What was called for.
    pub(crate) task: Task,
    /// Whether no call had been sent before.
    pub(crate) first: bool,
    /// What the provider said.
    pub(crate) result: Result<Outcome, CallError>,
    /// The payment as it was made, where the call was for its first attempt and nothing is known to have happened since.
    pub(crate) fresh: Option<Arc<Payment>>,
}

impl Attempt {
    /// A fresh attempt, to be charged at `due`.
    pub(crate) fn prepared(number: i64, method: &str, provider: &str, amount: i64, due: Time) -> Self {
        Self {
            number,
            method: method.to_owned(),
            provider: provider.to_owned(),
            amount,
            status: Status::Prepared,
            task: Some(Task::Pay),
            due: Some(due),
            lease: None,
            sent: false,
            tries: 0,
            captured: 0,
            capture_now: true,
            capture_to: 0,
            surplus: false,
            reference: None,
            action_url: None,
            code: None,
            flag: None,
            trace: None,
        }
    }

    /// An attempt that ended before anybody was called, and why.
    pub(crate) fn impossible(number: i64, method: &str, amount: i64, code: &str) -> Self {
        let code = Some(code.to_owned());
        let never = Self::prepared(number, method, "", amount, Time::from_ms(0));
        Self { status: Status::Failed, task: None, due: None, code, ..never }
    }

    /// The same, claimed by whoever holds `lease`, who calls right after the commit.
    #[must_use]
    pub(crate) fn claimed(self, lease: Uuid, until: Time) -> Self {
        Self { status: Status::Calling, due: Some(until), lease: Some(lease), sent: true, tries: 1, ..self }
    }

    /// Whether staff say what becomes of it.
    pub(super) fn is_manual(&self) -> bool {
        self.provider == MANUAL
    }

    /// Keeps what the provider said of it.
    pub(super) fn note(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Captured { reference, .. }
            | Outcome::PartlyCaptured { reference, .. }
            | Outcome::Authorized { reference, .. } => {
                (self.reference, self.action_url, self.code) = (Some(reference.clone()), None, None);
            }
            Outcome::Pending { reference } => self.reference = Some(reference.clone()),
            Outcome::ActionRequired { reference, url } => {
                (self.reference, self.action_url) = (Some(reference.clone()), url.clone());
            }
            Outcome::Declined { code } => (self.action_url, self.code) = (None, Some(code.clone())),
            Outcome::Closed => self.action_url = None,
        }
    }

    /// Asks for a call. One that is under way ends first: its report sees what is wanted.
    pub(super) fn want(&mut self, task: Task, now: Time) {
        if self.task == Some(task) {
            return;
        }
        self.task = Some(task);
        if self.lease.is_none() {
            (self.due, self.tries) = (Some(now), 0);
            self.sent = self.sent && task == Task::Close;
        }
    }

    /// Ends an open attempt: at once where the provider cannot know of it.
    pub(super) fn close(&mut self, now: Time) {
        if self.status == Status::Prepared && !self.sent {
            self.status = Status::Closed;
            self.rest();
        } else {
            self.want(Task::Close, now);
        }
    }

    /// After the status changed: a task that no longer applies is over. What waits for somebody else's word is asked
    /// about now and then, as a word may be lost.
    pub(super) fn drop_finished_task(&mut self, now: Time) {
        if self.task.is_some_and(|task| task.applies(self)) {
            return;
        }
        self.rest();
        if Task::Ask.applies(self) && !self.is_manual() {
            (self.task, self.due) = (Some(Task::Ask), Some(next_ask(now, 0)));
        }
    }

    /// After a call: gives the claim back and says when the next one is due.
    pub(super) fn give_back_claim(&mut self, report: &Report, now: Time) {
        if self.lease != Some(report.lease) {
            return;
        }
        self.lease = None;
        let never_sent = report.result == Err(CallError::NotSent) && report.first;
        self.sent = !never_sent;
        if self.status == Status::Calling {
            self.status = if never_sent { Status::Prepared } else { Status::Unknown };
        }
        if self.task == Some(report.task) {
            let next = if report.task == Task::Ask { next_ask } else { next_try };
            self.due = Some(next(now, self.tries));
        } else {
            (self.due, self.tries) = (Some(now), 0);
            self.sent = self.sent && self.task == Some(Task::Close);
        }
    }

    fn rest(&mut self) {
        (self.task, self.due, self.lease, self.sent, self.tries) = (None, None, None, false, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Status; 10] = [
        Status::Prepared,
        Status::Calling,
        Status::Unknown,
        Status::ActionRequired,
        Status::Pending,
        Status::Authorized,
        Status::Captured,
        Status::Failed,
        Status::Closed,
        Status::Voided,
    ];

    #[test]
    fn money_that_was_taken_counts_in_every_state_and_is_never_untaken() {
        for status in ALL {
            let after = status.after(Said::Captured);
            assert_eq!(after.is_none(), status == Status::Captured, "{status:?}");
        }
        for said in [Said::Partly, Said::Authorized, Said::ActionRequired, Said::Pending, Said::Declined, Said::Closed]
        {
            assert_eq!(Status::Captured.after(said), None, "{said:?}");
        }
    }

    #[test]
    fn words_in_any_order_end_where_the_strongest_leads() {
        let words = [Said::Pending, Said::ActionRequired, Said::Captured];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let end = order.iter().fold(Status::Calling, |status, at| status.after(words[*at]).unwrap_or(status));
            assert_eq!(end, Status::Captured);
        }
    }

    #[test]
    fn a_declined_attempt_is_not_opened_again_by_a_late_answer() {
        for said in [Said::ActionRequired, Said::Pending, Said::Closed, Said::Declined] {
            assert_eq!(Status::Failed.after(said), None, "{said:?}");
        }
    }

    #[test]
    fn each_word_is_read_back() {
        for status in ALL {
            assert_eq!(Status::of(status.word()), Some(status));
        }
    }
}
