//! The simulator's books: what it took and gave back. Nothing here knows of our own tables.

use super::webhooks;
use crate::{
    clients::{Charge, RefundCall},
    model::{ChargeKey, Outcome, RefundOutcome, words::words},
};
use bodega_contracts::RefundId;
use bodega_db::{DbError, OnConflict, Row, Tx, Value, params};
use bodega_kernel::{Currency, Money, Time, World};
use std::{fmt::Write, time::Duration};

/// When a payment that only a webhook tells of goes through.
const SETTLES_AFTER: Duration = Duration::from_millis(500);
/// When a late payment goes through by itself.
const LATE_AFTER: Duration = Duration::from_mins(2);
/// The most charges that go through by themselves in one transaction.
const MAX_DUE: i64 = 100;

const COLUMNS: &[&str] = &[
    "charge_key",
    "order_id",
    "reference",
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
    token: String,
}

impl Booking {
    pub(super) fn new(charge: Charge, world: &World) -> Self {
        let token = world.bytes::<16>().iter().fold(String::new(), |mut token, byte| {
            // Writing to a string cannot fail.
            let _ = write!(token, "{byte:02x}");
            token
        });
        Self { charge, reference: format!("sim_{}", world.uuid().simple()), token }
    }

    fn row(&self, now: Time) -> Vec<Value<'static>> {
        let Charge { key, amount, method, capture } = &self.charge;
        let taken = if *capture { Standing::Captured } else { Standing::Authorized };
        let (standing, due) = match method.as_str() {
            "sim_decline" => (Standing::Declined, None),
            "sim_authorize" | "sim_capture_fails" => (Standing::Authorized, None),
            "sim_3ds" => (Standing::ActionRequired, None),
            "sim_webhook_only" => (Standing::Pending, Some(now.plus(SETTLES_AFTER))),
            "sim_late_capture" => (Standing::Pending, Some(now.plus(LATE_AFTER))),
            _ => (taken, None),
        };
        row(*key, &self.reference, method, *amount, *capture, standing, &self.token, due, now)
    }
}

#[expect(clippy::too_many_arguments, reason = "one for each column")]
fn row(
    key: ChargeKey,
    reference: &str,
    method: &str,
    amount: Money,
    capture: bool,
    standing: Standing,
    token: &str,
    due: Option<Time>,
    now: Time,
) -> Vec<Value<'static>> {
    let captured = if standing == Standing::Captured { amount.amount } else { 0 };
    params![
        key.to_string(),
        key.order_id.0,
        reference.to_owned(),
        method.to_owned(),
        amount.amount,
        amount.currency.to_string(),
        capture,
        standing.word(),
        captured,
        0_i64,
        token.to_owned(),
        0_i64,
        due,
        now
    ]
    .to_vec()
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
    token: String,
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
                Outcome::ActionRequired { reference, url: Some(format!("/v1/simulator/3ds/{}", self.token)) }
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
            "SELECT charge_key, reference, method, amount, currency, immediate, status, captured, refunded, token, ",
            "dispute, disputed FROM simulator_charges WHERE ",
            $which
        )
    };
}
pub(super) use select;

const SELECT: &str = select!("charge_key = $1 ORDER BY charge_key {lock}");

pub(super) fn read(row: &Row) -> Result<Booked, DbError> {
    let broken = |what: &str| DbError::Refused(format!("the simulator's books hold a broken {what}").into());
    let currency = Currency::new(&row.get::<String>(4)?).map_err(|_| broken("currency"))?;
    Ok(Booked {
        key: row.get::<String>(0)?.parse().map_err(|()| broken("key"))?,
        reference: row.get(1)?,
        method: row.get(2)?,
        amount: Money::new(row.get(3)?, currency),
        capture: row.get(5)?,
        standing: Standing::of(&row.get::<String>(6)?).ok_or_else(|| broken("status"))?,
        captured: row.get(7)?,
        refunded: row.get(8)?,
        token: row.get(9)?,
        dispute: row.get(10)?,
        disputed: row.get(11)?,
    })
}

/// Books what is new of a batch, and answers where each charge stands.
pub(super) async fn charge(tx: &mut Tx, batch: &[Booking]) -> Result<Vec<Booked>, DbError> {
    let now = tx.now();
    let rows: Vec<_> = batch.iter().map(|booking| booking.row(now)).collect();
    tx.insert_rows("simulator_charges", COLUMNS, OnConflict::Skip, &rows).await?;
    let mut keys: Vec<String> = batch.iter().map(|booking| booking.charge.key.to_string()).collect();
    keys.sort_unstable();
    keys.dedup();
    let keys: Vec<Value<'_>> = keys.iter().map(Value::from).collect();
    let booked = tx.query_keys(SELECT, &keys).await?.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut answers = Vec::with_capacity(batch.len());
    for booking in batch {
        let booked = booked.iter().find(|booked| booked.key == booking.charge.key);
        let booked = booked.ok_or_else(|| DbError::Refused("a charge was not booked".into()))?;
        if booked.reference != booking.reference {
            let sql = "UPDATE simulator_charges SET repeats = repeats + 1 WHERE charge_key = $1";
            tx.execute(sql, &params![booked.key.to_string()]).await?;
        } else if booked.method == "sim_duplicate_webhook" {
            webhooks::queue(tx, &booked.event_id(), booked.key, &booked.outcome(), 3).await?;
        }
        answers.push(booked.clone());
    }
    Ok(answers)
}

/// Reads and locks a charge.
pub(super) async fn find(tx: &mut Tx, key: ChargeKey) -> Result<Option<Booked>, DbError> {
    tx.query_one(SELECT, &params![key.to_string()]).await?.as_ref().map(read).transpose()
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
    let sql = "UPDATE simulator_charges SET status = $2, captured = $3, due_ms = NULL WHERE charge_key = $1";
    tx.execute(sql, &params![booked.key.to_string(), standing.word(), booked.captured]).await?;
    Ok(booked)
}

/// Ends a charge, even one that has yet to arrive. A late one goes through at this very moment.
pub(super) async fn close(tx: &mut Tx, key: ChargeKey, amount: Money) -> Result<Booked, DbError> {
    let world = tx.world().clone();
    let charge = Charge { key, amount, method: String::new(), capture: true };
    let unseen = Booking::new(charge, &world);
    let row = row(key, &unseen.reference, "", amount, true, Standing::Closed, &unseen.token, None, tx.now());
    tx.insert_rows("simulator_charges", COLUMNS, OnConflict::Skip, &[row]).await?;
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
    let sql = "UPDATE simulator_charges SET refunded = refunded + $2 WHERE charge_key = $1";
    tx.execute(sql, &params![call.charge.to_string(), call.amount.amount]).await?;
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
