//! What the forms of the desk share: fields that keep what was typed and tell what is wrong with them, what is told when
//! a form was sent, and what is shown where somebody else was faster.

use crate::model::{Filled, address};
use axum::response::{IntoResponse as _, Redirect, Response};
use bodega_kernel::Currency;
use bodega_pages::{Fault, Flash, Visit, parts::Field};
use maud::{Markup, html};
use serde::{Deserialize, de::DeserializeOwned};

/// The most pages of a list that is shown whole.
const MAX_PAGES: usize = 10;

/// The most characters that are told on the next page.
const MAX_TOLD: usize = 350;

/// A page of a list of the API.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(crate) struct Listed<T> {
    pub(crate) items: Vec<T>,
    #[serde(default)]
    pub(crate) next_cursor: Option<String>,
}

/// Refuses whoever is not logged in, on pages whose answers are for anybody.
pub(crate) fn known(visit: &Visit) -> Result<(), Fault> {
    if visit.is_logged_in() { Ok(()) } else { Err(Fault::of(401, "unauthorized")) }
}

/// The currency of the shop.
pub(crate) fn currency(visit: &Visit) -> Currency {
    Currency::new(&visit.settings().shop.currency).unwrap_or(Currency::GBP)
}

/// All items of a list, a thousand at most.
pub(crate) async fn all<T: DeserializeOwned>(visit: &Visit, path: &str) -> Result<Vec<T>, Fault> {
    let mut items = Vec::new();
    let mut place = address(path, &[("limit", "100")]);
    for _ in 0..MAX_PAGES {
        let page: Listed<T> = visit.get(place.as_str()).await?;
        items.extend(page.items);
        match page.next_cursor {
            Some(next) => place = address(path, &[("limit", "100"), ("cursor", &next)]),
            None => break,
        }
    }
    Ok(items)
}

/// Whether a fault is about what was typed, or about what became of it meanwhile: it is shown on the form.
pub(crate) fn belongs_to_form(fault: &Fault) -> bool {
    matches!(fault.status, 400 | 409 | 412 | 413 | 415 | 422)
}

/// On to another page, which tells what was done.
pub(crate) fn done(visit: &Visit, to: &str, text: &str) -> Response {
    tell(visit, false, text);
    Redirect::to(to).into_response()
}

/// What came of a button: told on the next page, whether it was done or refused.
pub(crate) fn told<T>(visit: &Visit, to: &str, outcome: Result<T, Fault>, text: &str) -> Result<Response, Fault> {
    match outcome {
        Ok(_) => Ok(done(visit, to, text)),
        Err(fault) if belongs_to_form(&fault) || fault.status == 404 => {
            tell(visit, true, &in_words(&fault));
            Ok(Redirect::to(to).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// What is told on the next page, as long as its cookie holds.
pub(crate) fn tell(visit: &Visit, is_bad: bool, text: &str) {
    let text = text.chars().take(MAX_TOLD).collect();
    visit.tell_next(&Flash { is_bad, text });
}

/// A refusal in a line.
pub(crate) fn in_words(fault: &Fault) -> String {
    let fields: Vec<String> =
        fault.errors.iter().map(|field| format!("{} {}", of_pointer(&field.pointer), field.detail)).collect();
    match (fault.code.as_str(), &fault.detail, fields.is_empty()) {
        ("version_mismatch" | "precondition_failed", ..) => {
            "Somebody changed it meanwhile. It is shown as it is now.".to_owned()
        }
        (_, _, false) => format!("Refused: {}.", fields.join("; ")),
        (_, Some(detail), true) => format!("Refused: {detail}."),
        (code, None, true) => format!("Refused: {}.", code.replace('_', " ")),
    }
}

/// What is wrong at a place of the body, or below it.
pub(crate) fn wrong<'a>(fault: Option<&'a Fault>, pointer: &str) -> Option<&'a str> {
    let below = |at: &str| at.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    fault?.errors.iter().find(|field| below(&field.pointer)).map(|field| field.detail.as_str())
}

/// A field of a form, with what was typed into it and what is wrong with it.
pub(crate) fn entry<'a>(
    form: &'a Filled,
    fault: Option<&'a Fault>,
    name: &'a str,
    label: &'a str,
    pointer: &str,
) -> Field<'a> {
    Field { name, label, value: form.get(name), error: wrong(fault, pointer), ..Field::default() }
}

