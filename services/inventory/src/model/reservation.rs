//! The life of what is reserved for one order, as one total table, and the decision over a batch of orders.
//!
//! Each order is decided at its turn: it gets all it wants or nothing, and who gets nothing takes nothing from those
//! who come after.

use super::{
    Kind, Taken, Wanted,
    shelf::{Broken, Shelf, Shift},
};
use bodega_contracts::{
    OrderId,
    inventory::{ReservationState as State, Shortage},
};
use bodega_db::Trace;
use std::borrow::Cow;

/// What became known of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// It wants its goods.
    Placed,
    /// It is paid.
    Confirmed,
    /// It is over.
    Cancelled,
    /// Its hold has lasted too long.
    Expired,
}

impl Fact {
    /// What an order that was not heard of nearly always becomes by this; `None` where it stays unheard of.
    pub(crate) fn claims(self) -> Option<State> {
        match self {
            Self::Placed => Some(State::Held),
            Self::Confirmed => Some(State::Allocated),
            Self::Cancelled => Some(State::Released),
            Self::Expired => None,
        }
    }
}

/// An order about which something became known.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) order: OrderId,
    pub(crate) lines: Wanted,
    pub(crate) trace: Option<Trace>,
}

/// An order at its turn.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) order: OrderId,
    /// What is reserved for it; `None` if it was not heard of.
    pub(crate) state: Option<State>,
    /// What is reserved, or what it wants where nothing is.
    pub(crate) lines: Wanted,
    /// What was short when it was refused.
    pub(crate) short: Vec<Shortage>,
    /// What of it has left.
    pub(crate) shipped: Wanted,
    /// Where it is reserved; `None` where all of it is at the main location, or nothing is.
    pub(crate) taken: Option<Taken>,
}

impl Case {
    /// What is still reserved, and where.
    pub(crate) fn reserved(&self) -> Taken {
        self.taken.clone().unwrap_or_else(|| Taken::at_main(&self.outstanding()))
    }

    /// What is still reserved, or still wanted where nothing is.
    pub(crate) fn outstanding(&self) -> Cow<'_, Wanted> {
        if self.shipped.is_empty() { Cow::Borrowed(&self.lines) } else { Cow::Owned(self.lines.without(&self.shipped)) }
    }
}

/// What is done about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Hold what it wants, or reject it.
    Hold,
    /// Allocate without a hold, or say that it cannot be.
    Take,
    /// The hold becomes an allocation.
    Allocate,
    /// What is held comes back.
    Release,
    /// What is allocated comes back.
    Return,
    /// What is held comes back because it lasted too long.
    Expire,
    /// There is nothing to come back, and nothing will be given any more.
    Close,
    /// Say again what was said.
    Answer,
    /// It is as it should be.
    Nothing,
}

/// What is told of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tell {
    Reserved,
    Rejected,
    Allocated,
    Released,
    HoldExpired,
    Unavailable,
}

/// How an order came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Its state from now on; `None` if it is still unheard of.
    pub(crate) state: Option<State>,
    /// What was short, if it was refused.
    pub(crate) short: Vec<Shortage>,
    /// Where it is reserved from now on; as in [`Case`].
    pub(crate) taken: Option<Taken>,
    /// What to write into the ledger for each line of what has not left.
    pub(crate) movement: Option<(Kind, Shift, Taken)>,
    pub(crate) tell: Option<Tell>,
}

const HOLD: Shift = Shift { on_hand: 0, held: 1, allocated: 0 };
const TAKE: Shift = Shift { on_hand: 0, held: 0, allocated: 1 };
const ALLOCATE: Shift = Shift { on_hand: 0, held: -1, allocated: 1 };
const UNHOLD: Shift = Shift { on_hand: 0, held: -1, allocated: 0 };
const UNTAKE: Shift = Shift { on_hand: 0, held: 0, allocated: -1 };

/// The table. A cancelled order is over for good; goods are held once, and allocated once.
fn step(state: Option<State>, fact: Fact) -> Step {
    match (state, fact) {
        (None, Fact::Placed) => Step::Hold,
        (None | Some(State::Rejected | State::Expired), Fact::Confirmed) => Step::Take,
        (Some(State::Held), Fact::Confirmed) => Step::Allocate,
        (Some(State::Held), Fact::Cancelled) => Step::Release,
        (Some(State::Allocated), Fact::Cancelled) => Step::Return,
        (Some(State::Held), Fact::Expired) => Step::Expire,
        (None | Some(State::Rejected | State::Expired | State::Unavailable), Fact::Cancelled) => Step::Close,
        (
            Some(State::Held | State::Rejected | State::Allocated | State::Expired | State::Unavailable),
            Fact::Placed,
        ) => Step::Answer,
        (Some(State::Allocated | State::Unavailable), Fact::Confirmed)
        | (Some(State::Released), Fact::Placed | Fact::Confirmed | Fact::Cancelled)
        | (
            None | Some(State::Rejected | State::Allocated | State::Released | State::Expired | State::Unavailable),
            Fact::Expired,
        ) => Step::Nothing,
    }
}

