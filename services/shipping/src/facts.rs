//! What shipping says of itself to `verify`.

use crate::{Shipping, store, views};
use bodega_contracts::shipping::{FulfilmentFacts, MethodFacts};
use bodega_db::DbError;
use bodega_rpc::{Answers, RpcError};

/// Fulfilments and ways of shipping, in pages.
pub(crate) fn answers(shipping: &Shipping) -> Answers {
    let (of_fulfilments, of_methods) = (shipping.db.clone(), shipping.db.clone());
    Answers::new()
        .on(async move |asked: FulfilmentFacts| {
            store::fulfilment_facts(of_fulfilments.reader(), asked.after).await.map_err(|error| no_answer(&error))
        })
        .on(async move |asked: MethodFacts| {
            let methods = store::method_facts(of_methods.reader(), asked.after).await;
            let methods = methods.map_err(|error| no_answer(&error))?;
            Ok(methods.iter().map(views::told).collect())
        })
}

fn no_answer(error: &DbError) -> RpcError {
    if error.is_transient() { RpcError::Unavailable(error.to_string()) } else { RpcError::Refused(error.to_string()) }
}
