//! Goods that came back: on hand once for each return, whenever it is heard.

use crate::setup::Shop;
use axum::http::Method;
use bodega_contracts::{ReturnId, inventory::StockChanged};
use bodega_db::{Envelope, params};
use bodega_testkit::{arrivals, stories};
use futures_util::future::join_all;
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

stories!(
    what_can_be_sold_again_is_on_hand_and_what_cannot_leaves_a_trace,
    a_return_delivered_twice_counts_once,
    a_return_is_heard_before_or_after_all_else_of_its_order,
    a_return_of_goods_that_were_never_there_makes_them_known,
    an_impossible_return_is_dead_lettered_and_its_batch_goes_on,
    goods_come_back_to_where_most_of_them_had_left_from,
    every_arrival_of_a_return_and_its_parcels_ends_at_the_same_location,
    what_was_sold_before_its_parcel_is_heard_of_stays_where_it_is,
    a_location_that_was_closed_takes_nothing_back,
    a_thousand_returns_and_their_parcels_at_once_end_where_they_belong,
);

/// Three locations of which `main` is the last one to be sold from.
async fn three(shop: &Shop) {
    shop.location("north", -2).await;
    shop.location("south", -1).await;
}

async fn goods_come_back_to_where_most_of_them_had_left_from(shop: &Shop) {
    three(shop).await;
    let order = shop.order();
    shop.receive_at("north", "A", 1).await;
    shop.receive_at("south", "A", 2).await;
    shop.receive("B", 1).await;
    let lines = [("A", 3), ("B", 1)];
    shop.deliver(vec![shop.placed(order, &lines), shop.confirmed(order, &lines)]).await;
    let came_back = async |sku: &str| {
        shop.clock.advance(Duration::from_secs(1));
        shop.deliver(vec![shop.returned((order, ReturnId::new(&shop.world)), &[(sku, 1)], &[("A", 1)])]).await;
    };
    shop.deliver(vec![shop.dispatched(order, shop.shipment(), &[("A", 1)])]).await;
    came_back("A").await;
    assert_eq!(shop.level_at("north", "A").await, (1, 0, 0), "nothing had left from elsewhere");
    shop.clock.advance(Duration::from_secs(1));
    shop.deliver(vec![shop.dispatched(order, shop.shipment(), &[("A", 2), ("B", 1)])]).await;
    assert_eq!(shop.level_at("north", "A").await, (1, 0, 0), "what is there stays there");
    came_back("A").await;
    came_back("B").await;
    assert_eq!((shop.level_at("south", "A").await, shop.level_at("main", "B").await), ((1, 0, 0), (1, 0, 0)));
    let (_, ledger) = shop.staff(Method::GET, "/v1/stock/A/movements?limit=3", None).await;
    assert!(ledger["items"].as_array().unwrap().iter().all(|line| line["location"] == "south"), "{ledger}");
    assert_eq!(shop.told_last("A").await, 2);
    shop.check_books().await;
}

async fn every_arrival_of_a_return_and_its_parcels_ends_at_the_same_location(shop: &Shop) {
    three(shop).await;
    for (number, arrival) in arrivals(5, 0).into_iter().enumerate() {
        let (sku, order) = (format!("SKU-{number}"), shop.order());
        shop.receive_at("north", &sku, 2).await;
        shop.receive_at("south", &sku, 5).await;
        let lines = [(sku.as_str(), 4)];
        let (parcels, id) = ([shop.shipment(), shop.shipment()], ReturnId::new(&shop.world));
        let (placed, confirmed) = (shop.placed(order, &lines), shop.confirmed(order, &lines));
        shop.clock.advance(Duration::from_secs(1));
        let parcel = |number: usize| shop.dispatched(order, parcels[number], &[(&sku, 2)]);
        let before = parcel(0);
        shop.clock.advance(Duration::from_secs(1));
        let returned = shop.returned((order, id), &[(&sku, 2)], &[]);
        shop.clock.advance(Duration::from_secs(1));
        let facts = [placed, confirmed, before, returned, parcel(1)];
        for (number, fact) in arrival.iter().flat_map(|fact| [*fact, *fact]).enumerate() {
            shop.insist(number, vec![facts[fact].clone()]).await;
        }
        // Where it left from depends on what was heard of its order; where it came back to is the same place.
        let (_, ledger) = shop.staff(Method::GET, &format!("/v1/stock/{sku}/movements?limit=100"), None).await;
        let of = |reference: &str, kind: &str| {
            let mut at = BTreeMap::<String, i64>::new();
            for line in ledger["items"].as_array().unwrap() {
                if line["kind"] == kind && line["reference"] == reference {
                    *at.entry(line["location"].as_str().unwrap().to_owned()).or_default() +=
                        line["on_hand"].as_i64().unwrap();
                }
            }
            at.retain(|_, quantity| *quantity != 0);
            at
        };
        let (left, back) = (of(&parcels[0].to_string(), "ship"), of(&id.to_string(), "return"));
        let left: BTreeMap<String, i64> = left.into_iter().map(|(location, quantity)| (location, -quantity)).collect();
        assert_eq!((back.values().sum::<i64>(), left.len()), (2, 1), "{arrival:?} {ledger}");
        assert_eq!(back, left, "{arrival:?} {ledger}");
    }
    shop.check_books().await;
}

