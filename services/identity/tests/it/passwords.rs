//! Passwords that are forgotten, chosen anew, or changed.

use crate::setup::{PASSWORD, Shop, claims, guest, user};
use bodega_kernel::Role;
use bodega_testkit::{Answer, stories};
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;

const NEW: &str = "a chestnut under the lamp";

async fn forget(shop: &Shop, email: &str) -> Answer {
    shop.call(guest(), "POST", "/v1/auth/forgot-password", Some(json!({"email": email}))).await
}

async fn reset(shop: &Shop, replica: usize, token: &str, password: &str) -> Answer {
    let body = json!({"token": token, "password": password});
    shop.call_on(replica, guest(), "POST", "/v1/auth/reset-password", Some(body), &[]).await
}

async fn a_forgotten_password_is_chosen_anew_and_every_session_ends(shop: &Shop) {
    shop.register("anna@example.com").await;
    let tokens = shop.log_in("anna@example.com", PASSWORD).await.json;
    let token = shop.reset_token("anna@example.com").await;
    let weak = reset(shop, 0, &token, "short").await.expect(422);
    assert_eq!((weak.code(), weak.pointers()), ("invalid_body", vec!["/password"]), "and the link is good still");
    reset(shop, 0, &token, NEW).await.expect(204);
    assert!(!shop.standing(&tokens["access_token"]).await.live);
    assert_eq!(shop.refresh(&tokens["refresh_token"]).await.status, 401);
    assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 401);
    assert_eq!(shop.log_in("anna@example.com", NEW).await.status, 200);
    assert_eq!(shop.kinds().await.pop().unwrap().0, "user.password_changed.v1");
    assert_eq!(reset(shop, 0, &token, PASSWORD).await.expect(422).code(), "link_over");
}

