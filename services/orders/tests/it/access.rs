//! Who may do what, and what is refused.

use crate::setup::Shop;
use bodega_contracts::orders::{CancelReason, OrderCancelled, OrderPaymentExpiring, OrderStatus, OrderStopping};
use bodega_testkit::{Ask, Asker};
use std::time::Duration;

async fn orders_of_other_people_do_not_exist(shop: &Shop) {
    let (order, owner) = (shop.order(), shop.user());
    shop.deliver(vec![shop.said(&shop.checkout(order, Some(owner)))]).await;
    let others = shop.placed().await;
    let nonsense = Asker::default().with("x-order-token", "nonsense");
    let strangers = [Asker::default(), nonsense, shop.guest(others), Shop::customer(shop.user())];
    for path in [format!("/v1/orders/{order}"), format!("/v1/orders/{order}/events")] {
        for stranger in &strangers {
            let answer = shop.get(stranger, &path).await;
            assert_eq!((answer.status, &answer.json["code"]), (404, &"order_not_found".into()));
        }
    }
    for stranger in &strangers {
        assert_eq!(shop.cancel(0, stranger, order).await.status, 404);
    }
    for friend in [shop.guest(order), Shop::customer(owner), Shop::staff()] {
        assert_eq!(shop.get(&friend, &format!("/v1/orders/{order}")).await.status, 200);
    }
    let guest = shop.guest(order);
    shop.clock.advance(Duration::from_hours(25));
    assert_eq!(shop.get(&guest, &format!("/v1/orders/{order}")).await.status, 404, "the token has expired");
    assert_eq!(shop.fact(order).await.status, OrderStatus::Pending);
    for path in ["/v1/orders/7".to_owned(), format!("/v1/orders/{}", shop.order())] {
        assert_eq!(shop.get(&Shop::staff(), &path).await.status, 404);
    }
}

async fn a_pending_order_is_cancelled_at_once_and_a_paid_one_when_shipping_has_stopped(shop: &Shop) {
    let (pending, paid) = (shop.placed().await, shop.confirmed().await);
    let by_shopper = shop.cancel(0, &shop.guest(pending), pending).await;
    let by_staff = shop.cancel(0, &Shop::staff(), paid).await;
    assert_eq!((by_shopper.status, by_staff.status), (200, 200));
    assert_eq!(
        (&by_shopper.json["status"], &by_shopper.json["cancel_reason"]),
        (&"cancelled".into(), &"by_shopper".into())
    );
    assert_eq!((&by_staff.json["status"], &by_staff.json["closing"]), (&"confirmed".into(), &true.into()));
    assert_eq!(shop.told::<OrderStopping>().await, [OrderStopping { order_id: paid }]);
    shop.deliver(vec![shop.stopped(paid)]).await;
    assert_eq!(shop.fact(paid).await.cancel_reason, Some(CancelReason::ByStaff));
    let again = shop.cancel(0, &shop.guest(pending), pending).await;
    assert_eq!(again.json, by_shopper.json, "the answer stays the same");
    assert_eq!(shop.told::<OrderCancelled>().await.len(), 2);
    shop.check_books().await;
}

async fn an_order_whose_money_may_be_on_the_way_is_closed_first(shop: &Shop) {
    let (closed, paid) = (shop.awaiting().await, shop.awaiting().await);
    for order in [closed, paid] {
        let answer = shop.cancel(0, &shop.guest(order), order).await;
        assert_eq!((answer.status, &answer.json["status"]), (200, &"awaiting_payment".into()));
        assert_eq!(answer.json["closing"], true);
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
    let ask = |body: &str| Ask::post(&path).by(&guest).key("k1").body(body);
    let body = r#"{"reason": "ordered twice"}"#;
    let first = shop.ask(0, ask(body)).await;
    let second = shop.ask(1, ask(body)).await;
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.json, second.json);
    assert_eq!(second.headers["idempotent-replayed"], "true");
    let other = shop.ask(0, ask("{}")).await;
    assert_eq!((other.status, &other.json["code"]), (422, &"idempotency_key_reused".into()));
    let view = shop.get(&guest, &format!("/v1/orders/{order}")).await.json;
    assert_eq!(view["timeline"][1]["detail"], "ordered twice");
}

async fn what_makes_no_sense_is_refused(shop: &Shop) {
    let order = shop.placed().await;
    let (guest, cancel) = (shop.guest(order), format!("/v1/orders/{order}/cancel"));
    let long = format!(r#"{{"reason": "{}"}}"#, "x".repeat(501));
    for body in [r#"{"why": 1}"#, r#"{"reason": 7}"#, r#"{"reason": "a\u0000b"}"#, &long] {
        let answer = shop.ask(0, Ask::post(&cancel).by(&guest).body(body)).await;
        assert_eq!((answer.status, &answer.json["code"]), (422, &"invalid_body".into()), "{body}");
    }
    for query in ["wait=sent", "wait=confirmed&timeout=31", "wait=confirmed&timeout=-1", "colour=red"] {
        assert_eq!(shop.get(&guest, &format!("/v1/orders/{order}?{query}")).await.status, 422, "{query}");
    }
    let control = "q=%00".to_owned();
    for query in ["limit=0", "limit=101", "cursor=%25", "status=lost", "from=yesterday", "sort=id", &control] {
        assert_eq!(shop.get(&Shop::staff(), &format!("/v1/orders?{query}")).await.status, 422, "{query}");
    }
    assert_eq!(shop.fact(order).await.status, OrderStatus::Pending);
}

bodega_testkit::stories![
    orders_of_other_people_do_not_exist,
    a_pending_order_is_cancelled_at_once_and_a_paid_one_when_shipping_has_stopped,
    an_order_whose_money_may_be_on_the_way_is_closed_first,
    a_key_gives_the_same_answer_and_never_another_body,
    what_makes_no_sense_is_refused,
];
