//! Laws of the model, tried on every arrival of an order's facts and on generated shops: the books add up, an order earns
//! once, and the end does not depend on what was heard first.

use super::{
    Desk, Entry, Figures, Kind, Rules, Tier,
    order::{Hold, News, Standing, Tell},
};
use bodega_contracts::OrderId;
use bodega_kernel::{Currency, Money, Time, UserId, uuid::Uuid};
use proptest::{collection::vec, prelude::*};
use std::{collections::BTreeMap, time::Duration};

fn rules() -> Rules {
    Rules {
        enabled: true,
        points_per_unit: 1,
        point_value_minor: 1,
        currency: Currency::GBP,
        expiry_months: 12,
        reward_for: Duration::from_hours(24),
        tiers: vec![Tier { name: "Member".to_owned(), from: 0, multiplier_bp: 10_000, reward_bp: 0 }],
    }
}

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number + 1))
}

/// A shop in memory.
#[derive(Clone, Debug, Default, PartialEq)]
struct Books {
    accounts: BTreeMap<UserId, Figures>,
    orders: BTreeMap<OrderId, Standing>,
    lots: BTreeMap<Uuid, i64>,
}

impl Books {
    fn with(customers: u128, spendable: i64) -> Self {
        let figures = Figures { spendable, ..Figures::default() };
        let accounts = (0..customers).map(|number| (user(number), figures)).collect();
        let lots = (0..customers).map(|number| (Uuid::from_u128(1_000_000 + number), spendable)).collect();
        Self { accounts, lots, orders: BTreeMap::new() }
    }

    fn learn(&mut self, rules: &Rules, order: u128, news: News) -> (Vec<Tell>, Vec<Entry>) {
        let id = OrderId(Uuid::from_u128(order));
        let mut desk = Desk::new(rules, Time::from_ms(1_767_225_600_000), self.accounts.clone(), BTreeMap::new());
        let tells = desk.learn(id, self.orders.entry(id).or_default(), news);
        self.accounts = desk.accounts;
        for lot in desk.lots {
            assert!(self.lots.insert(lot.id, lot.points).is_none(), "an order earns once");
        }
        for (order, points) in desk.cuts {
            *self.lots.get_mut(&order.0).unwrap() -= points;
        }
        // An empty lot is as good as none.
        self.lots.retain(|_, points| *points != 0);
        (tells, desk.entries)
    }

    fn check(&self, ledger: &[Entry], base: i64) {
        for (user, account) in &self.accounts {
            let mut sum = Figures { spendable: base, ..Figures::default() };
            ledger.iter().filter(|entry| entry.user == *user).for_each(|entry| sum += entry.shift);
            assert_eq!(sum, *account);
            assert!(account.is_sound(), "{account:?}");
            let orders = || self.orders.values().filter(|order| order.user == Some(*user));
            let held: i64 = orders().filter(|order| order.hold == Hold::Held).map(|order| order.wanted).sum();
            let pending: i64 =
                orders().filter(|order| order.earned_at.is_none()).map(|order| order.gained - order.reversed).sum();
            assert_eq!((account.held, account.pending), (held, pending));
        }
        let spendable: i64 = self.accounts.values().map(|account| account.spendable).sum();
        assert!(self.lots.values().all(|points| *points >= 0) && self.lots.values().sum::<i64>() >= spendable);
        let mut once: Vec<_> = ledger.iter().map(|entry| (entry.order, entry.kind.as_str(), entry.step)).collect();
        once.sort_unstable();
        let all = once.len();
        once.dedup();
        assert_eq!(once.len(), all, "one entry of an order, kind and step");
    }
}

fn placed(points: i64) -> News {
    News::Placed { user: user(0), points }
}

fn confirmed(amount: i64) -> News {
    News::Confirmed { user: user(0), goods: Money::new(amount, Currency::GBP), total: amount }
}

const COMPLETED: News = News::Completed { user: UserId(Uuid::from_u128(1)) };

