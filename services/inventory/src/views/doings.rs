//! What was done with stock as staff see it: transfers, rows of a bulk, the exchange with other systems.

use crate::{
    model::{
        BulkOutcome, BulkRow, LocationId, Mismatch, MismatchState, Standing, SyncTaken, Transfer, TransferLine,
        TransferState,
    },
    settings::Source,
};
use bodega_kernel::{Sku, Time, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;

/// A transfer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8057", "state": "received", "source": "main",
    "target": "north", "lines": [{"sku": "85123A", "sent": 12, "received": 11}], "actor": "user:7",
    "sent_at": "2026-01-01T00:00:00Z", "closed_at": "2026-01-02T00:00:00Z"}))]
pub(crate) struct TransferView {
    /// Names it.
    pub(crate) id: Uuid,
    /// Where it is in its life.
    pub(crate) state: TransferState,
    /// Where the goods were.
    pub(crate) source: LocationId,
    /// Where they go.
    pub(crate) target: LocationId,
    /// What was sent, and what was counted.
    pub(crate) lines: Vec<TransferLine>,
    /// A delivery note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// Who sent it.
    pub(crate) actor: String,
    /// When.
    pub(crate) sent_at: Time,
    /// When it was received or brought back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) closed_at: Option<Time>,
}

impl From<Transfer> for TransferView {
    fn from(transfer: Transfer) -> Self {
        let Transfer { id, state, source, target, lines, reference, actor, sent_at, closed_at } = transfer;
        Self { id, state, source, target, lines, reference, actor, sent_at, closed_at }
    }
}

/// What became of each row.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"set": 1, "unchanged": 0, "refused": 1, "rows": [
    {"row": 0, "sku": "85123A", "location": "main", "outcome": "set", "on_hand": 12},
    {"row": 1, "sku": "85123B", "location": "main", "outcome": "conflict", "on_hand": 7}]}))]
pub(crate) struct BulkReport {
    /// Rows that were set.
    pub(crate) set: usize,
    /// Rows that were so already.
    pub(crate) unchanged: usize,
    /// Rows that were not set.
    pub(crate) refused: usize,
    /// In the order in which they came.
    pub(crate) rows: Vec<RowReport>,
}

/// What became of a row.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RowReport {
    /// Which, from 0.
    pub(crate) row: usize,
    /// Of which SKU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sku: Option<Sku>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<LocationId>,
    /// What became of it.
    pub(crate) outcome: BulkOutcome,
    /// What the books say now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) on_hand: Option<i64>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
}

impl BulkReport {
    /// Of rows.
    pub(crate) fn of(rows: Vec<RowReport>) -> Self {
        let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
        let (set, unchanged) = (count(BulkOutcome::Set), count(BulkOutcome::Unchanged));
        Self { set, unchanged, refused: rows.len() - set - unchanged, rows }
    }
}

impl RowReport {
    /// Of a row that was read.
    pub(crate) fn of(number: usize, row: &BulkRow, outcome: BulkOutcome, on_hand: Option<i64>) -> Self {
        let (sku, location) = (Some(row.sku.clone()), Some(row.location.clone()));
        Self { row: number, sku, location, outcome, on_hand, detail: None }
    }

    /// Of a row that could not be read.
    pub(crate) fn unreadable(number: usize, detail: String) -> Self {
        let (sku, location, on_hand) = (None, None, None);
        Self { row: number, sku, location, outcome: BulkOutcome::Invalid, on_hand, detail: Some(detail) }
    }
}

/// A system that says how much is there, and how the exchange with it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "erp", "location": "main", "reports": true, "polled": false,
    "last_reported_at": "2026-01-01T00:00:00Z", "last": {"received": 3, "applied": 2, "stale": 1, "refused": 0,
    "duplicate": false}, "open_mismatches": 0}))]
pub(crate) struct SourceView {
    /// As in the settings.
    pub(crate) name: String,
    /// The location that it is the truth for.
    pub(crate) location: LocationId,
    /// Whether it reports by itself.
    pub(crate) reports: bool,
    /// Whether it is asked.
    pub(crate) polled: bool,
    /// When it reported last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_reported_at: Option<Time>,
    /// When it answered last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_polled_at: Option<Time>,
    /// What became of its last report or answer.
    pub(crate) last: SyncTaken,
    /// Why the last question came to nothing; absent where it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// When that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_at: Option<Time>,
    /// When all it said was compared with the books.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_compared_at: Option<Time>,
    /// Mismatches that wait for somebody to decide.
    pub(crate) open_mismatches: u64,
}

impl SourceView {
    /// Of a source of the settings.
    pub(crate) fn of(name: &str, source: &Source, standing: Standing, open_mismatches: u64) -> Self {
        let Standing { reported_at, polled_at, error, taken, compared_at } = standing;
        let (error, error_at) = error.unzip();
        Self {
            name: name.to_owned(),
            location: source.location.clone(),
            reports: source.key.is_some(),
            polled: source.url.is_some(),
            last_reported_at: reported_at,
            last_polled_at: polled_at,
            last: taken,
            error,
            error_at,
            last_compared_at: compared_at,
            open_mismatches,
        }
    }
}

/// Where another system and the books disagree.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8057", "source": "erp", "sku": "85123A",
    "location": "main", "theirs": 3, "ours": 5, "state": "open", "found_at": "2026-01-01T03:00:00Z"}))]
pub(crate) struct MismatchView {
    /// Names it.
    pub(crate) id: Uuid,
    /// Which system.
    pub(crate) source: String,
    /// Of which SKU.
    pub(crate) sku: Sku,
    /// Where.
    pub(crate) location: LocationId,
    /// What it says is there.
    pub(crate) theirs: i64,
    /// What the books said when it was found.
    pub(crate) ours: i64,
    /// Where it is in its life.
    pub(crate) state: MismatchState,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) actor: Option<String>,
    /// When it was found.
    pub(crate) found_at: Time,
    /// When it was decided or went away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) closed_at: Option<Time>,
}

impl From<Mismatch> for MismatchView {
    fn from(mismatch: Mismatch) -> Self {
        let Mismatch { id, source, sku, location, theirs, ours, state, actor, found_at, closed_at } = mismatch;
        Self { id, source, sku, location, theirs, ours, state, actor, found_at, closed_at }
    }
}
