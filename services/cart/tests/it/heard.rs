//! Prices and stock as they are heard: every order of arrival comes to the same end.

use crate::{
    said::{product, sku, stock},
    setup::Shop,
};
use bodega_contracts::cart::SeenFacts;
use bodega_db::Envelope;
use bodega_kernel::{Currency, Money};
use bodega_testkit::{Asker, arrivals, stories};
use serde_json::{Value, json};

async fn seen(shop: &Shop) -> Value {
    let facts = shop.rpc().ask(SeenFacts { after: None }).await.unwrap();
    serde_json::to_value(facts).unwrap()
}

async fn products_and_stock_come_to_the_same_end_in_any_order(shop: &Shop) {
    // M moves from product 1 to product 2; A changes its price; B goes; C is of a product that is taken off.
    let mut off = product(3, 2, &[("C", 100)]);
    off.active = false;
    let facts = [
        |shop: &Shop| shop.said(&product(1, 1, &[("M", 100), ("B", 50)])),
        |shop: &Shop| shop.said(&product(1, 2, &[("A", 200)])),
        |shop: &Shop| shop.said(&product(2, 1, &[("M", 150)])),
        |shop: &Shop| shop.said(&stock("A", 1, 10)),
        |shop: &Shop| shop.said(&stock("A", 2, 7)),
    ];
    let price = |amount| Some(Money::new(amount, Currency::GBP));
    let shop_end = json!([
        {"sku": "A", "price": price(200), "active": true, "available": 7},
        {"sku": "B", "price": price(50), "active": false, "available": null},
        {"sku": "C", "price": price(100), "active": false, "available": null},
        {"sku": "M", "price": price(150), "active": true, "available": null},
    ]);
    for (number, order) in arrivals(facts.len(), 0).into_iter().enumerate() {
        shop.db()
            .write(async |tx| {
                for sql in ["DELETE FROM prices", "DELETE FROM products", "DELETE FROM stock_seen"] {
                    tx.execute(sql, &[]).await?;
                }
                Ok::<_, bodega_db::DbError>(())
            })
            .await
            .unwrap();
        shop.hear(&off).await;
        let batch: Vec<Envelope> = order.iter().map(|&index| facts[index](shop)).collect();
        if number % 2 == 0 {
            shop.hear_all(batch).await;
        } else {
            for event in batch {
                shop.hear_all(vec![event.clone(), event]).await;
            }
        }
        // Where product 1 was new before it was old, B is never heard of; else it is known and not for sale.
        let end = seen(shop).await;
        let without_b = shop_end.as_array().unwrap().iter().filter(|fact| fact["sku"] != "B").cloned().collect();
        assert!(end == shop_end || end == Value::Array(without_b), "{order:?} {end}");
    }
}

async fn short_stock_is_a_warning_and_no_refusal(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    shop.hear(&stock("A", 1, 1)).await;
    let (path, guest) = shop.full_cart(&[("A", 3)]).await;
    let cart = shop.call(&guest, "GET", &path, Value::Null).await;
    assert_eq!(cart.json["changes"], json!([{"kind": "short_stock", "sku": "A", "wanted": 3, "available": 1}]));
    assert_eq!(shop.check_out(&path, &guest, "k").await.status, 202);
}

async fn a_price_in_another_currency_is_not_for_sale(shop: &Shop) {
    let mut foreign = product(1, 1, &[("A", 250)]);
    foreign.variants[0].price = Money::new(250, Currency::EUR);
    shop.hear(&foreign).await;
    let refused = shop.call(&Asker::default(), "POST", "/v1/carts", crate::setup::full(&[("A", 1)])).await;
    assert_eq!((refused.status, refused.code()), (422, "unknown_sku"));
}

async fn hearing_everything_again_changes_nothing(shop: &Shop) {
    shop.hear(&product(1, 2, &[("A", 250)])).await;
    let before = seen(shop).await;
    for event in [product(1, 2, &[("A", 999)]), product(1, 1, &[("A", 1), ("Z", 1)])] {
        shop.hear(&event).await;
    }
    shop.resend_to_itself().await;
    assert_eq!(seen(shop).await, before);
    assert_eq!(before[0]["sku"], json!(sku("A")));
}

stories![
    products_and_stock_come_to_the_same_end_in_any_order,
    short_stock_is_a_warning_and_no_refusal,
    a_price_in_another_currency_is_not_for_sale,
    hearing_everything_again_changes_nothing,
];
