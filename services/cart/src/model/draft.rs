//! A draft: a cart that staff make for somebody, with prices of their own where they say so. No shopper ever opens one, and
//! nothing but a draft has a price that somebody said.

use super::{Given, Line, MAX_LINES, Offers, Place, Refusal, Wanted};
use bodega_contracts::LineId;
use bodega_kernel::{Money, UserId};
use serde::{Deserialize, Serialize};

/// What a draft has beside what every cart has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Draft {
    /// What staff noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A change of a draft, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DraftChange {
    /// What staff note.
    pub note: Given<String>,
    /// Whose order it becomes.
    pub customer: Given<UserId>,
    /// All its lines; `None` keeps those there are.
    pub lines: Option<Vec<Wanted>>,
}

/// What staff said of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Own {
    /// What one costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Own {
    /// Whether nothing was said.
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Makes `wanted` the `lines` of a draft: each as it stands there, a SKU as often as it is named. What has a price of its own
/// may be anything the shop has ever listed.
pub(crate) fn set_lines(
    lines: &mut Vec<Line>,
    wanted: &[Wanted],
    offers: &Offers,
    place: &Place<'_>,
    mut new_id: impl FnMut() -> LineId,
) -> Result<(), Refusal> {
    let price = |one: &Wanted| match one.own.price {
        Some(own) => offers.get(&one.sku).map(|_| own.amount),
        None => offers.for_sale(&one.sku, place).map(|(_, price)| price),
    };
    let prices: Vec<Option<i64>> = wanted.iter().map(price).collect();
    let unknown: Vec<usize> = (0..wanted.len()).filter(|&index| prices[index].is_none()).collect();
    if !unknown.is_empty() {
        return Err(Refusal::UnknownSku(unknown));
    }
    let foreign = |one: &Wanted| one.own.price.is_some_and(|own| own.currency != place.currency);
    if let Some(index) = wanted.iter().position(foreign) {
        return Err(Refusal::OtherCurrency(index, place.currency));
    }
    if wanted.len() > MAX_LINES {
        return Err(Refusal::TooManyLines);
    }
    let line = |(one, price): (&Wanted, &Option<i64>)| Line {
        id: new_id(),
        sku: one.sku.clone(),
        quantity: one.quantity,
        shown: price.unwrap_or_default(),
        own: one.own.clone(),
    };
    *lines = wanted.iter().zip(&prices).map(line).collect();
    Ok(())
}
