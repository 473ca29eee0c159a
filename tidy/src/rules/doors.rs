//! Which package an outside library belongs to, and which file of a service the ORM.

use super::Finding;
use crate::{Workspace, source};

/// `(library, its doors)`: folders of packages, or of all packages below where the name ends in `/`.
const DOORS: [(&str, &[&str]); 9] = [
    ("lapin", &["platform/bus"]),
    ("rusqlite", &["platform/db"]),
    ("sqlx", &["platform/db"]),
    ("sea-orm", &["platform/db", "services/"]),
    ("sea-orm-migration", &["platform/db"]),
    ("object_store", &["platform/blobs"]),
    ("pdf-writer", &["platform/papers"]),
    ("argon2", &["services/identity"]),
    ("reqwest", &["apps/"]),
];
/// They look at a shop from outside, with the libraries themselves.
const OBSERVERS: [&str; 2] = ["platform/testkit", "e2e"];

pub(super) fn find(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &workspace.packages {
        for (name, _) in &package.dependencies {
            let Some((library, doors)) = DOORS.iter().find(|(library, _)| library == name) else { continue };
            let at_door = doors.iter().any(|door| is_door(door, &package.dir));
            if !at_door && !OBSERVERS.contains(&&*package.dir) {
                findings.push(Finding::new(&package.dir, format!("depends on {library}, whose door is {doors:?}")));
            }
        }
    }
    findings.extend(workspace.services().flat_map(|service| orm_outside_the_store(workspace, service)));
    findings
}

fn is_door(door: &str, dir: &str) -> bool {
    dir == door || (door.ends_with('/') && dir.starts_with(door))
}

fn orm_outside_the_store(workspace: &Workspace, service: &str) -> Vec<Finding> {
    let src = format!("{service}/src");
    let of_store = |name: &str| name == "store.rs" || name.starts_with("store/");
    let files = workspace.rust().filter(|file| file.below(&src).is_some_and(|name| !of_store(name)));
    let users = files.filter(|file| source::around(&source::code(file), "sea_orm").next().is_some());
    users.map(|file| Finding::new(&file.path, "uses sea_orm outside of the store")).collect()
}
