//! Orders at the desk: what customers wrote is shown as text, filters stay in links, a form that is refused keeps its key
//! and what was typed, and a change meanwhile is told with the order as it is now.

use crate::played::{Desk, problem};
use serde_json::{Value, json};

const ID: &str = "0190b3d6-0000-7000-8000-000000000001";
const PARCEL: &str = "0190b3d6-0000-7000-8000-000000000002";
/// What must never stand in a page as it is.
const BAD: &str = "<script>alert(1)</script>\"><svg onload=alert(2)>";

fn money(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

fn brief(text: &str) -> Value {
    json!({
        "id": ID, "number": "B1001", "status": "confirmed", "payment_status": "captured",
        "fulfilment_status": "unfulfilled", "email": text, "units": 2, "total": money(2700),
        "placed_at": "2026-01-02T03:04:05Z", "version": 7,
    })
}

fn order(text: &str, version: i64, status: &str) -> Value {
    let address = json!({"name": text, "line1": text, "line2": text, "city": text, "postal_code": "AB1 2CD",
        "country": "GB", "phone": text});
    let mut order = brief(text);
    order["status"] = json!(status);
    order["version"] = json!(version);
    order["lines"] = json!([{"sku": "MUG", "name": text, "quantity": 2, "unit_price": money(1350), "total": money(2700),
        "tax": money(450), "discounts": [{"label": text, "amount": money(100)}]}]);
    order["subtotal"] = money(2700);
    order["discounts"] = json!([{"label": text, "amount": money(100)}]);
    for name in ["shipping", "tax"] {
        order[name] = money(0);
    }
    order["shipping_method"] = json!(text);
    order["shipping_address"] = address.clone();
    order["billing_address"] = address;
    order["payment_method"] = json!("sim_success");
    order["returns"] = json!([{"id": PARCEL, "number": "B1001-R1", "order_id": ID, "state": "requested", "reason": text,
        "wish": "refund", "lines": [], "refund_shipping": false, "by_staff": false,
        "requested_at": "2026-01-02T03:04:05Z", "changed_at": "2026-01-02T03:04:05Z"}]);
    order["papers"] =
        json!([{"number": "INV-1", "kind": "invoice", "amount": money(2700), "issued_at": "2026-01-02T03:04:05Z"}]);
    order["timeline"] =
        json!([{"at": "2026-01-02T03:04:05Z", "what": "cancel_requested", "detail": text, "status": status}]);
    order
}

fn desk(text: &str, version: i64, status: &str) -> Desk {
    Desk::new()
        .on(&format!("GET /v1/orders/{ID}"), 200, order(text, version, status))
        .on(
            &format!("GET /v1/orders/{ID}/payments"),
            200,
            json!({"order_id": ID, "payment_id": PARCEL, "state": "open", "amount": money(2700), "authorized": money(2700),
                "captured": money(2700), "refunded": money(700),
                "attempts": [{"number": 1, "payment_method": "sim_success", "status": "captured", "amount": money(2700),
                    "reference": text, "at": "2026-01-02T03:04:05Z"}],
                "refunds": [{"id": PARCEL, "amount": money(700), "status": "done", "origin": "staff", "reason": text,
                    "at": "2026-01-02T03:04:05Z"}]}),
        )
        .on(
            &format!("GET /v1/orders/{ID}/fulfilments"),
            200,
            json!({"items": [{"id": PARCEL, "order_id": ID, "state": "partly_dispatched", "stopping": false, "held": false,
                "pieces": 2, "packed": 1, "dispatched": 1, "delivered": 0, "version": 1,
                "lines": [{"sku": "MUG", "quantity": 2, "packed": 1}],
                "shipments": [{"id": PARCEL, "order_id": ID, "state": "in_transit", "carrier": "manual",
                    "carrier_name": text, "tracking_number": text, "tracking_url": "javascript:alert(3)",
                    "tracking_status": text, "lines": [{"sku": "MUG", "quantity": 1}]}]}]}),
        )
        .on(
            &format!("GET /v1/admin/orders/{ID}/notes"),
            200,
            json!({"items": [{"id": 1, "author": PARCEL, "text": text, "at": "2026-01-02T03:04:05Z"}]}),
        )
        .on(
            "GET /v1/mails",
            200,
            json!({"items": [{"id": PARCEL, "kind": "order_confirmed", "state": "sent", "attempts": 1, "resends": 0,
                "created_at": "2026-01-02T03:04:05Z", "subject": text, "recipient": text}], "total": 1}),
        )
}

#[track_caller]
fn is_harmless(html: &str) {
    let lower = html.to_lowercase();
    for bad in ["<script>alert", "<svg onload", "href=\"javascript:", "src=\"javascript:"] {
        assert!(!lower.contains(bad), "{bad} stands in\n{html}");
    }
    assert!(html.contains("&lt;script&gt;"), "it is shown as text");
}

#[tokio::test]
async fn what_a_customer_wrote_is_text_in_every_place_of_an_order() {
    let seen = desk(BAD, 7, "confirmed").get(&format!("/admin/orders/{ID}")).await;
    assert_eq!(seen.status, 200, "{}", seen.html);
    is_harmless(&seen.html);
    seen.has(&["B1001", "£27.00", "INV-1", "/admin/returns/", "form-dispatch", "form-refund", "data-live="]);
}

#[tokio::test]
async fn a_parcel_that_has_left_links_to_its_label() {
    let link = format!("/admin/orders/{ID}/parcels/{PARCEL}/label.pdf");
    let desk = desk("Ada", 7, "confirmed").on(&format!("GET /v1/shipments/{PARCEL}/label.pdf"), 200, json!("a paper"));
    desk.get(&format!("/admin/orders/{ID}")).await.has(&[&format!("href=\"{link}\"")]);
    let label = desk.get(&link).await;
    assert_eq!((label.status, label.html.as_str()), (200, "\"a paper\""));
    assert_eq!(desk.get(&format!("/admin/orders/{ID}/parcels/none/label.pdf")).await.status, 404);
}

#[tokio::test]
async fn what_a_customer_wrote_is_text_in_the_list() {
    let desk = Desk::new().on("GET /v1/orders", 200, json!({"items": [brief(BAD)], "total": 1}));
    let seen = desk.get("/admin/orders?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    assert_eq!(seen.status, 200);
    is_harmless(&seen.html);
}

#[tokio::test]
async fn filters_go_to_the_api_and_stay_in_links() {
    let list = json!({"items": [brief("a@example.com")], "total": 51, "next_cursor": "abc=="});
    let desk = Desk::new().on("GET /v1/orders", 200, list);
    let seen = desk
        .get("/admin/orders?status=confirmed&payment=captured&late=yes&from=2026-01-01&to=2026-01-31&q=a%26b")
        .await;
    let asked = &desk.read("/v1/orders")[0].query;
    for part in [
        "status=confirmed",
        "payment_status=captured",
        "late=true",
        "from=2026%2D01%2D01T00%3A00%3A00Z",
        "to=2026%2D02%2D01T00%3A00%3A00Z",
        "q=a%26b",
    ] {
        assert!(asked.contains(part), "{part} is not in {asked}");
    }
    seen.has(&["51 orders", "cursor=abc%3D%3D", "value=\"a&amp;b\"", "export.csv?status=confirmed&amp;from="]);
    let next = seen.html.split("rel=\"next\"").next().unwrap();
    assert!(next.contains("status=confirmed") && next.contains("late=yes"));
}

#[tokio::test]
async fn filters_that_the_api_refuses_are_told_on_the_list() {
    let refusal = problem(422, "invalid_query", &[("/from", "is no time")]);
    let seen = Desk::new().on("GET /v1/orders", 422, refusal).get("/admin/orders?from=never").await;
    assert_eq!(seen.status, 200);
    seen.has(&["is no time", "value=\"never\""]);
}

#[tokio::test]
async fn a_refused_refund_keeps_its_key_and_what_was_typed() {
    let path = format!("/v1/orders/{ID}/refunds");
    let desk = desk("Ada", 7, "confirmed").on(&format!("POST {path}"), 409, problem(409, "exceeds_captured", &[]));
    let form = [
        ("key", "the-key"),
        ("currency", "GBP"),
        ("refund_amount", "12,5"),
        ("refund_reason", "a <b>"),
        ("refund_x", ""),
    ];
    let seen = desk.post(&format!("/admin/orders/{ID}/refund"), &form).await;
    assert_eq!(seen.status, 409);
    let written = desk.written();
    assert_eq!(written[0].key.as_deref(), Some("the-key"));
    assert_eq!(written[0].json(), json!({"amount": money(1250), "reason": "a <b>"}));
    seen.has(&["value=\"the-key\"", "value=\"12,5\"", "value=\"a &lt;b&gt;\"", "id=\"refused\"", "exceeds captured"]);
}

#[tokio::test]
async fn an_amount_that_is_none_never_reaches_the_api() {
    let desk = desk("Ada", 7, "confirmed");
    let form = [("key", "k"), ("currency", "GBP"), ("refund_amount", "1.234"), ("refund_reason", "x")];
    let seen = desk.post(&format!("/admin/orders/{ID}/refund"), &form).await;
    assert_eq!((seen.status, desk.written().len()), (422, 0));
    seen.has(&["value=\"1.234\"", "is an amount such as 12.50"]);
}

#[tokio::test]
async fn a_refund_leads_back_to_the_order_and_is_told_there() {
    let desk = desk("Ada", 7, "confirmed").on(&format!("POST /v1/orders/{ID}/refunds"), 202, json!({}));
    let form = [("key", "k"), ("currency", "GBP"), ("refund_amount", "20.00"), ("refund_reason", "x")];
    let seen = desk.post(&format!("/admin/orders/{ID}/refund"), &form).await;
    assert_eq!((seen.status, seen.to.as_str()), (303, &*format!("/admin/orders/{ID}")));
    assert!(seen.cookies.contains("flash"));
}

#[tokio::test]
async fn an_address_changed_meanwhile_is_told_with_the_order_as_it_is_now() {
    let path = format!("PUT /v1/orders/{ID}/shipping-address");
    let desk = desk("Ada", 9, "confirmed").on(&path, 412, problem(412, "version_mismatch", &[]));
    let form = [
        ("key", "k"),
        ("version", "7"),
        ("name", "Grace"),
        ("line1", "1 Road"),
        ("city", "Town"),
        ("postal_code", "X"),
        ("country", "gb"),
    ];
    let seen = desk.post(&format!("/admin/orders/{ID}/address"), &form).await;
    assert_eq!(seen.status, 412);
    let written = desk.written();
    assert_eq!(written[0].if_match.as_deref(), Some("\"7\""));
    assert_eq!(written[0].json()["country"], "GB");
    seen.has(&["changed since you opened it", "name=\"version\" value=\"9\"", "value=\"Grace\""]);
}

#[tokio::test]
async fn a_parcel_takes_what_was_counted_and_nothing_else() {
    let path = format!("/v1/orders/{ID}/shipments");
    let desk = desk("Ada", 7, "confirmed").on(&format!("POST {path}"), 201, json!({}));
    let form = [
        ("key", "k"),
        ("carrier", "manual"),
        ("carrier_name", "Royal Mail"),
        ("tracking_number", "RM1"),
        ("tracking_url", ""),
        ("sku", "MUG"),
        ("pieces", "1"),
        ("sku", "CUP"),
        ("pieces", "0"),
    ];
    let seen = desk.post(&format!("/admin/orders/{ID}/dispatch"), &form).await;
    assert_eq!(seen.status, 303);
    let expected = json!({"carrier": "manual", "carrier_name": "Royal Mail", "tracking_number": "RM1",
        "lines": [{"sku": "MUG", "quantity": 1}]});
    assert_eq!(desk.written()[0].json(), expected);
    let none = [("key", "k"), ("carrier", "manual"), ("sku", "MUG"), ("pieces", "many")];
    let seen = desk.post(&format!("/admin/orders/{ID}/dispatch"), &none).await;
    assert_eq!((seen.status, desk.written().len()), (422, 1));
    seen.has(&["value=\"many\"", "whole numbers"]);
}

#[tokio::test]
async fn only_what_can_be_done_is_offered() {
    let done = desk("Ada", 7, "cancelled").get(&format!("/admin/orders/{ID}")).await;
    assert!(!done.html.contains("form-cancel") && !done.html.contains("form-address"), "{}", done.html);
    let open = desk("Ada", 7, "confirmed").get(&format!("/admin/orders/{ID}")).await;
    open.has(&["form-cancel", "form-address", "form-return", "form-note"]);
}

#[tokio::test]
async fn an_order_that_is_none_is_not_there() {
    for path in ["/admin/orders/none", "/admin/orders/..%2F..%2Fusers"] {
        assert_eq!(desk("Ada", 7, "confirmed").get(path).await.status, 404, "{path}");
    }
}
