//! What buyers are told of returns, and what staff are told at their own address.

use crate::setup::Shop;
use bodega_contracts::{
    OrderLine, PaymentId, ReturnId,
    inventory::StockLow,
    orders::{ReturnChanged, ReturnState},
    payments::{DisputeState, PaymentDisputed},
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Money, Sku};
use bodega_testkit::{arrivals, stories};
use serde_json::json;

fn returned(shop: &Shop, return_id: ReturnId, state: ReturnState, message: Option<&str>) -> Envelope {
    let order_id = bodega_contracts::OrderId(return_id.0);
    let lines = vec![OrderLine { sku: Sku::new("MUG").unwrap(), quantity: 1, stocked: true }];
    let message = message.map(str::to_owned);
    shop.event(&ReturnChanged { order_id, return_id, number: "R-1".to_owned(), state, lines, message })
}

fn low(shop: &Shop, alert: i64) -> Envelope {
    shop.event(&StockLow { sku: Sku::new("MUG").unwrap(), alert, available: 3, threshold: 5 })
}

fn disputed(shop: &Shop, payment_id: PaymentId, state: DisputeState) -> Envelope {
    let amount = Money::new(1_250, Currency::GBP);
    shop.event(&PaymentDisputed { order_id: shop.order(), payment_id, amount, state })
}

async fn the_buyer_is_told_of_each_step_of_a_return_that_others_took(shop: &Shop) {
    use ReturnState::{Approved, Cancelled, Received, Rejected, Requested};
    let states = [Requested, Approved, Received, Cancelled];
    for arrival in arrivals(4, 1).into_iter().step_by(5) {
        let id = ReturnId::new(&shop.world);
        let events: Vec<Envelope> = arrival.iter().map(|number| returned(shop, id, states[*number], None)).collect();
        shop.deliver([events.clone(), events].concat()).await;
        assert_eq!(shop.mails(&format!("order={id}")).await.len(), 2);
    }
    let refused = ReturnId::new(&shop.world);
    shop.deliver(vec![returned(shop, refused, Rejected, Some("It was worn.\n\nSorry."))]).await;
    shop.send_all().await;
    let mail = shop.mail(&format!("order={refused}")).await;
    assert_eq!(mail["subject"], "Your return R-1 cannot be accepted");
    assert_eq!(mail["recipient"], format!("{refused}@example.com"));
    let kept = shop.mailbox().await;
    let text = kept.iter().find(|kept| kept["mail_id"] == mail["id"]).unwrap()["text"].as_str().unwrap();
    assert!(text.contains("B-1") && text.contains("It was worn.") && text.contains("Sorry."), "{text}");
    let approved = kept.iter().find(|kept| kept["subject"] == "Your return R-1 is approved").unwrap();
    assert!(approved["html"].as_str().unwrap().contains("Blue mug") || approved["text"].to_string().contains("MUG"));
}

async fn staff_are_told_at_their_address_once_for_each_alert(shop: &Shop) {
    let shop = &shop.with(|settings| "staff@shop.example".clone_into(&mut settings.mail.staff)).await;
    let payment = PaymentId::new(&shop.world);
    let again = || {
        vec![
            low(shop, 1),
            low(shop, 2),
            disputed(shop, payment, DisputeState::Opened),
            disputed(shop, payment, DisputeState::Lost),
        ]
    };
    shop.deliver([again(), again()].concat()).await;
    shop.deliver(again().into_iter().rev().collect()).await;
    shop.send_all().await;
    let mails = shop.mails("").await;
    assert_eq!(mails.len(), 4);
    for mail in &mails {
        let expected = (&json!("staff@shop.example"), &json!("sent"), &json!("en"));
        assert_eq!((&mail["recipient"], &mail["state"], &mail["language"]), expected);
    }
    let subjects: Vec<&str> = mails.iter().map(|mail| mail["subject"].as_str().unwrap()).collect();
    assert!(subjects.contains(&"Disputed: order B-1") && subjects.contains(&"Dispute lost: order B-1"), "{subjects:?}");
    assert_eq!(subjects.iter().filter(|subject| **subject == "Running low: MUG").count(), 2);
    assert!(shop.mailbox().await.iter().all(|mail| mail["text"].as_str().unwrap().starts_with("Hello,\n")));
}

async fn without_an_address_of_the_staff_nobody_is_told(shop: &Shop) {
    shop.deliver(vec![low(shop, 1), disputed(shop, PaymentId::new(&shop.world), DisputeState::Opened)]).await;
    assert_eq!(shop.mails("").await.len(), 0);
}

stories!(
    the_buyer_is_told_of_each_step_of_a_return_that_others_took,
    staff_are_told_at_their_address_once_for_each_alert,
    without_an_address_of_the_staff_nobody_is_told,
);
