//! The routes of what staff note about orders. Buyers never see any of it.

use super::{answer, some_words};
use crate::{
    Orders,
    error::Error,
    flows,
    store::{self, NoteRow},
    views::NoteView,
};
use axum::{
    extract::State,
    response::{Json, Response},
};
use bodega_contracts::OrderId;
use bodega_kernel::Page;
use bodega_web::{KeyedBody, Paging, Path, Problem, Staff};
use serde::Deserialize;
use utoipa::ToSchema;

/// The most characters of a note.
const TEXT: usize = 2_000;

/// Something to remember about an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "rings before he comes"}))]
pub(super) struct NewNote {
    /// At most 2,000 characters.
    #[schema(max_length = 2_000)]
    text: String,
}

/// Notes something about an order, for staff only.
#[utoipa::path(
    post, path = "/v1/admin/orders/{id}/notes", tag = "orders", request_body = NewNote,
    params(("id" = OrderId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = NoteView), Problem),
)]
pub(super) async fn add_note(
    State(state): State<Orders>,
    Staff(caller): Staff,
    Path(id): Path<OrderId>,
    KeyedBody { body, key }: KeyedBody<NewNote>,
) -> Result<Response, Problem> {
    let text = some_words("/text", body.text, TEXT)?;
    let author = caller.user.ok_or_else(|| Problem::new(401, "unauthenticated"))?;
    Ok(answer(flows::add_note(&state, id, author, text, key).await?))
}

/// The notes of an order, newest first.
#[utoipa::path(
    get, path = "/v1/admin/orders/{id}/notes", tag = "orders", params(("id" = OrderId, Path), Paging),
    responses((status = 200, body = Page<NoteView>), Problem),
)]
pub(super) async fn list_notes(
    State(state): State<Orders>,
    _: Staff,
    Path(id): Path<OrderId>,
    paging: Paging,
) -> Result<Json<Page<NoteView>>, Problem> {
    store::order(&state.db, id).await?.ok_or(Error::NotFound)?;
    let rows = store::notes(&state.db, id, paging.key()?, paging.limit).await?;
    let mut page = Page::of(rows, paging.limit, |note: &NoteRow| note.seq).map(NoteView::of);
    if paging.count {
        page.total = Some(store::count_notes(&state.db, id).await?);
    }
    Ok(Json(page))
}
