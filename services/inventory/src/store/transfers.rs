//! Statements about transfers, and what is read of them.

use super::{all, entities::transfers, from_json, json, location};
use crate::model::{Transfer, TransferState};
use bodega_db::{DbError, Row, Tx, params};
use bodega_kernel::{Page, Time, uuid::Uuid};
use bodega_web::Paging;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

/// Inserts one.
pub(crate) async fn insert_transfer(tx: &mut Tx, transfer: &Transfer) -> Result<(), DbError> {
    let sql = "INSERT INTO transfers (id, state, source, target, lines, reference, actor, sent_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let Transfer { id, state, source, target, lines, reference, actor, sent_at, .. } = transfer;
    let (source, target, lines) = (source.as_str(), target.as_str(), json(lines)?);
    let values =
        params![*id, state.as_str(), source, target, lines, reference.as_deref(), actor.as_str(), sent_at.ms()];
    tx.execute(sql, &values).await.map(drop)
}

/// A transfer, locked until the transaction ends.
pub(crate) async fn lock_transfer(tx: &mut Tx, id: Uuid) -> Result<Option<Transfer>, DbError> {
    let sql = "SELECT id, state, source, target, lines, reference, actor, sent_ms, closed_ms FROM transfers \
               WHERE id = $1 ORDER BY id {lock}";
    let row = tx.query_one(sql, &params![id]).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Transfer, DbError> {
    let closed: Option<i64> = row.get(8)?;
    Ok(Transfer {
        id: row.get(0)?,
        state: state(&row.get::<String>(1)?)?,
        source: location(&row.get::<String>(2)?)?,
        target: location(&row.get::<String>(3)?)?,
        lines: from_json(&row.get::<String>(4)?)?,
        reference: row.get(5)?,
        actor: row.get(6)?,
        sent_at: Time::from_ms(row.get(7)?),
        closed_at: closed.map(Time::from_ms),
    })
}

/// Writes how one that was on its way ended.
pub(crate) async fn close_transfer(tx: &mut Tx, transfer: &Transfer) -> Result<(), DbError> {
    let sql = "UPDATE transfers SET state = $2, lines = $3, closed_ms = $4 WHERE id = $1 AND state = 'sent'";
    let Transfer { id, state, lines, closed_at, .. } = transfer;
    let values = params![*id, state.as_str(), json(lines)?, closed_at.map(Time::ms)];
    let written = tx.execute(sql, &values).await?;
    all(written, 1, "transfers")
}

/// A page of transfers, newest first, before the one named `before`.
pub(crate) async fn list_transfers(
    db: &DatabaseConnection,
    state: Option<TransferState>,
    before: Option<Uuid>,
    paging: &Paging,
) -> Result<Page<Transfer>, DbError> {
    let mut these = transfers::Entity::find();
    if let Some(state) = state {
        these = these.filter(transfers::Column::State.eq(state.as_str()));
    }
    let mut query = these.clone().order_by_desc(transfers::Column::Id).limit(paging.limit.and_one());
    if let Some(before) = before {
        query = query.filter(transfers::Column::Id.lt(before));
    }
    let rows = query.all(db).await?.into_iter().map(of_row).collect::<Result<Vec<_>, DbError>>()?;
    let mut page = Page::of(rows, paging.limit, |transfer| transfer.id);
    if paging.count {
        page.total = Some(these.count(db).await?);
    }
    Ok(page)
}

/// A transfer.
pub(crate) async fn transfer_of(db: &DatabaseConnection, id: Uuid) -> Result<Option<Transfer>, DbError> {
    transfers::Entity::find_by_id(id).one(db).await?.map(of_row).transpose()
}

fn of_row(row: transfers::Model) -> Result<Transfer, DbError> {
    Ok(Transfer {
        id: row.id,
        state: state(&row.state)?,
        source: location(&row.source)?,
        target: location(&row.target)?,
        lines: from_json(&row.lines)?,
        reference: row.reference,
        actor: row.actor,
        sent_at: Time::from_ms(row.sent_ms),
        closed_at: row.closed_ms.map(Time::from_ms),
    })
}

fn state(word: &str) -> Result<TransferState, DbError> {
    TransferState::of(word).ok_or_else(|| DbError::Refused(format!("{word} is no state of a transfer").into()))
}
