//! How the simulated carrier reports by itself: signed like a real carrier's reports.
//!
//! The header `x-simulator-signature` is `t=<seconds>,v1=<hex>`: HMAC-SHA256 over `<seconds>.<raw body>`.

use crate::{
    clients::ReportError,
    model::{Report, Step},
    store::Booked,
};
use bodega_kernel::Time;
use futures_util::future::BoxFuture;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::{sync::Arc, time::Duration};

/// The header of its signature.
pub(crate) const SIGNATURE_HEADER: &str = "x-simulator-signature";
/// How old a signature may be, and how far ahead another clock.
const MAX_AGE: Duration = Duration::from_mins(5);
/// The most characters of an id, a number, a line of words.
const MAX_TEXT: usize = 200;

/// Takes a signature and a raw body to whoever wants reports; whether they were received.
pub(crate) type Post = Arc<dyn Fn(String, Vec<u8>) -> BoxFuture<'static, bool> + Send + Sync>;

/// Signs reports, and checks them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct WebhookKey(Arc<[u8]>);

impl WebhookKey {
    /// Of a secret that the carrier and we share.
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self(secret.into())
    }

    /// The header's value for a body sent now.
    pub(crate) fn sign(&self, now: Time, body: &[u8]) -> String {
        let seconds = now.ms().div_euclid(1000);
        format!("t={seconds},v1={:x}", self.tag(&seconds.to_string(), body).finalize().into_bytes())
    }

    /// Checks the header's value for a raw body, in constant time.
    pub(crate) fn verify(&self, signature: Option<&str>, body: &[u8], now: Time) -> Result<(), ReportError> {
        let parts = || signature.unwrap_or_default().split(',').filter_map(|part| part.split_once('='));
        let seconds = parts().find(|(name, _)| *name == "t").map(|(_, value)| value).unwrap_or_default();
        let mut tags = parts().filter(|(name, _)| *name == "v1").filter_map(|(_, value)| unhex(value));
        if !tags.any(|tag| self.tag(seconds, body).verify_slice(&tag).is_ok()) {
            return Err(ReportError::BadSignature);
        }
        let signed = seconds.parse::<i64>().map_err(|_| ReportError::BadSignature)?;
        let signed = Time::from_ms(signed.saturating_mul(1000));
        if now.since(signed) > MAX_AGE || signed.since(now) > MAX_AGE {
            return Err(ReportError::Stale);
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
    tracking_number: String,
    status: String,
    detail: String,
    at: Time,
}

const TYPE: &str = "tracker.updated";

/// What is sent of a parcel.
pub(super) fn body(booked: &Booked, status: &str, words: &str, at: Time) -> Vec<u8> {
    let body = Body {
        id: format!("{}-{status}", booked.tracking_number),
        r#type: TYPE.to_owned(),
        key: booked.shipment.to_string(),
        tracking_number: booked.tracking_number.clone(),
        status: status.to_owned(),
        detail: words.to_owned(),
        at,
    };
    // Texts and a time: there is nothing here that JSON cannot hold.
    serde_json::to_vec(&body).unwrap_or_default()
}

/// Reads a report whose signature was checked.
pub(crate) fn read_report(body: &[u8]) -> Result<Report, ReportError> {
    let body: Body = serde_json::from_slice(body).map_err(|_| ReportError::Unreadable)?;
    let step = match (body.r#type.as_str(), body.status.as_str()) {
        (TYPE, "in_transit") => Step::InTransit,
        (TYPE, "delivered") => Step::Delivered,
        _ => return Err(ReportError::Unreadable),
    };
    let fits = |text: &str| (1..=MAX_TEXT).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if ![&body.id, &body.tracking_number, &body.detail].into_iter().all(|text| fits(text)) {
        return Err(ReportError::Unreadable);
    }
    Ok(Report {
        id: body.id,
        shipment: body.key.parse().ok(),
        tracking_number: body.tracking_number,
        step,
        words: body.detail,
        at: body.at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_contracts::ShipmentId;
    use uuid::Uuid;

    const NOW: Time = Time::from_ms(1_700_000_000_000);

    #[test]
    fn a_signature_holds_for_its_body_its_key_and_five_minutes() {
        let key = WebhookKey::new(b"secret");
        let header = key.sign(NOW, b"body");
        let at = |minutes| NOW.plus(Duration::from_mins(minutes));
        assert_eq!(key.verify(Some(&header), b"body", at(5)), Ok(()));
        assert_eq!(key.verify(Some(&header), b"body", at(6)), Err(ReportError::Stale));
        assert_eq!(key.verify(Some(&key.sign(at(6), b"body")), b"body", NOW), Err(ReportError::Stale));
        assert_eq!(key.verify(Some(&header), b"bodies", NOW), Err(ReportError::BadSignature));
        assert_eq!(WebhookKey::new(b"other").verify(Some(&header), b"body", NOW), Err(ReportError::BadSignature));
        let moved = header.replace("t=17", "t=18");
        for bad in [None, Some(""), Some("t=1700000000"), Some("t=1,v1=00"), Some("v1=é"), Some(moved.as_str())] {
            assert_eq!(key.verify(bad, b"body", NOW), Err(ReportError::BadSignature), "{bad:?}");
        }
    }

    #[test]
    fn what_is_sent_is_read_back_and_anything_else_is_refused() {
        let shipment = ShipmentId(Uuid::from_u128(7));
        let booked = Booked { shipment, tracking_number: "SIM1".to_owned(), stage: "sold".to_owned() };
        let sent = body(&booked, "in_transit", "in Leeds", NOW);
        let report = read_report(&sent).unwrap();
        assert_eq!(
            (report.shipment, report.step, report.words.as_str()),
            (Some(shipment), Step::InTransit, "in Leeds")
        );
        let text = String::from_utf8(sent).unwrap();
        for (from, to) in
            [("in_transit\"", "lost\""), ("tracker.updated", "rate.updated"), ("in Leeds", ""), ("\"at\"", "\"on\"")]
        {
            assert_eq!(read_report(text.replace(from, to).as_bytes()), Err(ReportError::Unreadable), "{from}");
        }
        assert_eq!(read_report(b"[]"), Err(ReportError::Unreadable));
    }
}
