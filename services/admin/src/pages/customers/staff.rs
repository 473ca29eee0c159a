//! The staff: who is asked to join, what their roles permit, and the groups of customers.

use super::acts::segment;
use crate::{
    model::Form,
    pages::{
        forms::{belongs_to_form, button, done, in_words as refusal, told},
        frame::framed,
    },
    views::{
        List,
        people::{Group, Invitation, StaffRole},
    },
};
use axum::{
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_kernel::uuid::Uuid;
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Choice, Field, Mood},
};
use futures_util::join;
use maud::{Markup, html};
use serde_json::json;

/// What was sent and refused.
struct Tried {
    form: Form,
    fault: Fault,
}

/// `/admin/staff`
pub(super) async fn show(visit: Visit) -> Result<Page, Fault> {
    page(&visit, None).await
}

async fn page(visit: &Visit, tried: Option<&Tried>) -> Result<Page, Fault> {
    let (permissions, roles, invitations, groups) = join!(
        visit.get::<List<String>>("/v1/admin/permissions"),
        visit.get::<List<StaffRole>>("/v1/admin/staff-roles"),
        visit.get::<List<Invitation>>("/v1/admin/invitations"),
        visit.get::<List<Group>>("/v1/admin/groups"),
    );
    let (permissions, roles, invitations) = (permissions?.items, roles?.items, invitations?.items);
    let main = html! {
        @if let Some(tried) = tried {
            (parts::notice(Mood::Bad, &refusal(&tried.fault)))
        }
        section.section { h2 { "Invitations" } (invited(visit, &invitations, &roles, tried)) }
        section.section {
            h2 { "Staff roles" }
            p.muted { "A role narrows what its holders may do. Staff without one may do all that staff may; admins may do everything." }
            div.grid-2 {
                @for role in &roles { (parts::card(&role.name, &role_form(Some(role), &permissions, tried))) }
                (parts::card("New role", &role_form(None, &permissions, tried)))
            }
        }
        @if let Ok(groups) = &groups { section.section { h2 { "Groups of customers" } (grouped(&groups.items)) } }
    };
    let page = framed(visit, "Staff", &main).await;
    Ok(match tried {
        Some(tried) => page.status(tried.fault.status),
        None => page,
    })
}

fn invited(visit: &Visit, invitations: &[Invitation], roles: &[StaffRole], tried: Option<&Tried>) -> Markup {
    let name = |id: Option<Uuid>| {
        roles.iter().find(|role| Some(role.id) == id).map_or("all that staff may", |role| &*role.name)
    };
    let rows: Vec<Vec<Markup>> = invitations
        .iter()
        .map(|one| {
            vec![
                html! { (one.email) },
                html! { (one.role) },
                html! { @if one.role == "admin" { "everything" } @else { (name(one.staff_role_id)) } },
                html! { (visit.lang().moment(one.ends_at)) },
                html! { (button("/admin/staff/withdraw", "Withdraw", "Withdraw this invitation?", &[("id", &one.id.to_string())])) },
            ]
        })
        .collect();
    let ids: Vec<String> = roles.iter().map(|role| role.id.to_string()).collect();
    let mut choices = vec![Choice::new("", "Staff: all that staff may")];
    choices.extend(roles.iter().zip(&ids).map(|(role, id)| Choice::new(id, &role.name)));
    choices.push(Choice::new("admin", "Admin: everything"));
    html! {
        @if !rows.is_empty() { (parts::table("Invitations", &parts::columns(&["E-mail", "As", "May do", "Until", ""]), &rows)) }
        form.toolbar id="form-invite" method="post" action="/admin/staff/invite" {
            (parts::field(&Field {
                name: "email", label: "E-mail", kind: "email", required: true,
                value: tried.map_or("", |tried| tried.form.get("email")), ..Field::default()
            }))
            (parts::select(&Field { name: "as", label: "As", value: tried.map_or("", |tried| tried.form.get("as")), ..Field::default() }, &choices))
            (parts::submit("Invite"))
        }
    }
}

