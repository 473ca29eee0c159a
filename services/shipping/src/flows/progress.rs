//! What is known of goods after they were packed: a parcel arrived, goods are ready to be fetched, the customer has them.

use super::{Done, Given, advance, locked, once};
use crate::{
    Shipping,
    error::Error,
    model::{Fact, Refusal, ShipmentState},
    store::{self, Fulfilment, Shipment},
    views::{FulfilmentBrief, ShipmentView},
};
use bodega_contracts::{FulfilmentId, ShipmentId, shipping::ShipmentDelivered};
use bodega_db::{IdempotencyKey, Trace, Tx};

/// Staff know that a parcel arrived. Once is as good as twice.
pub(crate) async fn mark_delivered(
    shipping: &Shipping,
    id: ShipmentId,
    key: Option<IdempotencyKey>,
    trace: Option<Trace>,
) -> Result<Given, Error> {
    let marking = async move |tx: &mut Tx| {
        let order = store::order_of(tx, id).await?.ok_or(Error::NotFound)?;
        let fulfilment = locked(tx, order).await?.ok_or(Error::NotFound)?;
        once(tx, key.as_ref(), async move |tx: &mut Tx| delivered(tx, fulfilment, id).await).await
    };
    shipping.db.write_following(trace, marking).await
}

async fn delivered(tx: &mut Tx, mut fulfilment: Fulfilment, id: ShipmentId) -> Result<Done, Error> {
    let mut shipment = store::shipment(tx, id).await?.ok_or(Error::NotFound)?;
    match shipment.tracked.state {
        ShipmentState::Preparing | ShipmentState::Failed => return Err(Error::NotDispatched),
        ShipmentState::Delivered => {}
        ShipmentState::Dispatched | ShipmentState::InTransit => {
            shipment.tracked.state = ShipmentState::Delivered;
            arrive(tx, &mut fulfilment, &mut shipment).await?;
        }
    }
    Done::new(200, None, &ShipmentView::of(shipment))
}

/// A parcel arrived: writes it and tells it with how many pieces have arrived by now.
pub(super) async fn arrive(tx: &mut Tx, fulfilment: &mut Fulfilment, shipment: &mut Shipment) -> Result<(), Error> {
    shipment.delivered = Some(tx.now());
    store::write_shipment(tx, shipment).await?;
    advance(tx, fulfilment, Fact::Arrived { pieces: shipment.pieces }).await?;
    let (delivered, pieces) = (fulfilment.life.delivered, fulfilment.life.pieces);
    tx.emit(&ShipmentDelivered { order_id: fulfilment.order, shipment_id: shipment.id, delivered, pieces })?;
    Ok(())
}

/// All is packed for the customer to fetch.
pub(crate) async fn mark_ready(
    shipping: &Shipping,
    id: FulfilmentId,
    key: Option<IdempotencyKey>,
    trace: Option<Trace>,
) -> Result<Given, Error> {
    hand_over(shipping, id, Fact::Packed, key, trace).await
}

/// The customer fetched all.
pub(crate) async fn collect(
    shipping: &Shipping,
    id: FulfilmentId,
    key: Option<IdempotencyKey>,
    trace: Option<Trace>,
) -> Result<Given, Error> {
    hand_over(shipping, id, Fact::Fetched, key, trace).await
}

async fn hand_over(
    shipping: &Shipping,
    id: FulfilmentId,
    fact: Fact,
    key: Option<IdempotencyKey>,
    trace: Option<Trace>,
) -> Result<Given, Error> {
    let handing = async move |tx: &mut Tx| {
        let order = store::find_fulfilment(tx, id).await?.ok_or(Error::NotFound)?;
        let fulfilment = locked(tx, order).await?.ok_or(Error::NotFound)?;
        once(tx, key.as_ref(), async move |tx: &mut Tx| handed_over(tx, fulfilment, fact).await).await
    };
    shipping.db.write_following(trace, handing).await
}

async fn handed_over(tx: &mut Tx, mut fulfilment: Fulfilment, fact: Fact) -> Result<Done, Error> {
    let order = fulfilment.order;
    let had_left = fulfilment.life.dispatched;
    advance(tx, &mut fulfilment, fact).await?;
    if fulfilment.life.dispatched > had_left {
        let packing = store::packing(tx, order).await?;
        store::claim_lines(tx, order, &packing.parcel(), 1).await?;
    }
    let details = store::details(tx, order).await?;
    let brief = FulfilmentBrief::of_locked(&fulfilment, details).ok_or(Refusal::Broken)?;
    Done::new(200, Some(fulfilment.version), &brief)
}
