//! A real mail server: what it takes, refuses, delays and loses.

use crate::{
    inbox::{Door, Inbox, Served, address},
    setup::Shop,
};
use bodega_contracts::{GiftCardId, OrderId, identity::UserPasswordResetRequested, payments::GiftCardIssued};
use bodega_kernel::{Currency, Money};
use bodega_testkit::stories;
use futures_util::future::join_all;
use std::{collections::BTreeSet, time::Duration};

stories!(
    a_mail_arrives_with_both_parts_and_all_its_headers,
    a_server_that_says_later_is_asked_again,
    a_server_that_says_never_is_not_asked_again,
    a_mail_whose_answer_is_lost_is_repeated_under_the_same_message_id,
    a_slow_answer_is_waited_for,
    a_server_that_is_gone_for_a_while_gets_everything_afterwards,
    a_batch_shares_its_connections,
    two_replicas_hand_a_thousand_mails_over_once_each,
    a_resend_is_a_mail_of_its_own,
    there_is_no_mailbox_beside_a_server,
    a_link_and_a_code_are_in_the_mail_that_arrives,
);

async fn one(shop: &Shop, fate: &str) -> (OrderId, String) {
    let email = address(fate);
    let order = shop.order_of(&email);
    shop.deliver(vec![shop.confirmed(order)]).await;
    shop.send_all().await;
    (order, email)
}

async fn a_mail_arrives_with_both_parts_and_all_its_headers(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    let (order, email) = one(shop, "fine").await;
    let came = inbox.messages(&email).await;
    let [message] = &came[..] else { panic!("{came:?}") };
    assert_eq!((&message["from"], &message["to"][0]), (&"shop@shop.example".into(), &email.as_str().into()));
    let header = |name: &str| {
        let all: Vec<_> = message["headers"].as_array().unwrap().iter().filter(|header| header[0] == *name).collect();
        assert_eq!(all.len(), 1, "{name}: {message}");
        all[0][1].as_str().unwrap().to_owned()
    };
    assert_eq!(header("Subject"), "Your order B-1 at Tea & Mugs");
    assert!(header("From").contains("shop@shop.example") && header("To").contains("Ada Lovelace"));
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert!(header("Date").starts_with("Thu, 01 Jan 2026 00:00:00"));
    assert!(header("Content-Type").starts_with("multipart/alternative"));
    let mail = shop.mail(&format!("order={order}")).await;
    assert_eq!(shop.in_full(&mail).await["message_id"], header("Message-ID"));
    assert_eq!((&message["parts"][0][0], &message["parts"][1][0]), (&"text/plain".into(), &"text/html".into()));
    let part = |number: usize| message["parts"][number][1].as_str().unwrap();
    assert!(part(0).contains("Total: £") && part(1).contains("<html lang=\"en\">"), "{message}");
}

async fn a_link_and_a_code_are_in_the_mail_that_arrives(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    let (email, card_id) = (address("fine"), GiftCardId::new(&shop.world));
    shop.knows_link("r-1", "a.secret.token", &email);
    shop.knows_code(card_id, "GIFT-CODE");
    let (user_id, request_id) = (shop.user(), "r-1".to_owned());
    let amount = Money::new(5_000, Currency::GBP);
    let card = GiftCardIssued { card_id, email: Some(email.clone()), amount, ends: None };
    shop.deliver(vec![shop.event(&UserPasswordResetRequested { user_id, request_id }), shop.event(&card)]).await;
    shop.send_all().await;
    let came = inbox.messages(&email).await;
    assert_eq!(came.len(), 2, "{came:?}");
    let parts = |number: usize| {
        let both = came.iter().map(|message| message["parts"][number][1].as_str().unwrap());
        both.collect::<String>().replace("&#x2f;", "/")
    };
    for part in [parts(0), parts(1)] {
        assert!(part.contains("http://127.0.0.1:8080/reset-password?token=a.secret.token"), "{part}");
        assert!(part.contains("GIFT-CODE"), "{part}");
    }
    let listed = shop.get("/v1/mails").await.expect(200).text;
    assert!(!listed.contains("a.secret.token") && !listed.contains("GIFT-CODE"), "{listed}");
}

async fn a_server_that_says_later_is_asked_again(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    let (order, email) = one(shop, "later-2").await;
    let waiting = shop.mail(&format!("order={order}")).await;
    assert_eq!(waiting["state"], "queued");
    assert!(waiting["error"].as_str().unwrap().contains("451"), "{waiting}");
    for _ in 0..2 {
        shop.clock.advance(Duration::from_mins(1));
        shop.send_all().await;
    }
    let mail = shop.mail(&format!("order={order}")).await;
    assert_eq!(
        (&mail["state"], shop.log(&mail).await),
        (&"sent".into(), ["later", "later", "accepted"].map(String::from).to_vec())
    );
    assert_eq!(inbox.messages(&email).await.len(), 1);
}

