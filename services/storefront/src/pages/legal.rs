//! The legal texts of the shop.

mod markdown;

use super::frame::framed;
use axum::extract::Path;
use bodega_pages::{Document, Fault, Page, Text, Visit};
use maud::html;
use serde::Deserialize;

/// The texts that there may be, and what they are called.
const TEXTS: [(&str, Text); 4] = [
    ("terms", Text { en: "Terms and conditions", de: "Allgemeine Geschäftsbedingungen" }),
    ("privacy", Text { en: "Privacy", de: "Datenschutz" }),
    ("withdrawal", Text { en: "Right of withdrawal", de: "Widerrufsrecht" }),
    ("imprint", Text { en: "Imprint", de: "Impressum" }),
];

#[derive(Debug, Deserialize)]
struct Legal {
    language: String,
    markdown: String,
}

/// `GET /legal/{text}`
pub(crate) async fn show(visit: Visit, Path(text): Path<String>) -> Result<Page, Fault> {
    const OTHER: Text = Text {
        en: "We have this text in another language only.",
        de: "Diesen Text gibt es nur in einer anderen Sprache.",
    };
    let Some((text, name)) = TEXTS.into_iter().find(|(known, _)| *known == text) else {
        return Err(Fault::of(404, "not_found"));
    };
    let lang = visit.lang().code();
    let legal: Legal = visit.get_public(format!("/v1/shop/legal/{text}?lang={lang}")).await?;
    let (own, rest) = markdown::headed(&legal.markdown);
    let title = own.unwrap_or(visit.say(name));
    let main = html! {
        div.page-narrow.stack {
            h1 { (title) }
            @if legal.language != lang { p.muted.small { (visit.say(OTHER)) } }
            div.prose lang=(legal.language) { (markdown::written(rest)) }
        }
    };
    let shop = visit.shop();
    let document = Document {
        title: format!("{title} · {shop}"),
        canonical: Some(format!("/legal/{text}")),
        ..Document::default()
    };
    Ok(framed(&visit, document, &main).await)
}
