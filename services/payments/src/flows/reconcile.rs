//! Compares our books with the providers': once a day all of yesterday's, page by page. What differs is kept once, for
//! somebody to look at; nothing is put right by itself.

use crate::{
    Payments,
    clients::{Provider, Statement},
    error::Error,
    model::{CallError, ChargeKey},
    store::{self, Difference, Ours, Phase, Reconciling},
};
use bodega_db::DbError;
use bodega_kernel::Time;
use std::{collections::HashMap, time::Duration};
use uuid::Uuid;

/// The most charges compared at a time.
const PAGE: usize = 100;
/// How long a difference is kept after it was dealt with.
const REMEMBERED: Duration = Duration::from_hours(400 * 24);

/// A difference that was seen, to be checked once more when it is written.
type Seen = (Difference, Ours, i64);

/// Compares the next page there is; whether there was one. Where the provider does not answer, the page is taken again
/// when its claim has run out.
pub(crate) async fn compare_books(payments: &Payments) -> bool {
    let claimed = payments.db.write(async |tx| {
        store::begin_day(tx).await?;
        store::next_page(tx).await
    });
    let page = match claimed.await {
        Ok(Some(page)) => page,
        Ok(None) => return false,
        Err(error) => {
            let error: DbError = error;
            tracing::warn!(%error, "the comparison with the providers' books waits");
            return false;
        }
    };
    let compared = match page.phase {
        Phase::Ours => compare_ours(payments, &page).await,
        Phase::Theirs | Phase::Over => compare_theirs(payments, &page).await,
    };
    if compared.is_err() {
        tracing::warn!("the comparison with the providers' books waits for them");
    }
    compared.is_ok()
}

/// Notes what has had no answer for too long, and asks for it at once; whether there was anything new.
pub(crate) async fn note_stuck(payments: &Payments) -> bool {
    let (before, now) = (payments.stuck_after, payments.world.now());
    let before = Time::from_ms(now.ms() - i64::try_from(before.as_millis()).unwrap_or(i64::MAX));
    let noted = payments.db.write(async move |tx| store::note_stuck(tx, before).await).await;
    let noted = noted.unwrap_or_else(|error: DbError| {
        tracing::warn!(%error, "what is stuck cannot be looked for");
        0
    });
    if noted > 0 {
        tracing::error!(noted, alert = true, "calls to providers have had no answer for too long");
        payments.work.wake_callers();
        payments.work.wake_refunders();
    }
    noted > 0
}

/// Forgets some of the differences that were dealt with long ago; whether there may be more.
pub(crate) async fn forget_settled(payments: &Payments) -> bool {
    let then = payments.world.now().ms() - i64::try_from(REMEMBERED.as_millis()).unwrap_or(i64::MAX);
    let forgotten = payments.db.write(async move |tx| store::forget_settled(tx, Time::from_ms(then)).await).await;
    forgotten.unwrap_or_else(|error: DbError| {
        tracing::warn!(%error, "differences that were dealt with cannot be forgotten");
        false
    })
}

/// Somebody dealt with a difference.
pub(crate) async fn resolve_mismatch(payments: &Payments, id: Uuid, note: String, actor: String) -> Result<(), Error> {
    let resolved = payments.db.write(async move |tx| store::resolve(tx, id, &note, &actor).await).await?;
    match resolved {
        Some(true) => Ok(()),
        Some(false) => Err(Error::AlreadyResolved),
        None => Err(Error::NotFound),
    }
}

/// There is no answer yet.
struct Waits;

impl From<CallError> for Waits {
    fn from(_: CallError) -> Self {
        Self
    }
}

impl From<DbError> for Waits {
    fn from(error: DbError) -> Self {
        tracing::warn!(%error, "books cannot be compared");
        Self
    }
}

async fn compare_ours(payments: &Payments, page: &Reconciling) -> Result<(), Waits> {
    let read = page.clone();
    let (ours, last) = payments.db.write(async move |tx| store::ours(tx, &read, PAGE).await).await?;
    let mut by_provider: HashMap<&str, Vec<&Ours>> = HashMap::new();
    for known in &ours {
        by_provider.entry(&known.provider).or_default().push(known);
    }
    let mut seen = Vec::new();
    for (name, ours) in by_provider {
        let Some(provider) = payments.providers.named(name) else { continue };
        let keys: Vec<ChargeKey> = ours.iter().map(|known| known.key).collect();
        let theirs: HashMap<ChargeKey, Statement> =
            provider.statements(&keys).await?.into_iter().map(|theirs| (theirs.key, theirs)).collect();
        seen.extend(ours.into_iter().flat_map(|known| differences(known, theirs.get(&known.key))));
    }
    keep(payments, page, seen, last.map(|key| key.to_string())).await
}

fn differences(ours: &Ours, theirs: Option<&Statement>) -> Vec<Seen> {
    let Some(theirs) = theirs else {
        let missing = (ours.captured > 0).then(|| (Difference::MissingThere, ours.clone(), 0));
        return missing.into_iter().collect();
    };
    let taken = (theirs.captured.amount != ours.captured || theirs.captured.currency != ours.currency)
        .then(|| (Difference::Captured, ours.clone(), theirs.captured.amount));
    let given = (theirs.refunded != ours.refunded).then(|| (Difference::Refunded, ours.clone(), theirs.refunded));
    taken.into_iter().chain(given).collect()
}

async fn compare_theirs(payments: &Payments, page: &Reconciling) -> Result<(), Waits> {
    let (mut seen, mut last) = (Vec::new(), None);
    for provider in payments.providers.with_books() {
        let charges = provider.charges(page.span(), &page.after, PAGE).await?;
        let keys: Vec<ChargeKey> = charges.iter().map(|charge| charge.key).collect();
        last = keys.last().filter(|_| keys.len() == PAGE).map(ToString::to_string);
        let unknown = payments.db.write(async move |tx| store::strangers(tx, &keys).await).await?;
        let taken = |charge: &&Statement| charge.captured.amount > 0 && unknown.contains(&charge.key);
        seen.extend(charges.iter().filter(taken).map(|charge| stranger(&provider, charge)));
    }
    keep(payments, page, seen, last).await
}

fn stranger(provider: &Provider, charge: &Statement) -> Seen {
    let provider = provider.name().to_owned();
    let nothing = Ours { key: charge.key, provider, captured: 0, refunded: 0, currency: charge.captured.currency };
    (Difference::UnknownHere, nothing, charge.captured.amount)
}

async fn keep(payments: &Payments, page: &Reconciling, seen: Vec<Seen>, last: Option<String>) -> Result<(), Waits> {
    let page = page.clone();
    let kept = payments.db.write(async move |tx| {
        for (kind, ours, theirs) in &seen {
            if store::note_difference(tx, *kind, ours, *theirs).await? {
                let (key, kind) = (ours.key, kind.word());
                tracing::error!(%key, kind, theirs, alert = true, "a provider's books say otherwise than ours");
            }
        }
        store::end_page(tx, &page, last).await
    });
    Ok(kept.await?)
}
