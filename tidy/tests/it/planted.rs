//! Each rule finds a violation planted in a made-up tree, and nothing in the same tree without it.

use bodega_tidy::{
    Kind, Workspace,
    rules::{self, Rule},
};

/// A shop of two services with nothing wrong.
fn shop() -> Workspace {
    let lints = "[lints]\nworkspace = true\n";
    let order =
        "//! Orders.\npub async fn cancel(tx: &mut Tx) {\n    tx.insert_rows(\n        \"orders\", &[]).await\n}\n";
    Workspace::default()
        .with_package("platform/kernel", "bodega-kernel", &[])
        .with_package("platform/db", "bodega-db", &["bodega-kernel", "sqlx", "rusqlite", "sea-orm"])
        .with_package("platform/bus", "bodega-bus", &["bodega-db", "lapin"])
        .with_package("platform/testkit", "bodega-testkit", &["bodega-db", "sqlx", "reqwest"])
        .with_package("contracts", "bodega-contracts", &["bodega-kernel"])
        .with_package("services/cart", "bodega-cart", &["bodega-contracts", "bodega-bus"])
        .with_dependency("bodega-testkit", Kind::Dev)
        .with_package("apps/bodega", "bodega", &["bodega-cart", "bodega-orders", "reqwest"])
        .with_package("e2e", "bodega-e2e", &["bodega", "bodega-orders", "bodega-testkit", "lapin"])
        .with_package("services/orders", "bodega-orders", &["bodega-contracts", "bodega-db", "sea-orm"])
        .with_file("services/orders/Cargo.toml", lints)
        .with_file("services/orders/src/lib.rs", "//! Orders.\nmod api;\n")
        .with_file("services/orders/src/api.rs", "//! Routes.\nasync fn cancel() { flows::cancel().await }\n")
        .with_file("services/orders/src/flows.rs", order)
        .with_file("services/orders/src/store/rows.rs", "//! Rows.\nuse sea_orm::Entity;\n")
        .with_file("services/orders/src/migrations/0001.sql", "CREATE TABLE IF NOT EXISTS orders (id TEXT);\n")
        .with_file("services/orders/tests/it/main.rs", "//! Tests.\n")
}

/// The rule finds exactly this, at this place.
fn finds(rule: &Rule, tree: &Workspace, place: &str, words: &str) {
    let found = rule.violations(tree);
    let report = rule.report(&found);
    assert!(found.len() == 1 && found[0].place == place && found[0].fault.contains(words), "{report}");
    assert!(report.contains("to mend: "), "{report}");
}

#[test]
fn a_shop_with_nothing_wrong_passes() {
    for rule in rules::ALL {
        let found = rule.violations(&shop());
        assert!(found.is_empty(), "{}", rule.report(&found));
    }
}

#[test]
fn a_service_that_depends_on_another_is_found() {
    let rule = &rules::LAYERS;
    finds(rule, &shop().with_dependency("bodega-cart", Kind::Normal), "services/orders", "services/cart");
    finds(rule, &shop().with_dependency("bodega-cart", Kind::Dev), "services/orders", "services/cart");
    finds(rule, &shop().with_dependency("bodega-testkit", Kind::Normal), "services/orders", "platform/testkit");
}

#[test]
fn a_platform_package_that_knows_the_shop_is_found() {
    let tree = shop().with_package("platform/web", "bodega-web", &["bodega-db", "bodega-contracts"]);
    finds(&rules::LAYERS, &tree, "platform/web", "contracts");
    let tree = shop().with_package("platform/pricing", "bodega-pricing", &["bodega-kernel", "bodega-db"]);
    finds(&rules::LAYERS, &tree, "platform/pricing", "platform/db");
}

#[test]
fn a_library_beside_its_door_is_found() {
    finds(&rules::DOORS, &shop().with_dependency("lapin", Kind::Normal), "services/orders", "lapin");
    finds(&rules::DOORS, &shop().with_dependency("sqlx", Kind::Dev), "services/orders", "sqlx");
    let tree = shop().with_file("services/orders/src/flows/pay.rs", "//! Pay.\nuse sea_orm::Set;\n");
    finds(&rules::DOORS, &tree, "services/orders/src/flows/pay.rs", "outside of the store");
}

#[test]
fn a_service_file_of_another_name_is_found() {
    let tree = shop().with_file("services/orders/src/saga/step.rs", "//! A step.\n");
    finds(&rules::FILE_NAMES, &tree, "services/orders/src/saga", "no service has");
    let tree = shop().with_file("services/orders/tests/cancel.rs", "//! Cancel.\n");
    finds(&rules::FILE_NAMES, &tree, "services/orders/tests/cancel.rs", "one test binary");
}

#[test]
fn a_name_that_says_nothing_is_found() {
    let tree = shop().with_file("platform/db/src/sql_helpers.rs", "//! Anything.\n");
    finds(&rules::EMPTY_NAMES, &tree, "platform/db/src/sql_helpers.rs", "helpers");
}

