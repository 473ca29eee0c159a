//! The shop as shoppers see it: pages over the public API, in two languages, whole without scripts.
//!
//! Owns nothing and hears nothing. What it shows it asks of the API as the visitor; what a browser has to remember (who
//! is logged in, which cart, which orders) is in its cookies.

mod clients;
mod model;
mod pages;
mod views;

use axum::Router;
use bodega_kernel::World;
use bodega_pages::{Api, Pages, assets, guarded};
use bodega_settings::Settings;
use std::sync::Arc;

/// All pages, those in further languages under their prefix.
pub fn router(api: Api, world: World, settings: Arc<Settings>) -> Router {
    let guard = Pages { api, world, settings, faults: pages::fault };
    let all = pages::routes();
    let every_language = all.clone().nest("/de", all).fallback(pages::nothing);
    guarded(every_language, guard).merge(assets())
}
