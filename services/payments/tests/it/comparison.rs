//! Our books beside the provider's: yesterday's are compared page by page, and what differs is found once.

use crate::setup::{PRICE, Shop};
use bodega_contracts::OrderId;
use bodega_db::{OnConflict, Tx, params};
use bodega_testkit::{Ask, customer, staff, stories};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

impl Shop {
    async fn sell(&self, how_many: usize) -> Vec<OrderId> {
        let orders: Vec<OrderId> = (0..how_many).map(|_| self.order()).collect();
        self.deliver(orders.iter().map(|order| self.due_event(*order, "sim_success")).collect()).await;
        self.work().await;
        orders
    }

    async fn change(&self, sql: &'static str, order: OrderId) {
        self.db().write(async move |tx| tx.execute(sql, &params![order.0]).await).await.unwrap();
    }

    async fn alter(&self, sql: &'static str) {
        self.db().write(async move |tx| tx.execute(sql, &[]).await).await.unwrap();
    }

    async fn mismatches(&self) -> Vec<Value> {
        let page = self.get(&staff(), None, "/v1/admin/payments/mismatches?limit=100").await;
        page.json["items"].as_array().unwrap().clone()
    }

    async fn a_night_passes(&self) {
        self.clock.advance(DAY);
        self.work().await;
    }
}

async fn books_that_agree_have_no_differences(shop: &Shop) {
    let orders = shop.sell(3).await;
    shop.refund(orders[0], 300).await;
    shop.cancel(orders[1]).await;
    shop.work().await;
    shop.a_night_passes().await;
    shop.a_night_passes().await;
    assert!(shop.mismatches().await.is_empty());
    assert_eq!(shop.count("SELECT COUNT(*) FROM reconciliations WHERE phase <> 'over'", &[]).await, 0);
}

async fn what_was_changed_behind_our_back_is_found_once_and_dealt_with_once(shop: &Shop) {
    let orders = shop.sell(4).await;
    let key = |order: OrderId| format!("{order}/1");
    shop.change("UPDATE simulator_charges SET captured = captured - 5 WHERE order_id = $1", orders[0]).await;
    shop.change("UPDATE simulator_charges SET refunded = 7 WHERE order_id = $1", orders[1]).await;
    shop.change("DELETE FROM simulator_charges WHERE order_id = $1", orders[2]).await;
    shop.change(
        "UPDATE simulator_charges SET order_id = $1 WHERE amount = 2000 AND refunded = 0 AND captured = 2000",
        shop.order(),
    )
    .await;
    for _ in 0..3 {
        shop.a_night_passes().await;
    }
    let found = shop.mismatches().await;
    let of = |kind: &str| found.iter().filter(|found| found["kind"] == kind).collect::<Vec<_>>();
    assert_eq!(
        (of("captured").len(), of("refunded").len(), of("missing_there").len(), of("unknown_here").len()),
        (1, 1, 2, 1)
    );
    assert_eq!(
        (&of("captured")[0]["ours"]["amount"], &of("captured")[0]["theirs"]["amount"]),
        (&PRICE.into(), &1_995.into())
    );
    assert_eq!(
        (&of("refunded")[0]["subject"], &of("refunded")[0]["theirs"]["amount"]),
        (&key(orders[1]).into(), &7.into())
    );
    let path = format!("/v1/admin/payments/mismatches/{}/resolve", found[0]["id"].as_str().unwrap());
    let resolve = async |note: &str| shop.ask(0, Ask::post(&*path).by(staff()).json(&json!({ "note": note }))).await;
    assert_eq!(resolve(" ").await.pointers(), ["/note"]);
    assert_eq!((resolve("booked by hand").await.status, resolve("again").await.code()), (204, "already_resolved"));
    assert_eq!(shop.mismatches().await[0]["note"], "booked by hand");
    shop.a_night_passes().await;
    assert_eq!(shop.mismatches().await.len(), 5, "what was found stays found");
}

