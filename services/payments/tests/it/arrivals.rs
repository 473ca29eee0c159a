//! Longer lives of a payment: seven and eight facts, 5,000 of the orders in which they can arrive, over every way in
//! which a provider behaves. Who was first decides whether money moves; that it is right never depends on it.

use crate::{
    books::short,
    setup::{PRICE, Shop},
};
use bodega_contracts::{OrderId, orders::CancelReason, payments::PaymentFact};
use bodega_db::Envelope;
use bodega_testkit::{arrivals, stories};
use std::{collections::HashMap, time::Duration};

stories!(
    a_cancelled_order_keeps_no_money_in_every_arrival_of_eight_facts,
    an_order_whose_end_is_wanted_is_answered_as_it_is_in_every_arrival_of_seven_facts,
);

const METHODS: [&str; 8] = [
    "sim_success",
    "sim_authorize",
    "sim_3ds",
    "sim_late_capture",
    "sim_timeout_then_success",
    "sim_unavailable",
    "sim_duplicate_webhook",
    "sim_webhook_only",
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fact {
    Due,
    /// The same again, as a resend brings it.
    DueAgain,
    Deadline,
    /// Orders heard no answer and asks again.
    DeadlineAgain,
    Unwanted,
    UnwantedAgain,
    Cancelled,
    CancelledAgain,
    /// There is time to call the providers.
    Called,
}
use Fact::{Called, Cancelled, CancelledAgain, Deadline, DeadlineAgain, Due, DueAgain, Unwanted, UnwantedAgain};

/// An order and how it is paid.
struct Case {
    order: OrderId,
    method: &'static str,
    arrival: Vec<usize>,
}

impl Case {
    fn said(&self, shop: &Shop, fact: Fact) -> Option<Envelope> {
        match fact {
            Due | DueAgain => Some(shop.due_event(self.order, self.method)),
            Deadline | DeadlineAgain => Some(shop.expiring_event(self.order, CancelReason::PaymentExpired)),
            Unwanted | UnwantedAgain => Some(shop.expiring_event(self.order, CancelReason::ByShopper)),
            Cancelled | CancelledAgain => Some(shop.cancelled_event(self.order)),
            Called => None,
        }
    }
}

/// A payment at rest: how it came there, what is known of it if it was ever due, and what was told of it.
struct End {
    what: String,
    fact: PaymentFact,
    told: Vec<String>,
}

async fn call(shop: &Shop) {
    for shop in [shop, &shop.other()] {
        while shop.job("provider calls").step().await {}
    }
}

/// Brings the facts to as many orders as there are arrivals, lets them come to rest, and says how they end.
async fn ends(shop: &Shop, facts: &[Fact]) -> Vec<End> {
    let case = |(number, arrival)| Case { order: shop.order(), method: METHODS[number % METHODS.len()], arrival };
    let cases: Vec<Case> = arrivals(facts.len(), 1).into_iter().enumerate().map(case).collect();
    // Providers are called for all at once, so those that are called at one place live together.
    let called = facts.iter().position(|fact| *fact == Called).unwrap();
    for now in 0..facts.len() {
        let together: Vec<&Case> = cases.iter().filter(|case| case.arrival[now] == called).collect();
        for place in 0..facts.len() {
            let next = together.iter().filter_map(|case| case.said(shop, facts[case.arrival[place]]));
            if place == now {
                call(shop).await;
            } else {
                shop.spread(place, &next.collect::<Vec<_>>()).await;
            }
        }
        call(shop).await;
    }
    for _ in 0..5 {
        shop.clock.advance(Duration::from_secs(40));
        shop.work().await;
        shop.other().work().await;
    }
    shop.check_books().await;
    no_charge_was_made_twice(shop).await;
    let mut told: HashMap<String, Vec<String>> = HashMap::new();
    for event in shop.events().await {
        told.entry(event.subject.to_string()).or_default().push(short(&event.kind));
    }
    let mut known: HashMap<OrderId, PaymentFact> =
        shop.facts().await.into_iter().map(|fact| (fact.order_id, fact)).collect();
    let end = |case: &Case| {
        let arrival: Vec<Fact> = case.arrival.iter().map(|fact| facts[*fact]).collect();
        let told = told.remove(&case.order.to_string()).unwrap_or_default();
        End { what: format!("{} {arrival:?}: {told:?}", case.method), fact: known.remove(&case.order).unwrap(), told }
    };
    cases.iter().map(end).collect()
}

async fn no_charge_was_made_twice(shop: &Shop) {
    let repeats = "SELECT CAST(SUM(repeats) AS BIGINT) FROM simulator_charges";
    assert_eq!(shop.count(repeats, &[]).await, 0, "what may have been sent was sent again without asking");
    let twice = "SELECT COUNT(*) FROM (SELECT order_id FROM simulator_charges WHERE captured > 0 GROUP BY order_id \
                 HAVING COUNT(*) > 1) AS twice";
    assert_eq!(shop.count(twice, &[]).await, 0);
}

async fn a_cancelled_order_keeps_no_money_in_every_arrival_of_eight_facts(shop: &Shop) {
    let facts = [Due, DueAgain, Deadline, DeadlineAgain, Unwanted, Cancelled, CancelledAgain, Called];
    let ends = ends(shop, &facts).await;
    for End { what, fact, .. } in &ends {
        assert!(!fact.open, "{what}: {fact:?}");
        assert_eq!((fact.captured, fact.authorized), (fact.refunded, fact.captured), "{what}: {fact:?}");
    }
    let paid = ends.iter().filter(|end| end.fact.captured > 0).count();
    assert!(0 < paid && paid < ends.len(), "some were paid before their end: {paid}");
}

async fn an_order_whose_end_is_wanted_is_answered_as_it_is_in_every_arrival_of_seven_facts(shop: &Shop) {
    let facts = [Due, DueAgain, Deadline, DeadlineAgain, Unwanted, UnwantedAgain, Called];
    let ends = ends(shop, &facts).await;
    for End { what, fact, told } in &ends {
        assert!(!fact.open, "{what}: {fact:?}");
        assert_eq!((fact.refunded, fact.authorized), (0, fact.captured), "{what}: {fact:?}");
        let answer = match fact.captured {
            PRICE => "captured",
            0 => "closed",
            other => panic!("{what}: {other} was taken"),
        };
        assert_eq!(told.last().map(String::as_str), Some(answer), "{what}");
    }
    let paid = ends.iter().filter(|end| end.fact.captured > 0).count();
    assert!(0 < paid && paid < ends.len(), "some were paid before their end: {paid}");
}
