//! Identity on a database of its own, on each engine there is.

use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use bodega_contracts::identity::{SessionStanding, Standing};
use bodega_db::{FromValue, Value as DbValue, events_after};
use bodega_kernel::{Caller, ManualClock, Role, SystemRandom, Time, UserId, World};
use bodega_service::{Host, Mode};
use bodega_settings::Settings;
use bodega_testkit::{Backend, Home, backends};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "a walnut under the lamp";

/// A running identity.
pub(crate) struct Shop {
    pub(crate) host: Host,
    pub(crate) clock: ManualClock,
    settings: Arc<Settings>,
    home: Home,
}

/// An answer: status, headers, JSON.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Value,
}

/// One for each database there is.
pub(crate) async fn shops() -> Vec<Shop> {
    shops_with(|_| ()).await
}

/// The same with settings of their own.
pub(crate) async fn shops_with(change: impl Fn(&mut Settings)) -> Vec<Shop> {
    let mut shops = Vec::new();
    for backend in backends() {
        let home = Home::new(backend);
        let mut settings = home.settings();
        change(&mut settings);
        let settings = Arc::new(settings);
        let clock = ManualClock::at(Time::from_ms(1_790_000_000_000));
        let host = host(&settings, &clock).await;
        shops.push(Shop { host, clock, settings, home });
    }
    shops
}

async fn host(settings: &Arc<Settings>, clock: &ManualClock) -> Host {
    let world = World::new(Arc::new(clock.clone()), Arc::new(SystemRandom));
    Host::start(vec![bodega_identity::service()], Arc::clone(settings), world, Mode::Still).await.unwrap()
}

pub(crate) fn guest() -> Caller {
    Caller::guest()
}

pub(crate) fn user(id: &str, roles: &[Role]) -> Caller {
    Caller { user: Some(id.parse::<UserId>().unwrap()), roles: roles.to_vec() }
}

impl Shop {
    pub(crate) fn name(&self) -> String {
        format!("{:?}", self.home.backend())
    }

    /// Another process on the same database, where that may be shared.
    pub(crate) async fn replica(&self) -> Option<Host> {
        match self.home.backend() {
            Backend::Postgres => Some(host(&self.settings, &self.clock).await),
            Backend::Sqlite => None,
        }
    }

    pub(crate) async fn call(&self, caller: Caller, method: &str, path: &str, body: Option<Value>) -> Answer {
        call(&self.host, caller, method, path, body, &[]).await
    }

    pub(crate) async fn register(&self, email: &str) -> String {
        let body = json!({"email": email, "password": PASSWORD});
        let answer = self.call(guest(), "POST", "/v1/auth/register", Some(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        self.call(guest(), "POST", "/v1/auth/login", Some(body)).await
    }

    pub(crate) async fn refresh(&self, token: &Value) -> Answer {
        self.call(guest(), "POST", "/v1/auth/refresh", Some(json!({"refresh_token": token}))).await
    }

    pub(crate) async fn standing(&self, access_token: &Value) -> Standing {
        let claims = claims(access_token);
        let user_id = claims["sub"].as_str().unwrap().parse().unwrap();
        let session = claims["sid"].as_str().unwrap().to_owned();
        self.host.rpc.ask(SessionStanding { user_id, session }).await.unwrap()
    }

    /// The first column of all rows.
    pub(crate) async fn column<T: FromValue + Send + 'static>(&self, sql: &'static str) -> Vec<T> {
        let work = async move |tx: &mut bodega_db::Tx| {
            let none: [DbValue<'static>; 0] = [];
            tx.query(sql, &none).await?.iter().map(|row| row.get(0)).collect::<Result<Vec<T>, bodega_db::DbError>>()
        };
        self.host.services[0].db.write(work).await.unwrap()
    }

    /// The events so far, by type and subject.
    pub(crate) async fn events(&self) -> Vec<(String, String)> {
        let events = self.host.services[0].db.write(async |tx| events_after(tx, 0, 1_000).await).await.unwrap();
        events.iter().map(|event| (event.kind.to_string(), event.subject.to_string())).collect()
    }
}

pub(crate) async fn call(
    host: &Host,
    caller: Caller,
    method: &str,
    path: &str,
    body: Option<Value>,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder().method(method).uri(path).extension(caller);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = match body {
        Some(body) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        }
        None => Body::empty(),
    };
    let router = host.services[0].router.clone();
    let response: Response<Body> = router.oneshot(request.body(body).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let retry_after = parts.headers.get(header::RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned());
    Answer { status: parts.status, retry_after, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
}

/// What an access token says, unchecked.
pub(crate) fn claims(token: &Value) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
