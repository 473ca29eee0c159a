//! Products as the index holds them, read in portions.

use super::{
    changes::categories_of,
    entities::{availability, brands, products, variants},
    products::from_json,
    reads,
};
use crate::model::{Entry, Offer, Rating, Status, words_of};
use bodega_contracts::{BrandId, CategoryId};
use bodega_db::DbError;
use bodega_kernel::{Currency, uuid::Uuid};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeMap, HashMap};

/// Those of these products that are for sale.
pub(crate) async fn entries(db: &DatabaseConnection, ids: &[Uuid], currency: Currency) -> Result<Vec<Entry>, DbError> {
    let select = products::Entity::find().filter(products::Column::Id.is_in(ids.iter().copied()));
    let select = select.filter(products::Column::Status.eq(Status::Active.as_str()));
    let found = select.find_also_related(brands::Entity).all(db).await?;
    let select = variants::Entity::find().filter(variants::Column::ProductId.is_in(ids.iter().copied()));
    let select = select.find_also_related(availability::Entity).order_by_asc(variants::Column::Position);
    let mut variants: HashMap<Uuid, Vec<(variants::Model, bool)>> = HashMap::new();
    for (variant, seen) in select.all(db).await? {
        let in_stock = !variant.stocked || seen.is_some_and(|seen| seen.available > 0);
        variants.entry(variant.product_id).or_default().push((variant, in_stock));
    }
    let mut members: HashMap<Uuid, Vec<CategoryId>> = HashMap::new();
    for member in categories_of(db, ids).await? {
        members.entry(member.product_id).or_default().push(CategoryId(member.category_id));
    }
    let all = reads::all_categories(db).await?;
    let tree = reads::tree(&all);
    let names: HashMap<Uuid, &str> = all.iter().map(|row| (row.id, row.name.as_str())).collect();
    let entry = |(row, brand): (products::Model, Option<brands::Model>)| {
        let variants = variants.remove(&row.id).unwrap_or_default();
        let categories = members.remove(&row.id).unwrap_or_default();
        let mut labels: Vec<String> = from_json(&row.tags)?;
        labels.extend(brand.map(|brand| brand.name));
        let above = categories.iter().flat_map(|category| tree.with_ancestors(*category));
        labels.extend(above.filter_map(|category| names.get(&category.0).map(|name| (*name).to_owned())));
        let codes = variants.iter().flat_map(|(variant, _)| [Some(variant.sku.clone()), variant.barcode.clone()]);
        Ok(Entry {
            id: row.id,
            text: words_of(&row.description),
            codes: codes.flatten().collect(),
            brand: row.brand_id.map(BrandId),
            offers: offers(&variants, currency)?,
            rating: Rating { sum: row.rating_sum, count: row.rating_count },
            sold: row.sold,
            name: row.name,
            labels,
            categories,
        })
    };
    found.into_iter().map(entry).collect()
}

/// How many products are for sale.
pub(crate) async fn count(db: &DatabaseConnection) -> Result<u64, DbError> {
    let select = products::Entity::find().filter(products::Column::Status.eq(Status::Active.as_str()));
    Ok(select.count(db).await?)
}

/// What variants cost from, in the currency of the shop and in each other that any of them has a price in.
fn offers(variants: &[(variants::Model, bool)], currency: Currency) -> Result<Vec<Offer>, DbError> {
    let mut offers: BTreeMap<Currency, (i64, bool)> = BTreeMap::new();
    for (variant, in_stock) in variants {
        let others: BTreeMap<Currency, i64> = from_json(&variant.prices)?;
        for (currency, price) in
            others.into_iter().filter(|(other, _)| *other != currency).chain([(currency, variant.price)])
        {
            let offer = offers.entry(currency).or_insert((price, false));
            *offer = (offer.0.min(price), offer.1 || *in_stock);
        }
    }
    Ok(offers.into_iter().map(|(currency, (price, in_stock))| Offer { currency, price, in_stock }).collect())
}
