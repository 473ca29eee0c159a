//! Managing people, and that somebody always can.

use crate::setup::{PASSWORD, Shop, call, guest, shops, user};
use bodega_kernel::{Caller, Role};
use futures_util::future::join_all;
use serde_json::json;

async fn admin(shop: &Shop, email: &str) -> Caller {
    let db = &shop.host.services[0].db;
    let (id, _) = bodega_identity::admin::create_user(db, email, PASSWORD, Role::Admin).await.unwrap();
    user(&id.to_string(), &[Role::Customer, Role::Admin])
}

#[tokio::test]
async fn only_admins_manage_people() {
    for shop in shops().await {
        let id = shop.register("anna@example.com").await;
        let calls = [
            ("GET", "/v1/users".to_owned()),
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
}

#[tokio::test]
async fn roles_are_given_and_taken_and_each_change_is_told_once() {
    for shop in shops().await {
        let root = admin(&shop, "root@example.com").await;
        let id = shop.register("anna@example.com").await;
        let before = shop.events().await.len();
        let path = format!("/v1/users/{id}/roles/staff");
        for _ in 0..2 {
            let given = shop.call(root.clone(), "PUT", &path, None).await;
            assert_eq!((given.status.as_u16(), &given.body["roles"]), (200, &json!(["customer", "staff"])));
        }
        for _ in 0..2 {
            let taken = shop.call(root.clone(), "DELETE", &path, None).await;
            assert_eq!((taken.status.as_u16(), &taken.body["roles"]), (200, &json!(["customer"])));
        }
        let told: Vec<_> = shop.events().await.split_off(before);
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
}

#[tokio::test]
async fn users_are_listed_in_pages_and_found_by_a_literal_part_of_their_address() {
    for shop in shops().await {
        let root = admin(&shop, "root@example.com").await;
        for email in ["anna@example.com", "bert@example.com", "an_a@other.org"] {
            shop.register(email).await;
        }
        let get = |path: String| shop.call(root.clone(), "GET", Box::leak(path.into_boxed_str()), None);
        let page = get("/v1/users?limit=3&count=true".to_owned()).await;
        assert_eq!(
            (page.body["items"].as_array().unwrap().len(), &page.body["total"]),
            (3, &json!(4)),
            "{}",
            page.body
        );
        assert_eq!(page.body["items"][0]["roles"], json!(["customer", "admin"]));
        let cursor = page.body["next_cursor"].as_str().unwrap();
        let rest = get(format!("/v1/users?limit=3&cursor={cursor}")).await;
        assert_eq!(rest.body["items"][0]["email"], "an_a@other.org");
        assert!(rest.body.get("next_cursor").is_none());
        let found = get("/v1/users?email=AN_A".to_owned()).await;
        assert_eq!(found.body["items"].as_array().unwrap().len(), 1, "{}", found.body);
        assert_eq!(get("/v1/users?email=%25".to_owned()).await.body["items"], json!([]));
        assert_eq!(get("/v1/users?limit=101".to_owned()).await.status, 422);
        assert!(!found.body.to_string().contains("argon2"));
    }
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    for shop in shops().await {
        let (one, two) = (admin(&shop, "one@example.com").await, admin(&shop, "two@example.com").await);
        let id = |caller: &Caller| caller.user.unwrap().to_string();
        let disable = |caller: &Caller| format!("/v1/users/{}/disable", id(caller));
        let demote = |caller: &Caller| format!("/v1/users/{}/roles/admin", id(caller));
        assert_eq!(shop.call(one.clone(), "POST", &disable(&two), None).await.status, 200);
        for (method, path) in [("POST", disable(&one)), ("DELETE", demote(&one))] {
            let kept = shop.call(one.clone(), method, &path, None).await;
            assert_eq!((kept.status.as_u16(), &kept.body["code"]), (409, &json!("last_admin")), "{path}");
        }
        assert_eq!(shop.call(one.clone(), "DELETE", &demote(&two), None).await.status, 200, "one who is disabled");
        let customer = format!("/v1/users/{}/roles/customer", id(&one));
        assert_eq!(shop.call(one, "DELETE", &customer, None).await.status, 200);
    }
}

#[tokio::test]
async fn admins_who_remove_each_other_at_the_same_moment_leave_one() {
    for shop in shops().await {
        let replica = shop.replica().await;
        let other = replica.as_ref().unwrap_or(&shop.host);
        for round in 0..3 {
            let mut admins = Vec::new();
            for number in 0..4 {
                admins.push(admin(&shop, &format!("admin{round}{number}@example.com")).await);
            }
            let calls = admins.iter().enumerate().map(|(number, admin)| {
                let path = format!("/v1/users/{}/roles/admin", admin.user.unwrap());
                let host = if number % 2 == 0 { &shop.host } else { other };
                async move { call(host, admin.clone(), "DELETE", &path, None, &[]).await }
            });
            join_all(calls).await;
            let left = shop.column::<String>("SELECT role FROM user_roles WHERE role = 'admin'").await.len();
            assert!(left >= 1, "{}: nobody is left", shop.name());
        }
        let left = shop.column::<String>("SELECT role FROM user_roles WHERE role = 'admin'").await.len();
        assert_eq!(left, 1);
    }
}
