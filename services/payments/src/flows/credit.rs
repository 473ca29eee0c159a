//! Gift cards and store credit: made, disabled, looked at and adjusted. The code of a card is derived, never kept.

use super::wishes::{Given, given_before, remember};
use crate::{
    Payments,
    error::Error,
    model::{Code, Entry, Holder},
    store::{self, Movement, NewCard},
};
use bodega_contracts::{
    GiftCardId,
    payments::{GiftCardIssued, KnownGiftCard},
};
use bodega_db::{IdempotencyKey, Replay, StoredAnswer, Trace};
use bodega_kernel::{Money, Time, UserId};
use bodega_service::Secrets;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A gift card that was made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"id": "0190b3d6-0000-7000-8000-000000000001", "code": "ABCD-EFGH-JKLM-NPQR-STUV",
    "label": "STUV", "amount": {"amount": 5000, "currency": "GBP"}}))]
pub(crate) struct MadeCard {
    id: GiftCardId,
    /// What is typed in at the till: this answer alone shows it.
    #[serde(default)]
    code: String,
    /// Its last four characters.
    label: String,
    amount: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends: Option<Time>,
}

/// What is to be on a card, until when, and where its mail goes.
pub(crate) struct CardWish {
    pub(crate) amount: Money,
    pub(crate) ends: Option<Time>,
    pub(crate) email: Option<String>,
}

/// Makes a gift card. The answer holds its code; what is remembered for the key does not.
pub(crate) async fn issue_card(
    payments: &Payments,
    actor: String,
    wish: CardWish,
    key: IdempotencyKey,
    trace: Option<Trace>,
) -> Result<Given, Error> {
    let secrets = payments.secrets.clone();
    let made = payments.db.write_following(trace, async move |tx| {
        let CardWish { amount, ends, email } = wish;
        match tx.replayed(&key).await? {
            Replay::New => {}
            Replay::Same(answer) => return Ok(Given::Again(with_code(&secrets, &answer)?)),
            Replay::Other => return Err(Error::KeyReused),
        }
        if ends.is_some_and(|ends| ends <= tx.now()) {
            return Err(Error::Invalid("/ends", "is in the past"));
        }
        let card_id = GiftCardId::new(tx.world());
        let code = Code::of(&secrets, card_id);
        let (code_hash, label) = (code.hash(&secrets), code.label().to_owned());
        let issued = GiftCardIssued { card_id, email: email.clone(), amount, ends };
        store::insert_card(tx, &NewCard { card_id, code_hash, label: label.clone(), amount, ends, email, actor })
            .await?;
        tx.emit(&issued)?;
        let view = MadeCard { id: card_id, code: String::new(), label, amount, ends };
        let answer = StoredAnswer { status: 201, body: serde_json::to_string(&view)? };
        tx.remember(&key, &answer).await?;
        Ok(Given::First(with_code(&secrets, &answer)?))
    });
    made.await
}

/// Sees to it that a card is spent no more; what is on it stays on it.
pub(crate) async fn disable_card(payments: &Payments, card: GiftCardId) -> Result<store::OneCardView, Error> {
    if !payments.db.write(async move |tx| store::disable_card(tx, card).await).await? {
        return Err(Error::NotFound);
    }
    show_card(payments, card).await
}

/// A card with what moved it.
pub(crate) async fn show_card(payments: &Payments, card: GiftCardId) -> Result<store::OneCardView, Error> {
    store::card_view(&payments.db, card).await?.ok_or(Error::NotFound)
}

/// The card of a code and until when it can be spent; `None` where there is no such card.
pub(crate) async fn find_card(
    payments: &Payments,
    typed: &str,
) -> Result<Option<(KnownGiftCard, Option<Time>)>, Error> {
    let Some(code) = Code::typed(typed) else { return Ok(None) };
    let hash = code.hash(&payments.secrets);
    Ok(store::standing_of(&payments.db, &hash, payments.world.now()).await?)
}

/// What a customer has after staff gave some or took some.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"user_id": "0190b3d6-0000-7000-8000-000000000003",
    "balance": {"amount": 1500, "currency": "GBP"}}))]
pub(crate) struct Adjusted {
    user_id: UserId,
    balance: Money,
}

/// Gives a customer store credit, or takes some that is there.
pub(crate) async fn adjust_credit(
    payments: &Payments,
    actor: String,
    user: UserId,
    change: Money,
    reason: String,
    key: IdempotencyKey,
) -> Result<Given, Error> {
    let adjusted = payments.db.write(async move |tx| {
        let holder = Holder::credit(user, change.currency);
        if change.amount > 0 {
            store::make_balances(tx, [(&holder, change.currency)].into_iter()).await?;
        }
        let purse = store::lock_purse(tx, &BTreeSet::from([holder.clone()]), change.currency).await?;
        if let Some(again) = given_before(tx, &key).await? {
            return Ok(again);
        }
        let before = purse.get(&holder).copied().unwrap_or(0);
        let balance = before.checked_add(change.amount).filter(|after| *after >= 0).ok_or(Error::CreditShort)?;
        let entry = Entry::granted(format!("adjusted/{}", tx.world().uuid()), &holder, change.amount);
        let (note, actor) = (Some(reason.as_str()), Some(actor.as_str()));
        let movement = Movement { subject: user.0, entry, currency: change.currency, note, actor };
        store::move_balances(tx, &[movement]).await?;
        remember(tx, &key, 201, &Adjusted { user_id: user, balance: Money::new(balance, change.currency) }).await
    });
    adjusted.await
}

fn with_code(secrets: &Secrets, answer: &StoredAnswer) -> Result<StoredAnswer, Error> {
    let mut made: MadeCard = serde_json::from_str(&answer.body)?;
    made.code = Code::of(secrets, made.id).to_string();
    Ok(StoredAnswer { status: answer.status, body: serde_json::to_string(&made)? })
}
