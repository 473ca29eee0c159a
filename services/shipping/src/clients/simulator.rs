//! A carrier that carries nothing, with books of its own: what it says is true of them, even if the answer is lost.
//!
//! Its books are written in transactions of their own, never in one with ours. A postal code makes it behave: `SIM REFUSE`
//! is not served, of `SIM TIMEOUT` the first answer is lost, and for `SIM AWAY` it is not reached the first two times.

mod webhooks;

pub(crate) use webhooks::{Post, SIGNATURE_HEADER, read_report};

use super::{CallError, Label, LabelCall};
use crate::store::{self, Booked};
use bodega_contracts::ShipmentId;
use bodega_db::{Db, DbError, Tx};
use bodega_kernel::Time;
use bodega_web::ReportKey;
use std::time::Duration;

/// Its name in settings, paths and tables.
pub(crate) const NAME: &str = "simulator";
/// When its parcels are seen on their way, and when they arrive.
const SEEN_AFTER: Duration = Duration::from_mins(1);
const THERE_AFTER: Duration = Duration::from_mins(5);
/// How long whoever claimed a report may take to send it.
const RESEND_AFTER: Duration = Duration::from_secs(10);
/// The most parcels that move in one go.
const MAX_DUE: i64 = 50;
/// How often it is not reached for `SIM AWAY`.
const REFUSALS: i64 = 2;

/// The simulated carrier. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Simulator {
    db: Db,
    key: ReportKey,
    post: Post,
}

impl Simulator {
    /// With books in `db`; its reports are signed with `key` and go to `post`.
    pub(crate) fn new(db: &Db, key: ReportKey, post: Post) -> Self {
        Self { db: db.clone(), key, post }
    }

    pub(super) async fn buy(&self, call: &LabelCall) -> Result<Label, CallError> {
        let behaviour = call.address.as_ref().map(|address| address.postal_code.as_str());
        match behaviour {
            Some("SIM REFUSE") => return Err(CallError::Refused("address_not_served".to_owned())),
            Some("SIM AWAY") if call.tries < REFUSALS => return Err(CallError::NotSent),
            Some(_) | None => {}
        }
        let key = call.key;
        let booked = self.db.write(async move |tx: &mut Tx| {
            let number = tracking_number(tx);
            let due = tx.now().plus(SEEN_AFTER);
            store::book_label(tx, key, &number, due).await
        });
        let (booked, new) = booked.await.map_err(|error: DbError| lost(&error))?;
        if new && behaviour == Some("SIM TIMEOUT") {
            return Err(CallError::Unknown);
        }
        Ok(label(booked))
    }

    pub(super) async fn find(&self, key: ShipmentId) -> Result<Option<Label>, CallError> {
        let found = self.db.write(async move |tx: &mut Tx| store::find_label(tx, key).await).await;
        found.map(|booked| booked.map(label)).map_err(|error: DbError| lost(&error))
    }

    /// Moves its parcels on and reports where they are; whether there was anything.
    pub(crate) async fn move_on(&self) -> bool {
        let due = self.db.write(async |tx: &mut Tx| {
            let due = store::due_labels(tx, MAX_DUE).await?;
            let later = tx.now().plus(RESEND_AFTER);
            for booked in &due {
                store::advance(tx, booked.shipment, &booked.stage, Some(later)).await?;
            }
            Ok::<_, DbError>(due)
        });
        let due = due.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the simulated carrier waits");
            Vec::new()
        });
        let mut moved = false;
        for booked in due {
            moved |= self.report(&booked).await;
        }
        moved
    }

    /// Reports the next step of a parcel; whether the report was received and noted.
    async fn report(&self, booked: &Booked) -> bool {
        let now = self.db.world().now();
        let (stage, words) = match booked.stage.as_str() {
            "sold" => ("in_transit", "Seen at the simulated depot"),
            _ => ("delivered", "Left at the simulated door"),
        };
        let body = webhooks::body(booked, stage, words, now);
        let signature = self.key.sign(now, &body);
        if !(self.post)(signature, body).await {
            return false;
        }
        let next: Option<Time> = (stage == "in_transit").then(|| now.plus(THERE_AFTER));
        let shipment = booked.shipment;
        let noted = self.db.write(async move |tx: &mut Tx| store::advance(tx, shipment, stage, next).await).await;
        noted.is_ok_and(|()| true)
    }
}

/// A number no parcel has had.
fn tracking_number(tx: &Tx) -> String {
    let digits = tx.world().uuid().simple().to_string().to_uppercase();
    format!("SIM{}", digits.get(8..).unwrap_or(&digits))
}

fn label(booked: Booked) -> Label {
    let tracking_url = Some(format!("https://tracking.example/{}", booked.tracking_number));
    Label { tracking_number: booked.tracking_number, tracking_url }
}

/// Its own database failed: whoever called cannot know what was written.
fn lost(error: &DbError) -> CallError {
    tracing::warn!(%error, "the simulated carrier has no answer");
    CallError::Unknown
}
