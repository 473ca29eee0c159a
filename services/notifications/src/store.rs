//! The statements of a transaction: queueing, claiming and recording. Reads for pages and facts are in `reads`, through
//! the entities.

mod addresses;
mod claims;
mod entities;
mod reads;

pub(crate) use addresses::{Permit, forget_mailed, permit, unsubscribe};
pub(crate) use claims::{Claimed, Copy, Report, Verdict, claim, record, shortened};
pub(crate) use reads::{Filter, Stored, attempts_of, confirmation_facts, find, kept_html, list_kept, list_mails};

use crate::{
    model::{About, Kind, Params, State, Wanted},
    views::MailView,
};
use bodega_contracts::OrderId;
use bodega_db::{DbError, OnConflict, Row, Tx, params};
use bodega_kernel::{UserId, uuid::Uuid};
use std::time::Duration;

const COLUMNS: &[&str] = &[
    "id",
    "kind",
    "subject",
    "order_id",
    "user_id",
    "recipient",
    "params",
    "state",
    "due_ms",
    "tries",
    "attempts",
    "resends",
    "created_ms",
    "queued_ms",
];

/// What a transaction needs to know of a mail.
pub(crate) struct Locked {
    pub(crate) state: State,
}

/// Queues mails, due now; leaves those that are there.
pub(crate) async fn insert(tx: &mut Tx, wanted: &[Wanted]) -> Result<(), DbError> {
    let now = tx.now();
    let mut rows = Vec::with_capacity(wanted.len());
    for Wanted { kind, subject, about, params } in wanted {
        let (id, params) = (tx.world().uuid(), to_json(params)?);
        let (order, user) = (about.order.map(|order| order.0), about.user.map(|user| user.0));
        let (recipient, state) = (about.recipient.as_deref(), State::Queued.word());
        let row = params![id, kind.word(), subject, order, user, recipient, params, state, now, 0, 0, 0, now, now];
        rows.push(row.to_vec());
    }
    tx.insert_rows("mails", COLUMNS, OnConflict::Skip, &rows).await.map(drop)
}

/// A mail, locked until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<Locked>, DbError> {
    let row = tx.query_one("SELECT state FROM mails WHERE id = $1 {lock}", &params![id]).await?;
    row.map(|row| Ok(Locked { state: read_state(&row.get::<String>(0)?)? })).transpose()
}

/// Queues a mail once more, due now, as one that was never tried.
pub(crate) async fn queue_again(tx: &mut Tx, id: Uuid) -> Result<(), DbError> {
    let sql = "UPDATE mails SET state = 'queued', due_ms = $2, queued_ms = $2, lease = NULL, tries = 0, \
               resends = resends + 1, error = NULL, sent_ms = NULL WHERE id = $1";
    tx.execute(sql, &params![id, tx.now()]).await.map(drop)
}

/// A mail as staff see it.
pub(crate) async fn view(tx: &mut Tx, id: Uuid) -> Result<Option<MailView>, DbError> {
    let sql = "SELECT id, kind, state, recipient, title, language, order_id, user_id, attempts, resends, error, created_ms, \
               due_ms, sent_ms FROM mails WHERE id = $1";
    tx.query_one(sql, &params![id]).await?.as_ref().map(read_view).transpose()
}

/// The mail of a kind about a subject.
pub(crate) async fn view_of(tx: &mut Tx, kind: Kind, subject: &str) -> Result<Option<MailView>, DbError> {
    let sql = "SELECT id FROM mails WHERE kind = $1 AND subject = $2";
    match tx.query_one(sql, &params![kind.word(), subject]).await? {
        Some(row) => view(tx, row.get(0)?).await,
        None => Ok(None),
    }
}

/// Deletes up to 500 mails from the mailbox that have been there for longer than `age`; whether there were any.
pub(crate) async fn forget_kept(tx: &mut Tx, age: Duration) -> Result<bool, DbError> {
    let sql = "DELETE FROM mailbox WHERE seq IN (SELECT seq FROM mailbox WHERE at_ms < $1 ORDER BY seq LIMIT 500)";
    let oldest = tx.now().ms() - age.as_millis() as i64;
    Ok(tx.execute(sql, &params![oldest]).await? > 0)
}

fn read_view(row: &Row) -> Result<MailView, DbError> {
    Ok(MailView {
        id: row.get(0)?,
        kind: read_kind(&row.get::<String>(1)?)?,
        state: read_state(&row.get::<String>(2)?)?,
        recipient: row.get(3)?,
        subject: row.get(4)?,
        language: row.get(5)?,
        order_id: row.get::<Option<Uuid>>(6)?.map(OrderId),
        user_id: row.get::<Option<Uuid>>(7)?.map(UserId),
        attempts: row.get(8)?,
        resends: row.get(9)?,
        error: row.get(10)?,
        created_at: row.get(11)?,
        next_try_at: row.get(12)?,
        sent_at: row.get(13)?,
    })
}

fn about(order: Option<Uuid>, user: Option<Uuid>, recipient: Option<String>) -> About {
    // What an order or a user was asked for is noted beside them and asked for again.
    let recipient = recipient.filter(|_| order.is_none() && user.is_none());
    About { order: order.map(OrderId), user: user.map(UserId), recipient }
}

fn read_kind(word: &str) -> Result<Kind, DbError> {
    Kind::of(word).ok_or_else(|| DbError::Refused(format!("{word} is no kind of mail").into()))
}

fn read_state(word: &str) -> Result<State, DbError> {
    State::of(word).ok_or_else(|| DbError::Refused(format!("{word} is no state of a mail").into()))
}

fn to_json(params: &Params) -> Result<String, DbError> {
    serde_json::to_string(params).map_err(|error| DbError::Refused(error.to_string().into()))
}

fn from_json(text: &str) -> Result<Params, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Refused(error.to_string().into()))
}
