//! Mails about accounts: whoever reads them proves who they are by a link, which is in the mail alone.

use crate::setup::Shop;
use bodega_contracts::{
    GiftCardId,
    identity::{
        Contact, StaffInvited, UserEmailChanged, UserPasswordChanged, UserPasswordResetRequested, UserRegisteredAgain,
        UserVerificationRequested,
    },
    payments::GiftCardIssued,
};
use bodega_db::Envelope;
use bodega_kernel::{Caller, Currency, Money, Role};
use bodega_testkit::{Ask, START, arrivals, stories};
use serde_json::{Value, json};
use std::time::Duration;

const TOKEN: &str = "eyJ0.secret-token.c2ln";
const CODE: &str = "GIFT-SECRET-CODE";

/// Requests for a verification, a password and an invitation.
fn requests(shop: &Shop) -> Vec<(&'static str, Envelope)> {
    let user_id = shop.user();
    let request_id = || "r-1".to_owned();
    vec![
        ("email_verification", shop.event(&UserVerificationRequested { user_id, request_id: request_id() })),
        ("password_reset", shop.event(&UserPasswordResetRequested { user_id, request_id: request_id() })),
        ("staff_invitation", shop.event(&StaffInvited { invitation_id: request_id() })),
    ]
}

fn gift_card(shop: &Shop, email: Option<&str>) -> (GiftCardId, Envelope) {
    let card_id = GiftCardId::new(&shop.world);
    let (email, amount) = (email.map(str::to_owned), Money::new(5_000, Currency::GBP));
    let ends = Some(START.plus(Duration::from_hours(24)));
    (card_id, shop.event(&GiftCardIssued { card_id, email, amount, ends }))
}

/// All that staff and admins can see of mails.
async fn all_that_is_seen(shop: &Shop) -> String {
    let root = Caller { user: Some(shop.user()), roles: vec![Role::Admin] };
    let mut seen = shop.ask(0, Ask::get("/v1/mailbox?limit=100").by(root)).await.expect(200).text;
    for mail in shop.mails("").await {
        seen.push_str(&mail.to_string());
        seen.push_str(&shop.in_full(&mail).await.to_string());
        let preview = shop.get(&format!("/v1/mails/{}/preview", mail["id"].as_str().unwrap())).await;
        seen.push_str(&preview.text);
    }
    seen
}

async fn a_link_is_asked_for_when_the_mail_is_written_and_kept_nowhere(shop: &Shop) {
    shop.knows_link("r-1", TOKEN, "ada@example.com");
    let (kinds, events): (Vec<_>, Vec<_>) = requests(shop).into_iter().unzip();
    shop.deliver(events).await;
    assert_eq!(shop.asked(), 0, "nobody is asked before a mail is due");
    shop.send_all().await;
    for kind in kinds {
        let mail = shop.mail(&format!("kind={kind}")).await;
        assert_eq!(
            (&mail["state"], &mail["recipient"], &mail["language"]),
            (&json!("sent"), &json!("ada@example.com"), &json!("de")),
            "{kind}"
        );
    }
    let seen = all_that_is_seen(shop).await;
    assert!(seen.contains("Neues Passwort wählen") && !seen.contains("secret-token"), "{seen}");
    assert_eq!(seen.matches("\"code\":\"mail_is_private\"").count(), 3, "no preview");
}

async fn a_request_that_is_over_sends_nothing(shop: &Shop) {
    let events = requests(shop);
    shop.deliver(events.iter().map(|(_, event)| event.clone()).collect()).await;
    shop.send_all().await;
    assert_eq!(shop.mails("state=failed").await.len(), 3);
    shop.knows_link("r-1", TOKEN, "ada@example.com");
    let failed = shop.mail("kind=password_reset").await;
    let again = format!("/v1/mails/{}/resend", failed["id"].as_str().unwrap());
    shop.post(&again, "", &Value::Null).await.expect(202);
    shop.silence(true);
    shop.send_all().await;
    assert_eq!(shop.mail("kind=password_reset").await["state"], "queued", "identity is asked until it answers");
    shop.silence(false);
    shop.clock.advance(Duration::from_mins(1));
    shop.send_all().await;
    assert_eq!(shop.mail("kind=password_reset").await["state"], "sent");
}

