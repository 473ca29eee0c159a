//! The table as a diagram: printed into the docs, and compared with them.

use super::{
    Claim, Effect, Entry, Fact, Life, Stock, TimerKind, apply,
    tests::{AUTHORIZED, CAPTURED, PIECES, REFUNDED, SHOPPER, STAFF, TOTAL},
};
use crate::model::words::Word;
use bodega_contracts::orders::{OrderStatus, ReturnState};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::Write as _,
};

/// The facts that can come next, by cause and effect.
fn possible(life: &Life, timer: Option<TimerKind>) -> Vec<Fact> {
    use Fact::*;
    let asked_for_money = life.version > 1;
    let over = life.status == OrderStatus::Cancelled;
    let was_confirmed = life.status == OrderStatus::Confirmed;
    let mut facts = if life.is_past_cancelling() { Vec::new() } else { vec![SHOPPER, STAFF] };
    facts.extend(timer.map(|kind| TimerFired { kind }));
    match life.stock {
        Stock::Waiting => facts.extend([StockReserved, StockRejected]),
        Stock::Held if was_confirmed => facts.push(StockAllocated),
        Stock::Held => facts.push(StockHoldExpired),
        Stock::Expired if was_confirmed => facts.extend([StockAllocated, StockUnavailable]),
        Stock::Refused | Stock::Expired | Stock::Allocated | Stock::Unavailable | Stock::Released => {}
    }
    if over && life.stock != Stock::Refused {
        facts.push(StockReleased);
    }
    if life.coupon == Claim::Waiting {
        facts.extend([CouponReserved, CouponRejected]);
    }
    if life.points == Claim::Waiting {
        facts.extend([PointsReserved, PointsRejected]);
    }
    facts.extend(parcels(life));
    if asked_for_money && life.total > 0 {
        facts.extend([PaymentActionRequired { attempt: 1 }, PaymentFailed { attempt: 1 }, AUTHORIZED, CAPTURED]);
    }
    if life.closing && life.status == OrderStatus::AwaitingPayment {
        facts.push(PaymentClosed);
    }
    if life.status == OrderStatus::Delivered {
        let (state, open) =
            if life.returns.open == 0 { (ReturnState::Requested, 1) } else { (ReturnState::Cancelled, 0) };
        facts.push(Returned { state, open, pieces: 0 });
    }
    if over && life.money.captured > 0 {
        facts.push(REFUNDED);
    }
    if over && life.money.authorized > life.money.captured {
        facts.push(PaymentVoided);
    }
    facts
}

/// What shipping can tell of an order that is paid and has its stock.
fn parcels(life: &Life) -> Vec<Fact> {
    use Fact::{Collected, Delivered, Dispatched, FulfilmentStopped, FulfilmentUnderWay, ReadyForPickup};
    let is_paid = life.status >= OrderStatus::Confirmed && life.status < OrderStatus::Completed;
    if !is_paid || life.stock != Stock::Allocated || life.parcels.stopped || life.parcels.pieces == 0 {
        return Vec::new();
    }
    let (dispatched, delivered) = (life.parcels.dispatched, life.parcels.delivered);
    let mut facts = Vec::new();
    if life.parcels.ready && dispatched == 0 {
        facts.push(Collected);
    } else if dispatched == 0 {
        facts.push(ReadyForPickup);
    }
    if !life.parcels.collected {
        facts.extend((dispatched + 1..=PIECES).map(|pieces| Dispatched { pieces }));
        facts.extend((delivered + 1..=dispatched).map(|pieces| Delivered { pieces }));
    }
    if life.closing {
        facts.push(if life.parcels.have_left() { FulfilmentUnderWay } else { FulfilmentStopped });
    }
    facts
}

fn name(fact: Fact) -> String {
    if let Fact::TimerFired { kind } = fact {
        return format!("timer {}", kind.word());
    }
    match fact.entry() {
        None => "cart.checked_out".to_owned(),
        Some(Entry::CancelRequested) => "cancel requested".to_owned(),
        Some(Entry::CancelRefused) => "fulfilment.under_way".to_owned(),
        Some(Entry::Collected) => "fulfilment.collected".to_owned(),
        Some(Entry::ParcelReady) => "fulfilment.ready_for_pickup".to_owned(),
        Some(Entry::ParcelDispatched) => "shipment.dispatched".to_owned(),
        Some(Entry::ParcelDelivered) => "shipment.delivered".to_owned(),
        Some(entry) => entry.word().replacen('_', ".", 1),
    }
}

