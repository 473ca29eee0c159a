//! Forms: fields with their labels, hints and errors.

use crate::api::Fault;
use maud::{Markup, html};

/// A line to fill in. `Field { name: "email", label: "E-mail", kind: "email", ..Field::default() }`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Field<'a> {
    /// In the form, and of its id.
    pub name: &'a str,
    /// Above it.
    pub label: &'a str,
    /// Of the input; `text` where it is empty.
    pub kind: &'a str,
    /// What is in it.
    pub value: &'a str,
    /// Under it, small.
    pub hint: &'a str,
    /// What is wrong with it.
    pub error: Option<&'a str>,
    /// Whether it must be filled in.
    pub required: bool,
    /// What browsers fill in, such as `email` or `postal-code`.
    pub autocomplete: &'a str,
    /// The keyboard of phones, such as `numeric`.
    pub inputmode: &'a str,
    /// The most characters.
    pub max: Option<u32>,
}

/// One of several: value and what it is called.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// In the form.
    pub value: &'a str,
    /// For people.
    pub label: &'a str,
    /// Beside it: a price, a word more.
    pub aside: &'a str,
    /// Whether it can be taken.
    pub is_open: bool,
}

impl<'a> Choice<'a> {
    /// One that can be taken.
    pub const fn new(value: &'a str, label: &'a str) -> Self {
        Self { value, label, aside: "", is_open: true }
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn below(name: &str, hint: &str, error: Option<&str>) -> Markup {
    html! {
        @if !hint.is_empty() { p.field-hint id={ (name) "-hint" } { (hint) } }
        @if let Some(error) = error { p.field-error id={ (name) "-error" } { (error) } }
    }
}

fn described(name: &str, hint: &str, error: Option<&str>) -> Option<String> {
    match (error, hint) {
        (Some(_), "") => Some(format!("{name}-error")),
        (Some(_), _) => Some(format!("{name}-error {name}-hint")),
        (None, "") => None,
        (None, _) => Some(format!("{name}-hint")),
    }
}

/// A line with its label.
pub fn field(field: &Field<'_>) -> Markup {
    let Field { name, label, kind, value, hint, error, required, autocomplete, inputmode, max } = *field;
    html! {
        div.field.has-error[error.is_some()] {
            label for=(name) { (label) }
            input id=(name) name=(name) type=(some(kind).unwrap_or("text")) value=[some(value)] required[required]
                autocomplete=[some(autocomplete)] inputmode=[some(inputmode)] maxlength=[max]
                aria-describedby=[described(name, hint, error)] aria-invalid=[error.map(|_| "true")];
            (below(name, hint, error))
        }
    }
}

/// Several lines with their label.
pub fn area(field: &Field<'_>, rows: u32) -> Markup {
    let Field { name, label, value, hint, error, required, max, .. } = *field;
    html! {
        div.field.has-error[error.is_some()] {
            label for=(name) { (label) }
            textarea id=(name) name=(name) rows=(rows) required[required] maxlength=[max]
                aria-describedby=[described(name, hint, error)] aria-invalid=[error.map(|_| "true")] { (value) }
            (below(name, hint, error))
        }
    }
}

/// One of many, folded.
pub fn select(field: &Field<'_>, of: &[Choice<'_>]) -> Markup {
    let Field { name, label, value, hint, error, required, .. } = *field;
    html! {
        div.field.has-error[error.is_some()] {
            label for=(name) { (label) }
            select id=(name) name=(name) required[required] aria-describedby=[described(name, hint, error)]
                aria-invalid=[error.map(|_| "true")] {
                @for choice in of {
                    option value=(choice.value) selected[choice.value == value] disabled[!choice.is_open] { (choice.label) }
                }
            }
            (below(name, hint, error))
        }
    }
}

/// One of a few, all in view. `inline` ones stand beside each other, like the sizes of a shirt.
pub fn choices(field: &Field<'_>, of: &[Choice<'_>], inline: bool) -> Markup {
    let Field { name, label, value, hint, error, required, .. } = *field;
    html! {
        fieldset.choices.is-inline[inline].has-error[error.is_some()] aria-describedby=[described(name, hint, error)] {
            legend { (label) }
            @for choice in of {
                label.choice {
                    input type="radio" name=(name) value=(choice.value) checked[choice.value == value] required[required]
                        disabled[!choice.is_open];
                    span.choice-label { (choice.label) }
                    @if !choice.aside.is_empty() { span.choice-aside { (choice.aside) } }
                }
            }
            (below(name, hint, error))
        }
    }
}

/// A box to tick.
pub fn check(name: &str, label: &str, ticked: bool) -> Markup {
    html! {
        label.check {
            input type="checkbox" name=(name) value="yes" checked[ticked];
            span { (label) }
        }
    }
}

/// Sent along, unseen.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// Sends its form: the one thing that the page is for.
pub fn submit(text: &str) -> Markup {
    html! { button.button type="submit" { (text) } }
}

/// Sends its form: something beside.
pub fn submit_quiet(text: &str) -> Markup {
    html! { button.button.is-quiet type="submit" { (text) } }
}

/// A link that looks like a button.
pub fn link_button(href: &str, text: &str, quiet: bool) -> Markup {
    html! { a.button.is-quiet[quiet] href=(href) { (text) } }
}

/// What is wrong with a form as a whole, and with fields that it does not show.
pub fn errors(fault: Option<&Fault>, title: &str) -> Markup {
    html! {
        @if let Some(fault) = fault {
            div.notice.is-bad role="alert" tabindex="-1" {
                p { strong { (title) } }
                @if let Some(detail) = &fault.detail { p { (detail) } }
                @if !fault.errors.is_empty() {
                    ul { @for field in &fault.errors { li { (field.detail) } } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_described_by_its_error_and_its_hint() {
        let email =
            Field { name: "email", label: "E-mail", hint: "For receipts", error: Some("Missing"), ..Field::default() };
        for part in [field(&email), area(&email, 3), select(&email, &[]), choices(&email, &[], false)] {
            let html = part.into_string();
            assert!(html.contains("aria-describedby=\"email-error email-hint\""), "{html}");
            assert!(html.contains("id=\"email-error\"") && html.contains("id=\"email-hint\""), "{html}");
        }
        assert!(!field(&Field { error: None, hint: "", ..email }).into_string().contains("aria-"));
    }

    #[test]
    fn what_was_typed_stays_text() {
        let typed = "\"><script>alert(1)</script>";
        let name = Field { name: "name", label: typed, value: typed, error: Some(typed), ..Field::default() };
        let choice = [Choice { aside: typed, ..Choice::new(typed, typed) }];
        let fault = Fault { detail: Some(typed.into()), ..Fault::of(422, "invalid") };
        let parts = [
            field(&name),
            area(&name, 2),
            select(&name, &choice),
            choices(&name, &choice, true),
            check("ok", typed, true),
            hidden("key", typed),
            errors(Some(&fault), typed),
        ];
        for part in parts {
            let html = part.into_string();
            assert!(!html.contains("<script>") && !html.contains("\"\">"), "{html}");
        }
    }
}
