//! What stands around every page: the head of the shop, its foot, and pages for what went wrong.

use super::refusals;
use crate::{clients, model::cart_count, views::Category};
use bodega_pages::{Document, Fault, Lang, Page, Text, Visit, address, parts};
use maud::{Markup, html};

/// A page of the shop.
pub(crate) async fn framed(visit: &Visit, document: Document, main: &Markup) -> Page {
    // A shop whose catalog is away still shows its other pages.
    framed_below(visit, &clients::categories(visit).await, document, main)
}

/// The same for a page that has asked for the categories beside what else it shows.
pub(crate) fn framed_below(visit: &Visit, shelves: &[Category], document: Document, main: &Markup) -> Page {
    let body = html! {
        a.skip href="#main" { (visit.say(Text { en: "Skip to content", de: "Zum Inhalt" })) }
        (head(visit, shelves))
        main id="main" tabindex="-1" { (told(visit)) (main) }
        (foot(visit))
    };
    document.page(visit, &body)
}

/// What the page before left to be told.
fn told(visit: &Visit) -> Markup {
    html! {
        div id="told" {
            @if let Some(flash) = visit.told() {
                (parts::notice(if flash.is_bad { parts::Mood::Bad } else { parts::Mood::Good }, &flash.text))
            }
        }
    }
}

fn head(visit: &Visit, shelves: &[Category]) -> Markup {
    const FIND: Text = Text { en: "Search products", de: "Produkte suchen" };
    html! {
        header.top {
            div.top-row {
                a.brand href=(visit.link("/")) {
                    img src=(address("icon.svg")) alt="" width="32" height="32";
                    span { (visit.shop()) }
                }
                form.search role="search" method="get" action=(visit.link("/search")) data-suggest="/v1/products/suggestions"
                    data-suggest-to=(visit.link("/p/")) {
                    label.unseen for="search" { (visit.say(FIND)) }
                    input id="search" name="q" type="search" maxlength="100" autocomplete="off" enterkeyhint="search"
                        placeholder=(visit.say(FIND));
                    button type="submit" aria-label=(visit.say(Text { en: "Search", de: "Suchen" })) { (parts::icon("search")) }
                }
                (tools(visit))
            }
            nav.shelves aria-label=(visit.say(Text { en: "Departments", de: "Abteilungen" })) {
                ul {
                    @for shelf in shelves.iter().filter(|shelf| shelf.parent_id.is_none()) {
                        @let path = format!("/c/{}", shelf.slug);
                        li { a href=(visit.link(&path)) aria-current=[(visit.path() == path).then_some("page")] { (shelf.name) } }
                    }
                }
            }
        }
    }
}

/// To the other language, the account and the cart.
fn tools(visit: &Visit) -> Markup {
    const ACCOUNT: Text = Text { en: "Account", de: "Konto" };
    const LOG_IN: Text = Text { en: "Log in", de: "Anmelden" };
    const IN_CART: Text = Text { en: "items", de: "Artikel" };
    let (way, name) = if visit.is_logged_in() { ("/account", ACCOUNT) } else { ("/login", LOG_IN) };
    let count = cart_count(visit);
    html! {
        div.tools {
            @for lang in Lang::ALL.into_iter().filter(|lang| *lang != visit.lang()) {
                a.tool.is-word href=(elsewhere(visit, lang)) hreflang=(lang.code()) lang=(lang.code()) rel="alternate" {
                    span.tool-word { (lang.code().to_uppercase()) span.unseen { " – " (lang.name()) } }
                }
            }
            a.tool href=(visit.link(way)) { (parts::icon("user")) span.tool-word { (visit.say(name)) } }
            a.tool id="cart-link" href=(visit.link("/cart")) {
                (parts::icon("cart"))
                span.tool-word { (visit.say(Text { en: "Cart", de: "Warenkorb" })) }
                @if count > 0 { span.tool-count { (count) span.unseen { " " (visit.say(IN_CART)) } } }
            }
        }
    }
}

/// This page in another language.
fn elsewhere(visit: &Visit, lang: Lang) -> String {
    match visit.query() {
        Some(query) => format!("{}?{query}", lang.link(visit.path())),
        None => lang.link(visit.path()),
    }
}

