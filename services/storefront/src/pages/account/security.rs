//! What one logs in with: the address, the password, and where one is logged in.

use super::{Me, page};
use crate::{
    model::Form,
    pages::{
        login::{self, NEW_PASSWORD_HINT, is_told_here, tell, wrong},
        refusals,
        ways::go,
    },
};
use axum::{
    http::Method,
    response::{IntoResponse, Response},
};
use bodega_pages::{
    Fault, Page, Text, Visit,
    parts::{self, Field},
};
use maud::{Markup, html};
use serde_json::json;

/// Which of the two forms came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Email,
    Password,
}

/// `GET /account/security`
pub(crate) async fn show(visit: Visit) -> Result<Page, Fault> {
    security_page(&visit, "", None).await
}

/// `POST /account/email`
pub(crate) async fn change_email(visit: Visit, form: Form) -> Result<Response, Fault> {
    const SENT: Text = Text {
        en: "We have sent a link to the new address. It becomes yours when you follow it.",
        de: "Wir haben einen Link an die neue Adresse geschickt. Sie gilt, sobald Sie ihm folgen.",
    };
    let body = json!({"email": form.get("email"), "password": form.whole("password")});
    match visit.ask(Method::POST, "/v1/me/email").json(&body).send().await {
        Ok(_) => {
            tell(&visit, SENT);
            Ok(go(&visit, "/account/security"))
        }
        Err(fault) => again(&visit, form.get("email"), Which::Email, fault).await,
    }
}

/// `POST /account/password`. All other sessions end; this one goes on.
pub(crate) async fn change_password(visit: Visit, form: Form) -> Result<Response, Fault> {
    const CHANGED: Text = Text {
        en: "Your password is changed. Everywhere else you are logged out.",
        de: "Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet.",
    };
    let body = json!({"old_password": form.whole("old_password"), "new_password": form.whole("new_password")});
    match visit.ask(Method::POST, "/v1/me/password").json(&body).send().await {
        Ok(_) => {
            renew(&visit, form.whole("new_password")).await;
            tell(&visit, CHANGED);
            Ok(go(&visit, "/account/security"))
        }
        Err(fault) => again(&visit, "", Which::Password, fault).await,
    }
}

/// A session of the new password in place of the old one; where that does not work, whoever it is logs in by hand.
async fn renew(visit: &Visit, password: &str) {
    let old = visit.tokens();
    let is_open = match visit.get::<Me>("/v1/me").await {
        Ok(me) => login::open(visit, &me.email, password).await.is_ok(),
        Err(_) => false,
    };
    if let Some(old) = old {
        login::end(visit, &old).await;
    }
    if !is_open {
        visit.close_session();
    }
}

async fn again(visit: &Visit, email: &str, which: Which, fault: Fault) -> Result<Response, Fault> {
    if !is_told_here(&fault) || fault.status == 401 {
        return Err(fault);
    }
    Ok(security_page(visit, email, Some((which, &fault))).await?.status(422).into_response())
}

async fn security_page(visit: &Visit, typed: &str, wrong: Option<(Which, &Fault)>) -> Result<Page, Fault> {
    const TITLE: Text = Text { en: "E-mail and password", de: "E-Mail und Passwort" };
    const EVERYWHERE: Text = Text { en: "Logged in elsewhere?", de: "Anderswo noch angemeldet?" };
    const WHY: Text = Text {
        en: "If you lost a device or used somebody else's, end all sessions at once.",
        de: "Wenn Sie ein Gerät verloren oder ein fremdes benutzt haben, beenden Sie alle Sitzungen auf einmal.",
    };
    const OUT: Text = Text { en: "Log out on all devices", de: "Auf allen Geräten abmelden" };
    let me: Me = visit.get("/v1/me").await?;
    let of = |which: Which| {
        let fault = wrong.filter(|(of, _)| *of == which).map(|(_, fault)| fault);
        fault.map(|fault| refusals::told(visit, fault))
    };
    let body = html! {
        (email_form(visit, &me, typed, of(Which::Email).as_ref()))
        (password_form(visit, &me, of(Which::Password).as_ref()))
        section.panel.stack {
            h2 { (visit.say(EVERYWHERE)) }
            p { (visit.say(WHY)) }
            form #logout-everywhere-form method="post" action=(visit.link("/logout-everywhere")) {
                (parts::submit_quiet(visit.say(OUT)))
            }
        }
    };
    Ok(page(visit, "/account/security", visit.say(TITLE), &body).await)
}

fn email_form(visit: &Visit, me: &Me, typed: &str, fault: Option<&Fault>) -> Markup {
    const TITLE: Text = Text { en: "E-mail address", de: "E-Mail-Adresse" };
    const NOW: Text = Text { en: "Now:", de: "Jetzt:" };
    const NEW: Text = Text { en: "New address", de: "Neue Adresse" };
    const PASSWORD: Text = Text { en: "Your password", de: "Ihr Passwort" };
    const CHANGE: Text = Text { en: "Change address", de: "Adresse ändern" };
    let at = |pointer: &str| fault.and_then(|fault| fault.at(pointer));
    html! {
        form #email-form .form.panel method="post" action=(visit.link("/account/email")) {
            h2 { (visit.say(TITLE)) }
            (wrong(visit, fault))
            p { (visit.say(NOW)) " " strong { (me.email) } }
            (parts::field(&Field { name: "email", label: visit.say(NEW), kind: "email", value: typed,
                error: at("/email"), required: true, autocomplete: "email", max: Some(254), ..Field::default() }))
            (parts::field(&Field { name: "password", label: visit.say(PASSWORD), kind: "password",
                error: at("/password"), required: true, autocomplete: "current-password", ..Field::default() }))
            (parts::submit(visit.say(CHANGE)))
        }
    }
}

fn password_form(visit: &Visit, me: &Me, fault: Option<&Fault>) -> Markup {
    const TITLE: Text = Text { en: "Password", de: "Passwort" };
    const OLD: Text = Text { en: "Password until now", de: "Bisheriges Passwort" };
    const NEW: Text = Text { en: "New password", de: "Neues Passwort" };
    const CHANGE: Text = Text { en: "Change password", de: "Passwort ändern" };
    let at = |pointer: &str| fault.and_then(|fault| fault.at(pointer));
    html! {
        form #password-form .form.panel method="post" action=(visit.link("/account/password")) {
            h2 { (visit.say(TITLE)) }
            (wrong(visit, fault))
            // Keepers of passwords look for whom it is.
            input type="hidden" name="username" value=(me.email) autocomplete="username";
            (parts::field(&Field { name: "old_password", label: visit.say(OLD), kind: "password",
                error: at("/old_password"), required: true, autocomplete: "current-password", ..Field::default() }))
            (parts::field(&Field { name: "new_password", label: visit.say(NEW), kind: "password",
                error: at("/new_password"), hint: visit.say(NEW_PASSWORD_HINT),
                required: true, autocomplete: "new-password", ..Field::default() }))
            (parts::submit(visit.say(CHANGE)))
        }
    }
}
