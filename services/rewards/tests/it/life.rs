//! The points of an order through its life: held, spent, earned, taken back.

use crate::setup::Shop;
use bodega_contracts::rewards::{
    Balance, PointsBalance, PointsEarned, PointsPending, PointsRejected, PointsReleased, PointsReserved,
    PointsReversed, PointsSpent,
};
use bodega_kernel::PageLimit;
use bodega_testkit::stories;

stories!(
    an_order_spends_what_was_held_and_earns_when_it_is_completed,
    an_order_that_wants_too_many_points_gets_none,
    an_order_that_asks_again_gets_the_same_answer,
    a_guest_has_no_points_to_spend_and_earns_none,
    a_cancelled_order_gives_back_what_it_held_or_spent_and_earns_nothing,
    an_order_cancelled_before_it_is_heard_of_holds_nothing,
    a_refund_takes_back_in_proportion_whatever_came_first,
    what_was_spent_before_it_was_taken_back_is_owed_and_paid_first,
    points_that_were_spent_come_back_by_cancelling_alone,
    a_shop_without_points_gives_none_and_takes_none,
    an_impossible_number_of_points_is_dead_lettered_and_its_batch_goes_on,
    the_cart_hears_what_can_be_spent_and_what_it_is_worth,
);

async fn an_order_spends_what_was_held_and_earns_when_it_is_completed(shop: &Shop) {
    let (user_id, order_id) = (shop.user(), shop.order());
    shop.give(user_id, 500).await;
    shop.deliver(vec![shop.placed(order_id, user_id, 200)]).await;
    assert_eq!(shop.points(user_id).await, (300, 200, 0, 0));
    assert_eq!(shop.told::<PointsReserved>().await, [PointsReserved { order_id }]);
    shop.deliver(vec![shop.confirmed(order_id, user_id, 4_999)]).await;
    assert_eq!(shop.points(user_id).await, (300, 0, 49, 0));
    assert_eq!(shop.told::<PointsSpent>().await, [PointsSpent { order_id, user_id, points: 200 }]);
    assert_eq!(shop.told::<PointsPending>().await, [PointsPending { order_id, user_id, points: 49 }]);
    shop.deliver(vec![shop.completed(order_id, user_id)]).await;
    assert_eq!(shop.points(user_id).await, (349, 0, 0, 0));
    assert_eq!(shop.told::<PointsEarned>().await, [PointsEarned { order_id, user_id, points: 49 }]);
    let fact = &shop.orders().await[&order_id];
    assert_eq!((fact.spent, fact.earned, fact.reversed, fact.earnings), (200, 49, 0, 1));
    shop.check_books().await;
}

async fn an_order_that_wants_too_many_points_gets_none(shop: &Shop) {
    let (user, stranger) = (shop.user(), shop.user());
    shop.give(user, 300).await;
    let orders = [shop.order(), shop.order(), shop.order(), shop.order()];
    shop.deliver(vec![
        shop.placed(orders[0], user, 301),
        shop.placed(orders[1], user, 200),
        shop.placed(orders[2], user, 101),
        shop.placed(orders[3], stranger, 1),
    ])
    .await;
    let rejected = |number: usize, wanted, spendable| PointsRejected { order_id: orders[number], wanted, spendable };
    assert_eq!(shop.told::<PointsRejected>().await, [rejected(0, 301, 300), rejected(2, 101, 100), rejected(3, 1, 0)]);
    assert_eq!(shop.points(user).await, (100, 200, 0, 0));
    assert!(!shop.accounts().await.contains_key(&stranger), "nobody gets an account by asking");
    shop.check_books().await;
}

async fn an_order_that_asks_again_gets_the_same_answer(shop: &Shop) {
    let user = shop.user();
    shop.give(user, 100).await;
    let (first, second) = (shop.order(), shop.order());
    for _ in 0..3 {
        shop.deliver(vec![shop.placed(first, user, 100), shop.placed(second, user, 50)]).await;
    }
    shop.give(user, 100).await;
    shop.deliver(vec![shop.placed(second, user, 50)]).await;
    assert_eq!(shop.told::<PointsReserved>().await, vec![PointsReserved { order_id: first }; 3]);
    let no = PointsRejected { order_id: second, wanted: 50, spendable: 0 };
    assert_eq!(shop.told::<PointsRejected>().await, vec![no; 4]);
    assert_eq!(shop.points(user).await, (100, 100, 0, 0));
    shop.check_books().await;
}

