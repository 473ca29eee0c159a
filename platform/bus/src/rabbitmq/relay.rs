//! The relay: publishes the unsent events of one database, and its pulse.

use super::{ANSWER, Broker, MAX_BATCH, RECONNECT, Trouble, pulse};
use crate::encode;
use bodega_db::{Db, Envelope, crash_point, params, unsent_events};
use bodega_kernel::Time;
use futures_util::future::try_join_all;
use lapin::{
    BasicProperties, Channel,
    options::{BasicPublishOptions, ConfirmSelectOptions},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// How often the relay looks for unsent events that no commit told it of.
const POLL: Duration = Duration::from_secs(1);

impl Broker {
    /// Publishes the events of `db`, for ever.
    pub async fn relay(self, db: Db) {
        let wake = Arc::new(Notify::new());
        let woken = Arc::clone(&wake);
        db.on_committed(move |_| wake.notify_one());
        loop {
            if let Err(trouble) = self.publish_all(&db, &woken).await {
                tracing::warn!(service = db.service(), %trouble, "the relay reconnects");
                tokio::time::sleep(RECONNECT).await;
            }
        }
    }

    async fn publish_all(&self, db: &Db, woken: &Notify) -> Result<(), Trouble> {
        let (_connection, channel) = self.channel(db.service()).await?;
        tokio::time::timeout(ANSWER, channel.confirm_select(ConfirmSelectOptions::default())).await??;
        let mut pulsed: Option<Time> = None;
        loop {
            let now = db.world().now();
            if pulsed.is_none_or(|at| now.since(at) >= pulse::EVERY) {
                self.publish_pulse(&channel, db).await?;
                pulsed = Some(now);
            }
            let events = db.write(async |tx| unsent_events(tx, MAX_BATCH as i64).await).await?;
            if events.is_empty() {
                // A wake-up that comes while nobody waits is kept.
                let _ = tokio::time::timeout(POLL, woken.notified()).await;
                continue;
            }
            crash_point(db.service(), "publish.before");
            tokio::time::timeout(ANSWER, self.publish(&channel, &events)).await??;
            crash_point(db.service(), "publish.after");
            db.write(async move |tx| {
                let rows: Vec<_> = events.iter().map(|event| params![event.seq].to_vec()).collect();
                tx.execute_each("DELETE FROM unsent WHERE seq = $1", &rows).await
            })
            .await?;
        }
    }

    async fn publish(&self, channel: &Channel, events: &[Envelope]) -> Result<(), Trouble> {
        let mut confirms = Vec::with_capacity(events.len());
        for event in events {
            let properties = BasicProperties::default()
                .with_content_type("application/cloudevents+json".into())
                .with_delivery_mode(2)
                .with_message_id(event.id.to_string().into())
                .with_type(event.kind.as_ref().into());
            let (exchange, key) = (self.exchange.as_str().into(), event.kind.as_ref().into());
            let body = encode(event)?;
            let confirm =
                channel.basic_publish(exchange, key, BasicPublishOptions::default(), &body, properties).await?;
            confirms.push(confirm);
        }
        let confirmed = try_join_all(confirms).await?;
        if confirmed.iter().all(lapin::Confirmation::is_ack) { Ok(()) } else { Err(Trouble::NotConfirmed) }
    }

    /// Behind all that the broker has confirmed, and so behind it in every queue.
    async fn publish_pulse(&self, channel: &Channel, db: &Db) -> Result<(), Trouble> {
        let sent_before = db.write(async |tx| pulse::sent_before(tx).await).await?;
        let body = serde_json::to_vec(&pulse::Pulse { sent_before })?;
        let key = pulse::key(db.service());
        let publishing = async {
            let (exchange, options) = (self.exchange.as_str().into(), BasicPublishOptions::default());
            let confirm =
                channel.basic_publish(exchange, key.as_str().into(), options, &body, pulse::properties()).await?;
            Ok::<_, Trouble>(confirm.await?)
        };
        tokio::time::timeout(ANSWER, publishing).await??;
        Ok(())
    }
}
