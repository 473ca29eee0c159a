//! Waiting for a status, following an order live, and looking at one that has not arrived yet.

use crate::setup::Shop;
use axum::body::Body;
use bodega_contracts::cart::CheckedOut;
use bodega_kernel::Money;
use bodega_testkit::{Ask, Asker};
use http_body_util::BodyExt;
use std::time::{Duration, Instant};

async fn whoever_waits_is_answered_when_it_happens(shop: &Shop) {
    let order = shop.awaiting().await;
    let guest = shop.guest(order);
    let path = format!("/v1/orders/{order}?wait=confirmed&timeout=20");
    let began = Instant::now();
    // On the other replica, where there is one: that is not told and has to look.
    let here = shop.ask(0, Ask::get(&path).by(&guest));
    let there = shop.ask(1, Ask::get(&path).by(&guest));
    let pay = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        shop.deliver(vec![shop.captured(order)]).await;
    };
    let (here, there, ()) = tokio::join!(here, there, pay);
    assert_eq!((&here.json["status"], &there.json["status"]), (&"confirmed".into(), &"confirmed".into()));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let over = shop.get(&guest, &format!("/v1/orders/{order}?wait=awaiting_payment")).await;
    assert_eq!(over.json["status"], "confirmed", "a later status will do");
}

async fn the_end_of_an_order_ends_the_wait_too(shop: &Shop) {
    let order = shop.placed().await;
    let guest = shop.guest(order);
    shop.cancel(0, &guest, order).await;
    let answer = shop.get(&guest, &format!("/v1/orders/{order}?wait=confirmed&timeout=20")).await;
    assert_eq!(answer.json["status"], "cancelled");
}

async fn a_wait_that_is_over_answers_what_there_is(shop: &Shop) {
    let order = shop.awaiting().await;
    let began = Instant::now();
    let answer = shop.get(&shop.guest(order), &format!("/v1/orders/{order}?wait=confirmed&timeout=1")).await;
    assert_eq!((answer.status, &answer.json["status"]), (200, &"awaiting_payment".into()));
    assert!(began.elapsed() >= Duration::from_secs(1));
}

async fn an_order_the_cart_made_is_pending_before_it_arrives(shop: &Shop) {
    let (order, owner) = (shop.order(), shop.user());
    let made = CheckedOut { number: "B7".to_owned(), customer_id: Some(owner), at: shop.world.now() };
    shop.made.lock().unwrap().insert(order, made);
    let path = format!("/v1/orders/{order}");
    for asker in [shop.guest(order), Shop::customer(owner), Shop::staff()] {
        let answer = shop.get(&asker, &path).await;
        assert_eq!(
            (answer.status, &answer.json["status"], &answer.json["number"]),
            (200, &"pending".into(), &"B7".into())
        );
        assert!(answer.headers.get("etag").is_none());
    }
    for asker in [shop.guest(shop.order()), Shop::customer(shop.user()), Asker::default()] {
        assert_eq!(shop.get(&asker, &path).await.status, 404);
    }
    let too_early = shop.cancel(0, &shop.guest(order), order).await;
    assert_eq!((too_early.status, &too_early.json["code"]), (409, &"order_not_ready".into()));
    // It arrives while somebody waits for it.
    let guest = shop.guest(order);
    let waiting = format!("{path}?wait=awaiting_payment&timeout=20");
    let arrive = async {
        shop.deliver(vec![shop.said(&shop.checkout(order, Some(owner)))]).await;
        shop.deliver(vec![shop.reserved(order)]).await;
    };
    let (answer, ()) = tokio::join!(shop.get(&guest, &waiting), arrive);
    assert_eq!(answer.json["status"], "awaiting_payment");
}

