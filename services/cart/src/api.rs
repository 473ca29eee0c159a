//! The routes of carts. Who asks is an [`Access`]: the customer who is logged in, and the cart whose token came along.

mod drafts;
mod questions;
mod requests;

pub(crate) use questions::with_questions;

use crate::{
    Carts,
    flows::{self, MIN_GUEST_KEY, Reply, Typed},
    model::Access,
    views::{CartView, CheckedOutView},
};
use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{HeaderMap, HeaderName, request::Parts},
    response::Response,
};
use bodega_contracts::{CartId, LineId};
use bodega_db::IdempotencyKey;
use bodega_web::{
    Body, CartToken, Conditional, Idempotent, KeyedBody, Path, Problem, RequiredKeyBody, Who, answer_again, etag_of,
    layers::body_limit, problem,
};
use requests::{BuyNow, ChangeCart, CheckOut, LinesWanted, MergeCart, OpenCart, SetQuantity, SetTenders};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bytes of the largest body: 1,000 lines with the longest SKUs.
const MAX_BODY_BYTES: usize = 512 * 1024;

/// All routes.
pub(crate) fn routes(carts: Carts) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(open_cart))
        .routes(routes!(get_cart, change_cart))
        .routes(routes!(add_lines))
        .routes(routes!(set_quantity, remove_line))
        .routes(routes!(merge_cart))
        .routes(routes!(set_tenders))
        .routes(routes!(check_out))
        .routes(routes!(buy))
        .merge(drafts::routes())
        .layer(body_limit(MAX_BODY_BYTES))
        .with_state(carts)
}

impl FromRequestParts<Carts> for Access {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, carts: &Carts) -> Result<Self, Problem> {
        let Who(caller) = Who::from_request_parts(parts, carts).await?;
        let Ok(CartToken(token)) = CartToken::from_request_parts(parts, carts).await;
        let verified = token.and_then(|token| carts.guests.verify("cart", &token, carts.world.now()));
        Ok(Self { user: caller.user, token: verified.map(CartId), desk: false })
    }
}

/// Make a cart, empty or with all it is to hold. A guest is given a token for it, a customer's cart is the customer's own.
#[utoipa::path(
    post, path = "/v1/carts", tag = "carts", request_body = OpenCart,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a guest: at least 16 characters")),
    responses((status = 201, body = CartView), Problem),
)]
async fn open_cart(
    State(carts): State<Carts>,
    access: Access,
    KeyedBody { body, key }: KeyedBody<OpenCart>,
) -> Result<Response, Problem> {
    hard_to_guess(access, key.as_ref())?;
    let (contents, typed) = body.check()?;
    Ok(respond(flows::open(&carts, access, key, contents, typed).await?))
}

/// Read a cart at present prices, with what changed since they were shown by a write.
#[utoipa::path(
    get, path = "/v1/carts/{id}", tag = "carts",
    params(("id" = CartId, Path), ("X-Cart-Token" = Option<String>, Header)),
    responses((status = 200, body = CartView), (status = 304), Problem),
)]
async fn get_cart(
    State(carts): State<Carts>,
    access: Access,
    Path(id): Path<CartId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let cart = flows::read(&carts, access, id).await?;
    let tag = etag_of(serde_json::to_vec(&cart).unwrap_or_default());
    Ok(Conditional::respond(&headers, tag, Json(cart)))
}

/// Change the details of a cart; null clears a field. A code is refused where it does not exist or cannot be used
/// (`coupon_unknown`, `coupon_not_usable`), points where there are fewer (`points_short`). A code whose conditions the cart
/// does not meet is kept: `coupon` says what is missing.
#[utoipa::path(
    patch, path = "/v1/carts/{id}", tag = "carts", request_body = ChangeCart,
    params(("id" = CartId, Path), ("X-Cart-Token" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = CartView), Problem),
)]
async fn change_cart(
    State(carts): State<Carts>,
    access: Access,
    Path(id): Path<CartId>,
    KeyedBody { body, key }: KeyedBody<ChangeCart>,
) -> Result<Response, Problem> {
    let (contents, typed) = body.check()?;
    Ok(respond(flows::change(&carts, access, key, id, contents, typed).await?))
}

/// Add one line or many, all or none. A SKU that is there already is added to its line.
#[utoipa::path(
    post, path = "/v1/carts/{id}/lines", tag = "carts", request_body = LinesWanted,
    params(("id" = CartId, Path), ("X-Cart-Token" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = CartView), Problem),
)]
async fn add_lines(
    State(carts): State<Carts>,
    access: Access,
    Path(id): Path<CartId>,
    KeyedBody { body, key }: KeyedBody<LinesWanted>,
) -> Result<Response, Problem> {
    Ok(respond(flows::change(&carts, access, key, id, body.check()?, Typed::default()).await?))
}

/// Set how many of a line.
#[utoipa::path(
    patch, path = "/v1/carts/{id}/lines/{line}", tag = "carts", request_body = SetQuantity,
    params(
        ("id" = CartId, Path), ("line" = LineId, Path),
        ("X-Cart-Token" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header),
    ),
    responses((status = 200, body = CartView), Problem),
)]
async fn set_quantity(
    State(carts): State<Carts>,
    access: Access,
    Path(line): Path<(CartId, LineId)>,
    KeyedBody { body, key }: KeyedBody<SetQuantity>,
) -> Result<Response, Problem> {
    Ok(respond(flows::set_quantity(&carts, access, key, line, body.check()?).await?))
}

