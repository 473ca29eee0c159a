//! Staff roles and invitations.

use crate::setup::{PASSWORD, Shop, claims, guest, user};
use bodega_kernel::{Caller, Role};
use bodega_testkit::{Answer, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;

async fn root(shop: &Shop) -> Caller {
    let made = bodega_identity::admin::create_user(shop.db(), "root@example.com", PASSWORD, Role::Admin).await;
    user(&made.unwrap().0.to_string(), &[Role::Customer, Role::Admin])
}

async fn make(shop: &Shop, root: &Caller, name: &str, permissions: &[&str]) -> Answer {
    let body = json!({"name": name, "permissions": permissions});
    shop.call(root.clone(), "POST", "/v1/admin/staff-roles", Some(body)).await
}

async fn a_staff_role_narrows_what_its_holder_may_do(shop: &Shop) {
    let root = root(shop).await;
    let role = make(shop, &root, "Warehouse", &["stock.write", "orders.read", "stock.write"]).await.expect(201);
    assert_eq!(role.json["permissions"], json!(["orders.read", "stock.write"]));
    let id = shop.register("anna@example.com").await;
    let path = format!("/v1/admin/users/{id}/staff-role");
    let body = Some(json!({"staff_role_id": role.json["id"]}));
    let given = shop.call(root.clone(), "PUT", &path, body.clone()).await.expect(200);
    assert_eq!((&given.json["roles"], &given.json["staff_role_id"]), (&json!(["customer", "staff"]), &role.json["id"]));
    let tokens = shop.log_in("anna@example.com", PASSWORD).await.json;
    assert_eq!(claims(&tokens["access_token"])["permissions"], json!(["orders.read", "stock.write"]));
    let may = async || shop.standing(&tokens["access_token"]).await.permissions;
    assert_eq!(may().await, Some(vec!["orders.read".to_owned(), "stock.write".to_owned()]));
    let role_path = format!("/v1/admin/staff-roles/{}", role.field("id"));
    let change = Some(json!({"permissions": []}));
    let stale = [("if-match", "\"7\"")];
    assert_eq!(shop.call_on(0, root.clone(), "PATCH", &role_path, change.clone(), &stale).await.status, 412);
    let changed = shop.call(root.clone(), "PATCH", &role_path, change).await.expect(200);
    assert_eq!((&changed.json["version"], &changed.json["name"]), (&json!(2), &json!("Warehouse")));
    assert_eq!(may().await, Some(vec![]));
    let held = shop.call(root.clone(), "DELETE", &role_path, None).await.expect(409);
    assert_eq!(held.code(), "staff_role_in_use");
    let listed = shop.call(root.clone(), "GET", "/v1/users?email=anna", None).await;
    assert_eq!(listed.json["items"][0]["staff_role_id"], role.json["id"]);
    shop.call(root.clone(), "DELETE", &path, None).await.expect(200);
    assert_eq!(may().await, None, "all that staff may");
    shop.call(root.clone(), "DELETE", &role_path, None).await.expect(204);
    shop.call(root, "PUT", &path, body).await.expect(404);
}

async fn staff_roles_are_named_once_and_permit_only_what_there_is(shop: &Shop) {
    let root = root(shop).await;
    let calls = (0..8).map(|number| {
        let body = Some(json!({"name": "Warehouse", "permissions": []}));
        shop.call_on(number, root.clone(), "POST", "/v1/admin/staff-roles", body, &[])
    });
    let answers = join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "name_taken"));
    let desk = make(shop, &root, "Desk", &[]).await.expect(201);
    let path = format!("/v1/admin/staff-roles/{}", desk.field("id"));
    let taken = shop.call(root.clone(), "PATCH", &path, Some(json!({"name": "Warehouse"}))).await.expect(409);
    assert_eq!(taken.code(), "name_taken");
    assert_eq!(make(shop, &root, "Boss", &["users.write"]).await.expect(422).pointers(), ["/permissions"]);
    assert_eq!(make(shop, &root, " ", &[]).await.expect(422).pointers(), ["/name"]);
    let all = shop.call(root.clone(), "GET", "/v1/admin/staff-roles", None).await.expect(200).json;
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let catalogue = shop.call(root, "GET", "/v1/admin/permissions", None).await.expect(200);
    assert!(catalogue.text.contains("payments.refund"));
}

async fn invite(shop: &Shop, root: &Caller, body: Value) -> Answer {
    shop.call(root.clone(), "POST", "/v1/admin/invitations", Some(body)).await
}

async fn accept(shop: &Shop, replica: usize, token: &str, password: &str) -> Answer {
    let body = json!({"token": token, "password": password, "name": "Anna"});
    shop.call_on(replica, guest(), "POST", "/v1/auth/accept-invitation", Some(body), &[]).await
}

async fn token(shop: &Shop) -> String {
    shop.link("staff.invited.v1", "invitation_id").await.unwrap().token
}

