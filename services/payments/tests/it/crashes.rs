//! A process ends at every point where it can: what it had begun is finished by the next one, once.

use crate::setup::{PRICE, Shop};
use bodega_contracts::{OrderId, orders::CancelReason};
use bodega_service::Job;
use bodega_testkit::stories;
use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

/// After this long nobody holds a claim any more.
const LEASE_OVER: Duration = Duration::from_secs(31);

/// Takes a job's step up to its `points`th rest and no further, as a power cut would: what it waits for there happens
/// without it. Whether it came to its end before.
async fn cut(job: &Job, points: usize) -> bool {
    let mut step = pin!(job.step());
    let mut rests = 0;
    poll_fn(|context| {
        if rests == points {
            return Poll::Ready(false);
        }
        rests += 1;
        step.as_mut().poll(context).map(|_| true)
    })
    .await
}

/// Runs a story cut at each point there is.
async fn at_every_point(story: impl AsyncFn(usize) -> bool) {
    for points in 0.. {
        if story(points).await {
            assert!(points > 2, "it was not cut at all");
            return;
        }
    }
}

async fn a_crash_at_any_point_of_a_call_charges_once(shop: &Shop) {
    for method in ["sim_success", "sim_duplicate_webhook", "sim_timeout_then_success"] {
        at_every_point(async |points| {
            let order = shop.order();
            shop.due(order, method).await;
            let ended = cut(&shop.job("provider calls"), points).await;
            shop.wait(LEASE_OVER).await;
            shop.wait(LEASE_OVER).await;
            let (money, charges) = (shop.money(order).await, shop.charges(order).await);
            assert_eq!((money, charges), ((PRICE, 0), 1), "{method} cut at {points}");
            assert_eq!(shop.story(order).await, ["captured"], "{method} cut at {points}");
            ended
        })
        .await;
    }
}

async fn a_crash_at_any_point_of_a_refund_gives_back_once(shop: &Shop) {
    at_every_point(async |points| {
        let order = shop.order();
        shop.due(order, "sim_success").await;
        shop.work().await;
        shop.cancel(order).await;
        let ended = cut(&shop.job("refunds"), points).await;
        shop.wait(LEASE_OVER).await;
        assert_eq!(shop.money(order).await, (PRICE, PRICE), "cut at {points}");
        let sql = "SELECT CAST(SUM(s.repeats) AS BIGINT) FROM simulator_refunds s \
                   JOIN refunds r ON r.refund_id = s.refund_key WHERE r.order_id = $1";
        assert_eq!(shop.count_of(sql, order).await, 0, "sent again without asking, cut at {points}");
        assert_eq!(shop.story(order).await, ["captured", "refunded"], "cut at {points}");
        ended
    })
    .await;
}

async fn a_crash_at_any_point_of_an_end_answers_it_once_it_is_true(shop: &Shop) {
    for (method, answer) in [("sim_3ds", "closed"), ("sim_late_capture", "captured")] {
        at_every_point(async |points| {
            let order = shop.order();
            shop.due(order, method).await;
            shop.work().await;
            shop.expire(order, CancelReason::PaymentExpired).await;
            let ended = cut(&shop.job("provider calls"), points).await;
            shop.wait(LEASE_OVER).await;
            shop.check_books().await;
            assert_eq!(shop.story(order).await.last().map(String::as_str), Some(answer), "{method} cut at {points}");
            ended
        })
        .await;
    }
}

async fn a_call_that_was_cut_while_the_provider_was_slow_is_asked_for(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_slow").await;
    let job = shop.job("provider calls");
    assert!(tokio::time::timeout(Duration::from_millis(400), job.step()).await.is_err());
    assert_eq!(shop.charges(order).await, 1, "the provider took the money");
    shop.work().await;
    assert!(shop.story(order).await.is_empty(), "the claim still stands");
    shop.wait(LEASE_OVER).await;
    assert_eq!((shop.money(order).await, shop.charges(order).await), ((PRICE, 0), 1));
}

async fn a_restart_takes_up_what_waited_in_memory(shop: &Shop) {
    let before = shop.another(|_| ()).await;
    let orders: Vec<OrderId> = (0..5).map(|_| before.order()).collect();
    for order in &orders {
        before.due(*order, "sim_success").await;
    }
    let after = before.restarted().await;
    after.wait(LEASE_OVER).await;
    for order in orders {
        assert_eq!((after.money(order).await, after.charges(order).await), ((PRICE, 0), 1));
    }
}

stories![
    a_crash_at_any_point_of_a_call_charges_once,
    a_crash_at_any_point_of_a_refund_gives_back_once,
    a_crash_at_any_point_of_an_end_answers_it_once_it_is_true,
    a_call_that_was_cut_while_the_provider_was_slow_is_asked_for,
    a_restart_takes_up_what_waited_in_memory,
];
