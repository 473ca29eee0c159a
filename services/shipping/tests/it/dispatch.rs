//! Parcels that staff pack: a part or all of what is left, never more, and told with how many have left.

use crate::setup::Shop;
use bodega_contracts::shipping::{FulfilmentState as State, ParcelLine, ShipmentDelivered, ShipmentDispatched};
use bodega_testkit::{Ask, staff, stories};
use serde_json::json;

stories!(
    two_parcels_carry_an_order_to_its_end,
    a_parcel_without_lines_takes_all_that_is_left,
    no_parcel_takes_more_than_is_left,
    a_key_makes_one_parcel,
    an_order_is_sent_by_its_id_too,
    a_parcel_arrives_once_and_only_after_it_left,
    fulfilments_are_read_in_pages_and_by_state_and_order,
);

async fn two_parcels_carry_an_order_to_its_end(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 3), ("B", 1)]).await;
    let body = json!({
        "carrier": "manual", "carrier_name": "Royal Mail", "tracking_number": "RM1GB",
        "tracking_url": "https://tracking.example/RM1GB",
        "lines": [{"sku": "B", "quantity": 1}, {"sku": "A", "quantity": 1}, {"sku": "A", "quantity": 1}],
    });
    let first = shop.dispatch(fulfilment, body).await.expect(201);
    assert_eq!((&first.json["state"], &first.json["carrier_name"]), (&json!("dispatched"), &json!("Royal Mail")));
    assert_eq!(first.json["lines"], json!([{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}]));
    assert_eq!(shop.fulfilment(fulfilment).await["state"], "partly_dispatched");
    let second = shop.send(fulfilment, "A", 1).await.expect(201);
    let told = shop.told::<ShipmentDispatched>().await;
    let totals: Vec<_> = told.iter().map(|told| (told.order_id, told.dispatched, told.pieces)).collect();
    assert_eq!(totals, [(fulfilment.order, 3, 4), (fulfilment.order, 4, 4)]);
    assert_eq!((told[0].carrier.as_str(), told[0].tracking_number.as_deref()), ("Royal Mail", Some("RM1GB")));
    assert_eq!(told[0].lines[0], ParcelLine { sku: "A".parse().unwrap(), quantity: 2 });
    assert_eq!(shop.state(fulfilment.order).await, Some(State::Dispatched));
    for (parcel, state) in [(&second, State::Dispatched), (&first, State::Delivered)] {
        shop.say(&format!("/v1/shipments/{}/delivered", parcel.field("id"))).await.expect(200).json["state"]
            .as_str()
            .unwrap();
        assert_eq!(shop.state(fulfilment.order).await, Some(state));
    }
    let told = shop.told::<ShipmentDelivered>().await;
    assert_eq!(told.iter().map(|told| (told.delivered, told.pieces)).collect::<Vec<_>>(), [(1, 4), (4, 4)]);
    let view = shop.fulfilment(fulfilment).await;
    assert_eq!(view["shipments"].as_array().unwrap().len(), 2);
    assert_eq!(view["lines"][0], json!({"sku": "A", "quantity": 3, "packed": 3}));
    assert_eq!(view["shipping_address"]["city"], "London");
    shop.check_books().await;
}

async fn a_parcel_without_lines_takes_all_that_is_left(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 3), ("B", 1)]).await;
    shop.send(fulfilment, "A", 2).await.expect(201).json["id"].as_str().unwrap();
    let rest = shop.dispatch(fulfilment, json!({"carrier": "manual"})).await.expect(201);
    assert_eq!(rest.json["lines"], json!([{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 1}]));
    let nothing = shop.dispatch(fulfilment, json!({"carrier": "manual"})).await.expect(409);
    assert_eq!(nothing.code(), "nothing_left");
    shop.check_books().await;
}

async fn no_parcel_takes_more_than_is_left(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 3), ("B", 1)]).await;
    let refused = shop.send(fulfilment, "A", 4).await.expect(409);
    assert_eq!((refused.code(), &refused.json["left"]), ("exceeds_left", &json!(3)));
    shop.send(fulfilment, "A", 2).await.expect(201).json["id"].as_str().unwrap();
    assert_eq!(shop.send(fulfilment, "A", 2).await.expect(409).code(), "exceeds_left");
    let other = shop.send(fulfilment, "C", 1).await.expect(422);
    assert_eq!(other.pointers(), ["/lines/0/sku"]);
    assert_eq!(shop.facts().await[&fulfilment.order].dispatched, 2);
    shop.check_books().await;
}

