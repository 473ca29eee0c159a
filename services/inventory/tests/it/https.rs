//! Systems that are asked over https: a private authority is trusted where the settings name its file, and nobody else is.

use crate::setup::Shop;
use axum::http::Method;
use bodega_testkit::stories;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

stories!(
    a_system_whose_authority_the_settings_name_is_believed,
    a_certificate_that_nobody_vouches_for_breaks_its_source_and_no_other,
    an_authority_that_is_replaced_counts_without_a_restart,
);

/// An authority of a test, with its file.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn new(shop: &Shop) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = std::env::var_os("BODEGA_TEST_TMP").map_or_else(std::env::temp_dir, PathBuf::from);
        let file = folder.join(format!("bodega-ca-{}-{}.pem", std::process::id(), shop.world.uuid()));
        std::fs::write(&file, issuer.pem()).unwrap();
        Self { issuer, file }
    }

    /// A system with a certificate of this authority for `name`; answers its address.
    async fn serves(&self, name: &str, stock: &'static str) -> String {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://127.0.0.1:{}/stock", listener.local_addr().unwrap().port());
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                // Whoever does not trust us hangs up here.
                let Ok(mut tls) = acceptor.accept(tcp).await else { continue };
                let mut asked = Vec::new();
                while !asked.ends_with(b"\r\n\r\n") && tls.read_buf(&mut asked).await.is_ok_and(|read| read > 0) {}
                let length = stock.len();
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{stock}");
                let _ = tls.write_all(answer.as_bytes()).await;
                let _ = tls.shutdown().await;
            }
        });
        url
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

/// A shop with these sources.
async fn asking(shop: &Shop, sources: Value) -> Shop {
    let sources = serde_json::from_value(sources).unwrap();
    Shop::from(shop.another(|settings| settings.inventory.sources = sources).await)
}

async fn error_of(shop: &Shop, name: &str) -> String {
    let (_, list) = shop.staff(Method::GET, "/v1/admin/stock/sources", None).await;
    let found = list["items"].as_array().unwrap().iter().find(|item| item["name"] == name).unwrap();
    found["error"].to_string()
}

async fn a_system_whose_authority_the_settings_name_is_believed(shop: &Shop) {
    let authority = Authority::new(shop);
    let url = authority.serves("127.0.0.1", r#"{"items": [{"sku": "A", "on_hand": 4}]}"#).await;
    let shop = &asking(shop, json!({"till": {"url": url, "ca_file": authority.file}})).await;
    shop.work().await;
    assert_eq!((shop.level("A").await.0, error_of(shop, "till").await), (4, "null".to_owned()));
    shop.check_books().await;
}

async fn a_certificate_that_nobody_vouches_for_breaks_its_source_and_no_other(shop: &Shop) {
    let (authority, other) = (Authority::new(shop), Authority::new(shop));
    let stock = r#"{"items": [{"sku": "A", "on_hand": 4}]}"#;
    let good = authority.serves("127.0.0.1", stock).await;
    let elsewhere = authority.serves("till.example", stock).await;
    let nothing = authority.file.with_extension("nothing");
    let sources = json!({
        "alien": {"url": good, "ca_file": other.file, "location": "north"},
        "elsewhere": {"url": elsewhere, "ca_file": authority.file, "location": "north"},
        "missing": {"url": good, "ca_file": nothing, "location": "north"},
        "no-pem": {"url": good, "ca_file": "/dev/null", "location": "north"},
        "public": {"url": good, "location": "north"},
        "till": {"url": good, "ca_file": authority.file},
    });
    let shop = &asking(shop, sources).await;
    shop.location("north", 1).await;
    shop.work().await;
    for (name, why) in [
        ("alien", "is not to be trusted"),
        ("elsewhere", "is not to be trusted"),
        ("missing", "nothing"),
        ("no-pem", "no certificate"),
        ("public", "is not to be trusted"),
    ] {
        let error = error_of(shop, name).await;
        assert!(error.contains(why), "{name}: {error}");
    }
    assert_eq!((shop.level("A").await.0, error_of(shop, "till").await), (4, "null".to_owned()));
    assert_eq!(shop.stock_facts().await.len(), 1, "nobody else was believed");
    let order = shop.order();
    shop.deliver(vec![shop.placed(order, &[("A", 4)])]).await;
    assert_eq!(shop.level("A").await, (4, 4, 0), "the shop goes on");
    shop.check_books().await;
}

async fn an_authority_that_is_replaced_counts_without_a_restart(shop: &Shop) {
    let (old, new) = (Authority::new(shop), Authority::new(shop));
    let url = new.serves("127.0.0.1", r#"{"items": [{"sku": "A", "on_hand": 4}]}"#).await;
    let shop = &asking(shop, json!({"till": {"url": url, "every_minutes": 5, "ca_file": old.file}})).await;
    shop.work().await;
    assert!(error_of(shop, "till").await.contains("is not to be trusted"));
    std::fs::copy(&new.file, &old.file).unwrap();
    shop.clock.advance(Duration::from_mins(5));
    shop.work().await;
    assert_eq!((shop.level("A").await.0, error_of(shop, "till").await), (4, "null".to_owned()));
}