async fn a_server_that_says_never_is_not_asked_again(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    let (order, email) = one(shop, "never").await;
    let mail = shop.mail(&format!("order={order}")).await;
    assert_eq!((&mail["state"], shop.log(&mail).await), (&"failed".into(), vec!["refused".to_owned()]));
    assert!(mail["error"].as_str().unwrap().contains("550"), "{mail}");
    shop.clock.advance(Duration::from_hours(48));
    assert!(!shop.send().await);
    assert_eq!(inbox.messages(&email).await.len(), 0);
}

async fn a_mail_whose_answer_is_lost_is_repeated_under_the_same_message_id(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    let (order, email) = one(shop, "lost-1").await;
    shop.clock.advance(Duration::from_mins(1));
    shop.send_all().await;
    let mail = shop.mail(&format!("order={order}")).await;
    assert_eq!(
        (&mail["state"], shop.log(&mail).await),
        (&"sent".into(), ["unknown", "accepted"].map(String::from).to_vec())
    );
    let came = inbox.messages(&email).await;
    assert_eq!(came.len(), 2);
    assert_eq!((&came[0]["message_id"], &came[0]["parts"]), (&came[1]["message_id"], &came[1]["parts"]));
}

async fn a_slow_answer_is_waited_for(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    let (order, email) = one(shop, "slow-2").await;
    assert_eq!(shop.mail(&format!("order={order}")).await["state"], "sent");
    assert_eq!(inbox.messages(&email).await.len(), 1);
}

async fn a_server_that_is_gone_for_a_while_gets_everything_afterwards(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    let mut door = Door::shut().await;
    let shop = shop.with(|settings| settings.mail.smtp_url = door.url()).await;
    let emails: Vec<String> = (0..50).map(|_| address("gone")).collect();
    let events = emails.iter().map(|email| shop.confirmed(shop.order_of(email))).collect();
    shop.deliver(events).await;
    for _ in 0..5 {
        shop.send_all().await;
        shop.clock.advance(Duration::from_mins(5));
    }
    let waiting = shop.mails("state=queued").await;
    assert_eq!(waiting.len(), emails.len(), "a server that is away fails no mail");
    assert!(waiting.iter().all(|mail| mail["attempts"].as_i64().unwrap() >= 3));
    door.open(&inbox).await;
    shop.clock.advance(Duration::from_mins(30));
    shop.send_all().await;
    assert_eq!(shop.mails("state=sent").await.len(), emails.len());
    for email in &emails {
        assert_eq!(inbox.messages(email).await.len(), 1, "{email}");
    }
}

async fn a_batch_shares_its_connections(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    let emails: Vec<String> = (0..32).map(|_| address("shared")).collect();
    shop.deliver(emails.iter().map(|email| shop.confirmed(shop.order_of(email))).collect()).await;
    shop.send_all().await;
    let mut connections = BTreeSet::new();
    for came in join_all(emails.iter().map(|email| inbox.messages(email))).await {
        assert_eq!(came.len(), 1);
        connections.insert(came[0]["connection"].as_str().unwrap().to_owned());
    }
    assert!((1..=4).contains(&connections.len()), "{connections:?}");
}

async fn two_replicas_hand_a_thousand_mails_over_once_each(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    let email = address("many");
    let orders: Vec<OrderId> = (0..1_000).map(|_| shop.order_of(&email)).collect();
    for batch in orders.chunks(250) {
        shop.deliver(batch.iter().map(|order| shop.confirmed(*order)).collect()).await;
    }
    let other = shop.replica(1);
    tokio::join!(shop.send_all(), other.send_all());
    assert_eq!(shop.mails("state=sent").await.len(), orders.len());
    let came = inbox.messages(&email).await;
    let ids: BTreeSet<&str> = came.iter().map(|message| message["message_id"].as_str().unwrap()).collect();
    assert_eq!((came.len(), ids.len()), (orders.len(), orders.len()));
}

async fn a_resend_is_a_mail_of_its_own(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    let (order, email) = one(shop, "again").await;
    let mail = shop.mail(&format!("order={order}")).await;
    let path = format!("/v1/mails/{}/resend", mail["id"].as_str().unwrap());
    let _ = shop.post(&path, "", &serde_json::Value::Null).await.expect(202);
    shop.send_all().await;
    let came = inbox.messages(&email).await;
    assert_eq!(came.len(), 2);
    assert_ne!(came[0]["message_id"], came[1]["message_id"]);
    assert_eq!(came[0]["parts"], came[1]["parts"]);
}

async fn there_is_no_mailbox_beside_a_server(Served(shop): &Served) {
    let answer = shop.get("/v1/mailbox").await.expect(404);
    assert_eq!(answer.code(), "no_mailbox");
}
