//! The API of mails: the log, the preview, sending again, writing one, the templates; and who may not.

use crate::setup::{Folder, Shop};
use axum::http::Method;
use bodega_db::params;
use bodega_kernel::{Caller, Role, uuid::Uuid};
use bodega_testkit::{Ask, customer, stories};
use serde_json::{Value, json};
use std::time::Duration;

stories!(
    mails_are_listed_by_state_kind_recipient_and_order,
    a_mail_is_shown_as_it_looks_and_can_do_nothing,
    a_mail_is_sent_again_once_for_a_key,
    staff_write_to_a_customer_and_to_an_address,
    what_staff_write_is_no_html,
    bad_input_is_refused_and_queues_nothing,
    a_template_is_tried_with_an_example,
    a_mail_that_opens_an_account_is_for_its_reader_alone,
    only_staff_come_in,
    the_mailbox_forgets,
    the_mailbox_holds_the_newest_two_thousand,
);

async fn mails_are_listed_by_state_kind_recipient_and_order(shop: &Shop) {
    let orders: Vec<_> = (0..25).map(|_| shop.order()).collect();
    shop.deliver(orders.iter().map(|order| shop.confirmed(*order)).collect()).await;
    shop.send_all().await;
    shop.deliver(orders[..3].iter().map(|order| shop.delivered(*order)).collect()).await;
    for (query, count) in [
        (String::new(), 28),
        ("state=sent".into(), 25),
        ("state=queued&kind=delivered".into(), 3),
        ("kind=shipped".into(), 0),
        (format!("recipient={}@example.com", orders[0]), 1),
        (format!("order={}", orders[0]), 2),
        (format!("order={}&state=sent", orders[9]), 1),
    ] {
        assert_eq!(shop.mails(&query).await.len(), count, "{query}");
    }
    let page = shop.get("/v1/mails?limit=10&count=true&state=sent").await.expect(200).json;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["total"]), (10, &json!(25)));
    let (mut seen, mut path) = (Vec::new(), "/v1/mails?limit=10".to_owned());
    loop {
        let page = shop.get(&path).await.expect(200).json;
        seen.extend(page["items"].as_array().unwrap().iter().map(|mail| mail["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/mails?limit=10&cursor={cursor}");
    }
    assert!(seen.len() == 28 && seen.is_sorted_by(|one, next| one > next), "{seen:?}");
    for bad in ["state=lost", "kind=spam", "order=7", "limit=101", "limit=0", "cursor=%25", "colour=red"] {
        let _ = shop.get(&format!("/v1/mails?{bad}")).await.expect(422);
    }
}

async fn a_mail_is_shown_as_it_looks_and_can_do_nothing(shop: &Shop) {
    let order = shop.order();
    shop.deliver(vec![shop.confirmed(order)]).await;
    let path = format!("/v1/mails/{}/preview", shop.mail("").await["id"].as_str().unwrap());
    shop.silence(true);
    let _ = shop.get(&path).await.expect(503);
    shop.silence(false);
    let before = shop.get(&path).await.expect(200);
    shop.send_all().await;
    shop.silence(true);
    let after = shop.get(&path).await.expect(200);
    assert_eq!(before.text, after.text);
    assert!(after.text.starts_with("<!doctype html>") && after.text.contains("Blue mug"), "{}", after.text);
    for (name, value) in [
        ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"),
        ("content-type", "text/html; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(after.header(name), value);
    }
    let _ = shop.get(&format!("/v1/mails/{}/preview", Uuid::from_u128(7))).await.expect(404);
    let _ = shop.get(&format!("/v1/mails/{}", Uuid::from_u128(7))).await.expect(404);
}

async fn a_mail_is_sent_again_once_for_a_key(shop: &Shop) {
    shop.deliver(vec![shop.confirmed(shop.order())]).await;
    let path = format!("/v1/mails/{}/resend", shop.mail("").await["id"].as_str().unwrap());
    let early = shop.post(&path, "early", &Value::Null).await.expect(409);
    assert_eq!(early.code(), "mail_is_queued");
    shop.send_all().await;
    let first = shop.post(&path, "key", &Value::Null).await.expect(202);
    shop.send_all().await;
    let again = shop.post(&path, "key", &Value::Null).await.expect(202);
    assert_eq!(first.json, again.json);
    shop.send_all().await;
    assert_eq!(shop.mailbox().await.len(), 2);
    let mail = shop.mail("").await;
    assert_eq!((&mail["resends"], &mail["attempts"]), (&json!(1), &json!(2)));
    let missing = format!("/v1/mails/{}/resend", Uuid::from_u128(7));
    assert_eq!(shop.post(&missing, "", &Value::Null).await.expect(404).code(), "mail_not_found");
}

async fn staff_write_to_a_customer_and_to_an_address(shop: &Shop) {
    let user = shop.user();
    let to_user = json!({"user_id": user, "subject": "Your question", "text": "Dear Ada,\n\nyes.", "language": "de"});
    let queued = shop.post("/v1/mails", "one", &to_user).await.expect(202);
    assert_eq!((&queued.json["kind"], &queued.json["user_id"]), (&json!("note"), &json!(user)));
    assert_eq!(shop.post("/v1/mails", "one", &to_user).await.expect(202).json, queued.json);
    let other = json!({"user_id": user, "subject": "Another", "text": "x"});
    assert_eq!(shop.post("/v1/mails", "one", &other).await.expect(422).code(), "idempotency_key_reused");
    let to_address = json!({"email": "bob@example.com", "subject": "Hello", "text": "Hi Bob"});
    let queued = shop.post("/v1/mails", "two", &to_address).await.expect(202);
    assert_eq!(queued.json["recipient"], "bob@example.com");
    shop.send_all().await;
    let kept = shop.mailbox().await;
    let mut sent: Vec<(String, String)> = kept
        .iter()
        .map(|mail| (mail["to"].as_str().unwrap().to_owned(), mail["subject"].as_str().unwrap().to_owned()))
        .collect();
    sent.sort();
    let expected = [(format!("{user}@example.com"), "Your question"), ("bob@example.com".into(), "Hello")];
    let mut expected = expected.map(|(to, subject)| (to, subject.to_owned())).to_vec();
    expected.sort();
    assert_eq!(sent, expected);
    let german = kept.iter().find(|mail| mail["subject"] == "Your question").unwrap()["text"].as_str().unwrap();
    assert!(german.starts_with("Guten Tag Ada,\n\nDear Ada,\n\nyes.\n"), "{german}");
    shop.knows_user(user, None);
    let gone = shop.post("/v1/mails", "", &other).await.expect(422);
    assert_eq!(gone.pointers(), ["/user_id"]);
}

async fn what_staff_write_is_no_html(shop: &Shop) {
    let body =
        json!({"email": "bob@example.com", "subject": "<b>Hi</b>", "text": "<script>alert(1)</script>\n{{ shop }}"});
    let _ = shop.post("/v1/mails", "", &body).await.expect(202);
    shop.send_all().await;
    let kept = shop.mailbox().await;
    let html = kept[0]["html"].as_str().unwrap();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script") && html.contains("{{ shop }}"), "{html}");
    assert_eq!(kept[0]["subject"], "<b>Hi</b>");
}

async fn bad_input_is_refused_and_queues_nothing(shop: &Shop) {
    let note = |more: Value| {
        let mut body = json!({"email": "bob@example.com", "subject": "Hello", "text": "Hi"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (body, pointer) in [
        (note(json!({"email": "bob"})), "/email"),
        (note(json!({"email": "a@b.example\r\nBcc: e@evil.example"})), "/email"),
        (note(json!({"user_id": Uuid::from_u128(1)})), "/email"),
        (json!({"subject": "Hello", "text": "Hi"}), "/email"),
        (note(json!({"user_id": 7, "email": null})), "/user_id"),
        (note(json!({"subject": ""})), "/subject"),
        (note(json!({"subject": "a\nb"})), "/subject"),
        (note(json!({"subject": "x".repeat(201)})), "/subject"),
        (note(json!({"subject": 1.5})), "/subject"),
        (note(json!({"text": "  \n "})), "/text"),
        (note(json!({"text": "x".repeat(20_001)})), "/text"),
        (note(json!({"language": "fr"})), "/language"),
        (note(json!({"html": "<b>"})), "/html"),
        (json!({"email": "bob@example.com", "text": "Hi"}), "/subject"),
    ] {
        let answer = shop.post("/v1/mails", "", &body).await.expect(422);
        assert_eq!((answer.code(), answer.pointers()), ("invalid_body", vec![pointer]), "{body}");
    }
    let malformed = Ask::post("/v1/mails").by(bodega_testkit::staff()).body("{");
    let _ = shop.ask(0, malformed).await.expect(400);
    for number in [json!(-1), json!(0), json!(9_223_372_036_854_775_808_u64), json!(1.5)] {
        let _ = shop.post("/v1/mails", "", &note(json!({"text": number}))).await.expect(422);
        let _ = shop.post("/v1/mail-templates/shipped/preview", "", &json!({"language": number})).await.expect(422);
    }
    assert_eq!(shop.mails("").await.len(), 0);
}

async fn a_template_is_tried_with_an_example(shop: &Shop) {
    let path = |kind: &str| format!("/v1/mail-templates/{kind}/preview");
    let english = shop.post(&path("shipped"), "", &json!({})).await.expect(200).json;
    assert_eq!(english["subject"], "Part of your order B-000Z8 is on its way");
    assert!(english["html"].as_str().unwrap().contains("RM123456789GB") && english["flaws"] == json!([]));
    let german = shop.post(&path("shipped"), "", &json!({"language": "de"})).await.expect(200).json;
    assert!(german["text"].as_str().unwrap().contains("Sendungsnummer"), "{german}");
    let _ = shop.post(&path("spam"), "", &json!({})).await.expect(404);
    assert_eq!(shop.post(&path("shipped"), "", &json!({"lang": "de"})).await.expect(422).pointers(), ["/lang"]);

    let folder =
        Folder::with(&format!("{:?}", shop.backend()), &[("en/welcome.txt", "Subject: Hi from {{ shop }}\n\nHi\n")]);
    let own = shop.with(|settings| settings.mail.templates_dir.clone_from(&folder.0)).await;
    let hi = own.post(&path("welcome"), "", &json!({})).await.expect(200).json;
    assert_eq!((&hi["subject"], &hi["text"], &hi["flaws"]), (&json!("Hi from Tea & Mugs"), &json!("Hi\n"), &json!([])));
    folder.write("en/welcome.txt", "Subject: {{ shop }\n");
    let broken = own.post(&path("welcome"), "", &json!({})).await.expect(200).json;
    assert_eq!(
        (&broken["subject"], &broken["flaws"][0]["template"]),
        (&json!("Welcome to Tea & Mugs"), &json!("en/welcome.txt"))
    );
    own.deliver(vec![own.registered(own.user())]).await;
    own.send_all().await;
    assert_eq!(own.mail("").await["subject"], "Hi from Tea & Mugs", "what was read at the start is used");
}

async fn a_mail_that_opens_an_account_is_for_its_reader_alone(shop: &Shop) {
    let (id, user) = (Uuid::from_u128(1), shop.user());
    let sql = "INSERT INTO mails (id, kind, subject, user_id, params, state, due_ms, tries, attempts, resends, created_ms, \
               queued_ms) VALUES ($1, 'password_reset', 'x', $2, $3, 'queued', 0, 0, 0, 0, 0, $4)";
    let params = r#"{"link": "https://shop.example/reset?t=secret-token"}"#;
    shop.execute(sql, params![id, user.0, params, shop.world.now()].to_vec()).await;
    let _ = shop.get(&format!("/v1/mails/{id}/preview")).await.expect(403);
    shop.send_all().await;
    let preview = shop.get(&format!("/v1/mails/{id}/preview")).await.expect(403);
    assert_eq!(preview.code(), "mail_is_private");
    let in_full = shop.get(&format!("/v1/mails/{id}")).await.expect(200);
    assert!(!in_full.text.contains("secret-token"), "{}", in_full.text);
    assert_eq!(shop.mailbox().await.len(), 0);
    let admin = Caller { user: Some(user), roles: vec![Role::Admin] };
    let all = shop.ask(0, Ask::get("/v1/mailbox").by(admin)).await.expect(200);
    assert_eq!(all.json["items"][0]["subject"], "Choose a new password");
    assert!(!all.text.contains("secret-token"), "not even for admins: {}", all.text);
}

async fn only_staff_come_in(shop: &Shop) {
    shop.deliver(vec![shop.confirmed(shop.order())]).await;
    let id = shop.mail("").await["id"].as_str().unwrap().to_owned();
    let note = json!({"email": "bob@example.com", "subject": "Hello", "text": "Hi"});
    let calls = [
        (Method::GET, "/v1/mails".to_owned(), Value::Null),
        (Method::POST, "/v1/mails".to_owned(), note),
        (Method::GET, format!("/v1/mails/{id}"), Value::Null),
        (Method::GET, format!("/v1/mails/{id}/preview"), Value::Null),
        (Method::POST, format!("/v1/mails/{id}/resend"), Value::Null),
        (Method::GET, "/v1/mailbox".to_owned(), Value::Null),
        (Method::POST, "/v1/mail-templates/shipped/preview".to_owned(), json!({})),
    ];
    for (method, path, body) in calls {
        let ask = |ask: Ask| ask.json(&body);
        let (plain, path) = (|| Ask::new(method.clone(), path.as_str()), path.as_str());
        let _ = shop.ask(0, ask(plain().without_caller())).await.expect(401);
        let _ = shop.ask(0, ask(plain())).await.expect(401);
        let refused = shop.ask(0, ask(plain().by(customer(shop.user())))).await;
        assert_eq!(refused.status, 403, "{method} {path}");
    }
    assert_eq!(shop.mails("").await.len(), 1);
}

async fn the_mailbox_forgets(shop: &Shop) {
    shop.deliver(vec![shop.confirmed(shop.order())]).await;
    shop.send_all().await;
    shop.clock.advance(Duration::from_hours(29 * 24));
    shop.deliver(vec![shop.confirmed(shop.order())]).await;
    shop.send_all().await;
    assert!(!shop.job("mailbox").step().await);
    assert_eq!(shop.mailbox().await.len(), 2);
    shop.clock.advance(Duration::from_hours(2 * 24));
    assert!(shop.job("mailbox").step().await && !shop.job("mailbox").step().await);
    assert_eq!((shop.mailbox().await.len(), shop.mails("").await.len()), (1, 2));
}

async fn the_mailbox_holds_the_newest_two_thousand(shop: &Shop) {
    let sql = "INSERT INTO mailbox (seq, mail_id, message_id, sender, recipient, title, text_part, html_part, private, at_ms) \
               VALUES ($1, $2, $3, 'a', 'b', 'c', 'd', 'e', FALSE, $4)";
    for seq in [-1_995_i64, -1_000, 0] {
        let row = params![seq, Uuid::from_u128(1), seq.to_string(), shop.world.now()].to_vec();
        shop.execute(sql, row).await;
    }
    shop.deliver((0..10).map(|_| shop.confirmed(shop.order())).collect()).await;
    shop.send_all().await;
    let kept = shop.mailbox().await;
    assert_eq!(kept.len(), 12);
    assert_eq!(kept.last().unwrap()["seq"], -1_000);
}
