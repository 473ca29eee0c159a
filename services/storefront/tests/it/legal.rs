//! Legal texts, what searchers ask for, and pages for what went wrong.

use crate::played::Played;
use axum::http::{Method, header};
use serde_json::{Value, json};

fn products(count: usize) -> Value {
    json!({"items": [{"slug": "a-mug"}, {"slug": "b&c"}], "next_cursor": null, "total": count})
}

#[tokio::test]
async fn a_legal_text_is_shown_as_text() {
    let text = json!({"text": "terms", "language": "en", "version": 1, "digest": "d",
        "markdown": "# Terms\n\n<img src=x onerror=alert(1)> **bold**"});
    let shop = Played::default().answers(Method::GET, "/v1/shop/legal/terms", 200, &text);
    let shown = shop.get("/de/legal/terms", "").await;
    assert!(shown.text.contains("<strong>bold</strong>") && !shown.text.contains("<img src=x"));
    assert!(shown.text.contains("nur in einer anderen Sprache"));
    assert!(shop.asked(&Method::GET, "/v1/shop/legal")[0].path.ends_with("?lang=de"));
    assert_eq!(Played::default().get("/legal/..%2Fadmin", "").await.status, 404);
}

#[tokio::test]
async fn the_sitemap_names_every_page_in_both_languages() {
    let shop = Played::default().answers(Method::GET, "/v1/products", 200, &products(2)).answers(
        Method::GET,
        "/v1/categories",
        200,
        &json!({"items": [{"id": "1", "slug": "mugs", "name": "Mugs"}]}),
    );
    let shown = shop.get("/sitemap.xml", "").await;
    assert!(shown.headers.get(header::CONTENT_TYPE).unwrap().to_str().unwrap().starts_with("application/xml"));
    for page in ["/p/a-mug</loc>", "/de/p/a-mug</loc>", "/c/mugs</loc>", "/legal/terms</loc>", "/p/b&amp;c</loc>"] {
        assert!(shown.text.contains(page), "{page}");
    }
    assert!(shown.text.ends_with("</urlset>\n"));
}

#[tokio::test]
async fn a_large_shop_has_an_index_of_sitemaps() {
    let shop = Played::default().answers(Method::GET, "/v1/products", 200, &products(25_000));
    let shown = shop.get("/sitemap.xml", "").await;
    assert_eq!(shown.text.matches("<sitemap>").count(), 3);
    assert!(shop.get("/sitemap/1.xml", "").await.text.contains("/p/a-mug"));
    let before = shop.asked(&Method::GET, "/v1/products").len();
    assert!(shop.get("/sitemap/3.xml", "").await.text.contains("/p/a-mug"));
    let asked = &shop.asked(&Method::GET, "/v1/products")[before..];
    assert_eq!((asked.len(), asked[0].path.as_str()), (1, "/v1/products?limit=100&sort=newest&part=3"));
    assert_eq!(shop.get("/sitemap/0.xml", "").await.status, 404);
    assert_eq!(shop.get("/sitemap/x", "").await.status, 404);
}

#[tokio::test]
async fn robots_stay_away_from_what_is_private() {
    let shown = Played::default().get("/robots.txt", "").await;
    for line in ["Disallow: /account", "Disallow: /de/checkout", "Sitemap: http"] {
        assert!(shown.text.contains(line), "{line}");
    }
    assert!(Played::default().get("/manifest.webmanifest", "").await.text.contains("start_url"));
}

#[tokio::test]
async fn a_page_that_is_not_there_helps_on() {
    let shown = Played::default().get("/de/nowhere", "").await;
    assert_eq!(shown.status, 404);
    assert!(shown.text.contains("Hier ist nichts") && shown.text.contains("action=\"/de/search\""));
}

#[tokio::test]
async fn a_broken_page_names_its_request() {
    let shop = Played::default().refuses(Method::GET, "/v1/shop/legal/terms", 500, "internal", &json!([]));
    let shown = shop.get("/legal/terms", "").await;
    assert!(shown.status == 500 && shown.text.contains("r-1") && shown.text.contains("our fault"));
}
