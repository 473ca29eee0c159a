//! Who may be sent what is not transactional: an address at most once a day, so that nobody can have a stranger written to at
//! will, and never again once its reader says so. A link that proves it is in each such mail and names the mail alone.

use super::{gather::Trouble, naming::shop_name};
use crate::{
    Notifications,
    error::Error,
    model::Language,
    store::{self, Claimed, Permit, Stored},
};
use bodega_db::{DbError, Tx};
use std::time::Duration;

/// What the tokens of such links are for.
const PURPOSE: &str = "unsubscribe";
/// How long a link can be followed after its mail was queued.
const LINK_LIFE: Duration = Duration::from_hours(5 * 366 * 24);
/// How long an address is left alone after such a mail.
const PAUSE: Duration = Duration::from_hours(24);

/// Where the reader of a mail unsubscribes: the same in every repeat.
pub(super) fn unsubscribe_link(state: &Notifications, claimed: &Claimed) -> String {
    let token = state.guests.sign(PURPOSE, claimed.id, claimed.queued.plus(LINK_LIFE));
    format!("{}/v1/mails/unsubscribe?token={token}", state.base_url)
}

/// Whether a mail may go to an address; notes that it goes.
pub(super) async fn permit(state: &Notifications, claimed: &Claimed, recipient: &str) -> Result<(), Trouble> {
    let (mail, address) = (claimed.id, key_of(recipient));
    let permit = state.db.write(async move |tx: &mut Tx| store::permit(tx, &address, mail, PAUSE).await).await;
    match permit.map_err(|error: DbError| Trouble::Later(error.to_string()))? {
        Permit::Granted => Ok(()),
        Permit::Unsubscribed => Err(Trouble::Never("unsubscribed".to_owned())),
        Permit::TooSoon => Err(Trouble::Never("the address had such a mail within a day".to_owned())),
    }
}

/// The page that asks the reader of a mail whether they mean it: programs follow links, too.
pub(crate) async fn ask_reader(state: &Notifications, token: &str) -> Result<String, Error> {
    let stored = mail_of(state, token).await?;
    show(state, &stored, false).await
}

/// Notes that the reader of a mail wants no more of its kind; says so on a page.
pub(crate) async fn unsubscribe(state: &Notifications, token: &str) -> Result<String, Error> {
    let stored = mail_of(state, token).await?;
    // It is noted just after the mail was handed over.
    let recipient = stored.view.recipient.as_deref().ok_or_else(|| Error::Unanswered("not yet noted".to_owned()))?;
    let address = key_of(recipient);
    state.db.write(async move |tx: &mut Tx| store::unsubscribe(tx, &address).await).await?;
    show(state, &stored, true).await
}

async fn mail_of(state: &Notifications, token: &str) -> Result<Stored, Error> {
    let mail = state.guests.verify(PURPOSE, token, state.world.now()).ok_or(Error::LinkUnknown)?;
    store::find(state.db.reader(), mail).await?.ok_or(Error::LinkUnknown)
}

async fn show(state: &Notifications, stored: &Stored, done: bool) -> Result<String, Error> {
    let language = stored.view.language.as_deref().and_then(Language::of).unwrap_or(state.language);
    Ok(state.pages.unsubscribing(&shop_name(state).await, language, done)?)
}

/// An address as it is compared: no server tells two of them apart by their case.
fn key_of(address: &str) -> String {
    address.trim().to_lowercase()
}
