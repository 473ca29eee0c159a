//! People: who they are and what they may do.

use crate::{events, questions};
use bodega_kernel::{Role, Time, UserId};
use serde::{Deserialize, Serialize};

/// Somebody opened an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRegistered {
    /// Who.
    pub user_id: UserId,
    /// When.
    pub at: Time,
}

/// A role was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRoleAssigned {
    /// To whom.
    pub user_id: UserId,
    /// Which.
    pub role: Role,
}

/// A role was taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRoleRemoved {
    /// From whom.
    pub user_id: UserId,
    /// Which.
    pub role: Role,
}

events! {
    UserRegistered = "user.registered.v1" by user_id,
    UserRoleAssigned = "user.role_assigned.v1" by user_id,
    UserRoleRemoved = "user.role_removed.v1" by user_id,
}

/// Asked by the gateway: the public keys that access tokens are signed with, as a JSON Web Key Set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SigningKeys {}

/// Asked by the gateway about a session it has not seen for half a minute.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionStanding {
    /// Whose.
    pub user_id: UserId,
    /// The token family that log-in opened.
    pub session: String,
}

/// How a session stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Whether it is still open and its user enabled.
    pub live: bool,
    /// The roles the user holds now.
    pub roles: Vec<Role>,
}

/// Asked by whoever writes to a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserContact {
    /// Whom.
    pub user_id: UserId,
}

/// How a user is written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Where mails go.
    pub email: String,
    /// How they are called, if they said so.
    pub name: Option<String>,
    /// The language they chose, as BCP 47 writes it; `None` for the shop's.
    pub language: Option<String>,
}

questions! {
    SigningKeys -> serde_json::Value, "identity" / "signing_keys";
    SessionStanding -> Standing, "identity" / "session_standing";
    UserContact -> Option<Contact>, "identity" / "user_contact";
}
