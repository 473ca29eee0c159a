//! The first page of the desk: what was sold, what waits, and what needs somebody. What its reader may not see is left out.

use super::{
    forms::known,
    frame::{framed, me},
    login,
    orders::{in_words, order_table},
};
use crate::views::{
    List,
    money::{Sales, Sold},
    orders::{OrderBrief, Return},
    running::{Health, Mail, Stock},
};
use bodega_kernel::{Currency, Money, Time};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Bar},
};
use futures_util::join;
use maud::{Markup, html};

/// Days that are drawn.
const DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;
/// What is open, in the order of an order's life.
const OPEN: [&str; 5] = ["awaiting_payment", "confirmed", "ready_for_pickup", "partially_shipped", "shipped"];

/// `/admin`
pub(crate) async fn dashboard(visit: Visit) -> Result<Page, Fault> {
    known(&visit)?;
    match me(&visit).await {
        Some(user) if !user.is_staff() => return Ok(login::stranger(&visit).await),
        // Nobody is behind this session any more.
        None if !visit.is_logged_in() => return Err(Fault::of(401, "unauthenticated")),
        Some(_) | None => {}
    }
    let (sold, best, low, work, trouble) = join!(
        visit.get::<Sales>("/v1/admin/reports/sales"),
        visit.get::<Sales>("/v1/admin/reports/sales?by=product"),
        little(&visit),
        work(&visit),
        trouble(&visit),
    );
    let main = html! {
        div.stack.is-loose id="dashboard" data-refresh="30" {
            @if let Ok(sales) = &sold { (figures(&visit, sales)) }
            div.desk-grid {
                @if let Ok(sales) = &sold { (parts::card("Revenue of 30 days", &chart(&visit, sales))) }
                (parts::card("Orders that are open", &work))
                @if let Ok(best) = &best { (parts::card("Best sellers of 30 days", &sellers(&visit, &best.items))) }
                (parts::card("To look at", &trouble))
                @if let Some(low) = &low { (parts::card("Little is left", &low_stock(&visit, low))) }
            }
            (late(&visit).await)
        }
    };
    Ok(framed(&visit, "Dashboard", &main).await)
}

/// How many a list holds; `None` where its reader may not know.
async fn total(visit: &Visit, path: String) -> Option<i64> {
    visit.get::<List<serde::de::IgnoredAny>>(path).await.ok()?.total
}

/// The day, counted from the first one of the epoch, as `2026-01-31`.
fn day(number: i64) -> String {
    Time::from_ms(number * DAY_MS).to_string().chars().take(10).collect()
}

/// The currency that brought most, and what each of the last days brought in it, the last one last.
fn daily(visit: &Visit, sales: &Sales) -> (Currency, Vec<(String, i64, i64)>) {
    let shop = super::forms::currency(visit);
    let code = sales.items.iter().map(|row| row.worth.currency).find(|code| *code == shop);
    let code = code.or_else(|| sales.items.first().map(|row| row.worth.currency)).unwrap_or(shop);
    let today = visit.world().now().ms() / DAY_MS;
    let of = |day: &str| sales.items.iter().find(|row| row.day == day && row.worth.currency == code);
    let days = (today - DAYS + 1..=today).map(|number| {
        let day = day(number);
        let (revenue, orders) =
            of(&day).map_or((0, 0), |row| (row.revenue.map_or(0, |money| money.amount), row.orders));
        (day, revenue, orders)
    });
    (code, days.collect())
}

fn figures(visit: &Visit, sales: &Sales) -> Markup {
    let (code, days) = daily(visit, sales);
    let last = |count: usize| {
        let some = &days[days.len().saturating_sub(count)..];
        (some.iter().map(|day| day.1).sum::<i64>(), some.iter().map(|day| day.2).sum::<i64>())
    };
    html! {
        div.figures {
            @for (name, count) in [("Today", 1), ("7 days", 7), ("30 days", 30)] {
                @let (revenue, orders) = last(count);
                div.figure {
                    p.figure-name { (name) }
                    p.figure-value { (visit.money(Money::new(revenue, code))) }
                    p.figure-note { (visit.lang().number(orders)) " orders" }
                }
            }
        }
    }
}

fn chart(visit: &Visit, sales: &Sales) -> Markup {
    let (code, days) = daily(visit, sales);
    let bar = |(day, revenue, _): (String, i64, i64)| Bar {
        label: day,
        value: revenue,
        shown: visit.money(Money::new(revenue, code)),
    };
    let points: Vec<Bar> = days.into_iter().map(bar).collect();
    html! {
        (parts::line_chart_by("Revenue by day", &points, |value| visit.money(Money::new(value, code))))
        p.muted.small { "Taken for orders of a day, less what was given back of them." }
    }
}