async fn a_guest_has_no_points_to_spend_and_earns_none(shop: &Shop) {
    let order_id = shop.order();
    for _ in 0..2 {
        shop.deliver(vec![shop.placed(order_id, None, 10), shop.placed(shop.order(), None, 0)]).await;
    }
    shop.deliver(vec![shop.confirmed(order_id, None, 5_000), shop.completed(order_id, None)]).await;
    shop.deliver(vec![shop.refunded(order_id, 1_000), shop.cancelled(order_id)]).await;
    assert_eq!(shop.told::<PointsRejected>().await, vec![PointsRejected { order_id, wanted: 10, spendable: 0 }; 2]);
    assert_eq!(shop.events().await.len(), 2, "nothing else is told");
    assert!(shop.accounts().await.is_empty());
    shop.check_books().await;
}

async fn a_cancelled_order_gives_back_what_it_held_or_spent_and_earns_nothing(shop: &Shop) {
    let (user_id, held, spent) = (shop.user(), shop.order(), shop.order());
    shop.give(user_id, 500).await;
    shop.deliver(vec![shop.placed(held, user_id, 100), shop.placed(spent, user_id, 150)]).await;
    shop.deliver(vec![shop.confirmed(spent, user_id, 10_000)]).await;
    assert_eq!(shop.points(user_id).await, (250, 100, 100, 0));
    for _ in 0..2 {
        shop.deliver(vec![shop.cancelled(held), shop.cancelled(spent)]).await;
    }
    assert_eq!(shop.points(user_id).await, (500, 0, 0, 0));
    let released = |order_id, points| PointsReleased { order_id, user_id, points };
    assert_eq!(shop.told::<PointsReleased>().await, [released(held, 100), released(spent, 150)]);
    assert_eq!(shop.told::<PointsReversed>().await, [PointsReversed { order_id: spent, user_id, points: 100 }]);
    shop.deliver(vec![shop.completed(spent, user_id), shop.placed(held, user_id, 100)]).await;
    assert_eq!(shop.points(user_id).await, (500, 0, 0, 0));
    assert!(shop.told::<PointsEarned>().await.is_empty());
    shop.check_books().await;
}

async fn an_order_cancelled_before_it_is_heard_of_holds_nothing(shop: &Shop) {
    let (user, order) = (shop.user(), shop.order());
    shop.give(user, 500).await;
    shop.deliver(vec![shop.cancelled(order)]).await;
    shop.deliver(vec![shop.placed(order, user, 100)]).await;
    shop.deliver(vec![shop.confirmed(order, user, 10_000), shop.completed(order, user)]).await;
    assert_eq!(shop.points(user).await, (500, 0, 0, 0));
    assert!(shop.events().await.is_empty(), "one that is over gets no answer");
    shop.check_books().await;
}

async fn a_refund_takes_back_in_proportion_whatever_came_first(shop: &Shop) {
    let user_id = shop.user();
    let [pending, earned, early] = [shop.order(), shop.order(), shop.order()];
    shop.deliver(vec![shop.confirmed(pending, user_id, 10_000), shop.confirmed(earned, user_id, 10_000)]).await;
    shop.deliver(vec![shop.completed(earned, user_id)]).await;
    shop.deliver(vec![shop.refunded(pending, 2_500), shop.refunded(earned, 5_000), shop.refunded(early, 7_500)]).await;
    assert_eq!(shop.points(user_id).await, (50, 0, 75, 0));
    shop.deliver(vec![shop.confirmed(early, user_id, 10_000)]).await;
    assert_eq!(shop.points(user_id).await, (50, 0, 100, 0));
    // The sum counts, not how often it is told; a lower one is an older one.
    shop.deliver(vec![shop.refunded(pending, 5_000), shop.refunded(pending, 4_000), shop.refunded(pending, 5_000)])
        .await;
    assert_eq!(shop.points(user_id).await, (50, 0, 75, 0));
    shop.deliver(vec![shop.completed(pending, user_id), shop.completed(early, user_id)]).await;
    assert_eq!(shop.points(user_id).await, (125, 0, 0, 0));
    shop.deliver(vec![shop.refunded(pending, 10_000), shop.refunded(earned, 10_000)]).await;
    assert_eq!(shop.points(user_id).await, (25, 0, 0, 0));
    let of_pending: Vec<i64> = shop
        .told::<PointsReversed>()
        .await
        .iter()
        .filter(|told| told.order_id == pending)
        .map(|told| told.points)
        .collect();
    assert_eq!(of_pending, [25, 50, 100]);
    shop.check_books().await;
}

