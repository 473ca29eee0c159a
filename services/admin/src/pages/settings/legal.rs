//! The legal texts, each in the languages of the shop: saving changed ones makes a new version, which shoppers accept
//! from then on.

use super::{Shop, Text, read, tabs, whole};
use crate::{
    model::Filled,
    pages::{
        forms::{belongs_to_form, both, done, entry, refused},
        frame::framed,
    },
};
use axum::{
    extract::Path,
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_kernel::Time;
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field},
};
use maud::html;
use serde::Deserialize;
use std::collections::BTreeMap;

const HERE: &str = "/admin/settings/legal";
const TEXTS: [(&str, &str); 4] = [
    ("terms", "Terms and conditions"),
    ("privacy", "Privacy"),
    ("withdrawal", "Right of withdrawal"),
    ("imprint", "Imprint"),
];
/// Versions that are linked.
const SHOWN: i64 = 20;

/// A version of the texts.
#[derive(Debug, Deserialize)]
struct Version {
    #[serde(rename = "version")]
    number: i64,
    digest: String,
    at: Time,
    texts: BTreeMap<String, Text>,
}

/// `/admin/settings/legal`
pub(super) async fn show(visit: Visit) -> Result<Page, Fault> {
    let shop = read(&visit).await?;
    Ok(page(&visit, &shop, &filled(&shop), None, None).await)
}

/// The texts were sent.
pub(super) async fn save(visit: Visit, sent: Filled) -> Result<Response, Fault> {
    let shop = read(&visit).await?;
    let version = sent.get("version").parse().unwrap_or(shop.version);
    let body = whole(&Shop { legal: texts(&shop, &sent), ..shop.clone() });
    match visit.ask(Method::PUT, "/v1/admin/shop").version(version).json(&body).send().await {
        Ok(_) => Ok(done(&visit, HERE, "The texts are saved.")),
        Err(fault) if fault.status == 412 => {
            let sent = sent.instead("version", shop.version.to_string());
            Ok(page(&visit, &shop, &sent, Some(&fault), Some(&filled(&shop))).await.status(412).into_response())
        }
        Err(fault) if belongs_to_form(&fault) => {
            Ok(page(&visit, &shop, &sent, Some(&fault), None).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// `/admin/settings/legal/{version}`
pub(super) async fn version(visit: Visit, Path(version): Path<i64>) -> Result<Page, Fault> {
    let stored: Version = visit.get(format!("/v1/admin/shop/legal/versions/{version}")).await?;
    let main = html! {
        (parts::crumbs("Way", &[(HERE, "Legal texts"), ("", &format!("Version {}", stored.number))]))
        (parts::facts(&[
            ("Since", html! { (visit.lang().moment(stored.at)) }),
            ("SHA-256", html! { span.code { (stored.digest) } }),
        ]))
        @for (name, title) in TEXTS {
            @for (language, text) in stored.texts.get(name).into_iter().flatten() {
                section.stack { h2 { (title) ", " (language) } pre.log tabindex="0" { (text) } }
            }
        }
    };
    Ok(framed(&visit, &format!("Legal texts, version {}", stored.number), &main).await)
}

fn name_of(text: &str, language: &str) -> String {
    format!("legal.{text}.{language}")
}

fn filled(shop: &Shop) -> Filled {
    let mut form = Filled::default().with("version", shop.version.to_string());
    for (text, _) in TEXTS {
        for language in &shop.languages {
            let written = shop.legal.get(text).and_then(|by| by.get(language)).map(String::as_str);
            form = form.with(&name_of(text, language), written.unwrap_or_default());
        }
    }
    form
}

fn texts(shop: &Shop, form: &Filled) -> BTreeMap<String, Text> {
    let of = |text: &str| -> Text {
        let written = |language: &String| {
            let typed = form.get(&name_of(text, language));
            Some((language.clone(), typed.to_owned())).filter(|_| !typed.trim().is_empty())
        };
        shop.languages.iter().filter_map(written).collect()
    };
    TEXTS.iter().map(|(text, _)| ((*text).to_owned(), of(text))).collect()
}

async fn page(visit: &Visit, shop: &Shop, form: &Filled, fault: Option<&Fault>, theirs: Option<&Filled>) -> Page {
    let labels: Vec<(String, String)> = TEXTS
        .iter()
        .flat_map(|(text, title)| {
            shop.languages.iter().map(move |lang| (name_of(text, lang), format!("{title}, {lang}")))
        })
        .collect();
    let oldest = (shop.legal_version - SHOWN).max(0) + 1;
    let main = html! {
        (tabs(HERE))
        (refused(fault))
        @if let Some(theirs) = theirs { (both(form, theirs, &labels)) }
        form.panel.form id="legal" method="post" action=(HERE) {
            p.muted { "Markdown. Where a text changes, all of them get a new version, which shoppers accept from then on." }
            (parts::hidden("version", form.get("version")))
            @for (text, title) in TEXTS {
                @for language in &shop.languages {
                    @let name = name_of(text, language);
                    @let label = format!("{title}, {language}");
                    (parts::area(&Field { max: Some(50_000), ..entry(form, fault, &name, &label, &format!("/legal/{text}/{language}")) }, 8))
                }
            }
            (parts::submit("Save"))
        }
        section.stack id="versions" {
            h2 { "Versions" }
            @if shop.legal_version == 0 { p.muted { "There are no texts yet." } }
            ul.row {
                @for version in (oldest..=shop.legal_version).rev() {
                    li { a href={ (HERE) "/" (version) } { "Version " (version) } }
                }
            }
        }
    };
    framed(visit, "Legal texts", &main).await
}
