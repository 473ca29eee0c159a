//! Who comes in: log in and out, strangers, those who may not; and what staff see and change of customers.

use crate::played::{Desk, problem};
use serde_json::{Value, json};

const ID: &str = "0190b3d6-0000-7000-8000-000000000001";
const BAD: &str = "<script>alert(1)</script>\"><svg onload=alert(2)>";

fn user(roles: &[&str], text: &str) -> Value {
    json!({"id": ID, "email": "ada@example.com", "email_verified": true, "name": text, "phone": text, "roles": roles,
        "staff_role_id": null, "disabled": false, "created_at": "2026-01-02T03:04:05Z"})
}

#[tokio::test]
async fn whoever_is_not_logged_in_is_sent_there_and_comes_back() {
    let seen = Desk::new()
        .on("GET /v1/orders", 401, problem(401, "unauthenticated", &[]))
        .get_as_guest("/admin/orders?q=x")
        .await;
    assert_eq!(seen.status, 303);
    assert_eq!(seen.to, "/admin/login?to=%2Fadmin%2Forders%3Fq%3Dx");
    for path in ["/admin", "/admin/health"] {
        assert_eq!(Desk::new().get_as_guest(path).await.status, 303, "{path}");
    }
    let form = Desk::new().get_as_guest(&seen.to).await;
    form.has(&["id=\"login\"", "value=\"/admin/orders?q=x\""]);
}

#[tokio::test]
async fn logging_in_keeps_the_session_and_leads_on() {
    let desk = Desk::new().on("POST /v1/auth/login", 200, json!({"access_token": "a.b.c", "refresh_token": "r"}));
    let form = [("email", "ada@example.com"), ("password", " a walnut under the lamp "), ("to", "/admin/orders?q=x")];
    let seen = desk.post("/admin/login", &form).await;
    assert_eq!((seen.status, seen.to.as_str()), (303, "/admin/orders?q=x"));
    assert!(seen.cookies.contains("__Host-session="));
    assert_eq!(desk.written()[0].json()["password"], " a walnut under the lamp ", "blanks of a password are its own");
    let elsewhere = [("email", "a@b.c"), ("password", "x"), ("to", "https://evil.example")];
    assert_eq!(desk.post("/admin/login", &elsewhere).await.to, "/admin");
}

#[tokio::test]
async fn a_wrong_password_is_told_and_the_address_stays() {
    let desk = Desk::new().on("POST /v1/auth/login", 401, problem(401, "wrong_credentials", &[]));
    let seen = desk.post("/admin/login", &[("email", BAD), ("password", "secret")]).await;
    assert_eq!(seen.status, 422);
    seen.has(&["do not fit together", "&lt;script&gt;"]);
    assert!(!seen.html.contains("secret") && !seen.html.contains("<script>alert"));
}

#[tokio::test]
async fn who_may_not_is_told_which_permission_is_missing() {
    let desk = Desk::new().on("GET /v1/mails", 403, problem(403, "forbidden", &[])).on(
        "GET /v1/me",
        200,
        user(&["staff"], "Ada"),
    );
    let seen = desk.get("/admin/mails").await;
    assert_eq!(seen.status, 403);
    seen.has(&["id=\"missing\"", "mails.read", "mails.write", "id=\"signed-in\""]);
    assert!(!seen.html.contains("href=\"/admin/dead-letters\""), "what only admins may see is no place of theirs");
}

#[tokio::test]
async fn a_customer_is_no_staff() {
    let desk = Desk::new().on("GET /v1/me", 200, user(&["customer"], "Ada"));
    let seen = desk.get("/admin").await;
    assert_eq!(seen.status, 403);
    seen.has(&["This is for the staff"]);
}

