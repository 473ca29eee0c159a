//! What people change: promotions and their codes. Each write is one transaction that is done once for its key.

use crate::{
    Coupons,
    error::Error,
    model::{self, Code, MAX_AUTOMATIC, Stored, WRITTEN_LENGTH},
    store,
    views::{CodesView, PromotionView},
};
use bodega_contracts::PromotionId;
use bodega_db::{DbError, IdempotencyKey, Replay, StoredAnswer, Tx};
use bodega_pricing::{Conditions, Promotion, Reward, Trigger};
use serde::Serialize;

/// How often codes are drawn anew where some exist already.
const DRAWS: usize = 16;

/// What a change is meant for.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub id: PromotionId,
    /// The version it was read in; `None` where any will do.
    pub read_version: Option<i64>,
    pub key: Option<IdempotencyKey>,
}

/// A promotion to be made.
#[derive(Clone, Debug)]
pub(crate) struct PromotionWanted {
    pub label: String,
    pub trigger: Trigger,
    pub reward: Reward,
    pub conditions: Conditions,
    pub priority: i64,
    pub combinable: bool,
    pub enabled: bool,
    pub limit: Option<i64>,
    pub limit_per_customer: Option<i64>,
    /// A first code, as it is kept, and how often that may be used.
    pub code: Option<(String, Option<i64>)>,
}

/// Another limit, or the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Kept,
    Is(Option<i64>),
}

/// What is to be changed of a promotion; `None` stays.
#[derive(Clone, Debug)]
pub(crate) struct PromotionChange {
    pub label: Option<String>,
    pub reward: Option<Reward>,
    pub conditions: Option<Conditions>,
    pub priority: Option<i64>,
    pub combinable: Option<bool>,
    pub enabled: Option<bool>,
    pub limit: Limit,
    pub limit_per_customer: Limit,
}

/// Codes to be made.
#[derive(Clone, Debug)]
pub(crate) enum CodesWanted {
    /// These, as they are kept.
    Given(Vec<String>, Option<i64>),
    /// So many, drawn by chance, each beginning with this.
    Drawn(i64, String, Option<i64>),
}

/// What a write answers.
#[derive(Debug)]
pub(crate) enum Answered {
    /// It was done now.
    Now(Done),
    /// It was done before, with the same key.
    Again(StoredAnswer),
}

/// What was done.
#[derive(Debug)]
pub(crate) struct Done {
    pub status: u16,
    /// Of the promotion that was written.
    pub version: Option<i64>,
    pub body: String,
}

impl Done {
    fn new(status: u16, version: Option<i64>, view: &impl Serialize) -> Result<Self, DbError> {
        let body = serde_json::to_string(view).map_err(|error| DbError::Refused(error.to_string().into()))?;
        Ok(Self { status, version, body })
    }
}

/// Makes a promotion.
pub(crate) async fn create_promotion(
    coupons: &Coupons,
    key: Option<IdempotencyKey>,
    wanted: PromotionWanted,
) -> Result<Answered, Error> {
    once(coupons, key, async move |tx: &mut Tx| {
        let promotion = Promotion {
            id: PromotionId::new(tx.world()).0,
            label: wanted.label,
            trigger: wanted.trigger,
            reward: wanted.reward,
            conditions: wanted.conditions,
            priority: wanted.priority,
            combinable: wanted.combinable,
        };
        let stored = Stored {
            enabled: wanted.enabled,
            ..Stored::new(promotion, wanted.limit, wanted.limit_per_customer, tx.now())
        };
        check(&stored)?;
        if stored.enabled && stored.is_automatic() {
            store::take_turn(tx).await?;
            check_automatic(tx).await?;
        }
        store::insert_promotion(tx, &stored).await?;
        if let Some((code, limit)) = wanted.code {
            insert_given(tx, &stored, &[code], limit, |_| "/code".to_owned()).await?;
        }
        tx.emit(&stored.told())?;
        Ok(Done::new(201, Some(stored.version), &PromotionView::of(&stored))?)
    })
    .await
}

