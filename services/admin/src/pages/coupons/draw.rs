//! How the form of a promotion looks, and the report of its uses.

use super::{
    edit::{Brand, Report},
    form::{self, Promotion},
};
use crate::{
    model::Filled,
    pages::{
        categories::{Category, tree},
        forms::{both, cell, entry, refused, save},
    },
};
use bodega_pages::{
    Fault, Visit,
    parts::{self, Bar, Choice, Field},
};
use maud::{Markup, html};

const KINDS: [Choice<'static>; 5] = [
    Choice::new("percentage", "A share of the price"),
    Choice::new("amount", "An amount off"),
    Choice::new("free_shipping", "Free shipping"),
    Choice::new("buy_x_get_y", "Buy some, get some for less"),
    Choice::new("tiers", "The more is spent, the more comes off"),
];
const TRIGGERS: [Choice<'static>; 2] =
    [Choice::new("code", "With one of its codes"), Choice::new("automatic", "By itself")];
const AMOUNTS: &str = "GBP 20.00; EUR 25.00";

/// What the form of a promotion shows.
pub(super) struct Drawn<'a> {
    pub(super) form: &'a Filled,
    pub(super) fault: Option<&'a Fault>,
    /// As it is; `None` while it is not.
    pub(super) promotion: Option<&'a Promotion>,
    /// What somebody else saved meanwhile.
    pub(super) theirs: Option<&'a Filled>,
    pub(super) brands: &'a [Brand],
    pub(super) categories: &'a [Category],
}

/// The form, and below it what the promotion came to.
pub(super) fn editor(visit: &Visit, drawn: &Drawn<'_>, report: Option<&Report>) -> Markup {
    let Drawn { form, fault, promotion, theirs, .. } = drawn;
    let action = promotion.map_or_else(|| "/admin/coupons/new".to_owned(), |one| format!("/admin/coupons/{}", one.id));
    html! {
        (parts::crumbs("Way", &[("/admin/coupons", "Promotions"), ("", promotion.map_or("New", |one| &one.label))]))
        (refused(*fault))
        @if let Some(theirs) = theirs { (both(form, theirs, &form::labels([form, theirs]))) }
        @if let Some(one) = promotion {
            nav.tabs aria-label="Promotion" {
                a href=(action) aria-current="page" { "Promotion" }
                @if one.trigger == "code" { a href={ (action) "/codes" } { "Codes" } }
                a href={ (action) "/uses" } { "Uses" }
            }
        }
        form.split id="promotion" method="post" action=(action) {
            div.stack {
                @for name in ["version", "key"] {
                    @if let Some(value) = form.text(name) { (parts::hidden(name, value)) }
                }
                (save("Save"))
                (what(drawn))
                (gives(drawn, &action))
                (holds(drawn))
                (save("Save promotion"))
            }
            (aside(drawn))
        }
        @if let Some(report) = report { (uses(visit, report)) }
    }
}

fn what(drawn: &Drawn<'_>) -> Markup {
    let Drawn { form, fault, promotion, .. } = drawn;
    let line = |name, label| entry(form, *fault, name, label, &format!("/{name}"));
    html! {
        section.panel.stack {
            (parts::field(&Field { required: true, max: Some(120), hint: "As the customer sees it.", ..line("label", "Name") }))
            @if promotion.is_none() {
                (parts::select(&line("trigger", "Applies"), &TRIGGERS))
                div.fields-2 {
                    (parts::field(&Field { hint: "3 to 40 letters, digits, hyphens and underscores. More can be made later.", ..line("code", "First code") }))
                    (parts::field(&Field { inputmode: "numeric", hint: "Empty: for ever.", ..line("code_limit", "Uses of that code") }))
                }
            }
        }
    }
}

fn gives(drawn: &Drawn<'_>, action: &str) -> Markup {
    let Drawn { form, fault, .. } = drawn;
    let line = |name, label, pointer: &str| entry(form, *fault, name, label, pointer);
    html! {
        section.panel.stack id="tiers" {
            h2 { "What it gives" }
            (parts::select(&line("kind", "Kind", "/reward/kind"), &KINDS))
            p.muted.small { "Fill in what belongs to the kind; the rest is left alone." }
            div.fields-2 {
                (parts::field(&Field { inputmode: "decimal", ..line("percent", "A share: percent off", "/reward/bp") }))
                (parts::field(&Field { hint: AMOUNTS, ..line("amounts", "An amount: so much off", "/reward/amounts") }))
                (parts::field(&Field { inputmode: "numeric", ..line("buy", "Buy so many", "/reward/buy") }))
                (parts::field(&Field { inputmode: "numeric", ..line("get", "get so many more for less", "/reward/get") }))
                (parts::field(&Field { inputmode: "decimal", hint: "100 is free.", ..line("get_percent", "with percent off", "/reward/bp") }))
            }
            h3 { "Steps" }
            (tiers(drawn))
            div {
                button.button.is-quiet.is-small type="submit" name="add" value="tier" formnovalidate
                    formaction={ (action) "#tiers" } { "Add a step" }
            }
        }
    }
}

