//! The rules: each finds what breaks it and says how to mend that.

mod doors;
mod files;
mod flows;
mod layers;
mod rows;
mod sizes;
mod tables;
mod words;

use crate::{Workspace, exceptions::EXCEPTIONS};
use std::fmt::Write as _;

/// One rule of the workspace.
pub struct Rule {
    /// How [`EXCEPTIONS`] calls it.
    pub name: &'static str,
    /// What to do about a finding.
    pub mend: &'static str,
    /// Finds everything that breaks it, exceptions too.
    pub find: fn(&Workspace) -> Vec<Finding>,
}

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A file with or without a line, or a package's folder.
    pub place: String,
    /// What is wrong there.
    pub fault: String,
}

/// A package depends only on what lies under it.
pub const LAYERS: Rule = Rule {
    name: "layers",
    mend: "services meet in `contracts` and nowhere else: move what both need there, or ask through `bodega-rpc`; \
           in the tests, play the other service with `bodega-testkit`, or put the test into `e2e`",
    find: layers::find,
};
/// An outside library comes in by one door.
pub const DOORS: Rule = Rule {
    name: "doors",
    mend: "call the package that is the library's door (`bodega-bus` for the broker, `bodega-db` for databases, \
           `store.rs` for the ORM), and give that package what it lacks",
    find: doors::find,
};
/// The files of every service have the same names.
pub const FILE_NAMES: Rule = Rule {
    name: "file-names",
    mend: "put the code into the file of that purpose: lib, api, views, flows, model, store, events, facts, error, settings, jobs, \
           pages, clients, migrations (each may be a folder); tests into `tests/it/`",
    find: files::find_names,
};
/// No file name says nothing.
pub const EMPTY_NAMES: Rule =
    Rule { name: "empty-names", mend: "name the file after the thing it holds", find: files::find_empty_names };
/// Every Rust file says first what it is.
pub const MODULE_DOCS: Rule = Rule {
    name: "module-docs",
    mend: "begin the file with `//!` and two to six lines: what it holds, and what it never does",
    find: files::find_undocumented,
};
/// Every package is under the workspace's lints.
pub const LINTS: Rule =
    Rule { name: "lints", mend: "add `[lints]` and `workspace = true` to its Cargo.toml", find: files::find_unlinted };
/// A file is read in one go.
pub const SIZES: Rule = Rule {
    name: "sizes",
    mend: "make a folder of the file's name and move what belongs together into files of its own",
    find: sizes::find,
};
/// Nothing is left for later, switched off or silenced.
pub const WORDS: Rule = Rule {
    name: "words",
    mend: "do it now or leave it out; `#[expect(…, reason = \"…\")]` says why a lint is wrong for once",
    find: words::find,
};
/// No table stays empty.
pub const TABLES: Rule =
    Rule { name: "tables", mend: "write the table from a flow, or take it out of the migration", find: tables::find };
/// No flow is dead.
pub const FLOWS: Rule = Rule {
    name: "flows",
    mend: "call the flow from `api`, `pages`, `events`, `jobs` or `lib`, make it private, or remove it",
    find: flows::find,
};
/// Each row of the order flow has its test.
pub const ROWS: Rule = Rule {
    name: "rows",
    mend: "name the test in the last column of the row in docs/order-flow.md, and write it where there is none",
    find: rows::find,
};

/// All of them.
pub const ALL: [Rule; 11] =
    [LAYERS, DOORS, FILE_NAMES, EMPTY_NAMES, MODULE_DOCS, LINTS, SIZES, WORDS, TABLES, FLOWS, ROWS];

impl Rule {
    /// What breaks it and is no exception.
    pub fn violations(&self, workspace: &Workspace) -> Vec<Finding> {
        let excepted =
            |finding: &Finding| EXCEPTIONS.iter().any(|(rule, place, _)| *rule == self.name && *place == finding.place);
        (self.find)(workspace).into_iter().filter(|finding| !excepted(finding)).collect()
    }

    /// The violations in words, and how to mend them.
    pub fn report(&self, violations: &[Finding]) -> String {
        let mut report = format!("{} violations of `{}`:\n", violations.len(), self.name);
        for finding in violations {
            let _ = writeln!(report, "  {}: {}", finding.place, finding.fault);
        }
        report + "to mend: " + self.mend
    }
}

impl Finding {
    fn new(place: impl Into<String>, fault: impl Into<String>) -> Self {
        Self { place: place.into(), fault: fault.into() }
    }
}
