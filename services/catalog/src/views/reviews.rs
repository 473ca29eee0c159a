//! What is answered of reviews: to everybody, to whoever wrote one, to staff.

use crate::{
    model::ReviewState,
    store::{
        entities::{products, reviews},
        reviews::written_at,
    },
};
use bodega_contracts::ProductId;
use bodega_kernel::{Time, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;

/// A review as everybody sees it. All of it is plain text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReviewView {
    /// Which.
    pub(crate) id: Uuid,
    /// 1 to 5.
    pub(crate) stars: i64,
    /// In a few words; may be empty.
    pub(crate) title: String,
    /// With line breaks; may be empty.
    pub(crate) text: String,
    /// The name its author chose.
    pub(crate) author: String,
    /// When it was written.
    pub(crate) at: Time,
    /// Whether its author bought the product here.
    pub(crate) verified: bool,
}

/// A review as its author and staff see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ModeratedReview {
    /// What everybody sees of it once it is approved.
    #[serde(flatten)]
    pub(crate) review: ReviewView,
    /// Whether it is shown.
    pub(crate) status: ReviewState,
    /// What it is about.
    pub(crate) product: ReviewedProduct,
}

/// The product of a review.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReviewedProduct {
    /// Which.
    pub(crate) id: ProductId,
    /// Its part of an address.
    pub(crate) slug: String,
    /// Its name.
    pub(crate) name: String,
}

impl From<reviews::Model> for ReviewView {
    /// Nobody writes one who has not bought.
    fn from(row: reviews::Model) -> Self {
        let at = written_at(&row);
        let reviews::Model { id, stars, title, text, author, .. } = row;
        Self { id, stars, title, text, author, at, verified: true }
    }
}

impl ModeratedReview {
    /// A row with its product; `None` where it is in no state that is known.
    pub(crate) fn of(row: reviews::Model, product: products::Model) -> Option<Self> {
        let status = ReviewState::read(&row.status)?;
        let product = ReviewedProduct { id: ProductId(product.id), slug: product.slug, name: product.name };
        Some(Self { status, product, review: row.into() })
    }
}
