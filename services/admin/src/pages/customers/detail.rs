//! One customer: account, orders, points, store credit, groups and roles. What staff may not see is left out.

use super::standing;
use crate::{
    model::{Id, encoded},
    pages::{
        forms::currency,
        frame::framed,
        orders::{in_words, one_button, order_table, when},
    },
    views::{
        List,
        money::Credit,
        orders::OrderBrief,
        people::{Group, Points, PointsEntry, StaffRole, User},
    },
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Choice, Field},
};
use futures_util::join;
use maud::{Markup, html};

/// A form that was refused: which, what was typed, and why.
pub(super) struct Tried {
    pub(super) action: &'static str,
    pub(super) form: crate::model::Form,
    pub(super) fault: Fault,
}

/// `/admin/customers/{id}`
pub(super) async fn show(visit: Visit, id: Id) -> Result<Page, Fault> {
    page(&visit, id, None).await
}

pub(super) async fn page(visit: &Visit, id: Id, tried: Option<&Tried>) -> Result<Page, Fault> {
    super::super::forms::known(visit)?;
    let paths = [
        format!("/v1/customers/{id}/points"),
        format!("/v1/customers/{id}/points/statement?limit=20"),
        format!("/v1/admin/store-credit/{id}"),
        format!("/v1/admin/users/{id}/groups"),
    ];
    let [points, entries, credit, groups] = &paths;
    let (user, points, entries, credit, groups, all, roles) = join!(
        visit.get::<User>(format!("/v1/users/{id}")),
        visit.get::<Points>(points),
        visit.get::<List<PointsEntry>>(entries),
        visit.get::<Credit>(credit),
        visit.get::<List<String>>(groups),
        visit.get::<List<Group>>("/v1/admin/groups"),
        visit.get::<List<StaffRole>>("/v1/admin/staff-roles"),
    );
    // Staff who do not manage people see what the permissions for customers let them see.
    let user = match (user, &points) {
        (Ok(user), _) => Some(user),
        (Err(fault), Ok(_)) if fault.status == 403 => None,
        (Err(fault), _) => return Err(fault),
    };
    let orders = match &user {
        Some(user) => {
            visit.get::<List<OrderBrief>>(format!("/v1/orders?limit=20&q={}", encoded(&user.email))).await.ok()
        }
        None => None,
    };
    let title = user.as_ref().map_or("Customer", |user| user.name.as_deref().unwrap_or(&user.email));
    let main = html! {
        (parts::crumbs("You are here", &[("/admin/customers", "Customers"), ("", title)]))
        @if let Some(tried) = tried { (parts::errors(Some(&tried.fault), "Not done yet: please look at this.")) }
        div.split {
            div.stack.is-loose {
                @if let Some(user) = &user { (parts::card("Account", &about(visit, user))) }
                @if let Some(list) = &orders {
                    (parts::card("Orders", &html! {
                        @if list.items.is_empty() { p.muted { "None." } } @else { (order_table(visit, &list.items)) }
                        @if let Some(user) = &user { p { a href={ "/admin/orders?q=" (encoded(&user.email)) } { "All orders" } } }
                    }))
                }
                @if let Ok(list) = &entries { (points_log(visit, list)) }
                @if let Ok(credit) = &credit { (credit_log(visit, credit)) }
            }
            aside.stack aria-label="What to do" {
                @if let Ok(points) = &points { (parts::card("Points", &points_form(visit, id, points, tried))) }
                @if let Ok(credit) = &credit { (parts::card("Store credit", &credit_form(visit, id, credit, tried))) }
                @if let (Ok(groups), Ok(all)) = (&groups, &all) { (parts::card("Groups", &groups_form(visit, id, groups, all))) }
                @if let (Some(user), Ok(roles)) = (&user, &roles) { (parts::card("Account", &roles_form(visit, user, roles))) }
            }
        }
    };
    let page = framed(visit, title, &main).await;
    Ok(match tried {
        Some(tried) => page.status(tried.fault.status),
        None => page,
    })
}

fn about(visit: &Visit, user: &User) -> Markup {
    parts::facts(&[
        ("E-mail", html! { (user.email) }),
        ("Name", html! { (user.name.as_deref().unwrap_or("–")) }),
        ("Phone", html! { (user.phone.as_deref().unwrap_or("–")) }),
        ("Language", html! { (user.language.as_deref().unwrap_or("the shop's")) }),
        ("Since", html! { (visit.lang().moment(user.created_at)) }),
        ("What they are", standing(user)),
    ])
}

fn points_log(visit: &Visit, list: &List<PointsEntry>) -> Markup {
    let row = |entry: &PointsEntry| {
        vec![
            html! { (when(entry.at)) },
            html! { (in_words(&entry.kind)) @if let Some(reason) = &entry.reason { p.small.muted { (reason) } } },
            html! { @if let Some(order) = entry.order_id { a href={ "/admin/orders/" (order) } { "Order" } } },
            html! { (visit.lang().number(entry.spendable)) },
            html! { (visit.lang().number(entry.pending)) },
        ]
    };
    let rows: Vec<Vec<Markup>> = list.items.iter().map(row).collect();
    html! {
        @if !rows.is_empty() {
            (parts::card("What moved the points", &parts::table("Points", &parts::columns(&["When", "Why", "Order", "#To spend", "#Pending"]), &rows)))
        }
    }
}

fn credit_log(visit: &Visit, credit: &Credit) -> Markup {
    let rows: Vec<Vec<Markup>> = credit
        .entries
        .iter()
        .map(|entry| {
            vec![
                html! { (when(entry.at)) },
                html! { (in_words(&entry.kind)) @if let Some(note) = &entry.note { p.small.muted { (note) } } },
                html! { @if let Some(order) = entry.order_id { a href={ "/admin/orders/" (order) } { "Order" } } },
                html! { (visit.money(entry.amount)) },
            ]
        })
        .collect();
    html! {
        @if !rows.is_empty() {
            (parts::card("What moved the credit", &parts::table("Store credit", &parts::columns(&["When", "Why", "Order", "#By"]), &rows)))
        }
    }
}

