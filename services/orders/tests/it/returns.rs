//! Goods that come back: who may ask for what, what staff do with it, and what is given back.

use crate::setup::Shop;
use bodega_contracts::{
    OrderId,
    orders::{OrderStatus, ReturnChanged, ReturnFact, ReturnFacts, ReturnReceived, ReturnState},
};
use bodega_kernel::Sku;
use bodega_testkit::{Answer, Ask, Asker};
use serde_json::{Value, json};
use std::time::Duration;

/// What the goods of [`Shop::arrived`] cost; with their shipping 1,351.
pub const GOODS: i64 = 901;

pub fn mugs(quantity: i64) -> Value {
    json!({"lines": [{"sku": "mug", "quantity": quantity}], "reason": "does not fit", "wish": "refund"})
}

impl Shop {
    /// Asks to send something back.
    pub async fn ask_return(&self, replica: usize, asker: &Asker, order: OrderId, body: &Value) -> Answer {
        let ask = Ask::post(format!("/v1/orders/{order}/returns")).by(asker).json(body);
        self.ask_until_served(replica, ask).await
    }

    /// Staff do something with a return.
    pub async fn do_return(&self, replica: usize, id: &str, act: &str, body: &Value) -> Answer {
        let ask = Ask::post(format!("/v1/admin/returns/{id}/{act}")).by(Shop::staff()).json(body);
        self.ask_until_served(replica, ask).await
    }

    /// A return of so many mugs that staff allowed.
    pub async fn approved(&self, order: OrderId, body: &Value) -> String {
        let asked = self.ask_return(0, &Shop::staff(), order, body).await.expect(201);
        let id = asked.field("id");
        self.do_return(0, &id, "approve", &json!({})).await.expect(200);
        id
    }

    pub async fn view(&self, order: OrderId) -> Value {
        self.get(&Shop::staff(), &format!("/v1/orders/{order}")).await.json
    }
}

async fn a_return_that_is_asked_for_allowed_and_received_is_given_back_once(shop: &Shop) {
    let order = shop.arrived(None).await;
    let guest = shop.guest(order);
    let asked = shop.ask_return(0, &guest, order, &mugs(3)).await.expect(201).json;
    let number = shop.view(order).await["number"].as_str().unwrap().to_owned();
    assert_eq!((&asked["number"], &asked["state"]), (&json!(format!("{number}-R1")), &json!("requested")));
    assert_eq!((&asked["by_staff"], asked.get("refund")), (&json!(false), None));
    let id = asked["id"].as_str().unwrap();
    shop.do_return(0, id, "approve", &json!({"message": "send it to us"})).await.expect(200);
    let receipt = json!({"lines": [{"sku": "mug", "restock": 1, "write_off": 1}]});
    let received = shop.do_return(0, id, "receive", &receipt).await.expect(200).json;
    // Two of seven came, of which the first have a penny more: 129 each.
    assert_eq!(received["refund"], json!({"amount": 258, "currency": "GBP"}));
    assert_eq!(received["lines"], json!([{"sku": "mug", "quantity": 3, "restocked": 1, "written_off": 1}]));
    let told = shop.told::<ReturnReceived>().await;
    let pieces = |lines: &[bodega_contracts::OrderLine]| lines.iter().map(|line| line.quantity).sum::<i64>();
    assert_eq!((told.len(), told[0].refund.amount, told[0].to_credit), (1, 258, false));
    assert_eq!((pieces(&told[0].restock), pieces(&told[0].written_off)), (1, 1));
    let states: Vec<ReturnState> = shop.told::<ReturnChanged>().await.iter().map(|event| event.state).collect();
    assert_eq!(states, [ReturnState::Requested, ReturnState::Approved, ReturnState::Received]);
    let view = shop.get(&guest, &format!("/v1/orders/{order}")).await.json;
    assert_eq!((&view["returns"][0], &view["fulfilment_status"]), (&received, &json!("fulfilled")));
    let told: Vec<&str> =
        view["timeline"].as_array().unwrap().iter().map(|line| line["what"].as_str().unwrap()).collect();
    assert!(told.ends_with(&["return_requested", "return_approved", "return_received"]), "{told:?}");
    let list = shop.get(&guest, &format!("/v1/orders/{order}/returns")).await;
    assert_eq!(list.json, json!([received]));
    let facts = shop.rpc().ask(ReturnFacts { after: None }).await.unwrap();
    let restocked = vec![(Sku::new("mug").unwrap(), 1)];
    let fact = ReturnFact { return_id: facts[0].return_id, order_id: order, restocked, refund: 258 };
    assert_eq!(facts, [fact]);
    assert!(shop.rpc().ask(ReturnFacts { after: Some(facts[0].return_id) }).await.unwrap().is_empty());
    shop.check_books().await;
}