async fn more_than_a_page_is_compared_and_the_rest_of_it_once_the_provider_is_back(shop: &Shop) {
    let orders = shop.sell(230).await;
    for order in [orders[0], orders[150], orders[229]] {
        shop.change("UPDATE simulator_charges SET refunded = 1 WHERE order_id = $1", order).await;
    }
    shop.clock.advance(DAY);
    shop.alter("ALTER TABLE simulator_charges RENAME TO away").await;
    for _ in 0..3 {
        shop.job("comparison of books").step().await;
    }
    assert!(shop.mismatches().await.is_empty());
    shop.alter("ALTER TABLE away RENAME TO simulator_charges").await;
    shop.clock.advance(Duration::from_secs(31));
    shop.work().await;
    assert_eq!(shop.mismatches().await.len(), 3);
}

async fn what_is_under_way_is_no_difference(shop: &Shop) {
    let order = shop.order();
    shop.due(order, "sim_success").await;
    shop.clock.advance(DAY);
    while shop.job("comparison of books").step().await {}
    assert!(shop.mismatches().await.is_empty());
    let customers = shop.get(&customer(shop.buyer), None, "/v1/admin/payments/mismatches").await;
    assert_eq!(customers.status, 403);
}

async fn what_has_no_answer_for_too_long_is_shown_until_it_ends(shop: &Shop) {
    let dead = shop.another(|settings| settings.payments.providers = vec!["manual".to_owned()]).await;
    let order = dead.order();
    let row = "INSERT INTO attempts (order_id, attempt, method, provider, amount, currency, status, task, due_ms, sent, \
               tries, captured, surplus, created_ms, capture_now, capture_to) \
               VALUES ($1, 1, 'sim_slow', 'simulator', 2000, 'GBP', 'unknown', 'pay', $2, TRUE, 1, 0, FALSE, $2, TRUE, 0)";
    let (id, now) = (order.0, dead.world.now());
    dead.db().write(async move |tx| tx.execute(row, &params![id, now]).await).await.unwrap();
    for minutes in [0, 61, 5, 5] {
        dead.clock.advance(Duration::from_mins(minutes));
        dead.job("stuck calls").step().await;
        assert_eq!(dead.mismatches().await.len(), usize::from(dead.world.now().since(now) > Duration::from_hours(1)));
    }
    let found = &dead.mismatches().await[0];
    assert_eq!((&found["kind"], &found["subject"]), (&"stuck".into(), &format!("{order}/1").into()));
    dead.alter("UPDATE attempts SET status = 'failed', task = NULL, due_ms = NULL").await;
    dead.job("stuck calls").step().await;
    assert_eq!(dead.mismatches().await[0]["note"], "it has come to its end");
}

async fn what_was_dealt_with_long_ago_is_forgotten_and_what_was_not_is_kept(shop: &Shop) {
    const COLUMNS: &[&str] =
        &["id", "order_id", "kind", "subject", "ours", "theirs", "currency", "first_seen_ms", "resolved_ms"];
    let (now, world) = (shop.world.now().ms(), shop.world.clone());
    let row = move |at: i64| {
        let resolved = (at > 0).then_some(now - at % 2 * 86_400_000);
        params![world.uuid(), world.uuid(), "captured", at.to_string(), 1_i64, 2_i64, "GBP", now, resolved].to_vec()
    };
    let rows: Vec<_> = (0..=1_200).map(row).collect();
    let insert = async move |tx: &mut Tx| tx.insert_rows("mismatches", COLUMNS, OnConflict::Fail, &rows).await;
    shop.db().write(insert).await.unwrap();
    let (job, left) = (shop.job("old differences"), async || shop.count("SELECT COUNT(*) FROM mismatches", &[]).await);
    shop.clock.advance(399 * DAY);
    assert!(!job.step().await);
    assert_eq!(left().await, 1_201);
    shop.clock.advance(Duration::from_secs(1));
    assert!(job.step().await, "some at a time");
    assert_eq!(left().await, 1_201 - 500);
    assert!(!job.step().await);
    assert_eq!(left().await, 601);
    shop.clock.advance(DAY);
    while job.step().await {}
    assert_eq!(left().await, 1, "what nobody dealt with stays");
}

stories![
    what_was_dealt_with_long_ago_is_forgotten_and_what_was_not_is_kept,
    books_that_agree_have_no_differences,
    what_was_changed_behind_our_back_is_found_once_and_dealt_with_once,
    what_is_under_way_is_no_difference,
    what_has_no_answer_for_too_long_is_shown_until_it_ends,
    more_than_a_page_is_compared_and_the_rest_of_it_once_the_provider_is_back,
];
