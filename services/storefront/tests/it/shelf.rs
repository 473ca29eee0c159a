//! From the first page to a product.

use crate::played::{Played, logged_in};
use axum::http::Method;
use serde_json::{Value, json};

/// What somebody may have typed into any text that pages show.
const EVIL: &str = "\"><img src=x onerror=alert(1)><script>alert(1)</script></title>";

fn pounds(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

fn tile(slug: &str, name: &str) -> Value {
    json!({"id": "p-1", "slug": slug, "name": name, "price": pounds(1250), "compare_at_price": pounds(1500), "rating": 4.5,
        "rating_count": 12, "image": "/v1/photos/0a/800.webp", "in_stock": true})
}

fn product(name: &str) -> Value {
    json!({
        "id": "01890c33-90a7-7f6e-8b3e-0d3d3a1f1a12", "version": 1, "slug": "mug", "name": name, "status": "active",
        "description": "<p>Thrown by <b>hand</b>.</p>", "price": pounds(1250), "rating": 4.5, "rating_count": 2,
        "image": "/v1/photos/0a/800.webp", "in_stock": true, "brand": {"id": "b", "slug": "kiln", "name": name},
        "categories": [{"id": "c-2", "slug": "cups", "name": "Cups"}], "options": ["Colour", "Size"], "tags": [],
        "photos": [{"id": "0a", "url": "/v1/photos/0a/800.webp", "alt": name}, {"url": "https://elsewhere.example/b.jpg", "alt": ""}],
        "variants": [
            {"id": "v-1", "sku": "MUG-R-S", "options": {"Colour": "Red", "Size": "Small"}, "price": pounds(1250), "in_stock": false},
            {"id": "v-2", "sku": "MUG-R-L", "options": {"Colour": "Red", "Size": "Large"}, "price": pounds(1450), "in_stock": true},
            {"id": "v-3", "sku": "MUG-B-S", "options": {"Colour": name, "Size": "Small"}, "price": pounds(1250), "in_stock": true},
        ],
        "created_at": "2026-01-01T00:00:00Z",
    })
}

fn shop(name: &str) -> Played {
    let facets = json!({
        "categories": [{"slug": "cups", "name": name, "count": 3}], "brands": [{"slug": "kiln", "name": name, "count": 2}],
        "prices": [{"from": 1000, "to": 2000, "count": 2}, {"from": 2000, "count": 1}],
        "ratings": [{"stars": 4, "count": 1}], "in_stock": 2,
    });
    let list = json!({"items": [tile("mug", name)], "next_cursor": "next+one", "total": 30, "facets": facets});
    let categories = json!({"items": [
        {"id": "c-1", "slug": "kitchen", "name": "Kitchen", "parent_id": null, "version": 1},
        {"id": "c-2", "slug": "cups", "name": name, "parent_id": "c-1", "version": 1},
    ], "next_cursor": null});
    let review = json!({"id": "r-1", "stars": 5, "title": name, "text": name, "author": name, "at": "2026-02-01T10:00:00Z",
        "verified": true});
    let below = "/v1/products/01890c33-90a7-7f6e-8b3e-0d3d3a1f1a12";
    Played::default()
        .answers(Method::GET, "/v1/products", 200, &list)
        .answers(Method::GET, "/v1/categories", 200, &categories)
        .answers(Method::GET, "/v1/products/mug", 200, &product(name))
        .answers(Method::GET, &format!("{below}/reviews"), 200, &json!({"items": [review], "next_cursor": null}))
        .answers(Method::GET, &format!("{below}/related"), 200, &json!({"items": [tile("cup", name)]}))
}

#[tokio::test]
async fn what_people_typed_is_shown_as_text_everywhere() {
    let shop = shop(EVIL);
    for path in [
        "/",
        "/search?q=mug",
        "/c/cups",
        "/p/mug",
        "/de",
        "/de/p/mug",
        "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    ] {
        let shown = shop.get(path, &logged_in()).await;
        assert_eq!(shown.status, 200, "{path}");
        assert!(!shown.text.contains("<script>alert"), "{path}");
        assert!(!shown.text.contains("<img src=x"), "{path}");
        assert!(!shown.text.contains("</script></title>"), "{path}");
    }
}

#[tokio::test]
async fn a_filtered_list_keeps_its_filters_in_every_link() {
    let shop = shop("Mug");
    let shown =
        shop.get("/search?q=red+mug&brand=kiln&price_min=10&price_max=20&rating=4&in_stock=yes&sort=price", "").await;
    assert_eq!(shown.status, 200);
    let asked = shop.asked(&Method::GET, "/v1/products?q=red%20mug");
    let question = &asked.first().expect("the list was asked for").path;
    for part in
        ["brand=kiln", "price_min=1000", "price_max=2000", "rating=4", "in_stock=true", "sort=price", "facets=true"]
    {
        assert!(question.contains(part), "{question}");
    }
    let next = "/search?q=red%20mug&amp;brand=kiln&amp;price_min=10&amp;price_max=20&amp;rating=4&amp;in_stock=yes&amp;sort=price&amp;cursor=next%2Bone";
    assert!(shown.text.contains(next), "the next page is of the same list");
    let without_brand =
        "/search?q=red%20mug&amp;price_min=10&amp;price_max=20&amp;rating=4&amp;in_stock=yes&amp;sort=price\"";
    assert!(shown.text.contains(without_brand), "a filter can be taken back alone");
    assert!(shown.text.contains("value=\"kiln\" checked"));
}

#[tokio::test]
async fn nonsense_in_an_address_is_no_error() {
    let shop = shop("Mug");
    for query in
        ["price_min=abc", "price_max=-1", "rating=99", "sort=drop", "in_stock=perhaps", "cursor=%00%ff", "q=%", "&&==&"]
    {
        assert_eq!(shop.get(&format!("/search?{query}"), "").await.status, 200, "{query}");
    }
    let refused = shop.refuses(Method::GET, "/v1/products", 422, "invalid_cursor", &json!([]));
    let shown = refused.get("/search?cursor=old", "").await;
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("Nothing found"));
}

