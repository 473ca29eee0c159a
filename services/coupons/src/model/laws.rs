//! Laws of the books: whatever orders come in whatever turn, no limit is passed and every counter is what is held of it.

use super::{Books, Case, Code, Fact, Outcome, Stored, Tell, counts_needed, decide, state_from_str, state_str};
use bodega_contracts::{CouponClaim, OrderId, PromotionId, coupons::CouponUseState as State};
use bodega_kernel::{Time, uuid::Uuid};
use bodega_pricing::{Conditions, Promotion, Reward, Trigger};
use proptest::prelude::*;
use std::collections::BTreeMap;

const AT: Time = Time::from_ms(1_000);

fn promotion(number: u128) -> PromotionId {
    PromotionId(Uuid::from_u128(number))
}

fn stored(number: u128, limit: Option<i64>, per_customer: Option<i64>) -> Stored {
    let promotion = Promotion {
        id: promotion(number).0,
        label: format!("number {number}"),
        trigger: if number == 0 { Trigger::Automatic } else { Trigger::Code },
        reward: Reward::FreeShipping {},
        conditions: Conditions::default(),
        priority: 0,
        combinable: true,
    };
    Stored::new(promotion, limit, per_customer, AT)
}

/// Promotion 0 applies by itself, 1 and 2 by the codes C1 and C2.
fn books(limits: [Option<i64>; 3], per_customer: [Option<i64>; 3], codes: [Option<i64>; 2]) -> Books {
    let mut books = Books::default();
    for number in 0..3_u128 {
        let place = number as usize;
        books.promotions.insert(promotion(number), stored(number, limits[place], per_customer[place]));
        if number > 0 {
            let code = format!("C{number}");
            let limit = codes[place - 1];
            let row = Code { text: code.clone(), promotion: promotion(number), limit, enabled: true, created: AT };
            books.codes.insert(code, row);
        }
    }
    books
}

fn claim(number: u128, customer: u8) -> CouponClaim {
    let code = (number > 0).then(|| format!("C{number}"));
    CouponClaim { promotion_id: promotion(number), code, customer: format!("customer {customer}") }
}

fn case(order: u128, state: Option<State>, claims: Vec<CouponClaim>) -> Case {
    Case { order: OrderId(Uuid::from_u128(order)), state, claims, held: Vec::new(), refused: None, at: AT }
}

fn one(fact: Fact, books: &mut Books, case: &Case) -> Outcome {
    decide(fact, books, &[case]).pop().unwrap()
}

#[test]
fn a_promotion_without_a_limit_needs_no_counter() {
    let free = books([None; 3], [None; 3], [None; 2]);
    let all = case(1, None, vec![claim(0, 1), claim(1, 1), claim(2, 1)]);
    assert!(counts_needed(Fact::Placed, &free, &all).is_empty());
    let limited = books([None, Some(1), None], [None, None, Some(1)], [Some(1), None]);
    let keys: Vec<String> = counts_needed(Fact::Placed, &limited, &all).into_iter().map(|count| count.key).collect();
    let (one, two) = (promotion(1), promotion(2));
    assert_eq!(keys, [format!("p:{one}"), "c:C1".to_owned(), format!("u:{two}:customer 1")]);
}

#[test]
fn all_of_an_order_is_taken_or_nothing() {
    let mut books = books([Some(5), Some(5), Some(0)], [None; 3], [None; 2]);
    let refused = one(Fact::Placed, &mut books, &case(1, None, vec![claim(0, 1), claim(1, 1), claim(2, 1)]));
    assert_eq!((refused.state, refused.tell), (State::Rejected, Some(Tell::Rejected)));
    let said = refused.refused.unwrap();
    assert_eq!((said.code.as_str(), said.reason.as_str()), ("C2", "used_up"));
    assert!(books.moved().is_empty());
    let taken = one(Fact::Placed, &mut books, &case(2, None, vec![claim(0, 1), claim(1, 1)]));
    assert_eq!((taken.state, taken.held.len(), books.moved().len()), (State::Reserved, 2, 2));
}

