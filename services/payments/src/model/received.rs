//! Money that staff take by hand: it counts when they say that it has come.

use super::{Attempt, Effect, Outcome, Payment, Refusal, State, Status};
use bodega_kernel::{Money, Time};

/// The provider of what staff take by hand.
pub(crate) const MANUAL: &str = "manual";

impl Payment {
    /// Money has come by hand: all that is due, or it does not count. Answers which attempt it paid.
    pub(crate) fn receive(
        &mut self,
        amount: Money,
        reference: String,
        now: Time,
    ) -> Result<(i64, Vec<Effect>), Refusal> {
        let due = self.due.ok_or(Refusal::NothingAwaited)?;
        if due.currency != amount.currency {
            return Err(Refusal::OtherCurrency);
        }
        if self.rest() != amount.amount {
            return Err(Refusal::NotWhatIsDue);
        }
        if self.captured > 0 || self.is_tendered_in_full() {
            return Err(Refusal::AlreadyPaid);
        }
        let over = self.cancelled || self.state == State::Cancelling;
        let awaited = self.attempts.iter().find(|attempt| is_awaited(attempt)).filter(|_| !over);
        let number = awaited.ok_or(Refusal::NothingAwaited)?.number;
        let (_, effects) = self.notified(number, &Outcome::Captured { reference, amount }, now);
        Ok((number, effects))
    }
}

fn is_awaited(attempt: &Attempt) -> bool {
    let waits = matches!(attempt.status, Status::ActionRequired | Status::Authorized);
    waits && attempt.is_manual() && !attempt.surplus
}