fn foot(visit: &Visit) -> Markup {
    const HELP: Text = Text { en: "Good to know", de: "Gut zu wissen" };
    const LEGAL: [(&str, Text); 4] = [
        ("/legal/imprint", Text { en: "Imprint", de: "Impressum" }),
        ("/legal/terms", Text { en: "Terms", de: "AGB" }),
        ("/legal/privacy", Text { en: "Privacy", de: "Datenschutz" }),
        ("/legal/withdrawal", Text { en: "Right of withdrawal", de: "Widerrufsrecht" }),
    ];
    const MINE: [(&str, Text); 3] = [
        ("/account", Text { en: "Your account", de: "Ihr Konto" }),
        ("/account/orders", Text { en: "Your orders", de: "Ihre Bestellungen" }),
        ("/cart", Text { en: "Your cart", de: "Ihr Warenkorb" }),
    ];
    const PAY: Text = Text {
        en: "Pay by card or bank transfer. Your card is charged by our payment provider; we never see its number.",
        de: "Zahlung per Karte oder Überweisung. Die Karte belastet unser Zahlungsdienst; ihre Nummer sehen wir nie.",
    };
    const SENT: Text = Text {
        en: "Sent with tracking, from our own shelves.",
        de: "Versand mit Sendungsverfolgung, aus eigenem Lager.",
    };
    let pages: Vec<(&str, Text)> =
        LEGAL.into_iter().filter(|(path, _)| visit.has_legal_text(&path["/legal/".len()..])).collect();
    let links = |of: &[(&str, Text)]| {
        html! { ul { @for (path, text) in of { li { a href=(visit.link(path)) { (visit.say(*text)) } } } } }
    };
    html! {
        footer.foot {
            div.foot-row {
                div.foot-promise {
                    h2 { (visit.shop()) }
                    p { (visit.say(PAY)) }
                    p { (visit.say(SENT)) }
                }
                @if !pages.is_empty() { nav aria-label=(visit.say(HELP)) { h2 { (visit.say(HELP)) } (links(&pages)) } }
                nav aria-label=(visit.say(MINE[0].1)) { h2 { (visit.say(MINE[0].1)) } (links(&MINE)) }
            }
        }
    }
}

/// What went wrong, kindly.
pub(crate) async fn fault(visit: &Visit, fault: &Fault) -> Page {
    const NOTHING: Text = Text { en: "There is nothing here", de: "Hier ist nichts" };
    const BUSY: Text = Text { en: "One moment, please", de: "Einen Moment bitte" };
    const BROKEN: Text = Text { en: "Something went wrong", de: "Etwas ist schiefgegangen" };
    const MOVED: Text = Text {
        en: "The page may have moved, or the product is no longer on our shelves. Perhaps you find it by its name:",
        de: "Die Seite ist vielleicht umgezogen, oder wir führen das Produkt nicht mehr. Vielleicht finden Sie es so:",
    };
    const OURS: Text = Text {
        en: "This is our fault, not yours. Nothing was lost; please try again in a moment.",
        de: "Das liegt an uns, nicht an Ihnen. Es ist nichts verloren; bitte versuchen Sie es gleich noch einmal.",
    };
    const NUMBER: Text = Text { en: "If you write to us, please name", de: "Wenn Sie uns schreiben, nennen Sie bitte" };
    let is_broken = fault.status >= 500 && fault.retry_after_s.is_none();
    let (title, text) = match fault.status {
        404 | 405 => (NOTHING, visit.say(MOVED).to_owned()),
        _ if is_broken => (BROKEN, visit.say(OURS).to_owned()),
        429 | 503 => (BUSY, refusals::detail(visit, fault)),
        _ => (BROKEN, refusals::detail(visit, fault)),
    };
    let is_lost = fault.status == 404;
    let home = parts::link_button(&visit.link("/"), visit.say(Text { en: "To the shop", de: "Zum Shop" }), is_lost);
    let main = html! {
        div.empty {
            h1.empty-title { (visit.say(title)) }
            p { (text) }
            @if is_lost { (search_again(visit)) }
            (home)
            @if let Some(id) = fault.request_id.as_deref().filter(|_| fault.status >= 500) {
                p.muted.small { (visit.say(NUMBER)) " " code { (id) } "." }
            }
        }
    };
    let document = Document { title: visit.say(title).to_owned(), ..Document::default() };
    framed(visit, document, &main).await.status(fault.status)
}

fn search_again(visit: &Visit) -> Markup {
    const FIND: Text = Text { en: "What are you looking for?", de: "Was suchen Sie?" };
    const SEARCH: Text = Text { en: "Search", de: "Suchen" };
    html! {
        form.join #search-again method="get" action=(visit.link("/search")) {
            label.unseen for="search-again-words" { (visit.say(FIND)) }
            input id="search-again-words" name="q" type="search" maxlength="100" placeholder=(visit.say(FIND));
            button.button type="submit" { (visit.say(SEARCH)) }
        }
    }
}
