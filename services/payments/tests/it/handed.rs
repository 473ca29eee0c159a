//! Fresh attempts are handed to their callers in memory, and recorded as they were made: whatever happens to their orders
//! meanwhile, or if they were never committed, the money is right.

use crate::setup::{PRICE, Shop};
use bodega_contracts::{OrderId, orders::CancelReason};
use bodega_db::params;
use bodega_testkit::stories;
use std::time::Duration;

impl Shop {
    async fn due_together(&self, method: &str, how_many: usize) -> Vec<OrderId> {
        let orders: Vec<OrderId> = (0..how_many).map(|_| self.order()).collect();
        self.deliver(orders.iter().map(|order| self.due_event(*order, method)).collect()).await;
        orders
    }

    /// As if the transaction that made its payment had not been committed.
    async fn unmake(&self, order: OrderId) {
        for sql in ["DELETE FROM attempts WHERE order_id = $1", "DELETE FROM payments WHERE order_id = $1"] {
            self.db().write(async move |tx| tx.execute(sql, &params![order.0]).await).await.unwrap();
        }
    }
}

async fn what_was_handed_over_and_never_committed_is_not_charged(shop: &Shop) {
    let unmade = shop.due_together("sim_success", 40).await;
    for order in &unmade {
        shop.unmake(*order).await;
    }
    let made = shop.due_together("sim_success", 3).await;
    shop.work().await;
    shop.wait(Duration::from_secs(31)).await;
    for order in unmade {
        assert_eq!(shop.charges(order).await, 0);
    }
    for order in made {
        assert_eq!((shop.money(order).await, shop.charges(order).await), ((PRICE, 0), 1));
    }
}

async fn where_the_first_of_many_is_somebody_elses_by_now_the_others_are_charged(shop: &Shop) {
    let orders = shop.due_together("sim_success", 5).await;
    let (first, sql) = (orders[0], "UPDATE attempts SET lease = order_id WHERE order_id = $1");
    shop.db().write(async move |tx| tx.execute(sql, &params![first.0]).await).await.unwrap();
    shop.work().await;
    assert_eq!(shop.charges(first).await, 0, "that claim still stands");
    for order in &orders[1..] {
        assert_eq!((shop.money(*order).await, shop.charges(*order).await), ((PRICE, 0), 1));
    }
    shop.wait(Duration::from_secs(31)).await;
    assert_eq!((shop.money(first).await, shop.charges(first).await), ((PRICE, 0), 1));
}

async fn what_is_cancelled_before_it_is_called_is_not_charged(shop: &Shop) {
    let orders = shop.due_together("sim_success", 10).await;
    for (place, order) in orders.iter().enumerate() {
        match place % 3 {
            0 => shop.cancel(*order).await,
            1 => shop.expire(*order, CancelReason::PaymentExpired).await,
            _ => {}
        }
    }
    shop.work().await;
    for (place, order) in orders.iter().enumerate() {
        let charged = i64::from(place % 3 == 2);
        assert_eq!((shop.money(*order).await, shop.charges(*order).await), ((charged * PRICE, 0), charged), "{place}");
    }
    shop.check_books().await;
}

async fn what_ends_or_is_reported_while_its_provider_is_called_is_recorded_as_it_is_then(shop: &Shop) {
    let orders = shop.due_together("sim_slow", 12).await;
    let job = shop.job("provider calls");
    let calling = tokio::spawn(async move { job.step().await });
    tokio::time::sleep(Duration::from_millis(700)).await;
    for (place, order) in orders.iter().enumerate() {
        match place % 4 {
            0 => shop.cancel(*order).await,
            1 => shop.expire(*order, CancelReason::PaymentExpired).await,
            2 => {
                let flag = "UPDATE attempts SET flag = 'amount_mismatch' WHERE order_id = $1";
                let id = order.0;
                shop.db().write(async move |tx| tx.execute(flag, &params![id]).await).await.unwrap();
            }
            _ => {}
        }
    }
    calling.await.unwrap();
    shop.work().await;
    for (place, order) in orders.iter().enumerate() {
        let back = if place % 4 == 0 { PRICE } else { 0 };
        assert_eq!((shop.money(*order).await, shop.charges(*order).await), ((PRICE, back), 1), "{place}");
        let flagged = "SELECT COUNT(*) FROM attempts WHERE order_id = $1 AND flag IS NOT NULL";
        assert_eq!(shop.count_of(flagged, *order).await, i64::from(place % 4 == 2), "{place}");
    }
    shop.check_books().await;
}

async fn a_charge_of_each_kind_is_told_once_when_all_come_together(shop: &Shop) {
    let methods =
        ["sim_success", "sim_decline", "sim_authorize", "sim_3ds", "sim_timeout_then_success", "sim_unavailable"];
    let orders: Vec<_> = (0..30).map(|place| (shop.order(), methods[place % methods.len()])).collect();
    shop.deliver(orders.iter().map(|(order, method)| shop.due_event(*order, method)).collect()).await;
    shop.work().await;
    for _ in 0..3 {
        shop.wait(Duration::from_secs(31)).await;
    }
    for (order, method) in orders {
        let told = match method {
            "sim_decline" => "failed",
            "sim_authorize" => "authorized",
            "sim_3ds" => "action_required",
            _ => "captured",
        };
        assert_eq!(shop.story(order).await, [told], "{method}");
    }
    shop.check_books().await;
}

stories![
    what_was_handed_over_and_never_committed_is_not_charged,
    where_the_first_of_many_is_somebody_elses_by_now_the_others_are_charged,
    what_is_cancelled_before_it_is_called_is_not_charged,
    what_ends_or_is_reported_while_its_provider_is_called_is_recorded_as_it_is_then,
    a_charge_of_each_kind_is_told_once_when_all_come_together,
];
