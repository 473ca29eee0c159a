//! How the simulated carrier reports by itself: signed like a real carrier's reports.
//!
//! The header `x-simulator-signature` is that of a [`ReportKey`](bodega_web::ReportKey).

use crate::{
    model::{Report, Step},
    store::Booked,
};
use bodega_kernel::Time;
use bodega_web::ReportError;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The header of its signature.
pub(crate) const SIGNATURE_HEADER: &str = "x-simulator-signature";
/// The most characters of an id, a number, a line of words.
const MAX_TEXT: usize = 200;

/// Takes a signature and a raw body to whoever wants reports; whether they were received.
pub(crate) type Post = Arc<dyn Fn(String, Vec<u8>) -> BoxFuture<'static, bool> + Send + Sync>;

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
