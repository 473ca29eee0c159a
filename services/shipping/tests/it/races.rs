//! Many at once, on two replicas where the database is a server: no piece leaves twice, and of a parcel and the wish to stop
//! its order exactly one is first.

use crate::setup::{Opened, Shop};
use bodega_contracts::shipping::{
    FulfilmentCollected, FulfilmentState as State, FulfilmentStopped, FulfilmentUnderWay, ShipmentDelivered,
    ShipmentDispatched,
};
use bodega_testkit::{Ask, staff, stories};
use futures_util::future::{join, join_all};
use serde_json::json;
use std::collections::BTreeSet;

stories!(
    of_a_thousand_parcels_of_one_order_no_piece_leaves_twice,
    of_a_thousand_parcels_and_wishes_to_stop_one_order_one_kind_wins,
    of_five_hundred_orders_each_is_either_sent_or_stopped,
    a_parcel_said_to_arrive_by_many_arrives_once,
    goods_said_to_be_fetched_while_they_are_stopped_are_one_of_both,
    a_key_used_by_many_at_once_makes_one_parcel,
);

async fn of_a_thousand_parcels_of_one_order_no_piece_leaves_twice(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 37), ("B", 5)]).await;
    let parcels = (0..1_000_usize).map(|number| {
        let (sku, quantity) = if number.is_multiple_of(3) { ("B", 1) } else { ("A", 1 + number as i64 % 3) };
        let body = json!({"carrier": "manual", "lines": [{"sku": sku, "quantity": quantity}]});
        shop.ask_until_served(number, shop.parcel(fulfilment, &body))
    });
    let answers = join_all(parcels).await;
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)), "{answers:?}");
    let fact = &shop.facts().await[&fulfilment.order];
    assert_eq!((fact.state, fact.dispatched), (State::Dispatched, 42));
    let told = shop.told::<ShipmentDispatched>().await;
    assert_eq!(told.len(), answers.iter().filter(|answer| answer.status == 201).count());
    assert!(told.windows(2).all(|pair| pair[0].dispatched < pair[1].dispatched), "totals grow as they are told");
    assert_eq!(told.last().unwrap().dispatched, 42);
    shop.check_books().await;
}

async fn of_a_thousand_parcels_and_wishes_to_stop_one_order_one_kind_wins(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 1_000)]).await;
    let body = json!({"carrier": "manual", "lines": [{"sku": "A", "quantity": 1}]});
    let parcels = (0..500).map(|number| shop.ask_until_served(number, shop.parcel(fulfilment, &body)));
    let wishes = (0..500).map(|number| shop.insist(number, vec![shop.stopping(fulfilment.order)]));
    let (answers, _) = join(join_all(parcels), join_all(wishes)).await;
    let sent = answers.iter().filter(|answer| answer.status == 201).count();
    let (stopped, under_way) =
        (shop.told::<FulfilmentStopped>().await.len(), shop.told::<FulfilmentUnderWay>().await.len());
    assert_eq!(stopped + under_way, 500, "each wish is answered, and all alike");
    assert!([(0, 500), (500, 0)].contains(&(under_way, stopped)), "{stopped} {under_way}");
    assert_eq!((sent > 0, sent == 500), (under_way == 500, under_way == 500), "{sent}");
    shop.check_books().await;
}

async fn of_five_hundred_orders_each_is_either_sent_or_stopped(shop: &Shop) {
    let mut orders: Vec<Opened> = Vec::new();
    for _ in 0..10 {
        let ids: Vec<_> = (0..50).map(|_| shop.order()).collect();
        let facts = ids.iter().flat_map(|order| [shop.confirmed(*order, &[("A", 2)]), shop.allocated(*order)]);
        shop.deliver(facts.collect()).await;
        for order in ids {
            orders.push(shop.opened(order).await);
        }
    }
    let body = json!({"carrier": "manual"});
    let races = orders.iter().enumerate().map(async |(number, order)| {
        let parcel = shop.ask_until_served(number, shop.parcel(*order, &body));
        let wish = shop.insist(number + 1, vec![shop.stopping(order.order)]);
        // Now the one comes first, now the other.
        if number.is_multiple_of(2) { join(parcel, wish).await.0 } else { join(wish, parcel).await.1 }
    });
    let answers = join_all(races).await;
    let stopped: BTreeSet<_> = shop.told::<FulfilmentStopped>().await.into_iter().map(|told| told.order_id).collect();
    let under_way: BTreeSet<_> =
        shop.told::<FulfilmentUnderWay>().await.into_iter().map(|told| told.order_id).collect();
    let sent: BTreeSet<_> = shop.told::<ShipmentDispatched>().await.into_iter().map(|told| told.order_id).collect();
    for (order, answer) in orders.iter().zip(&answers) {
        let outcome = (answer.status, stopped.contains(&order.order), under_way.contains(&order.order));
        assert!([(201, false, true), (409, true, false)].contains(&outcome), "{outcome:?}");
        assert_eq!(sent.contains(&order.order), answer.status == 201);
    }
    let both = (1..500).contains(&sent.len());
    assert!(both, "{} were sent: neither came always first", sent.len());
    shop.check_books().await;
}

async fn a_parcel_said_to_arrive_by_many_arrives_once(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 3)]).await;
    let parcel = shop.send(fulfilment, "A", 3).await.expect(201).field("id");
    let arrive =
        |replica| shop.ask_until_served(replica, Ask::post(format!("/v1/shipments/{parcel}/delivered")).by(staff()));
    let answers = join_all((0..100).map(arrive)).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.json == answers[0].json));
    assert_eq!(shop.told::<ShipmentDelivered>().await.len(), 1);
    shop.check_books().await;
}

async fn goods_said_to_be_fetched_while_they_are_stopped_are_one_of_both(shop: &Shop) {
    shop.make_pickup().await;
    for _ in 0..25 {
        let fulfilment = shop.open_by(&[("A", 2)], "desk", "N1 1AA").await;
        let fetch = |replica| {
            let path = format!("/v1/fulfilments/{}/collected", fulfilment.id);
            shop.ask_until_served(replica, Ask::post(path).by(staff()))
        };
        let wishes = (0..20).map(|replica| shop.insist(replica, vec![shop.stopping(fulfilment.order)]));
        let (answers, _) = join(join_all((0..20).map(fetch)), join_all(wishes)).await;
        let state = shop.state(fulfilment.order).await.unwrap();
        let expected = if state == State::Collected { 200 } else { 409 };
        assert!([State::Collected, State::Stopped].contains(&state), "{state:?}");
        assert!(answers.iter().all(|answer| answer.status == expected), "{state:?}");
    }
    let collected: Vec<_> = shop.told::<FulfilmentCollected>().await.into_iter().map(|told| told.order_id).collect();
    assert_eq!(collected.len(), collected.iter().collect::<BTreeSet<_>>().len(), "once each");
    shop.check_books().await;
}

async fn a_key_used_by_many_at_once_makes_one_parcel(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 100)]).await;
    let body = json!({"carrier": "manual", "lines": [{"sku": "A", "quantity": 1}]});
    let parcel = shop.parcel(fulfilment, &body);
    let answers = join_all((0..100).map(|replica| shop.ask_until_served(replica, parcel.clone()))).await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.json == answers[0].json));
    assert_eq!(shop.facts().await[&fulfilment.order].dispatched, 1);
}
