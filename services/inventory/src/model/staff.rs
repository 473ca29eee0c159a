//! What people say about stock: goods came, were counted, corrected, brought back. And what they are shown.

use super::{
    MAIN, MAX_UNITS,
    shelf::{Level, Shelf},
};
use bodega_kernel::{Sku, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most characters of a reason.
const MAX_REASON: usize = 200;
/// The most characters of a reference.
const MAX_REFERENCE: usize = 100;

/// Why stock moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Came from a supplier.
    Receive,
    /// Was corrected, with a reason.
    Adjust,
    /// Was counted.
    Count,
    /// Came back from a customer.
    Return,
    /// Is held for an order.
    Hold,
    /// Is no longer held or allocated.
    Release,
    /// Was held for too long.
    Expire,
    /// Belongs to an order.
    Allocate,
    /// Left with a parcel, or was fetched.
    Ship,
}

impl Kind {
    /// Its word in the ledger.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Adjust => "adjust",
            Self::Count => "count",
            Self::Return => "return",
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Expire => "expire",
            Self::Allocate => "allocate",
            Self::Ship => "ship",
        }
    }
}

/// What staff may enter by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HandKind {
    /// Came from a supplier.
    Receive,
    /// Was corrected, with a reason.
    Adjust,
    /// Came back from a customer.
    Return,
}

/// Goods that came, went or came back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"sku": "85123A", "kind": "receive", "quantity": 24, "reference": "PO-1007"}))]
pub(crate) struct NewMovement {
    /// Of which; one that is not known is made when it is received.
    pub(crate) sku: Sku,
    /// Why.
    pub(crate) kind: HandKind,
    /// Units, 1 to 1,000,000,000; an adjustment may be negative.
    pub(crate) quantity: i64,
    /// In words; an adjustment needs one.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// A delivery note, a return number.
    #[serde(default)]
    pub(crate) reference: Option<String>,
}

/// What was counted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on_hand": 12, "expected_on_hand": 14, "reason": "yearly count"}))]
pub(crate) struct Count {
    /// Units that are there, 0 to 1,000,000,000.
    pub(crate) on_hand: i64,
    /// Only if this many were in the books; 0 for a SKU that is not known.
    #[serde(default)]
    pub(crate) expected_on_hand: Option<i64>,
    /// Whether it may be sold without being there.
    #[serde(default)]
    pub(crate) backorder: Option<bool>,
    /// Below this, staff are warned.
    #[serde(default)]
    pub(crate) safety: Option<i64>,
    /// In words.
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// A field that breaks its bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// JSON pointer.
    pub(crate) field: String,
    pub(crate) detail: String,
}

/// Why stock cannot be as somebody says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The books say something else than expected.
    #[error("there are {on_hand} of {sku}, not the number expected")]
    Conflict { sku: Sku, on_hand: i64 },
    /// More is promised to orders.
    #[error("{sku} cannot go down to {on_hand}: {committed} are held or allocated")]
    Committed { sku: Sku, on_hand: i64, committed: i64 },
    /// More than can be there.
    #[error("{sku} cannot go up to {on_hand}")]
    TooMany { sku: Sku, on_hand: i64 },
    /// It was never received.
    #[error("there is no stock of {sku}; receive it first")]
    Unknown { sku: Sku },
}

impl NewMovement {
    /// What an import says is there at first.
    pub(crate) fn opening(sku: Sku, quantity: i64) -> Self {
        Self { sku, kind: HandKind::Receive, quantity, reason: Some("import".to_owned()), reference: None }
    }

    /// What is wrong with it by itself; `at` is where it stands in the body.
    pub(crate) fn violations(&self, at: &str) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut found = |wrong: bool, field: &str, detail: String| {
            if wrong {
                violations.push(Violation { field: format!("{at}/{field}"), detail });
            }
        };
        let lowest = if self.kind == HandKind::Adjust { -MAX_UNITS } else { 1 };
        let in_range = (lowest..=MAX_UNITS).contains(&self.quantity) && self.quantity != 0;
        found(!in_range, "quantity", format!("{lowest} to {MAX_UNITS}, and not 0"));
        let reasoned =
            self.kind != HandKind::Adjust || self.reason.as_deref().is_some_and(|text| !text.trim().is_empty());
        found(!reasoned, "reason", "an adjustment needs a reason".to_owned());
        found(too_long(self.reason.as_deref(), MAX_REASON), "reason", format!("at most {MAX_REASON} characters"));
        let reference = too_long(self.reference.as_deref(), MAX_REFERENCE);
        found(reference, "reference", format!("at most {MAX_REFERENCE} characters"));
        violations
    }

    /// Its word in the ledger.
    pub(crate) fn ledger_kind(&self) -> Kind {
        match self.kind {
            HandKind::Receive => Kind::Receive,
            HandKind::Adjust => Kind::Adjust,
            HandKind::Return => Kind::Return,
        }
    }

    /// Whether it may make a SKU known.
    pub(crate) fn makes_sku(&self) -> bool {
        self.kind == HandKind::Receive
    }
}

