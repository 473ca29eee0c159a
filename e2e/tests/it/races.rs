//! A thousand at once, over HTTP: no oversell and no undersell, no order twice, no refund twice.
//!
//! Each race is run at the door of one process here, and at the doors of two replicas in `replicas`: who pays at one
//! door cancels at the next.

use bodega::client::{Answer, Headers};
use bodega_contracts::CartId;
use bodega_e2e::{Bought, Doors, TestShop, everybody, whole_shapes};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// Contenders of each race.
pub(crate) const CONTENDERS: usize = 1_000;
/// Orders of which the money comes late.
const LATE: usize = 100;

/// Runs a race at the one door of a shop in this process, in each shape.
pub(crate) async fn at_one_door(race: impl AsyncFn(&Doors)) {
    for shape in whole_shapes() {
        let shop = TestShop::start(shape).await.unwrap();
        race(&shop.doors).await;
        shop.prove().await.unwrap_or_else(|error| panic!("{shape:?}: {error}"));
    }
}

async fn carts(doors: &Doors, contenders: usize, sku: &str) -> Vec<(CartId, String)> {
    everybody(contenders, async |number| doors.cart(number, &[(sku, 1)]).await.unwrap()).await
}

pub(crate) fn count(orders: &[Value], status: &str) -> usize {
    orders.iter().filter(|order| order["status"] == status).count()
}

/// Of `contenders` who want one each, as many get one as there are pieces.
pub(crate) async fn sell_few_to_many(doors: &Doors, contenders: usize, pieces: i64) {
    doors.sell("LAST", 999, pieces).await.unwrap();
    let carts = &carts(doors, contenders, "LAST").await;
    // Each is checked out where it was not made.
    let bought =
        &everybody(contenders, async |number| doors.order_of(number + 1, &carts[number], "sim_success").await.unwrap())
            .await;
    let orders = everybody(contenders, async |number| {
        doors.reach(number, &bought[number], &["confirmed", "cancelled"]).await.unwrap()
    })
    .await;
    let sold = (pieces as usize).min(contenders);
    assert_eq!((count(&orders, "confirmed"), count(&orders, "cancelled")), (sold, contenders - sold));
    doors.prove().await.unwrap();
    assert_eq!(doors.stock(1, "LAST").await.unwrap()["available"], json!(pieces - sold as i64));
}

/// One cart and one key, a thousand times.
pub(crate) async fn repeat_one_key(doors: &Doors) {
    doors.sell("MUG", 999, 10_000).await.unwrap();
    let cart = &doors.cart(0, &[("MUG", 1)]).await.unwrap();
    let answers =
        everybody(CONTENDERS, async |number| doors.checkout(number, cart, "sim_success", "the-key").await.unwrap())
            .await;
    let first = &answers[0].body["order_id"];
    let other = answers.iter().find(|answer| answer.status != 202 || answer.body["order_id"] != *first);
    assert!(other.is_none(), "{first}: {other:?}");
    doors.prove().await.unwrap();
    assert_eq!(doors.stock(1, "MUG").await.unwrap()["available"], 9_999);
}

/// One cart, a thousand keys.
pub(crate) async fn check_one_cart_out(doors: &Doors) {
    doors.sell("MUG", 999, 10_000).await.unwrap();
    let cart = &doors.cart(0, &[("MUG", 1)]).await.unwrap();
    let answers = everybody(CONTENDERS, async |number| {
        doors.checkout(number, cart, "sim_success", &format!("key-{number}")).await.unwrap()
    })
    .await;
    let accepted = answers.iter().filter(|answer| answer.status == 202).count();
    let refused = answers.iter().filter(|answer| answer.body["code"] == "cart_checked_out").count();
    assert_eq!((accepted, refused), (1, CONTENDERS - 1));
    doors.prove().await.unwrap();
    assert_eq!(doors.stock(1, "MUG").await.unwrap()["available"], 9_999);
}

/// A thousand orders, each paid at one door while it is cancelled at the next.
pub(crate) async fn cancel_against_pay(doors: &Doors) {
    doors.sell("MUG", 999, 1_000_000).await.unwrap();
    let carts = &carts(doors, CONTENDERS, "MUG").await;
    let bought = &everybody(CONTENDERS, async |number| {
        let method = ["sim_success", "sim_webhook_only", "sim_duplicate_webhook", "sim_3ds"][number % 4];
        let bought = doors.order_of(number, &carts[number], method).await.unwrap();
        // Some pay by themselves from now on, some go to the bank; some cancel at once, some a little later. An eighth
        // cancels what is surely paid, and an eighth what surely is not.
        if number % 8 == 0 {
            doors.reach(number, &bought, &["confirmed"]).await.unwrap();
            cancel(doors, number + 1, &bought).await;
        } else if number % 8 == 7 {
            cancel(doors, number + 1, &bought).await;
        } else if method == "sim_3ds" {
            let bank = bank(doors, number, &bought).await;
            tokio::join!(pay(doors, number, &bank), cancel(doors, number + 1, &bought));
        } else {
            tokio::time::sleep(Duration::from_millis(number as u64 % 7 * 3)).await;
            cancel(doors, number + 1, &bought).await;
        }
        bought
    })
    .await;
    all_cancelled(doors, bought).await;
    doors.prove().await.unwrap();
    let orders = everybody(CONTENDERS, async |number| doors.order(number, &bought[number]).await.unwrap()).await;
    let ended = |word: &str| orders.iter().filter(|order| order["payment_status"] == word).count();
    let (paid, unpaid) = (ended("refunded"), ended("unpaid"));
    assert!(paid >= CONTENDERS / 8 && unpaid >= CONTENDERS / 8, "{paid} were paid first, {unpaid} cancelled first");
    assert_eq!(paid + unpaid, CONTENDERS);
    assert_eq!(doors.stock(1, "MUG").await.unwrap()["available"], 1_000_000);
}

