//! What the shop says of itself, and the legal texts that shoppers accept.

use crate::setup::{Shop, somebody};
use bodega_contracts::catalog::{ShopChanged, ShopProfile};
use bodega_kernel::{Caller, Role};
use bodega_testkit::stories;
use serde_json::{Value, json};

stories![
    a_new_shop_is_called_as_its_settings_say_and_has_no_terms,
    what_staff_write_is_told_and_stands_on_papers,
    legal_texts_get_a_version_when_they_change_and_every_version_is_kept,
    a_text_is_read_in_the_language_that_is_there,
    of_two_who_write_the_shop_one_is_refused,
    what_is_kept_for_readers_goes_with_every_change,
    a_bad_shop_is_refused_by_its_fields,
    texts_as_long_as_they_may_be_fit_into_a_body,
    staff_alone_write_and_see_old_versions,
];

const PATH: &str = "/v1/admin/shop";

fn written(name: &str, legal: Value) -> Value {
    let mut body = json!({"name": name, "languages": ["en", "de"]});
    body["legal"] = legal;
    body
}

async fn put(shop: &Shop, tag: &str, body: Value) -> bodega_testkit::Answer {
    shop.staff("PUT", PATH, &[("if-match", tag)], body).await
}

async fn a_new_shop_is_called_as_its_settings_say_and_has_no_terms(shop: &Shop) {
    let alone = Shop::from(shop.another(|settings| "Tea".clone_into(&mut settings.shop.name)).await);
    let first = ShopChanged { version: 1, name: "Tea".to_owned(), terms: None };
    assert_eq!(alone.told::<ShopChanged>().await, [first]);
    let seen = alone.get("/v1/shop").await.expect(200).json;
    let market = json!({"id": "home", "countries": [], "currency": "GBP", "prices_include_tax": true});
    assert_eq!(seen, json!({"name": "Tea", "languages": ["en"], "legal": null, "markets": [market]}));
    for text in ["terms", "privacy", "withdrawal", "imprint", "other", "%00"] {
        alone.get(&format!("/v1/shop/legal/{text}")).await.expect(404);
    }
    put(&alone, "*", written("Coffee", json!({}))).await.expect(200);
    let alone = alone.restarted().await;
    assert_eq!(alone.get("/v1/shop").await.json["name"], "Coffee");
    assert_eq!(alone.told::<ShopChanged>().await.len(), 2);
}

async fn what_staff_write_is_told_and_stands_on_papers(shop: &Shop) {
    let read = shop.look(PATH).await.expect(200);
    assert_eq!((read.header("etag"), &read.json["legal_version"]), ("\"1\"", &json!(0)));
    let address = json!({
        "name": "Harbour Mugs Ltd", "line1": "1 Quay", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"
    });
    let mut body = written("Harbour Mugs", json!({"terms": {"en": "Be kind."}}));
    (body["address"], body["email"], body["tax_number"]) = (address.clone(), "a@b.c".into(), "GB123".into());
    let answer = put(shop, "\"1\"", body.clone()).await.expect(200);
    assert_eq!((answer.header("etag"), &answer.json["address"]["city"]), ("\"2\"", &json!("Leeds")));
    assert_eq!(shop.look(PATH).await.json, answer.json);
    // The same again is no change, and a version that was read before is refused.
    assert_eq!(put(shop, "\"2\"", body.clone()).await.expect(200).json["version"], 2);
    put(shop, "\"1\"", body).await.expect(412);
    let profile = shop.rpc().ask(ShopProfile {}).await.unwrap();
    assert_eq!((profile.name.as_str(), profile.tax_number.as_deref()), ("Harbour Mugs", Some("GB123")));
    assert_eq!(serde_json::to_value(profile.address).unwrap()["line1"], address["line1"]);
    let told = shop.told::<ShopChanged>().await;
    assert_eq!(told.len(), 2);
    assert_eq!(told[1].terms.as_ref().unwrap().version, 1);
}

