//! The page of an order, and what can be done there.

use crate::played::{Played, Shown, logged_in};
use axum::{
    body::Body,
    extract::Request,
    http::{Method, header},
};
use serde_json::{Value, json};

const ID: &str = "01890c33-90a7-7f6e-8b3e-0d3d3a1f1a11";
const GUEST: &str = "__Host-orders=01890c33-90a7-7f6e-8b3e-0d3d3a1f1a11%20tok.en";

fn path(rest: &str) -> String {
    format!("/v1/orders/{ID}{rest}")
}

fn pounds(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

fn order(status: &str) -> Value {
    let address = json!({"name": "Ada <i>", "line1": "1 High Street", "city": "London", "postal_code": "N1",
        "country": "GB"});
    json!({
        "id": ID, "number": "B1001", "status": status, "payment_status": "captured",
        "fulfilment_status": "unfulfilled", "email": "ada@example.com", "customer_id": null,
        "lines": [{"sku": "MUG", "name": "<script>Mug</script>", "quantity": 2, "unit_price": pounds(500),
            "total": pounds(900), "tax": pounds(150), "discounts": [{"label": "10 %", "amount": pounds(100)}]}],
        "subtotal": pounds(1000), "discounts": [{"label": "10 %", "amount": pounds(100)}], "shipping": pounds(0),
        "tax": pounds(150), "total": pounds(900), "currency": "GBP", "shipping_address": address,
        "payment_method": "sim_success", "placed_at": "2026-03-01T10:00:00Z", "returns": [], "version": 4,
        "papers": [{"number": "INV-2026-00001", "kind": "invoice", "amount": pounds(900), "issued_at": "2026-03-01T10:00:00Z"}],
        "timeline": [
            {"at": "2026-03-01T10:00:00Z", "what": "checked_out", "detail": null, "status": "pending"},
            {"at": "2026-03-01T10:00:01Z", "what": "asked_again", "detail": null, "status": "pending"},
            {"at": "2026-03-01T10:00:02Z", "what": "payment_captured", "detail": "9.00 GBP", "status": "confirmed"},
        ],
    })
}

fn shop(order: &Value) -> Played {
    Played::default().answers(Method::GET, &path(""), 200, order)
}

async fn page(shop: &Played, cookies: &str) -> Shown {
    shop.get(&format!("/orders/{ID}"), cookies).await
}

#[tokio::test]
async fn an_order_is_shown_to_the_guest_who_placed_it() {
    let shop = shop(&order("confirmed"));
    let shown = page(&shop, GUEST).await;
    assert_eq!(shown.status, 200);
    for part in
        ["B1001", "Confirmed", "£9.00", "\u{2212}£1.00", "Payment received", "INV-2026-00001.pdf", "United Kingdom"]
    {
        assert!(shown.text.contains(part), "{part}");
    }
    assert!(
        !shown.text.contains("asked_again") && !shown.text.contains("<script>Mug") && !shown.text.contains("Ada <i>")
    );
    assert!(shown.text.contains(&format!("data-live=\"/orders/{ID}/live\"")));
    assert_eq!(shop.asked(&Method::GET, &path(""))[0].headers.get("x-order-token").unwrap(), "tok.en");
}

#[tokio::test]
async fn an_address_is_written_as_its_country_does() {
    for (country, region, lines) in [
        ("GB", "", "London<br>N1<br>United Kingdom"),
        ("IE", "Cork", "London, Cork<br>N1<br>Ireland"),
        ("DE", "", "N1 London<br>Germany"),
        ("US", "CT", "London CT N1<br>United States"),
    ] {
        let mut order = order("confirmed");
        order["shipping_address"]["country"] = json!(country);
        order["shipping_address"]["region"] = json!(region);
        let shown = page(&shop(&order), GUEST).await;
        assert!(shown.text.contains(lines), "{lines}");
    }
}

#[tokio::test]
async fn whoever_may_not_see_an_order_gets_a_kind_page() {
    let shop = Played::default().refuses(Method::GET, &path(""), 404, "order_not_found", &json!([]));
    let shown = page(&shop, "").await;
    assert_eq!(shown.status, 404);
    let to = format!("/login?to=%2Forders%2F{ID}");
    assert!(shown.text.contains("not open to you here") && shown.text.contains(&to));
    assert!(page(&shop, &logged_in()).await.text.contains("/account/orders"));
}

#[tokio::test]
async fn the_token_of_a_mail_is_kept_only_if_it_opens_the_order() {
    let address = format!("/orders/{ID}?token=new.token&placed=1");
    let shown = shop(&order("confirmed")).get(&address, "").await;
    assert_eq!((shown.status, shown.location()), (303, format!("/orders/{ID}?placed=1").as_str()));
    assert_eq!(shown.cookie("orders"), Some(format!("{ID} new.token")));
    let closed = Played::default().get(&address, "").await;
    assert_eq!((closed.status, closed.cookie("orders")), (303, None));
}

#[tokio::test]
async fn five_orders_are_kept_the_newest_first() {
    let others: Vec<String> =
        (1..=5).map(|number| format!("01890c33-90a7-7f6e-8b3e-00000000000{number}%20t{number}")).collect();
    let cookies = format!("__Host-orders={}", others.join("%3B"));
    let shown = shop(&order("confirmed")).get(&format!("/orders/{ID}?token=t"), &cookies).await;
    let kept = shown.cookie("orders").unwrap();
    assert!(kept.starts_with(&format!("{ID} t;")) && kept.split(';').count() == 5 && !kept.contains(" t5"), "{kept}");
}

#[tokio::test]
async fn right_after_the_checkout_the_page_waits_a_moment_and_thanks() {
    let shop = shop(&order("pending"));
    let shown = shop.get(&format!("/orders/{ID}?placed=1&wait=confirmed&timeout=99"), GUEST).await;
    assert_eq!(shown.location(), format!("/orders/{ID}?placed=1"));
    assert!(shop.asked(&Method::GET, &path(""))[0].path.ends_with("?wait=confirmed&timeout=5"));
    assert!(shop.get(&format!("/orders/{ID}?placed=1"), GUEST).await.text.contains("Thank you for your order!"));
}

#[tokio::test]
async fn an_order_of_which_only_the_number_is_known_is_shown() {
    let made = json!({"id": ID, "number": "B1001", "status": "pending", "payment_status": "unpaid",
        "fulfilment_status": "unfulfilled", "lines": [], "placed_at": "2026-03-01T10:00:00Z", "returns": [],
        "papers": [], "timeline": [], "version": 0, "totals": null});
    let shown = page(&shop(&made), GUEST).await;
    assert!(shown.status == 200 && shown.text.contains("B1001") && shown.text.contains("Being placed"));
}

#[tokio::test]
async fn the_events_of_an_order_are_passed_on_without_their_names() {
    let stream = "event: confirmed\nid: 7\ndata: {\"what\":\"confirmed\"}\n\n";
    let shop = Played::default().says(Method::GET, &path("/events"), 200, "text/event-stream", stream);
    let request =
        Request::get(format!("/de/orders/{ID}/live")).header(header::COOKIE, GUEST).header("last-event-id", "6");
    let shown = shop.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(shown.text, "id: 7\ndata: {\"what\":\"confirmed\"}\n\n");
    assert_eq!(shown.headers.get(header::CONTENT_TYPE).unwrap(), "text/event-stream");
    assert_eq!(shown.headers.get(header::CACHE_CONTROL).unwrap(), "no-store");
    let asked = &shop.asked(&Method::GET, &path("/events"))[0];
    assert_eq!(asked.headers.get("last-event-id").unwrap(), "6");
    assert_eq!(asked.headers.get("x-order-token").unwrap(), "tok.en");
}

#[tokio::test]
async fn a_declined_payment_can_be_made_in_another_way() {
    let mut declined = order("awaiting_payment");
    declined["payment_status"] = "failed".into();
    let attempt = json!({"number": 1, "payment_method": "sim_decline", "status": "failed", "amount": pounds(900),
        "code": "card_declined", "at": "2026-03-01T10:00:00Z"});
    let shop = shop(&declined)
        .answers(Method::GET, &path("/payments"), 200, &json!({"attempts": [attempt], "refunds": []}))
        .answers(Method::POST, &path("/payments"), 202, &json!({}));
    assert!(page(&shop, GUEST).await.text.contains(&format!("/orders/{ID}/pay")));
    assert!(shop.get(&format!("/orders/{ID}/pay"), GUEST).await.text.contains("value=\"sim_success\""));
    let shown = shop.post(&format!("/orders/{ID}/pay"), GUEST, "key=k&payment_method=sim_success").await;
    assert!(shown.location().starts_with(&format!("/orders/{ID}?wait=")));
    let asked = &shop.asked(&Method::POST, &path("/payments"))[0];
    assert_eq!(asked.body, json!({"payment_method": "sim_success", "use_tenders": false}));
    assert_eq!(asked.headers.get("idempotency-key").unwrap(), "k");
}

#[tokio::test]
async fn the_bank_is_a_link_and_never_a_script() {
    for (url, is_shown) in
        [("/v1/simulator/3ds/t", true), ("https://bank.example/x", true), ("javascript:alert(1)", false)]
    {
        let mut waiting = order("awaiting_payment");
        waiting["payment_action"] = json!({"kind": "redirect", "url": url});
        let shown = page(&shop(&waiting), GUEST).await;
        assert_eq!(shown.text.contains("id=\"to-bank\""), is_shown, "{url}");
        assert!(!shown.text.contains("javascript:"));
    }
}

#[tokio::test]
async fn a_bank_of_our_own_is_told_the_way_back_in_the_visitors_language() {
    let mut waiting = order("awaiting_payment");
    waiting["payment_action"] = json!({"kind": "redirect", "url": "/v1/simulator/3ds/t"});
    let shop = shop(&waiting);
    for language in ["", "/de"] {
        let shown = shop.get(&format!("{language}/orders/{ID}"), GUEST).await;
        let back = format!("{language}/orders/{ID}").replace('/', "%2F");
        assert!(shown.text.contains(&format!("href=\"/v1/simulator/3ds/t?back={back}\"")), "{language}");
    }
    waiting["payment_action"]["url"] = "https://bank.example/x".into();
    let shown = page(&shop.answers(Method::GET, &path(""), 200, &waiting), GUEST).await;
    assert!(shown.text.contains("href=\"https://bank.example/x\""), "the address of a provider stays as it is");
}

#[tokio::test]
async fn ordered_goods_are_pictured_by_one_question() {
    let looks = json!({"items": [{"sku": "MUG", "slug": "mug", "image": "/v1/photos/0a/800.webp", "sold": true}]});
    let shop = shop(&order("confirmed")).answers(Method::GET, "/v1/variants", 200, &looks);
    let shown = page(&shop, GUEST).await;
    assert!(shown.text.contains("/v1/photos/0a/320.webp") && shown.text.contains("href=\"/p/mug\""));
    assert_eq!(shop.asked(&Method::GET, "/v1/variants").len(), 1);
    assert!(shop.asked(&Method::GET, "/v1/products").is_empty(), "nobody searches for it");
}

#[tokio::test]
async fn a_cancelled_order_speaks_of_money_only_where_some_was_taken() {
    let mut cancelled = order("cancelled");
    cancelled["cancel_reason"] = "by_shopper".into();
    let paid = |status: &str| {
        let attempt = json!({"number": 1, "payment_method": "sim_success", "status": status, "amount": pounds(900),
            "at": "2026-03-01T10:00:00Z"});
        shop(&cancelled).answers(Method::GET, &path("/payments"), 200, &json!({"attempts": [attempt], "refunds": []}))
    };
    assert!(page(&paid("captured"), GUEST).await.text.contains("What you paid is given back."));
    assert!(page(&paid("closed"), GUEST).await.text.contains("Nothing was charged."));
}

#[tokio::test]
async fn an_order_shows_how_far_it_is() {
    let reached = async |status: &str| {
        let shown = page(&shop(&order(status)), GUEST).await.text;
        (shown.matches("class=\"is-done\"").count(), shown.matches("aria-current=\"step\"").count())
    };
    for (status, steps) in [("awaiting_payment", 1), ("confirmed", 2), ("shipped", 3), ("delivered", 4)] {
        assert_eq!(reached(status).await, (steps, 1), "{status}");
    }
    assert_eq!(reached("cancelled").await, (0, 0));
}

#[tokio::test]
async fn a_refused_cancellation_is_told_kindly_and_keeps_its_words() {
    let shop = shop(&order("confirmed")).refuses(Method::POST, &path("/cancel"), 409, "order_has_left", &json!([]));
    let shown = shop.post(&format!("/orders/{ID}/cancel"), GUEST, "key=k&reason=ordered+twice").await;
    assert_eq!(shown.status, 422);
    assert!(shown.text.contains("You can send it back when it has arrived") && shown.text.contains("ordered twice"));
}

#[tokio::test]
async fn an_order_is_cancelled_by_whoever_holds_its_token() {
    let answer = json!({"order_id": ID, "status": "confirmed", "closing": true});
    let shop = shop(&order("confirmed")).answers(Method::POST, &path("/cancel"), 200, &answer);
    let shown = shop.post(&format!("/orders/{ID}/cancel"), GUEST, "key=k&reason=").await;
    assert_eq!(shown.location(), format!("/orders/{ID}"));
    assert!(shown.cookie("flash").unwrap().contains("under way"));
    assert_eq!(shop.asked(&Method::POST, &path("/cancel"))[0].body, json!({}));
}

#[tokio::test]
async fn a_return_asks_for_what_was_chosen() {
    let mut delivered = order("delivered");
    delivered["fulfilment_status"] = "fulfilled".into();
    let parcel = json!({"state": "delivered", "carrier_name": "Carrier", "lines": [{"sku": "MUG", "quantity": 1}]});
    let shop = shop(&delivered)
        .answers(Method::GET, &path("/fulfilments"), 200, &json!({"items": [{"shipments": [parcel]}]}))
        .answers(Method::POST, &path("/returns"), 201, &json!({}));
    let form = shop.get(&format!("/orders/{ID}/return"), GUEST).await;
    assert!(
        form.text.contains("name=\"quantity-0\"")
            && form.text.contains("value=\"1\"")
            && !form.text.contains("<option value=\"2\"")
    );
    assert!(!form.text.contains("store_credit"), "a guest has none");
    let sent = "key=k&quantity-0=1&reason=too+small&wish=exchange";
    assert_eq!(shop.post(&format!("/orders/{ID}/return"), GUEST, sent).await.location(), format!("/orders/{ID}"));
    let lines = json!([{"sku": "MUG", "quantity": 1}]);
    let asked = &shop.asked(&Method::POST, &path("/returns"))[0].body;
    assert_eq!(*asked, json!({"lines": lines, "reason": "too small", "wish": "exchange", "replacement": lines}));
}

#[tokio::test]
async fn an_address_is_changed_in_the_version_that_was_read() {
    let shop = shop(&order("confirmed")).answers(Method::PUT, &path("/shipping-address"), 200, &json!({}));
    let form = shop.get(&format!("/orders/{ID}/address"), GUEST).await;
    assert!(form.text.contains("name=\"version\" value=\"4\"") && form.text.contains("Ada &lt;i&gt;"));
    let sent = "key=k&version=4&name=Ada&line1=2+Low+Street&city=London&postal_code=N1&country=GB";
    assert_eq!(shop.post(&format!("/orders/{ID}/address"), GUEST, sent).await.status, 303);
    let asked = &shop.asked(&Method::PUT, &path("/shipping-address"))[0];
    assert_eq!(asked.headers.get(header::IF_MATCH).unwrap(), "\"4\"");
    assert_eq!(asked.body["line1"], "2 Low Street");
}

#[tokio::test]
async fn an_invoice_is_passed_through_and_kept_nowhere() {
    let shop = Played::default().says(Method::GET, &path("/papers/INV-1.pdf"), 200, "application/pdf", "%PDF");
    let shown = shop.get(&format!("/de/orders/{ID}/papers/INV-1.pdf"), GUEST).await;
    assert_eq!((shown.status, shown.text.as_str()), (200, "%PDF"));
    assert_eq!(shown.headers.get(header::CONTENT_TYPE).unwrap(), "application/pdf");
    assert_eq!(shown.headers.get(header::CACHE_CONTROL).unwrap(), "private, no-store");
    assert!(shop.asked(&Method::GET, &path("/papers"))[0].path.ends_with("?lang=de"));
}