async fn all_returns_of_an_order_add_up_to_what_was_charged(shop: &Shop) {
    let order = shop.arrived(None).await;
    for (quantity, came) in [(3, 2), (1, 1), (4, 3)] {
        let id = shop.approved(order, &mugs(quantity)).await;
        let receipt = json!({"lines": [{"sku": "mug", "restock": came}]});
        shop.do_return(0, &id, "receive", &receipt).await.expect(200);
    }
    let last = shop.approved(order, &mugs(1)).await;
    let receipt = json!({"lines": [{"sku": "mug", "write_off": 1}], "refund_shipping": true});
    shop.do_return(0, &last, "receive", &receipt).await.expect(200);
    let refunds = shop.told::<ReturnReceived>().await.iter().map(|event| event.refund.amount).sum::<i64>();
    assert_eq!(refunds, GOODS + 450);
    assert_eq!(shop.view(order).await["fulfilment_status"], "returned");
    let refused = shop.ask_return(0, &Shop::staff(), order, &mugs(1)).await;
    assert_eq!((refused.status, refused.code(), &refused.json["left"]), (409, "exceeds_returnable", &json!(0)));
    shop.check_books().await;
}

async fn the_shipping_is_given_back_once(shop: &Shop) {
    let order = shop.arrived(None).await;
    let receipt = json!({"lines": [], "refund_shipping": true});
    let ids = [shop.approved(order, &mugs(1)).await, shop.approved(order, &mugs(1)).await];
    let first = shop.do_return(0, &ids[0], "receive", &receipt).await.expect(200);
    assert_eq!(first.json["refund"]["amount"], 450, "nothing came but the shipping goes back");
    let second = shop.do_return(0, &ids[1], "receive", &receipt).await;
    assert_eq!((second.status, second.code()), (409, "shipping_refunded"));
}

async fn only_what_has_left_can_come_back(shop: &Shop) {
    let order = shop.order();
    shop.deliver(vec![shop.said(&shop.odd_checkout(order, None))]).await;
    let refused = shop.ask_return(0, &shop.guest(order), order, &mugs(1)).await;
    assert_eq!((refused.status, refused.code()), (409, "nothing_to_return"));
    let paid = bodega_kernel::Money::new(1_351, bodega_kernel::Currency::GBP);
    shop.deliver(vec![shop.reserved(order), shop.captured_of(order, paid)]).await;
    shop.deliver(vec![shop.parcel(order, 1, 2, 2, 7), shop.parcel(order, 2, 1, 3, 7)]).await;
    shop.deliver(vec![shop.parcel(order, 2, 1, 3, 7)]).await;
    let refused = shop.ask_return(0, &shop.guest(order), order, &mugs(4)).await;
    assert_eq!((refused.status, refused.pointers()), (409, vec!["/lines/0/quantity"]));
    shop.ask_return(0, &shop.guest(order), order, &mugs(3)).await.expect(201);
    let fee = json!({"lines": [{"sku": "fee", "quantity": 1}], "reason": "no", "wish": "refund"});
    assert_eq!(shop.ask_return(0, &Shop::staff(), order, &fee).await.code(), "exceeds_returnable");
}

