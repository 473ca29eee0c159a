//! What members of staff may do, who is asked to become one, and the groups that customers are in.

use bodega_contracts::identity::PERMISSIONS;
use bodega_kernel::{Role, Time};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// Staff roles of a shop.
pub(crate) const MOST_STAFF_ROLES: i64 = 100;
/// Invitations that nobody has answered yet.
pub(crate) const MOST_INVITATIONS: i64 = 100;
/// How long an invitation can be accepted.
pub(crate) const INVITED_FOR: Duration = Duration::from_hours(7 * 24);
/// Groups of a shop.
pub(crate) const MOST_GROUPS: i64 = 200;
/// Groups that one customer is in.
pub(crate) const MOST_GROUPS_OF_ONE: i64 = 20;
/// The most characters of the name of a group.
const LONGEST_GROUP: usize = 40;

/// A role of staff that an admin made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StaffRoleView {
    /// Which.
    pub(crate) id: Uuid,
    /// Each once.
    #[schema(example = "Warehouse")]
    pub(crate) name: String,
    /// What whoever holds it may do, sorted.
    #[schema(example = json!(["orders.read", "stock.write"]))]
    pub(crate) permissions: Vec<String>,
    /// For `If-Match`.
    pub(crate) version: i64,
}

/// Somebody who is asked to join the staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct InvitationView {
    /// Which.
    pub(crate) id: Uuid,
    /// In small letters.
    #[schema(example = "anna@example.com")]
    pub(crate) email: String,
    /// What they become.
    pub(crate) role: Role,
    /// Which staff role they get; none: they may do all that staff may.
    pub(crate) staff_role_id: Option<Uuid>,
    /// When.
    pub(crate) created_at: Time,
    /// Until when it can be accepted.
    pub(crate) ends_at: Time,
}

/// A group of customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct GroupView {
    /// Names it everywhere; never changes.
    #[schema(example = "trade")]
    pub(crate) name: String,
    /// For people.
    #[schema(example = "Trade customers")]
    pub(crate) label: String,
    /// Since when.
    pub(crate) created_at: Time,
}

/// Takes permissions, sorted and each once, or says what is wrong with them.
pub(crate) fn permissions(mut words: Vec<String>) -> Result<Vec<String>, &'static str> {
    if words.iter().any(|word| !PERMISSIONS.contains(&word.as_str())) {
        return Err("names no permission that there is: see GET /v1/admin/permissions");
    }
    words.sort_unstable();
    words.dedup();
    Ok(words)
}

/// Takes the name of a group, or says what is wrong with it.
pub(crate) fn group_name(text: &str) -> Result<String, &'static str> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let good = (1..=LONGEST_GROUP).contains(&text.len()) && text.bytes().all(fits);
    if good { Ok(text.to_owned()) } else { Err("has 1 to 40 small letters, digits and hyphens") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_of_the_catalogue_and_each_once() {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let taken = permissions(list(&["stock.write", "orders.read", "stock.write"]));
        assert_eq!(taken, Ok(list(&["orders.read", "stock.write"])));
        assert!(permissions(list(&["users.write"])).is_err());
        assert!(PERMISSIONS.is_sorted());
    }

    #[test]
    fn groups_have_plain_names() {
        assert!(group_name("trade-2").is_ok());
        for bad in ["", "Trade", "a b", "a/b", &"a".repeat(41)] {
            assert!(group_name(bad).is_err(), "{bad}");
        }
    }
}
