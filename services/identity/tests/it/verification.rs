//! Showing that an address is one's own, and having another one.

use crate::setup::{PASSWORD, Shop, guest, user};
use bodega_contracts::identity::{MailLink, UserEmailVerified};
use bodega_kernel::{Caller, Role, UserId};
use bodega_testkit::{Answer, stories};
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;

async fn anna(shop: &Shop) -> Caller {
    user(&shop.register("anna@example.com").await, &[Role::Customer])
}

async fn verify(shop: &Shop, replica: usize, token: &str) -> Answer {
    shop.call_on(replica, guest(), "POST", "/v1/auth/verify-email", Some(json!({"token": token})), &[]).await
}

async fn verified(shop: &Shop, caller: &Caller) -> (String, bool) {
    let me = shop.call(caller.clone(), "GET", "/v1/me", None).await.expect(200);
    (me.field("email"), me.json["email_verified"].as_bool().unwrap())
}

async fn an_address_is_verified_once_by_the_link_in_the_mail(shop: &Shop) {
    let anna = anna(shop).await;
    assert_eq!(verified(shop, &anna).await, ("anna@example.com".to_owned(), false));
    let link = shop.link("user.verification_requested.v1", "request_id").await.unwrap();
    assert_eq!(link.email, "anna@example.com");
    assert_eq!(
        link,
        shop.link("user.verification_requested.v1", "request_id").await.unwrap(),
        "a mail may be repeated"
    );
    let answers = join_all((0..10).map(|number| verify(shop, number, &link.token))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    assert!(answers.iter().filter(|answer| answer.status != 204).all(|answer| answer.code() == "link_over"));
    assert!(verified(shop, &anna).await.1);
    assert_eq!(
        shop.link("user.verification_requested.v1", "request_id").await,
        None,
        "no mail is sent for it any more"
    );
    shop.call(anna, "POST", "/v1/me/verification", None).await.expect(202);
    assert_eq!(shop.column::<String>("SELECT purpose FROM mail_requests").await.len(), 0);
}

async fn a_link_that_is_over_forged_or_for_something_else_opens_nothing(shop: &Shop) {
    let anna = anna(shop).await;
    let token = shop.email_token().await;
    let reset = shop.reset_token("anna@example.com").await;
    let forged = format!("{}x", token.strip_suffix(|_: char| true).unwrap());
    for bad in ["", "x", "a.b.c", &reset, &forged, &token.repeat(10)] {
        assert_eq!(verify(shop, 0, bad).await.expect(422).code(), "link_over", "{bad}");
    }
    let misused = json!({"token": token, "password": "a chestnut under the lamp"});
    for path in ["/v1/auth/reset-password", "/v1/auth/accept-invitation"] {
        let refused = shop.call(guest(), "POST", path, Some(misused.clone())).await.expect(422);
        assert_eq!((refused.code(), refused.pointers()), ("link_over", vec!["/token"]));
    }
    shop.clock.advance(Duration::from_hours(3 * 24));
    assert_eq!(verify(shop, 0, &token).await.expect(422).code(), "link_over");
    assert!(!verified(shop, &anna).await.1);
    assert_eq!(shop.rpc().ask(MailLink { request_id: "no id".to_owned() }).await.unwrap(), None);
}

async fn the_mail_can_be_asked_for_again_but_not_for_ever(shop: &Shop) {
    let anna = anna(shop).await;
    let first = shop.email_token().await;
    for _ in 0..3 {
        shop.call(anna.clone(), "POST", "/v1/me/verification", None).await.expect(202);
    }
    let late = shop.call(anna.clone(), "POST", "/v1/me/verification", None).await.expect(429);
    assert_eq!((late.code(), late.header("retry-after")), ("too_many_attempts", "900"));
    assert_eq!(shop.column::<String>("SELECT purpose FROM mail_requests").await.len(), 3, "the newest three");
    assert_eq!(verify(shop, 0, &first).await.status, 422);
    verify(shop, 0, &shop.email_token().await).await.expect(204);
    assert!(verified(shop, &anna).await.1);
    shop.call(guest(), "POST", "/v1/me/verification", None).await.expect(401);
}

async fn a_new_address_proves_itself_first_and_the_old_one_is_told(shop: &Shop) {
    let anna = anna(shop).await;
    let change = |email: &str, password: &str| {
        let body = json!({"email": email, "password": password});
        shop.call(anna.clone(), "POST", "/v1/me/email", Some(body))
    };
    let wrong = change("anne@example.com", "a chestnut under the lamp").await.expect(422);
    assert_eq!((wrong.code(), wrong.pointers()), ("wrong_password", vec!["/password"]));
    let _ = change("anne@example.com", PASSWORD).await.expect(202);
    assert_eq!(verified(shop, &anna).await.0, "anna@example.com", "not before it is proved");
    let link = shop.link("user.verification_requested.v1", "request_id").await.unwrap();
    assert_eq!(link.email, "anne@example.com");
    let old = shop.reset_token("anna@example.com").await;
    verify(shop, 0, &link.token).await.expect(204);
    assert_eq!(verified(shop, &anna).await, ("anne@example.com".to_owned(), true));
    assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 401);
    assert_eq!(shop.log_in("anne@example.com", PASSWORD).await.status, 200);
    let events = shop.events().await;
    let told = events.iter().rfind(|event| *event.kind == *"user.email_changed.v1").unwrap();
    assert!(told.data.contains("anna@example.com"), "{}", told.data);
    let body = json!({"token": old, "password": "a chestnut under the lamp"});
    let over = shop.call(guest(), "POST", "/v1/auth/reset-password", Some(body)).await;
    assert_eq!(over.code(), "link_over", "what went to the old address");
    shop.call(guest(), "POST", "/v1/me/email", Some(json!({"email": "x@y.z", "password": "x"}))).await.expect(401);
}

