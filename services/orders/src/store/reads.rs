//! What is read of orders outside of transactions, through the ORM. Every list is bounded.

use super::{
    Snapshot,
    addresses::address,
    entities::{addresses, orders, snapshots, timers},
    steps::histories,
};
use crate::model::{FulfilmentStatus, words::Word};
use bodega_contracts::{
    OrderId,
    orders::{CancelReason, OrderStatus, PaymentStatus},
};
use bodega_db::{Db, DbError};
use bodega_kernel::{PageLimit, Time, UserId};
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use std::collections::HashMap;
use uuid::Uuid;

pub(crate) type OrderRow = orders::Model;

impl OrderRow {
    pub(crate) fn order_id(&self) -> OrderId {
        OrderId(self.id)
    }

    pub(crate) fn customer(&self) -> Option<UserId> {
        self.customer_id.map(UserId)
    }

    pub(crate) fn status(&self) -> Result<OrderStatus, DbError> {
        super::word(&self.status)
    }

    pub(crate) fn payment_status(&self) -> Result<PaymentStatus, DbError> {
        super::word(&self.payment_status)
    }

    pub(crate) fn cancel_reason(&self) -> Result<Option<CancelReason>, DbError> {
        self.cancel_reason.as_deref().map(super::word).transpose()
    }
}

/// Which orders a list holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) customer: Option<UserId>,
    pub(crate) status: Option<OrderStatus>,
    pub(crate) payment_status: Option<PaymentStatus>,
    pub(crate) fulfilment: Option<FulfilmentStatus>,
    /// Paid before then, and not sent whole.
    pub(crate) late: Option<Time>,
    /// Placed then or later.
    pub(crate) from: Option<Time>,
    /// Placed before.
    pub(crate) to: Option<Time>,
    /// The beginning of a number, or a whole e-mail address.
    pub(crate) text: Option<String>,
}

impl Filter {
    pub(super) fn select(&self) -> Select<orders::Entity> {
        use orders::Column;
        let number = || Expr::col((orders::Entity, Column::Number));
        let text = self.text.as_deref().map(|text| {
            if text.contains('@') {
                Column::EmailKey.eq(text.to_lowercase())
            } else {
                number().like(LikeExpr::new(starting(text)).escape('!'))
            }
        });
        let condition = Condition::all()
            .add_option(self.customer.map(|user| Column::CustomerId.eq(user.0)))
            .add_option(self.status.map(|status| Column::Status.eq(status.word())))
            .add_option(self.payment_status.map(|status| Column::PaymentStatus.eq(status.word())))
            .add_option(self.fulfilment.map(|status| Expr::cust(so_far(status))))
            .add_option(self.late.map(|since| {
                let open = Column::Status.eq("confirmed").or(Column::Status.eq("partially_shipped"));
                open.and(Column::PlacedMs.lt(since.ms()))
            }))
            .add_option(self.from.map(|from| Column::PlacedMs.gte(from.ms())))
            .add_option(self.to.map(|to| Column::PlacedMs.lt(to.ms())))
            .add_option(text);
        orders::Entity::find().filter(condition)
    }
}

/// What holds of an order that is so far on its way: what `FulfilmentStatus::of` says, for the database.
fn so_far(status: FulfilmentStatus) -> &'static str {
    match status {
        FulfilmentStatus::Returned => "orders.pieces > 0 AND orders.returned >= orders.pieces",
        FulfilmentStatus::Fulfilled => {
            "(orders.pieces = 0 OR orders.returned < orders.pieces) AND (orders.collected OR (orders.dispatched >= orders.pieces \
             AND orders.status <> 'pending' AND orders.status <> 'awaiting_payment'))"
        }
        FulfilmentStatus::Partial => {
            "(orders.pieces = 0 OR orders.returned < orders.pieces) AND NOT orders.collected AND orders.dispatched > 0 \
             AND (orders.dispatched < orders.pieces OR orders.status = 'pending' OR orders.status = 'awaiting_payment')"
        }
        FulfilmentStatus::Unfulfilled => {
            "(orders.pieces = 0 OR orders.returned < orders.pieces) AND NOT orders.collected AND orders.dispatched <= 0 \
             AND (orders.pieces > 0 OR orders.status = 'pending' OR orders.status = 'awaiting_payment')"
        }
    }
}

/// A pattern for what begins with `text`, whatever signs `text` holds.
fn starting(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 1);
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// The order, if it is known here.
pub(crate) async fn order(db: &Db, id: OrderId) -> Result<Option<OrderRow>, DbError> {
    Ok(orders::Entity::find_by_id(id.0).one(db.reader()).await?)
}

/// An order as it was bought and as it stands.
pub(crate) struct Bought {
    pub(crate) order: OrderRow,
    body: String,
    address: Option<String>,
}

