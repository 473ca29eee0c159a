//! Readers who want no reminders: how they say so, who cannot say it for them, and how often an address is written to.

use crate::{
    carts::{Carts, TOKEN},
    inbox::{Inbox, Served, address},
    setup::Shop,
};
use bodega_contracts::CartId;
use bodega_kernel::uuid::Uuid;
use bodega_testkit::{Answer, Ask, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/v1/mails/unsubscribe";
const DAY: Duration = Duration::from_hours(24);
const UNSUBSCRIBED: &str = "SELECT COUNT(*) FROM addresses WHERE unsubscribed_ms IS NOT NULL";

/// Leaves a cart of this reader behind; what became of its mail.
async fn remind(shop: &Shop, carts: &Carts, email: &str) -> Value {
    let cart = carts.of(shop, email);
    shop.deliver(vec![shop.left(cart)]).await;
    shop.send_all().await;
    shop.mails("kind=abandoned_cart").await.remove(0)
}

/// The token of a mail's link.
fn token_of(shop: &Shop, mail: &Value) -> String {
    shop.guest_token("unsubscribe", mail["id"].as_str().unwrap().parse().unwrap(), DAY * 365)
}

/// As a mail program asks.
async fn click(shop: &Shop, replica: usize, token: &str) -> Answer {
    let ask = Ask::post(format!("{PATH}?token={token}")).body("List-Unsubscribe=One-Click");
    shop.ask(replica, ask.header("content-type", "application/x-www-form-urlencoded")).await
}

async fn whoever_unsubscribes_is_reminded_no_more_and_still_told_of_orders(shop: &Shop) {
    let carts = Carts::beside(shop);
    let mail = remind(shop, &carts, "Ada@example.com").await;
    assert_eq!(mail["state"], "sent");
    let token = token_of(shop, &mail);
    let page = shop.ask(0, Ask::get(format!("{PATH}?token={token}"))).await.expect(200);
    assert!(page.text.contains("<form method=\"post\">"), "{}", page.text);
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(page.header(name), value);
    }
    shop.clock.advance(DAY / 2);
    assert_eq!(shop.count(UNSUBSCRIBED, &[]).await, 0, "a link that is only followed changes nothing");
    let done = click(shop, 0, &token).await.expect(200);
    assert!(done.text.contains("You will get no more reminders"), "{}", done.text);
    click(shop, 1, &token).await.expect(200);
    shop.ask(0, Ask::post(PATH).json(&json!({"token": token}))).await.expect(204);
    assert_eq!(shop.count(UNSUBSCRIBED, &[]).await, 1);
    shop.clock.advance(DAY * 60);
    shop.job("mailbox").step().await;
    for email in ["Ada@example.com", "ADA@EXAMPLE.COM"] {
        let mail = remind(shop, &carts, email).await;
        assert_eq!((&mail["state"], &mail["error"]), (&json!("failed"), &json!("unsubscribed")), "{email}");
    }
    assert_eq!(remind(shop, &carts, "bob@example.com").await["state"], "sent");
    let order = shop.order_of("ada@example.com");
    shop.deliver(vec![shop.confirmed(order)]).await;
    shop.send_all().await;
    assert_eq!(shop.mail("kind=order_confirmed").await["state"], "sent");
}

