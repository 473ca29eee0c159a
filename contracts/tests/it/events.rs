//! The rules that every event keeps: a name, a shape that only grows, a size that brokers take.

use crate::examples::{all, placed_with};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, path::Path};

/// Brokers refuse messages of 256 KB; an event stays below this, so that its envelope fits, too.
const MAX_EVENT_BYTES: usize = 200_000;
/// The most lines of an order.
const MAX_LINES: usize = 1_000;
/// Marks of the shapes that requests use as well, money and addresses: they are closed, so that a shopper's slip of the
/// pen is refused, and can only grow by a new version of the event. And of maps, whose keys are no fields: rates by class
/// and by region.
const CLOSED: [&str; 4] = ["currency,amount", "postal_code,country", "standard", "California"];

/// The types that the sources declare: `Type = "subject.fact.v1" by field`.
fn declared() -> BTreeSet<String> {
    declared_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

fn declared_in(folder: &Path) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            kinds.extend(declared_in(&path));
        } else {
            let text = std::fs::read_to_string(path).unwrap();
            let kind = |line: &str| Some(line.split_once(" = \"")?.1.split_once("\" by ")?.0.to_owned());
            kinds.extend(text.lines().filter_map(kind));
        }
    }
    kinds
}

/// `^[a-z]+(_[a-z]+)*\.[a-z_]+\.v1$`
fn is_a_name(kind: &str) -> bool {
    let parts: Vec<&str> = kind.split('.').collect();
    let [subject, fact, "v1"] = parts[..] else { return false };
    let word = |word: &str| !word.is_empty() && word.bytes().all(|letter| letter.is_ascii_lowercase());
    let loose =
        |fact: &str| !fact.is_empty() && fact.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_');
    subject.split('_').all(word) && loose(fact)
}

fn is_closed(fields: &Map<String, Value>) -> bool {
    CLOSED.iter().any(|marks| marks.split(',').all(|mark| fields.contains_key(mark)))
}

/// With a field that nobody knows yet in every object, except in closed ones.
fn grown(value: &Value) -> Value {
    match value {
        Value::Object(fields) if is_closed(fields) => value.clone(),
        Value::Object(fields) => {
            let known = fields.iter().map(|(name, field)| (name.clone(), grown(field)));
            Value::Object(known.chain([("added_later".to_owned(), json!({"any": ["thing", 1]}))]).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(grown).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[test]
fn every_event_of_the_sources_has_an_example() {
    let shown: BTreeSet<String> = all().iter().map(|example| example.kind.to_owned()).collect();
    assert_eq!(shown, declared());
    assert_eq!(shown.len(), all().len());
}

#[test]
fn every_event_travels_in_the_shape_that_is_written_down() {
    for example in all() {
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(example.kind, example.pretty);
        });
    }
}

#[test]
fn every_event_is_named_subject_fact_and_version() {
    for kind in declared() {
        assert!(is_a_name(&kind), "{kind}");
    }
    for kind in ["order.placed", "Order.placed.v1", "order.placed.v2", "a__b.c.v1", "order..v1", "order.placed.at.v1"] {
        assert!(!is_a_name(kind), "{kind}");
    }
}

#[test]
fn every_event_is_read_as_it_was_sent() {
    for example in all() {
        assert_eq!((example.read)(&example.sent).unwrap(), example.sent, "{}", example.kind);
        assert!(!example.subject.is_empty() && example.sent.contains(&example.subject), "{}", example.kind);
    }
}

#[test]
fn a_field_that_a_later_version_adds_is_passed_over() {
    for example in all() {
        let later = grown(&serde_json::from_str(&example.sent).unwrap()).to_string();
        assert!(later.contains("added_later"), "{}", example.kind);
        assert_eq!((example.read)(&later).unwrap(), example.sent, "{}", example.kind);
    }
}

#[test]
fn every_event_is_small_enough_for_a_broker() {
    for example in all() {
        assert!(example.sent.len() < MAX_EVENT_BYTES, "{} has {} bytes", example.kind, example.sent.len());
    }
    let largest = placed_with(MAX_LINES);
    assert!(largest.sent.len() < MAX_EVENT_BYTES, "{} has {} bytes", largest.kind, largest.sent.len());
}
