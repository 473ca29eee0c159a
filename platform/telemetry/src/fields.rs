//! The fields of spans and events, under the names of the Elastic Common Schema.
//!
//! Our short names are translated, dotted names are taken as they are, and the rest become `labels.*`, which is
//! where the schema wants what it has no name for.

use crate::escape::cut;
use serde_json::{Map, Value};
use std::{borrow::Cow, error::Error, fmt, fmt::Write};
use tracing::field::{Field, Visit};

/// Longest text of one value, bytes.
pub(crate) const MAX_VALUE_BYTES: usize = 8 * 1024;
/// Most causes of an error that are written.
const MAX_CAUSES: usize = 8;

/// Names and values of a span or of an event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(pub(crate) Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        self.0.insert(ecs_name(field.name()).into_owned(), value);
    }

    fn put_text(&mut self, field: &Field, text: String) {
        self.put(field, Value::String(cut(text, MAX_VALUE_BYTES)));
    }

    /// Takes a text out; `None` where there is none of that name.
    pub(crate) fn take_text(&mut self, name: &str) -> Option<String> {
        match self.0.remove(name)? {
            Value::String(text) => Some(text),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Some(other.to_string())
            }
        }
    }
}

/// The schema's name for a field of ours.
fn ecs_name(name: &str) -> Cow<'_, str> {
    let name = name.strip_prefix("r#").unwrap_or(name);
    Cow::Borrowed(match name {
        "message" => "message",
        "service" => "service.name",
        "trace_id" => "trace.id",
        "span_id" => "span.id",
        "request_id" => "http.request.id",
        "method" => "http.request.method",
        "status" => "http.response.status_code",
        "path" => "url.path",
        "client_ip" => "client.ip",
        "user_id" => "user.id",
        "error" | "err" => "error.message",
        "error_code" => "error.code",
        "duration_ns" => "event.duration",
        dotted if dotted.contains('.') => dotted,
        other => return Cow::Owned(format!("labels.{other}")),
    })
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no infinity and no NaN; their names tell more than null.
        let text = || Value::String(value.to_string());
        self.put(field, serde_json::Number::from_f64(value).map_or_else(text, Value::Number));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.put_text(field, value.to_string());
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.put_text(field, value.to_string());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        for _ in 0..MAX_CAUSES {
            let Some(error) = cause else { break };
            let _ = write!(text, ": {error}");
            cause = error.source();
        }
        self.put_text(field, text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put_text(field, format!("{value:?}"));
    }
}
