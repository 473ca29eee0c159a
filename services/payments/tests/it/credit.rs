//! Gift cards and store credit over HTTP: made, looked at, disabled, adjusted; a code is nowhere but in its answer.

use crate::setup::Shop;
use bodega_contracts::{
    GiftCardId,
    payments::{GiftCardIssued, GiftCardStanding, GiftCardToMail, StoreCredit},
};
use bodega_db::params;
use bodega_kernel::{Caller, Currency, Money, UserId};
use bodega_testkit::{Answer, Ask, customer, staff, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;

impl Shop {
    pub(crate) async fn card(&self, amount: i64) -> GiftCardId {
        self.issue(&json!({ "amount": { "amount": amount, "currency": "GBP" } })).await.field("id").parse().unwrap()
    }

    async fn issue(&self, body: &Value) -> Answer {
        self.post(&staff(), None, &self.key(), "/v1/admin/gift-cards", body).await
    }

    async fn check(&self, code: &str) -> Answer {
        self.ask(0, Ask::post("/v1/gift-cards/check").by(Caller::guest()).json(&json!({ "code": code }))).await
    }

    pub(crate) async fn disable(&self, card: GiftCardId) -> Answer {
        self.ask(0, Ask::post(format!("/v1/admin/gift-cards/{card}/disable")).by(staff())).await
    }

    pub(crate) async fn adjust(&self, amount: i64) -> Answer {
        let body = json!({ "amount": { "amount": amount, "currency": "GBP" }, "reason": "a late parcel" });
        let path = format!("/v1/admin/store-credit/{}", self.buyer);
        self.post(&staff(), None, &self.key(), &path, &body).await
    }
}

fn pounds(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "GBP" })
}

async fn a_card_is_made_with_a_code_that_is_kept_nowhere(shop: &Shop) {
    let (path, key) = ("/v1/admin/gift-cards", shop.key());
    let body = json!({ "amount": pounds(5_000), "email": "ada@example.com" });
    let made = shop.post(&staff(), None, &key, path, &body).await;
    assert_eq!(made.status, 201, "{:?}", made.json);
    let (code, id): (String, GiftCardId) = (made.field("code"), made.field("id").parse().unwrap());
    assert!(code.len() == 24 && !code.contains(['0', 'O', '1', 'I']), "{code}");
    let again = shop.post(&staff(), None, &key, path, &body).await;
    assert_eq!((again.replayed(), &again.json), (true, &made.json));
    let plain = code.replace('-', "");
    let stored = "SELECT COUNT(*) FROM idempotency WHERE body LIKE $1 OR body LIKE $2";
    let like = |text: &str| format!("%{text}%");
    assert_eq!(shop.count(stored, &params![like(&code), like(&plain)]).await, 0);
    let cards = "SELECT COUNT(*) FROM gift_cards WHERE code_hash LIKE $1 OR label LIKE $1";
    assert_eq!(shop.count(cards, &params![like(&plain)]).await, 0);
    let told = shop.told::<GiftCardIssued>().await;
    let (email, amount) = (Some("ada@example.com".to_owned()), Money::new(5_000, Currency::GBP));
    assert_eq!(told, [GiftCardIssued { card_id: id, email, amount, ends: None }]);
    assert_eq!(shop.rpc().ask(GiftCardToMail { card_id: id }).await.unwrap(), Some(code.clone()));
    let view = shop.get(&staff(), None, &format!("{path}/{id}")).await;
    assert_eq!((&view.json["balance"], &view.json["label"]), (&pounds(5_000), &plain[16..].into()));
    assert_eq!(view.json["entries"][0]["kind"], "issued");
    assert_eq!(view.json.get("code"), None);
    assert_eq!(shop.on_card(id).await, 5_000);
}

async fn a_code_is_found_however_it_is_typed_and_what_cannot_be_spent_is_answered_alike(shop: &Shop) {
    let made = shop.issue(&json!({ "amount": pounds(500) })).await;
    let (code, id): (String, GiftCardId) = (made.field("code"), made.field("id").parse().unwrap());
    for typed in [code.clone(), code.to_lowercase(), code.replace('-', " ")] {
        let found = shop.check(&typed).await;
        assert_eq!((found.status, &found.json["balance"]), (200, &pounds(500)), "{typed}");
    }
    let known = shop.rpc().ask(GiftCardStanding { code: code.clone() }).await.unwrap().unwrap();
    assert_eq!((known.card_id, known.balance.amount), (id, 500));
    let ends = shop.world.now().plus(Duration::from_hours(1));
    let short = shop.issue(&json!({ "amount": pounds(500), "ends": ends })).await;
    shop.clock.advance(Duration::from_hours(2));
    assert_eq!(shop.disable(id).await.json["disabled"], true);
    assert_eq!(shop.disable(id).await.status, 200);
    let unknown = shop.check("AAAA-AAAA-AAAA-AAAA-AAAA").await;
    for typed in [code.clone(), short.field("code"), "nonsense".to_owned(), String::new(), "x".repeat(1_000)] {
        let answer = shop.check(&typed).await;
        assert_eq!((answer.status, answer.code()), (404, unknown.code()), "{typed}");
    }
    assert_eq!(shop.rpc().ask(GiftCardStanding { code }).await.unwrap().unwrap().balance.amount, 0);
    let nobody = GiftCardStanding { code: "AAAA-AAAA-AAAA-AAAA-AAAA".to_owned() };
    assert_eq!(shop.rpc().ask(nobody).await.unwrap(), None);
}

