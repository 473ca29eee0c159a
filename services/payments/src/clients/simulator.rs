//! A provider that takes no real money, with books of its own: what it says is true of them, even if the answer is lost.
//!
//! Each method shows one way a real provider behaves. Its books are written in transactions of their own, never in one
//! with ours, so that a crash between the two can be seen.

mod bank;
mod books;
mod webhooks;

pub(crate) use bank::Completion;
pub(crate) use webhooks::{Post, SIGNATURE_HEADER, read_webhook};

use super::{Charge, RefundCall, Statement};
use crate::model::{CallError, ChargeKey, Outcome, RefundOutcome};
use bodega_contracts::{OrderId, RefundId, payments::DisputeState};
use bodega_db::{Db, DbError, Lane, Tx};
use bodega_kernel::{Money, Time};
use bodega_web::ReportKey;
use books::{Booked, Booking};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// Its name in settings, paths and tables.
pub(crate) const NAME: &str = "simulator";
/// How long a slow answer takes.
const SLOW: Duration = Duration::from_secs(2);
/// How often an unavailable provider is not reached.
const REFUSALS: u32 = 2;
/// The most refusals that are remembered at a time.
const MAX_REFUSED: usize = 10_000;

/// The methods it takes.
const METHODS: [&str; 11] = [
    "sim_success",
    "sim_decline",
    "sim_authorize",
    "sim_3ds",
    "sim_slow",
    "sim_timeout_then_success",
    "sim_webhook_only",
    "sim_duplicate_webhook",
    "sim_unavailable",
    "sim_late_capture",
    "sim_capture_fails",
];

/// Whether it takes `method`.
pub(super) fn offers(method: &str) -> bool {
    METHODS.contains(&method)
}

/// The simulated provider. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Simulator {
    db: Db,
    bookings: Lane<Booking, Booked>,
    refused: Arc<Mutex<HashMap<ChargeKey, u32>>>,
    key: ReportKey,
    post: Post,
    wake: Arc<Notify>,
}

impl Simulator {
    /// With books in `db`; its reports are signed with `key` and go to `post`.
    pub(crate) fn new(db: &Db, key: ReportKey, post: Post) -> Self {
        let bookings = db.lane(async |tx: &mut Tx, batch: &[Booking]| books::charge(tx, batch).await);
        Self { db: db.clone(), bookings, refused: Arc::default(), key, post, wake: Arc::default() }
    }

    /// Woken when there is something to report.
    pub(crate) fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    pub(super) async fn pay(&self, charge: &Charge) -> Result<Outcome, CallError> {
        if charge.method == "sim_unavailable" && self.refuses(charge.key) {
            return Err(CallError::NotSent);
        }
        let booking = Booking::new(charge.clone(), self.db.world());
        let own = booking.reference.clone();
        let booked = self.bookings.submit(booking).await.map_err(|error| lost(&error))?;
        if !booked.is_of(charge) {
            return Ok(Outcome::Declined { code: "idempotency_key_reused".to_owned() });
        }
        match charge.method.as_str() {
            "sim_slow" => tokio::time::sleep(SLOW).await,
            "sim_timeout_then_success" if booked.reference == own => return Err(CallError::Unknown),
            "sim_duplicate_webhook" => {
                self.send(&booked.event_id()).await.map_err(|error| lost(&error))?;
                self.wake.notify_one();
            }
            _ => {}
        }
        Ok(booked.outcome())
    }

    pub(super) async fn find(&self, key: ChargeKey) -> Result<Option<Outcome>, CallError> {
        let found = self.db.write(async move |tx| books::find(tx, key).await).await.map_err(|error| lost(&error))?;
        Ok(found.map(|booked| booked.outcome()))
    }

    pub(super) async fn close(&self, key: ChargeKey, amount: Money) -> Result<Outcome, CallError> {
        let closed =
            self.db.write(async move |tx| books::close(tx, key, amount).await).await.map_err(|error| lost(&error))?;
        self.wake.notify_one();
        Ok(closed.outcome())
    }

    pub(super) async fn capture(&self, key: ChargeKey, total: i64) -> Result<Outcome, CallError> {
        let captured =
            self.db.write(async move |tx| books::capture(tx, key, total).await).await.map_err(|error| lost(&error))?;
        Ok(captured
            .filter(Booked::has_taken)
            .map_or_else(|| Outcome::Declined { code: "capture_declined".to_owned() }, |booked| booked.outcome()))
    }

