//! The words that states have in the database.

use super::{Ending, Handover, Onward, ShipmentState};
use bodega_contracts::{payments::DisputeState, shipping::FulfilmentState};

/// Something that is stored as a word.
pub(crate) trait Word: Copy + PartialEq + Sized + 'static {
    /// All there are, each with its word.
    const WORDS: &'static [(Self, &'static str)];

    /// Its word.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(one, _)| *one == self).map_or("", |(_, word)| word)
    }

    /// What a word stands for.
    fn of_word(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, word)| *word == text).map(|(one, _)| *one)
    }
}

impl Word for FulfilmentState {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Waiting, "waiting"),
        (Self::Open, "open"),
        (Self::PartlyDispatched, "partly_dispatched"),
        (Self::Dispatched, "dispatched"),
        (Self::Delivered, "delivered"),
        (Self::ReadyForPickup, "ready_for_pickup"),
        (Self::Collected, "collected"),
        (Self::Stopped, "stopped"),
        (Self::Cancelled, "cancelled"),
    ];
}

impl Word for Ending {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::None, "none"), (Self::Asked, "asked"), (Self::Stopped, "stopped"), (Self::Cancelled, "cancelled")];
}

impl Word for Handover {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Parcels, "parcels"),
        (Self::Desk, "desk"),
        (Self::DeskReady, "desk_ready"),
        (Self::Collected, "collected"),
    ];
}

impl Word for ShipmentState {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::AwaitingCapture, "awaiting_capture"),
        (Self::Preparing, "preparing"),
        (Self::Failed, "failed"),
        (Self::Dispatched, "dispatched"),
        (Self::InTransit, "in_transit"),
        (Self::Delivered, "delivered"),
        (Self::HandedOver, "handed_over"),
    ];
}

impl Word for Onward {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Hand, "hand"), (Self::Label, "label"), (Self::Desk, "desk")];
}

impl Word for DisputeState {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Opened, "opened"), (Self::Won, "won"), (Self::Lost, "lost")];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds<W: Word + std::fmt::Debug + serde::Serialize>() {
        for (one, word) in W::WORDS {
            assert_eq!(serde_json::to_value(one).unwrap(), *word, "the same word inside and outside");
            assert_eq!(W::of_word(one.word()), Some(*one));
        }
        assert_eq!(W::of_word("nowhere"), None);
    }

    #[test]
    fn a_state_has_one_word() {
        holds::<FulfilmentState>();
        holds::<ShipmentState>();
        holds::<DisputeState>();
        for (ending, word) in Ending::WORDS {
            assert_eq!((Ending::of_word(word), ending.word()), (Some(*ending), *word));
        }
        for (handover, word) in Handover::WORDS {
            assert_eq!((Handover::of_word(word), handover.word()), (Some(*handover), *word));
        }
        for (onward, word) in Onward::WORDS {
            assert_eq!((Onward::of_word(word), onward.word()), (Some(*onward), *word));
        }
    }
}
