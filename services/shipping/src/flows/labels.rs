//! Calls carriers for labels: claims what is due, calls in no transaction, records the answer. A label is bought once, as
//! its key is the parcel's id; whoever claims a call that may have been sent asks the carrier first.

use super::{give_up, leave, locked};
use crate::{
    Shipping,
    clients::{CallError, Label, LabelCall},
    error::Error,
    model::ShipmentState,
    store::{self, Claim, Shipment},
};
use bodega_contracts::{Address, OrderId, ShipmentId};
use bodega_db::{DbError, Tx, crash_point};
use futures_util::future::join_all;
use std::{collections::BTreeMap, time::Duration};

/// The most calls at once.
const CLAIMS: i64 = 16;
/// How long a call may take before its answer counts as lost; well below the lease.
const PATIENCE: Duration = Duration::from_secs(10);
/// The pause after a call that came to nothing, doubled with each further one up to the longest.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// After so many calls that came to nothing staff are alerted.
const ALERT_AFTER: i64 = 5;

/// Calls for the labels that are due; whether there were any.
pub(crate) async fn buy_labels(shipping: &Shipping) -> bool {
    let claims = shipping.db.write(async |tx: &mut Tx| {
        let claims = store::claim_calls(tx, CLAIMS).await?;
        let orders: Vec<OrderId> = claims.iter().map(|claim| claim.order).collect();
        let addresses = store::address_of(tx, &orders).await?;
        Ok::<_, DbError>((claims, addresses))
    });
    let (claims, addresses) = claims.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "labels wait");
        (Vec::new(), BTreeMap::new())
    });
    join_all(claims.iter().map(|claim| buy_label(shipping, claim, addresses.get(&claim.order)))).await;
    !claims.is_empty()
}

async fn buy_label(shipping: &Shipping, claim: &Claim, address: Option<&Address>) {
    crash_point("shipping", "call.before");
    let called = tokio::time::timeout(PATIENCE, ask(shipping, claim, address)).await;
    crash_point("shipping", "call.after");
    let result = called.unwrap_or(Err(CallError::Unknown));
    let (id, order, tries) = (claim.id, claim.order, claim.tries);
    let recorded = shipping.db.write(async move |tx: &mut Tx| record(tx, order, id, tries, result).await).await;
    if let Err(error) = recorded {
        // The claim ends by itself, and the carrier is asked again.
        tracing::warn!(%error, shipment = %id, "a carrier's answer is not recorded");
    }
}

async fn ask(shipping: &Shipping, claim: &Claim, address: Option<&Address>) -> Result<Label, CallError> {
    let Some(carrier) = shipping.carriers.named(&claim.carrier) else {
        tracing::error!(carrier = claim.carrier, shipment = %claim.id, alert = true, "a carrier with open labels is off");
        return Err(CallError::NotSent);
    };
    if claim.tries > 0
        && let Some(label) = carrier.find(claim.id).await?
    {
        return Ok(label);
    }
    let call = LabelCall { key: claim.id, address: address.cloned(), lines: claim.lines.clone(), tries: claim.tries };
    carrier.buy(&call).await
}

async fn record(
    tx: &mut Tx,
    order: OrderId,
    id: ShipmentId,
    tries: i64,
    result: Result<Label, CallError>,
) -> Result<(), Error> {
    let mut fulfilment = locked(tx, order).await?.ok_or(Error::NotFound)?;
    let shipment = store::shipment(tx, id).await?.ok_or(Error::NotFound)?;
    if shipment.tracked.state != ShipmentState::Preparing {
        return Ok(());
    }
    match result {
        Ok(label) => label_bought(tx, &mut fulfilment, shipment, label).await.map(drop),
        Err(CallError::Refused(code)) => give_up(tx, &mut fulfilment, shipment, code).await,
        Err(CallError::NotSent | CallError::Unknown) => {
            if tries >= ALERT_AFTER {
                tracing::error!(shipment = %id, tries, alert = true, "a carrier does not answer");
            }
            let pause = PAUSE.saturating_mul(1 << tries.clamp(0, 10)).min(LONGEST_PAUSE);
            let due = tx.now().plus(pause);
            Ok(store::put_off(tx, id, due).await?)
        }
    }
}

/// A label is there: the parcel has left.
pub(super) async fn label_bought(
    tx: &mut Tx,
    fulfilment: &mut store::Fulfilment,
    mut shipment: Shipment,
    label: Label,
) -> Result<Shipment, Error> {
    shipment.tracked.state = ShipmentState::Dispatched;
    shipment.tracking_number = Some(label.tracking_number);
    shipment.tracking_url = label.tracking_url;
    shipment.dispatched = Some(tx.now());
    store::write_shipment(tx, &shipment).await?;
    leave(tx, fulfilment, &shipment).await?;
    Ok(shipment)
}
