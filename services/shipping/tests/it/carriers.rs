//! Labels: prepared, called for, recorded; bought once whatever is lost between; and a wish to stop that comes in between.

use crate::setup::{Opened, Shop};
use bodega_contracts::shipping::{
    FulfilmentState as State, FulfilmentStopped, FulfilmentUnderWay, ShipmentDelivered, ShipmentDispatched,
    ShipmentInTransit,
};
use bodega_db::params;
use bodega_testkit::{Answer, stories};
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;

stories!(
    a_label_is_prepared_called_for_and_recorded,
    a_label_whose_answer_was_lost_is_bought_once,
    a_label_is_bought_once_however_many_call,
    a_claim_that_ends_without_a_record_is_taken_over,
    a_carrier_that_is_not_reached_is_asked_again,
    what_a_carrier_refuses_is_to_be_packed_again,
    a_wish_to_stop_waits_for_the_carriers_answer,
    a_simulated_parcel_is_seen_on_its_way_and_arrives,
);

async fn label(shop: &Shop, code: &str) -> (Opened, Answer) {
    let fulfilment = shop.open_by(&[("A", 2)], "standard", code).await;
    let answer = shop.dispatch(fulfilment, json!({"carrier": "simulator"})).await.expect(202);
    assert_eq!(answer.json["state"], "preparing");
    (fulfilment, answer)
}

async fn labels(shop: &Shop) -> i64 {
    shop.count("SELECT COUNT(*) FROM simulator_labels", &params![]).await
}

/// One look at what labels are due; whether there were any.
async fn call(shop: &Shop, replica: usize) -> bool {
    shop.on(replica).job("labels").step().await
}

async fn a_label_is_prepared_called_for_and_recorded(shop: &Shop) {
    let (fulfilment, answer) = label(shop, "N1 1AA").await;
    assert!(shop.told::<ShipmentDispatched>().await.is_empty());
    assert_eq!(shop.state(fulfilment.order).await, Some(State::Open));
    let again = shop.dispatch(fulfilment, json!({"carrier": "manual"})).await.expect(409);
    assert_eq!(again.code(), "nothing_left", "what is being prepared is not packed twice");
    assert!(call(shop, 0).await);
    let shipment = shop.shipment(&answer.field("id")).await;
    assert_eq!((&shipment["state"], &shipment["carrier_name"]), (&json!("dispatched"), &json!("Simulated carrier")));
    let told = shop.told::<ShipmentDispatched>().await;
    assert_eq!(
        (told.len(), told[0].dispatched, json!(told[0].tracking_number)),
        (1, 2, shipment["tracking_number"].clone())
    );
    assert!(told[0].tracking_number.as_ref().unwrap().starts_with("SIM"));
    assert!(!call(shop, 0).await, "there is nothing left to call for");
    assert_eq!((shop.state(fulfilment.order).await, labels(shop).await), (Some(State::Dispatched), 1));
    shop.check_books().await;
}

async fn a_label_whose_answer_was_lost_is_bought_once(shop: &Shop) {
    let (fulfilment, answer) = label(shop, "SIM TIMEOUT").await;
    assert!(call(shop, 0).await);
    assert_eq!(
        (shop.shipment(&answer.field("id")).await["state"].clone(), labels(shop).await),
        (json!("preparing"), 1)
    );
    assert!(!call(shop, 0).await, "not at once");
    shop.clock.advance(Duration::from_mins(1));
    assert!(call(shop, 1).await);
    assert_eq!((shop.state(fulfilment.order).await, labels(shop).await), (Some(State::Dispatched), 1));
    assert_eq!(shop.told::<ShipmentDispatched>().await.len(), 1);
    shop.check_books().await;
}

async fn a_label_is_bought_once_however_many_call(shop: &Shop) {
    for _ in 0..10 {
        drop(label(shop, "N1 1AA").await);
    }
    join_all((0..8).map(|replica| call(shop, replica))).await;
    assert_eq!((labels(shop).await, shop.told::<ShipmentDispatched>().await.len()), (10, 10));
    shop.check_books().await;
}

