//! Whatever people type, a mail has the tags, the attributes and the lines that its templates have.

use super::Pages;
use crate::model::{HOSTILE, Kind, Known, Language, Letter, Note, Params, Rendered, sample};
use bodega_contracts::Address;
use serde_json::Value;
use std::sync::Arc;

/// What stands where people type, in a mail that nobody means harm with.
const HARMLESS: &str = "Plain words";

/// What a letter holds that nobody typed: made of numbers, days, labels of ours and words of a contract.
const MADE: [&str; 21] = [
    "language",
    "placed_on",
    "quantity",
    "unit_price",
    "subtotal",
    "amount",
    "discount",
    "price",
    "tax",
    "total",
    "refunded",
    "reason",
    "points",
    "ends",
    "return_state",
    "dispute",
    "more_lines",
    "link",
    "tracking_url",
    "unsubscribe",
    // Of a SKU, which has no such letters; checked by hand below.
    "stock",
];

/// The example of a kind with this text wherever people type one.
fn filled(kind: Kind, text: &str) -> (Known, Params) {
    let (mut known, mut params) = sample(kind).unwrap();
    known.name = known.name.map(|_| text.to_owned());
    if let Some(cart) = &mut known.cart {
        cart.lines.iter_mut().for_each(|line| text.clone_into(&mut line.name));
    }
    if let Some(order) = known.order.as_mut().map(Arc::make_mut) {
        text.clone_into(&mut order.number);
        for line in &mut order.priced.lines {
            text.clone_into(&mut line.name);
            line.discounts.iter_mut().for_each(|discount| text.clone_into(&mut discount.label));
        }
        for address in [&mut order.shipping_address, &mut order.billing_address].into_iter().flatten() {
            let place = || text.to_owned();
            *address = Address {
                name: place(),
                line1: place(),
                line2: Some(place()),
                city: place(),
                region: Some(place()),
                postal_code: place(),
                country: place(),
                phone: Some(place()),
            };
        }
        text.clone_into(&mut order.basket.shipping.as_mut().unwrap().name);
    }
    for field in [
        &mut params.carrier,
        &mut params.tracking_number,
        &mut params.label,
        &mut params.code,
        &mut params.return_number,
    ] {
        *field = field.take().map(|_| text.to_owned());
    }
    // A link is one as long as nothing in it is blank.
    let tail: String = text.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    for link in [&mut params.link, &mut params.tracking_url, &mut params.unsubscribe] {
        *link = link.take().map(|_| format!("https://shop.example/{tail}"));
    }
    params.note = params.note.map(|_| Note { subject: text.to_owned(), text: text.to_owned() });
    (known, params)
}

fn written(pages: &Pages, kind: Kind, language: Language, text: &str) -> (Letter, Rendered) {
    let (known, params) = filled(kind, text);
    let letter = Letter::new(text, language, pages.words(language), kind, &known, &params);
    let (rendered, flaw) = pages.render(language, kind, &letter).unwrap();
    assert_eq!(flaw, None);
    (letter, rendered)
}

/// Every tag with the names of its attributes, in their order; and what links lead to.
fn bones(html: &str) -> (Vec<String>, Vec<String>) {
    let (mut tags, mut links, mut rest) = (Vec::new(), Vec::new(), html);
    while let Some((_, tag)) = rest.split_once('<') {
        let (mut bone, mut value, mut quote) = (String::new(), String::new(), None);
        let mut end = tag.len();
        for (at, letter) in tag.char_indices() {
            match (quote, letter) {
                (Some(open), letter) if letter == open => {
                    if bone.ends_with("href=") {
                        links.push(std::mem::take(&mut value));
                    }
                    value.clear();
                    quote = None;
                }
                (Some(_), letter) => value.push(letter),
                (None, '"' | '\'') => quote = Some(letter),
                (None, '>') => {
                    end = at;
                    break;
                }
                (None, letter) => bone.push(letter),
            }
        }
        tags.push(bone);
        rest = &tag[end..];
    }
    (tags, links)
}

