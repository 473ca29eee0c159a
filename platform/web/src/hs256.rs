//! Tokens signed with HMAC-SHA-256, and nothing else: the algorithm is ours to choose, not the token's.

use crate::hex::hex;
use bodega_kernel::Time;
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;
use std::fmt;

/// A key for one purpose, made from a secret: a token for one purpose is no token for another.
#[derive(Clone)]
pub(crate) struct Hs256 {
    id: String,
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
}

impl Hs256 {
    pub(crate) fn derive(secret: &[u8], purpose: &str) -> Self {
        let key = digest(secret, &[b"bodega ", purpose.as_bytes()]);
        let id = hex(digest(&key, &[b"key id"]).get(..4).unwrap_or_default());
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are checked against the world's clock by the callers; `exp` must still be there.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp"]);
        Self { id, signing: EncodingKey::from_secret(&key), checking: DecodingKey::from_secret(&key), validation }
    }

    /// Names the key without telling it.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn sign(&self, header: &Header, claims: &impl Serialize) -> String {
        // HMAC takes every key and our claims are plain; an empty token would be refused anyway.
        jsonwebtoken::encode(header, claims, &self.signing).unwrap_or_default()
    }

    /// The header and claims of a token that this key signed; compared in constant time.
    pub(crate) fn open<C: DeserializeOwned>(&self, token: &str, longest: usize) -> Option<(Header, C)> {
        if token.len() > longest {
            return None;
        }
        let data = jsonwebtoken::decode::<C>(token, &self.checking, &self.validation).ok()?;
        Some((data.header, data.claims))
    }
}

impl fmt::Debug for Hs256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hs256").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Whether `exp`, in seconds since the epoch, is still to come.
pub(crate) fn lives(exp_s: i64, now: Time) -> bool {
    now.ms() < exp_s.saturating_mul(1000)
}

fn digest(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes keys of every length; an empty key would only sign what nothing accepts.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}
