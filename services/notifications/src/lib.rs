//! Notifications: mails to customers, each queued once for what it is about and sent until a server takes it.
//!
//! Owns the queue, the log of its attempts, the templates, and who wants no reminders. Hears what customers and staff are told of and queues in the
//! event's transaction. Asks orders, identity, payments and cart what to write and to whom, outside of any transaction, when
//! a mail is due; a link or code that it is given then is in the mail alone. Publishes nothing. Answers `verify` how many
//! confirmations it queued.
//!
//! Handing a mail over is always three steps: prepare (a transaction claims it), call (none), record (a transaction). A
//! repeat after a crash has the same `Message-ID`.

mod api;
mod clients;
mod error;
mod events;
mod facts;
mod flows;
mod jobs;
mod model;
mod pages;
mod store;
mod views;

use bodega_db::{Db, Lane, Migration, Tx};
use bodega_kernel::World;
use bodega_rpc::Client;
use bodega_service::{Context, Definition, Running};
use bodega_web::GuestKeys;
use clients::{Post, Sender, Server};
use flows::Naming;
use jobs::Pace;
use model::Language;
use pages::Pages;
use std::{path::PathBuf, sync::Arc};
use store::Report;
use tokio::sync::Notify;

const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_mails", sql: include_str!("migrations/0001_mails.sql") },
    Migration { name: "0002_addresses", sql: include_str!("migrations/0002_addresses.sql") },
    Migration { name: "0003_indexes", sql: include_str!("migrations/0003_indexes.sql") },
];

/// The service.
pub fn service() -> Definition {
    Definition::new("notifications", start).migrations(MIGRATIONS)
}

/// What the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Notifications {
    db: Db,
    world: World,
    rpc: Client,
    /// Signs the links by which readers unsubscribe.
    guests: GuestKeys,
    post: Post,
    mailbox_keeps_links: bool,
    sender: Arc<Sender>,
    pages: Pages,
    naming: Arc<Naming>,
    /// What links begin with.
    base_url: Arc<str>,
    /// Where alerts for staff go; empty for nowhere.
    staff: Arc<str>,
    language: Language,
    pace: Arc<Pace>,
    /// Woken when there is a mail that should not wait for the next look.
    wake: Arc<Notify>,
    reports: Lane<Report, ()>,
}

impl Notifications {
    fn new(context: &Context) -> anyhow::Result<Self> {
        let mail = &context.settings.mail;
        let post = match mail.smtp_url.as_str() {
            "" => Post::Mailbox,
            url => Post::Server(Server::of(url)?),
        };
        let folder = Some(mail.templates_dir.clone()).filter(|folder| *folder != PathBuf::new());
        let reports = context.db.lane(async |tx: &mut Tx, reports: &[Report]| store::record(tx, reports).await);
        Ok(Self {
            db: context.db.clone(),
            world: context.world.clone(),
            rpc: context.rpc.clone(),
            guests: context.guests.clone(),
            post,
            mailbox_keeps_links: mail.mailbox_keeps_links,
            sender: Arc::new(Sender::new(&mail.from, &mail.reply_to)?),
            pages: Pages::load(folder),
            naming: Arc::new(Naming::new(&context.settings.shop.name)),
            base_url: context.settings.shop.base_url.as_str().into(),
            staff: mail.staff.as_str().into(),
            language: Language::of(&mail.language).unwrap_or(Language::En),
            pace: Arc::new(Pace::new(mail.per_second)),
            wake: Arc::default(),
            reports,
        })
    }
}

async fn start(context: Context) -> anyhow::Result<Running> {
    let notifications = Notifications::new(&context)?;
    Ok(Running::new()
        .routes(api::routes(notifications.clone()))
        .hears(events::subscriptions(!notifications.staff.is_empty()))
        .answers(facts::answers(&notifications))
        .job(jobs::send_mails(&notifications))
        .job(jobs::empty_mailbox(&notifications)))
}
