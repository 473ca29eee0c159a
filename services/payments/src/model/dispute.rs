//! The buyer's bank wants money back: it is withheld while the bank decides, and then there again or gone.
//!
//! A bank does not know what a shop gave back as store credit. What is lost is taken from what the shop still has of the
//! order; where that is less, the credit that returns of the order became is taken back as far as it is unspent, and the
//! rest is the shop's loss. Nobody has the money and the credit, and nothing is given back that was never kept.

use super::{Attempt, Effect, Entry, Holder, Outcome, Payment, Status, Told, Verdict};
use bodega_contracts::payments::DisputeState;
use bodega_kernel::{Money, Time};

/// A dispute about the money of an order: the latest word of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dispute {
    /// How it stands.
    pub(crate) state: DisputeState,
    /// How much it is about, minor units.
    pub(crate) amount: i64,
    /// What was taken back of the store credit that returns became, minor units.
    pub(crate) taken_back: i64,
    /// What of that credit was spent already and is the shop's loss, minor units.
    pub(crate) written_off: i64,
}

/// What a provider reports of a dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BankSays {
    /// How it stands.
    pub(crate) state: DisputeState,
    /// How much it is about.
    pub(crate) amount: Money,
    /// The provider's name for the charge.
    pub(crate) reference: String,
}

/// As it is stored.
pub(crate) fn dispute_word(state: DisputeState) -> &'static str {
    match state {
        DisputeState::Opened => "opened",
        DisputeState::Won => "won",
        DisputeState::Lost => "lost",
    }
}

/// As it was stored.
pub(crate) fn dispute_of(word: &str) -> Option<DisputeState> {
    [DisputeState::Opened, DisputeState::Won, DisputeState::Lost].into_iter().find(|state| dispute_word(*state) == word)
}

impl Payment {
    /// What the provider withholds, minor units.
    pub(crate) fn withheld(&self) -> i64 {
        self.disputed_as(DisputeState::Opened)
    }

    /// What is gone, minor units.
    pub(crate) fn lost(&self) -> i64 {
        self.disputed_as(DisputeState::Lost)
    }

    /// What of the store credit that returns became does not count as given back any more, minor units.
    pub(crate) fn undone(&self) -> i64 {
        self.dispute.map_or(0, |dispute| dispute.taken_back + dispute.written_off)
    }

    /// A provider tells of a dispute. A later word outranks an earlier one, whichever comes first. `unspent` is what can
    /// be taken back of the store credit that returns of the order became, by balance.
    pub(crate) fn disputed(
        &mut self,
        number: i64,
        said: &BankSays,
        unspent: &[(Holder, i64)],
        now: Time,
    ) -> (Verdict, Vec<Effect>) {
        let BankSays { state, amount, .. } = *said;
        let pays = |attempt: &&Attempt| self.paying().is_none_or(|paying| paying.number == attempt.number);
        let named = self.attempts.iter().find(|attempt| attempt.number == number && !attempt.surplus).filter(pays);
        let (Some(due), Some(attempt)) = (self.due, named) else { return (Verdict::UnknownAttempt, Vec::new()) };
        if amount.currency != due.currency {
            return (Verdict::CurrencyMismatch, vec![Effect::Alert("a dispute is in another currency")]);
        }
        if self.dispute.is_some_and(|known| known.state >= state) {
            return (Verdict::Repeated, Vec::new());
        }
        let mut effects = match self.taken_at_least(attempt, said) {
            Some(taken) => self.take(number, &taken, now).1,
            None => Vec::new(),
        };
        if amount.amount < 1 || amount.amount > self.captured {
            effects.push(Effect::Alert("a dispute is about other money than was taken"));
            return (Verdict::AmountMismatch, effects);
        }
        // A bank takes nothing that went back. What is only on its way it may take: the provider refuses that then.
        let amount = amount.amount.min(self.captured - self.refunded);
        let before = self.withheld();
        effects.extend(match state {
            DisputeState::Opened => vec![Effect::Book(Entry::withheld("opened", amount))],
            DisputeState::Won if before > 0 => vec![Effect::Book(Entry::withheld("won", -before))],
            DisputeState::Won => Vec::new(),
            DisputeState::Lost if amount == before => vec![Effect::Book(Entry::lost(amount))],
            DisputeState::Lost => {
                vec![Effect::Book(Entry::withheld("decided", amount - before)), Effect::Book(Entry::lost(amount))]
            }
        });
        self.dispute = Some(Dispute { state, amount, taken_back: 0, written_off: 0 });
        self.follow_the_bank(state, &mut effects);
        if state == DisputeState::Lost {
            self.take_credit_back(unspent, &mut effects);
        }
        effects.push(Effect::Tell(Told::Disputed(state, amount)));
        effects.push(Effect::Alert("the buyer's bank disputes a payment, or has decided"));
        self.follow_up(now, &mut effects);
        (Verdict::Applied, effects)
    }

    /// What is disputed was taken, even where the answer that says so was lost or is still on its way.
    fn taken_at_least(&self, attempt: &Attempt, said: &BankSays) -> Option<Outcome> {
        let disputed = said.amount;
        let total = disputed.amount.saturating_add(self.refunded);
        let known = total <= attempt.captured || attempt.status == Status::Captured;
        if known || disputed.amount > attempt.amount || attempt.is_manual() {
            return None;
        }
        let reference = said.reference.clone();
        let money = |amount| Money::new(amount, disputed.currency);
        // What is not promised first is taken whole.
        if total >= attempt.amount || attempt.capture_now && attempt.status != Status::Authorized {
            return Some(Outcome::Captured { reference, amount: money(attempt.amount) });
        }
        Some(Outcome::PartlyCaptured { reference, captured: money(total), over: false })
    }

    /// More was given back than is left after what was lost: only store credit can be that, as the bank takes no money that
    /// went back.
    fn take_credit_back(&mut self, unspent: &[(Holder, i64)], effects: &mut Vec<Effect>) {
        let over = (-self.remaining()).max(0);
        let mut left = over;
        for (nth, (holder, there)) in unspent.iter().enumerate() {
            let part = left.min(*there);
            if part > 0 {
                left -= part;
                effects.push(Effect::Book(Entry::credit_taken_back(nth, holder, part)));
            }
        }
        if left > 0 {
            effects.push(Effect::Book(Entry::written_off(left)));
            effects.push(Effect::Alert("store credit of a lost payment was spent already: it is written off"));
        }
        if let Some(dispute) = &mut self.dispute {
            (dispute.taken_back, dispute.written_off) = (over - left, left);
        }
    }

    fn disputed_as(&self, state: DisputeState) -> i64 {
        self.dispute.filter(|dispute| dispute.state == state).map_or(0, |dispute| dispute.amount)
    }
}
