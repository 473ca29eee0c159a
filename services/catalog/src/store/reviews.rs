//! Reviews: one of each customer on a product. Whatever changes one locks its product first, whose stars it counts anew.

use super::entities::{products, reviews};
use crate::{
    model::{Rating, ReviewEdit, ReviewState},
    views::{ReviewView, ReviewedProduct},
};
use bodega_contracts::ProductId;
use bodega_db::{DbError, Tx, params};
use bodega_kernel::{Time, UserId, uuid::Uuid};
use sea_orm::{ColumnTrait, Condition, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// The product that a review is about.
pub(crate) async fn product_of(tx: &mut Tx, review: Uuid) -> Result<Option<ProductId>, DbError> {
    let row = tx.query_one("SELECT product_id FROM reviews WHERE id = $1", &params![review]).await?;
    row.map(|row| row.get(0).map(ProductId)).transpose()
}

/// A product, locked, in whichever state it is.
pub(crate) async fn lock(tx: &mut Tx, product: ProductId) -> Result<Option<ReviewedProduct>, DbError> {
    let sql = "SELECT slug, name FROM products WHERE id = $1 ORDER BY id {lock}";
    let row = tx.query_one(sql, &params![product.0]).await?;
    row.map(|row| Ok(ReviewedProduct { id: product, slug: row.get(0)?, name: row.get(1)? })).transpose()
}

/// Stores what a customer writes of a product, in place of what the same one wrote before; it waits for staff.
pub(crate) async fn put(
    tx: &mut Tx,
    id: Uuid,
    product: ProductId,
    customer: UserId,
    edit: &ReviewEdit,
) -> Result<(), DbError> {
    let sql = "INSERT INTO reviews (id, product_id, customer_id, status, stars, title, text, author, at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
               ON CONFLICT (product_id, customer_id) DO UPDATE SET id = excluded.id, status = excluded.status, \
               stars = excluded.stars, title = excluded.title, text = excluded.text, author = excluded.author, \
               at_ms = excluded.at_ms";
    let now = tx.now();
    let values = params![
        id,
        product.0,
        customer.0,
        ReviewState::Pending.as_str(),
        i64::from(edit.stars),
        &edit.title,
        &edit.text,
        &edit.author,
        now,
    ];
    tx.execute(sql, &values).await.map(drop)
}

/// Brings a review into a state, and says whether it was in another; `None` where it is gone.
pub(crate) async fn set_state(
    tx: &mut Tx,
    id: Uuid,
    state: ReviewState,
) -> Result<Option<(ReviewView, bool)>, DbError> {
    let sql = "SELECT status, stars, title, text, author, at_ms FROM reviews WHERE id = $1";
    let Some(row) = tx.query_one(sql, &params![id]).await? else { return Ok(None) };
    let is_new = row.get::<String>(0)? != state.as_str();
    if is_new {
        tx.execute("UPDATE reviews SET status = $2 WHERE id = $1", &params![id, state.as_str()]).await?;
    }
    let review = ReviewView {
        id,
        stars: row.get(1)?,
        title: row.get(2)?,
        text: row.get(3)?,
        author: row.get(4)?,
        at: row.get(5)?,
        verified: true,
    };
    Ok(Some((review, is_new)))
}

/// Counts the stars of a product that is locked; answers whether they come to something else now.
pub(crate) async fn count_stars(tx: &mut Tx, product: ProductId) -> Result<bool, DbError> {
    let sql = "SELECT CAST(COALESCE(SUM(stars), 0) AS BIGINT), COUNT(*) FROM reviews \
               WHERE product_id = $1 AND status = 'approved'";
    let row = tx.query_one(sql, &params![product.0]).await?.ok_or_else(|| DbError::Refused("no count".into()))?;
    let rating = Rating { sum: row.get(0)?, count: row.get(1)? };
    let sql = "UPDATE products SET rating_sum = $2, rating_count = $3, rating_order = $4 \
               WHERE id = $1 AND (rating_sum <> $2 OR rating_count <> $3)";
    Ok(tx.execute(sql, &params![product.0, rating.sum, rating.count, rating.order()]).await? > 0)
}

/// What the stars of a product come to.
pub(crate) async fn rating(tx: &mut Tx, product: ProductId) -> Result<Rating, DbError> {
    let row = tx.query_one("SELECT rating_sum, rating_count FROM products WHERE id = $1", &params![product.0]).await?;
    row.map_or(Ok(Rating::default()), |row| Ok(Rating { sum: row.get(0)?, count: row.get(1)? }))
}

/// Up to `limit` approved reviews of a product before this one, the newest first.
pub(crate) async fn approved(
    db: &DatabaseConnection,
    product: Uuid,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<reviews::Model>, DbError> {
    let earlier = before.map(|id| reviews::Column::Id.lt(id));
    let select = reviews::Entity::find()
        .filter(reviews::Column::ProductId.eq(product))
        .filter(reviews::Column::Status.eq(ReviewState::Approved.as_str()))
        .filter(Condition::all().add_option(earlier));
    Ok(select.order_by_desc(reviews::Column::Id).limit(limit).all(db).await?)
}

/// Up to `limit` reviews of a state before this one with their products, the newest first.
pub(crate) async fn of_state(
    db: &DatabaseConnection,
    state: ReviewState,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<(reviews::Model, Option<products::Model>)>, DbError> {
    let earlier = before.map(|id| reviews::Column::Id.lt(id));
    let select = reviews::Entity::find()
        .filter(reviews::Column::Status.eq(state.as_str()))
        .filter(Condition::all().add_option(earlier))
        .find_also_related(products::Entity);
    Ok(select.order_by_desc(reviews::Column::Id).limit(limit).all(db).await?)
}

/// The id of the product of this slug or id, if it is for sale.
pub(crate) async fn product_for_sale(db: &DatabaseConnection, name: &str) -> Result<Option<Uuid>, DbError> {
    let named = match Uuid::try_parse(name) {
        Ok(id) => products::Column::Id.eq(id),
        Err(_) => products::Column::Slug.eq(name),
    };
    let select = products::Entity::find().select_only().column(products::Column::Id).filter(named);
    let active = products::Column::Status.eq(crate::model::Status::Active.as_str());
    Ok(select.filter(active).into_tuple().one(db).await?)
}

/// When a review was written.
pub(crate) fn written_at(review: &reviews::Model) -> Time {
    Time::from_ms(review.at_ms)
}
