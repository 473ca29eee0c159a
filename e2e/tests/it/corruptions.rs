//! Corruptions planted in the books: `verify` names each.

use bodega::{
    Shop,
    verify::{Call, Journal, Report, Strictness, verify},
};
use bodega_e2e::{Bought, TestShop, cart_with, order_of};
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_testkit::{Backend, Home};
use serde_json::json;
use std::{fs, path::Path};

struct Sold {
    home: Home,
    confirmed: Bought,
    cancelled: Bought,
    sent: Bought,
}

/// A shop with an order that stands, one that was given back, and one with a code and points that has left in part, stopped.
async fn sold() -> Sold {
    let shop = TestShop::start(Backend::Sqlite).await.unwrap();
    shop.sell("MUG", 1_250, 10).await.unwrap();
    shop.sell("BOWL", 3_900, 5).await.unwrap();
    let confirmed = shop.buy(&[("MUG", 2), ("BOWL", 1)], "sim_success").await.unwrap();
    shop.wait(&confirmed, "confirmed").await.unwrap();
    let cancelled = shop.buy(&[("MUG", 1)], "sim_success").await.unwrap();
    shop.wait(&cancelled, "confirmed").await.unwrap();
    shop.write_order(&cancelled, "cancel", &json!({}), "cancel").await.unwrap().ok("cancel").unwrap();
    let sent = sent(&shop).await;
    shop.prove().await.unwrap();
    // What is committed is in the files; copying them while nobody writes gives a stopped shop.
    let home = copy_of(&shop.home);
    Sold { home, confirmed, cancelled, sent }
}

/// An order with a code and points, of which one parcel has left and arrived, and come back for store credit.
async fn sent(shop: &TestShop) -> Bought {
    shop.doors.make_code("TENTH", 5).await.unwrap();
    let ada = shop.doors.customer("ada@example.com", 500).await.unwrap();
    let claims = json!({"coupon_code": "TENTH", "points": 300});
    let cart = cart_with(&ada.client, &[("MUG", 2)], &claims).await.unwrap();
    let bought = order_of(&ada.client, &cart, "sim_success").await.unwrap();
    shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
    shop.settle().await.unwrap();
    let parcel = shop.doors.send(0, &bought, "manual", Some(&[("MUG", 1)]), "parcel").await.unwrap();
    shop.doors.arrived(&parcel.ok("send").unwrap()).await.unwrap();
    shop.settle().await.unwrap();
    let wish = json!({"lines": [{"sku": "MUG", "quantity": 1}], "reason": "a chip", "wish": "store_credit"});
    let path = format!("/v1/orders/{}/returns", bought.order_id);
    let back = ada.client.post(&path, &wish, Some("back")).await.unwrap();
    shop.doors.take_back(back["id"].as_str().unwrap(), "MUG", 1, 0).await.unwrap();
    bought
}