#[test]
fn a_claim_is_refused_by_what_is_wrong_with_it() {
    let reason = |change: fn(&mut Books), claim: CouponClaim, at: i64| {
        let mut books = books([None; 3], [None; 3], [None; 2]);
        change(&mut books);
        let case = Case { at: Time::from_ms(at), ..case(1, None, vec![claim]) };
        one(Fact::Placed, &mut books, &case).refused.map_or(String::new(), |refused| refused.reason)
    };
    let first = |books: &mut Books, change: fn(&mut Stored)| books.promotions.values_mut().for_each(change);
    assert_eq!(reason(|_| {}, claim(1, 1), 0), "");
    assert_eq!(reason(|_| {}, claim(9, 1), 0), "unknown");
    assert_eq!(reason(|_| {}, CouponClaim { code: None, ..claim(1, 1) }, 0), "unknown", "it needs a code");
    assert_eq!(reason(|_| {}, CouponClaim { code: Some("C2".into()), ..claim(1, 1) }, 0), "unknown");
    assert_eq!(
        reason(|books| books.codes.values_mut().for_each(|code| code.enabled = false), claim(1, 1), 0),
        "disabled"
    );
    let ends: fn(&mut Stored) = |stored| stored.promotion.conditions.until = Some(AT);
    let begins: fn(&mut Stored) = |stored| stored.promotion.conditions.from = Some(AT);
    let closed: fn(&mut Stored) = |stored| stored.promotion.conditions.customers = vec![Uuid::from_u128(7)];
    for (change, at, expected) in [
        (ends, 999, ""),
        (ends, 1_000, "expired"),
        (begins, 999, "not_started"),
        (begins, 1_000, ""),
        (closed, 0, "not_yours"),
    ] {
        let mut books = books([None; 3], [None; 3], [None; 2]);
        first(&mut books, change);
        let case = Case { at: Time::from_ms(at), ..case(1, None, vec![claim(1, 1)]) };
        let refused = one(Fact::Placed, &mut books, &case).refused;
        assert_eq!(refused.map_or(String::new(), |refused| refused.reason), expected);
    }
    let mut books = books([None; 3], [None; 3], [None; 2]);
    first(&mut books, closed);
    let mine = CouponClaim { customer: Uuid::from_u128(7).to_string(), ..claim(1, 1) };
    assert_eq!(one(Fact::Placed, &mut books, &case(1, None, vec![mine])).refused, None);
}

#[test]
fn a_state_is_read_as_it_was_written() {
    for state in [State::Reserved, State::Rejected, State::Redeemed, State::Released, State::Awaited] {
        assert_eq!(state_from_str(state_str(state)), Some(state));
    }
    assert_eq!(state_from_str("lost"), None);
}

fn limit() -> impl Strategy<Value = Option<i64>> {
    prop::option::of(0..4_i64)
}

fn facts() -> impl Strategy<Value = Vec<(u128, Fact, Vec<u128>, u8)>> {
    let fact = prop_oneof![3 => Just(Fact::Placed), 1 => Just(Fact::Confirmed), 1 => Just(Fact::Cancelled)];
    let claims = prop::sample::subsequence(vec![0_u128, 1, 2], 1..=3);
    prop::collection::vec((0..8_u128, fact, claims, 0..3_u8), 0..60)
}

proptest! {
    #[test]
    fn no_limit_is_passed_and_counters_are_what_orders_hold(
        limits in [limit(), limit(), limit()],
        per_customer in [limit(), limit(), limit()],
        codes in [limit(), limit()],
        facts in facts(),
    ) {
        let mut books = books(limits, per_customer, codes);
        let mut orders: BTreeMap<u128, Case> = BTreeMap::new();
        for (order, fact, claims, customer) in facts {
            // What an order claims does not change.
            let wanted: Vec<CouponClaim> = claims.iter().map(|&number| claim(number, customer)).collect();
            let mut case = orders.get(&order).cloned().unwrap_or_else(|| case(order, None, Vec::new()));
            if fact == Fact::Placed && case.claims.is_empty() {
                case.claims = wanted;
            }
            let outcome = one(fact, &mut books, &case);
            prop_assert!(case.state != Some(State::Released) || outcome.state == State::Released);
            case.state = Some(outcome.state);
            case.held.clone_from(&outcome.held);
            orders.insert(order, case);
        }
        let mut held: BTreeMap<String, i64> = BTreeMap::new();
        for case in orders.values() {
            let live = matches!(case.state, Some(State::Reserved | State::Redeemed));
            prop_assert!(live || case.held.is_empty());
            for key in &case.held {
                *held.entry(key.clone()).or_default() += 1;
            }
            if live {
                let keys: Vec<String> = books.counts_of(&case.claims).into_iter().map(|count| count.key).collect();
                prop_assert_eq!(&keys, &case.held);
            }
        }
        let stand: BTreeMap<String, i64> =
            books.moved().into_iter().map(|(key, _, after)| (key.to_owned(), after)).collect();
        prop_assert_eq!(&held, &stand);
        for case in orders.values() {
            for count in books.counts_of(&case.claims) {
                prop_assert!(stand.get(&count.key).is_none_or(|used| count.most.is_none_or(|most| *used <= most)));
            }
        }
    }
}
