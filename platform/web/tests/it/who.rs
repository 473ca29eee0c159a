//! Who gets in where.

use super::*;
use axum::routing::get;
use bodega_web::{Admin, Customer, InternalKeys, Staff, Who, internal};

fn app() -> Router {
    Router::new()
        .route("/who", get(async |Who(caller): Who| caller.scope()))
        .route("/customer", get(async |Customer(user): Customer| user.to_string()))
        .route("/staff", get(async |Staff(caller): Staff| caller.scope()))
        .route("/admin", get(async |Admin(caller): Admin| caller.scope()))
}

#[tokio::test]
async fn each_door_opens_to_its_roles_and_those_above() {
    let table = [
        (None, [401, 401, 401, 401]),
        (Some(Caller::guest()), [200, 401, 401, 401]),
        (Some(Caller { user: None, roles: vec![Role::Admin] }), [200, 401, 401, 401]),
        (Some(user(&[])), [200, 200, 403, 403]),
        (Some(user(&[Role::Customer])), [200, 200, 403, 403]),
        (Some(user(&[Role::Staff])), [200, 200, 200, 403]),
        (Some(user(&[Role::Admin])), [200, 200, 200, 200]),
    ];
    for (caller, statuses) in table {
        let app = match &caller {
            Some(caller) => app().layer(axum::Extension(caller.clone())),
            None => app(),
        };
        let app = standard(app);
        for (uri, status) in ["/who", "/customer", "/staff", "/admin"].into_iter().zip(statuses) {
            let answer = got(&app, uri).await;
            assert_eq!(answer.status, status, "{caller:?} at {uri}");
            match status {
                401 => assert_eq!(answer.problem().1, "unauthenticated"),
                403 => assert_eq!(answer.problem().1, "forbidden"),
                _ => assert_eq!(answer.text, caller.as_ref().unwrap().scope()),
            }
        }
    }
}

#[tokio::test]
async fn the_internal_door_lets_in_whom_the_token_names() {
    let keys = InternalKeys::new(b"secret");
    let door = layers::internal(keys.clone(), "orders", world());
    let app = standard(
        app()
            .route(
                "/header",
                get(async |headers: axum::http::HeaderMap| headers.contains_key(internal::HEADER).to_string()),
            )
            .layer(door),
    );
    let with = |uri: &str, token: &str| Request::get(uri).header(internal::HEADER, token).body(Raw::empty()).unwrap();
    let token = keys.issue("gateway", "orders", &user(&[Role::Staff]), NOW);
    assert_eq!(sent(&app, with("/staff", &token)).await.text, user(&[]).scope());
    assert_eq!(sent(&app, with("/admin", &token)).await.status, 403);
    assert_eq!(sent(&app, with("/header", &token)).await.text, "false", "a handler never sees the token");
    let for_cart = keys.issue("gateway", "cart", &user(&[Role::Admin]), NOW);
    for refused in [with("/who", &for_cart), with("/who", ""), Request::get("/who").body(Raw::empty()).unwrap()] {
        assert_eq!(sent(&app, refused).await.problem().1, "unauthenticated");
    }
}
