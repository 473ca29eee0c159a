//! What the cart answers when it is asked about facts: by orders about an order it made, by `verify` about all it knows.

use crate::{Carts, store};
use bodega_contracts::cart::{
    CheckedOutOrder, CheckoutFacts, SeenFacts, SeenMarketFacts, SeenMethodFacts, SeenPromotionFacts,
};
use bodega_db::DbError;
use bodega_rpc::{Answers, RpcError};

/// Rows of a page of facts.
const PAGE: u64 = 500;

/// The questions and their answers.
pub(crate) fn answers(carts: &Carts) -> Answers {
    let (order, seen, checkouts) = (carts.db.clone(), carts.db.clone(), carts.db.clone());
    let (promotions, methods, markets) = (carts.db.clone(), carts.db.clone(), carts.db.clone());
    Answers::new()
        .on(async move |q: CheckedOutOrder| {
            store::read_checkout(order.reader(), q.order_id).await.map_err(|error| failed(&error))
        })
        .on(async move |q: SeenFacts| {
            let after = q.after.unwrap_or_default();
            store::read_seen(seen.reader(), &after, PAGE as i64).await.map_err(|error| failed(&error))
        })
        .on(async move |q: SeenPromotionFacts| {
            store::read_seen_promotions(promotions.reader(), q.after, PAGE).await.map_err(|error| failed(&error))
        })
        .on(async move |q: SeenMethodFacts| {
            store::read_seen_methods(methods.reader(), q.after, PAGE).await.map_err(|error| failed(&error))
        })
        .on(async move |_: SeenMarketFacts| {
            store::read_seen_markets(markets.reader()).await.map_err(|error| failed(&error))
        })
        .on(async move |q: CheckoutFacts| {
            store::read_checkouts(checkouts.reader(), q.after, PAGE).await.map_err(|error| failed(&error))
        })
}

pub(crate) fn failed(error: &DbError) -> RpcError {
    tracing::warn!(%error, "a question could not be answered");
    RpcError::Unavailable(error.to_string())
}
