//! Reviews: customers write about what they bought, staff decide what is shown, and the stars of what is shown count.
//!
//! One of a customer on a product: a second one takes the place of the first under a new id and waits again, so that
//! staff never approve what they have not read.

use super::{Answered, Done, once, reading::listed};
use crate::{
    Catalog,
    error::Error,
    model::{ReviewEdit, ReviewState},
    pages::{Changed, Made, Page as Answer, RestsOn},
    store::{
        changes::Numbers,
        products,
        reviews::{self, product_for_sale},
        sales,
    },
    views::{ModeratedReview, ReviewView},
};
use bodega_contracts::ProductId;
use bodega_db::{DbError, IdempotencyKey, Tx};
use bodega_kernel::{Page, PageLimit, UserId, uuid::Uuid};
use std::sync::Arc;

/// A page of the approved reviews of a product, the newest first. `address` is where it was asked for.
pub(crate) async fn list_reviews(
    catalog: &Catalog,
    address: &str,
    name: &str,
    before: Option<Uuid>,
    limit: PageLimit,
) -> Result<Arc<Answer>, Error> {
    super::reading::check_name(name)?;
    let make = async || {
        let db = catalog.db.reader();
        let product = product_for_sale(db, name).await?.ok_or(Error::NotFound)?;
        let rows = reviews::approved(db, product, before, limit.and_one()).await?;
        let page = Page::of(rows, limit, |row| row.id).map(ReviewView::from);
        Ok(Made { page: listed(&page)?, rests_on: Some(RestsOn::Product(product)) })
    };
    catalog.pages.get_or_make(address, &catalog.world, make).await
}

/// A page of reviews of a state, the newest first: for staff.
pub(crate) async fn list_by_state(
    catalog: &Catalog,
    state: ReviewState,
    before: Option<Uuid>,
    limit: PageLimit,
) -> Result<Answer, Error> {
    let rows = reviews::of_state(catalog.db.reader(), state, before, limit.and_one()).await?;
    let page = Page::of(rows, limit, |(row, _)| row.id);
    let moderated = |(row, product): (_, Option<_>)| product.and_then(|product| ModeratedReview::of(row, product));
    let items = page.items.into_iter().filter_map(moderated).collect();
    Ok(listed(&Page { items, next_cursor: page.next_cursor, total: None })?)
}

/// What a customer who bought a product says of it.
pub(crate) async fn write_review(
    catalog: &Catalog,
    key: Option<IdempotencyKey>,
    name: &str,
    customer: UserId,
    edit: ReviewEdit,
) -> Result<Answered, Error> {
    super::reading::check_name(name)?;
    let faults = edit.faults();
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let product = ProductId(product_for_sale(catalog.db.reader(), name).await?.ok_or(Error::NotFound)?);
    let numbers = Numbers::of(&catalog.db);
    once(catalog, key, async move |tx| {
        let about = reviews::lock(tx, product).await?.ok_or(Error::NotFound)?;
        if !sales::has_bought(tx, customer, product.0).await? {
            return Err(Error::NotBought);
        }
        let id = tx.world().uuid();
        reviews::put(tx, id, product, customer, &edit).await?;
        // What was approved before counts no more.
        let changed = recount(tx, numbers, product).await?;
        let ReviewEdit { stars, title, text, author } = edit;
        let at = tx.now();
        let review = ReviewView { id, stars: stars.into(), title, text, author, at, verified: true };
        let view = ModeratedReview { review, status: ReviewState::Pending, product: about };
        Ok(Done::new(201, None, &view)?.changing(changed))
    })
    .await
}

/// Staff show a review, or do not. Fine where it is so already.
pub(crate) async fn moderate_review(
    catalog: &Catalog,
    key: Option<IdempotencyKey>,
    id: Uuid,
    state: ReviewState,
) -> Result<Answered, Error> {
    let numbers = Numbers::of(&catalog.db);
    once(catalog, key, async move |tx| {
        let product = reviews::product_of(tx, id).await?.ok_or(Error::NotFound)?;
        let about = reviews::lock(tx, product).await?.ok_or(Error::NotFound)?;
        // Its author may have written another one meanwhile.
        let (review, is_new) = reviews::set_state(tx, id, state).await?.ok_or(Error::NotFound)?;
        let changed = if is_new { recount(tx, numbers, product).await? } else { Changed::Nothing };
        let view = ModeratedReview { review, status: state, product: about };
        Ok(Done::new(200, None, &view)?.changing(changed))
    })
    .await
}

/// Counts the stars of a product that is locked, and says what readers see otherwise then.
async fn recount(tx: &mut Tx, numbers: Numbers, product: ProductId) -> Result<Changed, DbError> {
    reviews::count_stars(tx, product).await?;
    numbers.mark(tx, &[product.0]).await?;
    Ok(Changed::Products(products::seen_around(tx, &[product.0]).await?))
}
