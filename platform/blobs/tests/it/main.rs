//! Files at every kind of place there is: whole or not there, the first one stays, nothing too large, no waiting without end.
//! A bucket and a container are there where `BODEGA_TEST_S3` and `BODEGA_TEST_AZURE` name a server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod away;

use bodega_blobs::{BlobError, Blobs, Key, MAX_BYTES, Put};
use bodega_settings::{BlobsKind, Settings};
use bodega_testkit::{Backend, Home};
use std::{collections::BTreeSet, env, fs, path::Path};
use tokio::task::JoinSet;

/// What Azure's simulator takes, as its manual says.
const AZURITE: [&str; 2] =
    ["devstoreaccount1", "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="];

pub(crate) fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

/// Settings of a place away from here, with a part of it for `home` alone.
pub(crate) fn away(home: &Home, kind: BlobsKind, endpoint: &str) -> Settings {
    let mut settings = home.settings();
    let [account, secret] = AZURITE.map(str::to_owned);
    settings.blobs.kind = kind;
    settings.blobs.folder = home.folder().file_name().unwrap().into();
    (settings.blobs.endpoint, settings.blobs.bucket) = (endpoint.to_owned(), "bodega".to_owned());
    (settings.blobs.region, settings.blobs.account, settings.blobs.secret) = ("us-east-1".to_owned(), account, secret);
    settings
}

/// Every place that is here.
fn places(home: &Home) -> Vec<Settings> {
    let named = [(BlobsKind::S3, "BODEGA_TEST_S3"), (BlobsKind::Azure, "BODEGA_TEST_AZURE")];
    let away = named.into_iter().filter_map(|(kind, name)| Some(away(home, kind, &env::var(name).ok()?)));
    [home.settings()].into_iter().chain(away).collect()
}

#[tokio::test]
async fn what_is_put_is_there_whole_and_can_be_replaced() {
    let home = Home::new(Backend::Sqlite);
    for settings in places(&home) {
        let blobs = Blobs::open(&settings, "orders").unwrap();
        let name = key("papers/INV-2026-00001/en.pdf");
        assert_eq!((blobs.get(&name).await.unwrap(), blobs.exists(&name).await.unwrap()), (None, false));
        blobs.put(&name, "one".into()).await.unwrap();
        blobs.put(&name, "two".into()).await.unwrap();
        assert_eq!(blobs.get(&name).await.unwrap().unwrap(), "two");
        assert!(blobs.exists(&name).await.unwrap());
        let other = key("papers/INV-2026-00002/en.pdf");
        blobs.put(&other, "stays".into()).await.unwrap();
        for _ in 0..2 {
            blobs.remove(&other).await.unwrap();
            assert_eq!(blobs.get(&other).await.unwrap(), None);
        }
        let again = Blobs::open(&settings, "orders").unwrap();
        assert_eq!(again.get(&name).await.unwrap().unwrap(), "two");
        let elsewhere = Blobs::open(&settings, "catalog").unwrap();
        assert!(!elsewhere.exists(&name).await.unwrap(), "a service sees its own files only");
    }
}

#[tokio::test]
async fn any_key_and_any_bytes_come_back_as_they_were() {
    let home = Home::new(Backend::Sqlite);
    for settings in places(&home) {
        let blobs = Blobs::open(&settings, "orders").unwrap();
        let large: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
        for (name, file) in [("a-b_c.d", Vec::new()), ("a/b/c/d.webp", vec![0, 255, 10, 13]), ("large", large)] {
            blobs.put(&key(name), file.clone().into()).await.unwrap();
            assert!(blobs.get(&key(name)).await.unwrap().unwrap() == file, "{name}");
        }
        let part = Key::part("Größe / 50 %?#&+=");
        blobs.put(&key(&part), "x".into()).await.unwrap();
        assert!(blobs.exists(&key(&part)).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_at_once_one_is_kept_and_stays() {
    let home = Home::new(Backend::Sqlite);
    for settings in places(&home) {
        let blobs = Blobs::open(&settings, "orders").unwrap();
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
    }
    assert_eq!(names(&home.folder().join("blobs/orders/a")), ["b"], "nothing half-written is left");
}

#[tokio::test]
async fn nothing_too_large_is_kept_or_read() {
    let home = Home::new(Backend::Sqlite);
    let large = vec![0; MAX_BYTES + 1];
    for settings in places(&home) {
        let blobs = Blobs::open(&settings, "orders").unwrap();
        assert!(matches!(blobs.put(&key("a"), large.clone().into()).await, Err(BlobError::TooLarge)));
        assert!(!blobs.exists(&key("a")).await.unwrap());
    }
    let blobs = Blobs::open(&home.settings(), "orders").unwrap();
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
