//! Logging in, staying logged in, being thrown out.

use crate::setup::{PASSWORD, Shop, claims, guest, user};
use bodega_contracts::identity::SigningKeys;
use bodega_kernel::Role;
use bodega_testkit::stories;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn anna(shop: &Shop) -> Value {
    shop.register("anna@example.com").await;
    let answer = shop.log_in("anna@example.com", PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    answer.json
}

async fn an_unknown_address_a_wrong_password_and_a_disabled_user_get_one_answer(shop: &Shop) {
    let id = shop.register("anna@example.com").await;
    let wrong = shop.log_in("anna@example.com", "a chestnut under the lamp").await;
    let unknown = shop.log_in("nobody@example.com", "a chestnut under the lamp").await;
    assert_eq!((wrong.status, &wrong.json["code"]), (401, &json!("invalid_credentials")));
    assert_eq!((wrong.status, &wrong.json), (unknown.status, &unknown.json));
    let admin = user(&shop.register("root@example.com").await, &[Role::Admin]);
    let disabled = shop.call(admin.clone(), "POST", &format!("/v1/users/{id}/disable"), None).await;
    assert_eq!((disabled.status, &disabled.json["disabled"]), (200, &json!(true)));
    let refused = shop.log_in("anna@example.com", PASSWORD).await;
    assert_eq!((wrong.status, &wrong.json), (refused.status, &refused.json));
    shop.call(admin, "POST", &format!("/v1/users/{id}/enable"), None).await;
    assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 200);
}

async fn a_refresh_token_is_good_once_and_used_again_it_closes_the_session(shop: &Shop) {
    let first = anna(shop).await;
    let second = shop.refresh(&first["refresh_token"]).await;
    assert_eq!(second.status, 200, "{}", second.json);
    assert_ne!(second.json["refresh_token"], first["refresh_token"]);
    assert!(shop.standing(&second.json["access_token"]).await.live);
    shop.clock.advance(Duration::from_secs(11));
    let reused = shop.refresh(&first["refresh_token"]).await;
    assert_eq!((reused.status, &reused.json["code"]), (401, &json!("invalid_refresh_token")));
    assert_eq!(shop.refresh(&second.json["refresh_token"]).await.status, 401);
    assert!(!shop.standing(&second.json["access_token"]).await.live);
}

async fn a_lost_answer_can_be_asked_for_again_within_ten_seconds(shop: &Shop) {
    let first = anna(shop).await;
    let lost = shop.refresh(&first["refresh_token"]).await;
    shop.clock.advance(Duration::from_secs(9));
    let again = shop.refresh(&first["refresh_token"]).await;
    assert_eq!((lost.status, again.status), (200, 200));
    let third = shop.refresh(&again.json["refresh_token"]).await;
    assert_eq!(third.status, 200);
    // Whoever holds the answer that seemed lost is somebody else: both are thrown out.
    shop.clock.advance(Duration::from_secs(11));
    assert_eq!(shop.refresh(&lost.json["refresh_token"]).await.status, 401);
    assert_eq!(shop.refresh(&third.json["refresh_token"]).await.status, 401);
}

async fn refreshes_at_the_same_time_all_succeed_and_stay_one_family(shop: &Shop) {
    let first = anna(shop).await;
    let body = || Some(json!({"refresh_token": first["refresh_token"]}));
    let calls = (0..8).map(|number| shop.call_on(number, guest(), "POST", "/v1/auth/refresh", body(), &[]));
    assert!(join_all(calls).await.iter().all(|answer| answer.status == 200));
    assert_eq!(shop.column::<i64>("SELECT generation FROM sessions").await, [2]);
}

async fn a_session_ends_when_it_is_not_refreshed(shop: &Shop) {
    let first = anna(shop).await;
    shop.clock.advance(Duration::from_hours(24 * 30));
    assert_eq!(shop.refresh(&first["refresh_token"]).await.status, 401);
    assert!(!shop.standing(&first["access_token"]).await.live);
    let forget = &shop.service(0).jobs[0];
    shop.clock.advance(Duration::from_secs(1));
    assert!(forget.step().await);
    assert!(!forget.step().await);
    assert!(shop.column::<i64>("SELECT generation FROM refresh_tokens").await.is_empty());
}

