//! Laws that hold for any promotions on any basket.

use crate::{NOW, id, item, promotion, standard};
use bodega_kernel::{Currency, Money, Sku, Time};
use bodega_pricing::{
    Amounts, Basket, Conditions, Item, ItemFacts, MAX_APPLIED, Off, Promotion, Reward, Tier, Who, applicable, judge,
    price,
};
use proptest::prelude::*;

const SKUS: [&str; 4] = ["A", "B", "C", "D"];
const CURRENCIES: [Currency; 3] = [Currency::GBP, Currency::JPY, Currency::KWD];

fn amounts() -> impl Strategy<Value = Amounts> {
    let one = (0..CURRENCIES.len(), prop_oneof![0..5_000_i64, any::<i64>()]);
    prop::collection::vec(one, 0..3)
        .prop_map(|some| some.into_iter().map(|(at, of)| Money::new(of, CURRENCIES[at])).collect())
}

fn rewards() -> impl Strategy<Value = Reward> {
    let bp = || prop_oneof![0..=10_000_i64, any::<i64>()];
    let pieces = || prop_oneof![1..5_i64, any::<i64>()];
    let off = (prop::option::of(bp()), amounts()).prop_map(|(bp, amounts)| Off { bp, amounts });
    let tier = (amounts(), off).prop_map(|(minimum, off)| Tier { minimum, off });
    prop_oneof![
        bp().prop_map(|bp| Reward::Percentage { bp }),
        amounts().prop_map(|amounts| Reward::Amount { amounts }),
        Just(Reward::FreeShipping {}),
        (pieces(), pieces(), bp()).prop_map(|(buy, get, bp)| Reward::BuyXGetY { buy, get, bp }),
        prop::collection::vec(tier, 0..4).prop_map(|tiers| Reward::Tiers { tiers }),
    ]
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let skus = prop::sample::subsequence(SKUS.to_vec(), 0..SKUS.len());
    let ids = || prop::collection::vec(0..3_u128, 0..2);
    let times = || prop::option::of((-2..3_i64).prop_map(|off| Time::from_ms(NOW.ms() + off)));
    (amounts(), skus, ids(), ids(), any::<bool>(), times(), times()).prop_map(
        |(minimum, skus, brands, customers, first_order, from, until)| Conditions {
            minimum,
            skus: skus.into_iter().map(|sku| Sku::new(sku).unwrap()).collect(),
            brands: brands.into_iter().map(id).collect(),
            customers: customers.into_iter().map(id).collect(),
            first_order,
            from,
            until,
            ..Conditions::default()
        },
    )
}

fn promotions() -> impl Strategy<Value = Vec<Promotion>> {
    let one = (0..12_u128, rewards(), prop_oneof![3 => Just(Conditions::default()), 1 => conditions()]);
    let one = (one, -2..3_i64, prop::bool::weighted(0.8));
    prop::collection::vec(one, 0..8).prop_map(|some| {
        let made = some.into_iter().enumerate().map(|(place, ((number, reward, conditions), priority, combinable))| {
            Promotion { conditions, priority, combinable, ..promotion(number * 100 + place as u128, reward) }
        });
        made.collect()
    })
}

/// Any basket, also one that has no price.
fn wild() -> impl Strategy<Value = Basket> {
    let one = (0..SKUS.len(), prop_oneof![0..500_i64, any::<i64>()], prop_oneof![1..9_i64, any::<i64>()]);
    baskets(prop::collection::vec(one, 0..6))
}

/// Any basket that has a price.
fn sane() -> impl Strategy<Value = Basket> {
    let one = (0..SKUS.len(), prop_oneof![0..500_i64, 0..=1_000_000_000_000_i64], 1..=10_000_i64);
    baskets(prop::collection::vec(one, 0..20))
}

