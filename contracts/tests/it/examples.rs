//! One example of every event, with fixed ids and times.

use bodega_contracts::{
    Address, CartId, OrderId, OrderLine, PaymentId, ProductId, RefundId,
    cart::CartCheckedOut,
    catalog::{ProductChanged, VariantNow},
    identity::{UserRegistered, UserRoleAssigned, UserRoleRemoved},
    inventory::{
        Shortage, StockAllocated, StockChanged, StockHoldExpired, StockRejected, StockReleased, StockReserved,
        StockUnavailable,
    },
    orders::{CancelReason, OrderCancelled, OrderConfirmed, OrderPaymentDue, OrderPaymentExpiring, OrderPlaced},
    payments::{
        PaymentActionRequired, PaymentAuthorized, PaymentCaptured, PaymentClosed, PaymentFailed, PaymentRefunded,
        PaymentVoided,
    },
};
use bodega_kernel::{Currency, Event, Money, Role, Sku, Time, UserId, uuid::Uuid};
use bodega_pricing::{Basket, Discount, DiscountKind, Item, Shipping};
use serde_json::Error;

/// An event as text, and how its reader takes it.
pub(crate) struct Example {
    /// Its type.
    pub(crate) kind: &'static str,
    /// What it happened to.
    pub(crate) subject: String,
    /// As it travels.
    pub(crate) sent: String,
    /// For people.
    pub(crate) pretty: String,
    /// Reads a text and writes it again.
    pub(crate) read: fn(&str) -> Result<String, Error>,
}

fn example<E: Event>(event: &E) -> Example {
    Example {
        kind: E::TYPE,
        subject: event.subject(),
        sent: serde_json::to_string(event).unwrap(),
        pretty: serde_json::to_string_pretty(event).unwrap(),
        read: |text| serde_json::to_string(&serde_json::from_str::<E>(text)?),
    }
}

fn id(last: u128) -> Uuid {
    Uuid::from_u128(0x0190_b3d6_0000_7000_8000_0000_0000_0000 + last)
}

fn order() -> OrderId {
    OrderId(id(1))
}

fn payment() -> PaymentId {
    PaymentId(id(3))
}

fn at() -> Time {
    Time::from_ms(1_700_000_000_000)
}

fn sku(text: &str) -> Sku {
    Sku::new(text).unwrap()
}

fn pounds(amount: i64) -> Money {
    Money { amount, currency: Currency::GBP }
}

fn lines() -> Vec<OrderLine> {
    vec![
        OrderLine { sku: sku("MUG-BLUE"), quantity: 2, stocked: true },
        OrderLine { sku: sku("GIFT-WRAP"), quantity: 1, stocked: false },
    ]
}

/// As an order of `count` lines asks for its stock, with names as long as they may be.
pub(crate) fn placed_with(count: usize) -> Example {
    let line = |number| OrderLine { sku: sku(&format!("{number:0>64}")), quantity: 10_000, stocked: true };
    example(&OrderPlaced { lines: (0..count).map(line).collect(), ..placed() })
}

fn placed() -> OrderPlaced {
    OrderPlaced {
        order_id: order(),
        number: "B-000Z8".to_owned(),
        customer_id: Some(UserId(id(4))),
        lines: lines(),
        total: pounds(2_750),
        at: at(),
    }
}

fn address() -> Address {
    Address {
        name: "Ada Lovelace".to_owned(),
        line1: "1 High Street".to_owned(),
        line2: Some("Flat 2".to_owned()),
        city: "London".to_owned(),
        region: Some("Greater London".to_owned()),
        postal_code: "N1 1AA".to_owned(),
        country: "GB".to_owned(),
        phone: Some("+44 20 7946 0000".to_owned()),
    }
}

