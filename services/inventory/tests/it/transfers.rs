//! Goods between locations: gone from one at once, at the other when they were counted there, and never sold twice.

use crate::setup::Shop;
use axum::http::Method;
use bodega_contracts::inventory::{ReservationState as State, StockReserved};
use bodega_testkit::{Answer, Ask, staff, stories};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

stories!(
    what_was_sent_is_incoming_until_it_is_counted,
    what_is_missing_is_lost_and_what_is_more_is_found,
    a_cancelled_transfer_comes_back,
    a_transfer_ends_once_whoever_ends_it,
    what_is_promised_to_orders_does_not_leave,
    bad_transfers_are_refused,
    a_transfer_and_sales_at_once_never_promise_what_is_not_there,
);

const TRANSFERS: &str = "/v1/admin/transfers";

fn post(path: &str, body: &Value) -> Ask {
    Ask::post(path).by(staff()).json(body)
}

async fn send(shop: &Shop, quantity: i64) -> String {
    let body = json!({"source": "main", "target": "north", "lines": [{"sku": "A", "quantity": quantity}]});
    shop.ask(0, post(TRANSFERS, &body)).await.expect(201).field("id")
}

fn receive(id: &str, quantity: i64) -> Ask {
    post(&format!("{TRANSFERS}/{id}/receive"), &json!({"lines": [{"sku": "A", "quantity": quantity}]}))
}

fn cancel(id: &str) -> Ask {
    post(&format!("{TRANSFERS}/{id}/cancel"), &json!({}))
}

async fn what_was_sent_is_incoming_until_it_is_counted(shop: &Shop) {
    shop.location("north", 1).await;
    shop.receive("A", 10).await;
    let id = send(shop, 4).await;
    assert_eq!((shop.level_at("main", "A").await.0, shop.level_at("north", "A").await.0), (6, 0));
    let (_, stock) = shop.staff(Method::GET, "/v1/stock/A", None).await;
    assert_eq!((&stock["on_hand"], &stock["incoming"], &stock["available"]), (&json!(6), &json!(4), &json!(6)));
    assert_eq!(shop.told_last("A").await, 6);
    shop.check_books().await;
    shop.ask(0, receive(&id, 4)).await.expect(200);
    assert_eq!((shop.level_at("main", "A").await.0, shop.level_at("north", "A").await.0), (6, 4));
    let (_, stock) = shop.staff(Method::GET, "/v1/stock/A", None).await;
    assert_eq!((&stock["on_hand"], &stock["incoming"]), (&json!(10), &json!(0)));
    let (_, ledger) = shop.staff(Method::GET, "/v1/stock/A/movements", None).await;
    let line = &ledger["items"][0];
    assert_eq!(
        (&line["kind"], &line["location"], &line["reference"]),
        (&json!("transfer"), &json!("north"), &json!(id))
    );
    let read = shop.ask(0, Ask::get(format!("{TRANSFERS}/{id}")).by(staff())).await.expect(200).json;
    assert_eq!((&read["state"], &read["lines"][0]["received"]), (&json!("received"), &json!(4)));
    let (_, open) = shop.staff(Method::GET, "/v1/admin/transfers?state=sent&count=true", None).await;
    assert_eq!(open["total"], 0);
    shop.check_books().await;
}

async fn what_is_missing_is_lost_and_what_is_more_is_found(shop: &Shop) {
    shop.location("north", 1).await;
    shop.receive("A", 10).await;
    let (short, long) = (send(shop, 4).await, send(shop, 3).await);
    shop.ask(0, receive(&short, 0)).await.expect(200);
    shop.ask(0, receive(&long, 5)).await.expect(200);
    assert_eq!((shop.level_at("main", "A").await.0, shop.level_at("north", "A").await.0), (3, 5));
    let (_, ledger) = shop.staff(Method::GET, "/v1/stock/A/movements?limit=1", None).await;
    assert_eq!(ledger["items"][0]["reason"], "5 of 3 that were sent");
    shop.check_books().await;
}

async fn a_cancelled_transfer_comes_back(shop: &Shop) {
    shop.location("north", 1).await;
    shop.receive("A", 10).await;
    let id = send(shop, 10).await;
    assert_eq!(shop.told_last("A").await, 0);
    let cancelled = shop.ask(0, cancel(&id).key("c")).await.expect(200);
    assert!(shop.ask(0, cancel(&id).key("c")).await.expect(200).json == cancelled.json);
    assert_eq!((shop.level_at("main", "A").await.0, shop.told_last("A").await), (10, 10));
    shop.check_books().await;
}

