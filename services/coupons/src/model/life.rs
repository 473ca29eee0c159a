//! The life of what an order claims, as one total table, and the decision over a batch of orders.
//!
//! Each order is decided at its turn: it gets a use of all it claims or of nothing, and who gets nothing takes nothing
//! from those who come after.

use super::{Books, Count, Refused, books::each_once};
use bodega_contracts::{CouponClaim, OrderId, coupons::CouponUseState as State};
use bodega_db::Trace;
use bodega_kernel::Time;

/// The most claims of one order.
const MAX_CLAIMS: usize = 50;
/// The most bytes of a claim's customer and code.
const MAX_TEXT: usize = 100;

/// What became known of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// It wants its promotions.
    Placed,
    /// It is paid.
    Confirmed,
    /// It is over.
    Cancelled,
}

impl Fact {
    /// What an order that was not heard of nearly always becomes by this.
    pub(crate) fn claims(self) -> State {
        match self {
            Self::Placed => State::Reserved,
            Self::Confirmed => State::Awaited,
            Self::Cancelled => State::Released,
        }
    }
}

/// An order about which something became known.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub order: OrderId,
    pub claims: Vec<CouponClaim>,
    /// When it was placed: what is over by now was not over then.
    pub at: Time,
    pub trace: Option<Trace>,
}

impl Ask {
    /// What an order wants; refused where no order can want it.
    pub(crate) fn placed(
        order: OrderId,
        claims: &[CouponClaim],
        at: Time,
        trace: Option<Trace>,
    ) -> Result<Self, &'static str> {
        let fits = |claim: &CouponClaim| {
            let code = claim.code.as_deref().unwrap_or_default();
            !claim.customer.is_empty() && claim.customer.len() <= MAX_TEXT && code.len() <= MAX_TEXT
        };
        if claims.len() > MAX_CLAIMS || !claims.iter().all(fits) {
            return Err("claims of an order are at most 50, each of a customer");
        }
        Ok(Self { order, claims: each_once(claims), at, trace })
    }

    /// An order of which nothing is wanted any more.
    pub(crate) fn of(order: OrderId, at: Time, trace: Option<Trace>) -> Self {
        Self { order, claims: Vec::new(), at, trace }
    }
}

/// An order at its turn.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub order: OrderId,
    /// Where its claims are; `None` if it was not heard of.
    pub state: Option<State>,
    pub claims: Vec<CouponClaim>,
    /// The counters it holds one of.
    pub held: Vec<String>,
    /// Why it was refused.
    pub refused: Option<Refused>,
    pub at: Time,
}

/// What is told of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tell {
    Reserved,
    /// Both at once, where it was paid before it was heard of.
    ReservedAndRedeemed,
    Rejected,
    Redeemed,
    Released,
}

/// How an order came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub state: State,
    pub held: Vec<String>,
    pub refused: Option<Refused>,
    pub tell: Option<Tell>,
}

/// What is done about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Take a use of all it claims, or reject it.
    Take,
    /// The same of an order that is paid already.
    TakePaid,
    /// It is paid; what it claims comes later.
    Await,
    /// What is reserved counts for good.
    Redeem,
    /// What it holds is free again.
    Release,
    /// There is nothing to give back, and nothing will be given any more.
    Close,
    /// Say again what was said.
    Answer,
    /// It is as it should be.
    Nothing,
}

/// The table. A cancelled order is over for good.
fn step(state: Option<State>, fact: Fact) -> Step {
    match (state, fact) {
        (None, Fact::Placed) => Step::Take,
        (Some(State::Awaited), Fact::Placed) => Step::TakePaid,
        (None, Fact::Confirmed) => Step::Await,
        (Some(State::Reserved), Fact::Confirmed) => Step::Redeem,
        (Some(State::Reserved | State::Redeemed), Fact::Cancelled) => Step::Release,
        (None | Some(State::Rejected | State::Awaited), Fact::Cancelled) => Step::Close,
        (Some(State::Reserved | State::Rejected | State::Redeemed), Fact::Placed) => Step::Answer,
        (Some(State::Rejected | State::Redeemed | State::Awaited), Fact::Confirmed)
        | (Some(State::Released), Fact::Placed | Fact::Confirmed | Fact::Cancelled) => Step::Nothing,
    }
}

/// The counters that are needed to decide this: none for what has no limit.
pub(crate) fn counts_needed(fact: Fact, books: &Books, case: &Case) -> Vec<Count> {
    match step(case.state, fact) {
        Step::Take | Step::TakePaid => books.counts_of(&case.claims),
        Step::Release | Step::Await | Step::Redeem | Step::Close | Step::Answer | Step::Nothing => Vec::new(),
    }
}

/// Decides a batch in the order of arrival, each order at its turn; one outcome for each case.
pub(crate) fn decide(fact: Fact, books: &mut Books, cases: &[&Case]) -> Vec<Outcome> {
    cases.iter().map(|case| decide_one(fact, books, case)).collect()
}

fn decide_one(fact: Fact, books: &mut Books, case: &Case) -> Outcome {
    let still_as = |state, tell| Outcome { state, held: case.held.clone(), refused: case.refused.clone(), tell };
    match step(case.state, fact) {
        Step::Take => take(books, case, State::Reserved, Tell::Reserved),
        Step::TakePaid => take(books, case, State::Redeemed, Tell::ReservedAndRedeemed),
        Step::Await => still_as(State::Awaited, None),
        Step::Redeem => still_as(State::Redeemed, Some(Tell::Redeemed)),
        Step::Release => {
            books.give_back(&case.held);
            Outcome { held: Vec::new(), ..still_as(State::Released, Some(Tell::Released)) }
        }
        Step::Close => Outcome { held: Vec::new(), refused: None, ..still_as(State::Released, None) },
        Step::Answer => still_as(case.state.unwrap_or(State::Released), case.state.and_then(said)),
        Step::Nothing => still_as(case.state.unwrap_or(State::Released), None),
    }
}

fn take(books: &mut Books, case: &Case, state: State, tell: Tell) -> Outcome {
    match books.take(&case.claims, case.at) {
        Ok(held) => Outcome { state, held, refused: None, tell: Some(tell) },
        Err(refused) => {
            Outcome { state: State::Rejected, held: Vec::new(), refused: Some(refused), tell: Some(Tell::Rejected) }
        }
    }
}

/// What was answered to the order that asks again. One that is over gets no answer: it needs none.
fn said(state: State) -> Option<Tell> {
    match state {
        State::Reserved | State::Redeemed => Some(Tell::Reserved),
        State::Rejected => Some(Tell::Rejected),
        State::Released | State::Awaited => None,
    }
}

/// The state's word in the database.
pub(crate) fn state_str(state: State) -> &'static str {
    match state {
        State::Reserved => "reserved",
        State::Rejected => "rejected",
        State::Redeemed => "redeemed",
        State::Released => "released",
        State::Awaited => "awaited",
    }
}

/// The state of a word in the database.
pub(crate) fn state_from_str(word: &str) -> Option<State> {
    let all = [State::Reserved, State::Rejected, State::Redeemed, State::Released, State::Awaited];
    all.into_iter().find(|state| state_str(*state) == word)
}
