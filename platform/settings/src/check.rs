//! Values that have the right type and still cannot be.

use crate::model::{BlobsKind, BusKind, DatabaseKind, Settings};
use std::collections::BTreeSet;

/// Shortest secret that services may share.
const MIN_SECRET_CHARS: usize = 32;
/// Longest span of time that may be set, in any unit: a hundred years of minutes, and no sum of times overflows.
const MAX_SPAN: u64 = 100 * 366 * 24 * 60;
/// A process that is to end does so within this time, milliseconds, and what its last requests take.
const MAX_DRAIN_MS: u64 = 60_000;
/// Limits on the age of prices, in seconds: word of them comes every ten seconds, and is kept for an hour at most.
const PRICE_AGE: std::ops::RangeInclusive<u64> = 20..=3_600;
/// The most hours that a cart is left before its shopper is reminded: a guest's cart lives for 90 days.
const CART_HOURS: u64 = 90 * 24;
/// Limits on the days that an order waits for its bank transfer: inventory holds goods for seven days and a little more.
const TRANSFER_DAYS: std::ops::RangeInclusive<u64> = 1..=7;
/// Longest text of bank details.
const MAX_BANK_DETAILS: usize = 1_000;

/// A key and what its value should be.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) key: &'static str,
    pub(crate) message: String,
}

/// The first fault.
pub(crate) fn check(settings: &Settings) -> Result<(), Fault> {
    addresses(settings)?;
    blobs(settings)?;
    spans(settings)?;
    counts(settings)?;
    shop(settings)?;
    mail(settings)?;
    rewards(settings)?;
    sources(settings)?;
    let secret = &settings.rpc.secret;
    let long = secret.is_empty() || secret.chars().count() >= MIN_SECRET_CHARS;
    require(long, "rpc.secret", || format!("has fewer than {MIN_SECRET_CHARS} characters"))?;
    payments(settings)
}

fn payments(settings: &Settings) -> Result<(), Fault> {
    let manual = &settings.payments.manual;
    let days = TRANSFER_DAYS.contains(&manual.deadline_days);
    require(days, "payments.manual.deadline_days", || {
        format!("is not between {} and {}", TRANSFER_DAYS.start(), TRANSFER_DAYS.end())
    })?;
    let short = manual.bank_details.chars().count() <= MAX_BANK_DETAILS;
    require(short, "payments.manual.bank_details", || format!("has more than {MAX_BANK_DETAILS} characters"))?;
    let mut providers = BTreeSet::new();
    let clean = settings.payments.providers.iter().all(|name| !name.is_empty() && providers.insert(name));
    require(clean, "payments.providers", || "a name is empty or there twice".to_owned())
}

fn addresses(settings: &Settings) -> Result<(), Fault> {
    let has_port = |listen: &str| {
        listen.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
    };
    require(has_port(&settings.server.listen), "server.listen", || "is not written address:port".to_owned())?;
    let starts = |text: &str, schemes: &[&str]| schemes.iter().any(|scheme| text.starts_with(scheme));
    let database = settings.database.kind != DatabaseKind::Postgres
        || starts(&settings.database.url, &["postgres://", "postgresql://"]);
    require(database, "database.url", || "does not begin with postgres://".to_owned())?;
    let bus = settings.bus.kind != BusKind::Rabbitmq || starts(&settings.bus.url, &["amqp://"]);
    require(bus, "bus.url", || "does not begin with amqp://; connections to the broker are not encrypted".to_owned())?;
    require(!settings.bus.exchange.is_empty(), "bus.exchange", || "is empty".to_owned())?;
    let plain = |places: &str| places.split(',').all(|place| starts(place.trim(), &["http://"]));
    let other = settings.rpc.upstreams.iter().find(|(_, places)| !plain(places));
    let message = |service| {
        format!("the address of {service:?} does not begin with http://; services do not speak https:// to each other")
    };
    require(other.is_none(), "rpc.upstreams", || other.map_or_else(String::new, |(service, _)| message(service)))
}

