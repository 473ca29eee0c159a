//! What staff want of mails: see one before it goes, send one again, write one, and try the templates.

use super::{
    Written,
    answered::Answered,
    gather::{Trouble, gather},
    naming::shop_name,
};
use crate::{
    Notifications,
    error::Error,
    model::{About, Kind, Language, Letter, Note, Params, Rendered, Wanted, sample},
    store,
    views::{Addressee, Draft, Example, FlawView, MailView},
};
use bodega_contracts::identity::UserContact;
use bodega_db::{DbError, IdempotencyKey, Replay, StoredAnswer, Tx};
use bodega_kernel::uuid::Uuid;
use serde::Serialize;
use std::time::Duration;

/// How long a mail stays in the mailbox.
const KEPT_FOR: Duration = Duration::from_hours(30 * 24);

/// The HTML of a mail: as it was kept, or as it would be written now.
pub(crate) async fn preview(state: &Notifications, id: Uuid) -> Result<String, Error> {
    let stored = store::find(state.db.reader(), id).await?.ok_or(Error::NotFound)?;
    if stored.kind.is_private() {
        return Err(Error::Private);
    }
    if let Some(html) = store::kept_html(state.db.reader(), id).await? {
        return Ok(html);
    }
    let asked = (stored.kind, &stored.about, &stored.params);
    let answered = Answered::about(state, &[asked]).await;
    let gathered = gather(state, &answered, asked).await.map_err(|trouble| match trouble {
        Trouble::Later(why) => Error::Unanswered(why),
        Trouble::Never(why) => Error::Unwritable(why),
    })?;
    let (language, known) = (gathered.language, gathered.known);
    let words = state.pages.words(language);
    let letter = Letter::new(&answered.shop(), language, words, stored.kind, &known, &gathered.params);
    let rendered = state.pages.render(language, stored.kind, &letter);
    rendered.map(|(mail, _)| mail.html).map_err(|error| Error::Unwritable(error.to_string()))
}

/// An example of a kind, by the templates as they are in their folder now.
pub(crate) async fn show_example(
    state: &Notifications,
    kind: Kind,
    language: Option<Language>,
) -> Result<Example, Error> {
    let (state, shop, language) = (state.clone(), shop_name(state).await, language.unwrap_or(state.language));
    // Reading a folder may block.
    let work = tokio::task::spawn_blocking(move || {
        let pages = state.pages.reloaded();
        let (known, params) = sample(kind).unwrap_or_default();
        let letter = Letter::new(&shop, language, pages.words(language), kind, &known, &params);
        let (mail, failed) = pages.render(language, kind, &letter)?;
        let view = |template: &str, reason: &str| FlawView { template: template.to_owned(), reason: reason.to_owned() };
        let found = pages.flaws().iter().map(|flaw| view(&flaw.template, &flaw.reason));
        let flaws = found.chain(failed.map(|flaw| view(flaw.template(), flaw.reason()))).collect();
        let Rendered { title, text, html } = mail;
        Ok(Example { subject: title, text, html, flaws })
    });
    work.await.unwrap_or_else(|error| Err(Error::Unwritable(error.to_string())))
}

/// Queues a mail again, whatever became of it; not one that is still queued.
pub(crate) async fn resend(
    state: &Notifications,
    id: Uuid,
    key: Option<IdempotencyKey>,
) -> Result<Written<MailView>, Error> {
    let work = async move |tx: &mut Tx| {
        let mail = store::lock(tx, id).await?.ok_or(Error::NotFound)?;
        if mail.state == crate::model::State::Queued {
            return Err(Error::Queued);
        }
        store::queue_again(tx, id).await?;
        store::view(tx, id).await?.ok_or(Error::NotFound)
    };
    let written = state.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 202, work).await).await;
    state.wake.notify_one();
    written
}

/// Queues a mail that staff wrote.
pub(crate) async fn write_note(
    state: &Notifications,
    draft: Draft,
    key: Option<IdempotencyKey>,
) -> Result<Written<MailView>, Error> {
    let Draft { to, language, note } = draft;
    let about = match to {
        Addressee::Address(address) => About { recipient: Some(address), ..About::default() },
        Addressee::User(user) => {
            let contact = state.rpc.ask(UserContact { user_id: user }).await?;
            contact.ok_or_else(|| Error::Invalid("/user_id", "there is no such user".to_owned()))?;
            About { user: Some(user), ..About::default() }
        }
    };
    let work = async move |tx: &mut Tx| queue_note(tx, about, language, note).await;
    let written = state.db.write(async move |tx: &mut Tx| once(tx, key.as_ref(), 202, work).await).await;
    state.wake.notify_one();
    written
}

async fn queue_note(tx: &mut Tx, about: About, language: Option<Language>, note: Note) -> Result<MailView, Error> {
    let subject = tx.world().uuid().to_string();
    let params = Params { note: Some(note), language, ..Params::default() };
    store::insert(tx, &[Wanted { kind: Kind::Note, subject: subject.clone(), about, params }]).await?;
    store::view_of(tx, Kind::Note, &subject).await?.ok_or(Error::NotFound)
}

/// Forgets some of what is old: in the mailbox, and addresses that may be written to again; whether there was anything.
pub(crate) async fn empty_mailbox(state: &Notifications) -> bool {
    let work = async move |tx: &mut Tx| {
        let (kept, mailed) = (store::forget_kept(tx, KEPT_FOR).await?, store::forget_mailed(tx, KEPT_FOR).await?);
        Ok(kept || mailed)
    };
    let forgotten = state.db.write(work).await;
    forgotten.unwrap_or_else(|error: DbError| {
        tracing::warn!(%error, "the mailbox is not emptied");
        false
    })
}

/// Does `work` unless its key was used before.
async fn once<T: Serialize>(
    tx: &mut Tx,
    key: Option<&IdempotencyKey>,
    status: u16,
    work: impl AsyncFnOnce(&mut Tx) -> Result<T, Error>,
) -> Result<Written<T>, Error> {
    let Some(key) = key else { return Ok(Written::Now(work(tx).await?)) };
    match tx.replayed(key).await? {
        Replay::Same(answer) => return Ok(Written::Before(answer)),
        Replay::Other => return Err(Error::KeyReused),
        Replay::New => {}
    }
    let value = work(tx).await?;
    tx.remember(key, &StoredAnswer { status, body: serde_json::to_string(&value)? }).await?;
    Ok(Written::Now(value))
}
