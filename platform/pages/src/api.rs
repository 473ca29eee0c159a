//! The door to the public API: requests in, answers or faults out.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt as _, Limited};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::sync::Arc;

/// The most bytes of an answer that a page reads.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// Passes a request to the gateway, as the visitor who is named in its headers.
pub type Door = Arc<dyn Fn(Request) -> BoxFuture<'static, Response> + Send + Sync>;

/// The public API. Cheap to clone.
#[derive(Clone)]
pub struct Api(Door);

/// A request that is being written.
pub struct Ask {
    door: Door,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Body,
}

/// What the API answered, a success.
#[derive(Clone, Debug)]
pub struct Answer {
    /// 2xx.
    pub status: StatusCode,
    /// As sent.
    pub headers: HeaderMap,
    /// As sent.
    pub body: Bytes,
}

/// Why the API refused, or could not answer: what its problem body says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, thiserror::Error)]
#[error("{status} {code}")]
#[serde(default)]
pub struct Fault {
    /// The HTTP status.
    pub status: u16,
    /// What programs decide by, such as `sold_out`.
    pub code: String,
    /// What is wrong, in English.
    pub detail: Option<String>,
    /// Which fields are wrong.
    pub errors: Vec<FieldFault>,
    /// To be told to whoever looks into the logs.
    pub request_id: Option<String>,
    /// Seconds after which another try makes sense.
    #[serde(skip)]
    pub retry_after_s: Option<u32>,
    /// All of the problem.
    #[serde(skip)]
    pub body: Box<Value>,
}

/// A field that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FieldFault {
    /// A JSON pointer into the body, or `/name` of a parameter.
    pub pointer: String,
    /// Why.
    pub detail: String,
}

impl Api {
    /// The API behind this door.
    pub fn new(door: Door) -> Self {
        Self(door)
    }

    /// A request to `path`, its query included.
    pub fn ask(&self, method: Method, path: impl Into<String>) -> Ask {
        Ask { door: Arc::clone(&self.0), method, path: path.into(), headers: HeaderMap::new(), body: Body::empty() }
    }
}

impl Ask {
    /// With a header. One that cannot be written is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// As whoever holds this access token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header(header::AUTHORIZATION, &format!("Bearer {token}"))
    }

    /// As the holder of a guest's cart.
    #[must_use]
    pub fn cart(self, token: &str) -> Self {
        self.header(HeaderName::from_static("x-cart-token"), token)
    }

    /// As the holder of a guest's order.
    #[must_use]
    pub fn order(self, token: &str) -> Self {
        self.header(HeaderName::from_static("x-order-token"), token)
    }

    /// Once, however often it is sent with this key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header(HeaderName::from_static("idempotency-key"), key)
    }

    /// Only if this version still stands.
    #[must_use]
    pub fn version(self, version: i64) -> Self {
        self.header(header::IF_MATCH, &format!("\"{version}\""))
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body = serde_json::to_vec(body).map_or_else(|_| Body::empty(), Body::from);
        self
    }

    /// With these bytes as they are.
    #[must_use]
    pub fn bytes(mut self, kind: &str, body: Bytes) -> Self {
        self.body = Body::from(body);
        self.header(header::CONTENT_TYPE, kind)
    }

    /// Sends it, and gives the answer as it comes: for streams and files.
    pub async fn pass(self) -> Result<Response, Fault> {
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.headers_mut() = self.headers;
        *request.uri_mut() = self.path.parse().map_err(|_| Fault::of(404, "not_found"))?;
        let response = (self.door)(request).await;
        if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
            return Ok(response);
        }
        Err(Fault::read(response).await)
    }

    /// Sends it and reads the answer.
    pub async fn send(self) -> Result<Answer, Fault> {
        let (head, body) = self.pass().await?.into_parts();
        let body = read(body).await.ok_or_else(|| Fault::of(502, "unreadable_answer"))?;
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    /// Sends it and reads the answer as `T`.
    pub async fn read<T: DeserializeOwned>(self) -> Result<T, Fault> {
        let path = self.path.clone();
        let answer = self.send().await?;
        serde_json::from_slice(&answer.body).map_err(|error| {
            tracing::error!(path, %error, "an answer of the API is not what its page expects");
            Fault::of(500, "unreadable_answer")
        })
    }
}

impl Answer {
    /// The body as `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|_| Fault::of(500, "unreadable_answer"))
    }
}

impl Fault {
    /// One of the pages themselves.
    pub fn of(status: u16, code: &str) -> Self {
        Self { status, code: code.to_owned(), ..Self::default() }
    }

    /// Whether it is this one.
    pub fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// What is wrong with the field at `pointer`, such as `/email`.
    pub fn at(&self, pointer: &str) -> Option<&str> {
        self.errors.iter().find(|field| field.pointer == pointer).map(|field| field.detail.as_str())
    }

    async fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after_s = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
        let body = read(response.into_body()).await.unwrap_or_default();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let told: Self = serde_json::from_value(body.clone()).unwrap_or_default();
        Self { status, retry_after_s, body: Box::new(body), ..told }
    }
}

async fn read(body: Body) -> Option<Bytes> {
    Limited::new(body, MAX_ANSWER).collect().await.ok().map(http_body_util::Collected::to_bytes)
}
