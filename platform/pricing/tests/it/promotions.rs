//! Promotions a shopkeeper would make, and what they take off.

use crate::{NOW, exclusive, id, inclusive, item, promotion, standard};
use bodega_kernel::{Currency, Money, Sku, Time};
use bodega_pricing::{
    Amounts, Applied, Basket, Conditions, ItemFacts, MAX_APPLIED, MAX_LISTED, NotApplicable, Off, Priced, Promotion,
    Reward, Tier, Trigger, Who, applicable, judge, price,
};

fn sku(text: &str) -> Sku {
    Sku::new(text).unwrap()
}

fn gbp(amount: i64) -> Amounts {
    vec![Money::new(amount, Currency::GBP)]
}

/// The basket with the discounts of these promotions.
fn priced_with(promotions: &[Promotion], basket: &Basket, facts: &[ItemFacts], who: &Who) -> Priced {
    let applied = applicable(promotions, basket, facts, who, NOW);
    price(&Basket { discounts: applied.into_iter().map(|(_, discount)| discount).collect(), ..basket.clone() }).unwrap()
}

fn why_not(promotion: &Promotion, basket: &Basket, who: &Who, now: Time) -> Option<NotApplicable> {
    let promotions = std::slice::from_ref(promotion);
    judge(promotions, basket, &[], who, now).pop().unwrap().1.err()
}

fn anybody() -> Who {
    Who::default()
}

#[test]
fn a_percentage_of_some_skus_is_explained_on_their_lines() {
    let basket = inclusive(Currency::GBP, vec![item("MUG", 800, 2, 2000), item("PLATE", 1500, 1, 2000)]);
    let mut mugs = promotion(1, Reward::Percentage { bp: 2500 });
    mugs.label = "25 % off mugs".to_owned();
    mugs.conditions.skus = vec![sku("MUG")];
    let priced = priced_with(&[mugs], &basket, &[], &anybody());
    assert_eq!(priced.lines[0].discounts, [Applied { label: "25 % off mugs".to_owned(), amount: 400 }]);
    assert_eq!(priced.lines[1].discounts, []);
    assert_eq!((priced.discount, priced.total), (400, 2700));
}

#[test]
fn goods_are_named_by_sku_product_category_or_brand() {
    let basket = inclusive(Currency::GBP, ["A", "B", "C", "D", "E"].map(|sku| item(sku, 100, 1, 0)).to_vec());
    let facts = [
        ItemFacts::default(),
        ItemFacts { product: Some(id(20)), ..ItemFacts::default() },
        ItemFacts { categories: vec![id(30), id(31)], ..ItemFacts::default() },
        ItemFacts { brand: Some(id(40)), ..ItemFacts::default() },
    ];
    let mut half = promotion(1, Reward::Percentage { bp: 5000 });
    half.conditions.skus = vec![sku("A")];
    half.conditions.products = vec![id(20)];
    half.conditions.categories = vec![id(31)];
    half.conditions.brands = vec![id(40)];
    let priced = priced_with(&[half], &basket, &facts, &anybody());
    assert_eq!(priced.lines.iter().map(|line| line.total).collect::<Vec<_>>(), [50, 50, 50, 50, 100]);
}

#[test]
fn an_amount_is_given_in_its_currencies_only_and_never_more_than_is_there() {
    let ten = promotion(1, Reward::Amount { amounts: gbp(1000) });
    let pounds = inclusive(Currency::GBP, vec![item("A", 700, 1, 0)]);
    assert_eq!(priced_with(std::slice::from_ref(&ten), &pounds, &[], &anybody()).total, 0);
    let euros = inclusive(Currency::EUR, vec![item("A", 700, 1, 0)]);
    assert_eq!(why_not(&ten, &euros, &anybody(), NOW), Some(NotApplicable::OtherCurrency));
}