/// Every move that causally possible facts can make, found by trying all of them.
fn moves() -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut moves: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let claims = Life { coupon: Claim::Waiting, points: Claim::Waiting, ..Life::new(TOTAL, PIECES) };
    let opened = apply(&claims, Fact::CheckedOut);
    moves.entry(("[*]".to_owned(), "pending".to_owned())).or_default().insert(name(Fact::CheckedOut));
    let free = apply(&Life::new(0, PIECES), Fact::CheckedOut);
    let digital = apply(&Life::new(TOTAL, 0), Fact::CheckedOut);
    let mut todo: Vec<_> = [opened, free, digital].map(|step| (step.life, Some(TimerKind::Pending))).into();
    let mut seen = HashSet::new();
    while let Some((life, timer)) = todo.pop() {
        // How often stock was asked changes no move.
        let life = Life { asked: 0, ..life };
        if !seen.insert((life, timer)) {
            continue;
        }
        for fact in possible(&life, timer) {
            let step = apply(&life, fact);
            let mut timer = timer;
            for effect in step.effects {
                match effect {
                    Effect::Moved { from: Some(from), to } => {
                        let because = match (life.total, to, fact) {
                            _ if life.parcels.pieces == 0 && to == OrderStatus::Delivered => {
                                "nothing to send".to_owned()
                            }
                            (0, ..) => format!("{} (total 0)", name(fact)),
                            (_, OrderStatus::Cancelled, AUTHORIZED | CAPTURED) => {
                                format!("{} (cancel requested)", name(fact))
                            }
                            _ => name(fact),
                        };
                        let label = moves.entry((from.word().to_owned(), to.word().to_owned())).or_default();
                        let is_told_once = from < OrderStatus::Confirmed || to == OrderStatus::Delivered;
                        if life.parcels.pieces == 0 && !(is_told_once && to == OrderStatus::Delivered) {
                            continue;
                        }
                        if life.total > 0 || fact == Fact::StockReserved {
                            label.insert(because);
                        }
                    }
                    Effect::SetTimer(kind) => timer = Some(kind),
                    Effect::ClearTimer => timer = None,
                    Effect::Moved { from: None, .. }
                    | Effect::Placed
                    | Effect::PaymentDue
                    | Effect::PaymentExpiring(_)
                    | Effect::Confirmed
                    | Effect::Stopping
                    | Effect::Delivered
                    | Effect::Completed
                    | Effect::Issue(_)
                    | Effect::Cancelled(_)
                    | Effect::Tell(_)
                    | Effect::Alert(_) => {}
                }
            }
            todo.push((step.life, timer));
        }
    }
    moves
}

fn diagram() -> String {
    let mut text = String::from(
        "# The states of an order\n\n\
         Printed from the table in `services/orders/src/model.rs` by its test\n\
         (`BODEGA_BLESS=1 cargo test -p bodega-orders the_diagram` writes it anew).\n\n\
         ```mermaid\nstateDiagram-v2\n",
    );
    for ((from, to), facts) in moves() {
        let facts: Vec<String> = facts.into_iter().collect();
        writeln!(text, "    {from} --> {to} : {}", facts.join(", ")).unwrap();
    }
    text.push_str("    cancelled --> [*]\n```\n\n");
    text.push_str(
        "A deadline moves nothing: it asks payments to close (`order.payment_expiring`), and only `payment.closed` cancels.\n\
         Facts that are not on an arrow are remembered and shown in the timeline.\n",
    );
    text
}

#[test]
fn the_diagram_in_the_docs_is_the_one_of_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/order-states.md");
    let diagram = diagram();
    if std::env::var_os("BODEGA_BLESS").is_some() {
        std::fs::write(path, &diagram).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(written, diagram, "set BODEGA_BLESS=1 to write it anew");
}
