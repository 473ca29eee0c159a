//! Whose turn at the stock it is, and what the last turn left: a process that had it knows what it wrote, and reads that
//! no more until somebody else had the turn. Each turn has a name of its own that commits with it, so what is remembered
//! counts only where that very turn was committed and was the last one.

use super::{Reservation, from_json, location, lock_reservations};
use crate::model::{Item, Level, Locations, Policy, Shelf};
use bodega_contracts::OrderId;
use bodega_db::{DbError, Tx, Value, params};
use bodega_kernel::{Sku, uuid::Uuid};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

/// The most SKUs that are remembered.
const MAX_SKUS: usize = 10_000;
/// The most holds that are remembered.
const MAX_HOLDS: usize = 10_000;

/// A turn that was taken.
pub(crate) struct Turn {
    /// The locations there are: they are noted beside the turn, so that no batch reads them by a statement of its own.
    pub(crate) locations: Locations,
    id: Uuid,
    before: Option<Uuid>,
}

/// Stock and holds as a turn left them; what is not here is read.
#[derive(Default)]
pub(crate) struct Memory {
    items: HashMap<Sku, Item>,
    holds: HashMap<OrderId, Reservation>,
}

/// What the last turn of this process left.
#[derive(Default)]
pub(crate) struct Remembered(Mutex<Option<(Uuid, Memory)>>);

impl Remembered {
    /// Takes what is remembered; nothing where anybody had the turn since. Who fails after this keeps nothing.
    pub(crate) fn recall(&self, turn: &Turn) -> Memory {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        kept.filter(|(id, _)| turn.before == Some(*id)).map(|(_, memory)| memory).unwrap_or_default()
    }

    /// Keeps what this turn leaves, should it be committed.
    pub(crate) fn keep(&self, turn: &Turn, mut memory: Memory) {
        if memory.items.len() > MAX_SKUS {
            memory.items = HashMap::new();
        }
        if memory.holds.len() > MAX_HOLDS {
            memory.holds = HashMap::new();
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((turn.id, memory));
    }
}

impl Memory {
    /// The stock of these SKUs; what is not remembered is read and locked.
    pub(crate) async fn shelf(
        &mut self,
        tx: &mut Tx,
        locations: Locations,
        skus: &BTreeSet<&Sku>,
    ) -> Result<Shelf, DbError> {
        let unknown: Vec<&Sku> = skus.iter().copied().filter(|sku| !self.items.contains_key(*sku)).collect();
        let read = read_stock(tx, unknown.iter().copied()).await?;
        let known = skus.iter().filter_map(|sku| self.items.remove_entry(*sku));
        Ok(Shelf::new(locations, known.chain(read)))
    }

    /// Remembers stock as it is written.
    pub(crate) fn learn(&mut self, items: impl Iterator<Item = (Sku, Item)>) {
        self.items.extend(items);
    }

    /// What is reserved for these orders; what is not remembered is read and locked.
    pub(crate) async fn reservations(
        &mut self,
        tx: &mut Tx,
        orders: impl Iterator<Item = &OrderId>,
    ) -> Result<BTreeMap<OrderId, Reservation>, DbError> {
        let (mut known, mut unknown) = (BTreeMap::new(), Vec::new());
        for order in orders {
            match self.holds.remove(order) {
                Some(hold) => drop(known.insert(*order, hold)),
                None => unknown.push(order),
            }
        }
        known.extend(lock_reservations(tx, unknown.into_iter()).await?);
        Ok(known)
    }

    /// Remembers a hold as it is written.
    pub(crate) fn hold(&mut self, order: OrderId, hold: Reservation) {
        self.holds.insert(order, hold);
    }
}

/// Lets one transaction at a time at the stock, whatever replica it runs on. A batch holds, allocates and releases goods
/// of many SKUs one kind of fact after the other, so the order of SKUs alone does not keep two batches from waiting
/// for each other. Call it before any other lock. Whoever had the turn before remembers nothing from now on.
pub(crate) async fn take_turn(tx: &mut Tx) -> Result<Turn, DbError> {
    let id = tx.world().uuid();
    let sql =
        "UPDATE turnstile SET turn = $1, turn_before = turn WHERE name = 'stock' RETURNING locations, turn_before";
    let row = tx.query_one(sql, &params![id]).await?;
    let row = row.ok_or_else(|| DbError::Refused("there is no turn of stock".into()))?;
    Ok(Turn { locations: from_json(&row.get::<String>(0)?)?, id, before: row.get(1)? })
}

/// Reads the stock of these SKUs and locks it until the transaction ends.
pub(crate) async fn lock_shelf(tx: &mut Tx, locations: Locations, skus: &BTreeSet<&Sku>) -> Result<Shelf, DbError> {
    Ok(Shelf::new(locations, read_stock(tx, skus.iter().copied()).await?))
}

async fn read_stock<'a>(tx: &mut Tx, skus: impl Iterator<Item = &'a Sku>) -> Result<BTreeMap<Sku, Item>, DbError> {
    let sql = "SELECT sku, location, on_hand, held, allocated, incoming, safety, version, backorder, backorder_limit, \
               low_threshold, is_low, alert, policy_version FROM stock WHERE sku = $1 ORDER BY sku, location {lock}";
    let keys: Vec<Value<'_>> = skus.map(Value::from).collect();
    let rows = tx.query_keys(sql, &keys).await?;
    let mut items: BTreeMap<Sku, Item> = BTreeMap::new();
    for row in &rows {
        let item = items.entry(row.get(0)?).or_default();
        let location = location(&row.get::<String>(1)?)?;
        if location.is_main() {
            item.policy = Policy {
                backorder: row.get(8)?,
                limit: row.get(9)?,
                threshold: row.get(10)?,
                low: row.get(11)?,
                alert: row.get(12)?,
                version: row.get(13)?,
            };
        }
        let level = Level {
            on_hand: row.get(2)?,
            held: row.get(3)?,
            allocated: row.get(4)?,
            incoming: row.get(5)?,
            safety: row.get(6)?,
            version: row.get(7)?,
        };
        item.levels.insert(location, level);
    }
    Ok(items)
}
