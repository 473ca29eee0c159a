//! Who comes in, and what of the request reaches the service.

use crate::setup::{Answer, Door, door, request};
use axum::body::Body;
use bodega_kernel::{Caller, Role};
use serde_json::json;
use std::{sync::atomic::Ordering, time::Duration};

#[tokio::test]
async fn what_is_not_listed_does_not_exist() {
    let door = door();
    door.stand(true, &[Role::Admin]);
    let token = door.good_token();
    let paths = [
        "/",
        "/v1/users",
        "/rpc/identity/signing_keys",
        "/internal",
        "/metrics",
        "/public/",
        "/public/x",
        "/%70ublic",
        "//public",
    ];
    for path in paths {
        assert_eq!(door.get(path, &[]).await.problem(), (404, "not_found"), "{path}");
        assert_eq!(door.get_as(&token, path).await.problem(), (404, "not_found"), "{path}");
    }
    assert_eq!(door.get("/token/..", &[]).await.problem(), (404, "not_found"));
    assert_eq!(door.get("/unmounted", &[]).await.problem(), (404, "not_found"));
}

#[tokio::test]
async fn another_method_is_refused_with_those_there_are() {
    let door = door();
    for method in ["DELETE", "OPTIONS", "TRACE", "BREW"] {
        let answer = door.send(request(method, "/public", &[], Body::empty())).await;
        assert_eq!(answer.problem(), (405, "method_not_allowed"), "{method}");
        assert_eq!(answer.header("allow"), "GET, POST, HEAD");
    }
    let head = door.send(request("HEAD", "/public", &[], Body::empty())).await;
    assert_eq!(head.status, 200);
}

#[tokio::test]
async fn each_access_lets_in_whom_it_names() {
    let matrix = [
        ("/public", [200, 200, 200, 200, 200]),
        ("/token/7", [200, 200, 200, 200, 200]),
        ("/user", [401, 200, 200, 200, 200]),
        ("/customer", [401, 403, 200, 200, 200]),
        ("/staff", [401, 403, 403, 200, 200]),
        ("/admin", [401, 403, 403, 403, 200]),
    ];
    let standings: [&[Role]; 4] = [&[], &[Role::Customer], &[Role::Customer, Role::Staff], &[Role::Admin]];
    for (path, expected) in matrix {
        assert_eq!(door().get(path, &[]).await.status, expected[0], "{path} as a guest");
        for (roles, expected) in standings.iter().zip(&expected[1..]) {
            let door = door();
            door.stand(true, roles);
            let answer = door.get_as(&door.good_token(), path).await;
            assert_eq!(answer.status, *expected, "{path} as {roles:?}");
            if answer.status == 200 {
                assert_eq!(answer.body["caller"]["roles"], json!(roles), "the roles of identity, not of the token");
            }
        }
    }
}

#[tokio::test]
async fn staff_with_a_narrow_role_come_in_where_it_permits() {
    use Role::{Admin, Customer, Staff};
    let door = door();
    let token = door.good_token();
    let seen = async |path: &str| {
        door.clock.advance(Duration::from_secs(30));
        let answer = door.get_as(&token, path).await;
        (answer.status.as_u16(), answer.body["caller"]["roles"].clone())
    };
    door.stand_narrowed(&[Customer, Staff], &["stock.read"]);
    assert_eq!(seen("/stock").await, (200, json!(["customer", "staff"])));
    assert_eq!(seen("/staff").await.0, 403, "what names no permission is not for them");
    assert_eq!(seen("/order/7").await, (200, json!(["customer"])), "they see what a shopper sees");
    assert_eq!(seen("/customer").await, (200, json!(["customer"])));
    door.stand_narrowed(&[Customer, Staff], &["orders.read"]);
    assert_eq!(seen("/stock").await.0, 403, "within half a minute");
    assert_eq!(seen("/order/7").await, (200, json!(["customer", "staff"])));
    door.stand_narrowed(&[Staff], &[]);
    assert_eq!(seen("/stock").await.0, 403);
    assert_eq!(seen("/user").await, (200, json!([])));
    door.stand_narrowed(&[Admin], &[]);
    for path in ["/stock", "/staff", "/admin"] {
        assert_eq!(seen(path).await, (200, json!(["admin"])), "an admin may everything");
    }
    door.stand(true, &[Staff]);
    assert_eq!((seen("/stock").await.0, seen("/staff").await.0, seen("/admin").await.0), (200, 200, 403));
}

#[tokio::test]
async fn a_role_taken_away_and_a_session_closed_are_in_effect_within_a_minute() {
    let door = door();
    door.stand(true, &[Role::Staff]);
    let token = door.good_token();
    assert_eq!(door.get_as(&token, "/staff").await.status, 200);
    door.stand(true, &[Role::Customer]);
    door.clock.advance(Duration::from_secs(29));
    assert_eq!(door.get_as(&token, "/staff").await.status, 200);
    door.clock.advance(Duration::from_secs(1));
    assert_eq!(door.get_as(&token, "/staff").await.problem(), (403, "forbidden"));
    door.stand(false, &[Role::Customer]);
    door.clock.advance(Duration::from_secs(30));
    assert_eq!(door.get_as(&token, "/public").await.problem(), (401, "invalid_token"));
}

