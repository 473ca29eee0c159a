//! Who asks: the token is checked, and identity says whether its session is still open and which roles its user holds
//! now. What the token says of roles is not looked at.

use crate::{
    clients::{Away, Identity},
    error::Refusal,
    model::{self, Claims},
};
use axum::http::HeaderMap;
use bodega_contracts::identity::Standing;
use bodega_kernel::{Caller, Role, Time, UserId, World};
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use std::{sync::Arc, time::Duration};

/// Tokens whose signature is remembered as good.
const TOKENS: u64 = 50_000;
/// After this long a signature is checked again, so that a key that was withdrawn signs nothing any more.
const TOKEN_KEPT: Duration = Duration::from_mins(1);

/// Finds out who asks.
pub(crate) struct Authenticator {
    identity: Arc<Identity>,
    world: World,
    issuer: String,
    tokens: Cache<[u8; 32], (Time, Claims)>,
}

/// Somebody who is logged in.
pub(crate) struct Known {
    /// Who.
    pub(crate) user: UserId,
    /// With the roles of now.
    pub(crate) caller: Caller,
    /// How their session stands.
    standing: Arc<Standing>,
}

impl Known {
    /// Whether they may what `permission` stands for, as far as they are staff: an admin may everything, and so may
    /// staff whose role is not narrowed. What has no permission is not for those whose role is.
    pub(crate) fn may(&self, permission: Option<&str>) -> bool {
        let listed = |permitted: &Vec<String>| permission.is_some_and(|word| permitted.iter().any(|one| one == word));
        self.caller.is_at_least(Role::Admin) || self.standing.permissions.as_ref().is_none_or(listed)
    }
}

impl From<Away> for Refusal {
    fn from(_: Away) -> Self {
        Self::IdentityAway
    }
}

impl Authenticator {
    pub(crate) fn new(identity: Arc<Identity>, world: World, issuer: &str) -> Self {
        let tokens = Cache::builder().max_capacity(TOKENS).time_to_live(TOKEN_KEPT).build();
        Self { identity, world, issuer: issuer.to_owned(), tokens }
    }

    /// Who sent these headers; `None` for a guest. A bad token is refused, not taken for none.
    pub(crate) async fn identify(&self, headers: &HeaderMap) -> Result<Option<Known>, Refusal> {
        let Some(token) = model::bearer(headers).map_err(|()| Refusal::InvalidToken)? else { return Ok(None) };
        let claims = self.claims(token).await?;
        let standing = self.identity.standing(claims.user, claims.session).await?;
        if !standing.live {
            return Err(Refusal::InvalidToken);
        }
        let caller = Caller { user: Some(claims.user), roles: standing.roles.clone() };
        Ok(Some(Known { user: claims.user, caller, standing }))
    }

    async fn claims(&self, token: &str) -> Result<Claims, Refusal> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        let now = self.world.now();
        if let Some((at, claims)) = self.tokens.get(&digest)
            && now.since(at) < TOKEN_KEPT
        {
            return if now < claims.expires { Ok(claims) } else { Err(Refusal::InvalidToken) };
        }
        let id = model::header_of(token).ok_or(Refusal::InvalidToken)?;
        let key = self.identity.key(&id).await?.ok_or(Refusal::InvalidToken)?;
        let claims = model::check(token, &key, &self.issuer, now).ok_or(Refusal::InvalidToken)?;
        self.tokens.insert(digest, (now, claims));
        Ok(claims)
    }
}