impl Bought {
    /// Bytes of what was bought.
    pub(crate) fn size(&self) -> usize {
        self.body.len()
    }

    /// What was bought, and where it is sent now.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, DbError> {
        Snapshot::read(&self.body, self.address.as_deref())
    }
}

/// Many orders with what was bought; those that do not exist are left out. The caller bounds them.
pub(crate) async fn bought(db: &Db, ids: &[OrderId]) -> Result<HashMap<OrderId, Bought>, DbError> {
    let (reader, ids) = (db.reader(), ids.iter().map(|id| id.0));
    let found = orders::Entity::find().filter(orders::Column::Id.is_in(ids.clone())).all(reader).await?;
    let snapshots = snapshots::Entity::find().filter(snapshots::Column::OrderId.is_in(ids)).all(reader).await?;
    let mut bodies: HashMap<Uuid, String> = snapshots.into_iter().map(|row| (row.order_id, row.body)).collect();
    let moved: Vec<Uuid> = found.iter().filter(|order| order.address_version > 0).map(|order| order.id).collect();
    let mut addresses = addresses_of_moved(db, moved).await?;
    let whole = |order: OrderRow| {
        let (body, address) = (bodies.remove(&order.id)?, addresses.remove(&order.id));
        Some((order.order_id(), Bought { order, body, address }))
    };
    Ok(found.into_iter().filter_map(whole).collect())
}

async fn addresses_of_moved(db: &Db, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>, DbError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = addresses::Entity::find().filter(addresses::Column::OrderId.is_in(ids)).all(db.reader()).await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.body)).collect())
}

/// What was bought.
pub(crate) async fn snapshot(db: &Db, id: OrderId) -> Result<Option<Snapshot>, DbError> {
    let Some(row) = snapshots::Entity::find_by_id(id.0).one(db.reader()).await? else { return Ok(None) };
    let address = address(db, id).await?;
    Snapshot::read(&row.body, address.as_deref()).map(Some)
}

/// Orders before the one of id `before`, newest first, one more than `limit`.
pub(crate) async fn list(
    db: &Db,
    filter: &Filter,
    before: Option<OrderId>,
    limit: PageLimit,
) -> Result<Vec<OrderRow>, DbError> {
    let before = before.map(|id| orders::Column::Id.lt(id.0));
    let page = filter.select().filter(Condition::all().add_option(before));
    Ok(page.order_by_desc(orders::Column::Id).limit(limit.and_one()).all(db.reader()).await?)
}

/// How many orders a list holds.
pub(crate) async fn count(db: &Db, filter: &Filter) -> Result<u64, DbError> {
    Ok(filter.select().count(db.reader()).await?)
}

/// An order with all that `verify` asks.
pub(crate) struct Whole {
    pub(crate) order: OrderRow,
    pub(crate) snapshot: Snapshot,
    pub(crate) history: Vec<(i64, OrderStatus)>,
    pub(crate) timer_due: Option<Time>,
}

/// Orders after `after` by id: at most `rows`, and no more than about `bytes` of snapshots, but one at least.
pub(crate) async fn facts_page(
    db: &Db,
    after: Option<OrderId>,
    rows: u64,
    bytes: usize,
) -> Result<Vec<Whole>, DbError> {
    let reader = db.reader();
    let after = after.map(|id| orders::Column::Id.gt(id.0));
    let found = orders::Entity::find().filter(Condition::all().add_option(after));
    let found = found.order_by_asc(orders::Column::Id).limit(rows).all(reader).await?;
    let ids: Vec<Uuid> = found.iter().map(|order| order.id).collect();
    let snapshots = snapshots::Entity::find().filter(snapshots::Column::OrderId.is_in(ids.clone())).all(reader).await?;
    let mut snapshots: HashMap<Uuid, String> = snapshots.into_iter().map(|row| (row.order_id, row.body)).collect();
    let timers = timers::Entity::find().filter(timers::Column::Subject.is_in(ids.clone())).all(reader).await?;
    let timers: HashMap<Uuid, i64> = timers.into_iter().map(|timer| (timer.subject, timer.due_ms)).collect();
    let mut histories = histories(db, ids).await?;
    let (mut page, mut size) = (Vec::new(), 0);
    for order in found {
        let body = snapshots.remove(&order.id).unwrap_or_default();
        size += body.len();
        if size > bytes && !page.is_empty() {
            break;
        }
        page.push(Whole {
            snapshot: Snapshot::read(&body, None)?,
            history: histories.remove(&order.id).unwrap_or_default(),
            timer_due: timers.get(&order.id).copied().map(Time::from_ms),
            order,
        });
    }
    Ok(page)
}
