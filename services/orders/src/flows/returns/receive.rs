//! Goods that came back were counted: what is given back for them, what goes on the shelf again, and what is sent in
//! their place. Counted is what came, never what was asked for.

use super::{Counted, Doing, Origin, Return, Snapshot};
use crate::{
    Orders,
    error::{Error, Refusal},
    model::change::Change,
    model::returns::{Passed, Wanted, Wish, came_back, sum},
    model::shares,
};
use bodega_contracts::{
    OrderId, OrderLine,
    orders::{ExchangeDue, ReturnReceived},
};
use bodega_db::{DbError, Tx};
use bodega_kernel::{Money, Sku};

/// What follows from goods that came back.
pub(super) struct Received {
    refunds: ReturnReceived,
    /// What is given back of the order that was paid for goods sent in exchange.
    settled: Option<ReturnReceived>,
    exchange: Option<ExchangeDue>,
}

/// The order of a return, what was bought with it, and its returns beside that one.
pub(super) struct Sides<'a> {
    pub(super) order: &'a Change,
    pub(super) bought: &'a Snapshot,
    pub(super) others: &'a [Return],
}

impl Received {
    pub(super) fn tell(&self, tx: &mut Tx) -> Result<(), DbError> {
        for refund in [&self.refunds].into_iter().chain(&self.settled) {
            tx.emit(refund)?;
        }
        self.exchange.as_ref().map_or(Ok(()), |exchange| tx.emit(exchange))
    }
}

/// Counts what came back of `one`. `origin` is the order that was paid, where these goods were sent in exchange.
pub(super) fn count(
    state: &Orders,
    sides: &Sides<'_>,
    origin: Option<&mut Origin>,
    one: &mut Return,
    doing: Doing,
) -> Result<Received, Error> {
    let Sides { order, bought, others } = *sides;
    let Doing { counted, refund_shipping, .. } = doing;
    fits(one, &counted)?;
    if refund_shipping && others.iter().any(|other| other.matter.refund_shipping) {
        return Err(Refusal::ShippingRefunded.into());
    }
    let came = sum(counted.iter().map(|line| (&line.sku, line.pieces())));
    let runs = shares::runs(&bought.priced, &came_back(others), &came);
    let is_exchange = one.matter.wish == Wish::Exchange;
    // What is exchanged is paid for already, and takes its pieces out of what can be given back.
    let paid_back = if is_exchange { &[] } else { &*runs };
    let given = shares::split(&bought.priced, paid_back, refund_shipping);
    one.matter.shares = given.map_err(|error| DbError::Refused(error.to_string().into()))?;
    one.matter.shares.retain(|share| share.amount > 0);
    one.refund = shares::total(&one.matter.shares);
    one.matter.refund_shipping = refund_shipping;
    let lines = |pieces: fn(&Counted) -> i64| -> Vec<OrderLine> {
        let line = |line: &Counted| OrderLine { sku: line.sku.clone(), quantity: pieces(line), stocked: true };
        counted.iter().map(line).filter(|line| line.quantity > 0).collect()
    };
    let to_credit = one.matter.wish == Wish::StoreCredit;
    let refunds = ReturnReceived {
        order_id: one.order_id,
        return_id: one.id,
        restock: lines(|line| line.restock),
        written_off: lines(|line| line.write_off),
        refund: Money::new(one.refund, order.record.currency),
        to_credit,
        customer_id: order.record.customer,
    };
    one.matter.counted = counted;
    let (mut settled, mut passed) = (None, Passed { order_id: one.order_id, runs });
    if let Some(origin) = origin {
        passed = Passed { order_id: origin.order_id(), runs: origin.behind(bought, &passed.runs) };
        if !is_exchange {
            let now = one.changed;
            origin.settle(state, one, &passed.runs, now)?;
            settled = origin.refund(to_credit);
        }
    }
    let exchange = if is_exchange { exchange(state, order, bought, one, came.values().sum()) } else { None };
    one.matter.passed = exchange.is_some().then_some(passed);
    Ok(Received { refunds, settled, exchange })
}

/// No more came back than was asked for.
fn fits(one: &Return, counted: &[Counted]) -> Result<(), Refusal> {
    for (index, line) in counted.iter().enumerate() {
        let asked = one.matter.lines.iter().find(|asked| asked.sku == line.sku).map_or(0, |asked| asked.quantity);
        if line.pieces() > asked {
            return Err(Refusal::NotAsked { line: index, asked });
        }
    }
    Ok(())
}

/// As many pieces go out as came back.
fn exchange(state: &Orders, order: &Change, bought: &Snapshot, one: &mut Return, pieces: i64) -> Option<ExchangeDue> {
    let sent = one.exchanged(pieces);
    if sent.is_empty() {
        return None;
    }
    let replacement_id = OrderId::new(&state.world);
    one.matter.replacement_id = Some(replacement_id);
    let is_unstocked = |sku: &Sku| bought.unstocked.contains(sku);
    let line = |Wanted { sku, quantity }| OrderLine { stocked: !is_unstocked(&sku), sku, quantity };
    Some(ExchangeDue {
        order_id: one.order_id,
        return_id: one.id,
        replacement_id,
        customer_id: order.record.customer,
        email: order.record.email.clone(),
        shipping_address: bought.shipping_address.clone(),
        currency: order.record.currency,
        lines: sent.into_iter().map(line).collect(),
    })
}
