//! Markets and taxes as the catalogue tells them: what one pays in and how it is taxed where a cart goes, never changed
//! unseen; and the legal texts that a checkout accepts.

use crate::{
    said::product,
    setup::{Shop, address, full, holder},
};
use bodega_contracts::{
    Terms,
    cart::SeenMarketFacts,
    catalog::{MarketChanged, ProductChanged, ShopChanged, TaxRatesChanged},
    shipping::ShippingMethodChanged,
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Money};
use bodega_pricing::shipping::Rate;
use bodega_testkit::{Answer, Asker, arrivals, stories};
use serde_json::{Value, json};

stories!(
    the_country_of_a_cart_decides_what_one_pays_in_and_how_it_is_taxed,
    a_market_or_a_country_may_be_said_before_there_is_an_address,
    without_a_market_the_settings_hold,
    what_has_no_price_there_is_not_sold_there,
    a_market_that_changes_is_shown_before_it_is_charged,
    a_tax_that_changes_is_shown_before_it_is_charged,
    a_region_and_a_class_have_their_own_rate,
    shipping_is_offered_in_the_currency_of_the_place,
    an_order_stays_in_the_currency_it_was_bought_in,
    markets_and_rates_come_to_the_same_end_in_any_order,
    the_present_terms_are_accepted_or_nothing_is_bought,
    points_are_worth_something_at_home_only,
);

fn market(id: &str, version: i64, countries: &[&str], currency: Currency) -> MarketChanged {
    MarketChanged {
        market_id: id.to_owned(),
        version,
        enabled: true,
        name: id.to_uppercase(),
        countries: countries.iter().map(|country| (*country).to_owned()).collect(),
        currency,
        prices_include_tax: true,
    }
}

fn rates(country: &str, version: i64, standard: i64) -> TaxRatesChanged {
    TaxRatesChanged {
        country: country.to_owned(),
        version,
        rates: [("standard".to_owned(), standard), ("books".to_owned(), 700)].into(),
        regions: [("Canarias".to_owned(), [("standard".to_owned(), 300)].into())].into(),
    }
}

/// A costs 2.50 GBP, 3.00 EUR and 500 JPY; B 1.00 GBP only.
fn goods(version: i64) -> ProductChanged {
    let mut goods = product(1, version, &[("A", 250), ("B", 100)]);
    goods.variants[0].other_prices = vec![Money::new(300, Currency::EUR), Money::new(500, Currency::JPY)];
    goods
}

fn to(country: &str) -> Value {
    let mut address = address();
    address["country"] = json!(country);
    json!({"shipping_address": address})
}

fn flat(id: &str, price: i64, currency: Currency) -> ShippingMethodChanged {
    ShippingMethodChanged {
        method_id: id.to_owned(),
        version: 1,
        enabled: true,
        name: id.to_uppercase(),
        rate: Rate::Flat { price },
        free_above: None,
        countries: Vec::new(),
        tax_rate_bp: 2_000,
        currency,
    }
}

/// Home pays in pounds; the EU in euros; the US in pounds without tax in the prices.
async fn world(shop: &Shop) {
    let mut states = market("us", 1, &["US"], Currency::GBP);
    states.prices_include_tax = false;
    shop.hear_all(vec![
        shop.said(&goods(1)),
        shop.said(&market("home", 1, &[], Currency::GBP)),
        shop.said(&market("eu", 1, &["DE", "ES"], Currency::EUR)),
        shop.said(&states),
        shop.said(&rates("GB", 1, 2_000)),
        shop.said(&rates("DE", 1, 1_900)),
        shop.said(&rates("US", 1, 500)),
        shop.said(&flat("standard", 395, Currency::GBP)),
        shop.said(&flat("euro", 500, Currency::EUR)),
    ])
    .await;
}

async fn patch(shop: &Shop, (path, guest): &(String, Asker), body: Value) -> Value {
    shop.call(guest, "PATCH", path, body).await.expect(200).json
}

