//! Money before goods: a parcel leaves when enough was taken, in whatever order that is said, and never before.

use crate::setup::{Opened, Shop};
use bodega_contracts::shipping::{
    FulfilmentCollected, FulfilmentState as State, FulfilmentStopped, FulfilmentUnderWay, ShipmentDispatched,
    ShipmentPacked,
};
use bodega_db::params;
use bodega_testkit::{arrivals, stories};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

stories!(
    a_parcel_leaves_when_its_money_was_taken_in_whatever_order_that_is_said,
    a_parcel_whose_money_cannot_be_taken_is_to_be_packed_again,
    cash_at_the_door_lets_every_parcel_leave_in_whatever_order_that_is_said,
    too_little_money_lets_only_the_parcels_go_that_it_covers,
    a_label_is_bought_after_the_money_was_taken_whoever_dies_between,
    what_is_fetched_is_handed_over_when_its_money_was_taken,
    a_wish_to_stop_gives_up_what_waits_for_its_money,
    an_order_that_is_over_gives_up_what_waits_for_its_money,
    an_order_that_was_paid_before_asks_for_no_money,
    money_and_what_it_is_for_that_come_at_once_let_every_parcel_go_once,
    of_money_and_a_wish_to_stop_exactly_one_is_first,
);

async fn packed(shop: &Shop, carrier: &str) -> (Opened, Value) {
    let fulfilment = shop.open_promised(&[("A", 2)], "standard").await;
    let parcel = shop.dispatch(fulfilment, json!({"carrier": carrier})).await.expect(202).json;
    assert_eq!(parcel["state"], "awaiting_capture");
    (fulfilment, parcel)
}

async fn state(shop: &Shop, parcel: &Value) -> Value {
    shop.shipment(parcel["id"].as_str().unwrap()).await["state"].clone()
}

async fn a_parcel_leaves_when_its_money_was_taken_in_whatever_order_that_is_said(shop: &Shop) {
    for arrival in arrivals(4, 0) {
        for (twice, together) in [(false, false), (true, false), (true, true)] {
            let (fulfilment, parcel) = packed(shop, "manual").await;
            let order = fulfilment.order;
            let said = [
                shop.due(order, &parcel, 700),
                shop.captured(order, 300),
                shop.captured(order, 700),
                shop.readdressed(order, 1, "E1 1AA"),
            ];
            let said = arrival.iter().flat_map(|fact| vec![said[*fact].clone(); if twice { 2 } else { 1 }]);
            if together {
                shop.deliver(said.collect()).await;
            } else {
                for (replica, fact) in said.enumerate() {
                    shop.insist(replica, vec![fact]).await;
                }
            }
            assert_eq!(state(shop, &parcel).await, "dispatched", "{arrival:?}");
            assert_eq!(shop.state(order).await, Some(State::Dispatched), "{arrival:?}");
        }
    }
    let (asked, left) = (shop.told::<ShipmentPacked>().await, shop.told::<ShipmentDispatched>().await);
    assert_eq!((asked.len(), left.len()), (72, 72), "once each");
    assert!(asked.iter().all(|asked| asked.last && asked.lines[0].quantity == 2));
    shop.check_books().await;
}

async fn a_parcel_whose_money_cannot_be_taken_is_to_be_packed_again(shop: &Shop) {
    for arrival in arrivals(3, 0) {
        let (fulfilment, parcel) = packed(shop, "manual").await;
        let order = fulfilment.order;
        let nothing = shop.send(fulfilment, "A", 1).await.expect(409);
        assert_eq!(nothing.code(), "nothing_left", "its pieces are claimed");
        let said =
            [shop.due(order, &parcel, 700), shop.capture_failed(order, &parcel), shop.capture_failed(order, &parcel)];
        for fact in arrival {
            shop.deliver(vec![said[fact].clone()]).await;
        }
        let given_up = shop.shipment(parcel["id"].as_str().unwrap()).await;
        assert_eq!((&given_up["state"], &given_up["failure"]), (&json!("failed"), &json!("card_expired")));
        assert_eq!(shop.state(order).await, Some(State::Open));
        let again = shop.dispatch(fulfilment, json!({"carrier": "manual"})).await.expect(202).json;
        shop.deliver(vec![shop.due(order, &again, 700), shop.captured(order, 700)]).await;
        assert_eq!((state(shop, &again).await, state(shop, &parcel).await), (json!("dispatched"), json!("failed")));
        shop.deliver(vec![shop.capture_failed(order, &again)]).await;
        assert_eq!(state(shop, &again).await, "dispatched", "what has left has left");
    }
    shop.check_books().await;
}

