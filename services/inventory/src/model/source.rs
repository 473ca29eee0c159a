//! What other systems say is there: of each SKU the figure with the highest sequence counts, and what it disagrees with is
//! never set right in silence.

use super::{LocationId, MAX_UNITS, shelf::Shelf, staff::in_bounds};
use bodega_kernel::{Sku, Time, uuid::Uuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most figures of one report.
pub(crate) const MAX_FIGURES: usize = 1_000;
/// The most figures of a whole stock that is asked for.
pub(crate) const MAX_STOCK: usize = 200_000;
/// The most characters of the id of a delivery.
const MAX_DELIVERY: usize = 100;

/// A figure as another system says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
pub(crate) struct Figure {
    /// Of which.
    pub(crate) sku: Sku,
    /// What is there, 0 to 1,000,000,000.
    pub(crate) on_hand: i64,
    /// Grows with every figure of the SKU.
    pub(crate) sequence: i64,
}

/// What a system reports by itself.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(example = json!({"delivery_id": "2026-01-01-0007", "items": [{"sku": "85123A", "on_hand": 12, "sequence": 7}]}))]
pub(crate) struct SourceReport {
    /// Names it: one that came before is answered and changes nothing. 1 to 100 characters.
    pub(crate) delivery_id: String,
    /// 1 to 1,000.
    pub(crate) items: Vec<Figure>,
}

impl SourceReport {
    /// Whether it can be taken in.
    pub(crate) fn fits(&self) -> bool {
        let named = (1..=MAX_DELIVERY).contains(&self.delivery_id.chars().count());
        named && (1..=MAX_FIGURES).contains(&self.items.len()) && self.items.iter().all(Figure::fits)
    }
}

/// A whole stock, as a system answers when it is asked.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct WholeStock {
    pub(crate) items: Vec<AskedFigure>,
}

/// A figure of a whole stock.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct AskedFigure {
    pub(crate) sku: Sku,
    pub(crate) on_hand: i64,
    /// Without it the time of the question counts.
    #[serde(default)]
    pub(crate) sequence: Option<i64>,
}

impl Figure {
    /// What is known of its SKU from now on.
    pub(crate) fn heard(&self) -> Heard {
        let Self { sku, on_hand, sequence } = self.clone();
        Heard { sku, on_hand, sequence, kept: false }
    }

    /// Whether it is one that can be.
    pub(crate) fn fits(&self) -> bool {
        (0..=MAX_UNITS).contains(&self.on_hand) && self.sequence >= 0
    }
}

/// What is known of a SKU from a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) sku: Sku,
    pub(crate) on_hand: i64,
    pub(crate) sequence: i64,
    /// Whether staff decided to keep another figure.
    pub(crate) kept: bool,
}

/// What became of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is in the books now; by how much it changed them.
    Applied(i64),
    /// A newer one was heard.
    Stale,
    /// It cannot be: more is promised to orders. The books stay as they are, and it is told.
    Refused,
}

/// Takes in a figure, beside the last one that was heard.
pub(crate) fn take_in(shelf: &mut Shelf, location: &LocationId, last: Option<&Heard>, figure: &Figure) -> Verdict {
    if last.is_some_and(|last| last.sequence >= figure.sequence) {
        return Verdict::Stale;
    }
    set(shelf, location, &figure.sku, figure.on_hand).map_or(Verdict::Refused, Verdict::Applied)
}

/// Sets what is on hand; `None` where it cannot be so.
pub(crate) fn set(shelf: &mut Shelf, location: &LocationId, sku: &Sku, on_hand: i64) -> Option<i64> {
    let backorder = shelf.item(sku).is_some_and(|item| item.policy.backorder);
    let level = shelf.level_mut(sku, location)?;
    let mut after = *level;
    after.on_hand = on_hand;
    in_bounds(sku, &after, backorder).ok()?;
    let difference = after.on_hand - level.on_hand;
    *level = after;
    Some(difference)
}

/// What became of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"received": 3, "applied": 1, "stale": 1, "refused": 1, "duplicate": false}))]
pub(crate) struct SyncTaken {
    /// Figures in it.
    pub(crate) received: i64,
    /// Figures that the books say now.
    pub(crate) applied: i64,
    /// Figures of which a newer one was heard.
    pub(crate) stale: i64,
    /// Figures that cannot be, because more is promised to orders: they are among the mismatches.
    pub(crate) refused: i64,
    /// Whether it came before.
    pub(crate) duplicate: bool,
}

impl SyncTaken {
    /// Both together.
    pub(crate) fn and(self, more: Self) -> Self {
        Self {
            received: self.received + more.received,
            applied: self.applied + more.applied,
            stale: self.stale + more.stale,
            refused: self.refused + more.refused,
            duplicate: self.duplicate || more.duplicate,
        }
    }
}

/// Where a mismatch is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MismatchState {
    /// Somebody has to decide.
    Open,
    /// Theirs was taken.
    Theirs,
    /// Ours was kept.
    Ours,
    /// It went away by itself: a newer figure, or the same on both sides.
    Gone,
}

impl MismatchState {
    /// Its word in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Theirs => "theirs",
            Self::Ours => "ours",
            Self::Gone => "gone",
        }
    }

    /// The state of a word in the database.
    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Open, Self::Theirs, Self::Ours, Self::Gone].into_iter().find(|state| state.as_str() == word)
    }
}

/// Whose figure is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// That of the other system.
    Theirs,
    /// That of the books, until the other system says a new one.
    Ours,
}

/// Two figures that disagree.
#[derive(Clone, Debug)]
pub(crate) struct Mismatch {
    pub(crate) id: Uuid,
    pub(crate) source: String,
    pub(crate) sku: Sku,
    pub(crate) location: LocationId,
    pub(crate) theirs: i64,
    pub(crate) ours: i64,
    pub(crate) state: MismatchState,
    /// Who decided.
    pub(crate) actor: Option<String>,
    pub(crate) found_at: Time,
    pub(crate) closed_at: Option<Time>,
}

/// How the exchange with a system stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    /// When it reported last.
    pub(crate) reported_at: Option<Time>,
    /// When it answered last.
    pub(crate) polled_at: Option<Time>,
    /// What went wrong last, and when.
    pub(crate) error: Option<(String, Time)>,
    /// Of its last report or answer.
    pub(crate) taken: SyncTaken,
    /// When its figures were compared last.
    pub(crate) compared_at: Option<Time>,
}
