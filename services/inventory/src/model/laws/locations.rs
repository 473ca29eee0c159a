//! Laws of several locations: random orders, parcels and closings over two of them keep every figure in its place.

use super::{FACTS, case, line, orders, sku, step, world};
use crate::model::{
    Case, Item, Level, LocationId, Locations, Policy, Shelf, Site, Taken, Transfer, TransferLine, TransferState,
    Wanted, depart,
};
use bodega_contracts::inventory::ReservationState as State;
use bodega_kernel::{Sku, World};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

fn north() -> LocationId {
    LocationId::new("north").unwrap()
}

fn both() -> [LocationId; 2] {
    [LocationId::main(), north()]
}

fn sites(main: bool, north_too: bool) -> Locations {
    Locations::new(vec![Site(LocationId::main(), main), Site(north(), north_too)])
}

/// On hand and safety stock at both locations, and what may be oversold.
type Stock = Vec<([(i64, i64); 2], Option<i64>)>;

fn stock() -> impl Strategy<Value = Stock> {
    let there = || (0..12_i64, 0..4_i64);
    let pair = (there(), there()).prop_map(|(main, north)| [main, north]);
    vec((pair, prop::option::weighted(0.3, 0..6_i64)), 1..4)
}

fn shelf(locations: Locations, stock: &Stock) -> Shelf {
    let items = stock.iter().enumerate().map(|(number, (there, limit))| {
        let policy = Policy { backorder: limit.is_some(), limit: *limit, ..Policy::default() };
        let level = |(on_hand, safety): (i64, i64)| Level { on_hand, safety, ..Level::default() };
        (sku(number), Item { policy, levels: both().into_iter().zip(there.map(level)).collect() })
    });
    Shelf::new(locations, items)
}

/// What is reserved in this state, by SKU and location.
fn reserved(cases: &[Case], state: State) -> BTreeMap<(Sku, LocationId), i64> {
    let mut sums = BTreeMap::new();
    for case in cases.iter().filter(|case| case.state == Some(state)) {
        for (sku, location, quantity) in case.reserved().lines() {
            *sums.entry((sku.clone(), location.clone())).or_default() += quantity;
        }
    }
    sums
}

fn agrees(shelf: &Shelf, cases: &[Case], stock: &Stock) -> Result<(), TestCaseError> {
    let (held, allocated) = (reserved(cases, State::Held), reserved(cases, State::Allocated));
    for (number, (there, limit)) in stock.iter().enumerate() {
        let sku = sku(number);
        let mut on_hand = 0;
        for location in both() {
            let level = shelf.level(&sku, &location).unwrap();
            let of = |sums: &BTreeMap<(Sku, LocationId), i64>| sums.get(&(sku.clone(), location.clone())).copied();
            prop_assert_eq!((level.held, level.allocated), (of(&held).unwrap_or(0), of(&allocated).unwrap_or(0)));
            prop_assert!(limit.is_some() || level.free() >= 0, "{location} is oversold");
            // What is on its way is on hand nowhere, and still ours.
            on_hand += level.on_hand + level.incoming;
        }
        let of = |wanted: &Wanted| wanted.pairs().iter().find(|(one, _)| *one == sku).map_or(0, |(_, count)| *count);
        let shipped: i64 = cases.iter().map(|case| of(&case.shipped)).sum();
        prop_assert_eq!(on_hand, there[0].0 + there[1].0 - shipped);
    }
    for case in cases.iter().filter(|case| matches!(case.state, Some(State::Held | State::Allocated))) {
        let mut sums = BTreeMap::new();
        for (sku, _, quantity) in case.reserved().lines() {
            *sums.entry(sku.clone()).or_default() += quantity;
        }
        let outstanding: BTreeMap<Sku, i64> = case.outstanding().pairs().iter().cloned().collect();
        prop_assert_eq!(sums, outstanding, "what is wanted is reserved somewhere, and nothing else");
    }
    Ok(())
}

