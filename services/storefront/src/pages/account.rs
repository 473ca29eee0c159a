//! One's account: what stands around its pages, and the first of them.

pub(crate) mod addresses;
pub(crate) mod avatar;
pub(crate) mod credit;
pub(crate) mod orders;
pub(crate) mod points;
pub(crate) mod profile;
pub(crate) mod security;

use super::frame::framed;
use bodega_kernel::Money;
use bodega_pages::{Document, Fault, Page, Text, Visit, parts};
use maud::{Markup, html};
use serde::Deserialize;

/// Who asks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Me {
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) birthday: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) avatar: Option<String>,
    pub(crate) roles: Vec<String>,
}

/// The pages of the account: their path, and what they are called.
const PAGES: [(&str, Text); 7] = [
    ("/account", Text { en: "Overview", de: "Übersicht" }),
    ("/account/orders", Text { en: "Orders", de: "Bestellungen" }),
    ("/account/profile", Text { en: "About me", de: "Über mich" }),
    ("/account/security", Text { en: "E-mail and password", de: "E-Mail und Passwort" }),
    ("/account/addresses", Text { en: "Addresses", de: "Adressen" }),
    ("/account/points", Text { en: "Points", de: "Punkte" }),
    ("/account/credit", Text { en: "Credit", de: "Guthaben" }),
];

/// A page of the account; `path` is that of the entry it belongs to.
pub(crate) async fn page(visit: &Visit, path: &str, title: &str, body: &Markup) -> Page {
    const MINE: Text = Text { en: "My account", de: "Mein Konto" };
    const LOG_OUT: Text = Text { en: "Log out", de: "Abmelden" };
    let main = html! {
        div.split.is-start {
            aside.stack {
                nav.account-nav aria-label=(visit.say(MINE)) { ul {
                    @for (page, name) in PAGES {
                        li { a href=(visit.link(page)) aria-current=[(page == path).then_some("page")] { (visit.say(name)) } }
                    }
                } }
                form #logout-form method="post" action=(visit.link("/logout")) { (parts::submit_quiet(visit.say(LOG_OUT))) }
            }
            div.stack { h1 { (title) } (body) }
        }
    };
    let shop = visit.shop();
    let document = Document { title: format!("{title} · {shop}"), ..Document::default() };
    framed(visit, document, &main).await
}

/// `GET /account`
pub(crate) async fn overview(visit: Visit) -> Result<Page, Fault> {
    const HELLO: Text = Text { en: "Hello", de: "Hallo" };
    const MINE: Text = Text { en: "My account", de: "Mein Konto" };
    const LATEST: Text = Text { en: "Latest orders", de: "Letzte Bestellungen" };
    const ALL: Text = Text { en: "All orders", de: "Alle Bestellungen" };
    let me: Me = visit.get("/v1/me").await?;
    // Staff have no orders and points of their own unless they buy, too: what is refused is left out.
    let orders = visit.get::<orders::Listed>("/v1/me/orders?limit=3");
    let points = visit.get::<points::Points>("/v1/me/points");
    let credit = visit.get::<credit::Credit>("/v1/store-credit");
    let (orders, points, credit) = futures_util::join!(orders, points, credit);
    let orders = orders.unwrap_or_default();
    let title = match &me.name {
        Some(name) => format!("{}, {name}", visit.say(HELLO)),
        None => visit.say(MINE).to_owned(),
    };
    let body = html! {
        @if me.avatar.is_some() { p { a href=(visit.link("/account/profile")) { (avatar::picture(&visit, &me)) } } }
        (unverified(&visit, &me))
        (figures(&visit, points.ok().as_ref(), credit.ok().as_ref()))
        section.section {
            h2 { (visit.say(LATEST)) }
            (orders::list(&visit, &orders.items))
            @if !orders.items.is_empty() { p { a href=(visit.link("/account/orders")) { (visit.say(ALL)) } } }
        }
        @if me.roles.iter().any(|role| role == "staff" || role == "admin") {
            p { a href="/admin" { (visit.say(Text { en: "To the desk of the shop", de: "Zur Verwaltung des Shops" })) } }
        }
    };
    Ok(page(&visit, "/account", &title, &body).await)
}

fn unverified(visit: &Visit, me: &Me) -> Markup {
    const PLEASE: Text = Text {
        en: "Please confirm your e-mail address with the link in our mail.",
        de: "Bitte bestätigen Sie Ihre E-Mail-Adresse mit dem Link in unserer E-Mail.",
    };
    const AGAIN: Text = Text { en: "Send the mail again", de: "E-Mail noch einmal schicken" };
    html! {
        @if !me.email_verified {
            div.notice.is-warn role="status" {
                p { (visit.say(PLEASE)) " (" (me.email) ")" }
                form #verification-form method="post" action=(visit.link("/account/verification")) {
                    (parts::submit_quiet(visit.say(AGAIN)))
                }
            }
        }
    }
}

fn figures(visit: &Visit, points: Option<&points::Points>, credit: Option<&credit::Credit>) -> Markup {
    const POINTS: Text = Text { en: "Points", de: "Punkte" };
    const TIER: Text = Text { en: "Tier", de: "Stufe" };
    const CREDIT: Text = Text { en: "Store credit", de: "Guthaben" };
    const WORTH: Text = Text { en: "worth", de: "wert" };
    let money = |amounts: &[Money]| amounts.iter().map(|money| visit.money(*money)).collect::<Vec<_>>().join(", ");
    html! {
        div.grid-3 {
            @if let Some(points) = points {
                section.panel {
                    h2.muted.small { a href=(visit.link("/account/points")) { (visit.say(POINTS)) } }
                    p.lead { (visit.lang().number(points.spendable)) }
                    @if let Some(worth) = points.worth { p.muted.small { (visit.say(WORTH)) " " (visit.money(worth)) } }
                }
                @if let Some(tier) = points.tier.as_ref().filter(|tier| !tier.name.is_empty()) {
                    section.panel { h2.muted.small { (visit.say(TIER)) } p.lead { (tier.name) } }
                }
            }
            @if let Some(credit) = credit.filter(|credit| !credit.balances.is_empty()) {
                section.panel {
                    h2.muted.small { a href=(visit.link("/account/credit")) { (visit.say(CREDIT)) } }
                    p.lead { (money(&credit.balances)) }
                }
            }
        }
    }
}

/// The status of an order in a coloured field.
pub(crate) fn status_badge(visit: &Visit, status: &str) -> Markup {
    let (mood, word) = super::orders::words::status(status);
    parts::badge(mood, visit.say(word))
}

/// Nothing is here, and the way to the goods.
pub(crate) fn nothing_yet(visit: &Visit, title: Text, text: Text) -> Markup {
    const SHOP: Text = Text { en: "Look around", de: "Stöbern" };
    parts::empty(visit.say(title), visit.say(text), &parts::link_button(&visit.link("/"), visit.say(SHOP), false))
}
