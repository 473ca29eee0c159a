//! Goods that are exchanged: as many go out as came back, and nothing is given back for them.

use crate::setup::Shop;
use bodega_contracts::{
    OrderId,
    orders::{ExchangeDue, OrderStatus, ReturnReceived},
};
use serde_json::{Value, json};

fn wish(mugs: i64, replacement: &Value) -> Value {
    json!({
        "lines": [{"sku": "mug", "quantity": mugs}], "reason": "too small", "wish": "exchange",
        "replacement": replacement,
    })
}

async fn as_many_go_out_as_came_back_and_both_orders_know_it(shop: &Shop) {
    let user = shop.user();
    let order = shop.arrived(Some(user)).await;
    let wanted = json!([{"sku": "big-mug", "quantity": 2}, {"sku": "huge-mug", "quantity": 2}]);
    let id = shop.approved(order, &wish(4, &wanted)).await;
    let receipt = json!({"lines": [{"sku": "mug", "restock": 2, "write_off": 1}]});
    let received = shop.do_return(0, &id, "receive", &receipt).await.expect(200).json;
    assert_eq!(received["refund"]["amount"], 0);
    let told = shop.told::<ReturnReceived>().await.remove(0);
    assert_eq!((told.refund.amount, told.restock[0].quantity, told.written_off[0].quantity), (0, 2, 1));
    let due = shop.told::<ExchangeDue>().await.remove(0);
    let sent: Vec<(&str, i64)> = due.lines.iter().map(|line| (line.sku.as_str(), line.quantity)).collect();
    assert_eq!(sent, [("big-mug", 2), ("huge-mug", 1)], "the first that were wished for");
    assert_eq!((due.customer_id, due.email.as_str()), (Some(user), "Ada@example.com"));
    assert_eq!(due.shipping_address, Some(Shop::address("Ada Lovelace")));
    assert_eq!(received["replacement_id"], json!(due.replacement_id));
    replaced(shop, order, due.replacement_id).await;
}

/// Cart makes the order, and each leads to the other.
async fn replaced(shop: &Shop, order: OrderId, replacement: OrderId) {
    let mut checkout = shop.free_checkout(replacement);
    checkout.exchange_of = Some(order);
    shop.deliver(vec![shop.said(&checkout)]).await;
    shop.deliver(vec![shop.reserved(replacement)]).await;
    assert_eq!(shop.fact(replacement).await.status, OrderStatus::Confirmed);
    assert_eq!(shop.view(replacement).await["exchange_of"], json!(order));
    assert_eq!(shop.view(order).await["returns"][0]["replacement_id"], json!(replacement));
    shop.check_books().await;
}

async fn what_was_exchanged_is_never_given_back_as_money(shop: &Shop) {
    let order = shop.arrived(None).await;
    let id = shop.approved(order, &wish(2, &json!([{"sku": "big-mug", "quantity": 2}]))).await;
    let receipt = json!({"lines": [{"sku": "mug", "restock": 2}], "refund_shipping": true});
    let received = shop.do_return(0, &id, "receive", &receipt).await.expect(200).json;
    assert_eq!(received["refund"]["amount"], 450, "the shipping where staff say so");
    let rest = json!({"lines": [{"sku": "mug", "quantity": 5}], "reason": "no", "wish": "refund"});
    let id = shop.approved(order, &rest).await;
    let received = shop.do_return(0, &id, "receive", &json!({"lines": [{"sku": "mug", "restock": 5}]})).await;
    // The two that were exchanged had 129 of 901 each.
    assert_eq!(received.expect(200).json["refund"]["amount"], 901 - 258);
    assert_eq!(shop.view(order).await["fulfilment_status"], "returned");
}

async fn an_exchange_of_which_nothing_came_sends_nothing(shop: &Shop) {
    let order = shop.arrived(None).await;
    let id = shop.approved(order, &wish(1, &json!([{"sku": "big-mug", "quantity": 1}]))).await;
    let received = shop.do_return(0, &id, "receive", &json!({"lines": []})).await.expect(200).json;
    assert_eq!(received.get("replacement_id"), None);
    assert!(shop.told::<ExchangeDue>().await.is_empty());
}

bodega_testkit::stories![
    as_many_go_out_as_came_back_and_both_orders_know_it,
    what_was_exchanged_is_never_given_back_as_money,
    an_exchange_of_which_nothing_came_sends_nothing,
];
