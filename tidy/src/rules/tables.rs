//! Every table that a service's migrations make, and that no later one drops, is written by that service.

use super::Finding;
use crate::{Workspace, source};
use std::collections::BTreeSet;

const CREATIONS: [&str; 2] = ["create table if not exists", "create table"];
const DROPS: [&str; 1] = ["drop table"];
/// A table that is made anew takes the name of the one before.
const RENAMES: [&str; 1] = ["rename to"];
const WRITES: [&str; 7] = [
    "insert into",
    "insert or ignore into",
    "insert or replace into",
    "update",
    "insert_rows(",
    "insert_sequence(",
    "insert_new(",
];

pub(super) fn find(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for service in workspace.services() {
        let (mut created, mut written) = (BTreeSet::new(), BTreeSet::new());
        for file in workspace.under(&format!("{service}/src")) {
            let text = if file.is_rust() { source::code(file) } else { file.text.clone() };
            let text = one_line(&text);
            // Migrations come in their order.
            let renamed: BTreeSet<String> = names_after(&text, &RENAMES).collect();
            for dropped in names_after(&text, &DROPS).filter(|table| !renamed.contains(table)) {
                created.retain(|(table, _)| *table != dropped);
            }
            created.extend(names_after(&text, &CREATIONS).map(|table| (table, file.path.clone())));
            written.extend(names_after(&text, &WRITES));
        }
        let unwritten = created.into_iter().filter(|(table, _)| !written.contains(table));
        findings
            .extend(unwritten.map(|(table, path)| Finding::new(path, format!("nothing writes the table `{table}`"))));
    }
    findings
}

/// In small letters, with one blank wherever there is a break.
fn one_line(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || letter == '\\');
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase()
}

fn names_after<'a>(text: &'a str, phrases: &'a [&'a str]) -> impl Iterator<Item = String> + 'a {
    let places = phrases.iter().flat_map(|phrase| text.match_indices(phrase).map(|(at, _)| &text[at + phrase.len()..]));
    let names = places.map(source::leading_name);
    names.filter(|name| !name.is_empty() && *name != "if").map(str::to_owned)
}
