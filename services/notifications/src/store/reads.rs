//! Reads outside of transactions: pages for staff, facts for `verify`. All are bounded.

use super::{
    about,
    claims::began,
    entities::{attempts, mailbox, mails},
    from_json, read_kind, read_state,
};
use crate::{
    model::{About, Kind, Params, State},
    views::{AttemptView, Kept, MailView},
};
use bodega_contracts::{OrderId, notifications::ConfirmationFact};
use bodega_db::DbError;
use bodega_kernel::{Page, Time, UserId, uuid::Uuid};
use bodega_web::Paging;
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};

/// Rows of one page of facts.
const FACTS: i64 = 500;
/// The most attempts that are shown of a mail.
const MAX_ATTEMPTS: u64 = 100;

/// Which mails are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) state: Option<State>,
    pub(crate) kind: Option<Kind>,
    pub(crate) recipient: Option<String>,
    pub(crate) order: Option<OrderId>,
}

/// A mail as it is stored, as far as writing it needs it.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) kind: Kind,
    pub(crate) about: About,
    pub(crate) params: Params,
    pub(crate) view: MailView,
    /// Since when it is being sent, if it is.
    pub(crate) sending: Option<Time>,
}

/// A page of mails, newest first, before the mail `before`.
pub(crate) async fn list_mails(
    db: &DatabaseConnection,
    filter: Filter,
    before: Option<Uuid>,
    paging: &Paging,
) -> Result<Page<MailView>, DbError> {
    let mut asked = mails::Entity::find();
    if let Some(state) = filter.state {
        asked = asked.filter(mails::Column::State.eq(state.word()));
    }
    if let Some(kind) = filter.kind {
        asked = asked.filter(mails::Column::Kind.eq(kind.word()));
    }
    if let Some(recipient) = filter.recipient {
        asked = asked.filter(mails::Column::Recipient.eq(recipient));
    }
    if let Some(order) = filter.order {
        asked = asked.filter(mails::Column::OrderId.eq(order.0));
    }
    let mut query = asked.clone().order_by_desc(mails::Column::Id).limit(paging.limit.and_one());
    if let Some(before) = before {
        query = query.filter(mails::Column::Id.lt(before));
    }
    let rows = query.all(db).await?;
    let views = rows.iter().map(view).collect::<Result<Vec<_>, DbError>>()?;
    let mut page = Page::of(views, paging.limit, |mail| mail.id);
    if paging.count {
        page.total = Some(asked.count(db).await?);
    }
    Ok(page)
}

/// A mail.
pub(crate) async fn find(db: &DatabaseConnection, id: Uuid) -> Result<Option<Stored>, DbError> {
    let Some(row) = mails::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
    let view = view(&row)?;
    let sending = row.lease.and(view.next_try_at).map(began);
    let about = about(row.order_id, row.user_id, row.recipient);
    Ok(Some(Stored { kind: view.kind, about, params: from_json(&row.params)?, view, sending }))
}

/// The latest attempts to send a mail, oldest first, with the one that is under way.
pub(crate) async fn attempts_of(db: &DatabaseConnection, stored: &Stored) -> Result<Vec<AttemptView>, DbError> {
    let query = attempts::Entity::find()
        .filter(attempts::Column::MailId.eq(stored.view.id))
        .order_by_desc(attempts::Column::Number)
        .limit(MAX_ATTEMPTS);
    let rows = query.all(db).await?;
    let view = |row: attempts::Model| AttemptView {
        number: row.number,
        outcome: row.outcome,
        detail: row.detail.filter(|detail| !detail.is_empty()),
        started_at: Time::from_ms(row.started_ms),
        ended_at: row.ended_ms.map(Time::from_ms),
    };
    let mut log: Vec<AttemptView> = rows.into_iter().rev().map(view).collect();
    let number = stored.view.attempts;
    if let Some(started_at) = stored.sending
        && log.last().is_none_or(|last| last.number < number)
    {
        log.push(AttemptView { number, outcome: "sending".to_owned(), detail: None, started_at, ended_at: None });
    }
    Ok(log)
}

/// The HTML of a mail as it was kept last, if it may be read by all staff.
pub(crate) async fn kept_html(db: &DatabaseConnection, id: Uuid) -> Result<Option<String>, DbError> {
    let query =
        mailbox::Entity::find().filter(mailbox::Column::MailId.eq(id)).filter(mailbox::Column::Private.eq(false));
    let query = query.order_by_desc(mailbox::Column::Seq);
    Ok(query.one(db).await?.map(|row| row.html_part))
}

/// A page of the mailbox, newest first, before the place `before`; with mails that open their reader's account if
/// `private`.
pub(crate) async fn list_kept(
    db: &DatabaseConnection,
    private: bool,
    before: Option<i64>,
    paging: &Paging,
) -> Result<Page<Kept>, DbError> {
    let mut asked = mailbox::Entity::find();
    if !private {
        asked = asked.filter(mailbox::Column::Private.eq(false));
    }
    let mut query = asked.clone().order_by_desc(mailbox::Column::Seq).limit(paging.limit.and_one());
    if let Some(before) = before {
        query = query.filter(mailbox::Column::Seq.lt(before));
    }
    let rows = query.all(db).await?;
    let mut page = Page::of(rows.into_iter().map(kept).collect(), paging.limit, |kept: &Kept| kept.seq);
    if paging.count {
        page.total = Some(asked.count(db).await?);
    }
    Ok(page)
}

/// The confirmation mails of orders, by order id, after `after`.
pub(crate) async fn confirmation_facts(
    db: &DatabaseConnection,
    after: Option<OrderId>,
) -> Result<Vec<ConfirmationFact>, DbError> {
    let sql = "SELECT order_id AS order_id, CAST(COUNT(*) AS BIGINT) AS mails, \
               CAST(SUM(CASE WHEN state = 'sent' THEN 1 ELSE 0 END) AS BIGINT) AS sent FROM mails \
               WHERE kind = 'order_confirmed' AND order_id > $1 GROUP BY order_id ORDER BY order_id LIMIT $2";
    let after = after.map_or(Uuid::nil(), |order| order.0);
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [after.into(), FACTS.into()]);
    let rows = FactRow::find_by_statement(statement).all(db).await?;
    let fact = |row: FactRow| ConfirmationFact { order_id: OrderId(row.order_id), mails: row.mails, sent: row.sent };
    Ok(rows.into_iter().map(fact).collect())
}

#[derive(FromQueryResult)]
struct FactRow {
    order_id: Uuid,
    mails: i64,
    sent: i64,
}

fn view(row: &mails::Model) -> Result<MailView, DbError> {
    Ok(MailView {
        id: row.id,
        kind: read_kind(&row.kind)?,
        state: read_state(&row.state)?,
        recipient: row.recipient.clone(),
        subject: row.title.clone(),
        language: row.language.clone(),
        order_id: row.order_id.map(OrderId),
        user_id: row.user_id.map(UserId),
        attempts: row.attempts,
        resends: row.resends,
        error: row.error.clone(),
        created_at: Time::from_ms(row.created_ms),
        next_try_at: row.due_ms.map(Time::from_ms),
        sent_at: row.sent_ms.map(Time::from_ms),
    })
}

fn kept(row: mailbox::Model) -> Kept {
    Kept {
        seq: row.seq,
        mail_id: row.mail_id,
        message_id: row.message_id,
        from: row.sender,
        to: row.recipient,
        subject: row.title,
        text: row.text_part,
        html: row.html_part,
        at: Time::from_ms(row.at_ms),
    }
}
