//! Prices that may have changed without the cart having heard of it: nothing is sold at them, and nothing is lost by that.

use crate::{
    said::product,
    setup::{Shop, holder},
};
use bodega_testkit::{Asker, stories};
use serde_json::{Value, json};
use std::time::Duration;

const LIMIT: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

/// Every replica learns that it has handled all that the catalogue committed up to now.
fn catch_up(shop: &Shop) {
    for replica in 0..shop.replicas() {
        let subscriptions = shop.consumer(replica).subscriptions();
        subscriptions.feed("catalog").unwrap().handled_before(shop.world.now());
    }
}

async fn a_checkout_waits_until_prices_are_known_again(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 2)]).await;
    catch_up(shop);
    shop.clock.advance(LIMIT);
    let (sold, buyer) = shop.full_cart(&[("A", 1)]).await;
    let first = shop.check_out(&sold, &buyer, "sold").await.expect(202);
    shop.clock.advance(SECOND);
    let refused = shop.check_out(&path, &guest, "k").await.expect(503);
    assert_eq!((refused.code(), refused.header("retry-after")), ("prices_stale", "10"));
    assert_eq!(shop.orders().await.len(), 1, "nothing is told");
    let cart = shop.call(&guest, "GET", &path, Value::Null).await.expect(200);
    assert_eq!((&cart.json["status"], &cart.json["version"]), (&json!("open"), &json!(1)), "nothing is frozen");
    let more = json!({"sku": "A", "quantity": 1});
    shop.call(&guest, "POST", &format!("{path}/lines"), more).await.expect(200);
    let again = shop.check_out(&sold, &buyer, "sold").await.expect(202);
    assert_eq!(again.json, first.json, "what was answered is answered again");
    catch_up(shop);
    let order = shop.check_out(&path, &guest, "k").await.expect(202);
    assert_eq!(shop.check_out(&path, &guest, "k").await.expect(202).json, order.json);
    assert_eq!(shop.orders().await.len(), 2);
}

async fn a_price_that_changed_meanwhile_is_shown_once_it_is_known(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 2)]).await;
    catch_up(shop);
    shop.clock.advance(LIMIT + SECOND);
    assert_eq!(shop.check_out(&path, &guest, "k").await.expect(503).code(), "prices_stale");
    shop.hear(&product(1, 2, &[("A", 300)])).await;
    catch_up(shop);
    assert_eq!(shop.check_out(&path, &guest, "k").await.expect(409).code(), "price_changed");
    shop.check_out(&path, &guest, "another").await.expect(202);
}

async fn a_cart_that_cannot_be_bought_says_so_before_it_speaks_of_prices(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    catch_up(shop);
    shop.clock.advance(LIMIT + SECOND);
    let made = shop.call(&Asker::default(), "POST", "/v1/carts", json!({"lines": [{"sku": "A", "quantity": 1}]})).await;
    let (path, guest) = (format!("/v1/carts/{}", made.field("id")), holder(&made.field("token")));
    assert_eq!(shop.check_out(&path, &guest, "k").await.expect(409).code(), "cart_incomplete");
}

async fn the_age_of_prices_is_a_setting_and_0_is_any_age(shop: &Shop) {
    for (limit_s, after, status) in [(20, 20, 202), (20, 21, 503), (3_600, 3_600, 202), (0, 1_000_000, 202)] {
        let shop = shop.another(|settings| settings.cart.prices_stale_after_seconds = limit_s).await;
        shop.hear(&product(1, 1, &[("A", 250)])).await;
        let (path, guest) = shop.full_cart(&[("A", 1)]).await;
        catch_up(&shop);
        shop.clock.advance(SECOND * after);
        shop.check_out(&path, &guest, "k").await.expect(status);
    }
}

async fn where_nothing_brings_prices_by_itself_they_are_of_today(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    shop.clock.advance(Duration::from_hours(48));
    shop.check_out(&path, &guest, "k").await.expect(202);
}

stories![
    a_checkout_waits_until_prices_are_known_again,
    a_price_that_changed_meanwhile_is_shown_once_it_is_known,
    a_cart_that_cannot_be_bought_says_so_before_it_speaks_of_prices,
    the_age_of_prices_is_a_setting_and_0_is_any_age,
    where_nothing_brings_prices_by_itself_they_are_of_today,
];