async fn an_address_that_another_account_has_gets_the_same_answer_and_is_never_taken(shop: &Shop) {
    let anna = anna(shop).await;
    let bert = shop.register("bert@example.com").await;
    let change = |email: &str| {
        let body = json!({"email": email, "password": PASSWORD});
        shop.call(anna.clone(), "POST", "/v1/me/email", Some(body))
    };
    let (free, taken) = (change("free@example.com").await.expect(202), change("bert@example.com").await.expect(202));
    assert_eq!(free.text, taken.text);
    let told = shop.kinds().await.pop().unwrap();
    assert_eq!(told, ("user.registered_again.v1".to_owned(), bert));
    let _ = change("late@example.com").await.expect(202);
    let link = shop.email_token().await;
    shop.register("late@example.com").await;
    assert_eq!(verify(shop, 0, &link).await.expect(409).code(), "email_taken");
    assert_eq!(verified(shop, &anna).await.0, "anna@example.com");
}

async fn two_accounts_that_move_to_one_address_at_once_leave_it_to_one(shop: &Shop) {
    let mut tokens = Vec::new();
    for email in ["anna@example.com", "bert@example.com", "cleo@example.com"] {
        let caller = user(&shop.register(email).await, &[Role::Customer]);
        let body = json!({"email": "one@example.com", "password": PASSWORD});
        shop.call(caller, "POST", "/v1/me/email", Some(body)).await.expect(202);
        tokens.push(shop.email_token().await);
    }
    let answers = join_all(tokens.iter().enumerate().map(|(number, token)| verify(shop, number, token))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert_eq!(shop.column::<String>("SELECT email FROM users WHERE email = 'one@example.com'").await.len(), 1);
}

async fn no_link_is_in_an_event_or_a_table(shop: &Shop) {
    anna(shop).await;
    let tokens = [shop.email_token().await, shop.reset_token("anna@example.com").await];
    let events = shop.events().await;
    for token in &tokens {
        let signature = token.rsplit('.').next().unwrap();
        assert!(events.iter().all(|event| !event.data.contains(signature)));
    }
    for text in shop.column::<String>("SELECT email FROM mail_requests").await {
        assert_eq!(text, "anna@example.com");
    }
}

/// Whose addresses were told to be theirs.
async fn told(shop: &Shop) -> Vec<(String, UserId)> {
    shop.told::<UserEmailVerified>().await.into_iter().map(|event| (event.email, event.user_id)).collect()
}

async fn every_way_to_show_an_address_tells_it_once(shop: &Shop) {
    let id = |id: &str| id.parse::<UserId>().unwrap();
    let anna = shop.register("Anna@Example.com").await;
    assert!(told(shop).await.is_empty(), "registering shows nothing");
    let (first, reset) = (shop.email_token().await, shop.reset_token("anna@example.com").await);
    let answers = join_all((0..10).map(|number| verify(shop, number, &first))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    let chosen = json!({"token": reset, "password": "a chestnut under the lamp"});
    shop.call(guest(), "POST", "/v1/auth/reset-password", Some(chosen)).await.expect(204);
    let annas = ("anna@example.com".to_owned(), id(&anna));
    assert_eq!(told(shop).await, std::slice::from_ref(&annas), "a link for a password shows what was shown before");
    let bert = shop.register("bert@example.com").await;
    let chosen = json!({"token": shop.reset_token("bert@example.com").await, "password": "a chestnut under the lamp"});
    shop.call(guest(), "POST", "/v1/auth/reset-password", Some(chosen)).await.expect(204);
    let body = json!({"email": "Anne@example.com", "password": "a chestnut under the lamp"});
    shop.call(user(&anna, &[Role::Customer]), "POST", "/v1/me/email", Some(body)).await.expect(202);
    verify(shop, 0, &shop.email_token().await).await.expect(204);
    let root = bodega_identity::admin::create_user(shop.db(), "root@example.com", PASSWORD, Role::Admin).await;
    let root = root.unwrap().0;
    let admin = Caller { user: Some(root), roles: vec![Role::Admin] };
    let mut joined = Vec::new();
    for email in ["cleo@example.com", "dora@example.com"] {
        if email.starts_with('d') {
            shop.register(email).await;
        }
        let body = json!({"email": email, "role": "staff"});
        shop.call(admin.clone(), "POST", "/v1/admin/invitations", Some(body)).await.expect(201);
        let token = shop.link("staff.invited.v1", "invitation_id").await.unwrap().token;
        let body = json!({"token": token, "password": PASSWORD});
        let made = shop.call(guest(), "POST", "/v1/auth/accept-invitation", Some(body)).await;
        joined.push((email.to_owned(), id(&made.field("id"))));
    }
    let berts = ("bert@example.com".to_owned(), id(&bert));
    let moved = ("anne@example.com".to_owned(), id(&anna));
    let roots = ("root@example.com".to_owned(), root);
    assert_eq!(told(shop).await, [vec![annas, berts, moved, roots], joined].concat());
    bodega_identity::admin::create_user(shop.db(), "dora@example.com", PASSWORD, Role::Admin).await.unwrap();
    assert_eq!(told(shop).await.len(), 6, "who is there already shows nothing");
}

stories![
    every_way_to_show_an_address_tells_it_once,
    an_address_is_verified_once_by_the_link_in_the_mail,
    a_link_that_is_over_forged_or_for_something_else_opens_nothing,
    the_mail_can_be_asked_for_again_but_not_for_ever,
    a_new_address_proves_itself_first_and_the_old_one_is_told,
    an_address_that_another_account_has_gets_the_same_answer_and_is_never_taken,
    two_accounts_that_move_to_one_address_at_once_leave_it_to_one,
    no_link_is_in_an_event_or_a_table,
];