async fn nobody_unsubscribes_another_by_a_token_of_their_own_making(shop: &Shop) {
    let carts = Carts::beside(shop);
    let mail = remind(shop, &carts, "ada@example.com").await;
    let id: Uuid = mail["id"].as_str().unwrap().parse().unwrap();
    let (good, over) = (token_of(shop, &mail), shop.guest_token("unsubscribe", id, Duration::ZERO));
    let (head, signature) = good.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", signature.chars().rev().collect::<String>());
    let (of_cart, of_none) =
        (shop.guest_token("cart", id, DAY), shop.guest_token("unsubscribe", Uuid::from_u128(7), DAY));
    for token in [&over, &forged, &of_cart, &of_none, "x.y.z", &"x".repeat(4_000), "%00", TOKEN] {
        for answer in [
            shop.ask(0, Ask::get(format!("{PATH}?token={token}"))).await,
            click(shop, 0, token).await,
            shop.ask(0, Ask::post(PATH).json(&json!({"token": token}))).await,
        ] {
            let answer = answer.expect(422);
            assert_eq!((answer.code(), answer.pointers()), ("unsubscribe_link_unknown", vec!["/token"]), "{token}");
        }
    }
    shop.ask(0, Ask::get(PATH)).await.expect(422);
    for (body, status) in [("{}", 422), ("[", 400), (r#"{"token": 7}"#, 422), (r#"{"token": "x", "more": 1}"#, 422)] {
        shop.ask(0, Ask::post(PATH).body(body)).await.expect(status);
    }
    shop.ask(0, Ask::post(PATH).body("token=x").header("content-type", "text/plain")).await.expect(415);
    shop.ask(0, Ask::get(format!("{PATH}?token={good}&to=eve"))).await.expect(422);
    assert_eq!(shop.count(UNSUBSCRIBED, &[]).await, 0);
}

async fn an_address_is_reminded_once_a_day_whatever_carts_name_it(shop: &Shop) {
    let carts = Carts::beside(shop);
    let ids: Vec<CartId> = (0..40).map(|_| carts.of(shop, "ada@example.com")).collect();
    shop.deliver(ids.iter().map(|cart| shop.left(*cart)).collect()).await;
    let other = shop.replica(1);
    tokio::join!(shop.send_all(), other.send_all());
    let sent = shop.mail("state=sent").await;
    let failed = shop.mails("state=failed").await;
    let why = "the address had such a mail within a day";
    assert!(failed.len() == 39 && failed.iter().all(|mail| mail["error"] == why), "{failed:?}");
    let again = format!("/v1/mails/{}/resend", sent["id"].as_str().unwrap());
    shop.post(&again, "", &Value::Null).await.expect(202);
    shop.send_all().await;
    assert_eq!(shop.mail("state=sent").await["resends"], 1, "the same mail may go again");
    shop.clock.advance(DAY);
    assert_eq!(remind(shop, &carts, "ada@example.com").await["state"], "sent");
    shop.clock.advance(DAY * 31);
    shop.job("mailbox").step().await;
    assert_eq!(shop.count("SELECT COUNT(*) FROM addresses", &[]).await, 0, "nothing is kept of who said nothing");
}

async fn many_clicks_and_a_mail_at_the_same_time_agree(shop: &Shop) {
    let carts = Carts::beside(shop);
    let token = token_of(shop, &remind(shop, &carts, "ada@example.com").await);
    shop.clock.advance(DAY);
    let clicks = join_all((0..20).map(|replica| click(shop, replica, &token)));
    let (answers, mail) = tokio::join!(clicks, remind(shop, &carts, "ada@example.com"));
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200; 20]);
    assert!(mail["state"] == "sent" || mail["error"] == "unsubscribed", "{mail}");
    shop.clock.advance(DAY);
    assert_eq!(remind(shop, &carts, "ada@example.com").await["error"], "unsubscribed");
    assert_eq!(shop.count("SELECT COUNT(*) FROM addresses", &[]).await, 1);
}

async fn a_reminder_arrives_with_its_links_and_ends_with_one_click(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    let shop = shop.with(|settings| "https://shop.example".clone_into(&mut settings.shop.base_url)).await;
    let (carts, email) = (Carts::beside(&shop), address("fine"));
    let mail = remind(&shop, &carts, &email).await;
    assert_eq!(mail["state"], "sent");
    let came = inbox.messages(&email).await;
    let [message] = &came[..] else { panic!("{came:?}") };
    let header = |name: &str| {
        let all: Vec<_> = message["headers"].as_array().unwrap().iter().filter(|header| header[0] == *name).collect();
        assert_eq!(all.len(), 1, "{name}: {message}");
        all[0][1].as_str().unwrap().trim().to_owned()
    };
    assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let link = header("List-Unsubscribe").trim_start_matches('<').trim_end_matches('>').to_owned();
    let token = link.strip_prefix("https://shop.example/v1/mails/unsubscribe?token=").unwrap();
    for part in [0, 1] {
        let part = message["parts"][part][1].as_str().unwrap().replace("&#x2f;", "/").replace("&amp;", "&");
        assert!(part.contains("https://shop.example/cart?cart=") && part.contains(TOKEN), "{part}");
        assert!(part.contains(&link) && part.contains("Blue mug") && part.contains("£28.95"), "{part}");
    }
    let listed = shop.get("/v1/mails").await.expect(200).text;
    assert!(!listed.contains(TOKEN) && !listed.contains(token), "{listed}");
    click(&shop, 0, token).await.expect(200);
    shop.clock.advance(DAY);
    assert_eq!(remind(&shop, &carts, &email).await["error"], "unsubscribed");
    let order = shop.order_of(&email);
    shop.deliver(vec![shop.confirmed(order)]).await;
    shop.send_all().await;
    let came = inbox.messages(&email).await;
    let names = came[1]["headers"].as_array().unwrap().iter().map(|header| header[0].as_str().unwrap());
    assert!(came.len() == 2 && !names.into_iter().any(|name| name.starts_with("List-")), "{came:?}");
}

stories!(
    whoever_unsubscribes_is_reminded_no_more_and_still_told_of_orders,
    nobody_unsubscribes_another_by_a_token_of_their_own_making,
    an_address_is_reminded_once_a_day_whatever_carts_name_it,
    many_clicks_and_a_mail_at_the_same_time_agree,
    a_reminder_arrives_with_its_links_and_ends_with_one_click,
);
