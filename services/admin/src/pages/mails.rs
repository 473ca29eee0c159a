//! The log of mails: whether each has left, how it looks, and once more. Without a mail server, the mailbox that keeps them.

use super::{
    forms::told,
    frame::framed,
    orders::{in_words, mood, one_button, one_of, pager, path, when},
};
use crate::{
    model::{Filters, Form, Id},
    views::{
        List,
        running::{Attempt, Kept, Mail},
    },
};
use axum::{
    Router,
    http::{HeaderValue, Method, header},
    response::Response,
    routing::{get, post},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field, Step},
};
use maud::{Markup, html};
use serde_json::json;

const NAMES: [&str; 5] = ["state", "kind", "recipient", "order", "cursor"];
const STATES: [&str; 3] = ["queued", "sent", "failed"];
const KINDS: [&str; 21] = [
    "order_confirmed",
    "order_cancelled",
    "shipped",
    "ready_for_pickup",
    "delivered",
    "refunded",
    "points_earned",
    "reward_granted",
    "welcome",
    "email_verification",
    "password_reset",
    "password_changed",
    "email_changed",
    "low_stock",
    "abandoned_cart",
    "note",
    "already_registered",
    "staff_invitation",
    "return_changed",
    "gift_card",
    "payment_disputed",
];
/// What a mail that is shown may do: nothing but look like one, inside our own page.
const SHOWN: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
);

/// Everything under `/admin/mails`.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/admin/mails", get(list))
        .route("/admin/mails/mailbox", get(mailbox))
        .route("/admin/mails/{id}", get(show))
        .route("/admin/mails/{id}/preview", get(preview))
        .route("/admin/mails/{id}/resend", post(resend))
}

fn tabs(here: &str) -> Markup {
    let views =
        [("Log", "/admin/mails"), ("Not sent", "/admin/mails?state=failed"), ("Mailbox", "/admin/mails/mailbox")];
    html! {
        nav.tabs aria-label="Views" {
            @for (name, href) in views { a href=(href) aria-current=[(href == here).then_some("page")] { (name) } }
        }
    }
}

async fn list(visit: Visit) -> Result<Page, Fault> {
    let filters = Filters::of(&visit, &NAMES);
    let mut pairs = vec![("limit", "50"), ("count", "true")];
    pairs.extend(NAMES.map(|name| (name, filters.get(name))));
    let (list, fault) = match visit.get::<List<Mail>>(path("/v1/mails", &pairs)).await {
        Ok(list) => (list, None),
        Err(fault) if fault.status == 422 => (List { items: Vec::new(), next_cursor: None, total: None }, Some(fault)),
        Err(fault) => return Err(fault),
    };
    let row = |mail: &Mail| {
        vec![
            html! { a href={ "/admin/mails/" (mail.id) } { (mail.subject.as_deref().unwrap_or("Not written yet")) } },
            html! { (in_words(&mail.kind)) },
            html! { (mail.recipient.as_deref().unwrap_or("–")) },
            html! { (parts::badge(mood(&mail.state), &in_words(&mail.state))) @if let Some(error) = &mail.error { p.small.muted { (error) } } },
            html! { (when(mail.created_at)) },
            html! { (mail.attempts) },
        ]
    };
    let rows: Vec<Vec<Markup>> = list.items.iter().map(row).collect();
    let field = |name: &'static str, label: &'static str| {
        parts::field(&Field { name, label, value: filters.get(name), ..Field::default() })
    };
    let here = if filters.get("state") == "failed" { "/admin/mails?state=failed" } else { "/admin/mails" };
    let main = html! {
        (tabs(here))
        form.toolbar id="filters" method="get" action="/admin/mails" {
            (one_of(&filters, "state", "State", &STATES))
            (one_of(&filters, "kind", "Kind", &KINDS))
            (field("recipient", "To"))
            (field("order", "Order (its id)"))
            (parts::submit("Filter"))
            @if filters.any() { a.button.is-quiet href="/admin/mails" { "Clear" } }
        }
        (parts::errors(fault.as_ref(), "These filters do not work"))
        @if let Some(total) = list.total { p.count { (visit.lang().number(total)) " mails" } }
        @if rows.is_empty() { (parts::empty("No mails", "Nothing fits what is filtered by.", &html! {})) }
        @else { (parts::table("Mails", &parts::columns(&["Subject", "Kind", "To", "State", "Since", "#Tries"]), &rows)) }
        (pager(&filters, list.next_cursor.as_deref()))
    };
    Ok(framed(&visit, "Mails", &main).await)
}

