//! What else pays: gift cards, store credit, and cards that are charged when the parcel leaves.

use super::{customer, on_each, send, stock, with};
use bodega::client::{Answer, Headers, ShopClient};
use bodega_contracts::CartId;
use bodega_e2e::{Bought, Customer, TestShop, cart_with, check_out, order_of};
use bodega_settings::{CaptureTime, Settings};
use reqwest::Method;
use serde_json::{Value, json};

/// Staff make a gift card: its id and its code.
pub(crate) async fn gift_card(shop: &TestShop, pence: i64) -> (String, String) {
    let card = json!({"amount": {"amount": pence, "currency": "GBP"}});
    let made = shop.staff.post("/v1/admin/gift-cards", &card, Some("gift-card")).await.unwrap();
    (made["id"].as_str().unwrap().to_owned(), made["code"].as_str().unwrap().to_owned())
}

/// What is left on it.
pub(crate) async fn left_on(shop: &TestShop, card: &str) -> i64 {
    let card = shop.staff.get(&format!("/v1/admin/gift-cards/{card}"), Headers::default()).await.unwrap();
    card["balance"]["amount"].as_i64().unwrap()
}

/// A shopper pays with these, too.
pub(crate) async fn tender(buyer: &ShopClient, cart: &(CartId, String), tenders: &Value) -> Answer {
    let token = (!cart.1.is_empty()).then_some(cart.1.as_str());
    let headers = Headers { cart: token, ..Headers::default() };
    buyer.call(Method::PUT, &format!("/v1/carts/{}/tenders", cart.0), headers, Some(tenders)).await.unwrap()
}

async fn with_card(shop: &TestShop, ada: &Customer, mugs: i64, code: &str, method: &str) -> Bought {
    let cart = cart_with(&ada.client, &[("MUG", mugs)], &json!({})).await.unwrap();
    let answer = tender(&ada.client, &cart, &json!({"gift_cards": [code]})).await;
    answer.ok("tenders").unwrap();
    let bought = order_of(&ada.client, &cart, method).await.unwrap();
    shop.settle().await.unwrap();
    bought
}

#[tokio::test]
async fn a_gift_card_pays_its_part_and_gets_it_back_last() {
    on_each(async |shop: &mut TestShop| {
        let ada = customer(shop, 0).await;
        let (id, code) = gift_card(shop, 1_500).await;
        let bought = with_card(shop, &ada, 3, &code, "sim_success").await;
        let order = shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
        assert_eq!((&order["total"]["amount"], left_on(shop, &id).await), (&json!(3_000), 0), "{order}");
        shop.prove().await.unwrap();
        // 15.00 came from the bank: that much goes back there first.
        let path = format!("/v1/orders/{}/refunds", bought.order_id);
        for (pence, left) in [(1_000, 0), (1_000, 500), (1_000, 1_500)] {
            let refund = json!({"amount": {"amount": pence, "currency": "GBP"}, "reason": "late"});
            shop.staff.post(&path, &refund, Some(&format!("refund-{left}"))).await.unwrap();
            shop.prove().await.unwrap();
            assert_eq!(left_on(shop, &id).await, left);
        }
    })
    .await;
}

#[tokio::test]
async fn a_gift_card_that_covers_all_of_it_needs_no_other_payment() {
    on_each(async |shop: &mut TestShop| {
        let ada = customer(shop, 0).await;
        let (id, code) = gift_card(shop, 5_000).await;
        let cart = cart_with(&ada.client, &[("MUG", 2)], &json!({})).await.unwrap();
        let seen = tender(&ada.client, &cart, &json!({"gift_cards": [code]})).await.ok("tenders").unwrap();
        assert_eq!(seen["due"]["amount"], 0, "{seen}");
        let headers = Headers { key: Some("nothing-due"), ..Headers::default() };
        let path = format!("/v1/carts/{}/checkout", cart.0);
        let answer = ada.client.call(Method::POST, &path, headers, Some(&json!({}))).await.unwrap();
        let bought = Bought::of(cart.0, &answer.ok("checkout").unwrap()).unwrap();
        shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
        shop.settle().await.unwrap();
        assert_eq!(left_on(shop, &id).await, 3_000);
        super::cancel(shop, &bought).await.ok("cancel").unwrap();
        shop.doors.reach(0, &bought, &["cancelled"]).await.unwrap();
        shop.prove().await.unwrap();
        assert_eq!(left_on(shop, &id).await, 5_000);
    })
    .await;
}

#[tokio::test]
async fn a_gift_card_in_two_tabs_is_spent_once() {
    on_each(async |shop: &mut TestShop| {
        let ada = customer(shop, 0).await;
        let (id, code) = gift_card(shop, 1_000).await;
        let mut carts = Vec::new();
        for _ in 0..2 {
            let cart = cart_with(&ada.client, &[("MUG", 1)], &json!({})).await.unwrap();
            tender(&ada.client, &cart, &json!({"gift_cards": [code]})).await.ok("tenders").unwrap();
            carts.push(cart);
        }
        let tab =
            async |number: usize| check_out(&ada.client, &carts[number], "sim_success", &format!("tab-{number}")).await;
        let (one, two) = tokio::join!(tab(0), tab(1));
        let bought = [one, two].map(Result::unwrap).into_iter().zip(&carts);
        let bought: Vec<_> =
            bought.map(|(answer, cart)| Bought::of(cart.0, &answer.ok("tab").unwrap()).unwrap()).collect();
        shop.settle().await.unwrap();
        let mut seen = Vec::new();
        for bought in &bought {
            let order = shop.doors.reach(0, bought, &["awaiting_payment", "confirmed"]).await.unwrap();
            seen.push(order["status"].as_str().unwrap().to_owned());
        }
        seen.sort();
        // The loser is asked for another payment and was charged nothing.
        assert_eq!(seen, ["awaiting_payment", "confirmed"]);
        assert_eq!(left_on(shop, &id).await, 0);
        for bought in &bought {
            super::cancel(shop, bought).await;
            shop.doors.reach(0, bought, &["cancelled"]).await.unwrap();
        }
        shop.prove().await.unwrap();
        assert_eq!((left_on(shop, &id).await, stock(shop).await), (1_000, [10, 0, 0]));
    })
    .await;
}

