//! Orders that replace goods which came back: one for each return, at no price, whatever is known of the goods.

use crate::{
    said::{cancelled, product, sku},
    setup::{Shop, buyer},
};
use bodega_contracts::{
    CartId, OrderId, OrderLine, ReturnId,
    cart::{CheckedOutOrder, CheckoutFacts},
    orders::{CancelReason, ExchangeDue},
};
use bodega_kernel::{Currency, Money, UserId};
use bodega_testkit::stories;
use serde_json::Value;
use std::collections::HashSet;

stories!(
    goods_that_came_back_are_replaced_at_no_price,
    each_return_is_replaced_once_however_often_it_is_told,
    what_nothing_is_known_of_is_replaced_all_the_same,
    a_replacement_that_cannot_be_had_opens_no_cart,
    exchanges_in_other_currencies_and_of_great_worth_are_counted,
    one_that_cannot_be_made_does_not_stop_the_others,
);

fn line(name: &str, quantity: i64) -> OrderLine {
    OrderLine { sku: sku(name), quantity, stocked: true }
}

fn due(shop: &Shop, lines: Vec<OrderLine>) -> ExchangeDue {
    ExchangeDue {
        order_id: OrderId::new(&shop.world),
        return_id: ReturnId::new(&shop.world),
        replacement_id: OrderId::new(&shop.world),
        customer_id: None,
        email: "ada@example.org".to_owned(),
        shipping_address: Some(serde_json::from_value(crate::setup::address()).unwrap()),
        currency: Currency::GBP,
        lines,
    }
}

async fn goods_that_came_back_are_replaced_at_no_price(shop: &Shop) {
    let mut fee = product(2, 1, &[("FEE", 500)]);
    fee.variants[0].stocked = false;
    shop.hear_all(vec![shop.said(&product(1, 1, &[("A", 250), ("OLD", 100)])), shop.said(&fee)]).await;
    // OLD is not sold any more: its last known price counts.
    shop.hear(&product(1, 2, &[("A", 300)])).await;
    let user = UserId::new(&shop.world);
    let unstocked = OrderLine { stocked: false, ..line("FEE", 1) };
    let wanted = ExchangeDue { customer_id: Some(user), ..due(shop, vec![line("A", 2), line("OLD", 1), unstocked]) };
    shop.hear(&wanted).await;
    let orders = shop.orders().await;
    let [order] = &*orders else { panic!("{orders:?}") };
    assert_eq!((order.order_id, order.exchange_of), (wanted.replacement_id, Some(wanted.order_id)));
    assert_eq!(
        (order.customer_id, &*order.email, &order.shipping_address),
        (Some(user), "ada@example.org", &wanted.shipping_address)
    );
    assert_eq!((order.priced.subtotal, order.priced.discount, order.priced.total), (1_200, 1_200, 0));
    assert_eq!((&*order.basket.discounts[0].label, &order.basket.shipping), ("Exchange", &None));
    assert_eq!((order.priced.tax, &*order.payment_method, &*order.unstocked), (0, "none", &[sku("FEE")][..]));
    assert_eq!(order.priced, bodega_pricing::price(&order.basket).unwrap());
    assert!(order.number.starts_with("B-") && order.tenders.is_empty() && order.coupons.is_empty());
    let known = shop.rpc().ask(CheckedOutOrder { order_id: order.order_id }).await.unwrap().unwrap();
    assert_eq!((known.number.as_str(), known.customer_id), (order.number.as_str(), Some(user)));
    // Its cart is frozen, and its buyer's to see.
    let path = format!("/v1/carts/{}", order.cart_id);
    let cart = shop.call(&buyer(user), "GET", &path, Value::Null).await.expect(200);
    assert_eq!((&cart.json["status"], &cart.json["total"]["amount"]), (&"checked_out".into(), &0.into()));
    let changed = shop.call(&buyer(user), "PATCH", &path, serde_json::json!({"email": "e@example.org"})).await;
    assert_eq!(changed.code(), "cart_checked_out");
}