async fn read(shop: &Shop, (path, guest): &(String, Asker)) -> Value {
    shop.call(guest, "GET", path, Value::Null).await.expect(200).json
}

async fn opened(shop: &Shop, body: Value) -> Answer {
    shop.call(&Asker::default(), "POST", "/v1/carts", body).await
}

fn money(amount: i64, currency: &str) -> Value {
    json!({"amount": amount, "currency": currency})
}

async fn the_country_of_a_cart_decides_what_one_pays_in_and_how_it_is_taxed(shop: &Shop) {
    world(shop).await;
    let cart = shop.full_cart(&[("A", 2)]).await;
    let home = read(shop, &cart).await;
    assert_eq!(
        (&home["market"], &home["total"], &home["tax"]),
        (&json!("home"), &money(895, "GBP"), &money(149, "GBP"))
    );
    let there = patch(shop, &cart, to("DE")).await;
    assert_eq!((&there["market"], &there["currency"]), (&json!("eu"), &json!("EUR")));
    assert_eq!((&there["total"], &there["prices_include_tax"]), (&money(1_100, "EUR"), &json!(true)));
    // 19 % within 6.00 and within 5.00 for shipping, rounded once.
    assert_eq!(there["tax"], money(176, "EUR"));
    let change = json!({"kind": "price_changed", "sku": "A", "was": money(250, "GBP"), "now": money(300, "EUR")});
    assert_eq!(there["changes"], json!([change]));
    let abroad = patch(shop, &cart, to("US")).await;
    assert_eq!((&abroad["market"], &abroad["prices_include_tax"]), (&json!("us"), &json!(false)));
    assert_eq!((&abroad["tax"], &abroad["total"]), (&money(45, "GBP"), &money(500 + 395 + 45, "GBP")));
    // A country in no market of its own is home's to serve, and has no rates: it is not taxed.
    let nowhere = patch(shop, &cart, to("FR")).await;
    assert_eq!(
        (&nowhere["market"], &nowhere["tax"], &nowhere["total"]),
        (&json!("home"), &money(0, "GBP"), &money(895, "GBP"))
    );
    patch(shop, &cart, to("DE")).await;
    shop.check_out(&cart.0, &cart.1, "k").await.expect(202);
    let order = shop.orders().await.remove(0);
    assert_eq!((order.basket.currency, order.basket.lines[0].tax_rate_bp), (Currency::EUR, 1_900));
    assert_eq!(order.priced, bodega_pricing::price(&order.basket).unwrap());
}

async fn a_market_or_a_country_may_be_said_before_there_is_an_address(shop: &Shop) {
    world(shop).await;
    let with = |given: Value| {
        let mut body = json!({"lines": [{"sku": "A", "quantity": 1}]});
        body.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
        body
    };
    for (given, market, total) in [
        (json!({}), "home", money(250, "GBP")),
        (json!({"country": "ES"}), "eu", money(300, "EUR")),
        (json!({"country": "FR"}), "home", money(250, "GBP")),
        (json!({"market": "eu"}), "eu", money(300, "EUR")),
        (json!({"market": "eu", "country": "GB"}), "home", money(250, "GBP")),
    ] {
        let made = opened(shop, with(given.clone())).await.expect(201);
        assert_eq!((made.field("market").as_str(), &made.json["subtotal"]), (market, &total), "{given}");
    }
    let made = opened(shop, with(json!({"market": "eu"}))).await.expect(201);
    let cart = (format!("/v1/carts/{}", made.field("id")), holder(&made.field("token")));
    assert_eq!(patch(shop, &cart, to("GB")).await["market"], "home", "the address says more");
    for (given, pointer) in [(json!({"market": "moon"}), "/market"), (json!({"country": "de"}), "/country")] {
        let refused = opened(shop, with(given)).await;
        assert_eq!((refused.status, refused.pointers()), (422, vec![pointer]));
    }
}

