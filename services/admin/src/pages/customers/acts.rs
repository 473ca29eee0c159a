//! What staff do for or with a customer.

use super::detail::{self, Tried};
use crate::{
    model::{Form, Id, encoded, minor},
    pages::forms::{belongs_to_form, done, told},
};
use axum::{
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_kernel::{Currency, uuid::Uuid};
use bodega_pages::{Answer, Fault, FieldFault, Visit};
use serde_json::json;

type Done = Result<Response, Fault>;

async fn finish(
    visit: &Visit,
    id: Id,
    action: &'static str,
    form: Form,
    outcome: Result<Answer, Fault>,
    text: &str,
) -> Done {
    match outcome {
        Ok(_) => Ok(done(visit, &format!("/admin/customers/{id}"), text)),
        Err(fault) if belongs_to_form(&fault) => {
            Ok(detail::page(visit, id, Some(&Tried { action, form, fault })).await?.into_response())
        }
        Err(fault) => Err(fault),
    }
}

fn wrong(pointer: &str, detail: &str) -> Fault {
    let field = FieldFault { pointer: pointer.to_owned(), detail: detail.to_owned() };
    Fault { errors: vec![field], ..Fault::of(422, "invalid_body") }
}

/// Gives points or takes them.
pub(super) async fn points(visit: Visit, id: Id, form: Form) -> Done {
    let outcome = match form.number("points") {
        Some(points) => {
            let body = json!({"points": points, "reason": form.get("points_reason")});
            let ask = visit.ask(Method::POST, format!("/v1/customers/{id}/points/adjustments"));
            ask.key(form.get("key")).json(&body).send().await
        }
        None => Err(wrong("/points", "Points are a whole number such as 100 or -50.")),
    };
    finish(&visit, id, "points", form, outcome, "The points are changed.").await
}

/// Gives store credit or takes it.
pub(super) async fn credit(visit: Visit, id: Id, form: Form) -> Done {
    let amount = Currency::new(form.get("currency")).ok().and_then(|currency| minor(form.get("amount"), currency));
    let outcome = match amount {
        Some(amount) => {
            let body = json!({"amount": amount, "reason": form.get("credit_reason")});
            let ask = visit.ask(Method::POST, format!("/v1/admin/store-credit/{id}"));
            ask.key(form.get("key")).json(&body).send().await
        }
        None => Err(wrong("/amount", "Store credit is an amount such as 12.50.")),
    };
    finish(&visit, id, "credit", form, outcome, "The credit is changed.").await
}

/// Puts the customer into a group, or takes them out of one.
pub(super) async fn group(visit: Visit, id: Id, form: Form) -> Done {
    let (method, text) = match form.get("step") {
        "join" => (Method::PUT, "They are in the group."),
        "leave" => (Method::DELETE, "They are not in the group any more."),
        _ => return Err(Fault::of(404, "not_found")),
    };
    let outcome = visit.ask(method, format!("/v1/admin/users/{id}/groups/{}", segment(form.get("name")))).send().await;
    told(&visit, &format!("/admin/customers/{id}"), outcome, text)
}

/// Makes somebody staff or an admin, or no more of it, or narrows what they may do.
pub(super) async fn role(visit: Visit, id: Id, form: Form) -> Done {
    let ask = match form.get("step") {
        "staff" => visit.ask(Method::PUT, format!("/v1/users/{id}/roles/staff")),
        "admin" => visit.ask(Method::PUT, format!("/v1/users/{id}/roles/admin")),
        "not-staff" => visit.ask(Method::DELETE, format!("/v1/users/{id}/roles/staff")),
        "not-admin" => visit.ask(Method::DELETE, format!("/v1/users/{id}/roles/admin")),
        "staff-role" => match form.some("staff_role").map(Uuid::parse_str) {
            None => visit.ask(Method::DELETE, format!("/v1/admin/users/{id}/staff-role")),
            Some(Ok(role)) => {
                visit.ask(Method::PUT, format!("/v1/admin/users/{id}/staff-role")).json(&json!({"staff_role_id": role}))
            }
            Some(Err(_)) => return Err(Fault::of(404, "not_found")),
        },
        _ => return Err(Fault::of(404, "not_found")),
    };
    told(&visit, &format!("/admin/customers/{id}"), ask.send().await, "Saved. It counts within a minute.")
}

/// Keeps somebody from logging in, or lets them again.
pub(super) async fn standing(visit: Visit, id: Id, form: Form) -> Done {
    let (step, text) = match form.get("step") {
        "disable" => ("disable", "The account is disabled; its sessions end within a minute."),
        "enable" => ("enable", "They can log in again."),
        _ => return Err(Fault::of(404, "not_found")),
    };
    let outcome = visit.ask(Method::POST, format!("/v1/users/{id}/{step}")).send().await;
    told(&visit, &format!("/admin/customers/{id}"), outcome, text)
}

/// A name as one part of a path.
pub(super) fn segment(name: &str) -> String {
    encoded(name).replace("%2D", "-")
}
