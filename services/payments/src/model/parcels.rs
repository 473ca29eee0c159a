//! Money that is taken parcel by parcel, each time just before one leaves: never more than was promised.

use super::{Attempt, Effect, Payment, Refusal, State, Status, Task, Told, words::words};
use bodega_contracts::ShipmentId;
use bodega_kernel::{Money, Time};

words! {
    /// Where the money for a parcel is.
    read ParcelState {
        /// Not answered yet.
        Waiting = "waiting",
        /// It is there.
        Taken = "taken",
        /// It could not be taken.
        Failed = "failed",
    }
}

/// A parcel before which money is to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParcelDue {
    /// Which.
    pub(crate) shipment_id: ShipmentId,
    /// How much of the order is to be there in all when it leaves, minor units.
    pub(crate) amount: i64,
    /// Where its money is.
    pub(crate) state: ParcelState,
}

impl Payment {
    /// A parcel is about to leave. Asked again, it answers again.
    pub(crate) fn capture_due(&mut self, shipment_id: ShipmentId, amount: Money, now: Time) -> Vec<Effect> {
        let amount = amount.amount;
        match self.parcels.iter_mut().find(|parcel| parcel.shipment_id == shipment_id) {
            Some(parcel) => (parcel.amount, parcel.state) = (parcel.amount.max(amount), ParcelState::Waiting),
            None => self.parcels.push(ParcelDue { shipment_id, amount, state: ParcelState::Waiting }),
        }
        self.settle(now)
    }

    /// Staff take all that is promised.
    pub(crate) fn capture(&mut self, now: Time) -> Result<i64, Refusal> {
        let voiding = self.cancelled || self.state == State::Cancelling;
        let paid = self.captured > 0 || self.is_tendered_in_full();
        let refusal = if paid { Refusal::AlreadyPaid } else { Refusal::NothingAuthorized };
        let promised = self.promise().filter(|attempt| !attempt.is_manual() && !voiding);
        let attempt = promised.ok_or(refusal)?;
        attempt.capture_to = attempt.amount;
        attempt.want(Task::Capture, now);
        Ok(attempt.number)
    }

    /// Answers for the parcels whose money is there or cannot come, and asks for the rest.
    pub(super) fn answer_parcels(&mut self, now: Time, effects: &mut Vec<Effect>) {
        let Some(due) = self.due else { return };
        let (tendered, there) = (self.tendered(), self.captured + self.tendered());
        let open = self.attempts.iter().any(|attempt| attempt.status.is_open());
        let number = self.paying().map_or(1, |attempt| attempt.number);
        let voiding = self.cancelled || self.state == State::Cancelling;
        let mut parcels = std::mem::take(&mut self.parcels);
        for parcel in parcels.iter_mut().filter(|parcel| parcel.state == ParcelState::Waiting) {
            let need = parcel.amount.min(due.amount);
            if there >= need {
                parcel.state = ParcelState::Taken;
                let told = Effect::Tell(Told::Captured(number));
                effects.extend((!effects.contains(&told)).then_some(told));
                continue;
            }
            let refused = match self.promise() {
                _ if voiding => Some("order_cancelled"),
                Some(promise) if promise.is_manual() => {
                    parcel.state = ParcelState::Taken;
                    effects.push(Effect::Tell(Told::CaptureWaived(parcel.shipment_id)));
                    None
                }
                Some(promise) => {
                    promise.capture_to = promise.capture_to.max((need - tendered).min(promise.amount));
                    promise.want(Task::Capture, now);
                    None
                }
                None => (!open).then_some("nothing_authorized"),
            };
            if let Some(code) = refused {
                parcel.state = ParcelState::Failed;
                effects.push(Effect::Tell(Told::CaptureFailed(parcel.shipment_id, code.to_owned())));
            }
        }
        self.parcels = parcels;
    }

    /// A provider does not take what it promised: no parcel that waits for it leaves. It may be asked again, and the
    /// shopper may pay by another method, which lets the promise go.
    pub(super) fn capture_declined(&mut self, number: i64, code: &str, now: Time, effects: &mut Vec<Effect>) -> bool {
        for parcel in self.parcels.iter_mut().filter(|parcel| parcel.state == ParcelState::Waiting) {
            parcel.state = ParcelState::Failed;
            effects.push(Effect::Tell(Told::CaptureFailed(parcel.shipment_id, code.to_owned())));
        }
        let promised = |attempt: &&mut Attempt| attempt.status == Status::Authorized;
        let Some(attempt) = self.attempt(number).filter(promised) else { return false };
        attempt.capture_to = attempt.captured;
        attempt.code = Some(code.to_owned());
        attempt.drop_finished_task(now);
        effects.push(Effect::Alert("a promise could not be taken"));
        true
    }

    /// Whether a promise stands that no provider has refused to keep.
    pub(super) fn has_sound_promise(&self) -> bool {
        let sound = |attempt: &&Attempt| attempt.code.is_none() || attempt.captured > 0;
        let promises = self.attempts.iter().filter(|attempt| attempt.status == Status::Authorized && !attempt.surplus);
        promises.filter(sound).count() > 0
    }

    /// Lets go the promise that was refused, as attempt `number` promises anew.
    pub(super) fn replace_promise(&mut self, number: i64) {
        let refused = |old: &&mut Attempt| old.number != number && old.status == Status::Authorized;
        self.attempts.iter_mut().filter(refused).for_each(|old| old.surplus = true);
    }

    fn promise(&mut self) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.status == Status::Authorized && !attempt.surplus)
    }
}
