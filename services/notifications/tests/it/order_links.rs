//! Mails about an order lead to its page: a guest's link opens it, and what opens it is kept nowhere.

use crate::setup::{Shop, details};
use bodega_contracts::{OrderId, RefundId, ShipmentId, identity::Contact, orders::CancelReason};
use bodega_db::Envelope;
use bodega_kernel::{Caller, Role};
use bodega_testkit::{Ask, stories};
use serde_json::Value;
use std::time::Duration;

/// How long a guest's link opens its order.
const LIFE: Duration = Duration::from_hours(180 * 24);

/// Everything that is told about an order.
fn all_about(shop: &Shop, order: OrderId) -> Vec<Envelope> {
    vec![
        shop.confirmed(order),
        shop.shipped(order, ShipmentId::new(&shop.world), 1),
        shop.ready(order),
        shop.delivered(order),
        shop.refunded(order, RefundId::new(&shop.world), 100),
        shop.cancelled(order, CancelReason::ByStaff),
    ]
}

/// A shop whose mailbox keeps links, for whoever may see them.
async fn demonstration(shop: &Shop) -> Shop {
    shop.with(|settings| {
        settings.mail.mailbox_keeps_links = true;
        "https://shop.example".clone_into(&mut settings.shop.base_url);
    })
    .await
}

async fn mailbox_of(shop: &Shop, role: Role) -> Vec<Value> {
    let caller = Caller { user: Some(shop.user()), roles: vec![role] };
    let kept = shop.ask(0, Ask::get("/v1/mailbox?limit=100").by(caller)).await.expect(200).json;
    kept["items"].as_array().unwrap().clone()
}

async fn every_mail_about_an_order_of_a_guest_opens_that_order_alone(shop: &Shop) {
    let shop = demonstration(shop).await;
    let (one, other) = (shop.order_of("one@example.com"), shop.order_of("other@example.com"));
    shop.deliver([all_about(&shop, one), all_about(&shop, other)].concat()).await;
    shop.send_all().await;
    let mails = mailbox_of(&shop, Role::Admin).await;
    assert_eq!(mails.len(), 12);
    for mail in &mails {
        let order = if mail["to"] == "one@example.com" { one } else { other };
        // What a token of this order is, and of no other: services check it for the order that it is shown for.
        let token = shop.guest_token("order", order.0, LIFE);
        let link = format!("https://shop.example/orders/{order}?token={token}");
        assert!(mail["text"].as_str().unwrap().contains(&format!("See your order:\n{link}\n")), "{mail}");
        let html = mail["html"].as_str().unwrap().replace("&#x2f;", "/");
        assert!(html.contains(&format!("href=\"{link}\"")) && html.contains(">See your order<"), "{html}");
        let (text, strange) = (mail.to_string(), if order == one { other } else { one });
        assert!(!text.contains(&shop.guest_token("order", strange.0, LIFE)) && !text.contains(&strange.to_string()));
    }
}

async fn customers_have_a_link_without_a_token_in_their_language(shop: &Shop) {
    let shop = demonstration(shop).await;
    for (language, link, label) in [
        ("en", "https://shop.example/orders/", "See your order"),
        ("de-AT", "https://shop.example/de/orders/", "Ihre Bestellung ansehen"),
    ] {
        let (user, order) = (shop.user(), shop.order());
        let (email, name) = (format!("{language}@example.com"), Some("Ada".to_owned()));
        shop.knows_user(user, Some(Contact { email: email.clone(), name, language: Some(language.to_owned()) }));
        let mut known = details(order);
        (known.customer_id, known.email) = (Some(user), email.clone());
        shop.knows_order(order, Some(known));
        shop.deliver(all_about(&shop, order)).await;
        shop.send_all().await;
        // All staff see them: they open nothing.
        let mails = mailbox_of(&shop, Role::Staff).await;
        let mails: Vec<&Value> = mails.iter().filter(|mail| mail["to"] == email.as_str()).collect();
        assert_eq!(mails.len(), 6);
        for mail in mails {
            let text = mail["text"].as_str().unwrap();
            assert!(text.contains(&format!("{label}:\n{link}{order}\n")), "{text}");
            assert!(!mail.to_string().contains("token="), "{mail}");
        }
    }
}

async fn what_opens_an_order_is_seen_by_no_staff(shop: &Shop) {
    let order = shop.order_of("ada@example.com");
    let token = shop.guest_token("order", order.0, LIFE);
    shop.deliver(all_about(shop, order)).await;
    let mut seen = String::new();
    for _ in 0..2 {
        for mail in shop.mails("").await {
            seen += &shop.in_full(&mail).await.to_string();
            let preview = format!("/v1/mails/{}/preview", mail["id"].as_str().unwrap());
            let preview = shop.get(&preview).await.expect(200).text.replace("&#x2f;", "/");
            assert!(preview.contains(&format!("/orders/{order}\"")), "{preview}");
            seen += &preview;
        }
        shop.send_all().await;
    }
    seen += &Value::from(mailbox_of(shop, Role::Admin).await).to_string();
    let kept = "SELECT COUNT(*) FROM mails WHERE params LIKE '%token%' OR error LIKE '%token%'";
    assert_eq!((shop.mailbox().await.len(), shop.count(kept, &[]).await), (6, 0));
    assert!(!seen.contains(&token) && !seen.contains("token="), "{seen}");
}

async fn a_mailbox_that_keeps_links_shows_those_of_guests_to_admins_alone(shop: &Shop) {
    let shop = demonstration(shop).await;
    let order = shop.order_of("ada@example.com");
    shop.deliver(vec![shop.confirmed(order)]).await;
    shop.send_all().await;
    assert!(mailbox_of(&shop, Role::Staff).await.is_empty());
    assert_eq!(mailbox_of(&shop, Role::Admin).await.len(), 1);
    let mail = shop.mail("").await;
    let preview = shop.get(&format!("/v1/mails/{}/preview", mail["id"].as_str().unwrap())).await.expect(200).text;
    assert!(preview.contains("See your order") && !preview.contains("token="), "{preview}");
}

stories!(
    every_mail_about_an_order_of_a_guest_opens_that_order_alone,
    customers_have_a_link_without_a_token_in_their_language,
    what_opens_an_order_is_seen_by_no_staff,
    a_mailbox_that_keeps_links_shows_those_of_guests_to_admins_alone,
);
