//! Whether the shop can serve, and whether its books are right.

use super::frame::{framed, me};
use crate::{
    model::Form,
    views::List,
    views::{
        people::User,
        running::{Check, Health, LastProof, Mail, Proof, ServiceHealth},
    },
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
    let (health, failed, queued, me) = join!(
        visit.get::<Health>("/v1/health"),
        visit.get::<List<Mail>>("/v1/mails?state=failed&limit=1&count=true"),
        visit.get::<List<Mail>>("/v1/mails?state=queued&limit=1&count=true"),
        me(visit),
    );
    let health = health?;
    let is_admin = me.as_ref().is_some_and(User::is_admin);
    let count = |total: Option<i64>| visit.lang().number(total.unwrap_or_default());
    let dead = visit.lang().number(health.dead_letters());
    let main = html! {
        (parts::card("Services", &services(visit, &health.services)))
        (parts::card("What waits", &parts::facts(&[
            ("Dead letters", html! { @if is_admin { a href="/admin/dead-letters" { (dead) } } @else { (dead) } }),
            ("Mails given up", html! {
                @match &failed { Ok(list) => { a href="/admin/mails?state=failed" { (count(list.total)) } }, Err(_) => "–" }
            }),
            ("Mails to be sent", html! {
                @match &queued { Ok(list) => { a href="/admin/mails?state=queued" { (count(list.total)) } }, Err(_) => "–" }
            }),
        ])))
        (parts::card("The books", &html! {
            p id="last-proof" { (last(visit, health.last_verify.as_ref(), is_admin)) }
            @if is_admin {
                p.muted { "Reads what every service knows of orders, stock, money, points and mails, and checks that it agrees. It may take a minute on a large shop." }
                form.row id="verify" method="post" action="/admin/health/verify" {
                    (parts::check("strict", "Nothing may be under way", false))
                    (parts::submit("Check the books"))
                }
            }
            @if let Some(proof) = proof { (proved(proof)) }
        }))
    };
    Ok(framed(visit, "Health", &main).await)
}

/// How each service stands. What is not known is said so: nobody answered for it.
fn services(visit: &Visit, services: &[ServiceHealth]) -> Markup {
    let unknown = || html! { span.muted { "unknown" } };
    let row = |one: &ServiceHealth| {
        let (mood, word) = match one.ready {
            Some(true) => (Mood::Good, "Can serve"),
            Some(false) => (Mood::Bad, "Cannot serve"),
            None => (Mood::Warn, "Unknown"),
        };
        vec![
            html! { (one.name) },
            html! { (parts::badge(mood, word)) },
            html! { @match &one.outbox { Some(outbox) => (visit.lang().number(outbox.unsent)), None => (unknown()) } },
            html! { @match &one.outbox { Some(outbox) => (age(outbox.oldest_seconds)), None => (unknown()) } },
            html! { @match one.dead_letters { Some(count) => (visit.lang().number(count)), None => (unknown()) } },
        ]
    };
    let rows: Vec<Vec<Markup>> = services.iter().map(row).collect();
    let (mood, text) = match services {
        all if all.iter().all(|one| one.ready == Some(true)) => (Mood::Good, "All can serve"),
        all if all.iter().any(|one| one.ready == Some(false)) => (Mood::Bad, "Not all can serve"),
        _ => (Mood::Warn, "Some are not known"),
    };
    let columns = ["Service", "Standing", "#Events not heard yet", "#The oldest waits", "#Dead letters"];
    html! {
        p { (parts::badge(mood, text)) }
        (parts::table("Services", &parts::columns(&columns), &rows))
    }
}

/// So many seconds, roughly.
fn age(seconds: i64) -> String {
    match seconds {
        ..=0 => "–".to_owned(),
        1..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

fn last(visit: &Visit, proof: Option<&LastProof>, is_admin: bool) -> Markup {
    let Some(proof) = proof else { return html! { span.muted { "They have not been checked from here yet." } } };
    let (mood, text) = if proof.ok { (Mood::Good, "Agreed") } else { (Mood::Bad, "Did not agree") };
    html! {
        (parts::badge(mood, text)) " Last checked " (visit.lang().moment(proof.at)) ", "
        (visit.lang().number(proof.orders)) " orders"
        @if proof.strict { ", with nothing under way" }
        @if let Some(by) = proof.by.filter(|_| is_admin) { ", asked for by " a href={ "/admin/customers/" (by) } { "this account" } }
        "."
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_roughly() {
        let told: Vec<String> = [-1, 0, 1, 119, 120, 7_199, 7_200].into_iter().map(age).collect();
        assert_eq!(told, ["–", "–", "1 s", "119 s", "2 min", "119 min", "2 h"]);
    }
}
