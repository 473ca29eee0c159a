//! The ledger of a SKU: a line for each order, however many of them one batch was; and what a process remembers of stock.

use crate::setup::Shop;
use axum::http::Method;
use bodega_contracts::{OrderId, inventory::ReservationState as State};
use bodega_testkit::stories;
use serde_json::{Value, json};

stories!(
    a_batch_of_many_orders_is_a_line_for_each_of_them_in_pages_of_any_size,
    what_others_wrote_between_two_batches_is_not_missed,
    a_batch_that_fails_leaves_nothing_that_is_remembered,
);

/// Kind, order, held and allocated of each line, oldest first, read in pages of this size.
async fn ledger(shop: &Shop, limit: usize) -> Vec<(String, Option<String>, i64, i64)> {
    let (mut lines, mut cursor) = (Vec::new(), String::new());
    let mut last = i64::MAX;
    loop {
        let path = format!("/v1/stock/A/movements?limit={limit}&count=true{cursor}");
        let (status, page) = shop.staff(Method::GET, &path, None).await;
        assert_eq!(status, 200, "{page}");
        for line in page["items"].as_array().unwrap() {
            let seq = line["seq"].as_i64().unwrap();
            assert!(seq < last, "{page}");
            last = seq;
            let number = |name: &str| line[name].as_i64().unwrap();
            let text = |name: &str| line[name].as_str().map(str::to_owned);
            lines.push((text("kind").unwrap(), text("order_id"), number("held"), number("allocated")));
        }
        let Some(next) = page["next_cursor"].as_str() else {
            assert_eq!(page["total"], json!(lines.len()), "{page}");
            lines.reverse();
            return lines;
        };
        cursor = format!("&cursor={next}");
    }
}

async fn a_batch_of_many_orders_is_a_line_for_each_of_them_in_pages_of_any_size(shop: &Shop) {
    shop.receive("A", 100).await;
    shop.receive("B", 100).await;
    let orders: Vec<OrderId> = (0..7).map(|_| shop.order()).collect();
    let wants = |number: usize| [("A", 1 + number as i64), ("B", 1)];
    let placed = orders.iter().enumerate().map(|(number, order)| shop.placed(*order, &wants(number)));
    shop.deliver(placed.collect()).await;
    shop.receive("A", 1).await;
    let confirmed = orders[..4].iter().enumerate().map(|(number, order)| shop.confirmed(*order, &wants(number)));
    shop.deliver(confirmed.collect()).await;
    shop.deliver(vec![shop.cancelled(orders[0]), shop.cancelled(orders[5])]).await;
    let line = |kind: &str, number: usize, held: i64, allocated: i64| {
        let quantity = 1 + number as i64;
        (kind.to_owned(), Some(orders[number].to_string()), held * quantity, allocated * quantity)
    };
    let received = (String::from("receive"), None, 0, 0);
    let mut expected = vec![received.clone()];
    expected.extend((0..7).map(|number| line("hold", number, 1, 0)));
    expected.push(received);
    expected.extend((0..4).map(|number| line("allocate", number, -1, 1)));
    expected.extend([line("release", 0, 0, -1), line("release", 5, -1, 0)]);
    for limit in [1, 2, 3, 5, 100] {
        assert_eq!(ledger(shop, limit).await, expected, "{limit}");
    }
    shop.check_books().await;
}

async fn what_others_wrote_between_two_batches_is_not_missed(shop: &Shop) {
    shop.receive("A", 2).await;
    let [first, second, third, fourth] = [(); 4].map(|()| shop.order());
    shop.insist(0, vec![shop.placed(first, &[("A", 2)])]).await;
    // Another replica, where there is one.
    shop.insist(1, vec![shop.cancelled(first)]).await;
    shop.insist(0, vec![shop.confirmed(first, &[("A", 2)]), shop.placed(second, &[("A", 1)])]).await;
    assert_eq!(shop.state(first).await, Some(State::Released));
    let counted = json!({"on_hand": 1, "reason": "counted"});
    let (status, answer): (u16, Value) = shop.staff(Method::PUT, "/v1/stock/A", Some(counted)).await;
    assert_eq!(status, 200, "{answer}");
    shop.insist(0, vec![shop.placed(third, &[("A", 1)])]).await;
    assert_eq!(shop.state(third).await, Some(State::Rejected));
    shop.deliver(vec![shop.dispatched(second, shop.shipment(), &[("A", 1)])]).await;
    shop.insist(0, vec![shop.confirmed(second, &[("A", 1)]), shop.placed(fourth, &[("A", 1)])]).await;
    assert_eq!((shop.state(second).await, shop.state(fourth).await), (Some(State::Allocated), Some(State::Rejected)));
    assert_eq!(shop.level("A").await, (0, 0, 0));
    shop.check_books().await;
}

async fn a_batch_that_fails_leaves_nothing_that_is_remembered(shop: &Shop) {
    shop.receive("A", 3).await;
    let [kept, lost, next] = [(); 3].map(|()| shop.order());
    shop.deliver(vec![shop.placed(kept, &[("A", 1)])]).await;
    // What left is more than was ordered: the batch is undone after its first event was decided, and each is tried alone.
    let bad = shop.dispatched(kept, shop.shipment(), &[("A", 99)]);
    shop.deliver(vec![shop.placed(lost, &[("A", 2)]), bad]).await;
    shop.deliver(vec![shop.cancelled(lost), shop.placed(next, &[("A", 2)])]).await;
    shop.deliver(vec![shop.confirmed(kept, &[("A", 1)])]).await;
    assert_eq!(shop.level("A").await, (3, 2, 1));
    shop.check_books().await;
}
