//! A small client of the public API, for the commands that buy and sell through it.

use anyhow::Context as _;
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// The longest a request may take: more than the longest `?wait=`.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often an answer of 429 or 503 is followed by another try.
const TRIES: u32 = 200;

/// A client of one shop. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ShopClient {
    http: Client,
    url: String,
    token: Option<String>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The body; null where it is empty or no JSON.
    pub body: Value,
}

/// Headers of one request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    /// `Idempotency-Key`
    pub key: Option<&'a str>,
    /// `X-Cart-Token`
    pub cart: Option<&'a str>,
    /// `X-Order-Token`
    pub order: Option<&'a str>,
}

impl ShopClient {
    /// For the shop at `url`, as whoever `token` belongs to.
    pub fn new(url: &str, token: Option<String>) -> anyhow::Result<Self> {
        let http = Client::builder().timeout(PATIENCE).build().context("no HTTP client")?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), token })
    }

    /// The same shop as another user.
    pub async fn log_in(&self, email: &str, password: &str) -> anyhow::Result<Self> {
        let body = serde_json::json!({"email": email, "password": password});
        let answer = self.post("/v1/auth/login", &body, None).await?;
        let token = answer["access_token"].as_str().context("no access token in the answer")?;
        Ok(Self { token: Some(token.to_owned()), ..self.clone() })
    }

    /// Reads; an answer that is not 2xx is an error.
    pub async fn get(&self, path: &str, headers: Headers<'_>) -> anyhow::Result<Value> {
        self.call(Method::GET, path, headers, None).await?.ok(path)
    }

    /// Writes; an answer that is not 2xx is an error.
    pub async fn post(&self, path: &str, body: &Value, key: Option<&str>) -> anyhow::Result<Value> {
        self.call(Method::POST, path, Headers { key, ..Headers::default() }, Some(body)).await?.ok(path)
    }

    /// Any request. A shop that is busy is asked again.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        headers: Headers<'_>,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let bytes = body.map(serde_json::to_vec).transpose()?;
        self.send(method, path, headers, bytes.map(|bytes| ("application/json", bytes))).await
    }

    /// Any request with any body.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: Headers<'_>,
        body: Option<(&str, Vec<u8>)>,
    ) -> anyhow::Result<Answer> {
        let (status, bytes) = self.exchange(method, path, headers, body).await?;
        Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
    }

    /// Reads a file, such as an invoice; anything but a success is an error.
    pub async fn file(&self, path: &str, headers: Headers<'_>) -> anyhow::Result<Vec<u8>> {
        let (status, bytes) = self.exchange(Method::GET, path, headers, None).await?;
        anyhow::ensure!(status.is_success(), "{path} answered {status}: {}", String::from_utf8_lossy(&bytes));
        Ok(bytes)
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        headers: Headers<'_>,
        body: Option<(&str, Vec<u8>)>,
    ) -> anyhow::Result<(StatusCode, Vec<u8>)> {
        let mut tries = 0;
        loop {
            let mut request = self.http.request(method.clone(), format!("{}{path}", self.url));
            if let Some(token) = &self.token {
                request = request.bearer_auth(token);
            }
            for (name, value) in
                [("idempotency-key", headers.key), ("x-cart-token", headers.cart), ("x-order-token", headers.order)]
            {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            if let Some((kind, bytes)) = &body {
                request = request.header("content-type", *kind).body(bytes.clone());
            }
            let answer = request.send().await.with_context(|| format!("{path} was not answered"))?;
            let status = answer.status();
            let busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
            tries += 1;
            if busy && tries < TRIES {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
            return Ok((status, answer.bytes().await?.to_vec()));
        }
    }
}

impl Answer {
    /// The body of a success; a problem becomes an error that names it.
    pub fn ok(self, path: &str) -> anyhow::Result<Value> {
        anyhow::ensure!(self.status.is_success(), "{path} answered {}: {}", self.status, self.body);
        Ok(self.body)
    }
}
