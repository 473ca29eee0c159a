//! Files in a folder: whole or not there, the first one stays, and nothing too large.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use bodega_blobs::{BlobError, Blobs, Key, MAX_BYTES, Put};
use bodega_testkit::{Backend, Home};
use std::{collections::BTreeSet, fs, path::Path};
use tokio::task::JoinSet;

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

#[tokio::test]
async fn what_is_put_is_there_whole_and_can_be_replaced() {
    let home = Home::new(Backend::Sqlite);
    let blobs = Blobs::open(&home.settings(), "orders").unwrap();
    let name = key("papers/INV-2026-00001/en.pdf");
    assert_eq!((blobs.get(&name).await.unwrap(), blobs.exists(&name).await.unwrap()), (None, false));
    blobs.put(&name, "one".into()).await.unwrap();
    blobs.put(&name, "two".into()).await.unwrap();
    assert_eq!(blobs.get(&name).await.unwrap().unwrap(), "two");
    assert!(blobs.exists(&name).await.unwrap());
    let again = Blobs::open(&home.settings(), "orders").unwrap();
    assert_eq!(again.get(&name).await.unwrap().unwrap(), "two");
    let elsewhere = Blobs::open(&home.settings(), "catalog").unwrap();
    assert!(!elsewhere.exists(&name).await.unwrap(), "a service sees its own files only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_at_once_one_is_kept_and_stays() {
    let home = Home::new(Backend::Sqlite);
    let blobs = Blobs::open(&home.settings(), "orders").unwrap();
    let mut writers = JoinSet::new();
    for number in 0..100 {
        let blobs = blobs.clone();
        writers.spawn(async move {
            let file = number.to_string().repeat(50_000);
            let put = blobs.put_new(&key("a/b"), file.clone().into()).await.unwrap();
            let read = blobs.get(&key("a/b")).await.unwrap().unwrap();
            (put, put == Put::Kept && read == file, read)
        });
    }
    let ends = writers.join_all().await;
    assert_eq!(ends.iter().filter(|(put, ..)| *put == Put::Kept).count(), 1);
    assert_eq!(ends.iter().filter(|(_, is_mine, _)| *is_mine).count(), 1);
    assert_eq!(ends.iter().map(|(.., read)| read).collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(names(&home.folder().join("blobs/orders/a")), ["b"], "nothing half-written is left");
}

#[tokio::test]
async fn nothing_too_large_is_kept_or_read() {
    let home = Home::new(Backend::Sqlite);
    let blobs = Blobs::open(&home.settings(), "orders").unwrap();
    let large = vec![0; MAX_BYTES + 1];
    assert!(matches!(blobs.put(&key("a"), large.clone().into()).await, Err(BlobError::TooLarge)));
    assert!(!blobs.exists(&key("a")).await.unwrap());
    fs::create_dir_all(home.folder().join("blobs/orders")).unwrap();
    fs::write(home.folder().join("blobs/orders/a"), &large).unwrap();
    assert!(matches!(blobs.get(&key("a")).await, Err(BlobError::TooLarge)));
}

#[tokio::test]
async fn the_folder_is_where_the_settings_say() {
    let home = Home::new(Backend::Sqlite);
    let mut settings = home.settings();
    settings.blobs.folder = home.folder().join("elsewhere");
    Blobs::open(&settings, "orders").unwrap().put(&key("a"), "x".into()).await.unwrap();
    assert_eq!(names(&home.folder().join("elsewhere/orders")), ["a"]);
    fs::write(home.folder().join("file"), "").unwrap();
    settings.blobs.folder = home.folder().join("file");
    assert!(matches!(Blobs::open(&settings, "orders"), Err(BlobError::Unavailable(_))));
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
