//! Many at once, on two replicas where the database is a server.

use crate::setup::Shop;
use bodega_contracts::rewards::{PointsRejected, PointsReserved, PointsReversed};
use bodega_db::Envelope;
use bodega_testkit::{Answer, stories};
use futures_util::future::{join, join_all};

stories!(
    five_hundred_points_are_spent_by_five_of_a_thousand_orders,
    orders_and_staff_at_once_never_take_what_is_not_there,
    an_adjustment_with_one_key_counts_once_however_many_come_at_once,
    what_is_delivered_to_two_replicas_at_once_counts_once,
    a_hundred_refunds_at_once_take_back_no_more_than_was_gained,
    mixed_batches_of_many_customers_never_lock_each_other_out,
);

/// Delivers batches of `size` all at once, turn by turn to each replica.
async fn storm(shop: &Shop, events: Vec<Envelope>, size: usize) {
    let batches = events.chunks(size).enumerate();
    join_all(batches.map(|(number, batch)| shop.insist(number, batch.to_vec()))).await;
}

async fn five_hundred_points_are_spent_by_five_of_a_thousand_orders(shop: &Shop) {
    for size in [1, 20] {
        let user = shop.user();
        let before = (shop.told::<PointsReserved>().await.len(), shop.told::<PointsRejected>().await.len());
        shop.give(user, 500).await;
        let events: Vec<Envelope> = (0..1_000).map(|_| shop.placed(shop.order(), user, 100)).collect();
        storm(shop, events, size).await;
        assert_eq!(shop.told::<PointsReserved>().await.len() - before.0, 5);
        assert_eq!(shop.told::<PointsRejected>().await.len() - before.1, 995);
        assert_eq!(shop.points(user).await, (0, 500, 0, 0));
    }
    shop.check_books().await;
}

async fn orders_and_staff_at_once_never_take_what_is_not_there(shop: &Shop) {
    let user = shop.user();
    shop.give(user, 1_000).await;
    let orders = (0..150).map(|number| shop.insist(number, vec![shop.placed(shop.order(), user, 10)]));
    let staff = (0..100).map(|number| shop.ask_until_served(number, Shop::adjusting(user, -10)));
    let (_, answers) = join(join_all(orders), join_all(staff)).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    let short: Vec<&str> = answers.iter().filter(|answer| answer.status == 409).map(Answer::code).collect();
    assert_eq!(taken + short.len(), 100);
    assert!(short.iter().all(|code| *code == "points_short"), "{short:?}");
    let held = shop.told::<PointsReserved>().await.len();
    assert_eq!(taken + held, 100, "all of it, and no more");
    assert_eq!(shop.points(user).await, (0, 10 * held as i64, 0, 0));
    shop.check_books().await;
}

async fn an_adjustment_with_one_key_counts_once_however_many_come_at_once(shop: &Shop) {
    let user = shop.user();
    let send = (0..40).map(|number| shop.ask_until_served(number, Shop::adjusting(user, 7).key("k-1")));
    let answers = join_all(send).await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.json == answers[0].json), "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| !answer.replayed()).count(), 1);
    assert_eq!(shop.points(user).await, (7, 0, 0, 0));
    shop.check_books().await;
}

async fn what_is_delivered_to_two_replicas_at_once_counts_once(shop: &Shop) {
    let user = shop.user();
    shop.give(user, 1_000).await;
    for _ in 0..20 {
        let order = shop.order();
        let batch = vec![shop.placed(order, user, 10), shop.confirmed(order, user, 1_000)];
        // The same events, and the same facts in events of their own.
        let again = vec![shop.placed(order, user, 10), shop.completed(order, user)];
        let both = join(shop.insist(0, batch.clone()), shop.insist(1, batch));
        let others = join(shop.insist(1, again), shop.insist(0, vec![shop.completed(order, user)]));
        join(both, others).await;
    }
    assert_eq!(shop.points(user).await, (1_000, 0, 0, 0), "20 times 10 spent and 10 earned");
    assert_eq!(shop.orders().await.values().filter(|order| order.spent == 10 && order.earned == 10).count(), 20);
    shop.check_books().await;
}

async fn a_hundred_refunds_at_once_take_back_no_more_than_was_gained(shop: &Shop) {
    let user = shop.user();
    let order = shop.buy(user, 10_000).await;
    let refunds: Vec<Envelope> = (1..=100).map(|number| shop.refunded(order, number * 73 % 101 * 100)).collect();
    storm(shop, refunds, 1).await;
    assert_eq!(shop.points(user).await, (0, 0, 0, 0));
    let told: Vec<i64> = shop.told::<PointsReversed>().await.iter().map(|told| told.points).collect();
    assert!(told.is_sorted_by(|one, next| one < next) && told.last() == Some(&100), "{told:?}");
    shop.check_books().await;
}

async fn mixed_batches_of_many_customers_never_lock_each_other_out(shop: &Shop) {
    let users: Vec<_> = (0..15).map(|_| shop.user()).collect();
    for user in &users {
        shop.give(*user, 10_000).await;
    }
    let replica = async |number: usize| {
        let mut waits = 0;
        let mut earlier = Vec::new();
        for round in 0..25 {
            let mut batch = Vec::new();
            let mut now = Vec::new();
            for index in 0..10_usize {
                let user = users[(round * 7 + index * 4 + number * 5) % users.len()];
                let order = shop.order();
                batch.push(shop.placed(order, user, 5));
                now.push((order, user));
            }
            for (index, (order, user)) in earlier.drain(..).enumerate() {
                batch.push(match index % 3 {
                    0 => shop.cancelled(order),
                    1 => shop.refunded(order, 500),
                    _ => shop.completed(order, user),
                });
                batch.push(shop.confirmed(order, user, 1_000));
            }
            waits += shop.insist(number, batch).await;
            earlier = now;
        }
        waits
    };
    let waits = join(replica(0), replica(1)).await;
    shop.check_books().await;
    assert_eq!(waits, (0, 0), "no transaction was a victim");
}
