//! Staff pack a parcel. One that is handed in by hand has left at once; for a carrier that sells labels this is the first
//! of three steps, prepare: its pieces are claimed, so that nobody else packs them. The same goes for a parcel whose money is
//! to be taken first.

use super::{Done, Given, advance, leave, locked, once};
use crate::{
    Shipping,
    error::Error,
    model::{Fact, Onward, ShipmentState, Tracked, Violation, Wanted, is_line},
    store::{self, Fulfilment, Shipment},
    views::ShipmentView,
};
use bodega_contracts::{
    FulfilmentId, OrderId, ShipmentId,
    shipping::{ParcelLine, ShipmentPacked},
};
use bodega_db::{IdempotencyKey, Trace, Tx};

/// The most parcels of an order.
const MAX_SHIPMENTS: i64 = 1_000;
/// The most characters of a number, of a carrier's name, of an address to look at.
const MAX_NUMBER: usize = 100;
const MAX_NAME: usize = 60;
const MAX_URL: usize = 500;

/// Of what a parcel is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Fulfilment(FulfilmentId),
    /// The one fulfilment of an order.
    Order(OrderId),
}

/// A parcel as staff describe it.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    /// What goes in; `None` is all that is left.
    pub(crate) lines: Option<Vec<Wanted>>,
    pub(crate) carrier: String,
    pub(crate) carrier_name: Option<String>,
    pub(crate) tracking_number: Option<String>,
    pub(crate) tracking_url: Option<String>,
}

impl Parcel {
    fn violations(&self, sells_labels: bool) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut found = |wrong: bool, field: &str, detail: String| {
            if wrong {
                violations.push(Violation::new(field, detail));
            }
        };
        let name = self.carrier_name.as_deref().is_none_or(|name| is_line(name, MAX_NAME));
        found(!name, "/carrier_name", format!("is one line of 1 to {MAX_NAME} characters"));
        let number = self.tracking_number.as_deref().is_none_or(|number| is_line(number, MAX_NUMBER));
        found(!number, "/tracking_number", format!("is one line of 1 to {MAX_NUMBER} characters"));
        let url = self.tracking_url.as_deref().is_none_or(is_web_address);
        found(!url, "/tracking_url", format!("begins with https:// or http:// and has at most {MAX_URL} characters"));
        let given = [("/tracking_number", &self.tracking_number), ("/tracking_url", &self.tracking_url)];
        for (field, _) in given.into_iter().filter(|(_, text)| sells_labels && text.is_some()) {
            found(true, field, "is given by this carrier".to_owned());
        }
        violations
    }
}

/// A link that a customer may be shown: of the web, and nothing that could be a script.
fn is_web_address(text: &str) -> bool {
    let web = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\`".contains(&byte));
    web.is_some_and(|rest| !rest.is_empty()) && plain && text.len() <= MAX_URL
}

/// Packs a parcel, once for a key, and never more than is left.
pub(crate) async fn dispatch(
    shipping: &Shipping,
    target: Target,
    parcel: Parcel,
    key: IdempotencyKey,
    trace: Option<Trace>,
) -> Result<Given, Error> {
    let carrier = shipping.carriers.named(&parcel.carrier);
    let unknown = || Error::Invalid(vec![Violation::new("/carrier", "is none of the carriers that are on")]);
    let carrier = carrier.ok_or_else(unknown)?;
    let violations = parcel.violations(carrier.sells_labels());
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let sells_labels = carrier.sells_labels();
    let (name, shown) = (carrier.name(), carrier.shown());
    let packing = async move |tx: &mut Tx| {
        // Locked before the key is looked up: whoever waited for a twin finds its answer.
        let fulfilment = find(tx, target).await?;
        let work = async move |tx: &mut Tx| pack(tx, fulfilment, &parcel, name, shown, sells_labels).await;
        once(tx, Some(&key), work).await
    };
    let given = shipping.db.write_following(trace, packing).await?;
    if sells_labels {
        shipping.wake.notify_one();
    }
    Ok(given)
}

async fn find(tx: &mut Tx, target: Target) -> Result<Fulfilment, Error> {
    let order = match target {
        Target::Order(order) => Some(order),
        Target::Fulfilment(id) => store::find_fulfilment(tx, id).await?,
    };
    locked(tx, order.ok_or(Error::NotFound)?).await?.ok_or(Error::NotFound)
}

async fn pack(
    tx: &mut Tx,
    mut fulfilment: Fulfilment,
    parcel: &Parcel,
    carrier: &'static str,
    shown: &'static str,
    sells_labels: bool,
) -> Result<Done, Error> {
    let lines = claim(tx, &mut fulfilment, parcel.lines.as_deref()).await?;
    let state = match (fulfilment.life.capture_first, sells_labels) {
        (true, _) => ShipmentState::AwaitingCapture,
        (false, true) => ShipmentState::Preparing,
        (false, false) => ShipmentState::Dispatched,
    };
    let shipment = Shipment {
        id: ShipmentId::new(tx.world()),
        order: fulfilment.order,
        carrier: carrier.to_owned(),
        carrier_name: parcel.carrier_name.clone().unwrap_or_else(|| shown.to_owned()),
        tracking_number: parcel.tracking_number.clone(),
        tracking_url: parcel.tracking_url.clone(),
        pieces: lines.iter().map(|line| line.quantity).sum(),
        lines,
        onward: if sells_labels { Onward::Label } else { Onward::Hand },
        tracked: Tracked { state, last: None },
        failure: None,
        dispatched: (state == ShipmentState::Dispatched).then(|| tx.now()),
        delivered: None,
    };
    store::insert_shipment(tx, &shipment).await?;
    if fulfilment.life.capture_first {
        ask_for_money(tx, &fulfilment, &shipment)?;
    }
    if state != ShipmentState::Dispatched {
        return Done::new(202, None, &ShipmentView::of(shipment));
    }
    leave(tx, &mut fulfilment, &shipment).await?;
    Done::new(201, None, &ShipmentView::of(shipment))
}

/// Claims what goes into a parcel.
async fn claim(tx: &mut Tx, fulfilment: &mut Fulfilment, wanted: Option<&[Wanted]>) -> Result<Vec<ParcelLine>, Error> {
    let order = fulfilment.order;
    // Why nothing may leave says more than that nothing is left.
    let mut trial = fulfilment.life.clone();
    let taken = store::packing(tx, order).await?.take(wanted);
    let pieces = taken.as_ref().map_or(1, |lines| lines.iter().map(|line| line.quantity).sum());
    trial.hear(Fact::Claimed { pieces: pieces.min(trial.pieces - trial.claimed).max(1) })?;
    let lines = taken?;
    check_count(tx, order).await?;
    store::claim_lines(tx, order, &lines, 1).await?;
    advance(tx, fulfilment, Fact::Claimed { pieces }).await?;
    Ok(lines)
}

/// Refuses one parcel too many.
pub(super) async fn check_count(tx: &mut Tx, order: OrderId) -> Result<(), Error> {
    if store::count_shipments(tx, order).await? >= MAX_SHIPMENTS {
        return Err(Error::TooManyShipments);
    }
    Ok(())
}

/// Says that a parcel is packed and that its money is to be taken.
pub(super) fn ask_for_money(tx: &mut Tx, fulfilment: &Fulfilment, shipment: &Shipment) -> Result<(), Error> {
    let (order_id, shipment_id, lines) = (fulfilment.order, shipment.id, shipment.lines.clone());
    let last = fulfilment.life.claimed == fulfilment.life.pieces;
    Ok(tx.emit(&ShipmentPacked { order_id, shipment_id, lines, last })?)
}
