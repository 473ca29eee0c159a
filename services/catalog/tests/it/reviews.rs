//! Reviews: who may write one, who sees it, and what its stars count; and what orders say of sales.

use crate::setup::{Shop, id, simple, somebody};
use bodega_contracts::{CartId, OrderId, OrderLine, ReturnId, orders};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Money, Role, Sku, UserId};
use bodega_testkit::{Answer, Ask, arrivals, customer, staff, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};

fn confirmed(shop: &Shop, order: OrderId, buyer: Option<UserId>, skus: &[(&str, i64)]) -> Envelope {
    let line =
        |(sku, quantity): &(&str, i64)| OrderLine { sku: Sku::new(sku).unwrap(), quantity: *quantity, stocked: true };
    let total = Money::new(900, Currency::GBP);
    let event = orders::OrderConfirmed {
        order_id: order,
        number: "1".to_owned(),
        customer_id: buyer,
        lines: skus.iter().map(line).collect(),
        total,
        goods: total,
        capture_first: false,
        shipping_method: None,
        shipping_address: None,
    };
    shop.envelope("orders", &event)
}

fn cancelled(shop: &Shop, order: OrderId) -> Envelope {
    let cart_id = CartId::new(&shop.world);
    let reason = orders::CancelReason::ByStaff;
    shop.envelope("orders", &orders::OrderCancelled { order_id: order, cart_id, reason })
}

fn buyer(shop: &Shop) -> UserId {
    UserId::new(&shop.world)
}

async fn bought(shop: &Shop, sku: &str) -> UserId {
    let user = buyer(shop);
    shop.deliver(vec![confirmed(shop, OrderId::new(&shop.world), Some(user), &[(sku, 1)])]).await;
    user
}

fn review(stars: i64) -> Value {
    json!({"stars": stars, "title": "Warm", "text": "It keeps\nits promise.", "author": "Ada"})
}

async fn write(shop: &Shop, user: UserId, body: &Value) -> Answer {
    shop.ask(0, Ask::post("/v1/products/mug/reviews").by(customer(user)).json(body)).await
}

async fn decide(shop: &Shop, review: &Value, verb: &str) -> Answer {
    let path = format!("/v1/admin/reviews/{}/{verb}", review["id"].as_str().unwrap());
    shop.ask(0, Ask::post(path).by(staff())).await
}

/// The stars of the product in full and in lists, which agree.
async fn rating(shop: &Shop) -> (Value, Value) {
    let full = shop.look("/v1/products/mug?currency=GBP").await.expect(200).json;
    let listed = shop.look("/v1/products?limit=1").await.expect(200).json["items"][0].clone();
    assert_eq!((&full["rating"], &full["rating_count"]), (&listed["rating"], &listed["rating_count"]));
    (full["rating"].clone(), full["rating_count"].clone())
}

async fn shown(shop: &Shop) -> usize {
    shop.get("/v1/products/mug/reviews").await.expect(200).json["items"].as_array().unwrap().len()
}

async fn who_bought_may_write_and_what_is_approved_is_shown_and_counts(shop: &Shop) {
    shop.create(simple("Mug", "M-1", 900)).await;
    let stranger = write(shop, buyer(shop), &review(5)).await.expect(403);
    assert_eq!(stranger.code(), "not_bought");
    shop.ask(0, Ask::post("/v1/products/mug/reviews").json(&review(5))).await.expect(401);
    let ada = bought(shop, "M-1").await;
    let other = bought(shop, "M-2").await;
    write(shop, other, &review(5)).await.expect(403);
    let pending = write(shop, ada, &review(4)).await.expect(201).json;
    assert_eq!((&pending["status"], &pending["verified"]), (&json!("pending"), &json!(true)));
    assert_eq!((rating(shop).await, shown(shop).await), ((Value::Null, json!(0)), 0));
    let waiting = shop.look("/v1/admin/reviews").await.expect(200).json;
    assert_eq!(waiting["items"][0]["id"], pending["id"]);
    assert_eq!(waiting["items"][0]["product"]["slug"], "mug");
    for _ in 0..2 {
        assert_eq!(decide(shop, &pending, "approve").await.expect(200).json["status"], "approved");
        assert_eq!((rating(shop).await, shown(shop).await), ((json!(4.0), json!(1)), 1));
    }
    let public = shop.get("/v1/products/mug/reviews").await.json["items"][0].clone();
    assert_eq!((&public["author"], &public["stars"]), (&json!("Ada"), &json!(4)));
    assert!(public.get("status").is_none() && public.get("customer_id").is_none());
    let second = bought(shop, "M-1").await;
    let second = write(shop, second, &review(5)).await.expect(201).json;
    decide(shop, &second, "approve").await.expect(200);
    assert_eq!(rating(shop).await, (json!(4.5), json!(2)));
    decide(shop, &pending, "reject").await.expect(200);
    assert_eq!((rating(shop).await, shown(shop).await), ((json!(5.0), json!(1)), 1));
    let rejected = shop.look("/v1/admin/reviews?status=rejected").await.json;
    assert_eq!(rejected["items"][0]["id"], pending["id"]);
    // Whoever edits the product leaves its stars alone, and sees them.
    let mug = shop.get("/v1/products/mug").await.json;
    let edited = shop.staff("PATCH", &id(&mug), &[], json!({"tags": ["new"]})).await.expect(200).json;
    assert_eq!((&edited["rating"], &edited["rating_count"]), (&json!(5.0), &json!(1)));
}

