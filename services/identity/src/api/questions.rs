//! What other services ask: the keys that tokens are signed with, how a session stands, and how a user is written to.

use crate::{Identity, error::Error, flows};
use bodega_contracts::identity::{SessionStanding, SigningKeys, UserContact};
use bodega_rpc::{Answers, RpcError};

pub(crate) fn answers(identity: &Identity) -> Answers {
    let (keys, sessions, people) = (identity.clone(), identity.clone(), identity.clone());
    Answers::new()
        .on(async move |_: SigningKeys| flows::signing_keys(&keys).map_err(|error| unanswered(&error)))
        .on(async move |asked: SessionStanding| {
            flows::session_standing(&sessions, asked.user_id, &asked.session).await.map_err(|error| unanswered(&error))
        })
        .on(async move |asked: UserContact| {
            flows::user_contact(&people, asked.user_id).await.map_err(|error| unanswered(&error))
        })
}

fn unanswered(error: &Error) -> RpcError {
    RpcError::Unavailable(error.to_string())
}
