//! The buyer's bank: where shoppers say yes or no, and which disputes what was paid. And what the simulator's books show
//! to those who compare them.

use super::{
    books::{Booked, Standing, read, select, stand},
    webhooks,
};
use crate::{
    clients::Statement,
    model::{ChargeKey, dispute_of, dispute_word},
};
use bodega_contracts::{OrderId, payments::DisputeState};
use bodega_db::{DbError, Tx, Value, params};
use bodega_kernel::{Money, Time};
use uuid::Uuid;

/// How a visit to the bank ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Completion {
    /// Of which order.
    pub(crate) order_id: OrderId,
    /// How much is to be paid.
    pub(crate) amount: Money,
    /// Where the charge stands now, in a word.
    pub(crate) status: &'static str,
}

const BY_TOKEN: &str = select!("token = $1 {lock}");

/// Where the charge with this token stands.
pub(super) async fn completion(tx: &mut Tx, token: &str) -> Result<Option<Completion>, DbError> {
    let found = tx.query_one(BY_TOKEN, &params![token]).await?.as_ref().map(read).transpose()?;
    Ok(found.map(|booked| booked.completion()))
}

/// The shopper comes back from the bank: ends a charge that waits for that, and queues the event that tells of it.
pub(super) async fn complete(
    tx: &mut Tx,
    token: &str,
    approved: bool,
) -> Result<Option<(Completion, String)>, DbError> {
    let found = tx.query_one(BY_TOKEN, &params![token]).await?.as_ref().map(read).transpose()?;
    let Some(mut booked) = found else { return Ok(None) };
    if booked.standing == Standing::ActionRequired {
        let standing = match (approved, booked.capture) {
            (true, true) => Standing::Captured,
            (true, false) => Standing::Authorized,
            (false, _) => Standing::Declined,
        };
        booked = stand(tx, booked, standing).await?;
        webhooks::queue(tx, &booked.event_id(), booked.key, &booked.outcome(), 1).await?;
    }
    Ok(Some((booked.completion(), booked.event_id())))
}

impl Booked {
    fn completion(&self) -> Completion {
        Completion { order_id: self.key.order_id, amount: self.amount, status: self.standing.word() }
    }
}

/// These charges, as far as they are known.
pub(super) async fn statements(tx: &mut Tx, keys: &[ChargeKey]) -> Result<Vec<Statement>, DbError> {
    let mut orders: Vec<_> = keys.iter().map(|key| key.order_id.0).collect();
    orders.sort_unstable();
    orders.dedup();
    let orders: Vec<Value<'_>> = orders.into_iter().map(Value::from).collect();
    let rows = tx.query_keys(select!("order_id = $1 ORDER BY order_id, attempt"), &orders).await?;
    let mut found = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    found.retain(|booked| keys.contains(&booked.key));
    Ok(found.iter().map(statement).collect())
}

/// The charges of a span of time, by key.
pub(super) async fn charges(
    tx: &mut Tx,
    (from, to): (Time, Time),
    after: &str,
    limit: usize,
) -> Result<Vec<Statement>, DbError> {
    let nothing = ChargeKey { order_id: OrderId(Uuid::nil()), attempt: 0 };
    let ChargeKey { order_id, attempt } = after.parse().unwrap_or(nothing);
    let sql = select!(
        "at_ms >= $1 AND at_ms < $2 AND (order_id > $3 OR (order_id = $3 AND attempt > $4)) ORDER BY order_id, attempt LIMIT $5"
    );
    let rows = tx.query(sql, &params![from, to, order_id.0, attempt, limit as i64]).await?;
    rows.iter().map(|row| read(row).map(|booked| statement(&booked))).collect()
}

/// The bank opens or decides a dispute about what was taken for an order, and the event that tells of it is queued. What
/// it has said stays: `None` where there is nothing to dispute or to decide.
pub(super) async fn open(tx: &mut Tx, order: OrderId, state: DisputeState) -> Result<Option<(Money, String)>, DbError> {
    let sql = select!("order_id = $1 AND captured > 0 ORDER BY attempt LIMIT 1 {lock}");
    let Some(booked) = tx.query_one(sql, &params![order.0]).await?.as_ref().map(read).transpose()? else {
        return Ok(None);
    };
    let before = booked.dispute.as_deref().and_then(dispute_of);
    let amount = match (before, state) {
        (None, DisputeState::Opened) => booked.captured - booked.refunded,
        (Some(DisputeState::Opened), DisputeState::Won | DisputeState::Lost) => booked.disputed,
        (known, wanted) if known == Some(wanted) => booked.disputed,
        (_, _) => 0,
    };
    if amount < 1 {
        return Ok(None);
    }
    let lost = if state == DisputeState::Lost { amount } else { 0 };
    let sql =
        "UPDATE simulator_charges SET dispute = $3, disputed = $4, lost = $5 WHERE order_id = $1 AND attempt = $2";
    tx.execute(sql, &params![order.0, booked.key.attempt, dispute_word(state), amount, lost]).await?;
    let (word, amount) = (dispute_word(state), Money::new(amount, booked.amount.currency));
    let (event, kind) = (format!("evt_{}_dispute_{word}", booked.key), format!("dispute.{word}"));
    webhooks::queue_report(tx, &event, booked.key, (&kind, &booked.reference), amount, 1).await?;
    Ok(Some((amount, event)))
}

fn statement(booked: &Booked) -> Statement {
    let captured = Money::new(booked.captured, booked.amount.currency);
    Statement { key: booked.key, captured, refunded: booked.refunded }
}