#[test]
fn yen_have_no_decimals_and_dinars_three() {
    let third = promotion(1, Reward::Percentage { bp: 3333 });
    let yen = exclusive(Currency::JPY, vec![item("A", 98, 1, 800), item("B", 105, 1, 1000)]);
    let priced = priced_with(std::slice::from_ref(&third), &yen, &[], &anybody());
    // 33.33 % of 203 yen is 67.66: 68, and not 33 + 35 rounded apart by luck.
    assert_eq!((priced.discount, priced.total), (68, 135 + priced.tax));
    let dinars = inclusive(Currency::KWD, vec![item("OUD", 12_345, 3, 500)]);
    assert_eq!(priced_with(&[third], &dinars, &[], &anybody()).discount, 12_344);
}

#[test]
fn free_shipping_needs_goods_it_is_for() {
    let basket = Basket { shipping: Some(standard(500, 0)), ..inclusive(Currency::GBP, vec![item("A", 1000, 1, 0)]) };
    let mut free = promotion(1, Reward::FreeShipping {});
    assert_eq!(priced_with(std::slice::from_ref(&free), &basket, &[], &anybody()).total, 1000);
    free.conditions.skus = vec![sku("B")];
    assert_eq!(why_not(&free, &basket, &anybody(), NOW), Some(NotApplicable::NoSuchGoods));
    free.conditions.skus = vec![sku("A")];
    assert_eq!(priced_with(&[free], &basket, &[], &anybody()).total, 1000);
}

#[test]
fn of_three_pieces_the_cheapest_is_free() {
    let mut basket = inclusive(Currency::GBP, vec![item("A", 1000, 2, 0), item("B", 500, 1, 0)]);
    let three_for_two = promotion(1, Reward::BuyXGetY { buy: 2, get: 1, bp: 10_000 });
    let priced = priced_with(std::slice::from_ref(&three_for_two), &basket, &[], &anybody());
    assert_eq!((priced.discount, priced.lines[0].total, priced.lines[1].total), (500, 2000, 0));
    basket.lines[1].quantity = 5;
    let priced = priced_with(std::slice::from_ref(&three_for_two), &basket, &[], &anybody());
    assert_eq!(priced.discount, 1000, "of seven pieces two");
    let half = promotion(1, Reward::BuyXGetY { buy: 1, get: 1, bp: 5000 });
    assert_eq!(priced_with(&[half], &basket, &[], &anybody()).discount, 750, "of seven pieces three at half the price");
    basket.lines.truncate(1);
    assert_eq!(why_not(&three_for_two, &basket, &anybody(), NOW), Some(NotApplicable::TooFewPieces { missing: 1 }));
}

#[test]
fn free_pieces_count_only_among_the_goods_that_are_meant() {
    let basket = inclusive(Currency::GBP, vec![item("CHEAP", 1, 10, 0), item("A", 900, 3, 0), item("B", 400, 1, 0)]);
    let mut deal = promotion(1, Reward::BuyXGetY { buy: 3, get: 1, bp: 10_000 });
    deal.conditions.skus = vec![sku("A"), sku("B")];
    let priced = priced_with(&[deal], &basket, &[], &anybody());
    assert_eq!(priced.lines.iter().map(|line| line.total).collect::<Vec<_>>(), [10, 2700, 0]);
}

#[test]
fn the_best_tier_counts_whose_minimum_is_met() {
    let tier = |minimum, off| Tier { minimum: gbp(minimum), off };
    let off = |bp| Off { bp: Some(bp), amounts: Amounts::new() };
    let tiers = vec![tier(5000, off(500)), tier(10_000, off(1000)), tier(8000, Off { bp: None, amounts: gbp(900) })];
    let tiers = promotion(1, Reward::Tiers { tiers });
    let costing = |price| inclusive(Currency::GBP, vec![item("A", price, 1, 0)]);
    let discount = |price| priced_with(std::slice::from_ref(&tiers), &costing(price), &[], &anybody()).discount;
    assert_eq!([discount(5000), discount(7999), discount(8000), discount(10_000)], [250, 400, 900, 1000]);
    assert_eq!(why_not(&tiers, &costing(4999), &anybody(), NOW), Some(NotApplicable::MinimumNotMet { missing: 1 }));
}

