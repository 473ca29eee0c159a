//! The sample shop: it is filled once, whole, and its pictures hang where nobody has touched them.

use bodega::{Shop, client::ShopClient, demo};
use bodega_kernel::World;
use bodega_service::Mode;
use bodega_testkit::{Backend, Home};
use serde_json::Value;
use std::time::Duration;

async fn opened(home: &Home) -> Shop {
    let mut settings = home.settings();
    "127.0.0.1:0".clone_into(&mut settings.server.listen);
    settings.limits.enabled = false;
    demo::adjust(&mut settings).unwrap();
    Shop::open(settings, World::system(), Mode::Run).await.unwrap()
}

async fn staff(url: &str) -> ShopClient {
    let visitor = ShopClient::new(url, None).unwrap();
    visitor.log_in("staff@example.com", "orchard-lantern-staff").await.unwrap()
}

async fn read(staff: &ShopClient, path: &str) -> Value {
    staff.get(path, bodega::client::Headers::default()).await.unwrap()
}

/// All that staff see of what the demo makes; an order of the lists is theirs.
async fn seen(staff: &ShopClient) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        "/v1/products?limit=100&sort=name",
        "/v1/products/stoneware-mug",
        "/v1/categories?limit=100",
        "/v1/brands?limit=100",
        "/v1/stock?limit=100",
        "/v1/shipping-methods?limit=100",
        "/v1/promotions?limit=100",
        "/v1/admin/shop",
    ] {
        all.push(read(staff, path).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_is_filled_once() {
    let home = Home::new(Backend::Sqlite);
    let shop = opened(&home).await;
    demo::fill(&shop).await.unwrap();
    let (url, _serving) = shop.serve_here().await.unwrap();
    let staff = staff(&url).await;
    shop.settle(Duration::from_secs(20)).await.unwrap();
    let first = seen(&staff).await;
    assert!(first[0]["items"].as_array().unwrap().len() >= 60, "{}", first[0]);
    assert_eq!((first[1]["variants"].as_array().unwrap().len(), &first[1]["brand"]["slug"]), (3, &"tidewater".into()));
    let tops = first[2]["items"].as_array().unwrap().iter().filter(|one| one["parent_id"].is_null()).count();
    assert_eq!((tops, &first[7]["legal_version"]), (6, &1.into()));
    let methods: Vec<_> =
        first[5]["items"].as_array().unwrap().iter().map(|method| method["id"].as_str().unwrap()).collect();
    assert_eq!(methods, ["collect", "express", "standard"]);
    demo::fill(&shop).await.unwrap();
    shop.settle(Duration::from_secs(20)).await.unwrap();
    assert_eq!(seen(&staff).await, first);
    let sold_out = read(&staff, "/v1/products/bath-salts").await;
    assert_eq!((&sold_out["in_stock"], &first[1]["in_stock"]), (&false.into(), &true.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_goes_on_drawing_where_it_was_ended() {
    let home = Home::new(Backend::Sqlite);
    let shop = opened(&home).await;
    demo::fill(&shop).await.unwrap();
    let (url, _serving) = shop.serve_here().await.unwrap();
    let staff = staff(&url).await;
    let photos = async |slug: &str| read(&staff, &format!("/v1/products/{slug}")).await["photos"].clone();
    for until in ["stoneware-mug", "espresso-cups-pair"] {
        let hanging = tokio::spawn({
            let url = url.clone();
            async move { demo::hang(&url).await }
        });
        for _ in 0..1_200 {
            if hanging.is_finished() || photos(until).await != Value::Array(Vec::new()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(!hanging.is_finished(), "{:?}", hanging.await);
        hanging.abort();
        let mug = photos("stoneware-mug").await;
        assert_eq!((mug.as_array().unwrap().len(), &mug[0]["alt"]), (1, &"Stoneware mug, harbour blue".into()));
    }
    assert_eq!(photos("espresso-cups-pair").await[0]["alt"], "Espresso cups, pair");
}
