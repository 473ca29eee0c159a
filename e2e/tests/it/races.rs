//! A thousand at once, over HTTP: no oversell and no undersell, no order twice, no refund twice.

use bodega::client::{Answer, Headers};
use bodega_contracts::CartId;
use bodega_e2e::{Bought, TestShop};
use bodega_testkit::{Backend, backends};
use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::json;

/// Contenders of each race.
const CONTENDERS: usize = 1_000;
/// Requests in flight at once.
const AT_ONCE: usize = 128;

async fn all<T, F: Future<Output = T>>(contenders: usize, one: impl Fn(usize) -> F) -> Vec<T> {
    stream::iter(0..contenders).map(one).buffer_unordered(AT_ONCE).collect().await
}

async fn carts(shop: &TestShop, contenders: usize, lines: &[(&str, i64)]) -> Vec<(CartId, String)> {
    all(contenders, |_| async { shop.cart(lines).await.unwrap() }).await
}

/// Everybody checks out their own cart at once; what each one holds then.
async fn everybody_buys(shop: &TestShop, carts: &[(CartId, String)]) -> Vec<Bought> {
    all(carts.len(), |number| async move {
        let cart = &carts[number];
        let answer = shop.checkout(cart, "sim_success", &cart.0.to_string()).await.unwrap().ok("checkout").unwrap();
        Bought {
            cart_id: cart.0,
            order_id: answer["order_id"].as_str().unwrap().parse().unwrap(),
            order_token: answer["order_token"].as_str().unwrap().to_owned(),
        }
    })
    .await
}

async fn ended(shop: &TestShop, bought: &[Bought]) -> (usize, usize) {
    let orders =
        all(bought.len(), |number| async move { shop.wait(&bought[number], "confirmed").await.unwrap() }).await;
    let with = |status: &str| orders.iter().filter(|order| order["status"] == status).count();
    (with("confirmed"), with("cancelled"))
}