/// Every order of these facts.
fn arrivals(facts: &[News]) -> Vec<Vec<News>> {
    if facts.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for index in 0..facts.len() {
        let mut rest = facts.to_vec();
        let first = rest.remove(index);
        all.extend(arrivals(&rest).into_iter().map(|rest| [vec![first], rest].concat()));
    }
    all
}

#[test]
fn the_facts_of_an_order_end_the_same_in_every_arrival_once_or_twice() {
    let all =
        [placed(100), confirmed(10_000), COMPLETED, News::Refunded { amount: 2_550 }, News::Refunded { amount: 5_000 }];
    let rules = rules();
    for subset in 1_u32..1 << (all.len() + 1) {
        let mut facts: Vec<News> =
            (0..all.len()).filter(|index| subset & (1 << index) != 0).map(|index| all[index]).collect();
        if subset & (1 << all.len()) != 0 {
            facts.push(News::Cancelled);
        }
        let mut end: Option<Books> = None;
        for arrival in arrivals(&facts) {
            for times in [1, 2] {
                let (mut books, mut ledger) = (Books::with(1, 500), Vec::new());
                for news in arrival.iter().flat_map(|news| vec![*news; times]) {
                    ledger.extend(books.learn(&rules, 7, news).1);
                }
                books.check(&ledger, 500);
                assert_eq!(end.get_or_insert_with(|| books.clone()), &books, "{arrival:?}");
            }
        }
    }
}

#[test]
fn an_order_goes_its_way_and_each_step_is_told() {
    let (rules, mut books) = (rules(), Books::with(1, 500));
    let mut tell = |news| books.learn(&rules, 7, news).0;
    assert_eq!(tell(placed(100)), [Tell::Reserved]);
    assert_eq!(tell(confirmed(4_999)), [Tell::Spent(100), Tell::Pending(49)]);
    assert_eq!(tell(News::Refunded { amount: 1_000 }), [Tell::Reversed(10)]);
    assert_eq!(tell(COMPLETED), [Tell::Earned(39)]);
    assert_eq!(tell(News::Refunded { amount: 4_999 }), [Tell::Reversed(49)]);
    assert_eq!(books.accounts[&user(0)], Figures { spendable: 400, ..Figures::default() });
}

#[test]
fn what_was_spent_meanwhile_is_owed_and_paid_by_what_is_earned_next() {
    let (rules, mut books) = (rules(), Books::with(1, 0));
    for news in [confirmed(10_000), COMPLETED] {
        books.learn(&rules, 1, news);
    }
    books.learn(&rules, 2, placed(80));
    books.learn(&rules, 1, News::Refunded { amount: 10_000 });
    assert_eq!(books.accounts[&user(0)], Figures { held: 80, debt: 80, ..Figures::default() });
    for news in [confirmed(5_000), COMPLETED] {
        books.learn(&rules, 3, news);
    }
    assert_eq!(books.accounts[&user(0)], Figures { held: 80, debt: 30, ..Figures::default() });
    assert_eq!(books.learn(&rules, 2, News::Cancelled).0, [Tell::Released(80)]);
    assert_eq!(books.accounts[&user(0)], Figures { spendable: 50, ..Figures::default() });
}

#[test]
fn an_order_that_asks_again_hears_what_it_heard() {
    let (rules, mut books) = (rules(), Books::with(1, 99));
    let no = [Tell::Rejected { wanted: 100, spendable: 99 }];
    assert_eq!(books.learn(&rules, 1, placed(100)).0, no);
    assert_eq!(books.learn(&rules, 2, placed(99)).0, [Tell::Reserved]);
    assert_eq!(books.learn(&rules, 1, placed(100)).0, no);
    for news in [confirmed(100), COMPLETED] {
        books.learn(&rules, 2, news);
    }
    assert_eq!(books.learn(&rules, 2, placed(99)).0, [Tell::Reserved]);
    books.learn(&rules, 2, News::Cancelled);
    assert_eq!(books.learn(&rules, 2, placed(99)).0, []);
}

