//! What is to leave of an order, and what of it may go into a parcel.

use super::{Refusal, Violation};
use bodega_contracts::{OrderLine, shipping::ParcelLine};
use bodega_kernel::Sku;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The most pieces of a SKU that an order may have.
const MAX_PIECES: i64 = 1_000_000_000;
/// The most lines of a parcel that may be named.
const MAX_LINES: usize = 1_000;

/// What is to leave of a SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Part {
    /// Which.
    pub(crate) sku: Sku,
    /// How many are to leave in all.
    pub(crate) quantity: i64,
    /// How many of them have left or are leaving.
    pub(crate) packed: i64,
}

/// So many of a SKU, as staff name them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Which.
    pub(crate) sku: Sku,
    /// How many, at least 1.
    pub(crate) quantity: i64,
}

/// All that is to leave of an order, each SKU once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Packing {
    pub(crate) parts: Vec<Part>,
}

/// Why a parcel cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// The body is wrong.
    Invalid(Vec<Violation>),
    /// There is less left of this SKU.
    Exceeds { sku: Sku, left: i64 },
    /// Its life is against it.
    Refused(Refusal),
}

impl Packing {
    /// The stocked lines of an order, a SKU on two lines counted together; `None` where a quantity is none.
    pub(crate) fn of(lines: &[OrderLine]) -> Option<Self> {
        let mut parts: Vec<Part> = Vec::new();
        let mut places = BTreeMap::<&Sku, usize>::new();
        for line in lines.iter().filter(|line| line.stocked) {
            let in_range = |quantity: &i64| (1..=MAX_PIECES).contains(quantity);
            let quantity = Some(line.quantity).filter(in_range)?;
            if let Some(part) = places.get(&line.sku).and_then(|place| parts.get_mut(*place)) {
                part.quantity = part.quantity.checked_add(quantity).filter(in_range)?;
            } else {
                places.insert(&line.sku, parts.len());
                parts.push(Part { sku: line.sku.clone(), quantity, packed: 0 });
            }
        }
        Some(Self { parts })
    }

    /// How many pieces there are in all.
    pub(crate) fn pieces(&self) -> i64 {
        self.parts.iter().map(|part| part.quantity).sum()
    }

    /// All of it, as it leaves at once.
    pub(crate) fn parcel(&self) -> Vec<ParcelLine> {
        self.parts.iter().map(|part| ParcelLine { sku: part.sku.clone(), quantity: part.quantity }).collect()
    }

    /// Claims pieces, `times` 1, or gives them back, `times` -1; where there are not as many, `false`, and some may be
    /// claimed.
    pub(crate) fn claim(&mut self, lines: &[ParcelLine], times: i64) -> bool {
        lines.iter().all(|line| {
            let Some(part) = self.parts.iter_mut().find(|part| part.sku == line.sku) else { return false };
            part.packed += line.quantity * times;
            (0..=part.quantity).contains(&part.packed)
        })
    }

    /// What goes into a parcel: what is wanted, or all that is left.
    pub(crate) fn take(&self, wanted: Option<&[Wanted]>) -> Result<Vec<ParcelLine>, Misfit> {
        let Some(wanted) = wanted else {
            let left = self.parts.iter().filter(|part| part.quantity > part.packed);
            let lines: Vec<ParcelLine> =
                left.map(|part| ParcelLine { sku: part.sku.clone(), quantity: part.quantity - part.packed }).collect();
            return if lines.is_empty() { Err(Misfit::Refused(Refusal::NothingLeft)) } else { Ok(lines) };
        };
        let parts: BTreeMap<&Sku, &Part> = self.parts.iter().map(|part| (&part.sku, part)).collect();
        let mut lines = BTreeMap::<&Sku, i64>::new();
        let mut violations = check(wanted);
        for (place, Wanted { sku, quantity }) in wanted.iter().enumerate() {
            if !parts.contains_key(sku) {
                violations.push(Violation::new(format!("/lines/{place}/sku"), "is not in this fulfilment"));
            }
            let sum = lines.entry(sku).or_default();
            *sum = sum.saturating_add(*quantity);
        }
        if !violations.is_empty() {
            violations.truncate(100);
            return Err(Misfit::Invalid(violations));
        }
        for (sku, quantity) in &lines {
            let left = parts.get(sku).map_or(0, |part| part.quantity - part.packed);
            if *quantity > left {
                return Err(Misfit::Exceeds { sku: (*sku).clone(), left });
            }
        }
        Ok(lines.into_iter().map(|(sku, quantity)| ParcelLine { sku: sku.clone(), quantity }).collect())
    }
}

fn check(wanted: &[Wanted]) -> Vec<Violation> {
    if wanted.is_empty() || wanted.len() > MAX_LINES {
        return vec![Violation::new("/lines", format!("has 1 to {MAX_LINES} lines; left out, it is all that is left"))];
    }
    let quantities = wanted.iter().enumerate().filter(|(_, one)| !(1..=MAX_PIECES).contains(&one.quantity));
    quantities
        .map(|(place, _)| Violation::new(format!("/lines/{place}/quantity"), format!("is 1 to {MAX_PIECES}")))
        .collect()
}