async fn a_key_makes_one_parcel(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 3)]).await;
    let path = format!("/v1/fulfilments/{}/shipments", fulfilment.id);
    let parcel = |quantity: i64| {
        let body = json!({"carrier": "manual", "lines": [{"sku": "A", "quantity": quantity}]});
        Ask::post(path.clone()).by(staff()).key("parcel-1").json(&body)
    };
    let first = shop.ask(0, parcel(1)).await.expect(201);
    let again = shop.ask(1, parcel(1)).await.expect(201);
    assert!(again.replayed() && again.json == first.json);
    assert_eq!(shop.ask(0, parcel(2)).await.expect(422).code(), "idempotency_key_reused");
    let without = Ask::post(path.clone()).by(staff()).json(&json!({"carrier": "manual"}));
    assert_eq!(shop.ask(0, without).await.expect(400).code(), "idempotency_key_required");
    assert_eq!(shop.facts().await[&fulfilment.order].dispatched, 1);
}

async fn an_order_is_sent_by_its_id_too(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 1)]).await;
    let to = |order: String, key| {
        let ask = Ask::post(format!("/v1/orders/{order}/shipments")).by(staff()).key(key);
        ask.json(&json!({"carrier": "manual"}))
    };
    assert_eq!(shop.ask(0, to(shop.order().to_string(), "a")).await.status, 404);
    let sent = shop.ask(0, to(fulfilment.order.to_string(), "b")).await.expect(201);
    assert_eq!(sent.json["order_id"], json!(fulfilment.order));
    assert_eq!(shop.state(fulfilment.order).await, Some(State::Dispatched));
}

async fn a_parcel_arrives_once_and_only_after_it_left(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 2)]).await;
    let parcel = shop.send(fulfilment, "A", 2).await.expect(201);
    let path = format!("/v1/shipments/{}/delivered", parcel.field("id"));
    let first = shop.say(&path).await.expect(200);
    let again = shop.say(&path).await.expect(200);
    assert_eq!((&first.json["state"], &first.json), (&json!("delivered"), &again.json));
    assert_eq!(shop.told::<ShipmentDelivered>().await.len(), 1);
    let away = shop.open_by(&[("A", 1)], "standard", "SIM AWAY").await;
    let preparing = shop.dispatch(away, json!({"carrier": "simulator"})).await.expect(202);
    let early = shop.say(&format!("/v1/shipments/{}/delivered", preparing.field("id"))).await.expect(409);
    assert_eq!(early.code(), "shipment_not_dispatched");
    assert_eq!(shop.say(&format!("/v1/shipments/{}/delivered", shop.world.uuid())).await.status, 404);
}

async fn fulfilments_are_read_in_pages_and_by_state_and_order(shop: &Shop) {
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(shop.open(&[("A", 1)]).await);
    }
    shop.deliver(vec![shop.confirmed(shop.order(), &[("A", 1)]), shop.cancelled(shop.order())]).await;
    let all = shop.read("/v1/fulfilments?count=true").await;
    assert_eq!((all["items"].as_array().unwrap().len(), &all["total"]), (6, &json!(6)), "an unpaid order has none");
    let mut seen = Vec::new();
    let mut path = "/v1/fulfilments?state=open&limit=2".to_owned();
    loop {
        let page = shop.read(&path).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["order_id"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/fulfilments?state=open&limit=2&cursor={cursor}");
    }
    let expected: Vec<_> = open.iter().rev().map(|opened| json!(opened.order)).collect();
    assert_eq!(seen, expected, "newest first");
    let number = format!("B-{}", open[0].order.0.simple());
    let by_number = shop.read(&format!("/v1/fulfilments?order={number}")).await;
    assert_eq!(by_number["items"][0]["order_number"], json!(number));
    assert_eq!(shop.read("/v1/fulfilments?order=B-1").await["items"], json!([]));
    for bad in ["state=lost", "limit=0", "limit=101", "cursor=%25", "sort=a"] {
        let refused = shop.ask(0, Ask::get(format!("/v1/fulfilments?{bad}")).by(staff())).await;
        assert_eq!(refused.status, 422, "{bad}");
    }
}
