//! Many at once, on two replicas where the database is a server.

use crate::setup::Shop;
use bodega_contracts::{
    OrderId,
    inventory::{ReservationState as State, StockRejected, StockReserved},
};
use bodega_db::Envelope;
use bodega_testkit::{Answer, Ask, staff, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};

stories!(
    the_last_unit_is_sold_once,
    ten_units_are_sold_to_ten_of_two_hundred,
    orders_that_want_the_same_goods_in_another_order_never_lock_each_other_out,
    mixed_batches_of_many_goods_never_lock_each_other_out,
    what_is_delivered_to_two_replicas_at_once_counts_once,
    of_many_counts_that_expect_the_same_one_wins,
    movements_with_one_key_count_once_however_many_come_at_once,
    a_count_and_a_sale_at_once_never_promise_what_is_not_there,
);

/// Delivers batches of `size` all at once, turn by turn to each replica.
async fn storm(shop: &Shop, events: Vec<Envelope>, size: usize) {
    let batches = events.chunks(size).enumerate();
    join_all(batches.map(|(number, batch)| shop.insist(number, batch.to_vec()))).await;
}

async fn the_last_unit_is_sold_once(shop: &Shop) {
    shop.receive("LAST", 1).await;
    let events: Vec<Envelope> = (0..1_000).map(|_| shop.placed(shop.order(), &[("LAST", 1)])).collect();
    storm(shop, events, 20).await;
    assert_eq!(shop.told::<StockReserved>().await.len(), 1);
    assert_eq!(shop.told::<StockRejected>().await.len(), 999);
    assert_eq!(shop.level("LAST").await, (1, 1, 0));
    shop.check_books().await;
}

async fn ten_units_are_sold_to_ten_of_two_hundred(shop: &Shop) {
    shop.receive("TEN", 10).await;
    let events: Vec<Envelope> = (0..200).map(|_| shop.placed(shop.order(), &[("TEN", 1)])).collect();
    storm(shop, events, 1).await;
    assert_eq!(shop.told::<StockReserved>().await.len(), 10);
    assert_eq!(shop.level("TEN").await, (10, 10, 0));
    shop.check_books().await;
}

async fn orders_that_want_the_same_goods_in_another_order_never_lock_each_other_out(shop: &Shop) {
    for sku in ["A", "B", "C"] {
        shop.receive(sku, 10_000).await;
    }
    let one_way = [("A", 1), ("B", 1), ("C", 1)];
    let other_way = [("C", 1), ("B", 1), ("A", 1)];
    // Each replica one batch after the other, both at the same time.
    let replica = async |number: usize| {
        let mut waits = 0;
        for round in 0..60 {
            let lines = if (round + number).is_multiple_of(2) { one_way } else { other_way };
            let order = shop.order();
            waits += shop.insist(number, vec![shop.placed(order, &lines)]).await;
            let last = if round % 3 == 0 { shop.cancelled(order) } else { shop.confirmed(order, &lines) };
            waits += shop.insist(number + 1, vec![last, shop.placed(shop.order(), &lines)]).await;
        }
        waits
    };
    let waits = futures_util::future::join(replica(0), replica(1)).await;
    assert_eq!(waits, (0, 0), "no transaction was a victim");
    let (_, held, allocated) = shop.level("A").await;
    assert_eq!((held, allocated), (120, 80));
    shop.check_books().await;
}

async fn mixed_batches_of_many_goods_never_lock_each_other_out(shop: &Shop) {
    let skus: Vec<String> = (0..40).map(|number| format!("SKU-{number:02}")).collect();
    for sku in &skus {
        shop.receive(sku, 10_000).await;
    }
    let replica = async |number: usize| {
        let mut waits = 0;
        let mut earlier: Vec<(OrderId, [(&str, i64); 3])> = Vec::new();
        for round in 0..25 {
            let mut batch = Vec::new();
            let mut now = Vec::new();
            for index in 0..10_usize {
                let sku =
                    |step: usize| (skus[(round * 7 + index * 3 + step * 11 + number * 5) % skus.len()].as_str(), 1);
                let lines = [sku(3), sku(1), sku(2)];
                let order = shop.order();
                batch.push(shop.placed(order, &lines));
                now.push((order, lines));
            }
            for (index, (order, lines)) in earlier.drain(..).enumerate() {
                batch.push(if index % 3 == 0 { shop.cancelled(order) } else { shop.confirmed(order, &lines) });
            }
            waits += shop.insist(number, batch).await;
            earlier = now;
        }
        waits
    };
    let waits = futures_util::future::join(replica(0), replica(1)).await;
    shop.check_books().await;
    assert_eq!(waits, (0, 0), "no transaction was a victim");
}

async fn what_is_delivered_to_two_replicas_at_once_counts_once(shop: &Shop) {
    shop.receive("A", 1_000).await;
    for _ in 0..20 {
        let order = shop.order();
        let again = shop.placed(order, &[("A", 1)]);
        let batch = vec![shop.placed(order, &[("A", 1)]), shop.placed(shop.order(), &[("A", 1)])];
        // The same events, and the same order in an event of its own.
        let confirmed = vec![shop.confirmed(order, &[("A", 1)])];
        let (one, other) = (shop.insist(0, batch.clone()), shop.insist(1, batch));
        let (third, fourth) = (shop.insist(1, vec![again]), shop.insist(0, confirmed));
        futures_util::future::join4(one, other, third, fourth).await;
        assert_eq!(shop.state(order).await, Some(State::Allocated));
    }
    assert_eq!(shop.level("A").await, (1_000, 20, 20));
    shop.check_books().await;
}

async fn count(shop: &Shop, replica: usize, body: &Value) -> Answer {
    shop.ask(replica, Ask::new("PUT", "/v1/stock/A").by(staff()).json(body)).await
}

async fn of_many_counts_that_expect_the_same_one_wins(shop: &Shop) {
    shop.receive("A", 10).await;
    let counts = (0..40).map(async |number| {
        let body = json!({"on_hand": 20 + number, "expected_on_hand": 10});
        count(shop, number, &body).await
    });
    let answers = join_all(counts).await;
    let statuses = |wanted: u16| answers.iter().filter(|answer| answer.status == wanted).count();
    assert_eq!((statuses(200), statuses(409)), (1, 39), "{answers:?}");
    let lost = answers.iter().find(|answer| answer.status == 409).unwrap();
    assert_eq!(lost.code(), "stock_conflict");
    shop.check_books().await;
}

async fn movements_with_one_key_count_once_however_many_come_at_once(shop: &Shop) {
    let body = json!([{"sku": "A", "kind": "receive", "quantity": 3}, {"sku": "B", "kind": "receive", "quantity": 4}]);
    let ask = Ask::post("/v1/stock/movements").by(staff()).key("k-1").json(&body);
    let answers = join_all((0..20).map(|number| shop.ask_until_served(number, ask.clone()))).await;
    assert!(answers.iter().all(|answer| answer.json == answers[0].json && answer.status == 201), "{answers:?}");
    assert_eq!((shop.level("A").await.0, shop.level("B").await.0), (3, 4));
    shop.check_books().await;
}

async fn a_count_and_a_sale_at_once_never_promise_what_is_not_there(shop: &Shop) {
    shop.receive("A", 100).await;
    let sales = (0..100).map(|number| shop.insist(number, vec![shop.placed(shop.order(), &[("A", 1)])]));
    let counts = (0..40).map(async |number| {
        let body = json!({"on_hand": 100 - number});
        count(shop, number, &body).await
    });
    futures_util::future::join(join_all(sales), join_all(counts)).await;
    shop.check_books().await;
}
