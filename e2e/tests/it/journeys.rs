//! One shopper at a time: each way an order can go.

use bodega_e2e::{TestShop, shapes};
use serde_json::json;

#[tokio::test]
async fn a_guest_buys_and_the_books_agree() {
    for shape in shapes() {
        let shop = TestShop::start(shape).await.unwrap();
        shop.sell("MUG", 1_250, 10).await.unwrap();
        shop.sell("BOWL", 3_900, 5).await.unwrap();
        let bought = shop.buy(&[("MUG", 2), ("BOWL", 1)], "sim_success").await.unwrap();
        let order = shop.wait(&bought, "confirmed").await.unwrap();
        assert_eq!(order["status"], "confirmed", "{order}");
        assert_eq!(order["payment_status"], "captured", "{order}");
        assert_eq!(order["total"], json!({"amount": 6_400, "currency": "GBP"}));
        shop.settle().await.unwrap();
        let stock = shop.stock("MUG").await.unwrap();
        assert_eq!((&stock["on_hand"], &stock["held"], &stock["allocated"]), (&json!(10), &json!(0), &json!(2)));
        shop.prove().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_sold_and_the_cart_opens_again() {
    for shape in shapes() {
        let shop = TestShop::start(shape).await.unwrap();
        shop.sell("MUG", 1_250, 1).await.unwrap();
        let bought = shop.buy(&[("MUG", 2)], "sim_success").await.unwrap();
        let order = shop.wait(&bought, "confirmed").await.unwrap();
        assert_eq!(order["status"], "cancelled", "{order}");
        shop.prove().await.unwrap();
        assert_eq!(shop.stock("MUG").await.unwrap()["available"], 1);
    }
}

#[tokio::test]
async fn a_declined_card_can_be_followed_by_another() {
    for shape in shapes() {
        let shop = TestShop::start(shape).await.unwrap();
        shop.sell("MUG", 1_250, 1).await.unwrap();
        let bought = shop.buy(&[("MUG", 1)], "sim_decline").await.unwrap();
        shop.wait(&bought, "awaiting_payment").await.unwrap();
        let paid = async |number: u32| {
            let body = json!({"payment_method": "sim_success"});
            shop.write_order(&bought, "payments", &body, &format!("second-try-{number}")).await.unwrap()
        };
        // The first attempt may not have been declined yet.
        let mut tries = 0;
        while paid(tries).await.status != 202 {
            tries += 1;
            assert!(tries < 100, "the next attempt was never accepted");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let order = shop.wait(&bought, "confirmed").await.unwrap();
        assert_eq!(order["status"], "confirmed", "{order}");
        shop.prove().await.unwrap();
    }
}

#[tokio::test]
async fn a_cancelled_order_gives_everything_back() {
    for shape in shapes() {
        let shop = TestShop::start(shape).await.unwrap();
        shop.sell("MUG", 1_250, 3).await.unwrap();
        let bought = shop.buy(&[("MUG", 3)], "sim_success").await.unwrap();
        shop.wait(&bought, "confirmed").await.unwrap();
        let answer = shop.write_order(&bought, "cancel", &json!({}), "cancel").await.unwrap();
        assert!(answer.status.is_success(), "{answer:?}");
        shop.prove().await.unwrap();
        let order = shop.order(&bought).await.unwrap();
        assert_eq!((&order["status"], &order["payment_status"]), (&json!("cancelled"), &json!("refunded")), "{order}");
        assert_eq!(shop.stock("MUG").await.unwrap()["available"], 3);
    }
}

#[tokio::test]
async fn every_method_of_the_simulator_comes_to_its_end() {
    for shape in shapes() {
        let shop = TestShop::start(shape).await.unwrap();
        shop.sell("MUG", 1_250, 100).await.unwrap();
        for method in [
            "sim_success",
            "sim_slow",
            "sim_timeout_then_success",
            "sim_duplicate_webhook",
            "sim_webhook_only",
            "sim_authorize",
            "sim_unavailable",
        ] {
            let bought = shop.buy(&[("MUG", 1)], method).await.unwrap();
            let order = shop.wait(&bought, "confirmed").await.unwrap();
            assert_eq!(order["status"], "confirmed", "{method}: {order}");
        }
        shop.prove().await.unwrap();
    }
}

#[tokio::test]
async fn a_price_that_changed_is_shown_before_it_is_charged() {
    for shape in shapes() {
        let shop = TestShop::start(shape).await.unwrap();
        shop.sell("MUG", 1_250, 10).await.unwrap();
        let cart = shop.cart(&[("MUG", 1)]).await.unwrap();
        let page = shop.guest.get("/v1/products/mug", bodega::client::Headers::default()).await.unwrap();
        let id = page["id"].as_str().unwrap();
        let changed =
            json!({"variants": [{"sku": "MUG", "price": {"amount": 1_500, "currency": "GBP"}, "stocked": true}]});
        let path = format!("/v1/products/{id}");
        let answer = shop
            .staff
            .call(reqwest::Method::PATCH, &path, bodega::client::Headers::default(), Some(&changed))
            .await
            .unwrap();
        assert!(answer.status.is_success(), "{answer:?}");
        shop.settle().await.unwrap();
        let refused = shop.checkout(&cart, "sim_success", "first").await.unwrap();
        assert_eq!((refused.status.as_u16(), &refused.body["code"]), (409, &json!("price_changed")), "{refused:?}");
        let accepted = shop.checkout(&cart, "sim_success", "second").await.unwrap();
        assert_eq!(accepted.status.as_u16(), 202, "{accepted:?}");
        shop.prove().await.unwrap();
    }
}

#[tokio::test]
async fn a_shop_opened_again_goes_on_where_it_was() {
    for shape in shapes() {
        let shop = TestShop::start(shape).await.unwrap();
        shop.sell("MUG", 1_250, 10).await.unwrap();
        let bought = shop.buy(&[("MUG", 1)], "sim_success").await.unwrap();
        shop.wait(&bought, "confirmed").await.unwrap();
        shop.settle().await.unwrap();
        let guest = shop.guest.clone();
        let headers = bodega::client::Headers { order: Some(&bought.order_token), ..Default::default() };
        assert!(guest.get(&format!("/v1/orders/{}", bought.order_id), headers).await.is_ok());
    }
}
