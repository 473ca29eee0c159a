//! What is done: `hears` for what becomes known of orders, `dispatch` for parcels that staff pack, `captures` for those that
//! wait for their money, `labels` for carriers that are called, `progress` for what is known of parcels afterwards, `reports` for what carriers say by themselves, `methods`
//! for the ways of shipping, `looking` for who may see what, `printing` for labels on paper.
//!
//! Every write of a fulfilment locks its row first, whatever else it reads, so that a piece leaves once and so that either
//! a parcel or the wish to stop it is first.

mod captures;
mod dispatch;
mod hears;
mod labels;
mod looking;
mod methods;
mod printing;
mod progress;
mod reports;

pub(crate) use captures::{hear_capture_due, hear_capture_failed, hear_captured};
pub(crate) use dispatch::{Parcel, Target, dispatch};
pub(crate) use hears::{Heard, hear, hear_allocated};
pub(crate) use labels::buy_labels;
pub(crate) use looking::{Seen, order_fulfilments, product_names};
pub(crate) use methods::{change_method, create_method, currency, disable_method, seed_methods};
pub(crate) use printing::{Printed, print_label};
pub(crate) use progress::{collect, mark_delivered, mark_ready, release_hold};
pub(crate) use reports::{Inbox, Received, receive_report};

use crate::{
    error::Error,
    model::{Fact, ShipmentState, Tell},
    store::{self, Fulfilment, Shipment},
};
use bodega_contracts::{
    OrderId,
    shipping::{
        FulfilmentCollected, FulfilmentReadyForPickup, FulfilmentStopped, FulfilmentUnderWay, ShipmentDispatched,
    },
};
use bodega_db::{DbError, IdempotencyKey, Replay, StoredAnswer, Tx};
use serde::Serialize;

/// What a write came to, as it is answered.
pub(crate) enum Given {
    /// Done now: the answer, with the version it has.
    Now(StoredAnswer, Option<i64>),
    /// Done before with the same key: this was the answer.
    Again(StoredAnswer),
}

/// An answer on its way.
struct Done {
    answer: StoredAnswer,
    version: Option<i64>,
}

impl Done {
    fn new<T: Serialize>(status: u16, version: Option<i64>, value: &T) -> Result<Self, Error> {
        Ok(Self { answer: StoredAnswer { status, body: serde_json::to_string(value)? }, version })
    }
}

/// Does `work` unless its key was used before.
async fn once(
    tx: &mut Tx,
    key: Option<&IdempotencyKey>,
    work: impl AsyncFnOnce(&mut Tx) -> Result<Done, Error>,
) -> Result<Given, Error> {
    if let Some(key) = key {
        match tx.replayed(key).await? {
            Replay::Same(answer) => return Ok(Given::Again(answer)),
            Replay::Other => return Err(Error::KeyReused),
            Replay::New => {}
        }
    }
    let Done { answer, version } = work(tx).await?;
    if let Some(key) = key {
        tx.remember(key, &answer).await?;
    }
    Ok(Given::Now(answer, version))
}

/// The fulfilment of an order, locked, if it is known to be paid.
async fn locked(tx: &mut Tx, order: OrderId) -> Result<Option<Fulfilment>, DbError> {
    let found = store::lock(tx, std::iter::once(order)).await?.remove(&order);
    Ok(found.filter(|fulfilment| fulfilment.life.confirmed))
}

/// Lets a fulfilment that is locked hear a fact, writes it and tells what is to be told of it.
async fn advance(tx: &mut Tx, fulfilment: &mut Fulfilment, fact: Fact) -> Result<Tell, Error> {
    let before = fulfilment.life.clone();
    let tell = fulfilment.life.hear(fact)?;
    if fulfilment.life != before {
        store::write_lives(tx, &[fulfilment]).await?;
        fulfilment.version += 1;
    }
    let (order_id, fulfilment_id) = (fulfilment.order, fulfilment.id);
    match tell {
        // What is opened is told with its lines by whoever has them.
        Tell::Nothing | Tell::Opened => {}
        Tell::Stopped => tx.emit(&FulfilmentStopped { order_id })?,
        Tell::UnderWay => tx.emit(&FulfilmentUnderWay { order_id })?,
        Tell::ReadyForPickup => tx.emit(&FulfilmentReadyForPickup { order_id, fulfilment_id })?,
        Tell::Collected => {
            let lines = store::packing(tx, order_id).await?.parcel();
            tx.emit(&FulfilmentCollected { order_id, fulfilment_id, lines })?;
        }
    }
    Ok(tell)
}

/// A parcel of claimed pieces has left: tells it with how many have left by now.
async fn leave(tx: &mut Tx, fulfilment: &mut Fulfilment, shipment: &Shipment) -> Result<(), Error> {
    let tell = fulfilment.life.hear(Fact::Left { pieces: shipment.pieces })?;
    store::write_lives(tx, &[fulfilment]).await?;
    fulfilment.version += 1;
    tx.emit(&ShipmentDispatched {
        order_id: fulfilment.order,
        shipment_id: shipment.id,
        lines: shipment.lines.clone(),
        carrier: shipment.carrier_name.clone(),
        tracking_number: shipment.tracking_number.clone(),
        tracking_url: shipment.tracking_url.clone(),
        dispatched: fulfilment.life.dispatched,
        pieces: fulfilment.life.pieces,
    })?;
    if tell == Tell::UnderWay {
        tx.emit(&FulfilmentUnderWay { order_id: fulfilment.order })?;
    }
    Ok(())
}

/// A parcel of claimed pieces does not leave: they are to be packed again.
async fn give_up(tx: &mut Tx, fulfilment: &mut Fulfilment, mut shipment: Shipment, code: String) -> Result<(), Error> {
    tracing::warn!(shipment = %shipment.id, code, "a parcel does not leave");
    shipment.tracked.state = ShipmentState::Failed;
    shipment.failure = Some(code);
    store::write_shipment(tx, &shipment).await?;
    store::claim_lines(tx, fulfilment.order, &shipment.lines, -1).await?;
    advance(tx, fulfilment, Fact::Stayed { pieces: shipment.pieces }).await.map(drop)
}
