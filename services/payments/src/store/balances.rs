//! What can be spent: gift cards and store credit. A balance changes only together with its line in the ledger.

use super::read_currency;
use crate::model::{Entry, Holder, Purse};
use bodega_contracts::{GiftCardId, OrderId};
use bodega_db::{DbError, OnConflict, Tx, Value, params};
use bodega_kernel::Currency;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const ENTRY: &[&str] = &[
    "order_id",
    "entry",
    "account",
    "amount",
    "counter",
    "counter_amount",
    "currency",
    "at_ms",
    "holder",
    "note",
    "actor",
];

/// A movement of a balance, and what is said of it.
#[derive(Clone, Debug)]
pub(crate) struct Movement<'a> {
    /// The order, gift card or customer it is of.
    pub(crate) subject: Uuid,
    /// What is booked.
    pub(crate) entry: Entry,
    /// In which currency.
    pub(crate) currency: Currency,
    /// Why, in words.
    pub(crate) note: Option<&'a str>,
    /// Who did it.
    pub(crate) actor: Option<&'a str>,
}

/// Locks these balances and reads what can be spent of each in `currency`; a gift card that is disabled or over has
/// nothing.
pub(crate) async fn lock_purse(tx: &mut Tx, holders: &BTreeSet<Holder>, currency: Currency) -> Result<Purse, DbError> {
    let keys: Vec<Value<'_>> = holders.iter().map(|holder| Value::from(holder.as_str())).collect();
    let sql = "SELECT holder, balance, currency FROM balances WHERE holder = $1 ORDER BY holder {lock}";
    let mut purse = Purse::new();
    for row in tx.query_keys(sql, &keys).await? {
        if read_currency(&row.get::<String>(2)?)? == currency {
            purse.insert(Holder::stored(row.get(0)?), row.get(1)?);
        }
    }
    let cards: Vec<GiftCardId> = purse.keys().filter_map(Holder::card_id).collect();
    let keys: Vec<Value<'_>> = cards.iter().map(|card| Value::from(card.0)).collect();
    let sql = "SELECT card_id, disabled, ends_ms FROM gift_cards WHERE card_id = $1 ORDER BY card_id";
    for row in tx.query_keys(sql, &keys).await? {
        let over = row.get::<Option<i64>>(2)?.is_some_and(|ends| ends <= tx.now().ms());
        if row.get::<bool>(1)? || over {
            purse.remove(&Holder::card(GiftCardId(row.get(0)?)));
        }
    }
    Ok(purse)
}

/// What is not spent of the store credit that returns of an order became, by balance; the balances are locked. Lock the
/// payment first.
pub(crate) async fn unspent_credit(
    tx: &mut Tx,
    order: OrderId,
    currency: Currency,
) -> Result<Vec<(Holder, i64)>, DbError> {
    let sql = "SELECT r.holder, CAST(SUM(f.credited) AS BIGINT) FROM refunds f JOIN returns r ON r.return_id = f.return_id \
               WHERE f.order_id = $1 AND r.holder IS NOT NULL GROUP BY r.holder ORDER BY r.holder";
    let mut given = BTreeMap::new();
    for row in tx.query(sql, &params![order.0]).await? {
        given.insert(Holder::stored(row.get(0)?), row.get::<i64>(1)?);
    }
    let purse = lock_purse(tx, &given.keys().cloned().collect(), currency).await?;
    let unspent = purse.into_iter().map(|(holder, balance)| {
        let given = given.get(&holder).copied().unwrap_or(0);
        (holder, balance.min(given))
    });
    Ok(unspent.collect())
}

/// Sees to it that there are these balances.
pub(crate) async fn make_balances<'a>(
    tx: &mut Tx,
    holders: impl Iterator<Item = (&'a Holder, Currency)>,
) -> Result<(), DbError> {
    let rows: Vec<_> = holders
        .map(|(holder, currency)| params![holder.as_str().to_owned(), 0_i64, currency.to_string()].to_vec())
        .collect();
    tx.insert_rows("balances", &["holder", "balance", "currency"], OnConflict::Skip, &rows).await.map(drop)
}

/// Books movements and moves their balances, in one order for everybody.
pub(crate) async fn move_balances(tx: &mut Tx, movements: &[Movement<'_>]) -> Result<(), DbError> {
    let (mut rows, mut changes) = (Vec::new(), BTreeMap::new());
    for Movement { subject, entry, currency, note, actor } in movements {
        let Some(holder) = &entry.holder else { continue };
        let [(counter, counter_amount), (account, amount)] = entry.lines;
        let row = params![
            *subject,
            &entry.name,
            account.word(),
            amount,
            counter.word(),
            counter_amount,
            currency.to_string(),
            tx.now(),
            holder.as_str(),
            *note,
            *actor
        ];
        rows.push(row.to_vec());
        let change = changes.entry(holder).or_insert((0, *currency));
        change.0 += entry.balance_change();
    }
    tx.insert_rows("ledger", ENTRY, OnConflict::Fail, &rows).await?;
    make_balances(tx, changes.iter().map(|(holder, (_, currency))| (*holder, *currency))).await?;
    for (holder, (change, _)) in changes {
        let sql = "UPDATE balances SET balance = balance + $2 WHERE holder = $1";
        tx.execute(sql, &params![holder.as_str(), change]).await?;
    }
    Ok(())
}
