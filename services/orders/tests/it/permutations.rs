//! One order for each order in which its facts may arrive, all in one database: they end alike.

use crate::setup::{Shop, TOTAL};
use bodega_contracts::{
    OrderId, ShipmentId,
    orders::{
        CancelReason, OrderCancelled, OrderCaptureDue, OrderConfirmed, OrderDelivered, OrderStatus, PaymentStatus,
    },
    payments::DisputeState,
};
use bodega_db::Envelope;
use bodega_testkit::{arrivals, stories};
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};

/// How many shoppers ask at once.
const AT_ONCE: usize = 100;

/// What an order hears of.
#[derive(Clone, Copy)]
enum Fact {
    /// A neighbour says something.
    Said(fn(&Shop, OrderId) -> Envelope),
    /// Its shopper wants it cancelled.
    Unwanted,
}
use Fact::{Said, Unwanted};

const DECLINED: Fact = Said(|shop, order| shop.failed(order, 1));
const SENT_TO_THE_BANK: Fact = Said(|shop, order| shop.action_required(order, 2));
const DECLINED_THERE: Fact = Said(|shop, order| shop.failed(order, 2));
const PARTLY_REFUNDED: Fact = Said(|shop, order| shop.refunded(order, TOTAL / 3));
const REFUNDED: Fact = Said(|shop, order| shop.refunded(order, TOTAL));

/// Where an order ends.
type End = (OrderStatus, PaymentStatus, Option<CancelReason>);

/// Brings the facts to a new order for each arrival, what is said twice, and says how they all end.
async fn end(shop: &Shop, facts: &[Fact]) -> End {
    let arrivals = arrivals(facts.len(), 1);
    let orders: Vec<OrderId> = arrivals.iter().map(|_| shop.order()).collect();
    shop.deliver(orders.iter().map(|order| shop.said(&shop.checkout(*order, None))).collect()).await;
    for place in 0..facts.len() {
        let (mut said, mut unwanted) = (Vec::new(), Vec::new());
        for (order, arrival) in orders.iter().zip(&arrivals) {
            match facts[arrival[place]] {
                Said(by_whom) => said.push(by_whom(shop, *order)),
                Unwanted => unwanted.push(*order),
            }
        }
        shop.spread(place, &said).await;
        for some in unwanted.chunks(AT_ONCE) {
            let asked = some.iter().enumerate();
            let asked = asked.map(async |(number, order)| shop.cancel(number, &shop.guest(*order), *order).await);
            assert!(join_all(asked).await.iter().all(|answer| answer.status == 200));
        }
        shop.spread(place + 1, &said).await;
    }
    let known = shop.checked_facts().await;
    let end_of = |order| {
        let fact = &known[order];
        (fact.status, fact.payment_status, fact.cancel_reason)
    };
    let first = end_of(&orders[0]);
    for (order, arrival) in orders.iter().zip(&arrivals) {
        assert_eq!(end_of(order), first, "{arrival:?}");
    }
    first
}

/// Each of the orders was told of, once.
fn once_each(told: &[OrderId], orders: usize) {
    assert_eq!((told.len(), told.iter().collect::<BTreeSet<_>>().len()), (orders, orders));
}

async fn confirmed(shop: &Shop) -> Vec<OrderId> {
    shop.told::<OrderConfirmed>().await.iter().map(|event| event.order_id).collect()
}

async fn cancelled(shop: &Shop) -> Vec<OrderId> {
    shop.told::<OrderCancelled>().await.iter().map(|event| event.order_id).collect()
}

async fn paid_orders_end_alike_in_every_order_of_their_facts(shop: &Shop) {
    let facts = [
        Said(Shop::reserved),
        DECLINED,
        SENT_TO_THE_BANK,
        Said(Shop::authorized),
        Said(Shop::captured),
        Said(Shop::allocated),
    ];
    assert_eq!(end(shop, &facts).await, (OrderStatus::Confirmed, PaymentStatus::Captured, None));
    once_each(&confirmed(shop).await, 720);
}

