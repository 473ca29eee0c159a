//! What notifications says of itself to `verify`.

use crate::{Notifications, store};
use bodega_contracts::notifications::ConfirmationFacts;
use bodega_rpc::{Answers, RpcError};

/// The confirmation mails of orders, in pages.
pub(crate) fn answers(notifications: &Notifications) -> Answers {
    let db = notifications.db.clone();
    Answers::new().on(async move |question: ConfirmationFacts| {
        store::confirmation_facts(db.reader(), question.after)
            .await
            .map_err(|error| RpcError::Unavailable(error.to_string()))
    })
}
