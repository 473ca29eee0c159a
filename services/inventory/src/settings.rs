//! The systems of the settings that say how much is there.

use crate::model::LocationId;
use anyhow::{Context as _, anyhow};
use axum::http::Uri;
use bodega_settings::Settings;
use bodega_web::ReportKey;
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// A system that says how much is at its location.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// The location that it is the truth for.
    pub(crate) location: LocationId,
    /// What its reports are checked with; without it, it reports nothing by itself.
    pub(crate) key: Option<ReportKey>,
    /// Where it is asked; without it, it is not.
    pub(crate) url: Option<Uri>,
    /// A PEM file with the authorities that alone vouch for it; without it the public ones do.
    pub(crate) ca_file: Option<PathBuf>,
    /// How often it is asked.
    pub(crate) every: Duration,
}

/// All of them by name.
pub(crate) fn sources(settings: &Settings) -> anyhow::Result<BTreeMap<String, Source>> {
    let mut sources = BTreeMap::new();
    for (name, source) in &settings.inventory.sources {
        let location = LocationId::new(&source.location).ok_or_else(|| anyhow!("{name}: no name of a location"))?;
        let url = (!source.url.is_empty()).then(|| source.url.parse::<Uri>()).transpose();
        let source = Source {
            location,
            key: (!source.secret.is_empty()).then(|| ReportKey::new(source.secret.as_bytes())),
            url: url.with_context(|| format!("inventory.sources: the url of {name} cannot be read"))?,
            ca_file: (!source.ca_file.is_empty()).then(|| PathBuf::from(&source.ca_file)),
            every: Duration::from_secs(source.every_minutes.saturating_mul(60)),
        };
        sources.insert(name.clone(), source);
    }
    Ok(sources)
}
