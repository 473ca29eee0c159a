//! Laying the sources over each other. Each is checked against the defaults first, so that a misspelt key is named
//! where it was written.

use crate::{DEFAULTS, check, environment, error::SettingsError, model::Settings};
use figment::{
    Figment, Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};
use std::{fs, path::Path};

/// One source: the defaults, the file, or one variable.
struct Layer {
    origin: String,
    dict: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.dict.clone())]))
    }
}

pub(crate) fn load<V>(file: Option<&Path>, variables: V) -> Result<Settings, SettingsError>
where
    V: IntoIterator<Item = (String, String)>,
{
    let known = parse(Path::new("defaults.toml"), DEFAULTS)?;
    let mut figment = Figment::from(layer("the defaults", &known)?);
    if let Some(path) = file {
        let text = fs::read_to_string(path).map_err(|source| SettingsError::Read { path: path.into(), source })?;
        let table = parse(path, &text)?;
        let origin = path.display().to_string();
        refuse_unknown(&table, &known, &origin, "")?;
        figment = figment.merge(layer(&origin, &table)?);
    }
    let mut variables: Vec<(String, String)> = variables.into_iter().collect();
    variables.sort();
    for (name, text) in &variables {
        if let Some(keys) = environment::path(name) {
            figment = figment.merge(variable(name, &keys, text, &known)?);
        }
    }
    let settings: Settings = figment.extract().map_err(|error| invalid(&error))?;
    check::check(&settings).map_err(|fault| {
        let origin = figment.find_metadata(fault.key).map_or_else(String::new, |metadata| metadata.name.to_string());
        SettingsError::Invalid { key: fault.key.to_owned(), origin, message: fault.message }
    })?;
    Ok(settings)
}

fn parse(path: &Path, text: &str) -> Result<toml::Table, SettingsError> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        // Not the error's own text: it quotes the line, and the line may hold a secret.
        let start = error.span().map_or(0, |span| span.start);
        let line = 1 + text.bytes().take(start).filter(|&byte| byte == b'\n').count();
        SettingsError::Syntax { path: path.into(), line, message: error.message().to_owned() }
    })
}

fn layer(origin: &str, table: &toml::Table) -> Result<Layer, SettingsError> {
    let dict = Value::serialize(table).map_err(|error| invalid(&error))?.into_dict().unwrap_or_default();
    Ok(Layer { origin: origin.to_owned(), dict })
}

fn variable(name: &str, keys: &[String], text: &str, known: &toml::Table) -> Result<Layer, SettingsError> {
    let mut default = None;
    let mut table = Some(known);
    for (depth, key) in keys.iter().enumerate() {
        default = match table {
            Some(table) if is_open(table, depth) => None,
            Some(table) if table.contains_key(key) => table.get(key),
            Some(_) | None => {
                let known = table.map(names).unwrap_or_default();
                return Err(SettingsError::UnknownKey { key: keys.join("."), origin: name.to_owned(), known });
            }
        };
        table = default.and_then(toml::Value::as_table);
    }
    let nest = |value, key: &String| Value::from(Dict::from([(key.clone(), value)]));
    let value = keys.iter().rev().fold(environment::value(text, default), nest);
    Ok(Layer { origin: name.to_owned(), dict: value.into_dict().unwrap_or_default() })
}

fn refuse_unknown(given: &toml::Table, known: &toml::Table, origin: &str, section: &str) -> Result<(), SettingsError> {
    for (key, value) in given {
        let path = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
        match (value, known.get(key)) {
            (_, None) => {
                let (origin, known) = (origin.to_owned(), names(known));
                return Err(SettingsError::UnknownKey { key: path, origin, known });
            }
            (toml::Value::Table(value), Some(toml::Value::Table(known))) if !known.is_empty() => {
                refuse_unknown(value, known, origin, &path)?;
            }
            (_, Some(_)) => {}
        }
    }
    Ok(())
}

/// Below the sections, a table that is empty by default holds names of one's own.
fn is_open(table: &toml::Table, depth: usize) -> bool {
    depth > 1 && table.is_empty()
}

fn names(table: &toml::Table) -> String {
    let mut names: Vec<&str> = table.keys().map(String::as_str).collect();
    names.sort_unstable();
    names.join(", ")
}

fn invalid(error: &figment::Error) -> SettingsError {
    let key = error.path.join(".");
    let origin = error.metadata.as_ref().map_or_else(String::new, |metadata| metadata.name.to_string());
    // What a type error says quotes the value.
    let message = if key.ends_with("secret") { "is not a text".to_owned() } else { error.kind.to_string() };
    SettingsError::Invalid { key, origin, message }
}