/// A form that keeps its key and what was typed when it is refused.
fn form(
    visit: &Visit,
    id: Id,
    action: &str,
    tried: Option<&Tried>,
    fields: impl Fn(&dyn Fn(&str) -> String) -> Markup,
    button: &str,
) -> Markup {
    let tried = tried.filter(|tried| tried.action == action);
    let key = tried.map_or_else(|| visit.new_key(), |tried| tried.form.get("key").to_owned());
    let typed = |name: &str| tried.map_or_else(String::new, |tried| tried.form.get(name).to_owned());
    html! {
        form.form id={ "form-" (action) } method="post" action={ "/admin/customers/" (id) "/" (action) } {
            (parts::hidden("key", &key))
            (fields(&typed))
            div.actions { (parts::submit_quiet(button)) }
        }
    }
}

fn needed(name: &str, label: &str, value: &str, hint: &str) -> Markup {
    parts::field(&Field { name, label, value, hint, required: true, ..Field::default() })
}

fn points_form(visit: &Visit, id: Id, points: &Points, tried: Option<&Tried>) -> Markup {
    let fields = |typed: &dyn Fn(&str) -> String| {
        html! {
            (needed("points", "Give or take points", &typed("points"), "Below 0 takes them"))
            (needed("points_reason", "Why (the customer reads it)", &typed("points_reason"), ""))
        }
    };
    html! {
        (parts::facts(&[
            ("To spend", html! { (visit.lang().number(points.spendable)) " (" (visit.money(points.worth)) ")" }),
            ("Held", html! { (visit.lang().number(points.held)) }),
            ("Pending", html! { (visit.lang().number(points.pending)) }),
            ("Owed", html! { (visit.lang().number(points.debt)) }),
            ("Tier", html! { (points.tier.name) }),
        ]))
        (form(visit, id, "points", tried, fields, "Change the points"))
    }
}

fn credit_form(visit: &Visit, id: Id, credit: &Credit, tried: Option<&Tried>) -> Markup {
    let code = currency(visit);
    let fields = |typed: &dyn Fn(&str) -> String| {
        html! {
            (parts::hidden("currency", code.code()))
            (needed("amount", &format!("Give or take, in {code}"), &typed("amount"), "Below 0 takes it"))
            (needed("credit_reason", "Why, for the books", &typed("credit_reason"), ""))
        }
    };
    html! {
        @if credit.balances.is_empty() { p.muted { "None." } }
        @for balance in &credit.balances { p.price { (visit.money(*balance)) } }
        (form(visit, id, "credit", tried, fields, "Change the credit"))
    }
}

fn groups_form(visit: &Visit, id: Id, groups: &List<String>, all: &List<Group>) -> Markup {
    let to = format!("/admin/customers/{id}/group");
    let label = |name: &String| {
        all.items.iter().find(|group| group.name == *name).map_or(name.clone(), |group| group.label.clone())
    };
    let others: Vec<Choice<'_>> = all
        .items
        .iter()
        .filter(|group| !groups.items.contains(&group.name))
        .map(|group| Choice::new(&group.name, &group.label))
        .collect();
    html! {
        ul.stack.is-tight {
            @for name in &groups.items {
                li.row.is-spread { (label(name)) (one_button(visit, &to, &[("name", name), ("step", "leave")], "Take out", "")) }
            }
        }
        @if groups.items.is_empty() { p.muted { "In no group." } }
        @if !others.is_empty() {
            form.form method="post" action=(to) id="form-group" {
                (parts::hidden("step", "join"))
                (parts::select(&Field { name: "name", label: "Put into", ..Field::default() }, &others))
                div.actions { (parts::submit_quiet("Put into the group")) }
            }
        }
    }
}

fn roles_form(visit: &Visit, user: &User, roles: &List<StaffRole>) -> Markup {
    let (role, standing) =
        (format!("/admin/customers/{}/role", user.id), format!("/admin/customers/{}/standing", user.id));
    let button =
        |to: &str, step: &str, text: &str, confirm: &str| one_button(visit, to, &[("step", step)], text, confirm);
    let of: Vec<String> = roles.items.iter().map(|role| role.id.to_string()).collect();
    let mut choices = vec![Choice::new("", "Everything that staff may")];
    choices.extend(roles.items.iter().zip(&of).map(|(role, id)| Choice::new(id, &role.name)));
    let held = user.staff_role_id.map(|id| id.to_string()).unwrap_or_default();
    html! {
        @if user.is_staff() && !user.is_admin() {
            form.form method="post" action=(role) id="form-staff-role" {
                (parts::hidden("step", "staff-role"))
                (parts::select(&Field { name: "staff_role", label: "May do", value: &held, ..Field::default() }, &choices))
                div.actions { (parts::submit_quiet("Save")) }
            }
        }
        div.row {
            @if user.is_admin() { (button(&role, "not-admin", "Admin no more", "Take the role of an admin away?")) }
            @else if user.is_staff() {
                (button(&role, "not-staff", "Staff no more", "Take the role of staff away?"))
                (button(&role, "admin", "Make an admin", "An admin may do everything. Make this person one?"))
            } @else { (button(&role, "staff", "Make staff", "Make this person a member of the staff?")) }
            @if user.disabled { (button(&standing, "enable", "Let them log in", "")) }
            @else { (button(&standing, "disable", "Disable the account", "Nobody can log in to it then. Disable it?")) }
        }
    }
}
