//! Managing people, and that somebody always can.

use crate::setup::{PASSWORD, Shop, guest, user};
use bodega_kernel::{Caller, Role};
use bodega_testkit::{Ask, stories};
use futures_util::future::join_all;
use serde_json::json;

async fn admin(shop: &Shop, email: &str) -> Caller {
    let db = &shop.db();
    let (id, _) = bodega_identity::admin::create_user(db, email, PASSWORD, Role::Admin).await.unwrap();
    user(&id.to_string(), &[Role::Customer, Role::Admin])
}

async fn only_admins_manage_people(shop: &Shop) {
    let id = shop.register("anna@example.com").await;
    let calls = [
        ("GET", "/v1/users".to_owned()),
        ("GET", format!("/v1/users/{id}")),
        ("PUT", format!("/v1/users/{id}/roles/admin")),
        ("DELETE", format!("/v1/users/{id}/roles/customer")),
        ("POST", format!("/v1/users/{id}/disable")),
        ("POST", format!("/v1/users/{id}/enable")),
    ];
    for (method, path) in calls {
        assert_eq!(shop.call(guest(), method, &path, None).await.status, 401, "{method} {path}");
        for role in [Role::Customer, Role::Staff] {
            assert_eq!(shop.call(user(&id, &[role]), method, &path, None).await.status, 403, "{method} {path}");
        }
    }
}

async fn roles_are_given_and_taken_and_each_change_is_told_once(shop: &Shop) {
    let root = admin(shop, "root@example.com").await;
    let id = shop.register("anna@example.com").await;
    let before = shop.kinds().await.len();
    let path = format!("/v1/users/{id}/roles/staff");
    for _ in 0..2 {
        let given = shop.call(root.clone(), "PUT", &path, None).await;
        assert_eq!((given.status, &given.json["roles"]), (200, &json!(["customer", "staff"])));
    }
    for _ in 0..2 {
        let taken = shop.call(root.clone(), "DELETE", &path, None).await;
        assert_eq!((taken.status, &taken.json["roles"]), (200, &json!(["customer"])));
    }
    let told: Vec<_> = shop.kinds().await.split_off(before);
    assert_eq!(
        told,
        [("user.role_assigned.v1".to_owned(), id.clone()), ("user.role_removed.v1".to_owned(), id.clone())]
    );
    for path in ["/v1/users/nobody/roles/staff".to_owned(), format!("/v1/users/{id}/roles/owner")] {
        assert_eq!(shop.call(root.clone(), "PUT", &path, None).await.status, 404, "{path}");
    }
    let unknown = "/v1/users/01900000-0000-7000-8000-000000000000/roles/staff";
    assert_eq!(shop.call(root.clone(), "PUT", unknown, None).await.status, 404);
    assert_eq!(shop.call(root, "DELETE", unknown, None).await.status, 404);
}

async fn disabling_is_told_once_and_ends_sessions_and_links(shop: &Shop) {
    let root = admin(shop, "root@example.com").await;
    let id = shop.register("anna@example.com").await;
    let tokens = shop.log_in("anna@example.com", PASSWORD).await.json;
    let before = shop.kinds().await.len();
    for _ in 0..2 {
        shop.call(root.clone(), "POST", &format!("/v1/users/{id}/disable"), None).await.expect(200);
    }
    assert!(!shop.standing(&tokens["access_token"]).await.live);
    assert_eq!(shop.refresh(&tokens["refresh_token"]).await.status, 401);
    assert!(shop.column::<String>("SELECT purpose FROM mail_requests").await.is_empty());
    for _ in 0..2 {
        shop.call(root.clone(), "POST", &format!("/v1/users/{id}/enable"), None).await.expect(200);
    }
    let told = shop.kinds().await.split_off(before);
    assert_eq!(told, vec![("user.disabled.v1".to_owned(), id); 2]);
    assert!(!shop.standing(&tokens["access_token"]).await.live, "what was closed stays closed");
}

async fn users_are_listed_in_pages_and_found_by_a_literal_part_of_their_address(shop: &Shop) {
    let root = admin(shop, "root@example.com").await;
    for email in ["anna@example.com", "bert@example.com", "an_a@other.org"] {
        shop.register(email).await;
    }
    let get = |path: String| shop.call(root.clone(), "GET", Box::leak(path.into_boxed_str()), None);
    let page = get("/v1/users?limit=3&count=true".to_owned()).await;
    assert_eq!((page.json["items"].as_array().unwrap().len(), &page.json["total"]), (3, &json!(4)), "{}", page.json);
    assert_eq!(page.json["items"][0]["roles"], json!(["customer", "admin"]));
    let cursor = page.json["next_cursor"].as_str().unwrap();
    let rest = get(format!("/v1/users?limit=3&cursor={cursor}")).await;
    assert_eq!(rest.json["items"][0]["email"], "an_a@other.org");
    assert!(rest.json.get("next_cursor").is_none());
    let found = get("/v1/users?email=AN_A".to_owned()).await;
    assert_eq!(found.json["items"].as_array().unwrap().len(), 1, "{}", found.json);
    assert_eq!(get("/v1/users?email=%25".to_owned()).await.json["items"], json!([]));
    assert_eq!(get("/v1/users?limit=101".to_owned()).await.status, 422);
    assert!(!found.json.to_string().contains("argon2"));
}

