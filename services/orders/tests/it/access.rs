//! Who may do what, and what is refused.

use crate::setup::{Asker, Shop};
use axum::http::Method;
use bodega_contracts::orders::{CancelReason, OrderCancelled, OrderPaymentExpiring, OrderStatus};
use bodega_kernel::Caller;
use std::time::Duration;

async fn orders_of_other_people_do_not_exist(shop: &Shop) {
    let (order, owner) = (shop.order(), shop.user());
    shop.deliver(vec![shop.envelope(&shop.checkout(order, Some(owner)))]).await;
    let others = shop.placed().await;
    let cart_token = Asker { caller: Caller::guest(), token: Some("nonsense".to_owned()) };
    let strangers = [Asker::default(), cart_token, shop.guest(others), Shop::customer(shop.user())];
    for path in [format!("/v1/orders/{order}"), format!("/v1/orders/{order}/events")] {
        for stranger in &strangers {
            let answer = shop.get(stranger, &path).await;
            assert_eq!((answer.status, &answer.body["code"]), (404, &"order_not_found".into()));
        }
    }
    for stranger in &strangers {
        assert_eq!(shop.cancel(0, stranger, order).await.status, 404);
    }
    for friend in [shop.guest(order), Shop::customer(owner), shop.staff()] {
        assert_eq!(shop.get(&friend, &format!("/v1/orders/{order}")).await.status, 200);
    }
    let guest = shop.guest(order);
    shop.clock.advance(Duration::from_hours(25));
    assert_eq!(shop.get(&guest, &format!("/v1/orders/{order}")).await.status, 404, "the token has expired");
    assert_eq!(shop.fact(order).await.status, OrderStatus::Pending);
    for path in ["/v1/orders/7".to_owned(), format!("/v1/orders/{}", shop.order())] {
        assert_eq!(shop.get(&shop.staff(), &path).await.status, 404);
    }
}

async fn a_pending_or_paid_order_is_cancelled_at_once(shop: &Shop) {
    let (pending, paid) = (shop.placed().await, shop.confirmed().await);
    let by_shopper = shop.cancel(0, &shop.guest(pending), pending).await;
    let by_staff = shop.cancel(0, &shop.staff(), paid).await;
    assert_eq!((by_shopper.status, by_staff.status), (200, 200));
    assert_eq!(
        (&by_shopper.body["status"], &by_shopper.body["cancel_reason"]),
        (&"cancelled".into(), &"by_shopper".into())
    );
    assert_eq!((&by_staff.body["status"], &by_staff.body["cancel_reason"]), (&"cancelled".into(), &"by_staff".into()));
    let again = shop.cancel(0, &shop.guest(pending), pending).await;
    assert_eq!(again.body, by_shopper.body, "the answer stays the same");
    assert_eq!(shop.told::<OrderCancelled>().await.len(), 2);
    shop.check_books().await;
}

async fn an_order_whose_money_may_be_on_the_way_is_closed_first(shop: &Shop) {
    let (closed, paid) = (shop.awaiting().await, shop.awaiting().await);
    for order in [closed, paid] {
        let answer = shop.cancel(0, &shop.guest(order), order).await;
        assert_eq!((answer.status, &answer.body["status"]), (200, &"awaiting_payment".into()));
        assert_eq!(answer.body["closing"], true);
        shop.cancel(0, &shop.guest(order), order).await;
    }
    assert_eq!(shop.told::<OrderPaymentExpiring>().await.len(), 2, "asked once for each");
    assert!(shop.told::<OrderCancelled>().await.is_empty());
    shop.deliver(vec![shop.closed(closed), shop.captured(paid)]).await;
    for order in [closed, paid] {
        let fact = shop.fact(order).await;
        assert_eq!((fact.status, fact.cancel_reason), (OrderStatus::Cancelled, Some(CancelReason::ByShopper)));
    }
    shop.check_books().await;
}

async fn a_key_gives_the_same_answer_and_never_another_body(shop: &Shop) {
    let order = shop.placed().await;
    let (guest, path) = (shop.guest(order), format!("/v1/orders/{order}/cancel"));
    let key = [("idempotency-key", "k1")];
    let body = Some(r#"{"reason": "ordered twice"}"#);
    let first = shop.ask(0, &guest, Method::POST, &path, &key, body).await;
    let second = shop.ask(1, &guest, Method::POST, &path, &key, body).await;
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.body, second.body);
    assert_eq!(second.headers["idempotent-replayed"], "true");
    let other = shop.ask(0, &guest, Method::POST, &path, &key, Some("{}")).await;
    assert_eq!((other.status, &other.body["code"]), (422, &"idempotency_key_reused".into()));
    let view = shop.get(&guest, &format!("/v1/orders/{order}")).await.body;
    assert_eq!(view["timeline"][1]["detail"], "ordered twice");
}

async fn what_makes_no_sense_is_refused(shop: &Shop) {
    let order = shop.placed().await;
    let (guest, cancel) = (shop.guest(order), format!("/v1/orders/{order}/cancel"));
    let long = format!(r#"{{"reason": "{}"}}"#, "x".repeat(501));
    for body in [r#"{"why": 1}"#, r#"{"reason": 7}"#, r#"{"reason": "a\u0000b"}"#, &long] {
        let answer = shop.ask(0, &guest, Method::POST, &cancel, &[], Some(body)).await;
        assert_eq!((answer.status, &answer.body["code"]), (422, &"invalid_body".into()), "{body}");
    }
    for query in ["wait=shipped", "wait=confirmed&timeout=31", "wait=confirmed&timeout=-1", "colour=red"] {
        assert_eq!(shop.get(&guest, &format!("/v1/orders/{order}?{query}")).await.status, 422, "{query}");
    }
    let control = "q=%00".to_owned();
    for query in ["limit=0", "limit=101", "cursor=%25", "status=lost", "from=yesterday", "sort=id", &control] {
        assert_eq!(shop.get(&shop.staff(), &format!("/v1/orders?{query}")).await.status, 422, "{query}");
    }
    assert_eq!(shop.fact(order).await.status, OrderStatus::Pending);
}

crate::stories![
    orders_of_other_people_do_not_exist,
    a_pending_or_paid_order_is_cancelled_at_once,
    an_order_whose_money_may_be_on_the_way_is_closed_first,
    a_key_gives_the_same_answer_and_never_another_body,
    what_makes_no_sense_is_refused,
];
