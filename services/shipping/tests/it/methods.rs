//! Ways of shipping: a new shop has those of its settings, staff change them, and everybody is told the whole of each.

use crate::setup::Shop;
use bodega_contracts::shipping::{MethodFacts, ShippingMethodChanged};
use bodega_kernel::Currency;
use bodega_pricing::shipping::{Parcel, Rate, offers};
use bodega_settings::ShippingMethod;
use bodega_testkit::{Ask, staff, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};

stories!(
    a_new_shop_has_the_methods_of_its_settings_once,
    a_method_is_made_changed_and_switched_off_and_told_each_time,
    an_edit_of_what_somebody_else_changed_is_refused,
    of_many_who_make_one_method_one_does,
    methods_are_read_in_pages,
    what_is_told_is_what_a_cart_can_price_with,
);

const PATH: &str = "/v1/shipping-methods";

async fn make(shop: &Shop, body: &Value) -> bodega_testkit::Answer {
    shop.ask(0, Ask::post(PATH).by(staff()).json(body)).await
}

fn flat(id: &str) -> Value {
    json!({"id": id, "name": "Flat", "rate": {"kind": "flat", "price": 499}, "tax_rate_bp": 2_000})
}

async fn a_new_shop_has_the_methods_of_its_settings_once(shop: &Shop) {
    let told = shop.told::<ShippingMethodChanged>().await;
    assert_eq!(told.len(), 1, "two replicas start at one shop");
    assert_eq!((told[0].method_id.as_str(), told[0].version, told[0].enabled), ("standard", 1, true));
    assert_eq!((&told[0].rate, told[0].currency), (&Rate::Flat { price: 0 }, Currency::GBP));
    let method = |id: &str, price| ShippingMethod { id: id.to_owned(), name: id.to_uppercase(), price };
    let other = shop
        .another(|settings| {
            settings.shop.shipping_methods = vec![method("a", 1), method("b", 2), method("a", 3)];
            settings.shop.tax_rate_bp = 2_000;
        })
        .await;
    let told = other.told::<ShippingMethodChanged>().await;
    let told: Vec<_> = told.iter().map(|told| (told.method_id.as_str(), &told.rate, told.tax_rate_bp)).collect();
    assert_eq!(told, [("a", &Rate::Flat { price: 1 }, 2_000), ("b", &Rate::Flat { price: 2 }, 2_000)]);
    let off = other.ask(0, Ask::new("DELETE", format!("{PATH}/a")).by(staff())).await;
    assert_eq!(off.status, 204);
    let again = other.restarted().await;
    assert_eq!(again.told::<ShippingMethodChanged>().await.len(), 3, "a shop is new once");
}

async fn a_method_is_made_changed_and_switched_off_and_told_each_time(shop: &Shop) {
    let steps = json!([{"up_to": 2000, "price": 499}, {"price": 899}]);
    let made = make(
        shop,
        &json!({
            "id": "tracked", "name": "Tracked", "rate": {"kind": "by_weight", "steps": steps}, "free_above": 5000,
            "countries": ["GB", "IE"], "tax_rate_bp": 2000,
        }),
    )
    .await
    .expect(201);
    assert_eq!(made.header("etag"), "\"1\"");
    let path = format!("{PATH}/tracked");
    let read = shop.ask(0, Ask::get(path.clone()).by(staff())).await.expect(200);
    assert_eq!((&read.json, read.header("etag")), (&made.json, "\"1\""));
    let unchanged = shop.ask(0, Ask::get(path.clone()).by(staff()).header("if-none-match", "\"1\"")).await;
    assert_eq!(unchanged.status, 304);
    let change = |body: Value| Ask::new("PATCH", path.clone()).by(staff()).json(&body);
    let body = json!({"name": "Tracked 48", "free_above": null, "countries": []});
    let changed = shop.ask(0, change(body)).await.expect(200);
    assert_eq!((&changed.json["free_above"], &changed.json["version"]), (&Value::Null, &json!(2)));
    let same = shop.ask(0, change(json!({"name": "Tracked 48"}))).await.expect(200);
    assert_eq!(same.json, changed.json, "nothing changed");
    assert_eq!(shop.ask(0, Ask::new("DELETE", path.clone()).by(staff())).await.status, 204);
    let on = shop.ask(0, change(json!({"enabled": true, "rate": {"kind": "pickup", "price": 1}}))).await.expect(200);
    assert_eq!((&on.json["version"], &on.json["rate"]["kind"]), (&json!(4), &json!("pickup")));
    let told = shop.told::<ShippingMethodChanged>().await;
    let told: Vec<_> = told.iter().filter(|told| told.method_id == "tracked").collect();
    assert_eq!(
        told.iter().map(|told| (told.version, told.enabled)).collect::<Vec<_>>(),
        [(1, true), (2, true), (3, false), (4, true)]
    );
    assert_eq!((told[0].free_above, told[0].countries.len()), (Some(5_000), 2));
    let facts = shop.rpc().ask(MethodFacts { after: None }).await.unwrap();
    assert_eq!(facts.iter().find(|fact| fact.method_id == "tracked"), told.last().copied());
    assert_eq!(shop.rpc().ask(MethodFacts { after: Some("tracked".to_owned()) }).await.unwrap(), []);
}