async fn refresh_tokens_are_random_and_stored_only_as_digests(shop: &Shop) {
    let token = anna(shop).await["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(token.len(), 64);
    let stored = shop.column::<Vec<u8>>("SELECT hash FROM refresh_tokens").await;
    assert_eq!(stored, [<sha2::Sha256 as sha2::Digest>::digest(&token).to_vec()]);
}

async fn logging_out_closes_this_session_or_all_of_them(shop: &Shop) {
    let (one, two) = (anna(shop).await, shop.log_in("anna@example.com", PASSWORD).await.json);
    let log_out = async |path: &str, body: Option<Value>, headers: &[(&str, &str)]| {
        shop.call_on(0, guest(), "POST", path, body, headers).await
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
    let three = shop.log_in("anna@example.com", PASSWORD).await.json;
    let four = shop.log_in("anna@example.com", PASSWORD).await.json;
    let body = Some(json!({"refresh_token": three["refresh_token"]}));
    assert_eq!(log_out("/v1/auth/logout?everywhere=true", body, &[]).await.status, 204);
    assert!(!shop.standing(&four["access_token"]).await.live);
    let five = shop.log_in("anna@example.com", PASSWORD).await.json;
    let me = user(claims(&five["access_token"])["sub"].as_str().unwrap(), &[Role::Customer]);
    assert_eq!(shop.call(me, "POST", "/v1/auth/logout-all", None).await.status, 204);
    assert!(!shop.standing(&five["access_token"]).await.live);
}

async fn of_many_log_ins_at_once_ten_are_tried_and_the_rest_wait_longer_each_time(shop: &Shop) {
    shop.register("anna@example.com").await;
    for email in ["anna@example.com", "nobody@example.com"] {
        let answers = join_all((0..20).map(|_| shop.log_in(email, "a chestnut under the lamp"))).await;
        let tried = answers.iter().filter(|answer| answer.status == 401).count();
        let waiting: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
        assert_eq!((tried, waiting.len()), (10, 10));
        assert!(waiting.iter().all(|answer| answer.header("retry-after") == "900"));
        assert_eq!(waiting[0].json["code"], "too_many_attempts");
    }
    assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 429);
    shop.clock.advance(Duration::from_mins(15));
    let again = join_all((0..20).map(|_| shop.log_in("nobody@example.com", "a chestnut under the lamp"))).await;
    let waiting: Vec<_> = again.iter().filter(|answer| answer.status == 429).collect();
    assert_eq!(waiting.len(), 10);
    assert!(waiting.iter().all(|answer| answer.header("retry-after") == "1800"), "twice as long");
    assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 200);
    assert_eq!(
        shop.column::<i64>("SELECT attempts FROM login_attempts WHERE attempts < 5").await,
        [1],
        "of registering"
    );
}

async fn an_overloaded_pool_says_so_at_once(shop: &Shop) {
    let small = |settings: &mut bodega_settings::Settings| {
        (settings.identity.hash_threads, settings.identity.hash_queue) = (1, 2);
    };
    let shop = &shop.another(small).await;
    let started = Instant::now();
    let timed = (0..40).map(async |number| {
        let answer = shop.log_in(&format!("nobody{number}@example.com"), PASSWORD).await;
        (answer, started.elapsed())
    });
    let answers = join_all(timed).await;
    let busy: Vec<_> = answers.iter().filter(|(answer, _)| answer.status == 429).collect();
    assert_eq!(busy.len(), 37);
    for (answer, took) in busy {
        assert_eq!((answer.code(), answer.header("retry-after")), ("busy", "1"));
        assert!(*took < Duration::from_millis(500), "{took:?}");
    }
}

async fn a_standing_tells_the_roles_of_now(shop: &Shop) {
    let id = shop.register("anna@example.com").await;
    let admin = user(&shop.register("root@example.com").await, &[Role::Admin]);
    let tokens = shop.log_in("anna@example.com", PASSWORD).await.json;
    assert_eq!(shop.standing(&tokens["access_token"]).await.roles, [Role::Customer]);
    shop.call(admin.clone(), "PUT", &format!("/v1/users/{id}/roles/staff"), None).await;
    assert_eq!(shop.standing(&tokens["access_token"]).await.roles, [Role::Customer, Role::Staff]);
    shop.call(admin, "DELETE", &format!("/v1/users/{id}/roles/staff"), None).await;
    assert_eq!(shop.standing(&tokens["access_token"]).await.roles, [Role::Customer]);
}

async fn the_signing_key_survives_a_restart_and_its_secret_half_stays_here(shop: &Shop) {
    let keys = shop.rpc().ask(SigningKeys {}).await.unwrap();
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA")));
    assert!(key["kid"].as_str().unwrap().len() == 16 && key.get("d").is_none(), "{key}");
    assert_eq!(shop.host(1).rpc.ask(SigningKeys {}).await.unwrap(), keys, "on every replica");
    let before = shop.another(|_| ()).await;
    let keys = before.rpc().ask(SigningKeys {}).await.unwrap();
    let after = before.restarted().await;
    assert_eq!(after.rpc().ask(SigningKeys {}).await.unwrap(), keys);
}

stories![
    an_unknown_address_a_wrong_password_and_a_disabled_user_get_one_answer,
    a_refresh_token_is_good_once_and_used_again_it_closes_the_session,
    a_lost_answer_can_be_asked_for_again_within_ten_seconds,
    refreshes_at_the_same_time_all_succeed_and_stay_one_family,
    a_session_ends_when_it_is_not_refreshed,
    refresh_tokens_are_random_and_stored_only_as_digests,
    logging_out_closes_this_session_or_all_of_them,
    of_many_log_ins_at_once_ten_are_tried_and_the_rest_wait_longer_each_time,
    an_overloaded_pool_says_so_at_once,
    a_standing_tells_the_roles_of_now,
    the_signing_key_survives_a_restart_and_its_secret_half_stays_here,
];
