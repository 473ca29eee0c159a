//! Goods that left: off the shelf and off what is reserved, once for each parcel, whatever of the order is heard before.

use crate::setup::Shop;
use axum::http::Method;
use bodega_contracts::{
    OrderId, ShipmentId,
    inventory::{ReservationState as State, StockChanged, StockReleased},
};
use bodega_db::{Envelope, params};
use bodega_kernel::Sku;
use bodega_testkit::{arrivals, stories};
use futures_util::future::join_all;
use serde_json::json;

stories!(
    what_left_is_neither_there_nor_allocated_and_changes_nothing_that_can_be_sold,
    a_parcel_heard_twice_leaves_once,
    goods_that_were_fetched_leave_the_shelf,
    a_cancelled_order_gives_back_only_what_has_not_left,
    every_arrival_of_facts_and_parcels_ends_the_same,
    a_parcel_that_does_not_fit_the_books_is_dead_lettered_and_its_batch_goes_on,
    a_thousand_parcels_heard_twice_by_two_replicas_leave_once,
    goods_sold_without_being_there_may_leave,
);

async fn allocated(shop: &Shop, lines: &[(&str, i64)]) -> OrderId {
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, lines), shop.confirmed(order, lines)]).await;
    assert_eq!(shop.state(order).await, Some(State::Allocated));
    order
}

async fn what_left_is_neither_there_nor_allocated_and_changes_nothing_that_can_be_sold(shop: &Shop) {
    shop.receive("A", 5).await;
    shop.receive("B", 4).await;
    let order = allocated(shop, &[("A", 3), ("B", 1)]).await;
    let told = shop.told::<StockChanged>().await.len();
    let shipment = shop.shipment();
    shop.deliver(vec![shop.dispatched(order, shipment, &[("A", 2)])]).await;
    assert_eq!((shop.level("A").await, shop.level("B").await), ((3, 0, 1), (4, 0, 1)));
    assert_eq!(shop.told::<StockChanged>().await.len(), told, "nobody can buy more or less than before");
    let (_, ledger) = shop.staff(Method::GET, "/v1/stock/A/movements", None).await;
    let line = &ledger["items"][0];
    assert_eq!((&line["kind"], &line["on_hand"], &line["allocated"]), (&json!("ship"), &json!(-2), &json!(-2)));
    assert_eq!((&line["order_id"], &line["reference"]), (&json!(order), &json!(shipment)));
    let fact = &shop.reservations().await[&order];
    assert_eq!((fact.state, fact.shipped.clone()), (State::Allocated, vec![(Sku::new("A").unwrap(), 2)]));
    shop.deliver(vec![shop.dispatched(order, shop.shipment(), &[("B", 1), ("A", 1)])]).await;
    assert_eq!((shop.level("A").await, shop.level("B").await), ((2, 0, 0), (3, 0, 0)));
    shop.check_books().await;
}

async fn a_parcel_heard_twice_leaves_once(shop: &Shop) {
    shop.receive("A", 9).await;
    let order = allocated(shop, &[("A", 6)]).await;
    let shipment = shop.shipment();
    let parcel = || shop.dispatched(order, shipment, &[("A", 1), ("A", 1)]);
    shop.deliver(vec![parcel(), parcel()]).await;
    join_all([shop.insist(0, vec![parcel()]), shop.insist(1, vec![parcel()])]).await;
    assert_eq!(shop.level("A").await, (7, 0, 4));
    shop.check_books().await;
}

async fn goods_that_were_fetched_leave_the_shelf(shop: &Shop) {
    shop.receive("A", 2).await;
    let order = allocated(shop, &[("A", 2)]).await;
    let fetched = shop.collected(order, &[("A", 2)]);
    shop.deliver(vec![fetched.clone()]).await;
    shop.deliver(vec![Envelope { id: shop.world.uuid(), ..fetched }]).await;
    assert_eq!(shop.level("A").await, (0, 0, 0));
    shop.check_books().await;
}

