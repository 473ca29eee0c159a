//! Gift cards and store credit: what they pay, that they are cut to the total, and that nobody learns which codes exist.

use crate::{
    said::product,
    setup::{Shop, buyer, full},
};
use bodega_contracts::{
    GiftCardId, TenderKind,
    payments::{GiftCardStanding, KnownGiftCard, StoreCredit},
};
use bodega_kernel::{Currency, Money, UserId, uuid::Uuid};
use bodega_rpc::Answers;
use bodega_testkit::{Answer, Asker, stories};
use serde_json::{Value, json};

stories!(
    cards_pay_first_then_credit_and_the_rest_is_due,
    what_a_total_does_not_need_is_not_taken,
    where_nothing_is_due_no_payment_method_is_needed,
    a_code_that_is_unknown_and_one_that_is_empty_are_answered_alike,
    store_credit_is_the_buyers_and_no_more_than_there_is,
    no_code_is_ever_stored,
    bad_tenders_are_refused_by_the_place_it_stands_at,
    a_card_goes_along_when_carts_are_merged,
);

fn card(number: u128) -> GiftCardId {
    GiftCardId(Uuid::from_u128(number))
}

/// Plays payments: FIVE has 5.00, TEN has 10.00, EMPTY nothing, EURO 10.00 EUR; everybody is owed this much.
fn pays(shop: &Shop, owed: i64) {
    let answers = Answers::new()
        .on(async |question: GiftCardStanding| {
            let known = |number, label: &str, amount, currency| {
                let (card_id, label) = (card(number), label.to_owned());
                Some(KnownGiftCard { card_id, label, balance: Money::new(amount, currency) })
            };
            Ok(match question.code.as_str() {
                "CODE-FIVE" => known(5, "FIVE", 500, Currency::GBP),
                "CODE-TEN" | "code-ten" => known(10, "-TEN", 1_000, Currency::GBP),
                "CODE-EMPTY" => known(1, "MPTY", 0, Currency::GBP),
                "CODE-EURO" => known(2, "EURO", 1_000, Currency::EUR),
                _ => None,
            })
        })
        .on(async move |_: StoreCredit| Ok(owed));
    shop.neighbour("payments", &answers);
}

