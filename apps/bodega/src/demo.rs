//! The sample shop of `bodega up --demo`: people, an assortment of our own, and pictures that are drawn by code.

mod assortment;
mod listing;
mod pictures;
mod studio;
#[cfg(test)]
mod tests;
mod things;

use crate::{Shop, client::ShopClient, commands::admin::create_user};
use anyhow::{Context as _, ensure};
use assortment::Assortment;
use bodega_kernel::Role;
use bodega_settings::Settings;
use listing::Listing;
pub use pictures::hang;
use std::{fmt::Write, net::SocketAddr, time::Duration};

/// Who may log in, and how. Known to everybody, which is why a demo only listens on this machine.
const PEOPLE: [(&str, &str, Role); 3] = [
    ("admin@example.com", "orchard-lantern-admin", Role::Admin),
    ("staff@example.com", "orchard-lantern-staff", Role::Staff),
    ("shopper@example.com", "orchard-lantern-shopper", Role::Customer),
];

/// Where a bank transfer would go.
const BANK: &str = "Harbour & Hearth Ltd (sample), sort code 00-00-00, account 00000000";

/// How long a new shop may take until every service has heard of its goods.
const PATIENCE: Duration = Duration::from_secs(5);

/// Allows the payment simulator, and with it only addresses of this machine.
pub fn adjust(settings: &mut Settings) -> anyhow::Result<()> {
    let address: SocketAddr =
        settings.server.listen.parse().context("a demo listens on an address such as 127.0.0.1:8080")?;
    ensure!(address.ip().is_loopback(), "a demo takes play money from everybody, so it listens on 127.0.0.1 only");
    settings.payments.providers = vec!["simulator".to_owned(), "manual".to_owned()];
    settings.shipping.carriers = vec!["manual".to_owned(), "simulator".to_owned()];
    settings.mail.mailbox_keeps_links = true;
    if settings.payments.manual.bank_details.is_empty() {
        BANK.clone_into(&mut settings.payments.manual.bank_details);
    }
    if settings.shop.base_url == Settings::defaults().shop.base_url {
        settings.shop.base_url = format!("http://{address}");
    }
    Ok(())
}

/// Fills the shop with goods and people; a second time changes nothing. Answers what to tell the newcomer. Pictures are
/// not among it: see [`hang`].
pub async fn fill(shop: &Shop) -> anyhow::Result<String> {
    for (email, password, role) in PEOPLE {
        create_user(shop, email, password, role).await?;
    }
    let assortment = Assortment::read()?;
    let (url, serving) = shop.serve_here().await?;
    let (email, password, _) = PEOPLE[1];
    let staff = ShopClient::new(&url, None)?.log_in(email, password).await?;
    let listing = Listing { staff: &staff, assortment: &assortment, currency: &shop.settings.shop.currency };
    if listing.fill().await? {
        // Whoever orders at once finds everything; a shop that takes longer opens all the same.
        let _ = shop.settle(PATIENCE).await;
    }
    serving.abort();
    let mut logins = String::from("  Sample log-ins");
    for (email, password, role) in PEOPLE {
        // Writing to a String cannot fail.
        let _ = write!(logins, "\n    {email:<20} {password:<22} {role:?}");
    }
    Ok(logins)
}
