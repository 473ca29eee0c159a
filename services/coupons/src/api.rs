//! Promotions and coupons over HTTP, for staff.

mod bodies;
mod rules;

use crate::{
    Coupons,
    error::Error,
    flows::{self, Answered, Target},
    model::canonical,
    store,
    views::{CodeView, CodesView, PromotionView, ReportView, UseView},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_contracts::{OrderId, PromotionId, coupons::CodeStanding};
use bodega_kernel::Page;
use bodega_web::{Conditional, IfMatch, KeyedBody, Paging, Path, Problem, Staff, answer_again, etag};
use bodies::{NewCodes, NewPromotion, PromotionChanges};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All routes, for callers the gateway has verified.
pub(crate) fn routes(coupons: Coupons) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_promotions, create_promotion))
        .routes(routes!(get_promotion, change_promotion, disable_promotion))
        .routes(routes!(list_codes, make_codes))
        .routes(routes!(list_uses))
        .routes(routes!(get_report))
        .routes(routes!(create_coupon))
        .routes(routes!(get_coupon, disable_coupon))
        .with_state(coupons)
}

/// Promotions, newest first.
#[utoipa::path(get, path = "/v1/promotions", tag = "coupons", params(Paging),
    responses((status = 200, body = Page<PromotionView>), Problem))]
async fn list_promotions(
    State(coupons): State<Coupons>,
    _: Staff,
    paging: Paging,
) -> Result<Json<Page<PromotionView>>, Problem> {
    let before = paging.key::<PromotionId>()?;
    Ok(Json(store::list_promotions(coupons.db.reader(), before, &paging).await?))
}

/// Makes a promotion. Whether its uses are limited is said now: a promotion without a limit is never given one later.
#[utoipa::path(post, path = "/v1/promotions", tag = "coupons", request_body = NewPromotion,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = PromotionView), Problem))]
async fn create_promotion(
    State(coupons): State<Coupons>,
    _: Staff,
    KeyedBody { body, key }: KeyedBody<NewPromotion>,
) -> Result<Response, Error> {
    Ok(written(flows::create_promotion(&coupons, key, body.check()?).await?))
}

/// One promotion.
#[utoipa::path(get, path = "/v1/promotions/{id}", tag = "coupons", params(("id" = PromotionId, Path)),
    responses((status = 200, body = PromotionView), (status = 304, description = "As in `If-None-Match`"), Problem))]
async fn get_promotion(
    State(coupons): State<Coupons>,
    _: Staff,
    Path(id): Path<PromotionId>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let stored = store::read_promotion(coupons.db.reader(), id).await?.ok_or(Error::PromotionNotFound)?;
    Ok(Conditional::respond(&headers, etag(stored.version), Json(PromotionView::of(&stored))))
}

/// Changes a promotion: what is left out stays, a `null` limit is none. A limit is never below the uses there are.
#[utoipa::path(patch, path = "/v1/promotions/{id}", tag = "coupons", request_body = PromotionChanges,
    params(
        ("id" = PromotionId, Path), ("If-Match" = Option<String>, Header, description = "The ETag it was read with"),
        ("Idempotency-Key" = Option<String>, Header),
    ),
    responses((status = 200, body = PromotionView), Problem))]
async fn change_promotion(
    State(coupons): State<Coupons>,
    _: Staff,
    Path(id): Path<PromotionId>,
    IfMatch(read_version): IfMatch,
    KeyedBody { body, key }: KeyedBody<PromotionChanges>,
) -> Result<Response, Error> {
    let target = Target { id, read_version, key };
    Ok(written(flows::change_promotion(&coupons, target, body.check()?).await?))
}

/// Disables a promotion. Orders that hold a use keep it.
#[utoipa::path(delete, path = "/v1/promotions/{id}", tag = "coupons",
    params(
        ("id" = PromotionId, Path), ("If-Match" = Option<String>, Header, description = "The ETag it was read with"),
    ),
    responses((status = 204, description = "It is disabled"), Problem))]
async fn disable_promotion(
    State(coupons): State<Coupons>,
    _: Staff,
    Path(id): Path<PromotionId>,
    IfMatch(read_version): IfMatch,
) -> Result<StatusCode, Error> {
    flows::disable_promotion(&coupons, Target { id, read_version, key: None }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The codes of a promotion, with how often each was used.
#[utoipa::path(get, path = "/v1/promotions/{id}/codes", tag = "coupons", params(("id" = PromotionId, Path), Paging),
    responses((status = 200, body = Page<CodeView>), Problem))]
