//! Gift cards within a transaction. Their codes are never here: only a keyed hash of each.

use super::{Movement, move_balances, read_currency};
use crate::model::{Entry, Holder};
use bodega_contracts::{GiftCardId, payments::KnownGiftCard};
use bodega_db::{Db, DbError, OnConflict, Tx, params};
use bodega_kernel::{Money, Time};
use sea_orm::{ConnectionTrait, Statement};

const COLUMNS: &[&str] =
    &["card_id", "code_hash", "label", "amount", "currency", "ends_ms", "email", "disabled", "actor", "created_ms"];

/// A gift card to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewCard {
    /// Which.
    pub(crate) card_id: GiftCardId,
    /// The keyed hash of its code.
    pub(crate) code_hash: String,
    /// The last four characters of its code.
    pub(crate) label: String,
    /// What is on it.
    pub(crate) amount: Money,
    /// Until when it can be spent.
    pub(crate) ends: Option<Time>,
    /// Where its mail goes.
    pub(crate) email: Option<String>,
    /// Who made it.
    pub(crate) actor: String,
}

/// Makes a card, with what is on it.
pub(crate) async fn insert_card(tx: &mut Tx, card: &NewCard) -> Result<(), DbError> {
    let currency = card.amount.currency;
    let row = params![
        card.card_id.0,
        &card.code_hash,
        &card.label,
        card.amount.amount,
        currency.to_string(),
        card.ends,
        card.email.as_deref(),
        false,
        &card.actor,
        tx.now()
    ];
    tx.insert_rows("gift_cards", COLUMNS, OnConflict::Fail, &[row.to_vec()]).await?;
    let entry = Entry::granted("issued".to_owned(), &Holder::card(card.card_id), card.amount.amount);
    let (subject, actor) = (card.card_id.0, Some(card.actor.as_str()));
    move_balances(tx, &[Movement { subject, entry, currency, note: None, actor }]).await
}

/// Sees to it that a card is not spent any more; `false` where there is no such card.
pub(crate) async fn disable_card(tx: &mut Tx, card: GiftCardId) -> Result<bool, DbError> {
    Ok(tx.execute("UPDATE gift_cards SET disabled = TRUE WHERE card_id = $1", &params![card.0]).await? > 0)
}

/// The card whose code has this hash, with what can be spent of it and until when.
pub(crate) async fn standing_of(
    db: &Db,
    code_hash: &str,
    now: Time,
) -> Result<Option<(KnownGiftCard, Option<Time>)>, DbError> {
    let sql = "SELECT card_id, label, gift_cards.currency, ends_ms, disabled, balance FROM gift_cards \
               JOIN balances ON holder = $2 WHERE code_hash = $1";
    let Some(card_id) = find_card(db, code_hash).await? else { return Ok(None) };
    let reader = db.reader();
    let values = [code_hash.into(), Holder::card(card_id).as_str().into()];
    let statement = Statement::from_sql_and_values(reader.get_database_backend(), sql, values);
    let Some(row) = reader.query_one_raw(statement).await? else { return Ok(None) };
    let ends = row.try_get::<Option<i64>>("", "ends_ms")?.map(Time::from_ms);
    let over = row.try_get::<bool>("", "disabled")? || ends.is_some_and(|ends| ends <= now);
    let balance = if over { 0 } else { row.try_get("", "balance")? };
    let currency = read_currency(&row.try_get::<String>("", "currency")?)?;
    let label = row.try_get("", "label")?;
    Ok(Some((KnownGiftCard { card_id, label, balance: Money::new(balance, currency) }, ends)))
}

/// Which card has the code with this hash.
async fn find_card(db: &Db, code_hash: &str) -> Result<Option<GiftCardId>, DbError> {
    let reader = db.reader();
    let sql = "SELECT card_id FROM gift_cards WHERE code_hash = $1";
    let statement = Statement::from_sql_and_values(reader.get_database_backend(), sql, [code_hash.into()]);
    let row = reader.query_one_raw(statement).await?;
    Ok(row.map(|row| row.try_get("", "card_id")).transpose()?.map(GiftCardId))
}