fn baskets(lines: impl Strategy<Value = Vec<(usize, i64, i64)>>) -> impl Strategy<Value = Basket> {
    let shipping = prop::option::of((0..10_000_i64).prop_map(|price| standard(price, 2000)));
    (lines, any::<bool>(), 0..CURRENCIES.len(), shipping).prop_map(|(lines, prices_include_tax, currency, shipping)| {
        let lines: Vec<Item> =
            lines.into_iter().map(|(sku, price, quantity)| item(SKUS[sku], price, quantity, 2000)).collect();
        Basket { currency: CURRENCIES[currency], prices_include_tax, lines, discounts: Vec::new(), shipping }
    })
}

fn facts() -> impl Strategy<Value = Vec<ItemFacts>> {
    let one = (0..3_u128).prop_map(|brand| ItemFacts { brand: Some(id(brand)), ..ItemFacts::default() });
    prop::collection::vec(one, 0..20)
}

fn buyers() -> impl Strategy<Value = Who> {
    (prop::option::of((0..3_u128).prop_map(id)), any::<bool>()).prop_map(|(customer, ordered_before)| Who {
        customer,
        ordered_before,
        ..Who::default()
    })
}

proptest! {
    #[test]
    fn whatever_applies_can_be_priced_and_takes_no_line_below_nothing(
        basket in sane(), promotions in promotions(), facts in facts(), who in buyers(),
    ) {
        let applied = applicable(&promotions, &basket, &facts, &who, NOW);
        let discounts = applied.into_iter().map(|(_, discount)| discount).collect();
        let plain = price(&basket).unwrap();
        let priced = price(&Basket { discounts, ..basket.clone() }).unwrap();
        for line in &priced.lines {
            let off: i64 = line.discounts.iter().map(|applied| applied.amount).sum();
            prop_assert!(line.discounts.iter().all(|applied| applied.amount > 0));
            prop_assert!(off <= line.subtotal && line.total >= 0);
        }
        prop_assert!(priced.discount >= 0 && priced.discount <= priced.subtotal);
        prop_assert!(priced.total >= 0 && priced.total <= plain.total);
    }

    #[test]
    fn the_order_they_come_in_does_not_matter(
        basket in sane(), promotions in promotions(), facts in facts(), who in buyers(), turn in 0..8_usize,
    ) {
        let mut turned = promotions.clone();
        turned.reverse();
        let by = turn.min(turned.len());
        turned.rotate_left(by);
        let plain = applicable(&promotions, &basket, &facts, &who, NOW);
        prop_assert_eq!(&plain, &applicable(&turned, &basket, &facts, &who, NOW));
        prop_assert!(plain.is_sorted_by_key(|(promotion, _)| (-promotion.priority, promotion.id)));
    }

    #[test]
    fn each_is_judged_once_and_one_that_is_not_combinable_is_alone(
        basket in wild(), promotions in promotions(), facts in facts(), who in buyers(),
    ) {
        let judged = judge(&promotions, &basket, &facts, &who, NOW);
        prop_assert_eq!(judged.len(), promotions.len());
        let applied = applicable(&promotions, &basket, &facts, &who, NOW);
        prop_assert!(applied.len() <= MAX_APPLIED);
        prop_assert!(applied.len() <= 1 || applied.iter().all(|(promotion, _)| promotion.combinable));
    }

    #[test]
    fn only_goods_that_are_meant_get_cheaper(
        basket in sane(), promotions in promotions(), who in buyers(),
    ) {
        for promotion in promotions.iter().filter(|promotion| promotion.conditions.brands.is_empty()) {
            let promotions = std::slice::from_ref(promotion);
            let applied = applicable(promotions, &basket, &[], &who, NOW);
            let discounts = applied.into_iter().map(|(_, discount)| discount).collect();
            let priced = price(&Basket { discounts, ..basket.clone() }).unwrap();
            let scope = &promotion.conditions.skus;
            for line in priced.lines.iter().filter(|line| !scope.is_empty() && !scope.contains(&line.sku)) {
                prop_assert!(line.discounts.is_empty());
            }
        }
    }
}
