//! What orders claim: taken all or not at all, counted for good when they are paid, free again when they end.

use crate::setup::{Shop, claim, tenth};
use bodega_contracts::coupons::{
    CouponRedeemed, CouponRejected, CouponReleased, CouponReserved, CouponUseState as State,
};
use bodega_kernel::PageLimit;
use bodega_testkit::{START, stories};
use serde_json::json;
use std::time::Duration;

stories!(
    a_use_is_reserved_redeemed_and_released,
    all_claims_of_an_order_are_taken_or_none,
    an_order_that_asks_again_gets_the_same_answer,
    an_order_without_coupons_is_no_business_of_ours,
    a_cancelled_order_leaves_a_tombstone,
    each_refusal_says_why,
    what_ended_after_the_order_was_placed_still_counts,
    a_customer_limit_counts_each_customer_alone,
    a_use_without_a_limit_touches_only_its_own_order,
    a_claim_that_no_order_can_have_is_dead_lettered_and_its_batch_goes_on,
);

async fn a_use_is_reserved_redeemed_and_released(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "ten", "limit": 2, "code_limit": 5}))).await;
    let (paid, left) = (shop.order(), shop.order());
    let claims = || vec![claim(id, "TEN", "ada")];
    shop.deliver(vec![shop.placed(paid, claims()), shop.placed(left, claims())]).await;
    assert_eq!(shop.told::<CouponReserved>().await, [paid, left].map(|order_id| CouponReserved { order_id }));
    shop.deliver(vec![shop.confirmed(paid), shop.cancelled(left)]).await;
    assert_eq!(shop.told::<CouponRedeemed>().await, [CouponRedeemed { order_id: paid }]);
    assert_eq!(shop.told::<CouponReleased>().await, [CouponReleased { order_id: left }]);
    assert_eq!(shop.live(id).await, 1);
    let next = shop.order();
    shop.deliver(vec![shop.placed(next, claims()), shop.placed(shop.order(), claims())]).await;
    assert_eq!(shop.told::<CouponRejected>().await.len(), 1, "one was free again");
    // A paid order that is cancelled gives its use back, too.
    shop.deliver(vec![shop.cancelled(paid), shop.cancelled(paid)]).await;
    assert_eq!((shop.live(id).await, shop.told::<CouponReleased>().await.len()), (1, 2));
    shop.check_books().await;
}

async fn all_claims_of_an_order_are_taken_or_none(shop: &Shop) {
    let wide = shop.promotion(tenth(json!({"limit": 9}))).await;
    let narrow = shop.promotion(tenth(json!({"code": "ONE", "code_limit": 1}))).await;
    let both = || vec![claim(wide, "", "ada"), claim(narrow, "ONE", "ada")];
    let (first, second) = (shop.order(), shop.order());
    shop.deliver(vec![shop.placed(first, both()), shop.placed(second, both())]).await;
    let rejected = shop.told::<CouponRejected>().await;
    let [said] = &*rejected else { panic!("{rejected:?}") };
    assert_eq!((said.order_id, &*said.code, &*said.reason), (second, "ONE", "used_up"));
    assert_eq!((shop.live(wide).await, shop.state(second).await), (1, Some(State::Rejected)));
    shop.check_books().await;
}

async fn an_order_that_asks_again_gets_the_same_answer(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "ONE", "limit": 1}))).await;
    let (first, second) = (shop.order(), shop.order());
    for _ in 0..3 {
        let placed = [first, second].map(|order| shop.placed(order, vec![claim(id, "ONE", "ada")]));
        shop.deliver(placed.to_vec()).await;
    }
    assert_eq!(shop.told::<CouponReserved>().await, vec![CouponReserved { order_id: first }; 3]);
    let rejected = shop.told::<CouponRejected>().await;
    assert_eq!((rejected.len(), &*rejected[2].reason), (3, "used_up"));
    // A use that is free again is not for an order that was refused.
    shop.deliver(vec![shop.cancelled(first)]).await;
    shop.deliver(vec![shop.placed(second, vec![claim(id, "ONE", "ada")])]).await;
    assert_eq!(shop.told::<CouponRejected>().await.len(), 4);
    assert_eq!(shop.live(id).await, 0);
    shop.check_books().await;
}

async fn an_order_without_coupons_is_no_business_of_ours(shop: &Shop) {
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, Vec::new())]).await;
    shop.deliver(vec![shop.confirmed(order)]).await;
    shop.deliver(vec![shop.cancelled(order)]).await;
    assert!(shop.events().await.is_empty());
    assert!(shop.uses().await.is_empty());
    assert_eq!(shop.count("SELECT COUNT(*) FROM orders", &[]).await, 0);
    let in_one = shop.order();
    shop.deliver(vec![shop.cancelled(in_one), shop.confirmed(in_one), shop.placed(in_one, Vec::new())]).await;
    assert!(shop.events().await.is_empty());
    assert!(shop.uses().await.is_empty());
}

async fn a_cancelled_order_leaves_a_tombstone(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "ONE", "limit": 1}))).await;
    let order = shop.order();
    shop.deliver(vec![shop.cancelled(order)]).await;
    shop.deliver(vec![shop.placed(order, vec![claim(id, "ONE", "ada")])]).await;
    assert_eq!((shop.live(id).await, shop.state(order).await), (0, Some(State::Released)));
    assert!(shop.told::<CouponReserved>().await.is_empty());
    shop.check_books().await;
}

