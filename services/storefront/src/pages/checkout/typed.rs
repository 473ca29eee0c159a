//! What was typed into the checkout, and what is wrong with it.

use super::Account;
use crate::{
    model::{Form, pay_methods},
    views::{Cart, PostalAddress},
};
use bodega_pages::{Fault, Text, Visit};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What of an address must be there.
pub(super) const NEEDED: [&str; 5] = ["name", "line1", "postal_code", "city", "country"];
/// What the fields of the other address for bills begin with.
pub(super) const BILLING: &str = "b_";

const FILL: Text = Text { en: "Please fill this in.", de: "Bitte füllen Sie das aus." };
const CHECK: Text = Text { en: "Please check this.", de: "Bitte prüfen Sie das." };
const CHOOSE: Text = Text { en: "Please choose one.", de: "Bitte wählen Sie aus." };
const MAIL: Text = Text { en: "Please enter an e-mail address.", de: "Bitte geben Sie eine E-Mail-Adresse ein." };
const TERMS: Text = Text { en: "Please accept the terms.", de: "Bitte stimmen Sie den AGB zu." };
const NOWHERE: Text =
    Text { en: "We do not send this to this country.", de: "Dorthin versenden wir das leider nicht." };

/// As it was typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) email: String,
    pub(super) shipping: PostalAddress,
    /// Empty where bills go where parcels go.
    pub(super) billing: PostalAddress,
    pub(super) shipping_method: String,
    pub(super) payment_method: String,
    pub(super) gift_cards: String,
    pub(super) accepts: bool,
    /// Which version of the texts was in view.
    pub(super) terms_version: Option<i64>,
    /// Whether to keep the address in the address book.
    pub(super) keeps: bool,
    /// Makes the order happen once.
    pub(super) key: String,
    /// The sum that was in view: `1999 GBP`.
    pub(super) total: String,
}

/// What is wrong, by field.
#[derive(Clone, Debug, Default)]
pub(super) struct Wrong(BTreeMap<String, String>);

impl Typed {
    /// As it came.
    pub(super) fn of_form(visit: &Visit, form: &Form) -> Self {
        let key = form.some("key").map_or_else(|| visit.new_key(), str::to_owned);
        Self {
            email: form.get("email").to_owned(),
            shipping: address_of(form, ""),
            billing: address_of(form, BILLING),
            shipping_method: form.get("shipping_method").to_owned(),
            payment_method: form.get("payment_method").to_owned(),
            gift_cards: String::new(),
            accepts: form.is_ticked("terms"),
            terms_version: form.number("terms_version"),
            keeps: form.is_ticked("save_address"),
            key,
            total: form.get("total").to_owned(),
        }
    }

    /// What to begin with: what the cart knows, then what the account knows.
    pub(super) fn of_cart(visit: &Visit, cart: &Cart, account: &Account) -> Self {
        let book = &account.addresses;
        let own = book.iter().find(|entry| entry.default_shipping).or(book.first()).map(|entry| entry.address.clone());
        let home = || PostalAddress {
            name: account.name.clone(),
            country: visit.settings().shop.country.clone(),
            ..PostalAddress::default()
        };
        Self {
            email: cart.email.clone().unwrap_or_else(|| account.email.clone()),
            shipping: cart.shipping_address.clone().or(own).unwrap_or_else(home),
            billing: cart.billing_address.clone().unwrap_or_default(),
            shipping_method: cart.shipping_method.clone().unwrap_or_default(),
            payment_method: pay_methods(visit).first().map(|method| method.id.to_owned()).unwrap_or_default(),
            key: visit.new_key(),
            ..Self::default()
        }
    }

    /// Whether bills go somewhere else.
    pub(super) fn has_billing(&self) -> bool {
        let PostalAddress { name, line1, city, postal_code, .. } = &self.billing;
        [name, line1, city, postal_code].iter().any(|text| !text.is_empty())
    }

