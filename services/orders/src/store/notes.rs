//! What staff write down about orders.

use super::{broken, entities::notes};
use bodega_contracts::OrderId;
use bodega_db::{Db, DbError, Tx, params};
use bodega_kernel::{PageLimit, UserId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

pub(crate) type NoteRow = notes::Model;

/// Writes a note.
pub(crate) async fn insert_note(tx: &mut Tx, id: OrderId, author: UserId, text: String) -> Result<NoteRow, DbError> {
    let now = tx.now();
    let row = params![id.0, author.0, now, &text].to_vec();
    let columns = &["order_id", "author", "at_ms", "text"];
    let seq = tx.insert_sequence("notes", columns, "seq", &[row]).await?.pop();
    let seq = seq.ok_or_else(|| broken(&"a note got no number"))?;
    Ok(NoteRow { seq, order_id: id.0, author: author.0, at_ms: now.ms(), text })
}

/// Notes before the one of number `before`, newest first, one more than `limit`.
pub(crate) async fn notes(
    db: &Db,
    id: OrderId,
    before: Option<i64>,
    limit: PageLimit,
) -> Result<Vec<NoteRow>, DbError> {
    let before = before.map(|seq| notes::Column::Seq.lt(seq));
    let page = notes::Entity::find().filter(notes::Column::OrderId.eq(id.0));
    let page = page.filter(Condition::all().add_option(before)).order_by_desc(notes::Column::Seq);
    Ok(page.limit(limit.and_one()).all(db.reader()).await?)
}

/// How many notes an order has.
pub(crate) async fn count_notes(db: &Db, id: OrderId) -> Result<u64, DbError> {
    Ok(notes::Entity::find().filter(notes::Column::OrderId.eq(id.0)).count(db.reader()).await?)
}
