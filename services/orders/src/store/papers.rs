//! Invoices and credit notes: numbers without gaps, given in the transaction of what they are for.

use super::{broken, entities::papers};
use crate::model::{Paper, change::Change, shares::Share};
use bodega_contracts::{OrderId, ReturnId, orders::InvoiceIssued};
use bodega_db::{Db, DbError, OnConflict, Tx, params};
use bodega_kernel::{Money, Time};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use std::collections::BTreeMap;

pub(crate) type PaperRow = papers::Model;

/// The word of an invoice.
const INVOICE: &str = "invoice";
/// The word of a credit note.
const CREDIT_NOTE: &str = "credit_note";

impl Paper {
    fn word(self) -> &'static str {
        match self {
            Self::Invoice { .. } => INVOICE,
            Self::CreditNote { .. } => CREDIT_NOTE,
        }
    }

    fn amount(self) -> i64 {
        match self {
            Self::Invoice { total } => total,
            Self::CreditNote { amount } => amount,
        }
    }
}

/// What a credit note is for: the returns, and what was given back of which line. Empty where it was given back otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credit {
    pub(crate) returns: Vec<ReturnId>,
    pub(crate) shares: Vec<Share>,
}

/// What the credit notes of an order are for, in their order.
pub(crate) type Credits = BTreeMap<OrderId, Vec<Credit>>;

/// Issues the papers of these orders: each gets the next number of its series. Last in its transaction, because whoever
/// issues the next one waits for its end.
pub(crate) async fn issue(
    tx: &mut Tx,
    prefixes: [&str; 2],
    changes: &[Change],
    credits: &Credits,
) -> Result<(), DbError> {
    let (year, now) = (tx.now().year(), tx.now());
    for (kind, prefix) in [INVOICE, CREDIT_NOTE].into_iter().zip(prefixes) {
        let of_kind = |change: &Change| {
            let papers = change.papers.iter().filter(|(paper, _)| paper.word() == kind).cloned();
            let papers = papers.map(|(paper, trace)| (change.record.id, change.record.currency, paper, trace));
            papers.enumerate().collect::<Vec<_>>()
        };
        let papers: Vec<_> = changes.iter().flat_map(of_kind).collect();
        if papers.is_empty() {
            continue;
        }
        let series = format!("{prefix}{year}");
        let first = take(tx, &series, papers.len() as i64).await?;
        let mut rows = Vec::with_capacity(papers.len());
        for (seq, (nth, (order_id, currency, paper, trace))) in (first..).zip(papers) {
            let number = format!("{series}-{seq:05}");
            let amount = Money::new(paper.amount(), currency);
            tx.follow(trace);
            tx.emit(&InvoiceIssued { order_id, number: number.clone(), kind: kind.to_owned(), amount })?;
            let credit = credits.get(&order_id).and_then(|credits| credits.get(nth)).filter(|_| kind == CREDIT_NOTE);
            let body = credit.map(written).transpose()?.flatten();
            if let Some(credit) = credit {
                super::credit(tx, &credit.returns, &number).await?;
            }
            rows.push(params![number, series.clone(), seq, order_id.0, kind, amount.amount, now, body].to_vec());
        }
        let columns = &["number", "series", "seq", "order_id", "kind", "amount", "issued_ms", "body"];
        tx.insert_rows("papers", columns, OnConflict::Fail, &rows).await?;
    }
    Ok(())
}

fn written(credit: &Credit) -> Result<Option<String>, DbError> {
    let body = (!credit.shares.is_empty()).then(|| serde_json::to_string(&credit.shares));
    body.transpose().map_err(|error| broken(&error))
}

/// Takes the next `count` numbers of a series; says the first.
async fn take(tx: &mut Tx, series: &str, count: i64) -> Result<i64, DbError> {
    let sql = "INSERT INTO paper_series (series, last) VALUES ($1, $2) \
               ON CONFLICT (series) DO UPDATE SET last = paper_series.last + $2 RETURNING last";
    let row = tx.query_one(sql, &params![series, count]).await?;
    let last: i64 = row.ok_or_else(|| broken(&"a series gave no number"))?.get(0)?;
    Ok(last - count + 1)
}

/// The papers of an order, oldest first.
pub(crate) async fn papers(db: &Db, id: OrderId) -> Result<Vec<PaperRow>, DbError> {
    let of_order = papers::Entity::find().filter(papers::Column::OrderId.eq(id.0));
    Ok(of_order.order_by_asc(papers::Column::IssuedMs).order_by_asc(papers::Column::Number).all(db.reader()).await?)
}

/// Papers after a number, in the order of numbers.
pub(crate) async fn papers_page(db: &Db, after: Option<&str>, rows: u64) -> Result<Vec<PaperRow>, DbError> {
    let after = after.map(|number| papers::Column::Number.gt(number));
    let page = papers::Entity::find().filter(sea_orm::Condition::all().add_option(after));
    Ok(page.order_by_asc(papers::Column::Number).limit(rows).all(db.reader()).await?)
}

impl PaperRow {
    pub(crate) fn issued(&self) -> Time {
        Time::from_ms(self.issued_ms)
    }

    /// What it gives back of which line; empty where it stands as one sum.
    pub(crate) fn shares(&self) -> Result<Vec<Share>, DbError> {
        self.body.as_deref().map_or(Ok(Vec::new()), |body| serde_json::from_str(body).map_err(|error| broken(&error)))
    }
}
