//! A reward becomes one code of one customer, however often it is heard of.

use crate::setup::{Shop, claim};
use bodega_contracts::{
    coupons::{CodeStanding, CouponGranted, CouponRejected, CouponReserved, PromotionChanged},
    rewards::RewardGranted,
};
use bodega_kernel::{PageLimit, UserId};
use bodega_testkit::{START, stories};
use std::time::Duration;

stories!(
    a_reward_makes_one_code_for_its_customer,
    a_reward_heard_at_once_by_both_replicas_makes_one_code,
    a_reward_that_cannot_be_given_is_dead_lettered,
);

fn reward(id: &str, user_id: UserId, bp: i64) -> RewardGranted {
    let ends = START.plus(Duration::from_hours(24));
    RewardGranted { reward_id: id.to_owned(), user_id, label: "Welcome to gold".to_owned(), bp, ends }
}

async fn a_reward_makes_one_code_for_its_customer(shop: &Shop) {
    let (ada, eve) = (UserId::new(&shop.world), UserId::new(&shop.world));
    let first = reward("gold-1", ada, 1_500);
    shop.deliver(vec![shop.envelope("rewards", &first), shop.envelope("rewards", &first)]).await;
    shop.deliver(vec![shop.envelope("rewards", &first), shop.envelope("rewards", &reward("gold-2", eve, 500))]).await;
    let granted = shop.told::<CouponGranted>().await;
    assert_eq!(granted.iter().map(|said| said.user_id).collect::<Vec<_>>(), [ada, eve]);
    assert_eq!((&*granted[0].label, granted[0].ends), ("Welcome to gold", first.ends));
    assert_ne!(granted[0].code, granted[1].code);
    let promotions = shop.told::<PromotionChanged>().await;
    assert_eq!(promotions.len(), 2);
    let id = promotions[0].promotion_id;
    let code = granted[0].code.clone();
    let standing = |customer: UserId| CodeStanding { code: code.to_lowercase(), customer: Some(customer.to_string()) };
    assert_eq!(shop.rpc().ask(standing(ada)).await.unwrap().unwrap().refused, None);
    assert_eq!(shop.rpc().ask(standing(eve)).await.unwrap().unwrap().refused.as_deref(), Some("not_yours"));
    let order = |customer: UserId| shop.placed(shop.order(), vec![claim(id, &code, &customer.to_string())]);
    shop.deliver(vec![order(eve), order(ada), order(ada)]).await;
    assert_eq!(shop.told::<CouponReserved>().await.len(), 1);
    let reasons: Vec<String> = shop.told::<CouponRejected>().await.into_iter().map(|said| said.reason).collect();
    assert_eq!(reasons, ["not_yours", "used_up"]);
    shop.check_books().await;
}

async fn a_reward_heard_at_once_by_both_replicas_makes_one_code(shop: &Shop) {
    let ada = UserId::new(&shop.world);
    for number in 0..20 {
        let event = reward(&format!("tier-{number}"), ada, 1_000);
        let (one, other) = (vec![shop.envelope("rewards", &event)], vec![shop.envelope("rewards", &event)]);
        futures_util::future::join(shop.insist(0, one), shop.insist(1, other)).await;
    }
    assert_eq!(shop.told::<CouponGranted>().await.len(), 20);
    assert_eq!((shop.code_facts().await.len(), shop.promotion_facts().await.len()), (20, 20));
}

async fn a_reward_that_cannot_be_given_is_dead_lettered(shop: &Shop) {
    let ada = UserId::new(&shop.world);
    let bad = [reward("a", ada, 0), reward("b", ada, 10_001), reward("", ada, 1), reward("c", ada, -1)];
    let mut batch: Vec<_> = bad.iter().map(|event| shop.envelope("rewards", event)).collect();
    batch.push(shop.envelope("rewards", &reward("good", ada, 10_000)));
    shop.deliver(batch).await;
    assert_eq!(shop.told::<CouponGranted>().await.len(), 1);
    let dead = shop.consumer(0).dead_letters(None, PageLimit::default()).await.unwrap();
    assert_eq!(dead.len(), 4, "{dead:?}");
}
