//! Goods come back: asked for, allowed or refused, counted, given back or exchanged. Each under the lock of its order, so
//! that no piece comes back twice however many ask at once.

mod origin;
mod receive;
mod unsent;

use super::{
    As, Found, Looker, find, locked,
    once::{Done, Given, once},
    save,
};
use crate::{
    Orders,
    error::{Error, Refusal},
    model::Fact,
    model::change::{Change, Hearing},
    model::returns::{Act, Counted, MAX_RETURNS, Matter, Pieces, Return, Wanted, Wish, is_open, next, sum, taken},
    store::{self, Snapshot},
    views::ReturnView,
};
use bodega_contracts::{
    OrderId, OrderLine, ReturnId,
    orders::{OrderStatus, ReturnChanged, ReturnState},
};
use bodega_db::{IdempotencyKey, Trace, Tx};
use bodega_web::current_trace;
use origin::Origin;
use receive::Sides;
pub(super) use unsent::{UNSENT, give_back, unsent};

/// What somebody wants to send back, and what for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Each SKU once.
    pub(crate) lines: Vec<Wanted>,
    pub(crate) reason: String,
    pub(crate) wish: Wish,
    /// For an exchange: as many pieces.
    pub(crate) replacement: Vec<Wanted>,
}

/// What staff do with a return, and what they say to the buyer.
#[derive(Clone, Debug)]
pub(crate) struct Doing {
    pub(crate) act: Act,
    pub(crate) message: Option<String>,
    /// What came back, each SKU once; where it is received.
    pub(crate) counted: Vec<Counted>,
    /// Whether the shipping is given back, too.
    pub(crate) refund_shipping: bool,
}

/// Asks to send something back.
pub(crate) async fn request_return(
    state: &Orders,
    looker: &Looker,
    id: OrderId,
    asked: Asked,
    key: Option<IdempotencyKey>,
) -> Result<Given, Error> {
    let (found, seen_as) = find(state, looker, id).await?;
    if matches!(found, Found::Made(_)) {
        return Err(Error::NotHereYet);
    }
    let trace = current_trace();
    let (orders, followed) = (state.clone(), trace.clone());
    let asking = async move |tx: &mut Tx| {
        once(tx, key.as_ref(), async move |tx: &mut Tx| request(&orders, tx, id, asked, seen_as, followed).await).await
    };
    state.db.write_following(trace, asking).await
}

async fn request(
    state: &Orders,
    tx: &mut Tx,
    id: OrderId,
    asked: Asked,
    seen_as: As,
    trace: Option<Trace>,
) -> Result<Done, Error> {
    let order = locked(tx, id).await?;
    may_come_back(order.record.life.status, seen_as)?;
    let bought = bought(tx, id).await?;
    let returns = store::returns_of(tx, id).await?;
    let asked_for = returns.iter().filter(|one| one.matter.settles.is_none()).count();
    if asked_for >= MAX_RETURNS {
        return Err(Refusal::TooMany.into());
    }
    if asked.wish == Wish::StoreCredit && order.record.customer.is_none() {
        return Err(Refusal::NoAccount.into());
    }
    let (left, taken) = (left(tx, &order, &bought).await?, taken(&returns));
    for (line, wanted) in asked.lines.iter().enumerate() {
        let of = |pieces: &Pieces| pieces.get(&wanted.sku).copied().unwrap_or(0);
        let left = of(&left) - of(&taken);
        if wanted.quantity > left {
            return Err(Refusal::NotThere { line, left }.into());
        }
    }
    let lines = asked.lines.into_iter();
    let new = Return {
        id: ReturnId::new(&state.world),
        order_id: id,
        number: format!("{}-R{}", order.record.number, returns.len() + 1),
        state: ReturnState::Requested,
        refund: 0,
        matter: Matter {
            currency: order.record.currency,
            reason: asked.reason,
            wish: asked.wish,
            lines: lines.map(|Wanted { sku, quantity }| OrderLine { sku, quantity, stocked: true }).collect(),
            counted: Vec::new(),
            replacement: asked.replacement,
            replacement_id: None,
            message: None,
            refund_shipping: false,
            shares: Vec::new(),
            passed: None,
            settled: None,
            settles: None,
            by_staff: seen_as == As::Staff,
        },
        created: tx.now(),
        changed: tx.now(),
    };
    store::insert_return(tx, &new).await?;
    moved(state, tx, order, &returns, &new, trace).await?;
    Done::new(201, None, &ReturnView::of(new))
}

/// Only what has left can come back; when an order is completed, staff alone may still take it.
fn may_come_back(status: OrderStatus, seen_as: As) -> Result<(), Refusal> {
    match (status, seen_as) {
        (OrderStatus::PartiallyShipped | OrderStatus::Shipped | OrderStatus::Delivered, _)
        | (OrderStatus::Completed, As::Staff) => Ok(()),
        (OrderStatus::Completed, As::Shopper) => Err(Refusal::TooLate),
        (
            OrderStatus::Pending
            | OrderStatus::AwaitingPayment
            | OrderStatus::Confirmed
            | OrderStatus::ReadyForPickup
            | OrderStatus::Cancelled,
            _,
        ) => Err(Refusal::NothingLeft),
    }
}