#[tokio::test]
async fn a_category_tells_where_it_stands() {
    let shown = shop("Cups").get("/c/cups", "").await;
    assert!(shown.text.contains("<h1>Cups</h1>"));
    assert!(shown.text.contains("href=\"/c/kitchen\""));
    assert!(shown.text.contains("\"@type\":\"BreadcrumbList\""));
    assert!(shown.text.contains("rel=\"canonical\" href=\"http://127.0.0.1:8080/c/cups\""));
    assert!(shown.text.contains("hreflang=\"de\" href=\"http://127.0.0.1:8080/de/c/cups\""));
    assert!(shown.text.contains("hreflang=\"x-default\" href=\"http://127.0.0.1:8080/c/cups\""));
    assert!(shown.text.contains("\"@type\":\"ItemList\"") && shown.text.contains("http://127.0.0.1:8080/p/mug"));
    assert_eq!(shop("Cups").get("/c/nowhere", "").await.status, 404);
    assert!(shop("Cups").get("/search?q=a", "").await.text.contains("noindex"));
}

#[tokio::test]
async fn a_product_offers_each_version_and_says_what_is_sold_out() {
    let shown = shop("Mug").get("/p/mug", "").await;
    let text = &shown.text;
    assert!(text.contains("<p>Thrown by <b>hand</b>.</p>"), "the description keeps its tags");
    assert!(text.contains("value=\"MUG-R-L\" checked"), "the first that can be bought is chosen");
    assert!(text.contains("value=\"MUG-R-S\" required disabled"), "what is sold out cannot be chosen");
    assert!(text.contains("\"aggregateRating\":{\"@type\":\"AggregateRating\""));
    assert!(text.contains("https://schema.org/OutOfStock"));
    assert!(text.contains("property=\"og:image\" content=\"http://127.0.0.1:8080/v1/photos/0a/800.webp\""));
    assert!(text.contains("property=\"og:type\" content=\"product\""));
    assert!(text.contains("id=\"add-to-cart\"") && text.contains("href=\"/legal/withdrawal\""));
    assert!(text.contains("href=\"/login?to=%2Fp%2Fmug\""), "guests are told how to review");
    assert_eq!(shop("Mug").get("/p/nothing", "").await.status, 404);
}

#[tokio::test]
async fn what_is_sold_out_leads_on() {
    let mut gone = product("Mug");
    gone["in_stock"] = false.into();
    let shop = shop("Mug").answers(Method::GET, "/v1/products/mug", 200, &gone);
    let shown = shop.get("/p/mug", "").await;
    assert!(!shown.text.contains("id=\"add-to-cart\"") && shown.text.contains("disabled>Sold out<"));
    assert!(shown.text.contains("href=\"#like-it\"") && shown.text.contains("id=\"like-it\""));
}

#[tokio::test]
async fn nobody_chooses_by_stars_that_nobody_gave() {
    let list = |count: i64| {
        json!({"items": [tile("mug", "Mug")], "total": 1, "facets": {
            "categories": [], "brands": [], "prices": [{"from": 0, "to": 2000, "count": 1}],
            "ratings": [{"stars": 4, "count": count}], "in_stock": 1,
        }})
    };
    let page = async |count| {
        Played::default().answers(Method::GET, "/v1/products", 200, &list(count)).get("/search", "").await.text
    };
    assert!(!page(0).await.contains("Customer rating"));
    let rated = page(1).await;
    assert!(rated.contains("Customer rating") && rated.contains("Up to £20.00"));
}

#[tokio::test]
async fn a_product_is_shown_where_its_reviews_cannot_be() {
    let shop = Played::default().answers(Method::GET, "/v1/products/mug", 200, &product("Mug"));
    assert_eq!(shop.get("/p/mug", "").await.status, 200);
}

#[tokio::test]
async fn a_page_speaks_german() {
    let shown = shop("Becher").get("/de/p/mug", "").await;
    for text in ["lang=\"de\"", "In den Warenkorb", "12,50\u{a0}£", "action=\"/de/cart/lines\"", "href=\"/de/p/cup\""]
    {
        assert!(shown.text.contains(text), "{text}");
    }
}

#[tokio::test]
async fn only_buyers_review_and_nothing_typed_is_lost() {
    let path = "/v1/products/01890c33-90a7-7f6e-8b3e-0d3d3a1f1a12/reviews";
    let form = "stars=4&title=Good&text=Very+%3Cgood%3E&author=Ada";
    let refused = shop("Mug").refuses(Method::POST, path, 403, "not_bought", &json!([]));
    let shown = refused.post("/p/mug/reviews", &logged_in(), form).await;
    assert_eq!(shown.status, 403);
    assert!(shown.text.contains("Only those who bought this"));
    assert!(shown.text.contains("Very &lt;good&gt;") && shown.text.contains("value=\"4\" checked"));
    let taken = shop("Mug").answers(Method::POST, path, 201, &json!({"status": "pending"}));
    let shown = taken.post("/p/mug/reviews", &logged_in(), form).await;
    assert_eq!((shown.status, shown.location()), (303, "/p/mug"));
    assert_eq!(
        taken.asked(&Method::POST, path)[0].body,
        json!({"stars": 4, "title": "Good", "text": "Very <good>", "author": "Ada"})
    );
}
