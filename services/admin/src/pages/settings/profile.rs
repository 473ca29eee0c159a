//! Who the shop is: its name, address, languages.

use super::{Place, Shop, read, tabs, whole};
use crate::{
    model::Filled,
    pages::{
        forms::{belongs_to_form, both, done, entry, refused},
        frame::framed,
    },
};
use axum::{
    http::Method,
    response::{IntoResponse as _, Response},
};
use bodega_pages::{
    Fault, Page, Visit,
    parts::{self, Field},
};
use maud::{Markup, html};

const HERE: &str = "/admin/settings";
/// Fields of the address: in the form, in the body, what they are called.
const ADDRESS: [(&str, &str, &str); 8] = [
    ("address.name", "/address/name", "Name on papers"),
    ("address.line1", "/address/line1", "Street and number"),
    ("address.line2", "/address/line2", "More of it"),
    ("address.postal_code", "/address/postal_code", "Postal code"),
    ("address.city", "/address/city", "City"),
    ("address.region", "/address/region", "Region"),
    ("address.country", "/address/country", "Country, two letters"),
    ("address.phone", "/address/phone", "Phone"),
];

/// `/admin/settings`
pub(super) async fn show(visit: Visit) -> Result<Page, Fault> {
    let shop = read(&visit).await?;
    Ok(page(&visit, &filled(&shop), None, None).await)
}

/// The shop was sent.
pub(super) async fn save(visit: Visit, sent: Filled) -> Result<Response, Fault> {
    let shop = read(&visit).await?;
    let version = sent.get("version").parse().unwrap_or(shop.version);
    let body = whole(&changed(&shop, &sent));
    match visit.ask(Method::PUT, "/v1/admin/shop").version(version).json(&body).send().await {
        Ok(_) => Ok(done(&visit, HERE, "The shop is saved.")),
        Err(fault) if fault.status == 412 => {
            let sent = sent.instead("version", shop.version.to_string());
            Ok(page(&visit, &sent, Some(&fault), Some(&filled(&shop))).await.status(412).into_response())
        }
        Err(fault) if belongs_to_form(&fault) => {
            Ok(page(&visit, &sent, Some(&fault), None).await.status(422).into_response())
        }
        Err(fault) => Err(fault),
    }
}

fn filled(shop: &Shop) -> Filled {
    let place = shop.address.clone().unwrap_or_default();
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    Filled::default()
        .with("version", shop.version.to_string())
        .with("name", shop.name.as_str())
        .with("email", optional(&shop.email))
        .with("tax_number", optional(&shop.tax_number))
        .with("languages", shop.languages.join(", "))
        .with("address.name", place.name)
        .with("address.line1", place.line1)
        .with("address.line2", optional(&place.line2))
        .with("address.postal_code", place.postal_code)
        .with("address.city", place.city)
        .with("address.region", optional(&place.region))
        .with("address.country", place.country)
        .with("address.phone", optional(&place.phone))
}

/// The shop as the form says, with the texts that it has.
fn changed(shop: &Shop, form: &Filled) -> Shop {
    let text = |name: &str| form.get(name).trim().to_owned();
    let optional = |name: &str| form.text(name).map(str::to_owned);
    let has_address = ADDRESS.iter().any(|(name, ..)| form.text(name).is_some());
    let place = Place {
        name: text("address.name"),
        line1: text("address.line1"),
        line2: optional("address.line2"),
        city: text("address.city"),
        region: optional("address.region"),
        postal_code: text("address.postal_code"),
        country: text("address.country").to_ascii_uppercase(),
        phone: optional("address.phone"),
    };
    Shop {
        name: text("name"),
        address: has_address.then_some(place),
        email: optional("email"),
        tax_number: optional("tax_number"),
        languages: form.list("languages"),
        ..shop.clone()
    }
}

async fn page(visit: &Visit, form: &Filled, fault: Option<&Fault>, theirs: Option<&Filled>) -> Page {
    let plain = [("name", "Name"), ("email", "E-mail"), ("tax_number", "VAT number"), ("languages", "Languages")];
    let mut labels: Vec<(String, String)> =
        plain.iter().map(|(name, label)| ((*name).into(), (*label).into())).collect();
    labels.extend(ADDRESS.iter().map(|(name, _, label)| ((*name).to_owned(), (*label).to_owned())));
    let line = |name, label| entry(form, fault, name, label, &format!("/{name}"));
    let main: Markup = html! {
        (tabs(HERE))
        (refused(fault))
        @if let Some(theirs) = theirs { (both(form, theirs, &labels)) }
        form.panel.form id="shop" method="post" action=(HERE) {
            (parts::hidden("version", form.get("version")))
            (parts::field(&Field { required: true, max: Some(100), ..line("name", "Name of the shop") }))
            div.fields-2 {
                (parts::field(&Field { kind: "email", hint: "Where customers write.", ..line("email", "E-mail") }))
                (parts::field(&Field { max: Some(40), ..line("tax_number", "VAT number") }))
                (parts::field(&Field { required: true, hint: "Its own first: en, de.", ..line("languages", "Languages") }))
            }
            h2 { "Address" }
            div.fields-2 {
                @for (name, pointer, label) in ADDRESS { (parts::field(&entry(form, fault, name, label, pointer))) }
            }
            (parts::submit("Save"))
        }
    };
    framed(visit, "Settings", &main).await
}
