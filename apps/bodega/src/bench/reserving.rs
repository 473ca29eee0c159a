//! Inventory's contract for holding goods, from outside: `order.placed` goes in, `stock.reserved` or `stock.rejected`
//! comes out with the commit that decides it.

use super::ground::{Run, consumer};
use bodega_bus::Consumer;
use bodega_contracts::{
    OrderId, OrderLine, ProductId,
    catalog::{OpeningStock, ProductStocked},
    inventory::{StockRejected, StockReserved},
    orders::OrderPlaced,
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Event, Money, Sku, World};
use bodega_service::Host;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::sync::oneshot;

/// The answer to an order, and when it was committed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decided {
    pub(super) held: bool,
    pub(super) at: Instant,
}

/// Orders that wait for their answer, and how many were answered.
#[derive(Debug, Default)]
pub(super) struct Asked {
    waiting: Mutex<HashMap<String, oneshot::Sender<Decided>>>,
    pub(super) held: AtomicUsize,
}

impl Asked {
    /// Call before the order is placed.
    pub(super) fn wait_for(&self, order: OrderId) -> oneshot::Receiver<Decided> {
        let (tell, told) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(order.to_string(), tell);
        told
    }

    fn hear(&self, events: &[Envelope]) {
        let at = Instant::now();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            let held = &*event.kind == StockReserved::TYPE;
            if !held && &*event.kind != StockRejected::TYPE {
                continue;
            }
            self.held.fetch_add(usize::from(held), Ordering::Relaxed);
            if let Some(waiter) = waiting.remove(&*event.subject) {
                // Whoever asked has ended where nobody listens.
                let _ = waiter.send(Decided { held, at });
            }
        }
    }
}

/// Inventory, reached by events alone. Cheap to clone.
#[derive(Clone)]
pub(super) struct Reserving {
    pub(super) consumer: Consumer,
    pub(super) asked: Arc<Asked>,
    world: World,
}

impl Reserving {
    /// The inventory of a host in which nothing moves by itself.
    pub(super) fn of(run: &Run, host: &Host) -> anyhow::Result<Self> {
        let consumer = consumer(host, "inventory")?;
        let asked = Arc::new(Asked::default());
        let hears = Arc::clone(&asked);
        consumer.db().on_committed(move |events| hears.hear(&events));
        Ok(Self { consumer, asked, world: run.world.clone() })
    }

    /// Brings so many pieces of a SKU that is new.
    pub(super) async fn bring(&self, sku: &Sku, quantity: i64) -> anyhow::Result<()> {
        let opening = vec![OpeningStock { sku: sku.clone(), quantity }];
        let stocked = ProductStocked { product_id: ProductId::new(&self.world), opening };
        self.consumer.deliver(vec![self.envelope("catalog", &stocked)?], bodega_bus::Noting::Each).await;
        Ok(())
    }

    /// An order for one piece.
    pub(super) fn order(&self, sku: &Sku) -> OrderPlaced {
        OrderPlaced {
            order_id: OrderId::new(&self.world),
            number: "1".to_owned(),
            customer_id: None,
            lines: vec![OrderLine { sku: sku.clone(), quantity: 1, stocked: true }],
            total: Money::new(1_999, Currency::GBP),
            coupons: Vec::new(),
            points: 0,
            at: self.world.now(),
        }
    }

    /// An event as its source hands it over.
    pub(super) fn envelope<E: Event>(&self, source: &str, event: &E) -> anyhow::Result<Envelope> {
        Ok(Envelope {
            source: source.into(),
            seq: 0,
            id: self.world.uuid(),
            kind: E::TYPE.into(),
            subject: event.subject().into(),
            at: self.world.now(),
            trace: None,
            data: serde_json::to_string(event)?.into(),
        })
    }
}
