//! Points that nobody spends in time.

use crate::setup::Shop;
use bodega_db::Envelope;
use bodega_testkit::stories;
use serde_json::json;
use std::time::Duration;

stories!(
    points_expire_at_the_end_of_their_day_twelve_months_later,
    the_oldest_points_are_spent_first,
    points_that_are_held_do_not_expire_and_live_on_for_a_month_when_they_come_back,
    points_that_are_taken_back_are_those_that_came_with_their_order,
    points_live_for_ever_where_the_shop_says_so,
    the_points_of_many_customers_expire_batch_by_batch,
);

const DAY: Duration = Duration::from_hours(24);

/// Lets days go by, and what expires then expire.
async fn wait(shop: &Shop, days: u32) {
    shop.clock.advance(DAY * days);
    shop.work().await;
}

async fn points_expire_at_the_end_of_their_day_twelve_months_later(shop: &Shop) {
    let user = shop.user();
    shop.buy(user, 10_000).await;
    // From 2026-01-01 to the last moment of 2027-01-01.
    shop.clock.advance(DAY * 365 + Duration::from_millis(24 * 3_600 * 1_000 - 1));
    shop.work().await;
    assert_eq!(shop.points(user).await, (100, 0, 0, 0));
    let expiring = json!([{"points": 100, "at": "2027-01-02T00:00:00Z"}]);
    assert_eq!(shop.shown(user).await["expiring"], expiring);
    shop.clock.advance(Duration::from_millis(1));
    shop.work().await;
    assert_eq!(shop.points(user).await, (0, 0, 0, 0));
    assert_eq!(shop.shown(user).await["expiring"], json!([]));
    assert!(!shop.job("expire_points").step().await, "there is nothing more to do");
    let rows = shop.count("SELECT COUNT(*) FROM entries WHERE kind = 'expire' AND spendable = -100", &[]).await;
    assert_eq!(rows, 1);
    shop.check_books().await;
}

async fn the_oldest_points_are_spent_first(shop: &Shop) {
    let (user, order) = (shop.user(), shop.order());
    shop.buy(user, 10_000).await;
    wait(shop, 100).await;
    shop.buy(user, 5_000).await;
    shop.deliver(vec![shop.placed(order, user, 70)]).await;
    shop.deliver(vec![shop.confirmed(order, user, 0)]).await;
    wait(shop, 266).await;
    assert_eq!(shop.points(user).await, (50, 0, 0, 0), "30 were left of the first hundred");
    let expiring = shop.shown(user).await["expiring"].clone();
    assert_eq!(expiring, json!([]), "later than 90 days");
    wait(shop, 100).await;
    assert_eq!(shop.points(user).await, (0, 0, 0, 0));
    shop.check_books().await;
}

async fn points_that_are_held_do_not_expire_and_live_on_for_a_month_when_they_come_back(shop: &Shop) {
    let (user, order) = (shop.user(), shop.order());
    shop.buy(user, 10_000).await;
    shop.deliver(vec![shop.placed(order, user, 60)]).await;
    wait(shop, 366).await;
    assert_eq!(shop.points(user).await, (0, 60, 0, 0), "40 expired");
    shop.deliver(vec![shop.cancelled(order)]).await;
    assert_eq!(shop.points(user).await, (60, 0, 0, 0));
    shop.check_books().await;
    wait(shop, 29).await;
    assert_eq!(shop.points(user).await, (60, 0, 0, 0));
    wait(shop, 1).await;
    assert_eq!(shop.points(user).await, (0, 0, 0, 0));
    shop.check_books().await;
}

async fn points_that_are_taken_back_are_those_that_came_with_their_order(shop: &Shop) {
    let user = shop.user();
    shop.buy(user, 10_000).await;
    wait(shop, 100).await;
    let second = shop.buy(user, 5_000).await;
    shop.deliver(vec![shop.refunded(second, 5_000)]).await;
    assert_eq!(shop.points(user).await, (100, 0, 0, 0));
    wait(shop, 266).await;
    assert_eq!(shop.points(user).await, (0, 0, 0, 0), "what is left is of the first");
    shop.check_books().await;
}

async fn points_live_for_ever_where_the_shop_says_so(shop: &Shop) {
    let shop = &shop.with(|settings| settings.rewards.expiry_months = 0).await;
    let user = shop.user();
    shop.buy(user, 10_000).await;
    wait(shop, 10_000).await;
    assert_eq!(shop.points(user).await, (100, 0, 0, 0));
    assert_eq!(shop.shown(user).await["expiring"], json!([]));
    shop.check_books().await;
}

async fn the_points_of_many_customers_expire_batch_by_batch(shop: &Shop) {
    let bought: Vec<_> = (0..1_200).map(|_| (shop.order(), shop.user())).collect();
    let confirmed: Vec<Envelope> = bought.iter().map(|(order, user)| shop.confirmed(*order, *user, 1_000)).collect();
    let completed: Vec<Envelope> = bought.iter().map(|(order, user)| shop.completed(*order, *user)).collect();
    shop.insist(0, confirmed).await;
    shop.insist(1, completed).await;
    assert!(shop.accounts().await.values().all(|account| account.spendable == 10));
    shop.clock.advance(DAY * 366);
    let mut steps = 0;
    while shop.job("expire_points").step().await {
        steps += 1;
    }
    assert!(steps >= 3, "{steps}");
    let accounts = shop.accounts().await;
    assert_eq!(accounts.len(), 1_200);
    assert!(accounts.values().all(|account| account.spendable == 0 && account.lots == 0));
    shop.check_books().await;
}
