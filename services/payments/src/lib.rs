//! Payments: attempts at providers, captures, refunds, and the ledger of both.
//!
//! Owns all money of an order, gift cards and store credit. Asks orders whose an order is. Publishes `payment.*` and
//! `gift_card.issued`. Hears `order.payment_due`, `order.payment_expiring`, `order.cancelled`, `order.capture_due` and
//! `return.received`.
//!
//! A call to a provider is always three steps: prepare (a transaction claims it), call (none), record (a transaction).
//! A claim that ends without a record is taken over by asking the provider, never by guessing.

mod api;
mod clients;
mod error;
mod events;
mod facts;
mod flows;
mod jobs;
mod model;
mod store;

use bodega_contracts::payments::{
    GiftCardIssued, PaymentActionRequired, PaymentAuthorized, PaymentCaptureFailed, PaymentCaptureWaived,
    PaymentCaptured, PaymentClosed, PaymentDisputed, PaymentFailed, PaymentRefunded, PaymentVoided,
};
use bodega_db::{Db, Lane, Migration, Tx};
use bodega_kernel::{Event, World};
use bodega_rpc::Client;
use bodega_service::{Context, Definition, Running, Secrets};
use bodega_settings::CaptureTime;
use bodega_web::{GuestKeys, ReportKey};
use clients::{Post, Providers, Simulator, WebhookKeys};
use flows::{Inbox, Received};
use jobs::Work;
use model::{MANUAL, RefundReport, Report};
use std::{sync::Arc, time::Duration};

const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_payments", sql: include_str!("migrations/0001_payments.sql") },
    Migration { name: "0002_simulator", sql: include_str!("migrations/0002_simulator.sql") },
    Migration { name: "0003_credit", sql: include_str!("migrations/0003_credit.sql") },
    Migration { name: "0004_losses", sql: include_str!("migrations/0004_losses.sql") },
    Migration { name: "0005_waiting_refunds", sql: include_str!("migrations/0005_waiting_refunds.sql") },
    Migration { name: "0006_fewer_rows", sql: include_str!("migrations/0006_fewer_rows.sql") },
];

/// The service.
pub fn service() -> Definition {
    Definition::new("payments", start).migrations(MIGRATIONS).publishes(&[
        PaymentActionRequired::TYPE,
        PaymentAuthorized::TYPE,
        PaymentCaptured::TYPE,
        PaymentFailed::TYPE,
        PaymentClosed::TYPE,
        PaymentVoided::TYPE,
        PaymentRefunded::TYPE,
        PaymentCaptureFailed::TYPE,
        PaymentCaptureWaived::TYPE,
        PaymentDisputed::TYPE,
        GiftCardIssued::TYPE,
    ])
}

/// What the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Payments {
    db: Db,
    world: World,
    rpc: Client,
    guests: GuestKeys,
    secrets: Secrets,
    capture_later: bool,
    stuck_after: Duration,
    providers: Providers,
    bank_details: Option<Arc<str>>,
    inbox: Inbox,
    work: Arc<Work>,
    reports: Lane<Report, ()>,
    refund_reports: Lane<RefundReport, ()>,
}

impl Payments {
    fn new(context: &Context) -> Self {
        let (db, world) = (context.db.clone(), context.world.clone());
        let work = Arc::new(Work::default());
        let key = simulator_key(context);
        let keys = WebhookKeys { simulator: key.clone() };
        let inbox = Inbox { db: db.clone(), world: world.clone(), work: Arc::clone(&work), keys };
        let simulator = key.map(|key| Simulator::new(&db, key, post(&inbox)));
        let recording = Arc::clone(&work);
        let reports =
            db.lane(async move |tx: &mut Tx, batch: &[Report]| flows::record_calls(&recording, tx, batch).await);
        let recording = Arc::clone(&work);
        let refund_reports = db
            .lane(async move |tx: &mut Tx, batch: &[RefundReport]| flows::record_refunds(&recording, tx, batch).await);
        let (rpc, guests) = (context.rpc.clone(), context.guests.clone());
        let settings = &context.settings.payments;
        let providers = Providers { simulator, manual: settings.providers.iter().any(|name| name == MANUAL) };
        let bank_details = Some(settings.manual.bank_details.trim()).filter(|text| !text.is_empty()).map(Arc::from);
        let (secrets, capture_later) = (context.secrets.clone(), settings.capture == CaptureTime::OnDispatch);
        Self {
            db,
            world,
            rpc,
            guests,
            secrets,
            capture_later,
            stuck_after: Duration::from_mins(settings.stuck_minutes),
            providers,
            bank_details,
            inbox,
            work,
            reports,
            refund_reports,
        }
    }
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let payments = Payments::new(&context);
    warn_of_gaps(&payments);
    let running = Running::new()
        .routes(api::routes(payments.clone()))
        .hears(events::subscriptions(&payments))
        .answers(facts::answers(&payments));
    Ok(jobs::all(&payments).into_iter().fold(running, Running::job))
}

/// Tells an operator what shoppers will miss.
fn warn_of_gaps(payments: &Payments) {
    if payments.providers.simulator.is_none() {
        tracing::warn!("no card provider is connected: see payments.providers for how shoppers can pay");
    }
    if payments.providers.manual && payments.bank_details.is_none() {
        tracing::warn!("payments.manual.bank_details is empty: a shopper is not told where to send a bank transfer");
    }
}

/// With what the simulator signs, if it is on. Without a secret in the settings nobody but it can report.
fn simulator_key(context: &Context) -> Option<ReportKey> {
    let settings = &context.settings.payments;
    let on = settings.providers.iter().any(|name| name == "simulator");
    let secret = settings.webhook_secret.as_bytes();
    on.then(|| match secret {
        [] => ReportKey::new(&context.secrets.key("simulator webhooks")),
        secret => ReportKey::new(secret),
    })
}

/// Takes the simulator's reports through the same door as everybody's.
fn post(inbox: &Inbox) -> Post {
    let inbox = inbox.clone();
    Arc::new(move |signature, body| {
        let inbox = inbox.clone();
        Box::pin(async move {
            let received = Received { provider: "simulator".to_owned(), signature: Some(signature), body };
            flows::receive_webhook(&inbox, received).await.is_ok()
        })
    })
}
