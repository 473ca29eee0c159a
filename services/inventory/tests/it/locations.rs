//! Stock at several locations: what is taken where, and that it comes back to and leaves from the same place.

use crate::setup::Shop;
use axum::http::Method;
use bodega_contracts::inventory::{ReservationState as State, StockRejected};
use bodega_db::Envelope;
use bodega_testkit::{Ask, staff, stories};
use futures_util::future::join_all;
use serde_json::json;

stories!(
    locations_are_made_listed_and_changed,
    bad_locations_are_refused,
    a_line_is_split_only_where_no_location_has_all_of_it,
    what_was_taken_comes_back_to_and_leaves_from_the_same_place,
    a_closed_location_is_not_sold_from_and_keeps_what_it_promised,
    a_thousand_at_once_for_a_hundred_pieces_at_three_locations_sell_a_hundred,
);

const LOCATIONS: &str = "/v1/admin/locations";

async fn locations_are_made_listed_and_changed(shop: &Shop) {
    shop.location("north", 10).await;
    shop.location("first", -1).await;
    let (_, list) = shop.staff(Method::GET, LOCATIONS, None).await;
    let ids: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["first", "main", "north"]);
    let path = "/v1/admin/locations/north";
    let read = shop.ask(0, Ask::get(path).by(staff())).await.expect(200);
    assert_eq!(read.header("etag"), "\"1\"");
    let change = |tag: &str| {
        let body = json!({"name": "North", "priority": -5, "country": "GB"});
        Ask::new(Method::PATCH, path).by(staff()).header("if-match", tag).json(&body)
    };
    assert_eq!(shop.ask(0, change("\"1\"")).await.expect(200).json["version"], 2);
    assert_eq!(shop.ask(0, change("\"1\"")).await.status, 412);
    assert_eq!(shop.ask(0, change("\"2\"")).await.expect(200).json["version"], 2, "nothing is different");
    let cleared = Ask::new(Method::PATCH, path).by(staff()).json(&json!({"country": null}));
    assert!(shop.ask(0, cleared).await.expect(200).json["country"].is_null());
    shop.receive("A", 5).await;
    shop.receive_at("north", "A", 5).await;
    shop.deliver(vec![shop.placed(shop.order(), &[("A", 1)])]).await;
    assert_eq!(shop.level_at("north", "A").await, (5, 1, 0), "it comes first now");
    shop.check_books().await;
}

async fn bad_locations_are_refused(shop: &Shop) {
    let bodies = [
        json!({"id": "", "name": "x"}),
        json!({"id": "North", "name": "x"}),
        json!({"id": "north", "name": " "}),
        json!({"id": "north", "name": "x".repeat(101)}),
        json!({"id": "north", "name": "x", "priority": 1_000_001}),
        json!({"id": "north", "name": "x", "country": "gb"}),
        json!({"id": "north", "name": "x", "stock": 1}),
        json!({"name": "x"}),
    ];
    for body in bodies {
        let answer = shop.ask(0, Ask::post(LOCATIONS).by(staff()).json(&body)).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid_body"), "{body}");
        assert!(!answer.pointers()[0].is_empty(), "{body}: {}", answer.text);
    }
    let again = Ask::post(LOCATIONS).by(staff()).json(&json!({"id": "main", "name": "Main"}));
    assert_eq!(shop.ask(0, again).await.expect(409).code(), "location_exists");
    let none = Ask::new(Method::PATCH, "/v1/admin/locations/none").by(staff()).json(&json!({"priority": 1}));
    assert_eq!(shop.ask(0, none).await.expect(404).code(), "location_not_found");
    let body = json!({"sku": "A", "kind": "receive", "quantity": 1, "location": "none"});
    let (status, problem) = shop.staff(Method::POST, "/v1/stock/movements", Some(body)).await;
    assert_eq!((status, &problem["code"]), (404, &json!("location_not_found")));
}

async fn three(shop: &Shop, there: [i64; 3]) {
    shop.location("north", 1).await;
    shop.location("south", 2).await;
    for (location, quantity) in ["main", "north", "south"].into_iter().zip(there) {
        shop.receive_at(location, "A", quantity).await;
    }
}

