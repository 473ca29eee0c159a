//! Whom a promotion is for and what it is for: members of groups, and goods in categories below the one it names.

use crate::{
    said::{by_code, product, product_id, promotion},
    setup::{Shop, buyer, full},
};
use bodega_contracts::{CategoryId, identity::UserGroupsChanged};
use bodega_kernel::UserId;
use bodega_pricing::Reward;
use bodega_testkit::{Asker, arrivals, stories};
use serde_json::{Value, json};

stories!(
    members_of_a_group_have_its_promotion,
    a_code_for_a_group_says_why_it_does_nothing_for_others,
    a_promotion_on_a_category_sees_goods_in_those_below_it,
    groups_come_to_the_same_end_in_any_order,
);

fn groups(user: UserId, version: i64, names: &[&str]) -> UserGroupsChanged {
    UserGroupsChanged { user_id: user, version, groups: names.iter().map(|name| (*name).to_owned()).collect() }
}

async fn off(shop: &Shop, asker: &Asker) -> i64 {
    let made = shop.call(asker, "POST", "/v1/carts", full(&[("A", 1)])).await.expect(201);
    let all = made.json["discounts"].as_array().unwrap();
    all.iter().map(|discount| discount["amount"]["amount"].as_i64().unwrap()).sum()
}

async fn members_of_a_group_have_its_promotion(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 1_000)])).await;
    let mut trade = promotion(1, Reward::Percentage { bp: 2_500 });
    trade.promotion.conditions.groups = vec!["trade".to_owned()];
    shop.hear(&trade).await;
    let (member, other) = (UserId::new(&shop.world), UserId::new(&shop.world));
    shop.hear(&groups(member, 1, &["trade", "vip"])).await;
    shop.hear(&groups(other, 1, &["vip"])).await;
    assert_eq!((off(shop, &buyer(member)).await, off(shop, &buyer(other)).await), (250, 0));
    assert_eq!(off(shop, &Asker::default()).await, 0);
    let made = shop.call(&buyer(member), "POST", "/v1/carts", full(&[("A", 1)])).await.expect(201);
    let path = format!("/v1/carts/{}", made.field("id"));
    let read = shop.call(&buyer(member), "GET", &path, Value::Null).await;
    assert_eq!(read.json["changes"], json!([]));
    // Who leaves the group is shown it before they pay.
    shop.hear(&groups(member, 2, &[])).await;
    let refused = shop.check_out(&path, &buyer(member), "first").await;
    assert_eq!((refused.status, refused.code()), (409, "price_changed"));
    shop.check_out(&path, &buyer(member), "second").await.expect(202);
    assert_eq!(shop.orders().await[0].priced.discount, 0);
}

async fn a_code_for_a_group_says_why_it_does_nothing_for_others(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 1_000)])).await;
    let mut trade = by_code(1, Reward::Percentage { bp: 1_000 });
    trade.promotion.conditions.groups = vec!["trade".to_owned()];
    shop.know_codes(&[("TRADE", &trade, None)]);
    let user = UserId::new(&shop.world);
    let mut body = full(&[("A", 1)]);
    body["coupon_code"] = json!("trade");
    let made = shop.call(&buyer(user), "POST", "/v1/carts", body).await.expect(201);
    assert_eq!((&made.json["coupon"]["applied"], &made.json["coupon"]["reason"]), (&json!(false), &json!("not_yours")));
    shop.hear(&groups(user, 1, &["trade"])).await;
    let path = format!("/v1/carts/{}", made.field("id"));
    let read = shop.call(&buyer(user), "GET", &path, Value::Null).await;
    assert_eq!(read.json["coupon"]["applied"], true);
}

async fn a_promotion_on_a_category_sees_goods_in_those_below_it(shop: &Shop) {
    let [homeware, kitchen, mugs, garden] = [1, 2, 3, 4].map(|number| CategoryId(product_id(200 + number).0));
    // The catalogue tells the categories a product was put into with all above them.
    let mut mug = product(1, 1, &[("A", 1_000)]);
    mug.category_ids = vec![mugs, kitchen, homeware];
    let mut spade = product(2, 1, &[("S", 1_000)]);
    spade.category_ids = vec![garden];
    shop.hear_all(vec![shop.said(&mug), shop.said(&spade)]).await;
    let mut of_homeware = promotion(1, Reward::Percentage { bp: 1_000 });
    of_homeware.promotion.conditions.categories = vec![homeware.0];
    shop.hear(&of_homeware).await;
    let made = shop.call(&Asker::default(), "POST", "/v1/carts", full(&[("A", 1), ("S", 1)])).await.expect(201);
    let taken: Vec<i64> = made.json["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            line["discounts"].as_array().unwrap().iter().map(|one| one["amount"]["amount"].as_i64().unwrap()).sum()
        })
        .collect();
    assert_eq!(taken, [100, 0]);
}

async fn groups_come_to_the_same_end_in_any_order(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 1_000)])).await;
    let mut trade = promotion(1, Reward::Percentage { bp: 2_500 });
    trade.promotion.conditions.groups = vec!["trade".to_owned()];
    shop.hear(&trade).await;
    for order in arrivals(3, 0) {
        let user = UserId::new(&shop.world);
        let facts = [groups(user, 1, &["trade"]), groups(user, 2, &[]), groups(user, 3, &["trade", "vip"])];
        for index in &order {
            let said = shop.said(&facts[*index]);
            shop.hear_all(vec![said.clone(), said]).await;
        }
        assert_eq!(off(shop, &buyer(user)).await, 250, "{order:?}");
    }
}