/// The pieces that left: all that is sent where all of it has, or what was in the parcels.
async fn left(tx: &mut Tx, order: &Change, bought: &Snapshot) -> Result<Pieces, Error> {
    if order.record.life.has_left() {
        let lines = bought.lines();
        return Ok(sum(lines.iter().filter(|line| line.stocked).map(|line| (&line.sku, line.quantity))));
    }
    Ok(store::left(tx, order.record.id).await?)
}

async fn bought(tx: &mut Tx, id: OrderId) -> Result<Snapshot, Error> {
    store::snapshots(tx, &[id]).await?.remove(&id).ok_or(Error::NotFound)
}

/// Does something with a return.
pub(crate) async fn act_on_return(
    state: &Orders,
    id: ReturnId,
    doing: Doing,
    key: Option<IdempotencyKey>,
) -> Result<Given, Error> {
    let trace = current_trace();
    let (orders, followed) = (state.clone(), trace.clone());
    let acting = async move |tx: &mut Tx| {
        once(tx, key.as_ref(), async move |tx: &mut Tx| act(&orders, tx, id, doing, followed).await).await
    };
    state.db.write_following(trace, acting).await
}

async fn act(state: &Orders, tx: &mut Tx, id: ReturnId, doing: Doing, trace: Option<Trace>) -> Result<Done, Error> {
    let order_id = store::order_of_return(tx, id).await?.ok_or(Refusal::Unknown)?;
    let bought = bought(tx, order_id).await?;
    let passed = origin::passed(tx, order_id, &bought).await?;
    let paid = passed.as_ref().map(|passed| passed.order_id).filter(|_| doing.act == Act::Receive);
    let mut orders = store::load(tx, &paid.into_iter().chain([order_id]).collect()).await?;
    let order = orders.remove(&order_id).ok_or(Error::NotFound)?;
    let mut others = store::returns_of(tx, order_id).await?;
    let at = others.iter().position(|one| one.id == id).ok_or(Refusal::Unknown)?;
    let mut one = others.remove(at);
    one.state = next(one.state, doing.act).ok_or(Refusal::Is(one.state))?;
    one.changed = tx.now();
    if doing.message.is_some() {
        one.matter.message.clone_from(&doing.message);
    }
    let received = match doing.act {
        Act::Receive => {
            let mut origin = Origin::of(tx, passed, &mut orders).await?;
            let sides = Sides { order: &order, bought: &bought, others: &others };
            let received = receive::count(state, &sides, origin.as_mut(), &mut one, doing)?;
            if let Some(origin) = origin {
                origin.save(state, tx, trace.clone()).await?;
            }
            Some(received)
        }
        Act::Approve | Act::Reject | Act::Cancel => None,
    };
    store::update_return(tx, &one).await?;
    moved(state, tx, order, &others, &one, trace).await?;
    if let Some(received) = received {
        received.tell(tx)?;
    }
    Done::new(200, None, &ReturnView::of(one))
}

/// A return moved: its order remembers it, and it is told.
async fn moved(
    state: &Orders,
    tx: &mut Tx,
    order: Change,
    others: &[Return],
    one: &Return,
    trace: Option<Trace>,
) -> Result<(), Error> {
    tx.emit(&ReturnChanged {
        order_id: one.order_id,
        return_id: one.id,
        number: one.number.clone(),
        state: one.state,
        lines: one.matter.lines.clone(),
        message: one.matter.message.clone(),
    })?;
    remember(state, tx, order, others, one, trace).await
}

/// Its order remembers how a return stands.
async fn remember(
    state: &Orders,
    tx: &mut Tx,
    mut order: Change,
    others: &[Return],
    one: &Return,
    trace: Option<Trace>,
) -> Result<(), Error> {
    let all = || others.iter().chain([one]);
    let fact = Fact::Returned {
        state: one.state,
        open: all().filter(|one| is_open(one.state)).count() as i64,
        pieces: all().flat_map(Return::received).map(|(_, pieces)| pieces).sum(),
    };
    let detail = Some(told(one));
    let hearing = Hearing { order_id: one.order_id, fact, detail, currency: None, trace };
    order.hear(&hearing).map_err(|_| Error::NotFound)?;
    Ok(save(state, tx, vec![order]).await?)
}

fn told(one: &Return) -> String {
    let line = |line: &OrderLine| format!("{} × {}", line.quantity, line.sku);
    let lines: Vec<String> = one.matter.lines.iter().map(line).collect();
    let text = format!("{}: {}", one.number, lines.join(", "));
    text.chars().take(super::DETAIL).collect()
}
