//! A shop with so many rows of everything that can be listed, and things made of so many parts.

use bodega::client::{Headers, ShopClient};
use bodega_bus::Noting;
use bodega_db::{Envelope, params};
use bodega_e2e::{Bought, Customer, TestShop, address, cart_with, order_of};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    ops::Range,
};

/// Countries of the markets and of the rates of tax.
const COUNTRIES: [&str; 30] = [
    "DE", "FR", "IT", "ES", "NL", "BE", "AT", "PT", "IE", "FI", "SE", "DK", "PL", "CZ", "HU", "GR", "RO", "BG", "HR",
    "SK", "SI", "LT", "LV", "EE", "LU", "MT", "CY", "NO", "CH", "IS",
];
/// Nobody is in more groups than this.
const GROUPS: usize = 18;
/// Pence on the card that all orders but the large ones are paid with.
const CARD: i64 = 500_000;

/// The shop, and what addresses name of it.
pub(super) struct Rows<'s> {
    shop: &'s TestShop,
    pub(super) ada: Customer,
    /// Of `{order}` in an address the id, and so on.
    pub(super) names: BTreeMap<&'static str, String>,
    /// Pays for a part of each order.
    card: String,
}

/// Posts, and answers what was made; the same once, however often it is asked for.
async fn made(by: &ShopClient, path: &str, body: &Value) -> Value {
    let mut hasher = DefaultHasher::new();
    (path, body.to_string()).hash(&mut hasher);
    let key = format!("the-key-of-{:016x}", hasher.finish());
    by.post(path, body, Some(&key)).await.unwrap_or_else(|error| panic!("{path} {body}: {error}"))
}

async fn put(by: &ShopClient, path: &str, body: &Value) {
    let answer = by.call(Method::PUT, path, Headers::default(), Some(body)).await.unwrap();
    answer.ok(path).unwrap();
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap_or_default().to_owned()
}

fn sku(number: usize) -> String {
    format!("WARE-{number}-A")
}

fn pounds(pence: i64) -> Value {
    json!({"amount": pence, "currency": "GBP"})
}

impl<'s> Rows<'s> {
    /// None yet.
    pub(super) async fn new(shop: &'s TestShop) -> Self {
        let ada = shop.doors.customer("ada@example.com", 10_000).await.unwrap();
        let card = made(&shop.staff, "/v1/admin/gift-cards", &json!({"amount": pounds(CARD)})).await;
        let tenth = shop.doors.make_code("TENTH", 1_000).await.unwrap();
        let club = json!({"name": "club", "label": "The club"});
        made(&shop.staff, "/v1/admin/groups", &club).await;
        let mut rows =
            Self { shop, ada, names: BTreeMap::new(), card: card["code"].as_str().unwrap_or_default().to_owned() };
        rows.name("card", id(&card));
        rows.name("promotion", tenth);
        rows.name("customer", rows.ada.id.clone());
        rows
    }

    fn name(&mut self, name: &'static str, value: String) {
        self.names.insert(name, value);
    }

    async fn staff(&self, path: &str, body: &Value) -> Value {
        made(&self.shop.staff, path, body).await
    }

    /// One more row of each list for each number of these, and things with as many parts as there are rows then.
    pub(super) async fn grow(&mut self, numbers: Range<usize>) {
        let parts = numbers.end;
        for number in numbers.clone() {
            self.wares(number).await;
            self.people(number).await;
            self.offers(number).await;
        }
        self.shop.settle().await.unwrap();
        for number in numbers {
            self.goods(number).await;
            self.order(number).await;
            self.trouble(number).await;
        }
        self.large(parts).await;
        self.large_order(parts).await;
        self.shop.settle().await.unwrap();
        let mails = self.shop.doors.mails("limit=1").await.unwrap();
        self.name("mail", id(&mails[0]));
    }