    pub(super) async fn statements(&self, keys: &[ChargeKey]) -> Result<Vec<Statement>, CallError> {
        let keys = keys.to_vec();
        self.db.write(async move |tx| bank::statements(tx, &keys).await).await.map_err(|error| lost(&error))
    }

    pub(super) async fn charges(
        &self,
        span: (Time, Time),
        after: &str,
        limit: usize,
    ) -> Result<Vec<Statement>, CallError> {
        let after = after.to_owned();
        let read = self.db.write(async move |tx| bank::charges(tx, span, &after, limit).await);
        read.await.map_err(|error| lost(&error))
    }

    /// The buyer's bank speaks: of the charge that took an order's money. `None` where there is none.
    pub(crate) async fn dispute(&self, order: OrderId, state: DisputeState) -> Result<Option<Money>, DbError> {
        let disputed = self.db.write(async move |tx| bank::open(tx, order, state).await).await?;
        if let Some((_, event)) = &disputed {
            // Where this is lost, the queued report is sent again.
            self.send(event).await?;
        }
        Ok(disputed.map(|(amount, _)| amount))
    }

    pub(super) async fn void(&self, key: ChargeKey) -> Result<Outcome, CallError> {
        let voided = self.db.write(async move |tx| books::void(tx, key).await).await.map_err(|error| lost(&error))?;
        Ok(voided.map_or(Outcome::Closed, |booked| booked.outcome()))
    }

    pub(super) async fn refund(&self, call: &RefundCall) -> Result<RefundOutcome, CallError> {
        let call = call.clone();
        self.db.write(async move |tx| books::refund(tx, &call).await).await.map_err(|error| lost(&error))
    }

    pub(super) async fn find_refund(&self, key: RefundId) -> Result<Option<RefundOutcome>, CallError> {
        self.db.write(async move |tx| books::find_refund(tx, key).await).await.map_err(|error| lost(&error))
    }

    /// The shopper comes back from the bank. `None` where no charge has this token.
    pub(crate) async fn complete(&self, token: String, approved: bool) -> Result<Option<Completion>, DbError> {
        let completed = self.db.write(async move |tx| bank::complete(tx, &token, approved).await).await?;
        if let Some((_, event)) = &completed {
            // Where this is lost, the queued report is sent again.
            self.send(event).await?;
        }
        Ok(completed.map(|(completion, _)| completion))
    }

    /// Where the charge with this token stands.
    pub(crate) async fn completion(&self, token: String) -> Result<Option<Completion>, DbError> {
        self.db.write(async move |tx| bank::completion(tx, &token).await).await
    }

    /// Moves on what takes its time, and reports what is to be reported; whether there was anything.
    pub(crate) async fn move_on(&self) -> bool {
        let step = self.db.write(async |tx| {
            let captured = books::capture_due(tx).await?;
            Ok::<_, DbError>((captured, webhooks::claim(tx).await?))
        });
        let (captured, events) = match step.await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "the simulator waits");
                return false;
            }
        };
        let mut reported = false;
        for event in &events {
            reported |= self.send(event).await.unwrap_or(false);
        }
        captured > 0 || reported
    }

    /// Sends one copy of a report; whether it was received.
    async fn send(&self, event: &str) -> Result<bool, DbError> {
        let id = event.to_owned();
        let Some(body) = self.db.write(async move |tx| webhooks::body(tx, &id).await).await? else { return Ok(false) };
        let signature = self.key.sign(self.db.world().now(), body.as_bytes());
        if !(self.post)(signature, body.into_bytes()).await {
            return Ok(false);
        }
        let id = event.to_owned();
        self.db.write(async move |tx| webhooks::sent(tx, &id).await).await?;
        Ok(true)
    }

    fn refuses(&self, key: ChargeKey) -> bool {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let times = refused.get(&key).copied().unwrap_or(0);
        if times >= REFUSALS || refused.len() >= MAX_REFUSED {
            refused.remove(&key);
            return false;
        }
        refused.insert(key, times + 1);
        true
    }
}

/// Its own database failed: whoever called cannot know what was written.
fn lost(error: &DbError) -> CallError {
    tracing::warn!(%error, "the simulator has no answer");
    CallError::Unknown
}
