//! Two processes, each the whole shop, on one PostgreSQL and one broker: a thousand at both promise no more than one.

use crate::rabbitmq::{EMAIL, PASSWORD, create_user, sell, servers, settled, variables};
use bodega::client::{Answer, Headers, ShopClient};
use bodega_e2e::{Process, address};
use bodega_testkit::{Backend, Home};
use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// Contenders of each race.
const CONTENDERS: usize = 1_000;
/// Requests in flight at once.
const AT_ONCE: usize = 96;

/// A cart or an order: its id and the guest's key to it.
type Held = (String, String);

/// Two replicas of one shop.
struct Replicas {
    _processes: [Process; 2],
    guests: [ShopClient; 2],
    staff: [ShopClient; 2],
    _home: Home,
}

impl Replicas {
    async fn start(broker: &str) -> Self {
        let home = Home::new(Backend::Postgres);
        let variables = variables(&home, broker);
        assert!(create_user(&variables), "the user could not be made");
        let up = || Process::start(&["up", "--listen", "127.0.0.1:0"], &variables).unwrap();
        let processes = [up(), up()];
        let guests = [0, 1].map(|number: usize| ShopClient::new(&processes[number].url, None).unwrap());
        let first = guests[0].log_in(EMAIL, PASSWORD).await.unwrap();
        let second = guests[1].log_in(EMAIL, PASSWORD).await.unwrap();
        Self { _processes: processes, guests, staff: [first, second], _home: home }
    }

    fn guest(&self, number: usize) -> &ShopClient {
        &self.guests[number % 2]
    }