fn pounds(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

async fn tender(shop: &Shop, path: &str, asker: &Asker, body: Value) -> Answer {
    shop.call(asker, "PUT", &format!("{path}/tenders"), body).await
}

/// A customer's cart of 2.50 each and 3.95 for shipping.
async fn cart_of(shop: &Shop, user: UserId, quantity: i64) -> String {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let made = shop.call(&buyer(user), "POST", "/v1/carts", full(&[("A", quantity)])).await.expect(201);
    format!("/v1/carts/{}", made.field("id"))
}

async fn cards_pay_first_then_credit_and_the_rest_is_due(shop: &Shop) {
    pays(shop, 300);
    let user = UserId::new(&shop.world);
    let path = cart_of(shop, user, 8).await;
    let body = json!({"gift_cards": ["CODE-FIVE", "CODE-TEN"], "store_credit": "all"});
    let cart = tender(shop, &path, &buyer(user), body).await.expect(200).json;
    assert_eq!((&cart["total"], &cart["due"], &cart["version"]), (&pounds(2_395), &pounds(595), &json!(2)));
    let paid: Vec<(&str, &Value)> = cart["tenders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tender| (tender["label"].as_str().unwrap(), &tender["amount"]["amount"]))
        .collect();
    assert_eq!(paid, [("FIVE", &json!(500)), ("-TEN", &json!(1_000)), ("store credit", &json!(300))]);
    shop.check_out(&path, &buyer(user), "k").await.expect(202);
    let order = shop.orders().await.remove(0);
    let kinds: Vec<(TenderKind, Option<GiftCardId>, i64)> =
        order.tenders.iter().map(|tender| (tender.kind, tender.card_id, tender.amount)).collect();
    let (gift, credit) = (TenderKind::GiftCard, TenderKind::StoreCredit);
    assert_eq!(kinds, [(gift, Some(card(5)), 500), (gift, Some(card(10)), 1_000), (credit, None, 300)]);
    assert_eq!((order.priced.total, &*order.payment_method), (2_395, "sim_success"));
}

async fn what_a_total_does_not_need_is_not_taken(shop: &Shop) {
    pays(shop, 300);
    let user = UserId::new(&shop.world);
    let path = cart_of(shop, user, 1).await;
    let body = json!({"gift_cards": ["CODE-FIVE", "CODE-TEN"], "store_credit": pounds(200)});
    let cart = tender(shop, &path, &buyer(user), body).await.expect(200).json;
    let amounts = |cart: &Value| -> Vec<i64> {
        cart["tenders"].as_array().unwrap().iter().map(|one| one["amount"]["amount"].as_i64().unwrap()).collect()
    };
    assert_eq!((amounts(&cart), &cart["due"]), (vec![500, 145, 0], &pounds(0)));
    // The total grows, and so does what they pay.
    let lines = format!("{path}/lines");
    let more = shop.call(&buyer(user), "POST", &lines, json!({"sku": "A", "quantity": 4})).await.expect(200).json;
    assert_eq!((amounts(&more), &more["due"]), (vec![500, 1_000, 145], &pounds(0)));
    let most = shop.call(&buyer(user), "POST", &lines, json!({"sku": "A", "quantity": 1})).await.expect(200).json;
    assert_eq!((amounts(&most), &most["due"]), (vec![500, 1_000, 200], &pounds(195)));
    let none = tender(shop, &path, &buyer(user), json!({})).await.expect(200).json;
    assert_eq!((none.get("tenders"), &none["due"]), (None, &none["total"]));
}

async fn where_nothing_is_due_no_payment_method_is_needed(shop: &Shop) {
    pays(shop, 300);
    let user = UserId::new(&shop.world);
    let path = cart_of(shop, user, 1).await;
    let checkout = format!("{path}/checkout");
    let refused = shop.call(&buyer(user).with_key("a"), "POST", &checkout, json!({})).await;
    assert_eq!((refused.status, refused.pointers()), (422, vec!["/payment_method"]));
    tender(shop, &path, &buyer(user), json!({"gift_cards": ["CODE-TEN"]})).await.expect(200);
    shop.call(&buyer(user).with_key("b"), "POST", &checkout, json!({})).await.expect(202);
    let order = shop.orders().await.remove(0);
    assert_eq!((&*order.payment_method, order.tenders.len(), order.tenders[0].amount), ("none", 1, 645));
}

async fn a_code_that_is_unknown_and_one_that_is_empty_are_answered_alike(shop: &Shop) {
    pays(shop, 0);
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let unknown = tender(shop, &path, &guest, json!({"gift_cards": ["CODE-TEN", "CODE-NONE"]})).await;
    let empty = tender(shop, &path, &guest, json!({"gift_cards": ["CODE-TEN", "CODE-EMPTY"]})).await;
    for answer in [&unknown, &empty] {
        assert_eq!(
            (answer.status, answer.code(), answer.pointers()),
            (422, "gift_card_unknown", vec!["/gift_cards/1"])
        );
    }
    let shape = |answer: &Answer| {
        let mut body = answer.json.clone();
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    assert_eq!(shape(&unknown), shape(&empty));
    let both = tender(shop, &path, &guest, json!({"gift_cards": ["CODE-NONE", "CODE-TEN", "CODE-EMPTY"]})).await;
    assert_eq!(both.pointers(), ["/gift_cards/0", "/gift_cards/2"]);
    let foreign = tender(shop, &path, &guest, json!({"gift_cards": ["CODE-EURO"]})).await;
    assert_eq!((foreign.status, foreign.code()), (422, "gift_card_other_currency"));
    let read = shop.call(&guest, "GET", &path, Value::Null).await;
    assert_eq!((read.json.get("tenders"), &read.json["version"]), (None, &json!(1)), "a refusal changes nothing");
    let stranger = tender(shop, &path, &Asker::default(), json!({"gift_cards": ["CODE-TEN"]})).await;
    assert_eq!(stranger.code(), "cart_not_found");
}

async fn store_credit_is_the_buyers_and_no_more_than_there_is(shop: &Shop) {
    pays(shop, 300);
    let user = UserId::new(&shop.world);
    let path = cart_of(shop, user, 1).await;
    let short = tender(shop, &path, &buyer(user), json!({"store_credit": pounds(301)})).await;
    assert_eq!((short.status, short.code(), &short.json["spendable"]), (422, "store_credit_short", &pounds(300)));
    let foreign = json!({"store_credit": {"amount": 1, "currency": "EUR"}});
    assert_eq!(tender(shop, &path, &buyer(user), foreign).await.pointers(), ["/store_credit/currency"]);
    let (guests, guest) = shop.full_cart(&[("A", 1)]).await;
    let refused = tender(shop, &guests, &guest, json!({"store_credit": "all"})).await;
    assert_eq!((refused.status, refused.code()), (422, "store_credit_needs_account"));
    // A guest's cart that a customer opened: the credit is theirs alone, also when it is bought without them.
    let logged_in = Asker { caller: bodega_testkit::customer(user), ..guest.clone() };
    let theirs = tender(shop, &guests, &logged_in, json!({"store_credit": "all"})).await.expect(200);
    assert_eq!(theirs.json["due"], pounds(345));
    shop.check_out(&guests, &guest, "k").await.expect(202);
    assert!(shop.orders().await[0].tenders.is_empty());
}

async fn no_code_is_ever_stored(shop: &Shop) {
    pays(shop, 0);
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    // The same card twice, written otherwise, counts once.
    let cart = tender(shop, &path, &guest, json!({"gift_cards": ["CODE-TEN", "code-ten"]})).await.expect(200);
    assert_eq!(cart.json["tenders"].as_array().unwrap().len(), 1);
    let sql = "SELECT COUNT(*) FROM carts WHERE LOWER(tenders) LIKE '%code%'";
    assert_eq!(shop.count(sql, &[]).await, 0);
    assert_eq!(shop.count("SELECT COUNT(*) FROM carts WHERE tenders LIKE '%-TEN%'", &[]).await, 1);
    shop.check_out(&path, &guest, "k").await.expect(202);
    assert!(!shop.events().await[0].data.to_lowercase().contains("code-ten"));
}

async fn bad_tenders_are_refused_by_the_place_it_stands_at(shop: &Shop) {
    pays(shop, 300);
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    for (body, pointer) in [
        (json!({"gift_cards": vec!["CODE-TEN"; 6]}), "/gift_cards"),
        (json!({"gift_cards": [" "]}), "/gift_cards/0"),
        (json!({"gift_cards": ["x".repeat(101)]}), "/gift_cards/0"),
        (json!({"gift_cards": [7]}), "/gift_cards/0"),
        (json!({"store_credit": "some"}), "/store_credit"),
        (json!({"store_credit": 5}), "/store_credit"),
        (json!({"store_credit": pounds(0)}), "/store_credit/amount"),
        (json!({"store_credit": pounds(-5)}), "/store_credit/amount"),
        (json!({"amount": 5}), "/amount"),
    ] {
        let refused = tender(shop, &path, &guest, body.clone()).await;
        assert_eq!((refused.status, refused.pointers()), (422, vec![pointer]), "{body} {refused:?}");
    }
    let silent = shop.another(|_| {}).await;
    silent.hear(&product(1, 1, &[("A", 250)])).await;
    let (path, guest) = silent.full_cart(&[("A", 1)]).await;
    let unanswered = tender(&silent, &path, &guest, json!({"gift_cards": ["CODE-TEN"]})).await;
    assert_eq!(unanswered.status, 503, "{unanswered:?}");
}

async fn a_card_goes_along_when_carts_are_merged(shop: &Shop) {
    pays(shop, 0);
    let user = UserId::new(&shop.world);
    let path = cart_of(shop, user, 1).await;
    let (guests, guest) = shop.full_cart(&[("A", 1)]).await;
    tender(shop, &guests, &guest, json!({"gift_cards": ["CODE-FIVE"]})).await.expect(200);
    let merge = json!({"from": guests.trim_start_matches("/v1/carts/"), "token": guest.header("x-cart-token")});
    let merged = shop.call(&buyer(user), "POST", &format!("{path}/merge"), merge).await.expect(200);
    assert_eq!((&merged.json["total"], &merged.json["due"]), (&pounds(895), &pounds(395)));
}
