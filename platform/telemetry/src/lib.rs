//! Logs of one line each, and the W3C trace context that ties them together over services.
//!
//! Lines go to standard error: JSON in the names of the Elastic Common Schema for machines, a short form for people.
//! Every line carries the fields of the spans around it. [`TraceContext`] is pure; ids are made by its callers.

mod escape;
mod fields;
mod lines;
mod trace_context;

pub use trace_context::TraceContext;

use bodega_kernel::SystemClock;
use lines::{Form, Lines};
use serde::{Deserialize, Serialize};
use std::{
    io::{self, IsTerminal},
    str::FromStr,
};
use thiserror::Error;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `Human` where standard error is a terminal, else `Json`.
    #[default]
    Auto,
    /// A JSON object a line, Elastic Common Schema.
    Json,
    /// Time, level, logger, message, then `name=value` for the rest.
    Human,
}

/// Why logging could not start, or what is no format.
#[derive(Debug, Error)]
pub enum TelemetryError {
    /// The filter is not written as `info` or `info,bodega_orders=debug`.
    #[error("log filter {filter:?}: {reason}")]
    Filter {
        /// What was given.
        filter: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The text is no format.
    #[error("log format {0:?} is none of auto, json, human")]
    Format(String),
    /// Something in this process logs already.
    #[error("logging has already been started in this process")]
    AlreadyStarted,
}

impl FromStr for Format {
    type Err = TelemetryError;
    fn from_str(text: &str) -> Result<Self, TelemetryError> {
        match text {
            "auto" => Ok(Self::Auto),
            "json" => Ok(Self::Json),
            "human" => Ok(Self::Human),
            _ => Err(TelemetryError::Format(text.to_owned())),
        }
    }
}

/// Starts logging to standard error for the whole process, once.
///
/// `filter` is a level, or levels by module: `info,bodega_orders=debug`.
pub fn init(format: Format, filter: &str) -> Result<(), TelemetryError> {
    let levels = parse_filter(filter)?;
    let terminal = io::stderr().is_terminal();
    let form = match format {
        Format::Json => Form::Json,
        Format::Auto if !terminal => Form::Json,
        Format::Auto | Format::Human if terminal => Form::Coloured,
        Format::Auto | Format::Human => Form::Plain,
    };
    tracing_subscriber::registry()
        .with(levels)
        .with(Lines::new(form, SystemClock, io::stderr))
        .try_init()
        .map_err(|_| TelemetryError::AlreadyStarted)
}

fn parse_filter(filter: &str) -> Result<EnvFilter, TelemetryError> {
    EnvFilter::builder()
        .parse(filter)
        .map_err(|error| TelemetryError::Filter { filter: filter.to_owned(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_or_refused_with_its_text() {
        assert!(parse_filter("info").is_ok());
        assert!(parse_filter("info,bodega_orders=debug").is_ok());
        let refused = parse_filter("info,bodega_orders=loud").unwrap_err().to_string();
        assert!(refused.starts_with(r#"log filter "info,bodega_orders=loud": "#), "{refused}");
    }

    #[test]
    fn a_format_is_one_of_three_words() {
        assert_eq!("json".parse::<Format>().unwrap(), Format::Json);
        assert_eq!(serde_json::to_string(&Format::Human).unwrap(), "\"human\"");
        assert_eq!("xml".parse::<Format>().unwrap_err().to_string(), "log format \"xml\" is none of auto, json, human");
    }

    #[test]
    fn logging_starts_once() {
        assert!(init(Format::Json, "off").is_ok());
        assert!(matches!(init(Format::Json, "off"), Err(TelemetryError::AlreadyStarted)));
    }
}
