//! The desk of those who run the shop: pages over the public API, as the member of staff who looks at them.
//!
//! Owns nothing and hears nothing. Who may see and do what is decided by the API alone.

mod model;
mod pages;
mod views;

use axum::Router;
use bodega_kernel::World;
use bodega_pages::{Api, Pages, guarded};
use bodega_settings::Settings;
use std::sync::Arc;

/// All pages, under `/admin`.
pub fn router(api: Api, world: World, settings: Arc<Settings>) -> Router {
    guarded(pages::routes().fallback(pages::nothing), Pages { api, world, settings, faults: pages::fault })
}
