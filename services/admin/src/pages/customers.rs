//! Customers: who they are, what they bought, what they have, and what staff give them.

mod acts;
mod detail;
mod staff;

use super::{
    frame::framed,
    orders::{pager, path},
};
use crate::{
    model::Filters,
    views::{List, people::User},
};
use axum::{
    Router,
    routing::{get, post},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field, Mood},
};
use maud::{Markup, html};

/// Everything under `/admin/customers` and `/admin/staff`.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/admin/customers", get(list))
        .route("/admin/customers/{id}", get(detail::show))
        .route("/admin/customers/{id}/points", post(acts::points))
        .route("/admin/customers/{id}/credit", post(acts::credit))
        .route("/admin/customers/{id}/group", post(acts::group))
        .route("/admin/customers/{id}/role", post(acts::role))
        .route("/admin/customers/{id}/standing", post(acts::standing))
        .route("/admin/staff", get(staff::show))
        .route("/admin/staff/invite", post(staff::invite))
        .route("/admin/staff/withdraw", post(staff::withdraw))
        .route("/admin/staff/role", post(staff::save_role))
        .route("/admin/staff/role/delete", post(staff::delete_role))
        .route("/admin/staff/group", post(staff::save_group))
}

async fn list(visit: Visit) -> Result<Page, Fault> {
    let filters = Filters::of(&visit, &["email", "cursor"]);
    let pairs =
        [("limit", "50"), ("count", "true"), ("email", filters.get("email")), ("cursor", filters.get("cursor"))];
    let list: List<User> = visit.get(path("/v1/users", &pairs)).await?;
    let row = |user: &User| {
        vec![
            html! { a href={ "/admin/customers/" (user.id) } { (user.email) } },
            html! { (user.name.as_deref().unwrap_or("–")) },
            html! { (standing(user)) },
            html! { (visit.lang().day(user.created_at)) },
        ]
    };
    let rows: Vec<Vec<Markup>> = list.items.iter().map(row).collect();
    let main = html! {
        form.toolbar id="filters" method="get" action="/admin/customers" {
            (parts::field(&Field { name: "email", label: "E-mail holds", kind: "search", value: filters.get("email"), ..Field::default() }))
            (parts::submit("Find"))
            @if filters.any() { a.button.is-quiet href="/admin/customers" { "Clear" } }
        }
        @if let Some(total) = list.total { p.count { (visit.lang().number(total)) " accounts" } }
        @if rows.is_empty() { (parts::empty("Nobody", "No account has such an address. Guests have no account: look for their orders.", &html! {})) }
        @else { (parts::table("Customers", &parts::columns(&["E-mail", "Name", "What they are", "Since"]), &rows)) }
        (pager(&filters, list.next_cursor.as_deref()))
    };
    Ok(framed(&visit, "Customers", &main).await)
}

/// What somebody is, in badges.
fn standing(user: &User) -> Markup {
    html! {
        @if user.disabled { (parts::badge(Mood::Bad, "Disabled")) " " }
        @if !user.email_verified { (parts::badge(Mood::Warn, "Not verified")) " " }
        @if user.is_admin() { (parts::badge(Mood::Good, "Admin")) }
        @else if user.is_staff() { (parts::badge(Mood::Good, "Staff")) }
        @else { (parts::badge(Mood::Plain, "Customer")) }
    }
}
