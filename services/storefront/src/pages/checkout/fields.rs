//! The fields of the checkout: addresses, ways of shipping, ways of paying.

use super::{
    Account, Desk,
    typed::{BILLING, NEEDED, Wrong},
};
use crate::{
    model::{PayMethod, countries, pay_methods},
    views::PostalAddress,
};
use bodega_pages::{
    Text, Visit,
    parts::{self, Choice, Field, Mood},
};
use maud::{Markup, html};

/// The fields of an address whose names begin with `prefix`.
pub(super) fn address(visit: &Visit, prefix: &str, of: &PostalAddress, wrong: &Wrong) -> Markup {
    const NAME: Text = Text { en: "Name", de: "Name" };
    const LINE1: Text = Text { en: "Street and number", de: "Straße und Hausnummer" };
    const LINE2: Text = Text { en: "Flat, floor (optional)", de: "Adresszusatz (freiwillig)" };
    const CODE: Text = Text { en: "Postal code", de: "Postleitzahl" };
    const CITY: Text = Text { en: "Town", de: "Ort" };
    const REGION: Text = Text { en: "County or state (optional)", de: "Region (freiwillig)" };
    const PHONE: Text =
        Text { en: "Telephone, for the carrier (optional)", de: "Telefon für den Paketdienst (freiwillig)" };
    let kind = if prefix == BILLING { "billing" } else { "shipping" };
    let line = |name: &str, label: Text, value: &str, fills: &str, max: u32| {
        let (own, autocomplete) = (format!("{prefix}{name}"), format!("{kind} {fills}"));
        parts::field(&Field {
            name: &own,
            label: visit.say(label),
            value,
            error: wrong.at(&own),
            required: prefix.is_empty() && NEEDED.contains(&name),
            autocomplete: &autocomplete,
            max: Some(max),
            ..Field::default()
        })
    };
    html! {
        (line("name", NAME, &of.name, "name", 120))
        (line("line1", LINE1, &of.line1, "address-line1", 200))
        (line("line2", LINE2, of.line2.as_deref().unwrap_or_default(), "address-line2", 200))
        div.fields-2 {
            (line("postal_code", CODE, &of.postal_code, "postal-code", 20))
            (line("city", CITY, &of.city, "address-level2", 100))
        }
        (line("region", REGION, of.region.as_deref().unwrap_or_default(), "address-level1", 100))
        (country(visit, prefix, kind, of, wrong))
        @if prefix.is_empty() { (line("phone", PHONE, of.phone.as_deref().unwrap_or_default(), "tel", 40)) }
    }
}

fn country(visit: &Visit, prefix: &str, kind: &str, of: &PostalAddress, wrong: &Wrong) -> Markup {
    const COUNTRY: Text = Text { en: "Country", de: "Land" };
    let home = &visit.settings().shop.country;
    let value = if of.country.is_empty() { home } else { &of.country };
    let known = countries(visit.lang(), value);
    let choices: Vec<Choice<'_>> = known.iter().map(|(code, name)| Choice::new(code, name)).collect();
    let (name, autocomplete) = (format!("{prefix}country"), format!("{kind} country"));
    let field = Field {
        name: &name,
        label: visit.say(COUNTRY),
        value,
        error: wrong.at(&name),
        required: prefix.is_empty(),
        autocomplete: &autocomplete,
        ..Field::default()
    };
    html! { div data-submit-on-change=[prefix.is_empty().then_some("update")] { (parts::select(&field, &choices)) } }
}

/// The addresses that an account knows, each to be taken with one press.
pub(super) fn book(visit: &Visit, account: &Account) -> Markup {
    const BOOK: Text = Text { en: "From your address book", de: "Aus Ihrem Adressbuch" };
    html! {
        @if !account.addresses.is_empty() {
            div.row.book role="group" aria-label=(visit.say(BOOK)) {
                @for entry in account.addresses.iter().take(6) {
                    button.button.is-quiet.is-small type="submit" name="use_address" value=(entry.id) formnovalidate
                        data-swap="checkout-page" {
                        (entry.address.name) ", " (entry.address.line1) ", " (entry.address.city)
                    }
                }
            }
        }
    }
}

