//! What files are called and how they begin.

use super::Finding;
use crate::{Workspace, exceptions::OWN_FILES};
use std::collections::BTreeSet;

const SERVICE_FILES: [&str; 14] = [
    "lib",
    "api",
    "views",
    "flows",
    "model",
    "store",
    "events",
    "facts",
    "error",
    "settings",
    "jobs",
    "pages",
    "clients",
    "migrations",
];
const EMPTY_WORDS: [&str; 7] = ["util", "utils", "helper", "helpers", "common", "manager", "misc"];

pub(super) fn find_names(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for service in workspace.services() {
        let mut unknown = BTreeSet::new();
        for file in workspace.under(service) {
            let name = file.below(service).unwrap_or_default();
            if let Some(name) = name.strip_prefix("src/") {
                let stem = name.split(['/', '.']).next().unwrap_or_default();
                let own = OWN_FILES.iter().any(|(owner, own, _)| *owner == service && *own == stem);
                if !SERVICE_FILES.contains(&stem) && !own {
                    unknown.insert(format!("{service}/src/{stem}"));
                }
            }
            if name.starts_with("tests/") && !name.starts_with("tests/it/") {
                findings.push(Finding::new(&file.path, "a service has one test binary, `tests/it/main.rs`"));
            }
        }
        findings.extend(unknown.into_iter().map(|place| Finding::new(place, "no service has a file of this name")));
    }
    findings
}

pub(super) fn find_empty_names(workspace: &Workspace) -> Vec<Finding> {
    let word = |path: &str| {
        let words: Vec<String> = path.split(['/', '.', '_', '-']).map(str::to_lowercase).collect();
        EMPTY_WORDS.into_iter().find(|empty| words.iter().any(|word| word == empty))
    };
    let named = workspace.files.iter().filter_map(|file| Some((file, word(&file.path)?)));
    named.map(|(file, word)| Finding::new(&file.path, format!("`{word}` could hold anything"))).collect()
}

pub(super) fn find_undocumented(workspace: &Workspace) -> Vec<Finding> {
    let documented = |text: &str| {
        let first = text.lines().next().and_then(|line| line.strip_prefix("//!"));
        first.is_some_and(|words| !words.trim().is_empty())
    };
    let bare = workspace.rust().filter(|file| !documented(&file.text));
    bare.map(|file| Finding::new(&file.path, "the first line is no module doc")).collect()
}

pub(super) fn find_unlinted(workspace: &Workspace) -> Vec<Finding> {
    let manifests = workspace.packages.iter().filter_map(|package| {
        let path = format!("{}/Cargo.toml", package.dir);
        workspace.files.iter().find(|file| file.path == path)
    });
    let unlinted = manifests.filter(|file| !file.text.contains("[lints]\nworkspace = true"));
    unlinted.map(|file| Finding::new(&file.path, "does not take the workspace's lints")).collect()
}
