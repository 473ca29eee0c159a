//! Rows of earlier versions are kept, in the shape of today.

use bodega_contracts::OrderId;
use bodega_db::{Db, Migration, Tx, params};
use bodega_kernel::World;
use bodega_testkit::{Home, backends};

async fn open(home: &Home, steps: &'static [Migration], world: &World) -> Db {
    Db::open(&bodega_service::database(&home.settings(), "payments"), steps, world).await.unwrap()
}

async fn run(db: &Db, sql: &'static str, order: OrderId) {
    db.write(async move |tx: &mut Tx| tx.execute(sql, &params![order.0]).await).await.unwrap();
}

async fn number(db: &Db, sql: &'static str, order: OrderId) -> i64 {
    let row = db.write(async move |tx: &mut Tx| tx.query_one(sql, &params![order.0]).await).await.unwrap();
    row.unwrap().get(0).unwrap()
}

#[tokio::test]
async fn entries_of_two_rows_become_one_and_charges_keep_their_attempts() {
    let (world, steps) = (World::system(), bodega_payments::service().migrations);
    for backend in backends() {
        let (home, order) = (Home::new(backend), OrderId::new(&world));
        let db = open(&home, &steps[..5], &world).await;
        let ledger = "INSERT INTO ledger (order_id, entry, account, amount, currency, at_ms, holder) VALUES \
                      ($1, 'capture/1', 'provider_receivable', 2000, 'GBP', 5, NULL), \
                      ($1, 'capture/1', 'order_receipts', -2000, 'GBP', 5, NULL), \
                      ($1, 'tender/1', 'order_receipts', -500, 'GBP', 6, NULL), \
                      ($1, 'tender/1', 'gift_cards', 500, 'GBP', 6, 'card/x'), \
                      ($1, 'refund/a/0', 'order_refunds', 30, 'GBP', 7, NULL), \
                      ($1, 'refund/a/0', 'gift_cards', -30, 'GBP', 7, 'card/x'), \
                      ($1, 'lone', 'disputed', 7, 'GBP', 8, NULL)";
        run(&db, ledger, order).await;
        for (attempt, method) in [(1_i64, "sim_success"), (12, "sim_3ds")] {
            db.write(async move |tx: &mut Tx| {
                let sql = "INSERT INTO simulator_charges (charge_key, order_id, reference, method, amount, currency, immediate, \
                           status, captured, refunded, token, repeats, due_ms, at_ms, disputed, dispute, lost) \
                           VALUES ($2, $1, $3, $3, 900, 'GBP', TRUE, 'captured', 900, 100, $3, 2, NULL, 9, 50, 'opened', 3)";
                tx.execute(sql, &params![order.0, format!("{order}/{attempt}"), method]).await
            })
            .await
            .unwrap();
        }
        drop(db);
        let db = open(&home, steps, &world).await;
        for (sql, expected) in [
            ("SELECT COUNT(*) FROM ledger WHERE order_id = $1", 4),
            ("SELECT CAST(SUM(amount + counter_amount) AS BIGINT) FROM ledger WHERE order_id = $1", 7),
            ("SELECT COUNT(*) FROM ledger WHERE order_id = $1 AND amount + counter_amount <> 0", 1),
            (
                "SELECT CAST(SUM(amount) AS BIGINT) FROM ledger WHERE order_id = $1 AND holder = 'card/x' AND account = 'gift_cards'",
                470,
            ),
            ("SELECT CAST(SUM(at_ms) AS BIGINT) FROM ledger WHERE order_id = $1", 26),
            (
                "SELECT captured - refunded + repeats + at_ms + disputed + lost FROM simulator_charges WHERE order_id = $1 AND attempt = 12",
                864,
            ),
            ("SELECT COUNT(*) FROM simulator_charges WHERE order_id = $1 AND attempt = 12 AND token = 'sim_3ds'", 1),
            ("SELECT COUNT(*) FROM simulator_charges WHERE order_id = $1 AND attempt = 1 AND token IS NULL", 1),
        ] {
            assert_eq!(number(&db, sql, order).await, expected, "{backend:?} {sql}");
        }
    }
}
