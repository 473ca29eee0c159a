//! Orders: the process manager that carries a checkout to its end.
//!
//! Owns orders, their snapshots, history and timeline. Hears `cart.checked_out` and all that stock, coupons, rewards,
//! payments and shipping say of an order, and whose an e-mail address is; publishes `order.*`. Asks cart about orders it has not heard of yet and payments what a shopper has to do;
//! answers how an order stands. What each fact means is one table: `model.rs`.

mod api;
mod error;
mod events;
mod facts;
mod flows;
mod jobs;
mod model;
mod pages;
mod store;
mod views;

use bodega_contracts::{
    orders::{
        ExchangeDue, InvoiceIssued, OrderAddressChanged, OrderCancelled, OrderCaptureDue, OrderCompleted,
        OrderConfirmed, OrderDelivered, OrderPaymentDue, OrderPaymentExpiring, OrderPlaced, OrderStopping,
        ReturnChanged, ReturnReceived,
    },
    payments::BANK_TRANSFER,
};
use bodega_db::{Db, Migration};
use bodega_kernel::{Event, World};
use bodega_rpc::Client;
use bodega_service::{Context, Definition, Running};
use bodega_settings::Settings;
use bodega_web::GuestKeys;
use flows::{Archive, Notices, Recent, Reports};
use std::{sync::Arc, time::Duration};
use tokio::sync::{Notify, Semaphore};

const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_orders", sql: include_str!("migrations/0001_orders.sql") },
    Migration { name: "0002_parcels", sql: include_str!("migrations/0002_parcels.sql") },
    Migration { name: "0003_returns", sql: include_str!("migrations/0003_returns.sql") },
    Migration { name: "0004_owners", sql: include_str!("migrations/0004_owners.sql") },
    Migration { name: "0005_steps", sql: include_str!("migrations/0005_steps.sql") },
];

/// The most live streams of one process; each holds a connection.
const MAX_STREAMS: usize = 1_000;

/// What the parts of the service share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Orders {
    pub(crate) db: Db,
    pub(crate) world: World,
    pub(crate) rpc: Client,
    pub(crate) guests: GuestKeys,
    pub(crate) lengths: Lengths,
    pub(crate) prefixes: Arc<Prefixes>,
    pub(crate) notices: Notices,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) archive: Archive,
    /// What was bought with the latest orders.
    pub(crate) recent: Recent,
    /// What was sold, as it was told last.
    pub(crate) reports: Reports,
    /// Woken when an order is tried to be paid once more.
    pub(crate) later_attempts: Arc<Notify>,
}

/// What the numbers of papers begin with.
#[derive(Clone, Debug)]
pub(crate) struct Prefixes {
    pub(crate) invoice: String,
    pub(crate) credit_note: String,
}

/// How long an order waits for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lengths {
    /// For an answer about its stock.
    pub(crate) pending: Duration,
    /// For its money.
    pub(crate) payment: Duration,
    /// For its money, where that comes by bank transfer.
    pub(crate) transfer: Duration,
    /// For being sent.
    pub(crate) service_level: Duration,
    /// For arriving, or being fetched.
    pub(crate) arrival: Duration,
    /// In which it may be sent back.
    pub(crate) return_window: Duration,
}

impl Lengths {
    fn of(settings: &Settings) -> Self {
        let payment = Duration::from_mins(settings.payments.deadline_minutes);
        let transfers = settings.payments.providers.iter().any(|name| name == "manual");
        let days = Duration::from_hours(24 * settings.payments.manual.deadline_days);
        Self {
            pending: Duration::from_mins(settings.orders.pending_minutes),
            payment,
            transfer: if transfers { days } else { payment },
            service_level: Duration::from_hours(settings.orders.service_level_hours),
            arrival: Duration::from_hours(24 * settings.orders.arrival_days),
            return_window: Duration::from_hours(24 * settings.orders.return_window_days),
        }
    }

    /// For money that comes by `method`.
    pub(crate) fn payment_by(&self, method: &str) -> Duration {
        if method == BANK_TRANSFER { self.transfer } else { self.payment }
    }
}

/// The orders service.
pub fn service() -> Definition {
    Definition::new("orders", start).migrations(MIGRATIONS).publishes(&[
        OrderPlaced::TYPE,
        OrderPaymentDue::TYPE,
        OrderPaymentExpiring::TYPE,
        OrderConfirmed::TYPE,
        OrderCancelled::TYPE,
        OrderStopping::TYPE,
        OrderDelivered::TYPE,
        OrderCompleted::TYPE,
        InvoiceIssued::TYPE,
        OrderCaptureDue::TYPE,
        OrderAddressChanged::TYPE,
        ReturnChanged::TYPE,
        ReturnReceived::TYPE,
        ExchangeDue::TYPE,
    ])
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let state = Orders {
        notices: Notices::new(context.db.clone()),
        db: context.db,
        world: context.world,
        rpc: context.rpc,
        guests: context.guests,
        lengths: Lengths::of(&context.settings),
        prefixes: Arc::new(Prefixes {
            invoice: context.settings.orders.invoice_prefix.clone(),
            credit_note: context.settings.orders.credit_note_prefix.clone(),
        }),
        streams: Arc::new(Semaphore::new(MAX_STREAMS)),
        archive: Archive::open(&context.settings)?,
        recent: Recent::default(),
        reports: Reports::default(),
        later_attempts: Arc::default(),
    };
    Ok(Running::new()
        .routes(api::routes(state.clone()))
        .hears(events::subscriptions(&state))
        .answers(facts::answers(&state))
        .job(jobs::timers(&state))
        .job(jobs::later_attempts(&state)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bank_transfer_has_days_and_only_where_the_shop_takes_one() {
        let mut settings = Settings::defaults();
        let (minutes, days) = (Duration::from_mins(30), Duration::from_hours(7 * 24));
        let lengths = Lengths::of(&settings);
        assert_eq!((lengths.payment_by("bank_transfer"), lengths.payment_by("cash_on_delivery")), (days, minutes));
        assert_eq!(lengths.payment_by("sim_success"), minutes);
        settings.payments.providers = vec!["simulator".to_owned()];
        assert_eq!(Lengths::of(&settings).payment_by("bank_transfer"), minutes);
    }
}
