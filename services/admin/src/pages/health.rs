//! Whether the shop can serve, and whether its books are right.

use super::frame::framed;
use crate::{
    model::Form,
    views::List,
    views::running::{Check, DeadLetter, Mail, Proof},
};
use axum::{
    Router,
    http::Method,
    routing::{get, post},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Mood},
};
use futures_util::join;
use maud::{Markup, html};
use serde_json::json;

const SERVICES: [&str; 10] = [
    "cart",
    "catalog",
    "coupons",
    "identity",
    "inventory",
    "notifications",
    "orders",
    "payments",
    "rewards",
    "shipping",
];

/// Everything under `/admin/health`.
pub(crate) fn routes() -> Router {
    Router::new().route("/admin/health", get(show)).route("/admin/health/verify", post(verify))
}

async fn show(visit: Visit) -> Result<Page, Fault> {
    page(&visit, None).await
}

async fn verify(visit: Visit, form: Form) -> Result<Page, Fault> {
    let path = if form.ticked("strict") { "/v1/verify?strict=true" } else { "/v1/verify" };
    let proof: Proof = visit.ask(Method::POST, path).json(&json!({})).read().await?;
    page(&visit, Some(&proof)).await
}

async fn page(visit: &Visit, proof: Option<&Proof>) -> Result<Page, Fault> {
    super::forms::known(visit)?;
    let (ready, dead, failed, queued) = join!(
        visit.ask_as_guest(Method::GET, "/readyz").send(),
        visit.get::<List<DeadLetter>>("/v1/events/dead?limit=100"),
        visit.get::<List<Mail>>("/v1/mails?state=failed&limit=1&count=true"),
        visit.get::<List<Mail>>("/v1/mails?state=queued&limit=1&count=true"),
    );
    let missing: Vec<String> = match &ready {
        Ok(_) => Vec::new(),
        Err(fault) => {
            let named = fault.body["not_ready"].as_array().cloned().unwrap_or_default();
            named.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        }
    };
    let count = |total: Option<i64>| visit.lang().number(total.unwrap_or_default());
    let main = html! {
        (parts::card("Services", &html! {
            p { @if ready.is_ok() { (parts::badge(Mood::Good, "All can serve")) } @else { (parts::badge(Mood::Bad, "Not all can serve")) } }
            ul.health {
                @for name in SERVICES {
                    @let is_away = missing.iter().any(|missing| missing == name);
                    li { span.state-dot.is-good[!is_away].is-bad[is_away] {} " " (name) @if is_away { " " strong { "cannot serve" } } }
                }
            }
        }))
        (parts::card("What waits", &parts::facts(&[
            ("Dead letters", html! {
                @match &dead { Ok(list) => { a href="/admin/dead-letters" { (list.items.len()) } }, Err(_) => "for those who manage people" }
            }),
            ("Mails given up", html! {
                @match &failed { Ok(list) => { a href="/admin/mails?state=failed" { (count(list.total)) } }, Err(_) => "–" }
            }),
            ("Mails to be sent", html! {
                @match &queued { Ok(list) => { a href="/admin/mails?state=queued" { (count(list.total)) } }, Err(_) => "–" }
            }),
        ])))
        (parts::card("The books", &html! {
            p.muted { "Reads what every service knows of orders, stock, money, points and mails, and checks that it agrees. It may take a minute on a large shop." }
            form.row id="verify" method="post" action="/admin/health/verify" {
                (parts::check("strict", "Nothing may be under way", false))
                (parts::submit("Check the books"))
            }
            @if let Some(proof) = proof { (proved(proof)) }
        }))
    };
    Ok(framed(visit, "Health", &main).await)
}

fn proved(proof: &Proof) -> Markup {
    let row = |check: &Check| {
        vec![
            html! { span.code { (check.id) } },
            html! { (check.says) },
            html! { @if check.ok { (parts::badge(Mood::Good, "Holds")) } @else { (parts::badge(Mood::Bad, "Does not hold")) } },
            html! { @for id in &check.offenders { span.code.small { (id) } " " } },
        ]
    };
    let rows: Vec<Vec<Markup>> = proof.checks.iter().map(row).collect();
    let (mood, text) =
        if proof.ok { (Mood::Good, "Everything agrees.") } else { (Mood::Bad, "Something does not agree.") };
    html! {
        div.stack id="proof" {
            (parts::notice(mood, text))
            (parts::table("What was checked", &parts::columns(&["Rule", "Says", "Result", "What offends"]), &rows))
        }
    }
}