async fn a_card_that_makes_no_sense_is_refused_by_name(shop: &Shop) {
    for (body, pointer) in [
        (json!({ "amount": pounds(0) }), "/amount/amount"),
        (json!({ "amount": pounds(i64::MAX) }), "/amount/amount"),
        (json!({ "amount": pounds(1), "ends": "2001-01-01T00:00:00Z" }), "/ends"),
        (json!({ "amount": pounds(1), "email": "nobody" }), "/email"),
        (json!({ "amount": pounds(1), "email": "a b@example.com" }), "/email"),
    ] {
        let answer = shop.issue(&body).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{body}");
    }
    let path = "/v1/admin/gift-cards";
    let body = json!({ "amount": pounds(1) });
    assert_eq!(shop.post(&customer(shop.buyer), None, &shop.key(), path, &body).await.status, 403);
    let keyless = Ask::post(path).by(staff()).json(&body);
    assert_eq!(shop.ask(0, keyless).await.code(), "idempotency_key_required");
    let nothing = GiftCardId::new(&shop.world);
    assert_eq!((shop.disable(nothing).await.status, shop.told::<GiftCardIssued>().await.len()), (404, 0));
}

async fn cards_are_listed_page_by_page_newest_first(shop: &Shop) {
    let mut made = Vec::new();
    for amount in 1..=5 {
        made.push(shop.card(amount).await.to_string());
    }
    made.reverse();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = shop.get(&staff(), None, &format!("/v1/admin/gift-cards?limit=2&count=true{cursor}")).await;
        assert_eq!(page.json["total"], 5);
        seen.extend(page.json["items"].as_array().unwrap().iter().map(|card| card["id"].as_str().unwrap().to_owned()));
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, made);
}

async fn store_credit_is_given_and_taken_with_a_reason_and_never_below_nothing(shop: &Shop) {
    let path = format!("/v1/admin/store-credit/{}", shop.buyer);
    assert_eq!(shop.adjust(-1).await.code(), "credit_short");
    let (by, key, body) = (staff(), shop.key(), json!({ "amount": pounds(900), "reason": "a late parcel" }));
    let (first, second) =
        tokio::join!(shop.post(&by, None, &key, &path, &body), shop.post(&by, None, &key, &path, &body));
    assert_eq!((first.status, &first.json), (201, &second.json));
    assert_eq!(first.json["balance"], pounds(900));
    assert_eq!(shop.adjust(-400).await.json["balance"], pounds(500));
    let answers = join_all((0..20).map(|_| shop.adjust(-100))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 5);
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "credit_short"));
    assert_eq!(shop.credit().await, 0);
    let asked = StoreCredit { user_id: shop.buyer, currency: Currency::GBP };
    assert_eq!(shop.rpc().ask(asked).await.unwrap(), 0);
    let mine = shop.get(&customer(shop.buyer), None, "/v1/store-credit").await;
    assert_eq!(mine.json["balances"], json!([pounds(0)]));
    assert_eq!(mine.json["entries"].as_array().unwrap().len(), 7);
    assert!(mine.json["entries"].as_array().unwrap().iter().all(|entry| entry.get("actor").is_none()));
    let theirs = shop.get(&staff(), None, &path).await;
    assert!(theirs.json["entries"].as_array().unwrap().iter().all(|entry| entry["note"] == "a late parcel"));
    let other = shop.get(&customer(UserId::new(&shop.world)), None, "/v1/store-credit").await;
    assert_eq!(other.json, json!({ "balances": [], "entries": [] }));
    for (body, pointer) in [
        (json!({ "amount": pounds(0), "reason": "r" }), "/amount/amount"),
        (json!({ "amount": pounds(i64::MIN), "reason": "r" }), "/amount/amount"),
        (json!({ "amount": pounds(1), "reason": " " }), "/reason"),
    ] {
        let answer = shop.post(&staff(), None, &shop.key(), &path, &body).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{body}");
    }
    assert_eq!(shop.get(&Caller::guest(), None, "/v1/store-credit").await.status, 401);
    assert_eq!(shop.post(&customer(shop.buyer), None, &shop.key(), &path, &body).await.status, 403);
}

stories![
    a_card_is_made_with_a_code_that_is_kept_nowhere,
    a_code_is_found_however_it_is_typed_and_what_cannot_be_spent_is_answered_alike,
    a_card_that_makes_no_sense_is_refused_by_name,
    cards_are_listed_page_by_page_newest_first,
    store_credit_is_given_and_taken_with_a_reason_and_never_below_nothing,
];
