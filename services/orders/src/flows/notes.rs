//! What staff note about an order, for themselves.

use super::once::{Done, Given, once};
use crate::{Orders, error::Error, store, views::NoteView};
use bodega_contracts::OrderId;
use bodega_db::{IdempotencyKey, Tx};
use bodega_kernel::UserId;
use bodega_web::current_trace;

/// Writes a note about an order.
pub(crate) async fn add_note(
    state: &Orders,
    id: OrderId,
    author: UserId,
    text: String,
    key: Option<IdempotencyKey>,
) -> Result<Given, Error> {
    let noting = async move |tx: &mut Tx| {
        once(tx, key.as_ref(), async move |tx: &mut Tx| {
            if !store::existing(tx, &[id]).await?.contains(&id) {
                return Err(Error::NotFound);
            }
            let note = store::insert_note(tx, id, author, text).await?;
            Done::new(201, None, &NoteView::of(note))
        })
        .await
    };
    state.db.write_following(current_trace(), noting).await
}
