//! What becomes known of orders, batch by batch, one kind of fact at a time.
//!
//! An order is heard of for the first time by inserting it as that fact leaves it; only one that was heard of before is
//! locked and written again. Whoever comes second, on whatever replica, finds it and goes by what it says.

use super::captures::{Traces, give_up_awaiting, go_on};
use crate::{
    model::{Fact, Life, Packing, Tell},
    store::{self, Details, Fulfilment, Opening},
};
use bodega_bus::Failure;
use bodega_contracts::{
    Address, FulfilmentId, OrderId, OrderLine,
    payments::DisputeState,
    shipping::{FulfilmentOpened, FulfilmentStopped, FulfilmentUnderWay},
};
use bodega_db::{DbError, Trace, Tx};
use bodega_kernel::UserId;
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

/// What was heard.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    /// It is paid; this is to leave.
    Confirmed {
        number: String,
        customer: Option<UserId>,
        lines: Vec<OrderLine>,
        method: Option<String>,
        address: Option<Box<Address>>,
        capture_first: bool,
    },
    /// Its stock is there.
    Allocated,
    /// It is over.
    Cancelled,
    /// Somebody wants it over, if nothing has left.
    Stopping,
    /// The buyer's bank wants the money back, or has decided.
    Disputed(DisputeState),
    /// What has not left goes there.
    Readdressed { version: i64, address: Box<Address> },
}

/// An order at its turn.
struct Turn {
    fulfilment: Fulfilment,
    fact: Fact,
    details: Details,
    packing: Packing,
    lines: Vec<OrderLine>,
    trace: Option<Trace>,
    tell: Tell,
}

impl Turn {
    fn opening(&self) -> Opening<'_> {
        Opening { details: &self.details, packing: &self.packing }
    }
}

/// Takes in facts of one kind. Of facts about one order that say the same the first counts, of others the latest. Twice is
/// once, but that the question whether an order can be stopped is answered again.
pub(crate) async fn hear(tx: &mut Tx, facts: Vec<(OrderId, Heard, Option<Trace>)>) -> Result<(), Failure> {
    let mut turns = turns(tx, facts).await?;
    let opens = turns.values().any(|turn| matches!(turn.fact, Fact::Confirmed { .. }));
    // An order is nearly always heard of for the first time when it is paid, or cancelled before.
    let known = if opens { BTreeMap::new() } else { meet(tx, &turns, turns.keys()).await? };
    let mut met = known.keys().copied().collect::<BTreeSet<_>>();
    for (order, fulfilment) in known {
        if let Some(turn) = turns.get_mut(&order) {
            turn.fulfilment = fulfilment;
        }
    }
    let mut unheard: Vec<&mut Turn> =
        turns.iter_mut().filter(|(order, _)| !met.contains(order)).map(|(_, turn)| turn).collect();
    for turn in &mut unheard {
        turn.tell = decide(&mut turn.fulfilment.life, turn.fact)?;
    }
    let rows: Vec<_> = unheard.iter().map(|turn| (&turn.fulfilment, turn.opening())).collect();
    let new = store::insert_unheard(tx, &rows).await?;
    let late: BTreeSet<OrderId> =
        unheard.iter().zip(&new).filter(|(_, new)| !**new).map(|(turn, _)| turn.fulfilment.order).collect();
    for (order, fulfilment) in meet(tx, &turns, late.iter()).await? {
        if let Some(turn) = turns.get_mut(&order) {
            turn.fulfilment = fulfilment;
        }
        met.insert(order);
    }
    settle(tx, &mut turns, &met).await?;
    let won = Fact::Disputed { state: DisputeState::Won };
    let freed = turns.values().filter(|turn| turn.fact == won);
    let freed: Traces = freed.map(|turn| (turn.fulfilment.order, turn.trace.clone())).collect();
    tell(tx, turns)?;
    Ok(go_on(tx, &freed).await?)
}

/// The stock of orders is there. Nearly always they are known by then, and all is written without being read.
pub(crate) async fn hear_allocated(tx: &mut Tx, facts: Vec<(OrderId, Heard, Option<Trace>)>) -> Result<(), Failure> {
    let orders: BTreeSet<OrderId> = facts.iter().map(|(order, ..)| *order).collect();
    if store::allocate(tx, orders.iter().copied()).await? == orders.len() as u64 {
        return Ok(());
    }
    hear(tx, facts).await
}

/// Locks orders that were heard of before. What waits for its money in those that are to end is given up first.
async fn meet(
    tx: &mut Tx,
    turns: &BTreeMap<OrderId, Turn>,
    orders: impl Iterator<Item = &OrderId>,
) -> Result<BTreeMap<OrderId, Fulfilment>, Failure> {
    let mut met = store::lock(tx, orders.copied()).await?;
    if turns.values().any(|turn| matches!(turn.fact, Fact::Stopping | Fact::Cancelled)) {
        give_up_awaiting(tx, &mut met).await?;
    }
    Ok(met)
}