/// What staff write has the lines and paragraphs that they gave it.
const fn has_lines_of_its_own(kind: Kind) -> bool {
    matches!(kind, Kind::Note | Kind::ReturnChanged)
}

#[test]
fn no_text_of_anybody_makes_a_tag_an_attribute_or_a_link_in_any_mail() {
    let pages = Pages::load(None);
    for kind in Kind::ALL {
        for language in Language::ALL {
            let (tags, links) = bones(&written(&pages, kind, language, HARMLESS).1.html);
            for evil in HOSTILE {
                let html = written(&pages, kind, language, evil).1.html;
                let (hostile_tags, hostile_links) = bones(&html);
                let of_a_line = |tag: &&String| !matches!(tag.split(' ').next(), Some("p" | "/p" | "br"));
                let own = |tags: &[String]| -> Vec<String> {
                    if has_lines_of_its_own(kind) {
                        tags.iter().filter(of_a_line).cloned().collect()
                    } else {
                        tags.to_vec()
                    }
                };
                assert_eq!(own(&hostile_tags), own(&tags), "{kind:?} {language:?} {evil:?}");
                assert_eq!(hostile_links.len(), links.len(), "{kind:?} {language:?} {evil:?}");
                assert!(hostile_links.iter().all(|link| link.starts_with("https:&#x2f;&#x2f;shop.example&#x2f;")));
                assert!(!html.contains("49") || !evil.contains("7 * 7"), "{kind:?}: a text is no template");
            }
        }
    }
}

#[test]
fn no_text_of_anybody_makes_a_line_of_its_own() {
    let pages = Pages::load(None);
    for kind in Kind::ALL {
        for language in Language::ALL {
            let harmless = written(&pages, kind, language, HARMLESS).1;
            for evil in HOSTILE {
                let (letter, mail) = written(&pages, kind, language, evil);
                let heads = [Some(mail.title.as_str()), letter.name()];
                for head in heads.into_iter().flatten() {
                    assert!(!head.chars().any(char::is_control), "{kind:?} {language:?} {evil:?}: {head:?}");
                }
                let lines = (mail.text.lines().count(), harmless.text.lines().count());
                assert!(
                    has_lines_of_its_own(kind) || lines.0 == lines.1,
                    "{kind:?} {language:?} {evil:?}: {}",
                    mail.text
                );
            }
        }
    }
}

#[test]
fn the_page_to_unsubscribe_has_the_tags_of_its_template_whatever_the_shop_is_called() {
    let pages = Pages::load(None);
    for language in Language::ALL {
        let page = |shop: &str| bones(&pages.unsubscribing(shop, language, false).unwrap());
        for evil in HOSTILE {
            assert_eq!(page(evil), page(HARMLESS), "{evil:?}");
        }
    }
}

/// The names of what holds a text, by whether it is that of the example.
fn texts(value: &Value, name: &str, found: &mut Vec<(String, bool)>) {
    match value {
        Value::String(text) => found.push((name.to_owned(), text.contains(HARMLESS))),
        Value::Array(items) => items.iter().for_each(|item| texts(item, name, found)),
        Value::Object(fields) => fields.iter().for_each(|(field, value)| texts(value, field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn whatever_a_letter_holds_that_somebody_typed_is_tried_here() {
    let pages = Pages::load(None);
    let mut typed = Vec::new();
    for kind in Kind::ALL {
        let (letter, _) = written(&pages, kind, Language::En, HARMLESS);
        let mut letter = serde_json::to_value(letter).unwrap();
        // The names of SKUs that the order does not list.
        letter.as_object_mut().unwrap().remove("stock");
        texts(&letter, "", &mut typed);
    }
    let missed: Vec<_> = typed.iter().filter(|(name, tried)| !tried && !MADE.contains(&name.as_str())).collect();
    let missed: Vec<_> = missed.into_iter().filter(|(name, _)| name != "note_subject").collect();
    assert!(missed.is_empty(), "{missed:?}");
    for name in ["shop", "name", "number", "label", "code", "address", "carrier", "paragraphs", "note_subject"] {
        assert!(typed.iter().any(|(found, tried)| found == name && *tried), "{name}");
    }
}
