//! What credit notes are for: money that went back for goods that came back names those goods.

use crate::{
    model::Paper,
    model::change::Change,
    model::returns::credited,
    model::shares::total,
    store::{self, Credit, Credits},
};
use bodega_db::{DbError, Tx};

/// What the credit notes of these orders are for, as far as that is known: an order's returns wait for theirs in the order in
/// which they were received.
pub(super) async fn of(tx: &mut Tx, orders: &[Change]) -> Result<Credits, DbError> {
    let mut credits = Credits::new();
    for order in orders {
        let amount = |(paper, _): &(Paper, _)| match *paper {
            Paper::CreditNote { amount } => Some(amount),
            Paper::Invoice { .. } => None,
        };
        let amounts: Vec<i64> = order.papers.iter().filter_map(amount).collect();
        if amounts.is_empty() {
            continue;
        }
        let mut waiting = store::uncredited(tx, order.record.id).await?;
        let credit = |amount: i64| {
            let sums: Vec<i64> = waiting.iter().map(|(_, sum, _)| *sum).collect();
            let mut credit = Credit::default();
            for (id, _, shares) in waiting.drain(credited(amount, &sums)) {
                credit.returns.push(id);
                credit.shares.extend(shares);
            }
            // One that was received before lines were kept stands as a sum.
            if total(&credit.shares) != amount {
                credit.shares.clear();
            }
            credit
        };
        credits.insert(order.record.id, amounts.into_iter().map(credit).collect());
    }
    Ok(credits)
}
