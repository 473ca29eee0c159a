//! The simulator's books: what it took and gave back. Nothing here knows of our own tables.

use super::webhooks;
use crate::{
    clients::{Charge, RefundCall},
    model::{ChargeKey, Outcome, RefundOutcome, words::words},
};
use bodega_contracts::{OrderId, RefundId};
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::{Currency, Money, Time, World};
use std::{fmt::Write, time::Duration};

/// When a payment that only a webhook tells of goes through.
const SETTLES_AFTER: Duration = Duration::from_millis(500);
/// When a late payment goes through by itself.
const LATE_AFTER: Duration = Duration::from_mins(2);
/// The most charges that go through by themselves in one transaction.
const MAX_DUE: i64 = 100;

/// The name is the first of them: it tells a new charge from one that was there.
const COLUMNS: &[&str] = &[
    "reference",
    "order_id",
    "attempt",
    "method",
    "amount",
    "currency",
    "immediate",
    "status",
    "captured",
    "refunded",
    "token",
    "repeats",
    "due_ms",
    "at_ms",
];

words! {
    /// Where a charge stands.
    read Standing {
        /// Under way.
        Pending = "pending",
        /// Waits for the shopper.
        ActionRequired = "action_required",
        /// Promised.
        Authorized = "authorized",
        /// Taken.
        Captured = "captured",
        /// Refused.
        Declined = "declined",
        /// Ended without money.
        Closed = "closed",
        /// Let go.
        Voided = "voided",
    }
}

/// A charge to be booked if its key is new.
#[derive(Clone, Debug)]
pub(super) struct Booking {
    charge: Charge,
    /// What it is called if it is new.
    pub(super) reference: String,
    /// Names a visit to the bank, where there is one.
    token: Option<String>,
}

impl Booking {
    pub(super) fn new(charge: Charge, world: &World) -> Self {
        let token = (charge.method == "sim_3ds").then(|| {
            world.bytes::<16>().iter().fold(String::new(), |mut token, byte| {
                // Writing to a string cannot fail.
                let _ = write!(token, "{byte:02x}");
                token
            })
        });
        Self { charge, reference: format!("sim_{}", world.uuid().simple()), token }
    }

    /// Where it stands if it is new, and when it goes through by itself.
    fn begun(&self, now: Time) -> (Booked, Option<Time>) {
        let taken = if self.charge.capture { Standing::Captured } else { Standing::Authorized };
        let (standing, due) = match self.charge.method.as_str() {
            "sim_decline" => (Standing::Declined, None),
            "sim_authorize" | "sim_capture_fails" => (Standing::Authorized, None),
            "sim_3ds" => (Standing::ActionRequired, None),
            "sim_webhook_only" => (Standing::Pending, Some(now.plus(SETTLES_AFTER))),
            "sim_late_capture" => (Standing::Pending, Some(now.plus(LATE_AFTER))),
            _ => (taken, None),
        };
        (self.standing(standing), due)
    }

    fn standing(&self, standing: Standing) -> Booked {
        let Charge { key, amount, method, capture } = &self.charge;
        Booked {
            key: *key,
            reference: self.reference.clone(),
            method: method.clone(),
            amount: *amount,
            capture: *capture,
            standing,
            captured: if standing == Standing::Captured { amount.amount } else { 0 },
            refunded: 0,
            token: self.token.clone(),
            dispute: None,
            disputed: 0,
        }
    }
}

fn row(booked: &Booked, due: Option<Time>, now: Time) -> Vec<Value<'_>> {
    params![
        &booked.reference,
        booked.key.order_id.0,
        booked.key.attempt,
        &booked.method,
        booked.amount.amount,
        booked.amount.currency.code(),
        booked.capture,
        booked.standing.word(),
        booked.captured,
        0_i64,
        booked.token.as_deref(),
        0_i64,
        due,
        now
    ]
    .into()
}

