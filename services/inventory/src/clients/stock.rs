//! Asks a system for its stock: one GET to the address of the settings and to no other. It follows no redirect, waits ten
//! seconds, and reads no more than 32 MiB. Over https it trusts the public authorities, or those of a file alone, which is
//! read with every question, so that new ones count without a restart.

use axum::http::{Request, StatusCode, Uri, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use std::{path::Path, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

/// How long a system may take to answer in full.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of the longest answer.
const MAX_BYTES: usize = 32 << 20;
/// Bytes of the longest file of authorities; what is beyond them is not read.
const MAX_PEM_BYTES: u64 = 1 << 20;

/// What a system answered.
pub(crate) enum Answer {
    /// The same as before.
    Unchanged,
    /// Its stock.
    Stock {
        /// As it came.
        body: Vec<u8>,
        /// The tag of it, to be sent with the next question.
        etag: Option<String>,
    },
}

/// Asks; why it came to nothing is for people to read.
pub(crate) async fn ask(url: &Uri, ca_file: Option<&Path>, etag: Option<&str>) -> Result<Answer, String> {
    let answered = timeout(PATIENCE, exchange(url, ca_file, etag)).await;
    answered.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())))
}

async fn exchange(url: &Uri, ca_file: Option<&Path>, etag: Option<&str>) -> Result<Answer, String> {
    let host = url.host().ok_or("its url has no host")?;
    let secure = url.scheme_str() == Some("https");
    let port = url.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let tcp = TcpStream::connect((bare, port)).await.map_err(|error| format!("cannot be reached: {error}"))?;
    if !secure {
        return converse(tcp, url, etag).await;
    }
    let name = ServerName::try_from(bare.to_owned()).map_err(|error| error.to_string())?;
    let tls = TlsConnector::from(Arc::new(trust(ca_file).await?)).connect(name, tcp).await;
    converse(tls.map_err(|error| format!("is not to be trusted: {error}"))?, url, etag).await
}

async fn trust(ca_file: Option<&Path>) -> Result<ClientConfig, String> {
    let roots = match ca_file {
        None => RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() },
        Some(path) => authorities(path).await.map_err(|error| format!("{}: {error}", path.display()))?,
    };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// The authorities of a PEM file.
async fn authorities(path: &Path) -> Result<RootCertStore, String> {
    let file = tokio::fs::File::open(path).await.map_err(|error| error.to_string())?;
    let mut pem = Vec::new();
    file.take(MAX_PEM_BYTES).read_to_end(&mut pem).await.map_err(|error| error.to_string())?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(roots) }
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    url: &Uri,
    etag: Option<&str>,
) -> Result<Answer, String> {
    let broken = |error: hyper::Error| format!("broke off: {error}");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Ends when the sender is dropped, which is when this question is.
    let driver = tokio::spawn(connection);
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let authority = url.authority().map_or("", |authority| authority.as_str());
    let host = authority.rsplit('@').next().unwrap_or_default();
    let mut request = Request::get(path).header(header::HOST, host).header(header::ACCEPT, "application/json");
    if let Some(etag) = etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    let request = request.body(Empty::<Bytes>::new()).map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await.map_err(broken)?;
    let answer = read(response).await;
    driver.abort();
    answer
}

async fn read(response: hyper::Response<Incoming>) -> Result<Answer, String> {
    let status = response.status();
    if status == StatusCode::NOT_MODIFIED {
        return Ok(Answer::Unchanged);
    }
    if status != StatusCode::OK {
        return Err(format!("answered {status}"));
    }
    let etag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let body = Limited::new(response.into_body(), MAX_BYTES).collect().await;
    let body = body.map_err(|error| format!("its answer was not read: {error}"))?.to_bytes().to_vec();
    Ok(Answer::Stock { body, etag })
}
