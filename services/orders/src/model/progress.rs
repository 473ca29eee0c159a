//! How far an order is on its way, as it is shown and asked for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far it is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FulfilmentStatus {
    /// Nothing of it has left.
    Unfulfilled,
    /// Some of it has left.
    Partial,
    /// All of it has left, or nothing is sent.
    Fulfilled,
    /// All of it came back.
    Returned,
}
