//! What stands around every page of the desk: its navigation, and pages for what went wrong.

use crate::views::people::User;
use bodega_pages::{Document, Fault, Page, Visit, address, parts};
use maud::{Markup, html};

/// A place of the desk: where, its name, its drawing.
type Place = (&'static str, &'static str, &'static str);

/// What the desk can do, in groups.
const PLACES: [(&str, &[Place]); 4] = [
    ("", &[("/admin", "Dashboard", "chart")]),
    (
        "Selling",
        &[
            ("/admin/orders", "Orders", "box"),
            ("/admin/returns", "Returns", "arrow"),
            ("/admin/customers", "Customers", "user"),
            ("/admin/payments", "Payments", "tag"),
            ("/admin/coupons", "Coupons", "tag"),
        ],
    ),
    (
        "Assortment",
        &[
            ("/admin/products", "Products", "cart"),
            ("/admin/categories", "Categories", "menu"),
            ("/admin/brands", "Brands", "heart"),
            ("/admin/stock", "Stock", "truck"),
            ("/admin/reviews", "Reviews", "check"),
        ],
    ),
    (
        "Running",
        &[
            ("/admin/mails", "Mails", "mail"),
            ("/admin/staff", "Staff", "user"),
            ("/admin/dead-letters", "Dead letters", "bell"),
            ("/admin/health", "Health", "chart"),
            ("/admin/settings", "Settings", "gear"),
        ],
    ),
];

/// What only those who manage people may see.
const FOR_ADMINS: [&str; 3] = ["/admin/customers", "/admin/staff", "/admin/dead-letters"];

/// What staff whose role is narrowed need for the pages of a place: to see them, to change something.
const NEEDS: [(&str, &str, &str); 13] = [
    ("/admin/orders", "orders.read", "orders.write, payments.write, payments.refund or shipping.write"),
    ("/admin/returns", "orders.read", "orders.write"),
    ("/admin/customers", "admin", "admin, customers.write or payments.write"),
    ("/admin/staff", "admin", "admin"),
    ("/admin/payments", "payments.read", "payments.write"),
    ("/admin/coupons", "coupons.read", "coupons.write"),
    ("/admin/products", "products.read", "products.write"),
    ("/admin/categories", "products.read", "products.write"),
    ("/admin/brands", "products.read", "products.write"),
    ("/admin/stock", "stock.read", "stock.write"),
    ("/admin/mails", "mails.read", "mails.write"),
    ("/admin/dead-letters", "admin", "admin"),
    ("/admin/health", "settings.read", "admin"),
];

/// Who looks at a page; `None` where nobody is logged in or nobody can say.
pub(crate) async fn me(visit: &Visit) -> Option<User> {
    if visit.is_logged_in() { visit.get("/v1/me").await.ok() } else { None }
}

/// A page of the desk.
pub(crate) async fn framed(visit: &Visit, title: &str, main: &Markup) -> Page {
    let me = me(visit).await;
    written(visit, me.as_ref(), title, main)
}

/// A page of the desk before anybody is logged in.
pub(crate) fn bare(visit: &Visit, title: &str, main: &Markup) -> Page {
    written(visit, None, title, main)
}

fn written(visit: &Visit, me: Option<&User>, title: &str, main: &Markup) -> Page {
    let shop = visit.shop();
    let body = html! {
        a.skip href="#main" { "Skip to content" }
        header.desk-top {
            a.brand href="/admin" { img src=(address("icon.svg")) alt="" width="32" height="32"; span { (shop) } }
            a.tool.is-word href="/" { span.tool-word { "Shop" } }
            @if let Some(me) = me {
                span.desk-user.muted.small.only-wide id="signed-in" { (me.name.as_deref().unwrap_or(&me.email)) }
            }
            @if visit.is_logged_in() {
                form method="post" action="/admin/logout" { button.button.is-quiet.is-small type="submit" { "Log out" } }
            }
        }
        @if visit.is_logged_in() { (navigation(visit, me.is_none_or(User::is_admin))) }
        main id="main" tabindex="-1" { (told(visit)) h1 { (title) } (main) }
    };
    Document { title: format!("{title} · {shop}"), class: "staff", ..Document::default() }.page(visit, &body)
}

/// The places of the desk, folded on phones.
fn navigation(visit: &Visit, is_admin: bool) -> Markup {
    let here = PLACES.iter().flat_map(|(_, places)| *places).map(|(path, ..)| *path);
    let here = here.filter(|path| is_in(visit.path(), path)).max_by_key(|path| path.len());
    html! {
        nav.desk-nav aria-label="Desk" {
            details.fold {
                summary { (parts::icon("menu")) "Menu" }
                @for (group, places) in PLACES {
                    @if !group.is_empty() { h2 { (group) } }
                    ul {
                        @for (path, name, drawing) in places.iter().filter(|place| is_admin || !FOR_ADMINS.contains(&place.0)) {
                            li { a href=(path) aria-current=[(here == Some(path)).then_some("page")] { (parts::icon(drawing)) (name) } }
                        }
                    }
                }
            }
        }
    }
}

/// Whether a page stands at this place or under it.
fn is_in(page: &str, place: &str) -> bool {
    page.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What the page before left to be told.
fn told(visit: &Visit) -> Markup {
    html! {
        div id="told" {
            @if let Some(flash) = visit.told() {
                (parts::notice(if flash.is_bad { parts::Mood::Bad } else { parts::Mood::Good }, &flash.text))
            }
        }
    }
}

/// What went wrong.
pub(crate) async fn fault(visit: &Visit, fault: &Fault) -> Page {
    let title = match fault.status {
        403 => "You may not do this",
        404 => "There is nothing here",
        _ => "Something went wrong",
    };
    let needs = NEEDS.iter().find(|(place, ..)| is_in(visit.path(), place)).filter(|_| fault.status == 403);
    let detail = fault.detail.as_deref().unwrap_or_default();
    let told = html! {
        @if let Some((_, read, write)) = needs {
            p id="missing" { "This page needs the permission " strong { (read) } "; to change something here: " strong { (write) } "." }
            p.muted { "Somebody who manages people can give it to your staff role." }
        }
        @if fault.status >= 500 { p.muted { "Please try again. What was entered is not lost: go back in your browser." } }
        @if let Some(id) = &fault.request_id { p.muted.small { "For whoever looks into the logs: " span.code { (id) } } }
        div.row { (parts::link_button("/admin", "To the dashboard", false)) }
    };
    let main = parts::empty("", detail, &told);
    framed(visit, title, &main).await.status(fault.status)
}
