//! Mails, dead letters, returns, health, the dashboard: what is told is text, and what was found is shown.

use crate::played::{Desk, problem};
use serde_json::{Value, json};

const ID: &str = "0190b3d6-0000-7000-8000-000000000001";
const BAD: &str = "<script>alert(1)</script>\"><svg onload=alert(2)>";
const AT: &str = "2026-01-02T03:04:05Z";

#[track_caller]
fn is_harmless(html: &str) {
    assert!(!html.contains("<script>alert") && !html.contains("<svg onload"), "{html}");
    assert!(html.contains("&lt;script&gt;"), "{html}");
}

fn mail(state: &str) -> Value {
    json!({"id": ID, "kind": "note", "state": state, "recipient": BAD, "subject": BAD, "attempts": 1, "resends": 0,
        "error": BAD, "created_at": AT, "message_id": BAD,
        "log": [{"number": 1, "outcome": "refused", "detail": BAD, "started_at": AT}]})
}

#[tokio::test]
async fn mails_are_shown_as_text_and_look_like_themselves_only_in_their_frame() {
    let desk = Desk::new()
        .on("GET /v1/mails", 200, json!({"items": [mail("failed")], "total": 1, "next_cursor": "n"}))
        .on(&format!("GET /v1/mails/{ID}"), 200, mail("failed"))
        .on(&format!("GET /v1/mails/{ID}/preview"), 200, json!("<script>alert(1)</script>"));
    let list = desk.get("/admin/mails?state=failed&kind=note").await;
    is_harmless(&list.html);
    list.has(&["state=failed&amp;kind=note&amp;cursor=n"]);
    let seen = desk.get(&format!("/admin/mails/{ID}")).await;
    is_harmless(&seen.html);
    seen.has(&["sandbox=\"\"", &format!("/admin/mails/{ID}/resend")]);
    let preview = desk.get(&format!("/admin/mails/{ID}/preview")).await;
    assert!(preview.policy.contains("sandbox") && preview.policy.contains("default-src 'none'"), "{}", preview.policy);
    assert!(!preview.policy.contains("script-src") && !preview.policy.contains("allow-scripts"));
}

#[tokio::test]
async fn a_private_mail_is_not_shown() {
    let desk = Desk::new().on(&format!("GET /v1/mails/{ID}/preview"), 403, problem(403, "mail_is_private", &[]));
    let seen = desk.get(&format!("/admin/mails/{ID}/preview")).await;
    assert_eq!(seen.status, 200);
    seen.has(&["reader's alone"]);
}

#[tokio::test]
async fn a_mailbox_links_to_the_web_and_to_nothing_else() {
    let text = "Look at https://shop.example/x?a=1&b=2\njavascript:alert(1) <script>alert(1)</script>";
    let kept = json!({"seq": 1, "mail_id": ID, "message_id": "m", "from": "f", "to": BAD, "subject": BAD, "text": text, "html": "", "at": AT});
    let desk = Desk::new().on("GET /v1/mailbox", 200, json!({"items": [kept]}));
    let seen = desk.get("/admin/mails/mailbox").await;
    is_harmless(&seen.html);
    seen.has(&["href=\"https://shop.example/x?a=1&amp;b=2\""]);
    assert!(!seen.html.contains("href=\"javascript"));
    let none =
        Desk::new().on("GET /v1/mailbox", 404, problem(404, "no_mailbox", &[])).get("/admin/mails/mailbox").await;
    assert_eq!(none.status, 200);
}

