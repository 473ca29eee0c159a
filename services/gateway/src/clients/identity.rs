//! Identity, asked which keys sign tokens and how sessions stand. Answers are kept for a while, in bounded room; where
//! there is none, nobody comes in.

use bodega_contracts::identity::{SessionStanding, SigningKeys, Standing};
use bodega_kernel::{Time, UserId, World};
use bodega_rpc::{Client, RpcError};
use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, JwkSet},
};
use moka::sync::Cache;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::Mutex;
use uuid::Uuid;

/// A role taken away and a session closed are in effect after this long.
const STANDING_KEPT: Duration = Duration::from_secs(30);
/// Sessions that are remembered.
const STANDINGS: u64 = 50_000;
/// After this long the keys are asked for again, so that one that was withdrawn is forgotten.
const KEYS_KEPT: Duration = Duration::from_mins(10);
/// An unknown key id makes us ask at most this often.
const KEYS_PAUSE: Duration = Duration::from_secs(10);
/// Keys are asked for at most this often while identity does not answer.
const AWAY_PAUSE: Duration = Duration::from_secs(1);

/// Identity cannot be asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Away;

/// Asks identity.
pub(crate) struct Identity {
    rpc: Client,
    world: World,
    keys: RwLock<Keys>,
    asking: Mutex<()>,
    standings: Cache<(UserId, Uuid), (Time, Arc<Standing>)>,
}

#[derive(Clone, Default)]
struct Keys {
    by_id: HashMap<String, Arc<DecodingKey>>,
    fetched: Option<Time>,
    asked: Option<Time>,
}

impl Identity {
    pub(crate) fn new(rpc: Client, world: World) -> Self {
        let standings = Cache::builder().max_capacity(STANDINGS).time_to_live(STANDING_KEPT).build();
        Self { rpc, world, keys: RwLock::default(), asking: Mutex::default(), standings }
    }

    /// The key of this id; `None`: there is no such key.
    pub(crate) async fn key(&self, id: &str) -> Result<Option<Arc<DecodingKey>>, Away> {
        if let Some(key) = self.fresh(id) {
            return Ok(Some(key));
        }
        let _alone = self.asking.lock().await;
        // Whoever was before us may have brought it.
        if let Some(key) = self.fresh(id) {
            return Ok(Some(key));
        }
        let now = self.world.now();
        let known = self.known();
        let pause = if known.fetched.is_some() { KEYS_PAUSE } else { AWAY_PAUSE };
        if known.asked.is_none_or(|asked| now.since(asked) >= pause) {
            match self.fetch().await {
                Ok(by_id) => {
                    let key = by_id.get(id).cloned();
                    self.remember(Keys { by_id, fetched: Some(now), asked: Some(now) });
                    return Ok(key);
                }
                Err(error) => {
                    tracing::warn!(%error, "identity does not tell its keys");
                    self.remember(Keys { asked: Some(now), ..known.clone() });
                }
            }
        }
        match known.by_id.get(id) {
            // An old key is as good as its tokens, which live for minutes.
            Some(key) => Ok(Some(Arc::clone(key))),
            None if known.fetched.is_some() => Ok(None),
            None => Err(Away),
        }
    }

    fn fresh(&self, id: &str) -> Option<Arc<DecodingKey>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let fresh = keys.fetched.is_some_and(|fetched| self.world.now().since(fetched) < KEYS_KEPT);
        if fresh { keys.by_id.get(id).cloned() } else { None }
    }

    fn known(&self) -> Keys {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember(&self, keys: Keys) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    async fn fetch(&self) -> Result<HashMap<String, Arc<DecodingKey>>, RpcError> {
        let answer = self.rpc.ask(SigningKeys {}).await?;
        let set: JwkSet = serde_json::from_value(answer).map_err(|error| RpcError::Refused(error.to_string()))?;
        Ok(set
            .keys
            .iter()
            .filter_map(|key| {
                let AlgorithmParameters::OctetKeyPair(pair) = &key.algorithm else { return None };
                // 32 bytes in base64 without padding.
                let is_ours = pair.curve == EllipticCurve::Ed25519 && pair.x.len() == 43;
                let decoding = DecodingKey::from_jwk(key).ok().filter(|_| is_ours)?;
                Some((key.common.key_id.clone()?, Arc::new(decoding)))
            })
            .collect())
    }

    /// How a session stands, or stood within the last half minute.
    pub(crate) async fn standing(&self, user: UserId, session: Uuid) -> Result<Arc<Standing>, Away> {
        let now = self.world.now();
        if let Some((at, standing)) = self.standings.get(&(user, session))
            && now.since(at) < STANDING_KEPT
        {
            return Ok(standing);
        }
        let question = SessionStanding { user_id: user, session: session.to_string() };
        let standing = self.rpc.ask(question).await.map(Arc::new).map_err(|error| {
            tracing::warn!(%error, "identity does not tell how a session stands");
            Away
        })?;
        self.standings.insert((user, session), (now, Arc::clone(&standing)));
        Ok(standing)
    }

    /// Whether identity answers now.
    pub(crate) async fn answers(&self) -> bool {
        self.rpc.ask(SigningKeys {}).await.is_ok()
    }
}