async fn orders_paid_in_vain_end_alike_in_every_order_of_their_facts(shop: &Shop) {
    let facts = [
        Said(Shop::reserved),
        Said(Shop::captured),
        Said(Shop::hold_expired),
        Said(Shop::unavailable),
        Said(Shop::released),
        REFUNDED,
    ];
    let in_vain = (OrderStatus::Cancelled, PaymentStatus::Refunded, Some(CancelReason::PaidOutOfStock));
    assert_eq!(end(shop, &facts).await, in_vain);
    once_each(&cancelled(shop).await, 720);
}

async fn orders_paid_at_the_third_attempt_end_alike_in_every_arrival_of_nine_facts(shop: &Shop) {
    let facts = [
        Said(Shop::reserved),
        DECLINED,
        SENT_TO_THE_BANK,
        DECLINED_THERE,
        Said(Shop::authorized),
        Said(Shop::captured),
        Said(Shop::closed),
        Said(Shop::hold_expired),
        Said(Shop::allocated),
    ];
    assert_eq!(end(shop, &facts).await, (OrderStatus::Confirmed, PaymentStatus::Captured, None));
    once_each(&confirmed(shop).await, 5_000);
    assert!(cancelled(shop).await.is_empty());
}

async fn orders_paid_in_vain_end_alike_in_every_arrival_of_nine_facts(shop: &Shop) {
    let facts = [
        Said(Shop::reserved),
        DECLINED,
        Said(Shop::authorized),
        Said(Shop::captured),
        Said(Shop::hold_expired),
        Said(Shop::unavailable),
        Said(Shop::released),
        PARTLY_REFUNDED,
        REFUNDED,
    ];
    let in_vain = (OrderStatus::Cancelled, PaymentStatus::Refunded, Some(CancelReason::PaidOutOfStock));
    assert_eq!(end(shop, &facts).await, in_vain);
    once_each(&cancelled(shop).await, 5_000);
}

async fn orders_that_are_paid_and_unwanted_end_alike_in_every_arrival_of_eight_facts(shop: &Shop) {
    let facts = [
        Said(Shop::reserved),
        Unwanted,
        Said(Shop::authorized),
        Said(Shop::captured),
        Said(Shop::stopped),
        Said(Shop::released),
        PARTLY_REFUNDED,
        REFUNDED,
    ];
    let unwanted = (OrderStatus::Cancelled, PaymentStatus::Refunded, Some(CancelReason::ByShopper));
    assert_eq!(end(shop, &facts).await, unwanted);
    once_each(&cancelled(shop).await, 5_000);
}

async fn orders_without_stock_end_alike_in_every_arrival_of_seven_facts(shop: &Shop) {
    let facts = [
        Said(Shop::rejected),
        DECLINED,
        SENT_TO_THE_BANK,
        Said(Shop::authorized),
        Said(Shop::captured),
        PARTLY_REFUNDED,
        REFUNDED,
    ];
    let out_of_stock = (OrderStatus::Cancelled, PaymentStatus::Refunded, Some(CancelReason::OutOfStock));
    assert_eq!(end(shop, &facts).await, out_of_stock);
    once_each(&cancelled(shop).await, 5_000);
    assert!(confirmed(shop).await.is_empty());
}

async fn orders_that_arrive_end_alike_in_every_arrival_of_nine_facts(shop: &Shop) {
    let facts = [
        Said(Shop::reserved),
        Said(Shop::authorized),
        Said(Shop::captured),
        Said(Shop::allocated),
        Said(|shop, order| shop.dispatched(order, 1)),
        Said(|shop, order| shop.delivered(order, 1)),
        Said(|shop, order| shop.dispatched(order, 2)),
        Said(|shop, order| shop.delivered(order, 2)),
        PARTLY_REFUNDED,
    ];
    let delivered = (OrderStatus::Delivered, PaymentStatus::PartiallyRefunded, None);
    assert_eq!(end(shop, &facts).await, delivered);
    once_each(&confirmed(shop).await, 5_000);
    once_each(&shop.told::<OrderDelivered>().await.iter().map(|event| event.order_id).collect::<Vec<_>>(), 5_000);
}

