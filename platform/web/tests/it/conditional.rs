//! Reads answered with 304, and edits meant for one version.

use super::*;
use axum::{http::HeaderMap, routing::get};
use bodega_web::{Conditional, IfMatch, etag, etag_of};

fn app() -> Router {
    standard(
        Router::new()
            .route("/", get(async |headers: HeaderMap| Conditional::respond(&headers, etag(7), "seven")))
            .route("/edit", get(async |IfMatch(version): IfMatch| format!("{version:?}"))),
    )
}

async fn with(uri: &str, name: &str, values: &[&str]) -> Answer {
    let mut request = Request::get(uri);
    for value in values {
        request = request.header(name, *value);
    }
    sent(&app(), request.body(Raw::empty()).unwrap()).await
}

#[tokio::test]
async fn a_reader_who_has_it_is_not_sent_it_again() {
    for same in [&["\"7\""][..], &["W/\"7\""], &["*"], &["\"6\", \"7\""], &["\"6\"", "\"7\""]] {
        let answer = with("/", "if-none-match", same).await;
        assert_eq!((answer.status, answer.text.as_str(), answer.header("etag")), (304, "", "\"7\""), "{same:?}");
    }
    for other in [&[][..], &["\"6\""], &["7"], &["\"77\""], &[""]] {
        let answer = with("/", "if-none-match", other).await;
        assert_eq!((answer.status, answer.text.as_str(), answer.header("etag")), (200, "seven", "\"7\""), "{other:?}");
    }
    assert_eq!(etag_of("a"), etag_of("a"));
    assert_ne!(etag_of("a"), etag_of("b"));
    assert_eq!(etag_of("a").len(), 34);
}

#[tokio::test]
async fn an_edit_names_the_version_it_is_meant_for() {
    for (given, version) in [(&[][..], "None"), (&["*"], "None"), (&["\"7\""], "Some(7)"), (&["W/\"7\""], "Some(7)")] {
        assert_eq!(with("/edit", "if-match", given).await.text, version, "{given:?}");
    }
    for bad in [&["7"][..], &["\"x\""], &["\""], &[""], &["\"7\", \"8\""], &["\"7\"", "\"8\""]] {
        assert_eq!(with("/edit", "if-match", bad).await.problem().1, "invalid_if_match", "{bad:?}");
    }
}
