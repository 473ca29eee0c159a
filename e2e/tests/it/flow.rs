//! The order flow row by row: what each step of the happy path leaves behind, and each way out of it. The rows about
//! changed prices and declined cards are in `journeys`, about late money in `races`, about a service that is away in
//! `outage`, about events twice and in any order in `faults`, about events nobody can handle in `poison`.

use crate::races::{bank, pay};
use bodega::client::{Answer, Headers};
use bodega_contracts::CartId;
use bodega_e2e::{Bought, Customer, TestShop, cart_with, check_out, order_of};
use bodega_settings::Settings;
use bodega_testkit::{Home, backends};
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
    for backend in backends() {
        let home = Home::new(backend);
        let mut settings = home.settings();
        change(&mut settings);
        let mut shop = TestShop::open(home, settings).await.unwrap();
        shop.sell("MUG", 1_000, 10).await.unwrap();
        story(&mut shop).await;
        shop.prove().await.unwrap_or_else(|error| panic!("{backend:?}: {error}"));
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

#[tokio::test]
async fn a_checkout_freezes_the_cart_and_gives_the_key_to_its_order() {
    on_each(async |shop: &mut TestShop| {
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
    on_each(async |shop: &mut TestShop| {
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
    on_each(async |shop: &mut TestShop| {
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
    on_each(async |shop: &mut TestShop| {
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
    on_each(async |shop: &mut TestShop| {
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
    on_each(async |shop: &mut TestShop| {
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

#[tokio::test]
async fn a_line_that_is_out_of_stock_cancels_and_every_claim_is_released() {
    on_each(async |shop: &mut TestShop| {
        let promotion = shop.doors.make_code("TENTH", 1).await.unwrap();
        let ada = customer(shop, 500).await;
        let bought = bought(shop, &ada, 11, json!({"coupon_code": "TENTH", "points": 300}), "cancelled").await;
        opens_again(shop, &ada, &bought, "out_of_stock").await;
        assert_eq!(stock(shop).await, [10, 0, 0]);
        assert_eq!(shop.doors.uses(&promotion).await.unwrap(), [0, 0, 1]);
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [500, 0, 0, 0]);
        assert_eq!(mails(shop, "order_cancelled", &bought).await, 1);
        assert_eq!(papers(&shop.order(&bought).await.unwrap()), []);
    })
    .await;
}

#[tokio::test]
async fn a_code_that_is_used_up_cancels_and_the_cart_opens_again() {
    on_each(async |shop: &mut TestShop| {
        let promotion = shop.doors.make_code("TENTH", 1).await.unwrap();
        let ada = customer(shop, 0).await;
        let late = cart(&ada, 1, json!({"coupon_code": "TENTH"})).await;
        bought(shop, &ada, 1, json!({"coupon_code": "TENTH"}), "confirmed").await;
        let refused = order_of(&ada.client, &late, "sim_success").await.unwrap();
        let cart = opens_again(shop, &ada, &refused, "coupon_rejected").await;
        assert_eq!((&cart["coupon"]["applied"], &cart["total"]["amount"]), (&json!(false), &json!(1_000)), "{cart}");
        assert_eq!(shop.doors.uses(&promotion).await.unwrap(), [0, 1, 1]);
        assert_eq!(stock(shop).await, [10, 0, 1]);
        // What it costs now is said once more before it is bought.
        let told = check_out(&ada.client, &late, "sim_success", "told").await.unwrap();
        assert_eq!((told.status.as_u16(), &told.body["code"]), (409, &json!("price_changed")), "{told:?}");
        let answer = check_out(&ada.client, &late, "sim_success", "without-it").await.unwrap().ok("checkout").unwrap();
        let bought = Bought::of(late.0, &answer).unwrap();
        shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn points_that_are_short_cancel_and_the_cart_opens_again() {
    on_each(async |shop: &mut TestShop| {
        let ada = customer(shop, 500).await;
        let late = cart(&ada, 1, json!({"points": 300})).await;
        bought(shop, &ada, 1, json!({"points": 300}), "confirmed").await;
        let refused = order_of(&ada.client, &late, "sim_success").await.unwrap();
        let cart = opens_again(shop, &ada, &refused, "points_rejected").await;
        assert_eq!((&cart["points"]["used"], &cart["total"]["amount"]), (&json!(0), &json!(1_000)), "{cart}");
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [200, 0, 7, 0]);
        assert_eq!(stock(shop).await, [10, 0, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_deadline_cancels_only_what_payments_has_closed() {
    on_each(async |shop: &mut TestShop| {
        let paid = shop.buy(&[("MUG", 1)], "sim_3ds").await.unwrap();
        let unpaid = shop.buy(&[("MUG", 2)], "sim_3ds").await.unwrap();
        let url = bank(&shop.doors, 0, &paid).await;
        bank(&shop.doors, 0, &unpaid).await;
        shop.later(29 * MINUTE).await.unwrap();
        pay(&shop.doors, 0, &url).await;
        shop.doors.reach(0, &paid, &["confirmed"]).await.unwrap();
        assert_eq!(shop.order(&unpaid).await.unwrap()["status"], "awaiting_payment");
        shop.later(2 * MINUTE).await.unwrap();
        let order = shop.doors.reach(0, &unpaid, &["cancelled"]).await.unwrap();
        assert_eq!(order["cancel_reason"], "payment_expired", "{order}");
        shop.settle().await.unwrap();
        assert_eq!(stock(shop).await, [10, 0, 1]);
        assert_eq!(shop.order(&paid).await.unwrap()["status"], "confirmed");
    })
    .await;
}

#[tokio::test]
async fn a_cancel_before_dispatch_gives_back_goods_code_points_and_money() {
    on_each(async |shop: &mut TestShop| {
        let promotion = shop.doors.make_code("TENTH", 1).await.unwrap();
        let ada = customer(shop, 500).await;
        let bought = bought(shop, &ada, 2, json!({"coupon_code": "TENTH", "points": 300}), "confirmed").await;
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [200, 0, 15, 0]);
        cancel(shop, &bought).await.ok("cancel").unwrap();
        shop.doors.reach(0, &bought, &["cancelled"]).await.unwrap();
        shop.prove().await.unwrap();
        let order = shop.order(&bought).await.unwrap();
        assert_eq!((&order["cancel_reason"], &order["payment_status"]), (&json!("by_shopper"), &json!("refunded")));
        assert_eq!(papers(&order), [("invoice", 1_500), ("credit_note", 1_500)], "{order}");
        assert_eq!(stock(shop).await, [10, 0, 0]);
        assert_eq!(shop.doors.uses(&promotion).await.unwrap(), [0, 0, 1]);
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [500, 0, 0, 0]);
        assert_eq!(shop.doors.fulfilment(&bought).await.unwrap()["state"], "cancelled");
        let told = (mails(shop, "order_cancelled", &bought).await, mails(shop, "refunded", &bought).await);
        assert_eq!(told, (1, 1));
        let refused = shop.doors.send(0, &bought, "manual", None, "parcel").await.unwrap();
        assert_eq!(refused.status.as_u16(), 409, "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn what_has_left_in_part_is_not_cancelled_any_more() {
    on_each(async |shop: &mut TestShop| {
        let bought = sold(shop, 2).await;
        send(shop, &bought, Some(1), "parcel").await;
        let answer = cancel(shop, &bought).await;
        assert!(answer.status.as_u16() < 500, "{answer:?}");
        shop.doors.reach(0, &bought, &["partially_shipped"]).await.unwrap();
        let answer = shop.write_order(&bought, "cancel", &json!({}), "again").await.unwrap();
        assert_eq!(answer.status.as_u16(), 409, "{answer:?}");
        shop.prove().await.unwrap();
        let order = shop.order(&bought).await.unwrap();
        assert_eq!((&order["status"], &order["payment_status"]), (&json!("partially_shipped"), &json!("captured")));
        assert_eq!(stock(shop).await, [9, 0, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_refund_takes_its_points_back_and_is_credited() {
    on_each(async |shop: &mut TestShop| {
        let ada = customer(shop, 0).await;
        let bought = bought(shop, &ada, 2, json!({}), "confirmed").await;
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [0, 0, 20, 0]);
        let refund = json!({"amount": {"amount": 500, "currency": "GBP"}, "reason": "broken"});
        let path = format!("/v1/orders/{}/refunds", bought.order_id);
        shop.staff.post(&path, &refund, Some("refund")).await.unwrap();
        shop.prove().await.unwrap();
        let order = shop.order(&bought).await.unwrap();
        assert_eq!(order["payment_status"], "partially_refunded", "{order}");
        assert_eq!(papers(&order), [("invoice", 2_000), ("credit_note", 500)], "{order}");
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [0, 0, 15, 0]);
        assert_eq!(mails(shop, "refunded", &bought).await, 1);
    })
    .await;
}
