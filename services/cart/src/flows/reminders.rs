//! Carts that were left behind: what is told of them, and what a reminder says. The job and shoppers meet at the rows of the
//! carts, which both lock first; one that somebody is changing is passed over and looked at again.

use super::{CART_LIFE, look};
use crate::{
    Carts,
    error::Error,
    model::{Access, Quote, Step},
    store,
};
use bodega_contracts::{
    CartId,
    cart::{AbandonedCart, CartAbandoned, CartToMail, LineToMail},
};
use bodega_db::{DbError, Tx};
use bodega_kernel::{Money, Time};
use bodega_pricing::PricedLine;
use std::time::Duration;

/// The most carts of one transaction.
const PORTION: i64 = 200;
/// The most lines of a reminder.
const MAX_LINES: usize = 100;

/// Tells of some carts that were not touched for `after`; whether there may be more.
pub(crate) async fn tell_of_left_carts(tx: &mut Tx, after: Duration) -> Result<bool, DbError> {
    let now = tx.now();
    let before = Time::from_ms(now.ms() - after.as_millis() as i64);
    let left = store::select_left(tx, before, PORTION).await?;
    let watched = store::select_watched(tx, &left).await?;
    let ids: Vec<CartId> = watched.iter().map(|cart| cart.id).collect();
    // Another replica may have told of some after they were read here and before they were locked.
    let waiting = store::select_waiting(tx, &ids).await?;
    let mut settled = Vec::with_capacity(watched.len());
    for cart in watched.into_iter().filter(|cart| waiting.contains(&cart.id)) {
        let step = cart.step(now, after);
        if step == Step::Remind {
            tx.emit(&CartAbandoned { cart_id: cart.id, cart_version: cart.version, at: now })?;
        }
        settled.push((cart, step));
    }
    store::settle(tx, &settled).await?;
    Ok(!settled.is_empty())
}

/// What was left in a cart; `None` where nobody is to be reminded of it any more.
pub(crate) async fn left_behind(carts: &Carts, asked: AbandonedCart) -> Result<Option<CartToMail>, DbError> {
    let told = store::read_told(carts.db.reader(), asked.cart_id).await?;
    let Some((version, at)) = told.filter(|(version, _)| *version == asked.cart_version) else { return Ok(None) };
    let access = Access { token: Some(asked.cart_id), ..Access::default() };
    let (cart, quote) = match look(carts, access, asked.cart_id).await {
        Ok(found) => found,
        Err(Error::Db(error)) => return Err(error),
        Err(_) => return Ok(None),
    };
    if cart.version != version || !cart.reminds() || !sells_anything(&quote) {
        return Ok(None);
    }
    let Some(email) = cart.details.email.clone() else { return Ok(None) };
    let token = || carts.guests.sign("cart", cart.id.0, at.plus(CART_LIFE));
    let currency = quote.basket.currency;
    let line = |line: &PricedLine| LineToMail {
        name: line.name.clone(),
        quantity: line.quantity,
        total: Money::new(line.total, currency),
    };
    Ok(Some(CartToMail {
        email,
        customer_id: cart.owner,
        lines: quote.priced.lines.iter().take(MAX_LINES).map(line).collect(),
        total: Money::new(quote.priced.total, currency),
        token: cart.owner.is_none().then(token),
    }))
}

/// Whether anything of it can still be bought.
fn sells_anything(quote: &Quote) -> bool {
    quote.unavailable().len() + quote.not_sold_there().len() < quote.basket.lines.len()
}