#[test]
fn a_file_without_a_module_doc_is_found() {
    for text in ["", "use std::fmt;\n", "//!\n", "\n//! Late.\n"] {
        finds(
            &rules::MODULE_DOCS,
            &shop().with_file("contracts/src/lib.rs", text),
            "contracts/src/lib.rs",
            "first line",
        );
    }
}

#[test]
fn a_package_outside_the_lints_is_found() {
    let tree = shop().with_file("contracts/Cargo.toml", "[package]\nname = \"bodega-contracts\"\n");
    finds(&rules::LINTS, &tree, "contracts/Cargo.toml", "lints");
}

#[test]
fn a_file_too_long_is_found_and_tests_at_its_bottom_count_less() {
    let path = "contracts/src/lib.rs";
    let file = |shipped: usize, tests: usize| {
        let text = "//! x\n".repeat(shipped) + "#[cfg(test)]\nmod tests {\n" + &"\n".repeat(tests.saturating_sub(2));
        shop().with_file(path, &text)
    };
    finds(&rules::SIZES, &file(401, 0), path, "401 lines before its tests");
    finds(&rules::SIZES, &file(400, 101), path, "501 lines");
    assert!(rules::SIZES.violations(&file(400, 100)).is_empty());
    assert!(rules::SIZES.violations(&shop().with_file("e2e/tests/it/story.rs", &"//! x\n".repeat(500))).is_empty());
}

#[test]
fn a_word_that_puts_off_or_silences_is_found_with_its_line() {
    // In two halves, so that this file is not one of the findings.
    for (one, other) in [("TO", "DO"), ("#[ign", "ore"), ("db", "g!("), ("#[all", "ow(")] {
        let word = format!("{one}{other}");
        let tree = shop().with_file("contracts/src/lib.rs", &format!("//! Contracts.\n// {word}\n"));
        finds(&rules::WORDS, &tree, "contracts/src/lib.rs:2", &word);
    }
}

#[test]
fn a_table_that_nothing_writes_is_found() {
    let path = "services/orders/src/migrations.rs";
    let table = "//! Steps.\nconst SQL: &str = \"create table notes (id {uuid} primary key, body text)\";\n";
    finds(&rules::TABLES, &shop().with_file(path, table), path, "`notes`");
    for write in ["UPDATE notes\\\n SET body = ?", "INSERT INTO notes VALUES (?)", "tx.insert_new(\n\"notes\", &[])"] {
        let tree = shop().with_file(path, table).with_file("services/orders/src/store.rs", write);
        assert!(rules::TABLES.violations(&tree).is_empty(), "{write}");
    }
    let note = "//! Store.\n// update notes some day\n";
    finds(
        &rules::TABLES,
        &shop().with_file(path, table).with_file("services/orders/src/store.rs", note),
        path,
        "`notes`",
    );
    let first = "services/orders/src/migrations/0002.sql";
    let later = |sql| {
        shop()
            .with_file(first, "CREATE TABLE notes (id TEXT);")
            .with_file("services/orders/src/migrations/0003.sql", sql)
    };
    assert!(rules::TABLES.violations(&later("DROP TABLE notes;")).is_empty(), "what is gone needs no writer");
    let anew = "CREATE TABLE next (id TEXT); INSERT INTO next SELECT id FROM notes; DROP TABLE notes; ALTER TABLE next RENAME TO notes;";
    finds(&rules::TABLES, &later(anew), first, "`notes`");
}

#[test]
fn a_flow_that_nothing_reaches_is_found() {
    let path = "services/orders/src/flows/refund.rs";
    let tree = || shop().with_file(path, "//! Refunds.\npub(crate) async fn refund() {}\n");
    finds(&rules::FLOWS, &tree(), path, "`refund`");
    let named = "//! Events.\nuse crate::flows::refund;\n// refund\nfn refund() {}\nfn refund_all() {}\n";
    finds(&rules::FLOWS, &tree().with_file("services/orders/src/events.rs", named), path, "`refund`");
    let called = tree().with_file("services/orders/src/events/paid.rs", "//! Paid.\nfn on() { flows::refund() }\n");
    assert!(rules::FLOWS.violations(&called).is_empty());
}

#[test]
fn a_row_of_the_order_flow_without_a_test_is_found() {
    let list = |tests: &str| {
        let text = format!("# Flow\n\n| what | tests |\n|---|---|\n| a cart is paid | {tests} |\n");
        let source =
            "//! Paid.\nasync fn a_cart_is_paid(shop: &Shop) {}\nexhibit! {\n    paid_once: PaysTwice, pay\n}\n";
        shop().with_file("docs/order-flow.md", &text).with_file("e2e/tests/it/paid.rs", source)
    };
    finds(&rules::ROWS, &list("none yet"), "docs/order-flow.md:5", "without a test");
    finds(&rules::ROWS, &list("`a_cart_is_paid`, `it_is_sent`"), "docs/order-flow.md:5", "it_is_sent");
    assert!(rules::ROWS.violations(&list("`a_cart_is_paid`, `paid_once`")).is_empty());
}
