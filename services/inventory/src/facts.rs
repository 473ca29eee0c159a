//! What inventory says of itself to `verify`.

use crate::{Inventory, store};
use bodega_contracts::inventory::{ReservationFacts, StockFacts};
use bodega_rpc::{Answers, RpcError};

/// Stock and reservations, in pages.
pub(crate) fn answers(inventory: &Inventory) -> Answers {
    let (of_stock, of_reservations) = (inventory.db.clone(), inventory.db.clone());
    Answers::new()
        .on(async move |question: StockFacts| {
            store::stock_facts(of_stock.reader(), question.after)
                .await
                .map_err(|error| RpcError::Unavailable(error.to_string()))
        })
        .on(async move |question: ReservationFacts| {
            store::reservation_facts(of_reservations.reader(), question.after)
                .await
                .map_err(|error| RpcError::Unavailable(error.to_string()))
        })
}