    /// What a cart does not know yet, as far as it is whole; `None` where that is nothing.
    pub(super) fn details(&self, cart: &Cart) -> Option<Value> {
        let mut details = Map::new();
        if self.email.contains('@') && cart.email.as_ref() != Some(&self.email) {
            details.insert("email".into(), json!(self.email));
        }
        if is_whole(&self.shipping) && cart.shipping_address.as_ref() != Some(&self.shipping) {
            details.insert("shipping_address".into(), json!(self.shipping));
        }
        if self.has_billing() {
            if is_whole(&self.billing) && cart.billing_address.as_ref() != Some(&self.billing) {
                details.insert("billing_address".into(), json!(self.billing));
            }
        } else if cart.billing_address.is_some() {
            details.insert("billing_address".into(), Value::Null);
        }
        let is_offered = cart.shipping_methods.iter().any(|method| method.id == self.shipping_method);
        if is_offered && cart.shipping_method.as_ref() != Some(&self.shipping_method) {
            details.insert("shipping_method".into(), json!(self.shipping_method));
        }
        (!details.is_empty()).then_some(Value::Object(details))
    }

    /// What is missing before anybody is asked.
    pub(super) fn check(&self, visit: &Visit, cart: &Cart) -> Wrong {
        let mut wrong = Wrong::default();
        if !self.email.contains('@') {
            wrong.put("email", visit.say(MAIL));
        }
        if needs_address(cart) {
            wrong.put_gaps(visit, "", &self.shipping);
        }
        if self.has_billing() {
            wrong.put_gaps(visit, BILLING, &self.billing);
        }
        if cart.due.amount > 0 && !pay_methods(visit).iter().any(|method| method.id == self.payment_method) {
            wrong.put("payment_method", visit.say(CHOOSE));
        }
        if cart.terms_version.is_some() && !self.accepts {
            wrong.put("terms", visit.say(TERMS));
        }
        wrong
    }
}

/// Whether a parcel is to be sent.
pub(super) fn needs_address(cart: &Cart) -> bool {
    cart.shipping_address.is_some() || cart.missing.iter().any(|missing| missing == "shipping_address")
}

fn is_whole(address: &PostalAddress) -> bool {
    NEEDED.iter().all(|name| !part(address, name).is_empty()) && address.country.len() == 2
}

fn part<'a>(address: &'a PostalAddress, name: &str) -> &'a str {
    match name {
        "name" => &address.name,
        "line1" => &address.line1,
        "postal_code" => &address.postal_code,
        "city" => &address.city,
        _ => &address.country,
    }
}

fn address_of(form: &Form, prefix: &str) -> PostalAddress {
    let text = |name: &str| form.get(&format!("{prefix}{name}")).to_owned();
    let some = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    PostalAddress {
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

impl Wrong {
    /// What is wrong with a field.
    pub(super) fn at(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn put(&mut self, name: &str, text: &str) {
        self.0.entry(name.to_owned()).or_insert_with(|| text.to_owned());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn put_gaps(&mut self, visit: &Visit, prefix: &str, address: &PostalAddress) {
        for name in NEEDED.iter().filter(|name| part(address, name).is_empty()) {
            self.put(&format!("{prefix}{name}"), visit.say(FILL));
        }
    }

    /// What a cart says that is missing.
    pub(super) fn put_missing(&mut self, visit: &Visit, cart: &Cart, missing: &[String]) {
        for code in missing {
            match code.as_str() {
                "email" => self.put("email", visit.say(MAIL)),
                "shipping_address" => self.put("line1", visit.say(FILL)),
                "shipping_method" if cart.shipping_methods.is_empty() => self.put("country", visit.say(NOWHERE)),
                "shipping_method" => self.put("shipping_method", visit.say(CHOOSE)),
                _ => {}
            }
        }
    }

    /// What the API says of fields.
    pub(super) fn put_fault(&mut self, visit: &Visit, fault: &Fault) {
        for field in &fault.errors {
            let pointer = field.pointer.as_str();
            let name = match pointer.strip_prefix("/shipping_address/") {
                Some(name) => name.to_owned(),
                None => match pointer.strip_prefix("/billing_address/") {
                    Some(name) => format!("{BILLING}{name}"),
                    None => pointer.trim_start_matches('/').to_owned(),
                },
            };
            match name.as_str() {
                "accepted_terms" => self.put("terms", visit.say(TERMS)),
                name => self.put(name, visit.say(CHECK)),
            }
        }
    }
}
