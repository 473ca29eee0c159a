//! The facts of an order in every order of arrival, in one batch or many, once or twice: the same end.

use crate::setup::Shop;
use bodega_contracts::{OrderId, inventory::ReservationState as State};
use bodega_db::Envelope;
use bodega_kernel::Sku;
use bodega_testkit::{arrivals, stories};
use serde_json::json;
use std::time::Duration;

stories!(every_arrival_of_an_orders_facts_ends_the_same, random_facts_and_hands_leave_the_books_in_order);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fact {
    Placed,
    Confirmed,
    Cancelled,
}
use Fact::{Cancelled, Confirmed, Placed};

fn envelope(shop: &Shop, fact: Fact, order: OrderId, lines: &[(&str, i64)]) -> Envelope {
    match fact {
        Placed => shop.placed(order, lines),
        Confirmed => shop.confirmed(order, lines),
        Cancelled => shop.cancelled(order),
    }
}

async fn every_arrival_of_an_orders_facts_ends_the_same(shop: &Shop) {
    let sets: [(&[Fact], i64, State); 6] = [
        (&[Placed, Confirmed], 5, State::Allocated),
        (&[Placed, Cancelled], 5, State::Released),
        (&[Placed, Confirmed, Cancelled], 5, State::Released),
        (&[Placed, Confirmed], 1, State::Unavailable),
        (&[Placed, Cancelled], 1, State::Released),
        (&[Placed, Confirmed, Cancelled], 1, State::Released),
    ];
    let mut expected = Vec::new();
    for (set, on_hand, state) in sets {
        for arrival in arrivals(set.len(), 0) {
            let arrival: Vec<Fact> = arrival.into_iter().map(|fact| set[fact]).collect();
            for (twice, together) in [(false, false), (false, true), (true, false), (true, true)] {
                let (sku, order) = (format!("SKU-{}", expected.len()), shop.order());
                shop.receive(&sku, on_hand).await;
                let lines = [(sku.as_str(), 2), (sku.as_str(), 1)];
                let facts = arrival.iter().flat_map(|fact| vec![*fact; if twice { 2 } else { 1 }]);
                let facts: Vec<Envelope> = facts.map(|fact| envelope(shop, fact, order, &lines)).collect();
                if together {
                    shop.deliver(facts).await;
                } else {
                    for (number, fact) in facts.into_iter().enumerate() {
                        shop.insist(number, vec![fact]).await;
                    }
                }
                expected.push((order, sku, state, on_hand, format!("{arrival:?} {twice} {together}")));
            }
        }
    }
    let (reservations, stock) = (shop.reservations().await, shop.stock_facts().await);
    for (order, sku, state, on_hand, what) in expected {
        let sku = Sku::new(&sku).unwrap();
        let reservation = &reservations[&order];
        assert_eq!((reservation.state, &reservation.lines), (state, &vec![(sku.clone(), 3)]), "{what}");
        let fact = stock.iter().find(|fact| fact.sku == sku).unwrap();
        let allocated = if state == State::Allocated { 3 } else { 0 };
        assert_eq!((fact.on_hand, fact.held, fact.allocated), (on_hand, 0, allocated), "{what}");
    }
    shop.check_books().await;
    shop.clock.advance(Duration::from_hours(24 * 30));
    assert!(!shop.expire_holds().await, "no hold is left");
}

/// A small generator of its own, so that a failure repeats.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

async fn random_facts_and_hands_leave_the_books_in_order(shop: &Shop) {
    const SKUS: [&str; 4] = ["A", "B", "C", "D"];
    let mut dice = Dice(7);
    let mut orders: Vec<(OrderId, Vec<(&str, i64)>)> = Vec::new();
    for round in 0..150 {
        let sku = SKUS[dice.below(4) as usize];
        match dice.below(10) {
            0 => shop.receive(sku, 1 + dice.below(20) as i64).await,
            1 => {
                let body =
                    json!({"sku": sku, "kind": "adjust", "quantity": -(1 + dice.below(4) as i64), "reason": "broken"});
                shop.staff(axum::http::Method::POST, "/v1/stock/movements", Some(body)).await;
            }
            2 => {
                let body = json!({"on_hand": dice.below(30), "backorder": dice.below(5) == 0});
                shop.staff(axum::http::Method::PUT, &format!("/v1/stock/{sku}"), Some(body)).await;
            }
            3 => {
                shop.clock.advance(Duration::from_hours(24 * dice.below(5)));
                shop.expire_holds().await;
            }
            _ => {
                let mut batch = Vec::new();
                for _ in 0..=dice.below(6) {
                    if orders.is_empty() || dice.below(2) == 0 {
                        let lines =
                            (0..=dice.below(3)).map(|_| (SKUS[dice.below(4) as usize], 1 + dice.below(4) as i64));
                        orders.push((shop.order(), lines.collect()));
                    }
                    let (order, lines) = &orders[dice.below(orders.len() as u64) as usize];
                    let fact = [Placed, Placed, Confirmed, Cancelled][dice.below(4) as usize];
                    batch.push(envelope(shop, fact, *order, lines));
                }
                shop.insist(round, batch).await;
            }
        }
    }
    shop.check_books().await;
    let states: Vec<State> = shop.reservations().await.values().map(|fact| fact.state).collect();
    assert!(states.contains(&State::Allocated) && states.contains(&State::Rejected), "{states:?}");
}
