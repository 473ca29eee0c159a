//! One example of every event, with fixed ids and times.

use bodega_contracts::{
    Address, BrandId, CartId, CategoryId, CouponClaim, FulfilmentId, GiftCardId, OrderId, OrderLine, PaymentId,
    ProductId, PromotionId, RefundId, ReturnId, ShipmentId, Tender, TenderKind, Terms,
    cart::{CartAbandoned, CartCheckedOut},
    catalog::{MarketChanged, OpeningStock, ProductChanged, ProductStocked, ShopChanged, TaxRatesChanged, VariantNow},
    coupons::{CouponGranted, CouponRedeemed, CouponRejected, CouponReleased, CouponReserved, PromotionChanged},
    identity::{
        StaffInvited, UserDisabled, UserEmailChanged, UserEmailVerified, UserGroupsChanged, UserPasswordChanged,
        UserPasswordResetRequested, UserRegistered, UserRegisteredAgain, UserRoleAssigned, UserRoleRemoved,
        UserVerificationRequested,
    },
    inventory::{
        Shortage, StockAllocated, StockChanged, StockHoldExpired, StockLow, StockRejected, StockReleased,
        StockReserved, StockUnavailable,
    },
    orders::{
        CancelReason, ExchangeDue, InvoiceIssued, OrderAddressChanged, OrderCancelled, OrderCaptureDue, OrderCompleted,
        OrderConfirmed, OrderDelivered, OrderPaymentDue, OrderPaymentExpiring, OrderPlaced, OrderStopping,
        ReturnChanged, ReturnReceived, ReturnState,
    },
    payments::{
        DisputeState, GiftCardIssued, PaymentActionRequired, PaymentAuthorized, PaymentCaptureFailed,
        PaymentCaptureWaived, PaymentCaptured, PaymentClosed, PaymentDisputed, PaymentFailed, PaymentRefunded,
        PaymentVoided,
    },
    rewards::{
        PointsEarned, PointsPending, PointsRejected, PointsReleased, PointsReserved, PointsReversed, PointsSpent,
        RewardGranted,
    },
    shipping::{
        FulfilmentCollected, FulfilmentOpened, FulfilmentReadyForPickup, FulfilmentStopped, FulfilmentUnderWay,
        ParcelLine, ShipmentDelivered, ShipmentDispatched, ShipmentInTransit, ShipmentPacked, ShippingMethodChanged,
    },
};
use bodega_kernel::{Currency, Event, Money, Role, Sku, Time, UserId, uuid::Uuid};
use bodega_pricing::{
    Basket, Conditions, Discount, DiscountKind, Item, Promotion, Reward, Shipping, Trigger,
    shipping::{Rate, Step},
};
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
        coupons: vec![claim()],
        points: 300,
        at: at(),
    }
}

fn claim() -> CouponClaim {
    let (promotion_id, code) = (PromotionId(id(7)), Some("WELCOME10".to_owned()));
    CouponClaim { promotion_id, code, customer: id(4).to_string() }
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
        tenders: vec![Tender {
            kind: TenderKind::GiftCard,
            card_id: Some(GiftCardId(id(50))),
            label: "W8HN".to_owned(),
            amount: 500,
        }],
        terms: Some(Terms { version: 2, digest: "b7".repeat(32) }),
        exchange_of: None,
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
        coupons: vec![claim()],
        points: 300,
        payment_method: "sim_success".to_owned(),
        at: at(),
    }
}

fn stocked() -> ProductStocked {
    ProductStocked { product_id: ProductId(id(5)), opening: vec![OpeningStock { sku: sku("MUG-BLUE"), quantity: 48 }] }
}

