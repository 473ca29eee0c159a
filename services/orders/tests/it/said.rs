//! What cart, stock and payments say of an order.

use crate::setup::{Shop, TOTAL};
use bodega_contracts::{
    CartId, OrderId, PaymentId, RefundId,
    cart::CartCheckedOut,
    inventory::{StockAllocated, StockHoldExpired, StockReleased, StockReserved, StockUnavailable},
    payments::{
        PaymentActionRequired, PaymentAuthorized, PaymentCaptured, PaymentClosed, PaymentFailed, PaymentRefunded,
    },
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Event, Money, Sku, UserId};
use bodega_pricing::{Basket, Discount, DiscountKind, Item, Shipping, price};
use std::sync::atomic::{AtomicU64, Ordering};

static NUMBER: AtomicU64 = AtomicU64::new(1_000);

impl Shop {
    /// Two mugs and a fee, ten percent off, shipping: [`TOTAL`].
    pub fn checkout(&self, order_id: OrderId, customer_id: Option<UserId>) -> CartCheckedOut {
        let item = |sku: &str, unit_price, quantity| Item {
            sku: Sku::new(sku).unwrap(),
            name: format!("a {sku}"),
            unit_price,
            quantity,
            tax_rate_bp: 2_000,
        };
        let basket = Basket {
            currency: Currency::GBP,
            prices_include_tax: true,
            lines: vec![item("mug", 1_000, 2), item("fee", 500, 1)],
            discounts: vec![Discount {
                label: "10 % off".to_owned(),
                kind: DiscountKind::Percentage { bp: 1_000 },
                skus: None,
            }],
            shipping: Some(Shipping {
                method: "standard".to_owned(),
                name: "Standard".to_owned(),
                price: 450,
                tax_rate_bp: 2_000,
            }),
        };
        CartCheckedOut {
            order_id,
            number: format!("B{}", NUMBER.fetch_add(1, Ordering::Relaxed)),
            cart_id: CartId::new(&self.world),
            cart_version: 3,
            customer_id,
            email: "Ada@example.com".to_owned(),
            shipping_address: None,
            billing_address: None,
            priced: price(&basket).unwrap(),
            basket,
            unstocked: vec![Sku::new("fee").unwrap()],
            payment_method: "sim_success".to_owned(),
            at: self.world.now(),
        }
    }

    /// One that costs nothing.
    pub fn free_checkout(&self, order_id: OrderId) -> CartCheckedOut {
        let mut checkout = self.checkout(order_id, None);
        checkout.basket.shipping = None;
        checkout.basket.lines.iter_mut().for_each(|line| line.unit_price = 0);
        checkout.priced = price(&checkout.basket).unwrap();
        checkout
    }

    /// As the bus would bring it, with an id of its own.
    pub fn envelope<E: Event>(&self, event: &E) -> Envelope {
        Envelope {
            source: "elsewhere".into(),
            seq: 1,
            id: self.world.uuid(),
            kind: E::TYPE.into(),
            subject: event.subject().into(),
            at: self.world.now(),
            trace: None,
            data: serde_json::to_string(event).unwrap().into(),
        }
    }

    pub fn reserved(&self, order_id: OrderId) -> Envelope {
        self.envelope(&StockReserved { order_id })
    }

    pub fn allocated(&self, order_id: OrderId) -> Envelope {
        self.envelope(&StockAllocated { order_id })
    }

    pub fn released(&self, order_id: OrderId) -> Envelope {
        self.envelope(&StockReleased { order_id })
    }

    pub fn hold_expired(&self, order_id: OrderId) -> Envelope {
        self.envelope(&StockHoldExpired { order_id })
    }

    pub fn unavailable(&self, order_id: OrderId) -> Envelope {
        self.envelope(&StockUnavailable { order_id, short: vec![] })
    }

    pub fn action_required(&self, order_id: OrderId, attempt: i64) -> Envelope {
        self.envelope(&PaymentActionRequired { order_id, payment_id: PaymentId(order_id.0), attempt })
    }

    pub fn failed(&self, order_id: OrderId, attempt: i64) -> Envelope {
        let code = "card_declined".to_owned();
        self.envelope(&PaymentFailed { order_id, payment_id: PaymentId(order_id.0), attempt, code })
    }

    pub fn authorized(&self, order_id: OrderId) -> Envelope {
        let authorized = Money::new(TOTAL, Currency::GBP);
        self.envelope(&PaymentAuthorized { order_id, payment_id: PaymentId(order_id.0), attempt: 1, authorized })
    }

    pub fn captured(&self, order_id: OrderId) -> Envelope {
        self.captured_of(order_id, Money::new(TOTAL, Currency::GBP))
    }

    pub fn captured_of(&self, order_id: OrderId, captured: Money) -> Envelope {
        self.envelope(&PaymentCaptured { order_id, payment_id: PaymentId(order_id.0), attempt: 1, captured })
    }

    pub fn refunded(&self, order_id: OrderId, amount: i64) -> Envelope {
        let refunded = Money::new(amount, Currency::GBP);
        let (payment_id, refund_id) = (PaymentId(order_id.0), RefundId(order_id.0));
        self.envelope(&PaymentRefunded { order_id, payment_id, refund_id, refunded })
    }

    pub fn closed(&self, order_id: OrderId) -> Envelope {
        self.envelope(&PaymentClosed { order_id })
    }
}
