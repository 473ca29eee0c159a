//! What people say about stock: goods came, were counted, corrected, brought back; what may be sold of them.

use super::{
    LocationId, MAX_LOCATIONS, MAX_UNITS, Nullable,
    level::{Item, Level},
    shelf::Shelf,
};
use bodega_kernel::Sku;
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
    /// Came back and cannot be sold again.
    WriteOff,
    /// Went to another location, came from one, or was brought back.
    Transfer,
    /// Was set by another system.
    Sync,
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
            Self::WriteOff => "write_off",
            Self::Transfer => "transfer",
            Self::Sync => "sync",
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
    /// Where; `main` where it is left out.
    #[serde(default = "LocationId::main")]
    pub(crate) location: LocationId,
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
    /// Where; `main` where it is left out.
    #[serde(default = "LocationId::main")]
    pub(crate) location: LocationId,
    /// Only if this many were in the books; 0 for a SKU that is not known.
    #[serde(default)]
    pub(crate) expected_on_hand: Option<i64>,
    /// Whether it may be sold without being there.
    #[serde(default)]
    pub(crate) backorder: Option<bool>,
    /// So many of it are not sold.
    #[serde(default)]
    pub(crate) safety: Option<i64>,
    /// In words.
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// What is to hold for a SKU; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"expected_version": 2, "backorder": true, "backorder_limit": 50, "low_stock_threshold": 5,
    "safety": [{"location": "main", "quantity": 3}]}))]
pub(crate) struct PolicyChange {
    /// The `policy_version` that was read.
    pub(crate) expected_version: i64,
    /// Whether it may be sold without being there.
    #[serde(default)]
    pub(crate) backorder: Option<bool>,
    /// So many of it without being there, 0 to 1,000,000,000; null is any number.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub(crate) backorder_limit: Nullable<i64>,
    /// At so many that can be sold or fewer, staff are told: 0 to 1,000,000,000; null is never.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub(crate) low_stock_threshold: Nullable<i64>,
    /// What is not sold, by location; at most 50.
    #[serde(default)]
    pub(crate) safety: Vec<Safety>,
}

/// What is not sold at a location.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Safety {
    /// Where.
    pub(crate) location: LocationId,
    /// Units, 0 to 1,000,000,000.
    pub(crate) quantity: i64,
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
    /// Less of it is there than is to go.
    #[error("{free} of {sku} are there and promised to nobody")]
    Short { sku: Sku, free: i64 },
    /// There is no such location.
    #[error("there is no location {location}")]
    NoLocation { location: LocationId },
}

impl NewMovement {
    /// What an import says is there at first.
    pub(crate) fn opening(sku: Sku, quantity: i64) -> Self {
        let (kind, location, reason) = (HandKind::Receive, LocationId::main(), Some("import".to_owned()));
        Self { sku, kind, quantity, location, reason, reference: None }
    }

    /// What came back of an order.
    pub(crate) fn back(sku: Sku, location: LocationId, quantity: i64) -> Self {
        Self { sku, kind: HandKind::Return, quantity, location, reason: None, reference: None }
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
        let mut violations = Vec::new();
        let mut found = |wrong: bool, field: &str, detail: String| {
            if wrong {
                violations.push(Violation { field: field.to_owned(), detail });
            }
        };
        found(outside(Some(self.on_hand)), "/on_hand", format!("0 to {MAX_UNITS}"));
        found(outside(self.expected_on_hand), "/expected_on_hand", format!("0 to {MAX_UNITS}"));
        found(outside(self.safety), "/safety", format!("0 to {MAX_UNITS}"));
        found(too_long(self.reason.as_deref(), MAX_REASON), "/reason", format!("at most {MAX_REASON} characters"));
        violations
    }

