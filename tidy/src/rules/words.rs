//! Words that put something off, switch something off, or silence it.

use super::Finding;
use crate::Workspace;

/// Each in two halves, so that this file is not one of the findings.
const WORDS: [(&str, &str); 9] = [
    ("TO", "DO"),
    ("FIX", "ME"),
    ("to", "do!("),
    ("unimple", "mented!("),
    ("db", "g!("),
    ("#[ign", "ore"),
    ("#[all", "ow("),
    ("#![all", "ow("),
    ("cfg_attr(test, all", "ow("),
];

pub(super) fn find(workspace: &Workspace) -> Vec<Finding> {
    let words: Vec<String> = WORDS.iter().map(|(one, other)| format!("{one}{other}")).collect();
    let mut findings = Vec::new();
    for file in workspace.rust() {
        for (index, line) in file.text.lines().enumerate() {
            for word in words.iter().filter(|word| line.contains(word.as_str())) {
                findings.push(Finding::new(format!("{}:{}", file.path, index + 1), format!("`{word}`")));
            }
        }
    }
    findings
}
