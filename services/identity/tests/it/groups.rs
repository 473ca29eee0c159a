//! Groups of customers, and what is told of them.

use crate::setup::{Shop, guest, user};
use bodega_kernel::Role;
use bodega_testkit::{staff, stories};
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn make(shop: &Shop, name: &str) {
    let body = json!({"name": name, "label": "Some customers"});
    shop.call(staff(), "POST", "/v1/admin/groups", Some(body)).await.expect(201);
}

/// What was told of groups, oldest first: version and names.
async fn told(shop: &Shop) -> Vec<(i64, Value)> {
    let events = shop.events().await;
    let changed = events.iter().filter(|event| *event.kind == *"user.groups_changed.v1");
    let data = changed.map(|event| serde_json::from_str::<Value>(&event.data).unwrap());
    data.map(|data| (data["version"].as_i64().unwrap(), data["groups"].clone())).collect()
}

async fn each_change_of_groups_is_told_whole_and_once(shop: &Shop) {
    for name in ["vip", "trade"] {
        make(shop, name).await;
    }
    let id = shop.register("anna@example.com").await;
    let path = |name: &str| format!("/v1/admin/users/{id}/groups/{name}");
    for _ in 0..2 {
        let groups = shop.call(staff(), "PUT", &path("vip"), None).await.expect(200);
        assert_eq!(groups.json["items"], json!(["vip"]));
    }
    shop.call(staff(), "PUT", &path("trade"), None).await.expect(200);
    for _ in 0..2 {
        shop.call(staff(), "DELETE", &path("vip"), None).await.expect(200);
    }
    assert_eq!(told(shop).await, [(1, json!(["vip"])), (2, json!(["trade", "vip"])), (3, json!(["trade"]))]);
    let listed = shop.call(staff(), "GET", &format!("/v1/admin/users/{id}/groups"), None).await.expect(200);
    assert_eq!(listed.json["items"], json!(["trade"]));
    let members = shop.call(staff(), "GET", "/v1/admin/groups/trade/members", None).await.expect(200);
    assert_eq!(members.json["items"], json!([id]));
    let held = shop.call(staff(), "DELETE", "/v1/admin/groups/trade", None).await.expect(409);
    assert_eq!(held.code(), "group_in_use");
    shop.call(staff(), "DELETE", "/v1/admin/groups/vip", None).await.expect(204);
    shop.call(staff(), "PUT", &path("vip"), None).await.expect(404);
}

async fn changes_at_the_same_moment_count_up_one_by_one(shop: &Shop) {
    let names: Vec<String> = (0..12).map(|number| format!("group-{number:02}")).collect();
    for name in &names {
        make(shop, name).await;
    }
    let id = shop.register("anna@example.com").await;
    let calls = names.iter().enumerate().map(|(number, name)| {
        let path = format!("/v1/admin/users/{id}/groups/{name}");
        async move { shop.call_on(number, staff(), "PUT", &path, None, &[]).await.expect(200) }
    });
    join_all(calls).await;
    let mut told = told(shop).await;
    told.sort_by_key(|(version, _)| *version);
    let versions: Vec<i64> = told.iter().map(|(version, _)| *version).collect();
    assert_eq!(versions, (1..=12).collect::<Vec<_>>());
    assert_eq!(told.last().unwrap().1, json!(names), "the highest version says all");
}

async fn groups_are_named_plainly_and_managed_by_staff(shop: &Shop) {
    make(shop, "trade").await;
    let again = json!({"name": "trade", "label": "x"});
    let taken = shop.call(staff(), "POST", "/v1/admin/groups", Some(again)).await.expect(409);
    assert_eq!(taken.code(), "name_taken");
    for (body, pointer) in [
        (json!({"name": "Trade", "label": "x"}), "/name"),
        (json!({"name": "x", "label": ""}), "/label"),
        (json!({"name": "x"}), "/label"),
    ] {
        let refused = shop.call(staff(), "POST", "/v1/admin/groups", Some(body)).await.expect(422);
        assert_eq!(refused.pointers(), [pointer]);
    }
    let id = shop.register("anna@example.com").await;
    let nobody = "/v1/admin/users/01900000-0000-7000-8000-000000000000/groups";
    assert_eq!(shop.call(staff(), "GET", nobody, None).await.status, 404);
    assert_eq!(shop.call(staff(), "PUT", &format!("{nobody}/trade"), None).await.status, 404);
    for (method, path) in [
        ("GET", "/v1/admin/groups".to_owned()),
        ("POST", "/v1/admin/groups".to_owned()),
        ("DELETE", "/v1/admin/groups/trade".to_owned()),
        ("GET", "/v1/admin/groups/trade/members".to_owned()),
        ("GET", format!("/v1/admin/users/{id}/groups")),
        ("PUT", format!("/v1/admin/users/{id}/groups/trade")),
        ("DELETE", format!("/v1/admin/users/{id}/groups/trade")),
    ] {
        assert_eq!(shop.call(guest(), method, &path, None).await.status, 401, "{method} {path}");
        assert_eq!(shop.call(user(&id, &[Role::Customer]), method, &path, None).await.status, 403, "{method} {path}");
    }
}

async fn a_group_shows_its_members_in_pages(shop: &Shop) {
    make(shop, "trade").await;
    let mut ids = Vec::new();
    for number in 0..3 {
        let id = shop.register(&format!("customer{number}@example.com")).await;
        shop.call(staff(), "PUT", &format!("/v1/admin/users/{id}/groups/trade"), None).await.expect(200);
        ids.push(id);
    }
    ids.sort();
    let first = shop.call(staff(), "GET", "/v1/admin/groups/trade/members?limit=2", None).await.expect(200).json;
    assert_eq!(first["items"], json!(ids[..2]));
    let next = format!("/v1/admin/groups/trade/members?limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(shop.call(staff(), "GET", &next, None).await.expect(200).json["items"], json!(ids[2..]));
    assert_eq!(shop.call(staff(), "GET", "/v1/admin/groups/none/members", None).await.status, 404);
}

stories![
    each_change_of_groups_is_told_whole_and_once,
    changes_at_the_same_moment_count_up_one_by_one,
    groups_are_named_plainly_and_managed_by_staff,
    a_group_shows_its_members_in_pages,
];
