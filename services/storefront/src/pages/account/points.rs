//! One's points: how many, which tier, and what moved them.

use super::{nothing_yet, page};
use crate::{
    model::query,
    pages::{login::asked, orders::words},
};
use bodega_kernel::{Money, Time};
use bodega_pages::{
    Fault, Page, Text, Visit,
    parts::{self, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;

/// What there is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Points {
    pub(crate) spendable: i64,
    pub(crate) held: i64,
    pub(crate) pending: i64,
    pub(crate) debt: i64,
    pub(crate) worth: Option<Money>,
    pub(crate) tier: Option<Tier>,
    next_tier: Option<NextTier>,
    expiring: Vec<Expiring>,
}

/// Where the customer is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Tier {
    pub(crate) name: String,
    multiplier_bp: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NextTier {
    name: String,
    missing: i64,
}

#[derive(Debug, Deserialize)]
struct Expiring {
    points: i64,
    at: Time,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Statement {
    items: Vec<Entry>,
    next_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    kind: String,
    #[serde(default)]
    spendable: i64,
    #[serde(default)]
    pending: i64,
    order_id: Option<String>,
    reason: Option<String>,
    at: Time,
}

/// `GET /account/points`
pub(crate) async fn show(visit: Visit) -> Result<Page, Fault> {
    const TITLE: Text = Text { en: "Points", de: "Punkte" };
    const MOVED: Text = Text { en: "Statement", de: "Kontoauszug" };
    const NEWEST: Text = Text { en: "Newest", de: "Neueste" };
    const OLDER: Text = Text { en: "Older", de: "Ältere" };
    let form = asked(&visit);
    let asked = query(&[("limit", "20"), ("cursor", form.get("cursor"))]);
    let points = visit.get::<Points>("/v1/me/points");
    let statement = visit.get::<Statement>(format!("/v1/me/points/statement?{asked}"));
    let (points, statement) = futures_util::join!(points, statement);
    let (points, statement) = (points?, statement?);
    let first = visit.link("/account/points");
    let first = form.some("cursor").map(|_| (&*first, visit.say(NEWEST)));
    let next = statement.next_cursor.as_deref().map(|cursor| query(&[("cursor", cursor)]));
    let next = next.map(|next| visit.link(&format!("/account/points?{next}")));
    let next = next.as_deref().map(|next| (next, visit.say(OLDER)));
    let body = html! {
        (balance(&visit, &points))
        section.section {
            h2 { (visit.say(MOVED)) }
            (entries(&visit, &statement.items))
            (parts::pager(first, next))
        }
    };
    Ok(page(&visit, "/account/points", visit.say(TITLE), &body).await)
}

fn balance(visit: &Visit, points: &Points) -> Markup {
    const SPENDABLE: Text = Text { en: "Can be spent", de: "Einlösbar" };
    const WORTH: Text = Text { en: "Worth", de: "Wert" };
    const PENDING: Text =
        Text { en: "On their way, from orders under way", de: "Unterwegs, aus laufenden Bestellungen" };
    const HELD: Text = Text { en: "Held for orders not yet paid", de: "Vorgemerkt für unbezahlte Bestellungen" };
    const DEBT: Text = Text { en: "To be made up for", de: "Noch auszugleichen" };
    const TIER: Text = Text { en: "Tier", de: "Stufe" };
    const NEXT: Text = Text { en: "To the next tier", de: "Bis zur nächsten Stufe" };
    let number = |points: i64| html! { (visit.lang().number(points)) };
    let mut facts = vec![(visit.say(SPENDABLE), number(points.spendable))];
    if let Some(worth) = points.worth {
        facts.push((visit.say(WORTH), html! { (visit.money(worth)) }));
    }
    let further = [(PENDING, points.pending), (HELD, points.held), (DEBT, points.debt)];
    facts
        .extend(further.into_iter().filter(|(_, many)| *many != 0).map(|(name, many)| (visit.say(name), number(many))));
    if let Some(tier) = &points.tier {
        facts.push((visit.say(TIER), html! { (tier.name) " (×" (times(visit, tier.multiplier_bp)) ")" }));
    }
    if let Some(next) = &points.next_tier {
        facts.push((visit.say(NEXT), html! { (next.name) ": " (visit.lang().number(next.missing)) }));
    }
    html! {
        div.panel { (parts::facts(&facts)) }
        @for soon in &points.expiring { (parts::notice(Mood::Warn, &expiring(visit, soon))) }
    }
}

fn expiring(visit: &Visit, soon: &Expiring) -> String {
    let (points, day) = (visit.lang().number(soon.points), visit.lang().day(soon.at));
    let until = visit.say(Text { en: "points are to be spent before", de: "Punkte gelten noch bis zum" });
    format!("{points} {until} {day}.")
}

/// Basis points as a factor: `1.25`.
fn times(visit: &Visit, basis_points: i64) -> String {
    let written = format!("{}.{:02}", basis_points / 10_000, basis_points % 10_000 / 100);
    let short = written.trim_end_matches('0').trim_end_matches('.');
    short.replace('.', visit.say(Text { en: ".", de: "," }))
}

fn entries(visit: &Visit, entries: &[Entry]) -> Markup {
    const NONE: Text = Text { en: "No points yet", de: "Noch keine Punkte" };
    const HOW: Text = Text {
        en: "Every order earns points, and points take something off the next one.",
        de: "Jede Bestellung bringt Punkte, und Punkte machen die nächste günstiger.",
    };
    if entries.is_empty() {
        return nothing_yet(visit, NONE, HOW);
    }
    let heads = [
        visit.say(Text { en: "Day", de: "Tag" }),
        visit.say(Text { en: "What", de: "Was" }),
        visit.say(Text { en: "#Points", de: "#Punkte" }),
    ];
    let row = |entry: &Entry| {
        let moved = if entry.spendable == 0 { entry.pending } else { entry.spendable };
        vec![
            html! { (visit.lang().day(entry.at)) },
            what(visit, entry),
            html! { (if moved > 0 { "+" } else { "" }) (visit.lang().number(moved)) },
        ]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    parts::table(visit.say(Text { en: "Points", de: "Punkte" }), &parts::columns(&heads), &rows)
}

fn what(visit: &Visit, entry: &Entry) -> Markup {
    const ORDER: Text = Text { en: "Order", de: "Bestellung" };
    html! {
        (visit.say(words::points(&entry.kind)))
        @if let Some(reason) = &entry.reason { ": " (reason) }
        @if let Some(order) = &entry.order_id {
            " · " a href=(visit.link(&format!("/orders/{order}"))) { (visit.say(ORDER)) }
        }
    }
}