async fn a_cancelled_order_gives_back_only_what_has_not_left(shop: &Shop) {
    shop.receive("A", 5).await;
    let order = allocated(shop, &[("A", 5)]).await;
    shop.deliver(vec![shop.dispatched(order, shop.shipment(), &[("A", 2)])]).await;
    shop.deliver(vec![shop.cancelled(order)]).await;
    assert_eq!(shop.level("A").await, (3, 0, 0));
    assert_eq!(shop.told::<StockReleased>().await, [StockReleased { order_id: order }]);
    assert_eq!(shop.told::<StockChanged>().await.last().unwrap().available, 3);
    shop.check_books().await;
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fact {
    Placed,
    Confirmed,
    Cancelled,
    /// The first or the second parcel, of one piece each.
    Parcel(usize),
}
use Fact::{Cancelled, Confirmed, Parcel, Placed};

async fn every_arrival_of_facts_and_parcels_ends_the_same(shop: &Shop) {
    let sets: [(&[Fact], State, i64); 4] = [
        (&[Placed, Confirmed, Parcel(0)], State::Allocated, 1),
        (&[Placed, Confirmed, Parcel(0), Parcel(1)], State::Allocated, 2),
        (&[Placed, Confirmed, Cancelled, Parcel(0)], State::Released, 1),
        (&[Placed, Confirmed, Cancelled, Parcel(0), Parcel(1)], State::Released, 2),
    ];
    let mut expected = Vec::new();
    for (set, state, left) in sets {
        for arrival in arrivals(set.len(), 0) {
            let arrival: Vec<Fact> = arrival.into_iter().map(|fact| set[fact]).collect();
            for (twice, together) in [(false, false), (true, false), (true, true)] {
                let (sku, order) = (format!("SKU-{}", expected.len()), shop.order());
                shop.receive(&sku, 5).await;
                let parcels = [shop.shipment(), shop.shipment()];
                let facts = arrival.iter().flat_map(|fact| vec![*fact; if twice { 2 } else { 1 }]);
                let facts: Vec<Envelope> = facts.map(|fact| envelope(shop, fact, order, &sku, parcels)).collect();
                if together {
                    shop.deliver(facts).await;
                } else {
                    for (number, fact) in facts.into_iter().enumerate() {
                        shop.insist(number, vec![fact]).await;
                    }
                }
                expected.push((order, sku, state, left, format!("{arrival:?} {twice} {together}")));
            }
        }
    }
    let (reservations, stock) = (shop.reservations().await, shop.stock_facts().await);
    for (order, sku, state, left, what) in expected {
        let sku = Sku::new(&sku).unwrap();
        let reservation = &reservations[&order];
        assert_eq!((reservation.state, &reservation.lines), (state, &vec![(sku.clone(), 3)]), "{what}");
        assert_eq!(reservation.shipped, [(sku.clone(), left)], "{what}");
        let fact = stock.iter().find(|fact| fact.sku == sku).unwrap();
        let allocated = if state == State::Allocated { 3 - left } else { 0 };
        assert_eq!((fact.on_hand, fact.held, fact.allocated), (5 - left, 0, allocated), "{what}");
    }
    shop.check_books().await;
}

fn envelope(shop: &Shop, fact: Fact, order: OrderId, sku: &str, parcels: [ShipmentId; 2]) -> Envelope {
    let lines = [(sku, 2), (sku, 1)];
    match fact {
        Placed => shop.placed(order, &lines),
        Confirmed => shop.confirmed(order, &lines),
        Cancelled => shop.cancelled(order),
        Parcel(number) => shop.dispatched(order, parcels[number], &[(sku, 1)]),
    }
}

async fn a_parcel_that_does_not_fit_the_books_is_dead_lettered_and_its_batch_goes_on(shop: &Shop) {
    shop.receive("A", 4).await;
    let (order, other) = (allocated(shop, &[("A", 2)]).await, allocated(shop, &[("A", 2)]).await);
    let parcel = |order, lines: &[(&str, i64)]| shop.dispatched(order, shop.shipment(), lines);
    let too_much = parcel(order, &[("A", 3)]);
    let other_goods = parcel(order, &[("B", 1)]);
    let not_theirs = parcel(shop.order(), &[("A", 1)]);
    let nothing = parcel(order, &[("A", 0)]);
    let good = parcel(other, &[("A", 2)]);
    shop.deliver(vec![too_much, other_goods, not_theirs, nothing, good]).await;
    assert_eq!(shop.level("A").await, (2, 0, 2));
    assert_eq!(shop.count("SELECT COUNT(*) FROM dead_letters", &params![]).await, 4);
    shop.check_books().await;
}

async fn a_thousand_parcels_heard_twice_by_two_replicas_leave_once(shop: &Shop) {
    shop.receive("A", 1_100).await;
    let order = allocated(shop, &[("A", 1_000)]).await;
    let parcels: Vec<ShipmentId> = (0..1_000).map(|_| shop.shipment()).collect();
    let told = shop.told::<StockChanged>().await.len();
    let batches = parcels.chunks(20).enumerate().flat_map(|(number, chunk)| {
        let batch = |_| chunk.iter().map(|parcel| shop.dispatched(order, *parcel, &[("A", 1)])).collect::<Vec<_>>();
        [0, 1].map(|replica| shop.insist(number + replica, batch(replica)))
    });
    join_all(batches).await;
    assert_eq!(shop.level("A").await, (100, 0, 0));
    assert_eq!(shop.told::<StockChanged>().await.len(), told);
    shop.check_books().await;
}

async fn goods_sold_without_being_there_may_leave(shop: &Shop) {
    let (status, _) = shop.staff(Method::PUT, "/v1/stock/A", Some(json!({"on_hand": 1, "backorder": true}))).await;
    assert_eq!(status, 200);
    let order = allocated(shop, &[("A", 3)]).await;
    shop.deliver(vec![shop.dispatched(order, shop.shipment(), &[("A", 3)])]).await;
    assert_eq!(shop.level("A").await, (-2, 0, 0));
    shop.check_books().await;
}
