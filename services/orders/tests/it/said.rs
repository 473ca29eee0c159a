//! What cart, stock, payments and shipping say of an order.

use crate::setup::{Shop, TOTAL};
use bodega_contracts::{
    Address, CartId, CouponClaim, FulfilmentId, OrderId, PaymentId, PromotionId, RefundId, ShipmentId,
    cart::CartCheckedOut,
    coupons::{CouponRejected, CouponReserved},
    inventory::{StockAllocated, StockHoldExpired, StockRejected, StockReleased, StockReserved, StockUnavailable},
    payments::{
        DisputeState, PaymentActionRequired, PaymentAuthorized, PaymentCaptureFailed, PaymentCaptured, PaymentClosed,
        PaymentDisputed, PaymentFailed, PaymentRefunded,
    },
    rewards::{PointsRejected, PointsReserved},
    shipping::{
        FulfilmentCollected, FulfilmentReadyForPickup, FulfilmentStopped, FulfilmentUnderWay, ParcelLine,
        ShipmentDelivered, ShipmentDispatched, ShipmentPacked,
    },
};
use bodega_db::Envelope;
use bodega_kernel::uuid::Uuid;
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
            tenders: Vec::new(),
            terms: None,
            exchange_of: None,
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
            coupons: Vec::new(),
            points: 0,
            payment_method: "sim_success".to_owned(),
            at: self.world.now(),
        }
    }

    /// An order that was checked out by a guest.
    pub async fn placed(&self) -> OrderId {
        let order = self.order();
        self.deliver(vec![self.said(&self.checkout(order, None))]).await;
        order
    }

    /// One whose stock is held.
    pub async fn awaiting(&self) -> OrderId {
        let order = self.placed().await;
        self.deliver(vec![self.reserved(order)]).await;
        order
    }

    /// One that is paid.
    pub async fn confirmed(&self) -> OrderId {
        let order = self.awaiting().await;
        self.deliver(vec![self.captured(order)]).await;
        order
    }

    /// One with a code, and points.
    pub fn claiming_checkout(&self, order_id: OrderId) -> CartCheckedOut {
        let (promotion_id, code) = (PromotionId(order_id.0), Some("WELCOME10".to_owned()));
        let coupons = vec![CouponClaim { promotion_id, code, customer: "ada".to_owned() }];
        CartCheckedOut { coupons, points: 300, ..self.checkout(order_id, Some(self.user())) }
    }

    /// One that costs nothing.
    pub fn free_checkout(&self, order_id: OrderId) -> CartCheckedOut {
        let mut checkout = self.checkout(order_id, None);
        checkout.basket.shipping = None;
        checkout.basket.lines.iter_mut().for_each(|line| line.unit_price = 0);
        checkout.priced = price(&checkout.basket).unwrap();
        checkout
    }

    /// Seven mugs that share what is left of their price after a discount unevenly: 901.
    pub fn odd_checkout(&self, order_id: OrderId, customer_id: Option<UserId>) -> CartCheckedOut {
        let mut checkout = self.checkout(order_id, customer_id);
        checkout.basket.lines.truncate(1);
        (checkout.basket.lines[0].unit_price, checkout.basket.lines[0].quantity) = (143, 7);
        checkout.unstocked.clear();
        checkout.priced = price(&checkout.basket).unwrap();
        checkout.shipping_address = Some(Self::address("Ada Lovelace"));
        checkout
    }

    pub fn address(name: &str) -> Address {
        Address {
            name: name.to_owned(),
            line1: "1 Mill Lane".to_owned(),
            line2: None,
            city: "London".to_owned(),
            region: None,
            postal_code: "N1 1AA".to_owned(),
            country: "GB".to_owned(),
            phone: None,
        }
    }

    /// Seven mugs that arrived.
    pub async fn arrived(&self, customer_id: Option<UserId>) -> OrderId {
        let order = self.order();
        self.deliver(vec![self.said(&self.odd_checkout(order, customer_id))]).await;
        let paid = self.captured_of(order, Money::new(1_351, Currency::GBP));
        self.deliver(vec![self.reserved(order), paid, self.allocated(order)]).await;
        let arrived = ShipmentDelivered { order_id: order, shipment_id: ShipmentId(order.0), delivered: 7, pieces: 7 };
        self.deliver(vec![self.parcel(order, 1, 7, 7, 7), self.said(&arrived)]).await;
        order
    }

    /// As a neighbour would say it.
    pub fn said<E: Event>(&self, event: &E) -> Envelope {
        self.envelope("elsewhere", event)
    }

    pub fn reserved(&self, order_id: OrderId) -> Envelope {
        self.said(&StockReserved { order_id })
    }

    pub fn rejected(&self, order_id: OrderId) -> Envelope {
        self.said(&StockRejected { order_id, short: vec![] })
    }

    pub fn allocated(&self, order_id: OrderId) -> Envelope {
        self.said(&StockAllocated { order_id })
    }

    pub fn released(&self, order_id: OrderId) -> Envelope {
        self.said(&StockReleased { order_id })
    }

    pub fn hold_expired(&self, order_id: OrderId) -> Envelope {
        self.said(&StockHoldExpired { order_id })
    }

    pub fn unavailable(&self, order_id: OrderId) -> Envelope {
        self.said(&StockUnavailable { order_id, short: vec![] })
    }

    pub fn action_required(&self, order_id: OrderId, attempt: i64) -> Envelope {
        self.said(&PaymentActionRequired { order_id, payment_id: PaymentId(order_id.0), attempt })
    }

    pub fn failed(&self, order_id: OrderId, attempt: i64) -> Envelope {
        let code = "card_declined".to_owned();
        self.said(&PaymentFailed { order_id, payment_id: PaymentId(order_id.0), attempt, code })
    }

    pub fn authorized(&self, order_id: OrderId) -> Envelope {
        let authorized = Money::new(TOTAL, Currency::GBP);
        self.said(&PaymentAuthorized { order_id, payment_id: PaymentId(order_id.0), attempt: 1, authorized })
    }

    pub fn captured(&self, order_id: OrderId) -> Envelope {
        self.captured_of(order_id, Money::new(TOTAL, Currency::GBP))
    }

    pub fn captured_of(&self, order_id: OrderId, captured: Money) -> Envelope {
        self.said(&PaymentCaptured { order_id, payment_id: PaymentId(order_id.0), attempt: 1, captured })
    }

    pub fn refunded(&self, order_id: OrderId, amount: i64) -> Envelope {
        let refunded = Money::new(amount, Currency::GBP);
        let (payment_id, refund_id) = (PaymentId(order_id.0), RefundId(order_id.0));
        self.said(&PaymentRefunded { order_id, payment_id, refund_id, refunded })
    }

    pub fn coupon_reserved(&self, order_id: OrderId) -> Envelope {
        self.said(&CouponReserved { order_id })
    }

    pub fn coupon_rejected(&self, order_id: OrderId) -> Envelope {
        let (code, reason) = ("WELCOME10".to_owned(), "used_up".to_owned());
        self.said(&CouponRejected { order_id, code, reason })
    }

    pub fn points_reserved(&self, order_id: OrderId) -> Envelope {
        self.said(&PointsReserved { order_id })
    }

    pub fn points_rejected(&self, order_id: OrderId) -> Envelope {
        self.said(&PointsRejected { order_id, wanted: 300, spendable: 120 })
    }

    pub fn stopped(&self, order_id: OrderId) -> Envelope {
        self.said(&FulfilmentStopped { order_id })
    }

    pub fn under_way(&self, order_id: OrderId) -> Envelope {
        self.said(&FulfilmentUnderWay { order_id })
    }

    pub fn ready(&self, order_id: OrderId) -> Envelope {
        self.said(&FulfilmentReadyForPickup { order_id, fulfilment_id: FulfilmentId(order_id.0) })
    }

    pub fn collected(&self, order_id: OrderId) -> Envelope {
        self.said(&FulfilmentCollected { order_id, fulfilment_id: FulfilmentId(order_id.0), lines: vec![] })
    }

    /// So many of the two mugs have left.
    pub fn dispatched(&self, order_id: OrderId, dispatched: i64) -> Envelope {
        self.said(&ShipmentDispatched {
            order_id,
            shipment_id: ShipmentId(order_id.0),
            lines: vec![],
            carrier: "Royal Mail".to_owned(),
            tracking_number: Some("RM1".to_owned()),
            tracking_url: None,
            dispatched,
            pieces: 2,
        })
    }

    /// So many of the two mugs have arrived.
    pub fn delivered(&self, order_id: OrderId, delivered: i64) -> Envelope {
        self.said(&ShipmentDelivered { order_id, shipment_id: ShipmentId(order_id.0), delivered, pieces: 2 })
    }

    /// The `nth` parcel of an order, with so many mugs, as the one after which so many have left in all.
    pub fn parcel(&self, order_id: OrderId, nth: u128, mugs: i64, dispatched: i64, pieces: i64) -> Envelope {
        self.said(&ShipmentDispatched {
            order_id,
            shipment_id: Self::shipment(order_id, nth),
            lines: Self::mugs(mugs),
            carrier: "Royal Mail".to_owned(),
            tracking_number: None,
            tracking_url: None,
            dispatched,
            pieces,
        })
    }

    pub fn shipment(order_id: OrderId, nth: u128) -> ShipmentId {
        ShipmentId(Uuid::from_u128(order_id.0.as_u128().rotate_left(64) ^ nth))
    }

    fn mugs(quantity: i64) -> Vec<ParcelLine> {
        vec![ParcelLine { sku: Sku::new("mug").unwrap(), quantity }]
    }

    /// The `nth` parcel of an order is packed, with so many mugs.
    pub fn packed(&self, order_id: OrderId, nth: u128, mugs: i64, last: bool) -> Envelope {
        let shipment_id = Self::shipment(order_id, nth);
        self.said(&ShipmentPacked { order_id, shipment_id, lines: Self::mugs(mugs), last })
    }

    pub fn capture_failed(&self, order_id: OrderId, nth: u128) -> Envelope {
        let code = "insufficient_funds".to_owned();
        self.said(&PaymentCaptureFailed { order_id, shipment_id: Self::shipment(order_id, nth), code })
    }

    pub fn disputed(&self, order_id: OrderId, amount: i64, state: DisputeState) -> Envelope {
        let amount = Money::new(amount, Currency::GBP);
        self.said(&PaymentDisputed { order_id, payment_id: PaymentId(order_id.0), amount, state })
    }

    pub fn closed(&self, order_id: OrderId) -> Envelope {
        self.said(&PaymentClosed { order_id })
    }
}