    /// A product with two variants, in a category and of a brand; where it is sold, and how it is sent.
    async fn wares(&mut self, number: usize) {
        let category = self.staff("/v1/categories", &json!({"name": format!("Category {number}")})).await;
        let brand = self.staff("/v1/brands", &json!({"name": format!("Brand {number}")})).await;
        let variant = |which: &str| json!({"sku": format!("WARE-{number}-{which}"), "options": {"Size": which}, "price": pounds(1_999), "stocked": true});
        let product = json!({
            "name": format!("Ware {number}"), "status": "active", "options": ["Size"], "brand_id": id(&brand),
            "category_ids": [id(&category)], "variants": [variant("A"), variant("B")],
        });
        self.staff("/v1/products", &product).await;
        let received = json!({"sku": sku(number), "kind": "receive", "quantity": 1_000, "reason": "test"});
        self.staff("/v1/stock/movements", &received).await;
        let country = COUNTRIES[number];
        let market = json!({
            "id": format!("market-{number}"), "name": format!("Market {number}"), "countries": [country], "currency": "EUR",
            "prices_include_tax": true,
        });
        self.staff("/v1/admin/markets", &market).await;
        put(&self.shop.staff, &format!("/v1/admin/tax-rates/{country}"), &json!({"rates": {"standard": 2_000}})).await;
        let method = json!({
            "id": format!("way-{number}"), "name": format!("Way {number}"), "countries": [country],
            "rate": {"kind": "by_weight", "steps": [{"price": 499, "up_to": 2_000}, {"price": 899}]},
        });
        self.staff("/v1/shipping-methods", &method).await;
        let location = json!({"id": format!("north-{number}"), "name": format!("North {number}"), "country": "GB", "priority": 100});
        self.staff("/v1/admin/locations", &location).await;
        self.name("brand", id(&brand));
        self.name("market", format!("market-{number}"));
        self.name("country", country.to_owned());
        self.name("method", format!("way-{number}"));
        self.name("location", format!("north-{number}"));
    }

    /// A member of the club, a role, an invitation, and what one customer has.
    async fn people(&mut self, number: usize) {
        let email = format!("member-{number}@example.com");
        let member = self.shop.doors.customer(&email, 0).await.unwrap();
        put(&self.shop.staff, &format!("/v1/admin/users/{}/groups/club", member.id), &json!({})).await;
        self.staff("/v1/admin/groups", &json!({"name": format!("group-{number}"), "label": "A group"})).await;
        if number < GROUPS {
            let path = format!("/v1/admin/users/{}/groups/group-{number}", self.ada.id);
            put(&self.shop.staff, &path, &json!({})).await;
        }
        let role = json!({"name": format!("Role {number}"), "permissions": ["orders.read", "stock.write"]});
        self.staff("/v1/admin/staff-roles", &role).await;
        let invitation = json!({"email": format!("invited-{number}@example.com"), "role": "staff"});
        self.staff("/v1/admin/invitations", &invitation).await;
        let mut home = address();
        home["line2"] = json!(format!("Flat {number}"));
        let address = made(&self.ada.client, "/v1/me/addresses", &home).await;
        let credit = json!({"amount": pounds(1), "reason": format!("late {number}")});
        self.staff(&format!("/v1/admin/store-credit/{}", self.ada.id), &credit).await;
        let points = json!({"points": 1, "reason": format!("late {number}")});
        self.staff(&format!("/v1/customers/{}/points/adjustments", self.ada.id), &points).await;
        self.name("address", id(&address));
    }

    /// A promotion, a code, a gift card.
    async fn offers(&mut self, number: usize) {
        let promotion = json!({
            "label": format!("Promotion {number}"), "code": format!("CODE{number}"), "limit": 5,
            "reward": {"kind": "percentage", "bp": 1_000},
        });
        self.staff("/v1/promotions", &promotion).await;
        let card = json!({"amount": pounds(5_000 + number as i64)});
        self.staff("/v1/admin/gift-cards", &card).await;
        self.name("code", format!("CODE{number}"));
    }

