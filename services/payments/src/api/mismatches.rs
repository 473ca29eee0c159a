//! What providers' books say otherwise than ours, for staff.

use super::orders::check_reason;
use crate::{
    Payments,
    error::Error,
    flows,
    store::{self, MismatchView},
};
use axum::{Json, extract::State, http::StatusCode};
use bodega_kernel::Page;
use bodega_web::{Body, Paging, Path, Problem, Staff};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What was done about a difference.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "refunded by hand at the provider, booked here today"}))]
pub(crate) struct ResolveMismatch {
    /// In words, at most 500 characters.
    note: String,
}

/// Differences between our books and the providers', newest first.
#[utoipa::path(
    get, path = "/v1/admin/payments/mismatches", tag = "payments", params(Paging),
    responses((status = 200, description = "A page of them", body = Page<MismatchView>), Problem),
)]
pub(crate) async fn list_payment_mismatches(
    State(payments): State<Payments>,
    _: Staff,
    paging: Paging,
) -> Result<Json<Page<MismatchView>>, Problem> {
    let before = paging.key::<Uuid>()?;
    Ok(Json(store::list_mismatches(&payments.db, before, &paging).await.map_err(Error::Db)?))
}

/// Says that a difference was dealt with, and how: once, 409 `already_resolved` after that.
#[utoipa::path(
    post, path = "/v1/admin/payments/mismatches/{id}/resolve", tag = "payments", params(("id" = Uuid, Path)),
    request_body = ResolveMismatch,
    responses((status = 204, description = "Noted"), Problem),
)]
pub(crate) async fn resolve_payment_mismatch(
    State(payments): State<Payments>,
    Staff(caller): Staff,
    Path(id): Path<Uuid>,
    Body(body): Body<ResolveMismatch>,
) -> Result<StatusCode, Problem> {
    check_reason("/note", &body.note)?;
    flows::resolve_mismatch(&payments, id, body.note, caller.scope()).await?;
    Ok(StatusCode::NO_CONTENT)
}