fn product() -> ProductChanged {
    ProductChanged {
        product_id: ProductId(id(5)),
        version: 7,
        slug: "mug-blue".to_owned(),
        name: "Stoneware mug, harbour blue".to_owned(),
        active: true,
        brand_id: Some(BrandId(id(10))),
        category_ids: vec![CategoryId(id(11)), CategoryId(id(12))],
        variants: vec![VariantNow {
            other_prices: vec![Money::new(1_499, Currency::EUR)],
            tax_class: "standard".to_owned(),
            sku: sku("MUG-BLUE"),
            name: "Stoneware mug, harbour blue".to_owned(),
            price: pounds(1_250),
            stocked: true,
            tax_rate_bp: 2_000,
            grams: Some(350),
        }],
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Example> {
    [
        people(),
        stock(),
        orders(),
        money(),
        coupons(),
        points(),
        parcels(),
        vec![example(&checked_out()), example(&product()), example(&stocked())],
        settings(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where the shop sells and what it says of itself.
fn settings() -> Vec<Example> {
    let rates = |list: &[(&str, i64)]| list.iter().map(|(class, bp)| ((*class).to_owned(), *bp)).collect();
    vec![
        example(&MarketChanged {
            market_id: "eu".to_owned(),
            version: 3,
            enabled: true,
            name: "European Union".to_owned(),
            countries: vec!["DE".to_owned(), "FR".to_owned()],
            currency: Currency::EUR,
            prices_include_tax: true,
        }),
        example(&TaxRatesChanged {
            country: "US".to_owned(),
            version: 2,
            rates: rates(&[("standard", 0)]),
            regions: [("California".to_owned(), rates(&[("standard", 725)]))].into(),
        }),
        example(&ShopChanged {
            version: 4,
            name: "Harbour Mugs".to_owned(),
            terms: Some(Terms { version: 2, digest: "b7".repeat(32) }),
        }),
    ]
}

fn people() -> Vec<Example> {
    let user_id = UserId(id(4));
    vec![
        example(&UserRegistered { user_id, at: at() }),
        example(&UserRoleAssigned { user_id, role: Role::Staff }),
        example(&UserRoleRemoved { user_id, role: Role::Staff }),
        example(&UserVerificationRequested { user_id, request_id: id(40).to_string() }),
        example(&UserPasswordResetRequested { user_id, request_id: id(41).to_string() }),
        example(&UserPasswordChanged { user_id, at: at() }),
        example(&UserEmailChanged { user_id, old_email: "ada@example.com".to_owned(), at: at() }),
        example(&UserEmailVerified { user_id, email: "ada@example.com".to_owned(), at: at() }),
        example(&UserRegisteredAgain { user_id, at: at() }),
        example(&UserDisabled { user_id, disabled: true }),
        example(&StaffInvited { invitation_id: id(42).to_string() }),
        example(&UserGroupsChanged { user_id, version: 3, groups: vec!["trade".to_owned(), "vip".to_owned()] }),
    ]
}

fn stock() -> Vec<Example> {
    let order_id = order();
    let short = || vec![Shortage { sku: sku("MUG-BLUE"), wanted: 2, available: 1 }];
    vec![
        example(&StockChanged { sku: sku("MUG-BLUE"), version: 9, available: 46 }),
        example(&StockLow { sku: sku("MUG-BLUE"), alert: 2, available: 4, threshold: 5 }),
        example(&StockReserved { order_id }),
        example(&StockRejected { order_id, short: short() }),
        example(&StockAllocated { order_id }),
        example(&StockReleased { order_id }),
        example(&StockHoldExpired { order_id }),
        example(&StockUnavailable { order_id, short: short() }),
    ]
}

/// A mug that comes back.
fn sent_back() -> Vec<OrderLine> {
    vec![OrderLine { sku: Sku::new("MUG-BLUE").unwrap(), quantity: 1, stocked: true }]
}

fn orders() -> Vec<Example> {
    let OrderPlaced { order_id, number, customer_id, lines, total, .. } = placed();
    vec![
        example(&placed()),
        example(&CartAbandoned { cart_id: CartId(id(2)), cart_version: 5, at: at() }),
        example(&OrderPaymentDue {
            tenders: Vec::new(),
            customer_id: None,
            order_id,
            amount: total,
            payment_method: "sim_success".to_owned(),
            deadline: Time::from_ms(1_700_001_800_000),
        }),
        example(&OrderPaymentExpiring { order_id, reason: CancelReason::PaymentExpired }),
        example(&OrderConfirmed {
            capture_first: false,
            order_id,
            number: number.clone(),
            customer_id,
            lines,
            total,
            goods: pounds(2_550),
            shipping_method: Some("standard".to_owned()),
            shipping_address: Some(address()),
        }),
        example(&OrderStopping { order_id }),
        example(&OrderCaptureDue { order_id, shipment_id: ShipmentId(id(9)), amount: pounds(1_350) }),
        example(&OrderAddressChanged { order_id, version: 1, shipping_address: address() }),
        example(&ReturnChanged {
            order_id,
            return_id: ReturnId(id(21)),
            number: "B1001-R1".to_owned(),
            state: ReturnState::Rejected,
            lines: sent_back(),
            message: Some("it was used".to_owned()),
        }),
        example(&ReturnReceived {
            order_id,
            return_id: ReturnId(id(21)),
            restock: sent_back(),
            written_off: sent_back(),
            refund: pounds(900),
            to_credit: true,
            customer_id,
        }),
        example(&ExchangeDue {
            order_id,
            return_id: ReturnId(id(21)),
            replacement_id: OrderId(id(22)),
            customer_id,
            email: "ada@example.com".to_owned(),
            shipping_address: Some(address()),
            currency: Currency::GBP,
            lines: sent_back(),
        }),
        example(&OrderDelivered { order_id, number, customer_id }),
        example(&OrderCompleted { order_id, customer_id }),
        example(&InvoiceIssued {
            order_id,
            number: "INV-2026-00001".to_owned(),
            kind: "invoice".to_owned(),
            amount: pounds(2_750),
        }),
        example(&OrderCancelled { order_id, cart_id: CartId(id(2)), reason: CancelReason::OutOfStock }),
    ]
}

fn coupons() -> Vec<Example> {
    let order_id = order();
    let (code, reason) = ("WELCOME10".to_owned(), "used_up".to_owned());
    let promotion = Promotion {
        id: id(7),
        label: "3 for 2 on mugs".to_owned(),
        trigger: Trigger::Code,
        reward: Reward::BuyXGetY { buy: 2, get: 1, bp: 10_000 },
        conditions: Conditions {
            minimum: vec![pounds(2_000)],
            skus: vec![sku("MUG-BLUE")],
            first_order: true,
            until: Some(at()),
            ..Conditions::default()
        },
        priority: 5,
        combinable: false,
    };
    vec![
        example(&PromotionChanged {
            promotion_id: PromotionId(id(7)),
            version: 2,
            enabled: true,
            counted: true,
            promotion,
        }),
        example(&CouponGranted {
            user_id: UserId(id(4)),
            code: code.clone(),
            label: "Welcome to gold".to_owned(),
            ends: at(),
        }),
        example(&CouponReserved { order_id }),
        example(&CouponRejected { order_id, code, reason }),
        example(&CouponRedeemed { order_id }),
        example(&CouponReleased { order_id }),
    ]
}

fn points() -> Vec<Example> {
    let (order_id, user_id, points) = (order(), UserId(id(4)), 300);
    vec![
        example(&PointsReserved { order_id }),
        example(&PointsRejected { order_id, wanted: 300, spendable: 120 }),
        example(&PointsSpent { order_id, user_id, points }),
        example(&PointsReleased { order_id, user_id, points }),
        example(&PointsPending { order_id, user_id, points }),
        example(&PointsEarned { order_id, user_id, points }),
        example(&PointsReversed { order_id, user_id, points }),
        example(&RewardGranted {
            reward_id: "gold-2024".to_owned(),
            user_id,
            label: "Welcome to gold".to_owned(),
            bp: 1_000,
            ends: at(),
        }),
    ]
}

fn parcels() -> Vec<Example> {
    let (order_id, fulfilment_id, shipment_id) = (order(), FulfilmentId(id(8)), ShipmentId(id(9)));
    let parcel = || vec![ParcelLine { sku: sku("MUG-BLUE"), quantity: 2 }];
    vec![
        example(&FulfilmentOpened { order_id, fulfilment_id, lines: lines() }),
        example(&FulfilmentStopped { order_id }),
        example(&FulfilmentUnderWay { order_id }),
        example(&FulfilmentReadyForPickup { order_id, fulfilment_id }),
        example(&FulfilmentCollected { order_id, fulfilment_id, lines: parcel() }),
        example(&ShipmentPacked {
            order_id,
            shipment_id,
            lines: vec![ParcelLine { sku: sku("MUG-BLUE"), quantity: 2 }],
            last: true,
        }),
        example(&ShipmentDispatched {
            order_id,
            shipment_id,
            lines: parcel(),
            carrier: "Royal Mail".to_owned(),
            tracking_number: Some("RM123456789GB".to_owned()),
            tracking_url: Some("https://tracking.example/RM123456789GB".to_owned()),
            dispatched: 2,
            pieces: 2,
        }),
        example(&ShipmentInTransit { order_id, shipment_id, status: "at the depot in Leeds".to_owned() }),
        example(&ShipmentDelivered { order_id, shipment_id, delivered: 2, pieces: 2 }),
        example(&ShippingMethodChanged {
            method_id: "tracked".to_owned(),
            version: 2,
            enabled: true,
            name: "Tracked, 2 to 3 days".to_owned(),
            rate: Rate::ByWeight {
                steps: vec![Step { up_to: Some(2_000), price: 499 }, Step { up_to: None, price: 899 }],
            },
            free_above: Some(5_000),
            countries: vec!["GB".to_owned(), "IE".to_owned()],
            tax_rate_bp: 2_000,
            currency: Currency::GBP,
        }),
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
        example(&PaymentCaptureFailed {
            order_id,
            shipment_id: ShipmentId(id(8)),
            code: "capture_declined".to_owned(),
        }),
        example(&PaymentCaptureWaived { order_id, shipment_id: ShipmentId(id(8)) }),
        example(&PaymentDisputed { order_id, payment_id, amount: pounds(2_750), state: DisputeState::Opened }),
        example(&GiftCardIssued {
            card_id: GiftCardId(id(12)),
            email: Some("ada@example.com".to_owned()),
            amount: pounds(5_000),
            ends: Some(at()),
        }),
    ]
}
