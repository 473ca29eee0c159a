//! A mail that staff write themselves.

use super::accepted;
use crate::{
    Notifications,
    clients::is_address,
    error::Error,
    flows,
    model::{Language, Note},
    views::{Addressee, Draft, MailView},
};
use axum::{extract::State, response::Response};
use bodega_kernel::UserId;
use bodega_web::{KeyedBody, Problem, Staff};
use serde::Deserialize;
use utoipa::ToSchema;

/// The most characters of a subject line.
const MAX_SUBJECT: usize = 200;
/// The most characters of a text.
const MAX_TEXT: usize = 20_000;

/// What to write, to a customer or to an address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WriteMail {
    /// To a user; either this or `email`.
    #[serde(default)]
    user_id: Option<UserId>,
    /// To an address; either this or `user_id`.
    #[serde(default)]
    #[schema(example = "ada@example.com")]
    email: Option<String>,
    /// The language of the frame around the text; otherwise the reader's or the shop's.
    #[serde(default)]
    language: Option<Language>,
    /// The subject line, 1 to 200 characters.
    subject: String,
    /// Paragraphs, divided by empty lines: 1 to 20,000 characters. Nothing in it is HTML.
    text: String,
}

/// Queues a mail with a subject and a text of one's own.
#[utoipa::path(post, path = "/v1/mails", tag = "mails", params(("Idempotency-Key" = Option<String>, Header)),
    request_body = WriteMail, responses((status = 202, description = "Queued", body = MailView), Problem))]
pub(super) async fn write_mail(
    State(state): State<Notifications>,
    _: Staff,
    KeyedBody { body, key }: KeyedBody<WriteMail>,
) -> Result<Response, Error> {
    accepted(flows::write_note(&state, body.checked()?, key).await?)
}

impl WriteMail {
    fn checked(self) -> Result<Draft, Error> {
        let wrong = |pointer, why: &str| Err(Error::Invalid(pointer, why.to_owned()));
        let to = match (self.user_id, self.email) {
            (Some(user), None) => Addressee::User(user),
            (None, Some(email)) if is_address(&email) => Addressee::Address(email),
            (None, Some(_)) => return wrong("/email", "is no address"),
            (Some(_), Some(_)) => return wrong("/email", "is given beside user_id"),
            (None, None) => return wrong("/email", "is missing, and so is user_id"),
        };
        let subject = self.subject.trim();
        if subject.is_empty() || subject.chars().count() > MAX_SUBJECT || subject.chars().any(char::is_control) {
            return wrong("/subject", "has 1 to 200 characters, on one line");
        }
        if self.text.trim().is_empty() || self.text.chars().count() > MAX_TEXT {
            return wrong("/text", "has 1 to 20000 characters");
        }
        Ok(Draft { to, language: self.language, note: Note { subject: subject.to_owned(), text: self.text } })
    }
}
