//! What only some payments have: gift cards and store credit that pay, returns that wait, parcels to take money for,
//! refunds that wait for a bank.

use super::{read_currency, read_word, refunds::lock_waiting};
use crate::model::{Held, Holder, ParcelDue, ParcelState, Payment, ReturnDue, TenderState};
use bodega_contracts::{OrderId, ReturnId, ShipmentId};
use bodega_db::{DbError, OnConflict, Tx, Value, params};
use bodega_kernel::Money;
use std::collections::{BTreeMap, HashSet};

const TENDERS: &[&str] = &["order_id", "number", "holder", "label", "amount", "state", "returned"];
const RETURNS: &[&str] = &["return_id", "order_id", "amount", "currency", "holder", "settled", "at_ms"];

/// A return that was received.
#[derive(Clone, Debug)]
pub(crate) struct NewReturn {
    /// Of which order.
    pub(crate) order_id: OrderId,
    /// What is to go back, and to whom.
    pub(crate) due: ReturnDue,
    /// Whether that was seen to.
    pub(crate) settled: bool,
}

/// Reads the parts of those payments that have some.
pub(super) async fn load(
    tx: &mut Tx,
    payments: &mut BTreeMap<OrderId, Payment>,
    orders: &[OrderId],
) -> Result<(), DbError> {
    let keys: Vec<Value<'_>> = orders.iter().map(|order| Value::from(order.0)).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let sql = "SELECT order_id, number, holder, label, amount, state, returned FROM tenders WHERE order_id = $1 \
               ORDER BY order_id, number";
    for row in tx.query_keys(sql, &keys).await? {
        let Some(payment) = payments.get_mut(&OrderId(row.get(0)?)) else { continue };
        payment.tenders.push(Held {
            number: row.get(1)?,
            holder: Holder::stored(row.get(2)?),
            label: row.get(3)?,
            amount: row.get(4)?,
            state: read_word(&row.get::<String>(5)?, TenderState::of)?,
            returned: row.get(6)?,
        });
    }
    let sql = "SELECT order_id, return_id, amount, currency, holder FROM returns WHERE order_id = $1 AND NOT settled \
               ORDER BY order_id, return_id";
    for row in tx.query_keys(sql, &keys).await? {
        let Some(payment) = payments.get_mut(&OrderId(row.get(0)?)) else { continue };
        payment.returns.push(ReturnDue {
            return_id: ReturnId(row.get(1)?),
            amount: Money::new(row.get(2)?, read_currency(&row.get::<String>(3)?)?),
            to: row.get::<Option<String>>(4)?.map(Holder::stored),
        });
    }
    for refund in lock_waiting(tx, &keys).await? {
        payments.entry(refund.order_id).and_modify(|payment| payment.waiting.push(refund));
    }
    let sql = "SELECT order_id, shipment_id, amount, state FROM capture_dues WHERE order_id = $1 \
               ORDER BY order_id, shipment_id";
    for row in tx.query_keys(sql, &keys).await? {
        let Some(payment) = payments.get_mut(&OrderId(row.get(0)?)) else { continue };
        payment.parcels.push(ParcelDue {
            shipment_id: ShipmentId(row.get(1)?),
            amount: row.get(2)?,
            state: read_word(&row.get::<String>(3)?, ParcelState::of)?,
        });
    }
    Ok(())
}

/// Whether a payment has parts.
pub(super) fn any(payment: &Payment) -> bool {
    let some = [payment.tenders.len(), payment.returns.len(), payment.parcels.len(), payment.waiting.len()];
    some.iter().any(|count| *count > 0)
}

/// Writes the parts that changed.
pub(super) async fn save(tx: &mut Tx, before: &Payment, now: &Payment) -> Result<(), DbError> {
    let order = now.order_id.0;
    let mut fresh = Vec::new();
    for tender in &now.tenders {
        let words = (tender.state.word(), tender.returned);
        match before.tenders.iter().find(|old| old.number == tender.number) {
            None => fresh.push(tender_row(now.order_id, tender)),
            Some(old) if old != tender => {
                let sql = "UPDATE tenders SET state = $3, returned = $4 WHERE order_id = $1 AND number = $2";
                tx.execute(sql, &params![order, tender.number, words.0, words.1]).await?;
            }
            Some(_) => {}
        }
    }
    tx.insert_rows("tenders", TENDERS, OnConflict::Fail, &fresh).await?;
    for settled in before.returns.iter().filter(|old| !now.returns.contains(old)) {
        let sql = "UPDATE returns SET settled = TRUE WHERE return_id = $1";
        tx.execute(sql, &params![settled.return_id.0]).await?;
    }
    for parcel in now.parcels.iter().filter(|parcel| !before.parcels.contains(parcel)) {
        let sql = "INSERT INTO capture_dues (order_id, shipment_id, amount, state) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (order_id, shipment_id) DO UPDATE SET amount = EXCLUDED.amount, state = EXCLUDED.state";
        tx.execute(sql, &params![order, parcel.shipment_id.0, parcel.amount, parcel.state.word()]).await?;
    }
    Ok(())
}

/// Those of these returns that were heard of before. Lock their payments first.
pub(crate) async fn known_returns(tx: &mut Tx, returns: &[ReturnId]) -> Result<HashSet<ReturnId>, DbError> {
    let keys: Vec<Value<'_>> = returns.iter().map(|id| Value::from(id.0)).collect();
    let sql = "SELECT return_id FROM returns WHERE return_id = $1 ORDER BY return_id";
    tx.query_keys(sql, &keys).await?.iter().map(|row| row.get(0).map(ReturnId)).collect()
}

/// Keeps returns that were received.
pub(crate) async fn insert_returns(tx: &mut Tx, returns: &[NewReturn]) -> Result<(), DbError> {
    let now = tx.now();
    let row = |NewReturn { order_id, due, settled }: &NewReturn| {
        let (currency, holder) = (due.amount.currency.to_string(), due.to.as_ref().map(|to| to.as_str().to_owned()));
        params![due.return_id.0, order_id.0, due.amount.amount, currency, holder, *settled, now].to_vec()
    };
    let rows: Vec<_> = returns.iter().map(row).collect();
    tx.insert_rows("returns", RETURNS, OnConflict::Fail, &rows).await.map(drop)
}

fn tender_row(order: OrderId, tender: &Held) -> Vec<Value<'static>> {
    params![
        order.0,
        tender.number,
        tender.holder.as_str().to_owned(),
        tender.label.clone(),
        tender.amount,
        tender.state.word(),
        tender.returned
    ]
    .to_vec()
}
