//! Orders of an earlier release: their history and their timeline stood in tables of their own.

use crate::{
    setup::Shop,
    waiting::{follow, ids, read_until},
};
use bodega_contracts::{OrderId, cart::CartCheckedOut, orders::OrderStatus};
use bodega_db::{DbError, Migration, OnConflict, Tx, params};
use bodega_service::{Context, Definition, Running};
use bodega_testkit::{Backend, Stage, Staged};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};

/// The schema of that release.
const BEFORE: &[Migration] = &[
    Migration { name: "0001_orders", sql: include_str!("../../src/migrations/0001_orders.sql") },
    Migration { name: "0002_parcels", sql: include_str!("../../src/migrations/0002_parcels.sql") },
    Migration { name: "0003_returns", sql: include_str!("../../src/migrations/0003_returns.sql") },
    Migration { name: "0004_owners", sql: include_str!("../../src/migrations/0004_owners.sql") },
];

/// Whether the release of today starts, on each engine.
static UPGRADED: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];

fn release<const ENGINE: usize>() -> Definition {
    let idle = async |_: Context| Ok(Running::new());
    if UPGRADED[ENGINE].load(Ordering::SeqCst) {
        bodega_orders::service()
    } else {
        Definition::new("orders", idle).migrations(BEFORE)
    }
}

/// An order that waits for its money, as that release kept it.
async fn keep_waiting(tx: &mut Tx, event: &CartCheckedOut) -> Result<(), DbError> {
    let sql = "INSERT INTO orders (id, number, cart_id, cart_version, customer_id, email, email_key, payment_method, currency, \
               total, units, placed_ms, deadline_ms, status, payment_status, cancel_reason, version, revision, stock, authorized, \
               captured, refunded, voided, closed, attempt, failed_attempt, cancel_requested, closing, asked, coupon, points, \
               pieces, dispatched, delivered, ready, collected, stopped, under_way, invoiced, credited, guest) \
               VALUES ($1, $2, $3, 3, NULL, 'ada@example.com', 'ada@example.com', 'sim_success', 'GBP', $4, 3, $5, $5, \
               'awaiting_payment', 'unpaid', NULL, 2, 2, 'held', 0, 0, 0, FALSE, FALSE, 0, 0, NULL, FALSE, 0, 'not_needed', \
               'not_needed', 2, 0, 0, FALSE, FALSE, FALSE, FALSE, FALSE, 0, TRUE)";
    let id = event.order_id.0;
    tx.execute(sql, &params![id, &event.number, event.cart_id.0, event.priced.total, event.at]).await?;
    let snapshot = json!({"basket": event.basket, "priced": event.priced, "unstocked": event.unstocked});
    let snapshot = params![id, snapshot.to_string()].to_vec();
    tx.insert_rows("order_snapshots", &["order_id", "body"], OnConflict::Fail, &[snapshot]).await?;
    let history = [(1, "", "pending"), (2, "pending", "awaiting_payment")];
    let history = history.map(|(version, from, to)| params![id, version, from, to, event.at].to_vec());
    let columns = &["order_id", "version", "previous", "status", "at_ms"];
    tx.insert_rows("order_history", columns, OnConflict::Fail, &history).await?;
    let timer = params![id, "payment_deadline", event.at].to_vec();
    tx.insert_rows("timers", &["subject", "kind", "due_ms"], OnConflict::Fail, &[timer]).await.map(drop)
}

/// Lines of two orders, one after the other as they were told.
async fn tell(tx: &mut Tx, orders: [OrderId; 2]) -> Result<(), DbError> {
    let lines = [
        ("pending", "checked_out", None),
        ("pending", "stock_reserved", Some("a \"word\", a \\ and\na line")),
        ("awaiting_payment", "payment_due", None),
    ];
    let now = tx.now();
    let each = lines.into_iter().flat_map(|line| orders.map(|order| (order, line)));
    let rows = each.map(|(order, (status, what, detail))| params![order.0, now, status, what, detail].to_vec());
    let columns = &["order_id", "at_ms", "status", "what", "detail"];
    tx.insert_rows("timeline", columns, OnConflict::Fail, &rows.collect::<Vec<_>>()).await.map(drop)
}

/// Two invoices of another order, of which only one is an invoice now.
async fn issue(tx: &mut Tx, order: OrderId) -> Result<(), DbError> {
    let paper =
        |seq: i64, kind| params![format!("INV2025-{seq:05}"), "INV2025", seq, order.0, kind, 5_i64, 7_i64].to_vec();
    let columns = &["number", "series", "seq", "order_id", "kind", "amount", "issued_ms"];
    let rows = [paper(1, "invoice"), paper(2, "credit_note"), paper(3, "credit_note")];
    tx.insert_rows("papers", columns, OnConflict::Fail, &rows).await.map(drop)
}

