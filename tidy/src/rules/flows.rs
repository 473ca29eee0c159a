//! Every public flow of a service is reached from a route, an event, a job, or the service's start.

use super::Finding;
use crate::{File, Workspace, source};

const CALLERS: [&str; 6] = ["api", "pages", "events", "jobs", "lib", "flows"];

pub(super) fn find(workspace: &Workspace) -> Vec<Finding> {
    workspace.services().flat_map(|service| unreached(workspace, service)).collect()
}

fn unreached(workspace: &Workspace, service: &str) -> Vec<Finding> {
    let src = format!("{service}/src");
    let stem = |file: &File| file.below(&src).and_then(|name| name.split(['/', '.']).next()).map(str::to_owned);
    let files: Vec<(String, &File)> = workspace
        .rust()
        .filter_map(|file| Some((stem(file)?, file)))
        .filter(|(_, file)| !source::is_test(file))
        .collect();
    let callers: Vec<String> =
        files.iter().filter(|(stem, _)| CALLERS.contains(&&**stem)).map(|(_, file)| calls(file)).collect();
    let flows = files.iter().filter(|(stem, _)| stem == "flows");
    let public = flows.flat_map(|(_, file)| public_functions(file).into_iter().map(|name| (name, &file.path)));
    let dead = public.filter(|(name, _)| !callers.iter().any(|text| is_called(text, name)));
    dead.map(|(name, path)| Finding::new(path, format!("no route, event or job reaches the flow `{name}`"))).collect()
}

/// The code without imports, which name a flow but do not call it.
fn calls(file: &File) -> String {
    let code = source::code(file);
    let statements = code.split(';').filter(|statement| {
        let statement = statement.trim_start();
        !["use ", "pub use ", "pub(crate) use ", "pub(super) use "].iter().any(|start| statement.starts_with(start))
    });
    statements.collect::<Vec<_>>().join(";")
}

fn is_called(text: &str, name: &str) -> bool {
    source::around(text, name).any(|(before, _)| !before.ends_with("fn "))
}

/// Free functions only: a method is reached through its type.
fn public_functions(file: &File) -> Vec<String> {
    let code = source::code(file);
    let starts = |line: &str| {
        let rest = line.strip_prefix("pub")?;
        let rest = rest.strip_prefix("(crate)").or(rest.strip_prefix("(super)")).unwrap_or(rest);
        let rest = rest.strip_prefix(" async").unwrap_or(rest);
        Some(source::leading_name(rest.strip_prefix(" fn ")?).to_owned())
    };
    code.lines().filter_map(starts).collect()
}