#[tokio::test]
async fn identity_is_asked_once_in_half_a_minute_for_a_session() {
    let door = door();
    let token = door.good_token();
    for _ in 0..20 {
        assert_eq!(door.get_as(&token, "/user").await.status, 200);
    }
    assert_eq!(door.identity.standings_asked.load(Ordering::SeqCst), 1);
    assert_eq!(door.identity.keys_asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nobody_comes_in_as_somebody_while_identity_is_away() {
    let door = door();
    door.identity.away.store(true, Ordering::SeqCst);
    let token = door.good_token();
    for path in ["/user", "/public"] {
        let answer = door.get_as(&token, path).await;
        assert_eq!(answer.problem(), (503, "identity_unavailable"), "{path}");
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert_eq!(door.get("/public", &[]).await.status, 200, "guests need no identity");
    assert_eq!(door.get("/readyz", &[]).await.status, 503);
    assert_eq!(door.get("/healthz", &[]).await.status, 200);
    door.identity.away.store(false, Ordering::SeqCst);
    door.clock.advance(Duration::from_secs(1));
    assert_eq!(door.get_as(&token, "/user").await.status, 200);
    // Once known, a session is not closed by identity's absence, but not kept open by it either.
    door.identity.away.store(true, Ordering::SeqCst);
    assert_eq!(door.get_as(&token, "/user").await.status, 200);
    door.clock.advance(Duration::from_secs(30));
    assert_eq!(door.get_as(&token, "/user").await.problem(), (503, "identity_unavailable"));
}

fn reached(answer: &Answer, name: &str) -> Option<String> {
    answer.body["headers"].get(name).map(|value| value.as_str().unwrap().to_owned())
}

#[tokio::test]
async fn nothing_of_what_we_say_to_each_other_comes_in_from_outside() {
    let door: Door = door();
    let admin = Caller { user: Some(crate::setup::USER.parse().unwrap()), roles: vec![Role::Admin] };
    let now = bodega_kernel::Time::from_ms(1_790_000_000_000);
    let stolen = door.internal.issue("gateway", "echo", &admin, now);
    let headers = [("x-bodega-internal", stolen.as_str()), ("X-Bodega-Caller", "admin")];
    let mut smuggled = request("GET", "/public", &headers, Body::empty());
    smuggled.extensions_mut().insert(admin.clone());
    let answer = door.send(smuggled).await;
    assert_eq!(answer.body["caller"], json!({"user": null, "roles": []}));
    assert_eq!((reached(&answer, "x-bodega-internal"), reached(&answer, "x-bodega-caller")), (None, None));
    let mut smuggled = request("GET", "/admin", &headers, Body::empty());
    smuggled.extensions_mut().insert(admin);
    assert_eq!(door.send(smuggled).await.problem(), (401, "unauthenticated"));
}

#[tokio::test]
async fn only_identity_sees_the_token() {
    let door = door();
    let token = door.good_token();
    assert_eq!(reached(&door.get_as(&token, "/user").await, "authorization"), None);
    assert_eq!(reached(&door.get_as(&token, "/identity").await, "authorization"), Some(format!("Bearer {token}")));
}

#[tokio::test]
async fn every_answer_tells_browsers_what_they_need() {
    let door = door();
    for path in ["/public", "/nowhere", "/admin", "/healthz", "/openapi.json", "/panic"] {
        let answer = door.get(path, &[]).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert!(answer.header("strict-transport-security").contains("max-age"), "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
    assert_eq!(door.get("/user", &[]).await.header("cache-control"), "no-store");
    assert_eq!(door.get_as(&door.good_token(), "/user").await.header("cache-control"), "no-store");
    assert_eq!(door.get("/public", &[]).await.header("cache-control"), "");
    let id = [("x-request-id", "mine-12345")];
    assert_eq!(door.get("/public", &id).await.header("x-request-id"), "mine-12345");
}

#[tokio::test]
async fn a_handler_that_panics_is_500_and_the_door_stays_open() {
    let door = door();
    assert_eq!(door.get("/panic", &[]).await.problem(), (500, "internal"));
    assert_eq!(door.get("/public", &[]).await.status, 200);
}

#[tokio::test]
async fn the_api_is_described_and_can_be_browsed() {
    let door = door();
    let described = door.get("/openapi.json", &[]).await;
    assert_eq!((described.status.as_u16(), described.header("content-type")), (200, "application/json"));
    assert!(described.body["openapi"].as_str().unwrap().starts_with("3.1"), "{}", described.body["openapi"]);
    assert!(described.body["paths"]["/healthz"]["get"].is_object());
    assert!(described.body["components"]["schemas"]["Problem"].is_object());
    let page = door.get("/docs/", &[]).await;
    assert!(page.status == 200 && String::from_utf8_lossy(&page.bytes).contains("swagger"));
    let script = door.get("/docs/swagger-initializer.js", &[]).await;
    assert!(String::from_utf8_lossy(&script.bytes).contains("/openapi.json"));
    assert!(
        page.header("content-security-policy").contains("script-src")
            || page.header("content-security-policy").contains("default-src 'self'")
    );
    assert_eq!(door.get("/docs", &[]).await.header("location"), "/docs/");
}
