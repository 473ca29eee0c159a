//! Money before goods: a parcel of an order whose money is promised only waits until enough of it was taken.
//!
//! Which parcel an amount covers is said by orders, what was taken by payments; in whatever order that comes, a parcel goes
//! on when the one has reached the other. While a dispute holds the order it waits on.

use super::{advance, give_up, leave, locked};
use crate::{
    error::Error,
    model::{Fact, Onward, ShipmentState},
    store::{self, Fulfilment, Shipment},
};
use bodega_bus::Failure;
use bodega_contracts::{OrderId, ShipmentId};
use bodega_db::{Trace, Tx, crash_point};
use std::collections::{BTreeMap, btree_map::Entry};

/// The word of a parcel that was given up because its order is not to go on.
const STOPPED: &str = "order_stopped";

/// Orders beside where what is told of them comes from.
pub(super) type Traces = BTreeMap<OrderId, Option<Trace>>;

/// So much was taken for these orders in all.
pub(crate) async fn hear_captured(tx: &mut Tx, facts: Vec<(OrderId, i64, Option<Trace>)>) -> Result<(), Failure> {
    let (mut amounts, mut traces) = (BTreeMap::<OrderId, i64>::new(), Traces::new());
    for (order, captured, trace) in facts {
        let most = amounts.entry(order).or_default();
        *most = captured.max(*most);
        traces.insert(order, trace);
    }
    // Money is nearly always taken before anything waits for it, and then there is nothing to look at.
    let known = store::insert_captured(tx, &amounts).await?;
    amounts.retain(|order, _| known.contains(order));
    traces.retain(|order, _| known.contains(order));
    store::raise_captured(tx, &amounts).await?;
    Ok(go_on(tx, &traces).await?)
}

/// Parcels may go when so much was taken for their orders in all.
pub(crate) async fn hear_capture_due(
    tx: &mut Tx,
    facts: Vec<(OrderId, (ShipmentId, i64), Option<Trace>)>,
) -> Result<(), Failure> {
    let mut traces = Traces::new();
    let amounts = facts.iter().map(|(order, ..)| (*order, 0)).collect();
    // So that whoever brings the money at this moment is done, or sees what is due.
    store::raise_captured(tx, &amounts).await?;
    store::lock(tx, amounts.keys().copied()).await?;
    for (order, (shipment, amount), trace) in facts {
        store::write_due(tx, shipment, amount).await?;
        traces.insert(order, trace);
    }
    Ok(go_on(tx, &traces).await?)
}

/// The money of parcels could not be taken: they do not leave.
pub(crate) async fn hear_capture_failed(
    tx: &mut Tx,
    facts: Vec<(OrderId, (ShipmentId, String), Option<Trace>)>,
) -> Result<(), Failure> {
    let mut by_order: BTreeMap<OrderId, Vec<_>> = BTreeMap::new();
    for (order, failed, trace) in facts {
        by_order.entry(order).or_default().push((failed, trace));
    }
    for (order, failed) in by_order {
        let Some(mut fulfilment) = locked(tx, order).await? else { continue };
        for ((id, code), trace) in failed {
            let Some(shipment) = awaiting(tx, order, id).await? else { continue };
            tx.follow(trace);
            give_up(tx, &mut fulfilment, shipment, code).await?;
        }
    }
    Ok(())
}

/// Gives up what waits for its money in orders that are not to go on: nothing has been handed to anybody yet.
pub(super) async fn give_up_awaiting(
    tx: &mut Tx,
    fulfilments: &mut BTreeMap<OrderId, Fulfilment>,
) -> Result<(), Error> {
    for (order, id) in store::awaiting(tx, fulfilments.keys().copied()).await? {
        if let Some(fulfilment) = fulfilments.get_mut(&order)
            && let Some(shipment) = awaiting(tx, order, id).await?
        {
            give_up(tx, fulfilment, shipment, STOPPED.to_owned()).await?;
        }
    }
    Ok(())
}

/// Lets the parcels go on whose money is there, unless a dispute holds them.
pub(super) async fn go_on(tx: &mut Tx, orders: &Traces) -> Result<(), Error> {
    let covered = store::covered(tx, orders.keys().copied()).await?;
    if covered.is_empty() {
        return Ok(());
    }
    let mut fulfilments = store::lock(tx, covered.iter().map(|(order, _)| *order)).await?;
    for (order, id) in covered {
        let Entry::Occupied(mut fulfilment) = fulfilments.entry(order) else { continue };
        if fulfilment.get().life.held() {
            continue;
        }
        if let Some(shipment) = awaiting(tx, order, id).await? {
            tx.follow(orders.get(&order).cloned().flatten());
            send_on(tx, fulfilment.get_mut(), shipment).await?;
        }
    }
    Ok(())
}

async fn send_on(tx: &mut Tx, fulfilment: &mut Fulfilment, mut shipment: Shipment) -> Result<(), Error> {
    crash_point("shipping", "capture.covered");
    match shipment.onward {
        Onward::Label => Ok(store::call_for_label(tx, shipment.id).await?),
        Onward::Hand => {
            shipment.tracked.state = ShipmentState::Dispatched;
            shipment.dispatched = Some(tx.now());
            store::write_shipment(tx, &shipment).await?;
            leave(tx, fulfilment, &shipment).await
        }
        Onward::Desk => {
            shipment.tracked.state = ShipmentState::HandedOver;
            store::write_shipment(tx, &shipment).await?;
            advance(tx, fulfilment, Fact::Fetched).await.map(drop)
        }
    }
}

/// A parcel that waits for its money; its order is to be locked first.
async fn awaiting(tx: &mut Tx, order: OrderId, id: ShipmentId) -> Result<Option<Shipment>, Error> {
    let found = store::shipment(tx, id).await?;
    Ok(found.filter(|shipment| shipment.order == order && shipment.tracked.state == ShipmentState::AwaitingCapture))
}
