//! Queues mails in the transaction of what they tell: whoever hears of something that customers are told of calls this.

use crate::{model::Wanted, store};
use bodega_db::{DbError, Tx};

/// Queues mails, each once for its kind and subject however often it is wanted.
pub(crate) async fn queue_mails(tx: &mut Tx, mut wanted: Vec<Wanted>) -> Result<(), DbError> {
    // Two batches that share subjects take them in one order, so that neither waits for the other in turn.
    wanted.sort_by(|one, other| (one.kind, &one.subject).cmp(&(other.kind, &other.subject)));
    wanted.dedup_by(|one, other| (one.kind, &one.subject) == (other.kind, &other.subject));
    store::insert(tx, &wanted).await
}
