//! What attackers send: SQL through every parameter, script through every text, oversized anything.

use crate::setup::{Shop, pounds, simple};
use bodega_testkit::stories;
use serde_json::json;

const SQL: &[&str] = &[
    "'",
    "\"",
    "' OR '1'='1",
    "'; DROP TABLE products; --",
    "1; DELETE FROM products",
    "price DESC; --",
    "(SELECT name FROM brands)",
    "name' UNION SELECT id, id, id FROM products --",
    "\\' OR 1=1 --",
    "%27 OR 1=1",
    "$1",
    "?",
    "{lock}",
    "\u{0}",
    "%",
    "_",
];

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"))
}

async fn no_parameter_reaches_the_statement(shop: &Shop) {
    shop.create(simple("Mug", "M-1", 900)).await;
    shop.create(simple("Cup", "C-1", 900)).await;
    for attack in SQL {
        let text = encoded(attack);
        for name in ["q", "category", "brand"] {
            let answer = shop.get(&format!("/v1/products?{name}={text}")).await;
            match answer.status {
                200 => assert_eq!(answer.json["items"], json!([]), "{name}={attack}"),
                422 => {}
                other => panic!("{name}={attack}: {other} {}", answer.text),
            }
        }
        for name in ["sort", "price_min", "price_max", "in_stock", "limit", "cursor", "count", "status"] {
            let answer = shop.get(&format!("/v1/products?{name}={text}")).await;
            assert_eq!(answer.status, 422, "{name}={attack}: {}", answer.text);
        }
        shop.get(&format!("/v1/products/{text}")).await.expect(404);
        for list in ["brands", "categories"] {
            shop.get(&format!("/v1/{list}?cursor={text}")).await.expect(422);
        }
    }
    for sort in ["PRICE", "id", "price,name", "name--", "-name", "sku"] {
        shop.get(&format!("/v1/products?sort={sort}")).await.expect(422);
    }
    assert_eq!(shop.get("/v1/products?count=true").await.json["total"], 2);
}

async fn a_forged_cursor_is_refused_or_only_a_place_in_the_list(shop: &Shop) {
    shop.create(simple("Mug", "M-1", 900)).await;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let forged = [
        json!({"Name": ["' OR 1=1 --", id]}),
        json!({"Name": ["\u{0}", id]}),
        json!({"Name": ["x".repeat(10_000), id]}),
        json!({"Name": [1, id]}),
        json!({"Name": ["a", "b"]}),
        json!({"Cheapest": [0, id]}),
        json!([[[[]]]]),
        json!(null),
    ];
    for key in forged {
        let cursor = bodega_kernel::Cursor::of(&key).0;
        let answer = shop.get(&format!("/v1/products?sort=name&cursor={cursor}")).await;
        assert!([200, 422].contains(&answer.status), "{key}: {}", answer.text);
        let names = shop.get(&format!("/v1/brands?cursor={cursor}")).await;
        assert!([200, 422].contains(&names.status), "{key}: {}", names.text);
    }
    let nul = bodega_kernel::Cursor::of(&"\u{0}").0;
    shop.get(&format!("/v1/brands?cursor={nul}")).await.expect(422);
    shop.get(&format!("/v1/categories?cursor={nul}")).await.expect(422);
}

async fn no_description_comes_back_active_however_it_came_in(shop: &Shop) {
    let attack = "<p onclick=alert(1)>Soft</p><script>alert(1)</script><img src=x onerror=alert(1)>\
                  <a href=\"javascript:alert(1)\">more</a>";
    let clean = "<p>Soft</p>more";
    let mut body = simple("Mug", "M-1", 900);
    body["description"] = attack.into();
    let made = shop.create(body).await;
    assert_eq!(made["description"], clean);
    assert_eq!(shop.get("/v1/products/mug").await.json["description"], clean);
    let file = format!("Handle,Title,Body (HTML),Variant Price\ncup,Cup,\"{}\",1\n", attack.replace('"', "\"\""));
    shop.import(file).await.expect(200);
    assert_eq!(shop.get("/v1/products/cup").await.json["description"], clean);
    for path in ["/v1/products/mug", "/v1/products/cup", "/v1/products"] {
        let text = shop.get(path).await.expect(200).text;
        assert!(["<script", "onerror", "onclick", "javascript:"].iter().all(|word| !text.contains(word)), "{text}");
    }
}

async fn what_is_too_much_is_refused(shop: &Shop) {
    let variant = |number: usize| json!({"sku": format!("S-{number}"), "options": {"Size": format!("{number}")}, "price": pounds(1)});
    let mut body = simple("Shirt", "S", 1);
    body["variants"] = (0..101).map(variant).collect();
    assert_eq!(shop.staff("POST", "/v1/products", &[], body.clone()).await.expect(422).pointers(), ["/variants"]);
    body["variants"] = (0..100).map(variant).collect();
    shop.staff("POST", "/v1/products", &[], body).await.expect(201);
    let long = |name: &str, value: serde_json::Value| {
        let mut body = simple("Mug", "M-1", 900);
        body[name] = value;
        body
    };
    for body in [
        long("name", "x".repeat(256).into()),
        long("description", "x".repeat(100_001).into()),
        long("slug", "x".repeat(121).into()),
        long("tags", vec!["x"; 251].into()),
        long("photos", vec![json!({"url": "https://a.example/b"}); 21].into()),
        long("options", vec!["x"; 6].into()),
    ] {
        shop.staff("POST", "/v1/products", &[], body).await.expect(422);
    }
    shop.get(&format!("/v1/products?q={}", "x".repeat(1_000))).await.expect(422);
    shop.get(&format!("/v1/products/{}", "x".repeat(1_000))).await.expect(404);
}

stories![
    no_parameter_reaches_the_statement,
    a_forged_cursor_is_refused_or_only_a_place_in_the_list,
    no_description_comes_back_active_however_it_came_in,
    what_is_too_much_is_refused,
];
