//! How long a file may be. How long a function may be, clippy tells.

use super::Finding;
use crate::{Workspace, source};

const MAX_SHIPPED_LINES: usize = 400;
const MAX_LINES: usize = 500;

pub(super) fn find(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in workspace.rust() {
        let (shipped, all) = (source::shipped(file).len(), file.text.lines().count());
        if shipped > MAX_SHIPPED_LINES {
            let fault = format!("{shipped} lines before its tests, {MAX_SHIPPED_LINES} are the most");
            findings.push(Finding::new(&file.path, fault));
        } else if all > MAX_LINES {
            findings.push(Finding::new(&file.path, format!("{all} lines, {MAX_LINES} are the most")));
        }
    }
    findings
}
