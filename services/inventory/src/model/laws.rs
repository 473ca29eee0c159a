//! Laws of the model, tried on generated batches: nothing is sold twice, nothing is held back, nothing is lost.

use super::{
    Case, Fact, Item, Level, LocationId, Locations, Policy, Shelf, Site, Wanted, apply_movements, decide, depart,
    moves_stock,
    staff::{Count, HandKind, NewMovement, Refusal},
    state_from_str, state_str,
};
use bodega_contracts::{OrderId, OrderLine, inventory::ReservationState as State};
use bodega_kernel::{ManualClock, Sku, Time, World};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

mod locations;

const STATES: [State; 6] =
    [State::Held, State::Rejected, State::Allocated, State::Released, State::Expired, State::Unavailable];
const FACTS: [Fact; 4] = [Fact::Placed, Fact::Confirmed, Fact::Cancelled, Fact::Expired];

fn sku(number: usize) -> Sku {
    Sku::new(&format!("SKU-{number}")).unwrap()
}

fn line(number: usize, quantity: i64) -> OrderLine {
    OrderLine { sku: sku(number), quantity, stocked: true }
}

fn world() -> World {
    World::simulated(1, ManualClock::at(Time::from_ms(1_700_000_000_000)))
}

fn case(world: &World, lines: &[OrderLine]) -> Case {
    let lines = Wanted::of(lines).unwrap();
    Case { order: OrderId::new(world), state: None, lines, short: Vec::new(), shipped: Wanted::default(), taken: None }
}

fn main_only() -> Locations {
    Locations::new(vec![Site(LocationId::main(), true)])
}

fn item(level: Level, backorder: bool) -> Item {
    let policy = Policy { backorder, ..Policy::default() };
    Item { policy, levels: BTreeMap::from([(LocationId::main(), level)]) }
}

fn one(level: Level) -> Shelf {
    Shelf::new(main_only(), [(sku(0), item(level, false))])
}

fn shelf(levels: &[(i64, bool)]) -> Shelf {
    let stocked = |(number, (on_hand, backorder)): (usize, &(i64, bool))| {
        (sku(number), item(Level { on_hand: *on_hand, ..Level::default() }, *backorder))
    };
    Shelf::new(main_only(), levels.iter().enumerate().map(stocked))
}

fn level(shelf: &Shelf, number: usize) -> Level {
    shelf.level(&sku(number), &LocationId::main()).unwrap()
}

/// Decides one fact about one order and keeps its state.
fn step(shelf: &mut Shelf, case: &mut Case, fact: Fact) {
    let outcome = decide(fact, shelf, &[&*case]).unwrap().pop().unwrap();
    case.state = outcome.state;
    case.short = outcome.short;
    case.taken = outcome.taken;
}

fn orders() -> impl Strategy<Value = Vec<Vec<OrderLine>>> {
    vec(vec((0..4_usize, 1..5_i64).prop_map(|(number, quantity)| line(number, quantity)), 0..5), 0..40)
}

fn stock() -> impl Strategy<Value = Vec<(i64, bool)>> {
    vec((0..25_i64, prop::bool::weighted(0.2)), 0..4)
}

/// What the books must add up to.
fn sums(cases: &[Case], state: State) -> BTreeMap<Sku, i64> {
    let mut sums = BTreeMap::new();
    for case in cases.iter().filter(|case| case.state == Some(state)) {
        for (sku, quantity) in case.lines.pairs() {
            *sums.entry(sku.clone()).or_default() += quantity;
        }
    }
    sums
}

