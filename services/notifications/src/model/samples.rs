//! An example of each kind, for whoever edits templates. It is complete: what a template can show, it shows.

use super::{Kind, Known, Note, Params};
use bodega_contracts::{
    Address,
    cart::{CartToMail, LineToMail},
    orders::{CancelReason, Details, OrderStatus, PaymentStatus, ReturnState},
    payments::DisputeState,
    shipping::ParcelLine,
};
use bodega_kernel::{Currency, Money, Sku, Time};
use bodega_pricing::{Basket, Discount, DiscountKind, Item, Shipping, price};
use std::sync::Arc;

/// 2026-03-01, noon.
const PLACED: Time = Time::from_ms(1_772_366_400_000);
/// 2026-12-31.
const ENDS: Time = Time::from_ms(1_798_675_200_000);

/// What the owners would answer for a mail of this kind, and what its event would have said.
pub(crate) fn sample(kind: Kind) -> Option<(Known, Params)> {
    let none = Params::default;
    let piece = |sku: &str, quantity| Some(ParcelLine { sku: Sku::new(sku).ok()?, quantity });
    let text = |text: &str| Some(text.to_owned());
    let order = || order().map(|order| Known { order: Some(Arc::new(order)), ..Known::default() });
    let user = Known { name: text("Ada Lovelace"), ..Known::default() };
    let link = text("https://shop.example/go?t=4f1c");
    let of_order = || Params { link: text("https://shop.example/orders/B-000Z8?token=4f1c"), ..none() };
    Some(match kind {
        Kind::OrderConfirmed | Kind::ReadyForPickup | Kind::Delivered => (order()?, of_order()),
        Kind::OrderCancelled => (order()?, Params { reason: Some(CancelReason::OutOfStock), ..of_order() }),
        Kind::Shipped => {
            let parcel = vec![piece("MUG-BLUE", 2)?, piece("TEA-EARL", 1)?];
            let tracking_url = text("https://carrier.example/track/RM123456789GB");
            let (carrier, tracking_number) = (text("Royal Mail"), text("RM123456789GB"));
            (order()?, Params { carrier, tracking_number, tracking_url, parcel, partial: true, ..of_order() })
        }
        Kind::Refunded => (order()?, Params { refunded: Some(Money::new(1_250, Currency::GBP)), ..of_order() }),
        Kind::PointsEarned => (user, Params { points: Some(1_240), ..none() }),
        Kind::RewardGranted => {
            (user, Params { label: text("15 % off"), code: text("THANKS-7Q2M"), ends: Some(ENDS), ..none() })
        }
        Kind::Welcome | Kind::PasswordChanged | Kind::EmailChanged | Kind::AlreadyRegistered => (user, none()),
        Kind::EmailVerification | Kind::PasswordReset => (user, Params { link, ends: Some(ENDS), ..none() }),
        Kind::StaffInvitation => (Known::default(), Params { link, ends: Some(ENDS), ..none() }),
        Kind::ReturnChanged => {
            let (return_number, parcel) = (text("R-1"), vec![piece("MUG-BLUE", 1)?]);
            let said = Some(Note { subject: String::new(), text: "Please put it into its box.".to_owned() });
            let return_state = Some(ReturnState::Approved);
            (order()?, Params { parcel, return_number, return_state, note: said, ..of_order() })
        }
        Kind::GiftCard => {
            let amount = Some(Money::new(5_000, Currency::GBP));
            (Known::default(), Params { amount, code: text("GIFT-7Q2M-4XWA-9KLT"), ends: Some(ENDS), ..none() })
        }
        Kind::PaymentDisputed => {
            let (amount, dispute) = (Some(Money::new(3_840, Currency::GBP)), Some(DisputeState::Opened));
            (order()?, Params { amount, dispute, ..none() })
        }
        Kind::LowStock => (Known::default(), Params { stock: piece("MUG-BLUE", 3), ..none() }),
        Kind::AbandonedCart => {
            let unsubscribe = text("https://shop.example/v1/mails/unsubscribe?token=4f1c");
            (Known { cart: Some(cart()), ..user }, Params { link, unsubscribe, ..none() })
        }
        Kind::Note => {
            let text = "Thank you for your question.\n\nThe mug is dishwasher safe.\nThe lid is not.".to_owned();
            (user, Params { note: Some(Note { subject: "About your mug".to_owned(), text }), ..none() })
        }
    })
}

fn cart() -> CartToMail {
    let money = |amount| Money::new(amount, Currency::GBP);
    let line = |name: &str, quantity, total| LineToMail { name: name.to_owned(), quantity, total: money(total) };
    CartToMail {
        email: "ada@example.com".to_owned(),
        customer_id: None,
        lines: vec![line("Stoneware mug, harbour blue", 2, 2_500), line("Earl Grey, loose leaf, 250 g", 1, 895)],
        total: money(3_790),
        token: None,
    }
}

fn order() -> Option<Details> {
    let item = |sku: &str, name: &str, unit_price, quantity| {
        Some(Item { sku: Sku::new(sku).ok()?, name: name.to_owned(), unit_price, quantity, tax_rate_bp: 2_000 })
    };
    let basket = Basket {
        currency: Currency::GBP,
        prices_include_tax: true,
        lines: vec![
            item("MUG-BLUE", "Stoneware mug, harbour blue", 1_250, 2)?,
            item("TEA-EARL", "Earl Grey, loose leaf, 250 g", 895, 1)?,
            item("GIFT-WRAP", "Gift wrap", 300, 1)?,
        ],
        discounts: vec![Discount {
            label: "10 % off mugs".to_owned(),
            kind: DiscountKind::Percentage { bp: 1_000 },
            skus: Some(vec![Sku::new("MUG-BLUE").ok()?]),
        }],
        shipping: Some(Shipping {
            method: "standard".to_owned(),
            name: "Standard delivery".to_owned(),
            price: 395,
            tax_rate_bp: 2_000,
        }),
    };
    let address = Address {
        name: "Ada Lovelace".to_owned(),
        line1: "1 High Street".to_owned(),
        line2: Some("Flat 2".to_owned()),
        city: "London".to_owned(),
        region: None,
        postal_code: "N1 1AA".to_owned(),
        country: "GB".to_owned(),
        phone: None,
    };
    Some(Details {
        number: "B-000Z8".to_owned(),
        customer_id: None,
        email: "ada@example.com".to_owned(),
        status: OrderStatus::Confirmed,
        payment_status: PaymentStatus::Captured,
        cancel_reason: None,
        shipping_address: Some(address.clone()),
        billing_address: Some(address),
        priced: price(&basket).ok()?,
        basket,
        payment_method: "sim_success".to_owned(),
        placed_at: PLACED,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_an_example() {
        for kind in Kind::ALL {
            assert!(sample(kind).is_some(), "{kind:?}");
        }
    }
}
