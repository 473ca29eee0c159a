//! One keep-alive connection, with as little code of its own as HTTP allows.

use anyhow::{Context as _, ensure};
use axum::{
    body::Bytes,
    http::{HeaderValue, Method, Request, StatusCode, header},
};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// A connection to a server of this machine, or of another one.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) etag: Option<HeaderValue>,
    pub(super) body: Bytes,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, driver) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(driver);
        Ok(Self { sender, host: HeaderValue::try_from(address.to_string())? })
    }

    /// Reads.
    pub(super) async fn get(&mut self, path: &str, headers: &[(&'static str, &str)]) -> anyhow::Result<Reply> {
        self.send(Method::GET, path, headers, Bytes::new()).await
    }

    /// Any request; a body is JSON.
    pub(super) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Bytes,
    ) -> anyhow::Result<Reply> {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.host);
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.sender.ready().await.context("the connection was closed")?;
        let mut answer = self.sender.send_request(request.body(Full::new(body))?).await?;
        let etag = answer.headers_mut().remove(header::ETAG);
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        Ok(Reply { status, etag, body })
    }
}

impl Reply {
    /// What its JSON says, if it is the answer that is wanted.
    pub(super) fn json<T: DeserializeOwned>(&self, wanted: StatusCode) -> anyhow::Result<T> {
        self.check(wanted)?;
        serde_json::from_slice(&self.body).context("the answer is not what it should be")
    }

    /// Refuses any other answer than the wanted one.
    pub(super) fn check(&self, wanted: StatusCode) -> anyhow::Result<()> {
        ensure!(self.status == wanted, "answered {}: {}", self.status, String::from_utf8_lossy(&self.body));
        Ok(())
    }
}
