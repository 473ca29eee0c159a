//! Opening accounts, and what owners see and change of them.

use crate::setup::{PASSWORD, call, claims, guest, shops, user};
use bodega_kernel::Role;
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn a_registered_customer_logs_in_reads_and_renames_themselves() {
    for shop in shops().await {
        let body = json!({"email": " Anna@Example.com ", "password": PASSWORD, "name": "Anna"});
        let answer = shop.call(guest(), "POST", "/v1/auth/register", Some(body)).await;
        assert_eq!(answer.status, 201, "{}: {}", shop.name(), answer.body);
        assert_eq!((&answer.body["email"], &answer.body["roles"]), (&json!("anna@example.com"), &json!(["customer"])));
        let tokens = shop.log_in("ANNA@example.com", PASSWORD).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        assert_eq!((&tokens.body["expires_in"], &tokens.body["token_type"]), (&json!(900), &json!("Bearer")));
        let claims = claims(&tokens.body["access_token"]);
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
        let me = user(answer.body["id"].as_str().unwrap(), &[Role::Customer]);
        assert_eq!(claims["sub"], answer.body["id"]);
        assert_eq!(shop.call(me.clone(), "GET", "/v1/me", None).await.body, answer.body);
        let renamed = shop.call(me.clone(), "PATCH", "/v1/me", Some(json!({"name": "Anne"}))).await;
        assert_eq!((renamed.status.as_u16(), &renamed.body["name"]), (200, &json!("Anne")));
        assert_eq!(shop.call(guest(), "GET", "/v1/me", None).await.status, 401);
        assert_eq!(shop.events().await.len(), 1);
    }
}

#[tokio::test]
async fn nobody_registers_as_an_admin_or_with_anything_else_that_is_not_asked_for() {
    for shop in shops().await {
        for extra in ["role", "roles", "is_admin", "id", "disabled"] {
            let body = json!({"email": "eve@example.com", "password": PASSWORD, extra: "admin"});
            let answer = shop.call(guest(), "POST", "/v1/auth/register", Some(body)).await;
            assert_eq!((answer.status.as_u16(), &answer.body["code"]), (422, &json!("invalid_body")), "{extra}");
        }
        let me = user(&shop.register("eve@example.com").await, &[Role::Customer]);
        let answer = shop.call(me, "PATCH", "/v1/me", Some(json!({"name": "Eve", "roles": ["admin"]}))).await;
        assert_eq!(answer.status, 422);
        assert_eq!(shop.column::<String>("SELECT role FROM user_roles").await, ["customer"]);
    }
}

#[tokio::test]
async fn weak_passwords_and_bad_addresses_are_refused_by_name() {
    for shop in shops().await {
        let cases = [
            ("anna@example.com", "short", "/password"),
            ("anna@example.com", "passwordpassword", "/password"),
            ("anna@example.com", "qwertyuiopasdfgh", "/password"),
            ("anna@example.com", &"x walnut ".repeat(15), "/password"),
            ("anna", PASSWORD, "/email"),
        ];
        for (email, password, pointer) in cases {
            let body = json!({"email": email, "password": password});
            let answer = shop.call(guest(), "POST", "/v1/auth/register", Some(body)).await;
            assert_eq!((answer.status.as_u16(), &answer.body["errors"][0]["pointer"]), (422, &json!(pointer)));
        }
    }
}

#[tokio::test]
async fn registering_a_known_address_looks_the_same_and_changes_nothing() {
    for shop in shops().await {
        let first = json!({"email": "anna@example.com", "password": PASSWORD});
        let second = json!({"email": "anna@example.com", "password": "another good long one"});
        let first = shop.call(guest(), "POST", "/v1/auth/register", Some(first)).await;
        let second = shop.call(guest(), "POST", "/v1/auth/register", Some(second)).await;
        assert_eq!((first.status, second.status), (second.status, first.status));
        let shape = |body: &serde_json::Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(shape(&first.body), shape(&second.body));
        assert_ne!(first.body["id"], second.body["id"]);
        assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 200);
        assert_eq!(shop.log_in("anna@example.com", "another good long one").await.status, 401);
        assert_eq!(shop.events().await.len(), 1);
    }
}

#[tokio::test]
async fn registrations_of_one_address_at_the_same_time_end_with_one_user() {
    for shop in shops().await {
        let replica = shop.replica().await;
        let other = replica.as_ref().unwrap_or(&shop.host);
        let body = || Some(json!({"email": "anna@example.com", "password": PASSWORD}));
        let calls = (0..16).map(|number| {
            let host = if number % 2 == 0 { &shop.host } else { other };
            call(host, guest(), "POST", "/v1/auth/register", body(), &[])
        });
        assert!(join_all(calls).await.iter().all(|answer| answer.status == 201));
        assert_eq!(shop.column::<String>("SELECT email FROM users").await, ["anna@example.com"]);
        assert_eq!(shop.events().await.len(), 1);
    }
}

#[tokio::test]
async fn passwords_are_stored_as_argon2id_with_owasps_parameters_and_never_otherwise() {
    for shop in shops().await {
        let body = json!({"email": "anna@example.com", "password": PASSWORD});
        let key = [("idempotency-key", "k1")];
        call(&shop.host, guest(), "POST", "/v1/auth/register", Some(body.clone()), &key).await;
        let hashes = shop.column::<String>("SELECT password_hash FROM users").await;
        assert!(hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashes:?}");
        let kept = shop.column::<Vec<u8>>("SELECT request FROM idempotency").await;
        let fast = <sha2::Sha256 as sha2::Digest>::digest(body.to_string()).to_vec();
        assert!(kept.len() == 1 && kept[0] != fast, "a fast hash of the body would be one of the password");
        for text in shop.column::<String>("SELECT body FROM idempotency").await {
            assert!(!text.contains(PASSWORD));
        }
    }
}

#[tokio::test]
async fn a_key_gives_the_same_answer_again_and_another_address_is_refused() {
    for shop in shops().await {
        let body = |email: &str| Some(json!({"email": email, "password": PASSWORD}));
        let key = [("idempotency-key", "k1")];
        let post = |email| call(&shop.host, guest(), "POST", "/v1/auth/register", body(email), &key);
        let (first, again) = (post("anna@example.com").await, post("anna@example.com").await);
        assert_eq!((first.status, &first.body), (again.status, &again.body));
        let other = post("bert@example.com").await;
        assert_eq!((other.status.as_u16(), &other.body["code"]), (422, &json!("idempotency_key_reused")));
    }
}

#[tokio::test]
async fn the_command_line_makes_an_admin_or_gives_the_role_to_whoever_has_the_address() {
    for shop in shops().await {
        let db = &shop.host.services[0].db;
        let make = |email, password| bodega_identity::admin::create_user(db, email, password, Role::Admin);
        let (id, new) = make("root@example.com", PASSWORD).await.unwrap();
        assert!(new);
        assert_eq!(make("Root@example.com", "another good long one").await.unwrap(), (id, false));
        assert_eq!(shop.log_in("root@example.com", PASSWORD).await.status, 200);
        let anna = shop.register("anna@example.com").await;
        assert_eq!(make("anna@example.com", PASSWORD).await.unwrap().0.to_string(), anna);
        let kinds: Vec<_> = shop.events().await.into_iter().map(|(kind, _)| kind).collect();
        let expected = ["user.registered.v1", "user.role_assigned.v1", "user.registered.v1", "user.role_assigned.v1"];
        assert_eq!(kinds, expected);
        assert!(make("weak@example.com", "short").await.is_err());
    }
}
