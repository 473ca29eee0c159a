//! What the customer fetches: packed, made ready, collected; and the packing list.

use crate::setup::Shop;
use bodega_contracts::{
    orders::{Details, OrderDetails, OrderStatus, PaymentStatus},
    shipping::{
        FulfilmentCollected, FulfilmentReadyForPickup, FulfilmentState as State, FulfilmentStopped, FulfilmentUnderWay,
        ParcelLine,
    },
};
use bodega_kernel::Currency;
use bodega_pricing::{Basket, Item};
use bodega_rpc::Answers;
use bodega_testkit::stories;
use serde_json::json;

stories!(
    what_is_fetched_is_ready_and_then_collected_once,
    what_is_fetched_is_not_sent_and_what_is_sent_not_fetched,
    what_is_ready_can_still_be_stopped_and_what_is_collected_cannot,
    a_packing_list_names_what_is_left_to_pack,
);

async fn what_is_fetched_is_ready_and_then_collected_once(shop: &Shop) {
    shop.make_pickup().await;
    let waiting = shop.order();
    shop.deliver(vec![shop.confirmed_by(waiting, &[("A", 2), ("B", 1)], "desk", "N1 1AA")]).await;
    let fulfilment = shop.opened(waiting).await;
    let say = async |what: &str| shop.say(&format!("/v1/fulfilments/{}/{what}", fulfilment.id)).await;
    assert_eq!(say("ready").await.expect(409).code(), "stock_not_allocated");
    assert_eq!(say("collected").await.expect(409).code(), "stock_not_allocated");
    shop.deliver(vec![shop.allocated(waiting)]).await;
    for _ in 0..2 {
        assert_eq!(say("ready").await.expect(200).json["state"], "ready_for_pickup");
    }
    for _ in 0..2 {
        assert_eq!(say("collected").await.expect(200).json["state"], "collected");
    }
    assert_eq!(say("ready").await.expect(200).json["state"], "collected", "it is past that");
    assert_eq!(shop.told::<FulfilmentReadyForPickup>().await.len(), 1);
    let told = shop.told::<FulfilmentCollected>().await;
    let lines = [("A", 2), ("B", 1)].map(|(sku, quantity)| ParcelLine { sku: sku.parse().unwrap(), quantity });
    assert_eq!((told.len(), told[0].order_id, &told[0].lines[..]), (1, waiting, &lines[..]));
    assert_eq!(shop.state(waiting).await, Some(State::Collected));
    shop.check_books().await;
}

async fn what_is_fetched_is_not_sent_and_what_is_sent_not_fetched(shop: &Shop) {
    shop.make_pickup().await;
    let fetched = shop.open_by(&[("A", 1)], "desk", "N1 1AA").await;
    assert_eq!(shop.send(fetched, "A", 1).await.expect(409).code(), "pickup_only");
    let sent = shop.open(&[("A", 1)]).await;
    for what in ["ready", "collected"] {
        let refused = shop.say(&format!("/v1/fulfilments/{}/{what}", sent.id)).await.expect(409);
        assert_eq!(refused.code(), "no_pickup");
        assert_eq!(shop.say(&format!("/v1/fulfilments/{}/{what}", shop.world.uuid())).await.status, 404);
    }
    let odd = shop.open_by(&[("A", 1)], "a method of long ago", "N1 1AA").await;
    assert_eq!(shop.send(odd, "A", 1).await.status, 201, "an unknown method is one that sends");
}

async fn what_is_ready_can_still_be_stopped_and_what_is_collected_cannot(shop: &Shop) {
    shop.make_pickup().await;
    let (ready, collected) =
        (shop.open_by(&[("A", 1)], "desk", "N1 1AA").await, shop.open_by(&[("A", 1)], "desk", "N1 1AA").await);
    assert_eq!(shop.say(&format!("/v1/fulfilments/{}/ready", ready.id)).await.status, 200);
    assert_eq!(shop.say(&format!("/v1/fulfilments/{}/collected", collected.id)).await.status, 200);
    shop.deliver(vec![shop.stopping(ready.order), shop.stopping(collected.order)]).await;
    assert_eq!(shop.told::<FulfilmentStopped>().await, [FulfilmentStopped { order_id: ready.order }]);
    assert_eq!(shop.told::<FulfilmentUnderWay>().await, [FulfilmentUnderWay { order_id: collected.order }]);
    let late = shop.say(&format!("/v1/fulfilments/{}/collected", ready.id)).await.expect(409);
    assert_eq!(late.code(), "fulfilment_stopped");
    shop.check_books().await;
}

async fn a_packing_list_names_what_is_left_to_pack(shop: &Shop) {
    let fulfilment = shop.open(&[("A", 3), ("WRAP", 1), ("B", 1)]).await;
    shop.send(fulfilment, "A", 1).await.expect(201).json["id"].as_str().unwrap();
    let path = format!("/v1/fulfilments/{}/packing", fulfilment.id);
    let unnamed = shop.read(&path).await;
    let without = json!([{"sku": "A", "quantity": 3, "left": 2}, {"sku": "B", "quantity": 1, "left": 1}]);
    assert_eq!(unnamed["lines"], without, "goods can be packed while orders does not answer");
    shop.neighbour("orders", &Answers::new().on(async |_: OrderDetails| Ok(Some(details()))));
    let named = shop.read(&path).await;
    assert_eq!(named["lines"][0], json!({"sku": "A", "name": "Mug", "quantity": 3, "left": 2}));
    assert_eq!((&named["state"], &named["shipping_method"]), (&json!("partly_dispatched"), &json!("standard")));
    assert_eq!(named["shipping_address"]["postal_code"], "N1 1AA");
}

fn details() -> Details {
    let item = Item { sku: "A".parse().unwrap(), name: "Mug".to_owned(), unit_price: 1, quantity: 3, tax_rate_bp: 0 };
    let basket = Basket {
        currency: Currency::GBP,
        prices_include_tax: true,
        lines: vec![item],
        discounts: Vec::new(),
        shipping: None,
    };
    Details {
        number: "B-1".to_owned(),
        customer_id: None,
        email: "ada@example.com".to_owned(),
        status: OrderStatus::Confirmed,
        payment_status: PaymentStatus::Captured,
        cancel_reason: None,
        shipping_address: None,
        billing_address: None,
        priced: bodega_pricing::price(&basket).unwrap(),
        basket,
        payment_method: "sim_success".to_owned(),
        placed_at: bodega_testkit::START,
    }
}
