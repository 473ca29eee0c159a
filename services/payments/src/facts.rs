//! What other services and `verify` may ask.

use crate::{Payments, store};
use bodega_contracts::payments::{PaymentFacts, PendingAction};
use bodega_db::DbError;
use bodega_rpc::{Answers, RpcError};

/// The questions payments answers.
pub(crate) fn answers(payments: &Payments) -> Answers {
    let (acting, telling) = (payments.clone(), payments.clone());
    Answers::new()
        .on::<PendingAction, _>(async move |asked: PendingAction| {
            let details = acting.bank_details.as_deref();
            store::pending_action(&acting.db, asked.order_id, details).await.map_err(|error| no_answer(&error))
        })
        .on::<PaymentFacts, _>(async move |asked: PaymentFacts| {
            let simulated = telling.providers.simulator.is_some();
            store::payment_facts(&telling.db, asked.after, simulated).await.map_err(|error| no_answer(&error))
        })
}

fn no_answer(error: &DbError) -> RpcError {
    if error.is_transient() { RpcError::Unavailable(error.to_string()) } else { RpcError::Refused(error.to_string()) }
}
