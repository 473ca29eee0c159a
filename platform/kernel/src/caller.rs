//! Who is asking.

use crate::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a user may do: customers buy, staff run the shop, admins also manage people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Buys.
    Customer,
    /// Runs the shop.
    Staff,
    /// Runs the shop and manages people.
    Admin,
}

/// Who makes a request, as the gateway verified it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The logged-in user; `None` for a guest.
    pub user: Option<UserId>,
    /// The roles of that user.
    #[serde(default)]
    pub roles: Vec<Role>,
}

impl Caller {
    /// Nobody in particular.
    pub fn guest() -> Self {
        Self::default()
    }

    /// Whether the caller holds `role` or one above it.
    pub fn is_at_least(&self, role: Role) -> bool {
        self.roles.iter().any(|held| *held >= role)
    }

    /// A name for scopes such as idempotency: the user's id, or `guest`.
    pub fn scope(&self) -> String {
        self.user.map_or_else(|| "guest".to_owned(), |user| user.to_string())
    }
}