async fn a_second_review_takes_the_place_of_the_first_and_waits_again(shop: &Shop) {
    shop.create(simple("Mug", "M-1", 900)).await;
    let ada = bought(shop, "M-1").await;
    let first = write(shop, ada, &review(5)).await.expect(201).json;
    decide(shop, &first, "approve").await.expect(200);
    let second = write(shop, ada, &review(1)).await.expect(201).json;
    assert_eq!((rating(shop).await, shown(shop).await), ((Value::Null, json!(0)), 0));
    // Staff approve what they have read.
    decide(shop, &first, "approve").await.expect(404);
    decide(shop, &second, "approve").await.expect(200);
    assert_eq!(rating(shop).await, (json!(1.0), json!(1)));
    // The same request again is the same review.
    let ask = || Ask::post("/v1/products/mug/reviews").by(customer(ada)).key("once").json(&review(3));
    let one = shop.ask(0, ask()).await.expect(201).json;
    assert_eq!(shop.ask(0, ask()).await.expect(201).json["id"], one["id"]);
}

async fn of_many_at_once_one_stays_and_its_stars_count_once(shop: &Shop) {
    shop.create(simple("Mug", "M-1", 900)).await;
    let ada = bought(shop, "M-1").await;
    let at_once = (1..=8).map(async |number: usize| {
        let ask = Ask::post("/v1/products/mug/reviews").by(customer(ada)).json(&review(number as i64 % 5 + 1));
        shop.ask_until_served(number % 2, ask).await.expect(201).json
    });
    let written = join_all(at_once).await;
    let waiting = shop.look("/v1/admin/reviews?status=pending").await.json["items"].as_array().unwrap().clone();
    assert_eq!(waiting.len(), 1);
    assert!(written.iter().any(|review| review["id"] == waiting[0]["id"]));
    let path = format!("/v1/admin/reviews/{}/approve", waiting[0]["id"].as_str().unwrap());
    let decisions = (0..6).map(async |number| shop.ask_until_served(number % 2, Ask::post(&*path).by(staff())).await);
    for decision in join_all(decisions).await {
        decision.expect(200);
    }
    shop.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(rating(shop).await, (json!(waiting[0]["stars"].as_f64().unwrap()), json!(1)));
}

async fn an_order_that_was_cancelled_entitles_to_nothing_in_whichever_order_it_is_heard_of(shop: &Shop) {
    shop.create(simple("Mug", "M-1", 900)).await;
    for arrival in arrivals(3, 0) {
        let (ada, kept, gone) = (buyer(shop), OrderId::new(&shop.world), OrderId::new(&shop.world));
        let bob = buyer(shop);
        let events = [
            confirmed(shop, gone, Some(ada), &[("M-1", 1)]),
            cancelled(shop, gone),
            confirmed(shop, kept, Some(bob), &[("M-1", 1)]),
        ];
        for number in arrival {
            shop.deliver(vec![events[number].clone()]).await;
            shop.deliver(vec![events[number].clone()]).await;
        }
        write(shop, ada, &review(5)).await.expect(403);
        write(shop, bob, &review(5)).await.expect(201);
    }
}

