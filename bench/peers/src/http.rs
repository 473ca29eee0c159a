//! One keep-alive connection, with as little code of its own as HTTP allows.

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    client::conn::http1::{SendRequest, handshake},
    header::{self, HeaderValue},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, time::timeout};

/// An answer that takes longer will not come.
const PATIENCE: Duration = Duration::from_mins(1);
/// How much of an answer an error shows.
const SHOWN: usize = 400;

/// A connection to a server.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("nobody listens at {address}"))?;
        stream.set_nodelay(true)?;
        let (sender, driver) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(driver);
        Ok(Self { sender, host: HeaderValue::try_from(address.to_string())? })
    }

    /// Asks; a body is JSON.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Option<&Value>,
    ) -> anyhow::Result<Reply> {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.host);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let request = request.body(Full::new(body))?;
        timeout(PATIENCE, self.exchange(request)).await.context("no answer within a minute")?
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<Reply> {
        self.sender.ready().await.context("the connection was closed")?;
        let answer = self.sender.send_request(request).await?;
        let (parts, body) = answer.into_parts();
        Ok(Reply { status: parts.status, headers: parts.headers, body: body.collect().await?.to_bytes() })
    }
}

impl Reply {
    /// What its JSON says, if it went well.
    pub(crate) fn json(&self) -> anyhow::Result<Value> {
        let text = String::from_utf8_lossy(&self.body);
        ensure!(self.status.is_success(), "answered {}: {}", self.status, beginning(&text));
        serde_json::from_slice(&self.body).with_context(|| format!("answered what is no JSON: {}", beginning(&text)))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// As much of a text as an error shows.
pub(crate) fn beginning(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// The text at a JSON pointer of an answer.
pub(crate) fn text_at<'a>(answer: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.with_context(|| format!("nothing at {pointer} of {}", beginning(&answer.to_string())))
}

/// The texts under `name` in each object of the list at a JSON pointer of an answer.
pub(crate) fn texts_at(answer: &Value, pointer: &str, name: &str) -> anyhow::Result<Vec<String>> {
    let found = answer.pointer(pointer).and_then(Value::as_array);
    let found = found.with_context(|| format!("no list at {pointer} of {}", beginning(&answer.to_string())))?;
    Ok(found.iter().filter_map(|one| one[name].as_str()).map(str::to_owned).collect())
}

/// The count at a JSON pointer of an answer.
pub(crate) fn count_at(answer: &Value, pointer: &str) -> anyhow::Result<usize> {
    let found = answer.pointer(pointer).and_then(Value::as_u64);
    Ok(found.with_context(|| format!("no count at {pointer} of {}", beginning(&answer.to_string())))? as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_that_is_not_what_it_should_be_is_shown() {
        let answer = json!({"items": [{"slug": "a"}, {"slug": "b"}, {}], "total": 2});
        assert_eq!(texts_at(&answer, "/items", "slug").unwrap(), ["a", "b"]);
        assert_eq!((text_at(&answer, "/items/1/slug").unwrap(), count_at(&answer, "/total").unwrap()), ("b", 2));
        let error = text_at(&answer, "/items/2/slug").unwrap_err().to_string();
        assert!(error.contains("/items/2/slug") && error.contains(r#""total":2"#), "{error}");
        assert!(texts_at(&answer, "/total", "slug").is_err() && count_at(&answer, "/items").is_err());
    }

    #[test]
    fn only_success_with_json_is_an_answer() {
        let reply = |status, body: &'static str| Reply { status, headers: HeaderMap::new(), body: body.into() };
        assert_eq!(reply(StatusCode::CREATED, "[1]").json().unwrap(), json!([1]));
        assert!(reply(StatusCode::OK, "<html>").json().unwrap_err().to_string().contains("<html>"));
        let refused = reply(StatusCode::CONFLICT, r#"{"message":"sold out"}"#).json().unwrap_err().to_string();
        assert!(refused.contains("409") && refused.contains("sold out"), "{refused}");
    }
}