async fn contest(backend: Backend, contenders: usize, pieces: i64) {
    let shop = TestShop::start(backend).await.unwrap();
    shop.sell("LAST", 999, pieces).await.unwrap();
    let carts = carts(&shop, contenders, &[("LAST", 1)]).await;
    let bought = everybody_buys(&shop, &carts).await;
    let sold = (pieces as usize).min(contenders);
    assert_eq!(ended(&shop, &bought).await, (sold, contenders - sold), "{backend:?}");
    shop.prove().await.unwrap();
    assert_eq!(shop.stock("LAST").await.unwrap()["available"], json!(pieces - sold as i64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_unit_is_sold_once() {
    for backend in backends() {
        contest(backend, CONTENDERS, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_units_are_sold_to_fifty_thousand_exactly() {
    let full = std::env::var_os("BODEGA_TEST_FULL").is_some();
    let (contenders, pieces) = if full { (50_000, 10_000) } else { (1_000, 200) };
    for backend in backends() {
        contest(backend, contenders, pieces).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_makes_one_order_however_often_it_comes() {
    for backend in backends() {
        let shop = TestShop::start(backend).await.unwrap();
        shop.sell("MUG", 999, 100_000).await.unwrap();
        let cart = shop.cart(&[("MUG", 1)]).await.unwrap();
        let answers =
            all(CONTENDERS, |_| async { shop.checkout(&cart, "sim_success", "the-key").await.unwrap() }).await;
        let first = &answers[0].body["order_id"];
        assert!(answers.iter().all(|answer| answer.status == 202 && answer.body["order_id"] == *first));
        shop.prove().await.unwrap();
        assert_eq!(shop.stock("MUG").await.unwrap()["available"], 99_999);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_cart_makes_one_order_however_many_keys_it_comes_with() {
    for backend in backends() {
        let shop = TestShop::start(backend).await.unwrap();
        shop.sell("MUG", 999, 100_000).await.unwrap();
        let cart = shop.cart(&[("MUG", 1)]).await.unwrap();
        let shop = &shop;
        let cart = &cart;
        let answers = all(CONTENDERS, |number| async move {
            shop.checkout(cart, "sim_success", &format!("key-{number}")).await.unwrap()
        })
        .await;
        let accepted = answers.iter().filter(|answer| answer.status == 202).count();
        let refused = answers.iter().filter(|answer| answer.body["code"] == "cart_checked_out").count();
        assert_eq!((accepted, refused), (1, CONTENDERS - 1), "{backend:?}");
        shop.prove().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancel_against_pay_ends_either_way_with_books_that_agree() {
    for backend in backends() {
        let shop = TestShop::start(backend).await.unwrap();
        shop.sell("MUG", 999, 1_000_000).await.unwrap();
        let carts = carts(&shop, CONTENDERS, &[("MUG", 1)]).await;
        let (shop, carts) = (&shop, &carts);
        let bought = all(CONTENDERS, |number| async move {
            let cart = &carts[number];
            let method = ["sim_success", "sim_webhook_only", "sim_duplicate_webhook"][number % 3];
            let answer = shop.checkout(cart, method, &cart.0.to_string()).await.unwrap().ok("checkout").unwrap();
            let text = |key: &str| answer[key].as_str().unwrap().to_owned();
            let bought = Bought {
                cart_id: cart.0,
                order_id: text("order_id").parse().unwrap(),
                order_token: text("order_token"),
            };
            // Some cancel at once, some a little later.
            tokio::time::sleep(std::time::Duration::from_millis(number as u64 % 7 * 3)).await;
            loop {
                let cancelled = shop.write_order(&bought, "cancel", &json!({}), "cancel").await.unwrap();
                assert!(cancelled.status.as_u16() < 500, "{cancelled:?}");
                // For a moment after the 202 orders may not have heard of it.
                if cancelled.body["code"] != "order_not_ready" {
                    return bought;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
        .await;
        let (_, cancelled) = ended_cancelled(shop, &bought).await;
        assert_eq!(cancelled, CONTENDERS, "{backend:?}");
        shop.prove().await.unwrap();
        assert_eq!(shop.stock("MUG").await.unwrap()["available"], 1_000_000);
    }
}

async fn ended_cancelled(shop: &TestShop, bought: &[Bought]) -> (usize, usize) {
    let orders =
        all(bought.len(), |number| async move { shop.wait(&bought[number], "cancelled").await.unwrap() }).await;
    if let Some(stuck) = orders.iter().find(|order| order["status"] != "cancelled") {
        println!("not cancelled: {stuck:#}");
    }
    let with = |status: &str| orders.iter().filter(|order| order["status"] == status).count();
    (with("confirmed"), with("cancelled"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refunds_at_once_never_exceed_what_was_taken() {
    for backend in backends() {
        let shop = TestShop::start(backend).await.unwrap();
        shop.sell("MUG", 1_000, 10).await.unwrap();
        let bought = shop.buy(&[("MUG", 1)], "sim_success").await.unwrap();
        shop.wait(&bought, "confirmed").await.unwrap();
        let (shop, bought) = (&shop, &bought);
        let answers = all(CONTENDERS, |number| async move {
            let key = format!("refund-{number}");
            let body = json!({"amount": {"amount": 300, "currency": "GBP"}, "reason": "broken"});
            let headers = Headers { key: Some(&key), ..Headers::default() };
            let path = format!("/v1/orders/{}/refunds", bought.order_id);
            shop.staff.call(Method::POST, &path, headers, Some(&body)).await.unwrap()
        })
        .await;
        let accepted = answers.iter().filter(|answer| answer.status.is_success()).count();
        let refused = answers.iter().filter(|answer| is_refused(answer)).count();
        assert_eq!((accepted, refused), (3, CONTENDERS - 3), "{backend:?}: {:?}", answers[0]);
        shop.prove().await.unwrap();
        let order = shop.order(bought).await.unwrap();
        assert_eq!(order["payment_status"], "partially_refunded", "{order}");
    }
}

fn is_refused(answer: &Answer) -> bool {
    answer.status == 409 && answer.body["code"] == "refund_exceeds_capture"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_that_comes_after_the_cancel_goes_back_once() {
    for backend in backends() {
        let shop = TestShop::start(backend).await.unwrap();
        shop.sell("MUG", 999, 1_000).await.unwrap();
        let carts = carts(&shop, 100, &[("MUG", 1)]).await;
        let (shop, carts) = (&shop, &carts);
        let bought = all(carts.len(), |number| async move {
            let cart = &carts[number];
            let answer =
                shop.checkout(cart, "sim_late_capture", &cart.0.to_string()).await.unwrap().ok("checkout").unwrap();
            let text = |key: &str| answer[key].as_str().unwrap().to_owned();
            let bought = Bought {
                cart_id: cart.0,
                order_id: text("order_id").parse().unwrap(),
                order_token: text("order_token"),
            };
            shop.wait(&bought, "awaiting_payment").await.unwrap();
            shop.write_order(&bought, "cancel", &json!({}), "cancel").await.unwrap().ok("cancel").unwrap();
            bought
        })
        .await;
        let (_, cancelled) = ended_cancelled(shop, &bought).await;
        assert_eq!(cancelled, bought.len());
        shop.prove().await.unwrap();
        for bought in &bought {
            let order = shop.order(bought).await.unwrap();
            assert_eq!(order["payment_status"], "refunded", "{order}");
        }
    }
}