/// Where the bank waits for the shopper.
pub(crate) async fn bank(doors: &Doors, number: usize, bought: &Bought) -> String {
    for _ in 0..200 {
        let order = doors.wait(number, bought, "awaiting_payment").await.unwrap();
        if let Some(url) = order["payment_action"]["url"].as_str() {
            return url.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody was sent to the bank: {:#}", doors.order(number, bought).await.unwrap());
}

/// The shopper approves. The bank answers, whatever became of the order.
pub(crate) async fn pay(doors: &Doors, number: usize, bank: &str) {
    let path = bank.find("/v1/").map_or(bank, |start| &bank[start..]);
    let visit = doors.guest(number).call(Method::POST, path, Headers::default(), Some(&json!({}))).await.unwrap();
    assert!(visit.status.as_u16() < 500, "{visit:?}");
}

pub(crate) async fn cancel(doors: &Doors, number: usize, bought: &Bought) {
    for _ in 0..4_000 {
        let answer = doors.write_order(number, bought, "cancel", &json!({}), "cancel").await.unwrap();
        assert!(answer.status.as_u16() < 500, "{answer:?}");
        // For a moment after the 202 orders may not have heard of it.
        if answer.body["code"] != "order_not_ready" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("orders never heard of {}", bought.order_id);
}

async fn all_cancelled(doors: &Doors, bought: &[Bought]) {
    everybody(bought.len(), async |number| doors.reach(number, &bought[number], &["cancelled"]).await.unwrap()).await;
}

/// A thousand refunds of 3.00 each, of 10.00 that were taken.
pub(crate) async fn refund_too_often(doors: &Doors) {
    doors.sell("MUG", 1_000, 10).await.unwrap();
    let bought = &doors.buy(0, &[("MUG", 1)], "sim_success").await.unwrap();
    doors.reach(1, bought, &["confirmed"]).await.unwrap();
    let answers = everybody(CONTENDERS, async |number| {
        let key = format!("refund-{number}");
        let body = json!({"amount": {"amount": 300, "currency": "GBP"}, "reason": "broken"});
        let headers = Headers { key: Some(&key), ..Headers::default() };
        let path = format!("/v1/orders/{}/refunds", bought.order_id);
        doors.staff(number).call(Method::POST, &path, headers, Some(&body)).await.unwrap()
    })
    .await;
    let too_much = |answer: &&Answer| answer.status == 409 && answer.body["code"] == "refund_exceeds_capture";
    let accepted = answers.iter().filter(|answer| answer.status.is_success()).count();
    let refused = answers.iter().filter(too_much).count();
    assert_eq!((accepted, refused), (3, CONTENDERS - 3), "{:?}", answers[0]);
    doors.prove().await.unwrap();
    let order = doors.order(0, bought).await.unwrap();
    assert_eq!(order["payment_status"], "partially_refunded", "{order}");
}

/// A hundred orders whose money is taken after they were cancelled: it goes back.
pub(crate) async fn capture_after_cancel(doors: &Doors) {
    doors.sell("MUG", 999, 1_000).await.unwrap();
    let bought = &everybody(LATE, async |number| {
        let bought = doors.buy(number, &[("MUG", 1)], "sim_late_capture").await.unwrap();
        doors.wait(number, &bought, "awaiting_payment").await.unwrap();
        let answer = doors.write_order(number + 1, &bought, "cancel", &json!({}), "cancel").await.unwrap();
        answer.ok("cancel").unwrap();
        bought
    })
    .await;
    all_cancelled(doors, bought).await;
    doors.prove().await.unwrap();
    for (number, bought) in bought.iter().enumerate() {
        let order = doors.order(number, bought).await.unwrap();
        assert_eq!(order["payment_status"], "refunded", "{order}");
    }
    assert_eq!(doors.stock(1, "MUG").await.unwrap()["available"], 1_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_unit_is_sold_once() {
    at_one_door(async |doors: &Doors| sell_few_to_many(doors, CONTENDERS, 1).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_units_are_sold_to_fifty_thousand_exactly() {
    let full = std::env::var_os("BODEGA_TEST_FULL").is_some();
    let (contenders, pieces) = if full { (50_000, 10_000) } else { (1_000, 200) };
    at_one_door(async |doors: &Doors| sell_few_to_many(doors, contenders, pieces).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_makes_one_order_however_often_it_comes() {
    at_one_door(repeat_one_key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_cart_makes_one_order_however_many_keys_it_comes_with() {
    at_one_door(check_one_cart_out).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancel_against_pay_ends_either_way_with_books_that_agree() {
    at_one_door(cancel_against_pay).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refunds_at_once_never_exceed_what_was_taken() {
    at_one_door(refund_too_often).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_that_comes_after_the_cancel_goes_back_once() {
    at_one_door(capture_after_cancel).await;
}
