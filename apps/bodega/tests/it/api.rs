//! What the API says of itself is what the gateway lets in, all of it.

use crate::{home, shop};
use axum::{body::Body, http::Request};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tower::ServiceExt as _;

/// The pages of the API browser: no part of the API.
const PAGES: &str = "/docs";
/// Whose routes are pages, for people.
const FOR_PEOPLE: [&str; 2] = ["storefront", "admin"];

/// Every operation of `/openapi.json`, by method and path.
async fn described() -> BTreeMap<(String, String), Value> {
    let home = home();
    let request = Request::get("/openapi.json").body(Body::empty()).unwrap();
    let answer = shop(&home).await.router.oneshot(request).await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    let bytes = axum::body::to_bytes(answer.into_body(), 16 << 20).await.unwrap();
    let api: Value = serde_json::from_slice(&bytes).unwrap();
    let mut operations = BTreeMap::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation.is_object() {
                operations.insert((method.to_uppercase(), path.clone()), operation.clone());
            }
        }
    }
    operations
}

#[tokio::test]
async fn what_is_described_can_be_reached_and_the_other_way_round() {
    let described: BTreeSet<(String, String)> = described().await.into_keys().collect();
    let is_page =
        |route: &bodega_gateway::Route| route.path.starts_with(PAGES) || FOR_PEOPLE.contains(&route.service.as_str());
    let routed = bodega_gateway::policy().iter().filter(|route| !is_page(route));
    let routed: BTreeSet<(String, String)> =
        routed.flat_map(|route| route.methods.iter().map(|method| (method.clone(), route.path.clone()))).collect();
    let unreachable: Vec<_> = described.difference(&routed).collect();
    let undescribed: Vec<_> = routed.difference(&described).collect();
    assert!(
        unreachable.is_empty() && undescribed.is_empty(),
        "not routed: {unreachable:?}; not described: {undescribed:?}"
    );
}

#[tokio::test]
async fn every_operation_says_what_it_does_and_what_comes_back() {
    let mut ids = BTreeSet::new();
    for ((method, path), operation) in described().await {
        let text = |key: &str| operation[key].as_str().is_some_and(|text| !text.trim().is_empty());
        assert!(text("summary") || text("description"), "{method} {path} does not say what it does");
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        assert!(!id.is_empty() && ids.insert(id.clone()), "{method} {path} has no name of its own: {id:?}");
        let mut answers = operation["responses"].as_object().unwrap().keys();
        assert!(
            answers.any(|status| status.starts_with('2') || status.starts_with('3')),
            "{method} {path} never works"
        );
    }
}
