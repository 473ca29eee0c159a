//! Checks that events arrived.

use super::{Books, Strictness};
use std::{collections::BTreeSet, time::Duration};

/// On a moving shop younger events may still be on their way.
const UNDER_WAY: Duration = Duration::from_secs(30);

/// V9.
pub(super) fn reached_everybody_once(books: &Books, strictness: Strictness) -> BTreeSet<String> {
    let mut offenders = BTreeSet::new();
    for (source, events) in &books.events {
        let settled = events.values().filter(|event| {
            let young = books.read_at.is_some_and(|now| now.since(event.at) < UNDER_WAY);
            strictness == Strictness::Strict || !young
        });
        for event in settled {
            let subscribers = books.standstill.iter().filter(|(_, standstill)| standstill.hears.contains(&event.kind));
            for (subscriber, _) in subscribers {
                let handled = books.inboxes.get(subscriber).is_some_and(|inbox| inbox.contains_key(&event.id));
                if !handled {
                    offenders.insert(format!("event {} of {source} at {subscriber}", event.id));
                }
            }
        }
    }
    for (service, inbox) in &books.inboxes {
        for fact in inbox.values() {
            let known = books.events.get(fact.source.as_str()).is_none_or(|events| events.contains_key(&fact.event_id));
            if !known {
                offenders.insert(format!("inbox row {} of {service}", fact.event_id));
            }
        }
    }
    if strictness == Strictness::Strict {
        let waiting = books.standstill.iter().filter(|(_, standstill)| standstill.unsent > 0);
        offenders.extend(waiting.map(|(service, standstill)| format!("{} unsent events of {service}", standstill.unsent)));
    }
    offenders
}