async fn cash_at_the_door_lets_every_parcel_leave_in_whatever_order_that_is_said(shop: &Shop) {
    for arrival in arrivals(2, 0) {
        let fulfilment = shop.open_promised(&[("A", 2)], "standard").await;
        for amount in [300, 600] {
            let parcel = shop.send(fulfilment, "A", 1).await.expect(202).json;
            let said = [shop.due(fulfilment.order, &parcel, amount), shop.capture_waived(fulfilment.order, &parcel)];
            for fact in &arrival {
                shop.deliver(vec![said[*fact].clone()]).await;
            }
            assert_eq!(state(shop, &parcel).await, "dispatched");
        }
    }
    shop.check_books().await;
}

async fn too_little_money_lets_only_the_parcels_go_that_it_covers(shop: &Shop) {
    let fulfilment = shop.open_promised(&[("A", 3)], "standard").await;
    let order = fulfilment.order;
    let mut parcels = Vec::new();
    for amount in [200, 400, 600] {
        let parcel = shop.send(fulfilment, "A", 1).await.expect(202).json;
        shop.deliver(vec![shop.due(order, &parcel, amount)]).await;
        parcels.push(parcel);
    }
    let last: Vec<bool> = shop.told::<ShipmentPacked>().await.iter().map(|packed| packed.last).collect();
    assert_eq!(last, [false, false, true]);
    for (captured, left) in [(199, 0), (200, 1), (599, 2), (300, 2), (600, 3)] {
        shop.deliver(vec![shop.captured(order, captured)]).await;
        assert_eq!(shop.facts().await[&order].dispatched, left, "{captured}");
        assert_eq!(shop.told::<ShipmentDispatched>().await.len() as i64, left);
    }
    assert_eq!(shop.state(order).await, Some(State::Dispatched));
    shop.check_books().await;
}

async fn a_label_is_bought_after_the_money_was_taken_whoever_dies_between(shop: &Shop) {
    let (fulfilment, parcel) = packed(shop, "simulator").await;
    assert!(!shop.job("labels").step().await, "nothing is to be called for yet");
    shop.deliver(vec![shop.captured(fulfilment.order, 700), shop.due(fulfilment.order, &parcel, 700)]).await;
    assert_eq!(state(shop, &parcel).await, "preparing");
    assert!(shop.told::<ShipmentDispatched>().await.is_empty());
    // Whoever heard of the money is gone: another one finds what is to be called for.
    assert!(shop.on(1).job("labels").step().await);
    assert_eq!(state(shop, &parcel).await, "dispatched");
    assert_eq!(shop.count("SELECT COUNT(*) FROM simulator_labels", &params![]).await, 1);
    shop.deliver(vec![shop.captured(fulfilment.order, 700), shop.due(fulfilment.order, &parcel, 700)]).await;
    assert!(!shop.on(1).job("labels").step().await);
    assert_eq!(shop.told::<ShipmentDispatched>().await.len(), 1);
    shop.check_books().await;
}

async fn what_is_fetched_is_handed_over_when_its_money_was_taken(shop: &Shop) {
    shop.make_pickup().await;
    let fulfilment = shop.open_promised(&[("A", 2), ("B", 1)], "desk").await;
    let order = fulfilment.order;
    let say = async |what: &str| shop.say(&format!("/v1/fulfilments/{}/{what}", fulfilment.id)).await;
    assert_eq!(say("ready").await.expect(200).json["state"], "ready_for_pickup");
    for _ in 0..2 {
        assert_eq!(say("collected").await.expect(202).json["state"], "ready_for_pickup");
    }
    let asked = shop.told::<ShipmentPacked>().await;
    assert_eq!((asked.len(), asked[0].last, asked[0].lines.len()), (1, true, 2));
    let parcel = json!({"id": asked[0].shipment_id});
    shop.deliver(vec![shop.due(order, &parcel, 900), shop.capture_failed(order, &parcel)]).await;
    assert_eq!((state(shop, &parcel).await, shop.state(order).await), (json!("failed"), Some(State::ReadyForPickup)));
    assert_eq!(say("collected").await.expect(202).json["state"], "ready_for_pickup", "staff try again");
    let parcel = json!({"id": shop.told::<ShipmentPacked>().await[1].shipment_id});
    assert!(shop.told::<FulfilmentCollected>().await.is_empty());
    shop.deliver(vec![shop.captured(order, 900), shop.due(order, &parcel, 900)]).await;
    assert_eq!((state(shop, &parcel).await, shop.state(order).await), (json!("handed_over"), Some(State::Collected)));
    assert_eq!(say("collected").await.expect(200).json["state"], "collected");
    let told = shop.told::<FulfilmentCollected>().await;
    assert_eq!((told.len(), told[0].lines.len()), (1, 2));
    shop.check_books().await;
}

