//! The money of an order: pay it, look at it, give it back, take what is promised, book what has come by hand.

use crate::{
    Payments,
    error::Error,
    flows::{self, Given, Tendering},
    store::{self, AttemptView, PaymentView, RefundView},
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_contracts::OrderId;
use bodega_kernel::Money;
use bodega_web::{OrderToken, Path, Problem, RequiredKeyBody, Staff, Who, answer_again, current_trace};
use serde::Deserialize;
use utoipa::ToSchema;

/// The most minor units of a refund.
pub(super) const MAX_AMOUNT: i64 = 1_000_000_000_000;
/// The most characters of the reference of a transfer, as banks have it.
const MAX_REFERENCE: usize = 140;
/// The most characters of a reason.
const MAX_REASON: usize = 500;

/// How to pay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayOrder {
    /// A method of a provider that is on: lower case, digits and underscores, at most 40.
    #[schema(example = "sim_success")]
    payment_method: String,
    /// Whether the gift cards and the store credit that the order was to be paid with are tried again: those that still
    /// hold pay their part, the payment method pays the rest.
    #[serde(default)]
    use_tenders: bool,
}

/// What to give back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundOrder {
    /// How much, in the order's currency.
    amount: Money,
    /// Why, for the books: at most 500 characters.
    #[schema(example = "one item arrived broken")]
    reason: String,
}

/// What has come by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceivePayment {
    /// How much: all that is due.
    amount: Money,
    /// How it is found again, such as the line of the bank statement: 1 to 140 characters. The buyer can see it.
    #[schema(example = "statement 12, line 3")]
    reference: String,
}

/// Nothing more to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaptureOrder {}

/// The next attempt to pay an order, once the last one has ended without money. The outcome is told by the order.
#[utoipa::path(
    post, path = "/v1/orders/{id}/payments", tag = "payments",
    params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header), ("X-Order-Token" = Option<String>, Header)),
    request_body = PayOrder,
    responses((status = 202, description = "Begun", body = AttemptView), Problem),
)]
pub(crate) async fn pay_order(
    State(payments): State<Payments>,
    order: Path<OrderId>,
    Who(caller): Who,
    OrderToken(token): OrderToken,
    RequiredKeyBody { body, key }: RequiredKeyBody<PayOrder>,
) -> Result<Response, Problem> {
    body.check()?;
    flows::check_access(&payments, *order, &caller, token.as_deref()).await?;
    let with = if body.use_tenders { Tendering::WhatHolds } else { Tendering::Nothing };
    let given = flows::begin_attempt(&payments, *order, body.payment_method, with, key, current_trace()).await?;
    Ok(given.into_response())
}

/// The attempts and refunds of an order.
#[utoipa::path(
    get, path = "/v1/orders/{id}/payments", tag = "payments",
    params(("id" = OrderId, Path), ("X-Order-Token" = Option<String>, Header)),
    responses((status = 200, description = "All its money", body = PaymentView), Problem),
)]
pub(crate) async fn get_payments(
    State(payments): State<Payments>,
    order: Path<OrderId>,
    Who(caller): Who,
    OrderToken(token): OrderToken,
) -> Result<Json<PaymentView>, Problem> {
    flows::check_access(&payments, *order, &caller, token.as_deref()).await?;
    let view = store::view(&payments.db, *order).await.map_err(Error::Db)?;
    Ok(Json(view.ok_or(Error::NotFound)?))
}

/// Gives money back. All refunds of an order together never exceed what was taken.
#[utoipa::path(
    post, path = "/v1/orders/{id}/refunds", tag = "payments",
    params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)),
    request_body = RefundOrder,
    responses((status = 202, description = "On its way", body = RefundView), Problem),
)]
pub(crate) async fn refund_order(
    State(payments): State<Payments>,
    order: Path<OrderId>,
    _: Staff,
    RequiredKeyBody { body, key }: RequiredKeyBody<RefundOrder>,
) -> Result<Response, Problem> {
    body.check()?;
    let given = flows::give_back(&payments, *order, body.amount, body.reason, key, current_trace()).await?;
    Ok(given.into_response())
}

/// Takes what was promised for an order.
#[utoipa::path(
    post, path = "/v1/orders/{id}/captures", tag = "payments",
    params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)),
    request_body = CaptureOrder,
    responses((status = 202, description = "Being taken"), Problem),
)]
pub(crate) async fn capture_order(
    State(payments): State<Payments>,
    order: Path<OrderId>,
    _: Staff,
    RequiredKeyBody { body: CaptureOrder {}, key }: RequiredKeyBody<CaptureOrder>,
) -> Result<Response, Problem> {
    Ok(flows::capture(&payments, *order, key, current_trace()).await?.into_response())
}

/// Books money that has come by hand, such as a bank transfer or cash at the door: all that is due, once.
#[utoipa::path(
    post, path = "/v1/orders/{id}/payments/received", tag = "payments",
    params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)),
    request_body = ReceivePayment,
    responses((status = 200, description = "Booked"), Problem),
)]
pub(crate) async fn receive_payment(
    State(payments): State<Payments>,
    order: Path<OrderId>,
    _: Staff,
    RequiredKeyBody { body, key }: RequiredKeyBody<ReceivePayment>,
) -> Result<Response, Problem> {
    body.check()?;
    let given = flows::receive(&payments, *order, body.amount, body.reference, key, current_trace()).await?;
    Ok(given.into_response())
}

impl PayOrder {
    fn check(&self) -> Result<(), Error> {
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let fits = (1..=40).contains(&self.payment_method.len()) && self.payment_method.bytes().all(word);
        let why = "1 to 40 lower case letters, digits and underscores";
        if fits { Ok(()) } else { Err(Error::Invalid("/payment_method", why)) }
    }
}

impl ReceivePayment {
    fn check(&self) -> Result<(), Error> {
        check_amount(self.amount)?;
        let length = self.reference.trim().chars().count();
        if !(1..=MAX_REFERENCE).contains(&length) || self.reference.chars().any(char::is_control) {
            return Err(Error::Invalid("/reference", "1 to 140 characters in one line"));
        }
        Ok(())
    }
}

pub(super) fn check_amount(amount: Money) -> Result<(), Error> {
    let fits = (1..=MAX_AMOUNT).contains(&amount.amount);
    if fits { Ok(()) } else { Err(Error::Invalid("/amount/amount", "1 to 1000000000000")) }
}

impl RefundOrder {
    fn check(&self) -> Result<(), Error> {
        check_amount(self.amount)?;
        check_reason("/reason", &self.reason)
    }
}

/// Says why in one line.
pub(super) fn check_reason(pointer: &'static str, reason: &str) -> Result<(), Error> {
    let length = reason.trim().chars().count();
    if !(1..=MAX_REASON).contains(&length) || reason.chars().any(char::is_control) {
        return Err(Error::Invalid(pointer, "1 to 500 characters in one line"));
    }
    Ok(())
}

impl IntoResponse for Given {
    fn into_response(self) -> Response {
        match self {
            Self::First(answer) => {
                let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::ACCEPTED);
                (status, [(header::CONTENT_TYPE, "application/json")], answer.body).into_response()
            }
            Self::Again(answer) => answer_again(answer),
        }
    }
}
