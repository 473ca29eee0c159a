//! Sends what is due: claims it, writes and hands it over in no transaction, records what came of it.

use super::{
    gather::{Gathered, Trouble, gather},
    unsubscribe::{permit, unsubscribe_link},
};
use crate::{
    Notifications,
    clients::{Line, Message, Outcome, PATIENCE, Post, Stamp},
    model::{GIVE_UP_AFTER, Letter, Params, Rendered, message_id, retry_after},
    pages::name_of,
    store::{self, Claimed, Copy, Report, Verdict},
};
use bodega_db::{DbError, crash_point};
use futures_util::future::join_all;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
    vec,
};

/// The most mails of one step.
const BATCH: usize = 32;
/// How many are handed over at the same time, each over its own connection.
const LINES: usize = 4;
/// How long a claim lasts: all of a batch, one after the other over few lines, with time to spare.
const LEASE: Duration = Duration::from_mins(8);
/// How often a record is tried before it is left to whoever claims next.
const RECORDINGS: u32 = 6;

/// Sends what is due; whether there was anything.
pub(crate) async fn send_due(state: &Notifications) -> bool {
    let limit = BATCH.min(state.pace.most());
    let claims = state.db.write(async move |tx| store::claim(tx, limit, LEASE).await);
    let claimed = claims.await.unwrap_or_else(|error: DbError| {
        tracing::warn!(%error, "mails wait");
        Vec::new()
    });
    if claimed.is_empty() {
        return false;
    }
    state.pace.take(claimed.len()).await;
    let lines = LINES.min(claimed.len());
    let queue = Mutex::new(claimed.into_iter());
    join_all((0..lines).map(|_| send_some(state, &queue))).await;
    true
}

async fn send_some(state: &Notifications, queue: &Mutex<vec::IntoIter<Claimed>>) {
    let mut line = state.post.line();
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    while let Some(claimed) = next() {
        // Whoever claims it next must not find us sending it.
        if claimed.until > state.world.now().plus(PATIENCE) {
            let report = send(state, &mut line, claimed).await;
            record(state, report).await;
        }
    }
    line.close().await;
}

async fn send(state: &Notifications, line: &mut Line, claimed: Claimed) -> Report {
    let mut report = Report::of(&claimed);
    let outcome = match write(state, &claimed, &mut report).await {
        Ok(message) => {
            crash_point("notifications", "send.before");
            let outcome = line.send(&message).await;
            crash_point("notifications", "send.after");
            outcome
        }
        Err(Trouble::Later(why)) => Outcome::Later(why),
        Err(Trouble::Never(why)) => Outcome::Refused(why),
    };
    report.verdict = verdict(state, &claimed, &outcome);
    let (word, detail) = match outcome {
        Outcome::Accepted(detail) => ("accepted", detail),
        Outcome::Later(detail) => ("later", detail),
        Outcome::Unknown(detail) => ("unknown", detail),
        Outcome::Refused(detail) => ("refused", detail),
    };
    // That a reminder is not wanted any more is nobody's fault.
    if report.verdict == Verdict::Failed && claimed.kind.is_transactional() {
        tracing::warn!(mail = %claimed.id, kind = claimed.kind.word(), detail, "a mail is given up");
    }
    Report { outcome: word, detail: store::shortened(&detail), ..report }
}

/// Writes a mail; what is known of it by then goes into the report.
async fn write(state: &Notifications, claimed: &Claimed, report: &mut Report) -> Result<Message, Trouble> {
    let gathered = gather(state, claimed.kind, &claimed.about, &claimed.params).await?;
    let Gathered { recipient, language, known, mut params } = gathered;
    report.recipient = Some(recipient.clone());
    report.language = Some(language.code());
    if !claimed.kind.is_transactional() {
        permit(state, claimed, &recipient).await?;
        params.unsubscribe = Some(unsubscribe_link(state, claimed));
    }
    let letter =
        |params: &Params| Letter::new(&state.shop, language, state.pages.words(language), claimed.kind, &known, params);
    let render = |letter: &Letter| {
        let rendered = state.pages.render(&name_of(language, claimed.kind), letter);
        rendered.map(|(mail, _)| mail).map_err(|error| Trouble::Never(error.to_string()))
    };
    let private = claimed.kind.is_private();
    let copied = private.then(|| render(&letter(&params.redacted()))).transpose()?;
    let letter = letter(&params);
    let mail = render(&letter)?;
    report.title = Some(mail.title.clone());
    let id = message_id(claimed.id, claimed.resends, state.sender.domain());
    let unsubscribe = params.unsubscribe.as_deref();
    let stamp = Stamp { id: claimed.id, message_id: &id, at: claimed.queued, unsubscribe };
    let written = state.sender.write(stamp, &recipient, letter.name(), &mail);
    let message = written.map_err(Trouble::Never)?;
    if matches!(state.post, Post::Mailbox) {
        // What is kept can be read by staff: a link or a code is in the mail alone.
        let Rendered { title, text, html } = copied.unwrap_or(mail);
        let sender = state.sender.shown();
        report.copy = Some(Copy { message_id: id, sender, recipient, title, text, html });
    }
    Ok(message)
}

fn verdict(state: &Notifications, claimed: &Claimed, outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Accepted(_) => Verdict::Sent,
        Outcome::Refused(_) => Verdict::Failed,
        Outcome::Later(_) | Outcome::Unknown(_) => {
            let next = state.world.now().plus(retry_after(claimed.tries, &state.world));
            if next > claimed.queued.plus(GIVE_UP_AFTER) { Verdict::Failed } else { Verdict::Again(next) }
        }
    }
}

/// Records a report. Where the database does not take it, the claim ends by itself and the mail is repeated, recognisably.
async fn record(state: &Notifications, report: Report) {
    let mut pause = Duration::from_millis(20);
    for _ in 0..RECORDINGS {
        match state.reports.submit(report.clone()).await {
            Ok(()) => return,
            Err(error) if error.is_transient() => tracing::warn!(%error, "what came of a mail waits to be recorded"),
            Err(error) => {
                tracing::error!(%error, alert = true, "what came of a mail cannot be recorded");
                return;
            }
        }
        tokio::time::sleep(pause).await;
        pause *= 3;
    }
}
