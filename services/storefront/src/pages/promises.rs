//! What shoppers may count on, in a few words: beside what they buy, and on the first page.

use bodega_pages::{Text, Visit, parts};
use maud::{Markup, html};

/// Sending, sending back, paying.
pub(crate) fn promises(visit: &Visit) -> Markup {
    const SENT: Text =
        Text { en: "Sent with tracking, from our own shelves", de: "Mit Sendungsverfolgung, aus eigenem Lager" };
    const BACK: Text = Text { en: "Not right? Send it back", de: "Passt nicht? Schicken Sie es zurück" };
    const PAID: Text = Text {
        en: "Paid safely: we never see your card’s number",
        de: "Sicher bezahlt: Ihre Kartennummer sehen wir nie",
    };
    html! {
        ul.promises {
            li { (parts::icon("truck")) span { (visit.say(SENT)) } }
            @if visit.has_legal_text("withdrawal") {
                li { (parts::icon("box")) a href=(visit.link("/legal/withdrawal")) { (visit.say(BACK)) } }
            }
            li { (parts::icon("lock")) span { (visit.say(PAID)) } }
        }
    }
}
