//! A gateway with a policy of the tests', before a service that tells what reached it, and an identity of the tests'.

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, Request},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{any, get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bodega_contracts::identity::{SessionStanding, SigningKeys, Standing};
use bodega_gateway::{Gateway, Inside, Mount, Target, describe, read_policy};
use bodega_kernel::{Caller, ManualClock, Role, Time, World};
use bodega_rpc::{Answers, Client, Places, RpcError};
use bodega_settings::Settings;
use bodega_web::{InternalKeys, Shelf};
use http_body_util::BodyExt;
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, JwkSet},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tower::ServiceExt;
use utoipa::openapi::OpenApi;

pub(crate) const USER: &str = "01900000-0000-7000-8000-000000000001";
pub(crate) const SESSION: &str = "01900000-0000-7000-8000-000000000002";
pub(crate) const KID: &str = "0123456789abcdef";
const NOW_S: i64 = 1_790_000_000;

const ROUTES: &str = r#"
route = [
  { path = "/public", methods = ["GET", "POST"], service = "echo", access = "public" },
  { path = "/token/{id}", methods = ["GET"], service = "echo", access = "token" },
  { path = "/user", methods = ["GET"], service = "echo", access = "user" },
  { path = "/customer", methods = ["GET"], service = "echo", access = "customer" },
  { path = "/staff", methods = ["GET", "PUT"], service = "echo", access = "staff" },
  { path = "/admin", methods = ["GET"], service = "echo", access = "admin" },
  { path = "/stock", methods = ["GET"], service = "echo", access = "staff", permission = "stock.read" },
  { path = "/order/{id}", methods = ["GET"], service = "echo", access = "token", permission = "orders.read" },
  { path = "/login", methods = ["POST"], service = "echo", access = "public", limit = "login" },
  { path = "/slow", methods = ["GET"], service = "echo", access = "public" },
  { path = "/late", methods = ["GET"], service = "echo", access = "public", timeout_ms = 50 },
  { path = "/wait", methods = ["GET"], service = "echo", access = "public", waits = true },
  { path = "/large", methods = ["POST"], service = "echo", access = "public", body_limit_bytes = 4096 },
  { path = "/panic", methods = ["GET"], service = "echo", access = "public" },
  { path = "/stream", methods = ["GET"], service = "echo", access = "public" },
  { path = "/unmounted", methods = ["GET"], service = "nobody", access = "public" },
  { path = "/identity", methods = ["GET"], service = "identity", access = "user" },
  { path = "/healthz", methods = ["GET"], service = "gateway", access = "public", waits = true },
  { path = "/readyz", methods = ["GET"], service = "gateway", access = "public" },
  { path = "/openapi.json", methods = ["GET"], service = "gateway", access = "public" },
  { path = "/docs", methods = ["GET"], service = "gateway", access = "public" },
  { path = "/docs/", methods = ["GET"], service = "gateway", access = "public" },
  { path = "/docs/{*rest}", methods = ["GET"], service = "gateway", access = "public" },
]
"#;

/// Identity as the tests want it to be.
pub(crate) struct Identity {
    pub(crate) standing: Mutex<Standing>,
    pub(crate) away: AtomicBool,
    pub(crate) keys_asked: AtomicU64,
    pub(crate) standings_asked: AtomicU64,
}

/// A gateway under test.
pub(crate) struct Door {
    pub(crate) router: Router,
    pub(crate) clock: ManualClock,
    pub(crate) identity: Arc<Identity>,
    pub(crate) internal: InternalKeys,
    pub(crate) inside: Inside,
    key: EncodingKey,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) bytes: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code, of what must be a problem.
    pub(crate) fn problem(&self) -> (u16, &str) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        assert!(self.body["request_id"].is_string(), "{self:?}");
        (self.status.as_u16(), self.body["code"].as_str().unwrap())
    }
}

/// An Ed25519 key of 32 equal bytes.
pub(crate) fn key(byte: u8) -> EncodingKey {
    let pkcs8 = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    EncodingKey::from_ed_der(&[pkcs8.as_slice(), &[byte; 32]].concat())
}

/// Its public half.
pub(crate) fn jwk(key: &EncodingKey, kid: &str) -> Jwk {
    let mut jwk = Jwk::from_encoding_key(key, Algorithm::EdDSA).unwrap();
    jwk.common.key_id = Some(kid.to_owned());
    jwk
}

pub(crate) fn door() -> Door {
    door_with(|_| (), None)
}

/// With other settings, and the service here with an answer to `/public` at hand, and to what is for others than everybody.
pub(crate) fn door_shelved(change: impl Fn(&mut Settings)) -> Door {
    let shelf: Shelf = Arc::new(|uri, _| (uri.path() != "/slow").then(|| Response::new(Body::from("at hand"))));
    door_to(change, Target::Shelved(echo(), shelf))
}

/// With other settings, and the service elsewhere where addresses are given.
pub(crate) fn door_with(change: impl Fn(&mut Settings), elsewhere: Option<String>) -> Door {
    door_to(
        change,
        elsewhere.map_or_else(|| Target::Local(echo()), |text| Target::Remote(Places::parse(&text).unwrap())),
    )
}

