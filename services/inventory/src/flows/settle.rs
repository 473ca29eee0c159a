//! A batch of orders about which one kind of fact became known: meet their reservations, decide, write, tell.
//!
//! A reservation is claimed by inserting it as it will nearly always end; only one that ends otherwise is written twice.
//! Whoever comes second, on whatever replica, finds it and goes by what it says.

use super::tell_changes;
use crate::{
    model::{self, Ask, Case, Fact, Outcome, Tell, Wanted},
    store::{self, Memory, Moved, Part, Remembered, Reservation, Steps},
};
use bodega_contracts::{
    OrderId,
    inventory::{
        ReservationState as State, StockAllocated, StockHoldExpired, StockRejected, StockReleased, StockReserved,
        StockUnavailable,
    },
};
use bodega_db::{DbError, Trace, Tx};
use bodega_kernel::Sku;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// An order at its turn, as the database has it.
struct Turn {
    case: Case,
    stored: Stored,
    trace: Option<Trace>,
}

/// What its row says now.
#[derive(Clone, Copy)]
enum Stored {
    /// There is none.
    Nothing,
    /// Goods have left, and nothing else was heard.
    Early,
    As(State),
}

/// Brings reservations and stock to where `fact` puts them, order by order as they arrived. Twice is once.
pub(crate) async fn settle(tx: &mut Tx, remembered: &Remembered, fact: Fact, asks: Vec<Ask>) -> Result<(), DbError> {
    let mut turn = store::take_turn(tx).await?;
    let mut memory = remembered.recall(&turn);
    let turns = meet(tx, &mut memory, fact, asks).await?;
    let skus: BTreeSet<&Sku> = turns
        .iter()
        .filter(|turn| model::moves_stock(turn.case.state, fact))
        .flat_map(|turn| turn.case.lines.skus())
        .collect();
    let mut shelf = memory.shelf(tx, std::mem::take(&mut turn.locations), &skus).await?;
    let cases: Vec<&Case> = turns.iter().map(|turn| &turn.case).collect();
    let outcomes = model::decide(fact, &mut shelf, &cases).map_err(|broken| {
        tracing::error!(%broken, "the books of stock do not agree");
        DbError::Refused(broken.to_string().into())
    })?;
    let changes = shelf.changes();
    store::write_changes(tx, &changes).await?;
    record(tx, &turns, &outcomes).await?;
    memory.learn(shelf.written(&changes));
    for (turn, outcome) in turns.into_iter().zip(outcomes) {
        let Turn { case, trace, .. } = turn;
        tx.follow(trace);
        tell(tx, case.order, &outcome)?;
        if outcome.state == Some(State::Held) && case.shipped.is_empty() {
            let (lines, taken) = (case.lines, outcome.taken);
            memory.hold(case.order, Reservation { state: outcome.state, lines, taken, ..Reservation::default() });
        }
    }
    tell_changes(tx, &changes)?;
    remembered.keep(&turn, memory);
    Ok(())
}

/// The orders with their reservations; those not heard of before are claimed.
async fn meet(tx: &mut Tx, memory: &mut Memory, fact: Fact, asks: Vec<Ask>) -> Result<Vec<Turn>, DbError> {
    let mut seen = HashSet::new();
    let asks: Vec<Ask> = asks.into_iter().filter(|ask| seen.insert(ask.order)).collect();
    // In the order of their ids, so that two batches lock in one order.
    let by_id: BTreeMap<OrderId, &Wanted> = asks.iter().map(|ask| (ask.order, &ask.lines)).collect();
    // A new order is nearly always unheard of, every other fact finds its reservation.
    let mut known = match fact {
        Fact::Placed => BTreeMap::new(),
        Fact::Confirmed | Fact::Cancelled | Fact::Expired => memory.reservations(tx, by_id.keys()).await?,
    };
    if let Some(state) = fact.claims() {
        let unheard: Vec<(OrderId, &Wanted)> =
            by_id.into_iter().filter(|(order, _)| !known.contains_key(order)).collect();
        let new = store::claim(tx, state, &unheard).await?;
        let late = unheard.iter().zip(new).filter(|(_, new)| !new).map(|((order, _), _)| order);
        known.extend(memory.reservations(tx, late).await?);
    }
    store::fill_tombstones(tx, &forgotten_lines(&asks, &known)).await?;
    let turn = |Ask { order, lines, trace }: Ask| {
        let Some(known) = known.remove(&order) else {
            let stored = fact.claims().map_or(Stored::Nothing, Stored::As);
            return Turn { case: Reservation { lines, ..Reservation::default() }.case(order), stored, trace };
        };
        let stored = known.state.map_or(Stored::Early, Stored::As);
        let mut case = known.case(order);
        if case.state.is_none() && case.lines.is_empty() {
            case.lines = lines;
        }
        Turn { case, stored, trace }
    };
    Ok(asks.into_iter().map(turn).collect())
}

/// Orders that were cancelled, or of which goods left, before anybody said what they want: it is noted, so that the books
/// are the same whichever came first.
fn forgotten_lines<'a>(asks: &'a [Ask], known: &BTreeMap<OrderId, Reservation>) -> Vec<(OrderId, &'a Wanted)> {
    let forgotten = |ask: &&Ask| {
        known.get(&ask.order).is_some_and(|reservation| {
            let forgets = matches!(reservation.state, None | Some(State::Released));
            forgets && reservation.lines.is_empty() && !ask.lines.is_empty()
        })
    };
    asks.iter().filter(forgotten).map(|ask| (ask.order, &ask.lines)).collect()
}

/// Writes what the batch decided: the reservations that are not as they are stored, and the ledger.
async fn record(tx: &mut Tx, turns: &[Turn], outcomes: &[Outcome]) -> Result<(), DbError> {
    let mut moved = Vec::new();
    let mut steps = Steps::default();
    for (turn, outcome) in turns.iter().zip(outcomes) {
        let order = turn.case.order;
        let from = match turn.stored {
            Stored::Nothing => None,
            Stored::Early => Some(None),
            Stored::As(state) => Some(Some(state)),
        };
        if let (Some(from), Some(to)) = (from, outcome.state)
            && (from != Some(to) || outcome.taken != turn.case.taken)
        {
            moved.push(Moved { order, from, to, short: &outcome.short, taken: outcome.taken.as_ref() });
        }
        if let Some((kind, shift, taken)) = &outcome.movement {
            for (sku, location, quantity) in taken.lines() {
                let (held, allocated) = (shift.held * quantity, shift.allocated * quantity);
                steps.push(sku, location, *kind, Part { order, held, allocated });
            }
        }
    }
    store::move_reservations(tx, &moved).await?;
    store::insert_steps(tx, &steps).await
}

fn tell(tx: &mut Tx, order_id: OrderId, outcome: &Outcome) -> Result<(), DbError> {
    let short = || outcome.short.clone();
    match outcome.tell {
        Some(Tell::Reserved) => tx.emit(&StockReserved { order_id }),
        Some(Tell::Rejected) => tx.emit(&StockRejected { order_id, short: short() }),
        Some(Tell::Allocated) => tx.emit(&StockAllocated { order_id }),
        Some(Tell::Released) => tx.emit(&StockReleased { order_id }),
        Some(Tell::HoldExpired) => tx.emit(&StockHoldExpired { order_id }),
        Some(Tell::Unavailable) => tx.emit(&StockUnavailable { order_id, short: short() }),
        None => Ok(()),
    }
}
