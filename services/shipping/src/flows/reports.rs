//! What a carrier reports by itself: checked over its raw bytes, kept once, and counted in the same transaction.

use super::{labels::label_bought, locked, progress::arrive};
use crate::{
    clients::{Label, ReportKeys},
    error::Error,
    model::{Report, ShipmentState, Track, track},
    store,
};
use bodega_contracts::shipping::ShipmentInTransit;
use bodega_db::{Db, Tx};
use bodega_kernel::World;

/// Where reports come in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Inbox {
    pub(crate) db: Db,
    pub(crate) world: World,
    /// What reports are checked with.
    pub(crate) keys: ReportKeys,
}

/// A report as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Who says to have sent it.
    pub(crate) carrier: String,
    pub(crate) signature: Option<String>,
    /// The raw body.
    pub(crate) body: Vec<u8>,
}

/// The verdict on a report about a parcel we do not have with this carrier.
const UNKNOWN: &str = "unknown_parcel";

/// Keeps a report, and counts it if it is new.
pub(crate) async fn receive_report(inbox: &Inbox, received: Received) -> Result<(), Error> {
    let Received { carrier, signature, body } = received;
    let opened = inbox.keys.open(&carrier, signature.as_deref(), &body, inbox.world.now());
    let report = opened.ok_or(Error::NotFound)?.map_err(Error::Report)?;
    let counted = inbox.db.write(async move |tx: &mut Tx| {
        if !store::insert_report(tx, &carrier, &report.id, &body).await? {
            return Ok(());
        }
        let verdict = count(tx, &carrier, &report).await?;
        if verdict == UNKNOWN || verdict == Track::Misfit.word() {
            tracing::error!(carrier, event = report.id, verdict, alert = true, "a report does not fit");
        }
        Ok::<_, Error>(store::report_counted(tx, &carrier, &report.id, verdict).await?)
    });
    counted.await
}

async fn count(tx: &mut Tx, carrier: &str, report: &Report) -> Result<&'static str, Error> {
    let Some(id) = report.shipment else { return Ok(UNKNOWN) };
    let Some(order) = store::order_of(tx, id).await? else { return Ok(UNKNOWN) };
    let Some(mut fulfilment) = locked(tx, order).await? else { return Ok(UNKNOWN) };
    let found = store::shipment(tx, id).await?.filter(|shipment| {
        let number = shipment.tracking_number.as_ref().is_none_or(|number| *number == report.tracking_number);
        shipment.carrier == carrier && number
    });
    let Some(mut shipment) = found else { return Ok(UNKNOWN) };
    if shipment.tracked.state == ShipmentState::Preparing {
        // It was faster than the answer to our call: whoever reports a parcel has sold its label.
        let label = Label { tracking_number: report.tracking_number.clone(), tracking_url: None };
        shipment = label_bought(tx, &mut fulfilment, shipment, label).await?;
    }
    let outcome = track(&mut shipment.tracked, report);
    match outcome {
        Track::Arrived => arrive(tx, &mut fulfilment, &mut shipment).await?,
        Track::Moved => {
            store::write_shipment(tx, &shipment).await?;
            let status = report.words.clone();
            tx.emit(&ShipmentInTransit { order_id: order, shipment_id: id, status })?;
        }
        Track::Late | Track::Misfit => {}
    }
    Ok(outcome.word())
}
