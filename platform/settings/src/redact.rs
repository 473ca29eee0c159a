//! Hiding secrets: keys that are one, and passwords within addresses.

use serde::Serialize;
use toml::Value;

const HIDDEN: &str = "***";

/// A section or all settings as TOML, without secrets.
pub(crate) fn toml_text<T: Serialize>(settings: &T) -> String {
    toml::to_string(&redacted(settings)).unwrap_or_default()
}

/// The same on one line.
pub(crate) fn one_line<T: Serialize>(settings: &T) -> String {
    redacted(settings).to_string()
}

fn redacted<T: Serialize>(settings: &T) -> Value {
    // What cannot be written is not shown at all, rather than shown unredacted.
    let mut value = Value::try_from(settings).unwrap_or_else(|_| Value::String(HIDDEN.to_owned()));
    hide("", &mut value);
    value
}

fn hide(key: &str, value: &mut Value) {
    match value {
        Value::String(text) if text.is_empty() => {}
        Value::String(text) if key.ends_with("secret") || key.ends_with("password") => {
            HIDDEN.clone_into(text);
        }
        Value::String(text) => *text = without_password(text),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(key, item)),
        Value::Table(table) => table.iter_mut().for_each(|(key, value)| hide(key, value)),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {}
    }
}

/// An address without its password. Where it is unclear what belongs to the password, too much is hidden.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    // A password may hold unescaped `/`, `@` or `?`: the last `@` is what ends it.
    let (place, query) = match query {
        Some(query) if query.contains('@') => (rest, None),
        query => (place, query),
    };
    let place = match place.rsplit_once('@') {
        Some((who, host)) => match who.split_once(':') {
            Some((user, _)) => format!("{user}:{HIDDEN}@{host}"),
            None => format!("{who}@{host}"),
        },
        None => place.to_owned(),
    };
    let query = query.map(|query| format!("?{}", query.split('&').map(without_value).collect::<Vec<_>>().join("&")));
    format!("{scheme}://{place}{}", query.unwrap_or_default())
}

fn without_value(parameter: &str) -> String {
    let telling = ["password", "secret", "token", "key"];
    match parameter.split_once('=') {
        Some((name, _)) if telling.iter().any(|word| name.to_lowercase().contains(word)) => {
            format!("{name}={HIDDEN}")
        }
        Some(_) | None => parameter.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_an_address_is_hidden_and_the_rest_is_shown() {
        for (text, shown) in [
            ("postgres://bodega@db/bodega_{service}", "postgres://bodega@db/bodega_{service}"),
            ("postgres://bodega:hunter2@db:5432/x?sslmode=require", "postgres://bodega:***@db:5432/x?sslmode=require"),
            ("postgres://db/x?user=u&password=hunter2", "postgres://db/x?user=u&password=***"),
            ("amqp://u:hun@ter/2@mq:5672/%2f", "amqp://u:***@mq:5672/%2f"),
            ("amqp://u:hun?ter@mq:5672/%2f", "amqp://u:***@mq:5672/%2f"),
            ("http://10.0.0.5:8080", "http://10.0.0.5:8080"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
        ] {
            assert_eq!(without_password(text), shown);
        }
    }
}
