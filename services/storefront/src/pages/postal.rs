//! Postal addresses: as a form, and as they are read.

use crate::model::{Form, countries};
use bodega_pages::{
    Fault, Text, Visit,
    parts::{self, Choice, Field},
};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

/// Where somebody lives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "named as the API names them")]
pub(crate) struct Postal {
    pub(crate) name: String,
    pub(crate) line1: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line2: Option<String>,
    pub(crate) city: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    pub(crate) postal_code: String,
    pub(crate) country: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
}

impl Postal {
    /// As it was typed.
    pub(crate) fn of(form: &Form) -> Self {
        let text = |name: &str| form.get(name).to_owned();
        let some = |name: &str| form.some(name).map(str::to_owned);
        Self {
            name: text("name"),
            line1: text("line1"),
            line2: some("line2"),
            city: text("city"),
            region: some("region"),
            postal_code: text("postal_code"),
            country: text("country"),
            phone: some("phone"),
        }
    }

    /// The fields of a form that holds it; `fault` is in the visitor's words.
    pub(crate) fn fields(&self, visit: &Visit, fault: Option<&Fault>) -> Markup {
        const NAME: Text = Text { en: "Name", de: "Name" };
        const LINE1: Text = Text { en: "Street and number", de: "Straße und Hausnummer" };
        const LINE2: Text = Text { en: "Flat, floor (optional)", de: "Adresszusatz (freiwillig)" };
        const CODE: Text = Text { en: "Postal code", de: "Postleitzahl" };
        const CITY: Text = Text { en: "Town", de: "Ort" };
        const REGION: Text = Text { en: "County or state (optional)", de: "Region (freiwillig)" };
        const PHONE: Text =
            Text { en: "Telephone, for the carrier (optional)", de: "Telefon für den Paketdienst (freiwillig)" };
        let at = |pointer: &str| fault.and_then(|fault| fault.at(pointer));
        let line = |name, label, value, autocomplete, max, required| {
            let error = at(&format!("/{name}"));
            let label = visit.say(label);
            parts::field(&Field {
                name,
                label,
                value,
                error,
                required,
                autocomplete,
                max: Some(max),
                ..Field::default()
            })
        };
        html! {
            (line("name", NAME, &self.name, "name", 120, true))
            (line("line1", LINE1, &self.line1, "address-line1", 200, true))
            (line("line2", LINE2, self.line2.as_deref().unwrap_or_default(), "address-line2", 200, false))
            div.fields-2 {
                (line("postal_code", CODE, &self.postal_code, "postal-code", 20, true))
                (line("city", CITY, &self.city, "address-level2", 100, true))
            }
            (line("region", REGION, self.region.as_deref().unwrap_or_default(), "address-level1", 100, false))
            (self.country_field(visit, at("/country")))
            (line("phone", PHONE, self.phone.as_deref().unwrap_or_default(), "tel", 40, false))
        }
    }

    fn country_field(&self, visit: &Visit, error: Option<&str>) -> Markup {
        const COUNTRY: Text = Text { en: "Country", de: "Land" };
        let home = &visit.settings().shop.country;
        let value = if self.country.is_empty() { home } else { &self.country };
        let known = countries(visit.lang(), value);
        let choices: Vec<Choice<'_>> = known.iter().map(|(code, name)| Choice::new(code, name)).collect();
        let field = Field {
            name: "country",
            label: visit.say(COUNTRY),
            value,
            error,
            required: true,
            autocomplete: "country",
            ..Field::default()
        };
        parts::select(&field, &choices)
    }

    /// The town with its code and region, in two lines, as its country writes them.
    fn place(&self) -> [String; 2] {
        let (code, city, region) = (&self.postal_code, &self.city, self.region.clone().unwrap_or_default());
        match self.country.as_str() {
            "GB" | "IE" if region.is_empty() => [city.clone(), code.clone()],
            "GB" | "IE" => [format!("{city}, {region}"), code.clone()],
            "AU" | "CA" | "US" => [format!("{city} {region} {code}"), String::new()],
            _ => [format!("{code} {city}"), region],
        }
    }

    /// As it stands on a parcel.
    pub(crate) fn shown(&self, visit: &Visit) -> Markup {
        let names = countries(visit.lang(), &self.country);
        let country = names.iter().find(|(code, _)| *code == self.country).map_or(&*self.country, |(_, name)| name);
        let [place, below] = self.place();
        let further = [self.line2.as_deref(), Some(&place), Some(&below), Some(country), self.phone.as_deref()];
        html! {
            address.address {
                (self.name) br; (self.line1)
                @for line in further.into_iter().flatten().filter(|line| !line.trim().is_empty()) { br; (line) }
            }
        }
    }
}
