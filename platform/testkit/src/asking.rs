//! What people ask of the service under test, as the gateway would pass it on, and what they are answered.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::Stage;
use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request},
    response::Response,
};
use bodega_kernel::{Caller, Role, UserId};
use serde_json::Value;
use std::fmt::Debug;
use tower::ServiceExt;
use uuid::Uuid;

/// The longest answer that is read, bytes.
const MAX_BODY_BYTES: usize = 64 << 20;
const KEY: &str = "idempotency-key";

/// One and the same member of staff.
pub fn staff() -> Caller {
    Caller { user: Some(UserId(Uuid::from_u128(1))), roles: vec![Role::Staff] }
}

/// A customer who is logged in.
pub fn customer(user: UserId) -> Caller {
    Caller { user: Some(user), roles: vec![Role::Customer] }
}

/// Who asks, and what they send with everything they ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    /// Whom the gateway takes them for.
    pub caller: Caller,
    /// Tokens, keys and the like, by name.
    pub headers: Vec<(&'static str, String)>,
}

impl Asker {
    /// The same with an idempotency key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        self.with(KEY, key)
    }

    /// The same with one more header, such as a token.
    #[must_use]
    pub fn with(&self, header: &'static str, value: &str) -> Self {
        let mut asker = self.clone();
        asker.headers.push((header, value.to_owned()));
        asker
    }

    /// What they send under this name; empty for nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(header, _)| *header == name).map_or("", |(_, value)| value)
    }
}

impl From<Caller> for Asker {
    fn from(caller: Caller) -> Self {
        Self { caller, headers: Vec::new() }
    }
}

impl From<&Caller> for Asker {
    fn from(caller: &Caller) -> Self {
        caller.clone().into()
    }
}

impl From<&Asker> for Asker {
    fn from(asker: &Asker) -> Self {
        asker.clone()
    }
}

/// A request; by a guest who sends nothing else, if nothing is said.
#[derive(Clone, Debug)]
pub struct Ask {
    method: Method,
    path: String,
    caller: Option<Caller>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Ask {
    /// Of any method: `Method::GET` or `"GET"`.
    pub fn new<M: TryInto<Method, Error: Debug>>(method: M, path: impl Into<String>) -> Self {
        let (caller, headers) = (Some(Caller::guest()), Vec::new());
        Self { method: method.try_into().unwrap(), path: path.into(), caller, headers, body: Vec::new() }
    }

    /// `GET`.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// `POST`.
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    /// By somebody, with all they send.
    #[must_use]
    pub fn by(mut self, asker: impl Into<Asker>) -> Self {
        let asker = asker.into();
        self.caller = Some(asker.caller);
        self.headers.extend(asker.headers.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }

    /// Past the gateway: nobody says who asks.
    #[must_use]
    pub fn without_caller(mut self) -> Self {
        self.caller = None;
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With these headers.
    #[must_use]
    pub fn headers(self, headers: &[(&str, &str)]) -> Self {
        headers.iter().fold(self, |ask, (name, value)| ask.header(name, value))
    }

    /// With an idempotency key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header(KEY, key)
    }

    /// With a body; `null` is none.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        if body.is_null() { self } else { self.body(body.to_string()) }
    }

    /// With a body as it is: JSON, where no header says otherwise.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn into_request(self) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri(self.path);
        let typed = self.headers.iter().any(|(name, _)| name == "content-type");
        if !self.body.is_empty() && !typed {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(caller) = self.caller {
            request = request.extension(caller);
        }
        request.body(self.body.into()).unwrap()
    }
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; `null` where it is none.
    pub json: Value,
    /// The body as text.
    pub text: String,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, MAX_BODY_BYTES).await.unwrap();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let answer = Self { status: parts.status.as_u16(), headers: parts.headers, json, text };
        let named_so = answer.header("content-type").ends_with("json");
        assert!(!named_so || answer.text.is_empty() || !answer.json.is_null(), "not JSON: {answer:?}");
        answer
    }

    /// This answer, which must have this status.
    #[expect(clippy::return_self_not_must_use, reason = "often the status is all that matters")]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The code of a problem; empty where there is none.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// Where in the body something is wrong.
    pub fn pointers(&self) -> Vec<&str> {
        self.json["errors"].as_array().into_iter().flatten().filter_map(|error| error["pointer"].as_str()).collect()
    }

    /// A field that is a text; empty where there is none.
    pub fn field(&self, name: &str) -> String {
        self.json[name].as_str().unwrap_or_default().to_owned()
    }

    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Whether it was given before for the same key.
    pub fn replayed(&self) -> bool {
        self.headers.contains_key("idempotent-replayed")
    }
}

impl Stage {
    /// Asks a replica; the answer has yet to be read.
    pub async fn respond(&self, replica: usize, ask: Ask) -> Response {
        self.router(replica).oneshot(ask.into_request()).await.unwrap()
    }

    /// Asks a replica.
    pub async fn ask(&self, replica: usize, ask: Ask) -> Answer {
        Answer::read(self.respond(replica, ask).await).await
    }

    /// Asks a replica until it does not say to come again: whoever loses a race is answered with 503.
    pub async fn ask_until_served(&self, replica: usize, ask: Ask) -> Answer {
        loop {
            let answer = self.ask(replica, ask.clone()).await;
            if answer.status != 503 {
                return answer;
            }
        }
    }
}