    /// A movement of one article, a transfer, a draft.
    async fn goods(&mut self, number: usize) {
        let received = json!({"sku": sku(0), "kind": "receive", "quantity": 1, "reason": format!("test {number}")});
        self.staff("/v1/stock/movements", &received).await;
        let lines = json!([{"sku": sku(0), "quantity": 1}, {"sku": sku(1), "quantity": 1}]);
        let transfer =
            json!({"source": "main", "target": "north-0", "reference": format!("TR-{number}"), "lines": lines});
        self.staff("/v1/admin/transfers", &transfer).await;
        self.staff(
            "/v1/admin/drafts",
            &json!({"email": "ada@example.com", "lines": lines, "note": format!("{number}")}),
        )
        .await;
        self.name("sku", sku(0));
    }

    /// An order with a code and a card, sent, and asked back.
    async fn order(&mut self, number: usize) {
        let skus = [sku(0), sku(1), sku(2)];
        let lines = skus.each_ref().map(|sku| (sku.as_str(), 1));
        let cart = cart_with(&self.ada.client, &lines, &json!({"coupon_code": "TENTH"})).await.unwrap();
        put(&self.ada.client, &format!("/v1/carts/{}/tenders", cart.0), &json!({"gift_cards": [self.card]})).await;
        let bought = order_of(&self.ada.client, &cart, "sim_success").await.unwrap();
        self.shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
        self.shop.settle().await.unwrap();
        self.send(&bought, &[(&skus[0], 1)], "one").await;
        self.send(&bought, &[(&skus[1], 1), (&skus[2], 1)], "rest").await;
        self.shop.settle().await.unwrap();
        self.ask_back(&bought, &[(&skus[0], 1)], number).await;
    }

    /// A parcel with these lines, which arrives.
    async fn send(&self, bought: &Bought, lines: &[(&str, i64)], key: &str) -> String {
        let key = format!("{key}-{}", bought.order_id);
        let parcel = self.shop.doors.send(0, bought, "manual", Some(lines), &key).await.unwrap().ok(&key).unwrap();
        self.shop.doors.arrived(&parcel).await.unwrap();
        id(&parcel)
    }

    async fn ask_back(&self, bought: &Bought, lines: &[(&str, i64)], number: usize) -> String {
        let lines: Vec<Value> = lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
        let wish = json!({"lines": lines, "reason": format!("does not fit {number}"), "wish": "refund"});
        id(&made(&self.ada.client, &format!("/v1/orders/{}/returns", bought.order_id), &wish).await)
    }

    /// What goes wrong: differences of money and of stock, and an event that cannot be read.
    async fn trouble(&self, number: usize) {
        let (order, found, figure) = (self.shop.shop().world.uuid(), self.shop.shop().world.uuid(), number as i64);
        let money = self.shop.service("payments").unwrap().db.clone();
        let sql = "INSERT INTO mismatches (id, order_id, kind, subject, ours, theirs, currency, first_seen_ms) \
                   VALUES ($1, $2, 'captured', $3, $4, 0, 'GBP', 1)";
        let subject = format!("{order}/1");
        let values =
            async move |tx: &mut bodega_db::Tx| tx.execute(sql, &params![found, order, &subject, figure]).await;
        money.write(values).await.unwrap();
        let stock = self.shop.service("inventory").unwrap().db.clone();
        let sql = "INSERT INTO mismatches (id, source, sku, location, theirs, ours, state, found_ms) \
                   VALUES ($1, 'erp-0', $2, 'main', 0, 1, 'open', 1)";
        let name = sku(number);
        stock.write(async move |tx: &mut bodega_db::Tx| tx.execute(sql, &params![found, &name]).await).await.unwrap();
        let poison = Envelope {
            source: "elsewhere".into(),
            seq: figure + 1,
            id: order,
            kind: "order.placed.v1".into(),
            subject: order.to_string().into(),
            at: self.shop.shop().world.now(),
            trace: None,
            data: r#"{"order_id": 13}"#.into(),
        };
        self.shop.service("inventory").unwrap().consumer.deliver(vec![poison], Noting::Each).await;
    }

