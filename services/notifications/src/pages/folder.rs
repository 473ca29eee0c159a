//! Templates of the shop's own: files that are called as the built-in ones they replace. Whatever is wrong with one is
//! noted, and the built-in one stays.

use super::{builtin, environment};
use crate::model::{Language, Words};
use minijinja::Environment;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

/// Bytes of the longest template.
const MAX_BYTES: u64 = 256 * 1024;
/// The most files that are looked at in a folder.
const MAX_FILES: usize = 1_000;

/// What is wrong with a template of the shop's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// Its name within the folder.
    pub(crate) template: String,
    /// What is wrong.
    pub(crate) reason: String,
}

/// The templates of a folder.
#[derive(Default)]
pub(super) struct Own {
    /// All templates with those of the folder in place; `None` where it brings none.
    pub(super) environment: Option<Environment<'static>>,
    /// Labels that the folder brings.
    pub(super) words: BTreeMap<Language, Words>,
    /// What was passed over, by name.
    pub(super) flaws: Vec<Flaw>,
}

/// Reads a folder; whatever cannot be read is a flaw.
pub(super) fn read(folder: &Path) -> Own {
    let mut own = Own::default();
    let names = names(folder).unwrap_or_else(|error| {
        own.flaw(&folder.display().to_string(), &error);
        BTreeSet::new()
    });
    let mut environment = environment();
    let mut replaced = BTreeSet::new();
    for name in &names {
        match source(&folder.join(name)) {
            Ok(text) => {
                if let Some(language) = words_of(name) {
                    match toml::from_str::<Words>(&text) {
                        Ok(words) => drop(own.words.insert(language, words)),
                        Err(error) => own.flaw(name, &error.message()),
                    }
                } else if !builtin::TEMPLATES.iter().any(|(known, _)| known == name) {
                    own.flaw(name, &"there is no built-in template of this name");
                } else if let Err(error) = environment.add_template_owned(name.clone(), text) {
                    own.flaw(name, &error);
                } else {
                    replaced.insert(name.as_str());
                }
            }
            Err(error) => own.flaw(name, &error),
        }
    }
    if !replaced.is_empty() {
        let kept = builtin::TEMPLATES.iter().filter(|(name, _)| !replaced.contains(name));
        let complete = kept.map(|(name, text)| environment.add_template(name, text)).all(|added| added.is_ok());
        own.environment = complete.then_some(environment);
    }
    own
}

impl Own {
    fn flaw(&mut self, template: &str, reason: &dyn std::fmt::Display) {
        self.flaws.push(Flaw { template: template.to_owned(), reason: reason.to_string() });
    }
}

fn words_of(name: &str) -> Option<Language> {
    Language::of(name.strip_suffix("/words.toml")?)
}

/// The files of the folder and of the folders of languages in it.
fn names(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let subfolders = Language::ALL.map(Language::code).into_iter().filter(|code| folder.join(code).is_dir());
    for place in [""].into_iter().chain(subfolders) {
        for entry in fs::read_dir(folder.join(place))?.take(MAX_FILES) {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let plain = entry.path().is_file() && !name.starts_with('.') && !name.ends_with('~');
            if plain {
                names.insert(if place.is_empty() { name } else { format!("{place}/{name}") });
            }
        }
    }
    Ok(names)
}

fn source(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > MAX_BYTES {
        return Err(io::Error::other(format!("is longer than {MAX_BYTES} bytes")));
    }
    fs::read_to_string(path)
}
