//! Goods that came back were counted: what is given back for them, what goes on the shelf again, and what is sent in
//! their place. Counted is what came, never what was asked for.

use super::{Counted, Doing, Return, Snapshot};
use crate::{
    Orders,
    error::{Error, Refusal},
    model::change::Change,
    model::returns::{Pieces, Wanted, Wish, came_back, sum},
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
    exchange: Option<ExchangeDue>,
}

impl Received {
    pub(super) fn tell(&self, tx: &mut Tx) -> Result<(), DbError> {
        tx.emit(&self.refunds)?;
        self.exchange.as_ref().map_or(Ok(()), |exchange| tx.emit(exchange))
    }
}

/// Counts what came back of `one`; `others` are the returns of its order beside it.
pub(super) fn count(
    state: &Orders,
    order: &Change,
    bought: &Snapshot,
    others: &[Return],
    one: &mut Return,
    doing: Doing,
) -> Result<Received, Error> {
    let Doing { counted, refund_shipping, .. } = doing;
    fits(one, &counted)?;
    if refund_shipping && others.iter().any(|other| other.matter.refund_shipping) {
        return Err(Refusal::ShippingRefunded.into());
    }
    let came = sum(counted.iter().map(|line| (&line.sku, line.pieces())));
    let is_exchange = one.matter.wish == Wish::Exchange;
    // What is exchanged is paid for already, and takes its pieces out of what can be given back.
    let paid_back = if is_exchange { Pieces::new() } else { came.clone() };
    let refund = shares::value(&bought.priced, &came_back(others), &paid_back, refund_shipping);
    one.refund = refund.map_err(|error| DbError::Refused(error.to_string().into()))?;
    one.matter.refund_shipping = refund_shipping;
    let lines = |pieces: fn(&Counted) -> i64| -> Vec<OrderLine> {
        let line = |line: &Counted| OrderLine { sku: line.sku.clone(), quantity: pieces(line), stocked: true };
        counted.iter().map(line).filter(|line| line.quantity > 0).collect()
    };
    let refunds = ReturnReceived {
        order_id: one.order_id,
        return_id: one.id,
        restock: lines(|line| line.restock),
        written_off: lines(|line| line.write_off),
        refund: Money::new(one.refund, order.record.currency),
        to_credit: one.matter.wish == Wish::StoreCredit,
        customer_id: order.record.customer,
    };
    one.matter.counted = counted;
    let exchange = if is_exchange { exchange(state, order, bought, one, came.values().sum()) } else { None };
    Ok(Received { refunds, exchange })
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