async fn whoever_is_invited_chooses_a_password_and_is_staff(shop: &Shop) {
    let root = root(shop).await;
    let role = make(shop, &root, "Warehouse", &["stock.write"]).await.field("id");
    let made = invite(shop, &root, json!({"email": "Anna@example.com", "staff_role_id": role})).await.expect(201);
    assert_eq!((made.field("email"), made.field("role")), ("anna@example.com".to_owned(), "staff".to_owned()));
    assert!(made.json.get("token").is_none());
    let token = token(shop).await;
    assert_eq!(accept(shop, 0, &token, "short").await.expect(422).pointers(), ["/password"]);
    let answers = join_all((0..8).map(|number| accept(shop, number, &token, PASSWORD))).await;
    let joined: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(joined.len(), 1, "once");
    assert_eq!(joined[0].json["roles"], json!(["customer", "staff"]));
    assert_eq!((&joined[0].json["staff_role_id"], &joined[0].json["email_verified"]), (&json!(role), &json!(true)));
    assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 200);
    let open = shop.call(root, "GET", "/v1/admin/invitations", None).await.expect(200);
    assert_eq!(open.json["items"], json!([]));
}

async fn an_account_opened_before_by_somebody_else_is_no_way_in(shop: &Shop) {
    let root = root(shop).await;
    shop.register("anna@example.com").await;
    let eve = shop.log_in("anna@example.com", PASSWORD).await.json;
    invite(shop, &root, json!({"email": "anna@example.com", "role": "admin"})).await.expect(201);
    let joined = accept(shop, 0, &token(shop).await, "a chestnut under the lamp").await.expect(201);
    assert_eq!(joined.json["roles"], json!(["customer", "admin"]));
    assert!(!shop.standing(&eve["access_token"]).await.live);
    assert_eq!(shop.log_in("anna@example.com", PASSWORD).await.status, 401);
    assert_eq!(shop.log_in("anna@example.com", "a chestnut under the lamp").await.status, 200);
}

async fn an_invitation_ends_by_itself_by_another_one_or_when_it_is_withdrawn(shop: &Shop) {
    let root = root(shop).await;
    let body = || json!({"email": "anna@example.com"});
    invite(shop, &root, body()).await.expect(201);
    let first = token(shop).await;
    let second = invite(shop, &root, body()).await.expect(201);
    assert_eq!(accept(shop, 0, &first, PASSWORD).await.expect(422).code(), "link_over");
    let late = token(shop).await;
    let path = format!("/v1/admin/invitations/{}", second.field("id"));
    shop.call(root.clone(), "DELETE", &path, None).await.expect(204);
    assert_eq!(accept(shop, 0, &late, PASSWORD).await.status, 422);
    shop.call(root.clone(), "DELETE", &path, None).await.expect(404);
    shop.call(root.clone(), "POST", "/v1/staff-invitations", Some(body())).await.expect(201);
    let old = token(shop).await;
    shop.clock.advance(Duration::from_hours(7 * 24));
    assert_eq!(accept(shop, 0, &old, PASSWORD).await.status, 422);
    assert_eq!(shop.link("staff.invited.v1", "invitation_id").await, None);
    for (body, pointer) in [
        (json!({"email": "anna"}), "/email"),
        (json!({"email": "a@b.c", "role": "customer"}), "/role"),
        (json!({"email": "a@b.c", "role": "owner"}), "/role"),
        (json!({"email": "a@b.c", "staff_role_id": "01900000-0000-7000-8000-000000000000"}), "/staff_role_id"),
    ] {
        assert_eq!(invite(shop, &root, body).await.expect(422).pointers(), [pointer]);
    }
}

async fn only_admins_manage_staff(shop: &Shop) {
    let id = shop.register("anna@example.com").await;
    let calls = [
        ("GET", "/v1/admin/permissions".to_owned()),
        ("GET", "/v1/admin/staff-roles".to_owned()),
        ("POST", "/v1/admin/staff-roles".to_owned()),
        ("PATCH", format!("/v1/admin/staff-roles/{id}")),
        ("DELETE", format!("/v1/admin/staff-roles/{id}")),
        ("PUT", format!("/v1/admin/users/{id}/staff-role")),
        ("DELETE", format!("/v1/admin/users/{id}/staff-role")),
        ("GET", "/v1/admin/invitations".to_owned()),
        ("POST", "/v1/admin/invitations".to_owned()),
        ("POST", "/v1/staff-invitations".to_owned()),
        ("DELETE", format!("/v1/admin/invitations/{id}")),
    ];
    for (method, path) in calls {
        assert_eq!(shop.call(guest(), method, &path, None).await.status, 401, "{method} {path}");
        for role in [Role::Customer, Role::Staff] {
            assert_eq!(shop.call(user(&id, &[role]), method, &path, None).await.status, 403, "{method} {path}");
        }
    }
}

stories![
    a_staff_role_narrows_what_its_holder_may_do,
    staff_roles_are_named_once_and_permit_only_what_there_is,
    whoever_is_invited_chooses_a_password_and_is_staff,
    an_account_opened_before_by_somebody_else_is_no_way_in,
    an_invitation_ends_by_itself_by_another_one_or_when_it_is_withdrawn,
    only_admins_manage_staff,
];
