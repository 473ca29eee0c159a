//! The mail server of the tests and its inbox, `scripts/servers/smtp`; and a door before it that can be shut.

use crate::setup::Shop;
use bodega_service::Definition;
use bodega_settings::Settings;
use bodega_testkit::{Stage, Staged};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

static ADDRESSES: AtomicU64 = AtomicU64::new(0);

/// A shop that hands its mails to the server of the tests; to nobody where there is none.
pub(crate) struct Served(pub(crate) Shop);

impl Staged for Served {
    fn service() -> Definition {
        Shop::service()
    }

    fn adjust(settings: &mut Settings) {
        Shop::adjust(settings);
        settings.mail.smtp_url = Inbox::here().map_or_else(|| "smtp://127.0.0.1:9".to_owned(), |inbox| inbox.smtp);
    }
}

impl From<Stage> for Served {
    fn from(stage: Stage) -> Self {
        Self(stage.into())
    }
}

/// The server, and where it shows what came.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    pub(crate) smtp: String,
    web: String,
}

impl Inbox {
    /// `None` where no server is named.
    pub(crate) fn here() -> Option<Self> {
        Some(Self { smtp: std::env::var("BODEGA_TEST_SMTP").ok()?, web: std::env::var("BODEGA_TEST_INBOX").ok()? })
    }

    /// What came for an address, oldest first.
    pub(crate) async fn messages(&self, address: &str) -> Vec<Value> {
        let place = self.web.trim_start_matches("http://");
        let mut stream = TcpStream::connect(place).await.unwrap();
        let ask = format!("GET /messages?to={address} HTTP/1.0\r\nHost: {place}\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{head}");
        serde_json::from_str(body).unwrap()
    }
}

/// An address of its own for a test; what befalls its mail is said by the beginning: see the server.
pub(crate) fn address(fate: &str) -> String {
    format!("{fate}.{}-{}@example.com", std::process::id(), ADDRESSES.fetch_add(1, Ordering::Relaxed))
}

/// A port that leads to the server while it is open.
pub(crate) struct Door {
    address: std::net::SocketAddr,
    open: Option<JoinHandle<()>>,
}

impl Door {
    /// Shut: whoever connects is refused.
    pub(crate) async fn shut() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { address: listener.local_addr().unwrap(), open: None }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub(crate) async fn open(&mut self, inbox: &Inbox) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        let server = inbox.smtp.trim_start_matches("smtp://").to_owned();
        self.open = Some(tokio::spawn(async move {
            loop {
                let Ok((mut near, _)) = listener.accept().await else { return };
                let server = server.clone();
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(server).await.unwrap();
                    let _ = copy_bidirectional(&mut near, &mut far).await;
                });
            }
        }));
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            open.abort();
        }
    }
}