    /// A cart with one piece, made at one replica.
    async fn cart(&self, number: usize, sku: &str) -> Held {
        let body = json!({
            "lines": [{"sku": sku, "quantity": 1}],
            "email": "ada@example.com", "shipping_address": address(), "shipping_method": "standard",
        });
        for _ in 0..200 {
            let made =
                self.guest(number).call(Method::POST, "/v1/carts", Headers::default(), Some(&body)).await.unwrap();
            if made.status.is_success() {
                return held(&made.body, "id", "token");
            }
            // A replica may not have heard of the product yet.
            assert!(made.status.is_client_error(), "{made:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("carts never heard of {sku}");
    }

    async fn checkout(&self, number: usize, cart: &Held, key: &str) -> Answer {
        let headers = Headers { key: Some(key), cart: Some(&cart.1), order: None };
        let body = json!({"payment_method": "sim_success"});
        self.guest(number)
            .call(Method::POST, &format!("/v1/carts/{}/checkout", cart.0), headers, Some(&body))
            .await
            .unwrap()
    }

    /// Reads an order at one replica until it is confirmed or cancelled.
    async fn ended(&self, number: usize, order: &Held) -> String {
        let headers = Headers { order: Some(&order.1), ..Headers::default() };
        let path = format!("/v1/orders/{}?wait=confirmed&timeout=10", order.0);
        for _ in 0..12 {
            let read = self.guest(number).get(&path, headers).await.unwrap();
            let status = read["status"].as_str().unwrap();
            if status == "confirmed" || status == "cancelled" {
                return status.to_owned();
            }
        }
        panic!("{} did not end", order.0);
    }

    async fn prove(&self) {
        for staff in &self.staff {
            let report = settled(staff).await;
            assert_eq!(report["ok"], true, "{report}");
        }
    }

    async fn available(&self, sku: &str) -> Value {
        self.staff[1].get(&format!("/v1/stock/{sku}"), Headers::default()).await.unwrap()["available"].clone()
    }
}

fn held(body: &Value, id: &str, token: &str) -> Held {
    (body[id].as_str().unwrap().to_owned(), body[token].as_str().unwrap().to_owned())
}

async fn all<T, F: Future<Output = T>>(contenders: usize, one: impl Fn(usize) -> F) -> Vec<T> {
    stream::iter(0..contenders).map(one).buffer_unordered(AT_ONCE).collect().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_sell_the_last_unit_once() {
    let Some(broker) = servers() else { return };
    let shop = &Replicas::start(&broker).await;
    sell(&shop.staff[0], "LAST", 999, 1).await;
    let carts = &all(CONTENDERS, |number| shop.cart(number, "LAST")).await;
    // Each is checked out where it was not made.
    let orders = &all(CONTENDERS, |number| async move {
        let answer = shop.checkout(number + 1, &carts[number], &carts[number].0).await.ok("checkout").unwrap();
        held(&answer, "order_id", "order_token")
    })
    .await;
    let ended = all(CONTENDERS, |number| shop.ended(number, &orders[number])).await;
    let confirmed = ended.iter().filter(|status| *status == "confirmed").count();
    assert_eq!((confirmed, ended.len()), (1, CONTENDERS));
    shop.prove().await;
    assert_eq!(shop.available("LAST").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_at_two_replicas_makes_one_order() {
    let Some(broker) = servers() else { return };
    let shop = &Replicas::start(&broker).await;
    sell(&shop.staff[0], "MUG", 999, 10_000).await;
    let cart = &shop.cart(0, "MUG").await;
    let answers = all(CONTENDERS, |number| shop.checkout(number, cart, "the-key")).await;
    let first = &answers[0].body["order_id"];
    let other = answers.iter().find(|answer| answer.status != 202 || answer.body["order_id"] != *first);
    assert!(other.is_none(), "{first}: {other:?}");
    assert_eq!(shop.ended(1, &held(&answers[0].body, "order_id", "order_token")).await, "confirmed");
    shop.prove().await;
    assert_eq!(shop.available("MUG").await, 9_999);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_cart_at_two_replicas_makes_one_order_whatever_the_key() {
    let Some(broker) = servers() else { return };
    let shop = &Replicas::start(&broker).await;
    sell(&shop.staff[0], "MUG", 999, 10_000).await;
    let cart = &shop.cart(0, "MUG").await;
    let answers =
        all(CONTENDERS, |number| async move { shop.checkout(number, cart, &format!("key-{number}")).await }).await;
    let accepted: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 202).collect();
    let refused = answers.iter().filter(|answer| answer.body["code"] == "cart_checked_out").count();
    assert_eq!((accepted.len(), refused), (1, CONTENDERS - 1));
    assert_eq!(shop.ended(0, &held(&accepted[0].body, "order_id", "order_token")).await, "confirmed");
    shop.prove().await;
    assert_eq!(shop.available("MUG").await, 9_999);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refunds_at_two_replicas_never_exceed_what_was_taken() {
    let Some(broker) = servers() else { return };
    let shop = &Replicas::start(&broker).await;
    sell(&shop.staff[0], "MUG", 1_000, 10).await;
    let cart = shop.cart(0, "MUG").await;
    let order = held(&shop.checkout(0, &cart, "buy").await.ok("checkout").unwrap(), "order_id", "order_token");
    assert_eq!(shop.ended(1, &order).await, "confirmed");
    let path = &format!("/v1/orders/{}/refunds", order.0);
    let answers = all(CONTENDERS, |number| async move {
        let key = format!("refund-{number}");
        let body = json!({"amount": {"amount": 300, "currency": "GBP"}, "reason": "broken"});
        let headers = Headers { key: Some(&key), ..Headers::default() };
        shop.staff[number % 2].call(Method::POST, path, headers, Some(&body)).await.unwrap()
    })
    .await;
    let accepted = answers.iter().filter(|answer| answer.status.is_success()).count();
    let refused = answers.iter().filter(|answer| answer.body["code"] == "refund_exceeds_capture").count();
    assert_eq!((accepted, refused), (3, CONTENDERS - 3));
    shop.prove().await;
    let order = shop.staff[0].get(&format!("/v1/orders/{}", order.0), Headers::default()).await.unwrap();
    assert_eq!(order["payment_status"], "partially_refunded", "{order}");
}
