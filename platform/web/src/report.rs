//! Reports that others send by themselves (a provider, a carrier): signed, and not older than five minutes.
//!
//! A signature is `t=<seconds>,v1=<hex>`, HMAC-SHA256 over `<seconds>.<raw body>`; where there are several `v1`, one has
//! to fit, so that a secret can be changed without losing a report.

use crate::{Problem, hex::hex, problem};
use bodega_kernel::Time;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::{fmt, sync::Arc, time::Duration};

/// How old a signature may be, and how far ahead another clock.
const MAX_AGE: Duration = Duration::from_mins(5);
/// The digits of an HMAC-SHA256.
const DIGITS: usize = 64;

/// Why a report is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportError {
    /// Without a signature of whoever is to send it.
    BadSignature,
    /// Signed too long ago, or ahead of time.
    Stale,
    /// Signed, but not understood.
    Unreadable,
}

/// Signs reports, and checks them. Cheap to clone.
#[derive(Clone)]
pub struct ReportKey(Arc<[u8]>);

impl ReportKey {
    /// Of a secret that the sender and we share.
    pub fn new(secret: &[u8]) -> Self {
        Self(secret.into())
    }

    /// The signature of a body sent now.
    pub fn sign(&self, now: Time, body: &[u8]) -> String {
        let seconds = now.ms().div_euclid(1000);
        format!("t={seconds},v1={}", hex(&self.tag(&seconds.to_string(), body).finalize().into_bytes()))
    }

    /// Checks the signature of a raw body, in constant time.
    pub fn verify(&self, signature: Option<&str>, body: &[u8], now: Time) -> Result<(), ReportError> {
        let parts = || signature.unwrap_or_default().split(',').filter_map(|part| part.split_once('='));
        let seconds = parts().find(|(name, _)| *name == "t").map(|(_, value)| value).unwrap_or_default();
        let mut tags = parts().filter(|(name, _)| *name == "v1").filter_map(|(_, value)| unhex(value));
        if !tags.any(|tag| self.tag(seconds, body).verify_slice(&tag).is_ok()) {
            return Err(ReportError::BadSignature);
        }
        let signed = seconds.parse::<i64>().map_err(|_| ReportError::BadSignature)?;
        let signed = Time::from_ms(signed.saturating_mul(1000));
        let is_stale = now.since(signed) > MAX_AGE || signed.since(now) > MAX_AGE;
        if is_stale { Err(ReportError::Stale) } else { Ok(()) }
    }

    fn tag(&self, seconds: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!("any length"));
        mac.update(seconds.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac
    }
}

impl fmt::Debug for ReportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportKey").finish_non_exhaustive()
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::BadSignature => problem(400, "bad_signature"),
            ReportError::Stale => {
                problem(400, "stale_signature").detail("signed more than five minutes ago, or ahead of time")
            }
            ReportError::Unreadable => problem(400, "unreadable_webhook"),
        }
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    };
    (digits.len() == DIGITS).then(|| digits.chunks(2).map(byte).collect()).flatten()
}
