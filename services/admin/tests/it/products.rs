//! The editor of products: what is typed is read exactly, kept whatever is wrong with it, and never written over what
//! somebody else saved.

use crate::played::{Desk, problem};
use serde_json::{Value, json};

const ID: &str = "0190b3d6-0000-7000-8000-000000000001";

fn product(version: i64, name: &str) -> Value {
    let money = |amount: i64| json!({"amount": amount, "currency": "GBP"});
    json!({
        "id": ID, "version": version, "slug": "mug", "name": name, "status": "active",
        "description": "<p>Holds <strong>tea</strong>.</p>", "description_source": "Holds **tea**.", "price": money(1999), "in_stock": true,
        "brand": {"id": "b1", "slug": "acme", "name": "Acme"}, "categories": [{"id": "c1", "slug": "mugs", "name": "Mugs"}],
        "options": ["Size"], "tags": ["tea", "gift"],
        "photos": [{"id": "aa", "url": "/v1/photos/aa/800.webp", "alt": "A mug"}, {"url": "https://img.example/b.png", "alt": ""}],
        "variants": [
            {"id": "v1", "sku": "MUG-S", "options": {"Size": "Small"}, "price": money(1999), "grams": 300, "stocked": true,
             "tax_class": "standard", "prices": {"EUR": 2300}, "in_stock": true, "position": 1},
            {"id": "v2", "sku": "MUG-L", "options": {"Size": "Large"}, "price": money(2500), "compare_at_price": money(3000),
             "grams": 0, "stocked": false, "tax_class": "reduced", "in_stock": true, "position": 2},
        ],
    })
}

fn desk() -> Desk {
    Desk::new().on(&format!("GET /v1/products/{ID}"), 200, product(3, "Mug"))
}

fn page() -> String {
    format!("/admin/products/{ID}")
}

