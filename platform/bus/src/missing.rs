//! Hands a subscriber the stored events that it never got: what was on its way when a broker lost its queues, as it has
//! when databases were restored.

use crate::{
    Consumer, Failure, Noting,
    consumer::{cursors, noted},
};
use bodega_db::{Db, Envelope, Tx, events_after};

/// How many events are read at once.
const PORTION: i64 = 500;

/// Hands every event of `source` that `to` hears and has no note of to its handlers, as a delivery would be. Answers how many
/// there were.
pub async fn resend_missing(source: &Db, to: &Consumer) -> Result<u64, Failure> {
    let (mut seq, mut sent) = (0, 0);
    loop {
        let portion = source.write(async move |tx| events_after(tx, seq, PORTION).await);
        let events = portion.await.map_err(Failure::from)?;
        let Some(last) = events.last() else { return Ok(sent) };
        seq = last.seq;
        let heard = events.into_iter().filter(|event| to.subscriptions.hears(&event.kind)).collect();
        let missing = to.db.write(async move |tx: &mut Tx| missing(tx, heard).await).await?;
        sent += missing.len() as u64;
        if !missing.is_empty() {
            to.deliver(missing, Noting::Each).await;
        }
    }
}

async fn missing(tx: &mut Tx, heard: Vec<Envelope>) -> Result<Vec<Envelope>, Failure> {
    let cursors = cursors(tx).await?;
    let noted = noted(tx, &heard.iter().collect::<Vec<_>>()).await?;
    let is_handled = |event: &Envelope| {
        noted.contains(&event.id) || cursors.get(&*event.source).is_some_and(|cursor| event.seq <= *cursor)
    };
    Ok(heard.into_iter().filter(|event| !is_handled(event)).collect())
}
