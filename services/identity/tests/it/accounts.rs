//! Opening accounts, and what owners see and change of them.

use crate::setup::{PASSWORD, Shop, claims, guest, user};
use bodega_contracts::identity::{Contact, UserContact, UserContacts};
use bodega_kernel::{Role, UserId};
use bodega_rpc::RpcError;
use bodega_testkit::stories;
use futures_util::future::join_all;
use serde_json::json;

async fn a_registered_customer_logs_in_reads_and_renames_themselves(shop: &Shop) {
    let body = json!({"email": " Anna@Example.com ", "password": PASSWORD, "name": "Anna"});
    let answer = shop.call(guest(), "POST", "/v1/auth/register", Some(body)).await;
    assert_eq!(answer.status, 201, "{}", answer.json);
    assert_eq!((&answer.json["email"], &answer.json["roles"]), (&json!("anna@example.com"), &json!(["customer"])));
    let tokens = shop.log_in("ANNA@example.com", PASSWORD).await;
    assert_eq!(tokens.status, 200, "{}", tokens.json);
    assert_eq!((&tokens.json["expires_in"], &tokens.json["token_type"]), (&json!(900), &json!("Bearer")));
    let claims = claims(&tokens.json["access_token"]);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    let me = user(answer.json["id"].as_str().unwrap(), &[Role::Customer]);
    assert_eq!(claims["sub"], answer.json["id"]);
    assert_eq!(shop.call(me.clone(), "GET", "/v1/me", None).await.json, answer.json);
    let renamed = shop.call(me.clone(), "PATCH", "/v1/me", Some(json!({"name": "Anne"}))).await;
    assert_eq!((renamed.status, &renamed.json["name"]), (200, &json!("Anne")));
    assert_eq!(shop.call(guest(), "GET", "/v1/me", None).await.status, 401);
    let told: Vec<_> = shop.kinds().await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(told, ["user.registered.v1", "user.verification_requested.v1"]);
}

async fn nobody_registers_as_an_admin_or_with_anything_else_that_is_not_asked_for(shop: &Shop) {
    for extra in ["role", "roles", "is_admin", "id", "disabled"] {
        let body = json!({"email": "eve@example.com", "password": PASSWORD, extra: "admin"});
        let answer = shop.call(guest(), "POST", "/v1/auth/register", Some(body)).await;
        assert_eq!((answer.status, &answer.json["code"]), (422, &json!("invalid_body")), "{extra}");
    }
    let me = user(&shop.register("eve@example.com").await, &[Role::Customer]);
    let answer = shop.call(me, "PATCH", "/v1/me", Some(json!({"name": "Eve", "roles": ["admin"]}))).await;
    assert_eq!(answer.status, 422);
    assert_eq!(shop.column::<String>("SELECT role FROM user_roles").await, ["customer"]);
}

