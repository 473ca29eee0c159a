//! What orders and inventory say, in every order of arrival, in one batch or many, once or twice: the same end.

use crate::setup::Shop;
use bodega_contracts::{
    OrderId,
    shipping::{FulfilmentOpened, FulfilmentState as State, FulfilmentStopped, FulfilmentUnderWay},
};
use bodega_db::{Envelope, params};
use bodega_testkit::{arrivals, stories};
use futures_util::future::join_all;
use std::collections::BTreeMap;

stories!(
    every_arrival_of_an_orders_facts_ends_the_same,
    facts_that_come_after_a_parcel_left_end_the_same,
    a_confirmed_order_waits_for_its_stock_and_is_opened_once,
    an_order_without_stocked_lines_has_nothing_to_pack,
    an_order_nobody_heard_of_can_be_stopped_and_opens_nothing_afterwards,
    the_question_whether_it_can_be_stopped_is_answered_every_time,
    an_impossible_quantity_is_dead_lettered_and_its_batch_goes_on,
    what_two_replicas_hear_at_once_counts_once,
);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fact {
    Confirmed,
    Allocated,
    Stopping,
    Cancelled,
}
use Fact::{Allocated, Cancelled, Confirmed, Stopping};

const LINES: [(&str, i64); 4] = [("A", 2), ("WRAP", 1), ("B", 1), ("A", 1)];

fn envelope(shop: &Shop, fact: Fact, order: OrderId) -> Envelope {
    match fact {
        Confirmed => shop.confirmed(order, &LINES),
        Allocated => shop.allocated(order),
        Stopping => shop.stopping(order),
        Cancelled => shop.cancelled(order),
    }
}

async fn bring(shop: &Shop, order: OrderId, arrival: &[Fact], twice: bool, together: bool) {
    let facts = arrival.iter().flat_map(|fact| vec![*fact; if twice { 2 } else { 1 }]);
    let facts: Vec<Envelope> = facts.map(|fact| envelope(shop, fact, order)).collect();
    if together {
        shop.deliver(facts).await;
        return;
    }
    for (number, fact) in facts.into_iter().enumerate() {
        shop.insist(number, vec![fact]).await;
    }
}

async fn every_arrival_of_an_orders_facts_ends_the_same(shop: &Shop) {
    let sets: [(&[Fact], Option<State>); 8] = [
        (&[Confirmed], Some(State::Waiting)),
        (&[Confirmed, Allocated], Some(State::Open)),
        (&[Confirmed, Stopping], Some(State::Stopped)),
        (&[Confirmed, Allocated, Stopping], Some(State::Stopped)),
        (&[Confirmed, Allocated, Cancelled], Some(State::Cancelled)),
        (&[Confirmed, Allocated, Stopping, Cancelled], Some(State::Cancelled)),
        (&[Allocated, Stopping, Cancelled], None),
        (&[Cancelled], None),
    ];
    let mut expected = Vec::new();
    for (set, state) in sets {
        for arrival in arrivals(set.len(), 0) {
            let arrival: Vec<Fact> = arrival.into_iter().map(|fact| set[fact]).collect();
            for (twice, together) in [(false, false), (false, true), (true, false), (true, true)] {
                let order = shop.order();
                bring(shop, order, &arrival, twice, together).await;
                expected.push((order, arrival.clone(), state, format!("{arrival:?} {twice} {together}")));
            }
        }
    }
    let facts = shop.facts().await;
    let (opened, stopped) = (count(shop.told::<FulfilmentOpened>().await, |told| told.order_id), stopped(shop).await);
    assert!(shop.told::<FulfilmentUnderWay>().await.is_empty());
    for (order, arrival, state, what) in expected {
        let fact = facts.get(&order);
        assert_eq!(fact.map(|fact| fact.state), state, "{what}");
        let lines = fact.map(|fact| fact.lines.iter().map(|(sku, pieces)| (sku.as_str(), *pieces)).collect::<Vec<_>>());
        assert_eq!(lines, state.map(|_| vec![("A", 3), ("B", 1)]), "{what}");
        assert_eq!(stopped.contains_key(&order), arrival.contains(&Stopping), "{what}");
        assert!(opened.get(&order).is_none_or(|times| *times == 1), "{what}");
        if arrival == [Confirmed, Allocated] {
            assert!(opened.contains_key(&order), "{what}");
        }
    }
    shop.check_books().await;
}

async fn stopped(shop: &Shop) -> BTreeMap<OrderId, usize> {
    count(shop.told::<FulfilmentStopped>().await, |told| told.order_id)
}

fn count<T>(told: Vec<T>, order: impl Fn(&T) -> OrderId) -> BTreeMap<OrderId, usize> {
    let mut counts = BTreeMap::new();
    for one in told {
        *counts.entry(order(&one)).or_default() += 1;
    }
    counts
}

