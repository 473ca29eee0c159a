//! How the simulator reports by itself: signed like a real provider's reports, queued until they are received.
//!
//! The header `x-simulator-signature` is `t=<seconds>,v1=<hex>`: HMAC-SHA256 over `<seconds>.<raw body>`.

use crate::{
    clients::{WebhookError, WebhookEvent},
    model::{ChargeKey, Outcome},
};
use bodega_db::{DbError, OnConflict, Tx, params};
use bodega_kernel::{Currency, Money, Time};
use futures_util::future::BoxFuture;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::{sync::Arc, time::Duration};

/// The header of its signature.
pub(crate) const SIGNATURE_HEADER: &str = "x-simulator-signature";
/// How old a signature may be, and how far ahead another clock.
const MAX_AGE: Duration = Duration::from_mins(5);
/// How long whoever claimed a report may take to send it.
const RESEND_AFTER: Duration = Duration::from_secs(10);
/// The most reports sent in one go.
const MAX_DUE: i64 = 100;

/// Takes a signature and a raw body to whoever wants reports; whether they were received.
pub(crate) type Post = Arc<dyn Fn(String, Vec<u8>) -> BoxFuture<'static, bool> + Send + Sync>;

/// Signs reports, and checks them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct WebhookKey(Arc<[u8]>);

impl WebhookKey {
    /// Of a secret that the provider and we share.
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self(secret.into())
    }

    /// The header's value for a body sent now.
    pub(crate) fn sign(&self, now: Time, body: &[u8]) -> String {
        let seconds = now.ms().div_euclid(1000);
        format!("t={seconds},v1={:x}", self.tag(&seconds.to_string(), body).finalize().into_bytes())
    }

    /// Checks the header's value for a raw body, in constant time.
    pub(crate) fn verify(&self, signature: Option<&str>, body: &[u8], now: Time) -> Result<(), WebhookError> {
        let parts = || signature.unwrap_or_default().split(',').filter_map(|part| part.split_once('='));
        let seconds = parts().find(|(name, _)| *name == "t").map(|(_, value)| value).unwrap_or_default();
        let mut tags = parts().filter(|(name, _)| *name == "v1").filter_map(|(_, value)| unhex(value));
        if !tags.any(|tag| self.tag(seconds, body).verify_slice(&tag).is_ok()) {
            return Err(WebhookError::BadSignature);
        }
        let signed = seconds.parse::<i64>().map_err(|_| WebhookError::BadSignature)?;
        let signed = Time::from_ms(signed.saturating_mul(1000));
        if now.since(signed) > MAX_AGE || signed.since(now) > MAX_AGE {
            return Err(WebhookError::Stale);
        }
        Ok(())
    }

    fn tag(&self, seconds: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!("any length"));
        mac.update(seconds.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    };
    (digits.len() == 64).then(|| digits.chunks(2).map(byte).collect()).flatten()
}

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
pub(crate) fn read_webhook(body: &[u8]) -> Result<WebhookEvent, WebhookError> {
    let body: Body = serde_json::from_slice(body).map_err(|_| WebhookError::Unreadable)?;
    let currency = Currency::new(&body.currency).map_err(|_| WebhookError::Unreadable)?;
    let (reference, amount) = (body.reference, Money::new(body.amount, currency));
    let outcome = match body.r#type.as_str() {
        "charge.captured" => Outcome::Captured { reference, amount },
        "charge.authorized" => Outcome::Authorized { reference, amount },
        "charge.declined" => Outcome::Declined { code: reference },
        "charge.closed" => Outcome::Closed,
        _ => return Err(WebhookError::Unreadable),
    };
    if body.id.is_empty() || body.id.len() > 200 {
        return Err(WebhookError::Unreadable);
    }
    Ok(WebhookEvent { id: body.id, key: body.key.parse().ok(), outcome })
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
        Outcome::ActionRequired { .. } | Outcome::Pending { .. } => return Ok(()),
    };
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

    const NOW: Time = Time::from_ms(1_700_000_000_000);

    #[test]
    fn a_signature_holds_for_its_body_its_key_and_five_minutes() {
        let key = WebhookKey::new(b"secret");
        let header = key.sign(NOW, b"body");
        let at = |minutes| NOW.plus(Duration::from_mins(minutes));
        assert_eq!(key.verify(Some(&header), b"body", at(5)), Ok(()));
        assert_eq!(key.verify(Some(&header), b"body", at(6)), Err(WebhookError::Stale));
        assert_eq!(key.verify(Some(&key.sign(at(6), b"body")), b"body", NOW), Err(WebhookError::Stale));
        assert_eq!(key.verify(Some(&header), b"bodies", NOW), Err(WebhookError::BadSignature));
        assert_eq!(WebhookKey::new(b"other").verify(Some(&header), b"body", NOW), Err(WebhookError::BadSignature));
        let moved = header.replace("t=17", "t=18");
        for bad in [None, Some(""), Some("t=1700000000"), Some("t=1,v1=00"), Some("v1=é"), Some(moved.as_str())] {
            assert_eq!(key.verify(bad, b"body", NOW), Err(WebhookError::BadSignature), "{bad:?}");
        }
    }

    #[test]
    fn a_report_that_is_not_understood_is_refused() {
        for bad in [
            "",
            "{}",
            "[]",
            r#"{"id":"e","type":"charge.lost","key":"k","reference":"","amount":1,"currency":"GBP","at":"2026-01-01T00:00:00Z"}"#,
        ] {
            assert_eq!(read_webhook(bad.as_bytes()), Err(WebhookError::Unreadable), "{bad}");
        }
    }
}
