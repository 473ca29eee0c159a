//! Events as they travel: CloudEvents 1.0, structured JSON.

use bodega_db::Envelope;
use bodega_kernel::Time;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{borrow::Cow, sync::Arc};
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
struct CloudEvent<'a> {
    specversion: Cow<'a, str>,
    id: Uuid,
    source: Cow<'a, str>,
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    subject: Cow<'a, str>,
    time: Time,
    datacontenttype: Cow<'a, str>,
    sequence: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// The envelope as a message body.
pub fn encode(envelope: &Envelope) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&CloudEvent {
        specversion: "1.0".into(),
        id: envelope.id,
        source: envelope.source.as_ref().into(),
        kind: envelope.kind.as_ref().into(),
        subject: envelope.subject.as_ref().into(),
        time: envelope.at,
        datacontenttype: "application/json".into(),
        sequence: envelope.seq,
        traceparent: envelope.trace.as_deref().map(Into::into),
        data: serde_json::from_str(&envelope.data)?,
    })
}

/// Reads a message body.
pub fn decode(body: &[u8]) -> Result<Envelope, serde_json::Error> {
    let event: CloudEvent<'_> = serde_json::from_slice(body)?;
    Ok(Envelope {
        source: event.source.as_ref().into(),
        seq: event.sequence,
        id: event.id,
        kind: event.kind.as_ref().into(),
        subject: event.subject.as_ref().into(),
        at: event.time,
        trace: event.traceparent.map(|trace| Arc::from(trace.as_ref())),
        data: event.data.get().into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_arrives_as_it_left() {
        let envelope = Envelope {
            source: "orders".into(),
            seq: 7,
            id: Uuid::from_u128(1),
            kind: "order.placed.v1".into(),
            subject: "a \"quoted\" one".into(),
            at: Time::from_ms(1_700_000_000_123),
            trace: Some("00-0123-01".into()),
            data: r#"{"total":{"amount":1,"currency":"GBP"}}"#.into(),
        };
        let body = encode(&envelope).unwrap();
        assert_eq!(decode(&body).unwrap(), envelope);
        assert!(String::from_utf8(body).unwrap().starts_with(r#"{"specversion":"1.0","id":""#));
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for body in ["", "{}", "[]", r#"{"specversion":"1.0"}"#] {
            assert!(decode(body.as_bytes()).is_err(), "{body}");
        }
    }
}
