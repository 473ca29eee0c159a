//! Stock, its ledger and its locations as staff see them.

mod doings;

pub(crate) use doings::{BulkReport, MismatchView, RowReport, SourceView, TransferView};

use crate::model::{Item, Kind, Level, Location, LocationId, Locations};
use bodega_kernel::{Sku, Time};
use serde::Serialize;
use utoipa::ToSchema;

/// Stock of a SKU: over all locations, and at each.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"sku": "85123A", "on_hand": 12, "held": 2, "allocated": 1, "incoming": 0, "available": 6,
    "sellable": 6, "safety": 3, "backorder": false, "low_stock_threshold": 5, "low": false, "policy_version": 1,
    "version": 7, "locations": [{"location": "main", "enabled": true, "on_hand": 12, "held": 2, "allocated": 1,
    "incoming": 0, "safety": 3, "available": 6}]}))]
pub(crate) struct StockView {
    /// Which.
    pub(crate) sku: Sku,
    /// Units that are there.
    pub(crate) on_hand: i64,
    /// Held for orders that are not paid.
    pub(crate) held: i64,
    /// Belonging to paid orders.
    pub(crate) allocated: i64,
    /// On their way from one location to another; not on hand.
    pub(crate) incoming: i64,
    /// At the locations that are sold from: on hand less held less allocated less safety stock.
    pub(crate) available: i64,
    /// What can be sold: the same, with what may be sold without being there.
    pub(crate) sellable: i64,
    /// Not sold.
    pub(crate) safety: i64,
    /// May be sold without being there.
    pub(crate) backorder: bool,
    /// So many of it; without it any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backorder_limit: Option<i64>,
    /// At so many available or fewer, staff are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) low_stock_threshold: Option<i64>,
    /// Whether they were told, and it has not risen since.
    pub(crate) low: bool,
    /// Of the last change of backorder, threshold or safety stock.
    pub(crate) policy_version: i64,
    /// Of the last change of what can be sold.
    pub(crate) version: i64,
    /// Those that have or had some of it, by name.
    pub(crate) locations: Vec<LevelView>,
}

/// Stock of a SKU at a location.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LevelView {
    /// Where.
    pub(crate) location: LocationId,
    /// Whether it is sold from.
    pub(crate) enabled: bool,
    /// Units that are there.
    pub(crate) on_hand: i64,
    /// Held for orders that are not paid.
    pub(crate) held: i64,
    /// Belonging to paid orders.
    pub(crate) allocated: i64,
    /// On their way here.
    pub(crate) incoming: i64,
    /// Not sold.
    pub(crate) safety: i64,
    /// On hand less held less allocated less safety stock.
    pub(crate) available: i64,
}

impl StockView {
    /// Of an item.
    pub(crate) fn of(sku: Sku, item: &Item, locations: &Locations) -> Self {
        let sum = |of: fn(&Level) -> i64| item.levels.values().map(of).sum();
        let level = |(location, level): (&LocationId, &Level)| {
            let Level { on_hand, held, allocated, incoming, safety, .. } = *level;
            let (enabled, available) = (locations.sells_from(location), level.available());
            LevelView { location: location.clone(), enabled, on_hand, held, allocated, incoming, safety, available }
        };
        Self {
            sku,
            on_hand: sum(|level| level.on_hand),
            held: sum(|level| level.held),
            allocated: sum(|level| level.allocated),
            incoming: sum(|level| level.incoming),
            available: item.available(locations),
            sellable: item.sellable(locations),
            safety: sum(|level| level.safety),
            backorder: item.policy.backorder,
            backorder_limit: item.policy.limit,
            low_stock_threshold: item.policy.threshold,
            low: item.policy.low,
            policy_version: item.policy.version,
            version: item.version(),
            locations: item.levels.iter().map(level).collect(),
        }
    }
}

/// A line of the ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MovementView {
    /// Its place in the ledger.
    pub(crate) seq: i64,
    /// Where.
    pub(crate) location: String,
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

/// A location.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "north", "name": "Warehouse North", "priority": 10, "enabled": true, "country": "GB",
    "version": 1}))]
pub(crate) struct LocationView {
    /// Names it for ever.
    pub(crate) id: LocationId,
    /// As staff see it.
    pub(crate) name: String,
    /// Lower is sold from first.
    pub(crate) priority: i64,
    /// Whether it is sold from.
    pub(crate) enabled: bool,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
    /// Grows with every change.
    pub(crate) version: i64,
}

impl From<Location> for LocationView {
    fn from(location: Location) -> Self {
        let Location { id, name, priority, enabled, country, version } = location;
        Self { id, name, priority, enabled, country, version }
    }
}
