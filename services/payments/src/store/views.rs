//! What people see of a payment.

use super::{
    entities::{attempts, payments, refunds},
    read_currency, read_word,
};
use crate::model::{MANUAL, Origin, RefundStatus, State, Status};
use bodega_contracts::{OrderId, PaymentId, RefundId};
use bodega_db::{Db, DbError};
use bodega_kernel::{Money, Time};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

/// The most refunds shown of an order: the latest ones.
const MAX_REFUNDS: u64 = 100;

/// The money of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentView {
    /// Of which order.
    order_id: OrderId,
    /// Which payment.
    payment_id: PaymentId,
    /// Whether it may still be paid: `open`, `closing`, `cancelling`, `closed`.
    state: State,
    /// What is due.
    amount: Money,
    /// What is promised or taken.
    authorized: Money,
    /// What was taken.
    captured: Money,
    /// What was given back.
    refunded: Money,
    /// Until when it may be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<Time>,
    /// The attempts, oldest first.
    attempts: Vec<AttemptView>,
    /// The latest hundred refunds, oldest first.
    refunds: Vec<RefundView>,
}

/// One attempt to pay.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptView {
    /// From 1.
    pub(crate) number: i64,
    /// What the shopper chose.
    #[schema(example = "sim_success")]
    pub(crate) payment_method: String,
    /// Where it is.
    pub(crate) status: Status,
    /// How much it is for.
    pub(crate) amount: Money,
    /// Why it failed, in a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "card_declined")]
    pub(crate) code: Option<String>,
    /// What about it needs a human being.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flag: Option<String>,
    /// What staff wrote when they booked money that came by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "statement 12, line 3")]
    pub(crate) reference: Option<String>,
    /// When it was begun.
    pub(crate) at: Time,
}

/// Money on its way back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundView {
    /// Its id.
    pub(crate) id: RefundId,
    /// How much.
    pub(crate) amount: Money,
    /// Where it is.
    pub(crate) status: RefundStatus,
    /// Why: `staff`, `cancelled`, `surplus`.
    pub(crate) origin: Origin,
    /// Why, in words.
    pub(crate) reason: String,
    /// Why the provider refused, in a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// When it was asked for.
    pub(crate) at: Time,
}

/// The money of an order; `None` where nothing is due yet.
pub(crate) async fn view(db: &Db, order: OrderId) -> Result<Option<PaymentView>, DbError> {
    let found = payments::Entity::find_by_id(order.0).one(db.reader()).await?;
    let Some(payment) = found.filter(|payment| payment.due) else { return Ok(None) };
    let attempts = attempts::Entity::find()
        .filter(attempts::Column::OrderId.eq(order.0))
        .order_by_asc(attempts::Column::Attempt)
        .limit(MAX_REFUNDS)
        .all(db.reader())
        .await?;
    let mut refunds = refunds::Entity::find()
        .filter(refunds::Column::OrderId.eq(order.0))
        .order_by_desc(refunds::Column::RefundId)
        .limit(MAX_REFUNDS)
        .all(db.reader())
        .await?;
    refunds.reverse();
    let currency = read_currency(&payment.currency)?;
    let money = |amount| Money::new(amount, currency);
    Ok(Some(PaymentView {
        order_id: order,
        payment_id: PaymentId(payment.payment_id),
        state: read_word(&payment.state, State::of)?,
        amount: money(payment.amount),
        authorized: money(payment.authorized),
        captured: money(payment.captured),
        refunded: money(payment.refunded),
        deadline: payment.deadline_ms.map(Time::from_ms),
        attempts: attempts.into_iter().map(AttemptView::of).collect::<Result<_, _>>()?,
        refunds: refunds.into_iter().map(RefundView::of).collect::<Result<_, _>>()?,
    }))
}

impl AttemptView {
    fn of(row: attempts::Model) -> Result<Self, DbError> {
        Ok(Self {
            number: row.attempt,
            status: read_word(&row.status, Status::of)?,
            amount: Money::new(row.amount, read_currency(&row.currency)?),
            payment_method: row.method,
            code: row.code,
            flag: row.flag,
            reference: row.provider_ref.filter(|_| row.provider == MANUAL && row.captured > 0),
            at: Time::from_ms(row.created_ms),
        })
    }
}

impl RefundView {
    fn of(row: refunds::Model) -> Result<Self, DbError> {
        Ok(Self {
            id: RefundId(row.refund_id),
            amount: Money::new(row.amount, read_currency(&row.currency)?),
            status: read_word(&row.status, RefundStatus::of)?,
            origin: read_word(&row.origin, Origin::of)?,
            reason: row.reason,
            code: row.code,
            at: Time::from_ms(row.created_ms),
        })
    }
}