async fn what_has_not_changed_is_not_sent_again(shop: &Shop) {
    let order = shop.confirmed().await;
    let (guest, path) = (shop.guest(order), format!("/v1/orders/{order}"));
    let tag = shop.get(&guest, &path).await.headers["etag"].to_str().unwrap().to_owned();
    let unless = || Ask::get(&path).by(&guest).header("if-none-match", &tag);
    let again = shop.ask(0, unless()).await;
    assert_eq!(again.status, 304);
    shop.deliver(vec![shop.allocated(order)]).await;
    let changed = shop.ask(0, unless()).await;
    assert_eq!(changed.status, 200);
}

async fn a_live_stream_tells_each_step_once_and_goes_on_where_it_was_left(shop: &Shop) {
    let order = shop.placed().await;
    let guest = shop.guest(order);
    let mut stream = follow(shop, order, &guest, None).await;
    let first = read_until(&mut stream, "checked_out").await;
    shop.deliver(vec![shop.reserved(order)]).await;
    let second = read_until(&mut stream, "payment_due").await;
    let last_id = ids(&second).last().unwrap().clone();
    drop(stream);
    shop.deliver(vec![shop.failed(order, 1)]).await;
    shop.deliver(vec![shop.captured_of(order, Money::new(crate::setup::TOTAL, bodega_kernel::Currency::GBP))]).await;
    let mut resumed = follow(shop, order, &guest, Some(&last_id)).await;
    let third = read_until(&mut resumed, "event: confirmed").await;
    assert!(!third.contains("checked_out") && third.contains("card_declined"), "{third}");
    shop.cancel(1, &guest, order).await;
    shop.deliver(vec![shop.stopped(order)]).await;
    let fourth = read_until(&mut resumed, "event: cancelled").await;
    assert!(fourth.contains("by_shopper"), "{fourth}");
    let all = [first, second, third, fourth].concat();
    let mut seen = ids(&all);
    let count = seen.len();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

async fn a_live_stream_goes_on_after_any_line(shop: &Shop) {
    // A step tells several lines at once, and a reader may have left between two of them.
    let order = shop.confirmed().await;
    shop.deliver(vec![shop.allocated(order)]).await;
    let guest = shop.guest(order);
    let all = ids(&read_until(&mut follow(shop, order, &guest, None).await, "event: stock_allocated").await);
    assert_eq!(all.len(), 6, "{all:?}");
    let numbers: Vec<i64> = all.iter().map(|id| id.parse().unwrap()).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    for (seen, id) in all.iter().enumerate().take(all.len() - 1) {
        let mut stream = follow(shop, order, &guest, Some(id)).await;
        assert_eq!(ids(&read_until(&mut stream, "event: stock_allocated").await), all[seen + 1..]);
    }
}

pub async fn follow(shop: &Shop, order: bodega_contracts::OrderId, asker: &Asker, after: Option<&str>) -> Body {
    let headers: Vec<(&str, &str)> = after.map(|id| ("last-event-id", id)).into_iter().collect();
    let ask = Ask::get(format!("/v1/orders/{order}/events")).by(asker).headers(&headers);
    let response = shop.respond(0, ask).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body()
}

pub async fn read_until(stream: &mut Body, wanted: &str) -> String {
    let mut read = String::new();
    while !read.contains(wanted) {
        let frame = tokio::time::timeout(Duration::from_secs(5), stream.frame()).await;
        let frame = frame.unwrap_or_else(|_| panic!("{wanted} is not in {read}"));
        read.push_str(std::str::from_utf8(&frame.unwrap().unwrap().into_data().unwrap()).unwrap());
    }
    read
}

pub fn ids(read: &str) -> Vec<String> {
    read.lines().filter_map(|line| line.strip_prefix("id: ")).map(str::to_owned).collect()
}

bodega_testkit::stories![
    whoever_waits_is_answered_when_it_happens,
    the_end_of_an_order_ends_the_wait_too,
    a_wait_that_is_over_answers_what_there_is,
    an_order_the_cart_made_is_pending_before_it_arrives,
    what_has_not_changed_is_not_sent_again,
    a_live_stream_tells_each_step_once_and_goes_on_where_it_was_left,
    a_live_stream_goes_on_after_any_line,
];