async fn of_a_hundred_resets_with_one_link_one_wins(shop: &Shop) {
    let shop = &shop.another(|settings| settings.identity.hash_queue = 200).await;
    shop.register("anna@example.com").await;
    let token = shop.reset_token("anna@example.com").await;
    let password = |number: usize| format!("walnut {number} under the lamp");
    let calls = (0..100).map(|number| {
        let (token, password) = (token.clone(), password(number));
        async move { reset(shop, number, &token, &password).await }
    });
    let answers = join_all(calls).await;
    let won: Vec<usize> = (0..100).filter(|number| answers[*number].status == 204).collect();
    assert_eq!(won.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert_eq!(shop.log_in("anna@example.com", &password(won[0])).await.status, 200);
    let changed = shop.kinds().await.into_iter().filter(|(kind, _)| kind == "user.password_changed.v1");
    assert_eq!(changed.count(), 1);
}

async fn a_reset_ends_the_other_links_of_the_account(shop: &Shop) {
    shop.register("anna@example.com").await;
    let verification = shop.email_token().await;
    let (first, second) = (shop.reset_token("anna@example.com").await, shop.reset_token("anna@example.com").await);
    assert_ne!(first, second);
    let both = join_all([reset(shop, 0, &first, NEW), reset(shop, 1, &second, "another good long one")]).await;
    assert_eq!(both.iter().filter(|answer| answer.status == 204).count(), 1);
    let body = Some(json!({"token": verification}));
    shop.call(guest(), "POST", "/v1/auth/verify-email", body).await.expect(422);
    assert!(shop.column::<String>("SELECT purpose FROM mail_requests").await.is_empty());
}

async fn a_link_for_a_new_password_is_good_for_an_hour_and_not_for_who_is_disabled(shop: &Shop) {
    let id = shop.register("anna@example.com").await;
    let late = shop.reset_token("anna@example.com").await;
    shop.clock.advance(Duration::from_hours(1));
    assert_eq!(reset(shop, 0, &late, NEW).await.status, 422);
    let token = shop.reset_token("anna@example.com").await;
    let root = user(&shop.register("root@example.com").await, &[Role::Admin]);
    shop.call(root, "POST", &format!("/v1/users/{id}/disable"), None).await.expect(200);
    assert_eq!(reset(shop, 0, &token, NEW).await.status, 422);
    let before = shop.kinds().await.len();
    shop.clock.advance(Duration::from_mins(15));
    forget(shop, "anna@example.com").await.expect(202);
    shop.job("forgotten passwords").step().await;
    assert_eq!(shop.kinds().await.len(), before);
}

async fn nobody_learns_from_a_forgotten_password_who_has_an_account(shop: &Shop) {
    shop.register("anna@example.com").await;
    let before = shop.kinds().await.len();
    let (known, unknown) = (forget(shop, "anna@example.com").await, forget(shop, "nobody@example.com").await);
    assert_eq!((known.status, &known.text), (202, &unknown.text));
    assert_eq!(known.headers, unknown.headers);
    assert_eq!(shop.kinds().await.len(), before, "nothing is looked at before the answer");
    let rows = shop.column::<String>("SELECT email FROM forgotten_passwords ORDER BY email").await;
    assert_eq!(rows, ["anna@example.com", "nobody@example.com"], "both took the same steps");
    let job = shop.job("forgotten passwords");
    assert!(job.step().await && !job.step().await);
    assert_eq!(shop.kinds().await.len(), before + 1);
    for email in ["anna@example.com", "nobody@example.com"] {
        for _ in 0..20 {
            assert_eq!(forget(shop, email).await.status, 202, "always");
            job.step().await;
        }
    }
    assert_eq!(shop.kinds().await.len(), before + 3, "three mails in a window");
    assert_eq!(forget(shop, "nobody").await.expect(422).pointers(), ["/email"]);
    let other = json!({"email": "anna@example.com"});
    shop.call(guest(), "POST", "/v1/auth/password/forgot", Some(other)).await.expect(202);
}

async fn two_replicas_send_one_link_for_one_wish(shop: &Shop) {
    shop.register("anna@example.com").await;
    forget(shop, "anna@example.com").await.expect(202);
    let before = shop.kinds().await.len();
    let steps = (0..2).map(|replica| {
        let job = shop.on(replica).job("forgotten passwords");
        async move { job.step().await }
    });
    join_all(steps).await;
    assert_eq!(shop.kinds().await.len(), before + 1);
}

async fn changing_a_password_needs_the_old_one_and_ends_all_other_sessions(shop: &Shop) {
    let id = shop.register("anna@example.com").await;
    let me = user(&id, &[Role::Customer]);
    let (mine, other) =
        (shop.log_in("anna@example.com", PASSWORD).await.json, shop.log_in("anna@example.com", PASSWORD).await.json);
    let bearer = format!("Bearer {}", mine["access_token"].as_str().unwrap());
    let change = async |old: &str, new: &str| {
        let body = json!({"old_password": old, "new_password": new});
        let headers = [("authorization", bearer.as_str())];
        shop.call_on(0, me.clone(), "POST", "/v1/me/password", Some(body), &headers).await
    };
    let wrong = change(NEW, NEW).await.expect(422);
    assert_eq!((wrong.code(), wrong.pointers()), ("wrong_password", vec!["/old_password"]));
    assert_eq!(change(PASSWORD, "short").await.expect(422).pointers(), ["/new_password"]);
    change(PASSWORD, NEW).await.expect(204);
    assert!(shop.standing(&mine["access_token"]).await.live && !shop.standing(&other["access_token"]).await.live);
    assert_eq!(shop.log_in("anna@example.com", NEW).await.status, 200);
    assert_eq!(shop.kinds().await.pop().unwrap(), ("user.password_changed.v1".to_owned(), id.clone()));
    assert_eq!(claims(&mine["access_token"])["sub"], json!(id));
    for _ in 0..10 {
        change(PASSWORD, NEW).await.expect(422);
    }
    let late = change(NEW, PASSWORD).await.expect(429);
    assert_eq!(late.header("retry-after"), "900");
    let body = json!({"old_password": NEW, "new_password": PASSWORD});
    shop.call(guest(), "POST", "/v1/me/password", Some(body)).await.expect(401);
}

async fn of_changes_at_the_same_moment_one_wins(shop: &Shop) {
    let me = user(&shop.register("anna@example.com").await, &[Role::Customer]);
    let new = |number: usize| format!("walnut {number} under the lamp");
    let calls = (0..8).map(|number| {
        let body = json!({"old_password": PASSWORD, "new_password": new(number)});
        shop.call_on(number, me.clone(), "POST", "/v1/me/password", Some(body), &[])
    });
    let answers = join_all(calls).await;
    let won: Vec<usize> = (0..8).filter(|number| answers[*number].status == 204).collect();
    assert_eq!(won.len(), 1);
    assert_eq!(shop.log_in("anna@example.com", &new(won[0])).await.status, 200);
}

stories![
    a_forgotten_password_is_chosen_anew_and_every_session_ends,
    of_a_hundred_resets_with_one_link_one_wins,
    a_reset_ends_the_other_links_of_the_account,
    a_link_for_a_new_password_is_good_for_an_hour_and_not_for_who_is_disabled,
    nobody_learns_from_a_forgotten_password_who_has_an_account,
    two_replicas_send_one_link_for_one_wish,
    changing_a_password_needs_the_old_one_and_ends_all_other_sessions,
    of_changes_at_the_same_moment_one_wins,
];