/// A charge as it stands.
#[derive(Clone, Debug)]
pub(super) struct Booked {
    /// Which charge.
    pub(super) key: ChargeKey,
    /// What it is called.
    pub(super) reference: String,
    method: String,
    /// How much it is for.
    pub(super) amount: Money,
    /// Whether it is taken at once.
    pub(super) capture: bool,
    /// Where it stands.
    pub(super) standing: Standing,
    /// What was taken.
    pub(super) captured: i64,
    /// What was given back.
    pub(super) refunded: i64,
    token: Option<String>,
    /// What a bank has asked back, and whatever it said of that last.
    pub(super) dispute: Option<String>,
    /// How much of it.
    pub(super) disputed: i64,
}

impl Booked {
    /// Whether it was booked with the same parameters.
    pub(super) fn is_of(&self, charge: &Charge) -> bool {
        // What was closed before it arrived has no method.
        let method = self.method == charge.method || self.method.is_empty();
        self.amount == charge.amount && method && self.capture == charge.capture
    }

    /// Whether money was taken.
    pub(super) fn has_taken(&self) -> bool {
        self.captured > 0
    }

    /// What can be given back: not what a bank withholds or has taken.
    pub(super) fn refundable(&self) -> i64 {
        let withheld = if self.dispute.as_deref().is_some_and(|word| word != "won") { self.disputed } else { 0 };
        self.captured - self.refunded - withheld
    }

    fn taken(&self) -> Standing {
        if self.capture { Standing::Captured } else { Standing::Authorized }
    }

    /// The event that tells where it stands.
    pub(super) fn event_id(&self) -> String {
        format!("evt_{}_{}", self.key, self.standing.word())
    }

    pub(super) fn outcome(&self) -> Outcome {
        let reference = self.reference.clone();
        let amount = self.amount;
        match self.standing {
            Standing::Pending => Outcome::Pending { reference },
            Standing::ActionRequired => {
                let url = self.token.as_ref().map(|token| format!("/v1/simulator/3ds/{token}"));
                Outcome::ActionRequired { reference, url }
            }
            Standing::Authorized | Standing::Captured if 0 < self.captured && self.captured < amount.amount => {
                let (captured, over) =
                    (Money::new(self.captured, amount.currency), self.standing == Standing::Captured);
                Outcome::PartlyCaptured { reference, captured, over }
            }
            Standing::Authorized => Outcome::Authorized { reference, amount },
            Standing::Captured => Outcome::Captured { reference, amount: Money::new(self.captured, amount.currency) },
            Standing::Declined => {
                let code = if self.method == "sim_3ds" { "authentication_failed" } else { "card_declined" };
                Outcome::Declined { code: code.to_owned() }
            }
            Standing::Closed | Standing::Voided => Outcome::Closed,
        }
    }
}

/// Columns of a charge, of some charges.
macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT order_id, attempt, reference, method, amount, currency, immediate, status, captured, refunded, token, ",
            "dispute, disputed FROM simulator_charges WHERE ",
            $which
        )
    };
}
pub(super) use select;

const OF_ORDERS: &str = select!("order_id = $1 ORDER BY order_id, attempt {lock}");

pub(super) fn read(row: &Row) -> Result<Booked, DbError> {
    let broken = |what: &str| DbError::Refused(format!("the simulator's books hold a broken {what}").into());
    let currency = Currency::new(&row.get::<String>(5)?).map_err(|_| broken("currency"))?;
    Ok(Booked {
        key: ChargeKey { order_id: OrderId(row.get(0)?), attempt: row.get(1)? },
        reference: row.get(2)?,
        method: row.get(3)?,
        amount: Money::new(row.get(4)?, currency),
        capture: row.get(6)?,
        standing: Standing::of(&row.get::<String>(7)?).ok_or_else(|| broken("status"))?,
        captured: row.get(8)?,
        refunded: row.get(9)?,
        token: row.get(10)?,
        dispute: row.get(11)?,
        disputed: row.get(12)?,
    })
}

