//! How the simulator reports by itself: signed like a real provider's reports, queued until they are received.
//!
//! The header `x-simulator-signature` is that of a [`ReportKey`](bodega_web::ReportKey).

use crate::{
    clients::{News, WebhookEvent},
    model::{BankSays, ChargeKey, Outcome, dispute_of},
};
use bodega_db::{DbError, OnConflict, Tx, params};
use bodega_kernel::{Currency, Money, Time};
use bodega_web::ReportError;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// The header of its signature.
pub(crate) const SIGNATURE_HEADER: &str = "x-simulator-signature";
/// How long whoever claimed a report may take to send it.
const RESEND_AFTER: Duration = Duration::from_secs(10);
/// The most reports sent in one go.
const MAX_DUE: i64 = 100;

/// Takes a signature and a raw body to whoever wants reports; whether they were received.
pub(crate) type Post = Arc<dyn Fn(String, Vec<u8>) -> BoxFuture<'static, bool> + Send + Sync>;

/// A report as it is sent.
#[derive(Serialize, Deserialize)]
struct Body {
    id: String,
    r#type: String,
    key: String,
    reference: String,
    amount: i64,
    currency: String,
    at: Time,
}

/// Reads a report whose signature was checked.
pub(crate) fn read_webhook(body: &[u8]) -> Result<WebhookEvent, ReportError> {
    let body: Body = serde_json::from_slice(body).map_err(|_| ReportError::Unreadable)?;
    let currency = Currency::new(&body.currency).map_err(|_| ReportError::Unreadable)?;
    let (reference, amount) = (body.reference, Money::new(body.amount, currency));
    let kind = body.r#type.as_str();
    let news = match kind {
        "charge.captured" => News::Stands(Outcome::Captured { reference, amount }),
        "charge.authorized" => News::Stands(Outcome::Authorized { reference, amount }),
        "charge.declined" => News::Stands(Outcome::Declined { code: reference }),
        "charge.closed" => News::Stands(Outcome::Closed),
        _ => {
            let state = kind.strip_prefix("dispute.").and_then(dispute_of).ok_or(ReportError::Unreadable)?;
            News::Dispute(BankSays { state, amount, reference })
        }
    };
    if body.id.is_empty() || body.id.len() > 200 {
        return Err(ReportError::Unreadable);
    }
    Ok(WebhookEvent { id: body.id, key: body.key.parse().ok(), news })
}

/// Queues a report of where a charge stands, to be sent `copies` times.
pub(super) async fn queue(
    tx: &mut Tx,
    id: &str,
    key: ChargeKey,
    outcome: &Outcome,
    copies: i64,
) -> Result<(), DbError> {
    let nothing = Money::new(0, Currency::GBP);
    let (kind, reference, amount) = match outcome {
        Outcome::Captured { reference, amount } => ("charge.captured", reference.as_str(), *amount),
        Outcome::Authorized { reference, amount } => ("charge.authorized", reference.as_str(), *amount),
        Outcome::Declined { code } => ("charge.declined", code.as_str(), nothing),
        Outcome::Closed => ("charge.closed", "", nothing),
        Outcome::PartlyCaptured { .. } | Outcome::ActionRequired { .. } | Outcome::Pending { .. } => return Ok(()),
    };
    queue_report(tx, id, key, (kind, reference), amount, copies).await
}

/// Queues a report of this kind, with its reference.
pub(super) async fn queue_report(
    tx: &mut Tx,
    id: &str,
    key: ChargeKey,
    (kind, reference): (&str, &str),
    amount: Money,
    copies: i64,
) -> Result<(), DbError> {
    let body = Body {
        id: id.to_owned(),
        r#type: kind.to_owned(),
        key: key.to_string(),
        reference: reference.to_owned(),
        amount: amount.amount,
        currency: amount.currency.to_string(),
        at: tx.now(),
    };
    let body = serde_json::to_string(&body).map_err(|error| DbError::Refused(error.to_string().into()))?;
    let row = params![id, body, copies, tx.now()].to_vec();
    let columns = &["event_id", "body", "copies", "due_ms"];
    tx.insert_rows("simulator_webhooks", columns, OnConflict::Skip, &[row]).await.map(drop)
}

/// Claims reports that are due.
pub(super) async fn claim(tx: &mut Tx) -> Result<Vec<String>, DbError> {
    let sql = "SELECT event_id FROM simulator_webhooks WHERE due_ms <= $1 ORDER BY due_ms LIMIT $2 {skip locked}";
    let rows = tx.query(sql, &params![tx.now(), MAX_DUE]).await?;
    let events = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, _>>()?;
    let later = tx.now().plus(RESEND_AFTER);
    let rows: Vec<_> = events.iter().map(|event| params![event, later].to_vec()).collect();
    tx.execute_each("UPDATE simulator_webhooks SET due_ms = $2 WHERE event_id = $1", &rows).await?;
    Ok(events)
}

/// The body of a report of which a copy is still to be sent.
pub(super) async fn body(tx: &mut Tx, event: &str) -> Result<Option<String>, DbError> {
    let sql = "SELECT body FROM simulator_webhooks WHERE event_id = $1 AND copies > 0";
    tx.query_one(sql, &params![event]).await?.map(|row| row.get(0)).transpose()
}

/// A copy of a report was received.
pub(super) async fn sent(tx: &mut Tx, event: &str) -> Result<(), DbError> {
    let sql = "UPDATE simulator_webhooks SET due_ms = CASE WHEN copies > 1 THEN $2 ELSE NULL END, copies = copies - 1 \
               WHERE event_id = $1 AND copies > 0";
    tx.execute(sql, &params![event, tx.now()]).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_is_not_understood_is_refused() {
        for bad in [
            "",
            "{}",
            "[]",
            r#"{"id":"e","type":"charge.lost","key":"k","reference":"","amount":1,"currency":"GBP","at":"2026-01-01T00:00:00Z"}"#,
        ] {
            assert_eq!(read_webhook(bad.as_bytes()), Err(ReportError::Unreadable), "{bad}");
        }
    }
}
