//! The happy path: a checkout becomes a paid, sent and completed order.

use super::{DAY, MINUTE, bought, cart, customer, in_each_shape, mails, papers, send, sold, stock, with};
use crate::races::{bank, pay};
use bodega::client::Headers;
use bodega_e2e::{Bought, TestShop, order_of};
use bodega_settings::Settings;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_checkout_freezes_the_cart_and_gives_the_key_to_its_order() {
    in_each_shape(async |shop: &mut TestShop| {
        let cart = shop.cart(&[("MUG", 2)]).await.unwrap();
        let answer = shop.checkout(&cart, "sim_success", "first").await.unwrap();
        assert_eq!(answer.status.as_u16(), 202, "{answer:?}");
        for field in ["order_id", "order_number", "order_token", "status_url", "events_url"] {
            assert!(answer.body[field].is_string(), "{field}: {answer:?}");
        }
        let bought = Bought::of(cart.0, &answer.body).unwrap();
        // At once, whether or not orders has heard of it.
        let order = shop.order(&bought).await.unwrap();
        assert_eq!(order["number"], answer.body["order_number"], "{order}");
        let again = shop.checkout(&cart, "sim_success", "second").await.unwrap();
        assert_eq!((again.status.as_u16(), &again.body["code"]), (409, &json!("cart_checked_out")), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn goods_codes_and_points_are_held_before_the_payment_and_taken_with_it() {
    in_each_shape(async |shop: &mut TestShop| {
        let promotion = shop.doors.make_code("TENTH", 5).await.unwrap();
        let ada = customer(shop, 500).await;
        let cart = cart(&ada, 2, json!({"coupon_code": "tenth", "points": 300})).await;
        let bought = order_of(&ada.client, &cart, "sim_3ds").await.unwrap();
        let bank = bank(&shop.doors, 0, &bought).await;
        shop.settle().await.unwrap();
        assert_eq!(stock(shop).await, [10, 2, 0]);
        assert_eq!(shop.doors.uses(&promotion).await.unwrap(), [1, 0, 0]);
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [200, 300, 0, 0]);
        pay(&shop.doors, 0, &bank).await;
        let order = shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
        // 20.00, a tenth off, 300 points off.
        assert_eq!(order["total"]["amount"], 1_500, "{order}");
        shop.settle().await.unwrap();
        assert_eq!(stock(shop).await, [10, 0, 2]);
        assert_eq!(shop.doors.uses(&promotion).await.unwrap(), [0, 1, 0]);
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [200, 0, 15, 0]);
        assert_eq!(shop.doors.fulfilment(&bought).await.unwrap()["state"], "open");
    })
    .await;
}

#[tokio::test]
async fn an_order_that_costs_nothing_is_confirmed_without_a_payment() {
    in_each_shape(async |shop: &mut TestShop| {
        let ada = customer(shop, 1_500).await;
        let bought = bought(shop, &ada, 1, json!({"points": 1_500}), "confirmed").await;
        let order = shop.order(&bought).await.unwrap();
        assert_eq!(order["total"]["amount"], 0, "{order}");
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [500, 0, 0, 0]);
    })
    .await;
}

#[tokio::test]
async fn a_confirmed_order_has_one_invoice_without_a_gap_and_one_confirmation() {
    in_each_shape(async |shop: &mut TestShop| {
        for seq in 1..=3 {
            let bought = sold(shop, 1).await;
            let order = shop.order(&bought).await.unwrap();
            assert_eq!(papers(&order), [("invoice", 1_000)], "{order}");
            let number = order["papers"][0]["number"].as_str().unwrap();
            assert!(number.ends_with(&format!("-{seq:05}")), "{number}");
            assert_eq!(mails(shop, "order_confirmed", &bought).await, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_part_of_an_order_leaves_and_then_the_rest() {
    in_each_shape(async |shop: &mut TestShop| {
        let bought = sold(shop, 3).await;
        let first = send(shop, &bought, Some(1), "first").await;
        let order = shop.doors.reach(0, &bought, &["partially_shipped"]).await.unwrap();
        assert_eq!(order["fulfilment_status"], "partial", "{order}");
        shop.settle().await.unwrap();
        assert_eq!(stock(shop).await, [9, 0, 2]);
        assert_eq!(send(shop, &bought, Some(1), "first").await["id"], first["id"]);
        let second = send(shop, &bought, None, "second").await;
        let order = shop.doors.reach(0, &bought, &["shipped"]).await.unwrap();
        assert_eq!(order["fulfilment_status"], "fulfilled", "{order}");
        shop.settle().await.unwrap();
        assert_eq!(stock(shop).await, [7, 0, 0]);
        assert_eq!(mails(shop, "shipped", &bought).await, 2);
        shop.doors.arrived(&first).await.unwrap();
        shop.settle().await.unwrap();
        assert_eq!(shop.order(&bought).await.unwrap()["status"], "shipped");
        shop.doors.arrived(&second).await.unwrap();
        shop.doors.reach(0, &bought, &["delivered"]).await.unwrap();
        shop.settle().await.unwrap();
        assert_eq!(mails(shop, "delivered", &bought).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_carrier_takes_a_parcel_and_says_where_it_is() {
    let simulated = |settings: &mut Settings| {
        settings.shipping.carriers.push("simulator".to_owned());
        settings.shipping.webhook_secret = "a secret of the carrier and us".to_owned();
    };
    with(simulated, async |shop: &mut TestShop| {
        let bought = sold(shop, 2).await;
        let parcel = shop.doors.send(0, &bought, "simulator", None, "parcel").await.unwrap();
        assert_eq!(parcel.status.as_u16(), 202, "{parcel:?}");
        shop.doors.reach(0, &bought, &["shipped"]).await.unwrap();
        shop.later(2 * MINUTE).await.unwrap();
        let mut state = Value::Null;
        for _ in 0..200 {
            state = shop.doors.fulfilment(&bought).await.unwrap()["shipments"][0]["state"].clone();
            if state == "in_transit" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(state, "in_transit");
        shop.later(6 * MINUTE).await.unwrap();
        shop.doors.reach(0, &bought, &["delivered"]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_fetched_is_ready_then_delivered() {
    in_each_shape(async |shop: &mut TestShop| {
        let desk = json!({"rate": {"kind": "pickup"}});
        let path = "/v1/shipping-methods/standard";
        let changed = shop.staff.call(reqwest::Method::PATCH, path, Headers::default(), Some(&desk)).await.unwrap();
        changed.ok(path).unwrap();
        shop.settle().await.unwrap();
        let bought = sold(shop, 2).await;
        let refused = shop.doors.send(0, &bought, "manual", None, "parcel").await.unwrap();
        assert_eq!(refused.status.as_u16(), 409, "{refused:?}");
        let fulfilment = shop.doors.fulfilment(&bought).await.unwrap();
        let path = format!("/v1/fulfilments/{}", fulfilment["id"].as_str().unwrap());
        shop.staff.post(&format!("{path}/ready"), &json!({}), None).await.unwrap();
        shop.doors.reach(0, &bought, &["ready_for_pickup"]).await.unwrap();
        shop.settle().await.unwrap();
        assert_eq!(mails(shop, "ready_for_pickup", &bought).await, 1);
        shop.staff.post(&format!("{path}/collected"), &json!({}), None).await.unwrap();
        shop.doors.reach(0, &bought, &["delivered"]).await.unwrap();
        shop.settle().await.unwrap();
        assert_eq!(stock(shop).await, [8, 0, 0]);
    })
    .await;
}

#[tokio::test]
async fn after_the_return_window_an_order_is_complete_and_its_points_are_earned() {
    let tiers = |settings: &mut Settings| {
        let mut silver = settings.rewards.tiers[0].clone();
        (silver.name, silver.from, silver.reward_bp) = ("Silver".to_owned(), 10, 500);
        settings.rewards.tiers.push(silver);
    };
    with(tiers, async |shop: &mut TestShop| {
        let ada = customer(shop, 0).await;
        let bought = bought(shop, &ada, 2, json!({}), "confirmed").await;
        let parcel = send(shop, &bought, None, "parcel").await;
        shop.doors.arrived(&parcel).await.unwrap();
        shop.doors.reach(0, &bought, &["delivered"]).await.unwrap();
        shop.later(13 * DAY).await.unwrap();
        shop.settle().await.unwrap();
        assert_eq!(shop.order(&bought).await.unwrap()["status"], "delivered");
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [0, 0, 20, 0]);
        shop.later(2 * DAY).await.unwrap();
        shop.doors.reach(0, &bought, &["completed"]).await.unwrap();
        shop.settle().await.unwrap();
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [20, 0, 0, 0]);
        let earned = shop.doors.mails("kind=points_earned").await.unwrap();
        // A tier was reached: coupons made a code of it, and she was told.
        let granted = shop.doors.mails("kind=reward_granted").await.unwrap();
        assert_eq!((earned.len(), granted.len()), (1, 1), "{earned:?} {granted:?}");
    })
    .await;
}