async fn each_return_is_replaced_once_however_often_it_is_told(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let all: Vec<ExchangeDue> = (0..20).map(|_| due(shop, vec![line("A", 1)])).collect();
    let mut batch: Vec<_> = all.iter().map(|one| shop.said(one)).collect();
    batch.extend(all.iter().rev().map(|one| shop.said(one)));
    for (replica, share) in batch.chunks(13).enumerate() {
        shop.insist(replica % shop.replicas(), share.to_vec()).await;
    }
    shop.spread(0, &batch).await;
    let orders = shop.orders().await;
    assert_eq!(orders.len(), all.len());
    let numbers: HashSet<&str> = orders.iter().map(|order| order.number.as_str()).collect();
    assert_eq!(numbers.len(), all.len());
    let carts: HashSet<CartId> = orders.iter().map(|order| order.cart_id).collect();
    assert_eq!(carts, all.iter().map(|one| CartId(one.return_id.0)).collect());
    assert_eq!(shop.rpc().ask(CheckoutFacts { after: None }).await.unwrap().len(), all.len());
    // Numbers of shoppers go on beside them.
    let (path, guest) = shop.full_cart(&[("A", 1)]).await;
    let bought = shop.check_out(&path, &guest, "k").await.expect(202);
    assert!(!numbers.contains(bought.field("order_number").as_str()));
}

async fn what_nothing_is_known_of_is_replaced_all_the_same(shop: &Shop) {
    shop.hear(&due(shop, vec![line("NEVER-HEARD", 3)])).await;
    let order = shop.orders().await.remove(0);
    let item = &order.basket.lines[0];
    assert_eq!((&*item.name, item.unit_price, item.quantity), ("NEVER-HEARD", 0, 3));
    assert_eq!((order.priced.total, order.priced.discount), (0, 0));
    assert!(order.unstocked.is_empty());
}

async fn a_replacement_that_cannot_be_had_opens_no_cart(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let user = UserId::new(&shop.world);
    shop.hear(&ExchangeDue { customer_id: Some(user), ..due(shop, vec![line("A", 1)]) }).await;
    let order = shop.orders().await.remove(0);
    shop.hear(&cancelled(&order, CancelReason::OutOfStock)).await;
    let path = format!("/v1/carts/{}", order.cart_id);
    let cart = shop.call(&buyer(user), "GET", &path, Value::Null).await;
    assert_eq!(cart.json["status"], "checked_out", "orders gives the money back; nothing is for sale here");
}

async fn exchanges_in_other_currencies_and_of_great_worth_are_counted(shop: &Shop) {
    let most = 1_000_000_000_000;
    let names: Vec<String> = (0..200).map(|number| format!("BIG-{number}")).collect();
    let all: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), most)).collect();
    let mut goods = product(1, 1, &all);
    goods.variants[0].other_prices = vec![Money::new(900, Currency::EUR)];
    shop.hear(&goods).await;
    let euros = ExchangeDue { currency: Currency::EUR, ..due(shop, vec![line("BIG-0", 1), line("BIG-1", 1)]) };
    let huge = due(shop, names.iter().map(|name| line(name, 10_000)).collect());
    shop.hear(&euros).await;
    shop.hear(&huge).await;
    let orders = shop.orders().await;
    assert_eq!((orders[0].basket.currency, orders[0].priced.subtotal, orders[0].priced.total), (Currency::EUR, 900, 0));
    assert_eq!((orders[1].priced.subtotal, orders[1].priced.total), (0, 0));
}

async fn one_that_cannot_be_made_does_not_stop_the_others(shop: &Shop) {
    shop.hear(&product(1, 1, &[("A", 250)])).await;
    let (bad, good) = (due(shop, vec![line("A", 0)]), due(shop, vec![line("A", 1)]));
    shop.deliver(vec![shop.said(&bad), shop.said(&good)]).await;
    let orders = shop.orders().await;
    assert_eq!(orders.iter().map(|order| order.order_id).collect::<Vec<_>>(), [good.replacement_id]);
    assert_eq!(shop.count("SELECT COUNT(*) FROM dead_letters", &[]).await, 1);
}
