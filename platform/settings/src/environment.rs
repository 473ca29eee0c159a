//! Variables `BODEGA__SECTION__KEY`: their names as paths, their texts as values of the type the default has.

use crate::error::SettingsError;
use figment::value::Value;
use std::env;

const PREFIX: &str = "BODEGA__";

/// Our variables of this process.
pub(crate) fn of_process() -> Result<Vec<(String, String)>, SettingsError> {
    let mut variables = Vec::new();
    for (name, value) in env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        let value = value.into_string().map_err(|_| SettingsError::Invalid {
            key: path(name).unwrap_or_default().join("."),
            origin: name.to_owned(),
            message: "is not UTF-8".to_owned(),
        })?;
        variables.push((name.to_owned(), value));
    }
    Ok(variables)
}

/// The keys a variable's name leads through; `None` where it is none of ours.
pub(crate) fn path(name: &str) -> Option<Vec<String>> {
    let keys = name.strip_prefix(PREFIX)?.split("__");
    Some(keys.map(str::to_lowercase).collect())
}

/// The text as the type of `default`, so that a secret of digits stays a text. What does not fit is left as it is and
/// refused with the other bad values.
pub(crate) fn value(text: &str, default: Option<&toml::Value>) -> Value {
    let listed = text.trim_start().starts_with('[');
    match default {
        None | Some(toml::Value::String(_) | toml::Value::Datetime(_)) => Value::from(text),
        Some(toml::Value::Array(_)) if !listed => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::from(items.map(Value::from).collect::<Vec<_>>())
        }
        Some(
            toml::Value::Array(_)
            | toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Boolean(_)
            | toml::Value::Table(_),
        ) => text.trim().parse().unwrap_or_else(|_| Value::from(text)),
    }
}
