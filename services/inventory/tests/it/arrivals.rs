//! Longer lives of an order: seven and eight facts, 5,000 of the orders in which they can arrive, and the same end.

use crate::setup::Shop;
use bodega_contracts::{OrderId, inventory::ReservationState as State};
use bodega_db::Envelope;
use bodega_kernel::Sku;
use bodega_testkit::{Ask, arrivals, staff, stories};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

stories!(
    a_confirmed_order_gets_its_goods_in_every_arrival_of_seven_facts,
    an_order_that_wants_too_much_hears_so_in_every_arrival_of_seven_facts,
    a_cancelled_order_gives_its_goods_back_in_every_arrival_of_eight_facts,
);

/// How long a hold lasts.
const HOLD: Duration = Duration::from_hours(8 * 24);
/// The most movements of one request.
const MOVEMENTS: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fact {
    Placed,
    /// Orders heard no answer and asks again.
    AskedAgain,
    HoldRunsOut,
    Confirmed,
    Cancelled,
    /// Staff enter a movement of the goods.
    Moved(&'static str, i64),
}
use Fact::{AskedAgain, Cancelled, Confirmed, HoldRunsOut, Moved, Placed};

const RECEIVED: Fact = Moved("receive", 4);
const BROKEN: Fact = Moved("adjust", -1);
const RETURNED: Fact = Moved("return", 1);
/// What those three bring together.
const BROUGHT: i64 = 4;

/// An order of goods that nobody else wants.
struct Case {
    order: OrderId,
    sku: String,
    arrival: Vec<usize>,
}

impl Case {
    fn said(&self, shop: &Shop, fact: Fact, wanted: i64) -> Option<Envelope> {
        let lines = [(self.sku.as_str(), wanted - 1), (self.sku.as_str(), 1)];
        match fact {
            Placed | AskedAgain => Some(shop.placed(self.order, &lines)),
            Confirmed => Some(shop.confirmed(self.order, &lines)),
            Cancelled => Some(shop.cancelled(self.order)),
            HoldRunsOut | Moved(..) => None,
        }
    }

    fn movement(&self, fact: Fact) -> Option<Value> {
        let Moved(kind, quantity) = fact else { return None };
        Some(json!({"sku": self.sku, "kind": kind, "quantity": quantity, "reason": "seen"}))
    }
}

async fn enter(shop: &Shop, movements: &[Value]) {
    for movements in movements.chunks(MOVEMENTS) {
        let ask = Ask::post("/v1/stock/movements").by(staff()).json(&json!(movements));
        shop.ask(0, ask).await.expect(201);
    }
}

/// Brings the facts to as many orders as there are arrivals, what is said twice, and compares how they end.
async fn end(shop: &Shop, facts: &[Fact], (there, wanted): (i64, i64), state: State) {
    let case = |(number, arrival)| Case { order: shop.order(), sku: format!("SKU-{number:04}"), arrival };
    let cases: Vec<Case> = arrivals(facts.len(), 1).into_iter().enumerate().map(case).collect();
    enter(shop, &cases.iter().filter_map(|case| case.movement(Moved("receive", there))).collect::<Vec<_>>()).await;
    // The clock runs for all at once, so those whose holds run out at one place live together.
    let runs_out = facts.iter().position(|fact| *fact == HoldRunsOut).unwrap();
    for now in 0..facts.len() {
        let together: Vec<&Case> = cases.iter().filter(|case| case.arrival[now] == runs_out).collect();
        for place in 0..facts.len() {
            if place == now {
                shop.clock.advance(HOLD);
                while shop.expire_holds().await {}
                continue;
            }
            let next = together.iter().map(|case| (case, facts[case.arrival[place]]));
            let said: Vec<Envelope> = next.clone().filter_map(|(case, fact)| case.said(shop, fact, wanted)).collect();
            shop.spread(place, &said).await;
            enter(shop, &next.filter_map(|(case, fact)| case.movement(fact)).collect::<Vec<_>>()).await;
            shop.spread(place + 1, &said).await;
        }
    }
    compare(shop, facts, &cases, (there + BROUGHT, wanted), state).await;
}

async fn compare(shop: &Shop, facts: &[Fact], cases: &[Case], (there, wanted): (i64, i64), state: State) {
    let reservations = shop.reservations().await;
    let stock = shop.stock_facts().await.into_iter().map(|fact| (fact.sku.clone(), fact)).collect::<BTreeMap<_, _>>();
    assert_eq!((reservations.len(), stock.len()), (cases.len(), cases.len()));
    let allocated = if state == State::Allocated { wanted } else { 0 };
    for case in cases {
        let arrival: Vec<Fact> = case.arrival.iter().map(|fact| facts[*fact]).collect();
        let sku = Sku::new(&case.sku).unwrap();
        let (reservation, fact) = (&reservations[&case.order], &stock[&sku]);
        assert_eq!((reservation.state, &reservation.lines), (state, &vec![(sku, wanted)]), "{arrival:?}");
        assert_eq!((fact.on_hand, fact.held, fact.allocated), (there, 0, allocated), "{arrival:?}");
    }
    shop.check_books().await;
}

async fn a_confirmed_order_gets_its_goods_in_every_arrival_of_seven_facts(shop: &Shop) {
    let facts = [Placed, AskedAgain, HoldRunsOut, Confirmed, RECEIVED, BROKEN, RETURNED];
    end(shop, &facts, (5, 3), State::Allocated).await;
}

async fn an_order_that_wants_too_much_hears_so_in_every_arrival_of_seven_facts(shop: &Shop) {
    let facts = [Placed, AskedAgain, HoldRunsOut, Confirmed, RECEIVED, BROKEN, RETURNED];
    end(shop, &facts, (1, 9), State::Unavailable).await;
}

async fn a_cancelled_order_gives_its_goods_back_in_every_arrival_of_eight_facts(shop: &Shop) {
    let facts = [Placed, AskedAgain, HoldRunsOut, Confirmed, Cancelled, RECEIVED, BROKEN, RETURNED];
    end(shop, &facts, (5, 3), State::Released).await;
}