/// With other settings, and the service there.
pub(crate) fn door_to(change: impl Fn(&mut Settings), target: Target) -> Door {
    let mut settings = Settings::defaults();
    settings.limits.enabled = false;
    change(&mut settings);
    let clock = ManualClock::at(Time::from_ms(NOW_S * 1000));
    let world = World::simulated(1, clock.clone());
    let internal = InternalKeys::new(&[9; 32]);
    let standing = Standing { live: true, roles: vec![Role::Customer], permissions: None };
    let identity = Arc::new(Identity {
        standing: Mutex::new(standing),
        away: AtomicBool::new(false),
        keys_asked: AtomicU64::new(0),
        standings_asked: AtomicU64::new(0),
    });
    let rpc = Client::new("gateway", BTreeMap::new(), internal.clone(), world.clone());
    let key = key(1);
    rpc.register("identity", answers(&identity, &jwk(&key, KID)));
    let inside = Inside::default();
    let mounts = vec![
        Mount { service: "echo", target },
        Mount { service: "identity", target: Target::Local(echo()) },
        Mount { service: "storefront", target: Target::Local(echo()) },
    ];
    let router = bodega_gateway::router(Gateway {
        inside: inside.clone(),
        routes: read_policy(ROUTES).unwrap(),
        mounts,
        openapi: describe(rpc.clone(), Vec::new(), OpenApi::default()),
        rpc,
        world,
        settings: Arc::new(settings),
        internal: internal.clone(),
        ready: Arc::new(|| Box::pin(async { Vec::new() })),
    });
    Door { router, clock, identity, internal, inside, key }
}

fn answers(identity: &Arc<Identity>, key: &Jwk) -> Answers {
    let (of_keys, of_sessions) = (Arc::clone(identity), Arc::clone(identity));
    let set = serde_json::to_value(JwkSet { keys: vec![key.clone()] }).unwrap();
    let away = || Err(RpcError::Unavailable("away".to_owned()));
    Answers::new()
        .on(async move |_: SigningKeys| {
            of_keys.keys_asked.fetch_add(1, Ordering::SeqCst);
            if of_keys.away.load(Ordering::SeqCst) { away() } else { Ok(set) }
        })
        .on(async move |asked: SessionStanding| {
            of_sessions.standings_asked.fetch_add(1, Ordering::SeqCst);
            if of_sessions.away.load(Ordering::SeqCst) {
                return Err(RpcError::Unavailable("away".to_owned()));
            }
            let own = asked.session == SESSION && asked.user_id.to_string() == USER;
            let standing = of_sessions.standing.lock().unwrap().clone();
            Ok(Standing { live: standing.live && own, ..standing })
        })
}

/// Tells what reached it.
pub(crate) fn echo() -> Router {
    let tell = any(|request: Request| async move {
        let (parts, body) = request.into_parts();
        let caller = parts.extensions.get::<Caller>().cloned();
        let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers: BTreeMap<String, String> =
            parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let bytes = body.collect().await.unwrap().to_bytes().len();
        Json(json!({"caller": caller, "headers": headers, "path": parts.uri.path(), "bytes": bytes}))
    });
    let slow = get(|| async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        "at last"
    });
    let stream = get(|| async {
        let parts = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"data: first\n\n"))]);
        let for_ever = futures_util::StreamExt::chain(parts, futures_util::stream::pending());
        Response::builder().header("content-type", "text/event-stream").body(Body::from_stream(for_ever)).unwrap()
    });
    Router::new()
        .route("/slow", slow.clone())
        .route("/late", slow.clone())
        .route("/wait", slow)
        .route("/stream", stream)
        .route("/large", post(|bytes: Bytes| async move { bytes.len().to_string() }))
        .route("/panic", get(async || assert!(NOW_S < 0, "as asked")))
        .fallback(tell)
}

/// The claims of a good token.
pub(crate) fn claims() -> Value {
    json!({
        "iss": "bodega", "aud": "bodega", "sub": USER, "sid": SESSION, "roles": ["admin"],
        "iat": NOW_S, "exp": NOW_S + 900, "jti": "01900000-0000-7000-8000-000000000003",
    })
}

pub(crate) fn header(kid: &str) -> Header {
    Header { typ: Some("at+jwt".to_owned()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) }
}

/// A part of a token.
pub(crate) fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

impl Door {
    /// A token that we signed.
    pub(crate) fn sign(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.key).unwrap()
    }

    /// The same for any text as header.
    pub(crate) fn sign_raw(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, Algorithm::EdDSA).unwrap();
        format!("{message}.{signature}")
    }

    pub(crate) fn good_token(&self) -> String {
        self.sign(&header(KID), &claims())
    }

    pub(crate) fn stand(&self, live: bool, roles: &[Role]) {
        *self.identity.standing.lock().unwrap() = Standing { live, roles: roles.to_vec(), permissions: None };
    }

    /// Staff whose role is narrowed to these permissions.
    pub(crate) fn stand_narrowed(&self, roles: &[Role], permissions: &[&str]) {
        let permissions = Some(permissions.iter().map(|word| (*word).to_owned()).collect());
        *self.identity.standing.lock().unwrap() = Standing { live: true, roles: roles.to_vec(), permissions };
    }

    pub(crate) async fn send(&self, request: Request) -> Answer {
        read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// As a page of this process asks.
    pub(crate) async fn ask_inside(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        read(self.inside.call(request("GET", path, headers, Body::empty())).await).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request("GET", path, headers, Body::empty())).await
    }

    pub(crate) async fn get_as(&self, token: &str, path: &str) -> Answer {
        self.get(path, &[("authorization", &format!("Bearer {token}"))]).await
    }
}

async fn read(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status: parts.status, headers: parts.headers, body, bytes }
}

pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Request {
    let client: SocketAddr = "192.0.2.7:1234".parse().unwrap();
    let mut request = Request::builder().method(method).uri(path).extension(ConnectInfo(client));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).unwrap()
}
