//! Sends stored events once more to one subscriber, to fill a read model again.

use crate::{Consumer, Noting};
use bodega_db::{Db, DbError, Envelope, events_after};
use bodega_kernel::Time;
use std::sync::Arc;

/// How many events are read at once.
const PORTION: i64 = 500;

/// Hands every event of `source` since `since` that `to` hears to its handlers again, past the inbox: handlers come to the
/// same end however often they hear a fact. Answers how many there were.
pub async fn resend(source: &Db, to: &Consumer, since: Time) -> Result<u64, DbError> {
    let (mut seq, mut sent) = (0, 0);
    loop {
        let events = source.write(async move |tx| events_after(tx, seq, PORTION).await).await?;
        let Some(last) = events.last() else { return Ok(sent) };
        seq = last.seq;
        let wanted: Arc<[Envelope]> =
            events.into_iter().filter(|event| event.at >= since && to.subscriptions.hears(&event.kind)).collect();
        sent += wanted.len() as u64;
        let subscriptions = Arc::clone(&to.subscriptions);
        to.db
            .write(async move |tx| {
                // Whatever was lost counts as handled from now on.
                crate::consumer::fresh(tx, &wanted, &subscriptions, Noting::Each).await?;
                subscriptions.handle(tx, &wanted.iter().collect::<Vec<_>>()).await
            })
            .await
            .map_err(|failure| DbError::Refused(failure.to_string().into()))?;
    }
}