fn blobs(settings: &Settings) -> Result<(), Fault> {
    let blobs = &settings.blobs;
    let web = ["http://", "https://"].iter().any(|scheme| blobs.endpoint.starts_with(scheme));
    let plain = !blobs.endpoint.ends_with('/') && !blobs.endpoint.contains(['?', '#', '@', ' ']);
    let address = blobs.endpoint.is_empty() || (web && plain);
    require(address, "blobs.endpoint", || "is not http:// or https:// with a host and no slash at its end".to_owned())?;
    let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, b'-' | b'.');
    let named = (3..=63).contains(&blobs.bucket.len()) && blobs.bucket.bytes().all(fits);
    let away = blobs.kind != BlobsKind::Disk;
    require(!away || named, "blobs.bucket", || "has not 3 to 63 small letters, digits, hyphens and dots".to_owned())?;
    require(!away || !blobs.account.is_empty(), "blobs.account", || "is empty".to_owned())?;
    require(!away || !blobs.secret.is_empty(), "blobs.secret", || "is empty".to_owned())?;
    let region = blobs.kind != BlobsKind::S3 || !blobs.region.is_empty();
    require(region, "blobs.region", || "is empty; where a service has none, say us-east-1".to_owned())?;
    let part = |part: &str| {
        let plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_' | b'.');
        !part.starts_with('.') && !part.is_empty() && part.bytes().all(plain)
    };
    let folder = blobs.folder.to_str().is_some_and(|folder| folder.is_empty() || folder.split('/').all(part));
    require(!away || folder, "blobs.folder", || {
        "is not what names in a bucket can begin with: letters, digits, `-`, `_`, `.` and `/` between them".to_owned()
    })
}

fn spans(settings: &Settings) -> Result<(), Fault> {
    for (key, span) in [
        ("server.request_timeout_ms", settings.server.request_timeout_ms),
        ("payments.deadline_minutes", settings.payments.deadline_minutes),
        ("payments.stuck_minutes", settings.payments.stuck_minutes),
        ("orders.pending_minutes", settings.orders.pending_minutes),
        ("orders.service_level_hours", settings.orders.service_level_hours),
        ("identity.access_minutes", settings.identity.access_minutes),
        ("identity.refresh_days", settings.identity.refresh_days),
    ] {
        require((1..=MAX_SPAN).contains(&span), key, || format!("is not between 1 and {MAX_SPAN}"))?;
    }
    let age = settings.cart.prices_stale_after_seconds;
    require(age == 0 || PRICE_AGE.contains(&age), "cart.prices_stale_after_seconds", || {
        format!("is neither 0 nor between {} and {}", PRICE_AGE.start(), PRICE_AGE.end())
    })?;
    let hours = settings.cart.remind_after_hours;
    require(hours <= CART_HOURS, "cart.remind_after_hours", || format!("is more than {CART_HOURS}"))?;
    let drain = settings.server.drain_ms;
    require(drain <= MAX_DRAIN_MS, "server.drain_ms", || format!("is more than {MAX_DRAIN_MS}"))?;
    let grace = settings.inventory.hold_grace_hours;
    require(grace <= MAX_SPAN, "inventory.hold_grace_hours", || format!("is more than {MAX_SPAN}"))
}

fn counts(settings: &Settings) -> Result<(), Fault> {
    for (key, count) in [
        ("server.body_limit_bytes", settings.server.body_limit_bytes),
        ("server.admission", settings.server.admission),
        ("database.readers", settings.database.readers as usize),
        ("identity.hash_threads", settings.identity.hash_threads),
        ("identity.hash_queue", settings.identity.hash_queue),
        ("limits.per_second_per_address", settings.limits.per_second_per_address as usize),
        ("limits.burst", settings.limits.burst as usize),
        ("limits.login_per_minute", settings.limits.login_per_minute as usize),
    ] {
        require(count >= 1, key, || "is less than 1".to_owned())?;
    }
    Ok(())
}

fn shop(settings: &Settings) -> Result<(), Fault> {
    let shop = &settings.shop;
    let code = shop.currency.len() == 3 && shop.currency.bytes().all(|letter| letter.is_ascii_uppercase());
    require(code, "shop.currency", || "is not an ISO 4217 code such as GBP".to_owned())?;
    let country = shop.country.len() == 2 && shop.country.bytes().all(|letter| letter.is_ascii_uppercase());
    require(country, "shop.country", || "is not an ISO 3166-1 alpha-2 code such as GB".to_owned())?;
    let named = (1..=100).contains(&shop.name.trim().chars().count());
    require(named, "shop.name", || "has not 1 to 100 characters".to_owned())?;
    let rate = (0..=10_000).contains(&shop.tax_rate_bp);
    require(rate, "shop.tax_rate_bp", || "is not between 0 and 10000".to_owned())?;
    require(!shop.issuer.is_empty(), "shop.issuer", || "is empty".to_owned())?;
    let plain = !shop.base_url.ends_with('/') && !shop.base_url.contains(['?', '#', ' ']);
    let web = ["http://", "https://"].iter().any(|scheme| shop.base_url.starts_with(scheme)) && plain;
    require(web, "shop.base_url", || "is not http:// or https:// with a host and no slash at its end".to_owned())?;
    let mut ids = BTreeSet::new();
    for method in &shop.shipping_methods {
        let priced = (0..=1_000_000_000_000).contains(&method.price);
        require(priced, "shop.shipping_methods", || format!("the price of {:?} is out of range", method.id))?;
        let named = !method.id.is_empty() && ids.insert(&method.id);
        require(named, "shop.shipping_methods", || format!("the id {:?} is empty or there twice", method.id))?;
    }
    Ok(())
}

