//! What other services and `verify` may know of payments.

use super::{
    entities::{attempts, ledger, payments, refunds, simulator_charges},
    read_currency,
};
use crate::model::{Account, MANUAL, RefundStatus, Status, Task, dispute_word};
use bodega_contracts::{
    OrderId, PaymentId,
    payments::{BANK_TRANSFER, DisputeState, PaymentAction, PaymentFact},
};
use bodega_db::{Db, DbError};
use bodega_kernel::Money;
use sea_orm::{
    AccessMode, ColumnTrait, DatabaseTransaction, DbBackend, EntityTrait, IsolationLevel, QueryFilter, QueryOrder,
    QuerySelect, TransactionTrait,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The most facts on a page.
const PAGE: u64 = 500;

/// What the shopper has to do for an order, if anything; transfers go to `bank_details`.
pub(crate) async fn pending_action(
    db: &Db,
    order: OrderId,
    bank_details: Option<&str>,
) -> Result<Option<PaymentAction>, DbError> {
    let waiting = attempts::Entity::find()
        .filter(attempts::Column::OrderId.eq(order.0))
        .filter(attempts::Column::Status.eq(Status::ActionRequired.word()))
        .order_by_desc(attempts::Column::Attempt)
        .one(db.reader())
        .await?;
    let action = |attempt: attempts::Model| match (attempt.provider.as_str(), attempt.action_url) {
        (MANUAL, _) => Some(PaymentAction {
            kind: BANK_TRANSFER.to_owned(),
            reference: Some(order.to_string()),
            text: bank_details.map(str::to_owned),
            ..PaymentAction::default()
        }),
        (_, Some(url)) => Some(PaymentAction { kind: "redirect".to_owned(), url, ..PaymentAction::default() }),
        (_, None) => None,
    };
    Ok(waiting.and_then(action))
}

/// Payments by order id, after `after`. The provider's figures are there where its books are here: staff who took money
/// by hand have none.
pub(crate) async fn payment_facts(
    db: &Db,
    after: Option<OrderId>,
    simulated: bool,
) -> Result<Vec<PaymentFact>, DbError> {
    let after = after.map_or(Uuid::nil(), |order| order.0);
    let opened = snapshot(db).await?;
    let snapshot = &opened;
    let rows = payments::Entity::find()
        .filter(payments::Column::Due.eq(true))
        .filter(payments::Column::OrderId.gt(after))
        .order_by_asc(payments::Column::OrderId)
        .limit(PAGE)
        .all(snapshot)
        .await?;
    let orders: Vec<Uuid> = rows.iter().map(|payment| payment.order_id).collect();
    let attempts = Attempts::read(snapshot, &orders).await?;
    let booked = Booked::read(snapshot, &orders).await?;
    let provider = if simulated { provider_sums(snapshot, &orders, &attempts.surplus).await? } else { HashMap::new() };
    opened.commit().await?;
    let fact = |payment: payments::Model| {
        let order = payment.order_id;
        let at_provider = provider.get(&order).copied().unwrap_or_default();
        let has_books = simulated && !attempts.by_hand.contains(&order);
        let credited = payment.credited - payment.taken_back - payment.written_off;
        Ok(PaymentFact {
            tendered: payment.tendered,
            credited,
            order_id: OrderId(order),
            payment_id: PaymentId(payment.payment_id),
            amount: Money::new(payment.amount, read_currency(&payment.currency)?),
            authorized: payment.authorized + payment.tendered,
            captured: payment.captured + payment.tendered - lost(&payment),
            refunded: payment.refunded + credited,
            open: attempts.open.contains(&order),
            ledger_sum: booked.sum(order),
            ledger_captured: -booked.on(order, Account::OrderReceipts),
            ledger_refunded: booked.on(order, Account::OrderRefunds),
            provider_captured: has_books.then_some(at_provider.0),
            provider_refunded: has_books.then_some(at_provider.1),
        })
    };
    rows.into_iter().map(fact).collect()
}

/// What a bank took back: it counts as never taken.
fn lost(payment: &payments::Model) -> i64 {
    let lost = payment.dispute.as_deref() == Some(dispute_word(DisputeState::Lost));
    if lost { payment.disputed } else { 0 }
}

/// All tables as they were at one moment, so that what is being written meanwhile does not look wrong.
async fn snapshot(db: &Db) -> Result<DatabaseTransaction, DbError> {
    let reader = db.reader();
    if reader.get_database_backend() == DbBackend::Postgres {
        let (level, access) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
        return Ok(reader.begin_with_config(Some(level), Some(access)).await?);
    }
    Ok(reader.begin().await?)
}

/// What is under way of these orders, which were paid by hand, and which of their attempts are surplus.
struct Attempts {
    open: HashSet<Uuid>,
    by_hand: HashSet<Uuid>,
    surplus: HashSet<(Uuid, i64)>,
}

impl Attempts {
    async fn read(snapshot: &DatabaseTransaction, orders: &[Uuid]) -> Result<Self, DbError> {
        let (mut open, mut by_hand, mut surplus) = (HashSet::new(), HashSet::new(), HashSet::new());
        let rows = attempts::Entity::find()
            .filter(attempts::Column::OrderId.is_in(orders.iter().copied()))
            .all(snapshot)
            .await?;
        for attempt in rows {
            let calling = [Task::Capture, Task::Void].iter().any(|task| attempt.task.as_deref() == Some(task.word()));
            if calling || Status::of(&attempt.status).is_none_or(Status::is_open) {
                open.insert(attempt.order_id);
            }
            if attempt.provider == MANUAL && attempt.captured > 0 {
                by_hand.insert(attempt.order_id);
            }
            if attempt.surplus {
                surplus.insert((attempt.order_id, attempt.attempt));
            }
        }
        let moving = [RefundStatus::Prepared, RefundStatus::Calling, RefundStatus::Waiting].map(RefundStatus::word);
        let rows = refunds::Entity::find()
            .filter(refunds::Column::OrderId.is_in(orders.iter().copied()))
            .filter(refunds::Column::Status.is_in(moving))
            .all(snapshot)
            .await?;
        open.extend(rows.into_iter().map(|refund| refund.order_id));
        Ok(Self { open, by_hand, surplus })
    }
}

/// The ledger's sums of these orders by account.
#[derive(Default)]
struct Booked {
    by_account: HashMap<(Uuid, String), i64>,
    by_order: HashMap<Uuid, i64>,
}

impl Booked {
    async fn read(snapshot: &DatabaseTransaction, orders: &[Uuid]) -> Result<Self, DbError> {
        let rows =
            ledger::Entity::find().filter(ledger::Column::OrderId.is_in(orders.iter().copied())).all(snapshot).await?;
        let mut sums = Self::default();
        for row in rows {
            for (account, amount) in [(row.account, row.amount), (row.counter, row.counter_amount)] {
                *sums.by_order.entry(row.order_id).or_default() += amount;
                *sums.by_account.entry((row.order_id, account)).or_default() += amount;
            }
        }
        Ok(sums)
    }

    fn on(&self, order: Uuid, account: Account) -> i64 {
        self.by_account.get(&(order, account.word().to_owned())).copied().unwrap_or(0)
    }

    fn sum(&self, order: Uuid) -> i64 {
        self.by_order.get(&order).copied().unwrap_or(0)
    }
}

/// What the simulator's own books say was taken and given back. A surplus that went back whole is left out, as our own
/// sums leave it out; one that did not is counted, so that it shows.
async fn provider_sums(
    snapshot: &DatabaseTransaction,
    orders: &[Uuid],
    surplus: &HashSet<(Uuid, i64)>,
) -> Result<HashMap<Uuid, (i64, i64)>, DbError> {
    let rows = simulator_charges::Entity::find()
        .filter(simulator_charges::Column::OrderId.is_in(orders.iter().copied()))
        .all(snapshot)
        .await?;
    let mut sums: HashMap<Uuid, (i64, i64)> = HashMap::new();
    for charge in rows {
        if surplus.contains(&(charge.order_id, charge.attempt)) && charge.captured == charge.refunded {
            continue;
        }
        let sum = sums.entry(charge.order_id).or_default();
        (sum.0, sum.1) = (sum.0 + charge.captured - charge.lost, sum.1 + charge.refunded);
    }
    Ok(sums)
}
