//! Lists of orders: one's own, and all for staff.

use crate::setup::Shop;
use bodega_kernel::UserId;
use bodega_testkit::{Answer, Asker};
use std::time::Duration;

async fn bought(shop: &Shop, user: UserId, count: usize) {
    for _ in 0..count {
        let order = shop.order();
        shop.deliver(vec![shop.said(&shop.checkout(order, Some(user)))]).await;
        shop.clock.advance(Duration::from_secs(1));
    }
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn a_customer_sees_all_of_their_orders_and_no_others(shop: &Shop) {
    let (ada, bob) = (shop.user(), shop.user());
    bought(shop, ada, 5).await;
    bought(shop, bob, 2).await;
    let asker = Shop::customer(ada);
    let (mut seen, mut path) = (Vec::new(), "/v1/me/orders?limit=2".to_owned());
    loop {
        let answer = shop.get(&asker, &path).await;
        seen.extend(ids(&answer));
        let Some(cursor) = answer.json["next_cursor"].as_str() else { break };
        path = format!("/v1/me/orders?limit=2&cursor={cursor}");
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|newer, older| newer > older));
    assert_eq!(ids(&shop.get(&asker, "/v1/me/orders?status=confirmed").await).len(), 0);
    assert_eq!(ids(&shop.get(&Shop::customer(bob), "/v1/me/orders").await).len(), 2);
    assert_eq!(shop.get(&Asker::default(), "/v1/me/orders").await.status, 401);
}

async fn staff_find_orders_by_status_time_number_and_address(shop: &Shop) {
    let user = shop.user();
    bought(shop, user, 3).await;
    let noon = shop.world.now();
    let paid = shop.confirmed().await;
    let number = shop.fact(paid).await.number;
    let staff = Shop::staff();
    let find = async |query: String| ids(&shop.get(&staff, &format!("/v1/orders?{query}")).await);
    assert_eq!(find("status=pending".to_owned()).await.len(), 3);
    assert_eq!(find("payment_status=captured".to_owned()).await, [paid.to_string()]);
    assert_eq!(find(format!("from={noon}")).await, [paid.to_string()]);
    assert_eq!(find(format!("to={noon}")).await.len(), 3);
    assert_eq!(find(format!("q={number}")).await, [paid.to_string()]);
    assert_eq!(find("q=B".to_owned()).await.len(), 4);
    assert_eq!(find("q=%25".to_owned()).await.len(), 0, "a percent sign is no wildcard");
    assert_eq!(find("q=ADA@example.com".to_owned()).await.len(), 4);
    assert_eq!(find("q=ada@example.co".to_owned()).await.len(), 0);
    let counted = shop.get(&staff, "/v1/orders?limit=1&count=true&status=pending").await;
    assert_eq!((&counted.json["total"], ids(&counted).len()), (&3.into(), 1));
    assert_eq!(shop.get(&Shop::customer(user), "/v1/orders").await.status, 403);
    assert_eq!(shop.get(&Asker::default(), "/v1/orders").await.status, 401);
}

bodega_testkit::stories![
    a_customer_sees_all_of_their_orders_and_no_others,
    staff_find_orders_by_status_time_number_and_address
];
