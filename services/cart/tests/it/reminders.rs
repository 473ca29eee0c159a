//! Carts that are left behind: told of once in their life, where their shoppers want it, and no more where anything changed.

use crate::{
    said::{cancelled, product},
    setup::{Shop, buyer, cart_id, full, holder},
};
use bodega_contracts::{
    CartId,
    cart::{AbandonedCart, CartAbandoned, CartCheckedOut, CartToMail},
    orders::CancelReason,
};
use bodega_kernel::{Event, UserId};
use bodega_testkit::{Asker, Stage, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

const HOUR: Duration = Duration::from_hours(1);

/// The body of a cart whose shopper wants to be reminded.
fn reminding(lines: &[(&str, i64)]) -> Value {
    let mut body = full(lines);
    body["remind"] = json!(true);
    body
}

async fn made(shop: &Shop, asker: &Asker, body: Value) -> (String, Asker) {
    let made = shop.call(asker, "POST", "/v1/carts", body).await.expect(201);
    let token = made.field("token");
    (format!("/v1/carts/{}", made.field("id")), if token.is_empty() { asker.clone() } else { holder(&token) })
}

async fn left(shop: &Shop) -> (String, Asker) {
    made(shop, &Asker::default(), reminding(&[("A", 2)])).await
}

async fn look(stage: &Stage) {
    while stage.job("remind_shoppers").step().await {}
}

async fn told(shop: &Shop) -> Vec<CartAbandoned> {
    let events = shop.events().await;
    let told = events.iter().filter(|event| *event.kind == *CartAbandoned::TYPE);
    told.map(|event| serde_json::from_str(&event.data).unwrap()).collect()
}

async fn ask(shop: &Shop, cart_id: CartId, cart_version: i64) -> Option<CartToMail> {
    shop.rpc().ask(AbandonedCart { cart_id, cart_version }).await.unwrap()
}

/// What would be mailed of what was told last.
async fn mailed(shop: &Shop) -> Option<CartToMail> {
    let CartAbandoned { cart_id, cart_version, .. } = told(shop).await.pop().unwrap();
    ask(shop, cart_id, cart_version).await
}

async fn a_cart_is_told_of_once_in_its_life(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = left(shop).await;
    shop.clock.advance(HOUR * 3);
    look(shop).await;
    assert_eq!(told(shop).await, []);
    shop.clock.advance(HOUR);
    look(shop).await;
    let said = told(shop).await;
    let expected = CartAbandoned { cart_id: cart_id(&path), cart_version: 1, at: shop.world.now() };
    assert_eq!(said, [expected]);
    for _ in 0..3 {
        shop.call(&guest, "POST", &format!("{path}/lines"), json!({"sku": "A", "quantity": 1})).await.expect(200);
        shop.clock.advance(HOUR * 24);
        look(shop).await;
    }
    assert_eq!(told(shop).await, said);
}

async fn who_did_not_ask_for_it_is_never_told_of_and_costs_nothing(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 2)]).await;
    let (bought, buyer) = shop.full_cart(&[("A", 1)]).await;
    assert_eq!(shop.call(&guest, "GET", &path, Value::Null).await.json["remind"], false);
    shop.check_out(&bought, &buyer, "k").await.expect(202);
    shop.clock.advance(HOUR * 24);
    look(shop).await;
    assert_eq!((told(shop).await.len(), shop.count("SELECT COUNT(*) FROM reminders", &[]).await), (0, 0));
    let yes = shop.call(&guest, "PATCH", &path, json!({"remind": true})).await.expect(200);
    assert_eq!(yes.json["remind"], true);
    let bad = shop.call(&guest, "PATCH", &path, json!({"remind": "yes"})).await.expect(422);
    assert_eq!(bad.pointers(), ["/remind"]);
    for no in [json!(false), Value::Null] {
        shop.call(&guest, "PATCH", &path, json!({"remind": true})).await.expect(200);
        assert_eq!(shop.call(&guest, "PATCH", &path, json!({"remind": no})).await.json["remind"], false);
        shop.clock.advance(HOUR * 24);
        look(shop).await;
    }
    assert_eq!(told(shop).await, []);
}

async fn a_cart_that_is_touched_waits_anew(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = left(shop).await;
    for quantity in 3..6 {
        shop.clock.advance(HOUR * 3);
        look(shop).await;
        let more = json!({"sku": "A", "quantity": quantity});
        shop.call(&guest, "POST", &format!("{path}/lines"), more).await.expect(200);
    }
    shop.clock.advance(HOUR * 2);
    look(shop).await;
    assert_eq!(told(shop).await, []);
    shop.clock.advance(HOUR * 2);
    look(shop).await;
    assert_eq!(told(shop).await[0].cart_version, 4);
}

