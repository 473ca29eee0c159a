//! What orders answers: how an order stands, and all of them for `verify`.

use crate::{
    Orders,
    model::returns::Return,
    store::{self, Bought, PaperRow, Whole, facts_page, papers_page, return_facts_page},
};
use bodega_contracts::{
    CartId, OrderId,
    orders::{
        Details, OrderDetails, OrderFact, OrderFacts, OrderStanding, OrdersDetails, PaperFact, PaperFacts, ReturnFact,
        ReturnFacts, Standing,
    },
};
use bodega_db::DbError;
use bodega_kernel::{Currency, Money, Sku, Time};
use bodega_rpc::{Answers, RpcError};
use std::collections::BTreeMap;

/// Orders of one page.
const ROWS: u64 = 500;
/// Bytes of snapshots in one page, so that a page of large orders still travels.
const BYTES: usize = 3 * 1024 * 1024;

pub(crate) fn answers(state: &Orders) -> Answers {
    let (standing, details, facts, papers) = (state.clone(), state.clone(), state.clone(), state.clone());
    let (returns, many) = (state.clone(), state.clone());
    Answers::new()
        .on(async move |question: OrderStanding| order_standing(&standing, &question).await.map_err(unanswered))
        .on(async move |question: OrderDetails| order_details(&details, &question).await)
        .on(async move |question: OrdersDetails| orders_details(&many, &question).await)
        .on(async move |question: ReturnFacts| return_facts(&returns, &question).await.map_err(unanswered))
        .on(async move |question: PaperFacts| paper_facts(&papers, &question).await.map_err(unanswered))
        .on(async move |question: OrderFacts| order_facts(&facts, &question).await.map_err(unanswered))
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn unanswered(error: DbError) -> RpcError {
    RpcError::Unavailable(error.to_string())
}

async fn order_standing(state: &Orders, question: &OrderStanding) -> Result<Option<Standing>, DbError> {
    let Some(order) = store::order(&state.db, question.order_id).await? else { return Ok(None) };
    Ok(Some(Standing {
        status: order.status()?,
        customer_id: order.customer(),
        total: Money::new(order.total, currency(&order.currency)?),
    }))
}

async fn order_details(state: &Orders, question: &OrderDetails) -> Result<Option<Details>, RpcError> {
    Ok(details_of(state, &[question.order_id]).await?.pop().flatten())
}

async fn orders_details(state: &Orders, question: &OrdersDetails) -> Result<Vec<Option<Details>>, RpcError> {
    if question.order_ids.len() > OrdersDetails::MOST {
        return Err(RpcError::Refused(format!("more than {} orders", OrdersDetails::MOST)));
    }
    details_of(state, &question.order_ids).await
}

/// The first of these orders: as many as travel in one answer, and not past one that cannot be read.
async fn details_of(state: &Orders, ids: &[OrderId]) -> Result<Vec<Option<Details>>, RpcError> {
    let found = store::bought(&state.db, ids).await.map_err(unanswered)?;
    let (mut answers, mut size) = (Vec::with_capacity(ids.len()), 0);
    for id in ids {
        let bought = found.get(id);
        size += bought.map_or(0, Bought::size);
        if size > BYTES && !answers.is_empty() {
            break;
        }
        match bought.map(details).transpose() {
            Ok(details) => answers.push(details),
            // The next question begins with it and is refused, so that it stands in the way of no other.
            Err(_) if !answers.is_empty() => break,
            Err(error) => return Err(RpcError::Refused(format!("order {id}: {error}"))),
        }
    }
    Ok(answers)
}

fn details(bought: &Bought) -> Result<Details, DbError> {
    let (order, snapshot) = (&bought.order, bought.snapshot()?);
    Ok(Details {
        customer_id: order.customer(),
        status: order.status()?,
        payment_status: order.payment_status()?,
        cancel_reason: order.cancel_reason()?,
        shipping_address: snapshot.shipping_address,
        billing_address: snapshot.billing_address,
        basket: snapshot.basket,
        priced: snapshot.priced,
        payment_method: order.payment_method.clone(),
        placed_at: Time::from_ms(order.placed_ms),
        email: order.email.clone(),
        number: order.number.clone(),
    })
}

/// A page may be shorter than asked for; only an empty one is the last.
async fn order_facts(state: &Orders, question: &OrderFacts) -> Result<Vec<OrderFact>, DbError> {
    facts_page(&state.db, question.after, ROWS, BYTES).await?.into_iter().map(fact).collect()
}

async fn paper_facts(state: &Orders, question: &PaperFacts) -> Result<Vec<PaperFact>, DbError> {
    let fact = |row: PaperRow| PaperFact {
        number: row.number,
        series: row.series,
        seq: row.seq,
        order_id: OrderId(row.order_id),
        kind: row.kind,
        amount: row.amount,
    };
    Ok(papers_page(&state.db, question.after.as_deref(), ROWS).await?.into_iter().map(fact).collect())
}

async fn return_facts(state: &Orders, question: &ReturnFacts) -> Result<Vec<ReturnFact>, DbError> {
    let fact = |one: Return| {
        let restocked = one.matter.counted.into_iter().map(|line| (line.sku, line.restock));
        ReturnFact {
            return_id: one.id,
            order_id: one.order_id,
            restocked: restocked.filter(|(_, pieces)| *pieces > 0).collect(),
            refund: one.refund,
        }
    };
    Ok(return_facts_page(&state.db, question.after, ROWS).await?.into_iter().map(fact).collect())
}

fn fact(whole: Whole) -> Result<OrderFact, DbError> {
    let Whole { order, snapshot, history, timer_due } = whole;
    let mut stocked: BTreeMap<Sku, i64> = BTreeMap::new();
    for line in snapshot.lines().into_iter().filter(|line| line.stocked) {
        *stocked.entry(line.sku).or_default() += line.quantity;
    }
    Ok(OrderFact {
        order_id: order.order_id(),
        cart_id: CartId(order.cart_id),
        cart_version: order.cart_version,
        status: order.status()?,
        payment_status: order.payment_status()?,
        cancel_reason: order.cancel_reason()?,
        stocked: stocked.into_iter().collect(),
        coupons: snapshot.coupons,
        points: snapshot.points,
        dispatched: order.dispatched,
        total: Money::new(order.total, currency(&order.currency)?),
        basket: snapshot.basket,
        priced: snapshot.priced,
        version: order.version,
        history,
        timer_due,
        number: order.number,
    })
}

fn currency(code: &str) -> Result<Currency, DbError> {
    Currency::new(code).map_err(|error| DbError::Refused(error.to_string().into()))
}