async fn legal_texts_get_a_version_when_they_change_and_every_version_is_kept(shop: &Shop) {
    let versions = [json!({"terms": {"en": "One."}}), json!({"terms": {"en": "Two."}, "privacy": {"de": "Wenig."}})];
    put(shop, "*", written("Mugs", versions[0].clone())).await.expect(200);
    put(shop, "*", written("More mugs", versions[0].clone())).await.expect(200);
    put(shop, "*", written("More mugs", versions[1].clone())).await.expect(200);
    put(shop, "*", written("More mugs", versions[0].clone())).await.expect(200);
    put(shop, "*", written("More mugs", json!({}))).await.expect(200);
    let told = shop.told::<ShopChanged>().await;
    let terms: Vec<Option<i64>> = told.iter().map(|told| told.terms.as_ref().map(|terms| terms.version)).collect();
    assert_eq!(terms, [None, Some(1), Some(1), Some(2), Some(3), None]);
    let digest = |index: usize| told[index].terms.as_ref().unwrap().digest.clone();
    assert_eq!((digest(1), digest(2), digest(1) == digest(3)), (digest(4), digest(1), false));
    for (version, texts) in [(1, &versions[0]), (2, &versions[1]), (3, &versions[0])] {
        let kept = shop.look(&format!("{PATH}/legal/versions/{version}")).await.expect(200).json;
        assert_eq!((&kept["version"], &kept["texts"]["terms"]), (&json!(version), &texts["terms"]));
        assert_eq!(kept["digest"], digest(version + 1), "{version}");
        assert_eq!(kept["at"], "2026-01-01T00:00:00Z");
    }
    for version in ["0", "5", "-1", "9223372036854775807"] {
        shop.look(&format!("{PATH}/legal/versions/{version}")).await.expect(404);
    }
    let no_number = shop.look(&format!("{PATH}/legal/versions/one")).await.status;
    assert!([404, 422].contains(&no_number), "{no_number}");
}

async fn a_text_is_read_in_the_language_that_is_there(shop: &Shop) {
    let legal = json!({"terms": {"en": "Terms.", "de": "AGB."}, "imprint": {"de": "Impressum."}});
    put(shop, "*", written("Mugs", legal)).await.expect(200);
    let text = async |path: &str| {
        let answer = shop.get(&format!("/v1/shop/legal/{path}")).await.expect(200).json;
        assert_eq!(answer["version"], 1);
        (answer["language"].as_str().unwrap().to_owned(), answer["markdown"].as_str().unwrap().to_owned())
    };
    let is = |language: &str, markdown: &str| (language.to_owned(), markdown.to_owned());
    assert_eq!(text("terms").await, is("en", "Terms."));
    assert_eq!(text("terms?lang=de").await, is("de", "AGB."));
    assert_eq!(text("terms?lang=fr").await, is("en", "Terms."));
    assert_eq!(text("imprint?lang=en").await, is("de", "Impressum."));
    shop.get("/v1/shop/legal/privacy").await.expect(404);
    for lang in ["EN", "english", "%00", "en-"] {
        shop.get(&format!("/v1/shop/legal/terms?lang={lang}")).await.expect(422);
    }
    let index = shop.get("/v1/shop").await.json["legal"].clone();
    assert_eq!(index["texts"], json!({"terms": ["de", "en"], "imprint": ["de"]}));
}

async fn of_two_who_write_the_shop_one_is_refused(shop: &Shop) {
    let other = shop.replica();
    let other = other.as_ref().unwrap_or(shop);
    for round in 1..5 {
        let tag = format!("\"{round}\"");
        let body = |who: &str| written("Mugs", json!({"terms": {"en": format!("{who} {round}")}}));
        let (one, two) = tokio::join!(put(shop, &tag, body("one")), put(other, &tag, body("two")));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
    }
    assert_eq!(shop.look(PATH).await.json["legal_version"], 4);
}