/// Books what is new of a batch, and answers where each charge stands.
pub(super) async fn charge(tx: &mut Tx, batch: &[Booking]) -> Result<Vec<Booked>, DbError> {
    let now = tx.now();
    let begun: Vec<_> = batch.iter().map(|booking| booking.begun(now)).collect();
    let rows: Vec<_> = begun.iter().map(|(booked, due)| row(booked, *due, now)).collect();
    let new = tx.insert_new("simulator_charges", COLUMNS, &rows).await?;
    let known = begun.iter().zip(&new).filter(|(_, new)| !**new).map(|((booked, _), _)| booked.key);
    let known = repeated(tx, known.collect()).await?;
    let mut answers = Vec::with_capacity(batch.len());
    for ((mut booked, _), new) in begun.into_iter().zip(new) {
        if !new {
            let found = known.iter().find(|known| known.key == booked.key).cloned();
            booked = found.ok_or_else(|| DbError::Refused("a charge was not booked".into()))?;
        } else if booked.method == "sim_duplicate_webhook" {
            webhooks::queue(tx, &booked.event_id(), booked.key, &booked.outcome(), 3).await?;
        }
        answers.push(booked);
    }
    Ok(answers)
}

/// Charges that were asked for once more.
async fn repeated(tx: &mut Tx, charges: Vec<ChargeKey>) -> Result<Vec<Booked>, DbError> {
    let mut orders: Vec<_> = charges.iter().map(|key| key.order_id.0).collect();
    orders.sort_unstable();
    orders.dedup();
    let orders: Vec<Value<'_>> = orders.into_iter().map(Value::from).collect();
    let found = tx.query_keys(OF_ORDERS, &orders).await?.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let sql = "UPDATE simulator_charges SET repeats = repeats + 1 WHERE order_id = $1 AND attempt = $2";
    let rows: Vec<_> = charges.iter().map(|key| params![key.order_id.0, key.attempt].to_vec()).collect();
    tx.execute_each(sql, &rows).await?;
    Ok(found)
}

/// Reads and locks a charge.
pub(super) async fn find(tx: &mut Tx, key: ChargeKey) -> Result<Option<Booked>, DbError> {
    let sql = select!("order_id = $1 AND attempt = $2 {lock}");
    tx.query_one(sql, &params![key.order_id.0, key.attempt]).await?.as_ref().map(read).transpose()
}

/// Writes where a charge stands; where it is taken, all of it is.
pub(super) async fn stand(tx: &mut Tx, mut booked: Booked, standing: Standing) -> Result<Booked, DbError> {
    booked.standing = standing;
    if standing == Standing::Captured {
        booked.captured = booked.amount.amount;
    }
    keep(tx, booked, standing).await
}

/// Writes where a charge stands, and what was taken.
async fn keep(tx: &mut Tx, mut booked: Booked, standing: Standing) -> Result<Booked, DbError> {
    booked.standing = standing;
    let sql =
        "UPDATE simulator_charges SET status = $3, captured = $4, due_ms = NULL WHERE order_id = $1 AND attempt = $2";
    let ChargeKey { order_id, attempt } = booked.key;
    tx.execute(sql, &params![order_id.0, attempt, standing.word(), booked.captured]).await?;
    Ok(booked)
}

/// Ends a charge, even one that has yet to arrive. A late one goes through at this very moment.
pub(super) async fn close(tx: &mut Tx, key: ChargeKey, amount: Money) -> Result<Booked, DbError> {
    let world = tx.world().clone();
    let charge = Charge { key, amount, method: String::new(), capture: true };
    let unseen = Booking::new(charge, &world).standing(Standing::Closed);
    tx.insert_rows("simulator_charges", COLUMNS, OnConflict::Skip, &[row(&unseen, None, tx.now())]).await?;
    let booked = find(tx, key).await?.ok_or_else(|| DbError::Refused("a charge was not booked".into()))?;
    match booked.standing {
        Standing::Pending if booked.method == "sim_late_capture" => {
            let taken = booked.taken();
            let booked = stand(tx, booked, taken).await?;
            webhooks::queue(tx, &booked.event_id(), key, &booked.outcome(), 1).await?;
            Ok(booked)
        }
        Standing::Pending | Standing::ActionRequired => stand(tx, booked, Standing::Closed).await,
        Standing::Authorized | Standing::Captured | Standing::Declined | Standing::Closed | Standing::Voided => {
            Ok(booked)
        }
    }
}