#[tokio::test]
async fn store_credit_for_what_came_back_pays_the_next_order() {
    on_each(async |shop: &mut TestShop| {
        let ada = customer(shop, 0).await;
        let bought = super::bought(shop, &ada, 2, json!({}), "confirmed").await;
        let parcel = send(shop, &bought, None, "parcel").await;
        shop.doors.arrived(&parcel).await.unwrap();
        shop.doors.reach(0, &bought, &["delivered"]).await.unwrap();
        let id = shop.doors.ask_back(&bought, "MUG", 1, &json!({"wish": "store_credit"})).await.unwrap();
        shop.doors.take_back(&id, "MUG", 1, 0).await.unwrap();
        shop.prove().await.unwrap();
        let cart = cart_with(&ada.client, &[("MUG", 2)], &json!({})).await.unwrap();
        let seen =
            tender(&ada.client, &cart, &json!({"gift_cards": [], "store_credit": "all"})).await.ok("credit").unwrap();
        assert_eq!(seen["due"]["amount"], 1_000, "{seen}");
        let next = order_of(&ada.client, &cart, "sim_success").await.unwrap();
        shop.doors.reach(0, &next, &["confirmed"]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn money_is_taken_parcel_by_parcel_before_each_leaves() {
    let policy = |settings: &mut Settings| settings.payments.capture = CaptureTime::OnDispatch;
    with(policy, async |shop: &mut TestShop| {
        let bought = shop.buy(&[("MUG", 3)], "sim_success").await.unwrap();
        let order = shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
        shop.settle().await.unwrap();
        assert_eq!(order["payment_status"], "authorized", "{order}");
        let packed = shop.doors.send(0, &bought, "manual", Some(&[("MUG", 1)]), "first").await.unwrap();
        assert_eq!(packed.status.as_u16(), 202, "{packed:?}");
        let order = shop.doors.reach(0, &bought, &["partially_shipped"]).await.unwrap();
        assert_eq!(order["payment_status"], "partially_captured", "{order}");
        shop.doors.send(0, &bought, "manual", None, "rest").await.unwrap();
        let order = shop.doors.reach(0, &bought, &["shipped"]).await.unwrap();
        assert_eq!(order["payment_status"], "captured", "{order}");
    })
    .await;
}

#[tokio::test]
async fn a_capture_that_fails_keeps_the_parcel_in_the_house() {
    let policy = |settings: &mut Settings| settings.payments.capture = CaptureTime::OnDispatch;
    with(policy, async |shop: &mut TestShop| {
        let bought = shop.buy(&[("MUG", 1)], "sim_capture_fails").await.unwrap();
        shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
        shop.settle().await.unwrap();
        shop.doors.send(0, &bought, "manual", None, "parcel").await.unwrap();
        shop.settle().await.unwrap();
        for _ in 0..200 {
            let order = shop.order(&bought).await.unwrap();
            let told =
                order["timeline"].as_array().unwrap().iter().any(|entry| entry["what"] == "payment_capture_failed");
            if told {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        assert_eq!(stock(shop).await, [10, 0, 1]);
        let order = shop.order(&bought).await.unwrap();
        assert_eq!(order["status"], "confirmed", "{order}");
        super::cancel(shop, &bought).await.ok("cancel").unwrap();
        shop.doors.reach(0, &bought, &["cancelled"]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn cash_on_delivery_leaves_before_it_is_paid() {
    let by_hand = |settings: &mut Settings| settings.payments.providers.push("manual".to_owned());
    with(by_hand, async |shop: &mut TestShop| {
        let bought = shop.buy(&[("MUG", 1)], "cash_on_delivery").await.unwrap();
        shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
        shop.settle().await.unwrap();
        shop.doors.send(0, &bought, "manual", None, "parcel").await.unwrap();
        let order = shop.doors.reach(0, &bought, &["shipped"]).await.unwrap();
        assert_eq!(order["payment_status"], "authorized", "{order}");
        let parcel = shop.doors.fulfilment(&bought).await.unwrap()["shipments"][0].clone();
        shop.doors.arrived(&parcel).await.unwrap();
        let money = json!({"amount": {"amount": 1_000, "currency": "GBP"}, "reference": "the driver"});
        let path = format!("/v1/orders/{}/payments/received", bought.order_id);
        shop.staff.post(&path, &money, Some("received")).await.unwrap();
        shop.settle().await.unwrap();
        let order = shop.doors.reach(0, &bought, &["delivered"]).await.unwrap();
        assert_eq!(order["payment_status"], "captured", "{order}");
    })
    .await;
}
