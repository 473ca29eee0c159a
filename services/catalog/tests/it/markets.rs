//! Where the shop sells.

use crate::setup::{Shop, somebody};
use bodega_contracts::catalog::{MarketChanged, MarketFacts, TaxRatesChanged};
use bodega_kernel::{Caller, Currency, Role};
use bodega_testkit::stories;
use serde_json::{Value, json};
use std::collections::BTreeMap;

stories![
    a_new_shop_sells_everywhere_as_its_settings_say,
    a_market_is_made_changed_and_switched_off,
    a_country_is_in_one_open_market_whoever_comes_first,
    of_two_who_change_a_market_one_is_refused,
    a_bad_market_is_refused_by_its_fields,
    staff_alone_see_and_write_markets,
    what_is_told_of_markets_and_rates_is_what_stands,
];

fn eu(countries: &[&str]) -> Value {
    json!({"id": "eu", "name": "EU", "countries": countries, "currency": "EUR", "prices_include_tax": true})
}

async fn make(shop: &Shop, body: Value) -> bodega_testkit::Answer {
    shop.staff("POST", "/v1/admin/markets", &[], body).await
}

async fn change(shop: &Shop, id: &str, tag: &str, body: Value) -> bodega_testkit::Answer {
    shop.staff("PATCH", &format!("/v1/admin/markets/{id}"), &[("if-match", tag)], body).await
}

async fn a_new_shop_sells_everywhere_as_its_settings_say(shop: &Shop) {
    let adjusted = shop.another(|settings| {
        "Tea".clone_into(&mut settings.shop.name);
        "JPY".clone_into(&mut settings.shop.currency);
        settings.shop.prices_include_tax = false;
    });
    let alone = Shop::from(adjusted.await);
    let home = MarketChanged {
        market_id: "home".to_owned(),
        version: 1,
        enabled: true,
        name: "Tea".to_owned(),
        countries: Vec::new(),
        currency: Currency::JPY,
        prices_include_tax: false,
    };
    assert_eq!(alone.told::<MarketChanged>().await, [home]);
    change(&alone, "home", "\"1\"", json!({"countries": ["JP"]})).await.expect(200);
    let alone = alone.restarted().await;
    assert_eq!(alone.look("/v1/admin/markets/home").await.json["countries"], json!(["JP"]));
    assert_eq!(alone.told::<MarketChanged>().await.len(), 2);
}

async fn a_market_is_made_changed_and_switched_off(shop: &Shop) {
    let made = make(shop, eu(&["FR", "DE"])).await.expect(201);
    assert_eq!((made.header("etag"), &made.json["countries"]), ("\"1\"", &json!(["DE", "FR"])));
    assert_eq!(make(shop, eu(&[])).await.expect(409).code(), "country_taken");
    assert_eq!(make(shop, eu(&["IT"])).await.expect(409).code(), "market_exists");
    let list = shop.look("/v1/admin/markets?limit=1").await.expect(200).json;
    assert_eq!(list["items"][0], made.json);
    let rest = format!("/v1/admin/markets?cursor={}", list["next_cursor"].as_str().unwrap());
    assert_eq!(shop.look(&rest).await.expect(200).json["items"][0]["id"], "home");
    let changed = change(shop, "eu", "\"1\"", json!({"countries": ["DE"], "prices_include_tax": false})).await;
    assert_eq!(changed.expect(200).json["version"], 2);
    assert_eq!(change(shop, "eu", "\"1\"", json!({"name": "X"})).await.expect(412).code(), "precondition_failed");
    assert_eq!(change(shop, "eu", "\"2\"", json!({"name": "EU"})).await.expect(200).json["version"], 2);
    assert_eq!(change(shop, "eu", "*", json!({"enabled": false})).await.expect(200).json["enabled"], false);
    change(shop, "us", "*", json!({"name": "X"})).await.expect(404);
    shop.look("/v1/admin/markets/us").await.expect(404);
    let told: Vec<(i64, bool)> =
        shop.told::<MarketChanged>().await.iter().skip(1).map(|m| (m.version, m.enabled)).collect();
    assert_eq!(told, [(1, true), (2, true), (3, false)]);
}

