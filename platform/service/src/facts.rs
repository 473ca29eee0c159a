//! What every service says of its events, its inbox and its own work to be done, for `verify`.

use bodega_db::{Db, DbError, params};
use bodega_kernel::{Question, Time};
use bodega_rpc::{Answers, OwnDescription, RpcError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many rows an answer holds.
const PAGE: i64 = 2_000;

/// Asked of any service: its events by number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventFacts {
    /// The last number of the page before; 0 at first.
    pub after: i64,
}

/// An event that was stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventFact {
    /// Its number.
    pub seq: i64,
    /// Its id.
    pub id: Uuid,
    /// Its type.
    pub kind: String,
    /// When it happened.
    pub at: Time,
}

/// Asked of any service: what it has handled, by event id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InboxFacts {
    /// The last event of the page before.
    pub after: Option<Uuid>,
}

/// An event that was handled or dead-lettered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InboxFact {
    /// Its id.
    pub event_id: Uuid,
    /// The service it happened in.
    pub source: String,
}

/// Asked of any service: what it still has to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StandingFacts {}

/// What a service still has to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standstill {
    /// Events that no broker has confirmed.
    pub unsent: i64,
    /// When the oldest of them was committed.
    #[serde(default)]
    pub oldest_unsent: Option<Time>,
    /// Events that could not be handled.
    pub dead_letters: i64,
    /// The types of event it hears.
    pub hears: Vec<String>,
    /// By source: the number up to which it has handled all events; of those that it reads in their order.
    #[serde(default)]
    pub cursors: BTreeMap<String, i64>,
    /// Whether its own events are numbered without gaps.
    #[serde(default)]
    pub gapless: bool,
    /// Its clock.
    pub now: Time,
}

macro_rules! asked_of_any {
    ($($question:ident -> $answer:ty, $name:literal);+ $(;)?) => {$(
        impl Question for $question {
            const SERVICE: &'static str = "";
            const NAME: &'static str = $name;
            type Answer = $answer;
        }
    )+};
}

asked_of_any! {
    EventFacts -> Vec<EventFact>, "event_facts";
    InboxFacts -> Vec<InboxFact>, "inbox_facts";
    StandingFacts -> Standstill, "standing_facts";
}

/// The answers that every service gives besides its own.
pub(crate) fn answers(db: &Db, hears: Vec<String>, described: Box<RawValue>, answers: Answers) -> Answers {
    let (events, inbox, standing) = (db.clone(), db.clone(), db.clone());
    answers
        .on::<EventFacts, _>(async move |question: EventFacts| {
            event_facts(&events, question.after).await.map_err(refused)
        })
        .on::<InboxFacts, _>(async move |question: InboxFacts| {
            inbox_facts(&inbox, question.after).await.map_err(refused)
        })
        .on::<StandingFacts, _>(async move |_: StandingFacts| {
            standing_facts(&standing, hears.clone()).await.map_err(refused)
        })
        .on::<OwnDescription, _>(async move |_: OwnDescription| Ok(described))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn refused(error: DbError) -> RpcError {
    RpcError::Unavailable(error.to_string())
}

async fn event_facts(db: &Db, after: i64) -> Result<Vec<EventFact>, DbError> {
    db.write(async move |tx| {
        let sql = "SELECT seq, id, kind, at_ms FROM events WHERE seq > $1 ORDER BY seq LIMIT $2";
        let rows = tx.query(sql, &params![after, PAGE]).await?;
        let fact = |row: &bodega_db::Row| {
            Ok(EventFact { seq: row.get(0)?, id: row.get(1)?, kind: row.get(2)?, at: row.get(3)? })
        };
        rows.iter().map(fact).collect()
    })
    .await
}

async fn inbox_facts(db: &Db, after: Option<Uuid>) -> Result<Vec<InboxFact>, DbError> {
    let after = after.unwrap_or(Uuid::nil());
    db.write(async move |tx| {
        let sql = "SELECT event_id, source FROM inbox WHERE event_id > $1 ORDER BY event_id LIMIT $2";
        let rows = tx.query(sql, &params![after, PAGE]).await?;
        rows.iter().map(|row| Ok(InboxFact { event_id: row.get(0)?, source: row.get(1)? })).collect()
    })
    .await
}

async fn standing_facts(db: &Db, hears: Vec<String>) -> Result<Standstill, DbError> {
    let gapless = db.has_one_owner();
    db.write(async move |tx| {
        let sql = "SELECT (SELECT COUNT(*) FROM unsent), (SELECT COUNT(*) FROM dead_letters), \
                   (SELECT e.at_ms FROM events e WHERE e.seq = (SELECT MIN(seq) FROM unsent))";
        let row = tx.query_one(sql, &[]).await?.ok_or_else(|| DbError::Refused("no count".into()))?;
        let cursors = tx.query("SELECT source, seq FROM cursors ORDER BY source LIMIT 100", &[]).await?;
        let cursors = cursors.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, DbError>>()?;
        let (unsent, dead_letters, oldest_unsent) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Standstill { unsent, oldest_unsent, dead_letters, hears, cursors, gapless, now: tx.now() })
    })
    .await
}
