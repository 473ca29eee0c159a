//! The list of orders: filtered by its address, in pages, and as a file.

use super::{in_words, mood, when};
use crate::{
    model::{Filters, address},
    pages::frame::framed,
    views::{List, orders::OrderBrief},
};
use axum::{http::Method, response::Response};
use bodega_kernel::Time;
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Choice, Field},
};
use maud::{Markup, html};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);
const NAMES: [&str; 8] = ["q", "status", "payment", "fulfilment", "from", "to", "late", "cursor"];
/// What can be asked for, with a first choice for all of it.
pub(super) const STATUSES: [&str; 9] = [
    "pending",
    "awaiting_payment",
    "confirmed",
    "ready_for_pickup",
    "partially_shipped",
    "shipped",
    "delivered",
    "completed",
    "cancelled",
];
const PAYMENTS: [&str; 9] = [
    "unpaid",
    "authorized",
    "partially_captured",
    "captured",
    "partially_refunded",
    "refunded",
    "voided",
    "failed",
    "disputed",
];
const FULFILMENTS: [&str; 4] = ["unfulfilled", "partial", "fulfilled", "returned"];

/// `/admin/orders`
pub(super) async fn show(visit: Visit) -> Result<Page, Fault> {
    let filters = Filters::of(&visit, &NAMES);
    let asked = visit.get::<List<OrderBrief>>(asked(&filters)).await;
    let (list, fault) = match asked {
        Ok(list) => (list, None),
        Err(fault) if fault.status == 422 => {
            (List { items: Vec::new(), next_cursor: None, total: Some(0) }, Some(fault))
        }
        Err(fault) => return Err(fault),
    };
    let main = html! {
        (tabs(&filters))
        (toolbar(&filters))
        (parts::errors(fault.as_ref(), "These filters do not work"))
        div.list-head {
            p.count id="orders-total" { @if let Some(total) = list.total { (visit.lang().number(total)) " orders" } }
            a.button.is-quiet.is-small href=(export_address(&filters)) download { "Export as CSV" }
        }
        @if list.items.is_empty() {
            (parts::empty("No orders", "Nothing fits what is filtered by.", &html! {
                @if filters.any() { (parts::link_button("/admin/orders", "All orders", true)) }
            }))
        } @else { (table(&visit, &list.items)) }
        (pager(&filters, list.next_cursor.as_deref()))
    };
    Ok(framed(&visit, "Orders", &main).await)
}

/// `/admin/orders/export.csv`: passed through as it is written.
pub(super) async fn export(visit: Visit) -> Result<Response, Fault> {
    let filters = Filters::of(&visit, &NAMES);
    let (from, to) = days(&filters);
    let pairs = [("status", filters.get("status")), ("from", &from), ("to", &to)];
    visit.ask(Method::GET, path("/v1/admin/orders/export.csv", &pairs)).pass().await
}

/// The next page of a list, and the way back to its first.
pub(crate) fn pager(filters: &Filters, next: Option<&str>) -> Markup {
    let (first, next) = filters.pages(next);
    parts::pager(first.as_deref().map(|href| (href, "First page")), next.as_deref().map(|href| (href, "Next page")))
}

/// A path with those of these parameters that say something.
pub(crate) fn path(path: &str, pairs: &[(&str, &str)]) -> String {
    let some: Vec<(&str, &str)> = pairs.iter().filter(|(_, value)| !value.is_empty()).copied().collect();
    address(path, &some)
}

fn asked(filters: &Filters) -> String {
    let (from, to) = days(filters);
    let late = if filters.get("late").is_empty() { "" } else { "true" };
    path(
        "/v1/orders",
        &[
            ("limit", "50"),
            ("count", "true"),
            ("q", filters.get("q")),
            ("status", filters.get("status")),
            ("payment_status", filters.get("payment")),
            ("fulfilment_status", filters.get("fulfilment")),
            ("late", late),
            ("from", &from),
            ("to", &to),
            ("cursor", filters.get("cursor")),
        ],
    )
}

