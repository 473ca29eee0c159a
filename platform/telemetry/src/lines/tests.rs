//! Lines as a log collector or a person would read them.

use super::{Form, Lines};
use crate::fields::MAX_VALUE_BYTES;
use bodega_kernel::{ManualClock, Time};
use serde_json::{Value, json};
use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing::{Level, error, info, info_span, warn};
use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn logged(form: Form, scene: impl FnOnce()) -> String {
    let sink = Sink::default();
    let clock = ManualClock::at(Time::from_ms(1_700_000_000_123));
    let subscriber = tracing_subscriber::registry().with(Lines::new(form, clock, sink.clone()));
    tracing::subscriber::with_default(subscriber, scene);
    let bytes = sink.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn json_line(scene: impl FnOnce()) -> Value {
    let text = logged(Form::Json, scene);
    assert!(text.ends_with('\n') && text.lines().count() == 1, "{text:?}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_line_is_json_in_the_names_of_the_elastic_common_schema() {
    let line = json_line(|| {
        let request = info_span!("request", request_id = "req-1", trace_id = "4bf9", service = "orders");
        let _request = request.enter();
        let failure = io::Error::other("disk is full");
        error!(error = &failure as &dyn std::error::Error, status = 500_u16, order_id = %"o-1", "order refused");
    });
    assert_eq!(
        line,
        json!({
            "@timestamp": "2023-11-14T22:13:20.123Z",
            "ecs.version": "8.11.0",
            "log.level": "error",
            "log.logger": "bodega_telemetry::lines::tests",
            "message": "order refused",
            "service.name": "orders",
            "trace.id": "4bf9",
            "http.request.id": "req-1",
            "http.response.status_code": 500,
            "labels.order_id": "o-1",
            "error.message": "disk is full",
        })
    );
}

#[test]
fn fields_of_all_enclosing_spans_are_on_the_line_and_the_inner_one_wins() {
    let line = json_line(|| {
        let outer = info_span!("request", service = "gateway", request_id = tracing::field::Empty, message = "outer");
        let _outer = outer.enter();
        outer.record("request_id", "req-2");
        let inner = info_span!("call", service = "orders", order_id = 7);
        let _inner = inner.enter();
        info!("done");
    });
    assert_eq!(line["http.request.id"], "req-2");
    assert_eq!(line["service.name"], "orders");
    assert_eq!(line["labels.order_id"], 7);
    assert_eq!(line["message"], "done");
}

#[test]
fn a_line_outside_every_span_names_the_product() {
    assert_eq!(json_line(|| info!("started"))["service.name"], "bodega");
}

#[test]
fn an_error_is_written_with_its_causes() {
    #[derive(Debug, thiserror::Error)]
    #[error("cannot start")]
    struct Outer(#[source] io::Error);
    let line = json_line(|| {
        let outer = Outer(io::Error::other("port is taken"));
        error!(error = &outer as &dyn std::error::Error);
    });
    assert_eq!(line["error.message"], "cannot start: port is taken");
}

#[test]
fn no_value_can_forge_a_second_line() {
    let forged = "x\r\n{\"log.level\":\"error\"}\u{2028}\u{85}\u{b}\u{c}\u{0}\u{1b}[2Jy\", \"log.level\":\"fatal";
    let scene = || {
        let span = info_span!("request", request_id = forged);
        let _span = span.enter();
        warn!(order_id = forged, debug = ?forged, "{forged}");
    };
    for form in [Form::Json, Form::Plain, Form::Coloured] {
        let text = logged(form, scene);
        let line = text.strip_suffix('\n').unwrap();
        let line = line.strip_prefix("\u{1b}[33m").and_then(|line| line.strip_suffix("\u{1b}[0m")).unwrap_or(line);
        assert!(!line.contains(|c: char| c.is_control() || c == '\u{2028}'), "{line:?}");
    }
    let line = json_line(scene);
    assert_eq!(line["log.level"], "warn");
    assert_eq!(line["message"], forged);
    assert_eq!(line["http.request.id"], forged);
    assert_eq!(line["labels.order_id"], forged);
}

#[test]
fn no_field_can_replace_the_level_or_the_time() {
    let line = json_line(|| tracing::event!(Level::INFO, log.level = "fatal", "real"));
    assert_eq!((&line["log.level"], &line["message"]), (&json!("info"), &json!("real")));
}

#[test]
fn a_value_has_a_greatest_length() {
    let line = json_line(|| {
        info!(body = "£".repeat(MAX_VALUE_BYTES), "{}", "m".repeat(MAX_VALUE_BYTES + 1));
    });
    assert_eq!(line["labels.body"].as_str().unwrap().chars().count(), MAX_VALUE_BYTES / 2 + 1);
    assert!(line["message"].as_str().unwrap().ends_with("m…"));
}

#[test]
fn numbers_json_has_not_are_written_by_name() {
    let line = json_line(|| {
        info!(ratio = f64::NAN, half = 0.5, big = u128::MAX, yes = true, "sums");
    });
    assert_eq!((&line["labels.ratio"], &line["labels.half"]), (&json!("NaN"), &json!(0.5)));
    assert_eq!((&line["labels.big"], &line["labels.yes"]), (&json!(u128::MAX.to_string()), &json!(true)));
}

#[test]
fn a_line_for_people_is_short() {
    let text = logged(Form::Plain, || {
        let span = info_span!("request", service = "orders");
        let _span = span.enter();
        info!(order_id = 7, reason = "out of stock", "cancelled");
    });
    let start = "2023-11-14T22:13:20.123Z  INFO bodega_telemetry::lines::tests: cancelled ";
    assert!(text.starts_with(start), "{text}");
    for field in [" order_id=7", " reason=\"out of stock\"", " service.name=orders"] {
        assert!(text.contains(field), "{text}");
    }
}
