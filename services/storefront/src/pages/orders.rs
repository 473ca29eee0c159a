//! The page of an order: for whoever placed it, by their account or by the token that this browser keeps.

pub(crate) mod address;
pub(crate) mod cancel;
pub(crate) mod goods;
pub(crate) mod live;
pub(crate) mod money;
pub(crate) mod papers;
pub(crate) mod pay;
pub(crate) mod returns;
pub(crate) mod sections;
pub(crate) mod views;
pub(crate) mod words;

use super::{
    frame::{framed, framed_below},
    login::asked,
    ways::{go, id, log_in_first},
};
use crate::{
    clients,
    model::{Form, order_token, query, remember_order},
    views::{Category, Looks},
};
use axum::{
    extract::Path,
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_pages::{
    Ask, Document, Fault, Page, Text, Visit,
    parts::{self, Mood},
};
use maud::{Markup, html};
use views::{Fulfilments, Order, Payments};

/// The longest that a page waits for an order to move, seconds.
const MAX_WAIT_S: i64 = 5;
/// The longest token that is taken from a link.
const LONGEST_TOKEN: usize = 400;

/// Everything that a page of an order shows.
pub(crate) struct Whole {
    pub(crate) order: Order,
    pub(crate) looks: Looks,
    pub(crate) fulfilments: Fulfilments,
    pub(crate) payments: Payments,
    categories: Vec<Category>,
}

/// `GET /orders/{id}`
pub(crate) async fn show(visit: Visit, Path(order): Path<String>) -> Result<Response, Fault> {
    let (id, form) = (id(&order)?, asked(&visit));
    if let Some(clean) = arrive(&visit, id, &form).await {
        return Ok(clean);
    }
    let whole = match whole(&visit, id).await {
        Ok(whole) => whole,
        Err(fault) if matches!(fault.status, 403 | 404) => return Ok(closed(&visit).await.into_response()),
        Err(fault) => return Err(fault),
    };
    Ok(order_page(&visit, &whole, form.get("placed") == "1").into_response())
}

/// The way to the clean address, for whoever comes by the link of a mail or straight from the checkout.
async fn arrive(visit: &Visit, id: &str, form: &Form) -> Option<Response> {
    let (token, wait) = (form.get("token"), form.get("wait"));
    if token.is_empty() && wait.is_empty() {
        return None;
    }
    let is_plain = token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';') && token.len() <= LONGEST_TOKEN;
    if !token.is_empty() && is_plain {
        // Only what opens the order is kept: nobody pushes out the others with a link.
        let opens = visit.ask_as_guest(Method::GET, format!("/v1/orders/{id}")).order(token).send().await;
        if opens.is_ok() {
            remember_order(visit, id, token);
        }
    }
    if words::STATUSES.iter().any(|(known, _)| *known == wait) {
        let seconds = form.number("timeout").unwrap_or(2).clamp(0, MAX_WAIT_S);
        // Whatever comes of it, the page shows how things stand then.
        let _ = ask(visit, Method::GET, id, &format!("?wait={wait}&timeout={seconds}")).send().await;
    }
    let placed = query(&[("placed", form.get("placed"))]);
    let path = if placed.is_empty() { format!("/orders/{id}") } else { format!("/orders/{id}?{placed}") };
    Some(go(visit, &path))
}

/// A request about an order as the visitor, with the token that this browser keeps.
pub(crate) fn ask(visit: &Visit, method: Method, id: &str, rest: &str) -> Ask {
    let ask = visit.ask(method, format!("/v1/orders/{id}{rest}"));
    match order_token(visit, id) {
        Some(token) => ask.order(&token),
        None => ask,
    }
}

/// The order alone.
pub(crate) async fn find(visit: &Visit, id: &str) -> Result<Order, Fault> {
    ask(visit, Method::GET, id, "").read().await
}

async fn whole(visit: &Visit, id: &str) -> Result<Whole, Fault> {
    let order = async {
        let order = find(visit, id).await?;
        let looks = clients::looks(visit, order.lines.iter().map(|line| line.sku.as_str())).await;
        Ok::<_, Fault>((order, looks))
    };
    let fulfilments = ask(visit, Method::GET, id, "/fulfilments").read::<Fulfilments>();
    let payments = ask(visit, Method::GET, id, "/payments").read::<Payments>();
    let categories = clients::categories(visit);
    let (order, fulfilments, payments, categories) = futures_util::join!(order, fulfilments, payments, categories);
    let (order, looks) = order?;
    // Right after the checkout there are no parcels and no money: the order is shown without them.
    let (fulfilments, payments) = (fulfilments.unwrap_or_default(), payments.unwrap_or_default());
    Ok(Whole { order, looks, fulfilments, payments, categories })
}

