//! The routes: attempts, refunds and captures of an order; reports of providers; the simulated bank.

mod orders;
mod simulator;
mod webhooks;

use crate::Payments;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All routes.
pub(crate) fn routes(payments: Payments) -> OpenApiRouter {
    let orders = OpenApiRouter::new()
        .routes(routes!(orders::pay_order, orders::get_payments))
        .routes(routes!(orders::refund_order))
        .routes(routes!(orders::receive_payment))
        .routes(routes!(orders::capture_order));
    let simulated = OpenApiRouter::new().routes(routes!(simulator::get_three_ds, simulator::complete_three_ds));
    let routes = orders.merge(webhooks::routes());
    let routes = if payments.providers.simulator.is_some() { routes.merge(simulated) } else { routes };
    routes.with_state(payments)
}
