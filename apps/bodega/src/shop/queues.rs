//! What each service hears, so that every process can declare the queues of all of them at the broker: an event that is
//! published before a service has ever run waits for it all the same. A service that hears something else than it says
//! here does not start.

use anyhow::ensure;
use bodega_bus::{Consumer, rabbitmq::Queue};
use bodega_contracts::{
    cart::{CartAbandoned, CartCheckedOut},
    catalog::{MarketChanged, ProductChanged, ProductStocked, ShopChanged, TaxRatesChanged},
    coupons::{CouponGranted, CouponRejected, CouponReserved, PromotionChanged},
    identity::{
        StaffInvited, UserEmailChanged, UserEmailVerified, UserGroupsChanged, UserPasswordChanged,
        UserPasswordResetRequested, UserRegistered, UserRegisteredAgain, UserVerificationRequested,
    },
    inventory::{
        StockAllocated, StockChanged, StockHoldExpired, StockLow, StockRejected, StockReleased, StockReserved,
        StockUnavailable,
    },
    orders::{
        ExchangeDue, OrderAddressChanged, OrderCancelled, OrderCaptureDue, OrderCompleted, OrderConfirmed,
        OrderDelivered, OrderPaymentDue, OrderPaymentExpiring, OrderPlaced, OrderStopping, ReturnChanged,
        ReturnReceived,
    },
    payments::{
        GiftCardIssued, PaymentActionRequired, PaymentAuthorized, PaymentCaptureFailed, PaymentCaptureWaived,
        PaymentCaptured, PaymentClosed, PaymentDisputed, PaymentFailed, PaymentRefunded, PaymentVoided,
    },
    rewards::{PointsEarned, PointsRejected, PointsReserved, RewardGranted},
    shipping::{
        FulfilmentCollected, FulfilmentReadyForPickup, FulfilmentStopped, FulfilmentUnderWay, ShipmentDelivered,
        ShipmentDispatched, ShipmentInTransit, ShipmentPacked, ShippingMethodChanged,
    },
};
use bodega_kernel::Event;

const CART: &[&str] = &[
    ProductChanged::TYPE,
    StockChanged::TYPE,
    PromotionChanged::TYPE,
    ShippingMethodChanged::TYPE,
    MarketChanged::TYPE,
    TaxRatesChanged::TYPE,
    ShopChanged::TYPE,
    UserGroupsChanged::TYPE,
    OrderCancelled::TYPE,
    ExchangeDue::TYPE,
];
const COUPONS: &[&str] = &[OrderPlaced::TYPE, OrderConfirmed::TYPE, OrderCancelled::TYPE, RewardGranted::TYPE];
const CATALOG: &[&str] = &[StockChanged::TYPE, OrderConfirmed::TYPE, OrderCancelled::TYPE, ReturnReceived::TYPE];
const INVENTORY: &[&str] = &[
    ProductStocked::TYPE,
    OrderPlaced::TYPE,
    OrderConfirmed::TYPE,
    OrderCancelled::TYPE,
    ShipmentDispatched::TYPE,
    FulfilmentCollected::TYPE,
    ReturnReceived::TYPE,
];
const ORDERS: &[&str] = &[
    CartCheckedOut::TYPE,
    UserEmailVerified::TYPE,
    StockReserved::TYPE,
    StockRejected::TYPE,
    StockAllocated::TYPE,
    StockReleased::TYPE,
    StockHoldExpired::TYPE,
    StockUnavailable::TYPE,
    CouponReserved::TYPE,
    CouponRejected::TYPE,
    PointsReserved::TYPE,
    PointsRejected::TYPE,
    PaymentActionRequired::TYPE,
    PaymentAuthorized::TYPE,
    PaymentCaptured::TYPE,
    PaymentFailed::TYPE,
    PaymentClosed::TYPE,
    PaymentVoided::TYPE,
    PaymentRefunded::TYPE,
    PaymentDisputed::TYPE,
    PaymentCaptureFailed::TYPE,
    FulfilmentStopped::TYPE,
    FulfilmentUnderWay::TYPE,
    FulfilmentReadyForPickup::TYPE,
    FulfilmentCollected::TYPE,
    ShipmentPacked::TYPE,
    ShipmentDispatched::TYPE,
    ShipmentInTransit::TYPE,
    ShipmentDelivered::TYPE,
];
const PAYMENTS: &[&str] = &[
    OrderPaymentDue::TYPE,
    OrderPaymentExpiring::TYPE,
    OrderCancelled::TYPE,
    OrderCaptureDue::TYPE,
    ReturnReceived::TYPE,
];
const REWARDS: &[&str] =
    &[OrderPlaced::TYPE, OrderConfirmed::TYPE, OrderCompleted::TYPE, OrderCancelled::TYPE, PaymentRefunded::TYPE];
const SHIPPING: &[&str] = &[
    OrderConfirmed::TYPE,
    StockAllocated::TYPE,
    OrderStopping::TYPE,
    OrderCancelled::TYPE,
    OrderAddressChanged::TYPE,
    PaymentDisputed::TYPE,
    PaymentCaptured::TYPE,
    OrderCaptureDue::TYPE,
    PaymentCaptureWaived::TYPE,
    PaymentCaptureFailed::TYPE,
];
const NOTIFICATIONS: &[&str] = &[
    OrderConfirmed::TYPE,
    OrderCancelled::TYPE,
    OrderDelivered::TYPE,
    ShipmentDispatched::TYPE,
    FulfilmentReadyForPickup::TYPE,
    PaymentRefunded::TYPE,
    PointsEarned::TYPE,
    CouponGranted::TYPE,
    UserRegistered::TYPE,
    UserVerificationRequested::TYPE,
    UserPasswordResetRequested::TYPE,
    UserPasswordChanged::TYPE,
    UserEmailChanged::TYPE,
    UserRegisteredAgain::TYPE,
    StaffInvited::TYPE,
    ReturnChanged::TYPE,
    GiftCardIssued::TYPE,
    PaymentDisputed::TYPE,
    StockLow::TYPE,
    CartAbandoned::TYPE,
];

/// The queue of every service.
pub(super) fn queues() -> Vec<Queue> {
    let queue = |service, hears: &[&'static str], follows: &[&'static str]| {
        Queue::new(service, hears.iter().copied(), follows.iter().copied())
    };
    vec![
        queue("identity", &[], &[]),
        queue("catalog", CATALOG, &[]),
        queue("inventory", INVENTORY, &[]),
        queue("cart", CART, &["catalog"]),
        queue("orders", ORDERS, &[]),
        queue("payments", PAYMENTS, &[]),
        queue("coupons", COUPONS, &[]),
        queue("rewards", REWARDS, &[]),
        queue("shipping", SHIPPING, &[]),
        queue("notifications", NOTIFICATIONS, &[]),
    ]
}

/// Refuses a service whose queue would not hold what it hears.
pub(super) fn check(consumer: &Consumer) -> anyhow::Result<()> {
    let (name, queue) = (consumer.service(), consumer.queue());
    let stated = queues().into_iter().find(|stated| stated.service() == name);
    ensure!(stated.as_ref() == Some(&queue), "shop/queues.rs states {stated:?} for {name}, which hears {queue:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::queues;

    #[test]
    fn every_service_has_a_queue() {
        let services: Vec<&str> = crate::services().iter().map(|service| service.name).collect();
        assert_eq!(queues().iter().map(bodega_bus::rabbitmq::Queue::service).collect::<Vec<_>>(), services);
    }
}
