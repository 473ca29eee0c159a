//! An event that can never be handled.

use bodega_bus::Noting;
use bodega_db::Envelope;
use bodega_e2e::TestShop;
use bodega_testkit::backends;
use serde_json::{Value, json};

/// `order.placed` for one piece, or, with `poison`, something nobody can read.
fn placed(shop: &TestShop, number: u64, data: Option<Value>) -> Envelope {
    let order_id = shop.shop().world.uuid();
    let fact = json!({
        "order_id": order_id, "number": format!("P{number}"), "lines": [{"sku": "MUG", "quantity": 1, "stocked": true}],
        "total": {"amount": 100, "currency": "GBP"}, "at": "2026-01-01T00:00:00Z",
    });
    Envelope {
        source: "elsewhere".into(),
        seq: number as i64,
        id: shop.shop().world.uuid(),
        kind: "order.placed.v1".into(),
        subject: order_id.to_string().into(),
        at: shop.shop().world.now(),
        trace: None,
        data: data.unwrap_or(fact).to_string().into(),
    }
}

#[tokio::test]
async fn a_poison_event_is_put_aside_its_neighbours_are_handled_and_a_replay_cures_it() {
    for backend in backends() {
        let shop = TestShop::start(backend).await.unwrap();
        shop.sell("MUG", 100, 1_000).await.unwrap();
        let consumer = shop.service("inventory").unwrap().consumer.clone();
        let mut batch: Vec<Envelope> = (0..20).map(|number| placed(&shop, number, None)).collect();
        let good = batch[13].clone();
        batch[13] = Envelope { data: json!({"order_id": 13}).to_string().into(), ..good.clone() };
        consumer.deliver(batch, Noting::Each).await;
        assert_eq!(shop.stock("MUG").await.unwrap()["held"], 19);

        let dead = shop.staff.get("/v1/events/dead", bodega::client::Headers::default()).await.unwrap();
        // Orders never heard of these orders and says so, too.
        let items: Vec<&Value> =
            dead["items"].as_array().unwrap().iter().filter(|item| item["service"] == "inventory").collect();
        assert_eq!(items.len(), 1, "{dead}");
        assert_eq!(items[0]["id"], json!(good.id.to_string()));
        assert!(items[0]["error"].as_str().unwrap().contains("cannot be read"), "{dead}");

        let path = format!("/v1/events/dead/{}/replay", good.id);
        let call = || shop.staff.call(reqwest::Method::POST, &path, bodega::client::Headers::default(), None);
        assert_eq!(call().await.unwrap().status, 409, "it stays as long as it fails");
        mend(&shop, &good).await;
        assert_eq!(call().await.unwrap().status, 204);
        assert_eq!(call().await.unwrap().status, 404);
        assert_eq!(shop.stock("MUG").await.unwrap()["held"], 20);
    }
}

/// What a fixed producer, or a hand, would do.
async fn mend(shop: &TestShop, good: &Envelope) {
    let (id, data) = (good.id, good.data.to_string());
    let db = shop.service("inventory").unwrap().db.clone();
    db.write(async move |tx| {
        tx.execute("UPDATE dead_letters SET data = $2 WHERE event_id = $1", &bodega_db::params![id, &data]).await
    })
    .await
    .unwrap();
}
