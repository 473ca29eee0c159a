//! The page of an order, where each mail to its buyer leads. Whoever bought without an account has a token in the link,
//! which opens this order alone; it is made while the mail is written, and is in the mail and nowhere else.

use crate::{
    Notifications,
    model::{Known, Language, Params},
    store::Claimed,
};
use bodega_contracts::OrderId;
use std::time::Duration;

/// What such tokens are for; the same as cart gives at the checkout.
const PURPOSE: &str = "order";
/// How long a link opens its order after the mail was queued.
const LINK_LIFE: Duration = Duration::from_hours(180 * 24);

/// Where the buyer of an order sees it, in the language of the mail.
pub(super) fn order_link(state: &Notifications, language: Language, order: OrderId) -> String {
    format!("{}{}/orders/{order}", state.base_url, language.path())
}

/// The same mail for a guest, whose link opens the order; `None` where the reader has an account or the mail is about no
/// order. The same in every repeat.
pub(super) fn opened(state: &Notifications, claimed: &Claimed, known: &Known, params: &Params) -> Option<Params> {
    let is_guests = known.order.as_ref().is_some_and(|order| order.customer_id.is_none());
    let order = claimed.about.order.filter(|_| is_guests)?;
    let link = params.link.as_ref()?;
    let token = state.guests.sign(PURPOSE, order.0, claimed.queued.plus(LINK_LIFE));
    Some(Params { link: Some(format!("{link}?token={token}")), ..params.clone() })
}
