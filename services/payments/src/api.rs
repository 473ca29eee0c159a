//! The routes: attempts, refunds and captures of an order; gift cards and store credit; what providers' books say
//! otherwise; reports of providers; the simulated bank.

mod credit;
mod mismatches;
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
    let credit = OpenApiRouter::new()
        .routes(routes!(credit::issue_gift_card, credit::list_gift_cards))
        .routes(routes!(credit::get_gift_card))
        .routes(routes!(credit::disable_gift_card))
        .routes(routes!(credit::check_gift_card))
        .routes(routes!(credit::get_store_credit))
        .routes(routes!(credit::adjust_store_credit, credit::get_customer_credit))
        .routes(routes!(mismatches::list_payment_mismatches))
        .routes(routes!(mismatches::resolve_payment_mismatch));
    let simulated = OpenApiRouter::new()
        .routes(routes!(simulator::get_three_ds, simulator::complete_three_ds))
        .routes(routes!(simulator::dispute_charge));
    let routes = orders.merge(credit).merge(webhooks::routes());
    let routes = if payments.providers.simulator.is_some() { routes.merge(simulated) } else { routes };
    routes.with_state(payments)
}
