//! A batch of orders about which one kind of fact became known: meet their rows, decide, write, tell.
//!
//! An order's row is made by inserting it as it will nearly always end; only one that ends otherwise is written twice.
//! Whoever comes second, on whatever replica, finds it and goes by what it says. The turn is taken only where a counter
//! is to move.

use crate::{
    model::{self, Ask, Books, Case, Count, Fact, Outcome, Tell},
    store::{self, Moved, Row},
};
use bodega_contracts::{
    OrderId,
    coupons::{CouponRedeemed, CouponRejected, CouponReleased, CouponReserved, CouponUseState as State},
};
use bodega_db::{DbError, Trace, Tx};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// An order at its turn, as the database has it.
struct Turn {
    case: Case,
    /// The state its row has now.
    stored: State,
    /// The counters that its row says it holds.
    stored_held: Vec<String>,
    /// Whether what it claims is written down for the first time.
    new_claims: bool,
    trace: Option<Trace>,
}

/// Brings claims and counters to where `fact` puts them, order by order as they arrived. Twice is once.
pub(crate) async fn settle(tx: &mut Tx, fact: Fact, asks: Vec<Ask>) -> Result<(), DbError> {
    if asks.is_empty() {
        return Ok(());
    }
    let mut books = store::read_books(tx, asks.iter().flat_map(|ask| &ask.claims)).await?;
    let turns = meet(tx, fact, asks, &books).await?;
    open_counters(tx, fact, &turns, &mut books).await?;
    let cases: Vec<&Case> = turns.iter().map(|turn| &turn.case).collect();
    let outcomes = model::decide(fact, &mut books, &cases);
    store::write_counters(tx, &books.moved()).await?;
    record(tx, &turns, &outcomes).await?;
    for (turn, outcome) in turns.iter().zip(outcomes) {
        tx.follow(turn.trace.clone());
        tell(tx, turn.case.order, outcome)?;
    }
    Ok(())
}

/// The orders with their rows; those not heard of before are given one.
async fn meet(tx: &mut Tx, fact: Fact, asks: Vec<Ask>, books: &Books) -> Result<Vec<Turn>, DbError> {
    let mut seen = HashSet::new();
    let asks: Vec<Ask> = asks.into_iter().filter(|ask| seen.insert(ask.order)).collect();
    // In the order of their ids, so that two batches lock in one order.
    let by_id: BTreeMap<OrderId, &Ask> = asks.iter().map(|ask| (ask.order, ask)).collect();
    // A new order is nearly always unheard of, every other fact may find its row.
    let mut known = match fact {
        Fact::Placed => BTreeMap::new(),
        Fact::Confirmed | Fact::Cancelled => store::lock_orders(tx, by_id.keys()).await?,
    };
    let unheard: Vec<&Ask> = by_id.into_values().filter(|ask| !known.contains_key(&ask.order)).collect();
    let rows: Vec<Row> = unheard.iter().map(|ask| first_row(fact, ask, books)).collect();
    let new = store::insert_orders(tx, &rows).await?;
    let late: Vec<OrderId> = unheard.iter().zip(new).filter(|(_, new)| !new).map(|(ask, _)| ask.order).collect();
    known.extend(store::lock_orders(tx, late.iter()).await?);
    let mut made: BTreeMap<OrderId, Row> = rows.into_iter().map(|row| (row.order, row)).collect();
    let turn = |ask: Ask| match known.remove(&ask.order) {
        Some(row) => known_turn(row, ask),
        None => new_turn(fact, made.remove(&ask.order), ask),
    };
    Ok(asks.into_iter().map(turn).collect())
}

fn first_row(fact: Fact, ask: &Ask, books: &Books) -> Row {
    let held = books.counts_of(&ask.claims).into_iter().map(|count| count.key).collect();
    Row { order: ask.order, state: fact.claims(), claims: ask.claims.clone(), held, refused: None }
}

