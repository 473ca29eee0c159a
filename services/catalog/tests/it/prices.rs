//! Prices in further currencies: edited, told, and shown by currency or market.

use crate::setup::{Shop, id, pounds, simple};
use bodega_kernel::{Currency, Money};
use bodega_testkit::stories;
use serde_json::{Value, json};

stories![
    further_prices_are_kept_and_told,
    a_list_in_another_currency_holds_what_has_a_price_in_it,
    a_product_shows_the_variants_that_have_a_price,
    what_is_kept_for_readers_differs_by_currency_and_goes_with_its_market,
    a_bad_price_or_currency_is_refused_by_its_field,
];

/// A shirt of two sizes, of which one has a price in euros, and so has a mug; a rug has none.
async fn fill(shop: &Shop) -> Value {
    let shirt = json!({"name": "Shirt", "variants": [
        {"sku": "S", "options": {"Size": "S"}, "price": pounds(500), "compare_at_price": pounds(900)},
        {"sku": "L", "options": {"Size": "L"}, "price": pounds(800), "prices": {"EUR": 950, "USD": 1_000}},
    ]});
    let shirt = shop.create(shirt).await;
    let mut mug = simple("Mug", "M", 400);
    mug["variants"][0]["prices"] = json!({"EUR": 1_200});
    shop.create(mug).await;
    shop.create(simple("Rug", "R", 300)).await;
    shirt
}

fn euros(amount: i64) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

async fn slugs(shop: &Shop, query: &str) -> Vec<String> {
    let page = shop.get(&format!("/v1/products?count=true&{query}")).await.expect(200).json;
    let items = page["items"].as_array().unwrap().clone();
    if page["next_cursor"].is_null() && !query.contains("cursor") {
        assert_eq!(page["total"], items.len(), "{query}");
    }
    items.iter().map(|item| item["slug"].as_str().unwrap().to_owned()).collect()
}

async fn further_prices_are_kept_and_told(shop: &Shop) {
    let shirt = fill(shop).await;
    let told = shop.published().await.remove(0);
    assert_eq!(told.variants[0].other_prices, []);
    assert_eq!(told.variants[1].other_prices, [Money::new(950, Currency::EUR), Money::new(1_000, Currency::USD)]);
    // Left out they stay; given they replace.
    let variant = |prices: Option<Value>| {
        let mut large = json!({"sku": "L", "options": {"Size": "L"}, "price": pounds(850)});
        if let Some(prices) = prices {
            large["prices"] = prices;
        }
        json!({"variants": [large]})
    };
    let edited = shop.staff("PATCH", &id(&shirt), &[], variant(None)).await.expect(200).json;
    assert_eq!(edited["variants"][0]["prices"], json!({"EUR": 950, "USD": 1_000}));
    shop.staff("PATCH", &id(&shirt), &[], variant(Some(json!({"USD": 1_100})))).await.expect(200);
    let told = shop.published().await.pop().unwrap();
    assert_eq!(told.variants[0].other_prices, [Money::new(1_100, Currency::USD)]);
    assert_eq!(slugs(shop, "currency=EUR").await, ["mug"]);
    shop.import("Handle,Title,Variant SKU,Variant Price\nmug,Mug,M,5\n").await.expect(200);
    assert_eq!(slugs(shop, "currency=EUR&price_max=1200").await, ["mug"]);
}

async fn a_list_in_another_currency_holds_what_has_a_price_in_it(shop: &Shop) {
    fill(shop).await;
    assert_eq!(slugs(shop, "sort=price").await, ["rug", "mug", "shirt"]);
    assert_eq!(slugs(shop, "sort=price&currency=GBP").await, ["rug", "mug", "shirt"]);
    assert_eq!(slugs(shop, "sort=price&currency=EUR").await, ["shirt", "mug"]);
    assert_eq!(slugs(shop, "sort=-price&currency=EUR").await, ["mug", "shirt"]);
    assert_eq!(slugs(shop, "sort=name&currency=EUR").await, ["mug", "shirt"]);
    assert_eq!(slugs(shop, "currency=EUR").await, ["mug", "shirt"]);
    assert_eq!(slugs(shop, "currency=EUR&price_min=1000").await, ["mug"]);
    assert_eq!(slugs(shop, "currency=CHF").await, [""; 0]);
    for sort in ["price", "-price", "newest", "name"] {
        let whole = slugs(shop, &format!("sort={sort}&currency=EUR")).await;
        let first = shop.get(&format!("/v1/products?sort={sort}&currency=EUR&limit=1")).await.json;
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = slugs(shop, &format!("sort={sort}&currency=EUR&limit=1&cursor={cursor}")).await;
        assert_eq!([first["items"][0]["slug"].as_str().unwrap(), &rest[0]], [whole[0].as_str(), &whole[1]], "{sort}");
    }
    let page = shop.get("/v1/products?sort=price&currency=EUR").await.json;
    assert_eq!(page["items"][0]["price"], euros(950));
    assert_eq!(page["items"][0]["compare_at_price"], Value::Null);
    // The small shirt cannot be bought in euros, however many there are.
    shop.deliver(vec![shop.stock("S", 1, 5)]).await;
    let in_stock = async |query: &str| slugs(shop, &format!("in_stock=true{query}")).await;
    assert_eq!((in_stock("").await, in_stock("&currency=EUR").await), (vec!["shirt".to_owned()], Vec::new()));
}