async fn without_a_market_the_settings_hold(shop: &Shop) {
    shop.hear(&goods(1)).await;
    let cart = shop.full_cart(&[("A", 2)]).await;
    let before = read(shop, &cart).await;
    assert_eq!((before.get("market"), &before["tax"]), (None, &money(149, "GBP")));
    // What home taxes is no news; another country is taxed as the settings say until it has rates of its own.
    shop.hear(&rates("GB", 1, 2_000)).await;
    assert_eq!(read(shop, &cart).await["changes"], json!([]));
    assert_eq!(patch(shop, &cart, to("FR")).await["tax"], money(149, "GBP"));
    shop.hear(&rates("FR", 1, 550)).await;
    assert_eq!(patch(shop, &cart, to("FR")).await["tax"], money(47, "GBP"));
}

async fn what_has_no_price_there_is_not_sold_there(shop: &Shop) {
    world(shop).await;
    let cart = shop.full_cart(&[("A", 1), ("B", 1)]).await;
    let there = patch(shop, &cart, to("DE")).await;
    let gone = json!({"kind": "not_sold_there", "sku": "B"});
    assert!(there["changes"].as_array().unwrap().contains(&gone), "{there}");
    assert_eq!(there["subtotal"], money(300, "EUR"), "what has no price is in no sum");
    let refused = shop.check_out(&cart.0, &cart.1, "k").await;
    assert_eq!((refused.status, refused.code(), &refused.json["skus"]), (409, "not_sold_there", &json!(["B"])));
    let added = shop.call(&cart.1, "POST", &format!("{}/lines", cart.0), json!({"sku": "B", "quantity": 1})).await;
    assert_eq!((added.status, added.code()), (422, "unknown_sku"));
    let home = patch(shop, &cart, to("GB")).await;
    assert_eq!(home["subtotal"], money(350, "GBP"));
    shop.check_out(&cart.0, &cart.1, "l").await.expect(202);
}

async fn a_market_that_changes_is_shown_before_it_is_charged(shop: &Shop) {
    world(shop).await;
    let cart = shop.full_cart(&[("A", 1)]).await;
    patch(shop, &cart, to("DE")).await;
    shop.hear(&market("eu", 2, &["DE"], Currency::JPY)).await;
    shop.hear(&flat("yen", 900, Currency::JPY)).await;
    let refused = shop.check_out(&cart.0, &cart.1, "first").await;
    assert_eq!((refused.status, refused.code()), (409, "price_changed"));
    let change = json!({"kind": "price_changed", "sku": "A", "was": money(300, "EUR"), "now": money(500, "JPY")});
    assert_eq!(refused.json["cart"]["changes"][0], change);
    shop.check_out(&cart.0, &cart.1, "second").await.expect(202);
    assert_eq!(shop.orders().await[0].priced.total, 1_400);
    // Prices that do not contain their tax any more cost more, though each is the same.
    let other = shop.full_cart(&[("A", 1)]).await;
    let mut home = market("home", 2, &[], Currency::GBP);
    home.prices_include_tax = false;
    shop.hear(&home).await;
    let refused = shop.check_out(&other.0, &other.1, "third").await;
    assert_eq!((refused.status, refused.code()), (409, "price_changed"));
    assert_eq!(refused.json["cart"]["changes"][0]["kind"], "tax_changed");
    assert_eq!(refused.json["cart"]["total"], money(645 + 129, "GBP"));
    shop.check_out(&other.0, &other.1, "fourth").await.expect(202);
}

