//! The layer that writes an event as one line, in one write, with the fields of all its spans.

use crate::{escape::escape, fields::Fields};
use bodega_kernel::Clock;
use serde_json::{Map, Value};
use std::{fmt::Write as _, io::Write as _};
use tracing::{
    Event, Level, Subscriber,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    fmt::MakeWriter,
    layer::Context,
    registry::{LookupSpan, Scope},
};

/// The version of the Elastic Common Schema whose names we use.
const ECS_VERSION: &str = "8.11.0";
/// Names the product on lines outside every service's span.
const PRODUCT: &str = "bodega";

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A JSON object.
    Json,
    /// For people, in a file or a pipe.
    Plain,
    /// For people at a terminal.
    Coloured,
}

/// Writes log lines to what `writer` makes.
pub(crate) struct Lines<C, W> {
    form: Form,
    clock: C,
    writer: W,
}

/// What a line says, before it is given a form.
struct Entry {
    at: String,
    level: Level,
    logger: String,
    message: String,
    fields: Map<String, Value>,
}

impl<C: Clock, W> Lines<C, W> {
    pub(crate) fn new(form: Form, clock: C, writer: W) -> Self {
        Self { form, clock, writer }
    }

    fn entry<S>(&self, event: &Event<'_>, context: &Context<'_, S>) -> Entry
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.0.extend(outer.0.clone());
            }
        }
        // A span may have a field called message; only the event's own is the line's.
        fields.0.remove("message");
        event.record(&mut fields);
        let message = fields.take_text("message").unwrap_or_default();
        // Records of the `log` crate arrive with their origin in fields.
        let logger = fields.take_text("log.target").unwrap_or_else(|| event.metadata().target().to_owned());
        for name in ["log.module_path", "log.file", "log.line"] {
            fields.0.remove(name);
        }
        let at = self.clock.now().to_string();
        Entry { at, level: *event.metadata().level(), logger, message, fields: fields.0 }
    }
}

impl Entry {
    fn json(self) -> String {
        let mut object = self.fields;
        object.entry("service.name").or_insert_with(|| PRODUCT.into());
        let level = self.level.as_str().to_lowercase();
        // Last, so that no field of a span or an event can replace them.
        for (name, value) in [
            ("@timestamp", self.at),
            ("ecs.version", ECS_VERSION.to_owned()),
            ("log.level", level),
            ("log.logger", self.logger),
            ("message", self.message),
        ] {
            object.insert(name.to_owned(), Value::String(value));
        }
        escape(&Value::Object(object).to_string())
    }

    fn human(self, coloured: bool) -> String {
        let mut line = format!("{} {:>5} {}: {}", self.at, self.level, self.logger, self.message);
        for (name, value) in self.fields {
            let name = name.strip_prefix("labels.").unwrap_or(&name);
            // A value in quotes cannot pass itself off as the next field.
            let _ = match value.as_str() {
                Some(text) if !text.contains([' ', '=', '"']) => write!(line, " {name}={text}"),
                Some(_) | None => write!(line, " {name}={value}"),
            };
        }
        let line = escape(&line);
        let colour = match self.level {
            Level::ERROR => "31",
            Level::WARN => "33",
            _ => return line,
        };
        if coloured { format!("\u{1b}[{colour}m{line}\u{1b}[0m") } else { line }
    }
}

impl<S, C, W> Layer<S> for Lines<C, W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    C: Clock + 'static,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let entry = self.entry(event, &context);
        let mut line = match self.form {
            Form::Json => entry.json(),
            Form::Plain => entry.human(false),
            Form::Coloured => entry.human(true),
        };
        line.push('\n');
        // A log that cannot be written has nowhere to be reported.
        let _ = self.writer.make_writer().write_all(line.as_bytes());
    }
}

#[cfg(test)]
mod tests;
