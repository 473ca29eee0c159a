//! Money that was promised only: how much of it is to be taken before a parcel leaves.

use super::{save, store};
use crate::{
    Orders,
    model::Fact,
    model::change::{Change, Hearing},
    model::{
        returns::{Pieces, sum},
        shares,
    },
    store::{Packed, Snapshot},
};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{
    OrderId,
    orders::{OrderCaptureDue, OrderStatus},
    payments::PaymentCaptureFailed,
    shipping::ShipmentPacked,
};
use bodega_db::{Trace, Tx};
use bodega_kernel::Money;
use std::collections::{BTreeMap, BTreeSet};

type Changes = BTreeMap<OrderId, Change>;

/// Parcels are packed: says for each, once, how much of its order is to be taken before it leaves. One whose money could
/// not be taken and that is packed again is told again.
pub(crate) async fn pack(state: &Orders, tx: &mut Tx, batch: &[Delivery<ShipmentPacked>]) -> Result<(), Failure> {
    let mut orders = load(tx, batch.iter().map(|delivery| delivery.event.order_id)).await?;
    let ids: Vec<OrderId> = orders.keys().copied().collect();
    let snapshots = store::snapshots(tx, &ids).await?;
    for delivery in batch {
        let ShipmentPacked { order_id, shipment_id, ref lines, last } = delivery.event;
        let (Some(order), Some(bought)) = (orders.get_mut(&order_id), snapshots.get(&order_id)) else {
            return Err(Failure::permanent(format!("there is no order {order_id}")));
        };
        let known = store::packed(tx, order_id).await?.into_iter().find(|parcel| parcel.shipment == shipment_id);
        if known.is_some_and(|parcel| !parcel.failed) || order.record.life.status == OrderStatus::Cancelled {
            continue;
        }
        store::pack(tx, order_id, shipment_id, lines, last).await?;
        let amount = Money::new(due(bought, &store::packed(tx, order_id).await?)?, order.record.currency);
        hear(order, Fact::ParcelPacked, amount.to_string(), delivery.trace.clone())?;
        tx.follow(delivery.trace.clone());
        tx.emit(&OrderCaptureDue { order_id, shipment_id, amount })?;
    }
    Ok(save(state, tx, orders.into_values().collect()).await?)
}

/// What of the order is to be taken in all once these parcels leave. The shipping goes with the first, and all that is
/// left with the last. A parcel whose money could not be taken stays, and what was in it is packed again.
fn due(bought: &Snapshot, packed: &[Packed]) -> Result<i64, Failure> {
    let total = bought.priced.total;
    let leaving = || packed.iter().filter(|parcel| !parcel.failed);
    if leaving().any(|parcel| parcel.is_last) {
        return Ok(total);
    }
    let pieces = sum(leaving().flat_map(|parcel| &parcel.lines).map(|(sku, quantity)| (sku, *quantity)));
    let value = shares::value(&bought.priced, &Pieces::new(), &pieces, true);
    value.map(|value| value.min(total)).map_err(|error| Failure::permanent(error.to_string()))
}

/// Money could not be taken, so a parcel stays: staff hear of it, once for each try.
pub(crate) async fn capture_failed(
    state: &Orders,
    tx: &mut Tx,
    batch: &[Delivery<PaymentCaptureFailed>],
) -> Result<(), Failure> {
    let mut orders = load(tx, batch.iter().map(|delivery| delivery.event.order_id)).await?;
    for delivery in batch {
        let PaymentCaptureFailed { order_id, shipment_id, ref code } = delivery.event;
        let order = orders.get_mut(&order_id);
        let order = order.ok_or_else(|| Failure::permanent(format!("there is no order {order_id}")))?;
        if store::fail(tx, order_id, shipment_id).await? {
            let code = code.chars().take(super::DETAIL).collect();
            hear(order, Fact::CaptureFailed, code, delivery.trace.clone())?;
        }
    }
    Ok(save(state, tx, orders.into_values().collect()).await?)
}

async fn load(tx: &mut Tx, ids: impl Iterator<Item = OrderId>) -> Result<Changes, Failure> {
    Ok(store::load(tx, &ids.collect::<BTreeSet<OrderId>>()).await?)
}

fn hear(order: &mut Change, fact: Fact, detail: String, trace: Option<Trace>) -> Result<(), Failure> {
    let hearing = Hearing { order_id: order.record.id, fact, detail: Some(detail), currency: None, trace };
    order.hear(&hearing).map_err(Failure::permanent)
}