async fn what_was_sold_before_its_parcel_is_heard_of_stays_where_it_is(shop: &Shop) {
    three(shop).await;
    let (order, buyer) = (shop.order(), shop.order());
    shop.receive_at("south", "A", 3).await;
    let lines = [("A", 3)];
    shop.deliver(vec![shop.placed(order, &lines), shop.confirmed(order, &lines)]).await;
    let parcel = shop.dispatched(order, shop.shipment(), &lines);
    let returned = shop.returned((order, ReturnId::new(&shop.world)), &lines, &[]);
    shop.deliver(vec![returned.clone()]).await;
    assert_eq!(shop.level_at("main", "A").await, (3, 0, 0), "nothing says where it was sent from");
    shop.deliver(vec![shop.placed(buyer, &[("A", 2)])]).await;
    shop.deliver(vec![parcel.clone()]).await;
    shop.deliver(vec![parcel, returned]).await;
    assert_eq!((shop.level_at("main", "A").await, shop.level_at("south", "A").await), ((2, 2, 0), (1, 0, 0)));
    assert_eq!(shop.told_last("A").await, 1);
    shop.deliver(vec![shop.cancelled(buyer)]).await;
    assert_eq!((shop.level("A").await, shop.told_last("A").await), ((3, 0, 0), 3));
    let returned: i64 = shop.stock_facts().await.iter().map(|fact| fact.ledger_returned).sum();
    assert_eq!(returned, 3);
    shop.check_books().await;
}

async fn a_location_that_was_closed_takes_nothing_back(shop: &Shop) {
    three(shop).await;
    let order = shop.order();
    shop.receive_at("north", "A", 2).await;
    let lines = [("A", 2)];
    shop.deliver(vec![shop.placed(order, &lines), shop.confirmed(order, &lines)]).await;
    shop.deliver(vec![shop.dispatched(order, shop.shipment(), &lines)]).await;
    let close = json!({"enabled": false});
    assert_eq!(shop.staff(Method::PATCH, "/v1/admin/locations/north", Some(close)).await.0, 200);
    shop.deliver(vec![shop.returned((order, ReturnId::new(&shop.world)), &lines, &[])]).await;
    assert_eq!((shop.level_at("main", "A").await, shop.level_at("north", "A").await), ((2, 0, 0), (0, 0, 0)));
    shop.work().await;
    assert_eq!(shop.told_last("A").await, 2);
    shop.check_books().await;
}

async fn a_thousand_returns_and_their_parcels_at_once_end_where_they_belong(shop: &Shop) {
    three(shop).await;
    shop.receive_at("south", "A", 1_000).await;
    let orders: Vec<_> = (0..1_000).map(|_| (shop.order(), ReturnId::new(&shop.world), shop.shipment())).collect();
    for some in orders.chunks(100) {
        let placed = some.iter().map(|(order, ..)| shop.placed(*order, &[("A", 1)]));
        let confirmed = some.iter().map(|(order, ..)| shop.confirmed(*order, &[("A", 1)]));
        shop.insist(0, placed.chain(confirmed).collect()).await;
    }
    let batches = orders.chunks(20).enumerate().flat_map(|(number, some)| {
        let parcels = some.iter().map(|(order, _, parcel)| shop.dispatched(*order, *parcel, &[("A", 1)]));
        let returns = some.iter().map(|(order, id, _)| shop.returned((*order, *id), &[("A", 1)], &[]));
        [shop.insist(number, parcels.collect()), shop.insist(number + 1, returns.collect())]
    });
    join_all(batches).await;
    assert_eq!((shop.level_at("south", "A").await, shop.level("A").await), ((1_000, 0, 0), (1_000, 0, 0)));
    shop.check_books().await;
}