async fn list_codes(
    State(coupons): State<Coupons>,
    _: Staff,
    Path(id): Path<PromotionId>,
    paging: Paging,
) -> Result<Json<Page<CodeView>>, Problem> {
    let after = paging.key::<String>()?;
    known(&coupons, id).await?;
    Ok(Json(store::list_codes(coupons.db.reader(), id, after, &paging).await?))
}

/// Makes codes, all or none: the ones given, or up to 10,000 drawn by chance.
#[utoipa::path(post, path = "/v1/promotions/{id}/codes", tag = "coupons", request_body = NewCodes,
    params(("id" = PromotionId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = CodesView), Problem))]
async fn make_codes(
    State(coupons): State<Coupons>,
    _: Staff,
    Path(id): Path<PromotionId>,
    KeyedBody { body, key }: KeyedBody<NewCodes>,
) -> Result<Response, Error> {
    Ok(written(flows::make_codes(&coupons, id, key, body.check()?).await?))
}

/// Orders that claimed a promotion, newest first.
#[utoipa::path(get, path = "/v1/promotions/{id}/uses", tag = "coupons", params(("id" = PromotionId, Path), Paging),
    responses((status = 200, body = Page<UseView>), Problem))]
async fn list_uses(
    State(coupons): State<Coupons>,
    _: Staff,
    Path(id): Path<PromotionId>,
    paging: Paging,
) -> Result<Json<Page<UseView>>, Problem> {
    let before = paging.key::<(OrderId, i64)>()?;
    known(&coupons, id).await?;
    Ok(Json(store::list_uses(coupons.db.reader(), id, before, &paging).await?))
}

/// How a promotion was used.
#[utoipa::path(get, path = "/v1/promotions/{id}/report", tag = "coupons", params(("id" = PromotionId, Path)),
    responses((status = 200, body = ReportView), Problem))]
async fn get_report(
    State(coupons): State<Coupons>,
    _: Staff,
    Path(id): Path<PromotionId>,
) -> Result<Json<ReportView>, Problem> {
    known(&coupons, id).await?;
    Ok(Json(store::read_report(coupons.db.reader(), id).await?))
}

/// Makes a promotion and its first code at once.
#[utoipa::path(post, path = "/v1/coupons", tag = "coupons", request_body = NewPromotion,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = PromotionView), Problem))]
async fn create_coupon(
    State(coupons): State<Coupons>,
    _: Staff,
    KeyedBody { body, key }: KeyedBody<NewPromotion>,
) -> Result<Response, Error> {
    Ok(written(flows::create_promotion(&coupons, key, body.with_code()?.check()?).await?))
}

/// A coupon as it stands now.
#[derive(Debug, Serialize, ToSchema)]
struct CouponView {
    /// The code.
    #[serde(flatten)]
    code: CodeView,
    /// As shown to the customer.
    label: String,
    /// Why nobody can use it now; `null` if they can.
    #[schema(example = "used_up")]
    refused: Option<String>,
}

/// One code, in any case.
#[utoipa::path(get, path = "/v1/coupons/{code}", tag = "coupons", params(("code" = String, Path)),
    responses((status = 200, body = CouponView), Problem))]
async fn get_coupon(
    State(coupons): State<Coupons>,
    _: Staff,
    Path(code): Path<String>,
) -> Result<Json<CouponView>, Error> {
    let question = CodeStanding { code, customer: None };
    let known = flows::code_standing(&coupons, &question).await?.ok_or(Error::CodeNotFound)?;
    let code = store::read_code_view(coupons.db.reader(), &known.code).await?.ok_or(Error::CodeNotFound)?;
    Ok(Json(CouponView { code, label: known.promotion.promotion.label, refused: known.refused }))
}

/// Disables one code; its promotion and other codes stay.
#[utoipa::path(delete, path = "/v1/coupons/{code}", tag = "coupons", params(("code" = String, Path)),
    responses((status = 204, description = "It is disabled"), Problem))]
async fn disable_coupon(
    State(coupons): State<Coupons>,
    _: Staff,
    Path(code): Path<String>,
) -> Result<StatusCode, Error> {
    flows::disable_code(&coupons, canonical(&code).ok_or(Error::CodeNotFound)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn known(coupons: &Coupons, id: PromotionId) -> Result<(), Error> {
    let stored = store::read_promotion(coupons.db.reader(), id).await?;
    stored.map(drop).ok_or(Error::PromotionNotFound)
}

fn written(answered: Answered) -> Response {
    let done = match answered {
        Answered::Again(answer) => return answer_again(answer),
        Answered::Now(done) => done,
    };
    let status = StatusCode::from_u16(done.status).unwrap_or(StatusCode::OK);
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], done.body).into_response();
    if let Some(version) = done.version {
        response.headers_mut().insert(header::ETAG, etag(version));
    }
    response
}
