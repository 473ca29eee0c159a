//! Who may depend on whom, read from the packages' folders.

use super::Finding;
use crate::{Kind, Workspace};

/// The layers, from the ground up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Ground,
    Platform,
    Testkit,
    Contracts,
    Service,
    App,
    Journeys,
    Outside,
}

fn layer(dir: &str) -> Layer {
    match dir.split_once('/').unwrap_or((dir, "")) {
        ("platform", "kernel" | "pricing") => Layer::Ground,
        ("platform", "testkit") => Layer::Testkit,
        ("platform", _) => Layer::Platform,
        ("contracts", _) => Layer::Contracts,
        ("services", _) => Layer::Service,
        ("apps", _) => Layer::App,
        ("e2e", _) => Layer::Journeys,
        _ => Layer::Outside,
    }
}

fn may(from: Layer, to: Layer, kind: Kind) -> bool {
    use Layer::{App, Contracts, Ground, Journeys, Outside, Platform, Service, Testkit};
    match to {
        Ground => from != Outside,
        Platform => ![Ground, Contracts, Outside].contains(&from),
        Testkit => from == Journeys || (kind == Kind::Dev && [Platform, Service, App].contains(&from)),
        Contracts => [Service, App, Journeys].contains(&from),
        Service => [App, Journeys].contains(&from),
        App => from == Journeys,
        Journeys | Outside => false,
    }
}

pub(super) fn find(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &workspace.packages {
        for (name, kind) in &package.dependencies {
            let Some(used) = workspace.packages.iter().find(|other| other.name == *name) else { continue };
            if !may(layer(&package.dir), layer(&used.dir), *kind) {
                findings.push(Finding::new(&package.dir, format!("must not depend on {} ({kind:?})", used.dir)));
            }
        }
    }
    findings
}
