//! What is given to whoever asks what is kept of them: all of it, of nobody else, and no secrets.

use crate::setup::{PASSWORD, Shop, guest, user};
use bodega_kernel::{Role, UserId};
use bodega_testkit::{Ask, Backend, stories};
use serde_json::{Value, json};

async fn an_export_holds_all_that_is_kept_of_its_owner(shop: &Shop) {
    let id = shop.register("anna@example.com").await;
    let anna = user(&id, &[Role::Customer]);
    let tokens = shop.log_in("anna@example.com", PASSWORD).await.expect(200).json;
    let profile = json!({"name": "Anna", "phone": "+44 20 7946 0000", "birthday": "1990-12-31", "language": "de"});
    shop.call(anna.clone(), "PATCH", "/v1/me", Some(profile.clone())).await.expect(200);
    let address = json!({"name": "Anna", "line1": "1 High Street", "city": "London", "postal_code": "N1 1AA",
        "country": "GB"});
    shop.call(anna.clone(), "POST", "/v1/me/addresses", Some(address)).await.expect(201);
    let staff = user(&UserId::new(&shop.world).to_string(), &[Role::Staff]);
    let club = json!({"name": "club", "label": "The club"});
    shop.call(staff.clone(), "POST", "/v1/admin/groups", Some(club)).await.expect(201);
    shop.call(staff, "PUT", &format!("/v1/admin/users/{id}/groups/club"), None).await.expect(200);
    let export = shop.call(anna.clone(), "GET", "/v1/me/export", None).await.expect(200);
    assert_eq!(export.header("cache-control"), "private, no-store");
    assert_eq!(export.header("content-disposition"), "attachment; filename=\"account.json\"");
    let all = &export.json;
    let me = shop.call(anna.clone(), "GET", "/v1/me", None).await.expect(200).json;
    let addresses = shop.call(anna, "GET", "/v1/me/addresses", None).await.expect(200).json;
    assert_eq!((&all["profile"], &all["addresses"], &all["groups"]), (&me, &addresses["items"], &json!(["club"])));
    for (field, value) in profile.as_object().unwrap() {
        assert_eq!(&all["profile"][field], value);
    }
    let sessions = all["sessions"].as_array().unwrap();
    assert_eq!((sessions.len(), &sessions[0]["closed_at"]), (1, &Value::Null));
    let request = &all["mail_requests"][0];
    assert_eq!((&request["purpose"], &request["email"]), (&json!("verify"), &json!("anna@example.com")));
    assert!(all["exported_at"].is_string());
    let refresh = tokens["refresh_token"].as_str().unwrap();
    for secret in ["argon2", "password_hash", PASSWORD, refresh, &shop.email_token().await] {
        assert!(!export.text.contains(secret), "{secret}");
    }
}

/// Every table that names a person is in the export, or is here with why not.
async fn no_table_that_names_people_is_forgotten(shop: &Shop) {
    let left_out = [
        ("avatar_files", "its address is in the profile"),
        ("user_roles", "in the profile"),
        ("staff_role_holders", "in the profile"),
    ];
    let exported = ["addresses", "group_members", "mail_requests", "sessions"];
    let sql = if shop.backend() == Backend::Postgres {
        "SELECT table_name::text FROM information_schema.columns \
         WHERE column_name = 'user_id' AND table_schema = current_schema() ORDER BY 1"
    } else {
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'user_id' \
         WHERE m.type = 'table' ORDER BY 1"
    };
    let tables = shop.column::<String>(sql).await;
    assert!(tables.len() >= exported.len(), "{tables:?}");
    for table in tables {
        let known = exported.contains(&table.as_str()) || left_out.iter().any(|(name, _)| *name == table);
        assert!(known, "{table} holds something of people: is it in the export?");
    }
}

async fn an_export_is_for_its_owner_alone(shop: &Shop) {
    let (anna, bert) = (shop.register("anna@example.com").await, shop.register("bert@example.com").await);
    assert_eq!(shop.ask(0, Ask::get("/v1/me/export").by(guest())).await.status, 401);
    assert_eq!(shop.ask(0, Ask::get("/v1/me/export").without_caller()).await.status, 401);
    let of_bert = shop.call(user(&bert, &[Role::Customer]), "GET", "/v1/me/export", None).await.expect(200);
    assert!(!of_bert.text.contains("anna@example.com") && !of_bert.text.contains(&anna), "{}", of_bert.text);
    let nobody = user(&UserId::new(&shop.world).to_string(), &[Role::Customer]);
    assert_eq!(shop.call(nobody, "GET", "/v1/me/export", None).await.expect(404).code(), "user_not_found");
}

stories![
    an_export_holds_all_that_is_kept_of_its_owner,
    no_table_that_names_people_is_forgotten,
    an_export_is_for_its_owner_alone,
];
