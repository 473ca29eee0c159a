//! What an order gets: all it wants or nothing, and back again when it ends.

use crate::setup::Shop;
use bodega_contracts::{
    OrderLine,
    inventory::{
        ReservationState as State, Shortage, StockAllocated, StockChanged, StockHoldExpired, StockRejected,
        StockReleased, StockReserved, StockUnavailable, as_told,
    },
    orders::OrderPlaced,
};
use bodega_kernel::{Currency, Money, PageLimit, Sku};
use bodega_testkit::stories;
use std::time::Duration;

stories!(
    an_order_gets_all_its_lines_or_none,
    a_refused_order_takes_nothing_from_those_after_it,
    two_lines_that_share_a_sku_are_one_want,
    an_order_without_stocked_lines_is_reserved_at_once,
    a_batch_tells_each_sku_once,
    an_order_that_asks_again_gets_the_same_answer,
    a_confirmed_order_keeps_its_goods_for_ever,
    a_hold_that_lasted_too_long_comes_back,
    an_order_confirmed_too_late_gets_what_is_there_or_hears_that_nothing_is,
    an_impossible_quantity_is_dead_lettered_and_its_batch_goes_on,
    a_sku_that_may_be_sold_without_being_there_is_never_short,
);

async fn an_order_gets_all_its_lines_or_none(shop: &Shop) {
    shop.receive("A", 5).await;
    shop.receive("B", 1).await;
    let (whole, partly) = (shop.order(), shop.order());
    shop.deliver(vec![shop.placed(whole, &[("A", 2), ("B", 1)]), shop.placed(partly, &[("A", 1), ("B", 1)])]).await;
    assert_eq!(shop.level("A").await, (5, 2, 0));
    assert_eq!(shop.level("B").await, (1, 1, 0));
    assert_eq!(shop.told::<StockReserved>().await, [StockReserved { order_id: whole }]);
    let short = vec![Shortage { sku: Sku::new("B").unwrap(), wanted: 1, available: 0 }];
    assert_eq!(shop.told::<StockRejected>().await, [StockRejected { order_id: partly, short }]);
    shop.check_books().await;
}

async fn a_refused_order_takes_nothing_from_those_after_it(shop: &Shop) {
    shop.receive("A", 3).await;
    let orders = [shop.order(), shop.order(), shop.order(), shop.order()];
    let wants = [4, 2, 2, 1];
    shop.deliver(orders.iter().zip(wants).map(|(order, wants)| shop.placed(*order, &[("A", wants)])).collect()).await;
    let mut states = Vec::new();
    for order in orders {
        states.push(shop.state(order).await.unwrap());
    }
    assert_eq!(states, [State::Rejected, State::Held, State::Rejected, State::Held]);
}

async fn two_lines_that_share_a_sku_are_one_want(shop: &Shop) {
    shop.receive("A", 5).await;
    let (short, fits) = (shop.order(), shop.order());
    shop.deliver(vec![shop.placed(short, &[("A", 3), ("A", 3)])]).await;
    assert_eq!(shop.state(short).await, Some(State::Rejected));
    shop.deliver(vec![shop.placed(fits, &[("A", 3), ("A", 2)])]).await;
    assert_eq!(shop.state(fits).await, Some(State::Held));
    assert_eq!(shop.level("A").await, (5, 5, 0));
}

async fn an_order_without_stocked_lines_is_reserved_at_once(shop: &Shop) {
    let order_id = shop.order();
    let gift_wrap = OrderLine { sku: Sku::new("WRAP").unwrap(), quantity: 1, stocked: false };
    let placed = OrderPlaced {
        order_id,
        number: String::from("1"),
        customer_id: None,
        lines: vec![gift_wrap],
        total: Money::zero(Currency::GBP),
        coupons: Vec::new(),
        points: 0,
        at: shop.world.now(),
    };
    shop.deliver(vec![shop.said(&placed), shop.placed(shop.order(), &[])]).await;
    assert_eq!(shop.told::<StockReserved>().await.len(), 2);
    assert!(shop.told::<StockChanged>().await.is_empty());
    shop.deliver(vec![shop.confirmed(order_id, &[])]).await;
    assert_eq!(shop.told::<StockAllocated>().await, [StockAllocated { order_id }]);
}

async fn a_batch_tells_each_sku_once(shop: &Shop) {
    shop.receive("A", 100).await;
    shop.receive("B", 100).await;
    let before = shop.told::<StockChanged>().await.len();
    let batch = (0..50).map(|number| shop.placed(shop.order(), &[("A", 1), ("B", 1 + number % 2)])).collect();
    shop.deliver(batch).await;
    let told = shop.told::<StockChanged>().await;
    let told: Vec<_> =
        told[before..].iter().map(|change| (change.sku.as_str(), change.version, change.available)).collect();
    assert_eq!(told, [("A", 2, 50), ("B", 2, 25)]);
    let facts = shop.stock_facts().await;
    assert!(facts.iter().all(|fact| fact.version == 2), "{facts:?}");
}

async fn an_order_that_asks_again_gets_the_same_answer(shop: &Shop) {
    shop.receive("A", 1).await;
    let (first, second) = (shop.order(), shop.order());
    for _ in 0..3 {
        shop.deliver(vec![shop.placed(first, &[("A", 1)]), shop.placed(second, &[("A", 1)])]).await;
    }
    assert_eq!(shop.told::<StockReserved>().await, vec![StockReserved { order_id: first }; 3]);
    let rejected = shop.told::<StockRejected>().await;
    assert_eq!(rejected.len(), 3);
    assert!(rejected.iter().all(|answer| *answer == rejected[0] && answer.short.len() == 1), "{rejected:?}");
    assert_eq!(shop.level("A").await, (1, 1, 0));
    shop.check_books().await;
}

