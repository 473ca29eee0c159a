//! Access tokens, checked strictly: one algorithm, one type, one issuer, one audience, times in whole seconds. The
//! token has no say in how it is checked.

use axum::http::{HeaderMap, header};
use bodega_kernel::{Time, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::Deserialize;
use std::{collections::HashSet, time::Duration};
use uuid::Uuid;

/// Bytes of the longest token that is looked at; ours have about 500.
const LONGEST: usize = 4_096;
/// Characters of the longest key id.
const LONGEST_KEY_ID: usize = 64;
/// Whom access tokens are for.
const AUDIENCE: &str = "bodega";
/// The type of our access tokens (RFC 9068).
const KIND: &str = "at+jwt";
/// How far ahead another clock of ours may be.
const SKEW: Duration = Duration::from_secs(5);
/// The longest an access token may live.
const LONGEST_LIFE_S: i64 = 15 * 60;

/// What a good token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) user: UserId,
    pub(crate) session: Uuid,
    pub(crate) expires: Time,
}

/// As it is written. A missing claim, a claim of another type and a claim that is there twice are errors; what is not
/// named here is not looked at.
#[derive(Deserialize)]
struct Written {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    iat: i64,
    exp: i64,
    #[serde(default, deserialize_with = "present")]
    nbf: Option<i64>,
}

/// There or not, but never null.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    i64::deserialize(deserializer).map(Some)
}

/// The token of a request. `Ok(None)`: there is none; `Err`: what is there is none.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, ()> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(());
    }
    let (scheme, token) = value.to_str().map_err(drop)?.split_once(' ').ok_or(())?;
    let fits = scheme.eq_ignore_ascii_case("bearer") && (1..=LONGEST).contains(&token.len());
    if fits { Ok(Some(token)) } else { Err(()) }
}

/// The id of the key that a token says it was signed with, where its header is one of ours: no other algorithm, no
/// keys or addresses of keys brought along, nothing critical that we do not know.
pub(crate) fn header_of(token: &str) -> Option<String> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    let Header { alg, kid, typ, cty, jku, jwk, x5u, x5c, x5t, x5t_s256, crit, enc, zip, url, .. } = header;
    let plain = [cty, jku, x5u, x5t, x5t_s256, url].iter().all(Option::is_none)
        && jwk.is_none()
        && x5c.is_none()
        && crit.is_none()
        && enc.is_none()
        && zip.is_none();
    let ours = alg == Algorithm::EdDSA && typ.is_some_and(|typ| typ.eq_ignore_ascii_case(KIND));
    let kid = kid?;
    let letters = kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    (plain && ours && letters && (1..=LONGEST_KEY_ID).contains(&kid.len())).then_some(kid)
}

/// What a token says, if this key signed it for us and it is good now.
pub(crate) fn check(token: &str, key: &DecodingKey, issuer: &str, now: Time) -> Option<Claims> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    // Claims are checked below, by types and the world's clock.
    validation.required_spec_claims = HashSet::new();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let written = jsonwebtoken::decode::<Written>(token, key, &validation).ok()?.claims;
    let at = |seconds: i64| seconds.checked_mul(1000).map(Time::from_ms);
    let soon = now.plus(SKEW);
    let for_us = written.iss == issuer && written.aud == AUDIENCE;
    let expires = at(written.exp)?;
    let begun = at(written.iat)? <= soon && written.nbf.is_none_or(|nbf| at(nbf).is_some_and(|nbf| nbf <= soon));
    let short = written.exp.checked_sub(written.iat).is_some_and(|life| (0..=LONGEST_LIFE_S).contains(&life));
    let good = for_us && begun && short && now < expires;
    good.then_some(Claims { user: UserId(written.sub), session: written.sid, expires })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_request_brings_one_bearer_token_or_none() {
        assert_eq!(bearer(&headers(&[])), Ok(None));
        assert_eq!(bearer(&headers(&["bearer a.b.c"])), Ok(Some("a.b.c")));
        for bad in [&["Basic dXNlcg=="][..], &["Bearer"], &["Bearer "], &["Bearer a.b.c", "Bearer d.e.f"], &["a.b.c"]] {
            assert_eq!(bearer(&headers(bad)), Err(()), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in ".{0,300}") {
            prop_assert_eq!(header_of(&text), None);
            prop_assert_eq!(check(&text, &DecodingKey::from_ed_der(&[7; 32]), "bodega", Time::from_ms(0)), None);
        }
    }
}
