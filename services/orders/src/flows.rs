//! What happens to orders: a checkout is placed, a fact is heard, a timer fires, somebody cancels. Each locks the
//! orders it is about, applies the table to them, writes each once and tells what follows, in one transaction.

mod address;
mod attempts;
mod captures;
mod credits;
mod export;
mod look;
mod notes;
mod notices;
mod once;
mod owners;
mod papers;
mod recent;
mod reports;
mod returns;
mod tell;

pub(crate) use address::change_address;
pub(crate) use attempts::{act, ask_about_attempts};
pub(crate) use captures::{capture_failed, pack};
pub(crate) use export::export;
pub(crate) use look::{As, Found, Looker, PATIENCE, Until, find, find_until, live, pending_action};
pub(crate) use notes::add_note;
pub(crate) use notices::Notices;
pub(crate) use once::Given;
pub(crate) use owners::verified;
pub(crate) use papers::{Archive, PaperFile, list_papers, read_packing_slip, read_paper};
pub(crate) use recent::Recent;
pub(crate) use reports::{By, MOST_DAYS, Reports, SalesReport, report_sales};
pub(crate) use returns::{Asked, Doing, act_on_return, request_return};

use crate::{
    Orders,
    error::Error,
    model::change::{Change, Hearing, Record, TimerChange},
    model::words::Word,
    model::{Claim, Effect, Fact, Life, TimerKind},
    store::{self, Snapshot},
};
use bodega_bus::{Delivery, Failure};
use bodega_contracts::{
    OrderId,
    cart::CartCheckedOut,
    orders::{CancelReason, OrderStatus, PaymentStatus},
    shipping::ShipmentDispatched,
};
use bodega_db::{DbError, DueTimer, IdempotencyKey, Replay, StoredAnswer, Timer, Tx};
use bodega_kernel::{Sku, UserId};
use bodega_web::current_trace;
use serde::Serialize;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

/// How long payments and shipping have to say that an order is closed before they are asked again.
const CLOSING: Duration = Duration::from_mins(1);

/// How long an order waits for an open return before it looks again.
const OPEN_RETURN: Duration = Duration::from_hours(24);

/// The most characters of a detail that is shown.
pub(crate) const DETAIL: usize = 200;

type Snapshots = HashMap<OrderId, Arc<Snapshot>>;

/// Carts were checked out: each becomes an order, once however often it is heard.
pub(crate) async fn place(state: &Orders, tx: &mut Tx, batch: &[Delivery<CartCheckedOut>]) -> Result<(), Failure> {
    let mut changes = Vec::with_capacity(batch.len());
    let owners = owners::of_guests(tx, batch).await?;
    for delivery in batch {
        changes.push(placed(delivery, owners::of_order(&owners, &delivery.event))?);
    }
    let pairs: Vec<_> = batch.iter().map(|delivery| &delivery.event).zip(&changes).collect();
    let are_new = store::insert(tx, &pairs).await?;
    let known: Vec<OrderId> =
        changes.iter().zip(&are_new).filter(|(_, is_new)| !**is_new).map(|(change, _)| change.record.id).collect();
    let existing = store::existing(tx, &known).await?;
    if let Some(id) = known.iter().find(|id| !existing.contains(id)) {
        return Err(Failure::permanent(format!("order {id} has the number or the cart version of another order")));
    }
    let (mut new, mut snapshots) = (Vec::with_capacity(batch.len()), Snapshots::with_capacity(batch.len()));
    for ((delivery, change), _) in batch.iter().zip(changes).zip(are_new).filter(|(_, is_new)| *is_new) {
        snapshots.insert(change.record.id, Arc::new(Snapshot::of(&delivery.event)));
        new.push(change);
    }
    store::insert_snapshots(tx, &snapshots).await?;
    state.recent.keep(&snapshots);
    Ok(finish(state, tx, &new, &snapshots).await?)
}

fn placed(delivery: &Delivery<CartCheckedOut>, customer: Option<UserId>) -> Result<Change, Failure> {
    let event = &delivery.event;
    let mut change = Change::of(Record {
        id: event.order_id,
        number: event.number.clone(),
        cart_id: event.cart_id,
        customer,
        guest: event.customer_id.is_none(),
        email: event.email.clone(),
        currency: event.basket.currency,
        payment_method: event.payment_method.clone(),
        placed: event.at,
        deadline: None,
        revision: 0,
        life: life(event),
    });
    let hearing = Hearing {
        order_id: event.order_id,
        fact: Fact::CheckedOut,
        detail: None,
        currency: None,
        trace: delivery.trace.clone(),
    };
    change.hear(&hearing).map_err(Failure::permanent)?;
    Ok(change)
}

