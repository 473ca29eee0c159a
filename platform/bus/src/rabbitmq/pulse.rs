//! How a consumer behind a broker learns how far it is behind, without a row in any database.
//!
//! A relay sends a pulse every ten seconds through its exchange into the work queues of those who follow its source: all that
//! was committed before `sent_before` stands in the queue ahead of it. Whoever of a service's replicas is handed the pulse
//! notes it once what it was handed earlier is handled, and tells its siblings: see [`Standing`]. Times are those of the
//! source's clock.

use bodega_db::{DbError, Tx};
use bodega_kernel::Time;
use lapin::BasicProperties;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// How often a relay sends one.
pub(super) const EVERY: Duration = Duration::from_secs(10);
/// How long a replica holds deliveries before it says so, and then until it says so again.
pub(super) const SAY_HOLD: Duration = Duration::from_secs(5);
/// For how long a hold counts that is not said again.
pub(super) const HOLD_COUNTS: Duration = Duration::from_secs(15);
/// After this long, in milliseconds, the broker forgets a pulse that nobody took: queues of services that are away do not
/// fill with them.
const LIFE_MS: &str = "3600000";
const PREFIX: &str = "pulse.";

/// A relay's sign of life.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Pulse {
    /// All that was committed before it has been published.
    pub sent_before: Time,
}

/// What replicas of a service tell each other.
///
/// They share one queue, so each is handed only a part of the pulses. A queue of pulses for each would not be in order with
/// the work queue; instead whoever was handed a pulse in order says so to the others, each of which listens on a queue of its
/// own. A pulse says nothing of what a sibling was handed before it and still holds: so a replica that cannot go on says
/// since when it holds something, again and again. One that cannot even say that is given up by the broker after two
/// heartbeats, and what it held is handed to another; for that long, and no longer, the others may know too little.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Standing {
    /// Of which source's events.
    pub source: String,
    /// By whom.
    pub replica: Uuid,
    /// What.
    pub fact: Fact,
}

/// How far a service is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fact {
    /// All that was committed before is handled, but for what somebody holds.
    HandledBefore(Time),
    /// The replica holds deliveries since then.
    HoldsSince(Time),
}

/// The routing key of a source's pulses.
pub(super) fn key(source: &str) -> String {
    format!("{PREFIX}{source}")
}

/// The source of the pulses with this routing key; `None` for any other message.
pub(super) fn source_of(key: &str) -> Option<&str> {
    key.strip_prefix(PREFIX)
}

/// The routing key of what the replicas of a service tell each other.
pub(super) fn key_of_standings(service: &str) -> String {
    format!("standing.{service}")
}

/// Of a message that is worth nothing after a while and need not survive the broker.
pub(super) fn properties() -> BasicProperties {
    BasicProperties::default()
        .with_content_type("application/json".into())
        .with_delivery_mode(1)
        .with_expiration(LIFE_MS.into())
}

/// All that was committed before this time has been confirmed by the broker: the time of the oldest unsent event, or now.
pub(super) async fn sent_before(tx: &mut Tx) -> Result<Time, DbError> {
    let sql = "SELECT e.at_ms FROM unsent u JOIN events e ON e.seq = u.seq ORDER BY u.seq LIMIT 1";
    tx.query_one(sql, &[]).await?.map_or(Ok(tx.now()), |row| row.get(0))
}
