//! What people see of a payment.

use super::{
    entities::{attempts, payments, refunds, tenders},
    read_currency, read_word,
};
use crate::model::{MANUAL, Origin, RefundStatus, State, Status, TenderState, dispute_of};
use bodega_contracts::{OrderId, PaymentId, RefundId, payments::DisputeState};
use bodega_db::{Db, DbError};
use bodega_kernel::{Currency, Money, Time};
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
    /// The gift cards and store credit that pay a part of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tenders: Vec<TenderView>,
    /// What the buyer's bank says.
    #[serde(skip_serializing_if = "Option::is_none")]
    dispute: Option<DisputeView>,
    /// The attempts, oldest first.
    attempts: Vec<AttemptView>,
    /// The latest hundred refunds, oldest first.
    refunds: Vec<RefundView>,
}

/// A gift card or store credit that pays a part of an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"label": "7KQ4", "amount": {"amount": 500, "currency": "GBP"},
    "returned": {"amount": 0, "currency": "GBP"}, "state": "taken"}))]
pub(crate) struct TenderView {
    /// How it is shown.
    label: String,
    /// How much it pays.
    amount: Money,
    /// What was given back to it.
    returned: Money,
    /// Where it is.
    state: TenderState,
}

/// What the buyer's bank says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisputeView {
    /// How it stands.
    state: DisputeState,
    /// How much it is about.
    amount: Money,
    /// What was taken back of store credit that returns of the order had become.
    #[serde(skip_serializing_if = "Option::is_none")]
    credit_taken_back: Option<Money>,
    /// What of that credit was spent already and is the shop's loss.
    #[serde(skip_serializing_if = "Option::is_none")]
    written_off: Option<Money>,
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
    /// What of it went to gift cards and store credit at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credited: Option<Money>,
    /// Where it is.
    pub(crate) status: RefundStatus,
    /// Why: `staff`, `cancelled`, `return`, `surplus`.
    pub(crate) origin: Origin,
    /// Why, in words.
    pub(crate) reason: String,
    /// Why the provider refused, in a stable word; `disputed` while it waits for the buyer's bank, `given_by_bank` where
    /// the bank gave it back in its place.
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
    let tenders = tenders::Entity::find()
        .filter(tenders::Column::OrderId.eq(order.0))
        .order_by_asc(tenders::Column::Number)
        .limit(MAX_REFUNDS)
        .all(db.reader())
        .await?;
    let currency = read_currency(&payment.currency)?;
    let money = |amount| Money::new(amount, currency);
    Ok(Some(PaymentView {
        order_id: order,
        payment_id: PaymentId(payment.payment_id),
        state: read_word(&payment.state, State::of)?,
        amount: money(payment.amount),
        authorized: money(payment.authorized + payment.tendered),
        captured: money(payment.captured + payment.tendered),
        refunded: money(payment.refunded + payment.credited),
        deadline: payment.deadline_ms.map(Time::from_ms),
        tenders: tenders.into_iter().map(|tender| TenderView::of(tender, currency)).collect::<Result<_, _>>()?,
        dispute: DisputeView::of(&payment, currency)?,
        attempts: attempts.into_iter().map(AttemptView::of).collect::<Result<_, _>>()?,
        refunds: refunds.into_iter().map(RefundView::of).collect::<Result<_, _>>()?,
    }))
}

impl TenderView {
    fn of(row: tenders::Model, currency: Currency) -> Result<Self, DbError> {
        Ok(Self {
            label: row.label,
            amount: Money::new(row.amount, currency),
            returned: Money::new(row.returned, currency),
            state: read_word(&row.state, TenderState::of)?,
        })
    }
}

impl DisputeView {
    fn of(row: &payments::Model, currency: Currency) -> Result<Option<Self>, DbError> {
        let some = |amount| (amount > 0).then(|| Money::new(amount, currency));
        let view = |word: &str| {
            Ok(Self {
                state: read_word(word, dispute_of)?,
                amount: Money::new(row.disputed, currency),
                credit_taken_back: some(row.taken_back),
                written_off: some(row.written_off),
            })
        };
        row.dispute.as_deref().map(view).transpose()
    }
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
        let currency = read_currency(&row.currency)?;
        Ok(Self {
            id: RefundId(row.refund_id),
            amount: Money::new(row.amount, currency),
            credited: (row.credited > 0).then(|| Money::new(row.credited, currency)),
            status: read_word(&row.status, RefundStatus::of)?,
            origin: read_word(&row.origin, Origin::of)?,
            reason: row.reason,
            code: row.code,
            at: Time::from_ms(row.created_ms),
        })
    }
}
