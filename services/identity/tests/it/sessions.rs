//! Logging in, staying logged in, being thrown out.

use crate::setup::{PASSWORD, Shop, call, claims, guest, shops, shops_with, user};
use bodega_contracts::identity::SigningKeys;
use bodega_kernel::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn anna(shop: &Shop) -> Value {
    shop.register("anna@example.com").await;
    let answer = shop.log_in("anna@example.com", PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

#[tokio::test]
async fn an_unknown_address_a_wrong_password_and_a_disabled_user_get_one_answer() {
    for shop in shops().await {
        let id = shop.register("anna@example.com").await;
        let wrong = shop.log_in("anna@example.com", "a chestnut under the lamp").await;
        let unknown = shop.log_in("nobody@example.com", "a chestnut under the lamp").await;
        assert_eq!((wrong.status.as_u16(), &wrong.body["code"]), (401, &json!("invalid_credentials")));
        assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
        let admin = user(&shop.register("root@example.com").await, &[Role::Admin]);
        let disabled = shop.call(admin.clone(), "POST", &format!("/v1/users/{id}/disable"), None).await;
        assert_eq!((disabled.status.as_u16(), &disabled.body["disabled"]), (200, &json!(true)));
        let refused = shop.log_in("anna@example.com", PASSWORD).await;
        assert_eq!((wrong.status, &wrong.body), (refused.status, &refused.body));
        shop.call(admin, "POST", &format!("/v1/users/{id}/enable"), None).await;
        assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 200);
    }
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_used_again_it_closes_the_session() {
    for shop in shops().await {
        let first = anna(&shop).await;
        let second = shop.refresh(&first["refresh_token"]).await;
        assert_eq!(second.status, 200, "{}", second.body);
        assert_ne!(second.body["refresh_token"], first["refresh_token"]);
        assert!(shop.standing(&second.body["access_token"]).await.live);
        shop.clock.advance(Duration::from_secs(11));
        let reused = shop.refresh(&first["refresh_token"]).await;
        assert_eq!((reused.status.as_u16(), &reused.body["code"]), (401, &json!("invalid_refresh_token")));
        assert_eq!(shop.refresh(&second.body["refresh_token"]).await.status, 401, "{}", shop.name());
        assert!(!shop.standing(&second.body["access_token"]).await.live);
    }
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again_within_ten_seconds() {
    for shop in shops().await {
        let first = anna(&shop).await;
        let lost = shop.refresh(&first["refresh_token"]).await;
        shop.clock.advance(Duration::from_secs(9));
        let again = shop.refresh(&first["refresh_token"]).await;
        assert_eq!((lost.status.as_u16(), again.status.as_u16()), (200, 200));
        let third = shop.refresh(&again.body["refresh_token"]).await;
        assert_eq!(third.status, 200);
        // Whoever holds the answer that seemed lost is somebody else: both are thrown out.
        shop.clock.advance(Duration::from_secs(11));
        assert_eq!(shop.refresh(&lost.body["refresh_token"]).await.status, 401);
        assert_eq!(shop.refresh(&third.body["refresh_token"]).await.status, 401);
    }
}

#[tokio::test]
async fn refreshes_at_the_same_time_all_succeed_and_stay_one_family() {
    for shop in shops().await {
        let first = anna(&shop).await;
        let replica = shop.replica().await;
        let other = replica.as_ref().unwrap_or(&shop.host);
        let body = || Some(json!({"refresh_token": first["refresh_token"]}));
        let calls = (0..8).map(|number| {
            let host = if number % 2 == 0 { &shop.host } else { other };
            call(host, guest(), "POST", "/v1/auth/refresh", body(), &[])
        });
        assert!(join_all(calls).await.iter().all(|answer| answer.status == 200), "{}", shop.name());
        assert_eq!(shop.column::<i64>("SELECT generation FROM sessions").await, [2]);
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_refreshed() {
    for shop in shops().await {
        let first = anna(&shop).await;
        shop.clock.advance(Duration::from_hours(24 * 30));
        assert_eq!(shop.refresh(&first["refresh_token"]).await.status, 401);
        assert!(!shop.standing(&first["access_token"]).await.live);
        let forget = &shop.host.services[0].jobs[0];
        shop.clock.advance(Duration::from_secs(1));
        assert!(forget.step().await);
        assert!(!forget.step().await);
        assert!(shop.column::<i64>("SELECT generation FROM refresh_tokens").await.is_empty());
    }
}

#[tokio::test]
async fn refresh_tokens_are_random_and_stored_only_as_digests() {
    for shop in shops().await {
        let token = anna(&shop).await["refresh_token"].as_str().unwrap().to_owned();
        assert_eq!(token.len(), 64);
        let stored = shop.column::<Vec<u8>>("SELECT hash FROM refresh_tokens").await;
        assert_eq!(stored, [<sha2::Sha256 as sha2::Digest>::digest(&token).to_vec()]);
    }
}

#[tokio::test]
async fn logging_out_closes_this_session_or_all_of_them() {
    for shop in shops().await {
        let (one, two) = (anna(&shop).await, shop.log_in("anna@example.com", PASSWORD).await.body);
        let log_out = async |path: &str, body: Option<Value>, headers: &[(&str, &str)]| {
            call(&shop.host, guest(), "POST", path, body, headers).await
        };
        let none = log_out("/v1/auth/logout", None, &[]).await;
        assert_eq!(none.status, 401);
        let body = Some(json!({"refresh_token": one["refresh_token"]}));
        assert_eq!(log_out("/v1/auth/logout", body.clone(), &[]).await.status, 204);
        assert_eq!(log_out("/v1/auth/logout", body, &[]).await.status, 204);
        assert_eq!(shop.refresh(&one["refresh_token"]).await.status, 401);
        assert!(shop.standing(&two["access_token"]).await.live);
        let bearer = format!("Bearer {}", two["access_token"].as_str().unwrap());
        let headers = [("authorization", bearer.as_str())];
        assert_eq!(log_out("/v1/auth/logout", None, &headers).await.status, 204);
        assert!(!shop.standing(&two["access_token"]).await.live);
        let three = shop.log_in("anna@example.com", PASSWORD).await.body;
        let four = shop.log_in("anna@example.com", PASSWORD).await.body;
        let body = Some(json!({"refresh_token": three["refresh_token"]}));
        assert_eq!(log_out("/v1/auth/logout?everywhere=true", body, &[]).await.status, 204);
        assert!(!shop.standing(&four["access_token"]).await.live);
        let five = shop.log_in("anna@example.com", PASSWORD).await.body;
        let me = user(claims(&five["access_token"])["sub"].as_str().unwrap(), &[Role::Customer]);
        assert_eq!(shop.call(me, "POST", "/v1/auth/logout-all", None).await.status, 204);
        assert!(!shop.standing(&five["access_token"]).await.live);
    }
}

#[tokio::test]
async fn of_many_log_ins_at_once_ten_are_tried_and_the_rest_wait_a_quarter_of_an_hour() {
    for shop in shops().await {
        shop.register("anna@example.com").await;
        for email in ["anna@example.com", "nobody@example.com"] {
            let answers = join_all((0..20).map(|_| shop.log_in(email, "a chestnut under the lamp"))).await;
            let tried = answers.iter().filter(|answer| answer.status == 401).count();
            let waiting: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
            assert_eq!((tried, waiting.len()), (10, 10), "{}", shop.name());
            assert!(waiting.iter().all(|answer| answer.retry_after.as_deref() == Some("900")));
            assert_eq!(waiting[0].body["code"], "too_many_attempts");
        }
        assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 429);
        shop.clock.advance(Duration::from_mins(15));
        assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 200);
        assert_eq!(
            shop.column::<i64>("SELECT attempts FROM login_attempts WHERE attempts < 5").await,
            [1],
            "of registering"
        );
    }
}

#[tokio::test]
async fn an_overloaded_pool_says_so_at_once() {
    let small = |settings: &mut bodega_settings::Settings| {
        (settings.identity.hash_threads, settings.identity.hash_queue) = (1, 2);
    };
    for shop in shops_with(small).await {
        let started = Instant::now();
        let timed = (0..40).map(|number| {
            let email = format!("nobody{number}@example.com");
            let shop = &shop;
            async move {
                let answer = shop.log_in(&email, PASSWORD).await;
                (answer.status.as_u16(), answer.body["code"].clone(), answer.retry_after, started.elapsed())
            }
        });
        let answers = join_all(timed).await;
        let busy: Vec<_> = answers.iter().filter(|(status, ..)| *status == 429).collect();
        assert_eq!(busy.len(), 37, "{}", shop.name());
        for (_, code, retry_after, took) in busy {
            assert_eq!((code, retry_after.as_deref()), (&json!("busy"), Some("1")));
            assert!(*took < Duration::from_millis(500), "{took:?}");
        }
    }
}

#[tokio::test]
async fn a_standing_tells_the_roles_of_now() {
    for shop in shops().await {
        let id = shop.register("anna@example.com").await;
        let admin = user(&shop.register("root@example.com").await, &[Role::Admin]);
        let tokens = shop.log_in("anna@example.com", PASSWORD).await.body;
        assert_eq!(shop.standing(&tokens["access_token"]).await.roles, [Role::Customer]);
        shop.call(admin.clone(), "PUT", &format!("/v1/users/{id}/roles/staff"), None).await;
        assert_eq!(shop.standing(&tokens["access_token"]).await.roles, [Role::Customer, Role::Staff]);
        shop.call(admin, "DELETE", &format!("/v1/users/{id}/roles/staff"), None).await;
        assert_eq!(shop.standing(&tokens["access_token"]).await.roles, [Role::Customer]);
    }
}

#[tokio::test]
async fn the_signing_key_survives_a_restart_and_its_secret_half_stays_here() {
    for shop in shops().await {
        let keys = shop.host.rpc.ask(SigningKeys {}).await.unwrap();
        let key = &keys["keys"][0];
        assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA")));
        assert!(key["kid"].as_str().unwrap().len() == 16 && key.get("d").is_none(), "{key}");
        if let Some(replica) = shop.replica().await {
            assert_eq!(replica.rpc.ask(SigningKeys {}).await.unwrap(), keys);
        }
    }
}
