//! The simulated bank that a shopper is sent to. Only there where the simulator is on.

use crate::{Payments, clients::Completion, error::Error};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use bodega_contracts::{OrderId, payments::DisputeState};
use bodega_kernel::Money;
use bodega_web::{Body, Path, Problem, Query, Staff};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Bytes of the longest way back.
const MAX_BACK: usize = 200;

/// What the shopper tells the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BankResult {
    /// It is me, and I pay.
    Approve,
    /// It is not me, or I do not pay.
    Decline,
}

/// What the shopper tells the bank.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct BankAnswer {
    /// A GET without it shows a page; a POST without it approves.
    result: Option<BankResult>,
    /// The page of the shop that browsers are sent back to, such as `/de/orders/1`; that of the order where it is none.
    back: Option<String>,
}

/// How the visit ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BankVisit {
    /// Of which order.
    order_id: OrderId,
    /// How much is to be paid.
    amount: Money,
    /// Where the charge stands.
    #[schema(example = "captured")]
    status: &'static str,
}

/// The bank's page, or the shopper's answer to it.
#[utoipa::path(
    get, path = "/v1/simulator/3ds/{token}", tag = "simulator",
    params(("token" = String, Path), BankAnswer),
    responses((status = 200, description = "A page, or how it ended", body = BankVisit), Problem),
)]
pub(crate) async fn get_three_ds(
    State(payments): State<Payments>,
    Path(token): Path<String>,
    Query(answer): Query<BankAnswer>,
) -> Result<Response, Problem> {
    match answer.result {
        Some(result) => Ok(end_visit(&payments, token, result).await?.into_response()),
        None => Ok(page(&visit(&payments, token).await?, answer.back.as_deref()).into_response()),
    }
}

/// The shopper's answer to the bank. Given again, it changes nothing. Browsers are sent back to the shop.
#[utoipa::path(
    post, path = "/v1/simulator/3ds/{token}", tag = "simulator",
    params(("token" = String, Path), BankAnswer),
    responses(
        (status = 200, description = "How it ended", body = BankVisit),
        (status = 303, description = "Back to the shop: where `Accept` begins with `text/html`"), Problem,
    ),
)]
pub(crate) async fn complete_three_ds(
    State(payments): State<Payments>,
    Path(token): Path<String>,
    Query(answer): Query<BankAnswer>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visit = end_visit(&payments, token, answer.result.unwrap_or(BankResult::Approve)).await?;
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if accept.is_some_and(|accept| accept.starts_with("text/html")) {
        let back = answer.back.filter(|back| is_of_the_shop(back));
        return Ok(Redirect::to(&back.unwrap_or_else(|| format!("/orders/{}", visit.order_id))).into_response());
    }
    Ok(visit.into_response())
}

/// What the buyer's bank says about an order's money.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"order_id": "0190b3d6-0000-7000-8000-000000000002", "state": "opened"}))]
pub(crate) struct DisputeCharge {
    /// Of which order.
    order_id: OrderId,
    /// What it says: `opened` first, then `won` or `lost`.
    state: DisputeState,
}

/// A dispute at the simulated bank.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisputedCharge {
    /// Of which order.
    order_id: OrderId,
    /// What the bank says.
    state: DisputeState,
    /// How much it is about.
    amount: Money,
}

/// The simulated bank disputes what was taken for an order, or decides; a signed report tells of it. 404 where there is
/// nothing to dispute or to decide.
#[utoipa::path(
    post, path = "/v1/simulator/disputes", tag = "simulator", request_body = DisputeCharge,
    responses((status = 200, description = "Reported", body = DisputedCharge), Problem),
)]
pub(crate) async fn dispute_charge(
    State(payments): State<Payments>,
    _: Staff,
    Body(DisputeCharge { order_id, state }): Body<DisputeCharge>,
) -> Result<Json<DisputedCharge>, Problem> {
    let simulator = payments.providers.simulator.as_ref().ok_or(Error::NotFound)?;
    let amount = simulator.dispute(order_id, state).await.map_err(Error::Db)?.ok_or(Error::NotFound)?;
    Ok(Json(DisputedCharge { order_id, state, amount }))
}

async fn end_visit(payments: &Payments, token: String, result: BankResult) -> Result<Json<BankVisit>, Error> {
    let simulator = payments.providers.simulator.as_ref().ok_or(Error::NotFound)?;
    let completion = simulator.complete(token, result == BankResult::Approve).await?;
    Ok(Json(completion.ok_or(Error::NotFound)?.into()))
}

async fn visit(payments: &Payments, token: String) -> Result<Completion, Error> {
    let simulator = payments.providers.simulator.as_ref().ok_or(Error::NotFound)?;
    simulator.completion(token).await?.ok_or(Error::NotFound)
}

/// Whether an address is a path of this shop, and nothing that a browser takes for another place.
fn is_of_the_shop(back: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    back.starts_with('/') && !back.starts_with("//") && back.len() <= MAX_BACK && back.bytes().all(is_plain)
}

fn page(visit: &Completion, back: Option<&str>) -> Html<String> {
    let Completion { order_id, amount, status } = visit;
    // Such a path needs no escaping in what follows.
    let back = back.filter(|back| is_of_the_shop(back)).map(|back| format!("&amp;back={back}")).unwrap_or_default();
    let (words, form) = if *status == "action_required" {
        let button = |result: &str, text: &str| {
            format!("<form method=\"post\" action=\"?result={result}{back}\"><button>{text}</button></form>")
        };
        ("Is it you who pays this?", format!("{}<br>{}", button("approve", "Approve"), button("decline", "Decline")))
    } else {
        ("You have answered this already.", String::new())
    };
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Simulated bank</title>\
         <h1>Simulated bank</h1><p>Order {order_id}: {amount}.</p><p>{words}</p>{form}</html>"
    ))
}

impl From<Completion> for BankVisit {
    fn from(Completion { order_id, amount, status }: Completion) -> Self {
        Self { order_id, amount, status }
    }
}