fn life(event: &CartCheckedOut) -> Life {
    let unstocked: BTreeSet<&Sku> = event.unstocked.iter().collect();
    let stocked = event.basket.lines.iter().filter(|line| !unstocked.contains(&line.sku));
    Life {
        coupon: Claim::of(!event.coupons.is_empty()),
        points: Claim::of(event.points > 0),
        ..Life::new(event.priced.total, stocked.map(|line| line.quantity).sum())
    }
}

/// Facts about orders, several for one perhaps.
pub(crate) async fn hear(state: &Orders, tx: &mut Tx, hearings: &[Hearing]) -> Result<(), Failure> {
    let ids: BTreeSet<OrderId> = hearings.iter().map(|hearing| hearing.order_id).collect();
    let mut orders = store::load(tx, &ids).await?;
    for hearing in hearings {
        // Whoever speaks of an order heard of it from us, so one we do not know will never come.
        let order = orders.get_mut(&hearing.order_id);
        let order = order.ok_or_else(|| Failure::permanent(format!("there is no order {}", hearing.order_id)))?;
        order.hear(hearing).map_err(Failure::permanent)?;
    }
    save(state, tx, orders.into_values().collect()).await?;
    Ok(())
}

/// Parcels left: the orders hear it, and what was in them may be sent back from now on.
pub(crate) async fn leave(
    state: &Orders,
    tx: &mut Tx,
    hearings: &[Hearing],
    parcels: &[Delivery<ShipmentDispatched>],
) -> Result<(), Failure> {
    hear(state, tx, hearings).await?;
    let left: Vec<&ShipmentDispatched> = parcels.iter().map(|delivery| &delivery.event).collect();
    Ok(store::insert_left(tx, &left).await?)
}

/// The order, locked.
async fn locked(tx: &mut Tx, id: OrderId) -> Result<Change, Error> {
    store::load(tx, &BTreeSet::from([id])).await?.remove(&id).ok_or(Error::NotFound)
}

/// Timers whose time has come: facts like any other.
pub(crate) async fn fire(state: &Orders, tx: &mut Tx, due: &[DueTimer]) -> Result<(), DbError> {
    let (joining, due): (Vec<_>, Vec<_>) = due.iter().partition(|timer| timer.kind == owners::JOINING);
    let (unsent, due): (Vec<_>, Vec<_>) = due.into_iter().partition(|timer| timer.kind == returns::UNSENT);
    if !joining.is_empty() {
        owners::look_again(tx, &joining).await?;
    }
    returns::give_back(state, tx, &unsent).await?;
    let ids: BTreeSet<OrderId> = due.iter().map(|timer| OrderId(timer.subject)).collect();
    let mut orders = store::load(tx, &ids).await?;
    for timer in due {
        let order_id = OrderId(timer.subject);
        let (Some(order), Some(kind)) = (orders.get_mut(&order_id), TimerKind::of_word(&timer.kind)) else {
            tracing::error!(order = %order_id, kind = timer.kind, "a timer is for nothing that is known");
            continue;
        };
        let fact = Fact::TimerFired { kind };
        let hearing = Hearing { order_id, fact, detail: None, currency: None, trace: None };
        order.hear(&hearing).map_err(|error| DbError::Refused(error.to_string().into()))?;
    }
    save(state, tx, orders.into_values().collect()).await
}

/// How a cancellation stands. `closing`: payments was asked whether money is on the way; its answer decides.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Cancellation {
    pub(crate) id: OrderId,
    pub(crate) number: String,
    pub(crate) status: OrderStatus,
    pub(crate) payment_status: PaymentStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cancel_reason: Option<CancelReason>,
    pub(crate) closing: bool,
    pub(crate) version: i64,
}

/// What a request to cancel gets.
pub(crate) enum Cancelling {
    Now(Cancellation),
    Again(StoredAnswer),
}

/// Cancels an order for whoever may, or begins to. Once it is cancelled, the answer stays the same.
pub(crate) async fn cancel(
    state: &Orders,
    looker: &Looker,
    id: OrderId,
    why: Option<String>,
    key: Option<IdempotencyKey>,
) -> Result<Cancelling, Error> {
    let (found, seen_as) = find(state, looker, id).await?;
    if matches!(found, Found::Made(_)) {
        return Err(Error::NotHereYet);
    }
    let reason = match seen_as {
        As::Shopper => CancelReason::ByShopper,
        As::Staff => CancelReason::ByStaff,
    };
    let trace = current_trace();
    let fact = Fact::CancelRequested { reason };
    let hearing = Hearing { order_id: id, fact, detail: why, currency: None, trace: trace.clone() };
    let state = state.clone();
    let db = state.db.clone();
    db.write_following(trace, async move |tx| {
        if let Some(key) = &key {
            match tx.replayed(key).await? {
                Replay::New => {}
                Replay::Same(answer) => return Ok(Cancelling::Again(answer)),
                Replay::Other => return Err(Error::KeyReused),
            }
        }
        let mut order = locked(tx, id).await?;
        let life = &order.record.life;
        if life.status != OrderStatus::Cancelled && life.is_past_cancelling() {
            return Err(Error::HasLeft);
        }
        order.hear(&hearing).map_err(|_| Error::NotFound)?;
        let cancellation = cancellation(&order);
        save(&state, tx, vec![order]).await?;
        if let Some(key) = &key {
            let body =
                serde_json::to_string(&cancellation).map_err(|error| DbError::Refused(error.to_string().into()))?;
            tx.remember(key, &StoredAnswer { status: 200, body }).await?;
        }
        Ok(Cancelling::Now(cancellation))
    })
    .await
}

