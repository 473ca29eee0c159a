//! The books: everything the services say of themselves, read page by page.

use bodega_contracts::{
    OrderId,
    cart::{
        CheckoutFact, CheckoutFacts, SeenFact, SeenFacts, SeenMarketFacts, SeenMethodFact, SeenMethodFacts,
        SeenPromotionFact, SeenPromotionFacts,
    },
    catalog::{MarketFacts, MarketVersions, VariantFact, VariantFacts},
    coupons::{CodeFact, CodeFacts, CouponUseFact, CouponUseFacts, PromotionFact, PromotionFacts},
    inventory::{ReservationFact, ReservationFacts, StockFact, StockFacts},
    notifications::{ConfirmationFact, ConfirmationFacts},
    orders::{OrderFact, OrderFacts, PaperFact, PaperFacts, ReturnFact, ReturnFacts},
    payments::{CreditFact, CreditFacts, PaymentFact, PaymentFacts},
    rewards::{OrderPointsFact, OrderPointsFacts, PointsFact, PointsFacts},
    shipping::{FulfilmentFact, FulfilmentFacts, MethodFacts, ShippingMethodChanged},
};
use bodega_kernel::{Question, Sku, Time};
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
    /// What cart believes of promotions.
    pub seen_promotions: Vec<SeenPromotionFact>,
    /// What cart believes of ways of shipping.
    pub seen_methods: Vec<SeenMethodFact>,
    /// What cart believes of markets and tax rates.
    pub seen_markets: MarketVersions,
    /// Markets and tax rates.
    pub markets: MarketVersions,
    /// Checkouts by order.
    pub checkouts: HashMap<OrderId, CheckoutFact>,
    /// Orders by id.
    pub orders: BTreeMap<OrderId, OrderFact>,
    /// Goods that came back.
    pub returns: Vec<ReturnFact>,
    /// Payments by order.
    pub payments: HashMap<OrderId, PaymentFact>,
    /// Gift cards and store credit.
    pub credit: Vec<CreditFact>,
    /// Invoices and credit notes.
    pub papers: Vec<PaperFact>,
    /// Confirmation mails by order.
    pub confirmations: HashMap<OrderId, ConfirmationFact>,
    /// Promotions.
    pub promotions: Vec<PromotionFact>,
    /// Codes.
    pub codes: Vec<CodeFact>,
    /// What orders claimed, by order.
    pub coupon_uses: HashMap<OrderId, CouponUseFact>,
    /// Customers' points.
    pub points: Vec<PointsFact>,
    /// Points by order.
    pub order_points: HashMap<OrderId, OrderPointsFact>,
    /// Ways of shipping.
    pub methods: Vec<ShippingMethodChanged>,
    /// What is to be sent, by order.
    pub fulfilments: HashMap<OrderId, FulfilmentFact>,
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
            let service = <$question as Question>::SERVICE;
            let page = $client.ask_for_books(service, $question { after: after.take() }).await?;
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
        if has("notifications") {
            let confirmations = pages!(client, ConfirmationFacts, row => row.order_id);
            books.confirmations = confirmations.into_iter().map(|fact| (fact.order_id, fact)).collect();
        }
        if has("cart") {
            books.seen_promotions = pages!(client, SeenPromotionFacts, row => row.promotion_id);
            books.seen_methods = pages!(client, SeenMethodFacts, row => row.method_id.clone());
            books.seen_markets = client.ask(SeenMarketFacts {}).await?;
        }
        if has("orders") {
            books.returns = pages!(client, ReturnFacts, row => row.return_id);
        }
        books.read_claims(client, &has).await?;
        if has("cart") {
            let seen = pages!(client, SeenFacts, row => row.sku.to_string());
            books.seen = seen.into_iter().map(|fact| (fact.sku.clone(), fact)).collect();
            let checkouts = pages!(client, CheckoutFacts, row => row.order_id);
            books.checkouts = checkouts.into_iter().map(|fact| (fact.order_id, fact)).collect();
        }
        if has("catalog") {
            books.markets = client.ask(MarketFacts {}).await?;
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
            books.papers = pages!(client, PaperFacts, row => row.number.clone());
        }
        if has("payments") {
            let payments = pages!(client, PaymentFacts, row => row.order_id);
            books.payments = payments.into_iter().map(|fact| (fact.order_id, fact)).collect();
            books.credit = pages!(client, CreditFacts, row => row.account.clone());
        }
        for service in services {
            books.read_events(client, service).await?;
        }
        Ok(books)
    }

    /// What orders take up elsewhere: promotions, points, parcels.
    async fn read_claims(&mut self, client: &Client, has: &impl Fn(&str) -> bool) -> Result<(), RpcError> {
        if has("coupons") {
            self.promotions = pages!(client, PromotionFacts, row => row.promotion_id);
            self.codes = pages!(client, CodeFacts, row => row.code.clone());
            let uses = pages!(client, CouponUseFacts, row => row.order_id);
            self.coupon_uses = uses.into_iter().map(|fact| (fact.order_id, fact)).collect();
        }
        if has("rewards") {
            self.points = pages!(client, PointsFacts, row => row.user_id);
            let of_orders = pages!(client, OrderPointsFacts, row => row.order_id);
            self.order_points = of_orders.into_iter().map(|fact| (fact.order_id, fact)).collect();
        }
        if has("shipping") {
            self.methods = pages!(client, MethodFacts, row => row.method_id.clone());
            let fulfilments = pages!(client, FulfilmentFacts, row => row.order_id);
            self.fulfilments = fulfilments.into_iter().map(|fact| (fact.order_id, fact)).collect();
        }
        Ok(())
    }

    /// Whether mails are among the books.
    pub(super) fn reads_mail(&self) -> bool {
        self.inboxes.contains_key("notifications")
    }

    async fn read_inbox(&mut self, client: &Client, service: &str) -> Result<(), RpcError> {
        let mut after = None;
        let inbox = self.inboxes.entry(service.to_owned()).or_default();
        loop {
            let page: Vec<InboxFact> = client.ask_for_books(service, InboxFacts { after }).await?;
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
            let page: Vec<EventFact> = client.ask_for_books(service, EventFacts { after }).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.seq;
            events.extend(page.into_iter().map(|fact| (fact.id, fact)));
        }
    }
}
