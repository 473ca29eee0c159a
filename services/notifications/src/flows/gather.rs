//! Puts together what a mail says and to whom, from what the owners answered about its batch; asks for what is for this
//! mail alone. Never in a transaction.

use super::{
    answered::{Answered, Asked},
    order_link::order_link,
};
use crate::{
    Notifications,
    model::{Known, Language, LeftCart, Params},
};
use bodega_contracts::{
    cart::AbandonedCart,
    identity::{Contact, LinkToMail, MailLink, UserContact},
    orders::Details,
    payments::GiftCardToMail,
};
use bodega_kernel::UserId;
use bodega_rpc::RpcError;
use std::sync::Arc;

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
    /// What its event said, and with it the link or the code that is asked for here and never stored.
    pub(super) params: Params,
}

/// Everything that a mail says, where `answered` holds what its batch was asked about.
pub(super) async fn gather(
    state: &Notifications,
    answered: &Answered,
    (kind, about, params): Asked<'_>,
) -> Result<Gathered, Trouble> {
    if let (Some(page), Some(request)) = (kind.page(), &params.request) {
        return with_link(state, page, request, params).await;
    }
    if let Some(left) = params.cart {
        return with_cart(state, left, params).await;
    }
    let order = about.order.map(|order| answered.order(order)).transpose()?;
    if kind.is_for_staff() {
        return for_staff(state, order, params);
    }
    let contact = match about.user {
        Some(user) => Some(answered.contact(user)?),
        // For the language only: such a mail has an address of its own, so nobody waits for this answer.
        None => params
            .reader
            .or(order.as_ref().and_then(|order| order.customer_id))
            .and_then(|reader| answered.contact(reader).ok()),
    };
    let chosen = contact.and_then(|contact| contact.language.as_deref()).and_then(Language::of);
    let language = params.language.or(chosen).unwrap_or(state.language);
    let asked = about.user.or(params.reader).and(contact);
    let address = about.recipient.clone().or_else(|| order.as_ref().map(|order| order.email.clone()));
    let recipient = address.or_else(|| asked.map(|contact| contact.email.clone()));
    let recipient = recipient.ok_or_else(|| Trouble::Never("nobody is there to read it".to_owned()))?;
    let name = asked.and_then(|contact| contact.name.clone());
    let mut params = with_code(state, params).await?;
    // Without a token: what opens it for a guest is for the mail that leaves.
    params.link = about.order.map(|order| order_link(state, language, order)).or(params.link);
    Ok(Gathered { recipient, language, known: Known { order, name, cart: None }, params })
}

/// A mail whose link proves who follows it: identity knows where it goes, and what the link holds.
async fn with_link(state: &Notifications, page: &str, request: &str, params: &Params) -> Result<Gathered, Trouble> {
    let asked = state.rpc.ask(MailLink { request_id: request.to_owned() }).await.map_err(|error| later(&error))?;
    let Some(LinkToMail { email, name, language, token, ends }) = asked else {
        return Err(Trouble::Never("the request is over".to_owned()));
    };
    let language = params.language.or(language.as_deref().and_then(Language::of)).unwrap_or(state.language);
    let link = Some(format!("{}/{page}?token={token}", state.base_url));
    let params = Params { link, ends: Some(ends), ..params.clone() };
    Ok(Gathered { recipient: email, language, known: Known { name, ..Known::default() }, params })
}

/// A mail about a cart that was left behind: cart knows where it goes, what is in it, and what opens it for a guest.
async fn with_cart(state: &Notifications, left: LeftCart, params: &Params) -> Result<Gathered, Trouble> {
    let LeftCart { id: cart_id, version: cart_version } = left;
    let asked = state.rpc.ask(AbandonedCart { cart_id, cart_version }).await.map_err(|error| later(&error))?;
    let Some(cart) = asked else {
        return Err(Trouble::Never("the cart is not as it was left".to_owned()));
    };
    // For the language and the name only, so nobody waits for this answer.
    let contact = match cart.customer_id {
        Some(user) => contact(state, user).await.ok(),
        None => None,
    };
    let chosen = contact.as_ref().and_then(|contact| contact.language.as_deref()).and_then(Language::of);
    let language = params.language.or(chosen).unwrap_or(state.language);
    let opened = cart.token.as_ref().map_or_else(String::new, |token| format!("&token={token}"));
    let link = Some(format!("{}/cart?cart={cart_id}{opened}", state.base_url));
    let name = contact.and_then(|contact| contact.name);
    let (recipient, known) = (cart.email.clone(), Known { order: None, name, cart: Some(cart) });
    Ok(Gathered { recipient, language, known, params: Params { link, ..params.clone() } })
}

/// A mail for the staff's own address.
fn for_staff(state: &Notifications, order: Option<Arc<Details>>, params: &Params) -> Result<Gathered, Trouble> {
    if state.staff.is_empty() {
        return Err(Trouble::Never("mail.staff names no address".to_owned()));
    }
    let (recipient, known) = (state.staff.to_string(), Known { order, ..Known::default() });
    Ok(Gathered { recipient, language: state.language, known, params: params.clone() })
}

async fn with_code(state: &Notifications, params: &Params) -> Result<Params, Trouble> {
    let Some(card_id) = params.card else { return Ok(params.clone()) };
    let code = state.rpc.ask(GiftCardToMail { card_id }).await.map_err(|error| later(&error))?;
    let code = code.ok_or_else(|| Trouble::Never("the gift card is over".to_owned()))?;
    Ok(Params { code: Some(code), ..params.clone() })
}

async fn contact(state: &Notifications, user_id: UserId) -> Result<Contact, Trouble> {
    let contact = state.rpc.ask(UserContact { user_id }).await.map_err(|error| later(&error))?;
    contact.ok_or_else(|| Trouble::Never(format!("there is no user {user_id}")))
}

/// A refusal passes as well: the other service may be about to learn the question.
pub(super) fn later(error: &RpcError) -> Trouble {
    Trouble::Later(error.to_string())
}
