//! The real tree keeps every rule, but for the exceptions, which may only become fewer.

use bodega_tidy::{
    Workspace,
    exceptions::{EXCEPTIONS, OWN_FILES},
    rules::{self, Rule},
};
use std::path::Path;

/// Made smaller with each exception that goes, never greater.
const EXCEPTIONS_LEFT: usize = 0;
const OWN_FILES_LEFT: usize = 1;

fn tree() -> Workspace {
    Workspace::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap()
}

fn holds(rule: &Rule) {
    let violations = rule.violations(&tree());
    assert!(violations.is_empty(), "{}", rule.report(&violations));
}

#[test]
fn a_package_depends_only_on_what_lies_under_it() {
    holds(&rules::LAYERS);
}

#[test]
fn an_outside_library_comes_in_by_one_door() {
    holds(&rules::DOORS);
}

#[test]
fn the_files_of_every_service_have_the_same_names() {
    holds(&rules::FILE_NAMES);
}

#[test]
fn a_file_name_says_what_the_file_holds() {
    holds(&rules::EMPTY_NAMES);
}

#[test]
fn every_rust_file_says_first_what_it_is() {
    holds(&rules::MODULE_DOCS);
}

#[test]
fn every_package_is_under_the_lints_of_the_workspace() {
    holds(&rules::LINTS);
}

#[test]
fn a_file_is_read_in_one_go() {
    holds(&rules::SIZES);
}

#[test]
fn nothing_is_left_for_later_switched_off_or_silenced() {
    holds(&rules::WORDS);
}

#[test]
fn every_table_of_a_service_is_written_by_it() {
    holds(&rules::TABLES);
}

#[test]
fn every_flow_is_reached_from_a_route_an_event_or_a_job() {
    holds(&rules::FLOWS);
}

#[test]
fn every_row_of_the_order_flow_has_its_test() {
    holds(&rules::ROWS);
}

#[test]
fn exceptions_only_become_fewer() {
    assert_eq!(EXCEPTIONS.len(), EXCEPTIONS_LEFT, "mend the code instead of adding an exception");
    assert_eq!(OWN_FILES.len(), OWN_FILES_LEFT, "use a name that every service has");
}

#[test]
fn every_exception_is_still_needed() {
    let tree = tree();
    for (rule, place, _) in EXCEPTIONS {
        let rule = rules::ALL.iter().find(|one| one.name == *rule).unwrap();
        let found = (rule.find)(&tree).iter().any(|finding| finding.place == *place);
        assert!(found, "nothing breaks `{}` at {place} any more: remove the exception", rule.name);
    }
    for (service, name, _) in OWN_FILES {
        let start = format!("{service}/src/{name}");
        assert!(tree.files.iter().any(|file| file.path.starts_with(&start)), "{start} is gone: remove the exception");
    }
}

#[test]
fn the_tree_is_all_there() {
    let tree = tree();
    for member in ["apps/bodega", "contracts", "platform/kernel", "services/orders", "tidy"] {
        assert!(tree.packages.iter().any(|package| package.dir == member), "{member}");
        assert!(tree.files.iter().any(|file| file.path == format!("{member}/src/lib.rs")), "{member}");
    }
}
