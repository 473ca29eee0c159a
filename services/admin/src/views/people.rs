//! People, their groups and points, as the API tells them.

use bodega_kernel::{Money, Time, uuid::Uuid};
use serde::Deserialize;

/// Somebody with an account.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) email_verified: bool,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    pub(crate) language: Option<String>,
    #[serde(default)]
    pub(crate) roles: Vec<String>,
    #[serde(default)]
    pub(crate) staff_role_id: Option<Uuid>,
    #[serde(default)]
    pub(crate) disabled: bool,
    pub(crate) created_at: Time,
}

impl User {
    /// Whether they run the shop.
    pub(crate) fn is_staff(&self) -> bool {
        self.roles.iter().any(|role| role == "staff" || role == "admin")
    }

    /// Whether they manage people.
    pub(crate) fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| role == "admin")
    }
}

/// What a member of staff may do.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct StaffRole {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) permissions: Vec<String>,
    pub(crate) version: i64,
}

/// Somebody who is asked to join the staff.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Invitation {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) staff_role_id: Option<Uuid>,
    pub(crate) ends_at: Time,
}

/// A group of customers.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) label: String,
}

/// The points of a customer.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Points {
    pub(crate) spendable: i64,
    #[serde(default)]
    pub(crate) held: i64,
    #[serde(default)]
    pub(crate) pending: i64,
    #[serde(default)]
    pub(crate) debt: i64,
    pub(crate) worth: Money,
    pub(crate) tier: Tier,
}

/// Where a customer is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Tier {
    pub(crate) name: String,
}

/// What moved points.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PointsEntry {
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) spendable: i64,
    #[serde(default)]
    pub(crate) pending: i64,
    #[serde(default)]
    pub(crate) order_id: Option<Uuid>,
    #[serde(default)]
    pub(crate) reason: Option<String>,
    pub(crate) at: Time,
}
