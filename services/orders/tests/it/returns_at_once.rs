//! A hundred at once, from two replicas where there are two: no piece comes back twice, and no penny goes back twice.

use crate::{
    returns::{GOODS, mugs},
    setup::Shop,
};
use bodega_contracts::orders::{ReturnChanged, ReturnReceived, ReturnState};
use bodega_testkit::{Answer, Ask};
use futures_util::future::join_all;
use serde_json::json;

const AT_ONCE: usize = 100;

fn served(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

async fn a_hundred_who_ask_at_once_get_no_more_than_left(shop: &Shop) {
    let order = shop.arrived(None).await;
    let guest = shop.guest(order);
    let one = mugs(1);
    let asked = join_all((0..AT_ONCE).map(|replica| shop.ask_return(replica, &guest, order, &one))).await;
    assert_eq!((served(&asked, 201), served(&asked, 409)), (7, AT_ONCE - 7));
    let ids: Vec<String> =
        asked.iter().filter(|answer| answer.status == 201).map(|answer| answer.field("id")).collect();
    let (empty, receipt) = (json!({}), json!({"lines": [{"sku": "mug", "restock": 1}]}));
    let twice = || ids.iter().chain(&ids).enumerate();
    let approved = join_all(twice().map(|(replica, id)| shop.do_return(replica, id, "approve", &empty))).await;
    assert_eq!((served(&approved, 200), served(&approved, 409)), (7, 7));
    let received = join_all(twice().map(|(replica, id)| shop.do_return(replica, id, "receive", &receipt))).await;
    assert_eq!((served(&received, 200), served(&received, 409)), (7, 7));
    let told = shop.told::<ReturnReceived>().await;
    assert_eq!((told.len(), told.iter().map(|event| event.refund.amount).sum::<i64>()), (7, GOODS));
    assert_eq!(shop.view(order).await["fulfilment_status"], "returned");
    shop.check_books().await;
}

async fn a_hundred_who_receive_one_return_receive_it_once(shop: &Shop) {
    let order = shop.arrived(None).await;
    let id = shop.approved(order, &mugs(5)).await;
    let bodies = [json!({"lines": [{"sku": "mug", "restock": 5}]}), json!({"lines": [{"sku": "mug", "write_off": 1}]})];
    let received = (0..AT_ONCE).map(|nth| shop.do_return(nth, &id, "receive", &bodies[nth % 2]));
    let received = join_all(received).await;
    assert_eq!((served(&received, 200), served(&received, 409)), (1, AT_ONCE - 1));
    assert_eq!(shop.told::<ReturnReceived>().await.len(), 1);
    shop.check_books().await;
}

async fn whoever_allows_and_whoever_calls_off_at_once_agree(shop: &Shop) {
    let order = shop.arrived(None).await;
    let id = shop.ask_return(0, &Shop::staff(), order, &mugs(7)).await.expect(201).field("id");
    let acts = [("approve", json!({})), ("cancel", json!({})), ("reject", json!({"message": "no"}))];
    let done = join_all((0..AT_ONCE).map(|nth| {
        let (act, body) = &acts[nth % 3];
        shop.do_return(nth, &id, act, body)
    }))
    .await;
    let states: Vec<ReturnState> = shop.told::<ReturnChanged>().await.iter().map(|event| event.state).collect();
    assert_eq!(served(&done, 200), states.len() - 1, "{states:?}");
    assert!(states.len() <= 3 && states.iter().filter(|state| **state == ReturnState::Approved).count() <= 1);
    let last = serde_json::to_value(states.last().unwrap()).unwrap();
    assert_eq!(shop.view(order).await["returns"][0]["state"], last);
}

async fn the_same_key_asks_once(shop: &Shop) {
    let order = shop.arrived(None).await;
    let guest = shop.guest(order);
    let ask = || Ask::post(format!("/v1/orders/{order}/returns")).by(&guest).key("once").json(&mugs(2));
    let asked = join_all((0..AT_ONCE).map(|replica| shop.ask_until_served(replica, ask()))).await;
    assert_eq!(served(&asked, 201), AT_ONCE);
    assert!(asked.iter().all(|answer| answer.json == asked[0].json));
    assert_eq!(asked.iter().filter(|answer| answer.replayed()).count(), AT_ONCE - 1);
    let other = Ask::post(format!("/v1/orders/{order}/returns")).by(&guest).key("once").json(&mugs(3));
    assert_eq!(shop.ask(0, other).await.code(), "idempotency_key_reused");
    assert_eq!(shop.told::<ReturnChanged>().await.len(), 1);
}

bodega_testkit::stories![
    a_hundred_who_ask_at_once_get_no_more_than_left,
    a_hundred_who_receive_one_return_receive_it_once,
    whoever_allows_and_whoever_calls_off_at_once_agree,
    the_same_key_asks_once,
];