/// Takes what is promised, until `total` was taken in all.
pub(super) async fn capture(tx: &mut Tx, key: ChargeKey, total: i64) -> Result<Option<Booked>, DbError> {
    match find(tx, key).await? {
        Some(mut booked) if booked.standing == Standing::Authorized && booked.method != "sim_capture_fails" => {
            booked.captured = booked.captured.max(total.min(booked.amount.amount));
            let whole = booked.captured == booked.amount.amount;
            keep(tx, booked, if whole { Standing::Captured } else { Standing::Authorized }).await.map(Some)
        }
        found => Ok(found),
    }
}

/// Lets go what is promised.
pub(super) async fn void(tx: &mut Tx, key: ChargeKey) -> Result<Option<Booked>, DbError> {
    match find(tx, key).await? {
        Some(booked) if booked.standing == Standing::Authorized => {
            // What was taken in part stays taken.
            let standing = if booked.captured > 0 { Standing::Captured } else { Standing::Voided };
            keep(tx, booked, standing).await.map(Some)
        }
        found => Ok(found),
    }
}

/// Gives money back: once for a key, and never more than was taken.
pub(super) async fn refund(tx: &mut Tx, call: &RefundCall) -> Result<RefundOutcome, DbError> {
    let refused = |code: &str| Ok(RefundOutcome::Refused { code: code.to_owned() });
    let Some(booked) = find(tx, call.charge).await? else { return refused("no_such_charge") };
    let sql = "SELECT charge_key, amount FROM simulator_refunds WHERE refund_key = $1";
    if let Some(row) = tx.query_one(sql, &params![call.key.0]).await? {
        let same = row.get::<String>(0)? == call.charge.to_string() && row.get::<i64>(1)? == call.amount.amount;
        let sql = "UPDATE simulator_refunds SET repeats = repeats + 1 WHERE refund_key = $1";
        tx.execute(sql, &params![call.key.0]).await?;
        return if same { Ok(RefundOutcome::Done) } else { refused("idempotency_key_reused") };
    }
    if call.amount.currency != booked.amount.currency || call.amount.amount > booked.captured - booked.refunded {
        return refused("exceeds_charge");
    }
    if call.amount.amount > booked.refundable() {
        return Ok(RefundOutcome::Disputed);
    }
    let columns = &["refund_key", "charge_key", "amount", "reference", "repeats", "at_ms"];
    let reference = format!("simr_{}", tx.world().uuid().simple());
    let row = params![call.key.0, call.charge.to_string(), call.amount.amount, reference, 0_i64, tx.now()].to_vec();
    tx.insert_rows("simulator_refunds", columns, OnConflict::Fail, &[row]).await?;
    let sql = "UPDATE simulator_charges SET refunded = refunded + $3 WHERE order_id = $1 AND attempt = $2";
    tx.execute(sql, &params![call.charge.order_id.0, call.charge.attempt, call.amount.amount]).await?;
    Ok(RefundOutcome::Done)
}

/// Where a refund stands.
pub(super) async fn find_refund(tx: &mut Tx, key: RefundId) -> Result<Option<RefundOutcome>, DbError> {
    let sql = "SELECT refund_key FROM simulator_refunds WHERE refund_key = $1";
    Ok(tx.query_one(sql, &params![key.0]).await?.map(|_| RefundOutcome::Done))
}

/// Lets through what goes through by itself by now; answers how many.
pub(super) async fn capture_due(tx: &mut Tx) -> Result<usize, DbError> {
    let sql = select!("due_ms <= $1 ORDER BY due_ms LIMIT $2 {skip locked}");
    let due = tx.query(sql, &params![tx.now(), MAX_DUE]).await?;
    for row in &due {
        let booked = read(row)?;
        let taken = booked.taken();
        let booked = stand(tx, booked, taken).await?;
        webhooks::queue(tx, &booked.event_id(), booked.key, &booked.outcome(), 1).await?;
    }
    Ok(due.len())
}
