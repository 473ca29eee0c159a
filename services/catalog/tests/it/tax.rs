//! What countries tax, and of which class goods are.

use crate::setup::{Shop, id, simple, somebody};
use bodega_contracts::catalog::TaxRatesChanged;
use bodega_kernel::{Caller, Role};
use bodega_testkit::{staff, stories};
use serde_json::{Value, json};

stories![
    a_new_shop_taxes_at_home_what_its_settings_say_once_for_ever,
    a_table_is_written_whole_and_told,
    of_two_who_write_the_same_table_one_is_refused,
    a_bad_table_is_refused_by_its_fields,
    staff_alone_see_tables,
    goods_are_of_a_class_that_is_known_at_home,
    an_import_makes_what_is_not_taxable_zero,
];

async fn read(shop: &Shop, country: &str) -> (String, Value) {
    let answer = shop.get_with(&format!("/v1/admin/tax-rates/{country}"), &[], staff()).await.expect(200);
    (answer.header("etag").to_owned(), answer.json)
}

async fn put(shop: &Shop, country: &str, tag: &str, body: Value) -> bodega_testkit::Answer {
    shop.staff("PUT", &format!("/v1/admin/tax-rates/{country}"), &[("if-match", tag)], body).await
}

async fn a_new_shop_taxes_at_home_what_its_settings_say_once_for_ever(shop: &Shop) {
    let alone = Shop::from(shop.another(|settings| "FR".clone_into(&mut settings.shop.country)).await);
    let seeded = TaxRatesChanged {
        country: "FR".to_owned(),
        version: 1,
        rates: [("standard".to_owned(), 2_000)].into(),
        regions: [].into(),
    };
    assert_eq!(alone.told::<TaxRatesChanged>().await, [seeded]);
    let list = alone.get_with("/v1/admin/tax-rates", &[], staff()).await.expect(200).json;
    assert_eq!(list["items"], json!([{"country": "FR", "version": 1, "rates": {"standard": 2_000}, "regions": {}}]));
    put(&alone, "FR", "*", json!({"rates": {}})).await.expect(200);
    let alone = alone.restarted().await;
    assert_eq!(read(&alone, "FR").await.1["rates"], json!({}));
    assert_eq!(alone.told::<TaxRatesChanged>().await.len(), 2);
}