proptest! {
    #[test]
    fn an_order_is_rejected_only_if_something_was_short_at_its_turn(stock in stock(), orders in orders()) {
        let world = world();
        let cases: Vec<Case> = orders.iter().map(|lines| case(&world, lines)).collect();
        let mut shelf = shelf(&stock);
        let outcomes = decide(Fact::Placed, &mut shelf, &cases.iter().collect::<Vec<_>>()).unwrap();
        let mut left: BTreeMap<Sku, i64> = stock.iter().enumerate().map(|(n, (on_hand, _))| (sku(n), *on_hand)).collect();
        let backorder = |wanted: &Sku| stock.iter().enumerate().any(|(n, (_, backorder))| *backorder && sku(n) == *wanted);
        for (case, outcome) in cases.iter().zip(&outcomes) {
            let short: Vec<(Sku, i64, i64)> = case.lines.pairs().iter()
                .map(|(sku, wanted)| (sku.clone(), *wanted, left.get(sku).copied().unwrap_or(0)))
                .filter(|(sku, wanted, left)| wanted > left && !backorder(sku))
                .collect();
            let said: Vec<_> = outcome.short.iter().map(|short| (short.sku.clone(), short.wanted, short.available)).collect();
            prop_assert_eq!(&short, &said);
            prop_assert_eq!(outcome.state, Some(if short.is_empty() { State::Held } else { State::Rejected }));
            if short.is_empty() {
                for (sku, quantity) in case.lines.pairs() {
                    *left.get_mut(sku).unwrap() -= quantity;
                }
            }
        }
        for (number, (on_hand, backorder)) in stock.iter().enumerate() {
            let now = level(&shelf, number);
            prop_assert_eq!(now.available(), left[&sku(number)]);
            prop_assert!(*backorder || now.committed() <= *on_hand);
        }
    }

    #[test]
    fn whatever_happens_the_books_add_up(
        stock in stock(),
        orders in orders(),
        facts in vec((any::<prop::sample::Index>(), 0..4_usize), 0..200),
    ) {
        let world = world();
        let mut cases: Vec<Case> = orders.iter().map(|lines| case(&world, lines)).collect();
        prop_assume!(!cases.is_empty());
        let mut shelf = shelf(&stock);
        for (which, fact) in facts {
            let case = &mut cases[which.index(orders.len())];
            step(&mut shelf, case, FACTS[fact]);
        }
        let (held, allocated) = (sums(&cases, State::Held), sums(&cases, State::Allocated));
        for (number, (on_hand, backorder)) in stock.iter().enumerate() {
            let (now, sku) = (level(&shelf, number), sku(number));
            prop_assert_eq!(now.held, held.get(&sku).copied().unwrap_or(0));
            prop_assert_eq!(now.allocated, allocated.get(&sku).copied().unwrap_or(0));
            prop_assert_eq!(now.on_hand, *on_hand);
            prop_assert!(*backorder || now.committed() <= *on_hand);
        }
    }

    #[test]
    fn the_facts_of_an_order_end_the_same_in_any_order_and_number(
        on_hand in 0..6_i64,
        cancelled in any::<bool>(),
        extra in vec(0..3_usize, 0..6),
        shuffle in any::<u64>(),
    ) {
        let mut facts = vec![Fact::Placed, Fact::Confirmed];
        if cancelled {
            facts.push(Fact::Cancelled);
        }
        facts.extend(extra.iter().map(|index| FACTS[*index]).filter(|fact| cancelled || *fact != Fact::Cancelled));
        // A cheap shuffle: any permutation can come out.
        let mut seed = shuffle;
        for index in (1..facts.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            facts.swap(index, (seed >> 33) as usize % (index + 1));
        }
        let mut shelf = shelf(&[(on_hand, false)]);
        let mut case = case(&world(), &[line(0, 3)]);
        for fact in facts {
            step(&mut shelf, &mut case, fact);
        }
        let expected = match (cancelled, on_hand >= 3) {
            (true, _) => State::Released,
            (false, true) => State::Allocated,
            (false, false) => State::Unavailable,
        };
        prop_assert_eq!(case.state, Some(expected));
        let now = level(&shelf, 0);
        prop_assert_eq!((now.held, now.allocated), (0, if expected == State::Allocated { 3 } else { 0 }));
    }

    #[test]
    fn what_leaves_at_any_time_is_neither_reserved_nor_there_any_more(
        stock in stock(),
        orders in orders(),
        facts in vec((any::<prop::sample::Index>(), 0..7_usize, 0..4_usize), 0..200),
    ) {
        let world = world();
        let mut cases: Vec<Case> = orders.iter().map(|lines| case(&world, lines)).collect();
        prop_assume!(!cases.is_empty());
        let mut shelf = shelf(&stock);
        for (which, fact, number) in facts {
            let case = &mut cases[which.index(orders.len())];
            if let Some(fact) = FACTS.get(fact) {
                step(&mut shelf, case, *fact);
                continue;
            }
            let before = (shelf.clone(), case.clone());
            // Whoever refuses undoes what was begun.
            if depart(&mut shelf, case, &Wanted::of(&[line(number, 1)]).unwrap()).is_err() {
                (shelf, *case) = before;
            }
        }
        for (number, (on_hand, backorder)) in stock.iter().enumerate() {
            let (now, sku) = (level(&shelf, number), sku(number));
            let of = |wanted: &Wanted| wanted.pairs().iter().find(|(one, _)| *one == sku).map_or(0, |(_, count)| *count);
            let left = |state| -> i64 {
                cases.iter().filter(|case| case.state == Some(state)).map(|case| of(&case.outstanding())).sum()
            };
            let shipped: i64 = cases.iter().map(|case| of(&case.shipped)).sum();
            prop_assert_eq!((now.held, now.allocated), (left(State::Held), left(State::Allocated)));
            prop_assert_eq!(now.on_hand, on_hand - shipped);
            prop_assert!(*backorder || now.available() >= 0);
            prop_assert!(cases.iter().all(|case| case.lines.is_empty() || of(&case.shipped) <= of(&case.lines)));
        }
    }

    #[test]
    fn parcels_and_facts_of_an_order_end_the_same_in_any_order(cancelled in any::<bool>(), shuffle in any::<u64>()) {
        const PARCEL: usize = usize::MAX;
        let mut steps = vec![0, 1, PARCEL, PARCEL];
        steps.extend(cancelled.then_some(2));
        let mut seed = shuffle;
        for index in (1..steps.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            steps.swap(index, (seed >> 33) as usize % (index + 1));
        }
        let mut shelf = shelf(&[(5, false)]);
        let whole = case(&world(), &[line(0, 3)]);
        // What the order wants is known only from the first fact that says it.
        let mut case = Case { lines: Wanted::default(), ..whole.clone() };
        for index in steps {
            if index == PARCEL {
                depart(&mut shelf, &mut case, &Wanted::of(&[line(0, 1)]).unwrap()).unwrap();
                continue;
            }
            if case.lines.is_empty() && FACTS[index] != Fact::Cancelled {
                case.lines = whole.lines.clone();
            }
            step(&mut shelf, &mut case, FACTS[index]);
        }
        let now = level(&shelf, 0);
        let expected = if cancelled { (3, 0, 0) } else { (3, 0, 1) };
        prop_assert_eq!((now.on_hand, now.held, now.allocated), expected);
        prop_assert_eq!(case.shipped.pairs(), [(sku(0), 2)]);
    }
}