/// Whether the stock levels are needed to decide this.
pub(crate) fn moves_stock(state: Option<State>, fact: Fact) -> bool {
    match step(state, fact) {
        Step::Hold | Step::Take | Step::Allocate | Step::Release | Step::Return | Step::Expire => true,
        Step::Close | Step::Answer | Step::Nothing => false,
    }
}

/// Decides a batch in the order of arrival, each order at its turn; one outcome for each case.
pub(crate) fn decide(fact: Fact, shelf: &mut Shelf, cases: &[&Case]) -> Result<Vec<Outcome>, Broken> {
    cases.iter().map(|case| decide_one(fact, shelf, case)).collect()
}

fn decide_one(fact: Fact, shelf: &mut Shelf, case: &Case) -> Result<Outcome, Broken> {
    let still = |tell| {
        let (short, taken) = (case.short.clone(), case.taken.clone());
        Outcome { state: case.state, short, taken, movement: None, tell }
    };
    let moved = |shelf: &mut Shelf, state, kind, shift, tell| {
        let taken = case.reserved();
        shelf.shift(&taken, shift)?;
        let kept = if state == State::Allocated { case.taken.clone() } else { None };
        let movement = Some((kind, shift, taken));
        Ok(Outcome { state: Some(state), short: Vec::new(), taken: kept, movement, tell: Some(tell) })
    };
    Ok(match step(case.state, fact) {
        Step::Hold => match refused(shelf, case, State::Rejected, Tell::Rejected) {
            Some(outcome) => outcome,
            None => took(shelf, case, State::Held, (Kind::Hold, HOLD), Tell::Reserved)?,
        },
        Step::Take => match refused(shelf, case, State::Unavailable, Tell::Unavailable) {
            Some(outcome) => outcome,
            None => took(shelf, case, State::Allocated, (Kind::Allocate, TAKE), Tell::Allocated)?,
        },
        Step::Allocate => moved(shelf, State::Allocated, Kind::Allocate, ALLOCATE, Tell::Allocated)?,
        Step::Release => moved(shelf, State::Released, Kind::Release, UNHOLD, Tell::Released)?,
        Step::Return => moved(shelf, State::Released, Kind::Release, UNTAKE, Tell::Released)?,
        Step::Expire => moved(shelf, State::Expired, Kind::Expire, UNHOLD, Tell::HoldExpired)?,
        Step::Close => Outcome { state: Some(State::Released), ..still(None) },
        Step::Answer => still(case.state.and_then(said)),
        Step::Nothing => still(None),
    })
}

/// The outcome for an order of which something is short; `None` if nothing is.
fn refused(shelf: &Shelf, case: &Case, state: State, tell: Tell) -> Option<Outcome> {
    let short = shelf.short(&case.outstanding());
    let outcome = Outcome { state: Some(state), short, taken: None, movement: None, tell: Some(tell) };
    (!outcome.short.is_empty()).then_some(outcome)
}

/// The outcome for an order that gets what it wants, from where it is.
fn took(
    shelf: &mut Shelf,
    case: &Case,
    state: State,
    (kind, shift): (Kind, Shift),
    tell: Tell,
) -> Result<Outcome, Broken> {
    let places = shelf.places(&case.outstanding());
    shelf.shift(&places, shift)?;
    let taken = (!places.is_at_main()).then(|| places.clone());
    let movement = Some((kind, shift, places));
    Ok(Outcome { state: Some(state), short: Vec::new(), taken, movement, tell: Some(tell) })
}

/// What was answered to the order that asks again. One that is over gets no answer: it needs none.
fn said(state: State) -> Option<Tell> {
    match state {
        State::Held | State::Allocated => Some(Tell::Reserved),
        State::Rejected => Some(Tell::Rejected),
        State::Expired => Some(Tell::HoldExpired),
        State::Unavailable => Some(Tell::Unavailable),
        State::Released => None,
    }
}

/// The state's word in the database.
pub(crate) fn state_str(state: State) -> &'static str {
    match state {
        State::Held => "held",
        State::Rejected => "rejected",
        State::Allocated => "allocated",
        State::Released => "released",
        State::Expired => "expired",
        State::Unavailable => "unavailable",
    }
}

/// The state of a word in the database.
pub(crate) fn state_from_str(word: &str) -> Option<State> {
    let all = [State::Held, State::Rejected, State::Allocated, State::Released, State::Expired, State::Unavailable];
    all.into_iter().find(|state| state_str(*state) == word)
}
