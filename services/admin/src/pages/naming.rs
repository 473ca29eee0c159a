//! What brands and categories share: a name and an address under which they are made, changed with the version that was
//! seen, and deleted where nothing has them.

use super::forms::{belongs_to_form, button, done, entry, refused, told};
use crate::model::{Filled, Id};
use axum::{http::Method, response::Response};
use bodega_pages::{
    Ask, Fault, Visit,
    parts::{self, Field},
};
use maud::{Markup, html};
use serde_json::{Value, json};

/// Things with a name and an address.
pub(super) struct Kind {
    /// One of them.
    pub(super) word: &'static str,
    /// Their page.
    pub(super) page: &'static str,
    /// Their path in the API.
    pub(super) api: &'static str,
}

/// What came of a form.
pub(super) enum Sent {
    /// It is done, and told on the next page.
    Done(Response),
    /// It is shown again, with this.
    Refused(Fault),
}

impl Kind {
    /// A new one was sent.
    pub(super) async fn make(&self, visit: &Visit, body: &Value) -> Result<Sent, Fault> {
        self.sent(visit, visit.post(self.api, body).await, "made")
    }

    /// A changed one was sent.
    pub(super) async fn change(&self, visit: &Visit, id: Id, sent: &Filled, body: &Value) -> Result<Sent, Fault> {
        self.sent(visit, self.changing(visit, id, sent, body).send().await, "saved")
    }

    /// A changed one was sent from a list, which tells whatever came of it.
    pub(super) async fn change_in_list(
        &self,
        visit: &Visit,
        id: Id,
        sent: &Filled,
        body: &Value,
    ) -> Result<Response, Fault> {
        let outcome = self.changing(visit, id, sent, body).send().await;
        told(visit, self.page, outcome, &self.is("saved"))
    }

    /// One is to go.
    pub(super) async fn delete(&self, visit: &Visit, id: Id) -> Result<Response, Fault> {
        let outcome = visit.ask(Method::DELETE, format!("{}/{id}", self.api)).send().await;
        told(visit, self.page, outcome, &self.is("deleted"))
    }

    /// The button that deletes one.
    pub(super) fn delete_button(&self, id: &str) -> Markup {
        button(&format!("{}/{id}/delete", self.page), "Delete", &format!("Delete this {}?", self.word), &[])
    }

    /// The list of them beside the form that makes one, which has these fields besides its name and its address.
    pub(super) fn page(&self, list: &Markup, form: &Filled, fault: Option<&Fault>, more: &Markup) -> Markup {
        html! {
            div.split {
                div.stack { (list) }
                aside {
                    form.panel.form id={ "new-" (self.word) } method="post" action=(self.page) {
                        h2 { "New " (self.word) }
                        (refused(fault))
                        (fields(form, fault))
                        (more)
                        (parts::submit("Make it"))
                    }
                }
            }
        }
    }

    fn changing(&self, visit: &Visit, id: Id, sent: &Filled, body: &Value) -> Ask {
        let ask = visit.ask(Method::PATCH, format!("{}/{id}", self.api)).json(body);
        match sent.get("version").parse() {
            Ok(version) => ask.version(version),
            Err(_) => ask,
        }
    }

    fn sent<T>(&self, visit: &Visit, outcome: Result<T, Fault>, what: &str) -> Result<Sent, Fault> {
        match outcome {
            Ok(_) => Ok(Sent::Done(done(visit, self.page, &self.is(what)))),
            Err(fault) if belongs_to_form(&fault) => Ok(Sent::Refused(fault)),
            Err(fault) => Err(fault),
        }
    }

    fn is(&self, what: &str) -> String {
        format!("The {} is {what}.", self.word)
    }
}

/// Name and address as they were typed, for the API.
pub(super) fn body(form: &Filled) -> Value {
    let mut body = json!({"name": form.text("name").unwrap_or_default()});
    if let Some(slug) = form.text("slug") {
        body["slug"] = slug.into();
    }
    body
}

/// Name and address.
pub(super) fn fields(form: &Filled, fault: Option<&Fault>) -> Markup {
    html! {
        (parts::field(&Field { required: true, max: Some(255), ..entry(form, fault, "name", "Name", "/name") }))
        (parts::field(&Field { hint: "Made from the name where it is empty.", ..entry(form, fault, "slug", "Address", "/slug") }))
    }
}
