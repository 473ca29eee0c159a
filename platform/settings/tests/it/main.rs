//! Settings as an operator meets them: a file, variables, and what is said when something is wrong.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use bodega_settings::{BlobsKind, BusKind, ClientHeader, DatabaseKind, LogFormat, Settings, SettingsError};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
};

fn with(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::load_from(None, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

/// A file that is gone when the test is over.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, text: &str) -> Self {
        let path = env::temp_dir().join(format!("bodega-settings-{}-{name}.toml", process::id()));
        fs::write(&path, text).unwrap();
        Self(path)
    }

    fn load(&self, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::load_from(Some(&self.0), variables)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn the_defaults_run_a_shop_on_this_machine() {
    let settings = Settings::defaults();
    assert_eq!(settings.server.listen, "127.0.0.1:8080");
    assert_eq!((settings.server.body_limit_bytes, settings.server.admission), (1 << 20, 256));
    assert_eq!((settings.database.kind, settings.bus.kind), (DatabaseKind::Sqlite, BusKind::Embedded));
    assert_eq!(settings.database.data_dir, Path::new("data"));
    assert_eq!((settings.shop.currency.as_str(), settings.shop.prices_include_tax), ("GBP", true));
    assert_eq!(
        (settings.shop.shipping_methods[0].id.as_str(), settings.shop.shipping_methods[0].price),
        ("standard", 0)
    );
    assert!(settings.payments.providers == ["manual"] && settings.rpc.upstreams.is_empty());
    assert_eq!((settings.orders.pending_minutes, settings.inventory.hold_grace_hours), (2, 24));
    assert_eq!(settings.log.format, LogFormat::Auto);
}

#[test]
fn every_key_is_in_the_defaults_and_has_a_comment() {
    let described: toml::Table = toml::from_str(Settings::describe()).unwrap();
    let effective: toml::Table = toml::from_str(&Settings::defaults().redacted()).unwrap();
    assert_eq!(described, effective);
    let mut commented = false;
    for line in Settings::describe().lines() {
        let is_key = !line.is_empty() && !line.starts_with('#');
        assert!(!is_key || commented, "no comment above {line:?}");
        commented = line.starts_with('#');
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = TempFile::new("order", "[server]\nlisten = \"0.0.0.0:80\"\nadmission = 7\n[log]\nformat = \"json\"\n");
    let settings = file.load(&[("BODEGA__SERVER__ADMISSION", "8"), ("PATH", "/bin"), ("BODEGA_OTHER", "x")]).unwrap();
    assert_eq!(settings.server.listen, "0.0.0.0:80");
    assert_eq!(settings.server.admission, 8);
    assert_eq!(settings.log.format, LogFormat::Json);
    assert_eq!(settings.server.request_timeout_ms, 15_000);
}

#[test]
fn a_variable_is_read_as_the_type_of_its_setting() {
    let settings = with(&[
        ("BODEGA__SHOP__NAME", "1234"),
        ("BODEGA__SHOP__PRICES_INCLUDE_TAX", "false"),
        ("BODEGA__RPC__SECRET", "00000000000000000000000000000001"),
        ("BODEGA__RPC__UPSTREAMS__CATALOG", "http://10.0.0.5:8080"),
        ("BODEGA__RPC__UPSTREAMS__CART", "http://10.0.0.6:8080"),
        ("BODEGA__PAYMENTS__PROVIDERS", "simulator, other"),
        ("BODEGA__DATABASE__KIND", "postgres"),
        ("BODEGA__DATABASE__SCHEMA", "t1_{service}"),
        ("BODEGA__SHOP__SHIPPING_METHODS", r#"[{id="post", name="Post", price=350}]"#),
    ])
    .unwrap();
    assert_eq!(settings.shop.name, "1234");
    assert!(!settings.shop.prices_include_tax);
    assert_eq!(settings.rpc.secret, "00000000000000000000000000000001");
    assert_eq!(settings.rpc.upstreams["catalog"], "http://10.0.0.5:8080");
    assert_eq!(settings.rpc.upstreams.len(), 2);
    assert_eq!(settings.payments.providers, ["simulator", "other"]);
    assert_eq!(settings.database.kind, DatabaseKind::Postgres);
    assert_eq!(settings.database.url_of("orders"), "postgres://bodega@127.0.0.1/bodega_orders");
    assert_eq!(settings.database.schema_of("orders").as_deref(), Some("t1_orders"));
    assert_eq!(Settings::defaults().database.schema_of("orders"), None);
    assert_eq!(settings.shop.shipping_methods[0].price, 350);
    assert_eq!(with(&[("BODEGA__PAYMENTS__PROVIDERS", "[a]")]).unwrap().payments.providers, ["a"]);
    assert!(with(&[("BODEGA__PAYMENTS__PROVIDERS", "")]).unwrap().payments.providers.is_empty());
}

#[test]
fn an_unknown_key_is_refused_by_name_and_source() {
    let file = TempFile::new("unknown", "[server]\nlisten = \"0.0.0.0:80\"\nlisen = \"x\"\n");
    let message = file.load(&[]).unwrap_err().to_string();
    let expected = "there is no setting `server.lisen`; known here: admission, body_limit_bytes, drain_ms, listen, request_timeout_ms";
    assert_eq!(message, format!("{}: {expected}", file.0.display()));
    for (name, key) in [
        ("BODEGA__SERVER__LISEN", "server.lisen"),
        ("BODEGA__SERVR__LISTEN", "servr.listen"),
        ("BODEGA__SERVER__LISTEN__PORT", "server.listen.port"),
        ("BODEGA__", ""),
    ] {
        let error = with(&[(name, "x")]).unwrap_err();
        let message = error.to_string();
        assert!(matches!(error, SettingsError::UnknownKey { .. }), "{message}");
        assert!(message.starts_with(&format!("{name}: there is no setting `{key}`")), "{message}");
    }
}

#[test]
fn a_bad_value_is_refused_by_name_and_source() {
    for (name, value, key) in [
        ("BODEGA__SERVER__ADMISSION", "many", "server.admission"),
        ("BODEGA__SERVER__ADMISSION", "-1", "server.admission"),
        ("BODEGA__SERVER__ADMISSION", "0", "server.admission"),
        ("BODEGA__SERVER__LISTEN", "8080", "server.listen"),
        ("BODEGA__SERVER__REQUEST_TIMEOUT_MS", "18446744073709551615", "server.request_timeout_ms"),
        ("BODEGA__SERVER", "x", "server"),
        ("BODEGA__SERVER__DRAIN_MS", "60001", "server.drain_ms"),
        ("BODEGA__DATABASE__KIND", "oracle", "database.kind"),
        ("BODEGA__BLOBS__KIND", "tape", "blobs.kind"),
        ("BODEGA__BLOBS__ENDPOINT", "s3.example.com", "blobs.endpoint"),
        ("BODEGA__BLOBS__ENDPOINT", "https://s3.example.com/", "blobs.endpoint"),
        ("BODEGA__DATABASE__READERS", "4294967296", "database.readers"),
        ("BODEGA__SHOP__CURRENCY", "gbp", "shop.currency"),
        ("BODEGA__SHOP__TAX_RATE_BP", "10001", "shop.tax_rate_bp"),
        ("BODEGA__SHOP__PRICES_INCLUDE_TAX", "maybe", "shop.prices_include_tax"),
        ("BODEGA__SHOP__COUNTRY", "England", "shop.country"),
        ("BODEGA__SHOP__COUNTRY", "gb", "shop.country"),
        ("BODEGA__SHOP__NAME", " ", "shop.name"),
        ("BODEGA__RPC__SECRET", "short", "rpc.secret"),
        ("BODEGA__RPC__UPSTREAMS__CART", "10.0.0.6", "rpc.upstreams"),
        ("BODEGA__RPC__UPSTREAMS__CART", "https://10.0.0.6", "rpc.upstreams"),
        ("BODEGA__RPC__UPSTREAMS__CART", "http://10.0.0.6:8080,10.0.0.7:8080", "rpc.upstreams"),
        ("BODEGA__GATEWAY__CLIENT_HEADER", "x-real-ip", "gateway.client_header"),
        ("BODEGA__PAYMENTS__PROVIDERS", "a,a", "payments.providers"),
        ("BODEGA__PAYMENTS__MANUAL__DEADLINE_DAYS", "0", "payments.manual.deadline_days"),
        ("BODEGA__PAYMENTS__MANUAL__DEADLINE_DAYS", "8", "payments.manual.deadline_days"),
        ("BODEGA__PAYMENTS__MANUAL__BANK_DETAILS", &"x".repeat(1_001), "payments.manual.bank_details"),
        ("BODEGA__CART__PRICES_STALE_AFTER_SECONDS", "19", "cart.prices_stale_after_seconds"),
        ("BODEGA__CART__PRICES_STALE_AFTER_SECONDS", "3601", "cart.prices_stale_after_seconds"),
        ("BODEGA__CART__REMIND_AFTER_HOURS", "2161", "cart.remind_after_hours"),
        ("BODEGA__MAIL__SMTP_URL", "mail.example.com", "mail.smtp_url"),
        ("BODEGA__MAIL__FROM", "Bodega", "mail.from"),
        ("BODEGA__MAIL__REPLY_TO", "nobody", "mail.reply_to"),
        ("BODEGA__MAIL__LANGUAGE", "fr", "mail.language"),
        ("BODEGA__MAIL__PER_SECOND", "0", "mail.per_second"),
        ("BODEGA__REWARDS__POINTS_PER_UNIT", "0", "rewards.points_per_unit"),
        ("BODEGA__REWARDS__POINT_VALUE_MINOR", "-1", "rewards.point_value_minor"),
        ("BODEGA__REWARDS__EXPIRY_MONTHS", "1201", "rewards.expiry_months"),
        ("BODEGA__REWARDS__REWARD_DAYS", "0", "rewards.reward_days"),
        ("BODEGA__REWARDS__TIERS", "[]", "rewards.tiers"),
        ("BODEGA__REWARDS__TIERS", r#"[{name="A", from=1, multiplier_bp=1, reward_bp=0}]"#, "rewards.tiers"),
        (
            "BODEGA__REWARDS__TIERS",
            r#"[{name="A", from=0, multiplier_bp=1, reward_bp=0}, {name="B", from=0, multiplier_bp=1, reward_bp=0}]"#,
            "rewards.tiers",
        ),
        ("BODEGA__REWARDS__TIERS", r#"[{name="A", from=0, multiplier_bp=1, reward_bp=10001}]"#, "rewards.tiers"),
        ("BODEGA__LIMITS__BURST", "0", "limits.burst"),
        ("BODEGA__LOG__FORMAT", "xml", "log.format"),
    ] {
        let error = with(&[(name, value)]).unwrap_err();
        let message = error.to_string();
        assert!(matches!(error, SettingsError::Invalid { .. }), "{message}");
        assert!(message.starts_with(&format!("{name}: setting `{key}`: ")), "{message}");
    }
}

#[test]
fn what_would_need_encryption_is_refused_at_once_and_says_so() {
    let message = |variables: &[(&str, &str)]| with(variables).unwrap_err().to_string();
    let upstream = message(&[("BODEGA__RPC__UPSTREAMS__CART", "https://10.0.0.6")]);
    assert!(upstream.contains("rpc.upstreams") && upstream.contains("https://"), "{upstream}");
    let broker = message(&[("BODEGA__BUS__KIND", "rabbitmq"), ("BODEGA__BUS__URL", "amqps://mq/%2f")]);
    assert!(broker.contains("bus.url") && broker.contains("not encrypted"), "{broker}");
}

#[test]
fn proxies_are_trusted_by_range_and_only_those_that_are_named() {
    let none = Settings::defaults().gateway;
    assert!(none.trusted_proxies.is_empty() && none.client_header == ClientHeader::XForwardedFor);
    let proxies = "10.0.0.0/8, 2001:db8::1";
    let gateway =
        with(&[("BODEGA__GATEWAY__TRUSTED_PROXIES", proxies), ("BODEGA__GATEWAY__CLIENT_HEADER", "forwarded")]);
    let gateway = gateway.unwrap().gateway;
    let trusted = |address: &str| gateway.trusted_proxies.iter().any(|range| range.contains(address.parse().unwrap()));
    assert!(trusted("10.2.3.4") && trusted("2001:db8::1") && !trusted("192.0.2.1") && !trusted("2001:db8::2"));
    assert_eq!(gateway.client_header, ClientHeader::Forwarded);
    for bad in ["10.0.0.0/33", "everybody", "0.0.0.0/0", "10.0.0.0/8,,x"] {
        let message = with(&[("BODEGA__GATEWAY__TRUSTED_PROXIES", bad)]).unwrap_err().to_string();
        assert!(message.contains("`gateway.trusted_proxies") && message.contains("no range"), "{bad}: {message}");
    }
}

#[test]
fn a_bad_value_in_a_file_names_the_file() {
    for (text, key) in [
        ("[shop]\ncurrency = \"pounds\"", "shop.currency"),
        ("[server]\nadmission = \"many\"", "server.admission"),
        ("[shop]\nshipping_methods = [{ id = \"a\", name = \"A\", price = -1 }]", "shop.shipping_methods"),
    ] {
        let file = TempFile::new(&format!("bad-{key}"), text);
        let message = file.load(&[]).unwrap_err().to_string();
        assert!(message.starts_with(&format!("{}: setting `{key}`: ", file.0.display())), "{message}");
    }
    let extra = "[shop]\nshipping_methods = [{ id = \"a\", name = \"A\", price = 1, colour = \"red\" }]";
    let message = TempFile::new("bad-extra", extra).load(&[]).unwrap_err().to_string();
    assert!(message.contains("shop.shipping_methods") && message.contains("colour"), "{message}");
}

#[test]
fn a_file_that_is_missing_or_no_toml_is_refused() {
    let message = Settings::load_from(Some(Path::new("/nowhere/bodega.toml")), []).unwrap_err().to_string();
    assert!(message.starts_with("/nowhere/bodega.toml: "), "{message}");
    let file = TempFile::new("syntax", "[rpc]\nsecret = \"hunter2\n");
    let message = file.load(&[]).unwrap_err().to_string();
    assert!(message.starts_with(&format!("{}, line 2: ", file.0.display())), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
    let message = TempFile::new("number", "[rpc]\nsecret = 8675309\n").load(&[]).unwrap_err().to_string();
    assert!(message.ends_with("setting `rpc.secret`: is not a text"), "{message}");
}

#[test]
fn secrets_are_shown_nowhere() {
    let settings = with(&[
        ("BODEGA__RPC__SECRET", "hunter2hunter2hunter2hunter2hunter2"),
        ("BODEGA__RPC__UPSTREAMS__CART", "http://u:hunter2@10.0.0.6"),
        ("BODEGA__PAYMENTS__WEBHOOK_SECRET", "hunter2"),
        ("BODEGA__DATABASE__URL", "postgres://bodega:hunter2@db/x"),
        ("BODEGA__BUS__URL", "amqp://bodega:hunter2@mq/%2f"),
        ("BODEGA__MAIL__SMTP_URL", "smtps://bodega:hunter2@mail.example.com"),
        ("BODEGA__BLOBS__SECRET", "hunter2"),
    ])
    .unwrap();
    let shown = settings.redacted();
    assert!(shown.contains("postgres://bodega:***@db/x") && shown.contains("webhook_secret = \"***\""), "{shown}");
    let sections = (&settings.database, &settings.blobs, &settings.bus, &settings.rpc, &settings.payments);
    for text in [shown, format!("{settings:?}"), format!("{sections:#?}")] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn sources_of_stock_come_from_the_file_and_a_bad_one_is_refused() {
    let load = |name, source: &str| TempFile::new(name, &format!("[inventory.sources.erp]\n{source}\n")).load(&[]);
    let settings = load("source", "secret = \"sixteen letters.\"\nevery_minutes = 5").unwrap();
    let erp = &settings.inventory.sources["erp"];
    assert_eq!((erp.every_minutes, erp.location.as_str(), erp.url.as_str()), (5, "main", ""));
    assert!(!format!("{settings:?}").contains("sixteen"));
    let untrusted = "url = \"http://erp\"\nca_file = \"/etc/ca.pem\"";
    for (name, bad) in [
        ("short", "secret = \"short\""),
        ("ftp", "url = \"ftp://erp\""),
        ("none", "every_minutes = 5"),
        ("untrusted", untrusted),
    ] {
        let error = load(name, bad).unwrap_err().to_string();
        assert!(error.contains("inventory.sources"), "{error}");
    }
}

#[test]
fn files_away_from_here_need_a_place_and_a_key() {
    let whole = [
        ("BODEGA__BLOBS__KIND", "s3"),
        ("BODEGA__BLOBS__BUCKET", "files.example"),
        ("BODEGA__BLOBS__REGION", "eu-west-2"),
        ("BODEGA__BLOBS__ACCOUNT", "AKIA"),
        ("BODEGA__BLOBS__SECRET", "hunter2"),
        ("BODEGA__BLOBS__FOLDER", "shops/one"),
    ];
    assert_eq!(with(&whole).unwrap().blobs.kind, BlobsKind::S3);
    for (missing, bad) in [(1, "A_B"), (1, ""), (2, ""), (3, ""), (4, ""), (5, "/shops"), (5, "../up")] {
        let mut set = whole;
        set[missing].1 = bad;
        let message = with(&set).unwrap_err().to_string();
        assert!(message.contains(&set[missing].0.to_lowercase()["bodega__".len()..].replace("__", ".")), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    let mut azure = whole;
    (azure[0].1, azure[2].1) = ("azure", "");
    assert_eq!(with(&azure).unwrap().blobs.kind, BlobsKind::Azure);
}
