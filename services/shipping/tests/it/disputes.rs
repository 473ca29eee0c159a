//! A bank that wants the money back holds what has not left, in whatever order that is said; and orders that go elsewhere.

use crate::setup::Shop;
use bodega_contracts::{
    payments::DisputeState,
    shipping::{FulfilmentState as State, ShipmentDispatched},
};
use bodega_testkit::{Ask, arrivals, staff, stories};
use futures_util::future::{join, join_all};
use serde_json::json;

stories!(
    what_a_bank_says_in_any_order_ends_with_its_last_word,
    a_dispute_holds_what_has_not_left_until_it_is_won_or_staff_release_it,
    a_dispute_of_an_order_nobody_heard_of_holds_it_from_the_start,
    a_parcel_that_waits_for_its_money_waits_for_the_dispute_as_well,
    of_a_parcel_and_a_dispute_one_is_first,
    of_new_addresses_in_any_order_the_highest_version_counts,
    an_address_that_comes_after_a_parcel_left_is_for_the_rest,
);

async fn release(shop: &Shop, id: uuid::Uuid) -> serde_json::Value {
    shop.say(&format!("/v1/fulfilments/{id}/release-hold")).await.expect(200).json
}

async fn what_a_bank_says_in_any_order_ends_with_its_last_word(shop: &Shop) {
    let sets: [(&[DisputeState], bool); 4] = [
        (&[DisputeState::Opened], true),
        (&[DisputeState::Opened, DisputeState::Won], false),
        (&[DisputeState::Opened, DisputeState::Lost], true),
        (&[DisputeState::Lost], true),
    ];
    for (set, held) in sets {
        for arrival in arrivals(set.len() + 2, 0) {
            for together in [false, true] {
                let order = shop.order();
                let said = |fact: usize| match fact {
                    0 => shop.confirmed(order, &[("A", 1)]),
                    1 => shop.allocated(order),
                    fact => shop.disputed(order, set[fact - 2]),
                };
                let said = arrival.iter().flat_map(|fact| vec![said(*fact); 2]).collect::<Vec<_>>();
                if together {
                    shop.deliver(said).await;
                } else {
                    for (replica, fact) in said.into_iter().enumerate() {
                        shop.insist(replica, vec![fact]).await;
                    }
                }
                let fulfilment = shop.opened(order).await;
                let seen = shop.fulfilment(fulfilment).await;
                assert_eq!((&seen["held"], &seen["state"]), (&json!(held), &json!("open")), "{set:?} {arrival:?}");
                assert_eq!(seen["dispute"], json!(set.iter().max().unwrap()));
            }
        }
    }
}

async fn a_dispute_holds_what_has_not_left_until_it_is_won_or_staff_release_it(shop: &Shop) {
    shop.make_pickup().await;
    let (sent, fetched) = (shop.open(&[("A", 3)]).await, shop.open_by(&[("A", 1)], "desk", "N1 1AA").await);
    shop.send(sent, "A", 1).await.expect(201);
    let opened = DisputeState::Opened;
    shop.deliver(vec![shop.disputed(sent.order, opened), shop.disputed(fetched.order, opened)]).await;
    assert_eq!(shop.send(sent, "A", 1).await.expect(409).code(), "disputed");
    for what in ["ready", "collected"] {
        let refused = shop.say(&format!("/v1/fulfilments/{}/{what}", fetched.id)).await.expect(409);
        assert_eq!(refused.code(), "disputed");
    }
    shop.deliver(vec![shop.disputed(sent.order, DisputeState::Won), shop.disputed(fetched.order, DisputeState::Lost)])
        .await;
    shop.send(sent, "A", 1).await.expect(201);
    let path = format!("/v1/fulfilments/{}/collected", fetched.id);
    assert_eq!(shop.say(&path).await.expect(409).code(), "disputed");
    for _ in 0..2 {
        let released = release(shop, fetched.id).await;
        assert_eq!((&released["held"], &released["dispute"]), (&json!(false), &json!("lost")));
    }
    assert_eq!(shop.say(&path).await.expect(200).json["state"], "collected");
    assert_eq!(release(shop, sent.id).await["held"], false, "of one that is not held it changes nothing");
    let unknown = shop.say(&format!("/v1/fulfilments/{}/release-hold", shop.world.uuid())).await;
    assert_eq!(unknown.status, 404);
    shop.check_books().await;
}

async fn a_dispute_of_an_order_nobody_heard_of_holds_it_from_the_start(shop: &Shop) {
    let order = shop.order();
    shop.deliver(vec![shop.disputed(order, DisputeState::Lost)]).await;
    assert_eq!(shop.state(order).await, None);
    shop.deliver(vec![shop.confirmed(order, &[("A", 1)]), shop.allocated(order)]).await;
    let fulfilment = shop.opened(order).await;
    assert_eq!(shop.send(fulfilment, "A", 1).await.expect(409).code(), "disputed");
    release(shop, fulfilment.id).await;
    shop.send(fulfilment, "A", 1).await.expect(201);
}

