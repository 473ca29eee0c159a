//! What a mail says and to whom: what the owners answer when it is due.

use crate::setup::{Shop, details};
use bodega_contracts::{
    RefundId, ShipmentId,
    identity::Contact,
    orders::{CancelReason, Details, PaymentStatus},
};
use bodega_testkit::stories;

stories!(
    a_confirmation_says_what_was_bought_and_what_it_costs,
    a_mail_is_in_the_language_of_its_reader,
    a_mail_says_what_its_event_said,
    a_cancelled_order_says_why_and_where_the_money_is,
    hostile_names_stay_what_they_are,
    a_mail_about_what_is_not_there_is_given_up_at_once,
);

async fn a_confirmation_says_what_was_bought_and_what_it_costs(shop: &Shop) {
    let order = shop.order();
    shop.deliver(vec![shop.confirmed(order)]).await;
    shop.send_all().await;
    let kept = shop.mailbox().await;
    let [mail] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!(
        (&mail["to"], &mail["subject"]),
        (&format!("{order}@example.com").into(), &"Your order B-1 at Tea & Mugs".into())
    );
    assert_eq!(mail["from"], "Tea & Mugs <shop@shop.example>");
    let (text, html) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
    for part in [text, html] {
        for piece in ["Ada Lovelace", "Blue mug", "£25.00", "5 off", "Standard", "£3.95", "1 January 2026"] {
            assert!(part.contains(piece), "{piece}: {part}");
        }
    }
    let Details { priced, .. } = details(order);
    assert!(text.contains(&format!("Total: £{}.{:02}", priced.total / 100, priced.total % 100)), "{text}");
    assert!(html.contains("Tea &amp; Mugs") && !html.contains("Tea & Mugs"));
    let listed = shop.mail("").await;
    assert_eq!(
        (&listed["state"], &listed["recipient"], &listed["language"]),
        (&"sent".into(), &mail["to"], &"en".into())
    );
    assert_eq!((&listed["subject"], &listed["sent_at"]), (&mail["subject"], &"2026-01-01T00:00:00Z".into()));
    assert_eq!(shop.in_full(&listed).await["message_id"], mail["message_id"]);
}

async fn a_mail_is_in_the_language_of_its_reader(shop: &Shop) {
    let (order, user) = (shop.order(), shop.user());
    shop.knows_order(order, Some(Details { customer_id: Some(user), ..details(order) }));
    let contact = Contact { email: "ada@example.de".to_owned(), name: None, language: Some("de-AT".to_owned()) };
    shop.knows_user(user, Some(contact));
    shop.deliver(vec![shop.confirmed(order), shop.registered(user)]).await;
    shop.send_all().await;
    let subjects: Vec<String> = shop
        .mailbox()
        .await
        .iter()
        .map(|mail| format!("{} {}", mail["to"].as_str().unwrap(), mail["subject"].as_str().unwrap()))
        .collect();
    for subject in [
        format!("{order}@example.com Ihre Bestellung B-1 bei Tea & Mugs"),
        "ada@example.de Willkommen bei Tea & Mugs".into(),
    ] {
        assert!(subjects.contains(&subject), "{subjects:?}");
    }
    let german = shop.with(|settings| "de".clone_into(&mut settings.mail.language)).await;
    german.deliver(vec![german.registered(german.user())]).await;
    german.send_all().await;
    assert_eq!(german.mail("").await["subject"], "Willkommen bei Tea & Mugs");
}

