//! Tokens that are not ours, whatever they pretend to be.

use super::*;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bodega_web::{GuestKeys, InternalKeys};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use sha2::Sha256;
use std::time::Duration;
use uuid::Uuid;

const SECRET: &[u8] = b"a secret that has thirty-two bytes";
const CART: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

/// The key the crate makes of its secret, so that forgeries fail for the reason under test and not for the key.
fn key(purpose: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
    mac.update(b"bodega ");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn forged(purpose: &str, header: &Header, claims: &Value) -> String {
    jsonwebtoken::encode(header, claims, &EncodingKey::from_secret(&key(purpose))).unwrap()
}

fn later(seconds: u64) -> Time {
    NOW.plus(Duration::from_secs(seconds))
}

fn seconds(time: Time) -> i64 {
    time.ms() / 1000
}

fn opens(token: &str) -> Option<Uuid> {
    GuestKeys::new(SECRET).verify("cart", token, NOW)
}

#[test]
fn a_guest_token_opens_its_thing_until_it_expires() {
    let keys = GuestKeys::new(SECRET);
    let token = keys.sign("cart", CART, later(60));
    assert_eq!(keys.verify("cart", &token, NOW), Some(CART));
    assert_eq!(keys.verify("cart", &token, later(59)), Some(CART));
    assert_eq!(keys.verify("cart", &token, later(60)), None);
    assert_eq!(keys.verify("order", &token, NOW), None, "of another kind");
    assert_eq!(GuestKeys::new(b"another").verify("cart", &token, NOW), None);
    assert_eq!(token, keys.sign("cart", CART, later(60)), "a replay gets the same token");
    let header = Header::new(Algorithm::HS256);
    let exp = seconds(later(60));
    let rebuilt = forged("guest", &header, &json!({"kind": "cart", "sub": CART, "exp": exp}));
    assert_eq!(opens(&rebuilt), Some(CART), "the forgeries below use the right key");
}

#[test]
fn a_token_that_was_touched_opens_nothing() {
    let token = GuestKeys::new(SECRET).sign("cart", CART, later(60));
    for length in 0..token.len() {
        assert_eq!(opens(&token[..length]), None, "cut at {length}");
    }
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(opens(&String::from_utf8(bytes).unwrap()), None, "changed at {at}");
    }
    for text in [format!("{token}="), format!("{token}."), format!(" {token}"), token.replace('.', ""), token.repeat(3)]
    {
        assert_eq!(opens(&text), None, "{text}");
    }
}

#[test]
fn a_token_cannot_choose_its_algorithm() {
    let claims = json!({"kind": "cart", "sub": CART, "exp": seconds(later(60))});
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        assert_eq!(opens(&forged("guest", &Header::new(algorithm), &claims)), None, "{algorithm:?}");
    }
    let good = forged("guest", &Header::new(Algorithm::HS256), &claims);
    let [_, body, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
    for header in ["none", "None", "NONE", "RS256", "ES256", "EdDSA", ""] {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": header, "typ": "JWT"}).to_string());
        for forgery in [format!("{header}.{body}."), format!("{header}.{body}"), format!("{header}.{body}.{signature}")]
        {
            assert_eq!(opens(&forgery), None, "{forgery}");
        }
    }
}

#[test]
fn claims_are_all_there_and_of_their_types() {
    let header = Header::new(Algorithm::HS256);
    let exp = seconds(later(60));
    for claims in [
        json!({"kind": "cart", "sub": CART}),
        json!({"kind": "cart", "sub": CART, "exp": null}),
        json!({"kind": "cart", "sub": CART, "exp": exp.to_string()}),
        json!({"kind": "cart", "sub": CART, "exp": u64::MAX}),
        json!({"kind": "cart", "sub": CART, "exp": -1}),
        json!({"kind": "cart", "sub": CART, "exp": 0}),
        json!({"kind": ["cart"], "sub": CART, "exp": exp}),
        json!({"sub": CART, "exp": exp}),
        json!({"kind": "cart", "sub": "all", "exp": exp}),
        json!({"kind": "cart", "exp": exp}),
        json!([]),
        json!(null),
    ] {
        assert_eq!(opens(&forged("guest", &header, &claims)), None, "{claims}");
    }
}

#[test]
fn an_internal_token_names_who_asks_whom_and_lives_a_minute() {
    let keys = InternalKeys::new(SECRET);
    let token = keys.issue("cart", "orders", &user(&[Role::Staff]), NOW);
    let asked = Some(("cart".to_owned(), user(&[Role::Staff])));
    assert_eq!(keys.verify("orders", &token, NOW), asked);
    assert_eq!(keys.verify("orders", &token, later(59)), asked);
    assert_eq!(keys.verify("orders", &token, later(60)), None);
    assert_eq!(keys.verify("payments", &token, NOW), None);
    assert_eq!(InternalKeys::new(b"another").verify("orders", &token, NOW), None);
}

#[test]
fn tokens_of_one_purpose_are_none_of_another() {
    let (guests, internals) = (GuestKeys::new(SECRET), InternalKeys::new(SECRET));
    let internal = internals.issue("cart", "orders", &Caller::guest(), NOW);
    let guest = guests.sign("cart", CART, later(60));
    assert_eq!(guests.verify("cart", &internal, NOW), None);
    assert_eq!(internals.verify("orders", &guest, NOW), None);
}

#[test]
fn the_key_id_must_be_that_of_the_key() {
    let keys = InternalKeys::new(SECRET);
    let own = jsonwebtoken::decode_header(keys.issue("cart", "orders", &Caller::guest(), NOW)).unwrap().kid;
    let claims = json!({
        "aud": "orders", "sub": "cart", "iat": seconds(NOW), "exp": seconds(later(60)),
        "caller": {"user": null, "roles": ["admin"]},
    });
    let with = |kid: Option<&str>, algorithm| Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    let verified = |header| keys.verify("orders", &forged("internal", &header, &claims), NOW);
    assert!(verified(with(own.as_deref(), Algorithm::HS256)).is_some());
    assert_eq!(verified(with(own.as_deref(), Algorithm::HS512)), None);
    for kid in [None, Some(""), Some("../../dev/null"), Some("' OR 1=1"), Some("0")] {
        assert_eq!(verified(with(kid, Algorithm::HS256)), None, "{kid:?}");
    }
    for audience in [json!(["orders"]), json!("*"), json!(null), json!("orders ")] {
        let mut claims = claims.clone();
        claims["aud"] = audience;
        let token = forged("internal", &with(own.as_deref(), Algorithm::HS256), &claims);
        assert_eq!(keys.verify("orders", &token, NOW), None, "{claims}");
    }
}

#[test]
fn a_secret_can_be_changed_while_processes_run() {
    let (old, new) = (InternalKeys::new(b"old"), InternalKeys::new(b"new"));
    let both = new.accepting(b"old");
    let from = |keys: &InternalKeys| keys.issue("cart", "orders", &Caller::guest(), NOW);
    assert!(both.verify("orders", &from(&old), NOW).is_some());
    assert!(both.verify("orders", &from(&new), NOW).is_some());
    assert_eq!(from(&both), from(&new), "the first secret signs");
    assert_eq!(new.verify("orders", &from(&old), NOW), None);
}
