//! What templates are given: everything is in words already, so that they only place it. Names are cleaned here; HTML is
//! escaped where a template places them.

use super::{Kind, Known, Language, Params, Words, clean};
use bodega_contracts::{
    Address,
    cart::{CartToMail, LineToMail},
    orders::{Details, PaymentStatus, ReturnState},
    payments::DisputeState,
};
use bodega_kernel::{Money, Sku};
use bodega_pricing::PricedLine;
use serde::Serialize;

/// The most lines of an order that a mail shows.
const MAX_LINES: usize = 100;

/// Where the postal code stands behind the town.
const TOWN_FIRST: [&str; 8] = ["AU", "CA", "GB", "IE", "IN", "NZ", "SG", "US"];

/// What a template is given, with the labels of its language.
#[derive(Debug, Serialize)]
pub(crate) struct Letter {
    shop: String,
    language: &'static str,
    name: Option<String>,
    order: Option<Order>,
    cart: Option<Cart>,
    parcel: Vec<Piece>,
    carrier: Option<String>,
    tracking_number: Option<String>,
    tracking_url: Option<String>,
    partial: bool,
    refunded: Option<String>,
    reason: Option<String>,
    money_back: bool,
    points: Option<String>,
    label: Option<String>,
    code: Option<String>,
    ends: Option<String>,
    link: Option<String>,
    unsubscribe: Option<String>,
    stock: Option<Piece>,
    amount: Option<String>,
    return_number: Option<String>,
    return_state: Option<ReturnState>,
    dispute: Option<DisputeState>,
    note_subject: String,
    paragraphs: Vec<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct Order {
    number: String,
    placed_on: String,
    lines: Vec<Line>,
    more_lines: Option<String>,
    subtotal: String,
    discount: Option<String>,
    shipping: Option<Shipping>,
    tax: Option<String>,
    tax_included: bool,
    total: String,
    address: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    quantity: String,
    unit_price: Option<String>,
    subtotal: String,
    discounts: Vec<Discount>,
}

#[derive(Debug, Serialize)]
struct Discount {
    label: String,
    amount: String,
}

#[derive(Debug, Serialize)]
struct Shipping {
    name: String,
    price: Option<String>,
}

#[derive(Debug, Serialize)]
struct Cart {
    lines: Vec<CartLine>,
    total: String,
}

#[derive(Debug, Serialize)]
struct CartLine {
    name: String,
    quantity: String,
    total: String,
}

#[derive(Debug, Serialize)]
struct Piece {
    name: String,
    quantity: String,
}

impl Letter {
    /// The letter of a kind, in a language, from `shop`.
    pub(crate) fn new(
        shop: &str,
        language: Language,
        words: &Words,
        kind: Kind,
        known: &Known,
        params: &Params,
    ) -> Self {
        let details = known.order.as_deref();
        let address =
            details.and_then(|details| details.shipping_address.as_ref().or(details.billing_address.as_ref()));
        let name = known.name.as_deref().or(address.map(|address| address.name.as_str())).map(clean);
        let reason = params.reason.or(details.and_then(|details| details.cancel_reason));
        let reason = reason.and_then(|reason| serde_json::to_value(reason).ok());
        let reason = reason.and_then(|word| words.get(&format!("reason_{}", word.as_str()?)).cloned());
        let piece = |sku: &Sku, quantity| Piece { name: name_of(details, sku), quantity: language.number(quantity) };
        let text = |text: &Option<String>| text.as_deref().map(clean).filter(|text| !text.is_empty());
        let note = params.note.as_ref();
        Self {
            shop: clean(shop),
            language: language.code(),
            name: name.filter(|name| !name.is_empty() && !kind.is_for_staff()),
            order: details.map(|details| Order::of(details, language)),
            cart: known.cart.as_ref().map(|cart| Cart::of(cart, language)),
            parcel: params.parcel.iter().take(MAX_LINES).map(|line| piece(&line.sku, line.quantity)).collect(),
            carrier: text(&params.carrier),
            tracking_number: text(&params.tracking_number),
            tracking_url: web_address(params.tracking_url.as_deref()),
            partial: params.partial,
            refunded: params.refunded.map(|money| language.money(money)),
            reason,
            money_back: details.is_some_and(was_taken),
            points: params.points.map(|points| language.number(points)),
            label: text(&params.label),
            code: text(&params.code),
            ends: params.ends.map(|time| language.day(time)),
            link: web_address(params.link.as_deref()),
            unsubscribe: web_address(params.unsubscribe.as_deref()),
            stock: params.stock.as_ref().map(|stock| piece(&stock.sku, stock.quantity)),
            amount: params.amount.map(|money| language.money(money)),
            return_number: text(&params.return_number),
            return_state: params.return_state,
            dispute: params.dispute,
            note_subject: note.map_or_else(String::new, |note| clean(&note.subject)),
            paragraphs: note.map_or_else(Vec::new, |note| paragraphs(&note.text)),
        }
    }
}

impl Letter {
    /// How the recipient is called.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl Order {
    fn of(details: &Details, language: Language) -> Self {
        let (basket, priced) = (&details.basket, &details.priced);
        let money = |amount: i64| language.money(Money::new(amount, basket.currency));
        let line = |line: &PricedLine| Line {
            name: clean(&line.name),
            quantity: language.number(line.quantity),
            unit_price: (line.quantity > 1).then(|| money(line.unit_price)),
            subtotal: money(line.subtotal),
            discounts: line
                .discounts
                .iter()
                .map(|applied| Discount { label: clean(&applied.label), amount: money(-applied.amount) })
                .collect(),
        };
        let more = priced.lines.len().saturating_sub(MAX_LINES);
        Self {
            number: clean(&details.number),
            placed_on: language.day(details.placed_at),
            lines: priced.lines.iter().take(MAX_LINES).map(line).collect(),
            more_lines: (more > 0).then(|| language.number(more as i64)),
            subtotal: money(priced.subtotal),
            discount: (priced.discount != 0).then(|| money(-priced.discount)),
            shipping: basket.shipping.as_ref().map(|shipping| Shipping {
                name: clean(&shipping.name),
                price: (priced.shipping != 0).then(|| money(priced.shipping)),
            }),
            tax: (priced.tax != 0).then(|| money(priced.tax)),
            tax_included: basket.prices_include_tax,
            total: money(priced.total),
            address: details.shipping_address.as_ref().map(lines_of).unwrap_or_default(),
        }
    }
}

impl Cart {
    fn of(cart: &CartToMail, language: Language) -> Self {
        let line = |line: &LineToMail| CartLine {
            name: clean(&line.name),
            quantity: language.number(line.quantity),
            total: language.money(line.total),
        };
        let lines = cart.lines.iter().take(MAX_LINES).map(line).collect();
        Self { lines, total: language.money(cart.total) }
    }
}

fn lines_of(address: &Address) -> Vec<String> {
    let (city, code) = (&address.city, &address.postal_code);
    let town = if TOWN_FIRST.contains(&address.country.as_str()) {
        format!("{city} {code}")
    } else {
        format!("{code} {city}")
    };
    let parts =
        [Some(&address.name), Some(&address.line1), address.line2.as_ref(), Some(&town), address.region.as_ref()];
    let lines = parts.into_iter().flatten().chain([&address.country]);
    lines.map(|line| clean(line)).filter(|line| !line.is_empty()).collect()
}

fn name_of(details: Option<&Details>, sku: &Sku) -> String {
    let line = details.and_then(|details| details.priced.lines.iter().find(|line| line.sku == *sku));
    clean(line.map_or(sku.as_str(), |line| &line.name))
}

/// Whether money went from the buyer to the shop, so that it has to go back.
fn was_taken(details: &Details) -> bool {
    use PaymentStatus::{Captured, PartiallyRefunded, Refunded};
    matches!(details.payment_status, Captured | PartiallyRefunded | Refunded)
}

/// An address that is safe to click on.
fn web_address(text: Option<&str>) -> Option<String> {
    let text = text?.trim();
    let safe = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
    (safe && !text.chars().any(|letter| letter.is_control() || letter.is_whitespace())).then(|| text.to_owned())
}

/// The lines of each paragraph of a text; empty lines divide.
fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let lines: Vec<String> = text.lines().map(clean_line).collect();
    let paragraphs = lines.split(String::is_empty).filter(|lines| !lines.is_empty());
    paragraphs.map(<[String]>::to_vec).collect()
}

