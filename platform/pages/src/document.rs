//! The document around every page: its head, our stylesheet and our script.

use crate::{assets::address, visit::Visit, words::Lang};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, html};

/// What a page says of itself.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Of the window: page and shop.
    pub title: String,
    /// For searchers, at most 160 characters.
    pub description: Option<String>,
    /// The path under which searchers know it, without its language. `None`: it is not for them.
    pub canonical: Option<String>,
    /// The path of a picture that stands for it.
    pub picture: Option<String>,
    /// What it is to those who show a link to it, such as `product`; a page of a site where it is `None`.
    pub kind: Option<&'static str>,
    /// JSON-LD, each a whole.
    pub facts: Vec<serde_json::Value>,
    /// A class of the body: `staff` for pages of those who run the shop. Any brings the looks of the desk along.
    pub class: &'static str,
}

/// A page, written.
#[derive(Clone, Debug)]
pub struct Page {
    status: StatusCode,
    markup: Markup,
}

impl Document {
    /// The document with this body.
    pub fn page(self, visit: &Visit, body: &Markup) -> Page {
        Page { status: StatusCode::OK, markup: self.write(visit, body) }
    }

    fn write(&self, visit: &Visit, body: &Markup) -> Markup {
        let base = origin(visit);
        html! {
            (DOCTYPE)
            html lang=(visit.lang().code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) }
                    @if let Some(description) = &self.description { meta name="description" content=(description); }
                    @match &self.canonical {
                        Some(path) => {
                            link rel="canonical" href={ (base) (visit.link(path)) };
                            @for lang in Lang::ALL {
                                link rel="alternate" hreflang=(lang.code()) href={ (base) (lang.link(path)) };
                            }
                            link rel="alternate" hreflang="x-default" href={ (base) (Lang::default().link(path)) };
                            meta property="og:site_name" content=(visit.shop());
                            meta property="og:type" content=(self.kind.unwrap_or("website"));
                            meta property="og:title" content=(self.title);
                            meta property="og:url" content={ (base) (visit.link(path)) };
                            @if let Some(description) = &self.description { meta property="og:description" content=(description); }
                        }
                        None => {
                            // No searcher lists it; an archive of the web, which lists nothing, may keep what it can see.
                            meta name="robots" content="noindex";
                            meta name="archive.org_bot" content="all";
                        }
                    }
                    @if let Some(picture) = &self.picture {
                        meta property="og:image" content={ (base) (picture) };
                        meta name="twitter:card" content="summary_large_image";
                    }
                    meta name="color-scheme" content="light dark";
                    meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)";
                    meta name="theme-color" content="#201f1b" media="(prefers-color-scheme: dark)";
                    link rel="icon" href=(address("icon.svg")) type="image/svg+xml";
                    link rel="stylesheet" href=(address("bodega.css"));
                    @if !self.class.is_empty() { link rel="stylesheet" href=(address("desk.css")); }
                    script src=(address("bodega.js")) nonce=(visit.nonce()) defer {}
                    @if !self.class.is_empty() { script src=(address("desk.js")) nonce=(visit.nonce()) defer {} }
                    @for facts in &self.facts {
                        script type="application/ld+json" { (maud::PreEscaped(harmless(facts))) }
                    }
                }
                body class=[Some(self.class).filter(|class| !class.is_empty())] { (body) }
            }
        }
    }
}

impl Page {
    /// With another status than 200.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
        (self.status, kind, self.markup.into_string()).into_response()
    }
}

/// Where the shop is reached, such as `https://shop.example`.
fn origin(visit: &Visit) -> &str {
    visit.settings().shop.base_url.trim_end_matches('/')
}

/// JSON that cannot end the element it stands in.
fn harmless(facts: &serde_json::Value) -> String {
    facts.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_cannot_end_their_element() {
        assert!(!harmless(&serde_json::json!({"name": "</script><script>alert(1)</script>"})).contains('<'));
    }
}
