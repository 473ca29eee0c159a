//! Categories, stock, coupons, shipping and settings: what the forms send, and what they keep where it is refused.

use crate::played::{Desk, problem};
use serde_json::{Value, json};

const ID: &str = "0190b3d6-0000-7000-8000-000000000002";

fn stock() -> Value {
    json!({
        "sku": "A/1", "on_hand": 12, "held": 2, "allocated": 1, "incoming": 0, "available": 6, "sellable": 6, "safety": 3,
        "backorder": false, "low_stock_threshold": 5, "low": false, "policy_version": 4, "version": 7,
        "locations": [{"location": "main", "enabled": true, "on_hand": 12, "held": 2, "allocated": 1, "incoming": 0,
                       "safety": 3, "available": 6}],
    })
}

fn warehouse() -> Desk {
    let places = json!({"items": [{"id": "main", "name": "Main", "priority": 0, "enabled": true, "version": 1}]});
    Desk::new()
        .on("GET /v1/stock/A%2F1", 200, stock())
        .on("GET /v1/stock/A%2F1/movements", 200, json!({"items": []}))
        .on("GET /v1/admin/locations", 200, places)
}

#[tokio::test]
async fn a_category_that_is_in_use_stays_and_why_is_told() {
    let refused = json!({"status": 409, "code": "in_use", "detail": "products stand in it"});
    let desk = Desk::new().on(&format!("DELETE /v1/categories/{ID}"), 409, refused);
    let seen = desk.post(&format!("/admin/categories/{ID}/delete"), &[]).await;
    assert_eq!((seen.status, seen.to.as_str()), (303, "/admin/categories"));
    assert!(seen.cookies.contains("products%20stand%20in%20it"));
}

#[tokio::test]
async fn categories_stand_below_each_other() {
    let seen = Desk::new().get("/admin/categories").await;
    let place = |text: &str| seen.html.find(text).unwrap();
    assert!(place(">Kitchen</a>") < place(">Mugs</a>"));
    seen.has(&["Kitchen › Mugs"]);
}

#[tokio::test]
async fn a_name_that_is_refused_is_kept() {
    let wrong = problem(422, "invalid_body", &[("/name", "has 1 to 255 characters")]);
    let desk =
        Desk::new().on("POST /v1/categories", 422, wrong).on("POST /v1/brands", 409, problem(409, "slug_taken", &[]));
    let seen = desk.post("/admin/categories", &[("name", "A \"cup\""), ("parent", "c2")]).await;
    assert_eq!(seen.status, 422);
    seen.has(&["value=\"A &quot;cup&quot;\"", "id=\"name-error\"", "value=\"c2\" selected"]);
    assert_eq!(desk.post("/admin/brands", &[("name", "Acme")]).await.status, 422);
}

#[tokio::test]
async fn a_count_holds_only_for_what_the_books_said() {
    let desk = warehouse().on("PUT /v1/stock/A%2F1", 200, stock());
    desk.get("/admin/stock/items/A%2F1")
        .await
        .has(&["name=\"expected.main\" value=\"12\"", "name=\"policy_version\" value=\"4\""]);
    let form = [("key", "k"), ("expected.main", "12"), ("count_location", "main"), ("counted", "11")];
    let seen = desk.post("/admin/stock/items/A%2F1/count", &form).await;
    assert_eq!((seen.status, seen.to.as_str()), (303, "/admin/stock/items/A%2F1"));
    let body = desk.written()[0].json();
    assert_eq!((&body["on_hand"], &body["expected_on_hand"]), (&json!(11), &json!(12)));
}

#[tokio::test]
async fn a_movement_that_is_refused_keeps_what_was_typed() {
    let wrong = problem(422, "invalid_body", &[("/reason", "an adjustment needs one")]);
    let desk = warehouse().on("POST /v1/stock/movements", 422, wrong);
    let form = [("key", "k"), ("kind", "adjust"), ("location", "main"), ("quantity", "-3"), ("reference", "R-7")];
    let seen = desk.post("/admin/stock/items/A%2F1/move", &form).await;
    assert_eq!(seen.status, 422);
    seen.has(&["value=\"-3\"", "value=\"R-7\"", "value=\"adjust\" selected", "an adjustment needs one"]);
    assert_eq!(desk.written()[0].json()["quantity"], -3);
    let seen = desk.post("/admin/stock/items/A%2F1/move", &[("location", "main"), ("quantity", "1.5")]).await;
    assert_eq!(seen.status, 422);
    assert_eq!(desk.written().len(), 1);
}

