//! Queries, pages and paths.

use super::*;
use axum::routing::get;
use bodega_kernel::{Cursor, Sku};
use bodega_web::{Paging, Path, Problem, Query};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "shown by its Debug form")]
struct Filter {
    q: Option<String>,
    price_min: Option<i64>,
    rating: Option<u8>,
    weight: Option<f64>,
    #[serde(default)]
    facets: bool,
    sort: Option<Sort>,
    #[serde(default)]
    status: Vec<Sort>,
    sku: Option<Sku>,
    from: Option<bodega_kernel::Time>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sort {
    Price,
    NewestFirst,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Required {
    limit: u8,
}

fn app() -> Router {
    let list = async |page: Paging, filter: Query<Filter>| -> Result<String, Problem> {
        let after: Option<i64> = page.key()?;
        Ok(format!("{} {after:?} {} {:?}", page.limit.get(), page.count, filter.0))
    };
    standard(
        Router::new()
            .route("/list", get(list))
            .route("/strict", get(async |page: Query<Paging>| format!("{page:?}")))
            .route("/required", get(async |query: Query<Required>| query.limit.to_string()))
            .route("/users/{id}", get(async |id: Path<UserId>| id.to_string()))
            .route("/stock/{sku}", get(async |sku: Path<Sku>| sku.to_string())),
    )
}

#[tokio::test]
async fn a_query_is_read_with_its_page() {
    let uri = format!(
        "/list?q=tea%20cup&price_min=-5&facets=true&sort=newest_first&status=price&status=newest_first&limit=7&count=true&cursor={}&sku=85123A&from=2026-01-31T12:00:00Z",
        Cursor::of(&42).0
    );
    let answer = got(&app(), &uri).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(
        answer.text.starts_with(r#"7 Some(42) true Filter { q: Some("tea cup"), price_min: Some(-5)"#),
        "{answer:?}"
    );
    assert!(answer.text.contains("sort: Some(NewestFirst), status: [Price, NewestFirst], sku: Some(Sku(85123A))"));
    assert!(got(&app(), "/list").await.text.starts_with("20 None false"));
}

#[tokio::test]
async fn an_empty_value_is_none() {
    let answer = got(&app(), "/list?q=&price_min=&sort=&status=&limit=&cursor=").await;
    assert!(answer.text.starts_with("20 None false Filter { q: None, price_min: None"), "{answer:?}");
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let corpus = [
        ("/list?colour=red", "/colour"),
        ("/list?price_min=cheap", "/price_min"),
        ("/list?price_min=99999999999999999999", "/price_min"),
        ("/list?price_min=1.5", "/price_min"),
        ("/list?rating=256", "/rating"),
        ("/list?weight=NaN", "/weight"),
        ("/list?facets=yes", "/facets"),
        ("/list?sort=random", "/sort"),
        ("/list?sort=price&sort=price", "/sort"),
        ("/list?status=price&status=odd", "/status"),
        ("/list?sku=%20A", "/sku"),
        ("/list?from=yesterday", "/from"),
        ("/list?limit=0", "/limit"),
        ("/list?limit=101", "/limit"),
        ("/list?limit=-1", "/limit"),
        ("/list?limit=1&limit=2", "/limit"),
        ("/list?count=1", "/count"),
        ("/strict?colour=red", "/colour"),
        ("/strict?limit=1000", "/limit"),
        ("/required", "/limit"),
    ];
    for (uri, pointer) in corpus {
        let problem = got(&app(), uri).await.problem();
        assert_eq!(problem, (422, "invalid_query".to_owned(), pointer.to_owned()), "{uri}");
    }
    let many = format!("/list?{}", "status=price&".repeat(101));
    assert_eq!(got(&app(), &many).await.problem().1, "invalid_query");
    assert_eq!(got(&app(), "/required?limit=3").await.text, "3");
}

#[tokio::test]
async fn a_foreign_cursor_is_refused() {
    for cursor in ["x", "%25%25", Cursor::of(&"text").0.as_str()] {
        let answer = got(&app(), &format!("/list?cursor={cursor}")).await;
        assert_eq!(answer.problem(), (422, "invalid_cursor".to_owned(), "/cursor".to_owned()));
    }
}

#[tokio::test]
async fn what_cannot_be_an_id_is_not_found() {
    for id in ["7", "x", "%ff", "00000000-0000-0000-0000-00000000000g"] {
        assert_eq!(got(&app(), &format!("/users/{id}")).await.problem().1, "not_found", "{id}");
    }
    assert_eq!(got(&app(), "/users/00000000-0000-0000-0000-000000000007").await.status, 200);
    assert_eq!(got(&app(), "/stock/A%2FB%20C").await.text, "A/B C");
    assert_eq!(got(&app(), "/stock/%20A").await.problem().1, "not_found");
}