async fn what_staff_refuse_or_call_off_may_be_asked_for_again(shop: &Shop) {
    let order = shop.arrived(None).await;
    let refused = shop.ask_return(0, &shop.guest(order), order, &mugs(7)).await.expect(201).field("id");
    let answer = shop.do_return(0, &refused, "reject", &json!({"message": "it was used"})).await.expect(200);
    assert_eq!((&answer.json["state"], &answer.json["message"]), (&json!("rejected"), &json!("it was used")));
    let called_off = shop.approved(order, &mugs(7)).await;
    assert_eq!(shop.ask_return(0, &Shop::staff(), order, &mugs(1)).await.status, 409, "all are on their way");
    shop.do_return(0, &called_off, "cancel", &json!({})).await.expect(200);
    shop.approved(order, &mugs(7)).await;
    for (id, act, body) in [
        (&refused, "approve", json!({})),
        (&refused, "receive", json!({"lines": []})),
        (&called_off, "cancel", json!({})),
        (&called_off, "reject", json!({"message": "no"})),
    ] {
        let late = shop.do_return(0, id, act, &body).await;
        assert_eq!((late.status, late.code()), (409, "return_state"), "{act}");
    }
    assert!(shop.told::<ReturnReceived>().await.is_empty());
}

async fn an_open_return_keeps_an_order_from_completing(shop: &Shop) {
    let order = shop.arrived(None).await;
    let id = shop.ask_return(0, &shop.guest(order), order, &mugs(1)).await.expect(201).field("id");
    assert!(shop.pass(Duration::from_hours(24 * 14)).await);
    for _ in 0..3 {
        assert!(shop.pass(Duration::from_hours(24)).await, "asks again every day");
    }
    assert_eq!(shop.fact(order).await.status, OrderStatus::Delivered);
    shop.do_return(0, &id, "cancel", &json!({})).await.expect(200);
    assert!(shop.pass(Duration::from_hours(24)).await);
    assert_eq!(shop.fact(order).await.status, OrderStatus::Completed);
    assert_eq!(shop.ask_return(0, &shop.guest(order), order, &mugs(1)).await.code(), "return_window_over");
    let by_staff = shop.approved(order, &mugs(1)).await;
    shop.do_return(0, &by_staff, "receive", &json!({"lines": [{"sku": "mug", "restock": 1}]})).await.expect(200);
    assert_eq!(shop.fact(order).await.status, OrderStatus::Completed);
    shop.check_books().await;
}

async fn the_buyer_of_a_completed_order_is_too_late(shop: &Shop) {
    let user = shop.user();
    let order = shop.arrived(Some(user)).await;
    assert!(shop.pass(Duration::from_hours(24 * 14)).await);
    let refused = shop.ask_return(0, &Shop::customer(user), order, &mugs(1)).await;
    assert_eq!((refused.status, refused.code()), (409, "return_window_over"));
}

async fn store_credit_needs_an_account(shop: &Shop) {
    let user = shop.user();
    let (guests, users) = (shop.arrived(None).await, shop.arrived(Some(user)).await);
    let mut wanted = mugs(2);
    wanted["wish"] = json!("store_credit");
    let refused = shop.ask_return(0, &shop.guest(guests), guests, &wanted).await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/wish"]));
    let id = shop.approved(users, &wanted).await;
    shop.do_return(0, &id, "receive", &json!({"lines": [{"sku": "mug", "restock": 2}]})).await.expect(200);
    let told = shop.told::<ReturnReceived>().await.remove(0);
    assert_eq!((told.to_credit, told.customer_id, told.refund.amount), (true, Some(user), 258));
}

async fn returns_of_other_people_do_not_exist(shop: &Shop) {
    let (order, others) = (shop.arrived(None).await, shop.arrived(None).await);
    for stranger in [Asker::default(), shop.guest(others), Shop::customer(shop.user())] {
        assert_eq!(shop.ask_return(0, &stranger, order, &mugs(1)).await.status, 404);
        assert_eq!(shop.get(&stranger, &format!("/v1/orders/{order}/returns")).await.status, 404);
    }
    let id = shop.ask_return(0, &shop.guest(order), order, &mugs(1)).await.expect(201).field("id");
    for act in ["approve", "reject", "receive", "cancel"] {
        let ask = Ask::post(format!("/v1/admin/returns/{id}/{act}")).by(Shop::customer(shop.user())).body("{}");
        assert_eq!(shop.ask(0, ask).await.status, 403, "{act}");
    }
    let nobody = shop.order().to_string();
    assert_eq!(shop.do_return(0, &nobody, "approve", &json!({})).await.code(), "return_not_found");
    assert_eq!(shop.get(&Shop::staff(), &format!("/v1/admin/returns/{nobody}")).await.status, 404);
}

