//! A forgotten password: asking for a link by mail, and choosing a new one with it.

use super::{
    login::{NEW_PASSWORD_HINT, asked, is_told_here, narrow, tell, wrong},
    refusals,
    ways::go,
};
use crate::model::Form;
use axum::{
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_pages::{
    Fault, Page, Text, Visit,
    parts::{self, Field, Mood},
};
use maud::html;
use serde_json::json;

const FORGOT: Text = Text { en: "Forgot your password?", de: "Passwort vergessen?" };
const CHOOSE: Text = Text { en: "Choose a new password", de: "Neues Passwort wählen" };

/// `GET /password/forgot`
pub(crate) async fn show_forgot(visit: Visit) -> Page {
    forgot_page(&visit, &Form::default(), None, false).await
}

/// `POST /password/forgot`
pub(crate) async fn forgot(visit: Visit, form: Form) -> Result<Page, Fault> {
    let body = json!({"email": form.get("email")});
    match visit.ask_as_guest(Method::POST, "/v1/auth/password/forgot").json(&body).send().await {
        Ok(_) => Ok(forgot_page(&visit, &form, None, true).await),
        Err(fault) if is_told_here(&fault) => Ok(forgot_page(&visit, &form, Some(&fault), false).await.status(422)),
        Err(fault) => Err(fault),
    }
}

/// `GET /reset-password`, where the link of the mail leads.
pub(crate) async fn show_reset(visit: Visit) -> Page {
    let token = asked(&visit).get("token").to_owned();
    reset_page(&visit, &token, None).await
}

/// `POST /reset-password`
pub(crate) async fn reset(visit: Visit, form: Form) -> Result<Response, Fault> {
    const DONE: Text = Text {
        en: "Your new password is set. Please log in with it.",
        de: "Ihr neues Passwort gilt. Bitte melden Sie sich damit an.",
    };
    let body = json!({"token": form.get("token"), "password": form.whole("password")});
    match visit.ask_as_guest(Method::POST, "/v1/auth/password/reset").json(&body).send().await {
        Ok(_) => {
            visit.close_session();
            tell(&visit, DONE);
            Ok(go(&visit, "/login"))
        }
        Err(fault) if is_told_here(&fault) => {
            Ok(reset_page(&visit, form.get("token"), Some(&fault)).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn forgot_page(visit: &Visit, form: &Form, fault: Option<&Fault>, is_sent: bool) -> Page {
    const HOW: Text = Text {
        en: "Tell us your e-mail address, and we send you a link with which you choose a new one.",
        de: "Nennen Sie uns Ihre E-Mail-Adresse, dann schicken wir Ihnen einen Link, mit dem Sie ein neues wählen.",
    };
    const SENT: Text = Text {
        en: "If there is an account with this address, a mail with a link is on its way.",
        de: "Wenn es ein Konto mit dieser Adresse gibt, ist eine E-Mail mit einem Link unterwegs.",
    };
    const EMAIL: Text = Text { en: "E-mail address", de: "E-Mail-Adresse" };
    const SEND: Text = Text { en: "Send link", de: "Link schicken" };
    const BACK: Text = Text { en: "Back to log-in", de: "Zurück zur Anmeldung" };
    let fault = fault.map(|fault| refusals::told(visit, fault));
    let error = fault.as_ref().and_then(|fault| fault.at("/email"));
    let body = html! {
        @if is_sent { (parts::notice(Mood::Good, visit.say(SENT))) } @else { p { (visit.say(HOW)) } }
        (wrong(visit, fault.as_ref()))
        @if !is_sent {
            form #forgot-form .form.panel method="post" action=(visit.link("/password/forgot")) {
                (parts::field(&Field { name: "email", label: visit.say(EMAIL), kind: "email", value: form.get("email"),
                    error, required: true, autocomplete: "username", max: Some(254), ..Field::default() }))
                (parts::submit(visit.say(SEND)))
            }
        }
        p { a href=(visit.link("/login")) { (visit.say(BACK)) } }
    };
    narrow(visit, visit.say(FORGOT), &body).await
}

async fn reset_page(visit: &Visit, token: &str, fault: Option<&Fault>) -> Page {
    const NEW: Text = Text { en: "New password", de: "Neues Passwort" };
    const SAVE: Text = Text { en: "Save password", de: "Passwort speichern" };
    const ANOTHER: Text = Text { en: "Ask for a new link", de: "Neuen Link anfordern" };
    let is_over = token.is_empty() || fault.is_some_and(|fault| fault.is("link_over"));
    let over = Fault::of(422, "link_over");
    let fault = fault.or(is_over.then_some(&over)).map(|fault| refusals::told(visit, fault));
    let error = fault.as_ref().and_then(|fault| fault.at("/password"));
    let body = html! {
        (wrong(visit, fault.as_ref()))
        @if is_over {
            p { (parts::link_button(&visit.link("/password/forgot"), visit.say(ANOTHER), false)) }
        } @else {
            form #reset-form .form.panel method="post" action=(visit.link("/reset-password")) {
                (parts::hidden("token", token))
                (parts::field(&Field { name: "password", label: visit.say(NEW), kind: "password", error,
                    hint: visit.say(NEW_PASSWORD_HINT), required: true, autocomplete: "new-password",
                    ..Field::default() }))
                (parts::submit(visit.say(SAVE)))
            }
        }
    };
    narrow(visit, visit.say(CHOOSE), &body).await
}