#[tokio::test]
async fn a_dead_letter_shows_its_cause_and_is_handled_again() {
    let letter = json!({"id": ID, "service": "orders", "source": "cart", "kind": "cart.checked_out.v1", "subject": BAD,
        "error": BAD, "at": AT, "data": {"email": BAD}});
    let path = format!("POST /v1/events/dead/{ID}/replay");
    let desk = Desk::new()
        .on("GET /v1/events/dead", 200, json!({"items": [letter]}))
        .on(&path, 409, json!({"status": 409, "code": "still_failing", "detail": BAD}))
        .on(&path, 204, json!(null));
    let seen = desk.get("/admin/dead-letters").await;
    is_harmless(&seen.html);
    let replay = format!("/admin/dead-letters/{ID}/replay");
    let refused = desk.post(&replay, &[("key", "k")]).await;
    assert_eq!((refused.status, refused.to.as_str()), (303, "/admin/dead-letters"));
    assert!(refused.cookies.contains("__Host-flash=%21"), "it is told as something bad: {}", refused.cookies);
    assert!(refused.cookies.contains("could%20not%20be%20handled%20again"), "{}", refused.cookies);
    assert!(refused.cookies.contains("alert%281%29"), "and why: {}", refused.cookies);
    assert!(desk.post(&replay, &[("key", "k")]).await.cookies.contains("__Host-flash=%2B"));
}

#[tokio::test]
async fn a_dead_letter_that_somebody_else_had_handled_is_told_as_such() {
    let seen = Desk::new().post(&format!("/admin/dead-letters/{ID}/replay"), &[("key", "k")]).await;
    assert_eq!((seen.status, seen.to.as_str()), (303, "/admin/dead-letters"));
    assert!(seen.cookies.contains("__Host-flash=%21") && seen.cookies.contains("not%20here%20any%20more"));
}

#[tokio::test]
async fn the_proof_of_the_books_is_shown_with_what_offends() {
    let proof = json!({"ok": false, "checks": [
        {"id": "V1", "says": "stock equals its ledger", "ok": true, "offenders": []},
        {"id": "V5", "says": "money agrees", "ok": false, "offenders": [BAD]},
    ]});
    let desk = Desk::new().on("POST /v1/verify", 200, proof).on("GET /v1/health", 200, health());
    let seen = desk.post("/admin/health/verify", &[("strict", "yes")]).await;
    assert_eq!(seen.status, 200);
    is_harmless(&seen.html);
    seen.has(&["Does not hold", "Cannot serve", "id=\"proof\""]);
    assert_eq!(desk.written()[0].query, "strict=true");
}

fn health() -> Value {
    json!({"services": [
        {"name": "orders", "ready": false, "outbox": {"unsent": 1_200, "oldest_seconds": 300}, "dead_letters": 40},
        {"name": "cart", "ready": true, "outbox": {"unsent": 0, "oldest_seconds": 0}, "dead_letters": 3},
        {"name": "payments", "ready": null, "outbox": null, "dead_letters": null},
    ], "last_verify": {"at": AT, "ok": true, "strict": true, "orders": 1_204, "by": ID}})
}

fn somebody(role: &str) -> Value {
    json!({"id": ID, "email": "a@example.com", "roles": [role], "created_at": AT})
}

#[tokio::test]
async fn health_says_what_waits_what_is_unknown_and_who_checked_the_books_last() {
    let desk = Desk::new().on("GET /v1/health", 200, health()).on("GET /v1/me", 200, somebody("admin"));
    let seen = desk.get("/admin/health").await;
    assert_eq!(seen.status, 200, "{}", seen.html);
    seen.has(&["Cannot serve", "1,200", "5 min", "Unknown", "href=\"/admin/dead-letters\">43<", "1,204 orders"]);
    seen.has(&["Last checked", "nothing under way", &format!("/admin/customers/{ID}"), "id=\"verify\""]);
}

#[tokio::test]
async fn health_without_managing_people_is_read_only() {
    let desk = Desk::new().on("GET /v1/health", 200, health()).on("GET /v1/me", 200, somebody("staff"));
    let seen = desk.get("/admin/health").await;
    seen.has(&["Last checked", "43"]);
    assert!(!seen.html.contains("id=\"verify\"") && !seen.html.contains(&format!("/admin/customers/{ID}")));
    let refused = Desk::new().on("GET /v1/health", 403, problem(403, "forbidden", &[])).get("/admin/health").await;
    assert_eq!(refused.status, 403);
    refused.has(&["settings.read"]);
}

