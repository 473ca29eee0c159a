//! Carts: how old their prices may be, and when somebody is reminded of one.

use serde::{Deserialize, Serialize};

/// `[cart]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cart {
    /// How old the cart's prices may be at checkout; 0 is any age.
    pub prices_stale_after_seconds: u64,
    /// How long a cart is untouched before its shopper is reminded of it, who wants that; 0 is never.
    pub remind_after_hours: u64,
}
