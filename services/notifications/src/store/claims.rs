//! Claims: who sends a mail next. A claim is a lease; when it ends without a record, somebody else repeats the mail.

use super::{about, from_json, read_kind};
use crate::model::{About, Kind, Params, State};
use bodega_db::{DbError, OnConflict, Row, Tx, params};
use bodega_kernel::{Time, uuid::Uuid};
use std::{sync::Arc, time::Duration};

/// How long a claim lasts: all of a batch, one after the other over few lines, with time to spare.
const LEASE: Duration = Duration::from_mins(8);

/// The most characters of what a server says that are kept.
const MAX_DETAIL: usize = 500;

/// The most mails in the mailbox: the newest.
const MAX_KEPT: i64 = 2_000;

/// A mail to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Claimed {
    /// Which.
    pub(crate) id: Uuid,
    /// What it says.
    pub(crate) kind: Kind,
    /// Who is asked.
    pub(crate) about: About,
    /// What its event said.
    pub(crate) params: Params,
    /// Tries since it was queued, this one included.
    pub(crate) tries: i64,
    /// Attempts in all, this one included: its number in the log.
    pub(crate) attempt: i64,
    /// How often staff sent it again.
    pub(crate) resends: i64,
    /// Since when it is queued.
    pub(crate) queued: Time,
    /// The claim.
    pub(crate) lease: Uuid,
    /// Since when the claim holds.
    pub(crate) since: Time,
    /// Until when.
    pub(crate) until: Time,
}

/// What becomes of a mail after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is sent.
    Sent,
    /// It is tried again then.
    Again(Time),
    /// It is given up.
    Failed,
}

/// What came of an attempt.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) id: Uuid,
    pub(crate) attempt: i64,
    pub(crate) started: Time,
    pub(crate) lease: Uuid,
    pub(crate) private: bool,
    pub(crate) verdict: Verdict,
    pub(crate) outcome: &'static str,
    pub(crate) detail: String,
    pub(crate) recipient: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) language: Option<&'static str>,
    pub(crate) copy: Option<Arc<Copy>>,
}

/// A mail as it is kept in the mailbox.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(crate) message_id: String,
    pub(crate) sender: String,
    pub(crate) recipient: String,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Report {
    /// Of an attempt of which nothing is known yet.
    pub(crate) fn of(claimed: &Claimed) -> Self {
        Self {
            id: claimed.id,
            attempt: claimed.attempt,
            started: claimed.since,
            lease: claimed.lease,
            private: claimed.kind.is_private(),
            verdict: Verdict::Failed,
            outcome: "unknown",
            detail: String::new(),
            recipient: None,
            title: None,
            language: None,
            copy: None,
        }
    }
}

/// When the attempt under this claim began.
pub(super) fn began(until: Time) -> Time {
    Time::from_ms(until.ms() - LEASE.as_millis() as i64)
}

/// Claims mails that are due, those that have waited longest first. That an attempt is under way is known by the claim
/// alone; one whose claim ended without a record is noted as lost.
pub(crate) async fn claim(tx: &mut Tx, limit: usize) -> Result<Vec<Claimed>, DbError> {
    let sql = "SELECT id, kind, order_id, user_id, recipient, params, tries, attempts, resends, queued_ms, lease, due_ms \
               FROM mails WHERE due_ms <= $1 ORDER BY due_ms LIMIT $2 {skip locked}";
    let now = tx.now();
    let rows = tx.query(sql, &params![now, limit as i64]).await?;
    let (lease, until) = (tx.world().uuid(), now.plus(LEASE));
    let claimed = rows.iter().map(|row| read(row, lease, now, until)).collect::<Result<Vec<Claimed>, DbError>>()?;
    let mut lost = Vec::new();
    for (row, claimed) in rows.iter().zip(&claimed) {
        if row.get::<Option<Uuid>>(10)?.is_some() {
            let started = began(row.get(11)?);
            lost.push(params![claimed.id, claimed.attempt - 1, "unknown", started, now].to_vec());
        }
    }
    // Earlier versions noted an attempt when it began.
    let sql = "INSERT INTO attempts (mail_id, number, outcome, started_ms, ended_ms) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (mail_id, number) DO UPDATE SET outcome = excluded.outcome, ended_ms = excluded.ended_ms \
               WHERE attempts.outcome = 'sending'";
    tx.execute_each(sql, &lost).await?;
    let sql = "UPDATE mails SET lease = $2, due_ms = $3, tries = tries + 1, attempts = attempts + 1 WHERE id = $1";
    let rows: Vec<_> = claimed.iter().map(|claimed| params![claimed.id, lease, until].to_vec()).collect();
    tx.execute_each(sql, &rows).await?;
    Ok(claimed)
}

