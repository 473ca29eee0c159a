//! What a service has at hand goes out by the short way, and is not told apart from what it makes.

use crate::setup::{Door, door, door_shelved, request};
use axum::body::Body;
use bodega_settings::Settings;
use std::sync::atomic::Ordering;

const ID: (&str, &str) = ("x-request-id", "0123456789abcdef");

fn shelved() -> Door {
    door_shelved(|_| ())
}

#[tokio::test]
async fn what_is_at_hand_has_every_header_that_answers_have() {
    let (short, long) = (shelved(), door());
    let (quick, slow) = (short.get("/public", &[ID]).await, long.get("/public", &[ID]).await);
    assert_eq!((quick.status.as_u16(), &*quick.bytes), (200, &b"at hand"[..]));
    assert_eq!(quick.header("x-request-id"), ID.1);
    for (name, value) in slow.headers.iter().filter(|(name, _)| !name.as_str().starts_with("content-")) {
        assert_eq!(quick.headers.get(name), Some(value), "{name}");
    }
    assert_eq!(quick.header("content-security-policy"), slow.header("content-security-policy"));
    let own = short.get("/public", &[]).await.header("x-request-id").to_owned();
    assert_eq!(own.len(), 36);
    assert_ne!(short.get("/public", &[("x-request-id", "bad id")]).await.header("x-request-id"), "bad id");
}

#[tokio::test]
async fn only_reads_of_strangers_on_public_routes_go_the_short_way() {
    let door = shelved();
    let bearer = format!("Bearer {}", door.good_token());
    for headers in [&[("authorization", &*bearer)][..], &[("x-cart-token", "x")], &[("x-order-token", "x")]] {
        let answer = door.get("/public", headers).await;
        assert_eq!((answer.status.as_u16(), answer.body["path"].as_str()), (200, Some("/public")), "{headers:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let forged = door.get("/public", &[("authorization", "Bearer x")]).await;
    assert_eq!(forged.problem().0, 401);
    assert!(door.identity.standings_asked.load(Ordering::SeqCst) > 0);
    let posted = door.send(request("POST", "/public", &[], Body::empty())).await;
    assert_eq!(posted.body["path"], "/public");
    assert_eq!(door.get("/token/1", &[]).await.body["path"], "/token/1");
    assert_eq!(door.get("/user", &[]).await.problem().0, 401);
    assert_eq!(door.get("/nowhere", &[]).await.problem().0, 404);
    assert_eq!(door.get("/slow", &[]).await.bytes, "at last", "what is not at hand is made");
}

#[tokio::test]
async fn what_is_at_hand_counts_like_everything_else() {
    let door = door_shelved(|settings: &mut Settings| {
        settings.limits.enabled = true;
        (settings.limits.burst, settings.limits.per_second_per_address) = (2, 1);
    });
    for left in ["1", "0"] {
        let answer = door.get("/public", &[]).await;
        assert_eq!((answer.status.as_u16(), answer.header("ratelimit-remaining")), (200, left));
    }
    assert_eq!(door.get("/public", &[]).await.problem(), (429, "rate_limited"));
}
