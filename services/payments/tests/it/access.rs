//! Who may pay for, look at and decide about an order's money; to others it does not exist.

use crate::setup::Shop;
use bodega_kernel::{Caller, UserId};
use bodega_testkit::{Ask, customer, staff, stories};
use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

async fn only_the_buyer_the_holder_of_the_token_and_staff_see_a_payment(shop: &Shop) {
    let (order, other) = (shop.order(), shop.order());
    shop.due(order, "sim_success").await;
    shop.work().await;
    let path = format!("/v1/orders/{order}/payments");
    let (own, foreign) = (shop.token(order), shop.token(other));
    let stranger = customer(UserId(Uuid::from_u128(77)));
    let status = async |caller: &Caller, token: Option<&str>| shop.get(caller, token, &path).await.status;
    assert_eq!(status(&staff(), None).await, 200);
    assert_eq!(status(&customer(shop.buyer), None).await, 200);
    assert_eq!(status(&Caller::guest(), Some(&own)).await, 200);
    assert_eq!(status(&stranger, Some(&own)).await, 200);
    assert_eq!(status(&stranger, None).await, 404);
    assert_eq!(status(&Caller::guest(), None).await, 404);
    assert_eq!(status(&Caller::guest(), Some(&foreign)).await, 404);
    assert_eq!(status(&Caller::guest(), Some("nonsense")).await, 404);
    let nothing = shop.get(&staff(), None, &format!("/v1/orders/{other}/payments")).await;
    assert_eq!(nothing.status, 404);
    shop.clock.advance(std::time::Duration::from_hours(2));
    assert_eq!(status(&Caller::guest(), Some(&own)).await, 404, "the token has expired");
}

async fn captures_are_for_staff_and_for_promises(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_3ds").await;
    shop.work().await;
    let path = format!("/v1/orders/{order}/captures");
    let ask = async |caller: &Caller| shop.post(caller, Some(&shop.token(order)), &shop.key(), &path, &json!({})).await;
    assert_eq!(ask(&Caller::guest()).await.status, 401);
    assert_eq!(ask(&customer(shop.buyer)).await.status, 403);
    assert_eq!(ask(&staff()).await.code(), "nothing_authorized");
}

async fn an_attempt_needs_a_key_a_method_and_an_order_that_is_due(shop: &Shop) {
    let order = shop.order();
    assert_eq!(shop.pay(order, "sim_success").await.code(), "order_not_payable");
    shop.due(order, "sim_decline").await;
    shop.work().await;
    let (token, path) = (shop.token(order), format!("/v1/orders/{order}/payments"));
    for method in ["", "Sim", "sim success", &"x".repeat(41)] {
        assert_eq!(shop.pay(order, method).await.json["errors"][0]["pointer"], "/payment_method", "{method:?}");
    }
    let body = json!({ "payment_method": "sim_success", "amount": 1 });
    let extra = shop.post(&Caller::guest(), Some(&token), &shop.key(), &path, &body).await;
    assert_eq!(extra.status, 422, "the price is not the shopper's to choose");
    let stranger = customer(UserId(Uuid::from_u128(77)));
    let body = json!({ "payment_method": "sim_success" });
    assert_eq!(shop.post(&stranger, None, &shop.key(), &path, &body).await.status, 404);
    let keyless = Ask::post(&path).header("x-order-token", &token).json(&body);
    assert_eq!(shop.ask(0, keyless).await.code(), "idempotency_key_required");
    let own = shop.post(&customer(shop.buyer), None, &shop.key(), &path, &body).await;
    assert_eq!((own.status, own.json["number"].as_i64()), (202, Some(2)));
}

async fn of_many_next_attempts_at_once_one_is_made(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_decline").await;
    shop.work().await;
    let answers = join_all((0..20).map(|_| shop.pay(order, "sim_success"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 202).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.code() == "attempt_open").count(), 19);
    shop.work().await;
    assert_eq!((shop.money(order).await.0, shop.charges(order).await), (crate::setup::PRICE, 1));
}

async fn an_attempt_asked_for_again_with_its_key_is_answered_the_same(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_decline").await;
    shop.work().await;
    let (token, key, path) = (shop.token(order), shop.key(), format!("/v1/orders/{order}/payments"));
    let ask = async |method: &str| {
        let body = json!({ "payment_method": method });
        shop.post(&Caller::guest(), Some(&token), &key, &path, &body).await
    };
    let first = ask("sim_success").await;
    shop.work().await;
    let again = ask("sim_success").await;
    assert_eq!((first.replayed(), again.replayed(), &first.json), (false, true, &again.json));
    assert_eq!(ask("sim_3ds").await.code(), "idempotency_key_reused");
    assert_eq!(shop.charges(order).await, 1);
}

async fn an_order_is_not_tried_without_end(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "carrots").await;
    let mut last = String::new();
    for _ in 0..25 {
        shop.pay(order, "carrots").await.code().clone_into(&mut last);
    }
    assert_eq!(last, "too_many_attempts");
}

stories![
    only_the_buyer_the_holder_of_the_token_and_staff_see_a_payment,
    captures_are_for_staff_and_for_promises,
    an_attempt_needs_a_key_a_method_and_an_order_that_is_due,
    of_many_next_attempts_at_once_one_is_made,
    an_attempt_asked_for_again_with_its_key_is_answered_the_same,
    an_order_is_not_tried_without_end,
];