async fn an_edit_of_what_somebody_else_changed_is_refused(shop: &Shop) {
    assert_eq!(make(shop, &flat("a")).await.status, 201);
    assert_eq!(make(shop, &flat("a")).await.expect(409).code(), "method_exists");
    let change = |version: &str, price: i64| {
        let body = json!({"rate": {"kind": "flat", "price": price}});
        Ask::new("PATCH", format!("{PATH}/a")).by(staff()).header("if-match", version).json(&body)
    };
    let edits = (0..40).map(|number| shop.ask_until_served(number, change("\"1\"", 500 + number as i64)));
    let answers = join_all(edits).await;
    let with = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(200), with(412)), (1, 39));
    let off = |version: &str| Ask::new("DELETE", format!("{PATH}/a")).by(staff()).header("if-match", version);
    assert_eq!(shop.ask(0, off("\"1\"")).await.status, 412);
    assert_eq!(shop.ask(0, off("\"2\"")).await.status, 204);
    assert_eq!(shop.ask(0, change("2", 1)).await.expect(422).code(), "invalid_if_match");
    assert_eq!(shop.ask(0, Ask::new("DELETE", format!("{PATH}/none")).by(staff())).await.status, 404);
}

async fn of_many_who_make_one_method_one_does(shop: &Shop) {
    let asks = (0..40).map(|number| shop.ask_until_served(number, Ask::post(PATH).by(staff()).json(&flat("a"))));
    let answers = join_all(asks).await;
    let with = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(201), with(409)), (1, 39));
    let keyed = Ask::post(PATH).by(staff()).key("k").json(&flat("b"));
    let answers = join_all((0..40).map(|number| shop.ask_until_served(number, keyed.clone()))).await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.json == answers[0].json));
    assert_eq!(shop.told::<ShippingMethodChanged>().await.len(), 3);
}

async fn methods_are_read_in_pages(shop: &Shop) {
    for number in 0..7 {
        assert_eq!(make(shop, &flat(&format!("m{number}"))).await.status, 201);
    }
    let (mut seen, mut path) = (Vec::new(), format!("{PATH}?limit=3&count=true"));
    loop {
        let page = shop.read(&path).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{PATH}?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, ["m0", "m1", "m2", "m3", "m4", "m5", "m6", "standard"]);
    for number in 7..99 {
        assert_eq!(make(shop, &flat(&format!("m{number}"))).await.status, 201);
    }
    assert_eq!(make(shop, &flat("one-more")).await.expect(409).code(), "too_many_methods");
}

async fn what_is_told_is_what_a_cart_can_price_with(shop: &Shop) {
    let steps = json!([{"up_to": 1000, "price": 300}]);
    let made =
        json!({"id": "light", "name": "Light", "rate": {"kind": "by_weight", "steps": steps}, "countries": ["GB"]});
    assert_eq!(make(shop, &made).await.status, 201);
    let methods: Vec<_> =
        shop.told::<ShippingMethodChanged>().await.iter().map(ShippingMethodChanged::method).collect();
    let ids = |country, grams| -> Vec<String> {
        let parcel = Parcel { country: Some(country), goods: 1_000, grams };
        offers(&methods, &parcel).iter().map(|offer| offer.method.id.clone()).collect()
    };
    assert_eq!(ids("GB", 900), ["standard", "light"]);
    assert_eq!(ids("FR", 900), ["standard"]);
    assert_eq!(ids("GB", 1_001), ["standard"]);
}
