//! What buyers say of a product, and the form to say it.

use crate::{
    model::{Form, query},
    pages::ways,
    views::{List, Product, Review},
};
use bodega_pages::{
    Fault, Text, Visit,
    parts::{self, Choice, Field, Mood},
};
use maud::{Markup, html};

/// A review as it was typed, and why it was refused.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) form: Form,
    pub(super) fault: Option<Fault>,
}

pub(super) fn section(visit: &Visit, product: &Product, reviews: &List<Review>, typed: &Typed) -> Markup {
    const TITLE: Text = Text { en: "Reviews", de: "Bewertungen" };
    const NONE: Text =
        Text { en: "Nobody has reviewed this product yet.", de: "Dieses Produkt hat noch niemand bewertet." };
    const MORE: Text = Text { en: "More reviews", de: "Weitere Bewertungen" };
    let path = visit.link(&format!("/p/{}", product.slug));
    let next = reviews.next_cursor.as_deref().map(|cursor| format!("{path}?{}#reviews", query(&[("reviews", cursor)])));
    html! {
        section.section id="reviews" {
            h2 { (visit.say(TITLE)) }
            (parts::stars(visit.lang(), product.rating, product.rating_count))
            @if reviews.items.is_empty() { p.muted { (visit.say(NONE)) } }
            @else { ul.reviews { @for review in &reviews.items { (one(visit, review)) } } }
            (parts::pager(None, next.as_deref().map(|href| (href, visit.say(MORE)))))
            (write(visit, product, typed))
        }
    }
}

fn one(visit: &Visit, review: &Review) -> Markup {
    const BOUGHT: Text = Text { en: "bought here", de: "hier gekauft" };
    html! {
        li.review {
            (parts::stars(visit.lang(), Some(review.stars.clamp(1, 5) as f64), 0))
            @if !review.title.is_empty() { h3 { (review.title) } }
            @if !review.text.is_empty() { p { (review.text) } }
            p.review-by {
                (review.author)
                @if review.verified { " · " (visit.say(BOUGHT)) }
                @if let Some(at) = review.at { " · " (visit.lang().day(at)) }
            }
        }
    }
}

/// For whoever is logged in; the others are told how.
fn write(visit: &Visit, product: &Product, typed: &Typed) -> Markup {
    const WRITE: Text = Text { en: "Write a review", de: "Bewertung schreiben" };
    const LOG_IN: Text = Text {
        en: "Have you bought this? Log in to review it.",
        de: "Haben Sie das gekauft? Melden Sie sich an, um es zu bewerten.",
    };
    let path = visit.link(&format!("/p/{}", product.slug));
    if !visit.is_logged_in() {
        return html! { p { a href=(ways::log_in_first(visit, &path)) { (visit.say(LOG_IN)) } } };
    }
    html! {
        details.panel open[typed.fault.is_some()] {
            summary { (visit.say(WRITE)) }
            (form(visit, &path, typed))
        }
    }
}

fn form(visit: &Visit, path: &str, typed: &Typed) -> Markup {
    const STARS: Text = Text { en: "Your rating", de: "Ihre Bewertung" };
    const TITLE: Text = Text { en: "In a few words", de: "In wenigen Worten" };
    const TEXT: Text = Text { en: "Your review", de: "Ihr Text" };
    const AUTHOR: Text = Text { en: "Your name as it is shown", de: "Ihr Name, wie er angezeigt wird" };
    const SEND: Text = Text { en: "Send review", de: "Bewertung senden" };
    const CHECKED: Text =
        Text { en: "We read every review before it is shown.", de: "Wir lesen jede Bewertung, bevor sie erscheint." };
    let form = &typed.form;
    let numbers: Vec<(String, String)> = (1..=5).rev().map(|stars| (stars.to_string(), format!("{stars} ★"))).collect();
    let stars: Vec<Choice<'_>> = numbers.iter().map(|(value, label)| Choice::new(value, label)).collect();
    let field = |name: &'static str, label: Text, max: u32| Field {
        name,
        label: visit.say(label),
        value: form.get(name),
        error: wrong(visit, typed, name),
        required: ["stars", "author"].contains(&name),
        max: Some(max),
        ..Field::default()
    };
    html! {
        form.form id="review" method="post" action={ (path) "/reviews" } {
            @if let Some(text) = refused(visit, typed) { (parts::notice(Mood::Bad, text)) }
            (parts::choices(&field("stars", STARS, 1), &stars, true))
            (parts::field(&field("title", TITLE, 120)))
            (parts::area(&field("text", TEXT, 5_000), 5))
            (parts::field(&Field { autocomplete: "nickname", ..field("author", AUTHOR, 60) }))
            p.muted.small { (visit.say(CHECKED)) }
            div.actions { (parts::submit(visit.say(SEND))) }
        }
    }
}

fn refused(visit: &Visit, typed: &Typed) -> Option<&'static str> {
    const NOT_BOUGHT: Text = Text {
        en: "Only those who bought this here can review it. If you bought it as a guest, we cannot tell that it was you.",
        de: "Bewerten kann nur, wer dieses Produkt hier gekauft hat. Bei einem Kauf als Gast wissen wir nicht, dass Sie es waren.",
    };
    const WRONG: Text = Text { en: "Please check what is marked.", de: "Bitte prüfen Sie die markierten Angaben." };
    let fault = typed.fault.as_ref()?;
    Some(visit.say(if fault.status == 403 { NOT_BOUGHT } else { WRONG }))
}

fn wrong(visit: &Visit, typed: &Typed, name: &str) -> Option<&'static str> {
    const FILL: Text = Text { en: "Please fill this in.", de: "Bitte füllen Sie das aus." };
    const CHECK: Text = Text { en: "Please check this.", de: "Bitte prüfen Sie das." };
    let fault = typed.fault.as_ref().filter(|fault| fault.status == 422)?;
    fault.at(&format!("/{name}"))?;
    Some(visit.say(if typed.form.get(name).is_empty() { FILL } else { CHECK }))
}
