//! Gift cards and store credit as people and `verify` see them. All reads are bounded.

use super::{
    entities::{balances, gift_cards},
    read_currency,
};
use crate::model::Holder;
use bodega_contracts::{GiftCardId, OrderId, payments::CreditFact};
use bodega_db::{Db, DbError};
use bodega_kernel::{Currency, Money, Page, Time, UserId};
use bodega_web::Paging;
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The most entries shown of a balance: the latest ones.
const MAX_ENTRIES: i64 = 100;
/// The most currencies that a customer has store credit in.
const MAX_CURRENCIES: u64 = 50;
/// The most facts on a page.
const PAGE: u64 = 500;

/// A gift card, without its code.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0190b3d6-0000-7000-8000-000000000001", "label": "7KQ4",
    "amount": {"amount": 5000, "currency": "GBP"}, "balance": {"amount": 3250, "currency": "GBP"},
    "email": "ada@example.com", "disabled": false, "created_at": "2026-02-01T09:30:00Z"}))]
pub(crate) struct CardView {
    /// Which.
    pub(crate) id: GiftCardId,
    /// The last four characters of its code.
    pub(crate) label: String,
    /// What was on it at first.
    pub(crate) amount: Money,
    /// What is on it.
    pub(crate) balance: Money,
    /// Until when it can be spent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ends: Option<Time>,
    /// Where its mail went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    /// Whether it can be spent no more.
    pub(crate) disabled: bool,
    /// When it was made.
    pub(crate) created_at: Time,
}

/// A gift card with what moved it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OneCardView {
    /// The card.
    #[serde(flatten)]
    pub(crate) card: CardView,
    /// The latest hundred movements, newest first.
    pub(crate) entries: Vec<EntryView>,
}

/// What a customer has.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CreditView {
    /// What can be spent, by currency.
    pub(crate) balances: Vec<Money>,
    /// The latest hundred movements, newest first.
    pub(crate) entries: Vec<EntryView>,
}

/// What moved a balance.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"kind": "tender", "amount": {"amount": -1750, "currency": "GBP"},
    "order_id": "0190b3d6-0000-7000-8000-000000000002", "at": "2026-02-01T09:30:00Z"}))]
pub(crate) struct EntryView {
    /// `issued`, `adjusted`, `tender` (it paid), `released` (the order came to nothing), `refund`,
    /// `dispute` (a bank took back the money that it was given for).
    kind: String,
    /// By how much: less than 0 where it was spent.
    amount: Money,
    /// For which order.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<OrderId>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// Which member of staff; only staff see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    /// When.
    at: Time,
}

impl CreditView {
    /// The same without the names of staff.
    pub(crate) fn for_customer(mut self) -> Self {
        self.entries.iter_mut().for_each(|entry| entry.actor = None);
        self
    }
}

/// A page of gift cards, newest first.
pub(crate) async fn list_cards(db: &Db, before: Option<Uuid>, paging: &Paging) -> Result<Page<CardView>, DbError> {
    let all = gift_cards::Entity::find();
    let mut query = all.clone().order_by_desc(gift_cards::Column::CardId).limit(paging.limit.and_one());
    if let Some(before) = before {
        query = query.filter(gift_cards::Column::CardId.lt(before));
    }
    let rows = query.all(db.reader()).await?;
    let holders = rows.iter().map(|row| Holder::card(GiftCardId(row.card_id)).as_str().to_owned());
    let of_cards = balances::Entity::find().filter(balances::Column::Holder.is_in(holders));
    let on_them: HashMap<String, i64> =
        of_cards.all(db.reader()).await?.into_iter().map(|row| (row.holder, row.balance)).collect();
    let views = rows.into_iter().map(|row| of_row(row, &on_them)).collect::<Result<Vec<_>, _>>()?;
    let mut page = Page::of(views, paging.limit, |card: &CardView| card.id.0);
    if paging.count {
        page.total = Some(all.count(db.reader()).await?);
    }
    Ok(page)
}

/// A gift card with its movements.
pub(crate) async fn card_view(db: &Db, card: GiftCardId) -> Result<Option<OneCardView>, DbError> {
    let Some(row) = gift_cards::Entity::find_by_id(card.0).one(db.reader()).await? else { return Ok(None) };
    let holder = Holder::card(card);
    let balance = balances::Entity::find_by_id(holder.as_str()).one(db.reader()).await?;
    let on_it = balance.into_iter().map(|row| (row.holder, row.balance)).collect();
    let entries = entries_of(db.reader(), &[holder.as_str().to_owned()]).await?;
    Ok(Some(OneCardView { card: of_row(row, &on_it)?, entries }))
}

