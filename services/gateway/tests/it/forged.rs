//! Forged and stale tokens: each is 401, on public routes too, and never more than that.

use crate::setup::{Door, KID, USER, claims, door, header, jwk, key, part};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::AlgorithmParameters};
use serde_json::{Value, json};
use std::{sync::atomic::Ordering, time::Duration};

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// Other algorithms, other keys, keys brought along.
fn forged(door: &Door) -> Vec<(&'static str, String)> {
    let good = door.good_token();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let payload = part(&claims());
    let head = |json: Value| part(&json);
    let unsigned = |alg: &str| format!("{}.{payload}.", head(json!({"alg": alg, "typ": "at+jwt", "kid": KID})));
    let AlgorithmParameters::OctetKeyPair(public) = jwk(&key(1), KID).algorithm else { panic!() };
    let hs = |secret: &[u8]| {
        let header = Header { alg: Algorithm::HS256, ..header(KID) };
        jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(secret)).unwrap()
    };
    let raw = URL_SAFE_NO_PAD.decode(&public.x).unwrap();
    let other = |kid: &str| jsonwebtoken::encode(&header(kid), &claims(), &key(2)).unwrap();
    let crafted = |mut json: Value| {
        json["alg"] = "EdDSA".into();
        for (name, value) in [("typ", "at+jwt"), ("kid", KID)] {
            if json.get(name).is_none() {
                json[name] = value.into();
            }
        }
        door.sign_raw(&json.to_string(), &claims().to_string())
    };
    vec![
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("alg none with our signature", format!("{}{signature}", unsigned("none"))),
        ("alg missing", format!("{}.{payload}.{signature}", head(json!({"typ": "at+jwt", "kid": KID})))),
        ("signature missing", format!("{message}.")),
        ("hs256 with the public key", hs(&raw)),
        ("hs256 with the public key as text", hs(public.x.as_bytes())),
        ("rs256 with our signature", format!("{}.{payload}.{signature}", head(json!({"alg": "RS256", "kid": KID})))),
        ("es256 with our signature", format!("{}.{payload}.{signature}", head(json!({"alg": "ES256", "kid": KID})))),
        ("another key under our id", other(KID)),
        ("another key under its own id", other("fedcba9876543210")),
        ("no key id", door.sign(&Header { kid: None, ..header(KID) }, &claims())),
        ("key id as a path", crafted(json!({"kid": "../../../../dev/null"}))),
        ("key id as a statement", crafted(json!({"kid": "x' UNION SELECT 'secret"}))),
        ("key id too long", crafted(json!({"kid": "a".repeat(65)}))),
        ("key id a number", crafted(json!({"kid": 7}))),
        ("key brought along", crafted(json!({"jwk": jwk(&key(1), KID)}))),
        ("key's address brought along", crafted(json!({"jku": "https://evil.example/keys"}))),
        ("certificate brought along", crafted(json!({"x5u": "https://evil.example/cert"}))),
        ("critical extension", crafted(json!({"crit": ["b64"], "b64": false}))),
        ("another type", door.sign(&Header { typ: Some("JWT".to_owned()), ..header(KID) }, &claims())),
        (
            "changed claims",
            format!(
                "{}.{}.{signature}",
                message.split_once('.').unwrap().0,
                part(&with("sub", USER.replace('1', "2")))
            ),
        ),
        ("truncated", good[..good.len() - 4].to_owned()),
        ("an extra part", format!("{good}.{payload}")),
        ("one part", "abc".to_owned()),
        ("not base64", "a!b.c?d.e f".replace(' ', "")),
        ("no json", format!("{}.{}.{signature}", part(&json!("x")), part(&json!("y")))),
        ("a megabyte, cut to what a header may hold", format!("{message}.{}", "A".repeat(5_000))),
    ]
}

