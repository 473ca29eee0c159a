//! How the shop says that it stands, and who may read that.

use bodega::client::{Headers, ShopClient};
use bodega_bus::Noting;
use bodega_db::Envelope;
use bodega_e2e::TestShop;
use bodega_kernel::Role;
use bodega_testkit::backends;
use reqwest::Method;
use serde_json::{Value, json};

const PASSWORD: &str = "lantern orchard harbour";

/// A member of staff whose role permits this much.
async fn narrowed(shop: &TestShop, email: &str, permissions: &[&str]) -> ShopClient {
    let id = bodega::admin::create_user(shop.shop(), email, PASSWORD, Role::Staff).await.unwrap();
    let role = json!({"name": email, "permissions": permissions});
    let role = shop.staff.post("/v1/admin/staff-roles", &role, None).await.unwrap();
    let path = format!("/v1/admin/users/{id}/staff-role");
    let given = json!({"staff_role_id": role["id"]});
    let answer = shop.staff.call(Method::PUT, &path, Headers::default(), Some(&given)).await.unwrap();
    assert!(answer.status.is_success(), "{}", answer.body);
    shop.guest.log_in(email, PASSWORD).await.unwrap()
}

async fn status(client: &ShopClient, path: &str) -> u16 {
    client.call(Method::GET, path, Headers::default(), None).await.unwrap().status.as_u16()
}

/// An event that inventory hears and nobody can read.
async fn poison(shop: &TestShop) {
    let event = Envelope {
        source: "elsewhere".into(),
        seq: 1,
        id: shop.shop().world.uuid(),
        kind: "order.placed.v1".into(),
        subject: "x".into(),
        at: shop.shop().world.now(),
        trace: None,
        data: "{}".into(),
    };
    let consumer = shop.shop().host.service("inventory").unwrap().consumer.clone();
    consumer.deliver(vec![event], Noting::Each).await;
}

#[tokio::test]
async fn health_counts_what_could_not_be_handled_and_knows_the_last_proof() {
    for backend in backends() {
        let shop = TestShop::start(backend).await.unwrap();
        shop.sell("MUG", 100, 10).await.unwrap();
        let bought = shop.buy(&[("MUG", 1)], "sim_success").await.unwrap();
        shop.wait(&bought, "confirmed").await.unwrap();
        shop.settle().await.unwrap();
        let health = shop.staff.get("/v1/health", Headers::default()).await.unwrap();
        assert_eq!(health["last_verify"], Value::Null);
        let services = health["services"].as_array().unwrap();
        assert_eq!(services.len(), shop.shop().host.services.len());
        for service in services {
            let expected = json!({"name": service["name"], "ready": true, "outbox": {"unsent": 0, "oldest_seconds": 0}, "dead_letters": 0});
            assert_eq!(*service, expected);
        }

        poison(&shop).await;
        shop.staff.post("/v1/verify?strict=true", &json!({}), None).await.unwrap();
        let health = shop.staff.get("/v1/health", Headers::default()).await.unwrap();
        let services = health["services"].as_array().unwrap();
        let inventory = services.iter().find(|service| service["name"] == "inventory").unwrap();
        assert_eq!(inventory["dead_letters"], 1);
        let last = &health["last_verify"];
        assert_eq!((&last["strict"], &last["orders"]), (&json!(true), &json!(1)), "{last}");
        assert!(last["by"].is_string() && last["at"].is_string() && last["ok"].is_boolean(), "{last}");
        let note = std::fs::read(shop.home.settings().database.data_dir.join("last_verify.json")).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&note).unwrap(), *last, "it is known after a restart");
    }
}

#[tokio::test]
async fn a_role_for_reports_opens_the_sales_report_and_no_orders() {
    for backend in backends() {
        let shop = TestShop::start(backend).await.unwrap();
        let reports = narrowed(&shop, "reports@example.com", &["reports.read"]).await;
        let orders = narrowed(&shop, "orders@example.com", &["orders.read", "settings.read"]).await;
        for (path, of_reports, of_orders) in [
            ("/v1/admin/reports/sales", 200, 403),
            ("/v1/admin/reports/sales?by=product", 200, 403),
            ("/v1/orders", 403, 200),
            ("/v1/health", 403, 200),
            ("/v1/events/dead", 403, 403),
        ] {
            assert_eq!(status(&reports, path).await, of_reports, "{path}");
            assert_eq!(status(&orders, path).await, of_orders, "{path}");
        }
        assert_eq!(status(&shop.guest, "/v1/health").await, 401);
    }
}