async fn a_parcel_that_waits_for_its_money_waits_for_the_dispute_as_well(shop: &Shop) {
    for (arrival, by_staff) in
        arrivals(3, 0).into_iter().flat_map(|arrival| [(arrival.clone(), false), (arrival, true)])
    {
        let fulfilment = shop.open_promised(&[("A", 1)], "standard").await;
        let order = fulfilment.order;
        let parcel = shop.send(fulfilment, "A", 1).await.expect(202).json;
        shop.deliver(vec![shop.disputed(order, DisputeState::Opened)]).await;
        let end = if by_staff { DisputeState::Lost } else { DisputeState::Won };
        let said = [shop.due(order, &parcel, 700), shop.captured(order, 700), shop.disputed(order, end)];
        for (nth, fact) in arrival.iter().enumerate() {
            assert_eq!(shop.facts().await[&order].dispatched, 0, "{arrival:?} {nth}");
            shop.insist(nth, vec![said[*fact].clone()]).await;
        }
        if by_staff {
            assert_eq!(shop.facts().await[&order].dispatched, 0);
            assert_eq!(release(shop, fulfilment.id).await["state"], "dispatched");
        }
        assert_eq!(shop.state(order).await, Some(State::Dispatched), "{arrival:?}");
    }
    assert_eq!(shop.told::<ShipmentDispatched>().await.len(), 12);
    shop.check_books().await;
}

async fn of_a_parcel_and_a_dispute_one_is_first(shop: &Shop) {
    let mut orders = Vec::new();
    for _ in 0..60 {
        orders.push(shop.open(&[("A", 2)]).await);
    }
    let body = json!({"carrier": "manual", "lines": [{"sku": "A", "quantity": 1}]});
    let races = orders.iter().enumerate().map(async |(number, fulfilment)| {
        let parcel = shop.ask_until_served(number, shop.parcel(*fulfilment, &body));
        let dispute = shop.insist(number + 1, vec![shop.disputed(fulfilment.order, DisputeState::Opened)]);
        if number.is_multiple_of(2) { join(parcel, dispute).await.0 } else { join(dispute, parcel).await.1 }
    });
    let answers = join_all(races).await;
    for (fulfilment, answer) in orders.iter().zip(&answers) {
        assert!(answer.status == 201 || answer.code() == "disputed", "{}", answer.text);
        let sent = shop.facts().await[&fulfilment.order].dispatched;
        assert_eq!(sent, i64::from(answer.status == 201));
        let later = shop.dispatch(*fulfilment, body.clone()).await.expect(409);
        assert_eq!(later.code(), "disputed");
    }
    shop.check_books().await;
}

async fn of_new_addresses_in_any_order_the_highest_version_counts(shop: &Shop) {
    for arrival in arrivals(4, 0) {
        for together in [false, true] {
            let order = shop.order();
            let said = [
                shop.confirmed(order, &[("A", 1)]),
                shop.readdressed(order, 1, "E1 1AA"),
                shop.readdressed(order, 2, "W1 1AA"),
                shop.allocated(order),
            ];
            let said = arrival.iter().flat_map(|fact| vec![said[*fact].clone(); 2]).collect::<Vec<_>>();
            if together {
                shop.deliver(said).await;
            } else {
                for (replica, fact) in said.into_iter().enumerate() {
                    shop.insist(replica, vec![fact]).await;
                }
            }
            let fulfilment = shop.opened(order).await;
            let list = shop.read(&format!("/v1/fulfilments/{}/packing", fulfilment.id)).await;
            assert_eq!(list["shipping_address"]["postal_code"], "W1 1AA", "{arrival:?} {together}");
            assert_eq!(list["order_number"], json!(format!("B-{}", order.0.simple())));
        }
    }
}

async fn an_address_that_comes_after_a_parcel_left_is_for_the_rest(shop: &Shop) {
    let fulfilment = shop.open_by(&[("A", 2)], "standard", "SIM REFUSE").await;
    let by_hand = json!({"carrier": "manual", "lines": [{"sku": "A", "quantity": 1}]});
    shop.dispatch(fulfilment, by_hand).await.expect(201);
    let label = Ask::post(format!("/v1/orders/{}/shipments", fulfilment.order)).by(staff()).key("label");
    let label = shop.ask(0, label.json(&json!({"carrier": "simulator"}))).await.expect(202);
    shop.deliver(vec![shop.readdressed(fulfilment.order, 1, "W1 1AA")]).await;
    assert!(shop.job("labels").step().await);
    assert_eq!(shop.shipment(&label.field("id")).await["state"], "dispatched", "the new address is served");
    assert_eq!(shop.state(fulfilment.order).await, Some(State::Dispatched));
}