#[test]
fn a_parcel_of_more_than_is_reserved_or_of_what_is_promised_to_others_is_refused() {
    let mut mine = case(&world(), &[line(0, 2)]);
    let mut shelf = shelf(&[(3, false)]);
    step(&mut shelf, &mut mine, Fact::Placed);
    let parcel = |number, quantity| Wanted::of(&[line(number, quantity)]).unwrap();
    assert!(depart(&mut shelf.clone(), &mut mine.clone(), &parcel(0, 3)).is_err());
    assert!(depart(&mut shelf.clone(), &mut mine.clone(), &parcel(1, 1)).is_err());
    let mut unheard = Case { lines: Wanted::default(), ..case(&world(), &[]) };
    assert!(depart(&mut shelf.clone(), &mut unheard.clone(), &parcel(0, 2)).is_err(), "two are held for another order");
    assert!(depart(&mut shelf, &mut unheard, &parcel(0, 1)).is_ok());
    let mut without_goods = Case { state: Some(State::Held), ..unheard.clone() };
    assert!(depart(&mut shelf, &mut without_goods, &parcel(0, 1)).is_err(), "it holds nothing that could leave");
    assert!(depart(&mut shelf, &mut mine, &parcel(0, 2)).is_ok());
    assert_eq!(level(&shelf, 0).on_hand, 0);
}

#[test]
fn a_fact_that_comes_twice_moves_stock_once() {
    for state in STATES.map(Some).into_iter().chain([None]) {
        for fact in FACTS {
            let mut shelf = one(Level { on_hand: 100, held: 10, allocated: 10, ..Level::default() });
            let mut case = Case { state, ..case(&world(), &[line(0, 2)]) };
            step(&mut shelf, &mut case, fact);
            let once = (level(&shelf, 0), case.state);
            assert!(!moves_stock(case.state, fact), "{state:?} {fact:?}");
            step(&mut shelf, &mut case, fact);
            assert_eq!((level(&shelf, 0), case.state), once, "{state:?} {fact:?}");
        }
    }
}