async fn mailbox(visit: Visit) -> Result<Page, Fault> {
    let filters = Filters::of(&visit, &["cursor"]);
    let pairs = [("limit", "50"), ("cursor", filters.get("cursor"))];
    let list: List<Kept> = match visit.get(path("/v1/mailbox", &pairs)).await {
        Err(fault) if fault.is("no_mailbox") => {
            let text = "Mails of this shop are handed to a mail server; none of them stays here.";
            let main = html! { (tabs("/admin/mails/mailbox")) (parts::empty("No mailbox", text, &html! {})) };
            return Ok(framed(&visit, "Mailbox", &main).await);
        }
        answer => answer?,
    };
    let main = html! {
        (tabs("/admin/mails/mailbox"))
        p.muted { "There is no mail server: what would have been sent stays here." }
        @if list.items.is_empty() { (parts::empty("No mails", "Nothing was written yet.", &html! {})) }
        ul.stack id="mailbox" {
            @for mail in &list.items {
                li.panel {
                    details {
                        summary {
                            strong { (mail.subject) } " " span.muted.small { "to " (mail.to) " · " (visit.lang().moment(mail.at)) }
                        }
                        pre.log { (linked(&mail.text)) }
                        p { a href={ "/admin/mails/" (mail.mail_id) } { "In the log" } }
                    }
                }
            }
        }
        (pager(&filters, list.next_cursor.as_deref()))
    };
    Ok(framed(&visit, "Mailbox", &main).await)
}

/// A text with its addresses of the web as links, so that what a mail leads to can be followed.
fn linked(text: &str) -> Markup {
    let is_link = |word: &str| word.starts_with("https://") || word.starts_with("http://");
    html! {
        @for part in text.split_inclusive(char::is_whitespace) {
            @let word = part.trim_end();
            @if is_link(word) { a href=(word) rel="noopener noreferrer" { (word) } (&part[word.len()..]) } @else { (part) }
        }
    }
}

async fn show(visit: Visit, id: Id) -> Result<Page, Fault> {
    let mail: Mail = visit.get(format!("/v1/mails/{id}")).await?;
    let facts = [
        ("State", html! { (parts::badge(mood(&mail.state), &in_words(&mail.state))) }),
        ("Kind", html! { (in_words(&mail.kind)) }),
        ("To", html! { (mail.recipient.as_deref().unwrap_or("not looked up yet")) }),
        ("Language", html! { (mail.language.as_deref().unwrap_or("–")) }),
        ("Wanted since", html! { (visit.lang().moment(mail.created_at)) }),
        (
            "Taken by the server",
            html! { @match mail.sent_at { Some(at) => (visit.lang().moment(at)), None => "not yet" } },
        ),
        ("Message-ID", html! { span.code.small { (mail.message_id.as_deref().unwrap_or("–")) } }),
    ];
    let steps: Vec<Step> = mail.log.iter().rev().map(|attempt| step(&visit, attempt)).collect();
    let title = mail.subject.as_deref().unwrap_or("Mail");
    let shown = html! {
        (parts::crumbs("You are here", &[("/admin/mails", "Mails"), ("", title)]))
        div.split {
            div.stack.is-loose {
                iframe.mail-preview id="preview" title="How the mail looks" src={ "/admin/mails/" (mail.id) "/preview" }
                    sandbox="" referrerpolicy="no-referrer" loading="lazy" {}
            }
            aside.stack {
                (parts::card("", &html! {
                    (parts::facts(&facts))
                    @if let Some(order) = mail.order_id { p { a href={ "/admin/orders/" (order) } { "Its order" } } }
                    @if let Some(user) = mail.user_id { p { a href={ "/admin/customers/" (user) } { "Its customer" } } }
                    @if let Some(at) = mail.next_try_at { p.muted { "Tried again " (visit.lang().moment(at)) } }
                    @if let Some(error) = &mail.error { p.field-error { (error) } }
                    @if mail.resends > 0 { p.muted { "Sent again " (mail.resends) " times" } }
                    @if mail.state != "queued" {
                        (one_button(&visit, &format!("/admin/mails/{}/resend", mail.id), &[], "Send it again", "Send this mail once more?"))
                    }
                }))
                @if !steps.is_empty() { (parts::card("Attempts", &parts::timeline(&steps))) }
            }
        }
    };
    Ok(framed(&visit, title, &shown).await)
}

fn step(visit: &Visit, attempt: &Attempt) -> Step {
    Step {
        at: visit.lang().moment(attempt.started_at),
        what: format!("{}. {}", attempt.number, in_words(&attempt.outcome)),
        detail: attempt.detail.clone().unwrap_or_default(),
        mood: mood(&attempt.outcome),
    }
}

/// The mail itself, for the frame on its page: under a policy of its own, in which nothing runs.
async fn preview(visit: Visit, id: Id) -> Result<Response, Fault> {
    let answer = visit.ask(Method::GET, format!("/v1/mails/{id}/preview")).send().await;
    let body = match answer {
        Ok(answer) => axum::body::Body::from(answer.body),
        Err(fault) if fault.is("mail_is_private") => {
            let told = "<p>This mail holds a link or a code that is its reader's alone. It is not shown.</p>";
            axum::body::Body::from(told)
        }
        Err(fault) => return Err(fault),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, SHOWN);
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn resend(visit: Visit, id: Id, form: Form) -> Result<Response, Fault> {
    let ask = visit.ask(Method::POST, format!("/v1/mails/{id}/resend")).key(form.get("key")).json(&json!({}));
    told(&visit, &format!("/admin/mails/{id}"), ask.send().await, "It is sent again.")
}