/// For whoever may not see an order, or asks for one that is not there: the answer is the same.
async fn closed(visit: &Visit) -> Page {
    const TITLE: Text =
        Text { en: "This order is not open to you here", de: "Diese Bestellung ist hier nicht zu sehen" };
    const HOW: Text = Text {
        en: "Please log in with the account it was placed with. If you bought as a guest, use the browser you bought with.",
        de: "Bitte melden Sie sich mit dem Konto an, mit dem sie aufgegeben wurde. Haben Sie als Gast bestellt, nehmen Sie \
             den Browser, mit dem Sie bestellt haben.",
    };
    const LOG_IN: Text = Text { en: "Log in", de: "Anmelden" };
    const MINE: Text = Text { en: "My orders", de: "Meine Bestellungen" };
    let action = if visit.is_logged_in() {
        parts::link_button(&visit.link("/account/orders"), visit.say(MINE), false)
    } else {
        parts::link_button(&log_in_first(visit, &visit.here()), visit.say(LOG_IN), false)
    };
    let main = html! { div.empty { h1.empty-title { (visit.say(TITLE)) } p { (visit.say(HOW)) } (action) } };
    let document = Document { title: visit.say(TITLE).to_owned(), ..Document::default() };
    framed(visit, document, &main).await.status(404)
}

fn order_page(visit: &Visit, whole: &Whole, is_placed: bool) -> Page {
    const ORDER: Text = Text { en: "Order", de: "Bestellung" };
    let order = &whole.order;
    let live = (!order.is_over()).then(|| visit.link(&format!("/orders/{}/live", order.id)));
    let title = format!("{} {}", visit.say(ORDER), order.number);
    let main = html! {
        div.stack #order data-live=[live] data-status=(order.status) {
            (head(visit, order, &title, is_placed))
            (sections::status(visit, whole))
            div.split {
                div.stack {
                    (goods::lines(visit, order, &whole.looks))
                    (sections::parcels(visit, whole))
                    (sections::returns(visit, order))
                    (sections::timeline(visit, order))
                }
                aside.stack {
                    (money::totals(visit, order))
                    (sections::addresses(visit, order))
                    (money::payments(visit, whole))
                    (sections::papers(visit, order))
                    (sections::actions(visit, order))
                }
            }
        }
    };
    let shop = visit.shop();
    let document = Document { title: format!("{title} – {shop}"), ..Document::default() };
    framed_below(visit, &whole.categories, document, &main)
}

fn head(visit: &Visit, order: &Order, title: &str, is_placed: bool) -> Markup {
    const THANKS: Text = Text { en: "Thank you for your order!", de: "Vielen Dank für Ihre Bestellung!" };
    const MAIL: Text = Text { en: "A confirmation goes to", de: "Eine Bestätigung geht an" };
    const SEE: Text = Text { en: "You can follow it on this page.", de: "Auf dieser Seite können Sie sie verfolgen." };
    const PLACED: Text = Text { en: "Placed", de: "Vom" };
    html! {
        @if is_placed {
            div.stack {
                h1 { (visit.say(THANKS)) }
                p.lead {
                    (title) ". "
                    @if let Some(email) = &order.email { (visit.say(MAIL)) " " strong { (email) } ". " }
                    (visit.say(SEE))
                }
            }
        } @else {
            div {
                h1 { (title) }
                p.muted.small { (visit.say(PLACED)) " " (visit.lang().moment(order.placed_at)) }
            }
        }
    }
}

/// A page about an order with one narrow form, and the way back.
pub(crate) async fn narrow(visit: &Visit, id: &str, title: &str, body: &Markup) -> Page {
    const BACK: Text = Text { en: "Back to the order", de: "Zurück zur Bestellung" };
    let main = html! {
        div.page-narrow.stack {
            h1 { (title) }
            (body)
            p { a href=(visit.link(&format!("/orders/{id}"))) { (visit.say(BACK)) } }
        }
    };
    framed(visit, Document { title: title.to_owned(), ..Document::default() }, &main).await
}

/// Says that something cannot be done, and why.
pub(crate) async fn refused(visit: &Visit, id: &str, title: &str, why: &str) -> Page {
    narrow(visit, id, title, &parts::notice(Mood::Warn, why)).await.status(409)
}
