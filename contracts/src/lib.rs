//! All that services say to each other, one file per service: its events, the questions it answers, and the facts it
//! gives to `verify`. A service depends on this crate and never on another service.

pub mod cart;
pub mod catalog;
pub mod coupons;
pub mod identity;
pub mod inventory;
pub mod notifications;
pub mod orders;
pub mod payments;
pub mod rewards;
pub mod shipping;

mod shapes;
pub use shapes::{Address, CouponClaim, OrderLine, PaymentMethod, Tender, TenderKind, Terms};

use bodega_kernel::ids;

ids![
    BrandId,
    CartId,
    CategoryId,
    FulfilmentId,
    GiftCardId,
    LineId,
    OrderId,
    PaymentId,
    ProductId,
    PromotionId,
    RefundId,
    ReturnId,
    ShipmentId,
    VariantId,
];

/// Ties a type to its event name and to the field that names its subject.
macro_rules! events {
    ($($type:ident = $name:literal by $subject:ident),+ $(,)?) => {$(
        impl bodega_kernel::Event for $type {
            const TYPE: &'static str = $name;
            fn subject(&self) -> String {
                self.$subject.to_string()
            }
        }
    )+};
}
pub(crate) use events;

/// Ties a question to the service that answers it and to its answer.
macro_rules! questions {
    ($($type:ident -> $answer:ty, $service:literal / $name:literal);+ $(;)?) => {$(
        impl bodega_kernel::Question for $type {
            const SERVICE: &'static str = $service;
            const NAME: &'static str = $name;
            type Answer = $answer;
        }
    )+};
}
pub(crate) use questions;
