//! What staff see of drafts.

use super::CartView;
use crate::model::{Cart, Status};
use bodega_contracts::{CartId, OrderId};
use bodega_kernel::{Money, Time, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// A whole draft at present prices.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct DraftView {
    /// The cart that it is.
    #[serde(flatten)]
    pub cart: CartView,
    /// Whose order it becomes; none for a guest.
    pub customer_id: Option<UserId>,
    /// What staff noted.
    pub note: Option<String>,
    /// The prices that staff said, line by line; none where a line follows the shop's.
    pub own_prices: Vec<Option<Money>>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Time,
}

/// A draft in a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct DraftSummary {
    /// Which.
    pub id: CartId,
    /// Whether it can be changed.
    pub status: Status,
    /// Grows with every change.
    pub version: i64,
    /// The order it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// Whose order it becomes; none for a guest.
    pub customer_id: Option<UserId>,
    /// Where mails go.
    pub email: Option<String>,
    /// What staff noted.
    pub note: Option<String>,
    /// How many lines it has.
    pub lines: usize,
    /// What it cost when it was shown last.
    pub total: Option<Money>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Time,
}

impl DraftView {
    /// The draft that `cart` is, else the view that came in.
    pub(crate) fn of(cart: &Cart, view: CartView) -> Result<Box<Self>, Box<CartView>> {
        let Some(draft) = &cart.draft else { return Err(Box::new(view)) };
        Ok(Box::new(Self {
            cart: view,
            customer_id: cart.owner,
            note: draft.note.clone(),
            own_prices: cart.lines.iter().map(|line| line.own.price).collect(),
            created_at: cart.created,
            updated_at: cart.updated,
        }))
    }
}

impl DraftSummary {
    /// Of a draft.
    pub(crate) fn of(cart: &Cart) -> Self {
        Self {
            id: cart.id,
            status: cart.status,
            version: cart.version,
            order_id: cart.order_id,
            customer_id: cart.owner,
            email: cart.details.email.clone(),
            note: cart.draft.as_ref().and_then(|draft| draft.note.clone()),
            lines: cart.lines.len(),
            total: cart.shown_at.map(|shown| Money::new(shown.total, shown.currency)),
            created_at: cart.created,
            updated_at: cart.updated,
        }
    }
}
