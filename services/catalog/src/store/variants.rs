//! Variants by SKU: for whoever shows what was ordered, and for whoever compares them with what others know.

use super::entities::{availability, products, variants};
use crate::model::Status;
use bodega_db::DbError;
use bodega_kernel::Sku;
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, prelude::Uuid,
};
use std::collections::HashMap;

/// Up to `limit` variants after this SKU, each with whether its product is for sale and what is available of it.
pub(crate) async fn variants_after(
    db: &DatabaseConnection,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<(variants::Model, bool, Option<i64>)>, DbError> {
    let key = after.map(|sku| variants::Column::Sku.gt(sku));
    let select = variants::Entity::find().filter(Condition::all().add_option(key));
    let select = select.find_also_related(availability::Entity);
    let rows = select.order_by_asc(variants::Column::Sku).limit(limit).all(db).await?;
    let active: HashMap<Uuid, bool> = products::Entity::find()
        .select_only()
        .columns([products::Column::Id, products::Column::Status])
        .filter(products::Column::Id.is_in(rows.iter().map(|(variant, _)| variant.product_id)))
        .into_tuple::<(Uuid, String)>()
        .all(db)
        .await?
        .into_iter()
        .map(|(id, status)| (id, status == Status::Active.as_str()))
        .collect();
    let fact = |(variant, seen): (variants::Model, Option<availability::Model>)| {
        let active = active.get(&variant.product_id).copied().unwrap_or(false);
        (variant, active, seen.map(|seen| seen.available))
    };
    Ok(rows.into_iter().map(fact).collect())
}

/// A variant with what its product is called.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct NamedVariant {
    pub(crate) sku: String,
    pub(crate) options: String,
    pub(crate) product_id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) image: Option<String>,
    pub(crate) status: String,
}

/// Those of these SKUs that are known, in no order.
pub(crate) async fn named(db: &DatabaseConnection, skus: &[Sku]) -> Result<Vec<NamedVariant>, DbError> {
    use products::Column as P;
    if skus.is_empty() {
        return Ok(Vec::new());
    }
    let product = variants::Entity::belongs_to(products::Entity).from(variants::Column::ProductId).to(P::Id);
    let select = variants::Entity::find()
        .select_only()
        .columns([variants::Column::Sku, variants::Column::Options, variants::Column::ProductId])
        .columns([P::Slug, P::Name, P::Image, P::Status])
        .join(JoinType::InnerJoin, product.into())
        .filter(variants::Column::Sku.is_in(skus.iter().map(Sku::as_str)));
    Ok(select.into_model::<NamedVariant>().all(db).await?)
}
