//! One customer from the cart to the return: a code, points, two parcels, one of them half sent back. What she sees of it
//! adds up: the timeline, her mails, her papers. With `BODEGA_TEST_JOURNEY` naming a folder it is kept there to be looked at.

use bodega::client::Headers;
use bodega_e2e::{Bought, Customer, TestShop, cart_with, order_of, shapes};
use serde_json::{Value, json};
use std::{fs, path::PathBuf, process::Command};

/// Where it is kept, if it is.
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("BODEGA_TEST_JOURNEY")?);
    fs::create_dir_all(&folder).unwrap();
    Some(folder)
}

fn keep(name: &str, bytes: &[u8]) {
    if let Some(folder) = folder() {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// The text of a PDF, laid out as it is on paper.
fn text(pdf: &[u8]) -> String {
    let path = std::env::temp_dir().join(format!("bodega-paper-{}.pdf", std::process::id()));
    fs::write(&path, pdf).unwrap();
    let text = Command::new("pdftotext").args(["-layout"]).arg(&path).arg("-").output().unwrap();
    fs::remove_file(&path).unwrap();
    assert!(text.status.success(), "{text:?}");
    String::from_utf8(text.stdout).unwrap()
}

/// Mugs and a bowl with a code and points, confirmed.
async fn buy(shop: &TestShop, ada: &Customer) -> Bought {
    let claims = json!({"coupon_code": "TENTH", "points": 300});
    let cart = cart_with(&ada.client, &[("MUG", 3), ("BOWL", 1)], &claims).await.unwrap();
    let bought = order_of(&ada.client, &cart, "sim_success").await.unwrap();
    shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
    shop.settle().await.unwrap();
    bought
}

/// Two parcels leave and arrive; one mug comes back.
async fn send_and_take_back(shop: &TestShop, bought: &Bought) {
    for (key, lines) in [("first", Some(&[("MUG", 2)][..])), ("second", None)] {
        let parcel = shop.doors.send(0, bought, "manual", lines, key).await.unwrap().ok(key).unwrap();
        shop.settle().await.unwrap();
        shop.doors.arrived(&parcel).await.unwrap();
    }
    shop.doors.reach(0, bought, &["delivered"]).await.unwrap();
    let back = shop.doors.ask_back(bought, "MUG", 1, &json!({"reason": "one has a chip"})).await.unwrap();
    shop.doors.take_back(&back, "MUG", 0, 1).await.unwrap();
    shop.prove().await.unwrap();
}

fn words<'a>(entries: &'a Value, field: &str) -> Vec<&'a str> {
    entries.as_array().unwrap().iter().filter_map(|entry| entry[field].as_str()).collect()
}

/// Each of these comes after the one before it.
fn in_order(told: &[&str], expected: &[&str]) {
    let mut rest = told.iter();
    for what in expected {
        assert!(rest.any(|entry| entry == what), "{what} is missing or comes too early in {told:?}");
    }
}

async fn look_at_mails(shop: &TestShop, bought: &Bought) {
    let mails = shop.doors.mails(&format!("order={}&limit=50", bought.order_id)).await.unwrap();
    let kinds = words(&json!(mails), "kind").into_iter().map(str::to_owned).collect::<Vec<_>>();
    for (kind, count) in [("order_confirmed", 1), ("shipped", 2), ("delivered", 1), ("refunded", 1)] {
        assert_eq!(kinds.iter().filter(|one| *one == kind).count(), count, "{kind} in {kinds:?}");
    }
    for (number, mail) in mails.iter().enumerate() {
        let path = format!("/v1/mails/{}/preview", mail["id"].as_str().unwrap());
        let html = shop.staff.file(&path, Headers::default()).await.unwrap();
        assert!(String::from_utf8_lossy(&html).contains("<html"), "{mail}");
        keep(&format!("mail-{number}-{}.html", mail["kind"].as_str().unwrap()), &html);
    }
}

/// The invoice says what was paid and the credit note what was given back, line by line.
async fn look_at_papers(shop: &TestShop, bought: &Bought, order: &Value) {
    let headers = || Headers { order: Some(&bought.order_token), ..Headers::default() };
    let papers = order["papers"].as_array().unwrap();
    assert_eq!(words(&order["papers"], "kind"), ["invoice", "credit_note"]);
    let mut amounts = Vec::new();
    for paper in papers {
        let number = paper["number"].as_str().unwrap();
        let path = format!("/v1/orders/{}/papers/{number}.pdf", bought.order_id);
        let pdf = shop.guest.file(&path, headers()).await.unwrap();
        assert_eq!(pdf, shop.guest.file(&path, headers()).await.unwrap(), "a paper does not change");
        let text = text(&pdf);
        let amount = paper["amount"]["amount"].as_i64().unwrap();
        let pounds = format!("{}.{:02}", amount / 100, amount % 100);
        assert!(text.contains(number) && text.contains(&pounds), "{pounds} in {text}");
        let about = if amounts.is_empty() { "The MUG" } else { papers[0]["number"].as_str().unwrap() };
        assert!(text.contains(about), "{about} in {text}");
        keep(&format!("{number}.pdf"), &pdf);
        keep(&format!("{number}.txt"), text.as_bytes());
        amounts.push(amount);
    }
    let slip = format!("/v1/admin/orders/{}/packing-slip.pdf", bought.order_id);
    let slip = shop.staff.file(&slip, Headers::default()).await.unwrap();
    assert!(text(&slip).contains("MUG") && !text(&slip).contains("12.50"), "a packing slip has no prices");
    keep("packing-slip.pdf", &slip);
    // 3 x 12.50 + 39.00, a tenth off, 3.00 of points off; of that a mug's share comes back.
    assert_eq!(amounts[0], order["total"]["amount"].as_i64().unwrap());
    assert!((1_000..1_250).contains(&amounts[1]), "a mug of 12.50 came back with its discounts: {amounts:?}");
}

#[tokio::test]
async fn a_customer_goes_from_the_cart_to_the_return_and_everything_she_sees_adds_up() {
    for shape in shapes() {
        let shop = TestShop::start(shape).await.unwrap();
        shop.sell("MUG", 1_250, 10).await.unwrap();
        shop.sell("BOWL", 3_900, 5).await.unwrap();
        shop.doors.make_code("TENTH", 5).await.unwrap();
        let ada = shop.doors.customer("ada@example.com", 500).await.unwrap();
        let bought = buy(&shop, &ada).await;
        send_and_take_back(&shop, &bought).await;
        let order = shop.order(&bought).await.unwrap();
        assert_eq!(order["payment_status"], "partially_refunded", "{order}");
        let told = words(&order["timeline"], "what");
        in_order(
            &told,
            &[
                "checked_out",
                "payment_due",
                "payment_captured",
                "confirmed",
                "parcel_dispatched",
                "delivered",
                "payment_refunded",
            ],
        );
        keep("order.json", serde_json::to_string_pretty(&order).unwrap().as_bytes());
        look_at_mails(&shop, &bought).await;
        look_at_papers(&shop, &bought, &order).await;
    }
}
