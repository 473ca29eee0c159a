//! The books: everything the services say of themselves, read page by page.

use bodega_contracts::{
    OrderId,
    cart::{CheckoutFact, CheckoutFacts, SeenFact, SeenFacts},
    catalog::{VariantFact, VariantFacts},
    inventory::{ReservationFact, ReservationFacts, StockFact, StockFacts},
    orders::{OrderFact, OrderFacts},
    payments::{PaymentFact, PaymentFacts},
};
use bodega_kernel::{Sku, Time};
use bodega_rpc::{Client, RpcError};
use bodega_service::facts::{EventFact, EventFacts, InboxFact, InboxFacts, StandingFacts, Standstill};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Everything `verify` looks at.
#[derive(Debug, Default)]
pub struct Books {
    /// When the reading began.
    pub read_at: Option<Time>,
    /// Variants by SKU.
    pub variants: BTreeMap<Sku, VariantFact>,
    /// Stock, a row for each SKU and location.
    pub stock: Vec<StockFact>,
    /// What is reserved, by order.
    pub reservations: HashMap<OrderId, ReservationFact>,
    /// What cart believes, by SKU.
    pub seen: BTreeMap<Sku, SeenFact>,
    /// Checkouts by order.
    pub checkouts: HashMap<OrderId, CheckoutFact>,
    /// Orders by id.
    pub orders: BTreeMap<OrderId, OrderFact>,
    /// Payments by order.
    pub payments: HashMap<OrderId, PaymentFact>,
    /// The events of each service, by id.
    pub events: BTreeMap<String, HashMap<Uuid, EventFact>>,
    /// What each service has handled or dead-lettered, by event.
    pub inboxes: BTreeMap<String, HashMap<Uuid, InboxFact>>,
    /// What each service still has to do by itself.
    pub standstill: BTreeMap<String, Standstill>,
}

/// Reads all pages of a question: `$key` of the last row continues it.
macro_rules! pages {
    ($client:expr, $question:ident, $row:ident => $key:expr) => {{
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = $client.ask($question { after: after.take() }).await?;
            match page.last() {
                None => break rows,
                Some($row) => after = Some($key),
            }
            rows.extend(page);
        }
    }};
}

impl Books {
    /// Reads everything.
    pub async fn read(client: &Client, services: &[String]) -> Result<Self, RpcError> {
        let mut books = Self::default();
        let has = |name: &str| services.iter().any(|service| service == name);
        // Readers of facts come before their owners, so that on a moving shop the owner is never behind.
        for service in services {
            books.read_inbox(client, service).await?;
        }
        if has("cart") {
            let seen = pages!(client, SeenFacts, row => row.sku.to_string());
            books.seen = seen.into_iter().map(|fact| (fact.sku.clone(), fact)).collect();
            let checkouts = pages!(client, CheckoutFacts, row => row.order_id);
            books.checkouts = checkouts.into_iter().map(|fact| (fact.order_id, fact)).collect();
        }
        if has("catalog") {
            let variants = pages!(client, VariantFacts, row => row.sku.to_string());
            books.variants = variants.into_iter().map(|fact| (fact.sku.clone(), fact)).collect();
        }
        if has("inventory") {
            books.stock = pages!(client, StockFacts, row => (row.sku.to_string(), row.location.clone()));
            let reservations = pages!(client, ReservationFacts, row => row.order_id);
            books.reservations = reservations.into_iter().map(|fact| (fact.order_id, fact)).collect();
        }
        if has("orders") {
            let orders = pages!(client, OrderFacts, row => row.order_id);
            books.orders = orders.into_iter().map(|fact| (fact.order_id, fact)).collect();
        }
        if has("payments") {
            let payments = pages!(client, PaymentFacts, row => row.order_id);
            books.payments = payments.into_iter().map(|fact| (fact.order_id, fact)).collect();
        }
        for service in services {
            books.read_events(client, service).await?;
        }
        Ok(books)
    }

    async fn read_inbox(&mut self, client: &Client, service: &str) -> Result<(), RpcError> {
        let mut after = None;
        let inbox = self.inboxes.entry(service.to_owned()).or_default();
        loop {
            let page: Vec<InboxFact> = client.ask_service(service, InboxFacts { after }).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.event_id);
            inbox.extend(page.into_iter().map(|fact| (fact.event_id, fact)));
        }
    }

    async fn read_events(&mut self, client: &Client, service: &str) -> Result<(), RpcError> {
        let standstill = client.ask_service(service, StandingFacts {}).await?;
        self.read_at = Some(standstill.now);
        self.standstill.insert(service.to_owned(), standstill);
        let mut after = 0;
        let events = self.events.entry(service.to_owned()).or_default();
        loop {
            let page: Vec<EventFact> = client.ask_service(service, EventFacts { after }).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.seq;
            events.extend(page.into_iter().map(|fact| (fact.id, fact)));
        }
    }
}
