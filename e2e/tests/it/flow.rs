//! The order flow row by row, as `docs/order-flow.md` lists it: what each step of the happy path leaves behind, and each
//! way out of it.

mod back;
mod happy;
mod tenders;
mod ways_out;

use bodega::client::{Answer, Headers};
use bodega_contracts::CartId;
use bodega_e2e::{Bought, Customer, Shape, TestShop, cart_with, order_of, shapes, whole_shapes};
use bodega_settings::Settings;
use serde_json::{Value, json};
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// Tells a story in a fresh shop on each database, and holds its books against each other afterwards.
async fn on_each(story: impl AsyncFn(&mut TestShop)) {
    with(|_| {}, story).await;
}

/// The same in a shop with other settings.
async fn with(change: impl Fn(&mut Settings), story: impl AsyncFn(&mut TestShop)) {
    told(whole_shapes(), change, story).await;
}

/// The same in a shop of each shape.
async fn in_each_shape(story: impl AsyncFn(&mut TestShop)) {
    told(shapes(), |_| {}, story).await;
}

async fn told(shapes: Vec<Shape>, change: impl Fn(&mut Settings), story: impl AsyncFn(&mut TestShop)) {
    for shape in shapes {
        let home = shape.home();
        let mut settings = shape.settings(&home);
        change(&mut settings);
        let mut shop = TestShop::open(home, settings).await.unwrap();
        shop.sell("MUG", 1_000, 10).await.unwrap();
        story(&mut shop).await;
        shop.prove().await.unwrap_or_else(|error| panic!("{shape:?}: {error}"));
    }
}

async fn customer(shop: &TestShop, points: i64) -> Customer {
    shop.doors.customer("ada@example.com", points).await.unwrap()
}

/// A customer's cart with mugs, a code and points.
async fn cart(customer: &Customer, mugs: i64, more: Value) -> (CartId, String) {
    cart_with(&customer.client, &[("MUG", mugs)], &more).await.unwrap()
}

/// A customer buys mugs with a code and points, and their order comes to rest in this status.
async fn bought(shop: &TestShop, customer: &Customer, mugs: i64, more: Value, status: &str) -> Bought {
    let cart = cart(customer, mugs, more).await;
    let bought = order_of(&customer.client, &cart, "sim_success").await.unwrap();
    shop.doors.reach(0, &bought, &[status]).await.unwrap();
    shop.settle().await.unwrap();
    bought
}

/// A guest buys mugs.
async fn sold(shop: &TestShop, mugs: i64) -> Bought {
    let bought = shop.buy(&[("MUG", mugs)], "sim_success").await.unwrap();
    shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
    shop.settle().await.unwrap();
    bought
}

/// Staff send so many mugs, or all that is left.
async fn send(shop: &TestShop, bought: &Bought, mugs: Option<i64>, key: &str) -> Value {
    let lines = mugs.map(|mugs| [("MUG", mugs)]);
    let lines = lines.as_ref().map(|lines| &lines[..]);
    shop.doors.send(0, bought, "manual", lines, key).await.unwrap().ok("send").unwrap()
}

async fn cancel(shop: &TestShop, bought: &Bought) -> Answer {
    shop.write_order(bought, "cancel", &json!({}), "cancel").await.unwrap()
}

/// On hand, held and allocated.
async fn stock(shop: &TestShop) -> [i64; 3] {
    let stock = shop.stock("MUG").await.unwrap();
    ["on_hand", "held", "allocated"].map(|figure| stock[figure].as_i64().unwrap())
}

/// Invoices and credit notes: kind and amount.
fn papers(order: &Value) -> Vec<(&str, i64)> {
    let papers = order["papers"].as_array().unwrap().iter();
    papers.map(|paper| (paper["kind"].as_str().unwrap(), paper["amount"]["amount"].as_i64().unwrap())).collect()
}

async fn mails(shop: &TestShop, kind: &str, bought: &Bought) -> usize {
    shop.doors.mails(&format!("kind={kind}&order={}", bought.order_id)).await.unwrap().len()
}

/// The order once it is cancelled for this reason, and its cart, which is open again.
async fn opens_again(shop: &TestShop, customer: &Customer, bought: &Bought, reason: &str) -> Value {
    let order = shop.doors.reach(0, bought, &["cancelled"]).await.unwrap();
    assert_eq!(order["cancel_reason"], reason, "{order}");
    shop.settle().await.unwrap();
    let path = format!("/v1/carts/{}", bought.cart_id);
    let cart = customer.client.get(&path, Headers::default()).await.unwrap();
    assert_eq!(cart["status"], "open", "{cart}");
    cart
}
