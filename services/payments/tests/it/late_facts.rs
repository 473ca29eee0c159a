//! All that can be heard of one order with tenders, a parcel and a return, in thousands of the orders in which it can
//! arrive: no money is kept of a cancelled order, none is given back twice, and every balance equals its ledger.

use crate::{
    said::{GoesTo, by_card, by_credit},
    setup::{PRICE, Shop},
};
use bodega_contracts::{GiftCardId, OrderId, ReturnId, ShipmentId, orders::CancelReason};
use bodega_db::Envelope;
use bodega_testkit::{arrivals, stories};
use std::time::Duration;

const METHODS: [&str; 5] =
    ["sim_success", "sim_authorize", "sim_timeout_then_success", "sim_late_capture", "sim_decline"];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fact {
    Due,
    Deadline,
    Cancelled,
    Returned,
    ToCredit,
    Leaving,
}
use Fact::{Cancelled, Deadline, Due, Leaving, Returned, ToCredit};

struct Case {
    order: OrderId,
    method: &'static str,
    parcel: ShipmentId,
    returns: [ReturnId; 2],
    arrival: Vec<usize>,
}

impl Case {
    fn said(&self, shop: &Shop, card: GiftCardId, fact: Fact) -> Envelope {
        match fact {
            Due => shop.tendered_event(self.order, self.method, vec![by_card(card, 300), by_credit(200)]),
            Deadline => shop.expiring_event(self.order, CancelReason::PaymentExpired),
            Cancelled => shop.cancelled_event(self.order),
            Returned => shop.returned_event(self.order, self.returns[0], 400, GoesTo::Payer),
            ToCredit => shop.returned_event(self.order, self.returns[1], 100, GoesTo::Credit),
            Leaving => shop.leaving_event(self.order, self.parcel, 1_200),
        }
    }
}

/// Brings the facts, each place of the arrivals for all orders at once, with calls after each where `working` says so.
async fn tell(shop: &Shop, facts: &[Fact], card: GiftCardId, working: usize) -> Vec<Case> {
    let case = |(number, arrival): (usize, Vec<usize>)| Case {
        order: shop.order(),
        method: METHODS[number % METHODS.len()],
        parcel: ShipmentId::new(&shop.world),
        returns: [ReturnId::new(&shop.world), ReturnId::new(&shop.world)],
        arrival,
    };
    let cases: Vec<Case> = arrivals(facts.len(), 1).into_iter().enumerate().map(case).collect();
    for place in 0..facts.len() {
        for twice in 0..2 {
            let said = cases.iter().map(|case| case.said(shop, card, facts[case.arrival[place]]));
            shop.spread(place + twice, &said.collect::<Vec<_>>()).await;
        }
        if working >> place & 1 == 1 {
            shop.work().await;
        }
    }
    for _ in 0..5 {
        shop.wait(Duration::from_secs(40)).await;
        shop.other().work().await;
    }
    cases
}

async fn a_cancelled_order_keeps_nothing_in_every_arrival_of_six_facts(shop: &Shop) {
    let shop = &shop.on_dispatch().await;
    for working in [0, 0b01_0010, 0b11_1111] {
        let card = shop.card(1_000_000).await;
        shop.adjust(1_000_000 - shop.credit().await).await;
        let cases = tell(shop, &[Due, Deadline, Cancelled, Returned, ToCredit, Leaving], card, working).await;
        shop.check_books().await;
        let facts = shop.facts().await;
        let mut as_credit = 0;
        for Case { order, method, arrival, .. } in &cases {
            let fact = facts.iter().find(|fact| fact.order_id == *order).unwrap();
            let what = format!("{method} {arrival:?} {working:06b}: {fact:?}");
            assert!(!fact.open, "{what}");
            assert_eq!((fact.captured, fact.authorized), (fact.refunded, fact.captured), "{what}");
            as_credit += fact.credited - fact.tendered;
        }
        assert!(as_credit >= 0);
        assert_eq!(shop.on_card(card).await + shop.credit().await, 2_000_000 + as_credit);
    }
}

async fn a_sold_order_gives_each_return_back_once_in_every_arrival_of_four_facts(shop: &Shop) {
    for working in [0, 0b0010, 0b1111] {
        let card = shop.card(1_000_000).await;
        shop.adjust(1_000_000 - shop.credit().await).await;
        let cases = tell(shop, &[Due, Returned, ToCredit, Leaving], card, working).await;
        shop.check_books().await;
        let facts = shop.facts().await;
        for Case { order, method, arrival, .. } in &cases {
            let fact = facts.iter().find(|fact| fact.order_id == *order).unwrap();
            let what = format!("{method} {arrival:?} {working:04b}: {fact:?}");
            let money = (fact.captured, fact.refunded);
            match *method {
                "sim_decline" => assert_eq!(money, (500, 0), "{what}"),
                "sim_authorize" => assert_eq!(money, (1_200, 500), "{what}"),
                _ => assert_eq!(money, (PRICE, 500), "{what}"),
            }
        }
    }
}

stories![
    a_cancelled_order_keeps_nothing_in_every_arrival_of_six_facts,
    a_sold_order_gives_each_return_back_once_in_every_arrival_of_four_facts,
];
