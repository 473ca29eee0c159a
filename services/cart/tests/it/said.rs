//! What catalog, inventory and orders say to a cart, handed to it by hand.

use crate::setup::Shop;
use bodega_bus::resend;
use bodega_contracts::{
    ProductId, PromotionId,
    cart::CartCheckedOut,
    catalog::{ProductChanged, VariantNow},
    coupons::PromotionChanged,
    inventory::StockChanged,
    orders::{CancelReason, OrderCancelled},
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Event, ManualClock, Money, Sku, Time, World};
use bodega_pricing::{Conditions, Promotion, Reward, Trigger};
use std::sync::OnceLock;

impl Shop {
    pub(crate) fn said<E: Event>(&self, event: &E) -> Envelope {
        self.envelope("neighbour", event)
    }

    pub(crate) async fn hear<E: Event>(&self, event: &E) {
        self.hear_all(vec![self.said(event)]).await;
    }

    /// Hears a batch, of which nothing may be put aside.
    pub(crate) async fn hear_all(&self, batch: Vec<Envelope>) {
        self.deliver(batch).await;
        let dead = self.db().write(async |tx| tx.query("SELECT error FROM dead_letters", &[]).await).await.unwrap();
        assert!(dead.is_empty(), "{dead:?}");
    }

    /// Hands all that this cart ever published to itself, past the inbox.
    pub(crate) async fn resend_to_itself(&self) {
        resend(self.db(), self.consumer(0), Time::from_ms(0)).await.unwrap();
    }
}

pub(crate) fn sku(text: &str) -> Sku {
    Sku::new(text).unwrap()
}

/// A product id that stays the same for a number.
pub(crate) fn product_id(number: u8) -> ProductId {
    static WORLD: OnceLock<Vec<ProductId>> = OnceLock::new();
    let ids = WORLD.get_or_init(|| {
        let world = World::simulated(99, ManualClock::at(Time::from_ms(1_600_000_000_000)));
        (0..=u8::MAX).map(|_| ProductId(world.uuid())).collect()
    });
    ids[usize::from(number)]
}

/// A product with these variants and prices.
pub(crate) fn product(number: u8, version: i64, variants: &[(&str, i64)]) -> ProductChanged {
    let variant = |(name, price): &(&str, i64)| VariantNow {
        other_prices: Vec::new(),
        tax_class: "standard".to_owned(),
        sku: sku(name),
        name: format!("Name of {name}"),
        price: Money::new(*price, Currency::GBP),
        stocked: true,
        tax_rate_bp: 2_000,
        grams: None,
    };
    ProductChanged {
        product_id: product_id(number),
        version,
        slug: format!("product-{number}"),
        name: format!("Product {number}"),
        active: true,
        brand_id: None,
        category_ids: Vec::new(),
        variants: variants.iter().map(variant).collect(),
    }
}

/// A promotion id that stays the same for a number.
pub(crate) fn promotion_id(number: u8) -> PromotionId {
    PromotionId(product_id(number).0)
}

/// A promotion that applies by itself, goes together with others and is not counted.
pub(crate) fn promotion(number: u8, reward: Reward) -> PromotionChanged {
    let promotion = Promotion {
        id: promotion_id(number).0,
        label: format!("promotion {number}"),
        trigger: Trigger::Automatic,
        reward,
        conditions: Conditions::default(),
        priority: 0,
        combinable: true,
    };
    PromotionChanged { promotion_id: promotion_id(number), version: 1, enabled: true, counted: false, promotion }
}

/// One that needs a code.
pub(crate) fn by_code(number: u8, reward: Reward) -> PromotionChanged {
    let mut changed = promotion(number, reward);
    changed.promotion.trigger = Trigger::Code;
    changed
}

pub(crate) fn stock(name: &str, version: i64, available: i64) -> StockChanged {
    StockChanged { sku: sku(name), version, available }
}

pub(crate) fn cancelled(order: &CartCheckedOut, reason: CancelReason) -> OrderCancelled {
    OrderCancelled { order_id: order.order_id, cart_id: order.cart_id, reason }
}
