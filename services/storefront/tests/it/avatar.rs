//! The picture that one shows of oneself, and what is kept of one as a file.

use crate::played::{Asked, Played, Shown, logged_in};
use axum::{
    body::Body,
    extract::Request,
    http::{Method, header},
};
use serde_json::{Value, json};

const PICTURE: &str = "/v1/avatars/00112233445566778899aabbccddeeff.webp";

fn shop(avatar: &Value) -> Played {
    let me = json!({"email": "ada@example.com", "email_verified": true, "name": "Ada", "roles": ["customer"],
        "avatar": avatar});
    Played::default().answers(Method::GET, "/v1/me", 200, &me)
}

async fn send(shop: &Played, path: &str, parts: &str) -> Shown {
    let request = Request::post(path)
        .header(header::COOKIE, logged_in())
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut");
    shop.send(request.body(Body::from(parts.replace('\n', "\r\n"))).unwrap()).await
}

fn file(bytes: &str) -> String {
    format!(
        "--cut\nContent-Disposition: form-data; name=\"avatar\"; filename=\"me.png\"\nContent-Type: image/png\n\n\
         {bytes}\n--cut--\n"
    )
}

#[tokio::test]
async fn a_picture_is_sent_on_as_it_is_and_the_profile_shows_it() {
    let shop = shop(&json!(PICTURE)).answers(Method::PUT, "/v1/me/avatar", 200, &json!({}));
    for (path, to) in [("/account/avatar", "/account/profile"), ("/de/account/avatar", "/de/account/profile")] {
        let shown = send(&shop, path, &file("picture")).await;
        assert_eq!((shown.status, shown.location()), (303, to));
    }
    let asked: Vec<Asked> = shop.asked(&Method::PUT, "/v1/me/avatar");
    assert_eq!((asked.len(), asked[0].headers[header::CONTENT_TYPE].to_str().unwrap()), (2, "image/png"));
    for page in ["/account/profile", "/account"] {
        let text = shop.get(page, &logged_in()).await.text;
        assert!(text.contains(&format!("src=\"{PICTURE}\"")) && text.contains("alt=\"Your picture\""), "{page}");
    }
    let text = shop.get("/account/profile", &logged_in()).await.text;
    assert!(text.contains("enctype=\"multipart/form-data\"") && text.contains("action=\"/account/avatar/remove\""));
}

#[tokio::test]
async fn without_a_picture_there_is_none_to_remove() {
    let shop = shop(&Value::Null);
    let text = shop.get("/account/profile", &logged_in()).await.text;
    assert!(!text.contains("/account/avatar/remove") && !text.contains("/v1/avatars/"));
    assert!(!shop.get("/account", &logged_in()).await.text.contains("/v1/avatars/"));
}

#[tokio::test]
async fn a_picture_is_removed() {
    let shop = shop(&json!(PICTURE)).answers(Method::DELETE, "/v1/me/avatar", 204, &Value::Null);
    let shown = shop.post("/account/avatar/remove", &logged_in(), "").await;
    assert_eq!((shown.status, shown.location()), (303, "/account/profile"));
    assert_eq!(shop.asked(&Method::DELETE, "/v1/me/avatar").len(), 1);
}

#[tokio::test]
async fn a_refused_picture_is_told_over_its_form_in_words() {
    for (status, code, english, german) in [
        (415, "photo_type", "This is no JPEG", "Das ist kein JPEG"),
        (422, "photo_too_large", "too many pixels", "zu viele Bildpunkte"),
        (422, "photo_unreadable", "is broken", "ist beschädigt"),
        (413, "body_too_large", "longer than 5 MB", "größer als 5 MB"),
        (429, "too_many_attempts", "too often", "zu oft"),
    ] {
        let shop = shop(&Value::Null).refuses(Method::PUT, "/v1/me/avatar", status, code, &json!([]));
        for (path, words) in [("/account/avatar", english), ("/de/account/avatar", german)] {
            let shown = send(&shop, path, &file("picture")).await;
            assert_eq!(shown.status, 422, "{code}");
            assert!(shown.text.contains(words) && shown.text.contains("role=\"alert\""), "{code}: {}", shown.text);
            assert!(shown.text.contains("id=\"avatar-form\""));
        }
    }
}

#[tokio::test]
async fn a_form_without_a_picture_asks_for_one_and_sends_nothing() {
    let shop = shop(&Value::Null).answers(Method::PUT, "/v1/me/avatar", 200, &json!({}));
    let long = file(&"x".repeat(1_990_000));
    let other = "--cut\nContent-Disposition: form-data; name=\"other\"\n\nx\n--cut--\n";
    for parts in [file(""), other.to_owned(), "--cut--\n".to_owned(), "nothing".to_owned()] {
        let shown = send(&shop, "/account/avatar", &parts).await;
        assert_eq!(shown.status, 422, "{parts}");
    }
    let shown = shop.post("/account/avatar", &logged_in(), "avatar=x").await;
    assert_eq!(shown.status, 422, "no such form");
    assert!(shop.asked(&Method::PUT, "/v1/me/avatar").is_empty());
    assert_eq!(send(&shop, "/account/avatar", &long).await.status, 303);
}

#[tokio::test]
async fn what_is_kept_is_a_file_for_its_owner_alone() {
    let shop = shop(&Value::Null).answers(Method::GET, "/v1/me/export", 200, &json!({"profile": {"name": "Ada"}}));
    let page = shop.get("/de/account/profile", &logged_in()).await.text;
    assert!(page.contains("href=\"/de/account/data.json\" download=\"account.json\""), "{page}");
    let shown = shop.get("/de/account/data.json", &logged_in()).await;
    let header = |name: header::HeaderName| shown.headers[name].to_str().unwrap().to_owned();
    assert_eq!((shown.status, shown.text.as_str()), (200, "{\"profile\":{\"name\":\"Ada\"}}"));
    assert_eq!(header(header::CACHE_CONTROL), "private, no-store");
    assert_eq!(header(header::CONTENT_DISPOSITION), "attachment; filename=\"account.json\"");
    assert_eq!(header(header::CONTENT_TYPE), "application/json");
    let nobody = Played::default().refuses(Method::GET, "/v1/me/export", 401, "unauthenticated", &json!([]));
    let sent = nobody.get("/account/data.json", &logged_in()).await;
    assert_eq!((sent.status, sent.location()), (303, "/login?to=%2Faccount%2Fdata%2Ejson"));
}
