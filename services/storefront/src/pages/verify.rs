//! Where links of mails lead that prove an address: confirming it, and joining the staff. Opening such a page changes
//! nothing, since programs follow links, too.

use super::{
    login::{self, NEW_PASSWORD_HINT, asked, is_told_here, narrow, tell, wrong},
    refusals,
    ways::{go, log_in_first},
};
use crate::model::Form;
use axum::{
    http::Method,
    response::{IntoResponse, Redirect, Response},
};
use bodega_pages::{
    Fault, Page, Text, Visit,
    parts::{self, Field},
};
use maud::html;
use serde::Deserialize;
use serde_json::json;

/// `GET /verify-email`
pub(crate) async fn show_verify(visit: Visit) -> Page {
    let token = asked(&visit).get("token").to_owned();
    verify_page(&visit, &token, None).await
}

/// `POST /verify-email`
pub(crate) async fn verify(visit: Visit, form: Form) -> Result<Response, Fault> {
    const DONE: Text = Text { en: "Thank you, your address is confirmed.", de: "Danke, Ihre Adresse ist bestätigt." };
    let body = json!({"token": form.get("token")});
    match visit.ask_as_guest(Method::POST, "/v1/auth/verify-email").json(&body).send().await {
        Ok(_) => {
            tell(&visit, DONE);
            Ok(go(&visit, if visit.is_logged_in() { "/account" } else { "/login" }))
        }
        Err(fault) if is_told_here(&fault) => {
            Ok(verify_page(&visit, form.get("token"), Some(&fault)).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// `POST /account/verification`: the mail once more.
pub(crate) async fn verify_again(visit: Visit) -> Result<Response, Fault> {
    const SENT: Text =
        Text { en: "We have sent you the link once more.", de: "Wir haben Ihnen den Link noch einmal geschickt." };
    visit.ask(Method::POST, "/v1/me/verification").send().await?;
    tell(&visit, SENT);
    Ok(go(&visit, "/account"))
}

/// `GET /accept-invitation`
pub(crate) async fn show_invitation(visit: Visit) -> Page {
    let form = asked(&visit);
    invitation_page(&visit, &form, None).await
}

/// `POST /accept-invitation`
pub(crate) async fn accept_invitation(visit: Visit, form: Form) -> Result<Response, Fault> {
    #[derive(Deserialize)]
    struct Joined {
        email: String,
    }
    let mut body = json!({"token": form.get("token"), "password": form.whole("password")});
    if let Some(name) = form.some("name") {
        body["name"] = name.into();
    }
    match visit.ask_as_guest(Method::POST, "/v1/auth/accept-invitation").json(&body).read::<Joined>().await {
        Ok(joined) => {
            visit.close_session();
            login::open(&visit, &joined.email, form.whole("password")).await?;
            Ok(Redirect::to("/admin").into_response())
        }
        Err(fault) if is_told_here(&fault) => {
            Ok(invitation_page(&visit, &form, Some(&fault)).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn verify_page(visit: &Visit, token: &str, fault: Option<&Fault>) -> Page {
    const TITLE: Text = Text { en: "Confirm your address", de: "Adresse bestätigen" };
    const ASK: Text = Text {
        en: "One click, and we know that this e-mail address is yours.",
        de: "Ein Klick, und wir wissen, dass diese E-Mail-Adresse Ihre ist.",
    };
    const YES: Text = Text { en: "Yes, this is my address", de: "Ja, das ist meine Adresse" };
    const ANOTHER: Text = Text { en: "Send me a new link", de: "Neuen Link schicken" };
    const LOG_IN: Text = Text { en: "Log in and get a new link", de: "Anmelden und neuen Link anfordern" };
    let is_over = token.is_empty() || fault.is_some_and(|fault| fault.is("link_over"));
    let over = Fault::of(422, "link_over");
    let fault = fault.or(is_over.then_some(&over)).map(|fault| refusals::told(visit, fault));
    let body = html! {
        (wrong(visit, fault.as_ref()))
        @if !is_over {
            p { (visit.say(ASK)) }
            form #verify-form method="post" action=(visit.link("/verify-email")) {
                (parts::hidden("token", token))
                (parts::submit(visit.say(YES)))
            }
        } @else if visit.is_logged_in() {
            form method="post" action=(visit.link("/account/verification")) { (parts::submit(visit.say(ANOTHER))) }
        } @else {
            p { (parts::link_button(&log_in_first(visit, &visit.link("/account")), visit.say(LOG_IN), false)) }
        }
    };
    narrow(visit, visit.say(TITLE), &body).await
}

async fn invitation_page(visit: &Visit, form: &Form, fault: Option<&Fault>) -> Page {
    const TITLE: Text = Text { en: "Join the team", de: "Dem Team beitreten" };
    const ASK: Text = Text {
        en: "You were invited to help run this shop. Choose the password with which you log in.",
        de: "Sie wurden eingeladen, diesen Shop mitzuführen. Wählen Sie das Passwort, mit dem Sie sich anmelden.",
    };
    const NAME: Text = Text { en: "Your name", de: "Ihr Name" };
    const PASSWORD: Text = Text { en: "Password", de: "Passwort" };
    const JOIN: Text = Text { en: "Join", de: "Beitreten" };
    const OVER: Text = Text {
        en: "Please ask whoever invited you for a new invitation.",
        de: "Bitte lassen Sie sich noch einmal einladen.",
    };
    let is_over = form.get("token").is_empty() || fault.is_some_and(|fault| fault.is("link_over"));
    let over = Fault::of(422, "link_over");
    let fault = fault.or(is_over.then_some(&over)).map(|fault| refusals::told(visit, fault));
    let at = |pointer: &str| fault.as_ref().and_then(|fault| fault.at(pointer));
    let body = html! {
        (wrong(visit, fault.as_ref()))
        @if is_over { p { (visit.say(OVER)) } } @else {
            p { (visit.say(ASK)) }
            form #invitation-form .form.panel method="post" action=(visit.link("/accept-invitation")) {
                (parts::hidden("token", form.get("token")))
                (parts::field(&Field { name: "name", label: visit.say(NAME), value: form.get("name"), error: at("/name"),
                    autocomplete: "name", max: Some(100), ..Field::default() }))
                (parts::field(&Field { name: "password", label: visit.say(PASSWORD), kind: "password",
                    error: at("/password"), hint: visit.say(NEW_PASSWORD_HINT), required: true,
                    autocomplete: "new-password", ..Field::default() }))
                (parts::submit(visit.say(JOIN)))
            }
        }
    };
    narrow(visit, visit.say(TITLE), &body).await
}