const DISPUTED: Fact = Said(|shop, order| shop.disputed(order, TOTAL, DisputeState::Opened));

/// A disputed order that is under way, and how its money ends.
async fn disputed(shop: &Shop, decided: &[Fact], money: PaymentStatus) {
    let paid = [Said(Shop::reserved), Said(Shop::captured), Said(|shop, order| shop.dispatched(order, 2)), DISPUTED];
    let facts: Vec<Fact> = paid.into_iter().chain(decided.iter().copied()).collect();
    assert_eq!(end(shop, &facts).await, (OrderStatus::Shipped, money, None));
}

async fn disputed_orders_end_alike_in_every_order_of_their_facts(shop: &Shop) {
    disputed(shop, &[], PaymentStatus::Disputed).await;
    disputed(shop, &[Said(|shop, order| shop.disputed(order, TOTAL, DisputeState::Won))], PaymentStatus::Captured)
        .await;
    let lost = Said(|shop, order| shop.disputed(order, TOTAL, DisputeState::Lost));
    disputed(shop, &[lost], PaymentStatus::Refunded).await;
    disputed(shop, &[lost, REFUNDED], PaymentStatus::Refunded).await;
}

async fn a_part_that_a_bank_took_back_is_gone_in_every_order_of_its_facts(shop: &Shop) {
    let facts = [
        Said(Shop::reserved),
        Said(Shop::captured),
        Said(|shop, order| shop.disputed(order, TOTAL / 2, DisputeState::Opened)),
        Said(|shop, order| shop.disputed(order, TOTAL / 2, DisputeState::Lost)),
        PARTLY_REFUNDED,
    ];
    assert_eq!(end(shop, &facts).await, (OrderStatus::Confirmed, PaymentStatus::PartiallyRefunded, None));
}

async fn parcels_are_paid_for_alike_in_every_order_of_their_facts(shop: &Shop) {
    let facts = [
        Said(Shop::reserved),
        Said(Shop::authorized),
        Said(|shop, order| shop.packed(order, 1, 1, false)),
        Said(|shop, order| shop.capture_failed(order, 1)),
        Said(|shop, order| shop.packed(order, 2, 1, true)),
    ];
    assert_eq!(end(shop, &facts).await, (OrderStatus::Confirmed, PaymentStatus::Authorized, None));
    let mut due: BTreeMap<(OrderId, ShipmentId), Vec<i64>> = BTreeMap::new();
    let mut last: BTreeMap<OrderId, i64> = BTreeMap::new();
    for event in shop.told::<OrderCaptureDue>().await {
        let before = last.insert(event.order_id, event.amount.amount);
        assert!(before.is_none_or(|before| before <= event.amount.amount), "what is due never shrinks");
        due.entry((event.order_id, event.shipment_id)).or_default().push(event.amount.amount);
    }
    assert_eq!(due.len(), 240, "each of two parcels of 120 orders");
    assert!(last.values().all(|amount| *amount == TOTAL));
    let is_last = |(order, shipment): &(OrderId, ShipmentId)| *shipment == Shop::shipment(*order, 2);
    assert!(due.iter().all(|(parcel, told)| if is_last(parcel) { told.len() == 1 } else { told.len() <= 2 }));
}

stories![
    disputed_orders_end_alike_in_every_order_of_their_facts,
    a_part_that_a_bank_took_back_is_gone_in_every_order_of_its_facts,
    parcels_are_paid_for_alike_in_every_order_of_their_facts,
    orders_that_arrive_end_alike_in_every_arrival_of_nine_facts,
    paid_orders_end_alike_in_every_order_of_their_facts,
    orders_paid_in_vain_end_alike_in_every_order_of_their_facts,
    orders_paid_at_the_third_attempt_end_alike_in_every_arrival_of_nine_facts,
    orders_paid_in_vain_end_alike_in_every_arrival_of_nine_facts,
    orders_that_are_paid_and_unwanted_end_alike_in_every_arrival_of_eight_facts,
    orders_without_stock_end_alike_in_every_arrival_of_seven_facts,
];