    /// A product, a draft, a transfer, a promotion, a cart, each of so many parts.
    async fn large(&mut self, parts: usize) {
        let variants = (0..parts).map(|part| {
            json!({"sku": format!("LARGE-{parts}-{part}"), "options": {"Size": format!("{part}")}, "price": pounds(100)})
        });
        let product = json!({
            "name": format!("Large {parts}"), "status": "active", "options": ["Size"], "variants": variants.collect::<Vec<_>>(),
        });
        let product = self.staff("/v1/products", &product).await;
        self.name("product", id(&product));
        let lines: Vec<Value> = (0..parts).map(|part| json!({"sku": sku(part), "quantity": 1})).collect();
        let transfer =
            json!({"source": "main", "target": "north-0", "reference": format!("large {parts}"), "lines": lines});
        let transfer = self.staff("/v1/admin/transfers", &transfer).await;
        self.name("transfer", id(&transfer));
        let draft = json!({"email": "ada@example.com", "lines": lines, "note": format!("large {parts}")});
        let draft = self.staff("/v1/admin/drafts", &draft).await;
        self.name("draft", id(&draft));
        let promotion = json!({
            "label": format!("Large {parts}"), "code": format!("LARGE{parts}"), "limit": 100, "reward": {"kind": "percentage", "bp": 1_000},
        });
        let promotion = id(&self.staff("/v1/promotions", &promotion).await);
        self.staff(
            &format!("/v1/promotions/{promotion}/codes"),
            &json!({"count": parts, "limit": 1, "prefix": "LARGE-"}),
        )
        .await;
        self.name("codes", promotion);
        let cart = json!({"lines": lines, "email": "ada@example.com"});
        let cart = made(&self.ada.client, "/v1/carts", &cart).await;
        self.name("cart", id(&cart));
    }

    /// An order of so many lines, notes, parcels, refunds and returns.
    async fn large_order(&mut self, parts: usize) {
        let skus: Vec<String> = (0..parts).map(sku).collect();
        let lines: Vec<(&str, i64)> = skus.iter().map(|sku| (sku.as_str(), 4)).collect();
        let cart = cart_with(&self.ada.client, &lines, &json!({})).await.unwrap();
        let bought = order_of(&self.ada.client, &cart, "sim_success").await.unwrap();
        self.shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
        self.shop.settle().await.unwrap();
        let order = bought.order_id.to_string();
        for (part, sku) in skus.iter().enumerate() {
            self.staff(&format!("/v1/admin/orders/{order}/notes"), &json!({"text": format!("note {part}")})).await;
            self.send(&bought, &[(sku, 1)], &format!("part-{part}")).await;
            let refund = json!({"amount": pounds(1), "reason": format!("late {part}")});
            self.staff(&format!("/v1/orders/{order}/refunds"), &refund).await;
        }
        let rest: Vec<(&str, i64)> = skus.iter().map(|sku| (sku.as_str(), 3)).collect();
        let shipment = self.send(&bought, &rest, "rest").await;
        self.shop.settle().await.unwrap();
        for (part, sku) in skus.iter().enumerate() {
            self.ask_back(&bought, &[(sku, 1)], part).await;
        }
        let one: Vec<(&str, i64)> = skus.iter().map(|sku| (sku.as_str(), 1)).collect();
        let returned = self.ask_back(&bought, &one, parts).await;
        self.staff(&format!("/v1/admin/returns/{returned}/approve"), &json!({})).await;
        let counted: Vec<Value> = skus.iter().map(|sku| json!({"sku": sku, "restock": 1, "write_off": 0})).collect();
        self.staff(&format!("/v1/admin/returns/{returned}/receive"), &json!({"lines": counted})).await;
        self.shop.settle().await.unwrap();
        let papers = self.ada.client.get(&format!("/v1/orders/{order}/papers"), Headers::default()).await.unwrap();
        let fulfilment = self.shop.doors.fulfilment(&bought).await.unwrap();
        self.name("paper", papers["items"][0]["number"].as_str().unwrap_or_default().to_owned());
        self.name("fulfilment", id(&fulfilment));
        self.name("return", returned);
        self.name("shipment", shipment);
        self.name("order", order);
    }
}
