//! When something is in the way: how a mail waits, how long, and who sends it.

use crate::setup::Shop;
use bodega_contracts::OrderId;
use bodega_kernel::Time;
use bodega_testkit::stories;
use serde_json::Value;
use std::time::Duration;

stories!(
    a_mail_waits_while_nobody_answers_and_goes_then,
    pauses_grow_and_end_after_a_day,
    a_mail_that_failed_can_be_sent_again,
    two_replicas_send_a_thousand_mails_once_each,
    what_waits_for_long_goes_first,
);

fn time(mail: &Value, field: &str) -> Time {
    Time::parse(mail[field].as_str().unwrap()).unwrap()
}

async fn a_mail_waits_while_nobody_answers_and_goes_then(shop: &Shop) {
    shop.silence(true);
    shop.deliver(vec![shop.confirmed(shop.order())]).await;
    shop.send_all().await;
    let mail = shop.mail("state=queued").await;
    assert!(mail["error"].as_str().unwrap().contains("away"), "{mail}");
    let pause = time(&mail, "next_try_at").since(shop.world.now());
    assert!((Duration::from_secs(10)..=Duration::from_secs(20)).contains(&pause), "{pause:?}");
    assert!(!shop.send().await, "it is not due");
    shop.silence(false);
    shop.clock.advance(Duration::from_secs(20));
    shop.send_all().await;
    let mail = shop.mail("state=sent").await;
    assert_eq!(shop.log(&mail).await, ["later", "accepted"]);
    assert!(mail["error"].is_null() && mail["next_try_at"].is_null(), "{mail}");
    assert_eq!(shop.mailbox().await.len(), 1);
}

async fn pauses_grow_and_end_after_a_day(shop: &Shop) {
    shop.silence(true);
    shop.deliver(vec![shop.confirmed(shop.order())]).await;
    let began = shop.world.now();
    let mut pauses = Vec::new();
    loop {
        shop.send_all().await;
        let mail = shop.mail("").await;
        if mail["state"] == "failed" {
            break;
        }
        let pause = time(&mail, "next_try_at").since(shop.world.now());
        pauses.push(pause);
        shop.clock.advance(pause);
    }
    let took = shop.world.now().since(began);
    assert!((Duration::from_hours(23)..=Duration::from_hours(24)).contains(&took), "{took:?}");
    assert!((50..200).contains(&pauses.len()), "{}", pauses.len());
    assert!(pauses.iter().all(|pause| *pause <= Duration::from_mins(30)));
    assert!(pauses[0] < pauses[3] && pauses[3] < pauses[7], "{pauses:?}");
    let mail = shop.mail("state=failed").await;
    assert_eq!(shop.in_full(&mail).await["log"].as_array().unwrap().len(), (pauses.len() + 1).min(100));
}

async fn a_mail_that_failed_can_be_sent_again(shop: &Shop) {
    let order = shop.order();
    shop.knows_order(order, None);
    shop.deliver(vec![shop.confirmed(order)]).await;
    shop.send_all().await;
    let mail = shop.mail("state=failed").await;
    shop.knows_order(order, Some(crate::setup::details(order)));
    let path = format!("/v1/mails/{}/resend", mail["id"].as_str().unwrap());
    shop.clock.advance(Duration::from_hours(48));
    let again = shop.post(&path, "key", &Value::Null).await.expect(202);
    assert_eq!((&again.json["state"], &again.json["resends"]), (&"queued".into(), &1.into()));
    shop.send_all().await;
    let mail = shop.mail("state=sent").await;
    assert_eq!(shop.log(&mail).await, ["refused", "accepted"]);
    let kept = shop.mailbox().await;
    assert!(kept[0]["message_id"].as_str().unwrap().contains(".1@"), "{kept:?}");
    assert_eq!(shop.confirmations().await[&order].mails, 1);
}

async fn two_replicas_send_a_thousand_mails_once_each(shop: &Shop) {
    let orders: Vec<OrderId> = (0..1_000).map(|_| shop.order()).collect();
    for batch in orders.chunks(250) {
        shop.deliver(batch.iter().map(|order| shop.confirmed(*order)).collect()).await;
    }
    let other = shop.replica(1);
    tokio::join!(shop.send_all(), other.send_all(), shop.send_all(), other.send_all());
    let mails = shop.mails("").await;
    assert_eq!(mails.len(), orders.len());
    assert!(mails.iter().all(|mail| mail["state"] == "sent" && mail["attempts"] == 1), "{:?}", mails[0]);
    let kept = shop.mailbox().await;
    let mut ids: Vec<&str> = kept.iter().map(|mail| mail["message_id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((kept.len(), ids.len()), (orders.len(), orders.len()));
    assert!(shop.confirmations().await.values().all(|fact| (fact.mails, fact.sent) == (1, 1)));
}

async fn what_waits_for_long_goes_first(shop: &Shop) {
    let first = shop.order();
    shop.deliver(vec![shop.confirmed(first)]).await;
    shop.clock.advance(Duration::from_secs(1));
    let later: Vec<OrderId> = (0..40).map(|_| shop.order()).collect();
    shop.deliver(later.iter().map(|order| shop.confirmed(*order)).collect()).await;
    shop.send().await;
    assert_eq!(shop.mail(&format!("order={first}")).await["state"], "sent");
    assert_eq!(shop.mails("state=queued").await.len(), 9);
}
