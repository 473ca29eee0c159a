//! How the page of a SKU looks.

use super::{
    Level, Stock, item,
    item::{Location, Movement},
    standing, tabs,
};
use crate::{
    model::Filled,
    pages::forms::{Listed, entry, refused},
};
use bodega_pages::{
    Fault, Visit,
    parts::{self, Choice, Field},
};
use maud::{Markup, html};

const KINDS: [Choice<'static>; 3] = [
    Choice::new("receive", "Came from a supplier"),
    Choice::new("return", "Came back from a customer"),
    Choice::new("adjust", "Corrected (with a reason)"),
];

/// What the page of a SKU shows.
pub(super) struct Drawn<'a> {
    pub(super) stock: &'a Stock,
    /// Whether anything of it was ever there.
    pub(super) is_known: bool,
    pub(super) places: &'a [Location],
    pub(super) form: &'a Filled,
    pub(super) fault: Option<&'a Fault>,
    pub(super) moved: &'a Listed<Movement>,
}

/// The page of a SKU.
pub(super) fn one(visit: &Visit, drawn: &Drawn<'_>) -> Markup {
    let Drawn { stock, is_known, fault, moved, .. } = drawn;
    let here = item(&stock.sku);
    let next = moved.next_cursor.as_deref().map(|cursor| crate::model::address(&here, &[("cursor", cursor)]));
    html! {
        (tabs(visit))
        (refused(*fault))
        @if *is_known {
            p { (standing(stock)) }
            (figures(visit, stock))
            (levels(visit, stock))
        } @else {
            p.muted { "Nothing of it was ever there. Receive the first pieces." }
        }
        div.grid-3 {
            (movement(drawn, &here))
            @if *is_known { (count(drawn, &here)) (policy(drawn, &here)) }
        }
        @if *is_known {
            section.stack id="history" {
                h2 { "What moved it" }
                (history(visit, &moved.items))
                (parts::pager(None, next.as_deref().map(|href| (href, "Earlier"))))
            }
        }
    }
}

fn figures(visit: &Visit, stock: &Stock) -> Markup {
    let figures = [
        ("On hand", stock.on_hand),
        ("Held", stock.held),
        ("Allocated", stock.allocated),
        ("Incoming", stock.incoming),
        ("Available", stock.available),
        ("Can be sold", stock.sellable),
    ];
    html! {
        dl.figures {
            @for (name, value) in figures {
                div.figure { dt.figure-name { (name) } dd.figure-value { (visit.lang().number(value)) } }
            }
        }
    }
}

fn levels(visit: &Visit, stock: &Stock) -> Markup {
    let number = |number: i64| html! { (visit.lang().number(number)) };
    let row = |level: &Level| {
        vec![
            html! { (level.location) @if !level.enabled { " " span.muted { "(not sold from)" } } },
            number(level.on_hand),
            number(level.held),
            number(level.allocated),
            number(level.incoming),
            number(level.safety),
            number(level.available),
        ]
    };
    let rows: Vec<Vec<Markup>> = stock.locations.iter().map(row).collect();
    let titles = ["Location", "#On hand", "#Held", "#Allocated", "#Incoming", "#Safety", "#Available"];
    parts::table("By location", &parts::columns(&titles), &rows)
}

fn locations(places: &[Location]) -> Vec<Choice<'_>> {
    places.iter().map(|place| Choice::new(&place.id, &place.name)).collect()
}

fn movement(drawn: &Drawn<'_>, here: &str) -> Markup {
    let Drawn { form, fault, places, .. } = drawn;
    let line = |name, label| entry(form, *fault, name, label, &format!("/{name}"));
    html! {
        form.panel.form id="move" method="post" action={ (here) "/move" } {
            h2 { "Receive or adjust" }
            (parts::hidden("key", form.get("key")))
            (parts::select(&line("kind", "What happened"), &KINDS))
            (parts::select(&line("location", "Where"), &locations(places)))
            (parts::field(&Field { required: true, inputmode: "numeric", hint: "Pieces; a correction may be below zero: -3", ..line("quantity", "How many") }))
            (parts::field(&line("reason", "Why")))
            (parts::field(&Field { hint: "A delivery note, a return number.", ..line("reference", "Reference") }))
            (parts::submit("Enter"))
        }
    }
}

fn count(drawn: &Drawn<'_>, here: &str) -> Markup {
    let Drawn { form, fault, places, stock, .. } = drawn;
    html! {
        form.panel.form id="count" method="post" action={ (here) "/count" } {
            h2 { "Count" }
            (parts::hidden("key", form.get("key")))
            @for level in &stock.locations {
                (parts::hidden(&format!("expected.{}", level.location), &level.on_hand.to_string()))
            }
            (parts::select(&entry(form, *fault, "count_location", "Where", "/location"), &locations(places)))
            (parts::field(&Field {
                required: true, inputmode: "numeric", hint: "Refused if the books changed since this page was opened.",
                ..entry(form, *fault, "counted", "Pieces that are there", "/on_hand")
            }))
            (parts::field(&entry(form, *fault, "count_reason", "Why", "/reason")))
            (parts::submit("Book the count"))
        }
    }
}

fn policy(drawn: &Drawn<'_>, here: &str) -> Markup {
    let Drawn { form, fault, places, stock, .. } = drawn;
    html! {
        form.panel.form id="policy" method="post" action={ (here) "/policy" } {
            h2 { "What may be sold" }
            (parts::hidden("key", form.get("key")))
            (parts::hidden("policy_version", &stock.policy_version.to_string()))
            (parts::field(&Field {
                inputmode: "numeric", hint: "At so many that can be sold, or fewer; empty: never.",
                ..entry(form, *fault, "threshold", "Tell staff at", "/low_stock_threshold")
            }))
            (parts::check("backorder", "May be sold without being there", form.is("backorder")))
            (parts::field(&Field {
                inputmode: "numeric", hint: "Empty: any number.",
                ..entry(form, *fault, "backorder_limit", "So many of them at most", "/backorder_limit")
            }))
            @for (place, location) in places.iter().enumerate() {
                @let name = format!("safety.{place}.quantity");
                @let label = format!("Never sold of {}", location.name);
                (parts::hidden(&format!("safety.{place}.location"), &location.id))
                (parts::field(&Field {
                    inputmode: "numeric", ..entry(form, *fault, &name, &label, &format!("/safety/{place}/quantity"))
                }))
            }
            (parts::submit("Save"))
        }
    }
}

fn history(visit: &Visit, moved: &[Movement]) -> Markup {
    let change = |number: i64| html! { @if number > 0 { "+" } @if number != 0 { (visit.lang().number(number)) } };
    let row = |one: &Movement| {
        let said =
            [&one.reason, &one.reference].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · ");
        vec![
            html! { (visit.lang().moment(one.at)) },
            html! { (one.kind.replace('_', " ")) },
            html! { (one.location) },
            change(one.on_hand),
            change(one.held),
            change(one.allocated),
            html! {
                @if let Some(order) = &one.order_id { a href={ "/admin/orders/" (order) } { "Order" } " " }
                (said)
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = moved.iter().map(row).collect();
    let titles = ["When", "What", "Where", "#On hand", "#Held", "#Allocated", "Why"];
    parts::table("Movements", &parts::columns(&titles), &rows)
}
