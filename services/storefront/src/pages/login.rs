//! Logging in, opening an account, and logging out.

use super::{
    cart,
    frame::framed,
    refusals,
    ways::{go, go_back, local},
};
use crate::model::{Form, escaped};
use axum::{
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_pages::{
    Document, Fault, Flash, Page, Session, Text, Visit,
    parts::{self, Field},
};
use maud::{Markup, html};
use serde_json::json;

const LOG_IN: Text = Text { en: "Log in", de: "Anmelden" };
const REGISTER: Text = Text { en: "Create account", de: "Konto anlegen" };
const EMAIL: Text = Text { en: "E-mail address", de: "E-Mail-Adresse" };
const PASSWORD: Text = Text { en: "Password", de: "Passwort" };
/// Under a field for a new password.
pub(crate) const NEW_PASSWORD_HINT: Text = Text {
    en: "At least 15 characters. Three or four words that only you put together are easy to remember.",
    de: "Mindestens 15 Zeichen. Drei oder vier Wörter, die nur Sie so zusammensetzen, merkt man sich leicht.",
};
const FAILED: Text = Text { en: "That did not work", de: "Das hat nicht geklappt" };

/// `GET /login`
pub(crate) async fn show_login(visit: Visit) -> Response {
    let form = asked(&visit);
    if visit.is_logged_in() {
        return go_back(&visit, form.get("to"), "/account");
    }
    login_page(&visit, &form, None).await.into_response()
}

/// `POST /login`
pub(crate) async fn log_in(visit: Visit, form: Form) -> Result<Response, Fault> {
    match open(&visit, form.get("email"), form.whole("password")).await {
        Ok(()) => {
            cart::after_login(&visit).await;
            Ok(go_back(&visit, form.get("to"), "/account"))
        }
        Err(fault) if is_told_here(&fault) => {
            let status = if fault.status == 429 { 429 } else { 422 };
            Ok(login_page(&visit, &form, Some(&fault)).await.status(status).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// `GET /register`
pub(crate) async fn show_register(visit: Visit) -> Response {
    let form = asked(&visit);
    if visit.is_logged_in() {
        return go_back(&visit, form.get("to"), "/account");
    }
    register_page(&visit, &form, None).await.into_response()
}

/// `POST /register`
pub(crate) async fn register(visit: Visit, form: Form) -> Result<Response, Fault> {
    const WELCOME: Text = Text {
        en: "Welcome! We have sent you a mail; its link confirms your address.",
        de: "Willkommen! Wir haben Ihnen eine E-Mail geschickt; ihr Link bestätigt Ihre Adresse.",
    };
    const LOOK: Text = Text {
        en: "We have sent you a mail. Please look into your mailbox.",
        de: "Wir haben Ihnen eine E-Mail geschickt. Bitte sehen Sie in Ihr Postfach.",
    };
    let mut body = json!({"email": form.get("email"), "password": form.whole("password")});
    if let Some(name) = form.some("name") {
        body["name"] = name.into();
    }
    match visit.ask_as_guest(Method::POST, "/v1/auth/register").json(&body).send().await {
        Ok(_) => {}
        Err(fault) if is_told_here(&fault) => {
            return Ok(register_page(&visit, &form, Some(&fault)).await.status(422).into_response());
        }
        Err(fault) => return Err(fault),
    }
    // Whoever has the address already is told by mail; here it looks as if they had mistyped.
    if open(&visit, form.get("email"), form.whole("password")).await.is_err() {
        tell(&visit, LOOK);
        return Ok(go(&visit, &format!("/login?to={}", escaped(local(form.get("to")).unwrap_or_default()))));
    }
    cart::after_login(&visit).await;
    tell(&visit, WELCOME);
    Ok(go_back(&visit, form.get("to"), "/account"))
}

/// `POST /logout`
pub(crate) async fn log_out(visit: Visit) -> Response {
    const BYE: Text = Text { en: "You are logged out.", de: "Sie sind abgemeldet." };
    if let Some(session) = visit.tokens() {
        end(&visit, &session).await;
    }
    visit.close_session();
    tell(&visit, BYE);
    go(&visit, "/")
}

/// `POST /logout-everywhere`
pub(crate) async fn log_out_everywhere(visit: Visit) -> Result<Response, Fault> {
    const BYE: Text = Text { en: "You are logged out on all devices.", de: "Sie sind auf allen Geräten abgemeldet." };
    if visit.is_logged_in() {
        match visit.ask(Method::POST, "/v1/auth/logout-all").send().await {
            Err(fault) if fault.status != 401 => return Err(fault),
            Ok(_) | Err(_) => {}
        }
    }
    visit.close_session();
    tell(&visit, BYE);
    Ok(go(&visit, "/login"))
}

/// What stands behind the question mark.
pub(crate) fn asked(visit: &Visit) -> Form {
    Form::read(visit.query().unwrap_or_default())
}

/// Opens a session with these.
pub(crate) async fn open(visit: &Visit, email: &str, password: &str) -> Result<(), Fault> {
    let body = json!({"email": email, "password": password});
    let session: Session = visit.ask_as_guest(Method::POST, "/v1/auth/login").json(&body).read().await?;
    visit.open_session(session);
    Ok(())
}

/// Ends a session that the browser forgets. One that cannot be ended now ends by itself.
pub(crate) async fn end(visit: &Visit, session: &Session) {
    let body = json!({"refresh_token": session.refresh_token});
    let _ = visit.ask_as_guest(Method::POST, "/v1/auth/logout").json(&body).send().await;
}

/// Has the next page say that all is well.
pub(crate) fn tell(visit: &Visit, text: Text) {
    visit.tell_next(&Flash { is_bad: false, text: visit.say(text).to_owned() });
}

/// Whether the form says what is wrong, rather than a page of its own.
pub(crate) fn is_told_here(fault: &Fault) -> bool {
    matches!(fault.status, 400 | 401 | 403 | 409 | 412 | 422 | 429)
}

/// What is wrong with a form, over it.
pub(crate) fn wrong(visit: &Visit, fault: Option<&Fault>) -> Markup {
    parts::errors(fault, visit.say(FAILED))
}

/// A page with one narrow form.
pub(crate) async fn narrow(visit: &Visit, title: &str, body: &Markup) -> Page {
    let shop = visit.shop();
    let document = Document { title: format!("{title} · {shop}"), ..Document::default() };
    let main = html! { div.page-narrow.stack { h1 { (title) } (body) } };
    framed(visit, document, &main).await
}

async fn login_page(visit: &Visit, form: &Form, fault: Option<&Fault>) -> Page {
    const FORGOT: Text = Text { en: "Forgot your password?", de: "Passwort vergessen?" };
    const NEW: Text = Text { en: "New here?", de: "Neu hier?" };
    let fault = fault.map(|fault| refusals::told(visit, fault));
    let body = html! {
        (wrong(visit, fault.as_ref()))
        form #login-form .form.panel method="post" action=(visit.link("/login")) {
            @if let Some(to) = local(form.get("to")) { (parts::hidden("to", to)) }
            (parts::field(&Field { name: "email", label: visit.say(EMAIL), kind: "email", value: form.get("email"),
                required: true, autocomplete: "username", max: Some(254), ..Field::default() }))
            (parts::field(&Field { name: "password", label: visit.say(PASSWORD), kind: "password", required: true,
                autocomplete: "current-password", ..Field::default() }))
            div.row { (parts::submit(visit.say(LOG_IN))) a href=(visit.link("/password/forgot")) { (visit.say(FORGOT)) } }
        }
        p { (visit.say(NEW)) " " a #to-register href=(with_way(visit, "/register", form.get("to"))) { (visit.say(REGISTER)) } }
    };
    narrow(visit, visit.say(LOG_IN), &body).await
}

async fn register_page(visit: &Visit, form: &Form, fault: Option<&Fault>) -> Page {
    const NAME: Text = Text { en: "Your name", de: "Ihr Name" };
    const OPTIONAL: Text =
        Text { en: "As you want to be called; may be left out.", de: "Wie Sie heißen möchten; freiwillig." };
    const KNOWN: Text = Text { en: "You have an account already?", de: "Sie haben schon ein Konto?" };
    const PRIVACY: Text = Text { en: "How we treat your data", de: "Wie wir mit Ihren Daten umgehen" };
    let fault = fault.map(|fault| refusals::told(visit, fault));
    let at = |pointer: &str| fault.as_ref().and_then(|fault| fault.at(pointer));
    let body = html! {
        (wrong(visit, fault.as_ref()))
        form #register-form .form.panel method="post" action=(visit.link("/register")) {
            @if let Some(to) = local(form.get("to")) { (parts::hidden("to", to)) }
            (parts::field(&Field { name: "email", label: visit.say(EMAIL), kind: "email", value: form.get("email"),
                error: at("/email"), required: true, autocomplete: "email", max: Some(254), ..Field::default() }))
            (parts::field(&Field { name: "name", label: visit.say(NAME), value: form.get("name"), error: at("/name"),
                hint: visit.say(OPTIONAL), autocomplete: "name", max: Some(100), ..Field::default() }))
            (parts::field(&Field { name: "password", label: visit.say(PASSWORD), kind: "password",
                error: at("/password"), hint: visit.say(NEW_PASSWORD_HINT), required: true,
                autocomplete: "new-password", ..Field::default() }))
            (parts::submit(visit.say(REGISTER)))
            p { a href=(visit.link("/legal/privacy")) { (visit.say(PRIVACY)) } }
        }
        p { (visit.say(KNOWN)) " " a #to-login href=(with_way(visit, "/login", form.get("to"))) { (visit.say(LOG_IN)) } }
    };
    narrow(visit, visit.say(REGISTER), &body).await
}

fn with_way(visit: &Visit, path: &str, to: &str) -> String {
    match local(to) {
        Some(to) => visit.link(&format!("{path}?to={}", escaped(to))),
        None => visit.link(path),
    }
}
