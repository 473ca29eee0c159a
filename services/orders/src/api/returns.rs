//! The routes of returns: the buyer asks, staff allow, refuse, receive and call off.

use super::{REASON, answer, some_words, words};
use crate::{
    Orders,
    error::{Error, Refusal},
    flows::{self, Asked, Doing, Looker},
    model::returns::{Act, Counted, Return, Wanted, Wish},
    store,
    views::ReturnView,
};
use axum::{
    extract::State,
    response::{Json, Response},
};
use bodega_contracts::{OrderId, ReturnId, orders::ReturnState};
use bodega_kernel::{Page, Sku};
use bodega_pricing::MAX_QUANTITY;
use bodega_web::{KeyedBody, OrderToken, Paging, Path, Problem, Query, Staff, Who};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};

/// The most lines of a return.
const LINES: usize = 100;

/// What is to come back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"lines": [{"sku": "MUG-BLUE", "quantity": 1}], "reason": "does not fit", "wish": "refund"}))]
pub(super) struct ReturnRequest {
    /// 1 to 100, each SKU once; what has left of the order and is in no other return.
    lines: Vec<Wanted>,
    /// In the buyer's words, at most 500 characters.
    #[schema(max_length = 500, example = "does not fit")]
    reason: String,
    /// What the buyer wants for it; store credit only with an account.
    wish: Wish,
    /// For an exchange: what is sent in place, as many pieces.
    #[serde(default)]
    replacement: Vec<Wanted>,
}

/// What staff say to the buyer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"message": "send it to our warehouse"}))]
pub(super) struct ReturnMessage {
    /// At most 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    message: Option<String>,
}

/// Why a return is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"message": "it was worn"}))]
pub(super) struct ReturnRefusal {
    /// At most 500 characters; the buyer reads it.
    #[schema(max_length = 500)]
    message: String,
}

/// What came back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"lines": [{"sku": "MUG-BLUE", "restock": 1, "write_off": 0}], "refund_shipping": false}))]
pub(super) struct ReturnReceipt {
    /// Each SKU once, no more pieces than were asked for; what is not named did not come.
    lines: Vec<Counted>,
    /// Whether the shipping is given back, too: once for an order.
    #[serde(default)]
    refund_shipping: bool,
    /// At most 500 characters; the buyer reads it.
    #[serde(default)]
    #[schema(max_length = 500)]
    message: Option<String>,
}

/// Which returns.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReturnListing {
    /// Only in this state.
    #[param(inline)]
    state: Option<ReturnState>,
}

/// Asks to send goods of an order back. What has left can come back, until the return window is over; later only staff ask.
#[utoipa::path(
    post, path = "/v1/orders/{id}/returns", tag = "orders", request_body = ReturnRequest,
    params(
        ("id" = OrderId, Path),
        ("X-Order-Token" = Option<String>, Header, description = "a guest's key to it"),
        ("Idempotency-Key" = Option<String>, Header, description = "the same for every try"),
    ),
    responses((status = 201, body = ReturnView), Problem),
)]
pub(super) async fn request_return(
    State(state): State<Orders>,
    Path(id): Path<OrderId>,
    Who(caller): Who,
    OrderToken(token): OrderToken,
    KeyedBody { body, key }: KeyedBody<ReturnRequest>,
) -> Result<Response, Problem> {
    let asked = asked(body)?;
    Ok(answer(flows::request_return(&state, &Looker { caller, token }, id, asked, key).await?))
}

/// The returns of an order, oldest first: 50 at most.
#[utoipa::path(
    get, path = "/v1/orders/{id}/returns", tag = "orders",
    params(("id" = OrderId, Path), ("X-Order-Token" = Option<String>, Header, description = "a guest's key to it")),
    responses((status = 200, body = Vec<ReturnView>), Problem),
)]
pub(super) async fn list_returns_of_order(
    State(state): State<Orders>,
    Path(id): Path<OrderId>,
    Who(caller): Who,
    OrderToken(token): OrderToken,
) -> Result<Json<Vec<ReturnView>>, Problem> {
    flows::find(&state, &Looker { caller, token }, id).await?;
    let returns = store::returns(&state.db, id).await?;
    Ok(Json(returns.into_iter().map(ReturnView::of).collect()))
}

/// All returns, newest first.
#[utoipa::path(
    get, path = "/v1/admin/returns", tag = "orders", params(ReturnListing, Paging),
    responses((status = 200, body = Page<ReturnView>), Problem),
)]
pub(super) async fn list_returns(
    State(state): State<Orders>,
    _: Staff,
    Query(ReturnListing { state: in_state }): Query<ReturnListing>,
    paging: Paging,
) -> Result<Json<Page<ReturnView>>, Problem> {
    let rows = store::returns_page(&state.db, in_state, paging.key()?, paging.limit).await?;
    let mut page = Page::of(rows, paging.limit, |one: &Return| one.id).map(ReturnView::of);
    if paging.count {
        page.total = Some(store::count_returns(&state.db, in_state).await?);
    }
    Ok(Json(page))
}

/// A return.
#[utoipa::path(
    get, path = "/v1/admin/returns/{id}", tag = "orders", params(("id" = ReturnId, Path)),
    responses((status = 200, body = ReturnView), Problem),
)]
pub(super) async fn get_return(
    State(state): State<Orders>,
    _: Staff,
    Path(id): Path<ReturnId>,
) -> Result<Json<ReturnView>, Problem> {
    let one = store::a_return(&state.db, id).await?.ok_or(Error::Return(Refusal::Unknown))?;
    Ok(Json(ReturnView::of(one)))
}