fn customer(text: &str) -> Desk {
    let money = json!({"amount": 620, "currency": "GBP"});
    Desk::new()
        .on("GET /v1/me", 200, user(&["admin"], text))
        .on(&format!("GET /v1/users/{ID}"), 200, user(&["customer"], text))
        .on(
            &format!("GET /v1/customers/{ID}/points"),
            200,
            json!({"spendable": 620, "held": 0, "pending": 0, "debt": 0, "worth": money, "tier": {"name": text}}),
        )
        .on(
            &format!("GET /v1/customers/{ID}/points/statement"),
            200,
            json!({"items": [{"seq": 1, "kind": "adjust", "spendable": 5, "held": 0, "pending": 0, "debt": 0,
                "reason": text, "at": "2026-01-02T03:04:05Z"}]}),
        )
        .on(
            &format!("GET /v1/admin/store-credit/{ID}"),
            200,
            json!({"balances": [money], "entries": [{"kind": "adjusted", "amount": money, "note": text, "at": "2026-01-02T03:04:05Z"}]}),
        )
        .on(&format!("GET /v1/admin/users/{ID}/groups"), 200, json!({"items": ["trade"]}))
        .on(
            "GET /v1/admin/groups",
            200,
            json!({"items": [{"name": "trade", "label": text, "created_at": "2026-01-02T03:04:05Z"}, {"name": "club", "label": text, "created_at": "2026-01-02T03:04:05Z"}]}),
        )
        .on("GET /v1/admin/staff-roles", 200, json!({"items": []}))
        .on("GET /v1/orders", 200, json!({"items": []}))
}

#[tokio::test]
async fn what_a_customer_is_called_is_text() {
    let seen = customer(BAD).get(&format!("/admin/customers/{ID}")).await;
    assert_eq!(seen.status, 200, "{}", seen.html);
    assert!(!seen.html.contains("<script>alert") && !seen.html.contains("<svg onload"));
    seen.has(&["&lt;script&gt;", "form-points", "form-credit", "form-group"]);
}

#[tokio::test]
async fn points_that_are_refused_stay_in_their_form() {
    let path = format!("/v1/customers/{ID}/points/adjustments");
    let desk = customer("Ada").on(
        &format!("POST {path}"),
        409,
        json!({"status": 409, "code": "points_short", "detail": "there are 620"}),
    );
    let form = [("key", "k-1"), ("points", "-700"), ("points_reason", "sorry")];
    let seen = desk.post(&format!("/admin/customers/{ID}/points"), &form).await;
    assert_eq!(seen.status, 409);
    assert_eq!(desk.written()[0].json(), json!({"points": -700, "reason": "sorry"}));
    assert_eq!(desk.written()[0].key.as_deref(), Some("k-1"));
    seen.has(&["there are 620", "value=\"-700\"", "value=\"k-1\""]);
}

#[tokio::test]
async fn a_name_of_a_group_stays_one_part_of_its_path() {
    let desk = customer("Ada");
    desk.post(&format!("/admin/customers/{ID}/group"), &[("step", "join"), ("name", "../../roles/admin")]).await;
    assert_eq!(desk.written()[0].path, format!("/v1/admin/users/{ID}/groups/%2E%2E%2F%2E%2E%2Froles%2Fadmin"));
}

#[tokio::test]
async fn a_role_changed_meanwhile_is_told_and_what_was_ticked_stays() {
    let role = json!({"id": ID, "name": "Warehouse", "permissions": ["stock.read"], "version": 4});
    let desk = Desk::new()
        .on("GET /v1/admin/permissions", 200, json!({"items": ["stock.read", "stock.write"]}))
        .on("GET /v1/admin/staff-roles", 200, json!({"items": [role]}))
        .on("GET /v1/admin/invitations", 200, json!({"items": []}))
        .on(&format!("PATCH /v1/admin/staff-roles/{ID}"), 412, problem(412, "version_mismatch", &[]));
    let form = [("form", "role"), ("id", ID), ("version", "3"), ("name", "Packers"), ("permission", "stock.write")];
    let seen = desk.post("/admin/staff/role", &form).await;
    assert_eq!(seen.status, 412);
    assert_eq!(desk.written()[0].if_match.as_deref(), Some("\"3\""));
    seen.has(&["Somebody changed it meanwhile", "value=\"Packers\"", "value=\"stock.write\" checked"]);
}