async fn weak_passwords_and_bad_addresses_are_refused_by_name(shop: &Shop) {
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
        assert_eq!((answer.status, &answer.json["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
}

async fn registering_a_known_address_looks_the_same_and_only_tells_its_owner(shop: &Shop) {
    let first = json!({"email": "anna@example.com", "password": PASSWORD});
    let second = json!({"email": "anna@example.com", "password": "another good long one"});
    let first = shop.call(guest(), "POST", "/v1/auth/register", Some(first)).await;
    let second = shop.call(guest(), "POST", "/v1/auth/register", Some(second)).await;
    assert_eq!((first.status, second.status), (second.status, first.status));
    let shape = |body: &serde_json::Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(shape(&first.json), shape(&second.json));
    assert_ne!(first.json["id"], second.json["id"]);
    assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 200);
    assert_eq!(shop.log_in("anna@example.com", "another good long one").await.status, 401);
    for _ in 0..5 {
        let again = json!({"email": "anna@example.com", "password": "another good long one"});
        assert_eq!(shop.call(guest(), "POST", "/v1/auth/register", Some(again)).await.status, 201);
    }
    let (again, told): (Vec<_>, Vec<_>) =
        shop.kinds().await.into_iter().partition(|(kind, _)| kind == "user.registered_again.v1");
    assert_eq!(told.len(), 2);
    assert_eq!(
        again,
        vec![("user.registered_again.v1".to_owned(), first.field("id")); 2],
        "its owner, but not for ever"
    );
}

async fn registrations_of_one_address_at_the_same_time_end_with_one_user(shop: &Shop) {
    let body = || Some(json!({"email": "anna@example.com", "password": PASSWORD}));
    let calls = (0..50).map(|number| shop.call_on(number, guest(), "POST", "/v1/auth/register", body(), &[]));
    assert!(join_all(calls).await.iter().all(|answer| answer.status == 201));
    assert_eq!(shop.column::<String>("SELECT email FROM users").await, ["anna@example.com"]);
    let opened = shop.kinds().await.into_iter().filter(|(kind, _)| kind == "user.registered.v1");
    assert_eq!(opened.count(), 1);
}

async fn passwords_are_stored_as_argon2id_with_owasps_parameters_and_never_otherwise(shop: &Shop) {
    let body = json!({"email": "anna@example.com", "password": PASSWORD});
    let key = [("idempotency-key", "k1")];
    shop.call_on(0, guest(), "POST", "/v1/auth/register", Some(body.clone()), &key).await;
    let hashes = shop.column::<String>("SELECT password_hash FROM users").await;
    assert!(hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashes:?}");
    let kept = shop.column::<Vec<u8>>("SELECT request FROM idempotency").await;
    let fast = <sha2::Sha256 as sha2::Digest>::digest(body.to_string()).to_vec();
    assert!(kept.len() == 1 && kept[0] != fast, "a fast hash of the body would be one of the password");
    for text in shop.column::<String>("SELECT body FROM idempotency").await {
        assert!(!text.contains(PASSWORD));
    }
}

async fn a_key_gives_the_same_answer_again_and_another_address_is_refused(shop: &Shop) {
    let body = |email: &str| Some(json!({"email": email, "password": PASSWORD}));
    let key = [("idempotency-key", "k1")];
    let post = |email| shop.call_on(0, guest(), "POST", "/v1/auth/register", body(email), &key);
    let (first, again) = (post("anna@example.com").await, post("anna@example.com").await);
    assert_eq!((first.status, &first.json), (again.status, &again.json));
    let other = post("bert@example.com").await;
    assert_eq!((other.status, &other.json["code"]), (422, &json!("idempotency_key_reused")));
}

async fn the_command_line_makes_an_admin_or_gives_the_role_to_whoever_has_the_address(shop: &Shop) {
    let db = shop.db();
    let make = |email, password| bodega_identity::admin::create_user(db, email, password, Role::Admin);
    let (id, new) = make("root@example.com", PASSWORD).await.unwrap();
    assert!(new);
    assert_eq!(make("Root@example.com", "another good long one").await.unwrap(), (id, false));
    assert_eq!(shop.log_in("root@example.com", PASSWORD).await.status, 200);
    let anna = shop.register("anna@example.com").await;
    assert_eq!(make("anna@example.com", PASSWORD).await.unwrap().0.to_string(), anna);
    let kinds: Vec<_> = shop.kinds().await.into_iter().map(|(kind, _)| kind).collect();
    let kinds: Vec<_> = kinds.into_iter().filter(|kind| kind != "user.verification_requested.v1").collect();
    let first = ["user.registered.v1", "user.email_verified.v1", "user.role_assigned.v1"];
    assert_eq!(kinds, [&first[..], &["user.registered.v1", "user.role_assigned.v1"]].concat());
    assert!(make("weak@example.com", "short").await.is_err());
}

async fn whoever_writes_mails_learns_where_they_go(shop: &Shop) {
    let body = json!({"email": "Anna@Example.com", "password": PASSWORD, "name": "Anna"});
    let anna = shop.call(guest(), "POST", "/v1/auth/register", Some(body)).await;
    let user_id = anna.json["id"].as_str().unwrap().parse().unwrap();
    let contact = shop.rpc().ask(UserContact { user_id }).await.unwrap();
    let expected = Contact { email: "anna@example.com".to_owned(), name: Some("Anna".to_owned()), language: None };
    assert_eq!(contact.as_ref(), Some(&expected));
    let stranger = UserId::new(&shop.world);
    assert_eq!(shop.rpc().ask(UserContact { user_id: stranger }).await.unwrap(), None);
    let many = |user_ids| UserContacts { user_ids };
    let contacts = shop.rpc().ask(many(vec![user_id, stranger, user_id])).await.unwrap();
    assert_eq!(contacts, [Some(expected.clone()), None, Some(expected)], "each in the place of its id");
    assert_eq!(shop.rpc().ask(many(Vec::new())).await.unwrap(), []);
    let refused = shop.rpc().ask(many(vec![user_id; UserContacts::MOST + 1])).await;
    assert!(matches!(refused, Err(RpcError::Refused(_))), "{refused:?}");
}

stories![
    a_registered_customer_logs_in_reads_and_renames_themselves,
    nobody_registers_as_an_admin_or_with_anything_else_that_is_not_asked_for,
    weak_passwords_and_bad_addresses_are_refused_by_name,
    registering_a_known_address_looks_the_same_and_only_tells_its_owner,
    registrations_of_one_address_at_the_same_time_end_with_one_user,
    passwords_are_stored_as_argon2id_with_owasps_parameters_and_never_otherwise,
    a_key_gives_the_same_answer_again_and_another_address_is_refused,
    the_command_line_makes_an_admin_or_gives_the_role_to_whoever_has_the_address,
    whoever_writes_mails_learns_where_they_go,
];
