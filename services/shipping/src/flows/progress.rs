//! What is known of goods after they were packed: a parcel arrived, goods are ready to be fetched, the customer has them;
//! and what staff let go on although a bank wants the money back.

use super::{
    Done, Given, advance,
    captures::{Traces, go_on},
    dispatch::{ask_for_money, check_count},
    locked, once,
};
use crate::{
    Shipping,
    error::Error,
    model::{Fact, Onward, Refusal, ShipmentState, Tracked},
    store::{self, Fulfilment, Shipment},
    views::{FulfilmentBrief, ShipmentView},
};
use bodega_contracts::{FulfilmentId, ShipmentId, shipping::ShipmentDelivered};
use bodega_db::{IdempotencyKey, Trace, Tx};

/// Who carries what the customer fetches: nobody.
const DESK: &str = "desk";
const DESK_SHOWN: &str = "Collection";

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
        ShipmentState::AwaitingCapture | ShipmentState::Preparing | ShipmentState::Failed => {
            return Err(Error::NotDispatched);
        }
        ShipmentState::Delivered | ShipmentState::HandedOver => {}
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

/// The customer is to have all; where its money is to be taken first, that is asked for, and then they have it.
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
    if fact == Fact::Fetched && fulfilment.life.pays_at_the_desk() {
        reserve(tx, &mut fulfilment).await?;
        return brief(tx, 202, &fulfilment).await;
    }
    let had_left = fulfilment.life.dispatched;
    advance(tx, &mut fulfilment, fact).await?;
    if fulfilment.life.dispatched > had_left {
        let packing = store::packing(tx, order).await?;
        store::claim_lines(tx, order, &packing.parcel(), 1).await?;
    }
    brief(tx, 200, &fulfilment).await
}

/// Asks for the money of all that the customer is to fetch, unless that was done.
async fn reserve(tx: &mut Tx, fulfilment: &mut Fulfilment) -> Result<(), Error> {
    let order = fulfilment.order;
    if fulfilment.life.claimed == fulfilment.life.pieces {
        return Ok(());
    }
    check_count(tx, order).await?;
    advance(tx, fulfilment, Fact::Reserved).await?;
    let lines = store::packing(tx, order).await?.parcel();
    store::claim_lines(tx, order, &lines, 1).await?;
    let shipment = Shipment {
        id: ShipmentId::new(tx.world()),
        order,
        carrier: DESK.to_owned(),
        carrier_name: DESK_SHOWN.to_owned(),
        tracking_number: None,
        tracking_url: None,
        lines,
        pieces: fulfilment.life.pieces,
        onward: Onward::Desk,
        tracked: Tracked { state: ShipmentState::AwaitingCapture, last: None },
        failure: None,
        dispatched: None,
        delivered: None,
    };
    store::insert_shipment(tx, &shipment).await?;
    ask_for_money(tx, fulfilment, &shipment)
}

/// Staff let it go on, whatever the buyer's bank said so far. Of one that is not held it changes nothing.
pub(crate) async fn release_hold(
    shipping: &Shipping,
    id: FulfilmentId,
    key: Option<IdempotencyKey>,
    trace: Option<Trace>,
) -> Result<Given, Error> {
    let following = trace.clone();
    let releasing = async move |tx: &mut Tx| {
        let order = store::find_fulfilment(tx, id).await?.ok_or(Error::NotFound)?;
        let fulfilment = locked(tx, order).await?.ok_or(Error::NotFound)?;
        once(tx, key.as_ref(), async move |tx: &mut Tx| released(tx, fulfilment, following).await).await
    };
    let given = shipping.db.write_following(trace, releasing).await?;
    shipping.wake.notify_one();
    Ok(given)
}

async fn released(tx: &mut Tx, mut fulfilment: Fulfilment, trace: Option<Trace>) -> Result<Done, Error> {
    let order = fulfilment.order;
    if fulfilment.life.held() {
        advance(tx, &mut fulfilment, Fact::Released).await?;
        go_on(tx, &Traces::from([(order, trace)])).await?;
    }
    let fulfilment = locked(tx, order).await?.ok_or(Error::NotFound)?;
    brief(tx, 200, &fulfilment).await
}

async fn brief(tx: &mut Tx, status: u16, fulfilment: &Fulfilment) -> Result<Done, Error> {
    let details = store::details(tx, fulfilment.order).await?;
    let brief = FulfilmentBrief::of_locked(fulfilment, details).ok_or(Refusal::Broken)?;
    Done::new(status, Some(fulfilment.version), &brief)
}