async fn what_is_kept_for_readers_goes_with_every_change(shop: &Shop) {
    for round in 0..3 {
        let legal = json!({"terms": {"en": format!("Round {round}.")}});
        put(shop, "*", written(&format!("Mugs {round}"), legal)).await.expect(200);
        let seen = shop.get("/v1/shop").await.expect(200);
        assert_eq!(
            (&seen.json["name"], &seen.json["legal"]["version"]),
            (&json!(format!("Mugs {round}")), &json!(round + 1))
        );
        assert_eq!(shop.get("/v1/shop/legal/terms").await.json["markdown"], format!("Round {round}."));
        let tag = seen.header("etag").to_owned();
        shop.get_with("/v1/shop", &[("if-none-match", &tag)], Caller::guest()).await.expect(304);
    }
    shop.staff("PATCH", "/v1/admin/markets/home", &[], json!({"countries": ["GB"]})).await.expect(200);
    assert_eq!(shop.get("/v1/shop").await.json["markets"][0]["countries"], json!(["GB"]));
}

async fn a_bad_shop_is_refused_by_its_fields(shop: &Shop) {
    let with = |field: &str, value: Value| {
        let mut body = written("Mugs", json!({}));
        body[field] = value;
        body
    };
    let address = json!({"name": "", "line1": "1", "city": "x", "postal_code": "1", "country": "gb", "phone": "\n"});
    for (body, pointers) in [
        (with("name", "".into()), vec!["/name"]),
        (with("name", "x".repeat(101).into()), vec!["/name"]),
        (with("email", "nobody".into()), vec!["/email"]),
        (with("tax_number", "x".repeat(41).into()), vec!["/tax_number"]),
        (with("address", address), vec!["/address/name", "/address/phone", "/address/country"]),
        (with("languages", json!([])), vec!["/languages"]),
        (with("languages", json!(["en", "en", "Deutsch"])), vec!["/languages/1", "/languages/2"]),
        (with("legal", json!({"terms": {"fr": "x"}})), vec!["/legal/terms/fr"]),
        (
            with("legal", json!({"terms": {"en": " "}, "privacy": {"de": "x\u{0}"}})),
            vec!["/legal/terms/en", "/legal/privacy/de"],
        ),
        (with("legal", json!({"terms": {"en": "x".repeat(50_001)}})), vec!["/legal/terms/en"]),
        (with("legal", json!({"rules": {}})), vec!["/legal/rules"]),
        (with("version", json!(1)), vec!["/version"]),
    ] {
        assert_eq!(put(shop, "*", body).await.expect(422).pointers(), pointers);
    }
    shop.staff("PUT", PATH, &[("if-match", "seven")], written("Mugs", json!({}))).await.expect(422);
    assert_eq!(shop.told::<ShopChanged>().await.len(), 1);
}

async fn texts_as_long_as_they_may_be_fit_into_a_body(shop: &Shop) {
    let text = "ß".repeat(50_000);
    let each = json!({"en": text, "de": text});
    let legal = json!({"terms": each, "privacy": each, "withdrawal": each, "imprint": each});
    put(shop, "*", written("Mugs", legal)).await.expect(200);
    let read = shop.get("/v1/shop/legal/withdrawal?lang=de").await.expect(200);
    assert_eq!(read.json["markdown"].as_str().unwrap().chars().count(), 50_000);
    let huge = json!({"terms": {"en": "x".repeat(5_000_000)}});
    put(shop, "*", written("Mugs", huge)).await.expect(413);
}

async fn staff_alone_write_and_see_old_versions(shop: &Shop) {
    for caller in [Caller::guest(), somebody(Role::Customer)] {
        for (method, path) in [("GET", PATH), ("PUT", PATH), ("GET", "/v1/admin/shop/legal/versions/1")] {
            let answer = shop.write_as(caller.clone(), method, path, &[], written("Mine", json!({}))).await;
            assert!([401, 403].contains(&answer.status), "{method} {path} {}", answer.status);
        }
    }
}