#[tokio::test]
async fn whoever_may_read_reports_alone_sees_figures_on_the_dashboard() {
    let refused = || problem(403, "forbidden", &[]);
    let desk = Desk::new()
        .on("GET /v1/me", 200, somebody("staff"))
        .on("GET /v1/admin/reports/sales", 200, json!({"items": []}))
        .on("GET /v1/orders", 403, refused())
        .on("GET /v1/stock", 403, refused())
        .on("GET /v1/health", 403, refused());
    let seen = desk.get("/admin").await;
    assert_eq!(seen.status, 200, "{}", seen.html);
    seen.has(&["Revenue of 30 days", "30 days", "Best sellers"]);
    assert!(!seen.html.contains("Dead letters") && !seen.html.contains("Little is left"), "{}", seen.html);
}

#[tokio::test]
async fn the_dashboard_shows_the_least_of_what_is_gone_or_at_its_threshold() {
    let items = json!({"items": [{"sku": "B", "available": 3}, {"sku": "A/1", "available": -2}]});
    let desk = Desk::new().on("GET /v1/me", 200, somebody("admin")).on("GET /v1/stock", 200, items).on(
        "GET /v1/health",
        200,
        health(),
    );
    let seen = desk.get("/admin").await;
    seen.has(&["/admin/stock/items/A%2F1", "href=\"/admin/health\"", "43"]);
    assert_eq!(seen.html.matches("/admin/stock/items/B").count(), 1, "once");
    assert!(seen.html.find("items/A%2F1") < seen.html.find("items/B"), "the least of it first");
    let mut asked: Vec<String> = desk.read("/v1/stock").into_iter().map(|heard| heard.query).collect();
    asked.sort();
    assert_eq!(asked, ["below=1&limit=10", "low=true&limit=10"]);
}

#[tokio::test]
async fn what_came_back_is_counted_line_by_line() {
    let one = json!({"id": ID, "number": "B1-R1", "order_id": ID, "state": "approved", "reason": BAD, "wish": "refund",
        "lines": [{"sku": "MUG", "quantity": 2, "restocked": 0, "written_off": 0}], "refund_shipping": false,
        "message": BAD, "by_staff": false, "requested_at": AT, "changed_at": AT});
    let path = format!("/v1/admin/returns/{ID}");
    let desk = Desk::new().on(&format!("GET {path}"), 200, one).on(
        &format!("POST {path}/receive"),
        409,
        problem(409, "return_state", &[]),
    );
    is_harmless(&desk.get(&format!("/admin/returns/{ID}")).await.html);
    let form = [("key", "k"), ("sku", "MUG"), ("restock", "1"), ("write_off", "1"), ("refund_shipping", "yes")];
    let seen = desk.post(&format!("/admin/returns/{ID}/receive"), &form).await;
    let expected = json!({"lines": [{"sku": "MUG", "restock": 1, "write_off": 1}], "refund_shipping": true});
    assert_eq!(desk.written()[0].json(), expected);
    assert_eq!(seen.status, 409);
    seen.has(&["return state", "value=\"k\""]);
}

#[tokio::test]
async fn the_dashboard_draws_what_was_sold_and_leaves_out_what_may_not_be_seen() {
    let me = json!({"id": ID, "email": "a@example.com", "roles": ["staff"], "created_at": AT});
    let row = json!({"sku": "MUG", "name": BAD, "orders": 1, "units": 3, "sold": {"amount": 2700, "currency": "GBP"}});
    let desk = Desk::new()
        .on("GET /v1/me", 200, me)
        .on("GET /v1/admin/reports/sales", 200, json!({"items": [row]}))
        .on("GET /v1/stock", 403, problem(403, "forbidden", &[]))
        .on("GET /v1/orders", 200, json!({"items": [], "total": 4}));
    let seen = desk.get("/admin").await;
    assert_eq!(seen.status, 200, "{}", seen.html);
    is_harmless(&seen.html);
    seen.has(&["30 days", "<polyline", "£27.00", "Late orders"]);
    assert!(!seen.html.contains("Little is left"));
}
