//! What is heard becomes one mail for its subject: however often, in whatever order, by whichever replica.

use crate::setup::Shop;
use bodega_bus::Noting;
use bodega_contracts::{OrderId, RefundId, ShipmentId, orders::CancelReason};
use bodega_db::Envelope;
use bodega_testkit::{arrivals, stories};
use std::collections::BTreeMap;

stories!(
    everything_that_customers_are_told_of_is_queued,
    a_mail_is_queued_once_in_whatever_order_and_however_often_its_event_is_heard,
    two_replicas_hear_the_same_and_queue_it_once,
    an_event_that_is_told_again_under_another_id_queues_nothing,
    verify_counts_one_confirmation_for_each_order,
);

/// How many mails there are of each kind.
async fn kinds(shop: &Shop) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for mail in shop.mails("").await {
        *kinds.entry(mail["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    kinds
}

fn counted(counts: &[(&str, usize)]) -> BTreeMap<String, usize> {
    counts.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect()
}

async fn everything_that_customers_are_told_of_is_queued(shop: &Shop) {
    let (order, user) = (shop.order(), shop.user());
    let refund = || RefundId::new(&shop.world);
    let shipment = || ShipmentId::new(&shop.world);
    shop.deliver(vec![
        shop.confirmed(order),
        shop.cancelled(order, CancelReason::ByStaff),
        shop.shipped(order, shipment(), 1),
        shop.shipped(order, shipment(), 3),
        shop.ready(order),
        shop.delivered(order),
        shop.refunded(order, refund(), 100),
        shop.refunded(order, refund(), 250),
        shop.earned(order, user),
        shop.granted(user, "GOLD-7Q2M"),
        shop.registered(user),
    ])
    .await;
    let expected = [
        ("delivered", 1),
        ("order_cancelled", 1),
        ("order_confirmed", 1),
        ("points_earned", 1),
        ("ready_for_pickup", 1),
        ("refunded", 2),
        ("reward_granted", 1),
        ("shipped", 2),
        ("welcome", 1),
    ];
    assert_eq!(kinds(shop).await, counted(&expected));
    assert_eq!(shop.asked(), 0, "nobody is asked before a mail is due");
    assert_eq!(shop.mails("state=queued").await.len(), 11);
    assert_eq!(shop.mails(&format!("order={order}")).await.len(), 8);
}

async fn a_mail_is_queued_once_in_whatever_order_and_however_often_its_event_is_heard(shop: &Shop) {
    let facts = |order: OrderId| {
        let (refund, parcel) = (RefundId::new(&shop.world), ShipmentId::new(&shop.world));
        move |number: usize| -> Envelope {
            match number {
                0 => shop.confirmed(order),
                1 => shop.shipped(order, parcel, 3),
                2 => shop.delivered(order),
                3 => shop.refunded(order, refund, 100),
                _ => shop.cancelled(order, CancelReason::ByShopper),
            }
        }
    };
    let (mut batches, mut orders) = (Vec::new(), 0);
    for arrival in arrivals(5, 1) {
        let fact = facts(shop.order());
        let once: Vec<Envelope> = arrival.iter().map(|number| fact(*number)).collect();
        let again: Vec<Envelope> = arrival.iter().rev().map(|number| fact(*number)).collect();
        // Half of the orders hear everything in one batch with a repeat of each event and a second telling of it.
        if orders % 2 == 0 {
            batches.push([once.clone(), once, again].concat());
        } else {
            batches.extend(once.iter().chain(&again).map(|event| vec![event.clone(), event.clone()]));
        }
        orders += 1;
    }
    for (number, batch) in batches.into_iter().enumerate() {
        shop.consumer(number % shop.replicas()).deliver(batch, Noting::Each).await;
    }
    let kinds = kinds(shop).await;
    let names = ["delivered", "order_cancelled", "order_confirmed", "refunded", "shipped"];
    assert_eq!(kinds, counted(&names.map(|kind| (kind, orders))));
    assert!(shop.confirmations().await.values().all(|fact| fact.mails == 1));
}

async fn two_replicas_hear_the_same_and_queue_it_once(shop: &Shop) {
    let orders: Vec<OrderId> = (0..300).map(|_| shop.order()).collect();
    // Told anew for each replica, so that not the inbox but the queue has to keep them apart.
    let tell = |orders: Vec<OrderId>| orders.into_iter().map(|order| shop.confirmed(order)).collect::<Vec<_>>();
    let (forth, back) = (tell(orders.clone()), tell(orders.iter().copied().rev().collect()));
    let other = shop.replica(1);
    let hear = async |shop: &Shop, events: Vec<Envelope>| {
        for batch in events.chunks(50) {
            shop.deliver(batch.to_vec()).await;
        }
    };
    tokio::join!(hear(shop, forth), hear(&other, back));
    let confirmations = shop.confirmations().await;
    assert_eq!(confirmations.len(), orders.len());
    assert!(confirmations.values().all(|fact| fact.mails == 1));
}

async fn an_event_that_is_told_again_under_another_id_queues_nothing(shop: &Shop) {
    let order = shop.order();
    for _ in 0..3 {
        shop.deliver(vec![shop.confirmed(order), shop.confirmed(order)]).await;
        shop.send_all().await;
    }
    assert_eq!(shop.mailbox().await.len(), 1);
    assert_eq!(shop.mail("").await["attempts"], 1);
}

async fn verify_counts_one_confirmation_for_each_order(shop: &Shop) {
    let orders: Vec<OrderId> = (0..1_100).map(|_| shop.order()).collect();
    let events: Vec<Envelope> = orders.iter().map(|order| shop.confirmed(*order)).collect();
    for batch in events.chunks(200) {
        shop.deliver(batch.to_vec()).await;
    }
    shop.deliver(vec![shop.delivered(shop.order())]).await;
    shop.send().await;
    let facts = shop.confirmations().await;
    assert_eq!(facts.len(), orders.len());
    assert!(orders.iter().all(|order| facts[order].mails == 1));
    assert_eq!(facts.values().map(|fact| fact.sent).sum::<i64>(), 32);
}
