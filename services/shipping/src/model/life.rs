//! The life of the packing and sending of one order, as one total table over what becomes known of it.
//!
//! What the order service and inventory say may come in any order and twice: the end is the same. Once somebody asked
//! whether the order can still be stopped, that is decided once: either nothing leaves any more, or something has left.

use bodega_contracts::{payments::DisputeState, shipping::FulfilmentState as State};

/// Whether the order is to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// It goes on.
    None,
    /// Somebody wants it stopped, and a carrier has yet to say whether a parcel has left.
    Asked,
    /// Nothing has left and nothing will.
    Stopped,
    /// The order is over.
    Cancelled,
}

/// How goods come to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handover {
    /// In parcels.
    Parcels,
    /// The customer fetches them.
    Desk,
    /// They are packed for the customer to fetch.
    DeskReady,
    /// The customer fetched them.
    Collected,
}

/// What is known of the packing of one order. Pieces that are claimed have left or are leaving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    /// Whether it is known what is to leave.
    pub(crate) confirmed: bool,
    /// Whether its stock is there.
    pub(crate) allocated: bool,
    pub(crate) ending: Ending,
    pub(crate) handover: Handover,
    pub(crate) pieces: i64,
    pub(crate) claimed: i64,
    pub(crate) dispatched: i64,
    pub(crate) delivered: i64,
    /// Whether its money is promised only, and to be taken before anything leaves.
    pub(crate) capture_first: bool,
    /// How far the buyer's bank is that wants the money back.
    pub(crate) dispute: Option<DisputeState>,
    /// The word of the bank that staff let it go on in spite of.
    pub(crate) released: Option<DisputeState>,
    /// Grows with every new address; 0 is the one it was bought with.
    pub(crate) address_version: i64,
}

/// What becomes known, or is done. Pieces are at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// It is paid: so many pieces are to leave, in parcels or over the desk.
    Confirmed { pieces: i64, fetched: bool, capture_first: bool },
    /// Its stock is there.
    Allocated,
    /// It is over.
    Cancelled,
    /// Somebody wants it over, if nothing has left.
    Stopping,
    /// So many pieces are put into a parcel.
    Claimed { pieces: i64 },
    /// A parcel of so many claimed pieces has left.
    Left { pieces: i64 },
    /// A parcel of so many claimed pieces does not leave: the carrier refused it.
    Stayed { pieces: i64 },
    /// A parcel of so many pieces arrived.
    Arrived { pieces: i64 },
    /// All is packed for the customer to fetch.
    Packed,
    /// All is kept at the desk until its money is taken.
    Reserved,
    /// The customer fetched all.
    Fetched,
    /// The buyer's bank wants the money back, or has decided.
    Disputed { state: DisputeState },
    /// Staff let it go on, whatever the bank said so far.
    Released,
    /// It goes elsewhere.
    Readdressed { version: i64 },
}

/// What is told when something became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tell {
    Nothing,
    Opened,
    Stopped,
    UnderWay,
    ReadyForPickup,
    Collected,
}

/// Why something cannot be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Its stock is not there yet.
    NotAllocated,
    /// Somebody wants it stopped, and that is not decided.
    Stopping,
    /// It was stopped.
    Stopped,
    /// The order is over.
    Cancelled,
    /// The buyer's bank wants the money back.
    Disputed,
    /// The customer fetches it.
    Fetched,
    /// It is sent.
    Sent,
    /// All of it has left or is leaving.
    NothingLeft,
    /// It is more than was claimed or has left: our own books do not agree.
    Broken,
}

impl Life {
    /// Of an order nothing was heard of.
    pub(crate) fn unheard() -> Self {
        Self {
            confirmed: false,
            allocated: false,
            ending: Ending::None,
            handover: Handover::Parcels,
            pieces: 0,
            claimed: 0,
            dispatched: 0,
            delivered: 0,
            capture_first: false,
            dispute: None,
            released: None,
            address_version: 0,
        }
    }

    /// Whether nothing leaves because of a dispute.
    pub(crate) fn held(&self) -> bool {
        is_held(self.dispute, self.released)
    }

    /// Whether the customer is to fetch it and its money is to be taken before.
    pub(crate) fn pays_at_the_desk(&self) -> bool {
        self.capture_first && matches!(self.handover, Handover::Desk | Handover::DeskReady)
    }

    /// Where it is; `None` while nobody said that it is paid.
    pub(crate) fn state(&self) -> Option<State> {
        if !self.confirmed {
            return None;
        }
        Some(match (self.ending, self.handover) {
            (Ending::Cancelled, _) => State::Cancelled,
            (Ending::Stopped, _) => State::Stopped,
            (_, Handover::Collected) => State::Collected,
            (_, _) if self.delivered == self.pieces => State::Delivered,
            (_, _) if self.dispatched == self.pieces => State::Dispatched,
            (_, _) if self.dispatched > 0 => State::PartlyDispatched,
            (_, Handover::DeskReady) => State::ReadyForPickup,
            (_, Handover::Parcels | Handover::Desk) if self.allocated => State::Open,
            (_, Handover::Parcels | Handover::Desk) => State::Waiting,
        })
    }

    /// Whether something may leave now.
    fn may_leave(&self) -> Result<(), Refusal> {
        match self.ending {
            Ending::Asked => Err(Refusal::Stopping),
            Ending::Stopped => Err(Refusal::Stopped),
            Ending::Cancelled => Err(Refusal::Cancelled),
            Ending::None if self.held() => Err(Refusal::Disputed),
            Ending::None if !self.confirmed || !self.allocated => Err(Refusal::NotAllocated),
            Ending::None => Ok(()),
        }
    }

