//! What staff see of mails.

use crate::model::{Kind, Note, State};
use bodega_contracts::OrderId;
use bodega_kernel::{Time, UserId, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;

/// A mail in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MailView {
    /// Its id.
    pub(crate) id: Uuid,
    /// What it says.
    pub(crate) kind: Kind,
    /// Where it is.
    pub(crate) state: State,
    /// To whom; known once it was tried, or from the start where it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recipient: Option<String>,
    /// Its subject line, once it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    /// Its language, once it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "en")]
    pub(crate) language: Option<String>,
    /// The order it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_id: Option<OrderId>,
    /// The user it is for, where no order says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<UserId>,
    /// How often it was tried in all.
    pub(crate) attempts: i64,
    /// How often staff sent it again.
    pub(crate) resends: i64,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// Since when it is wanted.
    pub(crate) created_at: Time,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_try_at: Option<Time>,
    /// When a server took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sent_at: Option<Time>,
}

/// A mail with the log of its attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MailInFull {
    /// The mail.
    #[serde(flatten)]
    pub(crate) mail: MailView,
    /// Its `Message-ID`: the same in every repeat of an attempt.
    #[schema(example = "<0190b3d6-0000-7000-8000-000000000001.0@shop.example>")]
    pub(crate) message_id: String,
    /// The latest hundred attempts, oldest first.
    pub(crate) log: Vec<AttemptView>,
}

/// One attempt to hand a mail over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AttemptView {
    /// From 1.
    pub(crate) number: i64,
    /// `sending`, `accepted`, `later` (it is tried again), `refused`, or `unknown`: it may have been taken.
    #[schema(example = "accepted")]
    pub(crate) outcome: String,
    /// What the server said, or what was in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    /// When it began.
    pub(crate) started_at: Time,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<Time>,
}

/// A mail that stayed here, because there is no server to hand it to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Kept {
    /// Its place in the mailbox.
    pub(crate) seq: i64,
    /// The mail.
    pub(crate) mail_id: Uuid,
    /// Its `Message-ID`.
    pub(crate) message_id: String,
    /// Who wrote.
    pub(crate) from: String,
    /// To whom.
    pub(crate) to: String,
    /// Its subject line.
    pub(crate) subject: String,
    /// Its text part.
    pub(crate) text: String,
    /// Its HTML part.
    pub(crate) html: String,
    /// When.
    pub(crate) at: Time,
}

/// An example of a kind of mail, as the templates write it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Example {
    /// Its subject line.
    pub(crate) subject: String,
    /// Its text part.
    pub(crate) text: String,
    /// Its HTML part.
    pub(crate) html: String,
    /// What is wrong with templates of the shop's own: these are passed over.
    pub(crate) flaws: Vec<FlawView>,
}

/// What is wrong with a template of the shop's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FlawView {
    /// Which, within its folder.
    #[schema(example = "en/shipped.html")]
    pub(crate) template: String,
    /// What is wrong.
    pub(crate) reason: String,
}

/// A mail that staff write, checked.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// To a user, or to an address.
    pub(crate) to: Addressee,
    /// In which language the frame around it is.
    pub(crate) language: Option<crate::model::Language>,
    /// Subject line and text.
    pub(crate) note: Note,
}

/// To whom staff write.
#[derive(Clone, Debug)]
pub(crate) enum Addressee {
    /// Identity knows where.
    User(UserId),
    /// There.
    Address(String),
}