async fn a_country_is_in_one_open_market_whoever_comes_first(shop: &Shop) {
    let other = shop.replica();
    let other = other.as_ref().unwrap_or(shop);
    let mut south = eu(&["FR", "ES"]);
    south["id"] = "south".into();
    let (one, two) = tokio::join!(make(shop, eu(&["DE", "FR"])), make(other, south.clone()));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let refused = if one.status == 409 { one } else { two };
    assert_eq!((refused.code(), &refused.json["country"]), ("country_taken", &json!("FR")));
    let winner = refused.json["market"].as_str().unwrap().to_owned();
    // A market that is switched off holds nothing, and opens again only where its countries are free.
    change(shop, &winner, "*", json!({"enabled": false})).await.expect(200);
    let mut third = eu(&["FR"]);
    third["id"] = "third".into();
    make(shop, third).await.expect(201);
    let refused = change(shop, &winner, "*", json!({"enabled": true})).await.expect(409);
    assert_eq!((refused.code(), &refused.json["market"]), ("country_taken", &json!("third")));
    let everywhere = change(shop, "third", "*", json!({"countries": []})).await.expect(409);
    assert_eq!((&everywhere.json["market"], &everywhere.json["country"]), (&json!("home"), &Value::Null));
}

async fn of_two_who_change_a_market_one_is_refused(shop: &Shop) {
    let other = shop.replica();
    let other = other.as_ref().unwrap_or(shop);
    for round in 1..5 {
        let tag = format!("\"{round}\"");
        let name = |number: i64| json!({"name": format!("{round} {number}")});
        let (one, two) = tokio::join!(change(shop, "home", &tag, name(1)), change(other, "home", &tag, name(2)));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
    }
}

async fn a_bad_market_is_refused_by_its_fields(shop: &Shop) {
    let with = |field: &str, value: Value| {
        let mut body = eu(&["DE"]);
        body[field] = value;
        body
    };
    for (body, pointers) in [
        (with("id", "E U".into()), vec!["/id"]),
        (with("id", "x".repeat(41).into()), vec!["/id"]),
        (with("name", "".into()), vec!["/name"]),
        (with("countries", json!(["de", "FR", "FR"])), vec!["/countries/0", "/countries/2"]),
        (with("countries", vec!["DE"; 251].into()), vec!["/countries", "/countries/1"]),
        (with("currency", "eur".into()), vec!["/currency"]),
        (with("prices_include_tax", json!(1)), vec!["/prices_include_tax"]),
        (with("rate", json!(1)), vec!["/rate"]),
    ] {
        let refused = make(shop, body.clone()).await.expect(422);
        assert!(refused.pointers().starts_with(&pointers), "{body}: {:?}", refused.pointers());
    }
    change(shop, "home", "*", json!({"id": "x"})).await.expect(422);
    change(shop, "home", "*", json!({"countries": ["England"]})).await.expect(422);
    assert_eq!(shop.told::<MarketChanged>().await.len(), 1);
}

async fn staff_alone_see_and_write_markets(shop: &Shop) {
    for caller in [Caller::guest(), somebody(Role::Customer)] {
        for (method, path) in [
            ("GET", "/v1/admin/markets"),
            ("GET", "/v1/admin/markets/home"),
            ("POST", "/v1/admin/markets"),
            ("PATCH", "/v1/admin/markets/home"),
        ] {
            let answer = shop.write_as(caller.clone(), method, path, &[], eu(&["DE"])).await;
            assert!([401, 403].contains(&answer.status), "{method} {path} {}", answer.status);
        }
    }
}

async fn what_is_told_of_markets_and_rates_is_what_stands(shop: &Shop) {
    make(shop, eu(&["DE"])).await.expect(201);
    change(shop, "eu", "*", json!({"name": "Union"})).await.expect(200);
    let rates = json!({"rates": {"standard": 1_900}});
    shop.staff("PUT", "/v1/admin/tax-rates/DE", &[], rates).await.expect(200);
    let stands = shop.rpc().ask(MarketFacts {}).await.unwrap();
    let markets: BTreeMap<String, i64> =
        shop.told::<MarketChanged>().await.into_iter().map(|told| (told.market_id, told.version)).collect();
    let rates: BTreeMap<String, i64> =
        shop.told::<TaxRatesChanged>().await.into_iter().map(|told| (told.country, told.version)).collect();
    assert_eq!((stands.markets, stands.tax_rates), (markets, rates));
}
