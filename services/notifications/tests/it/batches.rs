//! Many mails at once: their owners are asked together, and one that is in trouble stops no other.

use crate::setup::{LEASE_OVER, Shop, TRAVELLING, details};
use bodega_contracts::{OrderId, identity::Contact, orders::Details};
use bodega_kernel::UserId;
use bodega_testkit::stories;
use std::collections::BTreeSet;

stories!(
    a_batch_is_asked_for_at_once,
    an_order_that_cannot_be_read_stops_its_own_mail_alone,
    readers_of_a_batch_are_written_to_in_their_language,
    an_attempt_that_was_lost_stays_in_the_log,
    an_attempt_that_an_earlier_version_noted_and_lost_stays_in_the_log,
);

async fn a_batch_is_asked_for_at_once(shop: &Shop) {
    let user = shop.user();
    let orders: Vec<OrderId> = (0..32).map(|_| shop.order()).collect();
    for order in &orders {
        shop.knows_order(*order, Some(Details { customer_id: Some(user), ..details(*order) }));
    }
    shop.deliver(orders.iter().map(|order| shop.confirmed(*order)).collect()).await;
    shop.send().await;
    assert_eq!(shop.mails("state=sent").await.len(), 32);
    let answers = orders.len().div_ceil(TRAVELLING);
    assert_eq!(shop.asked(), answers as i64 + 1, "as many as the answers that orders travel in, and one for readers");
    let to: BTreeSet<String> =
        shop.mailbox().await.iter().map(|mail| mail["to"].as_str().unwrap().to_owned()).collect();
    assert_eq!(to, orders.iter().map(|order| format!("{order}@example.com")).collect());
}

async fn an_order_that_cannot_be_read_stops_its_own_mail_alone(shop: &Shop) {
    let orders: Vec<OrderId> = (0..32).map(|_| shop.order()).collect();
    for broken in [0, 13, 31] {
        shop.breaks_order(orders[broken]);
    }
    shop.knows_order(orders[7], None);
    shop.deliver(orders.iter().map(|order| shop.confirmed(*order)).collect()).await;
    shop.send_all().await;
    let count = async |query: &str| shop.mails(query).await.len();
    assert_eq!((count("state=sent").await, count("state=queued").await, count("state=failed").await), (28, 3, 1));
    for broken in [0, 13, 31] {
        let mail = shop.mail(&format!("order={}", orders[broken])).await;
        assert!(mail["error"].as_str().unwrap().contains("broken"), "{mail}");
        assert_eq!(shop.log(&mail).await, ["later"]);
    }
}

async fn readers_of_a_batch_are_written_to_in_their_language(shop: &Shop) {
    let users: Vec<UserId> = (0..30).map(|_| shop.user()).collect();
    for user in users.iter().step_by(2) {
        let contact = Contact { email: format!("{user}@de.example"), name: None, language: Some("de".to_owned()) };
        shop.knows_user(*user, Some(contact));
    }
    shop.knows_user(users[29], None);
    shop.deliver(users.iter().map(|user| shop.registered(*user)).collect()).await;
    shop.send().await;
    assert_eq!(shop.asked(), 1);
    let sent = shop.mails("state=sent").await;
    assert_eq!(sent.iter().filter(|mail| mail["language"] == "de").count(), 15);
    assert_eq!((sent.len(), shop.mails("state=failed").await.len()), (29, 1));
}

/// A mail that somebody claimed and never sent.
async fn lost(shop: &Shop) -> OrderId {
    let order = shop.order();
    shop.deliver(vec![shop.confirmed(order)]).await;
    let until = shop.world.now().plus(std::time::Duration::from_mins(8));
    let sql = "UPDATE mails SET lease = id, due_ms = $1, tries = 1, attempts = 1";
    shop.execute(sql, vec![until.into()]).await;
    order
}

async fn an_attempt_that_was_lost_stays_in_the_log(shop: &Shop) {
    let order = lost(shop).await;
    let mail = shop.mail(&format!("order={order}")).await;
    let log = shop.in_full(&mail).await["log"].clone();
    let (began, ends) = (shop.world.now().to_string(), &log[0]["ended_at"]);
    assert_eq!((&log[0]["outcome"], &log[0]["number"], ends.is_null()), (&"sending".into(), &1.into(), true));
    assert_eq!(log[0]["started_at"], began.as_str());
    assert!(!shop.send().await, "its claim holds");
    shop.clock.advance(LEASE_OVER);
    shop.send_all().await;
    let log = shop.in_full(&mail).await["log"].clone();
    assert_eq!((&log[0]["outcome"], &log[1]["outcome"]), (&"unknown".into(), &"accepted".into()));
    assert_eq!((&log[0]["started_at"], log[0]["ended_at"].is_null()), (&began.as_str().into(), false));
    assert_eq!((log.as_array().unwrap().len(), shop.mailbox().await.len()), (2, 1));
}

async fn an_attempt_that_an_earlier_version_noted_and_lost_stays_in_the_log(shop: &Shop) {
    let order = lost(shop).await;
    let sql = "INSERT INTO attempts (mail_id, number, outcome, started_ms) SELECT id, 1, 'sending', 7 FROM mails";
    shop.execute(sql, Vec::new()).await;
    let mail = shop.mail(&format!("order={order}")).await;
    assert_eq!(shop.log(&mail).await, ["sending"]);
    shop.clock.advance(LEASE_OVER);
    shop.send_all().await;
    assert_eq!(shop.log(&mail).await, ["unknown", "accepted"]);
}
