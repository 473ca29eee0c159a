//! The cart that a mail reminds of: its link opens it in this browser.

use super::{
    cart,
    login::asked,
    ways::{go, log_in_first},
};
use crate::{clients::ask_cart, model::CartKey, views::Cart};
use axum::{
    http::Method,
    response::{IntoResponse, Redirect, Response},
};
use bodega_pages::{Fault, Flash, Text, Visit};

/// The longest token that is taken from a link.
const LONGEST_TOKEN: usize = 400;

/// `GET /cart`, also by the link of a mail: `?cart=ID&token=TOKEN`, the token a guest's alone.
pub(crate) async fn cart(visit: Visit) -> Result<Response, Fault> {
    const GONE: Text = Text {
        en: "The cart of this mail is not there any more.",
        de: "Den Warenkorb aus dieser E-Mail gibt es nicht mehr.",
    };
    let form = asked(&visit);
    let Some(id) = form.some("cart") else { return Ok(cart::cart(visit).await?.into_response()) };
    let plain = |text: &str| text.len() <= LONGEST_TOKEN && text.bytes().all(|byte| byte.is_ascii_graphic());
    let token = form.some("token").filter(|token| plain(token)).map(str::to_owned);
    if token.is_none() && !visit.is_logged_in() {
        return Ok(Redirect::to(&log_in_first(&visit, &visit.here())).into_response());
    }
    let key = CartKey { id: super::ways::id(id)?.to_owned(), token, count: 0 };
    // Only a cart that opens takes the place of the one that is here.
    match ask_cart(&visit, &key, Method::GET, "").read::<Cart>().await {
        Ok(cart) if !cart.is_ordered() => {
            CartKey { count: cart.count(), ..key }.keep(&visit);
        }
        Ok(_) | Err(_) => visit.tell_next(&Flash { is_bad: true, text: visit.say(GONE).to_owned() }),
    }
    Ok(go(&visit, "/cart"))
}
