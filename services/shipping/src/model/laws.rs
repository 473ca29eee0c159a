//! Laws of the life of a fulfilment, tried on generated sequences: nothing leaves twice, and the answer whether it can be
//! stopped is final.

use super::{Ending, Fact, Handover, Life, Misfit, Packing, Refusal, Tell, Wanted};
use bodega_contracts::{OrderLine, payments::DisputeState, shipping::FulfilmentState as State};
use bodega_kernel::Sku;
use proptest::{collection::vec, prelude::*};

fn said(life: &mut Life, fact: Fact) -> Tell {
    life.hear(fact).unwrap_or(Tell::Nothing)
}

fn fact() -> impl Strategy<Value = Fact> {
    let pieces = 1..4_i64;
    prop_oneof![
        (1..6_i64, any::<bool>(), any::<bool>()).prop_map(|(pieces, fetched, capture_first)| Fact::Confirmed {
            pieces,
            fetched,
            capture_first
        }),
        Just(Fact::Allocated),
        Just(Fact::Cancelled),
        Just(Fact::Stopping),
        pieces.clone().prop_map(|pieces| Fact::Claimed { pieces }),
        pieces.clone().prop_map(|pieces| Fact::Left { pieces }),
        pieces.clone().prop_map(|pieces| Fact::Stayed { pieces }),
        pieces.prop_map(|pieces| Fact::Arrived { pieces }),
        Just(Fact::Packed),
        Just(Fact::Reserved),
        Just(Fact::Fetched),
        prop_oneof![Just(DisputeState::Opened), Just(DisputeState::Won), Just(DisputeState::Lost)]
            .prop_map(|state| Fact::Disputed { state }),
        Just(Fact::Released),
        (0..4_i64).prop_map(|version| Fact::Readdressed { version }),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_no_piece_leaves_twice_and_nothing_leaves_after_the_end(facts in vec(fact(), 0..60)) {
        let mut life = Life::unheard();
        for fact in facts {
            let before = life.clone();
            let outcome = life.hear(fact);
            if outcome.is_err() {
                prop_assert_eq!(&life, &before, "a refusal changes nothing");
            }
            prop_assert!(0 <= life.delivered && life.delivered <= life.dispatched);
            prop_assert!(life.dispatched <= life.claimed && life.claimed <= life.pieces);
            prop_assert!(life.dispatched >= before.dispatched && life.ending >= before.ending || before.ending == Ending::Asked);
            if before.ending >= Ending::Stopped {
                prop_assert!(life.claimed <= before.claimed, "nothing more is packed");
            }
            if life.ending == Ending::Stopped {
                prop_assert_eq!(life.claimed, 0);
            }
            if before.held() {
                prop_assert!(life.claimed <= before.claimed, "nothing is packed while a bank wants its money back");
            }
        }
    }

    #[test]
    fn whether_it_can_be_stopped_is_answered_the_same_for_ever(facts in vec(fact(), 0..60)) {
        let mut life = Life::unheard();
        let mut answer = None;
        for fact in facts {
            let told = said(&mut life, fact);
            if let Tell::Stopped | Tell::UnderWay = told {
                prop_assert_eq!(*answer.get_or_insert(told), told);
                prop_assert_eq!(said(&mut life, Fact::Stopping), told);
            }
        }
    }
}

fn opened() -> Life {
    let mut life = Life::unheard();
    assert_eq!(life.hear(Fact::Allocated), Ok(Tell::Nothing));
    assert_eq!(life.hear(Fact::Confirmed { pieces: 3, fetched: false, capture_first: false }), Ok(Tell::Opened));
    assert_eq!(life.state(), Some(State::Open));
    life
}

#[test]
fn a_parcel_goes_its_way() {
    let mut life = Life::unheard();
    assert_eq!(
        (life.state(), life.hear(Fact::Confirmed { pieces: 3, fetched: false, capture_first: false })),
        (None, Ok(Tell::Opened))
    );
    assert_eq!(life.state(), Some(State::Waiting));
    assert_eq!(life.hear(Fact::Claimed { pieces: 1 }), Err(Refusal::NotAllocated));
    let mut life = opened();
    assert_eq!(life.hear(Fact::Claimed { pieces: 4 }), Err(Refusal::NothingLeft));
    assert_eq!(life.hear(Fact::Packed), Err(Refusal::Sent));
    for (pieces, state) in [(2, State::PartlyDispatched), (1, State::Dispatched)] {
        assert_eq!(life.hear(Fact::Claimed { pieces }), Ok(Tell::Nothing));
        assert_eq!(life.hear(Fact::Left { pieces }), Ok(Tell::Nothing));
        assert_eq!(life.state(), Some(state));
    }
    assert_eq!(life.hear(Fact::Left { pieces: 1 }), Err(Refusal::Broken));
    assert_eq!(life.hear(Fact::Arrived { pieces: 1 }), Ok(Tell::Nothing));
    assert_eq!(life.state(), Some(State::Dispatched));
    assert_eq!(life.hear(Fact::Arrived { pieces: 2 }), Ok(Tell::Nothing));
    assert_eq!(life.state(), Some(State::Delivered));
}

#[test]
fn the_carriers_answer_decides_who_was_first() {
    let mut leaving = opened();
    assert_eq!(leaving.hear(Fact::Claimed { pieces: 2 }), Ok(Tell::Nothing));
    assert_eq!(leaving.hear(Fact::Stopping), Ok(Tell::Nothing));
    assert_eq!(leaving.hear(Fact::Claimed { pieces: 1 }), Err(Refusal::Stopping));
    let mut staying = leaving.clone();
    assert_eq!(leaving.hear(Fact::Left { pieces: 2 }), Ok(Tell::UnderWay));
    assert_eq!(leaving.hear(Fact::Claimed { pieces: 1 }), Ok(Tell::Nothing), "the rest follows");
    assert_eq!(staying.hear(Fact::Stayed { pieces: 2 }), Ok(Tell::Stopped));
    assert_eq!(staying.hear(Fact::Claimed { pieces: 1 }), Err(Refusal::Stopped));
}

#[test]
fn what_is_fetched_is_not_sent() {
    let mut life = Life::unheard();
    for fact in [Fact::Confirmed { pieces: 2, fetched: true, capture_first: false }, Fact::Allocated] {
        assert!(life.hear(fact).is_ok());
    }
    assert_eq!(life.hear(Fact::Claimed { pieces: 1 }), Err(Refusal::Fetched));
    assert_eq!((life.hear(Fact::Packed), life.state()), (Ok(Tell::ReadyForPickup), Some(State::ReadyForPickup)));
    assert_eq!(life.clone().hear(Fact::Stopping), Ok(Tell::Stopped), "nothing has left yet");
    assert_eq!(life.hear(Fact::Packed), Ok(Tell::Nothing));
    assert_eq!((life.hear(Fact::Fetched), life.state()), (Ok(Tell::Collected), Some(State::Collected)));
    assert_eq!(life.hear(Fact::Fetched), Ok(Tell::Nothing));
    assert_eq!(life.hear(Fact::Stopping), Ok(Tell::UnderWay));
}

#[test]
fn an_order_that_was_stopped_first_opens_nothing() {
    for end in [Fact::Stopping, Fact::Cancelled] {
        let mut life = Life::unheard();
        assert!(life.hear(end).is_ok());
        assert_eq!(life.hear(Fact::Confirmed { pieces: 1, fetched: false, capture_first: false }), Ok(Tell::Nothing));
        assert!(life.hear(Fact::Allocated).is_ok());
        assert!(life.hear(Fact::Claimed { pieces: 1 }).is_err());
    }
}

fn line(sku: &str, quantity: i64, stocked: bool) -> OrderLine {
    OrderLine { sku: Sku::new(sku).unwrap(), quantity, stocked }
}

#[test]
fn a_packing_counts_a_sku_once_and_leaves_out_what_is_not_stocked() {
    let packing = Packing::of(&[line("B", 2, true), line("WRAP", 1, false), line("A", 1, true), line("B", 3, true)]);
    let packing = packing.unwrap();
    let parts: Vec<_> = packing.parts.iter().map(|part| (part.sku.as_str(), part.quantity)).collect();
    assert_eq!((parts, packing.pieces()), (vec![("B", 5), ("A", 1)], 6));
    for bad in [0, -1, i64::MAX, 1_000_000_001] {
        assert_eq!(Packing::of(&[line("A", bad, true)]), None);
    }
}

#[test]
fn a_parcel_takes_what_is_named_or_all_that_is_left() {
    let mut packing = Packing::of(&[line("A", 3, true), line("B", 1, true)]).unwrap();
    packing.parts[0].packed = 1;
    let wanted = |named: &[(&str, i64)]| -> Vec<Wanted> {
        named.iter().map(|&(sku, quantity)| Wanted { sku: Sku::new(sku).unwrap(), quantity }).collect()
    };
    let taken = |named: Option<Vec<Wanted>>| {
        packing.take(named.as_deref()).map(|lines| lines.iter().map(|line| line.quantity).collect::<Vec<_>>())
    };
    assert_eq!(taken(None), Ok(vec![2, 1]));
    assert_eq!(taken(Some(wanted(&[("A", 1), ("A", 1)]))), Ok(vec![2]));
    let sku = Sku::new("A").unwrap();
    assert_eq!(taken(Some(wanted(&[("A", 2), ("A", 1)]))), Err(Misfit::Exceeds { sku, left: 2 }));
    let fields = |named: &[(&str, i64)]| match taken(Some(wanted(named))) {
        Err(Misfit::Invalid(violations)) => violations.into_iter().map(|one| one.field).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(fields(&[]), ["/lines"]);
    assert_eq!(fields(&[("A", 0), ("C", 1)]), ["/lines/0/quantity", "/lines/1/sku"]);
    assert_eq!(fields(&[("A", i64::MAX), ("A", i64::MAX)]).len(), 2);
}

#[test]
fn a_later_word_of_the_bank_outranks_an_earlier_one_and_staff_release_what_was_said_so_far() {
    let mut life = opened();
    let claimed = |life: &Life| life.clone().hear(Fact::Claimed { pieces: 1 });
    for (state, outcome) in [
        (DisputeState::Opened, Err(Refusal::Disputed)),
        (DisputeState::Won, Ok(Tell::Nothing)),
        (DisputeState::Opened, Ok(Tell::Nothing)),
        (DisputeState::Lost, Err(Refusal::Disputed)),
        (DisputeState::Won, Err(Refusal::Disputed)),
    ] {
        said(&mut life, Fact::Disputed { state });
        assert_eq!(claimed(&life), outcome, "{state:?}");
    }
    said(&mut life, Fact::Released);
    assert_eq!(claimed(&life), Ok(Tell::Nothing));
    let mut early = opened();
    for fact in [Fact::Disputed { state: DisputeState::Opened }, Fact::Released] {
        said(&mut early, fact);
    }
    assert_eq!(claimed(&early), Ok(Tell::Nothing));
    said(&mut early, Fact::Disputed { state: DisputeState::Lost });
    assert_eq!(claimed(&early), Err(Refusal::Disputed), "that was not known then");
}

#[test]
fn what_is_fetched_and_not_yet_paid_is_kept_until_its_money_is_taken() {
    let mut life = Life::unheard();
    for fact in [Fact::Confirmed { pieces: 2, fetched: true, capture_first: true }, Fact::Allocated] {
        assert!(life.hear(fact).is_ok());
    }
    assert_eq!(life.hear(Fact::Fetched), Err(Refusal::Broken), "not before its money is asked for");
    assert_eq!((life.hear(Fact::Reserved), life.claimed), (Ok(Tell::Nothing), 2));
    assert_eq!((life.clone().hear(Fact::Stayed { pieces: 2 }), life.state()), (Ok(Tell::Nothing), Some(State::Open)));
    assert_eq!((life.hear(Fact::Fetched), life.state()), (Ok(Tell::Collected), Some(State::Collected)));
}

#[test]
fn stock_that_is_there_opens_what_waits_and_changes_nothing_else() {
    for ending in [Ending::None, Ending::Asked, Ending::Stopped, Ending::Cancelled] {
        for handover in [Handover::Parcels, Handover::Desk, Handover::DeskReady, Handover::Collected] {
            for (confirmed, dispatched, delivered) in
                [(false, 0, 0), (true, 0, 0), (true, 1, 0), (true, 2, 1), (true, 2, 2)]
            {
                let life = Life {
                    confirmed,
                    ending,
                    handover,
                    pieces: 2,
                    claimed: dispatched,
                    dispatched,
                    delivered,
                    ..Life::unheard()
                };
                let mut there = life.clone();
                assert_eq!(there.hear(Fact::Allocated), Ok(Tell::Nothing));
                assert_eq!(there, Life { allocated: true, ..life.clone() });
                let opened = life.state().map(|state| if state == State::Waiting { State::Open } else { state });
                assert_eq!(there.state(), opened, "{life:?}");
            }
        }
    }
}

#[test]
fn of_a_line_no_more_is_claimed_than_is_to_leave_and_no_more_given_back_than_was_claimed() {
    let mut packing = Packing::of(&[line("A", 3, true), line("B", 1, true)]).unwrap();
    let parcel = packing.parcel();
    assert!(packing.claim(&parcel, 1));
    assert_eq!(packing.parts.iter().map(|part| part.packed).collect::<Vec<_>>(), [3, 1]);
    assert!(!packing.clone().claim(&parcel[..1], 1), "all of it has left");
    assert!(packing.claim(&parcel, -1));
    assert!(!packing.clone().claim(&parcel[1..], -1), "nothing of it was claimed");
    let strange = Packing::of(&[line("C", 1, true)]).unwrap().parcel();
    assert!(!packing.claim(&strange, 1));
}