async fn a_confirmed_order_keeps_its_goods_for_ever(shop: &Shop) {
    shop.receive("A", 2).await;
    let order_id = shop.order();
    shop.deliver(vec![shop.placed(order_id, &[("A", 2)])]).await;
    let news = shop.told::<StockChanged>().await.len();
    shop.deliver(vec![shop.confirmed(order_id, &[("A", 2)])]).await;
    assert_eq!(shop.level("A").await, (2, 0, 2));
    assert_eq!(shop.told::<StockChanged>().await.len(), news, "nothing more or less can be sold");
    shop.clock.advance(Duration::from_hours(24 * 400));
    assert!(!shop.expire_holds().await);
    assert_eq!(shop.state(order_id).await, Some(State::Allocated));
    shop.deliver(vec![shop.cancelled(order_id), shop.cancelled(order_id)]).await;
    assert_eq!(shop.level("A").await, (2, 0, 0));
    assert_eq!(shop.told::<StockReleased>().await, [StockReleased { order_id }]);
    shop.check_books().await;
}

async fn a_hold_that_lasted_too_long_comes_back(shop: &Shop) {
    shop.receive("A", 3).await;
    let (order_id, other) = (shop.order(), shop.order());
    shop.deliver(vec![shop.placed(order_id, &[("A", 2)]), shop.placed(other, &[("A", 1)])]).await;
    shop.deliver(vec![shop.cancelled(other)]).await;
    shop.clock.advance(Duration::from_hours(7 * 24 + 23));
    assert!(!shop.expire_holds().await, "a bank transfer may still come");
    shop.clock.advance(Duration::from_hours(1));
    assert!(shop.expire_holds().await);
    assert!(!shop.expire_holds().await);
    assert_eq!(shop.told::<StockHoldExpired>().await, [StockHoldExpired { order_id }]);
    assert_eq!(shop.level("A").await, (3, 0, 0));
    assert_eq!(shop.told::<StockChanged>().await.last().unwrap().available, 3);
    // The goods are held once; whoever asks again hears what became of them.
    shop.deliver(vec![shop.placed(order_id, &[("A", 2)])]).await;
    assert_eq!(shop.told::<StockHoldExpired>().await.len(), 2);
    assert_eq!(shop.level("A").await, (3, 0, 0));
    shop.check_books().await;
}

async fn an_order_confirmed_too_late_gets_what_is_there_or_hears_that_nothing_is(shop: &Shop) {
    shop.receive("A", 2).await;
    let (lucky, late, next) = (shop.order(), shop.order(), shop.order());
    shop.deliver(vec![shop.placed(lucky, &[("A", 1)]), shop.placed(late, &[("A", 1)])]).await;
    shop.clock.advance(Duration::from_hours(24 * 9));
    assert!(shop.expire_holds().await);
    shop.deliver(vec![shop.placed(next, &[("A", 1)])]).await;
    shop.deliver(vec![shop.confirmed(lucky, &[("A", 1)]), shop.confirmed(late, &[("A", 1)])]).await;
    assert_eq!(shop.told::<StockAllocated>().await, [StockAllocated { order_id: lucky }]);
    let short = vec![Shortage { sku: Sku::new("A").unwrap(), wanted: 1, available: 0 }];
    let unavailable = StockUnavailable { order_id: late, short };
    assert_eq!(shop.told::<StockUnavailable>().await, std::slice::from_ref(&unavailable));
    // It is being refunded: goods that come back are not for it any more.
    shop.deliver(vec![shop.cancelled(next)]).await;
    shop.deliver(vec![shop.confirmed(late, &[("A", 1)])]).await;
    assert_eq!(shop.state(late).await, Some(State::Unavailable));
    assert_eq!(shop.told::<StockUnavailable>().await, [unavailable]);
    shop.deliver(vec![shop.cancelled(late)]).await;
    assert_eq!(shop.state(late).await, Some(State::Released));
    shop.check_books().await;
}

async fn an_impossible_quantity_is_dead_lettered_and_its_batch_goes_on(shop: &Shop) {
    shop.receive("A", 2).await;
    let (good, other) = (shop.order(), shop.order());
    let bad = [0, -1, i64::MAX].map(|quantity| shop.placed(shop.order(), &[("A", quantity)]));
    let mut batch = vec![shop.placed(good, &[("A", 1)])];
    batch.extend(bad);
    batch.push(shop.placed(other, &[("A", 1)]));
    shop.deliver(batch).await;
    assert_eq!(shop.level("A").await, (2, 2, 0));
    let dead = shop.consumer(0).dead_letters(None, PageLimit::default()).await.unwrap();
    assert_eq!(dead.len(), 3, "{dead:?}");
}

async fn a_sku_that_may_be_sold_without_being_there_is_never_short(shop: &Shop) {
    let body = serde_json::json!({"on_hand": 1, "backorder": true});
    let (status, _) = shop.staff(axum::http::Method::PUT, "/v1/stock/A", Some(body)).await;
    assert_eq!(status, 200);
    let orders = [shop.order(), shop.order()];
    shop.deliver(orders.iter().map(|order| shop.placed(*order, &[("A", 5)])).collect()).await;
    assert_eq!(shop.level("A").await, (1, 10, 0));
    assert_eq!(shop.told::<StockChanged>().await.last().unwrap().available, as_told(1_000_000_000 - 9));
    shop.deliver(vec![shop.confirmed(orders[0], &[("A", 5)]), shop.cancelled(orders[1])]).await;
    assert_eq!(shop.level("A").await, (1, 0, 5));
    shop.check_books().await;
}
