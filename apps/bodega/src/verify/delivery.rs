//! Checks that events arrived, and who may not have heard of everything yet.

use super::{Books, Strictness};
use bodega_kernel::Time;
use bodega_service::facts::{EventFact, Standstill};
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};
use uuid::Uuid;

/// Events that are nearly old enough to be forgotten may be gone here and not yet there.
const NEARLY_FORGOTTEN: Duration = Duration::from_hours(34 * 24);
/// On a moving shop younger events may still be on their way.
const UNDER_WAY: Duration = Duration::from_secs(30);

/// V9.
pub(super) fn reached_everybody_once(books: &Books, strictness: Strictness) -> BTreeSet<String> {
    let mut offenders = BTreeSet::new();
    for (source, events) in &books.events {
        let settled = events.values().filter(|event| {
            let young = books.read_at.is_some_and(|now| now.since(event.at) < UNDER_WAY);
            (strictness == Strictness::Strict || !young) && !nearly_forgotten(books, &event.id)
        });
        for event in settled {
            let subscribers = books.standstill.iter().filter(|(_, standstill)| standstill.hears.contains(&event.kind));
            for (subscriber, standstill) in subscribers {
                if !is_handled(books, subscriber, standstill, source, event) {
                    offenders.insert(format!("event {} of {source} at {subscriber}", event.id));
                }
            }
        }
    }
    for (service, inbox) in &books.inboxes {
        for fact in inbox.values().filter(|fact| !nearly_forgotten(books, &fact.event_id)) {
            let known = books.events.get(fact.source.as_str()).is_none_or(|events| events.contains_key(&fact.event_id));
            if !known {
                offenders.insert(format!("inbox row {} of {service}", fact.event_id));
            }
        }
    }
    for (source, standstill) in &books.standstill {
        offenders.extend(missing_numbers(books, strictness, source, standstill.gapless));
    }
    if strictness == Strictness::Strict {
        let waiting = books.standstill.iter().filter(|(_, standstill)| standstill.unsent > 0);
        offenders
            .extend(waiting.map(|(service, standstill)| format!("{} unsent events of {service}", standstill.unsent)));
    }
    offenders
}

/// The numbers of a source's events that must have been there: between others, where numbers have no gaps, and (strictly,
/// since whoever is asked later knows more) up to what subscribers have handled. Those that are nearly forgotten do not count.
fn missing_numbers(books: &Books, strictness: Strictness, source: &str, gapless: bool) -> Vec<String> {
    let events = books.events.get(source).into_iter().flat_map(HashMap::values);
    let numbers: BTreeSet<i64> =
        events.filter(|event| !nearly_forgotten(books, &event.id)).map(|event| event.seq).collect();
    let Some((&first, &last)) = numbers.first().zip(numbers.last()) else { return Vec::new() };
    let handled = books.standstill.values().filter_map(|standstill| standstill.cursors.get(source)).max();
    let beyond = handled
        .filter(|handled| strictness == Strictness::Strict && **handled > last)
        .map(|handled| format!("event number {handled} of {source}"));
    let gaps = if gapless { last - first + 1 - numbers.len() as i64 } else { 0 };
    beyond.into_iter().chain((gaps > 0).then(|| format!("{gaps} event numbers of {source}"))).collect()
}

/// Whether `reader` may know less than `owner` says: only where the shop may be moving, while something is on its way or
/// was until just now.
pub(super) fn may_be_behind(books: &Books, strictness: Strictness, reader: &str, owner: &str) -> bool {
    let (Some(events), Some(standstill)) = (books.events.get(owner), books.standstill.get(reader)) else {
        return false;
    };
    let mut heard = events.values().filter(|event| standstill.hears.contains(&event.kind));
    strictness != Strictness::Strict
        && heard.any(|event| {
            let young = books.read_at.is_some_and(|now| now.since(event.at) < UNDER_WAY);
            young || !(is_handled(books, reader, standstill, owner, event) || nearly_forgotten(books, &event.id))
        })
}

/// Whether a subscriber noted an event: by itself, or with all of its source up to a later one.
fn is_handled(books: &Books, subscriber: &str, standstill: &Standstill, source: &str, event: &EventFact) -> bool {
    standstill.cursors.get(source).is_some_and(|cursor| event.seq <= *cursor)
        || books.inboxes.get(subscriber).is_some_and(|inbox| inbox.contains_key(&event.id))
}

/// By the time that an event's id begins with.
fn nearly_forgotten(books: &Books, event_id: &Uuid) -> bool {
    let Some((seconds, _)) = event_id.get_timestamp().map(|made| made.to_unix()) else { return false };
    let made = Time::from_ms(seconds as i64 * 1_000);
    books.read_at.is_some_and(|now| now.since(made) > NEARLY_FORGOTTEN)
}