/// A shop that goes on with the orders of an earlier release, and those orders.
async fn upgraded(shop: &Shop) -> (Shop, [OrderId; 2]) {
    let (is_new, service): (_, fn() -> Definition) = match shop.backend() {
        Backend::Sqlite => (&UPGRADED[0], release::<0>),
        Backend::Postgres => (&UPGRADED[1], release::<1>),
    };
    let stage = Stage::open(shop.backend(), 1, service, Shop::adjust).await;
    let events = [shop.order(), shop.order()].map(|order| shop.checkout(order, None));
    let orders = [events[0].order_id, events[1].order_id];
    let write = async move |tx: &mut Tx| {
        for event in &events {
            keep_waiting(tx, event).await?;
        }
        tell(tx, orders).await?;
        issue(tx, orders[1]).await
    };
    stage.db().write(write).await.unwrap();
    is_new.store(true, Ordering::SeqCst);
    (Shop::from(stage.restarted().await), orders)
}

async fn orders_of_an_earlier_release_keep_their_history_and_their_timeline(shop: &Shop) {
    let (shop, [order, other]) = upgraded(shop).await;
    let waiting = vec![(1, OrderStatus::Pending), (2, OrderStatus::AwaitingPayment)];
    for kept in [order, other] {
        assert_eq!(shop.fact(kept).await.history, waiting);
        let view = shop.view(kept).await;
        let lines: Vec<[&Value; 3]> = view["timeline"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| [&line["what"], &line["status"], &line["detail"]])
            .collect();
        let detail = json!("a \"word\", a \\ and\na line");
        let (pending, due, none) = (json!("pending"), json!("awaiting_payment"), json!(null));
        let first = [&json!("checked_out"), &pending, &none];
        assert_eq!(lines, [first, [&json!("stock_reserved"), &pending, &detail], [&json!("payment_due"), &due, &none]]);
    }
    let papers: Vec<String> = shop.papers().await.into_iter().map(|paper| paper.number).collect();
    assert_eq!(papers, ["INV2025-00001", "INV2025-00002", "INV2025-00003"]);
    // Its lines were told as 1, 3 and 5: whoever saw the second sees the third, and then what is told now.
    let guest = shop.guest(order);
    let mut stream = follow(&shop, order, &guest, Some("3")).await;
    let before = read_until(&mut stream, "payment_due").await;
    assert_eq!(ids(&before), ["5"]);
    shop.deliver(vec![shop.captured(order)]).await;
    shop.deliver(vec![shop.allocated(order)]).await;
    let after = read_until(&mut stream, "event: stock_allocated").await;
    assert!(after.contains("event: payment_captured") && after.contains("event: confirmed"), "{after}");
    let numbers: Vec<i64> = ids(&[before, after].concat()).iter().map(|id| id.parse().unwrap()).collect();
    assert!(numbers.len() == 4 && numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    let history = shop.fact(order).await.history;
    assert_eq!(history, [waiting, vec![(3, OrderStatus::Confirmed)]].concat());
}

async fn the_papers_of_an_order_hold_one_invoice(shop: &Shop) {
    let order = shop.confirmed().await;
    let again = async move |tx: &mut Tx| {
        let paper = params!["X2026-00001", "X2026", 1_i64, order.0, "invoice", 5_i64, 7_i64].to_vec();
        let columns = &["number", "series", "seq", "order_id", "kind", "amount", "issued_ms"];
        tx.insert_rows("papers", columns, OnConflict::Fail, &[paper]).await
    };
    assert!(shop.db().write(again).await.is_err());
    let paper = shop.papers().await.remove(0);
    let same = async move |tx: &mut Tx| {
        let other =
            params![paper.number.clone(), paper.series.clone(), paper.seq, order.0, "credit_note", 5_i64, 7_i64]
                .to_vec();
        let columns = &["number", "series", "seq", "order_id", "kind", "amount", "issued_ms"];
        tx.insert_rows("papers", columns, OnConflict::Fail, &[other]).await
    };
    assert!(shop.db().write(same).await.is_err(), "a number comes once");
}

bodega_testkit::stories![
    orders_of_an_earlier_release_keep_their_history_and_their_timeline,
    the_papers_of_an_order_hold_one_invoice,
];
