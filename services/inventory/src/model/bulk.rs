//! Many figures at once: each is set only where the books say what was expected, and the rest goes on. And counts, which
//! book the difference to what the counter saw.

use super::{
    LocationId, MAX_UNITS, Violation,
    shelf::Shelf,
    staff::{Refusal, in_bounds},
};
use bodega_kernel::Sku;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// The most rows of a request.
pub(crate) const MAX_ROWS: usize = 1_000;
/// The most characters of a reason.
const MAX_REASON: usize = 200;

/// A figure to set where the books say what is expected.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkRow {
    /// Of which.
    pub(crate) sku: Sku,
    /// Where; `main` where it is left out.
    #[serde(default = "LocationId::main")]
    pub(crate) location: LocationId,
    /// What the books should say; 0 for a SKU that is not known.
    pub(crate) expected: i64,
    /// What is there, 0 to 1,000,000,000.
    pub(crate) on_hand: i64,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The books say it now.
    Set,
    /// The books said it already.
    Unchanged,
    /// The books say something else than expected.
    Conflict,
    /// More is promised to orders.
    Committed,
    /// There is no such location.
    UnknownLocation,
    /// It cannot be read, or is out of bounds.
    Invalid,
}

impl BulkRow {
    /// From the fields of a line: SKU, location, expected, on hand; what is wrong with them.
    pub(crate) fn of(fields: &[String]) -> Result<Self, String> {
        let [sku, location, expected, on_hand] = fields else {
            return Err(format!("has {} fields in place of 4", fields.len()));
        };
        let number = |text: &str, name: &str| text.trim().parse().map_err(|_| format!("{name} is no number"));
        let location = location.trim();
        Ok(Self {
            sku: Sku::new(sku.trim()).map_err(|error| error.to_string())?,
            location: match location {
                "" => LocationId::main(),
                text => LocationId::new(text).ok_or("location is no name of one")?,
            },
            expected: number(expected, "expected")?,
            on_hand: number(on_hand, "on_hand")?,
        })
    }

    /// Sets it on a shelf that has a row for it; says what became of it, and by how much it changed the books.
    pub(crate) fn apply(&self, stock: &mut Shelf) -> (Outcome, i64) {
        if !(0..=MAX_UNITS).contains(&self.on_hand) || !(-MAX_UNITS..=MAX_UNITS).contains(&self.expected) {
            return (Outcome::Invalid, 0);
        }
        let backorder = stock.item(&self.sku).is_some_and(|item| item.policy.backorder);
        let Some(level) = stock.level_mut(&self.sku, &self.location) else { return (Outcome::UnknownLocation, 0) };
        let difference = self.on_hand - level.on_hand;
        if level.on_hand != self.expected {
            return (Outcome::Conflict, 0);
        }
        let mut after = *level;
        after.on_hand = self.on_hand;
        if in_bounds(&self.sku, &after, backorder).is_err() {
            return (Outcome::Committed, 0);
        }
        *level = after;
        (if difference == 0 { Outcome::Unchanged } else { Outcome::Set }, difference)
    }
}

/// What was counted at a location, beside what the books said to whoever counted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"location": "main", "reason": "yearly count",
    "lines": [{"sku": "85123A", "expected": 14, "counted": 12}]}))]
pub(crate) struct StockCount {
    /// Where; `main` where it is left out.
    #[serde(default = "LocationId::main")]
    pub(crate) location: LocationId,
    /// In words.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// 1 to 1,000, each SKU once.
    pub(crate) lines: Vec<CountLine>,
}

/// What was counted of a SKU.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountLine {
    /// Of which.
    pub(crate) sku: Sku,
    /// What the books said when it was counted; 0 for a SKU that is not known.
    pub(crate) expected: i64,
    /// What was there, 0 to 1,000,000,000.
    pub(crate) counted: i64,
}

impl CountLine {
    /// By how much the books were wrong.
    pub(crate) fn difference(&self) -> i64 {
        self.counted - self.expected
    }
}

impl StockCount {
    /// What is wrong with it by itself.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut found = |wrong: bool, field: String, detail: String| {
            if wrong {
                violations.push(Violation { field, detail });
            }
        };
        let bounded = (1..=MAX_ROWS).contains(&self.lines.len());
        found(!bounded, "/lines".to_owned(), format!("1 to {MAX_ROWS} lines"));
        let long = self.reason.as_ref().is_some_and(|text| text.chars().count() > MAX_REASON);
        found(long, "/reason".to_owned(), format!("at most {MAX_REASON} characters"));
        let mut seen = BTreeSet::new();
        for (number, line) in self.lines.iter().take(MAX_ROWS).enumerate() {
            let field = |name: &str| format!("/lines/{number}/{name}");
            found(!(0..=MAX_UNITS).contains(&line.counted), field("counted"), format!("0 to {MAX_UNITS}"));
            let expected = (-MAX_UNITS..=MAX_UNITS).contains(&line.expected);
            found(!expected, field("expected"), format!("-{MAX_UNITS} to {MAX_UNITS}"));
            found(!seen.insert(&line.sku), field("sku"), "is there twice".to_owned());
        }
        violations
    }

    /// Books the differences; what was sold or came since it was counted stays counted.
    pub(crate) fn apply(&self, stock: &mut Shelf) -> Result<(), Refusal> {
        for line in &self.lines {
            let unknown = || Refusal::Unknown { sku: line.sku.clone() };
            let backorder = stock.item(&line.sku).is_some_and(|item| item.policy.backorder);
            let level = stock.level_mut(&line.sku, &self.location).ok_or_else(unknown)?;
            if line.difference() != 0 {
                level.on_hand += line.difference();
                in_bounds(&line.sku, level, backorder)?;
            }
        }
        Ok(())
    }
}
