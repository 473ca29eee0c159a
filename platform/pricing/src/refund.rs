//! What goes back of a priced basket: pieces of lines and the shipping, such that all parts add up to the charge.
//!
//! A line is shared out over its pieces by largest remainder, the earlier ones on a tie, so a piece has its amount whether
//! it comes back alone, with others, or last.

use crate::model::{Priced, PricedLine};
use thiserror::Error;

/// A part of a priced basket that is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundPart {
    /// Pieces of a line.
    Pieces {
        /// Which line, from 0.
        line: usize,
        /// How many of it were given back before.
        before: i64,
        /// How many are given back now.
        quantity: i64,
    },
    /// The shipping, all of it.
    Shipping,
}

/// What goes back for one part, minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefundShare {
    /// To the customer, tax included.
    pub amount: i64,
    /// How much of it is tax.
    pub tax: i64,
}

/// Why a part cannot be given back. Parts are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RefundError {
    /// There is no such line.
    #[error("part {part}: there is no line {line}")]
    Line {
        /// Which part.
        part: usize,
        /// What it says.
        line: usize,
    },
    /// Fewer than one piece, or more than are left of the line; another part may have taken them.
    #[error("part {part}: {quantity} pieces after {before} are not pieces of the line that are left")]
    Quantity {
        /// Which part.
        part: usize,
        /// How many were given back before.
        before: i64,
        /// What it says.
        quantity: i64,
    },
    /// The shipping is there twice.
    #[error("part {part}: the shipping goes back once")]
    Shipping {
        /// Which part.
        part: usize,
    },
}

/// Shares out what goes back for each of `parts`. However a basket is taken apart, the parts add up to its total and
/// their taxes to its tax.
///
/// Fails where a part is not in the basket, or the same piece is in two parts.
pub fn split_refund(priced: &Priced, parts: &[RefundPart]) -> Result<Vec<RefundShare>, RefundError> {
    let mut taken: Vec<Vec<(i64, i64)>> = vec![Vec::new(); priced.lines.len()];
    let mut shipped = false;
    let mut shares = Vec::with_capacity(parts.len());
    for (part, what) in parts.iter().enumerate() {
        shares.push(match *what {
            RefundPart::Shipping if shipped => return Err(RefundError::Shipping { part }),
            RefundPart::Shipping => {
                shipped = true;
                shipping(priced)
            }
            RefundPart::Pieces { line, before, quantity } => {
                let (Some(of), Some(gone)) = (priced.lines.get(line), taken.get_mut(line)) else {
                    return Err(RefundError::Line { part, line });
                };
                let after = before.checked_add(quantity).filter(|after| *after <= of.quantity);
                let fits = |after: &i64| {
                    before >= 0 && quantity >= 1 && gone.iter().all(|(from, to)| *after <= *from || before >= *to)
                };
                let Some(after) = after.filter(fits) else {
                    return Err(RefundError::Quantity { part, before, quantity });
                };
                gone.push((before, after));
                pieces(of, before, after)
            }
        });
    }
    Ok(shares)
}

/// What the lines leave of the whole.
fn shipping(priced: &Priced) -> RefundShare {
    let lines: i64 = priced.lines.iter().map(|line| line.total).sum();
    let taxes: i64 = priced.lines.iter().map(|line| line.tax).sum();
    RefundShare { amount: priced.total - lines, tax: priced.tax - taxes }
}

fn pieces(line: &PricedLine, before: i64, after: i64) -> RefundShare {
    let part = |whole| first(whole, line.quantity, after) - first(whole, line.quantity, before);
    RefundShare { amount: part(line.total), tax: part(line.tax) }
}

/// What the first `pieces` of `all` have of `whole`: equal shares, and what is left over goes to the first ones.
fn first(whole: i64, all: i64, pieces: i64) -> i64 {
    whole / all * pieces + pieces.min(whole % all)
}