/// From the beginning of the first day to the end of the last one, UTC. What is no day goes on as it is and is refused.
fn days(filters: &Filters) -> (String, String) {
    let begins = |day: &str| Time::parse(&format!("{day}T00:00:00Z"));
    let shown = |day: &str, time: Option<Time>| time.map_or_else(|| day.to_owned(), |time| time.to_string());
    let (from, to) = (filters.get("from"), filters.get("to"));
    (shown(from, begins(from)), shown(to, begins(to).map(|time| time.plus(DAY))))
}

/// The export knows times and one status.
fn export_address(filters: &Filters) -> String {
    let pairs = ["status", "from", "to"].map(|name| (name, filters.get(name)));
    path("/admin/orders/export.csv", &pairs)
}

fn tabs(filters: &Filters) -> Markup {
    let is_late = !filters.get("late").is_empty();
    let views = [
        ("All", "/admin/orders", filters.get("status").is_empty() && !is_late),
        ("To be paid", "/admin/orders?status=awaiting_payment", filters.get("status") == "awaiting_payment"),
        ("To be packed", "/admin/orders?status=confirmed", filters.get("status") == "confirmed" && !is_late),
        ("On the way", "/admin/orders?status=shipped", filters.get("status") == "shipped"),
        ("Late", "/admin/orders?late=yes", is_late),
        ("Disputed", "/admin/orders?payment=disputed", filters.get("payment") == "disputed"),
    ];
    html! {
        nav.tabs aria-label="Views" {
            @for (name, href, is_here) in views { a href=(href) aria-current=[is_here.then_some("page")] { (name) } }
        }
    }
}

fn toolbar(filters: &Filters) -> Markup {
    let field = |name: &'static str, label: &'static str, kind: &'static str| {
        parts::field(&Field { name, label, kind, value: filters.get(name), ..Field::default() })
    };
    let one_of = |name: &'static str, label: &'static str, of: &[&str]| one_of(filters, name, label, of);
    html! {
        form.toolbar id="filters" method="get" action="/admin/orders" {
            (field("q", "Number or e-mail", "search"))
            (one_of("status", "Status", &STATUSES))
            (one_of("payment", "Payment", &PAYMENTS))
            (one_of("fulfilment", "Sent", &FULFILMENTS))
            (field("from", "From", "date"))
            (field("to", "To", "date"))
            (parts::check("late", "Late only", !filters.get("late").is_empty()))
            (parts::submit("Filter"))
            @if filters.any() { a.button.is-quiet href="/admin/orders" { "Clear" } }
        }
    }
}

/// A filter of one of several words.
pub(crate) fn one_of(filters: &Filters, name: &'static str, label: &'static str, of: &[&str]) -> Markup {
    let words: Vec<(String, &str)> = of.iter().map(|word| (in_words(word), *word)).collect();
    let mut choices = vec![Choice::new("", "All")];
    choices.extend(words.iter().map(|(label, word)| Choice::new(word, label)));
    parts::select(&Field { name, label, value: filters.get(name), ..Field::default() }, &choices)
}

/// Orders as rows.
pub(crate) fn table(visit: &Visit, orders: &[OrderBrief]) -> Markup {
    let row = |order: &OrderBrief| {
        vec![
            html! { a.nowrap href={ "/admin/orders/" (order.id) } { (order.number) } p.small.muted { (when(order.placed_at)) } },
            html! { (order.email) },
            html! { (parts::badge(mood(&order.status), &in_words(&order.status))) },
            html! { (parts::badge(mood(&order.payment_status), &in_words(&order.payment_status))) },
            html! { (parts::badge(mood(&order.fulfilment_status), &in_words(&order.fulfilment_status))) },
            html! { (visit.money(order.total)) p.small.muted.nowrap { (visit.lang().number(order.units)) " pieces" } },
        ]
    };
    let rows: Vec<Vec<Markup>> = orders.iter().map(row).collect();
    let columns = ["Order", "Customer", "Status", "Payment", "Sent", "#Total"];
    parts::table("Orders", &parts::columns(&columns), &rows)
}