#[tokio::test]
async fn a_sku_that_is_not_known_yet_can_be_received() {
    let desk = Desk::new().on("GET /v1/admin/locations", 200, json!({"items": []}));
    let seen = desk.get("/admin/stock/items/NEW").await;
    assert_eq!(seen.status, 200);
    seen.has(&["Receive the first pieces", "id=\"move\""]);
    assert_eq!(desk.get("/admin/stock?sku=a%2Fb").await.to, "/admin/stock/items/a%2Fb");
    let none = Desk::new().on("GET /v1/stock", 200, json!({"items": []})).get("/admin/stock?q=a%2Fb").await;
    none.has(&["/admin/stock/items/a%2Fb", "value=\"a/b\""]);
}

#[tokio::test]
async fn a_table_of_stock_is_sent_as_it_is_and_told_row_by_row() {
    let report = json!({"set": 1, "unchanged": 0, "refused": 1, "rows": [
        {"row": 0, "sku": "A", "location": "main", "outcome": "set", "on_hand": 12},
        {"row": 1, "outcome": "invalid", "detail": "<i>expected</i> is no number"}]});
    let desk = Desk::new().on("POST /v1/admin/stock/bulk", 200, report);
    let parts: [(&str, &str, &[u8]); 3] =
        [("key", "", b"k"), ("file", "", b""), ("text", "", b"sku,location,expected,on_hand\nA,main,1,2")];
    let seen = desk.upload("/admin/stock/bulk", &parts).await;
    seen.has(&["Not readable", "&lt;i&gt;expected&lt;/i&gt;"]);
    assert!(desk.written()[0].body.starts_with(b"sku,location"));
}

#[tokio::test]
async fn each_kind_of_promotion_is_sent_as_it_is_meant() {
    let base = [
        ("label", "Sale"),
        ("trigger", "automatic"),
        ("enabled", "yes"),
        ("percent", "12.5"),
        ("amounts", "5; EUR 6.50"),
        ("buy", "2"),
        ("get", "1"),
        ("get_percent", "100"),
        ("tier.0.id", ""),
        ("tier.0.minimum", "50"),
        ("tier.0.percent", "5"),
        ("tier.1.minimum", "100"),
        ("tier.1.amounts", "10.00"),
        ("minimum", "20.00"),
        ("skus", "A, B"),
        ("from", "2026-01-31T10:00"),
    ];
    let gbp = |amount: i64| json!({"amount": amount, "currency": "GBP"});
    for (kind, reward) in [
        ("percentage", json!({"kind": "percentage", "bp": 1250})),
        ("amount", json!({"kind": "amount", "amounts": [gbp(500), {"amount": 650, "currency": "EUR"}]})),
        ("free_shipping", json!({"kind": "free_shipping"})),
        ("buy_x_get_y", json!({"kind": "buy_x_get_y", "buy": 2, "get": 1, "bp": 10_000})),
        (
            "tiers",
            json!({"kind": "tiers", "tiers": [
            {"minimum": [gbp(5_000)], "off": {"bp": 500}}, {"minimum": [gbp(10_000)], "off": {"amounts": [gbp(1_000)]}}]}),
        ),
    ] {
        let desk = Desk::new().on("POST /v1/promotions", 422, problem(422, "invalid_body", &[("/label", "is taken")]));
        let seen = desk.post("/admin/coupons/new", &[&base[..], &[("kind", kind)]].concat()).await;
        assert_eq!(seen.status, 422);
        seen.has(&[
            "value=\"Sale\"",
            "value=\"12.5\"",
            "name=\"tier.1.amounts\" type=\"text\" value=\"10.00\"",
            "is taken",
        ]);
        let body = desk.written()[0].json();
        assert_eq!(body["reward"], reward);
        assert_eq!(body["conditions"]["minimum"], json!([gbp(2_000)]));
        assert_eq!(body["conditions"]["skus"], json!(["A", "B"]));
        assert_eq!(body["conditions"]["from"], "2026-01-31T10:00:00Z");
    }
    let desk = Desk::new();
    let seen = desk.post("/admin/coupons/new", &[&base[..], &[("kind", "tiers"), ("remove", "tier.0")]].concat()).await;
    assert_eq!(seen.status, 200);
    seen.has(&["name=\"tier.0.minimum\" type=\"text\" value=\"100\""]);
    let wrong = desk.post("/admin/coupons/new", &[("label", "Sale"), ("kind", "percentage"), ("percent", "1e1")]).await;
    assert_eq!(wrong.status, 422);
    assert!(desk.written().is_empty());
}