#[test]
fn a_shop_without_points_gives_none_and_takes_none() {
    let (rules, mut books) = (Rules { enabled: false, ..rules() }, Books::with(1, 500));
    assert_eq!(books.learn(&rules, 1, placed(100)).0, [Tell::Rejected { wanted: 100, spendable: 0 }]);
    assert_eq!(books.learn(&rules, 2, confirmed(10_000)), (Vec::new(), Vec::new()));
}

/// An order of a generated shop: whose, points, price and which facts become known.
type Made = (u128, i64, i64, u8);

fn facts_of(orders: &[Made]) -> Vec<(u128, News)> {
    let mut facts = Vec::new();
    for (number, (customer, points, amount, which)) in orders.iter().enumerate() {
        let (user, id) = (user(*customer), number as u128 + 1);
        let goods = Money::new(*amount, Currency::GBP);
        let all = [
            News::Placed { user, points: *points },
            News::Confirmed { user, goods, total: *amount + 300 },
            News::Completed { user },
            News::Refunded { amount: amount / 3 },
            News::Refunded { amount: amount + 300 },
            News::Cancelled,
        ];
        facts.extend((0..all.len()).filter(|bit| which & (1 << bit) != 0).map(|bit| (id, all[bit])));
    }
    facts
}

fn run(base: i64, facts: &[(u128, News)]) -> Books {
    let (rules, mut books, mut ledger) = (rules(), Books::with(3, base), Vec::new());
    for (order, news) in facts {
        ledger.extend(books.learn(&rules, *order, *news).1);
        books.check(&ledger, base);
    }
    books
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_becomes_known_the_books_add_up(
        orders in vec((0..3_u128, 1..200_i64, 0..20_000_i64, any::<u8>()), 1..10),
        picks in vec(any::<prop::sample::Index>(), 0..80),
    ) {
        let facts = facts_of(&orders);
        prop_assume!(!facts.is_empty());
        let heard: Vec<_> = picks.iter().map(|pick| facts[pick.index(facts.len())]).collect();
        run(150, &heard);
    }

    #[test]
    fn where_nobody_competes_for_points_the_end_is_the_same_whatever_came_first(
        orders in vec((0..3_u128, 1..200_i64, 0..20_000_i64, any::<u8>()), 1..10),
        shuffled in vec(any::<u32>(), 60),
        again in vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let facts = facts_of(&orders);
        prop_assume!(!facts.is_empty());
        let mut other: Vec<_> = facts.iter().copied().zip(&shuffled).collect();
        other.sort_by_key(|(_, place)| **place);
        let mut other: Vec<_> = other.into_iter().map(|(fact, _)| fact).collect();
        for (number, pick) in again.iter().enumerate() {
            let fact = other[pick.index(other.len())];
            other.insert((number * 7) % other.len(), fact);
        }
        // Nobody runs short: everybody has more than all orders want.
        prop_assert_eq!(run(10_000, &facts), run(10_000, &other));
    }
}

#[test]
fn a_tier_is_rewarded_when_it_is_reached() {
    let silver = Tier { name: "Silver".to_owned(), from: 100, multiplier_bp: 20_000, reward_bp: 500 };
    let rules = Rules { tiers: vec![rules().tiers[0].clone(), silver], ..rules() };
    let now = Time::from_ms(1_767_225_600_000);
    let mut desk = Desk::new(&rules, now, BTreeMap::new(), BTreeMap::from([(user(0), 60)]));
    let (mut first, mut second) = (Standing::default(), Standing::default());
    let (one, other) = (OrderId(Uuid::from_u128(1)), OrderId(Uuid::from_u128(2)));
    desk.learn(one, &mut first, confirmed(4_000));
    let tells = desk.learn(one, &mut first, COMPLETED);
    assert!(matches!(&tells[..], [Tell::Earned(40), Tell::Rewarded(grant)] if grant.bp == 500 && grant.year == 2026));
    // The same batch knows the new tier at once.
    assert_eq!(desk.learn(other, &mut second, confirmed(1_000)), [Tell::Pending(20)]);
    assert!(desk.entries.iter().all(|entry| entry.kind != Kind::Adjust));
}
