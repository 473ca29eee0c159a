//! One's orders: by status, page by page.

use super::{nothing_yet, page, status_badge};
use crate::{
    model::{Form, query},
    pages::{login::asked, orders::words},
};
use bodega_kernel::{Money, Time};
use bodega_pages::{
    Fault, Page, Text, Visit,
    parts::{self, Choice, Field},
};
use maud::{Markup, html};
use serde::Deserialize;

/// A page of orders.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Listed {
    pub(crate) items: Vec<Brief>,
    pub(crate) next_cursor: Option<String>,
}

/// An order in a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Brief {
    id: String,
    number: String,
    status: String,
    #[serde(default)]
    units: i64,
    total: Money,
    placed_at: Time,
}

/// `GET /account/orders`
pub(crate) async fn show(visit: Visit) -> Result<Page, Fault> {
    const TITLE: Text = Text { en: "Orders", de: "Bestellungen" };
    const NEWEST: Text = Text { en: "Newest orders", de: "Neueste Bestellungen" };
    const OLDER: Text = Text { en: "Older orders", de: "Ältere Bestellungen" };
    let form = asked(&visit);
    let status = words::STATUSES.iter().find(|(word, _)| *word == form.get("status")).map_or("", |(word, _)| word);
    let asked = query(&[("limit", "20"), ("status", status), ("cursor", form.get("cursor"))]);
    let listed: Listed = visit.get(format!("/v1/me/orders?{asked}")).await?;
    let first = link(&visit, status, "");
    let first = form.some("cursor").map(|_| (&*first, visit.say(NEWEST)));
    let next = listed.next_cursor.as_deref().map(|cursor| link(&visit, status, cursor));
    let next = next.as_deref().map(|next| (next, visit.say(OLDER)));
    let body = html! {
        (filter(&visit, &form, status))
        div #orders-list .stack { (list(&visit, &listed.items)) (parts::pager(first, next)) }
    };
    Ok(page(&visit, "/account/orders", visit.say(TITLE), &body).await)
}

/// Orders as a table, or that there are none.
pub(crate) fn list(visit: &Visit, orders: &[Brief]) -> Markup {
    const NONE: Text = Text { en: "No orders here", de: "Hier sind keine Bestellungen" };
    const WILL: Text = Text { en: "What you order is listed here.", de: "Was Sie bestellen, sehen Sie hier." };
    const LIST: Text = Text { en: "Orders", de: "Bestellungen" };
    if orders.is_empty() {
        return nothing_yet(visit, NONE, WILL);
    }
    let heads = [
        visit.say(Text { en: "Order", de: "Bestellung" }),
        visit.say(Text { en: "Placed", de: "Vom" }),
        visit.say(Text { en: "Status", de: "Status" }),
        visit.say(Text { en: "#Pieces", de: "#Stück" }),
        visit.say(Text { en: "#Total", de: "#Summe" }),
    ];
    let row = |order: &Brief| {
        vec![
            html! { a href=(visit.link(&format!("/orders/{}", order.id))) { (order.number) } },
            html! { (visit.lang().day(order.placed_at)) },
            status_badge(visit, &order.status),
            html! { (visit.lang().number(order.units)) },
            html! { (visit.money(order.total)) },
        ]
    };
    let rows: Vec<_> = orders.iter().map(row).collect();
    parts::table(visit.say(LIST), &parts::columns(&heads), &rows)
}

fn filter(visit: &Visit, form: &Form, status: &str) -> Markup {
    const STATUS: Text = Text { en: "Show", de: "Zeigen" };
    const ALL: Text = Text { en: "All orders", de: "Alle Bestellungen" };
    const SHOW: Text = Text { en: "Show", de: "Anzeigen" };
    let all = words::STATUSES.iter().map(|(word, name)| Choice::new(word, visit.say(*name)));
    let choices: Vec<Choice<'_>> = std::iter::once(Choice::new("", visit.say(ALL))).chain(all).collect();
    let field = Field { name: "status", label: visit.say(STATUS), value: status, ..Field::default() };
    html! {
        @if form.some("cursor").is_none() {
            form #orders-filter .toolbar method="get" action=(visit.link("/account/orders")) data-submit-on-change
                data-swap="orders-list" {
                (parts::select(&field, &choices))
                span.plain { (parts::submit_quiet(visit.say(SHOW))) }
            }
        }
    }
}

fn link(visit: &Visit, status: &str, cursor: &str) -> String {
    match query(&[("status", status), ("cursor", cursor)]) {
        none if none.is_empty() => visit.link("/account/orders"),
        some => visit.link(&format!("/account/orders?{some}")),
    }
}
