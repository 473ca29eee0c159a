//! Sends what is due: claims it, writes and hands it over in no transaction, records what came of it.

use super::{
    answered::Answered,
    gather::{Gathered, Trouble, gather},
    order_link::opened,
    unsubscribe::{permit, unsubscribe_link},
};
use crate::{
    Notifications,
    clients::{Line, Outcome, Outgoing, PATIENCE, Post},
    model::{GIVE_UP_AFTER, Letter, Rendered, message_id, retry_after},
    store::{self, Claimed, Copy, Report, Verdict},
};
use bodega_db::{DbError, crash_point};
use futures_util::future::{join, join_all};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
    vec,
};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The most mails of one step.
const BATCH: usize = 32;
/// How many are handed over at the same time, each over its own connection.
const LINES: usize = 4;
/// How often a record is tried before it is left to whoever claims next.
const RECORDINGS: u32 = 6;

/// Sends what is due; whether there was anything.
pub(crate) async fn send_due(state: &Notifications) -> bool {
    let limit = BATCH.min(state.pace.most());
    let claims = state.db.write(async move |tx| store::claim(tx, limit).await);
    let claimed = claims.await.unwrap_or_else(|error: DbError| {
        tracing::warn!(%error, "mails wait");
        Vec::new()
    });
    if claimed.is_empty() {
        return false;
    }
    state.pace.take(claimed.len()).await;
    let asked: Vec<_> = claimed.iter().map(|mail| (mail.kind, &mail.about, &mail.params)).collect();
    let answered = Answered::about(state, &asked).await;
    let lines = LINES.min(claimed.len());
    let queue = Mutex::new(claimed.into_iter());
    let (reports, told) = channel(BATCH);
    let sending = join_all((0..lines).map(|_| send_some(state, &answered, &queue, reports.clone())));
    drop(reports);
    join(sending, record_all(state, told)).await;
    true
}

async fn send_some(
    state: &Notifications,
    answered: &Answered,
    queue: &Mutex<vec::IntoIter<Claimed>>,
    reports: Sender<Report>,
) {
    let mut line = state.post.line();
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    while let Some(claimed) = next() {
        // Whoever claims it next must not find us sending it.
        if claimed.until > state.world.now().plus(PATIENCE) {
            let report = send(state, answered, &mut line, &claimed).await;
            // Whoever records stays for as long as anything is sent.
            let _ = reports.send(report).await;
        }
    }
    line.close().await;
}

async fn send(state: &Notifications, answered: &Answered, line: &mut Line, claimed: &Claimed) -> Report {
    let mut report = Report::of(claimed);
    let written = write(state, answered, claimed, &mut report).await;
    let outcome = match &written {
        Ok(outgoing) => {
            crash_point("notifications", "send.before");
            let outcome = line.send(&state.sender, outgoing).await;
            crash_point("notifications", "send.after");
            outcome
        }
        Err(Trouble::Later(why)) => Outcome::Later(why.clone()),
        Err(Trouble::Never(why)) => Outcome::Refused(why.clone()),
    };
    report.verdict = verdict(state, claimed, &outcome);
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
    if matches!(state.post, Post::Mailbox) && report.verdict == Verdict::Sent {
        report.copy = written.ok().map(|outgoing| Arc::new(copy_of(state, outgoing)));
    }
    Report { outcome: word, detail: store::shortened(&detail), ..report }
}

/// Writes a mail; what is known of it by then goes into the report.
async fn write(
    state: &Notifications,
    answered: &Answered,
    claimed: &Claimed,
    report: &mut Report,
) -> Result<Outgoing, Trouble> {
    let gathered = gather(state, answered, (claimed.kind, &claimed.about, &claimed.params)).await?;
    let Gathered { recipient, language, known, mut params } = gathered;
    report.recipient = Some(recipient.clone());
    report.language = Some(language.code());
    if !claimed.kind.is_transactional() {
        permit(state, claimed, &recipient).await?;
        params.unsubscribe = Some(unsubscribe_link(state, claimed));
    }
    // What is kept can be read by staff: a link or a code is in a mail that leaves, and nowhere else but in a demonstration.
    if matches!(state.post, Post::Mailbox) && !state.mailbox_keeps_links {
        if claimed.kind.is_private() {
            params = params.redacted();
        }
    } else if let Some(opened) = opened(state, claimed, &known, &params) {
        params = opened;
        report.private = true;
    }
    let shop = answered.shop();
    let letter = Letter::new(&shop, language, state.pages.words(language), claimed.kind, &known, &params);
    let rendered = state.pages.render(language, claimed.kind, &letter);
    let (mail, _) = rendered.map_err(|error| Trouble::Never(error.to_string()))?;
    report.title = Some(mail.title.clone());
    Ok(Outgoing {
        id: claimed.id,
        message_id: message_id(claimed.id, claimed.resends, state.sender.domain()),
        at: claimed.queued,
        recipient,
        name: letter.name().map(str::to_owned),
        shop,
        unsubscribe: params.unsubscribe,
        mail,
    })
}

fn copy_of(state: &Notifications, outgoing: Outgoing) -> Copy {
    let Outgoing { message_id, shop, recipient, mail, .. } = outgoing;
    let Rendered { title, text, html } = mail;
    Copy { message_id, sender: state.sender.shown(&shop), recipient, title, text, html }
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

/// Records what comes, all that waits at once.
async fn record_all(state: &Notifications, mut told: Receiver<Report>) {
    let mut reports = Vec::with_capacity(BATCH);
    while told.recv_many(&mut reports, BATCH).await > 0 {
        join_all(reports.drain(..).map(|report| record(state, report))).await;
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