fn copy_of(home: &Home) -> Home {
    let copy = Home::new(home.backend());
    copy_folder(home.folder(), copy.folder());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

async fn report_of(home: &Home) -> Report {
    let shop = Shop::open(home.settings(), World::system(), Mode::Still).await.unwrap();
    verify(&shop.host.rpc, &shop.host.names(), Strictness::Strict).await.unwrap()
}

/// Check, service, and what goes wrong there. `{confirmed}`, `{cancelled}` and `{sent}` stand for the orders' ids.
const PLANTED: [(&str, &str, &str); 37] = [
    ("V1", "inventory", "UPDATE stock SET on_hand = on_hand + 1 WHERE sku = 'MUG'"),
    ("V1", "inventory", "UPDATE stock SET held = held + 1 WHERE sku = 'MUG'"),
    ("V2", "inventory", "UPDATE movements SET on_hand_delta = 0 WHERE sku = 'MUG' AND on_hand_delta > 0"),
    ("V2", "inventory", "DELETE FROM movements WHERE sku = 'BOWL' AND on_hand_delta > 0"),
    ("V3", "inventory", "UPDATE reservations SET state = 'released' WHERE order_id = {confirmed}"),
    ("V3", "payments", "DELETE FROM payments WHERE order_id = {confirmed}"),
    ("V3", "shipping", "UPDATE fulfilments SET dispatched = dispatched + 1 WHERE order_id = {sent}"),
    ("V3", "inventory", "UPDATE reservations SET shipped = NULL WHERE order_id = {sent}"),
    ("V4", "inventory", "UPDATE reservations SET state = 'allocated' WHERE order_id = {cancelled}"),
    ("V4", "payments", "UPDATE payments SET refunded = 0 WHERE order_id = {cancelled}"),
    ("V5", "payments", "UPDATE ledger SET amount = amount + 1 WHERE order_id = {confirmed}"),
    ("V5", "payments", "UPDATE simulator_charges SET captured = captured - 1 WHERE order_id = {confirmed}"),
    ("V5", "payments", "UPDATE payments SET refunded = captured + 1 WHERE order_id = {confirmed}"),
    ("V5", "payments", "UPDATE balances SET balance = balance + 1"),
    ("V6", "coupons", "UPDATE counters SET used = used + 1 WHERE kind = 'promotion'"),
    ("V6", "coupons", "UPDATE promotions SET most = 0"),
    ("V6", "coupons", "UPDATE orders SET state = 'released' WHERE order_id = {sent}"),
    ("V7", "rewards", "UPDATE accounts SET spendable = spendable + 1"),
    ("V7", "rewards", "DELETE FROM entries WHERE order_id = {sent} AND kind = 'spend'"),
    ("V7", "rewards", "DELETE FROM lots"),
    ("V8", "orders", "UPDATE orders SET total = total + 1 WHERE id = {confirmed}"),
    (
        "V8",
        "orders",
        "UPDATE order_snapshots SET body = replace(body, '\"unit_price\":1250', '\"unit_price\":1251') WHERE order_id = {confirmed}",
    ),
    ("V9", "inventory", "UPDATE cursors SET seq = seq - 1 WHERE source = 'orders'"),
    ("V9", "orders", "DELETE FROM events WHERE kind = 'order.placed.v1'"),
    ("V10", "orders", "DELETE FROM timers WHERE subject = {confirmed}"),
    ("V10", "orders", "UPDATE timers SET subject = {cancelled} WHERE subject = {confirmed}"),
    ("V11", "orders", "UPDATE papers SET seq = seq + 5 WHERE order_id = {sent}"),
    ("V11", "orders", "DELETE FROM papers WHERE order_id = {sent}"),
    ("V11", "notifications", "DELETE FROM mails WHERE order_id = {confirmed} AND kind = 'order_confirmed'"),
    ("V12", "cart", "UPDATE prices SET price = 1 WHERE sku = 'MUG'"),
    ("V12", "cart", "UPDATE tax_rates SET version = version + 1"),
    ("V12", "catalog", "UPDATE availability SET available = 99 WHERE sku = 'MUG'"),
    ("V13", "orders", "DELETE FROM order_steps WHERE order_id = {confirmed} AND version = 2"),
    ("V13", "orders", "UPDATE orders SET version = 9 WHERE id = {confirmed}"),
    ("V14", "cart", "DELETE FROM checkouts WHERE order_id = {confirmed}"),
    ("V14", "cart", "UPDATE checkouts SET cart_version = 99 WHERE order_id = {confirmed}"),
    ("V16", "orders", "UPDATE order_returns SET refund = 1000000 WHERE order_id = {sent}"),
];

#[tokio::test]
async fn every_planted_corruption_is_named() {
    let sold = sold().await;
    // A copy of its own: a shop that is dropped tidies its files up some time later.
    let clean = report_of(&copy_of(&sold.home)).await;
    assert!(clean.ok, "{:#?}", clean.checks);
    for (check, service, sql) in PLANTED {
        let home = copy_of(&sold.home);
        let blob = |bought: &Bought| format!("x'{}'", bought.order_id.0.simple());
        let sql = sql
            .replace("{confirmed}", &blob(&sold.confirmed))
            .replace("{cancelled}", &blob(&sold.cancelled))
            .replace("{sent}", &blob(&sold.sent));
        let database = rusqlite::Connection::open(home.folder().join(format!("{service}.db"))).unwrap();
        database.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF").unwrap();
        assert!(database.execute(&sql, []).unwrap() > 0, "{sql} changed nothing");
        drop(database);
        let report = report_of(&home).await;
        let found = report.checks.iter().find(|found| found.id == check).unwrap();
        assert!(!report.ok && !found.ok, "{check} did not notice: {sql}");
        assert!(!found.offenders.is_empty(), "{check} named nobody: {sql}");
    }
}

#[tokio::test]
async fn a_promise_that_was_broken_is_named() {
    let sold = sold().await;
    let shop = Shop::open(sold.home.settings(), World::system(), Mode::Still).await.unwrap();
    let books = bodega::verify::Books::read(&shop.host.rpc, &shop.host.names()).await.unwrap();
    let (confirmed, cancelled) = (&sold.confirmed, &sold.cancelled);
    let kept = Journal {
        calls: vec![(confirmed.cart_id, Call::Accepted(confirmed.order_id)), (cancelled.cart_id, Call::Unanswered)],
    };
    assert!(kept.contradictions(&books).is_empty());
    let broken = Journal {
        calls: vec![(confirmed.cart_id, Call::Refused), (confirmed.cart_id, Call::Accepted(cancelled.order_id))],
    };
    assert_eq!(broken.contradictions(&books).len(), 2);
}
