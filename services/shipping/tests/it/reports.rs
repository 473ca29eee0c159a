//! What a carrier reports by itself: signed, young, counted once, in whatever order it comes.

use crate::setup::{Opened, Shop};
use bodega_contracts::shipping::{FulfilmentState as State, ShipmentDelivered, ShipmentDispatched, ShipmentInTransit};
use bodega_db::params;
use bodega_kernel::Time;
use bodega_testkit::{Ask, arrivals, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;

stories!(
    reports_in_every_order_and_twice_end_the_same,
    a_report_that_is_not_signed_or_too_old_or_unreadable_is_refused,
    a_report_that_is_faster_than_the_label_counts_as_its_answer,
    a_report_about_another_parcel_changes_nothing,
    the_same_report_at_once_counts_once,
);

async fn dispatched(shop: &Shop) -> (Opened, Value) {
    let fulfilment = shop.open(&[("A", 2)]).await;
    let answer = shop.dispatch(fulfilment, json!({"carrier": "simulator"})).await.expect(202);
    while shop.job("labels").step().await {}
    (fulfilment, shop.shipment(&answer.field("id")).await)
}

fn body(shop: &Shop, shipment: &Value, event: &str, status: &str, minute: u64) -> Value {
    let at: Time = shop.world.now().plus(Duration::from_mins(minute));
    json!({
        "id": format!("{event}-{}", shipment["id"].as_str().unwrap()), "type": "tracker.updated", "key": shipment["id"],
        "tracking_number": shipment["tracking_number"], "status": status, "detail": event, "at": at,
    })
}

async fn reports_in_every_order_and_twice_end_the_same(shop: &Shop) {
    let steps = [("in Leeds", "in_transit", 1), ("in York", "in_transit", 2), ("at the door", "delivered", 3)];
    for arrival in arrivals(3, 0) {
        let (fulfilment, shipment) = dispatched(shop).await;
        for (replica, step) in arrival.iter().flat_map(|step| [(0, *step), (1, *step)]) {
            let (event, status, minute) = steps[step];
            let report = shop.report(&body(shop, &shipment, event, status, minute));
            assert_eq!(shop.ask(replica, report).await.status, 200);
        }
        let end = shop.shipment(shipment["id"].as_str().unwrap()).await;
        assert_eq!(
            (&end["state"], &end["tracking_status"]),
            (&json!("delivered"), &json!("at the door")),
            "{arrival:?}"
        );
        assert_eq!(shop.state(fulfilment.order).await, Some(State::Delivered));
    }
    assert_eq!(shop.told::<ShipmentDelivered>().await.len(), 6);
    // One order tells both steps, the others what they had not been overtaken by.
    assert!(shop.told::<ShipmentInTransit>().await.len() < 12);
    shop.check_books().await;
}

async fn a_report_that_is_not_signed_or_too_old_or_unreadable_is_refused(shop: &Shop) {
    let (_, shipment) = dispatched(shop).await;
    let good = body(shop, &shipment, "x", "delivered", 1);
    let path = "/v1/webhooks/carriers/simulator";
    let unsigned = Ask::post(path).body(good.to_string());
    assert_eq!(shop.ask(0, unsigned.clone()).await.expect(400).code(), "bad_signature");
    let of_other = shop.signature("{}");
    let forged = unsigned.header("x-simulator-signature", &of_other);
    assert_eq!(shop.ask(0, forged).await.expect(400).code(), "bad_signature");
    let old = shop.report(&good);
    shop.clock.advance(Duration::from_mins(6));
    assert_eq!(shop.ask(0, old).await.expect(400).code(), "stale_signature");
    for bad in [
        json!([]),
        json!({"id": "x"}),
        body(shop, &shipment, "x", "lost", 1),
        body(shop, &shipment, "", "delivered", 1),
    ] {
        assert_eq!(shop.ask(0, shop.report(&bad)).await.expect(400).code(), "unreadable_webhook", "{bad}");
    }
    for path in ["/v1/webhooks/carriers/manual", "/v1/webhooks/carriers/dhl"] {
        assert_eq!(shop.ask(0, Ask::post(path).body(good.to_string())).await.status, 404);
    }
    let long = Ask::post(path).body("x".repeat(65 * 1024));
    assert_eq!(shop.ask(0, long).await.status, 413);
    assert_eq!(shop.count("SELECT COUNT(*) FROM carrier_reports", &params![]).await, 0);
    assert_eq!(shop.shipment(shipment["id"].as_str().unwrap()).await["state"], "dispatched");
}

async fn a_report_that_is_faster_than_the_label_counts_as_its_answer(shop: &Shop) {
    let fulfilment = shop.open_by(&[("A", 2)], "standard", "SIM TIMEOUT").await;
    let answer = shop.dispatch(fulfilment, json!({"carrier": "simulator"})).await.expect(202);
    assert!(shop.job("labels").step().await);
    let mut shipment = shop.shipment(&answer.field("id")).await;
    assert_eq!(shipment["state"], "preparing");
    shipment["tracking_number"] = json!("SIM1");
    assert_eq!(shop.ask(0, shop.report(&body(shop, &shipment, "at the door", "delivered", 1))).await.status, 200);
    assert_eq!(shop.shipment(&answer.field("id")).await["state"], "delivered");
    assert_eq!(shop.told::<ShipmentDispatched>().await[0].tracking_number.as_deref(), Some("SIM1"));
    shop.clock.advance(Duration::from_secs(59));
    assert!(!shop.job("labels").step().await, "nobody calls for it any more");
    assert_eq!(shop.told::<ShipmentDispatched>().await.len(), 1);
    shop.check_books().await;
}

async fn a_report_about_another_parcel_changes_nothing(shop: &Shop) {
    let (fulfilment, shipment) = dispatched(shop).await;
    let by_hand = shop.open(&[("A", 1)]).await;
    let by_hand = shop.send(by_hand, "A", 1).await.expect(201).json;
    let mut reports = vec![body(shop, &shipment, "a", "delivered", 1); 4];
    reports[0]["key"] = json!("no id");
    reports[1]["key"] = json!(shop.world.uuid());
    reports[2]["tracking_number"] = json!("SIM OTHER");
    reports[3]["key"] = by_hand["id"].clone();
    for (number, mut report) in reports.into_iter().enumerate() {
        report["id"] = json!(format!("odd-{number}"));
        assert_eq!(shop.ask(0, shop.report(&report)).await.status, 200);
    }
    let unknown = "SELECT COUNT(*) FROM carrier_reports WHERE verdict = 'unknown_parcel'";
    assert_eq!(shop.count(unknown, &params![]).await, 4);
    assert_eq!(shop.state(fulfilment.order).await, Some(State::Dispatched));
    assert!(shop.told::<ShipmentDelivered>().await.is_empty());
}

async fn the_same_report_at_once_counts_once(shop: &Shop) {
    let (_, shipment) = dispatched(shop).await;
    let report = shop.report(&body(shop, &shipment, "at the door", "delivered", 1));
    let answers = join_all((0..40).map(|replica| shop.ask_until_served(replica, report.clone()))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(shop.told::<ShipmentDelivered>().await.len(), 1);
    shop.check_books().await;
}
