//! What SKUs stand for: names, pictures and options, also of what is no longer sold.

use super::reading::listed;
use crate::{
    Catalog,
    error::Error,
    model::Status,
    pages::Page as Answer,
    store::{products::from_json, variants},
    views::{NamedVariant, NamedVariants},
};
use bodega_contracts::ProductId;
use bodega_kernel::Sku;
use std::collections::HashMap;

/// The most SKUs of a question.
const MAX_SKUS: usize = 100;

/// What these SKUs stand for, in the order they are named; those that nobody knows, and drafts, are left out.
pub(crate) async fn named_variants(catalog: &Catalog, skus: &str) -> Result<Answer, Error> {
    let skus = read(skus)?;
    let rows = variants::named(catalog.db.reader(), &skus).await?;
    let places: HashMap<&str, usize> = skus.iter().enumerate().map(|(place, sku)| (sku.as_str(), place)).collect();
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(status) = Status::read(&row.status).filter(|status| *status != Status::Draft) else { continue };
        let Some(place) = places.get(row.sku.as_str()) else { continue };
        let variant = NamedVariant {
            sku: skus[*place].clone(),
            product_id: ProductId(row.product_id),
            slug: row.slug,
            name: row.name,
            image: row.image,
            options: from_json(&row.options)?,
            sold: status == Status::Active,
        };
        items.push((*place, variant));
    }
    items.sort_unstable_by_key(|(place, _)| *place);
    Ok(listed(&NamedVariants { items: items.into_iter().map(|(_, variant)| variant).collect() })?)
}

/// The SKUs of a list with commas, each once.
fn read(text: &str) -> Result<Vec<Sku>, Error> {
    let mut skus: Vec<Sku> = Vec::new();
    for (number, piece) in (1..).zip(text.split(',').filter(|piece| !piece.is_empty())) {
        if number > MAX_SKUS {
            return Err(Error::invalid("/skus", "has at most 100 SKUs"));
        }
        let sku = Sku::new(piece).map_err(|error| Error::invalid("/skus", &error.to_string()))?;
        if !skus.contains(&sku) {
            skus.push(sku);
        }
    }
    Ok(skus)
}
