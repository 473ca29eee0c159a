//! The bus between processes: RabbitMQ, a topic exchange and a durable quorum queue for each subscribing service.
//!
//! The relay publishes what is unsent with many confirms in flight and forgets it once the broker has it. The consumer
//! acknowledges after its commit. Both reconnect for ever: a broker that is away delays, and loses nothing.
//! Pulses tell how far a consumer is behind.

mod consume;
mod pulse;
mod relay;

use crate::{Consumer, Subscriptions};
use lapin::{
    Channel, Connection, ConnectionProperties, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable, LongString},
    uri::AMQPUri,
};
use std::time::Duration;

/// The most events published, or handled, as one batch.
const MAX_BATCH: usize = 500;
/// How long to wait before connecting again.
const RECONNECT: Duration = Duration::from_millis(500);
/// The longest a broker may take to answer before the connection is given up.
const ANSWER: Duration = Duration::from_secs(15);
/// After how many silent seconds, twice over, the broker gives a connection up and what it was handed to somebody else.
const HEARTBEAT_S: u16 = 10;

/// Where the broker is.
#[derive(Clone, Debug)]
pub struct Broker {
    /// `amqp://user:password@host:port/vhost`
    pub url: String,
    /// The topic exchange all events go through.
    pub exchange: String,
}

/// The queue of a service: what the broker keeps for it, whether the service runs or has never run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    service: &'static str,
    hears: Vec<&'static str>,
    follows: Vec<&'static str>,
}

/// What went wrong between us and the broker: always worth another try.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{0}")]
    Broker(#[from] lapin::Error),
    #[error("its address: {0}")]
    Address(String),
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

impl Queue {
    /// Of a service, the types of event it hears and the sources it follows, each in any order.
    pub fn new(
        service: &'static str,
        hears: impl IntoIterator<Item = &'static str>,
        follows: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        let sorted = |names: &mut Vec<&'static str>| {
            names.sort_unstable();
            names.dedup();
        };
        let (mut hears, mut follows): (Vec<_>, Vec<_>) = (hears.into_iter().collect(), follows.into_iter().collect());
        sorted(&mut hears);
        sorted(&mut follows);
        Self { service, hears, follows }
    }

    /// Of a service with these subscriptions.
    pub fn of(service: &'static str, subscriptions: &Subscriptions) -> Self {
        Self::new(service, subscriptions.kinds(), subscriptions.feeds().map(crate::Feed::source))
    }

    /// The service.
    pub fn service(&self) -> &'static str {
        self.service
    }
}

impl Consumer {
    /// Its queue.
    pub fn queue(&self) -> Queue {
        Queue::of(self.service(), self.subscriptions())
    }
}

impl Broker {
    /// Declares these queues, waiting for the broker as long as it takes. Whatever is published afterwards is kept for
    /// their services, even for those that have never run; so a process declares the queues of all services before it
    /// publishes, and it does not matter which one starts first. Declaring again what is there changes nothing.
    pub async fn declare(&self, queues: &[Queue]) {
        while let Err(trouble) = self.declare_once(queues).await {
            tracing::warn!(%trouble, "the queues are not declared yet");
            tokio::time::sleep(RECONNECT).await;
        }
    }

    async fn declare_once(&self, queues: &[Queue]) -> Result<(), Trouble> {
        let (_connection, channel) = self.channel("queues").await?;
        for queue in queues {
            tokio::time::timeout(ANSWER, self.declare_queue(&channel, queue)).await??;
        }
        Ok(())
    }

    /// The queue with a binding for each event its service hears and for the pulse of each source it follows.
    async fn declare_queue(&self, channel: &Channel, queue: &Queue) -> Result<String, Trouble> {
        let name = format!("{}.{}", self.exchange, queue.service);
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), AMQPValue::LongString(LongString::from("quorum")));
        channel.queue_declare(name.as_str().into(), QueueDeclareOptions::durable(), arguments).await?;
        let pulses = queue.follows.iter().map(|source| pulse::key(source));
        for key in queue.hears.iter().map(|&kind| kind.to_owned()).chain(pulses) {
            self.bind(channel, &name, &key).await?;
        }
        Ok(name)
    }

    async fn bind(&self, channel: &Channel, queue: &str, key: &str) -> Result<(), Trouble> {
        let (exchange, options) = (self.exchange.as_str().into(), QueueBindOptions::default());
        Ok(channel.queue_bind(queue.into(), exchange, key.into(), options, FieldTable::default()).await?)
    }

    /// A connection of its own with its channel. A broker that is just starting may take a connection and then say nothing.
    async fn channel(&self, name: &str) -> Result<(Connection, Channel), Trouble> {
        tokio::time::timeout(ANSWER, self.open_channel(name)).await?
    }

    async fn open_channel(&self, name: &str) -> Result<(Connection, Channel), Trouble> {
        let mut address: AMQPUri = self.url.parse().map_err(Trouble::Address)?;
        address.query.heartbeat.get_or_insert(HEARTBEAT_S);
        let properties = ConnectionProperties::default().with_connection_name(format!("bodega {name}").into());
        let connection = Connection::connect_uri(address, properties).await?;
        let channel = connection.create_channel().await?;
        let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        let exchange = self.exchange.as_str().into();
        channel.exchange_declare(exchange, ExchangeKind::Topic, durable, FieldTable::default()).await?;
        Ok((connection, channel))
    }
}