async fn what_nobody_can_be_written_about_waits_until_it_is_touched(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = made(shop, &Asker::default(), json!({"remind": true})).await;
    let silent = async || {
        shop.clock.advance(HOUR * 5);
        look(shop).await;
        told(shop).await.is_empty()
    };
    assert!(silent().await, "nothing is in it");
    shop.call(&guest, "POST", &format!("{path}/lines"), json!({"sku": "A", "quantity": 1})).await.expect(200);
    assert!(silent().await, "there is no address");
    shop.call(&guest, "PATCH", &path, json!({"email": "ada@example.org"})).await.expect(200);
    assert!(!silent().await);
}

async fn what_was_left_too_long_ago_is_let_be(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = left(shop).await;
    shop.clock.advance(HOUR * 24 * 8);
    look(shop).await;
    assert_eq!(told(shop).await, [], "the job was away for long");
    shop.call(&guest, "PATCH", &path, json!({"email": "eve@example.org"})).await.expect(200);
    shop.clock.advance(HOUR * 24);
    look(shop).await;
    assert_eq!(told(shop).await.len(), 1);
}

async fn nobody_is_reminded_where_the_setting_is_0(shop: &Shop) {
    let never = shop.another(|settings| settings.cart.remind_after_hours = 0).await;
    assert!(never.service(0).jobs.iter().all(|job| job.name != "remind_shoppers"));
    let soon = shop.another(|settings| settings.cart.remind_after_hours = 1).await;
    soon.hear(&product(1, 1, &[("A", 250)])).await;
    left(&soon).await;
    soon.clock.advance(HOUR);
    look(&soon).await;
    assert_eq!(told(&soon).await.len(), 1);
}

async fn replicas_and_shoppers_at_the_same_time_tell_of_each_cart_once(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let carts = join_all((0..300).map(|_| left(shop))).await;
    shop.clock.advance(HOUR * 4);
    let other = shop.on(1);
    let touch = async |number: usize| {
        let (path, guest) = &carts[number];
        let body = json!({"email": format!("{number}@example.org")});
        shop.call_on(number, guest, "PATCH", path, body).await.expect(200);
    };
    let touched = join_all((0..300).step_by(3).map(touch));
    futures_util::join!(look(shop), look(&other), look(shop), look(&other), touched);
    look(shop).await;
    let mut counts: BTreeMap<CartId, usize> = BTreeMap::new();
    for event in told(shop).await {
        *counts.entry(event.cart_id).or_default() += 1;
    }
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    let untouched = carts.iter().enumerate().filter(|(number, _)| number % 3 != 0);
    assert!(untouched.into_iter().all(|(_, (path, _))| counts.contains_key(&cart_id(path))));
    shop.clock.advance(HOUR * 4);
    futures_util::join!(look(shop), look(&other));
    assert_eq!(told(shop).await.len(), carts.len(), "those that were touched follow");
}

async fn a_reminder_says_what_is_in_the_cart_now_and_opens_a_guests(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250), ("B", 100)])).await;
    let (path, guest) = made(shop, &Asker::default(), reminding(&[("A", 2), ("B", 1)])).await;
    shop.clock.advance(HOUR * 4);
    look(shop).await;
    shop.hear(&product(1, 2, &[("A", 300), ("B", 100)])).await;
    let mail = mailed(shop).await.unwrap();
    let view = shop.call(&guest, "GET", &path, Value::Null).await.json;
    assert_eq!((mail.email.as_str(), mail.customer_id), ("ada@example.org", None));
    assert_eq!(json!(mail.total), view["total"]);
    let lines: Vec<(&str, i64)> = mail.lines.iter().map(|line| (line.name.as_str(), line.quantity)).collect();
    assert_eq!(lines, [("Name of A", 2), ("Name of B", 1)]);
    assert_eq!(json!(mail.lines[0].total), view["lines"][0]["total"]);
    assert_eq!(mailed(shop).await.unwrap(), mail, "a repeat is the same");
    let again = holder(&mail.token.unwrap());
    shop.clock.advance(HOUR * 24 * 89);
    shop.call(&again, "GET", &path, Value::Null).await.expect(200);

    let customer = UserId::new(&shop.world);
    made(shop, &buyer(customer), reminding(&[("A", 1)])).await;
    shop.clock.advance(HOUR * 4);
    look(shop).await;
    let mail = mailed(shop).await.unwrap();
    assert_eq!((mail.customer_id, mail.token), (Some(customer), None));
}