fn new_turn(fact: Fact, row: Option<Row>, ask: Ask) -> Turn {
    let Ask { order, claims, at, trace } = ask;
    let stored_held = row.map(|row| row.held).unwrap_or_default();
    let new_claims = !claims.is_empty();
    let case = Case { order, state: None, claims, held: Vec::new(), refused: None, at };
    Turn { case, stored: fact.claims(), stored_held, new_claims, trace }
}

fn known_turn(row: Row, ask: Ask) -> Turn {
    let Ask { order, claims, at, trace } = ask;
    // An order that was paid or over before anybody said what it claims: it is noted, whichever came first.
    let new_claims = row.claims.is_empty() && !claims.is_empty();
    let claims = if new_claims { claims } else { row.claims };
    let (stored, stored_held) = (row.state, row.held.clone());
    let case = Case { order, state: Some(stored), claims, held: row.held, refused: row.refused, at };
    Turn { case, stored, stored_held, new_claims, trace }
}

/// Locks the counters that this batch moves, in their turn. Limits are read again then: staff change them in theirs.
async fn open_counters(tx: &mut Tx, fact: Fact, turns: &[Turn], books: &mut Books) -> Result<(), DbError> {
    let needed = |books: &Books| -> Vec<Count> {
        turns.iter().flat_map(|turn| model::counts_needed(fact, books, &turn.case)).collect()
    };
    let counts = needed(books);
    let released = turns.iter().filter(|_| fact == Fact::Cancelled).flat_map(|turn| turn.case.held.iter().cloned());
    let mut keys: BTreeSet<String> = released.collect();
    if counts.is_empty() && keys.is_empty() {
        return Ok(());
    }
    store::take_turn(tx).await?;
    if !counts.is_empty() {
        let claims = turns.iter().flat_map(|turn| &turn.case.claims);
        *books = store::read_books(tx, claims).await?;
        let counts = needed(books);
        store::make_counters(tx, &counts).await?;
        keys.extend(counts.into_iter().map(|count| count.key));
    }
    books.set_used(store::lock_counters(tx, &keys).await?);
    Ok(())
}

/// Writes what the batch decided: rows that are not as they are stored, and claims that are new.
async fn record(tx: &mut Tx, turns: &[Turn], outcomes: &[Outcome]) -> Result<(), DbError> {
    let (mut moved, mut claimed) = (Vec::new(), Vec::new());
    for (turn, outcome) in turns.iter().zip(outcomes) {
        let Turn { case, stored, stored_held, new_claims, .. } = turn;
        let first = case.state.is_none();
        if outcome.state != *stored || outcome.held != *stored_held || (!first && *new_claims) {
            let (state, held) = (outcome.state, outcome.held.clone());
            let row =
                Row { order: case.order, state, claims: case.claims.clone(), held, refused: outcome.refused.clone() };
            moved.push(Moved { row, from: *stored });
        }
        if *new_claims {
            claimed.push((case.order, case.at, case.claims.as_slice()));
        }
    }
    store::move_orders(tx, &moved).await?;
    store::insert_uses(tx, &claimed).await
}

fn tell(tx: &mut Tx, order_id: OrderId, outcome: Outcome) -> Result<(), DbError> {
    match outcome.tell {
        Some(Tell::Reserved) => tx.emit(&CouponReserved { order_id }),
        Some(Tell::ReservedAndRedeemed) => {
            tx.emit(&CouponReserved { order_id })?;
            tx.emit(&CouponRedeemed { order_id })
        }
        Some(Tell::Rejected) => {
            let (code, reason) = outcome.refused.map(|refused| (refused.code, refused.reason)).unwrap_or_default();
            tx.emit(&CouponRejected { order_id, code, reason })
        }
        Some(Tell::Redeemed) => tx.emit(&CouponRedeemed { order_id }),
        Some(Tell::Released) => tx.emit(&CouponReleased { order_id }),
        None => Ok(()),
    }
}