#[test]
fn the_minimum_counts_what_the_promotion_is_for() {
    let basket = inclusive(Currency::GBP, vec![item("A", 3000, 1, 0), item("B", 9000, 1, 0)]);
    let mut five = promotion(1, Reward::Amount { amounts: gbp(500) });
    five.conditions.minimum = gbp(5000);
    assert_eq!(why_not(&five, &basket, &anybody(), NOW), None);
    five.conditions.skus = vec![sku("A")];
    assert_eq!(why_not(&five, &basket, &anybody(), NOW), Some(NotApplicable::MinimumNotMet { missing: 2000 }));
    five.conditions.minimum = vec![Money::new(1, Currency::EUR)];
    assert_eq!(why_not(&five, &basket, &anybody(), NOW), Some(NotApplicable::OtherCurrency));
}

#[test]
fn it_holds_from_its_beginning_until_before_its_end() {
    let basket = inclusive(Currency::GBP, vec![item("A", 1000, 1, 0)]);
    let mut day = promotion(1, Reward::Percentage { bp: 1000 });
    (day.conditions.from, day.conditions.until) = (Some(Time::from_ms(1_000)), Some(Time::from_ms(2_000)));
    let at = |ms| why_not(&day, &basket, &anybody(), Time::from_ms(ms));
    assert_eq!(at(999), Some(NotApplicable::NotStarted));
    assert_eq!([at(1_000), at(1_999)], [None, None]);
    assert_eq!(at(2_000), Some(NotApplicable::Ended));
}

#[test]
fn it_is_for_those_it_names() {
    let basket = inclusive(Currency::GBP, vec![item("A", 1000, 1, 0)]);
    let mut ours = promotion(1, Reward::Percentage { bp: 1000 });
    ours.conditions.customers = vec![id(7)];
    ours.conditions.groups = vec!["trade".to_owned()];
    let who = |customer, groups: &[&str]| Who {
        customer,
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        ordered_before: true,
    };
    assert_eq!(why_not(&ours, &basket, &who(Some(id(7)), &[]), NOW), None);
    assert_eq!(why_not(&ours, &basket, &who(Some(id(8)), &["staff", "trade"]), NOW), None);
    for other in [who(None, &[]), who(Some(id(8)), &["staff"])] {
        assert_eq!(why_not(&ours, &basket, &other, NOW), Some(NotApplicable::OtherCustomers));
    }
    ours.conditions.first_order = true;
    assert_eq!(why_not(&ours, &basket, &who(Some(id(7)), &[]), NOW), Some(NotApplicable::NotFirstOrder));
}

#[test]
fn one_that_is_not_combinable_is_the_only_one() {
    let basket = inclusive(Currency::GBP, vec![item("A", 1000, 1, 0)]);
    let percent = |number, priority, combinable| Promotion {
        priority,
        combinable,
        ..promotion(number, Reward::Percentage { bp: 1000 })
    };
    let applied = |promotions: &[Promotion]| -> Vec<u128> {
        let applied = applicable(promotions, &basket, &[], &anybody(), NOW);
        applied.iter().map(|(promotion, _)| promotion.id.as_u128()).collect()
    };
    assert_eq!(applied(&[percent(1, 0, true), percent(2, 5, true), percent(3, 0, true)]), [2, 1, 3]);
    assert_eq!(applied(&[percent(1, 0, true), percent(2, 5, false), percent(3, 0, true)]), [2]);
    assert_eq!(applied(&[percent(1, 0, true), percent(2, -5, false), percent(3, 0, true)]), [1, 3]);
    let mut other = percent(2, 5, false);
    other.conditions.skus = vec![sku("Z")];
    assert_eq!(applied(&[percent(1, 0, true), other]), [1], "what does not apply keeps nobody out");
}

