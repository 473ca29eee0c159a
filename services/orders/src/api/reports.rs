//! The route of what was sold.

use crate::{
    Orders,
    flows::{self, By, MOST_DAYS, SalesReport},
};
use axum::{extract::State, response::Json};
use bodega_kernel::Time;
use bodega_web::{Problem, Query, Staff};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};
use utoipa::IntoParams;

const DAY: Duration = Duration::from_hours(24);
/// Days before the last one that are reported where none is said.
const USUAL_DAYS: i64 = 29;

/// Of which time, and by what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Reported {
    /// Orders placed on this day or later, UTC; where not said, 29 days before `to`.
    #[serde(default)]
    #[param(example = "2026-02-01")]
    from: Option<String>,
    /// Orders placed on this day or earlier, UTC; today where not said. At most 400 days are reported.
    #[serde(default)]
    #[param(example = "2026-02-28")]
    to: Option<String>,
    /// `day` where not said.
    #[serde(default)]
    #[param(inline)]
    by: Option<By>,
}

/// What was sold, by day or by SKU. Revenue is what was taken for orders of a day less what was given back of them, whenever
/// that happened; what is promised only is not in it, nor what a bank took back. The answer is at most 30 seconds old.
#[utoipa::path(
    get, path = "/v1/admin/reports/sales", tag = "orders", params(Reported),
    responses((status = 200, body = SalesReport), Problem),
)]
pub(super) async fn report_sales(
    State(state): State<Orders>,
    _: Staff,
    Query(Reported { from, to, by }): Query<Reported>,
) -> Result<Json<Arc<SalesReport>>, Problem> {
    let day_ms = DAY.as_millis() as i64;
    let today = Time::from_ms(state.world.now().ms() / day_ms * day_ms);
    let last = to.map_or(Ok(today), |text| day("/to", &text))?;
    let usual = Time::from_ms(last.ms() - USUAL_DAYS * day_ms);
    let from = from.map_or(Ok(usual), |text| day("/from", &text))?;
    let to = last.plus(DAY);
    let days = (to.ms() - from.ms()) / day_ms;
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(
            Problem::new(422, "invalid_query").field("/to", "is not before from, and at most 400 days after it")
        );
    }
    Ok(Json(flows::report_sales(&state, from, to, by.unwrap_or_default()).await?))
}

fn day(pointer: &str, text: &str) -> Result<Time, Problem> {
    let begins = if text.len() == 10 { Time::parse(&format!("{text}T00:00:00Z")) } else { None };
    begins.ok_or_else(|| Problem::new(422, "invalid_query").field(pointer, "is a day such as 2026-01-31"))
}
