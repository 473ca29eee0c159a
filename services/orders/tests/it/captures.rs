//! Money that is taken when a parcel leaves, and money that a bank wants back.

use crate::setup::{Shop, TOTAL};
use bodega_contracts::{
    orders::{OrderCaptureDue, OrderStatus, PaymentStatus},
    payments::DisputeState,
};
use bodega_db::Envelope;

fn lines(view: &serde_json::Value, what: &str) -> Vec<String> {
    let lines = view["timeline"].as_array().unwrap().iter().filter(|line| line["what"] == what);
    lines.map(|line| line["detail"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn each_parcel_is_paid_for_before_it_leaves_and_all_of_it_with_the_last(shop: &Shop) {
    let order = shop.awaiting().await;
    shop.deliver(vec![shop.authorized(order), shop.allocated(order)]).await;
    shop.deliver(vec![shop.packed(order, 1, 1, false)]).await;
    shop.deliver(vec![shop.packed(order, 1, 1, false)]).await;
    shop.deliver(vec![shop.packed(order, 2, 1, true)]).await;
    let due: Vec<_> = shop.told::<OrderCaptureDue>().await;
    let told: Vec<_> = due.iter().map(|event| (event.shipment_id, event.amount.amount)).collect();
    // A mug after its discount, with the shipping; the fee goes with the last.
    assert_eq!(told, [(Shop::shipment(order, 1), 900 + 450), (Shop::shipment(order, 2), TOTAL)]);
    let view = shop.view(order).await;
    assert_eq!(lines(&view, "parcel_packed").len(), 2);
    shop.check_books().await;
}

async fn money_that_cannot_be_taken_is_told_and_asked_for_again_when_it_is_packed_again(shop: &Shop) {
    let order = shop.awaiting().await;
    shop.deliver(vec![shop.authorized(order), shop.allocated(order)]).await;
    shop.deliver(vec![shop.packed(order, 1, 2, true)]).await;
    shop.deliver(vec![shop.capture_failed(order, 1)]).await;
    shop.deliver(vec![shop.capture_failed(order, 1)]).await;
    assert_eq!(lines(&shop.view(order).await, "capture_failed"), ["insufficient_funds"]);
    assert_eq!(shop.fact(order).await.status, OrderStatus::Confirmed);
    shop.deliver(vec![shop.packed(order, 1, 2, true)]).await;
    let due = shop.told::<OrderCaptureDue>().await;
    assert_eq!(due.iter().map(|event| event.amount.amount).collect::<Vec<_>>(), [TOTAL, TOTAL]);
    shop.check_books().await;
}

async fn what_was_in_a_parcel_that_stays_is_not_taken_with_the_next(shop: &Shop) {
    let order = shop.awaiting().await;
    shop.deliver(vec![shop.authorized(order), shop.allocated(order), shop.packed(order, 1, 2, true)]).await;
    shop.deliver(vec![shop.capture_failed(order, 1)]).await;
    shop.deliver(vec![shop.packed(order, 2, 1, false)]).await;
    let due = shop.told::<OrderCaptureDue>().await;
    assert_eq!(due.iter().map(|event| event.amount.amount).collect::<Vec<_>>(), [TOTAL, 900 + 450]);
}

async fn a_parcel_that_two_replicas_hear_of_is_paid_for_once(shop: &Shop) {
    let mut orders = Vec::new();
    for _ in 0..50 {
        orders.push(shop.awaiting().await);
    }
    shop.deliver(orders.iter().map(|order| shop.authorized(*order)).collect()).await;
    let batch = || -> Vec<Envelope> {
        let of = |order| [shop.packed(order, 1, 1, false), shop.packed(order, 2, 1, true)];
        orders.iter().flat_map(|order| of(*order)).collect()
    };
    tokio::join!(shop.insist(0, batch()), shop.insist(1, batch()));
    assert_eq!(shop.told::<OrderCaptureDue>().await.len(), 100);
    shop.check_books().await;
}

async fn a_dispute_is_flagged_until_it_is_decided(shop: &Shop) {
    let (won, lost) = (shop.confirmed().await, shop.confirmed().await);
    let opened = |order| shop.disputed(order, TOTAL, DisputeState::Opened);
    shop.deliver(vec![opened(won), opened(lost), opened(lost)]).await;
    let flagged = shop.get(&Shop::staff(), "/v1/orders?payment_status=disputed").await.json;
    assert_eq!(flagged["items"].as_array().unwrap().len(), 2);
    assert_eq!(flagged["items"][0]["payment_status"], "disputed");
    let decided = |order, state| shop.disputed(order, TOTAL, state);
    shop.deliver(vec![decided(won, DisputeState::Won), decided(lost, DisputeState::Lost), opened(won)]).await;
    assert_eq!(shop.fact(won).await.payment_status, PaymentStatus::Captured);
    assert_eq!(shop.fact(lost).await.payment_status, PaymentStatus::Refunded);
    let view = shop.view(lost).await;
    assert_eq!((lines(&view, "payment_disputed").len(), lines(&view, "dispute_lost").len()), (1, 1));
    assert_eq!(view["papers"].as_array().unwrap().len(), 1, "what a bank takes is no credit note");
    shop.check_books().await;
}

bodega_testkit::stories![
    each_parcel_is_paid_for_before_it_leaves_and_all_of_it_with_the_last,
    money_that_cannot_be_taken_is_told_and_asked_for_again_when_it_is_packed_again,
    what_was_in_a_parcel_that_stays_is_not_taken_with_the_next,
    a_parcel_that_two_replicas_hear_of_is_paid_for_once,
    a_dispute_is_flagged_until_it_is_decided,
];