#[test]
fn there_is_room_left_for_other_discounts() {
    let basket = inclusive(Currency::GBP, vec![item("A", 1000, 1, 0)]);
    let many: Vec<Promotion> = (0..200).map(|number| promotion(number, Reward::Percentage { bp: 1 })).collect();
    assert_eq!(applicable(&many, &basket, &[], &anybody(), NOW).len(), MAX_APPLIED);
}

#[test]
fn what_is_out_of_bounds_is_named() {
    let pointers = |promotion: &Promotion| -> Vec<String> {
        promotion.violations().into_iter().map(|(pointer, _)| pointer).collect()
    };
    assert_eq!(pointers(&promotion(1, Reward::FreeShipping {})), [] as [&str; 0]);
    for bp in [i64::MIN, -1, 0, 10_001, i64::MAX] {
        assert_eq!(pointers(&promotion(1, Reward::Percentage { bp })), ["/reward/bp"]);
    }
    assert_eq!(pointers(&promotion(1, Reward::Amount { amounts: Amounts::new() })), ["/reward/amounts"]);
    assert_eq!(pointers(&promotion(1, Reward::Amount { amounts: gbp(0) })), ["/reward/amounts/0/amount"]);
    let deal = Reward::BuyXGetY { buy: 0, get: 101, bp: -1 };
    assert_eq!(pointers(&promotion(1, deal)), ["/reward/buy", "/reward/get", "/reward/bp"]);
    let both = Tier { minimum: gbp(-1), off: Off { bp: Some(1), amounts: gbp(1) } };
    let tiers = Reward::Tiers { tiers: vec![both] };
    assert_eq!(pointers(&promotion(1, tiers)), ["/reward/tiers/0/minimum/0/amount", "/reward/tiers/0/off"]);
    let conditions = Conditions {
        minimum: gbp(-5),
        skus: vec![sku("A"), sku("A")],
        brands: (0..=MAX_LISTED as u128).map(id).collect(),
        groups: vec![" ".to_owned()],
        from: Some(NOW),
        until: Some(NOW),
        ..Conditions::default()
    };
    let wrong =
        Promotion { label: " ".to_owned(), priority: 1_001, conditions, ..promotion(1, Reward::FreeShipping {}) };
    let places = ["/label", "/priority", "/conditions/minimum/0/amount", "/conditions/skus", "/conditions/brands"];
    let more = ["/conditions/groups/0", "/conditions/until"];
    assert_eq!(pointers(&wrong), places.into_iter().chain(more).collect::<Vec<_>>());
}

#[test]
fn a_promotion_reads_back_and_passes_over_what_it_does_not_know() {
    let json = serde_json::json!({
        "id": id(1), "label": "3 for 2", "trigger": "code",
        "reward": {"kind": "buy_x_get_y", "buy": 2, "get": 1, "bp": 10000},
        "conditions": {"minimum": [{"amount": 100, "currency": "GBP"}, {"amount": 20, "currency": "JPY"}], "skus": ["A"], "until": "2026-01-01T00:00:00Z"},
        "priority": -3, "weather": "fine",
    });
    let read: Promotion = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(read.trigger, Trigger::Code);
    assert_eq!(read.reward, Reward::BuyXGetY { buy: 2, get: 1, bp: 10_000 });
    let again = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<Promotion>(&again).unwrap(), read);
    for reward in [
        Reward::Percentage { bp: 1 },
        Reward::Amount { amounts: gbp(5) },
        Reward::FreeShipping {},
        Reward::Tiers { tiers: vec![Tier { minimum: gbp(1), off: Off { bp: Some(1), amounts: Amounts::new() } }] },
    ] {
        let json = serde_json::to_string(&reward).unwrap();
        assert_eq!(serde_json::from_str::<Reward>(&json).unwrap(), reward, "{json}");
    }
}
