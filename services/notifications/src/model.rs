//! What a mail is, when it is tried again, and what its templates are given. Pure: no I/O, no clock.

#[cfg(test)]
mod hostile;
mod kind;
mod letter;
mod retry;
mod samples;
mod wording;

#[cfg(test)]
pub(crate) use hostile::HOSTILE;
pub(crate) use kind::{Kind, State};
pub(crate) use letter::Letter;
pub(crate) use retry::{GIVE_UP_AFTER, retry_after};
pub(crate) use samples::sample;
pub(crate) use wording::{Language, Words, clean};

use bodega_contracts::{
    CartId, GiftCardId, OrderId,
    cart::CartToMail,
    orders::{CancelReason, Details, ReturnState},
    payments::DisputeState,
    shipping::ParcelLine,
};
use bodega_kernel::{Money, Time, UserId, uuid::Uuid};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What stands in a copy where the code stands in the mail.
const REDACTED: &str = "••••";

/// A mail that somebody wants to be sent, once for its kind and subject.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Which template.
    pub(crate) kind: Kind,
    /// What it is about: a second one of this kind about the same is not queued.
    pub(crate) subject: String,
    /// Who is asked what to write, and to whom.
    pub(crate) about: About,
    /// What nobody can be asked for later.
    pub(crate) params: Params,
}

/// Who is asked what to write, and to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct About {
    /// An order: its owner knows the lines, and the address unless another one is given.
    pub(crate) order: Option<OrderId>,
    /// A user: identity knows how they are written to.
    pub(crate) user: Option<UserId>,
    /// An address, where neither of them is asked for it.
    pub(crate) recipient: Option<String>,
}

/// What an event said and nobody can be asked for later; small, and stored with the mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// Who carries a parcel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) carrier: Option<String>,
    /// What to ask the carrier by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tracking_number: Option<String>,
    /// Where to look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tracking_url: Option<String>,
    /// What is in a parcel, or waits in a cart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) parcel: Vec<ParcelLine>,
    /// Whether more parcels follow.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) partial: bool,
    /// Money given back for the order so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refunded: Option<Money>,
    /// Why an order was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<CancelReason>,
    /// Points that were earned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) points: Option<i64>,
    /// A reward as the customer sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// The code of a reward.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// Until when a reward or a link can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ends: Option<Time>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
    /// What runs low, and how many are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stock: Option<ParcelLine>,
    /// What identity is asked by for a link, which is never stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<String>,
    /// What payments is asked by for the code of a gift card, which is never stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) card: Option<GiftCardId>,
    /// What cart is asked by for what was left in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cart: Option<LeftCart>,
    /// Where its reader says that they want no more of the kind, which is never stored.
    #[serde(skip)]
    pub(crate) unsubscribe: Option<String>,
    /// Who reads it, where that only says how they are called and what they read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reader: Option<UserId>,
    /// What a gift card is worth, or a dispute is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Money>,
    /// The number of a return.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_number: Option<String>,
    /// Where a return is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_state: Option<ReturnState>,
    /// How a dispute stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dispute: Option<DisputeState>,
    /// What staff write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<Note>,
    /// The language, where it is chosen for this mail alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<Language>,
}

impl Params {
    /// The same without what opens an account or can be spent: for whoever keeps a copy.
    pub(crate) fn redacted(&self) -> Self {
        let code = self.code.as_ref().map(|_| REDACTED.to_owned());
        Self { link: None, unsubscribe: None, code, ..self.clone() }
    }
}

/// A cart that was left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeftCart {
    /// Which.
    pub(crate) id: CartId,
    /// In which version.
    pub(crate) version: i64,
}

/// What staff write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// The subject line.
    pub(crate) subject: String,
    /// Paragraphs, divided by empty lines.
    pub(crate) text: String,
}

/// What the owners answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// The order.
    pub(crate) order: Option<Arc<Details>>,
    /// How the recipient is called.
    pub(crate) name: Option<String>,
    /// The cart that was left behind.
    pub(crate) cart: Option<CartToMail>,
}

/// A mail in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// The subject line, on one line.
    pub(crate) title: String,
    /// The text part.
    pub(crate) text: String,
    /// The HTML part.
    pub(crate) html: String,
}

/// The `Message-ID` of a mail: the same whenever it is repeated, another one when staff send it again.
pub(crate) fn message_id(mail: Uuid, resends: i64, domain: &str) -> String {
    format!("<{mail}.{resends}@{domain}>")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_has_the_same_message_id_and_a_resend_another() {
        let id = Uuid::from_u128(7);
        assert_eq!(message_id(id, 0, "a.example"), message_id(id, 0, "a.example"));
        assert_ne!(message_id(id, 0, "a.example"), message_id(id, 1, "a.example"));
        assert_eq!(message_id(id, 0, "a.example"), "<00000000-0000-0000-0000-000000000007.0@a.example>");
    }

    #[test]
    fn params_are_stored_without_what_they_do_not_say() {
        assert_eq!(serde_json::to_string(&Params::default()).unwrap(), "{}");
        let kept = Params { unsubscribe: Some("https://a.example".to_owned()), ..Params::default() };
        assert_eq!(serde_json::to_string(&kept).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Params>("{}").unwrap(), Params::default());
    }
}