#[tokio::test]
async fn a_gift_card_shows_its_code_once() {
    let made = json!({"id": ID, "code": "ABCD-EFGH", "label": "EFGH", "amount": {"amount": 5000, "currency": "GBP"}});
    let desk = Desk::new().on("POST /v1/admin/gift-cards", 201, made).on(
        "GET /v1/admin/gift-cards",
        200,
        json!({"items": []}),
    );
    let seen =
        desk.post("/admin/coupons/gift-cards", &[("key", "k-1"), ("amount", "50"), ("ends", "2030-12-31")]).await;
    seen.has(&["ABCD-EFGH", "£50.00"]);
    let written = &desk.written()[0];
    assert_eq!(written.key.as_deref(), Some("k-1"));
    assert_eq!(written.json()["ends"], "2030-12-31T00:00:00Z");
    for amount in ["", "1e3", "5; EUR 6", "1,999"] {
        let seen = desk.post("/admin/coupons/gift-cards", &[("key", "k-2"), ("amount", amount)]).await;
        assert_eq!(seen.status, 422, "{amount}");
    }
    assert_eq!(desk.written().len(), 1);
}

#[tokio::test]
async fn a_way_of_shipping_has_its_table_in_the_right_units() {
    let desk = Desk::new().on("POST /v1/shipping-methods", 201, json!({}));
    let base = [
        ("key", "k"),
        ("id", "post"),
        ("name", "Post"),
        ("step.0.id", ""),
        ("step.0.up_to", "50"),
        ("step.0.price", "4.99"),
        ("step.1.id", ""),
        ("step.1.price", "0"),
        ("countries", "gb, ie"),
        ("free_above", "80"),
        ("tax", "20"),
    ];
    desk.post("/admin/settings/shipping/new", &[&base[..], &[("kind", "by_price")]].concat()).await;
    desk.post("/admin/settings/shipping/new", &[&base[..], &[("kind", "by_weight")]].concat()).await;
    let written = desk.written();
    let steps = |up_to: i64| json!([{"up_to": up_to, "price": 499}, {"price": 0}]);
    assert_eq!(written[0].json()["rate"]["steps"], steps(5_000));
    assert_eq!(written[1].json()["rate"]["steps"], steps(50));
    assert_eq!(written[0].json()["countries"], json!(["GB", "IE"]));
    assert_eq!((&written[0].json()["free_above"], &written[0].json()["tax_rate_bp"]), (&json!(8_000), &json!(2_000)));
}

fn shop(version: i64) -> Value {
    json!({
        "version": version, "name": "Harbour Mugs", "address": null, "email": "shop@example.com", "tax_number": null,
        "languages": ["en", "de"], "legal": {"terms": {"en": "# Terms"}, "privacy": {}, "withdrawal": {}, "imprint": {}},
        "legal_version": 2,
    })
}

#[tokio::test]
async fn the_shop_keeps_its_texts_and_the_texts_their_shop() {
    let desk = Desk::new().on("GET /v1/admin/shop", 200, shop(7)).on("PUT /v1/admin/shop", 200, shop(8));
    desk.post(
        "/admin/settings",
        &[("version", "7"), ("name", "Mugs"), ("languages", "en, de"), ("address.country", "gb")],
    )
    .await;
    desk.post("/admin/settings/legal", &[("version", "7"), ("legal.terms.en", "# New"), ("legal.terms.de", " ")]).await;
    let written = desk.written();
    assert_eq!(written[0].if_match.as_deref(), Some("\"7\""));
    assert_eq!(written[0].json()["legal"]["terms"], json!({"en": "# Terms"}));
    assert_eq!(written[0].json()["address"]["country"], "GB");
    assert_eq!(written[1].json()["name"], "Harbour Mugs");
    assert_eq!(written[1].json()["legal"]["terms"], json!({"en": "# New"}));
}

