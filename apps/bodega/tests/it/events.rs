//! Who publishes what and who hears it: `docs/events.md` is written from the shop as it is built.

use crate::{home, shop};
use bodega::Shop;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// What nobody hears today, and why it is published all the same.
const UNHEARD: [(&str, &str); 11] = [
    ("coupon.redeemed.v1", "for reports and integrators"),
    ("coupon.released.v1", "for reports and integrators"),
    ("fulfilment.opened.v1", "for packers' screens and integrators"),
    ("invoice.issued.v1", "for bookkeeping systems"),
    ("points.pending.v1", "for reports and integrators"),
    ("points.released.v1", "for reports and integrators"),
    ("points.reversed.v1", "for reports and integrators"),
    ("points.spent.v1", "for reports and integrators"),
    ("user.disabled.v1", "for an audit log; the gateway asks identity instead"),
    ("user.role_assigned.v1", "for an audit log; the gateway asks identity instead"),
    ("user.role_removed.v1", "for an audit log; the gateway asks identity instead"),
];

/// The publishers and the subscribers of an event.
#[derive(Default)]
struct Ends {
    from: BTreeSet<&'static str>,
    to: BTreeSet<&'static str>,
}

fn map(shop: &Shop) -> BTreeMap<&'static str, Ends> {
    let mut map: BTreeMap<&'static str, Ends> = BTreeMap::new();
    for service in &shop.host.services {
        for kind in service.publishes {
            map.entry(kind).or_default().from.insert(service.name);
        }
        for kind in service.consumer.subscriptions().kinds() {
            map.entry(kind).or_default().to.insert(service.name);
        }
    }
    map
}

fn names(ends: &BTreeSet<&'static str>) -> String {
    ends.iter().copied().collect::<Vec<_>>().join(", ")
}

fn table(map: &BTreeMap<&'static str, Ends>) -> String {
    let mut text = String::from(
        "# Who hears what\n\n\
         Written from the built shop by a test (`BODEGA_BLESS=1 cargo test -p bodega --test it events` writes it anew);\n\
         `bodega events map` prints the same. What each event carries: `contracts/src`, and as JSON\n\
         `contracts/tests/it/snapshots`.\n\n\
         | event | published by | heard by |\n|---|---|---|\n",
    );
    for (kind, Ends { from, to }) in map {
        let unheard = UNHEARD.iter().find(|(name, _)| name == kind).map(|(_, why)| format!("nobody: {why}"));
        let heard = if to.is_empty() { unheard.unwrap_or_default() } else { names(to) };
        writeln!(text, "| `{kind}` | {} | {heard} |", names(from)).unwrap();
    }
    text
}

#[tokio::test]
async fn every_event_that_is_heard_is_published_by_one_service() {
    let home = home();
    for (kind, Ends { from, to }) in map(&shop(&home).await) {
        assert_eq!(from.len(), 1, "{kind} is published by {from:?} and heard by {to:?}");
    }
}

#[tokio::test]
async fn every_event_is_heard_or_has_a_reason_not_to_be() {
    let home = home();
    let map = map(&shop(&home).await);
    let unheard: BTreeSet<&str> = map.iter().filter(|(_, ends)| ends.to.is_empty()).map(|(kind, _)| *kind).collect();
    assert_eq!(unheard, UNHEARD.iter().map(|(kind, _)| *kind).collect());
}

#[tokio::test]
async fn the_map_of_events_is_the_one_written_down() {
    let home = home();
    let map = map(&shop(&home).await);
    let lines: Vec<String> =
        map.iter().map(|(kind, Ends { from, to })| format!("{kind}: {} -> {}", names(from), names(to))).collect();
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("event_map", lines.join("\n"));
    });
}

#[tokio::test]
async fn the_events_in_the_docs_are_those_of_the_shop() {
    let home = home();
    let table = table(&map(&shop(&home).await));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/events.md");
    if std::env::var_os("BODEGA_BLESS").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(written, table, "set BODEGA_BLESS=1 to write it anew");
}