fn cancellation(order: &Change) -> Cancellation {
    let life = &order.record.life;
    Cancellation {
        id: order.record.id,
        number: order.record.number.clone(),
        status: life.status,
        payment_status: life.payment_status(),
        cancel_reason: life.reason,
        closing: life.closing,
        version: order.record.revision + i64::from(order.is_changed),
    }
}

/// Writes what changed, and tells what follows.
async fn save(state: &Orders, tx: &mut Tx, mut orders: Vec<Change>) -> Result<(), DbError> {
    orders.retain(|order| order.is_changed);
    let now = tx.now();
    for order in &mut orders {
        if order.events.iter().any(|(effect, _)| *effect == Effect::PaymentDue) {
            order.record.deadline = Some(now.plus(state.lengths.payment_by(&order.record.payment_method)));
        }
    }
    store::update(tx, &orders).await?;
    let snapshots = bought(state, tx, &orders).await?;
    finish(state, tx, &orders, &snapshots).await
}

/// What was bought with those of these orders of which that is told now.
async fn bought(state: &Orders, tx: &mut Tx, orders: &[Change]) -> Result<Snapshots, DbError> {
    let is_of_goods = |effect: &Effect| matches!(effect, Effect::Placed | Effect::PaymentDue | Effect::Confirmed);
    let tells_all = |order: &&Change| order.events.iter().any(|(effect, _)| is_of_goods(effect));
    let told: Vec<&Change> = orders.iter().filter(tells_all).collect();
    let has_its_address = |order: &&&Change| order.record.life.address == 0;
    let mut snapshots = state.recent.of(told.iter().filter(has_its_address).map(|order| order.record.id));
    let is_missing = |id: &OrderId| !snapshots.contains_key(id);
    let missing: Vec<OrderId> = told.iter().map(|order| order.record.id).filter(is_missing).collect();
    let read = store::snapshots(tx, &missing).await?;
    snapshots.extend(read.into_iter().map(|(id, snapshot)| (id, Arc::new(snapshot))));
    Ok(snapshots)
}

async fn finish(state: &Orders, tx: &mut Tx, orders: &[Change], snapshots: &Snapshots) -> Result<(), DbError> {
    let now = tx.now();
    let timer = |order: &Change| {
        let TimerChange::Set(kind) = order.timer else { return None };
        let due = match kind {
            TimerKind::Pending => now.plus(state.lengths.pending),
            TimerKind::PaymentDeadline => order.record.deadline.unwrap_or(now.plus(state.lengths.payment)),
            TimerKind::Closing => now.plus(CLOSING),
            TimerKind::ServiceLevel => now.plus(state.lengths.service_level),
            TimerKind::Arrival => now.plus(state.lengths.arrival),
            TimerKind::ReturnWindow => now.plus(state.lengths.return_window),
            TimerKind::OpenReturn => now.plus(OPEN_RETURN),
        };
        Some(Timer { subject: order.record.id.0, kind: kind.word(), due })
    };
    let timers: Vec<Timer> = orders.iter().filter_map(timer).chain(returns::unsent(orders, now)).collect();
    store::record_steps(tx, orders, &timers).await?;
    for order in orders {
        for (effect, trace) in &order.events {
            tx.follow(trace.clone());
            tell::tell(tx, order, *effect, snapshots.get(&order.record.id).map(|bought| &**bought))?;
        }
    }
    let tells_no_more = |effect: &Effect| matches!(effect, Effect::Confirmed | Effect::Cancelled(_));
    let done = orders.iter().filter(|order| order.events.iter().any(|(effect, _)| tells_no_more(effect)));
    state.recent.forget(done.map(|order| order.record.id));
    let credits = credits::of(tx, orders).await?;
    store::issue(tx, [&state.prefixes.invoice, &state.prefixes.credit_note], orders, &credits).await?;
    state.notices.moving(orders.iter().map(|order| order.record.id));
    Ok(())
}