/// What a browser sends of a product with two variants, with these fields otherwise.
fn form(changed: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut form = vec![
        ("version", "3"),
        ("name", "Mug"),
        ("slug", "mug"),
        ("status", "active"),
        ("description", "Holds **tea**."),
        ("brand", "b1"),
        ("category", "c1"),
        ("tags", "tea, gift"),
        ("option.0.id", ""),
        ("option.0.name", "Size"),
        ("variant.0.id", "v1"),
        ("variant.0.sku", "MUG-S"),
        ("variant.0.option.0", "Small"),
        ("variant.0.price", "19.99"),
        ("variant.0.compare_at", ""),
        ("variant.0.stocked", "yes"),
        ("variant.0.tax_class", "standard"),
        ("variant.0.grams", "300"),
        ("variant.0.prices", "EUR 23.00"),
        ("variant.1.id", "v2"),
        ("variant.1.sku", "MUG-L"),
        ("variant.1.option.0", "Large"),
        ("variant.1.price", "25"),
        ("variant.1.compare_at", "30.00"),
        ("variant.1.tax_class", "reduced"),
    ];
    for (name, value) in changed {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    form
}

#[tokio::test]
async fn whoever_is_not_logged_in_is_sent_to_log_in() {
    for path in ["/admin/products/new", "/admin/import", "/admin/brands", "/admin/categories", "/admin/stock/bulk"] {
        let seen = desk().get_as_guest(path).await;
        assert_eq!(seen.status, 303, "{path}");
        assert!(seen.to.starts_with("/admin/login"), "{path} leads to {}", seen.to);
    }
}

#[tokio::test]
async fn what_people_typed_is_text_on_every_page() {
    let evil = "<script>alert(1)</script>\" onfocus=x";
    let shown = json!({"items": [{"id": ID, "slug": evil, "name": evil, "price": {"amount": 1, "currency": "GBP"}}]});
    let desk =
        Desk::new().on("GET /v1/products", 200, shown).on(&format!("GET /v1/products/{ID}"), 200, product(1, evil)).on(
            "GET /v1/admin/reviews",
            200,
            json!({"items": [
            {"id": "r", "stars": 5, "title": evil, "text": evil, "author": evil, "at": "2026-01-01T00:00:00Z",
             "product": {"id": ID, "slug": "mug", "name": evil}}]}),
        );
    for path in ["/admin/products", &page(), "/admin/reviews", "/admin/products?q=%3Cscript%3E&status=draft"] {
        let seen = desk.get(path).await;
        assert_eq!(seen.status, 200, "{path}");
        assert!(!seen.html.contains("<script>alert"), "{path}");
        assert!(!seen.html.contains("\" onfocus=x"), "{path}");
    }
}

#[tokio::test]
async fn a_list_asks_for_what_is_looked_for() {
    let desk = Desk::new().on("GET /v1/products", 200, json!({"items": [], "next_cursor": "a=="}));
    let seen = desk.get("/admin/products?q=a%26b&status=draft").await;
    assert_eq!(desk.read("/v1/products")[0].query, "status=draft&limit=30&q=a%26b");
    seen.has(&["cursor=a%3D%3D", "No products here"]);
    desk.get("/admin/products?status=evil").await;
    assert!(desk.read("/v1/products")[1].query.starts_with("status=active"));
}

#[tokio::test]
async fn a_product_is_saved_to_the_penny() {
    let desk = desk().on(&format!("PATCH /v1/products/{ID}"), 200, product(4, "Mug"));
    let seen = desk.post(&page(), &form(&[])).await;
    assert_eq!((seen.status, seen.to.as_str()), (303, page().as_str()));
    let written = &desk.written()[0];
    assert_eq!(written.if_match.as_deref(), Some("\"3\""));
    let body = written.json();
    assert_eq!(body["description"], "Holds **tea**.", "as it was written, not as it is shown");
    assert_eq!(
        body["variants"][0],
        json!({
            "id": "v1", "sku": "MUG-S", "options": {"Size": "Small"}, "price": {"amount": 1999, "currency": "GBP"},
            "compare_at_price": null, "barcode": null, "grams": 300, "stocked": true, "tax_class": "standard",
            "prices": {"EUR": 2300},
        })
    );
    assert_eq!(body["variants"][1]["price"]["amount"], 2500);
    assert_eq!(body["variants"][1]["compare_at_price"]["amount"], 3000);
    assert_eq!(body["variants"][1]["stocked"], false);
    assert_eq!(body["tags"], json!(["tea", "gift"]));
    assert_eq!(body["category_ids"], json!(["c1"]));
}

#[tokio::test]
async fn a_price_that_is_none_is_told_at_its_field_and_nothing_is_sent() {
    for price in ["1,999", "1e3", "-1", "19.999", "£5", ""] {
        let desk = desk();
        let seen =
            desk.post(&page(), &form(&[("variant.1.price", price), ("variant.0.barcode", "4006381333931")])).await;
        assert_eq!(seen.status, 422, "{price}");
        assert!(desk.written().is_empty(), "{price}");
        seen.has(&[
            "id=\"variant.1.price-error\"",
            &format!("name=\"variant.1.price\" type=\"text\" value=\"{price}\""),
            "value=\"4006381333931\"",
            "value=\"EUR 23.00\"",
        ]);
    }
}

#[tokio::test]
async fn rows_are_added_and_taken_away_without_losing_what_was_typed() {
    let desk = desk();
    let changed = [("name", "Mug, <new>"), ("variant.0.price", "not yet"), ("add", "variant")];
    let seen = desk.post(&page(), &form(&changed)).await;
    assert_eq!(seen.status, 200);
    assert!(desk.written().is_empty());
    seen.has(&[
        "value=\"Mug, &lt;new&gt;\"",
        "value=\"not yet\"",
        "name=\"variant.2.sku\"",
        "name=\"variant.2.stocked\" value=\"yes\" checked",
    ]);
    let seen = desk.post(&page(), &form(&[("add", "option")])).await;
    seen.has(&["name=\"option.1.name\"", "name=\"variant.1.option.1\"", "value=\"Large\""]);
    let seen = desk.post(&page(), &form(&[("remove", "variant.0")])).await;
    seen.has(&["name=\"variant.0.sku\" type=\"text\" value=\"MUG-L\"", "value=\"30.00\""]);
    assert!(!seen.html.contains("variant.1.sku"));
    let seen = desk.post(&page(), &form(&[("remove", "option.0")])).await;
    assert!(!seen.html.contains("option.0"), "the column goes with its option");
    assert!(desk.written().is_empty());
}

#[tokio::test]
async fn what_the_api_refuses_stands_at_its_field() {
    let wrong =
        [("/variants/1/price", "is at most 10^12"), ("/variants/0/barcode", "is too long"), ("/slug", "is no slug")];
    let desk = desk().on(&format!("PATCH /v1/products/{ID}"), 422, problem(422, "invalid_body", &wrong));
    let seen = desk.post(&page(), &form(&[("description", "# A <b>mug</b>")])).await;
    assert_eq!(seen.status, 422);
    seen.has(&[
        "id=\"variant.1.price-error\">is at most 10^12",
        "id=\"variant.0.barcode-error\">is too long",
        "id=\"slug-error\">is no slug",
        "# A &lt;b&gt;mug&lt;/b&gt;",
        "variants › 2 › price",
    ]);
    assert_eq!(desk.written()[0].json()["description"], "# A <b>mug</b>");
}

#[tokio::test]
async fn what_somebody_else_saved_is_shown_beside_what_was_typed() {
    let path = format!("PATCH /v1/products/{ID}");
    let desk = Desk::new()
        .on(&format!("GET /v1/products/{ID}"), 200, product(5, "Big mug"))
        .on(&path, 412, problem(412, "precondition_failed", &[]))
        .on(&path, 200, product(6, "My mug"));
    let seen = desk.post(&page(), &form(&[("name", "My mug")])).await;
    assert_eq!(seen.status, 412);
    seen.has(&["id=\"conflict\"", "My mug", "Big mug", "name=\"version\" value=\"5\"", "value=\"My mug\""]);
    let seen = desk.post(&page(), &form(&[("name", "My mug"), ("version", "5")])).await;
    assert_eq!(seen.status, 303);
    assert_eq!(desk.written()[1].if_match.as_deref(), Some("\"5\""));
}

#[tokio::test]
async fn a_new_product_is_made_once_and_gets_its_photos_next() {
    let desk = Desk::new().on("POST /v1/products", 201, product(1, "Mug"));
    let seen = desk.get("/admin/products/new").await;
    seen.has(&["name=\"key\"", "name=\"variant.0.sku\"", "Kitchen › Mugs"]);
    let seen = desk.post("/admin/products/new", &form(&[("key", "k-1"), ("slug", "")])).await;
    assert_eq!((seen.status, seen.to), (303, format!("{}#photos", page())));
    let written = &desk.written()[0];
    assert_eq!(written.key.as_deref(), Some("k-1"));
    assert_eq!(written.json().get("slug"), None);
}

#[tokio::test]
async fn photos_go_one_by_one_and_those_that_do_not_fit_are_named() {
    let path = format!("POST /v1/products/{ID}/photos");
    let desk = desk().on(&path, 201, product(4, "Mug")).on(&path, 415, problem(415, "photo_type", &[])).on(
        &path,
        201,
        product(5, "Mug"),
    );
    let long = vec![7_u8; 20 * 1024 * 1024 + 1];
    let parts: [(&str, &str, &[u8]); 5] = [
        ("alt", "", b"A blue mug"),
        ("photos", "a.png", b"one"),
        ("photos", "long.png", &long),
        ("photos", "b.svg", b"<svg/>"),
        ("photos", "c.png", b"two"),
    ];
    let seen = desk.upload(&format!("{}/photos", page()), &parts).await;
    assert_eq!((seen.status, seen.to), (303, format!("{}#photos", page())));
    let written = desk.written();
    let bodies: Vec<&[u8]> = written.iter().map(|heard| &heard.body[..]).collect();
    assert_eq!(bodies, [&b"one"[..], b"<svg/>", b"two"]);
    assert!(written.iter().all(|heard| heard.query == "alt=A%20blue%20mug" && heard.kind == "image/png"));
    for text in ["2%20photos", "long%2Epng", "b%2Esvg"] {
        assert!(seen.cookies.contains(text), "{text} in {}", seen.cookies);
    }
}

#[tokio::test]
async fn an_upload_has_a_bound_on_its_files() {
    let desk = desk().on(&format!("POST /v1/products/{ID}/photos"), 201, product(4, "Mug"));
    let many: Vec<(&str, &str, &[u8])> = (0..14).map(|_| ("photos", "a.png", &b"x"[..])).collect();
    let seen = desk.upload(&format!("{}/photos", page()), &many).await;
    assert_eq!(desk.written().len(), 10);
    assert!(seen.cookies.contains("Only%2010"));
    let seen = desk.upload(&format!("{}/photos", page()), &[("alt", "", b"x")]).await;
    assert!(seen.cookies.contains("No%20photo"));
}

#[tokio::test]
async fn photos_are_moved_described_and_taken_away() {
    let desk = desk()
        .on(&format!("PATCH /v1/products/{ID}/photos/aa"), 200, product(4, "Mug"))
        .on(&format!("DELETE /v1/products/{ID}/photos/aa"), 200, product(4, "Mug"))
        .on(&format!("PATCH /v1/products/{ID}"), 200, product(4, "Mug"));
    let to = format!("{}/photos/change", page());
    let own = [("place", "0"), ("url", "/v1/photos/aa/800.webp"), ("alt", "A cup")];
    desk.post(&to, &[&own[..], &[("do", "describe")]].concat()).await;
    desk.post(&to, &[&own[..], &[("do", "down")]].concat()).await;
    desk.post(&to, &[&own[..], &[("do", "remove")]].concat()).await;
    desk.post(&to, &[("place", "1"), ("url", "https://img.example/b.png"), ("do", "up")]).await;
    desk.post(&to, &[("place", "1"), ("url", "https://img.example/gone.png"), ("do", "remove")]).await;
    let written = desk.written();
    assert_eq!(written[0].json(), json!({"alt": "A cup", "position": 1}));
    assert_eq!(written[1].json(), json!({"alt": "A mug", "position": 2}));
    assert_eq!(written[2].method, "DELETE");
    assert_eq!(written[3].json()["photos"][0], json!({"url": "https://img.example/b.png", "alt": ""}));
    assert_eq!(written[3].if_match.as_deref(), Some("\"3\""));
    assert_eq!(written.len(), 4, "a photo that is another one by now is left alone");
}

#[tokio::test]
async fn an_import_tells_row_by_row_what_was_left_out() {
    let report = json!({
        "rows": 1200, "created": 2, "updated": 1, "rejected": 1, "unchanged": 0,
        "errors": [{"line": 7, "handle": "<b>mug</b>", "reason": "has no price"}],
        "stock": [{"sku": "A", "quantity": 3, "new": true}, {"sku": "B", "quantity": 9, "new": false}],
    });
    let desk = Desk::new().on("POST /v1/products/import", 200, report);
    let parts: [(&str, &str, &[u8]); 2] = [("key", "", b"k-9"), ("file", "goods.csv", b"Handle,Title\nmug,Mug\n")];
    let seen = desk.upload("/admin/import", &parts).await;
    seen.has(&["1,200", "&lt;b&gt;mug&lt;/b&gt;", "has no price", "3 pieces"]);
    let written = &desk.written()[0];
    assert_eq!((written.kind.as_str(), written.key.as_deref()), ("text/csv", Some("k-9")));
    assert_eq!(&written.body[..], b"Handle,Title\nmug,Mug\n");

    let desk = Desk::new().on("POST /v1/products/import", 422, problem(422, "malformed_file", &[]));
    assert_eq!(desk.upload("/admin/import", &[("file", "x.csv", b"x")]).await.status, 422);
    assert_eq!(desk.upload("/admin/import", &[("file", "", b"")]).await.status, 422);
    assert_eq!(desk.written().len(), 1);
}