async fn facts_that_come_after_a_parcel_left_end_the_same(shop: &Shop) {
    let set = [Confirmed, Allocated, Stopping, Cancelled];
    for arrival in arrivals(4, 0) {
        let arrival: Vec<Fact> = arrival.into_iter().map(|fact| set[fact]).collect();
        let fulfilment = shop.open(&LINES).await;
        shop.send(fulfilment, "A", 1).await.expect(201).json["id"].as_str().unwrap();
        bring(shop, fulfilment.order, &arrival, true, false).await;
        let fact = shop.facts().await.remove(&fulfilment.order).unwrap();
        assert_eq!((fact.state, fact.dispatched), (State::Cancelled, 1), "{arrival:?}");
        assert_eq!(shop.send(fulfilment, "A", 1).await.code(), "order_cancelled");
    }
    assert!(shop.told::<FulfilmentStopped>().await.is_empty());
    assert_eq!(shop.told::<FulfilmentUnderWay>().await.len(), 2 * arrivals(4, 0).len());
    shop.check_books().await;
}

async fn a_confirmed_order_waits_for_its_stock_and_is_opened_once(shop: &Shop) {
    let order = shop.order();
    shop.deliver(vec![shop.confirmed(order, &LINES), shop.confirmed(order, &LINES)]).await;
    let told = shop.told::<FulfilmentOpened>().await;
    let lines: Vec<_> = told[0].lines.iter().map(|line| (line.sku.as_str(), line.quantity)).collect();
    assert_eq!((told.len(), lines), (1, vec![("A", 2), ("B", 1), ("A", 1)]), "without what is not stocked");
    let fulfilment = shop.opened(order).await;
    assert_eq!(told[0].fulfilment_id.0, fulfilment.id);
    assert_eq!(shop.fulfilment(fulfilment).await["state"], "waiting");
    assert_eq!(shop.send(fulfilment, "A", 1).await.code(), "stock_not_allocated");
    shop.deliver(vec![shop.allocated(order)]).await;
    assert_eq!(shop.fulfilment(fulfilment).await["state"], "open");
    assert_eq!(shop.told::<FulfilmentOpened>().await.len(), 1);
}

async fn an_order_without_stocked_lines_has_nothing_to_pack(shop: &Shop) {
    let order = shop.order();
    shop.deliver(vec![shop.confirmed(order, &[("WRAP", 1)]), shop.allocated(order)]).await;
    assert_eq!(shop.state(order).await, None);
    assert!(shop.told::<FulfilmentOpened>().await.is_empty());
    shop.deliver(vec![shop.stopping(order)]).await;
    assert_eq!(shop.told::<FulfilmentStopped>().await, [FulfilmentStopped { order_id: order }]);
}

async fn an_order_nobody_heard_of_can_be_stopped_and_opens_nothing_afterwards(shop: &Shop) {
    let order = shop.order();
    shop.deliver(vec![shop.stopping(order)]).await;
    assert_eq!(shop.told::<FulfilmentStopped>().await, [FulfilmentStopped { order_id: order }]);
    shop.deliver(vec![shop.confirmed(order, &LINES), shop.allocated(order)]).await;
    assert!(shop.told::<FulfilmentOpened>().await.is_empty());
    let fulfilment = shop.opened(order).await;
    assert_eq!(shop.fulfilment(fulfilment).await["state"], "stopped");
    assert_eq!(shop.send(fulfilment, "A", 1).await.code(), "fulfilment_stopped");
}

async fn the_question_whether_it_can_be_stopped_is_answered_every_time(shop: &Shop) {
    let (still, under_way) = (shop.open(&LINES).await, shop.open(&LINES).await);
    shop.send(under_way, "B", 1).await.expect(201).json["id"].as_str().unwrap();
    for _ in 0..3 {
        shop.deliver(vec![shop.stopping(still.order), shop.stopping(under_way.order)]).await;
    }
    assert_eq!(stopped(shop).await, BTreeMap::from([(still.order, 3)]));
    let answers = count(shop.told::<FulfilmentUnderWay>().await, |told| told.order_id);
    assert_eq!(answers, BTreeMap::from([(under_way.order, 3)]));
    shop.send(under_way, "A", 3).await.expect(201).json["id"].as_str().unwrap();
    assert_eq!(shop.state(under_way.order).await, Some(State::Dispatched), "the rest follows");
}

async fn an_impossible_quantity_is_dead_lettered_and_its_batch_goes_on(shop: &Shop) {
    let good = shop.order();
    let bad = [0, -1, i64::MAX].map(|quantity| shop.confirmed(shop.order(), &[("A", quantity)]));
    shop.deliver(bad.into_iter().chain([shop.confirmed(good, &LINES)]).collect()).await;
    assert_eq!(shop.state(good).await, Some(State::Waiting));
    assert_eq!(shop.count("SELECT COUNT(*) FROM dead_letters", &params![]).await, 3);
}

async fn what_two_replicas_hear_at_once_counts_once(shop: &Shop) {
    let orders: Vec<OrderId> = (0..40).map(|_| shop.order()).collect();
    let batch = |fact| orders.iter().map(|order| envelope(shop, fact, *order)).collect::<Vec<_>>();
    let batches = [Confirmed, Allocated, Confirmed, Allocated, Confirmed].map(batch);
    join_all(batches.into_iter().enumerate().map(|(replica, batch)| shop.insist(replica, batch))).await;
    let opened = count(shop.told::<FulfilmentOpened>().await, |told| told.order_id);
    assert!(orders.iter().all(|order| opened.get(order) == Some(&1)), "{opened:?}");
    assert!(shop.facts().await.values().all(|fact| fact.state == State::Open));
    shop.check_books().await;
}