#[tokio::test]
async fn settings_of_somebody_else_are_shown_beside() {
    let desk = Desk::new().on("GET /v1/admin/shop", 200, shop(9)).on(
        "PUT /v1/admin/shop",
        412,
        problem(412, "precondition_failed", &[]),
    );
    let seen = desk.post("/admin/settings", &[("version", "7"), ("name", "My mugs"), ("languages", "en, de")]).await;
    assert_eq!(seen.status, 412);
    seen.has(&["id=\"conflict\"", "My mugs", "Harbour Mugs", "name=\"version\" value=\"9\""]);
}

#[tokio::test]
async fn tax_rates_are_shares_and_a_class_is_there_once() {
    let table = json!({"country": "GB", "version": 2, "rates": {"standard": 2000, "reduced": 550}, "regions": {}});
    let desk =
        Desk::new().on("GET /v1/admin/tax-rates/GB", 200, table.clone()).on("PUT /v1/admin/tax-rates/GB", 200, table);
    desk.get("/admin/settings/taxes/GB").await.has(&["value=\"5.5\"", "value=\"20\""]);
    let line = [
        ("version", "2"),
        ("rate.0.class", "standard"),
        ("rate.0.percent", "19.5"),
        ("region.0.name", "Kent"),
        ("region.0.class", "standard"),
        ("region.0.percent", "0"),
    ];
    let seen = desk.post("/admin/settings/taxes/GB", &line).await;
    assert_eq!(seen.status, 303);
    assert_eq!(desk.written()[0].json(), json!({"rates": {"standard": 1950}, "regions": {"Kent": {"standard": 0}}}));
    let twice = [&line[..], &[("rate.1.class", "standard"), ("rate.1.percent", "5")]].concat();
    assert_eq!(desk.post("/admin/settings/taxes/GB", &twice).await.status, 422);
    assert_eq!(desk.written().len(), 1);
}

#[tokio::test]
async fn a_review_is_decided_where_it_stands() {
    let desk = Desk::new().on(&format!("POST /v1/admin/reviews/{ID}/approve"), 200, json!({}));
    let seen = desk.post(&format!("/admin/reviews/{ID}/approve"), &[("status", "pending")]).await;
    assert_eq!((seen.status, seen.to.as_str()), (303, "/admin/reviews?status=pending"));
    let seen = desk.post(&format!("/admin/reviews/{ID}/reject"), &[("status", "pending")]).await;
    assert_eq!(seen.status, 303, "one that is gone is told, not a page that is lost");
}

#[tokio::test]
async fn stock_is_found_by_its_beginning_and_by_how_little_there_is() {
    let list = json!({"items": [stock()], "next_cursor": "n"});
    let desk = Desk::new().on("GET /v1/stock", 200, list);
    let seen = desk.get("/admin/stock?q=a%2F&below=7").await;
    assert_eq!(seen.status, 200, "{}", seen.html);
    seen.has(&["/admin/stock/items/A%2F1", "q=a%2F&amp;below=7&amp;cursor=n"]);
    let wrong = desk.get("/admin/stock?below=few").await;
    wrong.has(&["Please enter a whole number.", "value=\"few\""]);
    let low = desk.get("/admin/stock/low?below=7").await;
    assert_eq!(low.status, 200, "{}", low.html);
    low.has(&["id=\"at-threshold\"", "Fewer than 7 available", "below=7&amp;cursor=n"]);
    assert!(!desk.get("/admin/stock/low?cursor=n").await.html.contains("id=\"at-threshold\""));
    let asked: Vec<String> = desk.read("/v1/stock").into_iter().map(|heard| heard.query).collect();
    assert_eq!(asked[..2], ["limit=50&q=a%2F&below=7", "limit=50"]);
    assert!(asked.contains(&"limit=50&below=7".to_owned()) && asked.contains(&"low=true&limit=50".to_owned()));
    assert!(asked.contains(&"limit=50&below=5&cursor=n".to_owned()), "{asked:?}");
}

#[tokio::test]
async fn reviews_are_approved_or_rejected_and_nothing_else() {
    let id = "0190b3d6-0000-7000-8000-000000000001";
    let desk = Desk::new().on(&format!("POST /v1/admin/reviews/{id}/reject"), 200, json!({}));
    let seen = desk.post(&format!("/admin/reviews/{id}/reject"), &[("status", "pending")]).await;
    assert_eq!((seen.status, seen.to.as_str()), (303, "/admin/reviews?status=pending"));
    assert_eq!(desk.post(&format!("/admin/reviews/{id}/burn"), &[]).await.status, 404);
    assert_eq!(desk.written().len(), 1);
}
