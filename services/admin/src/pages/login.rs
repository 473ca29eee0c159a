//! Logging in and out: the same session as in the shop.

use super::frame::{bare, framed};
use crate::model::{Form, address};
use axum::{
    Router,
    http::Method,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use bodega_pages::{Fault, Page, Session, Visit, parts};
use maud::html;
use serde_json::json;

/// Log in and log out.
pub(crate) fn routes() -> Router {
    Router::new().route("/admin/login", get(ask).post(log_in)).route("/admin/logout", post(log_out))
}

/// The way to log in, and back to where somebody wanted to go.
pub(crate) fn way(visit: &Visit) -> String {
    address("/admin/login", &[("to", &visit.here())])
}

async fn ask(visit: Visit) -> Response {
    let to = crate::model::Filters::of(&visit, &["to"]);
    let to = inside(to.get("to")).to_owned();
    if visit.is_logged_in() {
        return Redirect::to(&to).into_response();
    }
    page(&visit, "", &to, None).into_response()
}

async fn log_in(visit: Visit, form: Form) -> Response {
    let to = inside(form.get("to")).to_owned();
    let body = json!({"email": form.get("email"), "password": form.raw("password")});
    match visit.ask_as_guest(Method::POST, "/v1/auth/login").json(&body).read::<Session>().await {
        Ok(session) => {
            visit.open_session(session);
            Redirect::to(&to).into_response()
        }
        Err(fault) if fault.status >= 500 => fault.into_response(),
        Err(fault) => {
            let status = if fault.status == 429 { 429 } else { 422 };
            page(&visit, form.get("email"), &to, Some(&fault)).status(status).into_response()
        }
    }
}

async fn log_out(visit: Visit) -> Result<Response, Fault> {
    if let Some(session) = visit.tokens() {
        // Whether it was still open or not: here it is over.
        visit.post("/v1/auth/logout", &json!({"refresh_token": session.refresh_token})).await.ok();
    }
    visit.close_session();
    Ok(Redirect::to("/admin/login").into_response())
}

/// A place of the desk; the dashboard for anything else, so that no link leads elsewhere through the log-in.
fn inside(to: &str) -> &str {
    let is_ours = to == "/admin" || to.starts_with("/admin/") || to.starts_with("/admin?");
    let is_plain = !to.contains(['\\', '\n', '\r']) && !to.starts_with("/admin/login");
    if is_ours && is_plain { to } else { "/admin" }
}

fn page(visit: &Visit, email: &str, to: &str, fault: Option<&Fault>) -> Page {
    let wrong = fault.map(|fault| match (fault.status, fault.retry_after_s) {
        (429, Some(seconds)) => format!("Too many tries. Please wait {seconds} seconds."),
        (429, None) => "Too many tries. Please wait a minute.".to_owned(),
        _ => "Address and password do not fit together.".to_owned(),
    });
    let main = html! {
        div.page-narrow {
            form.form.panel id="login" method="post" action="/admin/login" {
                @if let Some(wrong) = &wrong { (parts::notice(parts::Mood::Bad, wrong)) }
                (parts::hidden("to", to))
                (parts::field(&parts::Field {
                    name: "email", label: "E-mail", kind: "email", value: email, required: true,
                    autocomplete: "username", ..parts::Field::default()
                }))
                (parts::field(&parts::Field {
                    name: "password", label: "Password", kind: "password", required: true,
                    autocomplete: "current-password", ..parts::Field::default()
                }))
                (parts::submit("Log in"))
            }
            p.muted.small { "For the staff of the shop. Customers log in " a href="/login" { "in the shop" } "." }
        }
    };
    bare(visit, "Log in", &main)
}

/// Somebody who is logged in and does not run the shop.
pub(crate) async fn stranger(visit: &Visit) -> Page {
    let main = html! {
        p { "You are logged in, and your account is not one of the staff. Somebody who manages people can change that." }
        div.row { (parts::link_button("/", "To the shop", false)) }
    };
    framed(visit, "This is for the staff", &main).await.status(403)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logging_in_leads_to_the_desk_and_nowhere_else() {
        assert_eq!(inside("/admin/orders?status=confirmed"), "/admin/orders?status=confirmed");
        for elsewhere in
            ["", "https://evil.example", "//evil.example", "/adminevil", "/admin/login?to=/admin", "/admin/\\evil"]
        {
            assert_eq!(inside(elsewhere), "/admin", "{elsewhere}");
        }
    }
}