async fn what_was_spent_before_it_was_taken_back_is_owed_and_paid_first(shop: &Shop) {
    let (user, order) = (shop.user(), shop.order());
    let first = shop.buy(user, 10_000).await;
    shop.deliver(vec![shop.placed(order, user, 80)]).await;
    shop.deliver(vec![shop.confirmed(order, user, 0), shop.refunded(first, 10_000)]).await;
    assert_eq!(shop.points(user).await, (0, 0, 0, 80));
    let poor = shop.order();
    shop.deliver(vec![shop.placed(poor, user, 1)]).await;
    assert_eq!(shop.told::<PointsRejected>().await[0].spendable, 0);
    shop.buy(user, 5_000).await;
    assert_eq!(shop.points(user).await, (0, 0, 0, 30));
    shop.buy(user, 5_000).await;
    assert_eq!(shop.points(user).await, (20, 0, 0, 0));
    shop.check_books().await;
}

async fn points_that_were_spent_come_back_by_cancelling_alone(shop: &Shop) {
    let (user, order) = (shop.user(), shop.order());
    shop.give(user, 100).await;
    shop.deliver(vec![shop.placed(order, user, 100)]).await;
    shop.deliver(vec![shop.confirmed(order, user, 2_000)]).await;
    shop.deliver(vec![shop.refunded(order, 2_000)]).await;
    assert_eq!(shop.points(user).await, (0, 0, 0, 0));
    shop.deliver(vec![shop.cancelled(order)]).await;
    assert_eq!(shop.points(user).await, (100, 0, 0, 0));
    shop.check_books().await;
}

async fn a_shop_without_points_gives_none_and_takes_none(shop: &Shop) {
    let shop = &shop.with(|settings| settings.rewards.enabled = false).await;
    let (user_id, order_id) = (shop.user(), shop.order());
    shop.give(user_id, 100).await;
    shop.deliver(vec![shop.placed(order_id, user_id, 50)]).await;
    shop.deliver(vec![shop.confirmed(order_id, user_id, 10_000), shop.completed(order_id, user_id)]).await;
    assert_eq!(shop.told::<PointsRejected>().await, [PointsRejected { order_id, wanted: 50, spendable: 0 }]);
    assert_eq!(shop.points(user_id).await, (100, 0, 0, 0));
    let balance = shop.rpc().ask(PointsBalance { user_id }).await.unwrap();
    assert_eq!(balance.spendable, 0);
    shop.check_books().await;
}

async fn an_impossible_number_of_points_is_dead_lettered_and_its_batch_goes_on(shop: &Shop) {
    let user = shop.user();
    shop.give(user, 100).await;
    let mut batch = vec![shop.placed(shop.order(), user, 10)];
    batch.extend([-1, i64::MIN, i64::MAX].map(|points| shop.placed(shop.order(), user, points)));
    batch.push(shop.placed(shop.order(), user, 20));
    shop.deliver(batch).await;
    assert_eq!(shop.points(user).await, (70, 30, 0, 0));
    let dead = shop.consumer(0).dead_letters(None, PageLimit::default()).await.unwrap();
    assert_eq!(dead.len(), 3, "{dead:?}");
    shop.check_books().await;
}

async fn the_cart_hears_what_can_be_spent_and_what_it_is_worth(shop: &Shop) {
    let shop = &shop.with(|settings| settings.rewards.point_value_minor = 2).await;
    let (user_id, other) = (shop.user(), shop.user());
    shop.give(user_id, 70).await;
    let balance = shop.rpc().ask(PointsBalance { user_id }).await.unwrap();
    assert_eq!(balance, Balance { spendable: 70, point_value: 2 });
    let none = shop.rpc().ask(PointsBalance { user_id: other }).await.unwrap();
    assert_eq!(none, Balance { spendable: 0, point_value: 2 });
    assert_eq!(shop.shown(user_id).await["worth"]["amount"], 140);
}