async fn each_refusal_says_why(shop: &Shop) {
    let soon = START.plus(Duration::from_hours(1));
    let ended = shop.promotion(tenth(json!({"code": "ENDED", "conditions": {"until": START}}))).await;
    let later = shop.promotion(tenth(json!({"code": "LATER", "conditions": {"from": soon}}))).await;
    let off = shop.promotion(tenth(json!({"code": "OFF"}))).await;
    shop.staff("DELETE", &format!("/v1/promotions/{off}"), json!(null)).await.expect(204);
    let torn = shop.promotion(tenth(json!({"code": "TORN"}))).await;
    shop.staff("DELETE", "/v1/coupons/torn", json!(null)).await.expect(204);
    let ada = bodega_kernel::UserId::new(&shop.world);
    let hers = shop.promotion(tenth(json!({"code": "HERS", "conditions": {"customers": [ada]}}))).await;
    let (nobody, me) = (bodega_contracts::PromotionId::new(&shop.world), ada.to_string());
    let claims = [
        (claim(ended, "ENDED", "x"), "expired"),
        (claim(later, "LATER", "x"), "not_started"),
        (claim(off, "OFF", "x"), "disabled"),
        (claim(torn, "TORN", "x"), "disabled"),
        (claim(hers, "HERS", "x"), "not_yours"),
        (claim(hers, "NOWHERE", &me), "unknown"),
        (claim(hers, "TORN", &me), "unknown"),
        (claim(hers, "", &me), "unknown"),
        (claim(nobody, "", &me), "unknown"),
    ];
    let batch = claims.iter().map(|(claim, _)| shop.placed(shop.order(), vec![claim.clone()])).collect();
    shop.deliver(batch).await;
    let reasons: Vec<String> = shop.told::<CouponRejected>().await.into_iter().map(|said| said.reason).collect();
    assert_eq!(reasons, claims.map(|(_, reason)| reason));
    shop.deliver(vec![shop.placed(shop.order(), vec![claim(hers, "HERS", &me)])]).await;
    assert_eq!(shop.told::<CouponReserved>().await.len(), 1);
}

async fn what_ended_after_the_order_was_placed_still_counts(shop: &Shop) {
    let soon = START.plus(Duration::from_hours(1));
    let id = shop.promotion(tenth(json!({"code": "TODAY", "conditions": {"until": soon}}))).await;
    let order = shop.order();
    let placed = shop.placed(order, vec![claim(id, "TODAY", "ada")]);
    shop.clock.advance(Duration::from_hours(30));
    shop.deliver(vec![placed, shop.placed(shop.order(), vec![claim(id, "TODAY", "eve")])]).await;
    assert_eq!(shop.told::<CouponReserved>().await, [CouponReserved { order_id: order }]);
    assert_eq!(shop.told::<CouponRejected>().await[0].reason, "expired");
}

async fn a_customer_limit_counts_each_customer_alone(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"conditions": {"first_order": true}}))).await;
    let order = |customer: &str| shop.placed(shop.order(), vec![claim(id, "", customer)]);
    shop.deliver(vec![order("ada"), order("ada"), order("eve"), order("ada")]).await;
    let reasons: Vec<String> = shop.told::<CouponRejected>().await.into_iter().map(|said| said.reason).collect();
    assert_eq!(reasons, ["used_by_customer", "used_by_customer"]);
    assert_eq!(shop.live(id).await, 2);
    shop.check_books().await;
}

async fn a_use_without_a_limit_touches_only_its_own_order(shop: &Shop) {
    let free = shop.promotion(tenth(json!({"code": "FREE"}))).await;
    let batch = (0..20).map(|_| shop.placed(shop.order(), vec![claim(free, "FREE", "ada")])).collect();
    shop.deliver(batch).await;
    assert_eq!(shop.live(free).await, 20);
    assert_eq!(shop.count("SELECT COUNT(*) FROM counters", &[]).await, 0);
    let limited = shop.promotion(tenth(json!({"code": "FEW", "limit": 5}))).await;
    shop.deliver(vec![shop.placed(shop.order(), vec![claim(limited, "FEW", "ada")])]).await;
    assert_eq!(shop.count("SELECT COUNT(*) FROM counters", &[]).await, 1);
    shop.check_books().await;
}

async fn a_claim_that_no_order_can_have_is_dead_lettered_and_its_batch_goes_on(shop: &Shop) {
    let id = shop.promotion(tenth(json!({"code": "TEN", "limit": 9}))).await;
    let good = shop.order();
    let long = "x".repeat(101);
    shop.deliver(vec![
        shop.placed(shop.order(), vec![claim(id, "TEN", "")]),
        shop.placed(good, vec![claim(id, "TEN", "ada"), claim(id, "TEN", "ada")]),
        shop.placed(shop.order(), vec![claim(id, &long, "ada")]),
        shop.placed(shop.order(), vec![claim(id, "TEN", "ada"); 51]),
    ])
    .await;
    assert_eq!(shop.told::<CouponReserved>().await, [CouponReserved { order_id: good }]);
    assert_eq!(shop.live(id).await, 1, "named twice it counts once");
    let dead = shop.consumer(0).dead_letters(None, PageLimit::default()).await.unwrap();
    assert_eq!(dead.len(), 3, "{dead:?}");
}
