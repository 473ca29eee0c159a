//! The queries of an answer: those of the readers as sqlx tells of each, and what the writers were asked, which some reads
//! go through.

use super::is_asked_anyway;
use bodega_db::{begin_tally, take_tally};
use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

/// Where sqlx tells of them.
const TARGET: &str = "sqlx::query";
/// How long a query may take to be told of after its answer.
const LATE: Duration = Duration::from_millis(4);

static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From now on queries are noted.
pub(super) fn begin() {
    let subscriber = tracing_subscriber::registry().with(Noting);
    tracing::subscriber::set_global_default(subscriber).unwrap();
    begin_tally();
}

/// What was asked since the last time, once nothing is asked any more.
pub(super) async fn take() -> Vec<String> {
    let mut before = None;
    loop {
        let now = ASKED.lock().unwrap_or_else(PoisonError::into_inner).len();
        if before == Some(now) {
            break;
        }
        before = Some(now);
        tokio::time::sleep(LATE).await;
    }
    let mut asked = std::mem::take(&mut *ASKED.lock().unwrap_or_else(PoisonError::into_inner));
    for ((service, statement), times) in take_tally() {
        if !is_asked_anyway(&statement) {
            asked.extend((0..times).map(|_| format!("writer of {service}: {statement}")));
        }
    }
    asked
}

struct Noting;

/// The text of a query: the long one where it has been cut.
#[derive(Default)]
struct Text {
    short: String,
    whole: String,
}

impl Visit for Text {
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.short),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }
}

impl<S: Subscriber> Layer<S> for Noting {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == TARGET
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        let asked = if text.whole.is_empty() {
            text.short
        } else {
            text.whole.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        // What a new connection is told is nobody's question.
        if !asked.starts_with("PRAGMA") {
            ASKED.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        }
    }
}