async fn staff_page_through_returns_by_state(shop: &Shop) {
    let order = shop.arrived(None).await;
    for _ in 0..3 {
        shop.ask_return(0, &shop.guest(order), order, &mugs(1)).await.expect(201);
        shop.clock.advance(Duration::from_millis(5));
    }
    shop.approved(order, &mugs(1)).await;
    let (mut seen, mut path) = (0, "/v1/admin/returns?state=requested&limit=2&count=true".to_owned());
    loop {
        let page = shop.get(&Shop::staff(), &path).await.expect(200).json;
        assert_eq!(page["total"], 3);
        seen += page["items"].as_array().unwrap().len();
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/admin/returns?state=requested&limit=2&count=true&cursor={cursor}");
    }
    assert_eq!(seen, 3);
    for query in ["state=lost", "limit=0", "cursor=%25", "colour=red"] {
        assert_eq!(shop.get(&Shop::staff(), &format!("/v1/admin/returns?{query}")).await.status, 422, "{query}");
    }
    assert_eq!(shop.get(&shop.guest(order), "/v1/admin/returns").await.status, 401);
}

async fn what_makes_no_sense_is_refused_and_named(shop: &Shop) {
    let order = shop.arrived(None).await;
    let line = |sku: &str, quantity: i64| json!({"sku": sku, "quantity": quantity});
    let body = |lines: Value| json!({"lines": lines, "reason": "no", "wish": "refund"});
    let many: Vec<Value> = (0..101).map(|n| line(&format!("s{n}"), 1)).collect();
    for (body, pointer) in [
        (body(json!([])), "/lines"),
        (body(json!(many)), "/lines"),
        (body(json!([line("mug", 0)])), "/lines/0/quantity"),
        (body(json!([line("mug", i64::MAX)])), "/lines/0/quantity"),
        (body(json!([line("mug", 1), line("mug", 1)])), "/lines/1/sku"),
        (json!({"lines": [line("mug", 1)], "reason": " ", "wish": "refund"}), "/reason"),
        (json!({"lines": [line("mug", 1)], "reason": "x".repeat(501), "wish": "refund"}), "/reason"),
        (json!({"lines": [line("mug", 1)], "reason": "no", "wish": "exchange"}), "/replacement"),
        (
            json!({"lines": [line("mug", 2)], "reason": "no", "wish": "exchange", "replacement": [line("mug", 1)]}),
            "/replacement",
        ),
        (
            json!({"lines": [line("mug", 1)], "reason": "no", "wish": "refund", "replacement": [line("mug", 1)]}),
            "/replacement",
        ),
    ] {
        let answer = shop.ask_return(0, &Shop::staff(), order, &body).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{body}");
    }
    let id = shop.approved(order, &mugs(2)).await;
    for (lines, pointer) in [
        (json!([{"sku": "mug", "restock": -1}]), "/lines/0/restock"),
        (json!([{"sku": "mug", "write_off": 10_001}]), "/lines/0/write_off"),
        (json!([{"sku": "mug", "restock": 2, "write_off": 1}]), "/lines/0"),
        (json!([{"sku": "fee", "restock": 1}]), "/lines/0"),
        (json!([{"sku": "mug"}, {"sku": "mug"}]), "/lines/1/sku"),
    ] {
        let answer = shop.do_return(0, &id, "receive", &json!({"lines": lines})).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{lines}");
    }
    assert_eq!(shop.do_return(0, &id, "reject", &json!({})).await.status, 422);
    assert!(shop.told::<ReturnReceived>().await.is_empty());
}

bodega_testkit::stories![
    a_return_that_is_asked_for_allowed_and_received_is_given_back_once,
    all_returns_of_an_order_add_up_to_what_was_charged,
    the_shipping_is_given_back_once,
    only_what_has_left_can_come_back,
    what_staff_refuse_or_call_off_may_be_asked_for_again,
    an_open_return_keeps_an_order_from_completing,
    the_buyer_of_a_completed_order_is_too_late,
    store_credit_needs_an_account,
    returns_of_other_people_do_not_exist,
    staff_page_through_returns_by_state,
    what_makes_no_sense_is_refused_and_named,
];