impl Count {
    /// What is wrong with it by itself.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let units = 0..=MAX_UNITS;
        let mut violations = Vec::new();
        let mut found = |wrong: bool, field: &str, detail: String| {
            if wrong {
                violations.push(Violation { field: field.to_owned(), detail });
            }
        };
        let outside = |number: Option<i64>| number.is_some_and(|number| !units.contains(&number));
        found(outside(Some(self.on_hand)), "/on_hand", format!("0 to {MAX_UNITS}"));
        found(outside(self.expected_on_hand), "/expected_on_hand", format!("0 to {MAX_UNITS}"));
        found(outside(self.safety), "/safety", format!("0 to {MAX_UNITS}"));
        found(too_long(self.reason.as_deref(), MAX_REASON), "/reason", format!("at most {MAX_REASON} characters"));
        violations
    }

    /// The level after it; refused where the books say something else, or where goods are promised.
    pub(crate) fn apply(&self, sku: &Sku, level: Level) -> Result<Level, Refusal> {
        if self.expected_on_hand.is_some_and(|expected| expected != level.on_hand) {
            return Err(Refusal::Conflict { sku: sku.clone(), on_hand: level.on_hand });
        }
        let counted = Level {
            on_hand: self.on_hand,
            backorder: self.backorder.unwrap_or(level.backorder),
            safety: self.safety.unwrap_or(level.safety),
            ..level
        };
        allowed(sku, counted)
    }
}

/// Applies movements one after the other; the first that cannot be refuses all.
pub(crate) fn apply_movements(shelf: &mut Shelf, movements: &[NewMovement]) -> Result<(), Refusal> {
    for movement in movements {
        let sku = &movement.sku;
        let level = shelf.level_mut(sku).ok_or_else(|| Refusal::Unknown { sku: sku.clone() })?;
        *level = allowed(sku, Level { on_hand: level.on_hand + movement.quantity, ..*level })?;
    }
    Ok(())
}

fn allowed(sku: &Sku, level: Level) -> Result<Level, Refusal> {
    let (on_hand, committed) = (level.on_hand, level.committed());
    if on_hand < 0 || (!level.backorder && on_hand < committed) {
        return Err(Refusal::Committed { sku: sku.clone(), on_hand, committed });
    }
    if on_hand > MAX_UNITS {
        return Err(Refusal::TooMany { sku: sku.clone(), on_hand });
    }
    Ok(level)
}

fn too_long(text: Option<&str>, most: usize) -> bool {
    text.is_some_and(|text| text.chars().count() > most)
}

/// Stock as staff see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"sku": "85123A", "location": "main", "on_hand": 12, "held": 2, "allocated": 1, "available": 9,
    "safety": 3, "backorder": false, "version": 7}))]
pub(crate) struct StockView {
    /// Which.
    pub(crate) sku: Sku,
    /// Where.
    pub(crate) location: String,
    /// Units that are there.
    pub(crate) on_hand: i64,
    /// Held for orders that are not paid.
    pub(crate) held: i64,
    /// Belonging to paid orders.
    pub(crate) allocated: i64,
    /// What can be sold: on hand less held less allocated.
    pub(crate) available: i64,
    /// Below this, staff are warned.
    pub(crate) safety: i64,
    /// May be sold without being there.
    pub(crate) backorder: bool,
    /// Of the last change of what can be sold.
    pub(crate) version: i64,
}

impl StockView {
    /// Of a level at the one location.
    pub(crate) fn of(sku: Sku, level: Level) -> Self {
        let Level { on_hand, held, allocated, safety, backorder, version } = level;
        let (location, available) = (MAIN.to_owned(), level.available());
        Self { sku, location, on_hand, held, allocated, available, safety, backorder, version }
    }
}

/// A line of the ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MovementView {
    /// Its place in the ledger.
    pub(crate) seq: i64,
    /// Why.
    #[schema(value_type = Kind)]
    pub(crate) kind: String,
    /// What it changed of the units that are there.
    pub(crate) on_hand: i64,
    /// What it changed of the units held.
    pub(crate) held: i64,
    /// What it changed of the units allocated.
    pub(crate) allocated: i64,
    /// For which order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_id: Option<bodega_contracts::OrderId>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// A delivery note, a return number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// Which member of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) actor: Option<String>,
    /// When.
    pub(crate) at: Time,
}