/// Take a line out.
#[utoipa::path(
    delete, path = "/v1/carts/{id}/lines/{line}", tag = "carts",
    params(
        ("id" = CartId, Path), ("line" = LineId, Path),
        ("X-Cart-Token" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header),
    ),
    responses((status = 200, body = CartView), Problem),
)]
async fn remove_line(
    State(carts): State<Carts>,
    access: Access,
    Path(line): Path<(CartId, LineId)>,
    Idempotent(key): Idempotent,
) -> Result<Response, Problem> {
    Ok(respond(flows::remove_line(&carts, access, key, line).await?))
}

/// Move what a guest's cart holds into this one, as at log-in. Quantities add up, to 10,000 a line at most; details that this
/// cart lacks are taken over. The guest's cart is gone then; merging it here again changes nothing.
#[utoipa::path(
    post, path = "/v1/carts/{id}/merge", tag = "carts", request_body = MergeCart,
    params(("id" = CartId, Path), ("X-Cart-Token" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = CartView), Problem),
)]
async fn merge_cart(
    State(carts): State<Carts>,
    access: Access,
    Path(id): Path<CartId>,
    KeyedBody { body, key }: KeyedBody<MergeCart>,
) -> Result<Response, Problem> {
    Ok(respond(flows::merge(&carts, access, key, id, (body.from, &body.token)).await?))
}

/// Say which gift cards and how much store credit are to pay a part of a cart; what is left out is not to. Refused with 422
/// `gift_card_unknown` where a code is of no card with anything on it, `store_credit_short` where there is less. At checkout
/// they are cut to the total, the cards first; what they leave is `due`.
#[utoipa::path(
    put, path = "/v1/carts/{id}/tenders", tag = "carts", request_body = SetTenders,
    params(("id" = CartId, Path), ("X-Cart-Token" = Option<String>, Header)),
    responses((status = 200, body = CartView), Problem),
)]
async fn set_tenders(
    State(carts): State<Carts>,
    access: Access,
    Path(id): Path<CartId>,
    Body(body): Body<SetTenders>,
) -> Result<Response, Problem> {
    Ok(respond(flows::set_tenders(&carts, access, id, body.check()?).await?))
}

/// Make an order of a cart. Refused with 409 `price_changed` and the new cart where a price is not the one that was shown last;
/// a checkout with another key then buys at the new prices. Refused with 503 `prices_stale`, and nothing kept under the key,
/// where word of prices has not come for too long. Where the shop has legal texts, `accepted_terms` names the version that the
/// shopper accepts: 422 `terms_not_accepted` without, 409 `terms_changed` with another one than the present.
#[utoipa::path(
    post, path = "/v1/carts/{id}/checkout", tag = "carts", request_body = CheckOut,
    params(("id" = CartId, Path), ("X-Cart-Token" = Option<String>, Header), ("Idempotency-Key" = String, Header)),
    responses(
        (status = 202, body = CheckedOutView),
        (
            status = 503, body = Problem, content_type = "application/problem+json",
            headers(("Retry-After" = i64, description = "Seconds")),
            description = "`prices_stale`: prices are not known to be up to date; ask again with the same key",
        ),
        Problem,
    ),
)]
async fn check_out(
    State(carts): State<Carts>,
    access: Access,
    Path(id): Path<CartId>,
    RequiredKeyBody { body, key }: RequiredKeyBody<CheckOut>,
) -> Result<Response, Problem> {
    Ok(respond(flows::check_out(&carts, access, key, id, body.check()?).await?))
}

/// Buy at once: a cart is made and becomes an order in one step, at the total that the shopper was shown. Refused with 409
/// `total_changed` and the total of now where that is another, and like a checkout where something is missing or not to be had;
/// nothing is kept then.
#[utoipa::path(
    post, path = "/v1/checkouts", tag = "carts", request_body = BuyNow,
    params(("Idempotency-Key" = String, Header, description = "Of a guest: at least 16 characters")),
    responses((status = 202, body = CheckedOutView), Problem),
)]
async fn buy(
    State(carts): State<Carts>,
    access: Access,
    RequiredKeyBody { body, key }: RequiredKeyBody<BuyNow>,
) -> Result<Response, Problem> {
    hard_to_guess(access, Some(&key))?;
    let (cart, purchase) = body.check()?;
    Ok(respond(flows::buy(&carts, access, key, cart, purchase).await?))
}

/// The answer of a write; marked where it was given before.
fn respond(reply: Reply) -> Response {
    let mut response = answer_again(reply.answer);
    if !reply.again {
        response.headers_mut().remove(HeaderName::from_static("idempotent-replayed"));
    }
    response
}

/// A guest who holds no token yet shares the scope of keys with all others.
fn hard_to_guess(access: Access, key: Option<&IdempotencyKey>) -> Result<(), Problem> {
    match key {
        Some(key) if access == Access::default() && key.key.len() < MIN_GUEST_KEY => {
            Err(problem(422, "invalid_idempotency_key")
                .detail(format!("has fewer than {MIN_GUEST_KEY} characters; whoever guesses it is given the cart")))
        }
        Some(_) | None => Ok(()),
    }
}
