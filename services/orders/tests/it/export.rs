//! The export: one row for each order, nothing a spreadsheet would run, and no more in memory than a page.

use crate::setup::Shop;
use bodega_contracts::{OrderId, cart::CartCheckedOut};
use bodega_kernel::{Currency, Time};
use bodega_pricing::price;
use bodega_testkit::{Ask, Asker};
use http_body_util::BodyExt;
use std::{collections::BTreeSet, time::Duration};

const HEAD: &str =
    "order_number,placed_at,status,payment_status,email,currency,subtotal,discount,shipping,tax,total,refunded";
const PATH: &str = "/v1/admin/orders/export.csv";

async fn export(shop: &Shop, query: &str) -> Vec<String> {
    let answer = shop.get(&Shop::staff(), &format!("{PATH}{query}")).await.expect(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"orders.csv\"");
    let mut lines = answer.text.strip_suffix("\r\n").unwrap().split("\r\n").map(str::to_owned);
    assert_eq!(lines.next().unwrap(), HEAD);
    lines.collect()
}

async fn place(shop: &Shop, email: &str, currency: Currency) -> (OrderId, String) {
    let order = shop.order();
    let mut checkout = CartCheckedOut { email: email.to_owned(), ..shop.checkout(order, None) };
    checkout.basket.currency = currency;
    checkout.priced = price(&checkout.basket).unwrap();
    shop.deliver(vec![shop.said(&checkout)]).await;
    (order, checkout.number)
}

async fn an_order_is_one_row_of_what_it_came_to(shop: &Shop) {
    let paid = shop.confirmed().await;
    shop.deliver(vec![shop.refunded(paid, 1_000)]).await;
    let number = shop.get(&Shop::staff(), &format!("/v1/orders/{paid}")).await.field("number");
    let (_, dinars) = place(shop, "a@example.com", Currency::KWD).await;
    let (_, yen) = place(shop, "b@example.com", Currency::JPY).await;
    let row = format!(
        "{number},2026-01-01T00:00:00Z,confirmed,partially_refunded,Ada@example.com,GBP,25.00,2.50,4.50,4.50,27.00,10.00"
    );
    let expected = [
        row,
        format!("{dinars},2026-01-01T00:00:00Z,pending,unpaid,a@example.com,KWD,2.500,0.250,0.450,0.450,2.700,0.000"),
        format!("{yen},2026-01-01T00:00:00Z,pending,unpaid,b@example.com,JPY,2500,250,450,450,2700,0"),
    ];
    assert_eq!(export(shop, "").await, expected);
}

async fn no_cell_runs_and_every_cell_is_quoted_where_it_must_be(shop: &Shop) {
    let bad = ["=cmd|' /C calc'!A0@x.com", "+1@x.com", "-1@x.com", "@x.com", "\"a,b\"@x.com"];
    for email in bad {
        place(shop, email, Currency::GBP).await;
    }
    let emails: Vec<String> =
        export(shop, "").await.iter().map(|row| row.split("unpaid,").nth(1).unwrap().to_owned()).collect();
    let expected =
        ["'=cmd|' /C calc'!A0@x.com,GBP", "'+1@x.com,GBP", "'-1@x.com,GBP", "'@x.com,GBP", "\"\"\"a,b\"\"@x.com\",GBP"];
    for (email, expected) in emails.iter().zip(expected) {
        assert!(email.starts_with(expected), "{email}");
    }
}

async fn an_export_is_of_a_time_and_a_status(shop: &Shop) {
    let (_, first) = place(shop, "a@example.com", Currency::GBP).await;
    shop.clock.advance(Duration::from_hours(24));
    let confirmed = shop.confirmed().await;
    let numbers = async |query: &str| -> Vec<String> {
        export(shop, query).await.iter().map(|row| row.split(',').next().unwrap().to_owned()).collect()
    };
    let second = shop.get(&Shop::staff(), &format!("/v1/orders/{confirmed}")).await.field("number");
    assert_eq!(numbers("?to=2026-01-02T00:00:00Z").await, [&*first]);
    assert_eq!(numbers("?from=2026-01-02T00:00:00Z").await, [&*second]);
    assert_eq!(numbers("?status=confirmed").await, [second]);
    assert_eq!(numbers("?status=pending&from=2026-01-01T00:00:00Z").await, [first]);
    assert!(numbers("?status=cancelled").await.is_empty());
    for query in ["?from=yesterday", "?status=lost", "?colour=red"] {
        assert_eq!(shop.get(&Shop::staff(), &format!("{PATH}{query}")).await.expect(422).code(), "invalid_query");
    }
    for (stranger, status) in [(Asker::default(), 401), (Shop::customer(shop.user()), 403)] {
        assert_eq!(shop.get(&stranger, PATH).await.status, status);
    }
}

async fn many_orders_come_page_by_page_each_once(shop: &Shop) {
    let checkouts: Vec<CartCheckedOut> = (0..1_100).map(|_| shop.checkout(shop.order(), None)).collect();
    for some in checkouts.chunks(100) {
        shop.deliver(some.iter().map(|checkout| shop.said(checkout)).collect()).await;
    }
    let mut body = shop.respond(0, Ask::get(PATH).by(Shop::staff())).await.into_body();
    let (mut frames, mut text) = (0, Vec::new());
    while let Some(frame) = body.frame().await {
        frames += 1;
        text.extend(frame.unwrap().into_data().unwrap());
    }
    assert_eq!(frames, 3, "of 500 orders each");
    let text = String::from_utf8(text).unwrap();
    let numbers: BTreeSet<&str> = text.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
    assert_eq!((text.lines().count(), numbers.len()), (1_101, 1_100));
    assert_eq!(numbers, checkouts.iter().map(|checkout| checkout.number.as_str()).collect());
    assert!(Time::parse(text.lines().nth(1).unwrap().split(',').nth(1).unwrap()).is_some());
}

bodega_testkit::stories![
    an_order_is_one_row_of_what_it_came_to,
    no_cell_runs_and_every_cell_is_quoted_where_it_must_be,
    an_export_is_of_a_time_and_a_status,
    many_orders_come_page_by_page_each_once,
];