fn sellers(visit: &Visit, items: &[Sold]) -> Markup {
    let bars: Vec<Bar> = items
        .iter()
        .take(8)
        .map(|row| Bar {
            label: if row.name.is_empty() { row.sku.clone() } else { row.name.clone() },
            value: row.worth.amount,
            shown: format!("{} · {} pieces", visit.money(row.worth), visit.lang().number(row.units)),
        })
        .collect();
    html! { @if bars.is_empty() { p.muted { "Nothing was sold yet." } } @else { (parts::bars(&bars)) } }
}

/// Of what is gone and of what is at its threshold, some; `None` where its reader may not know.
async fn little(visit: &Visit) -> Option<Vec<Stock>> {
    let (gone, low) = join!(
        visit.get::<List<Stock>>("/v1/stock?below=1&limit=10"),
        visit.get::<List<Stock>>("/v1/stock?low=true&limit=10"),
    );
    let mut some: Vec<Stock> = gone.ok()?.items.into_iter().chain(low.ok()?.items).collect();
    some.sort_by(|a, b| (a.available, &a.sku).cmp(&(b.available, &b.sku)));
    some.dedup_by(|a, b| a.sku == b.sku);
    some.truncate(10);
    Some(some)
}

fn low_stock(visit: &Visit, low: &[Stock]) -> Markup {
    html! {
        @if low.is_empty() { p.muted { "Of everything there is enough." } }
        ul.stack.is-tight {
            @for stock in low {
                li.row.is-spread {
                    a.code href={ "/admin/stock/items/" (crate::model::encoded(&stock.sku)) } { (stock.sku) }
                    span { (visit.lang().number(stock.available)) " left" }
                }
            }
        }
        p.small { a href="/admin/stock/low" { "All that runs low" } }
    }
}

/// How many orders are in each open state.
async fn work(visit: &Visit) -> Markup {
    let count = |status: &str| total(visit, format!("/v1/orders?status={status}&limit=1&count=true"));
    let (unpaid, paid, ready, partly, sent) =
        join!(count(OPEN[0]), count(OPEN[1]), count(OPEN[2]), count(OPEN[3]), count(OPEN[4]));
    let counts = [unpaid, paid, ready, partly, sent];
    html! {
        ul.stack.is-tight {
            @for (status, count) in OPEN.iter().zip(counts) {
                li.row.is-spread {
                    a href={ "/admin/orders?status=" (status) } { (in_words(status)) }
                    span { @match count { Some(count) => (visit.lang().number(count)), None => "–" } }
                }
            }
        }
    }
}

/// What somebody should look at.
async fn trouble(visit: &Visit) -> Markup {
    let (late, disputed, returns, failed, health) = join!(
        total(visit, "/v1/orders?late=true&limit=1&count=true".to_owned()),
        total(visit, "/v1/orders?payment_status=disputed&limit=1&count=true".to_owned()),
        visit.get::<List<Return>>("/v1/admin/returns?state=requested&limit=1&count=true"),
        visit.get::<List<Mail>>("/v1/mails?state=failed&limit=1&count=true"),
        visit.get::<Health>("/v1/health"),
    );
    let lines = [
        ("Late orders", "/admin/orders?late=yes", late),
        ("Disputed payments", "/admin/payments", disputed),
        ("Returns to decide on", "/admin/returns?state=requested", returns.ok().and_then(|list| list.total)),
        ("Mails given up", "/admin/mails?state=failed", failed.ok().and_then(|list| list.total)),
        ("Dead letters", "/admin/health", health.ok().map(|health| health.dead_letters())),
    ];
    html! {
        ul.stack.is-tight {
            @for (name, href, count) in lines {
                @if let Some(count) = count {
                    li.row.is-spread {
                        a href=(href) { (name) }
                        @if count > 0 { (parts::badge(parts::Mood::Warn, &visit.lang().number(count))) } @else { span.muted { "0" } }
                    }
                }
            }
        }
    }
}

async fn late(visit: &Visit) -> Markup {
    let list = visit.get::<List<OrderBrief>>("/v1/orders?late=true&limit=10").await;
    html! {
        @if let Ok(list) = &list {
            @if !list.items.is_empty() {
                section.section id="late" { h2 { "Late orders" } (order_table(visit, &list.items)) }
            }
        }
    }
}
