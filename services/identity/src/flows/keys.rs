//! The key that access tokens are signed with: Ed25519, made at the first start, kept in our database.

use crate::{Identity, error::Error, store};
use bodega_db::Db;
use bodega_kernel::{Role, Time, UserId, World};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// What precedes the 32 bytes of an Ed25519 key in PKCS #8.
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// Whom access tokens are for.
const AUDIENCE: &str = "bodega";
/// The type of token, so that no other JWT is taken for one (RFC 9068).
const KIND: &str = "at+jwt";

/// Signs access tokens. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Signer(Arc<Keys>);

struct Keys {
    signing: EncodingKey,
    checking: DecodingKey,
    header: Header,
    public: JwkSet,
    issuer: String,
    lifetime: Duration,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'static str,
    sub: UserId,
    sid: Uuid,
    roles: &'a [Role],
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<&'a [String]>,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

#[derive(Deserialize)]
struct SessionClaims {
    iss: String,
    sid: Uuid,
}

impl Signer {
    /// With the keys of `db`; the first start makes one. `lifetime` is that of a token, at most 15 minutes.
    pub(crate) async fn load(db: &Db, world: &World, issuer: &str, lifetime: Duration) -> Result<Self, Error> {
        let seed = world.bytes::<32>();
        let seed = db.write(async move |tx| store::signing_seed(tx, &seed).await).await?;
        let key = [PKCS8.as_slice(), &seed].concat();
        let signing = EncodingKey::from_ed_der(&key);
        let mut public = Jwk::from_encoding_key(&signing, Algorithm::EdDSA).map_err(|error| broken(&error))?;
        let AlgorithmParameters::OctetKeyPair(pair) = &public.algorithm else {
            return Err(Error::Broken("an Ed25519 key is a key pair".to_owned()));
        };
        let id = key_id(&pair.x);
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        let checking = DecodingKey::from_jwk(&public).map_err(|error| broken(&error))?;
        let header = Header { typ: Some(KIND.to_owned()), kid: Some(id), ..Header::new(Algorithm::EdDSA) };
        let public = JwkSet { keys: vec![public] };
        let lifetime = lifetime.min(Duration::from_mins(15));
        Ok(Self(Arc::new(Keys { signing, checking, header, public, issuer: issuer.to_owned(), lifetime })))
    }

    /// An access token for a session, and the seconds it lives. What it says of roles and permissions is for whoever shows
    /// pages: the gateway asks how they stand.
    pub(crate) fn sign(
        &self,
        user: UserId,
        session: Uuid,
        (roles, permissions): (&[Role], Option<&[String]>),
        world: &World,
    ) -> Result<(String, u64), Error> {
        let now = world.now();
        let claims = Claims {
            iss: &self.0.issuer,
            aud: AUDIENCE,
            sub: user,
            sid: session,
            roles,
            permissions,
            iat: seconds(now),
            exp: seconds(now.plus(self.0.lifetime)),
            jti: world.uuid(),
        };
        let token = jsonwebtoken::encode(&self.0.header, &claims, &self.0.signing).map_err(|error| broken(&error))?;
        Ok((token, self.0.lifetime.as_secs()))
    }

    /// The session that a token of ours names, even if the token has expired: it is only good for closing it.
    pub(crate) fn session_of(&self, token: &str) -> Option<Uuid> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "aud", "iss"]);
        let data = jsonwebtoken::decode::<SessionClaims>(token, &self.0.checking, &validation).ok()?;
        let ours = data.header.typ.as_deref() == Some(KIND) && data.claims.iss == self.0.issuer;
        ours.then_some(data.claims.sid)
    }

    /// The public keys as a JSON Web Key Set.
    pub(crate) fn public(&self) -> Result<serde_json::Value, Error> {
        serde_json::to_value(&self.0.public).map_err(|error| broken(&error))
    }
}

/// The public keys, for whoever checks tokens.
pub(crate) fn signing_keys(identity: &Identity) -> Result<serde_json::Value, Error> {
    identity.signer.public()
}

/// Names a public key without a look at when or where it was made.
fn key_id(public: &str) -> String {
    let first = Sha256::digest(public).iter().take(8).fold(0, |id, byte| id << 8 | u64::from(*byte));
    format!("{first:016x}")
}

fn seconds(time: Time) -> i64 {
    time.ms().div_euclid(1000)
}

fn broken(error: &impl ToString) -> Error {
    Error::Broken(error.to_string())
}