#[test]
fn a_cancelled_order_is_over_for_good() {
    for state in STATES.map(Some).into_iter().chain([None]) {
        let mut shelf = one(Level { on_hand: 9, held: 2, allocated: 2, ..Level::default() });
        let mut case = Case { state, ..case(&world(), &[line(0, 2)]) };
        for fact in [Fact::Cancelled, Fact::Placed, Fact::Confirmed, Fact::Expired, Fact::Cancelled] {
            step(&mut shelf, &mut case, fact);
            assert_eq!(case.state, Some(State::Released));
        }
    }
}

#[test]
fn books_that_lack_what_is_to_come_back_are_refused() {
    let mut empty = shelf(&[(5, false)]);
    let case = Case { state: Some(State::Held), ..case(&world(), &[line(0, 2)]) };
    assert!(decide(Fact::Cancelled, &mut empty, &[&case]).is_err());
}

#[test]
fn two_lines_that_share_a_sku_want_the_sum() {
    let wanted = Wanted::of(&[line(0, 2), line(1, 1), line(0, 3)]).unwrap();
    assert_eq!(wanted.pairs(), [(sku(0), 5), (sku(1), 1)]);
}

#[test]
fn a_line_without_stock_wants_nothing_and_a_bad_quantity_is_refused() {
    assert!(Wanted::of(&[OrderLine { stocked: false, ..line(0, 1) }]).unwrap().is_empty());
    for bad in [0, -1, i64::MIN, i64::MAX, 1_000_000_001] {
        assert!(Wanted::of(&[line(0, bad)]).is_err(), "{bad}");
    }
    assert!(Wanted::of(&[line(0, 600_000_000), line(0, 600_000_000)]).is_err());
}

#[test]
fn a_change_is_news_only_if_more_or_less_can_be_sold() {
    let mut shelf = shelf(&[(5, false), (5, false)]);
    let mut first = case(&world(), &[line(0, 1)]);
    step(&mut shelf, &mut first, Fact::Placed);
    let news: Vec<_> = shelf.changes().iter().map(|change| (change.news, change.rows[0].after.version)).collect();
    assert_eq!(news, [(Some((1, 4)), 1)]);
    let mut shelf = one(level(&shelf, 0));
    step(&mut shelf, &mut first, Fact::Confirmed);
    let changes = shelf.changes();
    assert_eq!((changes.len(), changes[0].news), (1, None));
}

#[test]
fn a_state_is_read_back_as_written() {
    for state in STATES {
        assert_eq!(state_from_str(state_str(state)), Some(state));
    }
    assert_eq!(state_from_str("lost"), None);
}

#[test]
fn a_count_never_goes_below_what_is_promised_unless_it_may_be_sold_without_being_there() {
    let stocked = item(Level { on_hand: 10, held: 2, allocated: 3, ..Level::default() }, false);
    let counted = |stocked: &Item, on_hand, expected_on_hand, backorder| {
        let (location, safety, reason) = (LocationId::main(), None, None);
        let mut after = stocked.clone();
        let count = Count { on_hand, location, expected_on_hand, backorder, safety, reason };
        count.apply(&sku(0), &mut after).map(|()| (after.levels[&LocationId::main()].on_hand, after.policy.backorder))
    };
    assert_eq!(counted(&stocked, 5, Some(10), None), Ok((5, false)));
    assert!(matches!(counted(&stocked, 4, None, None), Err(Refusal::Committed { committed: 5, .. })));
    assert_eq!(counted(&stocked, 4, None, Some(true)), Ok((4, true)));
    assert!(matches!(counted(&stocked, 7, Some(9), None), Err(Refusal::Conflict { on_hand: 10, .. })));
    let oversold = item(Level { on_hand: 1, held: 2, allocated: 3, ..Level::default() }, true);
    assert!(matches!(counted(&oversold, 1, None, Some(false)), Err(Refusal::Committed { .. })));
}

#[test]
fn the_first_movement_that_cannot_be_refuses_all() {
    let movement = |number, kind, quantity| {
        let (location, reason, reference) = (LocationId::main(), None, None);
        NewMovement { sku: sku(number), kind, quantity, location, reason, reference }
    };
    let mut shelf = shelf(&[(5, false)]);
    let refused = apply_movements(&mut shelf, &[movement(0, HandKind::Receive, 1), movement(0, HandKind::Adjust, -7)]);
    assert!(matches!(refused, Err(Refusal::Committed { on_hand: -1, .. })));
    assert!(matches!(apply_movements(&mut shelf, &[movement(1, HandKind::Return, 1)]), Err(Refusal::Unknown { .. })));
}
