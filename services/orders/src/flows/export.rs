//! All orders as CSV, for whoever keeps the books: page by page, however many there are.

use crate::{
    Orders,
    error::Error,
    store::{self, ExportRow, Filter},
};
use bodega_contracts::OrderId;
use bodega_db::DbError;
use bodega_kernel::{Currency, Money, Time};
use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::OwnedSemaphorePermit;

/// Orders that are read at once.
const ROWS: u64 = 500;
/// What cells that begin so would be to a spreadsheet: formulas.
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

const HEAD: [&str; 12] = [
    "order_number",
    "placed_at",
    "status",
    "payment_status",
    "email",
    "currency",
    "subtotal",
    "discount",
    "shipping",
    "tax",
    "total",
    "refunded",
];

/// Where an export is.
struct Export {
    state: Orders,
    filter: Filter,
    after: Option<OrderId>,
    is_over: bool,
    _permit: OwnedSemaphorePermit,
}

/// The orders of `filter` as CSV, oldest first, a page at a time. What is placed meanwhile comes in at the end.
pub(crate) fn export(
    state: &Orders,
    filter: Filter,
) -> Result<impl Stream<Item = Result<Bytes, DbError>> + use<>, Error> {
    let permit = state.streams.clone().try_acquire_owned().map_err(|_| Error::TooManyStreams)?;
    let export = Export { state: state.clone(), filter, after: None, is_over: false, _permit: permit };
    Ok(stream::try_unfold(export, Export::next))
}

impl Export {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, DbError> {
        if self.is_over {
            return Ok(None);
        }
        let rows = store::export_page(&self.state.db, &self.filter, self.after, ROWS).await?;
        let text = written(&rows, self.after.is_none())?;
        self.is_over = (rows.len() as u64) < ROWS;
        self.after = rows.last().map(|row| row.id).or(self.after);
        Ok(Some((text, self)))
    }
}

fn written(rows: &[ExportRow], is_first: bool) -> Result<Bytes, DbError> {
    let broken = |error: String| DbError::Refused(error.into());
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if is_first {
        writer.write_record(HEAD).map_err(|error| broken(error.to_string()))?;
    }
    for row in rows {
        let currency = Currency::new(&row.currency).map_err(|error| broken(error.to_string()))?;
        writer.write_record(cells(row, currency).map(harmless)).map_err(|error| broken(error.to_string()))?;
    }
    writer.into_inner().map(Bytes::from).map_err(|error| broken(error.to_string()))
}

fn cells(row: &ExportRow, currency: Currency) -> [String; 12] {
    let amount = |amount| {
        let text = Money::new(amount, currency).to_string();
        text.split(' ').next().unwrap_or_default().to_owned()
    };
    let sums = &row.sums;
    [
        row.number.clone(),
        Time::from_ms(row.placed_ms).to_string(),
        row.status.clone(),
        row.payment_status.clone(),
        row.email.clone(),
        row.currency.clone(),
        amount(sums.subtotal),
        amount(sums.discount),
        amount(sums.shipping),
        amount(sums.tax),
        amount(row.total),
        amount(row.refunded),
    ]
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(FORMULAS) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(harmless(text.to_owned()), format!("'{text}"));
        }
        for text in ["", "a=b", "ada@example.com", "1.00"] {
            assert_eq!(harmless(text.to_owned()), text);
        }
    }
}