async fn each_request_and_each_change_is_mailed_once_in_whatever_order_it_is_heard(shop: &Shop) {
    shop.knows_link("r-1", TOKEN, "ada@example.com");
    let (user_id, later) = (shop.user(), START.plus(Duration::from_secs(1)));
    let fact = |number: usize| match number {
        0 => shop.event(&UserPasswordResetRequested { user_id, request_id: "r-1".to_owned() }),
        1 => shop.event(&UserPasswordChanged { user_id, at: START }),
        2 => shop.event(&UserPasswordChanged { user_id, at: later }),
        3 => shop.event(&UserRegisteredAgain { user_id, at: START }),
        _ => shop.event(&UserEmailChanged { user_id, old_email: "old@example.com".to_owned(), at: START }),
    };
    for arrival in arrivals(5, 1).into_iter().step_by(7) {
        let events: Vec<Envelope> = arrival.into_iter().map(fact).collect();
        shop.deliver([events.clone(), events].concat()).await;
    }
    assert_eq!(shop.mails("").await.len(), 5);
    assert_eq!(shop.mails("kind=password_changed").await.len(), 2, "each change");
}

async fn a_change_of_address_is_told_to_the_old_one_in_the_language_of_its_owner(shop: &Shop) {
    let user_id = shop.user();
    let (email, name) = ("new@example.com".to_owned(), Some("Ada".to_owned()));
    shop.knows_user(user_id, Some(Contact { email, name, language: Some("de".to_owned()) }));
    let old_email = "old@example.com".to_owned();
    shop.deliver(vec![shop.event(&UserEmailChanged { user_id, old_email, at: START })]).await;
    shop.deliver(vec![shop.event(&UserPasswordChanged { user_id, at: START })]).await;
    shop.send_all().await;
    let mail = shop.mail("kind=email_changed").await;
    assert_eq!((&mail["recipient"], &mail["language"]), (&json!("old@example.com"), &json!("de")));
    assert_eq!(shop.mail("kind=password_changed").await["recipient"], "new@example.com");
    let kept = shop.mailbox().await;
    assert!(kept.iter().all(|mail| mail["text"].as_str().unwrap().starts_with("Guten Tag Ada")), "{kept:?}");
}

async fn the_code_of_a_gift_card_is_in_its_mail_alone(shop: &Shop) {
    let (card, issued) = gift_card(shop, Some("bob@example.com"));
    let (_, handed_over) = gift_card(shop, None);
    let (_, over) = gift_card(shop, Some("eve@example.com"));
    shop.knows_code(card, CODE);
    shop.deliver(vec![issued, handed_over, over]).await;
    shop.send_all().await;
    let sent = shop.mail("state=sent").await;
    assert_eq!((&sent["kind"], &sent["recipient"]), (&json!("gift_card"), &json!("bob@example.com")));
    assert_eq!(sent["subject"], "A gift card worth £50.00");
    assert_eq!(shop.mail("state=failed").await["recipient"], "eve@example.com");
    assert_eq!(shop.mails("").await.len(), 2, "without an address staff hand it over");
    let seen = all_that_is_seen(shop).await;
    assert!(seen.contains("••••") && !seen.contains(CODE), "{seen}");
}

async fn the_mailbox_of_a_demonstration_keeps_links_for_admins(shop: &Shop) {
    let shop = shop.with(|settings| settings.mail.mailbox_keeps_links = true).await;
    shop.knows_link("r-1", TOKEN, "ada@example.com");
    let (_, events): (Vec<_>, Vec<_>) = requests(&shop).into_iter().unzip();
    shop.deliver(events).await;
    shop.send_all().await;
    let root = Caller { user: Some(shop.user()), roles: vec![Role::Admin] };
    let seen = shop.ask(0, Ask::get("/v1/mailbox?limit=100").by(root)).await.expect(200).text;
    assert_eq!(seen.matches(TOKEN).count() % 3, 0, "{seen}");
    assert!(seen.contains(&format!("/verify-email?token={TOKEN}")), "{seen}");
    let staff = Caller { user: Some(shop.user()), roles: vec![Role::Staff] };
    let seen = shop.ask(0, Ask::get("/v1/mailbox?limit=100").by(staff)).await.text;
    assert!(!seen.contains(TOKEN), "{seen}");
}

stories!(
    the_mailbox_of_a_demonstration_keeps_links_for_admins,
    a_link_is_asked_for_when_the_mail_is_written_and_kept_nowhere,
    a_request_that_is_over_sends_nothing,
    each_request_and_each_change_is_mailed_once_in_whatever_order_it_is_heard,
    a_change_of_address_is_told_to_the_old_one_in_the_language_of_its_owner,
    the_code_of_a_gift_card_is_in_its_mail_alone,
);
