//! The picture that one shows of oneself: sent as a file, shown, taken away.

use super::{Me, profile::profile_page};
use crate::pages::{
    login::{is_told_here, tell},
    refusals,
    ways::go,
};
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, multipart::Field},
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_pages::{
    Fault, Text, Visit,
    parts::{self, Mood},
};
use maud::{Markup, html};

/// Bytes of the longest file, as the API takes it.
const MAX_BYTES: usize = 5 * 1024 * 1024;
/// The most parts of the form that are looked at.
const MAX_PARTS: usize = 4;
/// What the picture is called in the form.
const NAME: &str = "avatar";

/// `POST /account/avatar`
pub(crate) async fn send(visit: Visit, request: Request) -> Result<Response, Fault> {
    const SAVED: Text = Text { en: "Your picture is shown now.", de: "Ihr Bild ist jetzt zu sehen." };
    let sent = match chosen(request).await {
        Ok((kind, file)) => visit.ask(Method::PUT, "/v1/me/avatar").bytes(&kind, file).send().await.map(drop),
        Err(fault) => Err(fault),
    };
    match sent {
        Ok(()) => {
            tell(&visit, SAVED);
            Ok(go(&visit, "/account/profile"))
        }
        Err(fault) if fault.status != 401 && (is_told_here(&fault) || matches!(fault.status, 413 | 415 | 503)) => {
            let me: Me = visit.get("/v1/me").await?;
            let why = why(&visit, &fault);
            Ok(profile_page(&visit, &me, None, Some(&why)).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// `POST /account/avatar/remove`
pub(crate) async fn remove(visit: Visit) -> Result<Response, Fault> {
    const REMOVED: Text = Text { en: "Your picture is removed.", de: "Ihr Bild ist entfernt." };
    visit.ask(Method::DELETE, "/v1/me/avatar").send().await?;
    tell(&visit, REMOVED);
    Ok(go(&visit, "/account/profile"))
}

/// The picture with what can be done to it; `wrong` says why another one was not taken.
pub(super) fn section(visit: &Visit, me: &Me, wrong: Option<&str>) -> Markup {
    const TITLE: Text = Text { en: "Your picture", de: "Ihr Bild" };
    const FILE: Text = Text { en: "A picture", de: "Ein Bild" };
    const HINT: Text = Text {
        en: "JPEG, PNG, WebP or GIF, at most 5 MB. Its middle is shown; where and when it was taken is not kept.",
        de: "JPEG, PNG, WebP oder GIF, höchstens 5 MB. Gezeigt wird die Mitte; wo und wann es entstand, wird nicht gespeichert.",
    };
    const SHOW: Text = Text { en: "Show this picture", de: "Dieses Bild zeigen" };
    const REMOVE: Text = Text { en: "Remove the picture", de: "Bild entfernen" };
    html! {
        section.panel.stack id="avatar" {
            h2 { (visit.say(TITLE)) }
            @if let Some(why) = wrong { (parts::notice(Mood::Bad, why)) }
            @if me.avatar.is_some() { div.row { (picture(visit, me)) } }
            form #avatar-form .form method="post" action=(visit.link("/account/avatar")) enctype="multipart/form-data" {
                div.field {
                    label for="avatar-file" { (visit.say(FILE)) }
                    input id="avatar-file" type="file" name=(NAME) required aria-describedby="avatar-hint"
                        accept="image/jpeg,image/png,image/webp,image/gif";
                    p.field-hint id="avatar-hint" { (visit.say(HINT)) }
                }
                (parts::submit(visit.say(SHOW)))
            }
            @if me.avatar.is_some() {
                form #avatar-remove method="post" action=(visit.link("/account/avatar/remove")) {
                    (parts::submit_quiet(visit.say(REMOVE)))
                }
            }
        }
    }
}

/// The picture of whoever asks, if they show one.
pub(super) fn picture(visit: &Visit, me: &Me) -> Markup {
    const MINE: Text = Text { en: "Your picture", de: "Ihr Bild" };
    html! { @if let Some(path) = &me.avatar { (parts::thumbnail(Some(path), visit.say(MINE))) } }
}

fn why(visit: &Visit, fault: &Fault) -> String {
    const NONE: Text = Text { en: "Please choose a picture first.", de: "Bitte wählen Sie zuerst ein Bild." };
    const KIND: Text = Text { en: "This is no JPEG, PNG, WebP or GIF.", de: "Das ist kein JPEG, PNG, WebP oder GIF." };
    const LONG: Text = Text { en: "The file is longer than 5 MB.", de: "Die Datei ist größer als 5 MB." };
    const LARGE: Text = Text { en: "The picture has too many pixels.", de: "Das Bild hat zu viele Bildpunkte." };
    const BROKEN: Text = Text { en: "The picture is broken.", de: "Das Bild ist beschädigt." };
    match fault.code.as_str() {
        "no_file" => visit.say(NONE).to_owned(),
        "photo_type" => visit.say(KIND).to_owned(),
        "body_too_large" => visit.say(LONG).to_owned(),
        "photo_too_large" => visit.say(LARGE).to_owned(),
        "photo_unreadable" => visit.say(BROKEN).to_owned(),
        _ => refusals::detail(visit, fault),
    }
}

/// The file of the form, with what the browser says that it is.
async fn chosen(request: Request) -> Result<(String, Bytes), Fault> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Fault::of(415, "no_multipart_form"))?;
    for _ in 0..MAX_PARTS {
        let field = form.next_field().await.map_err(|_| Fault::of(413, "body_too_large"))?;
        let Some(field) = field else { break };
        if field.name() != Some(NAME) {
            continue;
        }
        let kind = field.content_type().filter(|kind| kind.starts_with("image/")).unwrap_or("image/*").to_owned();
        let file = bounded(field).await?;
        return if file.is_empty() { Err(Fault::of(422, "no_file")) } else { Ok((kind, file)) };
    }
    Err(Fault::of(422, "no_file"))
}

async fn bounded(mut field: Field<'_>) -> Result<Bytes, Fault> {
    let mut file = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| Fault::of(413, "body_too_large"))? {
        if file.len() + chunk.len() > MAX_BYTES {
            return Err(Fault::of(413, "body_too_large"));
        }
        file.extend_from_slice(&chunk);
    }
    Ok(file.into())
}
