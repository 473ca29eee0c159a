//! Many at once, on two replicas where the database is a server.

use crate::setup::{Shop, claim, tenth};
use bodega_contracts::coupons::{CouponRejected, CouponReserved, CouponUseState as State};
use bodega_db::Envelope;
use bodega_testkit::{Ask, staff, stories};
use futures_util::future::{join, join_all};
use serde_json::json;
use std::collections::BTreeSet;

stories!(
    of_a_thousand_orders_at_once_a_hundred_get_a_code_that_is_limited_to_a_hundred,
    a_single_use_code_is_used_once_by_a_thousand,
    a_customer_who_orders_a_thousand_times_at_once_uses_it_twice,
    orders_that_claim_the_same_in_another_order_never_lock_each_other_out,
    claims_without_a_limit_wait_for_nobody,
    what_is_delivered_to_two_replicas_at_once_counts_once,
    a_limit_that_changes_while_orders_come_is_never_passed,
    ten_thousand_codes_are_all_different,
    a_code_is_made_once_by_many_at_once,
);

async fn of_a_thousand_orders_at_once_a_hundred_get_a_code_that_is_limited_to_a_hundred(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "HUNDRED", "code_limit": 100}))).await;
    let order = |number: usize| shop.placed(shop.order(), vec![claim(id, "HUNDRED", &format!("customer {number}"))]);
    let events: Vec<Envelope> = (0..1_000).map(order).collect();
    shop.storm(events, 10).await;
    assert_eq!(shop.told::<CouponReserved>().await.len(), 100);
    let rejected = shop.told::<CouponRejected>().await;
    assert_eq!(rejected.len(), 900);
    assert!(rejected.iter().all(|said| said.reason == "used_up" && said.code == "HUNDRED"));
    assert_eq!(shop.live(id).await, 100);
    shop.check_books().await;
}

async fn a_single_use_code_is_used_once_by_a_thousand(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "ONCE", "limit": 1}))).await;
    let events = (0..1_000).map(|_| shop.placed(shop.order(), vec![claim(id, "ONCE", "ada")])).collect();
    shop.storm(events, 20).await;
    assert_eq!(shop.told::<CouponReserved>().await.len(), 1);
    shop.check_books().await;
}

async fn a_customer_who_orders_a_thousand_times_at_once_uses_it_twice(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"limit_per_customer": 2}))).await;
    let of = |number: usize| if number.is_multiple_of(2) { "ada" } else { "eve" };
    let events = (0..1_000).map(|number| shop.placed(shop.order(), vec![claim(id, "", of(number))])).collect();
    shop.storm(events, 10).await;
    assert_eq!(shop.told::<CouponReserved>().await.len(), 4);
    shop.check_books().await;
}

async fn orders_that_claim_the_same_in_another_order_never_lock_each_other_out(shop: &Shop) {
    let mut ids = Vec::new();
    for code in ["AAA", "BBB", "CCC"] {
        ids.push(shop.promotion(tenth(json!({"code": code, "limit": 10_000, "code_limit": 10_000}))).await);
    }
    let one_way = vec![claim(ids[0], "AAA", "ada"), claim(ids[1], "BBB", "ada"), claim(ids[2], "CCC", "ada")];
    let other_way: Vec<_> = one_way.iter().rev().cloned().collect();
    let replica = async |number: usize| {
        let mut waits = 0;
        for round in 0..40 {
            let claims = if (round + number).is_multiple_of(2) { &one_way } else { &other_way };
            let order = shop.order();
            waits += shop.insist(number, vec![shop.placed(order, claims.clone())]).await;
            let last = if round % 3 == 0 { shop.cancelled(order) } else { shop.confirmed(order) };
            waits += shop.insist(number + 1, vec![last, shop.placed(shop.order(), claims.clone())]).await;
        }
        waits
    };
    assert_eq!(join(replica(0), replica(1)).await, (0, 0), "no transaction was a victim");
    shop.check_books().await;
}

async fn claims_without_a_limit_wait_for_nobody(shop: &Shop) {
    let free = shop.promotion(tenth(json!({"code": "FREE"}))).await;
    let events = (0..1_000).map(|_| shop.placed(shop.order(), vec![claim(free, "FREE", "ada")])).collect();
    assert_eq!(shop.storm(events, 10).await, 0);
    assert_eq!(shop.live(free).await, 1_000);
    assert_eq!(shop.count("SELECT COUNT(*) FROM counters", &[]).await, 0);
    shop.check_books().await;
}

async fn what_is_delivered_to_two_replicas_at_once_counts_once(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "CODE", "limit": 50}))).await;
    for _ in 0..10 {
        let order = shop.order();
        let claims = || vec![claim(id, "CODE", "ada")];
        let again = shop.placed(order, claims());
        let batch = vec![shop.placed(order, claims()), shop.placed(shop.order(), claims())];
        let (one, other) = (shop.insist(0, batch.clone()), shop.insist(1, batch));
        let (third, fourth) = (shop.insist(1, vec![again]), shop.insist(0, vec![shop.confirmed(order)]));
        futures_util::future::join4(one, other, third, fourth).await;
        assert_eq!(shop.state(order).await, Some(State::Redeemed));
    }
    assert_eq!(shop.live(id).await, 20);
    shop.check_books().await;
}

async fn a_limit_that_changes_while_orders_come_is_never_passed(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "CODE", "limit": 500}))).await;
    let events: Vec<Envelope> = (0..400).map(|_| shop.placed(shop.order(), vec![claim(id, "CODE", "ada")])).collect();
    let changes = (0..20).map(|number| {
        let body = json!({"limit": 25 + number * 25});
        let ask = Ask::new("PATCH", format!("/v1/promotions/{id}")).by(staff()).json(&body);
        shop.ask_until_served(number, ask)
    });
    let (_, answers) = join(shop.storm(events, 5), join_all(changes)).await;
    let accepted = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(accepted > 0, "{answers:?}");
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.code() == "limit_below_uses"), "{answers:?}");
    shop.check_books().await;
}

async fn ten_thousand_codes_are_all_different(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"trigger": "code"}))).await;
    let path = format!("/v1/promotions/{id}/codes");
    let body = json!({"count": 10_000, "prefix": "vip-", "limit": 1});
    let made = shop.staff("POST", &path, body).await.expect(201);
    let codes: BTreeSet<&str> =
        made.json["items"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(codes.len(), 10_000);
    let misread = ['I', 'L', 'O', 'U', '0', '1'];
    assert!(codes.iter().all(|code| code.len() == 14 && !code[4..].contains(misread)), "{:?}", codes.first());
    let page = shop.staff("GET", &format!("{path}?count=true&limit=1"), json!(null)).await.expect(200);
    assert_eq!(page.json["total"], 10_000);
}

async fn a_code_is_made_once_by_many_at_once(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"trigger": "code"}))).await;
    let path = format!("/v1/promotions/{id}/codes");
    let tries = (0..20).map(|number| {
        let ask = Ask::post(path.clone()).by(staff()).json(&json!({"codes": ["other", "the-one"]}));
        shop.ask_until_served(number, ask)
    });
    let answers = join_all(tries).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(201), count(409)), (1, 19), "{answers:?}");
}
