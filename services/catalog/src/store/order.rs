//! The orders of lists of products, and where a list goes on in each of them.

use super::reads::ListedProduct;
use crate::model::{Hit, Order};
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The order of a list. Ties are broken by id, so that every order is total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub(crate) enum Sort {
    /// The latest first.
    #[default]
    #[serde(rename = "newest")]
    Newest,
    /// The cheapest first.
    #[serde(rename = "price")]
    Cheapest,
    /// The dearest first.
    #[serde(rename = "-price")]
    Dearest,
    /// By name.
    #[serde(rename = "name")]
    Name,
    /// What fits the words best first; without words the latest.
    #[serde(rename = "relevance")]
    Relevance,
    /// The best stars first.
    #[serde(rename = "rating")]
    Rating,
    /// What was sold most first.
    #[serde(rename = "best_selling")]
    BestSelling,
}

/// Where a list goes on: the sort and the key of its last product. In another sort it means nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PageKey {
    Newest(Uuid),
    Cheapest(i64, Uuid),
    Dearest(i64, Uuid),
    Name(String, Uuid),
    /// Whether any word is enough, and how well it fits.
    Fit(bool, i64, Uuid),
    Rating(i64, Uuid),
    Sold(i64, Uuid),
}

impl PageKey {
    pub(crate) fn of(sort: Sort, row: &ListedProduct) -> Self {
        match sort {
            Sort::Newest | Sort::Relevance => Self::Newest(row.id),
            Sort::Cheapest => Self::Cheapest(row.price_from, row.id),
            Sort::Dearest => Self::Dearest(row.price_from, row.id),
            Sort::Name => Self::Name(row.name_key.clone(), row.id),
            Sort::Rating => Self::Rating(row.rating_order, row.id),
            Sort::BestSelling => Self::Sold(row.sold, row.id),
        }
    }

    /// Of what the index has found.
    pub(crate) fn found(order: Order, hit: &Hit) -> Self {
        match order {
            Order::Fit => Self::Fit(hit.any_word, hit.value, hit.id),
            Order::Newest => Self::Newest(hit.id),
            Order::Cheapest => Self::Cheapest(hit.value, hit.id),
            Order::Dearest => Self::Dearest(hit.value, hit.id),
            Order::Name => Self::Name(hit.name.clone().unwrap_or_default(), hit.id),
            Order::Rating => Self::Rating(hit.value, hit.id),
            Order::Sold => Self::Sold(hit.value, hit.id),
        }
    }

    /// What the index goes on after.
    pub(crate) fn into_hit(self) -> Hit {
        let hit = |value, id| Hit { id, value, name: None, any_word: false };
        match self {
            Self::Newest(id) => hit(0, id),
            Self::Cheapest(value, id) | Self::Dearest(value, id) | Self::Rating(value, id) | Self::Sold(value, id) => {
                hit(value, id)
            }
            Self::Fit(any_word, value, id) => Hit { any_word, ..hit(value, id) },
            Self::Name(name, id) => Hit { name: Some(name), ..hit(0, id) },
        }
    }

    pub(super) fn id(self) -> Uuid {
        match self {
            Self::Newest(id)
            | Self::Cheapest(_, id)
            | Self::Dearest(_, id)
            | Self::Name(_, id)
            | Self::Fit(_, _, id)
            | Self::Rating(_, id)
            | Self::Sold(_, id) => id,
        }
    }

    pub(crate) fn fits(&self, sort: Sort) -> bool {
        matches!(
            (self, sort),
            // While there is no index, what would fit best comes as the newest.
            (Self::Newest(_), Sort::Newest | Sort::Relevance)
                | (Self::Cheapest(..), Sort::Cheapest)
                | (Self::Dearest(..), Sort::Dearest)
                | (Self::Name(..), Sort::Name)
                | (Self::Fit(..), Sort::Relevance)
                | (Self::Rating(..), Sort::Rating)
                | (Self::Sold(..), Sort::BestSelling)
        )
    }
}
