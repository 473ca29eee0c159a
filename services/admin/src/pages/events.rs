//! Dead letters: what no handler could handle, why, and once more.

use super::{
    forms::{done, tell, told},
    frame::framed,
    orders::one_button,
};
use crate::{
    model::{Form, Id},
    views::{List, running::DeadLetter},
};
use axum::{
    Router,
    http::Method,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use bodega_pages::{Fault, Page, Visit, parts};
use maud::html;
use serde_json::json;

const PAGE: &str = "/admin/dead-letters";

/// Everything under `/admin/dead-letters`.
pub(crate) fn routes() -> Router {
    Router::new().route("/admin/dead-letters", get(list)).route("/admin/dead-letters/{id}/replay", post(replay))
}

async fn list(visit: Visit) -> Result<Page, Fault> {
    let list: List<DeadLetter> = visit.get("/v1/events/dead?limit=100").await?;
    let main = html! {
        p.muted { "What a service could not handle waits here; everything else went on. Look at the cause, repair it, and let it be handled again." }
        @if list.items.is_empty() {
            (parts::empty("None", "Everything that happened was handled.", &html! {}))
        }
        ul.stack id="dead-letters" {
            @for letter in &list.items {
                li.panel id={ "letter-" (letter.id) } {
                    div.row.is-spread {
                        h2.card-title { span.code { (letter.kind) } }
                        (one_button(&visit, &format!("/admin/dead-letters/{}/replay", letter.id), &[], "Handle it again", ""))
                    }
                    p.field-error { (letter.error) }
                    p.muted.small {
                        "From " (letter.source) ", not handled by " strong { (letter.service) } " · about " span.code { (letter.subject) }
                        " · " (visit.lang().moment(letter.at))
                    }
                    details {
                        summary { "What it says" }
                        pre.log { (serde_json::to_string_pretty(&letter.data).unwrap_or_default()) }
                    }
                }
            }
        }
    };
    Ok(framed(&visit, "Dead letters", &main).await)
}

async fn replay(visit: Visit, id: Id, _form: Form) -> Result<Response, Fault> {
    let outcome = visit.ask(Method::POST, format!("/v1/events/dead/{id}/replay")).json(&json!({})).send().await;
    match outcome {
        Ok(_) => Ok(done(&visit, PAGE, "It was handled.")),
        Err(fault) if fault.code == "still_failing" => {
            let cause = fault.detail.as_deref().unwrap_or("nobody says why");
            tell(&visit, true, &format!("It could not be handled again, and stays here: {cause}"));
            Ok(Redirect::to(PAGE).into_response())
        }
        Err(fault) if fault.status == 404 => {
            tell(&visit, true, "It is not here any more: somebody had it handled before.");
            Ok(Redirect::to(PAGE).into_response())
        }
        Err(fault) => told(&visit, PAGE, Err::<(), _>(fault), ""),
    }
}
