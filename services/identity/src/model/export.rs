//! What is given to whoever asks what is kept of them here.

use super::{AddressView, UserView};
use bodega_kernel::Time;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// All that identity keeps of a person, but no secrets: neither the hash of the password nor tokens.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Export {
    /// As of when.
    pub(crate) exported_at: Time,
    /// What they say of themselves, and what they may do.
    pub(crate) profile: UserView,
    /// Their address book, oldest first.
    pub(crate) addresses: Vec<AddressView>,
    /// The groups of customers that they are in.
    #[schema(example = json!(["trade"]))]
    pub(crate) groups: Vec<String>,
    /// Where they are or were logged in, the latest first: at most 1,000, for as long as each would have lasted.
    pub(crate) sessions: Vec<SessionView>,
    /// Links in mails to them that were not used yet.
    pub(crate) mail_requests: Vec<RequestView>,
}

/// What one log-in opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Which.
    pub(crate) id: Uuid,
    /// When it was opened, or last gone on with.
    pub(crate) refreshed_at: Time,
    /// When it ends unless it is gone on with.
    pub(crate) ends_at: Time,
    /// When it was closed.
    pub(crate) closed_at: Option<Time>,
}

/// A link that was mailed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RequestView {
    /// What for: `verify`, `change_email` or `reset`.
    #[schema(example = "verify")]
    pub(crate) purpose: String,
    /// Where to.
    #[schema(example = "anna@example.com")]
    pub(crate) email: String,
    /// When it was asked for.
    pub(crate) created_at: Time,
    /// Until when it is good.
    pub(crate) ends_at: Time,
}
