//! Other systems that say how much is there: they report, staff see how that stands and decide where they and the books
//! disagree.

use super::answer;
use crate::{
    Inventory,
    error::Error,
    flows::{self, Reported},
    model::{MismatchState, Side, SourceReport, SyncTaken},
    store,
    views::{MismatchView, SourceView},
};
use axum::{
    Json,
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bodega_kernel::{Page, uuid::Uuid};
use bodega_web::{KeyedBody, Paging, Path, Problem, Query, Staff, problem};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The header that the signature of a report comes in.
const SIGNATURE: &str = "x-inventory-signature";
/// Bytes of the longest report.
const MAX_BYTES: usize = 256 * 1024;

/// The routes of other systems; their reports have a body limit of their own.
pub(super) fn routes() -> OpenApiRouter<Inventory> {
    let reports = OpenApiRouter::new().routes(routes!(receive_inventory_webhook));
    OpenApiRouter::new()
        .routes(routes!(list_sources))
        .routes(routes!(list_mismatches))
        .routes(routes!(resolve_mismatch))
        .merge(reports.layer(DefaultBodyLimit::max(MAX_BYTES)))
}

/// Which mismatches are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those of this source.
    #[serde(default)]
    source: Option<String>,
    /// Only those in this state.
    #[serde(default)]
    #[param(value_type = Option<MismatchState>)]
    state: Option<MismatchState>,
}

/// Whose figure is to hold.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"take": "theirs"}))]
struct Decision {
    /// Theirs, or ours until they say a new one.
    take: Side,
}

/// A system reports how much is there. `X-Inventory-Signature` is `t=<seconds>,v1=<hex>`, HMAC-SHA256 of
/// `<seconds>.<raw body>` by its secret, not older than five minutes. A delivery that came before changes nothing; of each
/// SKU the figure with the highest sequence counts.
#[utoipa::path(post, path = "/v1/webhooks/inventory/{source}", tag = "stock",
    params(("source" = String, Path, example = "erp"), ("X-Inventory-Signature" = String, Header)),
    request_body(content = SourceReport, content_type = "application/json"),
    responses((status = 200, body = SyncTaken), Problem))]
async fn receive_inventory_webhook(
    State(inventory): State<Inventory>,
    Path(source): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<SyncTaken>, Problem> {
    let body = body.map_err(|rejection| unreadable(&rejection))?.to_vec();
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Ok(Json(flows::receive_report(&inventory, Reported { source, signature, body }).await?))
}

/// The systems of the settings and how the exchange with each stands.
#[utoipa::path(get, path = "/v1/admin/stock/sources", tag = "stock",
    responses((status = 200, body = Page<SourceView>), Problem))]
async fn list_sources(State(inventory): State<Inventory>, _: Staff) -> Result<Json<Page<SourceView>>, Problem> {
    let mut standings = store::standings(inventory.db.reader()).await?;
    let items = inventory.sources.iter().map(|(name, source)| {
        let (standing, open) = standings.remove(name).unwrap_or_default();
        SourceView::of(name, source, standing, open)
    });
    Ok(Json(Page { items: items.collect(), next_cursor: None, total: None }))
}

/// Where other systems and the books disagree, newest first.
#[utoipa::path(get, path = "/v1/admin/stock/mismatches", tag = "stock", params(Which, Paging),
    responses((status = 200, body = Page<MismatchView>), Problem))]
async fn list_mismatches(
    State(inventory): State<Inventory>,
    _: Staff,
    Query(which): Query<Which>,
    paging: Paging,
) -> Result<Json<Page<MismatchView>>, Problem> {
    let before = paging.key::<Uuid>()?;
    let which = (which.source, which.state);
    let page = store::list_mismatches(inventory.db.reader(), which, before, &paging).await?;
    Ok(Json(page.map(MismatchView::from)))
}

/// Decides a mismatch: theirs is set, or ours is kept until they say a new figure. 409 `mismatch_closed` where it is decided,
/// `stock_committed` where more is promised to orders than they say is there.
#[utoipa::path(post, path = "/v1/admin/stock/mismatches/{id}/resolve", tag = "stock", request_body = Decision,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = MismatchView), Problem))]
async fn resolve_mismatch(
    State(inventory): State<Inventory>,
    Staff(caller): Staff,
    Path(id): Path<Uuid>,
    KeyedBody { body, key }: KeyedBody<Decision>,
) -> Result<Response, Error> {
    answer(StatusCode::OK, flows::resolve_mismatch(&inventory, caller.scope(), id, body.take, key).await?)
}

fn unreadable(rejection: &BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => problem(413, "body_too_large"),
        _ => problem(400, "body_unreadable"),
    }
}
