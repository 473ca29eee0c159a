//! Goods on their way from one location to another: gone from the source at once, on hand at the target when they were
//! counted there, and incoming in between.

use super::{
    LocationId, MAX_UNITS, Violation,
    shelf::Shelf,
    staff::{Refusal, in_bounds},
};
use bodega_kernel::{Sku, Time, uuid::Uuid};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// The most lines of a transfer.
const MAX_LINES: usize = 500;
/// The most characters of a reference.
const MAX_REFERENCE: usize = 100;

/// Where a transfer is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TransferState {
    /// On its way.
    Sent,
    /// Counted at the target.
    Received,
    /// Brought back to the source.
    Cancelled,
}

impl TransferState {
    /// Its word in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a word in the database.
    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Sent, Self::Received, Self::Cancelled].into_iter().find(|state| state.as_str() == word)
    }
}

/// A transfer.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    pub(crate) id: Uuid,
    pub(crate) state: TransferState,
    pub(crate) source: LocationId,
    pub(crate) target: LocationId,
    pub(crate) lines: Vec<TransferLine>,
    pub(crate) reference: Option<String>,
    /// Who sent it.
    pub(crate) actor: String,
    pub(crate) sent_at: Time,
    /// When it was received or brought back.
    pub(crate) closed_at: Option<Time>,
}

/// A line of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct TransferLine {
    /// Of which.
    pub(crate) sku: Sku,
    /// Units that were sent.
    pub(crate) sent: i64,
    /// Units that were counted at the target; absent until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) received: Option<i64>,
}

/// So many of a SKU.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Amount {
    /// Of which.
    pub(crate) sku: Sku,
    /// Units.
    pub(crate) quantity: i64,
}

/// What is wrong with amounts: each SKU once, at least `lowest` of it.
pub(crate) fn bad_amounts(lines: &[Amount], lowest: i64) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut found = |wrong: bool, field: String, detail: String| {
        if wrong {
            violations.push(Violation { field, detail });
        }
    };
    found(lines.is_empty() || lines.len() > MAX_LINES, "/lines".to_owned(), format!("1 to {MAX_LINES} lines"));
    let mut seen = BTreeSet::new();
    for (number, Amount { sku, quantity }) in lines.iter().take(MAX_LINES).enumerate() {
        let in_range = (lowest..=MAX_UNITS).contains(quantity);
        found(!in_range, format!("/lines/{number}/quantity"), format!("{lowest} to {MAX_UNITS}"));
        found(!seen.insert(sku), format!("/lines/{number}/sku"), "is there twice".to_owned());
    }
    violations
}

impl Transfer {
    /// What is wrong with it by itself.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        if self.source == self.target {
            let detail = "is where the goods are".to_owned();
            violations.push(Violation { field: "/target".to_owned(), detail });
        }
        if self.reference.as_ref().is_some_and(|text| text.chars().count() > MAX_REFERENCE) {
            let detail = format!("at most {MAX_REFERENCE} characters");
            violations.push(Violation { field: "/reference".to_owned(), detail });
        }
        violations
    }

    /// What was counted of each line, in their order; what is wrong with it where a line is left out or is none of it.
    pub(crate) fn counted(&self, lines: &[Amount]) -> Result<Vec<TransferLine>, Vec<Violation>> {
        let sent: BTreeSet<&Sku> = self.lines.iter().map(|line| &line.sku).collect();
        let counts: BTreeMap<&Sku, i64> = lines.iter().map(|line| (&line.sku, line.quantity)).collect();
        let foreign = lines.iter().enumerate().filter(|(_, line)| !sent.contains(&line.sku)).map(|(number, _)| {
            let detail = "is no part of this transfer".to_owned();
            Violation { field: format!("/lines/{number}/sku"), detail }
        });
        let mut violations: Vec<Violation> = foreign.collect();
        let mut received = Vec::new();
        for line in &self.lines {
            match counts.get(&line.sku) {
                Some(count) => received.push(TransferLine { received: Some(*count), ..line.clone() }),
                None => violations.push(Violation {
                    field: "/lines".to_owned(),
                    detail: format!("say how many of {} there are, 0 for none", line.sku),
                }),
            }
        }
        if violations.is_empty() { Ok(received) } else { Err(violations) }
    }

    /// Takes the goods from the source. What is promised to orders there stays.
    pub(crate) fn send(&self, stock: &mut Shelf) -> Result<(), Refusal> {
        for TransferLine { sku, sent, .. } in &self.lines {
            let unknown = || Refusal::Unknown { sku: sku.clone() };
            let source = stock.level_mut(sku, &self.source).ok_or_else(unknown)?;
            if source.free() < *sent {
                return Err(Refusal::Short { sku: sku.clone(), free: source.free().max(0) });
            }
            source.on_hand -= sent;
            stock.level_mut(sku, &self.target).ok_or_else(unknown)?.incoming += sent;
        }
        Ok(())
    }

    /// Puts what was counted on hand at the target.
    pub(crate) fn receive(&self, stock: &mut Shelf) -> Result<(), Refusal> {
        self.arrive(stock, &self.target, |line| line.received.unwrap_or(0))
    }

    /// Puts what was sent on hand at the source again.
    pub(crate) fn cancel(&self, stock: &mut Shelf) -> Result<(), Refusal> {
        self.arrive(stock, &self.source, |line| line.sent)
    }

    fn arrive(&self, stock: &mut Shelf, at: &LocationId, count: fn(&TransferLine) -> i64) -> Result<(), Refusal> {
        for line in &self.lines {
            let unknown = || Refusal::Unknown { sku: line.sku.clone() };
            stock.level_mut(&line.sku, &self.target).ok_or_else(unknown)?.incoming -= line.sent;
            let backorder = stock.item(&line.sku).is_some_and(|item| item.policy.backorder);
            let level = stock.level_mut(&line.sku, at).ok_or_else(unknown)?;
            level.on_hand += count(line);
            in_bounds(&line.sku, level, backorder)?;
        }
        Ok(())
    }
}