async fn a_wish_to_stop_gives_up_what_waits_for_its_money(shop: &Shop) {
    let (fulfilment, parcel) = packed(shop, "manual").await;
    let order = fulfilment.order;
    shop.deliver(vec![shop.due(order, &parcel, 700), shop.stopping(order)]).await;
    assert_eq!(shop.told::<FulfilmentStopped>().await, [FulfilmentStopped { order_id: order }]);
    assert_eq!(state(shop, &parcel).await, "failed");
    shop.deliver(vec![shop.captured(order, 700)]).await;
    assert_eq!((state(shop, &parcel).await, shop.state(order).await), (json!("failed"), Some(State::Stopped)));
    assert!(shop.told::<ShipmentDispatched>().await.is_empty());
    shop.check_books().await;
}

async fn an_order_that_is_over_gives_up_what_waits_for_its_money(shop: &Shop) {
    shop.make_pickup().await;
    let (sent, parcel) = packed(shop, "manual").await;
    let fetched = shop.open_promised(&[("A", 1)], "desk").await;
    shop.say(&format!("/v1/fulfilments/{}/collected", fetched.id)).await.expect(202);
    shop.deliver(vec![shop.cancelled(sent.order), shop.cancelled(fetched.order)]).await;
    assert_eq!(state(shop, &parcel).await, "failed");
    let asked = shop.told::<ShipmentPacked>().await;
    for (asked, order) in asked.iter().zip([sent.order, fetched.order]) {
        let parcel = json!({"id": asked.shipment_id});
        shop.deliver(vec![shop.captured(order, 700), shop.due(order, &parcel, 700)]).await;
        assert_eq!(shop.state(order).await, Some(State::Cancelled));
    }
    assert!(shop.told::<ShipmentDispatched>().await.is_empty() && shop.told::<FulfilmentCollected>().await.is_empty());
    shop.check_books().await;
}

async fn an_order_that_was_paid_before_asks_for_no_money(shop: &Shop) {
    let order = shop.order();
    shop.deliver(vec![shop.captured(order, 700), shop.confirmed(order, &[("A", 1)]), shop.allocated(order)]).await;
    let fulfilment = shop.opened(order).await;
    assert_eq!(shop.send(fulfilment, "A", 1).await.expect(201).json["state"], "dispatched");
    assert!(shop.told::<ShipmentPacked>().await.is_empty());
    shop.check_books().await;
}

async fn money_and_what_it_is_for_that_come_at_once_let_every_parcel_go_once(shop: &Shop) {
    let mut waiting = Vec::new();
    for _ in 0..40 {
        waiting.push(packed(shop, "manual").await);
    }
    let due = waiting.iter().map(|(fulfilment, parcel)| shop.due(fulfilment.order, parcel, 700)).collect::<Vec<_>>();
    let captured = waiting.iter().map(|(fulfilment, _)| shop.captured(fulfilment.order, 700)).collect::<Vec<_>>();
    let halves = due.chunks(8).zip(captured.chunks(8)).enumerate();
    let races = halves.map(|(number, (due, captured))| {
        join(shop.insist(number, due.to_vec()), shop.insist(number + 1, captured.to_vec()))
    });
    join_all(races).await;
    assert_eq!(shop.told::<ShipmentDispatched>().await.len(), 40);
    assert!(shop.facts().await.values().all(|fact| fact.state == State::Dispatched && fact.preparing == 0));
    shop.check_books().await;
}

async fn of_money_and_a_wish_to_stop_exactly_one_is_first(shop: &Shop) {
    let mut orders = Vec::new();
    for _ in 0..40 {
        let (fulfilment, parcel) = packed(shop, "manual").await;
        shop.deliver(vec![shop.due(fulfilment.order, &parcel, 700)]).await;
        orders.push(fulfilment.order);
    }
    let races = orders.iter().enumerate().map(async |(number, order)| {
        let money = shop.insist(number, vec![shop.captured(*order, 700)]);
        let wish = shop.insist(number + 1, vec![shop.stopping(*order)]);
        if number.is_multiple_of(2) { join(money, wish).await } else { join(wish, money).await }
    });
    join_all(races).await;
    let stopped: Vec<_> = shop.told::<FulfilmentStopped>().await.iter().map(|told| told.order_id).collect();
    let under_way: Vec<_> = shop.told::<FulfilmentUnderWay>().await.iter().map(|told| told.order_id).collect();
    let sent: Vec<_> = shop.told::<ShipmentDispatched>().await.iter().map(|told| told.order_id).collect();
    for order in orders {
        let outcome = [&stopped, &under_way, &sent].map(|told| told.contains(&order));
        assert!([[true, false, false], [false, true, true]].contains(&outcome), "{outcome:?}");
    }
    shop.check_books().await;
}