async fn what_can_be_sold_again_is_on_hand_and_what_cannot_leaves_a_trace(shop: &Shop) {
    shop.receive("A", 5).await;
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, &[("A", 4)]), shop.confirmed(order, &[("A", 4)])]).await;
    shop.deliver(vec![shop.dispatched(order, shop.shipment(), &[("A", 4)])]).await;
    let id = ReturnId::new(&shop.world);
    shop.deliver(vec![shop.returned((order, id), &[("A", 1), ("A", 1)], &[("A", 2)])]).await;
    assert_eq!(shop.level("A").await, (3, 0, 0));
    assert_eq!(shop.told_last("A").await, 3);
    let (_, ledger) = shop.staff(Method::GET, "/v1/stock/A/movements?limit=3", None).await;
    let lines: Vec<_> =
        ledger["items"].as_array().unwrap().iter().map(|line| (&line["kind"], &line["on_hand"])).collect();
    let (back, off) = (json!("return"), json!("write_off"));
    assert_eq!(lines, [(&off, &json!(-2)), (&off, &json!(2)), (&back, &json!(2))]);
    assert!(ledger["items"].as_array().unwrap().iter().all(|line| line["reference"] == json!(id)), "{ledger}");
    let fact = &shop.stock_facts().await[0];
    assert_eq!((fact.ledger_brought, fact.ledger_returned, fact.ledger_shipped), (7, 2, 4));
    shop.check_books().await;
}

async fn a_return_delivered_twice_counts_once(shop: &Shop) {
    shop.receive("A", 1).await;
    let (order, id) = (shop.order(), ReturnId::new(&shop.world));
    let returned = || shop.returned((order, id), &[("A", 2)], &[]);
    shop.deliver(vec![returned(), returned()]).await;
    join_all((0..10).map(|number| shop.insist(number, vec![returned()]))).await;
    assert_eq!(shop.level("A").await, (3, 0, 0));
    let other = shop.returned((order, ReturnId::new(&shop.world)), &[("A", 1)], &[]);
    shop.deliver(vec![other]).await;
    assert_eq!(shop.level("A").await, (4, 0, 0));
    assert_eq!(shop.told::<StockChanged>().await.len(), 3);
    shop.check_books().await;
}

async fn a_return_is_heard_before_or_after_all_else_of_its_order(shop: &Shop) {
    for (number, arrival) in arrivals(4, 0).into_iter().enumerate() {
        let (sku, order) = (format!("SKU-{number}"), shop.order());
        shop.receive(&sku, 5).await;
        let lines = [(sku.as_str(), 3)];
        let (parcel, id) = (shop.shipment(), ReturnId::new(&shop.world));
        let said = |fact: usize| match fact {
            0 => shop.placed(order, &lines),
            1 => shop.confirmed(order, &lines),
            2 => shop.dispatched(order, parcel, &lines),
            _ => shop.returned((order, id), &[(&sku, 2)], &[(&sku, 1)]),
        };
        let facts: Vec<Envelope> = arrival.iter().flat_map(|fact| [said(*fact), said(*fact)]).collect();
        for (number, fact) in facts.into_iter().enumerate() {
            shop.insist(number, vec![fact]).await;
        }
        assert_eq!(shop.level(&sku).await, (4, 0, 0), "{arrival:?}");
    }
    shop.check_books().await;
}

async fn a_return_of_goods_that_were_never_there_makes_them_known(shop: &Shop) {
    let id = ReturnId::new(&shop.world);
    shop.deliver(vec![shop.returned((shop.order(), id), &[("NEW", 1)], &[("OLD", 1)])]).await;
    assert_eq!((shop.level("NEW").await, shop.level("OLD").await), ((1, 0, 0), (0, 0, 0)));
    shop.check_books().await;
}

async fn an_impossible_return_is_dead_lettered_and_its_batch_goes_on(shop: &Shop) {
    shop.receive("A", 1_000_000_000).await;
    let id = || (shop.order(), ReturnId::new(&shop.world));
    let batch = vec![
        shop.returned(id(), &[("A", 1)], &[]),
        shop.returned(id(), &[("B", 0)], &[]),
        shop.returned(id(), &[("B", 1)], &[("B", -1)]),
        shop.returned(id(), &[("B", 2)], &[]),
    ];
    shop.deliver(batch).await;
    assert_eq!((shop.level("A").await.0, shop.level("B").await.0), (1_000_000_000, 2));
    assert_eq!(shop.count("SELECT COUNT(*) FROM dead_letters", &params![]).await, 3);
    shop.check_books().await;
}