/// How it is sent, and what that costs.
pub(super) fn ways(visit: &Visit, desk: &Desk) -> Markup {
    const TITLE: Text = Text { en: "Delivery", de: "Versand" };
    const METHOD: Text = Text { en: "How shall we send it?", de: "Wie sollen wir es senden?" };
    const NONE: Text = Text {
        en: "With your address we can say how we send it, and what that costs.",
        de: "Mit Ihrer Adresse können wir sagen, wie wir es senden und was das kostet.",
    };
    const FREE: Text = Text { en: "free", de: "kostenlos" };
    const UPDATE: Text = Text { en: "Update total", de: "Summe aktualisieren" };
    let methods = &desk.cart.shipping_methods;
    let price = |amount: bodega_kernel::Money| match amount.amount {
        0 => visit.say(FREE).to_owned(),
        _ => visit.money(amount),
    };
    let prices: Vec<String> = methods.iter().map(|method| price(method.price)).collect();
    let choices: Vec<Choice<'_>> = methods
        .iter()
        .zip(&prices)
        .map(|(method, price)| Choice { value: &method.id, label: &method.name, aside: price, is_open: true })
        .collect();
    let field = Field {
        name: "shipping_method",
        label: visit.say(METHOD),
        value: &desk.typed.shipping_method,
        error: desk.wrong.at("shipping_method"),
        required: true,
        ..Field::default()
    };
    html! {
        div.ways id="ways" data-submit-on-change="update" {
            (parts::card(visit.say(TITLE), &html! {
                @if choices.is_empty() { p.muted { (visit.say(NONE)) } }
                @else { (parts::choices(&field, &choices, false)) }
                noscript { button.button.is-quiet.is-small type="submit" formnovalidate { (visit.say(UPDATE)) } }
            }))
        }
    }
}

/// How it is paid.
pub(super) fn paying(visit: &Visit, desk: &Desk) -> Markup {
    const TITLE: Text = Text { en: "Payment", de: "Zahlung" };
    const METHOD: Text = Text { en: "How would you like to pay?", de: "Wie möchten Sie zahlen?" };
    const PAID: Text = Text { en: "There is nothing left to pay.", de: "Es ist nichts mehr zu zahlen." };
    const DEMO: Text = Text {
        en: "This is a demonstration: the test cards take no real money.",
        de: "Dies ist eine Vorführung: Die Testkarten buchen kein echtes Geld ab.",
    };
    let methods = pay_methods(visit);
    let choice = |method: &PayMethod| {
        let (label, aside) = (visit.say(method.name), visit.say(method.aside));
        Choice { value: method.id, label, aside, is_open: true }
    };
    let choices: Vec<Choice<'_>> = methods.iter().map(choice).collect();
    let is_demo = methods.iter().any(|method| method.id.starts_with("sim_"));
    let field = Field {
        name: "payment_method",
        label: visit.say(METHOD),
        value: &desk.typed.payment_method,
        error: desk.wrong.at("payment_method"),
        required: true,
        ..Field::default()
    };
    parts::card(
        visit.say(TITLE),
        &html! {
            @if desk.cart.due.amount == 0 { p { (visit.say(PAID)) } }
            @else {
                @if is_demo { div.demo { (parts::notice(Mood::Plain, visit.say(DEMO))) } }
                (parts::choices(&field, &choices, false))
            }
            (tenders(visit, desk))
        },
    )
}

/// Gift cards, and what the shop owes the customer.
fn tenders(visit: &Visit, desk: &Desk) -> Markup {
    const TITLE: Text = Text { en: "Gift card or store credit", de: "Geschenkkarte oder Guthaben" };
    const CODES: Text = Text { en: "Gift card code", de: "Code der Geschenkkarte" };
    const HINT: Text = Text { en: "Several codes with a comma between them", de: "Mehrere Codes durch Komma getrennt" };
    const CREDIT: Text = Text { en: "Use my store credit:", de: "Mein Guthaben einsetzen:" };
    const APPLY: Text = Text { en: "Use it", de: "Einsetzen" };
    const CLEAR: Text = Text { en: "Do not use them", de: "Nicht einsetzen" };
    let action = visit.link("/checkout/tenders");
    let (is_set, error) = (!desk.cart.tenders.is_empty(), desk.wrong.at("gift_cards"));
    let currency = desk.cart.total.currency;
    let credit = desk.account.credit.iter().find(|money| money.currency == currency && money.amount > 0);
    html! {
        details.panel.is-soft id="tenders" open[is_set || error.is_some()] {
            summary { (visit.say(TITLE)) }
            div.stack.is-tight {
                @if is_set {
                    ul {
                        @for tender in &desk.cart.tenders {
                            li { (super::super::cart::tender_name(visit, &tender.kind, &tender.label)) ": −" (visit.money(tender.amount)) }
                        }
                    }
                    button.button.is-quiet.is-small type="submit" name="clear" value="yes" formaction=(action) formnovalidate {
                        (visit.say(CLEAR))
                    }
                } @else {
                    (parts::field(&Field {
                        name: "gift_cards", label: visit.say(CODES), hint: visit.say(HINT), value: &desk.typed.gift_cards, error,
                        max: Some(200), autocomplete: "off", ..Field::default()
                    }))
                    @if let Some(credit) = credit {
                        @let label = format!("{} {}", visit.say(CREDIT), visit.money(*credit));
                        (parts::check("store_credit", &label, false))
                    }
                    button.button.is-quiet.is-small type="submit" formaction=(action) formnovalidate { (visit.say(APPLY)) }
                }
            }
        }
    }
}
