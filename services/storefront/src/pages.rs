//! The pages, a file for each part of the shop.

mod account;
mod cart;
mod checkout;
mod design;
mod frame;
mod home;
mod legal;
mod list;
mod login;
mod mails;
mod orders;
mod password;
mod postal;
mod product;
mod promises;
mod refusals;
mod seo;
mod tiles;
mod verify;
mod ways;

use axum::{
    Router,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use bodega_pages::{Fault, Visit};
use futures_util::future::BoxFuture;

/// All of them, without a language.
pub(crate) fn routes() -> Router {
    shelf().merge(people()).merge(buyers()).merge(papers()).route("/design", get(design::design))
}

/// From the first page to the placed order.
fn shelf() -> Router {
    Router::new()
        .route("/", get(home::home))
        .route("/c/{slug}", get(list::category))
        .route("/search", get(list::search))
        .route("/p/{slug}", get(product::product))
        .route("/p/{slug}/reviews", post(product::review))
        .route("/cart", get(mails::cart))
        .route("/cart/lines", post(cart::add))
        .route("/cart/lines/{line}", post(cart::set_quantity))
        .route("/cart/lines/{line}/remove", post(cart::remove))
        .route("/cart/coupon", post(cart::apply_coupon))
        .route("/cart/points", post(cart::spend_points))
        .route("/checkout", get(checkout::checkout).post(checkout::send))
        .route("/checkout/tenders", post(checkout::tenders))
}

/// Logging in, and what links of mails open. Some stand under two names: the one that mails have, and the one beside
/// which people look for it.
fn people() -> Router {
    Router::new()
        .route("/login", get(login::show_login).post(login::log_in))
        .route("/register", get(login::show_register).post(login::register))
        .route("/logout", post(login::log_out))
        .route("/logout-everywhere", post(login::log_out_everywhere))
        .route("/password/forgot", get(password::show_forgot).post(password::forgot))
        .route("/reset-password", get(password::show_reset).post(password::reset))
        .route("/verify-email", get(verify::show_verify).post(verify::verify))
        .route("/accept-invitation", get(verify::show_invitation).post(verify::accept_invitation))
}

/// Orders, and the account they belong to.
fn buyers() -> Router {
    Router::new()
        .route("/orders/{id}", get(orders::show))
        .route("/orders/{id}/live", get(orders::live::follow))
        .route("/orders/{id}/papers/{file}", get(orders::papers::read))
        .route("/orders/{id}/cancel", get(orders::cancel::show).post(orders::cancel::cancel))
        .route("/orders/{id}/pay", get(orders::pay::show).post(orders::pay::pay))
        .route("/orders/{id}/return", get(orders::returns::show).post(orders::returns::request))
        .route("/orders/{id}/address", get(orders::address::show).post(orders::address::change))
        .route("/account", get(account::overview))
        .route("/account/orders", get(account::orders::show))
        .route("/account/profile", get(account::profile::show).post(account::profile::save))
        .route("/account/avatar", get(to_profile).post(account::avatar::send))
        .route("/account/avatar/remove", get(to_profile).post(account::avatar::remove))
        .route("/account/data.json", get(account::profile::export))
        .route("/account/security", get(account::security::show))
        .route("/account/email", get(to_security).post(account::security::change_email))
        .route("/account/password", get(to_security).post(account::security::change_password))
        .route("/account/verification", get(to_account).post(verify::verify_again))
        .route("/account/addresses", get(account::addresses::show))
        .route("/account/addresses/new", get(account::addresses::show_new).post(account::addresses::add))
        .route("/account/addresses/{id}", get(account::addresses::show_one).post(account::addresses::replace))
        .route("/account/addresses/{id}/delete", get(to_addresses).post(account::addresses::delete))
        .route("/account/points", get(account::points::show))
        .route("/account/credit", get(account::credit::show))
        .route("/account/gift-card", get(to_credit).post(account::credit::check))
}

/// What searchers, browsers and lawyers ask for.
fn papers() -> Router {
    Router::new()
        .route("/legal/{text}", get(legal::show))
        .route("/sitemap.xml", get(seo::sitemap))
        .route("/sitemap/{part}", get(seo::part))
        .route("/robots.txt", get(seo::robots))
        .route("/manifest.webmanifest", get(seo::manifest))
}

async fn to_account(visit: Visit) -> Response {
    ways::go(&visit, "/account")
}

async fn to_profile(visit: Visit) -> Response {
    ways::go(&visit, "/account/profile")
}

async fn to_security(visit: Visit) -> Response {
    ways::go(&visit, "/account/security")
}

async fn to_addresses(visit: Visit) -> Response {
    ways::go(&visit, "/account/addresses")
}

async fn to_credit(visit: Visit) -> Response {
    ways::go(&visit, "/account/credit")
}

/// Where there is no page.
pub(crate) async fn nothing() -> Fault {
    Fault::of(404, "not_found")
}

/// A fault as a page; whoever has to log in is sent there first, and comes back.
pub(crate) fn fault(visit: Visit, fault: Fault) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        if fault.status != 401 {
            return frame::fault(&visit, &fault).await.into_response();
        }
        // A session that the API does not take is over, whatever its cookie says.
        visit.close_session();
        Redirect::to(&ways::log_in_first(&visit, &visit.here())).into_response()
    })
}
