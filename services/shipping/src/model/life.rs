//! The life of the packing and sending of one order, as one total table over what becomes known of it.
//!
//! What the order service and inventory say may come in any order and twice: the end is the same. Once somebody asked
//! whether the order can still be stopped, that is decided once: either nothing leaves any more, or something has left.

use bodega_contracts::shipping::FulfilmentState as State;

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
}

/// What becomes known, or is done. Pieces are at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// It is paid: so many pieces are to leave, in parcels or over the desk.
    Confirmed { pieces: i64, fetched: bool },
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
    /// The customer fetched all.
    Fetched,
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
        }
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
            Ending::None if !self.confirmed || !self.allocated => Err(Refusal::NotAllocated),
            Ending::None => Ok(()),
        }
    }

    /// Takes in what became known, or refuses what cannot be done and stays as it is. Heard twice is heard once, but for
    /// the question whether it can be stopped: that is answered every time, and always the same.
    pub(crate) fn hear(&mut self, fact: Fact) -> Result<Tell, Refusal> {
        match fact {
            Fact::Confirmed { pieces, fetched } => Ok(self.confirm(pieces, fetched)),
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
            Fact::Fetched => self.fetch(),
        }
    }

    fn confirm(&mut self, pieces: i64, fetched: bool) -> Tell {
        if self.confirmed {
            return Tell::Nothing;
        }
        (self.confirmed, self.pieces) = (true, pieces);
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

    fn fetch(&mut self) -> Result<Tell, Refusal> {
        match self.handover {
            Handover::Parcels => return Err(Refusal::Sent),
            Handover::Collected => return Ok(Tell::Nothing),
            Handover::Desk | Handover::DeskReady => self.may_leave()?,
        }
        self.handover = Handover::Collected;
        (self.claimed, self.dispatched, self.delivered) = (self.pieces, self.pieces, self.pieces);
        Ok(Tell::Collected)
    }
}
