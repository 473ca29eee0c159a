//! What the catalogue tells `verify`.

use crate::{
    Catalog,
    store::{entities::variants, reads},
};
use bodega_contracts::catalog::{VariantFact, VariantFacts};
use bodega_db::DbError;
use bodega_kernel::{Money, Sku};
use bodega_rpc::{Answers, RpcError};

/// Facts on a page.
const PAGE: u64 = 500;

/// The questions it answers.
pub(crate) fn answers(catalog: &Catalog) -> Answers {
    let catalog = catalog.clone();
    Answers::new().on(async move |question: VariantFacts| {
        variant_facts(&catalog, question).await.map_err(|error| RpcError::Unavailable(error.to_string()))
    })
}

async fn variant_facts(catalog: &Catalog, question: VariantFacts) -> Result<Vec<VariantFact>, DbError> {
    let rows = reads::variants_after(catalog.db.reader(), question.after, PAGE).await?;
    let fact = |(variant, active, available_seen): (variants::Model, bool, Option<i64>)| {
        Ok(VariantFact {
            sku: Sku::new(&variant.sku).map_err(|error| DbError::Refused(error.to_string().into()))?,
            price: Money::new(variant.price, catalog.terms.currency),
            active,
            stocked: variant.stocked,
            available_seen,
        })
    };
    rows.into_iter().map(fact).collect()
}
