//! Goods that came back: on hand once for each return, whenever it is heard.

use crate::setup::Shop;
use axum::http::Method;
use bodega_contracts::{ReturnId, inventory::StockChanged};
use bodega_db::{Envelope, params};
use bodega_testkit::{arrivals, stories};
use futures_util::future::join_all;
use serde_json::json;

stories!(
    what_can_be_sold_again_is_on_hand_and_what_cannot_leaves_a_trace,
    a_return_delivered_twice_counts_once,
    a_return_is_heard_before_or_after_all_else_of_its_order,
    a_return_of_goods_that_were_never_there_makes_them_known,
    an_impossible_return_is_dead_lettered_and_its_batch_goes_on,
);

async fn what_can_be_sold_again_is_on_hand_and_what_cannot_leaves_a_trace(shop: &Shop) {
    shop.receive("A", 5).await;
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, &[("A", 4)]), shop.confirmed(order, &[("A", 4)])]).await;
    shop.deliver(vec![shop.dispatched(order, shop.shipment(), &[("A", 4)])]).await;
    let id = ReturnId::new(&shop.world);
    shop.deliver(vec![shop.returned((order, id), &[("A", 1), ("A", 1)], &[("A", 2)])]).await;
    assert_eq!(shop.level("A").await, (3, 0, 0));
    assert_eq!(shop.told_last("A").await, 3);
    let (_, ledger) = shop.staff(Method::GET, "/v1/stock/A/movements?limit=3", None).await;
    let lines: Vec<_> =
        ledger["items"].as_array().unwrap().iter().map(|line| (&line["kind"], &line["on_hand"])).collect();
    let (back, off) = (json!("return"), json!("write_off"));
    assert_eq!(lines, [(&off, &json!(-2)), (&off, &json!(2)), (&back, &json!(2))]);
    assert!(ledger["items"].as_array().unwrap().iter().all(|line| line["reference"] == json!(id)), "{ledger}");
    let fact = &shop.stock_facts().await[0];
    assert_eq!((fact.ledger_brought, fact.ledger_returned, fact.ledger_shipped), (7, 2, 4));
    shop.check_books().await;
}

async fn a_return_delivered_twice_counts_once(shop: &Shop) {
    shop.receive("A", 1).await;
    let (order, id) = (shop.order(), ReturnId::new(&shop.world));
    let returned = || shop.returned((order, id), &[("A", 2)], &[]);
    shop.deliver(vec![returned(), returned()]).await;
    join_all((0..10).map(|number| shop.insist(number, vec![returned()]))).await;
    assert_eq!(shop.level("A").await, (3, 0, 0));
    let other = shop.returned((order, ReturnId::new(&shop.world)), &[("A", 1)], &[]);
    shop.deliver(vec![other]).await;
    assert_eq!(shop.level("A").await, (4, 0, 0));
    assert_eq!(shop.told::<StockChanged>().await.len(), 3);
    shop.check_books().await;
}

async fn a_return_is_heard_before_or_after_all_else_of_its_order(shop: &Shop) {
    for (number, arrival) in arrivals(4, 0).into_iter().enumerate() {
        let (sku, order) = (format!("SKU-{number}"), shop.order());
        shop.receive(&sku, 5).await;
        let lines = [(sku.as_str(), 3)];
        let (parcel, id) = (shop.shipment(), ReturnId::new(&shop.world));
        let said = |fact: usize| match fact {
            0 => shop.placed(order, &lines),
            1 => shop.confirmed(order, &lines),
            2 => shop.dispatched(order, parcel, &lines),
            _ => shop.returned((order, id), &[(&sku, 2)], &[(&sku, 1)]),
        };
        let facts: Vec<Envelope> = arrival.iter().flat_map(|fact| [said(*fact), said(*fact)]).collect();
        for (number, fact) in facts.into_iter().enumerate() {
            shop.insist(number, vec![fact]).await;
        }
        assert_eq!(shop.level(&sku).await, (4, 0, 0), "{arrival:?}");
    }
    shop.check_books().await;
}

async fn a_return_of_goods_that_were_never_there_makes_them_known(shop: &Shop) {
    let id = ReturnId::new(&shop.world);
    shop.deliver(vec![shop.returned((shop.order(), id), &[("NEW", 1)], &[("OLD", 1)])]).await;
    assert_eq!((shop.level("NEW").await, shop.level("OLD").await), ((1, 0, 0), (0, 0, 0)));
    shop.check_books().await;
}

async fn an_impossible_return_is_dead_lettered_and_its_batch_goes_on(shop: &Shop) {
    shop.receive("A", 1_000_000_000).await;
    let id = || (shop.order(), ReturnId::new(&shop.world));
    let batch = vec![
        shop.returned(id(), &[("A", 1)], &[]),
        shop.returned(id(), &[("B", 0)], &[]),
        shop.returned(id(), &[("B", 1)], &[("B", -1)]),
        shop.returned(id(), &[("B", 2)], &[]),
    ];
    shop.deliver(batch).await;
    assert_eq!((shop.level("A").await.0, shop.level("B").await.0), (1_000_000_000, 2));
    assert_eq!(shop.count("SELECT COUNT(*) FROM dead_letters", &params![]).await, 3);
    shop.check_books().await;
}