async fn what_does_not_fit_is_refused_by_its_field(shop: &Shop) {
    shop.create(simple("Mug", "M-1", 900)).await;
    let ada = bought(shop, "M-1").await;
    let with = |name: &str, value: Value| {
        let mut body = review(5);
        body[name] = value;
        body
    };
    for (name, value) in [
        ("stars", json!(0)),
        ("stars", json!(6)),
        ("stars", json!(-1)),
        ("stars", json!(4.5)),
        ("stars", json!("5")),
        ("title", json!("x".repeat(121))),
        ("title", json!("a\nb")),
        ("text", json!("x".repeat(5_001))),
        ("text", json!("a\u{0}b")),
        ("author", json!("")),
        ("author", json!("x".repeat(61))),
        ("author", json!(" Ada")),
        ("status", json!("approved")),
    ] {
        let refused = write(shop, ada, &with(name, value.clone())).await.expect(422);
        assert!(
            refused.pointers().iter().any(|pointer| *pointer == format!("/{name}")),
            "{name} {value} {}",
            refused.text
        );
    }
    write(shop, ada, &json!({"stars": 5, "author": "Ada"})).await.expect(201);
    let text = with("text", json!("<script>alert(1)</script>".repeat(200)));
    assert_eq!(write(shop, ada, &text).await.expect(201).json["text"], text["text"]);
    shop.ask(0, Ask::post("/v1/products/nothing/reviews").by(customer(ada)).json(&review(5))).await.expect(404);
    shop.get("/v1/products/nothing/reviews").await.expect(404);
    shop.get("/v1/products/mug/reviews?cursor=abc").await.expect(422);
    shop.look("/v1/admin/reviews?status=lost").await.expect(422);
    let shopper = somebody(Role::Customer);
    shop.get_with("/v1/admin/reviews", &[], shopper.clone()).await.expect(403);
    let path = "/v1/admin/reviews/01890a5d-ac96-774b-bcce-b302099a8057/approve";
    shop.ask(0, Ask::post(path).by(shopper)).await.expect(403);
    shop.ask(0, Ask::post(path).by(staff())).await.expect(404);
}

async fn reviews_come_in_pages_the_newest_first(shop: &Shop) {
    shop.create(simple("Mug", "M-1", 900)).await;
    let mut all = Vec::new();
    for number in 0..9 {
        shop.clock.advance(std::time::Duration::from_secs(1));
        let user = bought(shop, "M-1").await;
        let written = write(shop, user, &review(number % 5 + 1)).await.expect(201).json;
        if number != 4 {
            decide(shop, &written, "approve").await.expect(200);
            all.insert(0, written["id"].clone());
        }
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = shop.get(&format!("/v1/products/mug/reviews?limit=3{cursor}")).await.expect(200).json;
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, all);
}

async fn what_sells_most_comes_first_and_each_order_counts_once(shop: &Shop) {
    for (name, sku) in [("Mug", "M-1"), ("Pot", "P-1"), ("Rug", "R-1")] {
        shop.create(simple(name, sku, 900)).await;
    }
    let order = |buyer, skus: &[(&str, i64)]| confirmed(shop, OrderId::new(&shop.world), buyer, skus);
    let first = order(None, &[("P-1", 2), ("M-1", 1)]);
    let unknown = order(Some(buyer(shop)), &[("GONE", 5), ("P-1", 1)]);
    shop.deliver(vec![first.clone(), unknown]).await;
    shop.deliver(vec![first]).await;
    let best = async || {
        while shop.job("selling").step().await {}
        shop.clock.advance(std::time::Duration::from_secs(1));
        let page = shop.look("/v1/products?sort=best_selling").await.expect(200).json;
        let slugs: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|item| item["slug"].to_string()).collect();
        slugs.join(" ").replace('"', "")
    };
    assert_eq!(best().await, "pot mug rug");
    shop.deliver(vec![order(None, &[("R-1", 7)])]).await;
    assert_eq!(best().await, "rug pot mug");
}

async fn what_came_back_was_not_sold_in_whichever_order_it_is_heard_of(shop: &Shop) {
    for (name, sku) in [("Mug", "M-1"), ("Pot", "P-1")] {
        shop.create(simple(name, sku, 900)).await;
    }
    let line = |sku: &str, quantity| OrderLine { sku: Sku::new(sku).unwrap(), quantity, stocked: true };
    let returned = orders::ReturnReceived {
        order_id: OrderId::new(&shop.world),
        return_id: ReturnId::new(&shop.world),
        restock: vec![line("M-1", 2)],
        written_off: vec![line("M-1", 1)],
        refund: Money::new(0, Currency::GBP),
        to_credit: false,
        customer_id: None,
    };
    let returned = shop.envelope("orders", &returned);
    // Before its order, and twice.
    shop.deliver(vec![returned.clone()]).await;
    shop.deliver(vec![confirmed(shop, OrderId::new(&shop.world), None, &[("M-1", 4), ("P-1", 2)]), returned]).await;
    while shop.job("selling").step().await {}
    shop.clock.advance(std::time::Duration::from_secs(1));
    let page = shop.look("/v1/products?sort=best_selling").await.expect(200).json;
    assert_eq!((&page["items"][0]["slug"], &page["items"][1]["slug"]), (&json!("pot"), &json!("mug")));
}

stories![
    who_bought_may_write_and_what_is_approved_is_shown_and_counts,
    a_second_review_takes_the_place_of_the_first_and_waits_again,
    of_many_at_once_one_stays_and_its_stars_count_once,
    an_order_that_was_cancelled_entitles_to_nothing_in_whichever_order_it_is_heard_of,
    what_does_not_fit_is_refused_by_its_field,
    reviews_come_in_pages_the_newest_first,
    what_sells_most_comes_first_and_each_order_counts_once,
    what_came_back_was_not_sold_in_whichever_order_it_is_heard_of,
];