fn rewards(settings: &Settings) -> Result<(), Fault> {
    let rewards = &settings.rewards;
    for (key, points) in
        [("rewards.points_per_unit", rewards.points_per_unit), ("rewards.point_value_minor", rewards.point_value_minor)]
    {
        require((1..=1_000_000).contains(&points), key, || "is not between 1 and 1000000".to_owned())?;
    }
    require(rewards.expiry_months <= 1_200, "rewards.expiry_months", || "is more than 1200".to_owned())?;
    let days = (1..=3_660).contains(&rewards.reward_days);
    require(days, "rewards.reward_days", || "is not between 1 and 3660".to_owned())?;
    let tiers = &rewards.tiers;
    let first = tiers.len() <= 20 && tiers.first().is_some_and(|tier| tier.from == 0);
    require(first, "rewards.tiers", || "has more than 20, or no first one from 0".to_owned())?;
    let rising = tiers.is_sorted_by(|lower, higher| lower.from < higher.from);
    require(rising, "rewards.tiers", || "does not rise from one to the next".to_owned())?;
    let mut names = BTreeSet::new();
    for tier in tiers {
        let fits = (1..=40).contains(&tier.name.trim().chars().count()) && names.insert(&tier.name);
        require(fits, "rewards.tiers", || format!("the name {:?} is empty, too long or there twice", tier.name))?;
        let rates = (0..=1_000_000).contains(&tier.multiplier_bp) && (0..=10_000).contains(&tier.reward_bp);
        require(rates, "rewards.tiers", || format!("a rate of {:?} is out of range", tier.name))?;
    }
    Ok(())
}

fn sources(settings: &Settings) -> Result<(), Fault> {
    const KEY: &str = "inventory.sources";
    let sources = &settings.inventory.sources;
    require(sources.len() <= 20, KEY, || "are more than 20".to_owned())?;
    let is_name = |text: &str| {
        let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
        (1..=40).contains(&text.len()) && text.bytes().all(fits)
    };
    for (name, source) in sources {
        require(is_name(name), KEY, || format!("{name:?} is not 1 to 40 small letters, digits and hyphens"))?;
        require(is_name(&source.location), KEY, || format!("the location of {name:?} is no name of one"))?;
        let web = ["http://", "https://"].iter().any(|scheme| source.url.starts_with(scheme));
        require(source.url.is_empty() || web, KEY, || format!("the url of {name:?} is not http:// or https://"))?;
        let secure = source.ca_file.is_empty() || source.url.starts_with("https://");
        require(secure, KEY, || format!("{name:?} has a ca_file and no url that is https://"))?;
        let long = source.secret.is_empty() || source.secret.chars().count() >= 16;
        require(long, KEY, || format!("the secret of {name:?} has fewer than 16 characters"))?;
        require(!source.secret.is_empty() || !source.url.is_empty(), KEY, || {
            format!("{name:?} has neither a secret nor a url")
        })?;
        let often = (1..=1_440).contains(&source.every_minutes);
        require(often, KEY, || format!("{name:?} is not asked every 1 to 1440 minutes"))?;
    }
    Ok(())
}

fn mail(settings: &Settings) -> Result<(), Fault> {
    let mail = &settings.mail;
    let schemes = ["smtp://", "smtps://"];
    let server = mail.smtp_url.is_empty() || schemes.iter().any(|scheme| mail.smtp_url.starts_with(scheme));
    require(server, "mail.smtp_url", || "does not begin with smtp:// or smtps://".to_owned())?;
    require(mail.from.contains('@'), "mail.from", || "is no address".to_owned())?;
    let answers = mail.reply_to.is_empty() || mail.reply_to.contains('@');
    require(answers, "mail.reply_to", || "is no address".to_owned())?;
    let staff = mail.staff.is_empty() || mail.staff.contains('@');
    require(staff, "mail.staff", || "is no address".to_owned())?;
    let language = ["en", "de"].contains(&mail.language.as_str());
    require(language, "mail.language", || "is neither \"en\" nor \"de\"".to_owned())?;
    require(mail.per_second >= 1, "mail.per_second", || "is less than 1".to_owned())
}

fn require(holds: bool, key: &'static str, message: impl FnOnce() -> String) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault { key, message: message() }) }
}
