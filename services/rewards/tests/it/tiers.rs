//! Tiers: what was earned in twelve months makes them, and reaching one may be rewarded.

use crate::setup::Shop;
use bodega_contracts::rewards::{PointsPending, RewardGranted};
use bodega_kernel::UserId;
use bodega_settings::RewardTier;
use bodega_testkit::stories;
use serde_json::json;
use std::time::Duration;

stories!(
    a_tier_multiplies_what_is_earned_from_the_next_order_on,
    reaching_a_tier_is_rewarded_once_a_year,
    each_tier_that_is_passed_at_once_is_rewarded,
    what_was_earned_more_than_twelve_months_ago_makes_no_tier,
    what_is_taken_back_makes_no_tier,
);

const DAY: Duration = Duration::from_hours(24);

async fn with_tiers(shop: &Shop) -> Shop {
    let tier = |name: &str, from, multiplier_bp, reward_bp| RewardTier {
        name: name.to_owned(),
        from,
        multiplier_bp,
        reward_bp,
    };
    let tiers = vec![tier("Member", 0, 10_000, 0), tier("Silver", 100, 15_000, 500), tier("Gold", 300, 20_000, 1_000)];
    shop.with(|settings| settings.rewards.tiers = tiers).await
}

async fn rewards(shop: &Shop, user: UserId) -> Vec<(String, i64)> {
    let told = shop.told::<RewardGranted>().await;
    told.into_iter().filter(|told| told.user_id == user).map(|told| (told.label, told.bp)).collect()
}

async fn a_tier_multiplies_what_is_earned_from_the_next_order_on(shop: &Shop) {
    let shop = &with_tiers(shop).await;
    let user = shop.user();
    shop.buy(user, 9_900).await;
    let shown = shop.shown(user).await;
    assert_eq!(shown["tier"], json!({"name": "Member", "multiplier_bp": 10_000}));
    assert_eq!(shown["next_tier"], json!({"name": "Silver", "from": 100, "missing": 1}));
    shop.buy(user, 100).await;
    shop.buy(user, 10_000).await;
    shop.buy(user, 10_000).await;
    let pending: Vec<i64> = shop.told::<PointsPending>().await.iter().map(|told| told.points).collect();
    assert_eq!(pending, [99, 1, 150, 150]);
    let shown = shop.shown(user).await;
    assert_eq!((&shown["tier"]["name"], &shown["earned_in_12_months"]), (&json!("Gold"), &json!(400)));
    assert!(shown.get("next_tier").is_none());
    shop.check_books().await;
}

async fn reaching_a_tier_is_rewarded_once_a_year(shop: &Shop) {
    let shop = &with_tiers(shop).await;
    let user = shop.user();
    let first = shop.buy(user, 10_000).await;
    let silver = (String::from("Silver"), 500);
    assert_eq!(rewards(shop, user).await, std::slice::from_ref(&silver));
    // Out of it and in again.
    shop.deliver(vec![shop.refunded(first, 10_000)]).await;
    let second = shop.buy(user, 10_000).await;
    assert_eq!(rewards(shop, user).await.len(), 1);
    shop.deliver(vec![shop.completed(second, user)]).await;
    assert_eq!(rewards(shop, user).await.len(), 1);
    shop.clock.advance(DAY * 400);
    shop.work().await;
    shop.buy(user, 12_000).await;
    assert_eq!(rewards(shop, user).await, [silver.clone(), silver]);
    let told = shop.told::<RewardGranted>().await;
    assert_ne!(told[0].reward_id, told[1].reward_id);
    assert_eq!(told[1].ends, shop.world.now().plus(DAY * 90));
    shop.check_books().await;
}

async fn each_tier_that_is_passed_at_once_is_rewarded(shop: &Shop) {
    let shop = &with_tiers(shop).await;
    let user = shop.user();
    shop.buy(user, 50_000).await;
    assert_eq!(rewards(shop, user).await, [(String::from("Silver"), 500), (String::from("Gold"), 1_000)]);
}

async fn what_was_earned_more_than_twelve_months_ago_makes_no_tier(shop: &Shop) {
    let shop = &with_tiers(shop).await;
    let user = shop.user();
    shop.buy(user, 10_000).await;
    shop.clock.advance(DAY * 364);
    assert_eq!(shop.shown(user).await["tier"]["name"], "Silver");
    shop.clock.advance(DAY);
    assert_eq!(shop.shown(user).await["tier"]["name"], "Member");
    shop.work().await;
    assert_eq!(shop.count("SELECT COUNT(*) FROM earnings", &[]).await, 0, "it is forgotten");
    assert_eq!(shop.points(user).await, (100, 0, 0, 0), "but can still be spent today");
}

async fn what_is_taken_back_makes_no_tier(shop: &Shop) {
    let shop = &with_tiers(shop).await;
    let user = shop.user();
    let order = shop.buy(user, 10_000).await;
    shop.give(user, 1_000).await;
    assert_eq!(shop.shown(user).await["earned_in_12_months"], 100, "what staff give does not count");
    shop.clock.advance(DAY * 30);
    shop.deliver(vec![shop.refunded(order, 2_000)]).await;
    let shown = shop.shown(user).await;
    assert_eq!((&shown["tier"]["name"], &shown["earned_in_12_months"]), (&json!("Member"), &json!(80)));
    shop.check_books().await;
}