/// A line in a cell of a table, whose heading is its label.
pub(crate) fn cell(field: &Field<'_>) -> Markup {
    let Field { name, label, kind, value, error, inputmode, required, .. } = *field;
    let kind = if kind.is_empty() { "text" } else { kind };
    html! {
        input.cell id=(name) name=(name) type=(kind) value=(value) aria-label=(label) required[required]
            inputmode=[Some(inputmode).filter(|mode| !mode.is_empty())]
            aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| format!("{name}-error"))];
        @if let Some(error) = error { p.field-error id={ (name) "-error" } { (error) } }
    }
}

/// What is wrong with a form, each with its place, on top of it.
pub(crate) fn refused(fault: Option<&Fault>) -> Markup {
    html! {
        @if let Some(fault) = fault {
            div.notice.is-bad id="refused" role="alert" tabindex="-1" {
                p { strong { (headline(fault)) } }
                @if let Some(detail) = &fault.detail { p { (detail) } }
                @if !fault.errors.is_empty() {
                    ul { @for field in &fault.errors { li { (of_pointer(&field.pointer)) ": " (field.detail) } } }
                }
            }
        }
    }
}

fn headline(fault: &Fault) -> &'static str {
    match (fault.status, fault.code.as_str()) {
        (412, _) => "Somebody changed this while you were editing. Nothing of yours is saved yet.",
        (413, _) => "That is more than can be taken at once.",
        (_, "slug_taken") => "Another one has this address already.",
        (_, "sku_taken") => "Another product has this SKU already.",
        _ => "Not saved yet: please look at these.",
    }
}

/// A place of a body as people say it: `/variants/0/price` is `variant 1, price`.
pub(crate) fn of_pointer(pointer: &str) -> String {
    let word = |part: &str| match part.parse::<usize>() {
        Ok(place) => (place + 1).to_string(),
        Err(_) => part.replace("~1", "/").replace("~0", "~").replace('_', " "),
    };
    let parts: Vec<String> = pointer.split('/').filter(|part| !part.is_empty()).map(word).collect();
    if parts.is_empty() { "the form".to_owned() } else { parts.join(" › ") }
}

/// What somebody else saved meanwhile, beside what is typed here: names of fields and what they are called.
pub(crate) fn both(mine: &Filled, theirs: &Filled, fields: &[(String, String)]) -> Markup {
    let differ =
        |(name, _): &&(String, String)| mine.all(name).collect::<Vec<_>>() != theirs.all(name).collect::<Vec<_>>();
    let line = |form: &Filled, name: &str| form.all(name).collect::<Vec<_>>().join(", ");
    let rows: Vec<Vec<Markup>> = fields
        .iter()
        .filter(differ)
        .map(|(name, label)| vec![html! { (label) }, html! { (line(mine, name)) }, html! { (line(theirs, name)) }])
        .collect();
    html! {
        section.panel id="conflict" {
            h2 { "Yours and theirs" }
            p { "Save again to put yours over theirs, or open the page anew to take theirs." }
            (bodega_pages::parts::table(
                "What differs",
                &bodega_pages::parts::columns(&["Field", "Yours, not saved", "Saved meanwhile"]),
                &rows,
            ))
        }
    }
}

/// The button that saves a form, also where it is far above.
pub(crate) fn save(text: &str) -> Markup {
    html! { div.form-actions { button.button type="submit" name="save" value="yes" { (text) } } }
}

/// A form of one button, with what it sends along.
pub(crate) fn button(action: &str, text: &str, confirm: &str, hidden: &[(&str, &str)]) -> Markup {
    html! {
        form.inline method="post" action=(action) data-confirm=[Some(confirm).filter(|text| !text.is_empty())] {
            @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
            button.button.is-quiet.is-small type="submit" { (text) }
        }
    }
}
