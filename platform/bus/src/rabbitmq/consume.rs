//! The consumer: handles what its queue holds, acknowledges after the commit, and keeps count of how far it is behind.

use super::{
    ANSWER, Broker, MAX_BATCH, RECONNECT, Trouble,
    pulse::{self, Fact, HOLD_COUNTS, Pulse, SAY_HOLD, Standing},
};
use crate::{Consumer, Noting, decode};
use bodega_db::Envelope;
use bodega_kernel::Time;
use futures_util::{FutureExt, StreamExt};
use lapin::{
    Channel,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};
use std::{collections::BTreeMap, pin::pin, time::Duration};
use uuid::Uuid;

/// The most that siblings may have told a replica that does not listen.
const MAX_STANDINGS: i64 = 100;
/// The longest a word to siblings may take: they can do without.
const WORD: Duration = Duration::from_secs(1);

impl Broker {
    /// Handles what `consumer` hears, for ever.
    pub async fn consume(self, consumer: Consumer) {
        let replica = Replica { id: consumer.db().world().uuid(), broker: self, consumer };
        let (now, mut follows) = (replica.now(), false);
        for feed in replica.consumer.subscriptions().feeds() {
            feed.handled_before(now);
            follows = true;
        }
        if follows {
            tokio::join!(replica.work(), replica.listen());
        } else {
            replica.work().await;
        }
    }
}

/// One of the processes that share a service's queue.
struct Replica {
    id: Uuid,
    broker: Broker,
    consumer: Consumer,
}

impl Replica {
    fn now(&self) -> Time {
        self.consumer.db().world().now()
    }

    async fn work(&self) {
        loop {
            if let Err(trouble) = self.consume_all().await {
                tracing::warn!(service = self.consumer.service(), %trouble, "the consumer reconnects");
                tokio::time::sleep(RECONNECT).await;
            }
        }
    }

    async fn consume_all(&self) -> Result<(), Trouble> {
        let service = self.consumer.service();
        let (_connection, channel) = self.broker.channel(service).await?;
        let mut deliveries = tokio::time::timeout(ANSWER, self.begin(&channel, service)).await??;
        loop {
            let first = deliveries.next().await.ok_or(Trouble::Closed)??;
            let mut batch = vec![first];
            while batch.len() < MAX_BATCH
                && let Some(next) = deliveries.next().now_or_never()
            {
                batch.push(next.ok_or(Trouble::Closed)??);
            }
            self.handle(&channel, batch).await?;
        }
    }

    async fn begin(&self, channel: &Channel, service: &str) -> Result<lapin::Consumer, Trouble> {
        let queue = self.broker.declare_queue(channel, &self.consumer.queue()).await?;
        channel.basic_qos(MAX_BATCH as u16 * 2, BasicQosOptions::default()).await?;
        let options = BasicConsumeOptions::default();
        Ok(channel.basic_consume(queue.as_str().into(), service.into(), options, FieldTable::default()).await?)
    }

    /// Handles a batch and acknowledges all of it with one message; only then its pulses count. A body that is no event of
    /// ours cannot be handled by anybody and is dropped with a log line.
    async fn handle(&self, channel: &Channel, batch: Vec<Delivery>) -> Result<(), Trouble> {
        let mut events = Vec::with_capacity(batch.len());
        let mut pulses: BTreeMap<&str, Time> = BTreeMap::new();
        for delivery in &batch {
            if let Some(source) = pulse::source_of(delivery.routing_key.as_str()) {
                if let Ok(Pulse { sent_before }) = serde_json::from_slice(&delivery.data) {
                    pulses.entry(source).and_modify(|latest| *latest = sent_before.max(*latest)).or_insert(sent_before);
                }
                continue;
            }
            match decode(&delivery.data) {
                Ok(event) => events.push(event),
                Err(error) => {
                    tracing::error!(service = self.consumer.service(), %error, "a message that is no event was dropped");
                }
            }
        }
        if !events.is_empty() {
            self.deliver(channel, events).await;
        }
        if let Some(last) = batch.last() {
            tokio::time::timeout(ANSWER, last.ack(BasicAckOptions { multiple: true })).await??;
        }
        for (source, sent_before) in pulses {
            if let Some(feed) = self.consumer.subscriptions().feed(source) {
                feed.handled_before(sent_before);
                self.tell(channel, feed.source(), Fact::HandledBefore(sent_before)).await;
            }
        }
        Ok(())
    }