async fn a_cart_that_changed_since_is_not_mailed_about(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let line = |cart: &Value| cart["lines"][0]["id"].as_str().unwrap().to_owned();
    for change in ["details", "withdrawn", "emptied", "bought", "merged", "sold out"] {
        let (path, guest) = left(shop).await;
        shop.clock.advance(HOUR * 4);
        look(shop).await;
        assert!(mailed(shop).await.is_some(), "{change}");
        assert_eq!(ask(shop, cart_id(&path), 2).await, None, "another version was never told of");
        match change {
            "details" => drop(shop.call(&guest, "PATCH", &path, json!({"email": "eve@example.org"})).await.expect(200)),
            "withdrawn" => drop(shop.call(&guest, "PATCH", &path, json!({"remind": false})).await.expect(200)),
            "emptied" => {
                let cart = shop.call(&guest, "GET", &path, Value::Null).await.json;
                shop.call(&guest, "DELETE", &format!("{path}/lines/{}", line(&cart)), Value::Null).await.expect(200);
            }
            "bought" => drop(shop.check_out(&path, &guest, &path).await.expect(202)),
            "merged" => {
                let (into, customer) = made(shop, &buyer(UserId::new(&shop.world)), Value::Null).await;
                let body = json!({"from": cart_id(&path), "token": guest.header("x-cart-token")});
                shop.call(&customer, "POST", &format!("{into}/merge"), body).await.expect(200);
            }
            _ => {
                let mut off = product(1, 2, &[("A", 250)]);
                off.active = false;
                shop.hear(&off).await;
            }
        }
        assert_eq!(mailed(shop).await, None, "{change}");
    }
    assert_eq!(ask(shop, CartId::new(&shop.world), 1).await, None);
}

async fn a_cart_that_opens_again_is_told_of(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = left(shop).await;
    shop.check_out(&path, &guest, "k").await.expect(202);
    shop.clock.advance(HOUR * 5);
    look(shop).await;
    assert_eq!(told(shop).await, []);
    let order: CartCheckedOut = serde_json::from_str(&shop.events().await[0].data).unwrap();
    shop.hear(&cancelled(&order, CancelReason::PaymentExpired)).await;
    look(shop).await;
    assert_eq!(told(shop).await, []);
    shop.clock.advance(HOUR * 4);
    look(shop).await;
    assert_eq!(told(shop).await.len(), 1);
    assert!(mailed(shop).await.is_some());
}

async fn a_merge_takes_the_wish_along_to_the_same_address_alone(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    for (email, remind) in [(Value::Null, true), (json!("ada@example.org"), true), (json!("a@example.org"), false)] {
        let (from, guest) = left(shop).await;
        let (into, customer) = made(shop, &buyer(UserId::new(&shop.world)), json!({"email": email})).await;
        let body = json!({"from": cart_id(&from), "token": guest.header("x-cart-token")});
        let merged = shop.call(&customer, "POST", &format!("{into}/merge"), body).await.expect(200);
        assert_eq!(merged.json["remind"], remind, "{email}");
    }
    shop.clock.advance(HOUR * 4);
    look(shop).await;
    assert_eq!(told(shop).await.len(), 2);
}

async fn what_is_forgotten_leaves_nothing_behind(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    left(shop).await;
    made(shop, &buyer(UserId::new(&shop.world)), reminding(&[("A", 1)])).await;
    shop.clock.advance(HOUR * 24 * 91);
    shop.work().await;
    assert_eq!(shop.count("SELECT COUNT(*) FROM carts", &[]).await, 1);
    assert_eq!(shop.count("SELECT COUNT(*) FROM reminders", &[]).await, 1);
}

stories![
    a_cart_is_told_of_once_in_its_life,
    who_did_not_ask_for_it_is_never_told_of_and_costs_nothing,
    a_cart_that_is_touched_waits_anew,
    what_nobody_can_be_written_about_waits_until_it_is_touched,
    what_was_left_too_long_ago_is_let_be,
    nobody_is_reminded_where_the_setting_is_0,
    replicas_and_shoppers_at_the_same_time_tell_of_each_cart_once,
    a_reminder_says_what_is_in_the_cart_now_and_opens_a_guests,
    a_cart_that_changed_since_is_not_mailed_about,
    a_cart_that_opens_again_is_told_of,
    a_merge_takes_the_wish_along_to_the_same_address_alone,
    what_is_forgotten_leaves_nothing_behind,
];