/// Allows a return that was asked for: the buyer may send the goods.
#[utoipa::path(
    post, path = "/v1/admin/returns/{id}/approve", tag = "orders", request_body = ReturnMessage,
    params(("id" = ReturnId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ReturnView), Problem),
)]
pub(super) async fn approve_return(
    State(state): State<Orders>,
    _: Staff,
    Path(id): Path<ReturnId>,
    KeyedBody { body, key }: KeyedBody<ReturnMessage>,
) -> Result<Response, Problem> {
    let doing = doing(Act::Approve, words("/message", body.message, REASON)?);
    Ok(answer(flows::act_on_return(&state, id, doing, key).await?))
}

/// Refuses a return that was asked for, and says why.
#[utoipa::path(
    post, path = "/v1/admin/returns/{id}/reject", tag = "orders", request_body = ReturnRefusal,
    params(("id" = ReturnId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ReturnView), Problem),
)]
pub(super) async fn reject_return(
    State(state): State<Orders>,
    _: Staff,
    Path(id): Path<ReturnId>,
    KeyedBody { body, key }: KeyedBody<ReturnRefusal>,
) -> Result<Response, Problem> {
    let doing = doing(Act::Reject, Some(some_words("/message", body.message, REASON)?));
    Ok(answer(flows::act_on_return(&state, id, doing, key).await?))
}

/// The goods are here and were counted: what came is given back or exchanged, and goes on the shelf or not.
#[utoipa::path(
    post, path = "/v1/admin/returns/{id}/receive", tag = "orders", request_body = ReturnReceipt,
    params(("id" = ReturnId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ReturnView), Problem),
)]
pub(super) async fn receive_return(
    State(state): State<Orders>,
    _: Staff,
    Path(id): Path<ReturnId>,
    KeyedBody { body, key }: KeyedBody<ReturnReceipt>,
) -> Result<Response, Problem> {
    let ReturnReceipt { lines, refund_shipping, message } = body;
    let message = words("/message", message, REASON)?;
    few("/lines", lines.iter().map(|line| &line.sku))?;
    for (index, line) in lines.iter().enumerate() {
        for (name, pieces) in [("restock", line.restock), ("write_off", line.write_off)] {
            if !(0..=MAX_QUANTITY).contains(&pieces) {
                return Err(Problem::invalid(format!("/lines/{index}/{name}"), "is 0 to 10,000"));
            }
        }
    }
    let doing = Doing { counted: lines, refund_shipping, ..doing(Act::Receive, message) };
    Ok(answer(flows::act_on_return(&state, id, doing, key).await?))
}

/// Calls off a return whose goods do not come.
#[utoipa::path(
    post, path = "/v1/admin/returns/{id}/cancel", tag = "orders", request_body = ReturnMessage,
    params(("id" = ReturnId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ReturnView), Problem),
)]
pub(super) async fn cancel_return(
    State(state): State<Orders>,
    _: Staff,
    Path(id): Path<ReturnId>,
    KeyedBody { body, key }: KeyedBody<ReturnMessage>,
) -> Result<Response, Problem> {
    let doing = doing(Act::Cancel, words("/message", body.message, REASON)?);
    Ok(answer(flows::act_on_return(&state, id, doing, key).await?))
}

fn doing(act: Act, message: Option<String>) -> Doing {
    Doing { act, message, counted: Vec::new(), refund_shipping: false }
}

fn asked(body: ReturnRequest) -> Result<Asked, Problem> {
    let ReturnRequest { lines, reason, wish, replacement } = body;
    let pieces = pieces("/lines", &lines)?;
    if wish == Wish::Exchange {
        if self::pieces("/replacement", &replacement)? != pieces {
            return Err(Problem::invalid("/replacement", "has as many pieces as come back"));
        }
    } else if !replacement.is_empty() {
        return Err(Problem::invalid("/replacement", "is for an exchange only"));
    }
    Ok(Asked { reason: some_words("/reason", reason, REASON)?, lines, wish, replacement })
}

/// How many pieces these lines have.
fn pieces(pointer: &str, lines: &[Wanted]) -> Result<i64, Problem> {
    if lines.is_empty() {
        return Err(Problem::invalid(pointer, "is empty"));
    }
    few(pointer, lines.iter().map(|line| &line.sku))?;
    for (index, line) in lines.iter().enumerate() {
        if !(1..=MAX_QUANTITY).contains(&line.quantity) {
            return Err(Problem::invalid(format!("{pointer}/{index}/quantity"), "is 1 to 10,000"));
        }
    }
    Ok(lines.iter().map(|line| line.quantity).sum())
}

/// Not too many lines, and each SKU on one of them.
fn few<'a>(pointer: &str, skus: impl Iterator<Item = &'a Sku>) -> Result<(), Problem> {
    let mut seen = BTreeSet::new();
    for (index, sku) in skus.enumerate() {
        if index >= LINES {
            return Err(Problem::invalid(pointer, "has at most 100 lines"));
        }
        if !seen.insert(sku) {
            return Err(Problem::invalid(format!("{pointer}/{index}/sku"), "is on another line already"));
        }
    }
    Ok(())
}
