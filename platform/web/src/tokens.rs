//! What a guest holds instead of a password: a signed token that opens one cart or one order until it expires.

use crate::hs256::{Hs256, lives};
use bodega_kernel::Time;
use jsonwebtoken::{Algorithm, Header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Bytes of the longest token that is looked at; ours have about 250.
const LONGEST: usize = 512;

/// Signs and checks the tokens of guests. Cheap to clone.
#[derive(Clone, Debug)]
pub struct GuestKeys(Arc<Hs256>);

#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    kind: std::borrow::Cow<'a, str>,
    sub: Uuid,
    exp: i64,
}

impl GuestKeys {
    /// Keys made from `secret`, which has 32 random bytes or more.
    pub fn new(secret: &[u8]) -> Self {
        Self(Arc::new(Hs256::derive(secret, "guest")))
    }

    /// A token that opens `subject`, a `"cart"` or an `"order"`, until `expires`, in whole seconds. The same arguments
    /// give the same token.
    pub fn sign(&self, kind: &str, subject: Uuid, expires: Time) -> String {
        let claims = Claims { kind: kind.into(), sub: subject, exp: expires.ms().div_euclid(1000) };
        self.0.sign(&Header::new(Algorithm::HS256), &claims)
    }

    /// What `token` opens, if it is one of ours, of this kind, and not expired.
    pub fn verify(&self, kind: &str, token: &str, now: Time) -> Option<Uuid> {
        let (_, claims): (_, Claims<'static>) = self.0.open(token, LONGEST)?;
        (claims.kind == kind && lives(claims.exp, now)).then_some(claims.sub)
    }
}