/// Records what came of attempts. Where somebody else has claimed the mail since, only the log is written.
pub(crate) async fn record(tx: &mut Tx, reports: &[Report]) -> Result<Vec<()>, DbError> {
    let now = tx.now();
    let (mut mails, mut attempts, mut copies) = (Vec::new(), Vec::new(), Vec::new());
    for report in reports {
        let (state, due, sent) = match report.verdict {
            Verdict::Sent => (State::Sent, None, Some(now)),
            Verdict::Again(due) => (State::Queued, Some(due), None),
            Verdict::Failed => (State::Failed, None, None),
        };
        let error = (report.verdict != Verdict::Sent).then_some(report.detail.as_str());
        let (recipient, title) = (report.recipient.as_deref(), report.title.as_deref());
        let state = state.word();
        let row = params![report.id, report.lease, state, due, error, recipient, title, report.language, sent];
        mails.push(row.to_vec());
        let detail = report.detail.as_str();
        attempts.push(params![report.id, report.attempt, report.outcome, detail, report.started, now].to_vec());
        if let (Verdict::Sent, Some(copy)) = (report.verdict, &report.copy) {
            let Copy { message_id, sender, recipient, title, text, html } = copy.as_ref();
            let row = params![report.id, message_id, sender, recipient, title, text, html, report.private, now];
            copies.push(row.to_vec());
        }
    }
    let sql = "UPDATE mails SET state = $3, due_ms = $4, lease = NULL, error = $5, recipient = COALESCE($6, recipient), \
               title = COALESCE($7, title), language = COALESCE($8, language), sent_ms = $9 WHERE id = $1 AND lease = $2";
    tx.execute_each(sql, &mails).await?;
    // It may have been given up as lost meanwhile.
    let sql = "INSERT INTO attempts (mail_id, number, outcome, detail, started_ms, ended_ms) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (mail_id, number) DO UPDATE \
               SET outcome = excluded.outcome, detail = excluded.detail, ended_ms = excluded.ended_ms";
    tx.execute_each(sql, &attempts).await?;
    let columns =
        &["mail_id", "message_id", "sender", "recipient", "title", "text_part", "html_part", "private", "at_ms"];
    if tx.insert_rows("mailbox", columns, OnConflict::Skip, &copies).await? > 0 {
        let sql = "DELETE FROM mailbox WHERE seq <= (SELECT MAX(seq) FROM mailbox) - $1";
        tx.execute(sql, &params![MAX_KEPT]).await?;
    }
    Ok(vec![(); reports.len()])
}

/// What a server says, as far as it is kept.
pub(crate) fn shortened(detail: &str) -> String {
    let clean = detail.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    clean.take(MAX_DETAIL).collect()
}

fn read(row: &Row, lease: Uuid, since: Time, until: Time) -> Result<Claimed, DbError> {
    Ok(Claimed {
        id: row.get(0)?,
        kind: read_kind(&row.get::<String>(1)?)?,
        about: about(row.get(2)?, row.get(3)?, row.get(4)?),
        params: from_json(&row.get::<String>(5)?)?,
        tries: row.get::<i64>(6)? + 1,
        attempt: row.get::<i64>(7)? + 1,
        resends: row.get(8)?,
        queued: row.get(9)?,
        lease,
        since,
        until,
    })
}
