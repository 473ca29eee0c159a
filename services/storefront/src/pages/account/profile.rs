//! What one says of oneself.

use super::{Me, avatar};
use crate::{
    model::Form,
    pages::{
        login::{is_told_here, tell, wrong},
        refusals,
        ways::go,
    },
};
use axum::{
    http::{Method, header},
    response::{IntoResponse, Response},
};
use bodega_pages::{
    Fault, Page, Text, Visit,
    parts::{self, Choice, Field},
};
use maud::{Markup, html};
use serde_json::{Value, json};

/// `GET /account/profile`
pub(crate) async fn show(visit: Visit) -> Result<Page, Fault> {
    let me: Me = visit.get("/v1/me").await?;
    Ok(profile_page(&visit, &me, None, None).await)
}

/// `POST /account/profile`
pub(crate) async fn save(visit: Visit, form: Form) -> Result<Response, Fault> {
    const SAVED: Text = Text { en: "Saved.", de: "Gespeichert." };
    let some = |name: &str| form.some(name).map_or(Value::Null, Value::from);
    let body = json!({
        "name": some("name"), "phone": some("phone"), "birthday": some("birthday"), "language": some("language"),
    });
    match visit.ask(Method::PATCH, "/v1/me").json(&body).send().await {
        Ok(_) => {
            tell(&visit, SAVED);
            Ok(go(&visit, "/account/profile"))
        }
        Err(fault) if is_told_here(&fault) && fault.status != 401 => {
            let text = |name: &str| form.some(name).map(str::to_owned);
            let now: Me = visit.get("/v1/me").await?;
            let typed = Me {
                name: text("name"),
                phone: text("phone"),
                birthday: text("birthday"),
                language: text("language"),
                ..now
            };
            Ok(profile_page(&visit, &typed, Some(&fault), None).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// The page; with what is wrong with what was typed, or with a picture that was sent.
pub(super) async fn profile_page(visit: &Visit, me: &Me, fault: Option<&Fault>, picture: Option<&str>) -> Page {
    const TITLE: Text = Text { en: "About me", de: "Über mich" };
    const NAME: Text = Text { en: "Name", de: "Name" };
    const PHONE: Text = Text { en: "Telephone", de: "Telefon" };
    const BIRTHDAY: Text = Text { en: "Birthday", de: "Geburtstag" };
    const LANGUAGE: Text = Text { en: "Language of our mails", de: "Sprache unserer E-Mails" };
    const ANY: Text = Text { en: "That of the shop", de: "Die des Shops" };
    const SAVE: Text = Text { en: "Save", de: "Speichern" };
    const OPTIONAL: Text = Text { en: "Everything here may be left empty.", de: "Alle Angaben sind freiwillig." };
    let fault = fault.map(|fault| refusals::told(visit, fault));
    let at = |pointer: &str| fault.as_ref().and_then(|fault| fault.at(pointer));
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let language = text(&me.language);
    let languages = [Choice::new("", visit.say(ANY)), Choice::new("en", "English"), Choice::new("de", "Deutsch")];
    let body = html! {
        (wrong(visit, fault.as_ref()))
        p { (visit.say(OPTIONAL)) }
        form #profile-form .form.panel method="post" action=(visit.link("/account/profile")) {
            (parts::field(&Field { name: "name", label: visit.say(NAME), value: &text(&me.name), error: at("/name"),
                autocomplete: "name", max: Some(100), ..Field::default() }))
            (parts::field(&Field { name: "phone", label: visit.say(PHONE), kind: "tel", value: &text(&me.phone),
                error: at("/phone"), autocomplete: "tel", max: Some(40), ..Field::default() }))
            (parts::field(&Field { name: "birthday", label: visit.say(BIRTHDAY), kind: "date",
                value: &text(&me.birthday), error: at("/birthday"), autocomplete: "bday", ..Field::default() }))
            (parts::select(&Field { name: "language", label: visit.say(LANGUAGE), value: &language,
                error: at("/language"), ..Field::default() }, &languages))
            (parts::submit(visit.say(SAVE)))
        }
        (avatar::section(visit, me, picture))
        (kept(visit))
    };
    super::page(visit, "/account/profile", visit.say(TITLE), &body).await
}

/// `GET /account/data.json`: what is kept of whoever asks, as a file.
pub(crate) async fn export(visit: Visit) -> Result<Response, Fault> {
    let answer = visit.ask(Method::GET, "/v1/me/export").send().await?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"account.json\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, answer.body).into_response())
}

/// Where one gets all that is kept of oneself.
fn kept(visit: &Visit) -> Markup {
    const TITLE: Text = Text { en: "What is kept of you", de: "Was über Sie gespeichert ist" };
    const FILE: Text = Text { en: "Save my account as a file", de: "Mein Konto als Datei speichern" };
    const HOLDS: Text = Text {
        en: "The file (JSON) holds what you say of yourself, your addresses, and where you are logged in.",
        de: "Die Datei (JSON) enthält Ihre Angaben, Ihre Adressen, und wo Sie angemeldet sind.",
    };
    const ELSEWHERE: Text = Text {
        en: "Your orders with their invoices, your points and your credit are on pages of their own:",
        de: "Ihre Bestellungen mit Rechnungen, Ihre Punkte und Ihr Guthaben stehen auf eigenen Seiten:",
    };
    const PAGES: [(&str, Text); 3] = [
        ("/account/orders", Text { en: "Orders", de: "Bestellungen" }),
        ("/account/points", Text { en: "Points", de: "Punkte" }),
        ("/account/credit", Text { en: "Credit", de: "Guthaben" }),
    ];
    html! {
        section.panel.stack id="kept" {
            h2 { (visit.say(TITLE)) }
            p { (visit.say(HOLDS)) }
            p { a href=(visit.link("/account/data.json")) download="account.json" { (visit.say(FILE)) } }
            p { (visit.say(ELSEWHERE)) }
            ul.row { @for (path, name) in PAGES { li { a href=(visit.link(path)) { (visit.say(name)) } } } }
        }
    }
}
