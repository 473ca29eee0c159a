//! The routes of papers: invoices and credit notes for whoever may see the order, packing slips for staff.

use crate::{
    Orders,
    flows::{self, Looker, PaperFile},
    pages::Language,
    store::PaperRow,
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Json, Response},
};
use bodega_contracts::OrderId;
use bodega_kernel::{Currency, Money, Time};
use bodega_web::{OrderToken, Path, Problem, Query, Staff, Who, internal_error};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wording {
    /// `en` or `de`; the shop's own where not said.
    #[param(inline)]
    lang: Option<Language>,
}

/// The papers of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Papers {
    /// Oldest first.
    items: Vec<PaperEntry>,
}

/// A paper that can be read.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PaperEntry {
    #[schema(example = "INV-2026-00001")]
    number: String,
    /// `invoice` or `credit_note`.
    #[schema(example = "invoice")]
    kind: String,
    /// What it is about.
    amount: Money,
    issued_at: Time,
    /// Where it is read.
    #[schema(example = "/v1/orders/01890c33-90a7-7f6e-8b3e-0d3d3a1f1a11/papers/INV-2026-00001.pdf")]
    url: String,
}

impl PaperEntry {
    fn of(id: OrderId, paper: PaperRow, currency: Currency) -> Self {
        let (amount, issued_at) = (Money::new(paper.amount, currency), paper.issued());
        let url = format!("/v1/orders/{id}/papers/{}.pdf", escaped(&paper.number));
        Self { number: paper.number, kind: paper.kind, amount, issued_at, url }
    }
}

/// The invoice and the credit notes of an order.
#[utoipa::path(
    get, path = "/v1/orders/{id}/papers", tag = "orders",
    params(("id" = OrderId, Path), ("X-Order-Token" = Option<String>, Header, description = "a guest's key to it")),
    responses((status = 200, body = Papers), Problem),
)]
pub(super) async fn list_papers(
    State(state): State<Orders>,
    Path(id): Path<OrderId>,
    Who(caller): Who,
    OrderToken(token): OrderToken,
) -> Result<Json<Papers>, Problem> {
    let Some((order, papers)) = flows::list_papers(&state, &Looker { caller, token }, id).await? else {
        return Ok(Json(Papers { items: Vec::new() }));
    };
    let currency = Currency::new(&order.currency).map_err(|error| internal_error(&error))?;
    let items = papers.into_iter().map(|paper| PaperEntry::of(id, paper, currency)).collect();
    Ok(Json(Papers { items }))
}

/// A paper as PDF, by its number and `.pdf`. Once it was read it never changes.
#[utoipa::path(
    get, path = "/v1/orders/{id}/papers/{file}", tag = "orders",
    params(
        ("id" = OrderId, Path),
        ("file" = String, Path, example = "INV-2026-00001.pdf"),
        Wording,
        ("X-Order-Token" = Option<String>, Header, description = "a guest's key to it"),
    ),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), Problem),
)]
pub(super) async fn get_paper(
    State(state): State<Orders>,
    Path((id, file)): Path<(OrderId, String)>,
    Who(caller): Who,
    OrderToken(token): OrderToken,
    Query(wording): Query<Wording>,
) -> Result<Response, Problem> {
    // A number without the ending names nothing, as a number that is not there.
    let number = file.strip_suffix(".pdf").unwrap_or_default();
    let paper = flows::read_paper(&state, &Looker { caller, token }, id, number, wording.lang).await?;
    Ok(pdf(paper, "private"))
}

/// What goes into the parcel and where it goes, without prices, as PDF.
#[utoipa::path(
    get, path = "/v1/admin/orders/{id}/packing-slip.pdf", tag = "orders",
    params(("id" = OrderId, Path), Wording),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), Problem),
)]
pub(super) async fn get_packing_slip(
    State(state): State<Orders>,
    _: Staff,
    Path(id): Path<OrderId>,
    Query(wording): Query<Wording>,
) -> Result<Response, Problem> {
    // Its address may change.
    Ok(pdf(flows::read_packing_slip(&state, id, wording.lang).await?, "private, no-store"))
}

fn pdf(file: PaperFile, cache: &'static str) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/pdf".to_owned())];
    let disposition = format!("inline; filename=\"{}\"", file_name(&file.name));
    let rest = [(header::CONTENT_DISPOSITION, disposition), (header::CACHE_CONTROL, cache.to_owned())];
    (kind, rest, file.bytes).into_response()
}

/// A name that fits into a header and on every disk.
fn file_name(name: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || "-._".contains(letter) { letter } else { '_' };
    name.chars().map(plain).collect()
}

/// A text as a part of a path (RFC 3986).
fn escaped(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let escaped = |byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(escaped).collect()
}