/// Decides what was heard of before, and writes it.
async fn settle(tx: &mut Tx, turns: &mut BTreeMap<OrderId, Turn>, met: &BTreeSet<OrderId>) -> Result<(), Failure> {
    let (mut changed, mut opened, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    for (order, turn) in turns.iter_mut().filter(|(order, _)| met.contains(order)) {
        let before = turn.fulfilment.life.clone();
        turn.tell = decide(&mut turn.fulfilment.life, turn.fact)?;
        let turn = &*turn;
        let life = &turn.fulfilment.life;
        if *life != before {
            changed.push(&turn.fulfilment);
        }
        if life.confirmed && !before.confirmed {
            opened.push((*order, turn.opening()));
        }
        if let Some(address) = turn.details.address.as_ref().filter(|_| life.address_version != before.address_version)
        {
            moved.push((*order, address));
        }
    }
    store::write_lives(tx, &changed).await?;
    store::write_addresses(tx, &moved).await?;
    Ok(store::write_details(tx, &opened).await?)
}

/// The orders in the order of their ids, so that two batches lock in one order. Those of which nothing is to leave are
/// left out: they need no packing.
async fn turns(tx: &mut Tx, facts: Vec<(OrderId, Heard, Option<Trace>)>) -> Result<BTreeMap<OrderId, Turn>, Failure> {
    let methods: BTreeSet<&str> = facts.iter().filter_map(|(_, heard, _)| method(heard)).collect();
    let fetched = store::fetched(tx, &methods).await?;
    let mut turns = BTreeMap::new();
    for (order, heard, trace) in facts {
        let mut turn = Turn {
            fulfilment: Fulfilment { order, id: FulfilmentId::new(tx.world()), life: Life::unheard(), version: 1 },
            fact: Fact::Allocated,
            details: Details::default(),
            packing: Packing::default(),
            lines: Vec::new(),
            trace,
            tell: Tell::Nothing,
        };
        match heard {
            Heard::Allocated => {}
            Heard::Cancelled => turn.fact = Fact::Cancelled,
            Heard::Stopping => turn.fact = Fact::Stopping,
            Heard::Disputed(state) => turn.fact = Fact::Disputed { state },
            Heard::Readdressed { version, address } => {
                turn.fact = Fact::Readdressed { version };
                turn.details.address = Some(*address);
            }
            Heard::Confirmed { number, customer, lines, method, address, capture_first } => {
                turn.packing = Packing::of(&lines)
                    .ok_or_else(|| Failure::permanent(format!("order {order} has a quantity that is none")))?;
                let pieces = turn.packing.pieces();
                if pieces == 0 {
                    continue;
                }
                let fetched = method.as_ref().is_some_and(|method| fetched.contains(method));
                turn.fact = Fact::Confirmed { pieces, fetched, capture_first };
                turn.lines = lines.into_iter().filter(|line| line.stocked).collect();
                let address = address.map(|address| *address);
                turn.details = Details { order_number: Some(number), customer, method, address };
            }
        }
        match turns.entry(order) {
            Entry::Vacant(place) => drop(place.insert(turn)),
            Entry::Occupied(mut place) if outranks(turn.fact, place.get().fact) => drop(place.insert(turn)),
            Entry::Occupied(_) => {}
        }
    }
    Ok(turns)
}

/// Whether one fact makes another one of its kind idle.
fn outranks(fact: Fact, other: Fact) -> bool {
    match (fact, other) {
        (Fact::Disputed { state }, Fact::Disputed { state: other }) => state > other,
        (Fact::Readdressed { version }, Fact::Readdressed { version: other }) => version > other,
        _ => false,
    }
}

fn method(heard: &Heard) -> Option<&str> {
    match heard {
        Heard::Confirmed { method, .. } => method.as_deref(),
        Heard::Allocated | Heard::Cancelled | Heard::Stopping | Heard::Disputed(_) | Heard::Readdressed { .. } => None,
    }
}

/// What other services say is never refused.
fn decide(life: &mut Life, fact: Fact) -> Result<Tell, Failure> {
    life.hear(fact).map_err(|refusal| Failure::permanent(format!("{fact:?}: {refusal:?}")))
}

fn tell(tx: &mut Tx, turns: BTreeMap<OrderId, Turn>) -> Result<(), DbError> {
    for (order_id, turn) in turns {
        tx.follow(turn.trace);
        match turn.tell {
            Tell::Opened => {
                let fulfilment_id = turn.fulfilment.id;
                tx.emit(&FulfilmentOpened { order_id, fulfilment_id, lines: turn.lines })?;
            }
            Tell::Stopped => tx.emit(&FulfilmentStopped { order_id })?,
            Tell::UnderWay => tx.emit(&FulfilmentUnderWay { order_id })?,
            Tell::Nothing | Tell::ReadyForPickup | Tell::Collected => {}
        }
    }
    Ok(())
}
