//! What the lane remembers: never what was undone, and never what was before a newer word of it.

use crate::{
    said::{cancelled, product, promotion},
    setup::{Shop, full},
};
use bodega_contracts::{cart::CheckedOutOrder, orders::CancelReason};
use bodega_db::{DbError, params};
use bodega_pricing::Reward;
use bodega_testkit::{Answer, Asker, stories};
use futures_util::future::join;
use serde_json::json;
use std::time::Duration;
use tokio::{sync::oneshot, time::sleep};

stories!(
    what_was_undone_is_not_remembered,
    every_word_of_prices_counts_from_the_next_purchase_on,
    a_promotion_counts_as_long_as_it_is_heard_to,
    checkouts_of_before_are_known_and_their_carts_open_again,
);

async fn buy(shop: &Shop, replica: usize, key: &str, total: i64) -> Answer {
    let mut body = full(&[("A", 1)]);
    body["total"] = json!({"amount": total, "currency": "GBP"});
    body["payment_method"] = json!("sim_success");
    let asker = Asker::default().with_key(&format!("a-key-nobody-guesses-{key}"));
    shop.call_on(replica, &asker, "POST", "/v1/checkouts", body).await
}

/// One transaction changes a price and sells at it, and cannot be committed.
async fn what_was_undone_is_not_remembered(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    assert_eq!(buy(shop, 0, "first", 250 + 395).await.status, 202);
    let (release, released) = oneshot::channel::<()>();
    let stamp = shop.world.uuid();
    let changed = shop.db().write(async move |tx| {
        tx.execute("UPDATE prices SET price = 300", &[]).await?;
        tx.execute("UPDATE heard SET stamp = $1 WHERE id = 1", &params![stamp]).await?;
        tx.execute("ALTER TABLE events RENAME TO events_elsewhere", &[]).await?;
        released.await.unwrap();
        Ok::<_, DbError>(())
    });
    let bought = async {
        let release = async {
            sleep(Duration::from_millis(100)).await;
            release.send(()).unwrap();
        };
        join(buy(shop, 0, "undone", 300 + 395), release).await.0
    };
    let (changed, bought) = join(changed, bought).await;
    assert!(changed.is_err(), "its commit fails: there is no table for the event of the order");
    assert_eq!(bought.status, 500, "{bought:?}");
    let refused = buy(shop, 0, "undone", 300 + 395).await;
    assert_eq!((refused.code(), &refused.json["total"]["amount"]), ("total_changed", &json!(250 + 395)));
    assert_eq!(buy(shop, 0, "last", 250 + 395).await.status, 202);
    assert_eq!(shop.orders().await.len(), 2);
}

async fn every_word_of_prices_counts_from_the_next_purchase_on(shop: &Shop) {
    for version in 1..=10 {
        let price = 250 + version;
        shop.hear(&product(1, version, &[("A", price)])).await;
        for replica in 0..shop.replicas() {
            let key = format!("{version}-{replica}");
            assert_eq!(buy(shop, replica, &key, price - 1 + 395).await.code(), "total_changed");
            assert_eq!(buy(shop, replica, &key, price + 395).await.status, 202);
        }
    }
}

async fn a_promotion_counts_as_long_as_it_is_heard_to(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 200)])).await;
    assert_eq!(buy(shop, 0, "before", 200 + 395).await.status, 202);
    let mut tenth = promotion(9, Reward::Percentage { bp: 1_000 });
    shop.hear(&tenth).await;
    assert_eq!(buy(shop, 0, "with", 180 + 395).await.status, 202);
    (tenth.version, tenth.enabled) = (2, false);
    shop.hear(&tenth).await;
    assert_eq!(buy(shop, 0, "with-it-still", 180 + 395).await.code(), "total_changed");
    assert_eq!(buy(shop, 0, "after", 200 + 395).await.status, 202);
}

/// Brings the tables back to how they were, with an order in them, and starts again.
async fn checkouts_of_before_are_known_and_their_carts_open_again(shop: &Shop) {
    let shop = shop.another(|_| ()).await;
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    assert_eq!(shop.check_out(&path, &guest, "k").await.status, 202);
    let before = shop.db().write(async |tx| {
        for sql in [
            "ALTER TABLE checkouts ADD COLUMN discounts TEXT",
            "UPDATE checkouts SET discounts = '[]'",
            "CREATE UNIQUE INDEX checkouts_of_carts ON checkouts (cart_id, cart_version)",
            "DROP TABLE heard",
            "DELETE FROM seaql_migrations WHERE version = '0006_lighter_checkouts'",
        ] {
            tx.execute(sql, &[]).await?;
        }
        Ok::<_, DbError>(())
    });
    before.await.unwrap();
    let order = shop.orders().await.remove(0);
    let shop = shop.restarted().await;
    let known = shop.rpc().ask(CheckedOutOrder { order_id: order.order_id }).await.unwrap().unwrap();
    assert_eq!((known.number, known.customer_id, known.at), (order.number.clone(), None, order.at));
    let columns = "SELECT COUNT(*) FROM checkouts WHERE buyer IS NOT NULL AND cart_version = 1 AND NOT cancelled";
    assert_eq!(shop.count(columns, &[]).await, 1);
    shop.hear(&cancelled(&order, CancelReason::OutOfStock)).await;
    assert_eq!(shop.check_out(&path, &guest, "another").await.status, 202);
    assert_eq!(shop.count("SELECT COUNT(*) FROM checkouts WHERE cancelled", &[]).await, 1);
}
