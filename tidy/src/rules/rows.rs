//! Each row of the order flow has its test. `docs/order-flow.md` is the list; its last column names the tests.

use super::Finding;
use crate::{Workspace, source};
use std::collections::BTreeSet;

const LIST: &str = "docs/order-flow.md";

pub(super) fn find(workspace: &Workspace) -> Vec<Finding> {
    let Some(list) = workspace.files.iter().find(|file| file.path == LIST) else { return Vec::new() };
    let tests = tests(workspace);
    let mut findings = Vec::new();
    for (number, row) in rows(&list.text) {
        let place = format!("{LIST}:{number}");
        let names = named(row);
        if names.is_empty() {
            findings.push(Finding::new(&place, "a row without a test".to_owned()));
        }
        let gone = names.into_iter().filter(|name| !tests.contains(name));
        findings.extend(gone.map(|name| Finding::new(&place, format!("there is no test {name}"))));
    }
    findings
}

/// The rows of its tables with their line numbers, headings left out.
fn rows(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let is_row = |line: &str| line.starts_with('|') && !line.starts_with("|-");
    let is_heading = |at: usize| lines.get(at + 1).is_some_and(|next: &&str| next.starts_with("|-"));
    let rows = (0..lines.len()).filter(|at| is_row(lines[*at]) && !is_heading(*at)).map(|at| (at + 1, lines[at]));
    rows.collect::<Vec<_>>().into_iter()
}

/// What its last column names in backticks.
fn named(row: &str) -> Vec<&str> {
    let last = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap_or_default();
    last.split('`').skip(1).step_by(2).collect()
}

/// The names of all functions of test files, and of all exhibits.
fn tests(workspace: &Workspace) -> BTreeSet<&str> {
    let lines = workspace.rust().filter(|file| source::is_test(file)).flat_map(|file| file.text.lines());
    lines.filter_map(|line| function(line).or_else(|| exhibit(line))).collect()
}

fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?.split(['(', '<']).next()
}

/// `    the_last_piece_is_sold_once: ChecksThenTakes, a_crowd_for_one_piece`.
fn exhibit(line: &str) -> Option<&str> {
    let (name, played) = line.trim_start().split_once(": ")?;
    played.starts_with(char::is_uppercase).then_some(name)
}