/// A customer's store credit in all currencies.
pub(crate) async fn credit_view(db: &Db, user: UserId) -> Result<CreditView, DbError> {
    let rows = balances::Entity::find()
        .filter(balances::Column::Holder.starts_with(format!("credit/{user}/")))
        .order_by_asc(balances::Column::Holder)
        .limit(MAX_CURRENCIES)
        .all(db.reader())
        .await?;
    let holders: Vec<String> = rows.iter().map(|row| row.holder.clone()).collect();
    let money = |row: balances::Model| Ok(Money::new(row.balance, read_currency(&row.currency)?));
    let balances = rows.into_iter().map(money).collect::<Result<Vec<_>, DbError>>()?;
    Ok(CreditView { balances, entries: entries_of(db.reader(), &holders).await? })
}

/// What can be spent of a customer's store credit in one currency, minor units.
pub(crate) async fn credit_of(db: &Db, user: UserId, currency: Currency) -> Result<i64, DbError> {
    let row = balances::Entity::find_by_id(Holder::credit(user, currency).as_str()).one(db.reader()).await?;
    Ok(row.map_or(0, |row| row.balance))
}

/// Balances by name, after `after`, each beside the sum of its ledger.
pub(crate) async fn credit_facts(db: &Db, after: Option<String>) -> Result<Vec<CreditFact>, DbError> {
    let sql = "SELECT b.holder AS account, b.balance AS balance, \
               CAST(COALESCE((SELECT -SUM(l.amount) FROM ledger l WHERE l.holder = b.holder), 0) AS BIGINT) AS ledger \
               FROM balances b WHERE b.holder > $1 ORDER BY b.holder LIMIT $2";
    let values = [after.unwrap_or_default().into(), PAGE.into()];
    let statement = Statement::from_sql_and_values(db.reader().get_database_backend(), sql, values);
    let rows = Fact::find_by_statement(statement).all(db.reader()).await?;
    let fact = |row: Fact| CreditFact { account: row.account, balance: row.balance, ledger: row.ledger };
    Ok(rows.into_iter().map(fact).collect())
}

#[derive(FromQueryResult)]
struct Fact {
    account: String,
    balance: i64,
    ledger: i64,
}

#[derive(FromQueryResult)]
struct Line {
    order_id: Uuid,
    entry: String,
    amount: i64,
    currency: String,
    at_ms: i64,
    note: Option<String>,
    actor: Option<String>,
}

async fn entries_of(db: &DatabaseConnection, holders: &[String]) -> Result<Vec<EntryView>, DbError> {
    let mut lines = Vec::new();
    for holder in holders {
        let sql = "SELECT order_id, entry, amount, currency, at_ms, note, actor FROM ledger WHERE holder = $1 \
                   ORDER BY at_ms DESC, order_id DESC, entry DESC LIMIT $2";
        let values = [holder.as_str().into(), MAX_ENTRIES.into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        lines.extend(Line::find_by_statement(statement).all(db).await?);
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.at_ms));
    lines.truncate(MAX_ENTRIES as usize);
    lines.into_iter().map(entry_view).collect()
}

fn entry_view(line: Line) -> Result<EntryView, DbError> {
    let (kind, of_order) = match line.entry.split('/').next() {
        Some("tender") if line.entry.ends_with("/released") => ("released", true),
        Some("tender") => ("tender", true),
        Some("refund") => ("refund", true),
        Some("dispute") => ("dispute", true),
        Some("issued") => ("issued", false),
        Some(_) | None => ("adjusted", false),
    };
    Ok(EntryView {
        kind: kind.to_owned(),
        amount: Money::new(-line.amount, read_currency(&line.currency)?),
        order_id: of_order.then_some(OrderId(line.order_id)),
        note: line.note,
        actor: line.actor,
        at: Time::from_ms(line.at_ms),
    })
}

fn of_row(row: gift_cards::Model, on_them: &HashMap<String, i64>) -> Result<CardView, DbError> {
    let (id, currency) = (GiftCardId(row.card_id), read_currency(&row.currency)?);
    let balance = on_them.get(Holder::card(id).as_str()).copied().unwrap_or(0);
    Ok(CardView {
        id,
        label: row.label,
        amount: Money::new(row.amount, currency),
        balance: Money::new(balance, currency),
        ends: row.ends_ms.map(Time::from_ms),
        email: row.email,
        disabled: row.disabled,
        created_at: Time::from_ms(row.created_ms),
    })
}