/// Signed by us, but not for this, or not now.
fn unfit(door: &Door) -> Vec<(&'static str, String)> {
    let sign = |claims: &Value| door.sign(&header(KID), claims);
    let now = claims()["iat"].as_i64().unwrap();
    let head = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": KID}).to_string();
    let twice = claims().to_string().replacen('{', "{\"exp\":9999999999,", 1);
    vec![
        ("exp missing", sign(&without("exp"))),
        ("exp a text", sign(&with("exp", (now + 900).to_string()))),
        ("exp null", sign(&with("exp", Value::Null))),
        ("exp a fraction", sign(&with("exp", now as f64 + 900.5))),
        ("exp past", sign(&with("exp", now - 1))),
        ("exp now", sign(&with("exp", now))),
        ("exp far ahead", sign(&with("exp", now + 86_400))),
        ("exp beyond all numbers", sign(&with("exp", u64::MAX))),
        ("exp at the end of numbers", sign(&with("exp", i64::MAX))),
        ("exp negative", sign(&with("exp", -1))),
        ("exp twice", door.sign_raw(&head, &twice)),
        ("nbf ahead", sign(&with("nbf", now + 60))),
        ("nbf a text", sign(&with("nbf", now.to_string()))),
        ("nbf null", sign(&with("nbf", Value::Null))),
        ("iat ahead", sign(&with("iat", now + 60))),
        ("iat missing", sign(&without("iat"))),
        ("iss another", sign(&with("iss", "evil"))),
        ("iss missing", sign(&without("iss"))),
        ("iss a list", sign(&with("iss", json!(["bodega"])))),
        ("aud another", sign(&with("aud", "other"))),
        ("aud missing", sign(&without("aud"))),
        ("aud a list", sign(&with("aud", json!(["bodega", "other"])))),
        ("sub no id", sign(&with("sub", "admin"))),
        ("sub missing", sign(&without("sub"))),
        ("sub a number", sign(&with("sub", 1))),
        ("sid missing", sign(&without("sid"))),
        ("sid no id", sign(&with("sid", "' OR 1=1"))),
        ("claims a list", door.sign_raw(&head, "[]")),
        ("claims no json", door.sign_raw(&head, "{")),
        ("somebody else's session", sign(&with("sub", "01900000-0000-7000-8000-000000000009"))),
    ]
}

#[tokio::test]
async fn forged_and_unfit_tokens_are_401_everywhere() {
    let door = door();
    let tokens = forged(&door).into_iter().chain(unfit(&door));
    let mut count = 0;
    for (what, token) in tokens {
        for path in ["/public", "/user", "/admin"] {
            let answer = door.get_as(&token, path).await;
            assert_eq!(answer.problem(), (401, "invalid_token"), "{what} on {path}");
            assert!(answer.header("www-authenticate").contains("invalid_token"), "{what}");
        }
        count += 1;
    }
    assert!(count > 50);
    assert_eq!(door.get_as(&door.good_token(), "/user").await.status, 200, "the same door takes a good one");
    let header = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": KID}).to_string();
    let crafted = door.sign_raw(&header, &claims().to_string());
    assert_eq!(door.get_as(&crafted, "/user").await.status, 200, "one crafted as those above are, and good");
}

#[tokio::test]
async fn what_is_no_bearer_token_is_401_too() {
    let door = door();
    let good = door.good_token();
    for value in [
        "Basic dXNlcjpwYXNz",
        "Bearer",
        "Bearer ",
        "token",
        &good,
        &format!("Bearer  {good}"),
        &format!("Bearer {good} x"),
    ] {
        assert_eq!(door.get("/public", &[("authorization", value)]).await.problem(), (401, "invalid_token"), "{value}");
    }
    let twice = format!("Bearer {good}");
    let answer = door.get("/user", &[("authorization", &twice), ("authorization", &twice)]).await;
    assert_eq!(answer.problem(), (401, "invalid_token"));
}

#[tokio::test]
async fn a_token_ends_when_it_says_although_it_was_good_before() {
    let door = door();
    let token = door.good_token();
    assert_eq!(door.get_as(&token, "/user").await.status, 200);
    door.clock.advance(Duration::from_secs(899));
    assert_eq!(door.get_as(&token, "/user").await.status, 200);
    door.clock.advance(Duration::from_secs(1));
    assert_eq!(door.get_as(&token, "/user").await.problem(), (401, "invalid_token"));
}

#[tokio::test]
async fn unknown_keys_make_us_ask_identity_once_in_ten_seconds() {
    let door = door();
    let forged = |kid: &str| jsonwebtoken::encode(&header(kid), &claims(), &key(2)).unwrap();
    let asked = || door.identity.keys_asked.load(Ordering::SeqCst);
    for number in 0..50 {
        assert_eq!(door.get_as(&forged(&format!("k{number}")), "/user").await.status, 401);
    }
    assert_eq!(asked(), 1);
    door.clock.advance(Duration::from_secs(10));
    for number in 0..50 {
        assert_eq!(door.get_as(&forged(&format!("k{number}")), "/user").await.status, 401);
    }
    assert_eq!(asked(), 2);
}