    /// Takes in what became known, or refuses what cannot be done and stays as it is. Heard twice is heard once, but for
    /// the question whether it can be stopped: that is answered every time, and always the same.
    pub(crate) fn hear(&mut self, fact: Fact) -> Result<Tell, Refusal> {
        match fact {
            Fact::Confirmed { pieces, fetched, capture_first } => Ok(self.confirm(pieces, fetched, capture_first)),
            Fact::Allocated => {
                self.allocated = true;
                Ok(Tell::Nothing)
            }
            Fact::Cancelled => {
                self.ending = Ending::Cancelled;
                Ok(Tell::Nothing)
            }
            Fact::Stopping => Ok(self.stop()),
            Fact::Claimed { pieces } => self.claim(pieces),
            Fact::Left { pieces } => self.leave(pieces),
            Fact::Stayed { pieces } => self.stay(pieces),
            Fact::Arrived { pieces } => self.arrive(pieces),
            Fact::Packed => self.pack(),
            Fact::Reserved => self.reserve(),
            Fact::Fetched => self.fetch(),
            Fact::Disputed { state } => {
                self.dispute = self.dispute.max(Some(state));
                Ok(Tell::Nothing)
            }
            Fact::Released => {
                self.released = self.dispute;
                Ok(Tell::Nothing)
            }
            Fact::Readdressed { version } => {
                self.address_version = self.address_version.max(version);
                Ok(Tell::Nothing)
            }
        }
    }

    fn confirm(&mut self, pieces: i64, fetched: bool, capture_first: bool) -> Tell {
        if self.confirmed {
            return Tell::Nothing;
        }
        (self.confirmed, self.pieces, self.capture_first) = (true, pieces, capture_first);
        self.handover = if fetched { Handover::Desk } else { Handover::Parcels };
        if self.ending == Ending::None { Tell::Opened } else { Tell::Nothing }
    }

    fn stop(&mut self) -> Tell {
        if self.dispatched > 0 {
            return Tell::UnderWay;
        }
        if self.claimed > 0 {
            // The carrier's answer decides.
            self.ending = self.ending.max(Ending::Asked);
            return Tell::Nothing;
        }
        self.ending = self.ending.max(Ending::Stopped);
        Tell::Stopped
    }

    fn claim(&mut self, pieces: i64) -> Result<Tell, Refusal> {
        self.may_leave()?;
        if self.handover != Handover::Parcels {
            return Err(Refusal::Fetched);
        }
        if pieces < 1 || pieces > self.pieces - self.claimed {
            return Err(Refusal::NothingLeft);
        }
        self.claimed += pieces;
        Ok(Tell::Nothing)
    }

    fn leave(&mut self, pieces: i64) -> Result<Tell, Refusal> {
        if pieces < 1 || pieces > self.claimed - self.dispatched {
            return Err(Refusal::Broken);
        }
        self.dispatched += pieces;
        if self.ending == Ending::Asked {
            self.ending = Ending::None;
            return Ok(Tell::UnderWay);
        }
        Ok(Tell::Nothing)
    }

    fn stay(&mut self, pieces: i64) -> Result<Tell, Refusal> {
        if pieces < 1 || pieces > self.claimed - self.dispatched {
            return Err(Refusal::Broken);
        }
        self.claimed -= pieces;
        if self.ending == Ending::Asked && self.claimed == 0 {
            self.ending = Ending::Stopped;
            return Ok(Tell::Stopped);
        }
        Ok(Tell::Nothing)
    }

    fn arrive(&mut self, pieces: i64) -> Result<Tell, Refusal> {
        if pieces < 1 || pieces > self.dispatched - self.delivered {
            return Err(Refusal::Broken);
        }
        self.delivered += pieces;
        Ok(Tell::Nothing)
    }

    fn pack(&mut self) -> Result<Tell, Refusal> {
        match self.handover {
            Handover::Parcels => return Err(Refusal::Sent),
            Handover::DeskReady | Handover::Collected => return Ok(Tell::Nothing),
            Handover::Desk => self.may_leave()?,
        }
        self.handover = Handover::DeskReady;
        Ok(Tell::ReadyForPickup)
    }

    fn reserve(&mut self) -> Result<Tell, Refusal> {
        match self.handover {
            Handover::Parcels | Handover::Collected => return Err(Refusal::Sent),
            Handover::Desk | Handover::DeskReady => self.may_leave()?,
        }
        self.claimed = self.pieces;
        Ok(Tell::Nothing)
    }

    fn fetch(&mut self) -> Result<Tell, Refusal> {
        match self.handover {
            Handover::Parcels => return Err(Refusal::Sent),
            Handover::Collected => return Ok(Tell::Nothing),
            Handover::Desk | Handover::DeskReady => self.may_leave()?,
        }
        if self.capture_first && self.claimed < self.pieces {
            return Err(Refusal::Broken);
        }
        self.handover = Handover::Collected;
        (self.claimed, self.dispatched, self.delivered) = (self.pieces, self.pieces, self.pieces);
        Ok(Tell::Collected)
    }
}

/// Whether a bank's word holds goods that staff let go on in spite of `released`.
pub(crate) fn is_held(dispute: Option<DisputeState>, released: Option<DisputeState>) -> bool {
    matches!(dispute, Some(DisputeState::Opened | DisputeState::Lost)) && released != dispute
}