async fn a_tax_that_changes_is_shown_before_it_is_charged(shop: &Shop) {
    world(shop).await;
    let cart = shop.full_cart(&[("A", 2)]).await;
    patch(shop, &cart, to("US")).await;
    shop.hear(&rates("US", 2, 1_000)).await;
    let seen = read(shop, &cart).await;
    // The tax on shipping changes with it, which is told first.
    assert!(seen["changes"].as_array().unwrap().iter().any(|change| change["kind"] == "shipping_changed"), "{seen}");
    assert_eq!(shop.check_out(&cart.0, &cart.1, "first").await.code(), "price_changed");
    shop.check_out(&cart.0, &cart.1, "second").await.expect(202);
    assert_eq!(shop.orders().await[0].priced.tax, 90);
}

async fn a_region_and_a_class_have_their_own_rate(shop: &Shop) {
    world(shop).await;
    shop.hear(&rates("ES", 1, 2_100)).await;
    let mut books = goods(2);
    "books".clone_into(&mut books.variants[1].tax_class);
    books.variants[1].other_prices = vec![Money::new(100, Currency::EUR)];
    shop.hear(&books).await;
    let cart = shop.full_cart(&[("A", 1), ("B", 1)]).await;
    patch(shop, &cart, to("ES")).await;
    shop.check_out(&cart.0, &cart.1, "k").await.expect(202);
    let cart = shop.full_cart(&[("A", 1), ("B", 1)]).await;
    let mut islands = to("ES");
    islands["shipping_address"]["region"] = json!(" canarias ");
    patch(shop, &cart, islands).await;
    shop.check_out(&cart.0, &cart.1, "l").await.expect(202);
    let taxed: Vec<Vec<i64>> = shop
        .orders()
        .await
        .iter()
        .map(|order| {
            let shipping = order.basket.shipping.as_ref().map(|shipping| shipping.tax_rate_bp);
            order.basket.lines.iter().map(|item| item.tax_rate_bp).chain(shipping).collect()
        })
        .collect();
    assert_eq!(taxed, [[2_100, 700, 2_100], [300, 700, 300]]);
}