async fn a_transfer_ends_once_whoever_ends_it(shop: &Shop) {
    shop.location("north", 1).await;
    shop.receive("A", 10).await;
    let id = send(shop, 5).await;
    let ends = (0..20).map(|number| {
        let ask = if number % 2 == 0 { receive(&id, 5) } else { cancel(&id) };
        shop.ask_until_served(number, ask)
    });
    let answers: Vec<Answer> = join_all(ends).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.code() == "transfer_closed"), "{answers:?}");
    assert_eq!(shop.level("A").await.0, 10);
    shop.check_books().await;
}

async fn what_is_promised_to_orders_does_not_leave(shop: &Shop) {
    shop.location("north", 1).await;
    shop.receive("A", 5).await;
    shop.deliver(vec![shop.placed(shop.order(), &[("A", 3)])]).await;
    let body = json!({"source": "main", "target": "north", "lines": [{"sku": "A", "quantity": 3}]});
    let refused = shop.ask(0, post(TRANSFERS, &body)).await.expect(409);
    assert_eq!((refused.code(), &refused.json["free"]), ("stock_short", &json!(2)));
    send(shop, 2).await;
    assert_eq!(shop.level_at("main", "A").await, (3, 3, 0));
    shop.check_books().await;
}

async fn bad_transfers_are_refused(shop: &Shop) {
    shop.location("north", 1).await;
    shop.receive("A", 5).await;
    let bodies = [
        (json!({"source": "main", "target": "main", "lines": [{"sku": "A", "quantity": 1}]}), "/target"),
        (json!({"source": "main", "target": "north", "lines": []}), "/lines"),
        (json!({"source": "main", "target": "north", "lines": [{"sku": "A", "quantity": 0}]}), "/lines/0/quantity"),
        (
            json!({"source": "main", "target": "north", "reference": "x".repeat(101), "lines": [{"sku": "A", "quantity": 1}]}),
            "/reference",
        ),
        (
            json!({"source": "main", "target": "north", "lines": [{"sku": "A", "quantity": 1}, {"sku": "A", "quantity": 1}]}),
            "/lines/1/sku",
        ),
    ];
    for (body, pointer) in bodies {
        let answer = shop.ask(0, post(TRANSFERS, &body)).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{body}: {}", answer.text);
    }
    let none = json!({"source": "main", "target": "none", "lines": [{"sku": "A", "quantity": 1}]});
    assert_eq!(shop.ask(0, post(TRANSFERS, &none)).await.expect(404).code(), "location_not_found");
    let unheard = json!({"source": "main", "target": "north", "lines": [{"sku": "Z", "quantity": 1}]});
    assert_eq!(shop.ask(0, post(TRANSFERS, &unheard)).await.expect(404).code(), "stock_not_found");
    let id = send(shop, 1).await;
    let path = format!("{TRANSFERS}/{id}/receive");
    let other = json!({"lines": [{"sku": "B", "quantity": 1}]});
    assert_eq!(shop.ask(0, post(&path, &other)).await.expect(422).pointers(), ["/lines/0/sku", "/lines"]);
    let id = uuid(shop);
    assert_eq!(shop.ask(0, cancel(&id)).await.expect(404).code(), "transfer_not_found");
    shop.check_books().await;
}

fn uuid(shop: &Shop) -> String {
    shop.world.uuid().to_string()
}

async fn a_transfer_and_sales_at_once_never_promise_what_is_not_there(shop: &Shop) {
    shop.location("north", 1).await;
    shop.receive("A", 60).await;
    shop.receive_at("north", "A", 40).await;
    let sales = (0..200).map(|number| shop.insist(number, vec![shop.placed(shop.order(), &[("A", 1)])]));
    let moves = (0..20).map(async |number: usize| {
        let body = json!({"source": "main", "target": "north", "lines": [{"sku": "A", "quantity": 3}]});
        let sent = shop.ask_until_served(number, post(TRANSFERS, &body)).await;
        if sent.status == 201 {
            shop.ask_until_served(number + 1, receive(&sent.field("id"), 3)).await.expect(200);
        }
    });
    join(join_all(sales), join_all(moves)).await;
    let held = shop.reservations().await.values().filter(|fact| fact.state == State::Held).count();
    assert!(held <= 100, "{held} of 100 were sold");
    assert_eq!(shop.told::<StockReserved>().await.len(), held);
    let (on_hand, reserved, _) = shop.level("A").await;
    assert_eq!((on_hand, reserved), (100, held as i64));
    shop.check_books().await;
}
