//! The link in a guest's mails opens their order over the API, and no other.

use bodega::client::{Headers, ShopClient};
use bodega_e2e::TestShop;
use bodega_testkit::{Home, backends};
use reqwest::Method;
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};

/// The links to orders in the mails to an address, once one of this kind is there.
async fn links(shop: &TestShop, order: &str) -> BTreeSet<(String, String)> {
    for _ in 0..200 {
        let kept = shop.staff.get("/v1/mailbox?limit=100", Headers::default()).await.unwrap();
        let texts = kept["items"].as_array().unwrap().iter().filter_map(|mail| mail["text"].as_str());
        let links: BTreeSet<_> = texts.filter_map(link).filter(|(opened, _)| opened == order).collect();
        if !links.is_empty() {
            return links;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no mail about {order} has a link");
}

/// The order that a link is of, and its token.
fn link(text: &str) -> Option<(String, String)> {
    let (_, rest) = text.split_once("/orders/")?;
    let (order, rest) = rest.split_once("?token=")?;
    Some((order.to_owned(), rest.split_whitespace().next()?.to_owned()))
}

/// What whoever follows a link is answered about an order.
async fn answered(guest: &ShopClient, order: &str, token: Option<&str>) -> (u16, Value) {
    let headers = Headers { order: token, ..Headers::default() };
    let answer = guest.call(Method::GET, &format!("/v1/orders/{order}"), headers, None).await.unwrap();
    (answer.status.as_u16(), answer.body)
}

#[tokio::test]
async fn the_link_of_a_guests_mail_opens_their_order_and_no_other() {
    for backend in backends() {
        let home = Home::new(backend);
        let mut settings = home.settings();
        settings.mail.mailbox_keeps_links = true;
        let shop = TestShop::open(home, settings).await.unwrap();
        shop.sell("MUG", 1_250, 10).await.unwrap();
        let (one, other) = tokio::join!(
            shop.doors.buy(0, &[("MUG", 1)], "sim_success"),
            shop.doors.buy(0, &[("MUG", 2)], "sim_success"),
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        let (one, other) = (one.order_id.to_string(), other.order_id.to_string());
        for (own, strange) in [(&one, &other), (&other, &one)] {
            for (_, token) in links(&shop, own).await {
                let (status, order) = answered(&shop.guest, own, Some(&token)).await;
                assert_eq!((status, order["id"].as_str()), (200, Some(own.as_str())), "{order}");
                assert_eq!(answered(&shop.guest, strange, Some(&token)).await.0, 404);
                let worn = format!("{}x", &token[..token.len() - 2]);
                assert_eq!(answered(&shop.guest, own, Some(&worn)).await.0, 404);
            }
            assert_eq!(answered(&shop.guest, own, None).await.0, 404);
        }
    }
}
