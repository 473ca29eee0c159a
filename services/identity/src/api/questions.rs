//! What other services ask: the keys that tokens are signed with, how a session stands, how a user is written to, and
//! what the link in a mail holds.

use crate::{Identity, error::Error, flows};
use bodega_contracts::identity::{MailLink, SessionStanding, SigningKeys, UserContact, UserContacts};
use bodega_rpc::{Answers, RpcError};

pub(crate) fn answers(identity: &Identity) -> Answers {
    let (keys, sessions, people, links) = (identity.clone(), identity.clone(), identity.clone(), identity.clone());
    let many = identity.clone();
    Answers::new()
        .on(async move |_: SigningKeys| flows::signing_keys(&keys).map_err(|error| unanswered(&error)))
        .on(async move |asked: SessionStanding| {
            flows::session_standing(&sessions, asked.user_id, &asked.session).await.map_err(|error| unanswered(&error))
        })
        .on(async move |asked: UserContact| {
            flows::user_contact(&people, asked.user_id).await.map_err(|error| unanswered(&error))
        })
        .on(async move |asked: UserContacts| {
            if asked.user_ids.len() > UserContacts::MOST {
                return Err(RpcError::Refused(format!("more than {} users", UserContacts::MOST)));
            }
            flows::user_contacts(&many, &asked.user_ids).await.map_err(|error| unanswered(&error))
        })
        .on(async move |asked: MailLink| {
            flows::mail_link(&links, &asked.request_id).await.map_err(|error| unanswered(&error))
        })
}

fn unanswered(error: &Error) -> RpcError {
    RpcError::Unavailable(error.to_string())
}
