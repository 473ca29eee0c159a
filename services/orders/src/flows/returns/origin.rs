//! Goods that were sent in exchange come back: what they are worth was paid with another order, so it is given back of that
//! one, as a return of its own that brings no goods.

use super::{Matter, Return, bought, remember};
use crate::{
    Orders,
    error::{Error, Refusal},
    model::change::Change,
    model::returns::{MOST_RETURNS, Passed, Settled, Wish},
    model::shares::{self, Run},
    store::{self, Snapshot},
};
use bodega_contracts::{
    OrderId, ReturnId,
    orders::{ReturnReceived, ReturnState},
};
use bodega_db::{DbError, Trace, Tx};
use bodega_kernel::{Money, Time};
use std::collections::BTreeMap;

/// The order that was paid for goods sent in exchange, locked.
pub(super) struct Origin {
    order: Change,
    bought: Snapshot,
    returns: Vec<Return>,
    passed: Vec<Run>,
    settling: Option<Return>,
}

/// What the goods of an order stand for, if they were sent in exchange. That was written before the order was made, and never
/// changes.
pub(super) async fn passed(tx: &mut Tx, id: OrderId, bought: &Snapshot) -> Result<Option<Passed>, Error> {
    let Some(sent_back) = bought.exchange_of else { return Ok(None) };
    let returns = store::returns_of(tx, sent_back).await?;
    let of_it = returns.into_iter().find(|one| one.matter.replacement_id == Some(id));
    Ok(of_it.and_then(|one| one.matter.passed))
}

impl Origin {
    /// Takes the order out of those that were locked.
    pub(super) async fn of(
        tx: &mut Tx,
        passed: Option<Passed>,
        locked: &mut BTreeMap<OrderId, Change>,
    ) -> Result<Option<Self>, Error> {
        let Some(Passed { order_id, runs }) = passed else { return Ok(None) };
        let order = locked.remove(&order_id).ok_or(Error::NotFound)?;
        let returns = store::returns_of(tx, order_id).await?;
        if returns.len() >= MOST_RETURNS {
            return Err(Refusal::TooMany.into());
        }
        let bought = bought(tx, order_id).await?;
        Ok(Some(Self { order, bought, returns, passed: runs, settling: None }))
    }

    /// Which order.
    pub(super) fn order_id(&self) -> OrderId {
        self.order.record.id
    }

    /// What pieces of the order that was sent stand for.
    pub(super) fn behind(&self, sent: &Snapshot, runs: &[Run]) -> Vec<Run> {
        shares::behind(&sent.priced, runs, &self.passed)
    }

    /// Gives back what was paid for these pieces, for the return `one` of what was sent.
    pub(super) fn settle(&mut self, state: &Orders, one: &mut Return, runs: &[Run], now: Time) -> Result<(), Error> {
        let shares = shares::split(&self.bought.priced, runs, false);
        let shares = shares.map_err(|error| DbError::Refused(error.to_string().into()))?;
        let amount = shares::total(&shares);
        if amount == 0 {
            return Ok(());
        }
        let (id, order_id) = (ReturnId::new(&state.world), self.order_id());
        one.matter.settled = Some(Settled { order_id, return_id: id, amount });
        let matter = Matter {
            currency: self.order.record.currency,
            reason: one.matter.reason.clone(),
            // What cannot be sent in exchange is paid back.
            wish: if one.matter.wish == Wish::Exchange { Wish::Refund } else { one.matter.wish },
            shares,
            settles: Some(one.id),
            lines: Vec::new(),
            counted: Vec::new(),
            replacement: Vec::new(),
            replacement_id: None,
            message: None,
            refund_shipping: false,
            passed: None,
            settled: None,
            by_staff: one.matter.by_staff,
        };
        let number = format!("{}-R{}", self.order.record.number, self.returns.len() + 1);
        let state = ReturnState::Received;
        self.settling =
            Some(Return { id, order_id, number, state, refund: amount, matter, created: now, changed: now });
        Ok(())
    }

    /// What payments hears of it.
    pub(super) fn refund(&self, to_credit: bool) -> Option<ReturnReceived> {
        let settling = self.settling.as_ref()?;
        Some(ReturnReceived {
            order_id: settling.order_id,
            return_id: settling.id,
            restock: Vec::new(),
            written_off: Vec::new(),
            refund: Money::new(settling.refund, settling.matter.currency),
            to_credit,
            customer_id: self.order.record.customer,
        })
    }

    /// Writes what is given back, if anything is.
    pub(super) async fn save(self, state: &Orders, tx: &mut Tx, trace: Option<Trace>) -> Result<(), Error> {
        let Self { order, returns, settling: Some(settling), .. } = self else { return Ok(()) };
        store::insert_return(tx, &settling).await?;
        remember(state, tx, order, &returns, &settling, trace).await
    }
}
