//! Facts of orders arrive in every order, twice each, in one batch and in many: the books end the same.

use crate::setup::{Shop, claim, tenth};
use bodega_contracts::{
    OrderId,
    coupons::{CouponRedeemed, CouponReleased, CouponReserved, CouponUseState as State},
};
use bodega_db::Envelope;
use bodega_testkit::{arrivals, stories};
use serde_json::json;

stories!(
    a_paid_order_ends_redeemed_however_its_facts_arrive,
    a_cancelled_order_ends_released_however_its_facts_arrive,
    a_paid_and_then_cancelled_order_ends_released_however_its_facts_arrive,
    two_orders_for_the_last_use_end_within_the_limit_however_their_facts_arrive,
);

const TELLS: [&str; 3] = ["placed", "confirmed", "cancelled"];

fn fact(shop: &Shop, order: OrderId, id: bodega_contracts::PromotionId, number: usize) -> Envelope {
    match TELLS[number] {
        "placed" => shop.placed(order, vec![claim(id, "CODE", "ada")]),
        "confirmed" => shop.confirmed(order),
        _ => shop.cancelled(order),
    }
}

/// Each order's facts in each arrival, every fact twice: as one batch, and one by one turn by turn at each replica.
async fn arrive(shop: &Shop, facts: &[usize], expected: State) {
    let limit = 1_000;
    let id = shop.promotion(tenth(json!({"code": "CODE", "limit": limit, "limit_per_customer": limit}))).await;
    let mut live = 0;
    for arrival in arrivals(facts.len() * 2, 7) {
        for in_one in [true, false] {
            let order = shop.order();
            let events: Vec<Envelope> =
                arrival.iter().map(|&place| fact(shop, order, id, facts[place % facts.len()])).collect();
            if in_one {
                shop.deliver(events).await;
            } else {
                for (replica, event) in events.into_iter().enumerate() {
                    shop.insist(replica, vec![event]).await;
                }
            }
            assert_eq!(shop.state(order).await, Some(expected), "{arrival:?}");
            live += i64::from(expected == State::Redeemed);
        }
        if live + 2 > limit {
            break;
        }
    }
    assert_eq!(shop.live(id).await, live);
    shop.check_books().await;
}

async fn a_paid_order_ends_redeemed_however_its_facts_arrive(shop: &Shop) {
    arrive(shop, &[0, 1], State::Redeemed).await;
    let orders = shop.uses().await.len();
    assert_eq!(shop.told::<CouponRedeemed>().await.len(), orders);
    assert!(shop.told::<CouponReserved>().await.len() >= orders);
    assert!(shop.told::<CouponReleased>().await.is_empty());
}

async fn a_cancelled_order_ends_released_however_its_facts_arrive(shop: &Shop) {
    arrive(shop, &[0, 2], State::Released).await;
}

async fn a_paid_and_then_cancelled_order_ends_released_however_its_facts_arrive(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "CODE", "limit": 10}))).await;
    for arrival in arrivals(3, 7).into_iter().chain(arrivals(6, 7).into_iter().step_by(31)) {
        for in_one in [true, false] {
            let order = shop.order();
            let events: Vec<Envelope> = arrival.iter().map(|&place| fact(shop, order, id, place % 3)).collect();
            let size = if in_one { events.len() } else { 1 };
            for (replica, batch) in events.chunks(size).enumerate() {
                shop.insist(replica, batch.to_vec()).await;
            }
            assert_eq!(shop.state(order).await, Some(State::Released), "{arrival:?}");
        }
    }
    assert_eq!(shop.live(id).await, 0);
    shop.check_books().await;
}

async fn two_orders_for_the_last_use_end_within_the_limit_however_their_facts_arrive(shop: &Shop) {
    for (round, arrival) in arrivals(4, 7).into_iter().enumerate() {
        let code = format!("LAST-{round}");
        let id = shop.promotion(tenth(json!({"code": code, "limit": 1}))).await;
        let orders = [shop.order(), shop.order()];
        let events: Vec<Envelope> = arrival
            .iter()
            .map(|&place| {
                let order = orders[place % 2];
                if place < 2 { shop.placed(order, vec![claim(id, &code, "ada")]) } else { shop.confirmed(order) }
            })
            .collect();
        for (replica, event) in events.into_iter().enumerate() {
            shop.insist(replica, vec![event]).await;
        }
        let mut states = [shop.state(orders[0]).await.unwrap(), shop.state(orders[1]).await.unwrap()];
        states.sort_by_key(|state| format!("{state:?}"));
        assert_eq!(states, [State::Redeemed, State::Rejected], "{arrival:?}");
    }
    shop.check_books().await;
}