/// A line of a text may be long.
fn clean_line(line: &str) -> String {
    let words: Vec<String> = line.split_whitespace().map(clean).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Note, sample};
    use std::sync::Arc;

    fn letter(known: &Known, params: &Params) -> serde_json::Value {
        let words = Words::from([("reason_out_of_stock".to_owned(), "gone".to_owned())]);
        let letter = Letter::new("Shop", Language::En, &words, Kind::OrderConfirmed, known, params);
        serde_json::to_value(letter).unwrap()
    }

    #[test]
    fn only_web_addresses_can_be_clicked_on() {
        for (address, safe) in [
            ("https://carrier.example/t?id=1", true),
            ("http://carrier.example", true),
            ("javascript:alert(1)", false),
            ("https://carrier.example/\r\nBcc: x", false),
            ("//carrier.example", false),
        ] {
            assert_eq!(web_address(Some(address)).is_some(), safe, "{address}");
        }
    }

    #[test]
    fn a_text_is_cut_into_paragraphs_and_lines() {
        let note = Note { subject: "a\nb".to_owned(), text: "one\ntwo\r\n\r\n\n  three  \u{7}four\n".to_owned() };
        let letter = letter(&Known::default(), &Params { note: Some(note), ..Params::default() });
        assert_eq!(letter["paragraphs"], serde_json::json!([["one", "two"], ["three four"]]));
        assert_eq!(letter["note_subject"], "a b");
    }

    #[test]
    fn a_long_order_is_cut_and_says_so() {
        let (mut known, params) = sample(Kind::OrderConfirmed).unwrap();
        let order = Arc::make_mut(known.order.as_mut().unwrap());
        let line = order.priced.lines[0].clone();
        order.priced.lines = vec![line; 1_000];
        let letter = letter(&known, &params);
        assert_eq!(letter["order"]["lines"].as_array().unwrap().len(), 100);
        assert_eq!(letter["order"]["more_lines"], "900");
    }

    #[test]
    fn names_of_the_order_are_cleaned() {
        let (mut known, params) = sample(Kind::OrderConfirmed).unwrap();
        let order = Arc::make_mut(known.order.as_mut().unwrap());
        "Mug\r\nBcc: eve@example.com".clone_into(&mut order.priced.lines[0].name);
        order.shipping_address.as_mut().unwrap().name = "Ada\nLovelace".to_owned();
        let letter = letter(&known, &params);
        assert_eq!(letter["order"]["lines"][0]["name"], "Mug Bcc: eve@example.com");
        assert_eq!((&letter["name"], &letter["order"]["address"][0]), (&"Ada Lovelace".into(), &"Ada Lovelace".into()));
    }
}
