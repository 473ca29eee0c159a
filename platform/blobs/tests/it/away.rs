//! A place away from here that fails: what can be tried again is, so often, and nobody waits for it without end.

use crate::{away, key};
use bodega_blobs::{BlobError, Blobs};
use bodega_settings::BlobsKind;
use bodega_testkit::{Backend, Home};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

const OK: &str = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 0\r\n\r\n";
const BUSY: &str = "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n";
const NO: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";

/// A server that answers the first requests with each of `answers` in turn and all others with the last, where an empty
/// one hangs up. Its address, and how often it was asked.
async fn server(answers: &'static [&'static str]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let mut head = vec![0; 64 * 1024];
                while socket.read(&mut head).await.is_ok_and(|read| read > 0) {
                    let turn = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
                    if answers[turn].is_empty() || socket.write_all(answers[turn].as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (address, asked)
}

async fn put(kind: BlobsKind, endpoint: &str) -> Result<(), BlobError> {
    let home = Home::new(Backend::Sqlite);
    Blobs::open(&away(&home, kind, endpoint), "orders")?.put(&key("a"), "x".into()).await
}

#[tokio::test]
async fn what_can_be_tried_again_is_and_not_for_ever() {
    for kind in [BlobsKind::S3, BlobsKind::Azure] {
        let (address, asked) = server(&[BUSY, BUSY, OK]).await;
        put(kind, &address).await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 3);
        for (answers, most) in [(&[BUSY][..], 4), (&[""], 4), (&[NO], 1)] {
            let (address, asked) = server(answers).await;
            let began = Instant::now();
            assert!(matches!(put(kind, &address).await, Err(BlobError::Unavailable(_))));
            let asked = asked.load(Ordering::SeqCst);
            assert!(asked <= most && began.elapsed() < Duration::from_secs(20), "{asked} times");
        }
    }
}

#[tokio::test]
async fn nobody_there_is_an_error_that_tells_no_secret() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    for kind in [BlobsKind::S3, BlobsKind::Azure] {
        let error = put(kind, &format!("http://127.0.0.1:{port}")).await.unwrap_err().to_string();
        assert!(!error.contains("Eby8vdM02x"), "{error}");
    }
}
