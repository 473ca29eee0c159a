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

/// Somebody is to show that an e-mail address is theirs. The link itself never travels: ask [`MailLink`] for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserVerificationRequested {
    /// Whose.
    pub user_id: UserId,
    /// Names the request.
    pub request_id: String,
}

/// An address was shown to be that of an account: by a link in a mail, or by an invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserEmailVerified {
    /// Whose.
    pub user_id: UserId,
    /// The address, in lower case.
    pub email: String,
    /// When.
    pub at: Time,
}

/// Somebody forgot their password. The link itself never travels: ask [`MailLink`] for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPasswordResetRequested {
    /// Whose.
    pub user_id: UserId,
    /// Names the request.
    pub request_id: String,
}

/// A password is another one now; its owner is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPasswordChanged {
    /// Whose.
    pub user_id: UserId,
    /// When.
    pub at: Time,
}

/// An account has another address now; the old one is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserEmailChanged {
    /// Whose.
    pub user_id: UserId,
    /// Where mails went before.
    pub old_email: String,
    /// When.
    pub at: Time,
}

/// Somebody wanted to open an account with the address of one that is there; its owner is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRegisteredAgain {
    /// Whose address it is.
    pub user_id: UserId,
    /// When.
    pub at: Time,
}

/// An account cannot be used any more, or again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDisabled {
    /// Whose.
    pub user_id: UserId,
    /// Whether it can be used.
    pub disabled: bool,
}

/// Somebody is asked to join the staff. The link itself never travels: ask [`MailLink`] for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffInvited {
    /// Names the invitation.
    pub invitation_id: String,
}

/// The groups a customer is in now, whole. The higher version wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGroupsChanged {
    /// Whose.
    pub user_id: UserId,
    /// Grows by one with every change.
    pub version: i64,
    /// Their names, in order.
    pub groups: Vec<String>,
}

events! {
    UserVerificationRequested = "user.verification_requested.v1" by user_id,
    UserPasswordResetRequested = "user.password_reset_requested.v1" by user_id,
    UserPasswordChanged = "user.password_changed.v1" by user_id,
    UserEmailVerified = "user.email_verified.v1" by user_id,
    UserEmailChanged = "user.email_changed.v1" by user_id,
    UserRegisteredAgain = "user.registered_again.v1" by user_id,
    UserDisabled = "user.disabled.v1" by user_id,
    StaffInvited = "staff.invited.v1" by invitation_id,
    UserGroupsChanged = "user.groups_changed.v1" by user_id,
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
    /// What a member of staff may do, of [`PERMISSIONS`]; `None`: everything that staff may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

/// What a staff role can permit. Whoever manages people is an admin, who needs none of these.
pub const PERMISSIONS: &[&str] = &[
    "coupons.read",
    "coupons.write",
    "customers.read",
    "customers.write",
    "mails.read",
    "mails.write",
    "orders.read",
    "orders.write",
    "payments.read",
    "payments.refund",
    "payments.write",
    "products.read",
    "products.write",
    "reports.read",
    "settings.read",
    "settings.write",
    "shipping.read",
    "shipping.write",
    "stock.read",
    "stock.write",
];

/// Asked by whoever writes to a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserContact {
    /// Whom.
    pub user_id: UserId,
}

/// Asked by whoever writes to many users. What stands in the answer belongs to the id in the same place, `None` where there
/// is no such user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserContacts {
    /// Whom: at most [`Self::MOST`].
    pub user_ids: Vec<UserId>,
}

impl UserContacts {
    /// The most users of one question.
    pub const MOST: usize = 64;
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

/// Asked by notifications when such a mail is written: where it goes and the link in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailLink {
    /// The request or invitation, as its event named it.
    pub request_id: String,
}

/// Where a link goes. `None` as an answer: the request is over and no mail is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkToMail {
    /// To whom.
    pub email: String,
    /// Their name, where it is known.
    pub name: Option<String>,
    /// What they read, such as `en`.
    pub language: Option<String>,
    /// What proves who they are; good once.
    pub token: String,
    /// Until when.
    pub ends: Time,
}

questions! {
    MailLink -> Option<LinkToMail>, "identity" / "mail_link";
    SigningKeys -> serde_json::Value, "identity" / "signing_keys";
    SessionStanding -> Standing, "identity" / "session_standing";
    UserContact -> Option<Contact>, "identity" / "user_contact";
    UserContacts -> Vec<Option<Contact>>, "identity" / "user_contacts";
}