async fn a_line_is_split_only_where_no_location_has_all_of_it(shop: &Shop) {
    three(shop, [3, 5, 5]).await;
    let order = async |lines: &[(&str, i64)]| {
        let order = shop.order();
        shop.deliver(vec![shop.placed(order, lines)]).await;
        shop.state(order).await.unwrap()
    };
    let held = async || {
        let at = async |location: &str| shop.level_at(location, "A").await.1;
        [at("main").await, at("north").await, at("south").await]
    };
    assert_eq!((order(&[("A", 2), ("A", 2)]).await, held().await), (State::Held, [0, 4, 0]));
    assert_eq!((order(&[("A", 7)]).await, held().await), (State::Held, [3, 5, 3]));
    assert_eq!((order(&[("A", 1), ("A", 2)]).await, held().await), (State::Rejected, [3, 5, 3]));
    assert_eq!(shop.told::<StockRejected>().await[0].short[0].available, 2);
    assert_eq!(shop.told_last("A").await, 2);
    shop.check_books().await;
}

async fn what_was_taken_comes_back_to_and_leaves_from_the_same_place(shop: &Shop) {
    three(shop, [1, 4, 4]).await;
    let (first, second) = (shop.order(), shop.order());
    let (one, other) = ([("A", 4)], [("A", 5)]);
    shop.deliver(vec![shop.placed(first, &one), shop.placed(second, &other)]).await;
    shop.deliver(vec![shop.confirmed(first, &one), shop.confirmed(second, &other)]).await;
    // What is there now is taken in its place, and is not touched by what follows.
    shop.receive_at("main", "A", 10).await;
    shop.deliver(vec![shop.dispatched(second, shop.shipment(), &[("A", 3)])]).await;
    assert_eq!(shop.level_at("main", "A").await, (10, 0, 0), "one left from here");
    assert_eq!(shop.level_at("south", "A").await, (2, 0, 2), "and two from there");
    shop.deliver(vec![shop.cancelled(first), shop.dispatched(second, shop.shipment(), &[("A", 1)])]).await;
    shop.deliver(vec![shop.cancelled(second)]).await;
    let at = async |location: &str| shop.level_at(location, "A").await;
    assert_eq!([at("main").await, at("north").await, at("south").await], [(10, 0, 0), (4, 0, 0), (1, 0, 0)]);
    shop.check_books().await;
}

async fn a_closed_location_is_not_sold_from_and_keeps_what_it_promised(shop: &Shop) {
    three(shop, [1, 4, 1]).await;
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, &[("A", 3)])]).await;
    let open = async |enabled: bool| {
        let ask = Ask::new(Method::PATCH, "/v1/admin/locations/north").by(staff()).json(&json!({"enabled": enabled}));
        shop.ask(0, ask).await.expect(200);
        shop.work().await;
    };
    open(false).await;
    assert_eq!(shop.told_last("A").await, 2);
    shop.deliver(vec![shop.placed(shop.order(), &[("A", 3)])]).await;
    assert_eq!(shop.told::<StockRejected>().await.len(), 1);
    shop.deliver(vec![shop.confirmed(order, &[("A", 3)]), shop.dispatched(order, shop.shipment(), &[("A", 3)])]).await;
    assert_eq!(shop.level_at("north", "A").await, (1, 0, 0));
    shop.check_books().await;
    open(true).await;
    assert_eq!(shop.told_last("A").await, 3);
    shop.check_books().await;
}

async fn a_thousand_at_once_for_a_hundred_pieces_at_three_locations_sell_a_hundred(shop: &Shop) {
    three(shop, [30, 30, 40]).await;
    let orders: Vec<_> = (0..1_000).map(|_| shop.order()).collect();
    let events: Vec<Envelope> = orders.iter().map(|order| shop.placed(*order, &[("A", 1)])).collect();
    let batches = events.chunks(20).enumerate();
    join_all(batches.map(|(number, batch)| shop.insist(number, batch.to_vec()))).await;
    let held = shop.reservations().await.values().filter(|fact| fact.state == State::Held).count();
    assert_eq!(held, 100);
    let at = async |location: &str| shop.level_at(location, "A").await;
    assert_eq!([at("main").await, at("north").await, at("south").await], [(30, 30, 0), (30, 30, 0), (40, 40, 0)]);
    assert_eq!(shop.told_last("A").await, 0);
    shop.check_books().await;
}