    /// Applies it; refused where the books say something else, or where goods are promised.
    pub(crate) fn apply(&self, sku: &Sku, item: &mut Item) -> Result<(), Refusal> {
        let unknown = || Refusal::Unknown { sku: sku.clone() };
        let level = item.levels.get_mut(&self.location).ok_or_else(unknown)?;
        if self.expected_on_hand.is_some_and(|expected| expected != level.on_hand) {
            return Err(Refusal::Conflict { sku: sku.clone(), on_hand: level.on_hand });
        }
        let before = (level.safety, item.policy.backorder);
        level.on_hand = self.on_hand;
        level.safety = self.safety.unwrap_or(level.safety);
        item.policy.backorder = self.backorder.unwrap_or(item.policy.backorder);
        item.policy.version += i64::from(before != (level.safety, item.policy.backorder));
        all_in_bounds(sku, item)
    }
}

impl PolicyChange {
    /// What is wrong with it by itself.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut found = |wrong: bool, field: String| {
            if wrong {
                violations.push(Violation { field, detail: format!("0 to {MAX_UNITS}") });
            }
        };
        found(outside(Some(self.expected_version)), "/expected_version".to_owned());
        found(self.safety.len() > MAX_LOCATIONS as usize, "/safety".to_owned());
        found(outside(self.backorder_limit.given().copied()), "/backorder_limit".to_owned());
        found(outside(self.low_stock_threshold.given().copied()), "/low_stock_threshold".to_owned());
        for (number, safety) in self.safety.iter().enumerate() {
            found(outside(Some(safety.quantity)), format!("/safety/{number}/quantity"));
        }
        violations
    }

    /// Applies it to stock that is in the version it expects.
    pub(crate) fn apply(&self, sku: &Sku, item: &mut Item) -> Result<(), Refusal> {
        let before = item.clone();
        let policy = &mut item.policy;
        policy.backorder = self.backorder.unwrap_or(policy.backorder);
        policy.limit = self.backorder_limit.over(policy.limit);
        policy.threshold = self.low_stock_threshold.over(policy.threshold);
        for Safety { location, quantity } in &self.safety {
            let unknown = || Refusal::NoLocation { location: location.clone() };
            item.levels.get_mut(location).ok_or_else(unknown)?.safety = *quantity;
        }
        item.policy.version += i64::from(before != *item);
        all_in_bounds(sku, item)
    }
}

/// Applies movements one after the other; the first that cannot be refuses all.
pub(crate) fn apply_movements(shelf: &mut Shelf, movements: &[NewMovement]) -> Result<(), Refusal> {
    for NewMovement { sku, location, quantity, .. } in movements {
        let unknown = || Refusal::Unknown { sku: sku.clone() };
        let item = shelf.item_mut(sku).ok_or_else(unknown)?;
        let backorder = item.policy.backorder;
        let level = item.levels.get_mut(location).ok_or_else(unknown)?;
        level.on_hand += quantity;
        if *quantity < 0 && level.on_hand < 0 {
            let (on_hand, committed) = (level.on_hand, level.committed());
            return Err(Refusal::Committed { sku: sku.clone(), on_hand, committed });
        }
        in_bounds(sku, level, backorder)?;
    }
    Ok(())
}

fn all_in_bounds(sku: &Sku, item: &Item) -> Result<(), Refusal> {
    item.levels.values().try_for_each(|level| in_bounds(sku, level, item.policy.backorder))
}

/// Refuses a level that cannot be.
pub(crate) fn in_bounds(sku: &Sku, level: &Level, backorder: bool) -> Result<(), Refusal> {
    let (on_hand, committed) = (level.on_hand, level.committed());
    if !backorder && (on_hand < 0 || on_hand < committed) {
        return Err(Refusal::Committed { sku: sku.clone(), on_hand, committed });
    }
    if on_hand > MAX_UNITS {
        return Err(Refusal::TooMany { sku: sku.clone(), on_hand });
    }
    Ok(())
}

fn outside(number: Option<i64>) -> bool {
    number.is_some_and(|number| !(0..=MAX_UNITS).contains(&number))
}

fn too_long(text: Option<&str>, most: usize) -> bool {
    text.is_some_and(|text| text.chars().count() > most)
}