async fn a_product_shows_the_variants_that_have_a_price(shop: &Shop) {
    fill(shop).await;
    let shirt = shop.get("/v1/products/shirt?currency=EUR").await.expect(200).json;
    assert_eq!((&shirt["price"], shirt["variants"].as_array().unwrap().len()), (&euros(950), 1));
    assert_eq!((&shirt["variants"][0]["sku"], &shirt["variants"][0]["price"]), (&json!("L"), &euros(950)));
    assert_eq!(shop.get("/v1/products/shirt?currency=GBP").await.json, shop.get("/v1/products/shirt").await.json);
    shop.get("/v1/products/rug?currency=EUR").await.expect(404);
    shop.get("/v1/products/rug").await.expect(200);
}

async fn what_is_kept_for_readers_differs_by_currency_and_goes_with_its_market(shop: &Shop) {
    fill(shop).await;
    let market = json!({
        "id": "eu", "name": "EU", "countries": ["DE"], "currency": "EUR", "prices_include_tax": true
    });
    shop.staff("POST", "/v1/admin/markets", &[], market).await.expect(201);
    let price =
        async |query: &str| shop.get(&format!("/v1/products/mug{query}")).await.expect(200).json["price"].clone();
    for _ in 0..2 {
        assert_eq!((price("").await, price("?currency=EUR").await), (pounds(400), euros(1_200)));
        assert_eq!((price("?market=eu").await, price("?market=home").await), (euros(1_200), pounds(400)));
        assert_eq!(slugs(shop, "market=eu").await, ["mug", "shirt"]);
        assert_eq!(slugs(shop, "market=home").await.len(), 3);
    }
    shop.get("/v1/products?market=eu&currency=EUR").await.expect(200);
    assert_eq!(shop.get("/v1/products?market=eu&currency=GBP").await.expect(422).pointers(), ["/currency"]);
    let path = "/v1/admin/markets/eu";
    shop.staff("PATCH", path, &[], json!({"currency": "USD"})).await.expect(200);
    assert_eq!(slugs(shop, "market=eu").await, ["shirt"]);
    shop.get("/v1/products/mug?market=eu").await.expect(404);
    shop.staff("PATCH", path, &[], json!({"enabled": false})).await.expect(200);
    for path in ["/v1/products?market=eu", "/v1/products/shirt?market=eu", "/v1/products?market=none"] {
        assert_eq!(shop.get(path).await.expect(422).pointers(), ["/market"]);
    }
}

async fn a_bad_price_or_currency_is_refused_by_its_field(shop: &Shop) {
    let many: Value = (b'A'..b'L').map(|letter| (format!("XX{}", letter as char), json!(1))).collect();
    for (prices, pointer) in [
        (json!({"EUR": -1}), "/variants/0/prices/EUR"),
        (json!({"EUR": 1_000_000_000_001_i64}), "/variants/0/prices/EUR"),
        (json!({"GBP": 1}), "/variants/0/prices/GBP"),
        (many, "/variants/0/prices"),
    ] {
        let mut body = simple("Mug", "M", 1);
        body["variants"][0]["prices"] = prices;
        assert_eq!(shop.staff("POST", "/v1/products", &[], body).await.expect(422).pointers(), [pointer]);
    }
    let mut body = simple("Mug", "M", 1);
    body["variants"][0]["prices"] = json!({"euro": 1});
    shop.staff("POST", "/v1/products", &[], body).await.expect(422);
    for query in ["currency=eur", "currency=%00%00%00", "market=%00", "market=EU", "market='"] {
        shop.get(&format!("/v1/products?{query}")).await.expect(422);
        shop.get(&format!("/v1/products/mug?{query}")).await.expect(422);
    }
}