async fn a_user_is_read_by_an_admin_as_they_are(shop: &Shop) {
    let root = admin(shop, "root@example.com").await;
    let id = shop.register("anna@example.com").await;
    let anna = user(&id, &[Role::Customer]);
    let name = json!({"name": "<b>Anna</b>", "language": "de"});
    shop.call(anna.clone(), "PATCH", "/v1/me", Some(name)).await.expect(200);
    let path = format!("/v1/users/{id}");
    let read = shop.call(root.clone(), "GET", &path, None).await.expect(200);
    assert_eq!(read.json, shop.call(anna.clone(), "GET", "/v1/me", None).await.expect(200).json);
    assert_eq!((&read.json["email"], &read.json["name"]), (&json!("anna@example.com"), &json!("<b>Anna</b>")));
    assert!(!read.text.contains("argon2") && !read.text.contains("password"), "{}", read.text);
    shop.call(root.clone(), "POST", &format!("{path}/disable"), None).await.expect(200);
    assert_eq!(shop.call(root.clone(), "GET", &path, None).await.expect(200).json["disabled"], true);
    assert_eq!(shop.call(anna, "GET", &path, None).await.status, 403, "not even oneself");
    assert_eq!(shop.ask(0, Ask::get(&path).without_caller()).await.status, 401);
    let unknown = shop.call(root.clone(), "GET", "/v1/users/01900000-0000-7000-8000-000000000000", None).await;
    assert_eq!((unknown.status, unknown.code()), (404, "user_not_found"));
    for bad in ["nobody", "%00", "1", "01900000-0000-7000-8000-00000000000g"] {
        assert_eq!(shop.call(root.clone(), "GET", &format!("/v1/users/{bad}"), None).await.status, 404, "{bad}");
    }
}

async fn the_last_admin_stays_one(shop: &Shop) {
    let (one, two) = (admin(shop, "one@example.com").await, admin(shop, "two@example.com").await);
    let id = |caller: &Caller| caller.user.unwrap().to_string();
    let disable = |caller: &Caller| format!("/v1/users/{}/disable", id(caller));
    let demote = |caller: &Caller| format!("/v1/users/{}/roles/admin", id(caller));
    assert_eq!(shop.call(one.clone(), "POST", &disable(&two), None).await.status, 200);
    for (method, path) in [("POST", disable(&one)), ("DELETE", demote(&one))] {
        let kept = shop.call(one.clone(), method, &path, None).await;
        assert_eq!((kept.status, &kept.json["code"]), (409, &json!("last_admin")), "{path}");
    }
    assert_eq!(shop.call(one.clone(), "DELETE", &demote(&two), None).await.status, 200, "one who is disabled");
    let customer = format!("/v1/users/{}/roles/customer", id(&one));
    assert_eq!(shop.call(one, "DELETE", &customer, None).await.status, 200);
}

async fn admins_who_remove_each_other_at_the_same_moment_leave_one(shop: &Shop) {
    for round in 0..3 {
        let mut admins = Vec::new();
        for number in 0..4 {
            admins.push(admin(shop, &format!("admin{round}{number}@example.com")).await);
        }
        let calls = admins.iter().enumerate().map(|(number, admin)| {
            let path = format!("/v1/users/{}/roles/admin", admin.user.unwrap());
            async move { shop.call_on(number, admin.clone(), "DELETE", &path, None, &[]).await }
        });
        join_all(calls).await;
        let left = shop.column::<String>("SELECT role FROM user_roles WHERE role = 'admin'").await.len();
        assert!(left >= 1, "nobody is left");
    }
    let left = shop.column::<String>("SELECT role FROM user_roles WHERE role = 'admin'").await.len();
    assert_eq!(left, 1);
}

stories![
    only_admins_manage_people,
    roles_are_given_and_taken_and_each_change_is_told_once,
    users_are_listed_in_pages_and_found_by_a_literal_part_of_their_address,
    a_user_is_read_by_an_admin_as_they_are,
    disabling_is_told_once_and_ends_sessions_and_links,
    the_last_admin_stays_one,
    admins_who_remove_each_other_at_the_same_moment_leave_one,
];
