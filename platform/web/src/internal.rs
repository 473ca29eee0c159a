//! Tokens between our own processes: which service asks, which one is asked, and for whom. They live for a minute.

use crate::hs256::{Hs256, lives};
use bodega_kernel::{Caller, Time};
use jsonwebtoken::{Algorithm, Header};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, sync::Arc, time::Duration};

/// The header they come in.
pub const HEADER: &str = "x-bodega-internal";
/// How long one is good.
pub const LIFETIME: Duration = Duration::from_mins(1);

/// Bytes of the longest token that is looked at.
const LONGEST: usize = 4096;

/// Signs and checks internal tokens. Cheap to clone.
#[derive(Clone, Debug)]
pub struct InternalKeys(Arc<[Hs256]>);

#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    aud: Cow<'a, str>,
    sub: Cow<'a, str>,
    iat: i64,
    exp: i64,
    caller: Cow<'a, Caller>,
}

impl InternalKeys {
    /// Keys made from `secret`, which has 32 random bytes or more and is known to our processes alone.
    pub fn new(secret: &[u8]) -> Self {
        Self(Arc::new([Hs256::derive(secret, "internal")]))
    }

    /// The same keys, which also accept what another secret signed: for changing secrets while processes run.
    #[must_use]
    pub fn accepting(&self, other_secret: &[u8]) -> Self {
        Self(self.0.iter().cloned().chain([Hs256::derive(other_secret, "internal")]).collect())
    }

    /// A token with which `caller_service` asks `audience` for `caller`, good for a minute.
    pub fn issue(&self, caller_service: &str, audience: &str, caller: &Caller, now: Time) -> String {
        let Some(key) = self.0.first() else { return String::new() };
        let header = Header { kid: Some(key.id().to_owned()), ..Header::new(Algorithm::HS256) };
        let seconds = |time: Time| time.ms().div_euclid(1000);
        let claims = Claims {
            aud: audience.into(),
            sub: caller_service.into(),
            iat: seconds(now),
            exp: seconds(now.plus(LIFETIME)),
            caller: Cow::Borrowed(caller),
        };
        key.sign(&header, &claims)
    }

    /// Which service asks, and for whom, if the token is ours, for `audience`, and not expired.
    pub fn verify(&self, audience: &str, token: &str, now: Time) -> Option<(String, Caller)> {
        let opened = self.0.iter().find_map(|key| {
            let (header, claims): (Header, Claims<'static>) = key.open(token, LONGEST)?;
            (header.kid.as_deref() == Some(key.id())).then_some(claims)
        });
        let claims = opened?;
        (claims.aud == audience && lives(claims.exp, now))
            .then(|| (claims.sub.into_owned(), claims.caller.into_owned()))
    }
}