fn checked_out() -> CartCheckedOut {
    let item = |text: &str, name: &str, unit_price, quantity| Item {
        sku: sku(text),
        name: name.to_owned(),
        unit_price,
        quantity,
        tax_rate_bp: 2_000,
    };
    let basket = Basket {
        currency: Currency::GBP,
        prices_include_tax: true,
        lines: vec![item("MUG-BLUE", "Stoneware mug, harbour blue", 1_250, 2), item("GIFT-WRAP", "Gift wrap", 300, 1)],
        discounts: vec![Discount {
            label: "10 % off mugs".to_owned(),
            kind: DiscountKind::Percentage { bp: 1_000 },
            skus: Some(vec![sku("MUG-BLUE")]),
        }],
        shipping: Some(Shipping {
            method: "standard".to_owned(),
            name: "Standard".to_owned(),
            price: 200,
            tax_rate_bp: 2_000,
        }),
    };
    CartCheckedOut {
        order_id: order(),
        number: "B-000Z8".to_owned(),
        cart_id: CartId(id(2)),
        cart_version: 3,
        customer_id: Some(UserId(id(4))),
        email: "ada@example.com".to_owned(),
        shipping_address: Some(address()),
        billing_address: Some(Address { line2: None, region: None, phone: None, ..address() }),
        priced: bodega_pricing::price(&basket).unwrap(),
        basket,
        unstocked: vec![sku("GIFT-WRAP")],
        payment_method: "sim_success".to_owned(),
        at: at(),
    }
}

fn product() -> ProductChanged {
    ProductChanged {
        product_id: ProductId(id(5)),
        version: 7,
        slug: "mug-blue".to_owned(),
        name: "Stoneware mug, harbour blue".to_owned(),
        active: true,
        variants: vec![VariantNow {
            sku: sku("MUG-BLUE"),
            name: "Stoneware mug, harbour blue".to_owned(),
            price: pounds(1_250),
            stocked: true,
            tax_rate_bp: 2_000,
        }],
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Example> {
    [people(), stock(), orders(), money(), vec![example(&checked_out()), example(&product())]]
        .into_iter()
        .flatten()
        .collect()
}

fn people() -> Vec<Example> {
    let user_id = UserId(id(4));
    vec![
        example(&UserRegistered { user_id, at: at() }),
        example(&UserRoleAssigned { user_id, role: Role::Staff }),
        example(&UserRoleRemoved { user_id, role: Role::Staff }),
    ]
}

fn stock() -> Vec<Example> {
    let order_id = order();
    let short = || vec![Shortage { sku: sku("MUG-BLUE"), wanted: 2, available: 1 }];
    vec![
        example(&StockChanged { sku: sku("MUG-BLUE"), version: 9, available: 46 }),
        example(&StockReserved { order_id }),
        example(&StockRejected { order_id, short: short() }),
        example(&StockAllocated { order_id }),
        example(&StockReleased { order_id }),
        example(&StockHoldExpired { order_id }),
        example(&StockUnavailable { order_id, short: short() }),
    ]
}

fn orders() -> Vec<Example> {
    let OrderPlaced { order_id, number, customer_id, lines, total, .. } = placed();
    vec![
        example(&placed()),
        example(&OrderPaymentDue {
            order_id,
            amount: total,
            payment_method: "sim_success".to_owned(),
            deadline: Time::from_ms(1_700_001_800_000),
        }),
        example(&OrderPaymentExpiring { order_id, reason: CancelReason::PaymentExpired }),
        example(&OrderConfirmed { order_id, number, customer_id, lines, total }),
        example(&OrderCancelled { order_id, cart_id: CartId(id(2)), reason: CancelReason::OutOfStock }),
    ]
}

fn money() -> Vec<Example> {
    let (order_id, payment_id, attempt) = (order(), payment(), 1);
    vec![
        example(&PaymentActionRequired { order_id, payment_id, attempt }),
        example(&PaymentAuthorized { order_id, payment_id, attempt, authorized: pounds(2_750) }),
        example(&PaymentCaptured { order_id, payment_id, attempt, captured: pounds(2_750) }),
        example(&PaymentFailed { order_id, payment_id, attempt, code: "card_declined".to_owned() }),
        example(&PaymentClosed { order_id }),
        example(&PaymentVoided { order_id, payment_id }),
        example(&PaymentRefunded { order_id, payment_id, refund_id: RefundId(id(6)), refunded: pounds(500) }),
    ]
}
