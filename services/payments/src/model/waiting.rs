//! Refunds that a provider does not make because the buyer's bank has a say in the money: they wait for the bank.
//!
//! What is won is asked for again. Of what is lost, the bank gave back itself what the provider cannot give any more; the
//! rest goes back by the provider. Either way buyers have what they would have, had the refund come before the bank.

use super::{Effect, Payment, Refund, Turn, next_ask, refund::Origin};
use bodega_contracts::payments::DisputeState;
use bodega_kernel::Time;

/// Why a refund waits, as it is shown.
pub(crate) const DISPUTED: &str = "disputed";
/// Why a refund was not made, as it is shown.
const GIVEN_BY_BANK: &str = "given_by_bank";

impl Payment {
    /// A provider refused a refund as long as there is a dispute about its charge.
    pub(crate) fn refund_disputed(&mut self, refund: &Refund, now: Time) -> Vec<Effect> {
        if refund.origin == Origin::Surplus {
            // Nothing is known of disputes about what was paid twice.
            let mut effects = self.refund_failed(refund, now);
            effects.push(Effect::Turn(refund.id, Turn::Fails(DISPUTED)));
            return effects;
        }
        self.waits_no_more(refund);
        let mut effects = Vec::new();
        let again = match self.dispute.map(|dispute| dispute.state) {
            Some(DisputeState::Lost) if self.out_of_reach() > 0 => {
                self.given_by_bank(refund, &mut effects);
                return effects;
            }
            Some(DisputeState::Opened) => None,
            // Whoever refuses knows more than was heard here, or spoke before the bank did.
            Some(DisputeState::Won | DisputeState::Lost) | None => Some(next_ask(now, refund.tries - 1)),
        };
        self.waiting.push(refund.clone());
        effects.push(Effect::Turn(refund.id, Turn::Waits(again)));
        effects
    }

    /// The bank has spoken: what waited for that goes on.
    pub(super) fn follow_the_bank(&mut self, state: DisputeState, effects: &mut Vec<Effect>) {
        for refund in std::mem::take(&mut self.waiting) {
            match state {
                DisputeState::Opened => {
                    effects.push(Effect::Turn(refund.id, Turn::Waits(None)));
                    self.waiting.push(refund);
                }
                DisputeState::Lost if self.out_of_reach() > 0 => self.given_by_bank(&refund, effects),
                DisputeState::Won | DisputeState::Lost => effects.push(Effect::Turn(refund.id, Turn::Again)),
            }
        }
    }

    /// A refund has an end, or is on its way again.
    pub(super) fn waits_no_more(&mut self, refund: &Refund) {
        self.waiting.retain(|waiting| waiting.id != refund.id);
    }

    /// What of the money that is to go back by the provider went to the buyer by the bank, minor units.
    fn out_of_reach(&self) -> i64 {
        (self.refund_reserved + self.lost() - self.captured).max(0)
    }

    /// A refund that the provider cannot make whole any more: what it still can is asked for anew, as a provider takes no
    /// other amount under the same key.
    fn given_by_bank(&mut self, refund: &Refund, effects: &mut Vec<Effect>) {
        let cash = refund.cash().amount;
        let rest = cash - cash.min(self.out_of_reach());
        self.refund_reserved -= cash;
        effects.push(Effect::Turn(refund.id, Turn::Fails(GIVEN_BY_BANK)));
        effects.push(Effect::Alert("the buyer's bank took the money of a refund, and gave it back in its place"));
        if rest > 0 {
            effects.push(Effect::GiveBack(self.give(rest, refund.origin, refund.return_id)));
        }
    }
}