/// Changes a promotion.
pub(crate) async fn change_promotion(
    coupons: &Coupons,
    target: Target,
    change: PromotionChange,
) -> Result<Answered, Error> {
    let Target { id, read_version, key } = target;
    once(coupons, key, async move |tx: &mut Tx| {
        let stored = apply(tx, id, read_version, &change).await?;
        Ok(Done::new(200, Some(stored.version), &PromotionView::of(&stored))?)
    })
    .await
}

/// Takes a promotion out of use; what orders hold of it stays theirs.
pub(crate) async fn disable_promotion(coupons: &Coupons, target: Target) -> Result<(), Error> {
    let change = PromotionChange {
        label: None,
        reward: None,
        conditions: None,
        priority: None,
        combinable: None,
        enabled: Some(false),
        limit: Limit::Kept,
        limit_per_customer: Limit::Kept,
    };
    let Target { id, read_version, .. } = target;
    coupons.db.write(async move |tx: &mut Tx| apply(tx, id, read_version, &change).await.map(drop)).await
}

/// Makes codes of a promotion, all or none.
pub(crate) async fn make_codes(
    coupons: &Coupons,
    id: PromotionId,
    key: Option<IdempotencyKey>,
    wanted: CodesWanted,
) -> Result<Answered, Error> {
    once(coupons, key, async move |tx: &mut Tx| {
        let stored = store::lock_promotion(tx, id).await?.ok_or(Error::PromotionNotFound)?;
        let items = match &wanted {
            CodesWanted::Given(codes, limit) => {
                insert_given(tx, &stored, codes, *limit, |place| format!("/codes/{place}")).await?
            }
            CodesWanted::Drawn(count, prefix, limit) => draw(tx, &stored, *count, prefix, *limit).await?,
        };
        Ok(Done::new(201, None, &CodesView { items })?)
    })
    .await
}

/// Takes one code out of use.
pub(crate) async fn disable_code(coupons: &Coupons, code: String) -> Result<(), Error> {
    let known = coupons.db.write(async move |tx: &mut Tx| store::disable_code(tx, &code).await).await?;
    if known { Ok(()) } else { Err(Error::CodeNotFound) }
}

async fn apply(
    tx: &mut Tx,
    id: PromotionId,
    read_version: Option<i64>,
    change: &PromotionChange,
) -> Result<Stored, Error> {
    // In their turn: no claim is counted while a limit changes.
    store::take_turn(tx).await?;
    let was = store::lock_promotion(tx, id).await?.ok_or(Error::PromotionNotFound)?;
    if read_version.is_some_and(|read| read != was.version) {
        return Err(Error::OtherVersion);
    }
    let mut now = was.clone();
    change.fill(&mut now);
    check(&now)?;
    if now == was {
        return Ok(was);
    }
    check_limits(tx, &was, &now).await?;
    if now.enabled && !was.enabled && now.is_automatic() {
        check_automatic(tx).await?;
    }
    (now.version, now.updated) = (was.version + 1, tx.now());
    store::update_promotion(tx, &now).await?;
    if now.limit != was.limit {
        store::limit_counter(tx, id, now.limit).await?;
    }
    tx.emit(&now.told())?;
    Ok(now)
}

impl PromotionChange {
    fn fill(&self, stored: &mut Stored) {
        fn set<T: Clone>(field: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                field.clone_from(value);
            }
        }
        let promotion = &mut stored.promotion;
        set(&mut promotion.label, self.label.as_ref());
        set(&mut promotion.reward, self.reward.as_ref());
        set(&mut promotion.conditions, self.conditions.as_ref());
        set(&mut promotion.priority, self.priority.as_ref());
        set(&mut promotion.combinable, self.combinable.as_ref());
        set(&mut stored.enabled, self.enabled.as_ref());
        if let Limit::Is(limit) = self.limit {
            stored.limit = limit;
        }
        if let Limit::Is(limit) = self.limit_per_customer {
            stored.limit_per_customer = limit;
        }
    }
}

