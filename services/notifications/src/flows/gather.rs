//! Asks the owners what to write and to whom. Never in a transaction.

use crate::{
    Notifications,
    model::{About, Known, Language, Params},
};
use bodega_contracts::{
    identity::{Contact, UserContact},
    orders::OrderDetails,
};
use bodega_kernel::UserId;
use bodega_rpc::RpcError;

/// Why a mail cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nobody answers now.
    Later(String),
    /// What it is about is not there, or nobody is there to read it.
    Never(String),
}

/// To whom a mail goes, and what it is written from.
#[derive(Clone, Debug)]
pub(super) struct Gathered {
    pub(super) recipient: String,
    pub(super) language: Language,
    pub(super) known: Known,
}

/// Asks for everything that a mail says.
pub(super) async fn gather(state: &Notifications, about: &About, params: &Params) -> Result<Gathered, Trouble> {
    let order = match about.order {
        Some(order_id) => {
            let details = state.rpc.ask(OrderDetails { order_id }).await.map_err(later)?;
            Some(details.ok_or_else(|| Trouble::Never(format!("there is no order {order_id}")))?)
        }
        None => None,
    };
    let contact = match about.user {
        Some(user) => Some(contact(state, user).await?),
        None => match order.as_ref().and_then(|order| order.customer_id) {
            // For the language only: an order has an address of its own, so nobody waits for this answer.
            Some(customer) => contact(state, customer).await.ok(),
            None => None,
        },
    };
    let chosen = contact.as_ref().and_then(|contact| contact.language.as_deref()).and_then(Language::of);
    let language = params.language.or(chosen).unwrap_or(state.language);
    let asked = about.user.and(contact);
    let address = about.recipient.clone().or_else(|| order.as_ref().map(|order| order.email.clone()));
    let recipient = address.or_else(|| asked.as_ref().map(|contact| contact.email.clone()));
    let recipient = recipient.ok_or_else(|| Trouble::Never("nobody is there to read it".to_owned()))?;
    let name = asked.and_then(|contact| contact.name);
    Ok(Gathered { recipient, language, known: Known { order, name } })
}

async fn contact(state: &Notifications, user_id: UserId) -> Result<Contact, Trouble> {
    let contact = state.rpc.ask(UserContact { user_id }).await.map_err(later)?;
    contact.ok_or_else(|| Trouble::Never(format!("there is no user {user_id}")))
}

/// A refusal passes as well: the other service may be about to learn the question.
#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn later(error: RpcError) -> Trouble {
    Trouble::Later(error.to_string())
}
