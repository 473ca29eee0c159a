//! What was sold, for the desk: read when it is asked for, one report at a time in a process, and told again for half a
//! minute. Nothing is written for it when an order is placed.

use crate::{
    Orders,
    error::Error,
    store::{self, DAY_MS},
};
use bodega_db::DbError;
use bodega_kernel::{Currency, Money, Time};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::sync::Mutex;
use utoipa::ToSchema;

/// The most days of a report.
pub(crate) const MOST_DAYS: i64 = 400;
/// The most orders whose goods are counted: the latest ones.
const MOST_ORDERS: usize = 10_000;
/// The most SKUs that are shown: those that brought most.
const MOST_SKUS: usize = 100;
/// How long a report is told again.
const KEPT: Duration = Duration::from_secs(30);
/// The most reports that are kept.
const MOST_KEPT: usize = 32;

/// What a report is by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    /// A row for each day, UTC, on which something was placed.
    #[default]
    Day,
    /// A row for each SKU, the one that brought most first.
    Product,
}

/// What was sold.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"by": "day", "from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "complete": true,
    "items": [{"day": "2026-02-01", "orders": 12, "units": 31, "sold": {"amount": 45900, "currency": "GBP"},
        "taken": {"amount": 45900, "currency": "GBP"}, "given_back": {"amount": 1999, "currency": "GBP"},
        "revenue": {"amount": 43901, "currency": "GBP"}}]}))]
pub(crate) struct SalesReport {
    pub(crate) by: By,
    /// Placed at this time or later.
    pub(crate) from: Time,
    /// Placed before this time.
    pub(crate) to: Time,
    /// Whether all orders are counted; by product the latest 10,000 are.
    pub(crate) complete: bool,
    /// A row for each day or SKU, and for each currency.
    pub(crate) items: Vec<SalesRow>,
}

/// What was sold on a day, or of a SKU.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SalesRow {
    /// Which day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) day: Option<String>,
    /// Which SKU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sku: Option<String>,
    /// What it was called when it was bought last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Orders that were confirmed and are not cancelled.
    pub(crate) orders: i64,
    /// Pieces in them.
    pub(crate) units: i64,
    /// What they came to: with tax and, by day, shipping.
    pub(crate) sold: Money,
    /// By day: what was taken for orders of that day so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) taken: Option<Money>,
    /// By day: what of that was given back so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) given_back: Option<Money>,
    /// By day: what was taken less what was given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revenue: Option<Money>,
}

type Key = (Time, Time, By);
/// When a report was made, and what it says.
type Kept = (Time, Arc<SalesReport>);

/// Reports of the last half minute. Whoever asks meanwhile waits for the one that is being read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reports(Arc<Mutex<HashMap<Key, Kept>>>);

/// What was sold with orders placed from then on and before then. The caller bounds the days.
pub(crate) async fn report_sales(state: &Orders, from: Time, to: Time, by: By) -> Result<Arc<SalesReport>, Error> {
    let now = state.world.now();
    let mut kept = state.reports.0.lock().await;
    kept.retain(|_, (at, _)| now.since(*at) < KEPT);
    if let Some((_, report)) = kept.get(&(from, to, by)) {
        return Ok(Arc::clone(report));
    }
    let (items, complete) = match by {
        By::Day => (by_day(state, from, to).await?, true),
        By::Product => by_product(state, from, to).await?,
    };
    let report = Arc::new(SalesReport { by, from, to, complete, items });
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    kept.insert((from, to, by), (now, Arc::clone(&report)));
    Ok(report)
}

fn currency(code: &str) -> Result<Currency, DbError> {
    Currency::new(code).map_err(|error| DbError::Refused(error.to_string().into()))
}

async fn by_day(state: &Orders, from: Time, to: Time) -> Result<Vec<SalesRow>, DbError> {
    let rows = store::sold_by_day(&state.db, from, to).await?;
    let row = |(day, code, orders, units, sold, taken, given_back): store::DayRow| -> Result<SalesRow, DbError> {
        let currency = currency(&code)?;
        let money = |amount| Money::new(amount, currency);
        let day = Time::from_ms(day * DAY_MS).to_string();
        Ok(SalesRow {
            day: Some(day.chars().take(10).collect()),
            sku: None,
            name: None,
            orders,
            units,
            sold: money(sold),
            taken: Some(money(taken)),
            given_back: Some(money(given_back)),
            revenue: Some(money(taken - given_back)),
        })
    };
    rows.into_iter().map(row).collect()
}

async fn by_product(state: &Orders, from: Time, to: Time) -> Result<(Vec<SalesRow>, bool), DbError> {
    #[derive(Default)]
    struct Sum {
        name: String,
        orders: i64,
        units: i64,
        sold: i64,
    }
    let (orders, complete) = store::sold_lines(&state.db, from, to, MOST_ORDERS).await?;
    let mut sums: BTreeMap<(String, String), Sum> = BTreeMap::new();
    for order in orders {
        let mut counted: Vec<String> = Vec::new();
        for line in order.lines {
            let sum = sums.entry((line.sku.clone(), order.currency.clone())).or_default();
            sum.units += line.quantity;
            sum.sold += line.total;
            if sum.name.is_empty() {
                sum.name = line.name;
            }
            if !counted.contains(&line.sku) {
                sum.orders += 1;
                counted.push(line.sku);
            }
        }
    }
    let mut rows = Vec::with_capacity(sums.len());
    for ((sku, code), Sum { name, orders, units, sold }) in sums {
        let sold = Money::new(sold, currency(&code)?);
        let (sku, name) = (Some(sku), Some(name));
        rows.push(SalesRow { day: None, sku, name, orders, units, sold, taken: None, given_back: None, revenue: None });
    }
    rows.sort_by_key(|row| (-row.sold.amount, -row.units));
    rows.truncate(MOST_SKUS);
    Ok((rows, complete))
}
