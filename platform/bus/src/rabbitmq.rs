//! The bus between processes: RabbitMQ, a topic exchange and a durable quorum queue for each subscribing service.
//!
//! The relay publishes what is unsent with many confirms in flight and forgets it once the broker has it. The consumer
//! acknowledges after its commit. Both reconnect for ever: a broker that is away delays, and loses nothing.

use crate::{Consumer, decode, encode};
use bodega_db::{Db, Envelope, crash_point, params, unsent_events};
use futures_util::{FutureExt, StreamExt, future::try_join_all};
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties, ExchangeKind,
    message::Delivery,
    options::{
        BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
        ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions,
    },
    types::{AMQPValue, FieldTable, LongString},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// The most events published, or handled, as one batch.
const MAX_BATCH: usize = 500;
/// How often the relay looks for unsent events that no commit told it of.
const POLL: Duration = Duration::from_secs(1);
/// How long to wait before connecting again.
const RECONNECT: Duration = Duration::from_millis(500);
/// The longest a broker may take to answer before the connection is given up.
const ANSWER: Duration = Duration::from_secs(15);

/// Where the broker is.
#[derive(Clone, Debug)]
pub struct Broker {
    /// `amqp://user:password@host:port/vhost`
    pub url: String,
    /// The topic exchange all events go through.
    pub exchange: String,
}

/// What went wrong between us and the broker: always worth another try.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{0}")]
    Broker(#[from] lapin::Error),
    #[error("{0}")]
    Database(#[from] bodega_db::DbError),
    #[error("an event that is no JSON: {0}")]
    Event(#[from] serde_json::Error),
    #[error("the broker did not confirm")]
    NotConfirmed,
    #[error("the broker did not answer")]
    Silent(#[from] tokio::time::error::Elapsed),
    #[error("the broker closed the queue")]
    Closed,
}

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

    /// Handles what `consumer` hears, for ever.
    pub async fn consume(self, consumer: Consumer) {
        loop {
            if let Err(trouble) = self.consume_all(&consumer).await {
                tracing::warn!(service = consumer.service(), %trouble, "the consumer reconnects");
                tokio::time::sleep(RECONNECT).await;
            }
        }
    }

    async fn channel(&self, name: &str) -> Result<(Connection, Channel), Trouble> {
        let properties = ConnectionProperties::default().with_connection_name(format!("bodega {name}").into());
        let connection = tokio::time::timeout(ANSWER, Connection::connect(&self.url, properties)).await??;
        let channel = connection.create_channel().await?;
        let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        let exchange = self.exchange.as_str().into();
        channel.exchange_declare(exchange, ExchangeKind::Topic, durable, FieldTable::default()).await?;
        Ok((connection, channel))
    }

    async fn publish_all(&self, db: &Db, woken: &Notify) -> Result<(), Trouble> {
        let (_connection, channel) = self.channel(db.service()).await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        loop {
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

    async fn consume_all(&self, consumer: &Consumer) -> Result<(), Trouble> {
        let (_connection, channel) = self.channel(consumer.service()).await?;
        let queue = self.declare_queue(&channel, consumer).await?;
        channel.basic_qos(MAX_BATCH as u16 * 2, BasicQosOptions::default()).await?;
        let mut deliveries = channel
            .basic_consume(
                queue.as_str().into(),
                consumer.service().into(),
                BasicConsumeOptions::default(),
                FieldTable::default(),
            )
            .await?;
        loop {
            let first = deliveries.next().await.ok_or(Trouble::Closed)??;
            let mut batch = vec![first];
            while batch.len() < MAX_BATCH
                && let Some(next) = deliveries.next().now_or_never()
            {
                batch.push(next.ok_or(Trouble::Closed)??);
            }
            handle(consumer, batch).await?;
        }
    }

    /// The queue with a binding for each event the service hears. Declaring again what is there changes nothing.
    async fn declare_queue(&self, channel: &Channel, consumer: &Consumer) -> Result<String, Trouble> {
        let queue = format!("{}.{}", self.exchange, consumer.service());
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), AMQPValue::LongString(LongString::from("quorum")));
        channel.queue_declare(queue.as_str().into(), QueueDeclareOptions::durable(), arguments).await?;
        for kind in consumer.subscriptions().kinds() {
            let (queue, exchange) = (queue.as_str().into(), self.exchange.as_str().into());
            channel
                .queue_bind(queue, exchange, kind.into(), QueueBindOptions::default(), FieldTable::default())
                .await?;
        }
        Ok(queue)
    }

    /// Declares the queues of `consumers` before anything is published, so that no event passes a service by.
    pub async fn declare(&self, consumers: &[Consumer]) {
        for consumer in consumers {
            while let Err(trouble) = self.declare_once(consumer).await {
                tracing::warn!(service = consumer.service(), %trouble, "the queue is not declared yet");
                tokio::time::sleep(RECONNECT).await;
            }
        }
    }

    async fn declare_once(&self, consumer: &Consumer) -> Result<(), Trouble> {
        let (_connection, channel) = self.channel(consumer.service()).await?;
        self.declare_queue(&channel, consumer).await.map(drop)
    }
}

/// Handles a batch and acknowledges all of it with one message. A body that is no event of ours cannot be handled by
/// anybody and is dropped with a log line.
async fn handle(consumer: &Consumer, batch: Vec<Delivery>) -> Result<(), Trouble> {
    let events = batch.iter().filter_map(|delivery| match decode(&delivery.data) {
        Ok(event) => Some(event),
        Err(error) => {
            tracing::error!(service = consumer.service(), %error, "a message that is no event was dropped");
            None
        }
    });
    consumer.deliver(events.collect(), None).await;
    if let Some(last) = batch.last() {
        last.ack(BasicAckOptions { multiple: true }).await?;
    }
    Ok(())
}