fn check(stored: &Stored) -> Result<(), Error> {
    let wrong = stored.promotion.violations();
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

/// A limit needs uses that were counted from the first one on, and is never below them.
async fn check_limits(tx: &mut Tx, was: &Stored, now: &Stored) -> Result<(), Error> {
    if now.limit.is_some() && !was.counts_uses {
        return Err(Error::UsesNotCounted("/limit"));
    }
    if now.limit_per_customer.is_some() && !was.counts_customers {
        return Err(Error::UsesNotCounted("/limit_per_customer"));
    }
    let first_order = |stored: &Stored| stored.promotion.conditions.first_order;
    if first_order(now) && !first_order(was) && now.limit_per_customer.is_none() {
        return Err(Error::UsesNotCounted("/conditions/first_order"));
    }
    for (pointer, kind, before, after) in [
        ("/limit", model::Kind::Promotion, was.limit, now.limit),
        ("/limit_per_customer", model::Kind::Customer, was.limit_per_customer, now.limit_per_customer),
    ] {
        let Some(limit) = after.filter(|_| before != after) else { continue };
        let used = store::most_used(tx, was.id(), kind).await?;
        if used > limit {
            return Err(Error::LimitBelowUses(pointer, used));
        }
    }
    Ok(())
}

async fn check_automatic(tx: &mut Tx) -> Result<(), Error> {
    if store::count_automatic(tx).await? >= MAX_AUTOMATIC { Err(Error::TooManyAutomatic) } else { Ok(()) }
}

async fn insert_given(
    tx: &mut Tx,
    stored: &Stored,
    codes: &[String],
    limit: Option<i64>,
    pointer: fn(usize) -> String,
) -> Result<Vec<String>, Error> {
    let new = store::insert_codes(tx, &rows(tx, stored, codes, limit)?).await?;
    let taken = new.iter().enumerate().filter(|(_, new)| !**new).map(|(place, _)| pointer(place));
    let taken: Vec<String> = taken.collect();
    if taken.is_empty() { Ok(codes.to_vec()) } else { Err(Error::CodeTaken(taken)) }
}

async fn draw(
    tx: &mut Tx,
    stored: &Stored,
    count: i64,
    prefix: &str,
    limit: Option<i64>,
) -> Result<Vec<String>, Error> {
    let mut items = Vec::with_capacity(count as usize);
    for _ in 0..DRAWS {
        let missing = count - items.len() as i64;
        let world = tx.world().clone();
        let drawn = (0..missing).map(|_| model::written(prefix, WRITTEN_LENGTH, |bound| world.below(bound)));
        let drawn: Vec<String> = drawn.collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        let new = store::insert_codes(tx, &rows(tx, stored, &drawn, limit)?).await?;
        items.extend(drawn.into_iter().zip(new).filter(|(_, new)| *new).map(|(code, _)| code));
        if items.len() as i64 == count {
            return Ok(items);
        }
    }
    Err(DbError::Unavailable("too many of the codes that were drawn exist already".into()).into())
}

fn rows(tx: &Tx, stored: &Stored, codes: &[String], limit: Option<i64>) -> Result<Vec<Code>, Error> {
    if stored.is_automatic() {
        return Err(Error::NotByCode);
    }
    let row =
        |code: &String| Code { text: code.clone(), promotion: stored.id(), limit, enabled: true, created: tx.now() };
    Ok(codes.iter().map(row).collect())
}

/// Does `work` in a transaction, unless its key says that it is done.
async fn once<F>(coupons: &Coupons, key: Option<IdempotencyKey>, work: F) -> Result<Answered, Error>
where
    F: for<'a> AsyncFnOnce(&'a mut Tx) -> Result<Done, Error> + Send + 'static,
{
    let written = coupons.db.write_following(bodega_web::current_trace(), async move |tx: &mut Tx| {
        if let Some(key) = &key {
            match tx.replayed(key).await? {
                Replay::Same(answer) => return Ok(Answered::Again(answer)),
                Replay::Other => return Err(Error::KeyReused),
                Replay::New => {}
            }
        }
        let done = work(tx).await?;
        if let Some(key) = &key {
            tx.remember(key, &StoredAnswer { status: done.status, body: done.body.clone() }).await?;
        }
        Ok(Answered::Now(done))
    });
    written.await
}