async fn a_claim_that_ends_without_a_record_is_taken_over(shop: &Shop) {
    let (fulfilment, answer) = label(shop, "N1 1AA").await;
    assert!(call(shop, 0).await);
    // As it was when whoever called had died between the call and the record.
    let id: uuid::Uuid = answer.field("id").parse().unwrap();
    let died = shop.db().write(async move |tx: &mut bodega_db::Tx| {
        let due = tx.now().plus(Duration::from_secs(30));
        let sql = "UPDATE shipments SET state = 'preparing', tracking_number = NULL, due_ms = $2 WHERE id = $1";
        tx.execute(sql, &params![id, due]).await?;
        let sql = "UPDATE fulfilments SET state = 'open', dispatched = 0 WHERE dispatched = 2";
        tx.execute(sql, &params![]).await
    });
    let died: Result<u64, bodega_db::DbError> = died.await;
    assert_eq!(died.unwrap(), 1);
    assert!(!call(shop, 1).await, "the claim still holds");
    shop.clock.advance(Duration::from_secs(31));
    assert!(call(shop, 1).await);
    assert_eq!((shop.state(fulfilment.order).await, labels(shop).await), (Some(State::Dispatched), 1));
    shop.check_books().await;
}

async fn a_carrier_that_is_not_reached_is_asked_again(shop: &Shop) {
    let (fulfilment, _) = label(shop, "SIM AWAY").await;
    for tries in 0..3 {
        assert!(call(shop, tries).await, "{tries}");
        shop.clock.advance(Duration::from_mins(1));
    }
    assert_eq!((shop.state(fulfilment.order).await, labels(shop).await), (Some(State::Dispatched), 1));
}

async fn what_a_carrier_refuses_is_to_be_packed_again(shop: &Shop) {
    let (fulfilment, answer) = label(shop, "SIM REFUSE").await;
    assert!(call(shop, 0).await);
    let shipment = shop.shipment(&answer.field("id")).await;
    assert_eq!((&shipment["state"], &shipment["failure"]), (&json!("failed"), &json!("address_not_served")));
    assert_eq!(shop.state(fulfilment.order).await, Some(State::Open));
    assert!(shop.told::<ShipmentDispatched>().await.is_empty());
    assert_eq!(shop.send(fulfilment, "A", 2).await.status, 201);
    assert_eq!(shop.told::<ShipmentDispatched>().await[0].dispatched, 2);
    shop.check_books().await;
}

async fn a_wish_to_stop_waits_for_the_carriers_answer(shop: &Shop) {
    let (taken, _) = label(shop, "N1 1AA").await;
    let (refused, _) = label(shop, "SIM REFUSE").await;
    shop.deliver(vec![shop.stopping(taken.order), shop.stopping(refused.order)]).await;
    assert!(shop.told::<FulfilmentStopped>().await.is_empty() && shop.told::<FulfilmentUnderWay>().await.is_empty());
    assert_eq!(shop.fulfilment(taken).await["stopping"], true);
    assert!(call(shop, 0).await);
    assert_eq!(shop.told::<FulfilmentUnderWay>().await, [FulfilmentUnderWay { order_id: taken.order }]);
    assert_eq!(shop.told::<FulfilmentStopped>().await, [FulfilmentStopped { order_id: refused.order }]);
    assert_eq!(shop.send(refused, "A", 1).await.code(), "fulfilment_stopped");
    assert_eq!(shop.state(taken.order).await, Some(State::Dispatched));
    let (part, _) = label(shop, "SIM AWAY").await;
    shop.deliver(vec![shop.stopping(part.order)]).await;
    let meanwhile = shop.send(part, "A", 1).await.expect(409);
    assert_eq!(meanwhile.code(), "fulfilment_stopping");
    shop.check_books().await;
}

async fn a_simulated_parcel_is_seen_on_its_way_and_arrives(shop: &Shop) {
    let (fulfilment, answer) = label(shop, "N1 1AA").await;
    shop.work().await;
    assert!(shop.told::<ShipmentInTransit>().await.is_empty());
    shop.clock.advance(Duration::from_mins(1));
    shop.work().await;
    assert_eq!(shop.shipment(&answer.field("id")).await["state"], "in_transit");
    assert_eq!(shop.told::<ShipmentInTransit>().await.len(), 1);
    shop.clock.advance(Duration::from_mins(5));
    shop.work().await;
    assert_eq!(shop.told::<ShipmentDelivered>().await.iter().map(|told| told.delivered).collect::<Vec<_>>(), [2]);
    assert_eq!(shop.state(fulfilment.order).await, Some(State::Delivered));
    shop.check_books().await;
}
