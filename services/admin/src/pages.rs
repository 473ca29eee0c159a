//! The pages, a file for each part of the desk.

mod brands;
mod categories;
mod coupons;
mod customers;
mod dashboard;
mod events;
mod forms;
mod frame;
mod gift_cards;
mod health;
mod import;
mod login;
mod mails;
mod markets;
mod naming;
mod orders;
mod payments;
mod photos;
mod products;
mod returns;
mod reviews;
mod settings;
mod shipping;
mod stock;

use axum::{
    Router,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use bodega_pages::{Fault, Visit};
use futures_util::future::BoxFuture;

/// All of them.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/admin", get(dashboard::dashboard))
        .merge(login::routes())
        .merge(orders::routes())
        .merge(returns::routes())
        .merge(customers::routes())
        .merge(payments::routes())
        .merge(mails::routes())
        .merge(events::routes())
        .merge(health::routes())
        .merge(assortment())
}

/// What is sold and how.
fn assortment() -> Router {
    Router::new()
        .merge(products::routes())
        .merge(photos::routes())
        .merge(import::routes())
        .merge(categories::routes())
        .merge(brands::routes())
        .merge(reviews::routes())
        .merge(stock::routes())
        .merge(coupons::routes())
        .merge(gift_cards::routes())
        .merge(shipping::routes())
        .merge(settings::routes())
        .merge(markets::routes())
}

/// Where there is no page.
pub(crate) async fn nothing() -> Fault {
    Fault::of(404, "not_found")
}

/// A fault as a page; whoever has to log in is sent there first.
pub(crate) fn fault(visit: Visit, fault: Fault) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        if fault.status == 401 {
            // A session that is over elsewhere is over here, too: the way back would lead around in a circle.
            visit.close_session();
            return Redirect::to(&login::way(&visit)).into_response();
        }
        frame::fault(&visit, &fault).await.into_response()
    })
}