async fn a_table_is_written_whole_and_told(shop: &Shop) {
    let (tag, table) = read(shop, "ES").await;
    assert_eq!((tag.as_str(), &table["version"], &table["rates"]), ("\"0\"", &json!(0), &json!({})));
    let body = json!({"rates": {"standard": 2_100, "reduced": 1_000}, "regions": {"Canarias": {"standard": 700}}});
    let written = put(shop, "ES", &tag, body.clone()).await.expect(200);
    assert_eq!((written.header("etag"), &written.json["regions"]), ("\"1\"", &body["regions"]));
    assert_eq!(read(shop, "ES").await, ("\"1\"".to_owned(), written.json));
    // The same again is no change.
    assert_eq!(put(shop, "ES", "\"1\"", body).await.expect(200).json["version"], 1);
    put(shop, "ES", "\"1\"", json!({"rates": {"standard": 2_200}})).await.expect(200);
    let told: Vec<TaxRatesChanged> =
        shop.told().await.into_iter().filter(|t: &TaxRatesChanged| t.country == "ES").collect();
    assert_eq!(told.iter().map(|told| told.version).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(
        (told[0].rate_bp(Some("canarias"), "standard"), told[1].rate_bp(Some("Canarias"), "reduced")),
        (700, 2_200)
    );
    let page = shop.get_with("/v1/admin/tax-rates?limit=1", &[], staff()).await.expect(200).json;
    let rest = format!("/v1/admin/tax-rates?limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
    let rest = shop.get_with(&rest, &[], staff()).await.expect(200).json;
    assert_eq!((&page["items"][0]["country"], &rest["items"][0]["country"]), (&json!("ES"), &json!("GB")));
    assert_eq!(rest["next_cursor"], Value::Null);
}

async fn of_two_who_write_the_same_table_one_is_refused(shop: &Shop) {
    let other = shop.replica();
    let other = other.as_ref().unwrap_or(shop);
    for round in 0..5 {
        let (tag, _) = read(shop, "IT").await;
        let body = |rate: i64| json!({"rates": {"standard": round * 100 + rate}});
        let (one, two) = tokio::join!(put(shop, "IT", &tag, body(1)), put(other, "IT", &tag, body(2)));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{round}");
    }
    assert_eq!(read(shop, "IT").await.0, "\"5\"");
}

async fn a_bad_table_is_refused_by_its_fields(shop: &Shop) {
    for (body, pointers) in [
        (json!({"rates": {"standard": 10_001}}), vec!["/rates/standard"]),
        (json!({"rates": {"standard": -1, "A": 1}}), vec!["/rates/A", "/rates/standard"]),
        (json!({"rates": {"reduced": 1}}), vec!["/rates"]),
        (json!({"rates": {"standard": "20"}}), vec!["/rates/standard"]),
        (json!({"rates": {"standard": 1}, "regions": {"": {}}}), vec!["/regions/"]),
        (json!({"rates": {"standard": 1}, "regions": {"a/b": {"zero": 5}}}), vec!["/regions/a~1b/zero"]),
        (json!({"regions": {}}), vec!["/rates"]),
        (json!({"rates": {}, "version": 1}), vec!["/version"]),
    ] {
        let refused = put(shop, "GB", "*", body.clone()).await.expect(422);
        assert_eq!(refused.pointers(), pointers, "{body}");
    }
    for country in ["gb", "GBR", "1", "%00%00", "%C3%84"] {
        shop.get_with(&format!("/v1/admin/tax-rates/{country}"), &[], staff()).await.expect(422);
        put(shop, country, "*", json!({"rates": {}})).await.expect(422);
    }
    assert_eq!(read(shop, "GB").await.0, "\"1\"");
    assert_eq!(shop.told::<TaxRatesChanged>().await.len(), 1);
}

async fn staff_alone_see_tables(shop: &Shop) {
    for caller in [Caller::guest(), somebody(Role::Customer)] {
        for path in ["/v1/admin/tax-rates", "/v1/admin/tax-rates/GB"] {
            let refused = shop.get_with(path, &[], caller.clone()).await;
            assert!([401, 403].contains(&refused.status), "{}", refused.status);
        }
        let refused = shop.write_as(caller, "PUT", "/v1/admin/tax-rates/GB", &[], json!({"rates": {}})).await;
        assert!([401, 403].contains(&refused.status), "{}", refused.status);
    }
}

async fn goods_are_of_a_class_that_is_known_at_home(shop: &Shop) {
    let of = |class: &str| {
        let mut body = simple("Book", "B-1", 900);
        body["variants"][0]["tax_class"] = class.into();
        body
    };
    for class in ["reduced", "Standard", "", "a b"] {
        let refused = shop.staff("POST", "/v1/products", &[], of(class)).await.expect(422);
        assert_eq!(refused.pointers(), ["/variants/0/tax_class"], "{class}");
    }
    put(shop, "GB", "*", json!({"rates": {"standard": 2_000, "reduced": 500}})).await.expect(200);
    let book = shop.create(of("reduced")).await;
    assert_eq!(book["variants"][0]["tax_class"], "reduced");
    // Left out it stays, and what was known once does not stand in the way of other changes.
    put(shop, "GB", "*", json!({"rates": {"standard": 2_000}})).await.expect(200);
    let edit = simple("Book", "B-1", 950)["variants"].clone();
    let edited = shop.staff("PATCH", &id(&book), &[], json!({"variants": edit})).await.expect(200).json;
    assert_eq!(edited["variants"][0]["tax_class"], "reduced");
    let told = shop.published().await.pop().unwrap().variants.remove(0);
    assert_eq!((told.tax_class.as_str(), told.tax_rate_bp), ("reduced", 2_000));
    let zero = json!({"variants": of("zero")["variants"]});
    shop.staff("PATCH", &id(&book), &[], zero).await.expect(200);
    assert_eq!(shop.published().await.pop().unwrap().variants[0].tax_rate_bp, 0);
}

async fn an_import_makes_what_is_not_taxable_zero(shop: &Shop) {
    let file = |stamp: &str, mug: &str| {
        format!(
            "Handle,Title,Variant SKU,Variant Price,Variant Taxable\nstamp,Stamp,S-1,1,{stamp}\nmug,Mug,M-1,9,{mug}\n"
        )
    };
    shop.import(file("false", "true")).await.expect(200);
    let class = async |slug: &str| {
        shop.get(&format!("/v1/products/{slug}")).await.expect(200).json["variants"][0]["tax_class"].clone()
    };
    assert_eq!((class("stamp").await, class("mug").await), (json!("zero"), json!("standard")));
    // What staff chose stays where the file only says that it is taxed, or nothing.
    put(shop, "GB", "*", json!({"rates": {"standard": 2_000, "reduced": 500}})).await.expect(200);
    let mug = shop.get("/v1/products/mug").await.json;
    let mut edit = simple("Mug", "M-1", 900)["variants"].clone();
    edit[0]["tax_class"] = "reduced".into();
    shop.staff("PATCH", &id(&mug), &[], json!({"variants": edit})).await.expect(200);
    shop.import(file("", "true")).await.expect(200);
    assert_eq!((class("stamp").await, class("mug").await), (json!("zero"), json!("reduced")));
    shop.import(file("true", "false")).await.expect(200);
    assert_eq!((class("stamp").await, class("mug").await), (json!("standard"), json!("zero")));
}