fn role_form(role: Option<&StaffRole>, permissions: &[String], tried: Option<&Tried>) -> Markup {
    let id = role.map_or_else(String::new, |role| role.id.to_string());
    let tried = tried.filter(|tried| tried.form.get("form") == "role" && tried.form.get("id") == id);
    let ticked = |word: &str| match tried {
        Some(tried) => tried.form.all("permission").any(|one| one == word),
        None => role.is_some_and(|role| role.permissions.iter().any(|one| one == word)),
    };
    let name = tried.map_or_else(|| role.map_or("", |role| &*role.name), |tried| tried.form.get("name"));
    html! {
        form.form method="post" action="/admin/staff/role" {
            (parts::hidden("form", "role"))
            @if let Some(role) = role {
                (parts::hidden("id", &id))
                (parts::hidden("version", &role.version.to_string()))
            }
            div.field {
                label for={ "name-" (id) } { "Name" }
                input id={ "name-" (id) } name="name" required maxlength="100" value=(name);
            }
            fieldset.choices {
                legend { "May" }
                div.grid-4 {
                    @for word in permissions {
                        label.check { input type="checkbox" name="permission" value=(word) checked[ticked(word)]; span.code { (word) } }
                    }
                }
            }
            div.actions { (parts::submit_quiet("Save")) }
        }
        @if role.is_some() { (button("/admin/staff/role/delete", "Delete", "Delete this role?", &[("id", &id)])) }
    }
}

fn grouped(groups: &[Group]) -> Markup {
    html! {
        ul.stack.is-tight {
            @for group in groups {
                li.row.is-spread {
                    span { (group.label) " " span.code.muted { (group.name) } }
                    (button("/admin/staff/group", "Delete", "Delete this group?", &[("step", "delete"), ("name", &group.name)]))
                }
            }
        }
        form.toolbar id="form-new-group" method="post" action="/admin/staff/group" {
            (parts::hidden("step", "make"))
            (parts::field(&Field { name: "group_name", label: "Name (small letters, digits, hyphens)", required: true, ..Field::default() }))
            (parts::field(&Field { name: "group_label", label: "For people", required: true, ..Field::default() }))
            (parts::submit("Make a group"))
        }
    }
}

async fn finish<T>(visit: &Visit, form: Form, outcome: Result<T, Fault>, text: &str) -> Result<Response, Fault> {
    match outcome {
        Ok(_) => Ok(done(visit, "/admin/staff", text)),
        Err(fault) if belongs_to_form(&fault) => Ok(page(visit, Some(&Tried { form, fault })).await?.into_response()),
        Err(fault) => Err(fault),
    }
}

/// Asks somebody to join.
pub(super) async fn invite(visit: Visit, form: Form) -> Result<Response, Fault> {
    let body = match form.some("as") {
        None => json!({"email": form.get("email")}),
        Some("admin") => json!({"email": form.get("email"), "role": "admin"}),
        Some(role) => json!({"email": form.get("email"), "staff_role_id": role}),
    };
    let outcome = visit.post("/v1/admin/invitations", &body).await;
    finish(&visit, form, outcome, "The invitation is on its way.").await
}

/// Takes an invitation back.
pub(super) async fn withdraw(visit: Visit, form: Form) -> Result<Response, Fault> {
    let outcome = visit.ask(Method::DELETE, format!("/v1/admin/invitations/{}", named(&form)?)).send().await;
    told(&visit, "/admin/staff", outcome, "The invitation is over.")
}

/// Makes a staff role or changes one, as it was when it was shown.
pub(super) async fn save_role(visit: Visit, form: Form) -> Result<Response, Fault> {
    let body = json!({"name": form.get("name"), "permissions": form.all("permission").collect::<Vec<_>>()});
    let outcome = if form.some("id").is_some() {
        let ask = visit.ask(Method::PATCH, format!("/v1/admin/staff-roles/{}", named(&form)?));
        ask.version(form.number("version").unwrap_or_default()).json(&body).send().await
    } else {
        visit.post("/v1/admin/staff-roles", &body).await
    };
    finish(&visit, form, outcome, "Saved. It counts within a minute.").await
}

/// Deletes a staff role that nobody holds.
pub(super) async fn delete_role(visit: Visit, form: Form) -> Result<Response, Fault> {
    let outcome = visit.ask(Method::DELETE, format!("/v1/admin/staff-roles/{}", named(&form)?)).send().await;
    told(&visit, "/admin/staff", outcome, "The role is gone.")
}

/// Makes a group of customers, or deletes an empty one.
pub(super) async fn save_group(visit: Visit, form: Form) -> Result<Response, Fault> {
    let outcome = match form.get("step") {
        "make" => {
            visit
                .post("/v1/admin/groups", &json!({"name": form.get("group_name"), "label": form.get("group_label")}))
                .await
        }
        "delete" => visit.ask(Method::DELETE, format!("/v1/admin/groups/{}", segment(form.get("name")))).send().await,
        _ => return Err(Fault::of(404, "not_found")),
    };
    told(&visit, "/admin/staff", outcome, "Saved.")
}

fn named(form: &Form) -> Result<Uuid, Fault> {
    Uuid::parse_str(form.get("id")).map_err(|_| Fault::of(404, "not_found"))
}