async fn shipping_is_offered_in_the_currency_of_the_place(shop: &Shop) {
    world(shop).await;
    let cart = shop.full_cart(&[("A", 1)]).await;
    let offered = |cart: &Value| -> Vec<String> {
        let ways = cart["shipping_methods"].as_array().unwrap();
        ways.iter().map(|way| way["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(offered(&read(shop, &cart).await), ["standard"]);
    assert_eq!(offered(&patch(shop, &cart, to("DE")).await), ["euro"]);
    let refused = shop.call(&cart.1, "PATCH", &cart.0, json!({"shipping_method": "standard"})).await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/shipping_method"]));
    patch(shop, &cart, json!({"shipping_method": "euro"})).await;
    assert_eq!(patch(shop, &cart, to("GB")).await["missing"], json!(["shipping_method"]));
}

async fn an_order_stays_in_the_currency_it_was_bought_in(shop: &Shop) {
    world(shop).await;
    let cart = shop.full_cart(&[("A", 1)]).await;
    patch(shop, &cart, to("DE")).await;
    shop.check_out(&cart.0, &cart.1, "k").await.expect(202);
    shop.hear(&market("eu", 2, &["DE"], Currency::JPY)).await;
    let read = read(shop, &cart).await;
    assert_eq!((&read["total"], &read["changes"]), (&money(800, "EUR"), &json!([])));
}

async fn markets_and_rates_come_to_the_same_end_in_any_order(shop: &Shop) {
    let mut off = market("us", 2, &[], Currency::USD);
    off.enabled = false;
    let shops = |version, terms| ShopChanged { version, name: "Shop".to_owned(), terms };
    let topics: [Vec<Envelope>; 3] = [
        vec![
            shop.said(&market("us", 1, &["US"], Currency::USD)),
            shop.said(&off),
            shop.said(&market("eu", 3, &["DE"], Currency::EUR)),
        ],
        vec![shop.said(&rates("DE", 1, 1_900)), shop.said(&rates("DE", 2, 1_600)), shop.said(&rates("DE", 3, 1_700))],
        vec![shop.said(&shops(1, None)), shop.said(&shops(2, Some(terms(4)))), shop.said(&shops(3, Some(terms(5))))],
    ];
    shop.hear(&goods(1)).await;
    for order in arrivals(3, 0) {
        shop.db()
            .write(async |tx| {
                for sql in
                    ["DELETE FROM markets", "DELETE FROM tax_rates", "DELETE FROM shop_words", "DELETE FROM inbox"]
                {
                    tx.execute(sql, &[]).await?;
                }
                Ok::<_, bodega_db::DbError>(())
            })
            .await
            .unwrap();
        for index in &order {
            let told = topics.iter().map(|facts| facts[*index].clone());
            shop.hear_all(told.clone().chain(told).collect()).await;
        }
        let seen = shop.rpc().ask(SeenMarketFacts {}).await.unwrap();
        let versions = json!({"markets": {"eu": 3, "us": 2}, "tax_rates": {"DE": 3}});
        assert_eq!(serde_json::to_value(&seen).unwrap(), versions, "{order:?}");
        let made = opened(shop, json!({"country": "DE", "lines": [{"sku": "A", "quantity": 1}]})).await.expect(201);
        assert_eq!((&made.json["tax"], &made.json["terms_version"]), (&money(44, "EUR"), &json!(5)), "{order:?}");
    }
}

fn terms(version: i64) -> Terms {
    Terms { version, digest: "ab".repeat(32) }
}

async fn the_present_terms_are_accepted_or_nothing_is_bought(shop: &Shop) {
    shop.hear(&goods(1)).await;
    let cart = shop.full_cart(&[("A", 1)]).await;
    assert_eq!(read(shop, &cart).await.get("terms_version"), None);
    shop.hear(&ShopChanged { version: 1, name: "Shop".to_owned(), terms: Some(terms(1)) }).await;
    assert_eq!(read(shop, &cart).await["terms_version"], 1);
    let buy = async |accepted: Value, key: &str| {
        let body = json!({"payment_method": "sim_success", "accepted_terms": accepted});
        shop.call(&cart.1.with_key(key), "POST", &format!("{}/checkout", cart.0), body).await
    };
    let refused = buy(Value::Null, "a").await;
    assert_eq!(
        (refused.status, refused.code(), refused.pointers()),
        (422, "terms_not_accepted", vec!["/accepted_terms"])
    );
    assert_eq!(refused.json["terms_version"], 1);
    shop.hear(&ShopChanged { version: 2, name: "Shop".to_owned(), terms: Some(terms(2)) }).await;
    let late = buy(json!(1), "b").await;
    assert_eq!((late.status, late.code(), &late.json["terms_version"]), (409, "terms_changed", &json!(2)));
    buy(json!(2), "c").await.expect(202);
    assert_eq!(shop.orders().await[0].terms, Some(terms(2)));
    // Without texts there is nothing to accept, whatever is said.
    shop.hear(&ShopChanged { version: 3, name: "Shop".to_owned(), terms: None }).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let body = json!({"payment_method": "sim_success", "accepted_terms": 2});
    shop.call(&guest.with_key("d"), "POST", &format!("{path}/checkout"), body).await.expect(202);
    assert_eq!(shop.orders().await[1].terms, None);
}

async fn points_are_worth_something_at_home_only(shop: &Shop) {
    world(shop).await;
    shop.give_points(1_000, 1);
    let user = bodega_kernel::UserId::new(&shop.world);
    let mut body = full(&[("A", 1)]);
    body["points"] = json!(100);
    let made = shop.call(&crate::setup::buyer(user), "POST", "/v1/carts", body).await.expect(201);
    assert_eq!(made.json["points"]["amount"], money(100, "GBP"));
    let cart = (format!("/v1/carts/{}", made.field("id")), crate::setup::buyer(user));
    let there = patch(shop, &cart, to("DE")).await;
    assert_eq!((&there["points"]["used"], &there["points"]["reason"]), (&json!(0), &json!("other_currency")));
}
