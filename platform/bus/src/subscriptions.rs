//! What a service hears, and what it does then.

use crate::{Failure, Feed};
use bodega_db::{Envelope, Trace, Tx};
use bodega_kernel::{Event, Time};
use futures_util::future::LocalBoxFuture;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// An event on its way into a handler.
#[derive(Clone, Debug)]
pub struct Delivery<E> {
    /// What happened.
    pub event: E,
    /// The event's own id.
    pub id: Uuid,
    /// The service it happened in.
    pub source: Arc<str>,
    /// When it happened.
    pub at: Time,
    /// What caused it; follow it with `tx.follow` before emitting what it causes.
    pub trace: Option<Trace>,
}

type Handler = dyn for<'a> Fn(&'a mut Tx, &'a [&'a Envelope]) -> LocalBoxFuture<'a, Result<(), Failure>> + Send + Sync;

/// The events a service hears, each with its handler, and the sources it must not be far behind.
#[derive(Clone, Default)]
pub struct Subscriptions {
    handlers: BTreeMap<&'static str, Arc<Handler>>,
    feeds: BTreeMap<&'static str, Feed>,
}

impl Subscriptions {
    /// Hears nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hears `E`: `handle` gets whatever arrived as one batch, in one transaction. Order and repetition across batches are
    /// not promised; it must come to the same end.
    #[must_use]
    pub fn on<E: Event, F>(mut self, handle: F) -> Self
    where
        F: for<'a> AsyncFn(&'a mut Tx, &'a [Delivery<E>]) -> Result<(), Failure> + Send + Sync + 'static,
    {
        let handle = Arc::new(handle);
        let handler: Arc<Handler> = Arc::new(move |tx, envelopes| {
            let handle = Arc::clone(&handle);
            Box::pin(async move {
                let deliveries = envelopes
                    .iter()
                    .map(|envelope| deliver(envelope))
                    .collect::<Result<Vec<Delivery<E>>, Failure>>()?;
                handle(tx, &deliveries).await
            })
        });
        self.handlers.insert(E::TYPE, handler);
        self
    }

    /// The same for a handler of one event, where nothing is hot.
    #[must_use]
    pub fn on_each<E: Event, F>(self, handle: F) -> Self
    where
        F: for<'a> AsyncFn(&'a mut Tx, &'a Delivery<E>) -> Result<(), Failure> + Send + Sync + 'static,
    {
        self.on(async move |tx: &mut Tx, batch: &[Delivery<E>]| {
            for delivery in batch {
                tx.follow(delivery.trace.clone());
                handle(tx, delivery).await?;
            }
            Ok(())
        })
    }

    /// Wants to know how far it is behind a source: `feed` tells from now on.
    #[must_use]
    pub fn follow(mut self, feed: &Feed) -> Self {
        self.feeds.insert(feed.source(), feed.clone());
        self
    }

    /// What is known of a source it follows.
    pub fn feed(&self, source: &str) -> Option<&Feed> {
        self.feeds.get(source)
    }

    /// The sources it follows, sorted.
    pub fn feeds(&self) -> impl Iterator<Item = &Feed> {
        self.feeds.values()
    }

    /// The types of event it hears, sorted.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.handlers.keys().copied()
    }

    /// Whether it hears this type.
    pub fn hears(&self, kind: &str) -> bool {
        self.handlers.contains_key(kind)
    }

    /// Handles a batch: type by type, each in order of arrival.
    pub(crate) async fn handle(&self, tx: &mut Tx, batch: &[&Envelope]) -> Result<(), Failure> {
        for (kind, handler) in &self.handlers {
            let of_kind: Vec<&Envelope> = batch.iter().copied().filter(|event| *event.kind == **kind).collect();
            if !of_kind.is_empty() {
                tx.follow(of_kind.first().and_then(|event| event.trace.clone()));
                handler(tx, &of_kind).await?;
            }
        }
        Ok(())
    }
}

fn deliver<E: Event>(envelope: &Envelope) -> Result<Delivery<E>, Failure> {
    let event = serde_json::from_str(&envelope.data)
        .map_err(|error| Failure::permanent(format!("{} cannot be read: {error}", envelope.kind)))?;
    Ok(Delivery {
        event,
        id: envelope.id,
        source: Arc::clone(&envelope.source),
        at: envelope.at,
        trace: envelope.trace.clone(),
    })
}