proptest! {
    #[test]
    fn whatever_happens_at_two_locations_the_books_of_each_add_up(
        stock in stock(),
        orders in orders(),
        facts in vec((any::<prop::sample::Index>(), 0..10_usize, 0..4_usize), 0..150),
    ) {
        let world = world();
        let mut cases: Vec<Case> = orders.iter().map(|lines| case(&world, lines)).collect();
        prop_assume!(!cases.is_empty());
        let mut shelf = shelf(sites(true, true), &stock);
        let mut open = Vec::new();
        for (which, fact, number) in facts {
            if fact == 7 {
                // One of them is closed or opened.
                let items: Vec<_> = (0..stock.len()).map(sku).collect();
                let items = items.into_iter().map(|sku| (sku.clone(), shelf.item(&sku).unwrap().clone()));
                shelf = Shelf::new(sites(number != 1, number != 2), items.collect::<Vec<_>>());
                continue;
            }
            if fact >= 8 {
                transfer(&world, &mut shelf, &mut open, (fact == 8, number));
                continue;
            }
            let case = &mut cases[which.index(orders.len())];
            if let Some(fact) = FACTS.get(fact) {
                step(&mut shelf, case, *fact);
                continue;
            }
            let before = (shelf.clone(), case.clone());
            if depart(&mut shelf, case, &Wanted::of(&[line(number, 1)]).unwrap()).is_err() {
                (shelf, *case) = before;
            }
        }
        agrees(&shelf, &cases, &stock)?;
    }

    #[test]
    fn what_can_be_sold_is_sold_to_the_last_piece_and_not_one_more(stock in stock(), wanted in vec(1..4_i64, 0..40)) {
        let world = world();
        let mut shelf = shelf(sites(true, true), &stock);
        let locations = sites(true, true);
        let mut left = shelf.item(&sku(0)).unwrap().sellable(&locations);
        for quantity in wanted {
            let mut order = case(&world, &[line(0, quantity)]);
            step(&mut shelf, &mut order, FACTS[0]);
            let fits = quantity <= left;
            prop_assert_eq!(order.state, Some(if fits { State::Held } else { State::Rejected }));
            left -= if fits { quantity } else { 0 };
            prop_assert_eq!(shelf.item(&sku(0)).unwrap().sellable(&locations), left);
        }
    }
}

/// Sends a piece from one location to the other, or ends what was sent first; what cannot be is undone.
fn transfer(world: &World, shelf: &mut Shelf, open: &mut Vec<Transfer>, (sends, number): (bool, usize)) {
    let before = shelf.clone();
    let done = if sends {
        let [main, north] = both();
        let (source, target) = if number % 2 == 0 { (main, north) } else { (north, main) };
        let lines = vec![TransferLine { sku: sku(number / 2), sent: 1, received: Some(1) }];
        let (reference, actor, closed_at) = (None, String::from("staff"), None);
        let (id, sent_at, state) = (world.uuid(), world.now(), TransferState::Sent);
        let sent = Transfer { id, state, source, target, lines, reference, actor, sent_at, closed_at };
        let done = sent.send(shelf);
        open.extend(done.is_ok().then_some(sent));
        done
    } else if open.is_empty() {
        Ok(())
    } else {
        let first = open.remove(0);
        if number % 2 == 0 { first.receive(shelf) } else { first.cancel(shelf) }
    };
    if done.is_err() {
        *shelf = before;
    }
}

fn two(main: i64, north: i64) -> Shelf {
    shelf(sites(true, true), &vec![([(main, 0), (north, 0)], None)])
}

fn places(shelf: &Shelf, quantity: i64) -> Vec<(String, i64)> {
    let taken: Taken = shelf.places(&Wanted::of(&[line(0, quantity)]).unwrap());
    taken.lines().iter().map(|(_, location, part)| (location.to_string(), *part)).collect()
}

#[test]
fn a_line_is_split_only_where_no_location_has_all_of_it() {
    let place = |location: &str, part| (location.to_owned(), part);
    assert_eq!(places(&two(5, 9), 5), [place("main", 5)]);
    assert_eq!(places(&two(5, 9), 6), [place("north", 6)]);
    assert_eq!(places(&two(5, 9), 12), [place("main", 5), place("north", 7)]);
}

#[test]
fn two_lines_of_one_sku_count_together_over_locations() {
    let mut shelf = two(3, 3);
    let mut order = case(&world(), &[line(0, 4), line(0, 3)]);
    step(&mut shelf, &mut order, FACTS[0]);
    assert_eq!((order.state, order.short[0].available), (Some(State::Rejected), 6));
}

#[test]
fn what_leaves_is_drawn_from_where_it_was_taken() {
    let mut shelf = two(2, 2);
    let mut order = case(&world(), &[line(0, 4)]);
    step(&mut shelf, &mut order, FACTS[0]);
    step(&mut shelf, &mut order, FACTS[1]);
    depart(&mut shelf, &mut order, &Wanted::of(&[line(0, 3)]).unwrap()).unwrap();
    let level = |location| shelf.level(&sku(0), &location).unwrap();
    let (main, north) = (level(LocationId::main()), level(north()));
    assert_eq!((main.on_hand, main.allocated, north.on_hand, north.allocated), (0, 0, 1, 1));
}

#[test]
fn staff_are_told_once_for_each_fall() {
    let mut item = Item { policy: Policy { threshold: Some(3), ..Policy::default() }, ..Item::default() };
    item.levels.insert(LocationId::main(), Level { on_hand: 5, ..Level::default() });
    let mut told = Vec::new();
    for on_hand in [4, 3, 2, 0, 4, 3, 3, 9] {
        let mut shelf = Shelf::new(sites(true, true), [(sku(0), item.clone())]);
        shelf.level_mut(&sku(0), &LocationId::main()).unwrap().on_hand = on_hand;
        if let Some(change) = shelf.changes().pop() {
            told.extend(change.low.map(|available| (change.policy.alert, available)));
            item.policy = change.policy;
            item.levels.insert(LocationId::main(), change.rows[0].after);
        }
    }
    assert_eq!(told, [(1, 3), (2, 3)]);
}
