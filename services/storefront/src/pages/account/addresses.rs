//! One's address book.

use super::{nothing_yet, page};
use crate::{
    model::Form,
    pages::{
        login::{is_told_here, tell, wrong},
        postal::Postal,
        refusals,
        ways::{go, id},
    },
};
use axum::{
    extract::Path,
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_pages::{
    Fault, Page, Text, Visit,
    parts::{self, Mood},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

const LIST: &str = "/account/addresses";
const TITLE: Text = Text { en: "Addresses", de: "Adressen" };

/// An address of the book.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    id: String,
    #[serde(flatten)]
    postal: Postal,
    default_shipping: bool,
    default_billing: bool,
    version: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Book {
    items: Vec<Entry>,
}

/// `GET /account/addresses`
pub(crate) async fn show(visit: Visit) -> Result<Page, Fault> {
    const NONE: Text = Text { en: "No addresses yet", de: "Noch keine Adressen" };
    const WHY: Text = Text {
        en: "Addresses that you keep here are filled in when you buy.",
        de: "Adressen, die Sie hier ablegen, sind beim Bestellen schon ausgefüllt.",
    };
    const NEW: Text = Text { en: "New address", de: "Neue Adresse" };
    let book: Book = visit.get("/v1/me/addresses").await?;
    let body = html! {
        p { (parts::link_button(&visit.link("/account/addresses/new"), visit.say(NEW), false)) }
        @if book.items.is_empty() { (nothing_yet(&visit, NONE, WHY)) }
        ul.grid-2 {
            @for entry in &book.items { li.panel.stack { (shown(&visit, entry)) } }
        }
    };
    Ok(page(&visit, LIST, visit.say(TITLE), &body).await)
}

/// `GET /account/addresses/new`
pub(crate) async fn show_new(visit: Visit) -> Result<Page, Fault> {
    let me: super::Me = visit.get("/v1/me").await?;
    let postal = Postal { name: me.name.unwrap_or_default(), ..Postal::default() };
    Ok(form_page(&visit, &Entry { postal, ..Entry::default() }, &visit.new_key(), None).await)
}

/// `POST /account/addresses/new`
pub(crate) async fn add(visit: Visit, form: Form) -> Result<Response, Fault> {
    let typed = typed(&form, "");
    let ask = visit.ask(Method::POST, "/v1/me/addresses").key(form.get("key")).json(&body(&typed));
    saved(&visit, &form, &typed, ask.send().await.map(drop)).await
}

/// `GET /account/addresses/{id}`
pub(crate) async fn show_one(visit: Visit, Path(entry): Path<String>) -> Result<Page, Fault> {
    let entry: Entry = visit.get(format!("/v1/me/addresses/{}", id(&entry)?)).await?;
    Ok(form_page(&visit, &entry, "", None).await)
}

/// `POST /account/addresses/{id}`
pub(crate) async fn replace(visit: Visit, Path(entry): Path<String>, form: Form) -> Result<Response, Fault> {
    let typed = typed(&form, id(&entry)?);
    let ask =
        visit.ask(Method::PUT, format!("/v1/me/addresses/{}", typed.id)).version(typed.version).json(&body(&typed));
    saved(&visit, &form, &typed, ask.send().await.map(drop)).await
}

/// `POST /account/addresses/{id}/delete`
pub(crate) async fn delete(visit: Visit, Path(entry): Path<String>) -> Result<Response, Fault> {
    const GONE: Text = Text { en: "The address is deleted.", de: "Die Adresse ist gelöscht." };
    match visit.ask(Method::DELETE, format!("/v1/me/addresses/{}", id(&entry)?)).send().await {
        Err(fault) if fault.status != 404 => return Err(fault),
        Ok(_) | Err(_) => tell(&visit, GONE),
    }
    Ok(go(&visit, LIST))
}

async fn saved(visit: &Visit, form: &Form, typed: &Entry, outcome: Result<(), Fault>) -> Result<Response, Fault> {
    const SAVED: Text = Text { en: "The address is saved.", de: "Die Adresse ist gespeichert." };
    match outcome {
        Ok(()) => {
            tell(visit, SAVED);
            Ok(go(visit, LIST))
        }
        Err(fault) if is_told_here(&fault) && fault.status != 401 => {
            // A key stands for one body: what is typed next is another one.
            let key = if form.get("key").is_empty() { String::new() } else { visit.new_key() };
            Ok(form_page(visit, typed, &key, Some(&fault)).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

fn typed(form: &Form, id: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        postal: Postal::of(form),
        default_shipping: form.is_ticked("default_shipping"),
        default_billing: form.is_ticked("default_billing"),
        version: form.number("version").unwrap_or_default(),
    }
}

fn body(entry: &Entry) -> Value {
    let mut body = json!(entry.postal);
    // The first one is the default by itself, and stays it unless another one becomes it.
    for (name, is_ticked) in [("default_shipping", entry.default_shipping), ("default_billing", entry.default_billing)]
    {
        if is_ticked {
            body[name] = true.into();
        }
    }
    body
}

fn shown(visit: &Visit, entry: &Entry) -> Markup {
    const SHIPPING: Text = Text { en: "Parcels go here", de: "Für Pakete" };
    const BILLING: Text = Text { en: "Bills go here", de: "Für Rechnungen" };
    const EDIT: Text = Text { en: "Change", de: "Ändern" };
    const DELETE: Text = Text { en: "Delete", de: "Löschen" };
    const SURE: Text = Text { en: "Delete this address?", de: "Diese Adresse löschen?" };
    let path = format!("/account/addresses/{}", entry.id);
    html! {
        (entry.postal.shown(visit))
        @if entry.default_shipping || entry.default_billing {
            p {
                @if entry.default_shipping { (parts::badge(Mood::Good, visit.say(SHIPPING))) " " }
                @if entry.default_billing { (parts::badge(Mood::Plain, visit.say(BILLING))) }
            }
        }
        div.row {
            (parts::link_button(&visit.link(&path), visit.say(EDIT), true))
            form method="post" action=(visit.link(&format!("{path}/delete"))) data-confirm=(visit.say(SURE)) {
                (parts::submit_quiet(visit.say(DELETE)))
            }
        }
    }
}

async fn form_page(visit: &Visit, entry: &Entry, key: &str, fault: Option<&Fault>) -> Page {
    const NEW: Text = Text { en: "New address", de: "Neue Adresse" };
    const CHANGE: Text = Text { en: "Change address", de: "Adresse ändern" };
    const SHIPPING: Text = Text { en: "Send parcels here", de: "Pakete hierhin schicken" };
    const BILLING: Text = Text { en: "Use for bills", de: "Für Rechnungen verwenden" };
    const SAVE: Text = Text { en: "Save address", de: "Adresse speichern" };
    const BACK: Text = Text { en: "Back to all addresses", de: "Zurück zu allen Adressen" };
    let fault = fault.map(|fault| refusals::told(visit, fault));
    let (title, path) = match &*entry.id {
        "" => (visit.say(NEW), "/account/addresses/new".to_owned()),
        id => (visit.say(CHANGE), format!("/account/addresses/{id}")),
    };
    let body = html! {
        (wrong(visit, fault.as_ref()))
        form #address-form .form.panel method="post" action=(visit.link(&path)) {
            @if entry.id.is_empty() { (parts::hidden("key", key)) }
            @else { (parts::hidden("version", &entry.version.to_string())) }
            (entry.postal.fields(visit, fault.as_ref()))
            (parts::check("default_shipping", visit.say(SHIPPING), entry.default_shipping))
            (parts::check("default_billing", visit.say(BILLING), entry.default_billing))
            (parts::submit(visit.say(SAVE)))
        }
        p { a href=(visit.link(LIST)) { (visit.say(BACK)) } }
    };
    page(visit, LIST, title, &body).await
}