fn tiers(drawn: &Drawn<'_>) -> Markup {
    let Drawn { form, fault, .. } = drawn;
    let row = |place: usize| {
        let line = |field: &str, label: &str, pointer: &str| {
            let (name, label) = (format!("tier.{place}.{field}"), format!("{label}, step {}", place + 1));
            cell(&entry(form, *fault, &name, &label, &format!("/reward/tiers/{place}/{pointer}")))
        };
        vec![
            html! { (parts::hidden(&format!("tier.{place}.id"), "")) (line("minimum", "From", "minimum")) },
            line("percent", "Percent off", "off/bp"),
            line("amounts", "Amount off", "off/amounts"),
            html! {
                button.button.is-quiet.is-small type="submit" name="remove" value={ "tier." (place) } formnovalidate
                    aria-label={ "Remove step " (place + 1) } { "Remove" }
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = (0..form.rows("tier")).map(row).collect();
    html! {
        @if !rows.is_empty() {
            (parts::table("Steps", &parts::columns(&["From an amount of", "Percent off", "or amount off", "Remove"]), &rows))
        }
        @if let Some(error) = fault.and_then(|fault| fault.at("/reward/tiers")) { p.field-error { (error) } }
    }
}

fn holds(drawn: &Drawn<'_>) -> Markup {
    let Drawn { form, fault, brands, categories, .. } = drawn;
    let line = |name, label| entry(form, *fault, name, label, &format!("/conditions/{name}"));
    let listed = "Apart by commas.";
    let placed: Vec<(&str, String)> =
        tree(categories).into_iter().map(|one| (one.category.id.as_str(), one.path)).collect();
    let makers: Vec<(&str, String)> = brands.iter().map(|one| (one.id.as_str(), one.name.clone())).collect();
    html! {
        section.panel.stack {
            h2 { "When it holds" }
            p.muted.small { "All that is said must hold. Without goods it is for everything, without customers for everybody." }
            div.fields-2 {
                (parts::field(&Field { hint: AMOUNTS, ..line("minimum", "Goods of at least") }))
                (parts::field(&Field { hint: listed, ..line("skus", "Only these SKUs") }))
                (parts::field(&Field { hint: "Ids, apart by commas.", ..line("products", "Only these products") }))
                (parts::field(&Field { hint: listed, ..line("groups", "Only these groups of customers") }))
                (parts::field(&Field { hint: "Ids, apart by commas.", ..line("customers", "Only these customers") }))
                div { (parts::check("first_order", "Only for a first order", form.is("first_order"))) }
                (parts::field(&Field { kind: "datetime-local", hint: "UTC.", ..line("from", "From") }))
                (parts::field(&Field { kind: "datetime-local", hint: "UTC.", ..line("until", "Until") }))
            }
            (boxes(form, "category", "Only in these categories", &placed))
            (boxes(form, "brand", "Only of these brands", &makers))
        }
    }
}

fn boxes(form: &Filled, name: &str, legend: &str, of: &[(&str, String)]) -> Markup {
    let chosen: Vec<&str> = form.all(name).collect();
    html! {
        @if !of.is_empty() {
            fieldset.panel.choices {
                legend { (legend) }
                @for (id, label) in of {
                    label.check { input type="checkbox" name=(name) value=(id) checked[chosen.contains(id)]; span { (label) } }
                }
            }
        }
    }
}

fn aside(drawn: &Drawn<'_>) -> Markup {
    let Drawn { form, fault, .. } = drawn;
    let line = |name, label| entry(form, *fault, name, label, &format!("/{name}"));
    html! {
        aside.stack {
            section.panel.stack {
                (parts::check("enabled", "On: it may be used", form.is("enabled")))
                (parts::check("combinable", "Goes together with others", form.is("combinable")))
                (parts::field(&Field { inputmode: "numeric", hint: "The higher goes first.", ..line("priority", "Priority") }))
                (parts::field(&Field {
                    inputmode: "numeric", hint: "Empty: for ever. One made without a limit is never given one.", ..line("limit", "Uses in all")
                }))
                (parts::field(&Field { inputmode: "numeric", hint: "Empty: for ever.", ..line("limit_per_customer", "Uses of one customer") }))
            }
        }
    }
}

fn uses(visit: &Visit, report: &Report) -> Markup {
    let number = |number: i64| visit.lang().number(number);
    let bar = |label: &str, value: i64| Bar { label: label.to_owned(), value, shown: number(value) };
    let codes: Vec<Bar> = report.codes.iter().map(|code| bar(&code.code, code.redeemed)).collect();
    let days: Vec<Bar> = report.days.iter().rev().map(|day| bar(&day.day, day.redeemed)).collect();
    let figures = [
        ("Paid orders", report.redeemed),
        ("Orders not paid yet", report.reserved),
        ("Orders that came to nothing", report.released),
        ("Customers", report.customers),
    ];
    html! {
        section.stack id="report" {
            h2 { "How it was used" }
            dl.figures {
                @for (name, value) in figures {
                    div.figure { dt.figure-name { (name) } dd.figure-value { (number(value)) } }
                }
            }
            @if days.len() > 1 { (parts::line_chart("Paid orders by day", &days)) }
            @if !codes.is_empty() { h3 { "Codes that were used most" } (parts::bars(&codes)) }
        }
    }
}