    /// Delivers; as long as that takes, what is held counts here, and after a while with the siblings, too.
    async fn deliver(&self, channel: &Channel, events: Vec<Envelope>) {
        let subscriptions = self.consumer.subscriptions();
        let since = self.now();
        for feed in subscriptions.feeds() {
            feed.hold(self.id, since, Time::from_ms(i64::MAX));
        }
        let mut delivering = pin!(self.consumer.deliver(events, Noting::Each));
        while tokio::time::timeout(SAY_HOLD, &mut delivering).await.is_err() {
            for feed in subscriptions.feeds() {
                self.tell(channel, feed.source(), Fact::HoldsSince(since)).await;
            }
        }
        let now = self.now();
        for feed in subscriptions.feeds() {
            feed.release(self.id, now);
        }
    }

    /// Tells the siblings. A word that is lost is said again before it matters.
    async fn tell(&self, channel: &Channel, source: &str, fact: Fact) {
        let standing = Standing { source: source.to_owned(), replica: self.id, fact };
        let Ok(body) = serde_json::to_vec(&standing) else { return };
        let key = pulse::key_of_standings(self.consumer.service());
        let (exchange, options) = (self.broker.exchange.as_str().into(), BasicPublishOptions::default());
        let word = channel.basic_publish(exchange, key.as_str().into(), options, &body, pulse::properties());
        match tokio::time::timeout(WORD, word).await {
            Ok(Ok(_unconfirmed)) => {}
            Ok(Err(error)) => tracing::debug!(%error, "the siblings were not told"),
            Err(_) => tracing::debug!("the siblings were not told in time"),
        }
    }

    async fn listen(&self) {
        loop {
            if let Err(trouble) = self.listen_once().await {
                tracing::debug!(service = self.consumer.service(), %trouble, "the siblings are not heard for a moment");
                tokio::time::sleep(RECONNECT).await;
            }
        }
    }

    /// Hears what the siblings, and this replica itself, tell all of them.
    async fn listen_once(&self) -> Result<(), Trouble> {
        let service = self.consumer.service();
        let (_connection, channel) = self.broker.channel(&format!("{service} siblings")).await?;
        let mut words = tokio::time::timeout(ANSWER, self.begin_to_listen(&channel, service)).await??;
        loop {
            let word = words.next().await.ok_or(Trouble::Closed)??;
            if let Ok(standing) = serde_json::from_slice(&word.data) {
                self.note(&standing);
            }
        }
    }

    async fn begin_to_listen(&self, channel: &Channel, service: &str) -> Result<lapin::Consumer, Trouble> {
        let options = QueueDeclareOptions { exclusive: true, auto_delete: true, ..QueueDeclareOptions::default() };
        let mut arguments = FieldTable::default();
        arguments.insert("x-max-length".into(), AMQPValue::LongLongInt(MAX_STANDINGS));
        let declared = channel.queue_declare("".into(), options, arguments).await?;
        let queue = declared.name().as_str();
        self.broker.bind(channel, queue, &pulse::key_of_standings(service)).await?;
        let options = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
        Ok(channel.basic_consume(queue.into(), "".into(), options, FieldTable::default()).await?)
    }

    fn note(&self, standing: &Standing) {
        let Some(feed) = self.consumer.subscriptions().feed(&standing.source) else { return };
        match standing.fact {
            Fact::HandledBefore(at) => feed.handled_before(at),
            // What it holds itself it knows better.
            Fact::HoldsSince(since) if standing.replica != self.id => {
                feed.hold(standing.replica, since, self.now().plus(HOLD_COUNTS));
            }
            Fact::HoldsSince(_) => {}
        }
    }
}