async fn a_mail_says_what_its_event_said(shop: &Shop) {
    let (order, user) = (shop.order(), shop.user());
    shop.deliver(vec![
        shop.shipped(order, ShipmentId::new(&shop.world), 2),
        shop.refunded(order, RefundId::new(&shop.world), 1_250),
        shop.earned(order, user),
        shop.granted(user, "GOLD-7Q2M"),
    ])
    .await;
    shop.send_all().await;
    let mails = shop.mailbox().await;
    let text = |subject: &str| {
        let found = mails.iter().find(|mail| mail["subject"].as_str().unwrap().contains(subject));
        found.unwrap_or_else(|| panic!("{subject}: {mails:?}"))["text"].as_str().unwrap().to_owned()
    };
    let shipped = text("Part of your order B-1");
    assert!(shipped.contains("RM1") && shipped.contains("https://carrier.example/RM1"), "{shipped}");
    assert!(shipped.contains("2 x Blue mug"), "{shipped}");
    assert!(text("refund").contains("£12.50"));
    assert!(text("1,240 points").contains("Hello Ada,"));
    let reward = text("15 % off");
    assert!(reward.contains("GOLD-7Q2M") && reward.contains("2 January 2026"), "{reward}");
}

async fn a_cancelled_order_says_why_and_where_the_money_is(shop: &Shop) {
    let (paid, unpaid) = (shop.order(), shop.order());
    shop.knows_order(unpaid, Some(Details { payment_status: PaymentStatus::Unpaid, ..details(unpaid) }));
    let cancelled =
        [shop.cancelled(paid, CancelReason::PaidOutOfStock), shop.cancelled(unpaid, CancelReason::PaymentExpired)];
    shop.deliver(cancelled.to_vec()).await;
    shop.send_all().await;
    let mails = shop.mailbox().await;
    let text = |order| {
        let to = format!("{order}@example.com");
        mails.iter().find(|mail| mail["to"] == *to).unwrap()["text"].as_str().unwrap().to_owned()
    };
    assert!(
        text(paid).contains("sold out while you were paying") && text(paid).contains("goes back"),
        "{}",
        text(paid)
    );
    assert!(text(unpaid).contains("not paid in time") && text(unpaid).contains("not charged"), "{}", text(unpaid));
}

async fn hostile_names_stay_what_they_are(shop: &Shop) {
    let (order, user) = (shop.order(), shop.user());
    let evil = "Ada\r\nBcc: eve@evil.example\r\n\r\n<script>alert(1)</script>";
    let mut hostile = details(order);
    evil.clone_into(&mut hostile.number);
    evil.clone_into(&mut hostile.shipping_address.as_mut().unwrap().name);
    evil.clone_into(&mut hostile.priced.lines[0].name);
    shop.knows_order(order, Some(hostile));
    let contact = Contact { email: "ada@example.com".to_owned(), name: Some(evil.to_owned()), language: None };
    shop.knows_user(user, Some(contact));
    shop.deliver(vec![shop.confirmed(order), shop.registered(user)]).await;
    shop.send_all().await;
    let mails = shop.mailbox().await;
    assert_eq!(mails.len(), 2);
    for mail in mails {
        let field = |name: &str| mail[name].as_str().unwrap().to_owned();
        assert!(!field("subject").contains(['\r', '\n']) && !field("html").contains("<script"), "{mail}");
        assert!(!field("text").lines().any(|line| line.starts_with("Bcc:")), "{mail}");
    }
}

async fn a_mail_about_what_is_not_there_is_given_up_at_once(shop: &Shop) {
    let (order, user, nowhere) = (shop.order(), shop.user(), shop.order_of("nobody"));
    shop.knows_order(order, None);
    shop.knows_user(user, None);
    shop.deliver(vec![shop.confirmed(order), shop.registered(user), shop.confirmed(nowhere)]).await;
    shop.send_all().await;
    let failed = shop.mails("state=failed").await;
    assert_eq!(failed.len(), 3);
    let errors: Vec<&str> = failed.iter().map(|mail| mail["error"].as_str().unwrap()).collect();
    for why in ["there is no order", "there is no user", "is no address"] {
        assert!(errors.iter().any(|error| error.contains(why)), "{errors:?}");
    }
    assert!(failed.iter().all(|mail| mail["attempts"] == 1 && mail["next_try_at"].is_null()));
    assert_eq!(shop.mailbox().await.len(), 0);
}
