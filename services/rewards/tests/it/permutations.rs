//! The facts of an order in every order of arrival, in one batch or many, once or twice: the same end. And facts, hands
//! and time at random: the books stay in order.

use crate::setup::Shop;
use bodega_contracts::OrderId;
use bodega_db::Envelope;
use bodega_kernel::UserId;
use bodega_testkit::{arrivals, stories};
use std::time::Duration;

stories!(every_arrival_of_an_orders_facts_ends_the_same, random_facts_hands_and_days_leave_the_books_in_order,);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fact {
    Placed,
    Confirmed,
    Completed,
    Refunded(i64),
    Cancelled,
}
use Fact::{Cancelled, Completed, Confirmed, Placed, Refunded};

fn envelope(shop: &Shop, fact: Fact, order: OrderId, user: UserId) -> Envelope {
    match fact {
        Placed => shop.placed(order, user, 100),
        Confirmed => shop.confirmed(order, user, 10_000),
        Completed => shop.completed(order, user),
        Refunded(amount) => shop.refunded(order, amount),
        Cancelled => shop.cancelled(order),
    }
}

/// Spent, pending, earned, reversed.
type End = (i64, i64, i64, i64);

async fn every_arrival_of_an_orders_facts_ends_the_same(shop: &Shop) {
    let half = Refunded(5_000);
    let sets: [(&[Fact], End); 6] = [
        (&[Placed, Confirmed, Completed, half], (100, 0, 50, 50)),
        (&[Placed, Confirmed, half], (100, 50, 0, 50)),
        (&[Confirmed, Completed, Refunded(1_050), half], (0, 0, 50, 50)),
        (&[Placed, Cancelled], (0, 0, 0, 0)),
        (&[Placed, Confirmed, Cancelled], (0, 0, 0, 100)),
        (&[Placed, Confirmed, Completed, half, Cancelled], (0, 0, 0, 100)),
    ];
    let user = shop.user();
    shop.give(user, 1_000_000).await;
    let mut expected = Vec::new();
    for (set, end) in sets {
        for arrival in arrivals(set.len(), 1) {
            let arrival: Vec<Fact> = arrival.into_iter().map(|number| set[number]).collect();
            for (twice, together) in [(false, false), (false, true), (true, false), (true, true)] {
                let order = shop.order();
                let facts = arrival.iter().flat_map(|fact| vec![*fact; if twice { 2 } else { 1 }]);
                let facts: Vec<Envelope> = facts.map(|fact| envelope(shop, fact, order, user)).collect();
                if together {
                    shop.insist(0, facts).await;
                } else {
                    for (number, fact) in facts.into_iter().enumerate() {
                        shop.insist(number, vec![fact]).await;
                    }
                }
                expected.push((order, end, format!("{arrival:?} {twice} {together}")));
            }
        }
    }
    let orders = shop.orders().await;
    let mut balance = (1_000_000, 0, 0, 0);
    for (order, end, what) in expected {
        let fact = &orders[&order];
        assert_eq!((fact.spent, fact.pending, fact.earned, fact.reversed), end, "{what}");
        assert_eq!((fact.held, fact.cancelled), (0, what.contains("Cancelled")), "{what}");
        balance.0 += fact.earned - fact.spent;
        balance.2 += fact.pending;
    }
    assert_eq!(shop.points(user).await, balance);
    shop.check_books().await;
}

/// A small generator of its own, so that a failure repeats.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % bound) as usize
    }
}

async fn random_facts_hands_and_days_leave_the_books_in_order(shop: &Shop) {
    let shop = &shop.with(|settings| settings.rewards.expiry_months = 1).await;
    let mut dice = Dice(11);
    let users = [shop.user(), shop.user(), shop.user()];
    let mut orders: Vec<(OrderId, UserId)> = Vec::new();
    let (mut given, mut taken) = (0, 0);
    for round in 0..250 {
        let user = users[dice.below(3)];
        match dice.below(10) {
            0 => {
                given += 1;
                shop.give(user, 1 + dice.below(300) as i64).await;
            }
            1 => {
                let answer = shop.ask(round, Shop::adjusting(user, -(1 + dice.below(150) as i64))).await;
                assert!([201, 409].contains(&answer.status), "{}", answer.text);
                taken += i32::from(answer.status == 201);
            }
            2 => {
                shop.clock.advance(Duration::from_hours(24 * dice.below(12) as u64));
                shop.work().await;
            }
            _ => {
                let mut batch = Vec::new();
                for _ in 0..=dice.below(6) {
                    if orders.is_empty() || dice.below(3) == 0 {
                        orders.push((shop.order(), user));
                    }
                    let (order, user) = orders[orders.len() - 1 - dice.below(orders.len().min(12) as u64)];
                    let refunded = Refunded(1 + dice.below(12_000) as i64);
                    let fact = [Placed, Placed, Confirmed, Completed, refunded, Cancelled][dice.below(6)];
                    batch.push(envelope(shop, fact, order, user));
                }
                shop.insist(round, batch).await;
            }
        }
        if round % 25 == 0 {
            shop.check_books().await;
        }
    }
    shop.check_books().await;
    let expired = shop.count("SELECT COUNT(*) FROM entries WHERE kind = 'expire'", &[]).await;
    let owed = shop.count("SELECT COUNT(*) FROM entries WHERE debt > 0", &[]).await;
    assert!(given > 0 && taken > 0 && expired > 0 && owed > 0, "{given} {taken} {expired} {owed}");
}
