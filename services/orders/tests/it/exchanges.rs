//! Goods that are exchanged: as many go out as came back, and what goes out is worth what was paid for what came.

use crate::setup::Shop;
use bodega_contracts::{
    CartId, OrderId, OrderLine, ShipmentId,
    cart::CartCheckedOut,
    orders::{ExchangeDue, OrderStatus, ReturnFacts, ReturnReceived},
    shipping::ShipmentDelivered,
};
use bodega_pricing::{Basket, Discount, DiscountKind, Item, price};
use futures_util::future::join_all;
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

impl Shop {
    /// What goes out for what came back arrives; which order that is.
    async fn sent_in_exchange(&self, nth: usize) -> OrderId {
        let due = self.told::<ExchangeDue>().await.remove(nth);
        let order_id = due.replacement_id;
        let item = |line: &OrderLine| Item {
            sku: line.sku.clone(),
            name: format!("a {}", line.sku),
            unit_price: 5_000,
            quantity: line.quantity,
            tax_rate_bp: 500,
        };
        let kind = DiscountKind::Percentage { bp: 10_000 };
        let basket = Basket {
            currency: due.currency,
            prices_include_tax: true,
            lines: due.lines.iter().map(item).collect(),
            discounts: vec![Discount { label: "Exchange".to_owned(), kind, skus: None }],
            shipping: None,
        };
        let pieces = due.lines.iter().map(|line| line.quantity).sum();
        let checkout = CartCheckedOut {
            priced: price(&basket).unwrap(),
            basket,
            unstocked: Vec::new(),
            exchange_of: Some(due.order_id),
            ..self.checkout(order_id, due.customer_id)
        };
        self.deliver(vec![self.said(&checkout)]).await;
        let arrived = ShipmentDelivered { order_id, shipment_id: ShipmentId(order_id.0), delivered: pieces, pieces };
        self.deliver(vec![self.reserved(order_id), self.allocated(order_id), self.said(&arrived)]).await;
        order_id
    }

    /// So many pieces of a SKU come back for a wish.
    async fn comes(&self, order: OrderId, sku: &str, pieces: i64, wish: &Value) -> Value {
        let mut wanted = json!({"lines": [{"sku": sku, "quantity": pieces}], "reason": "no", "wish": "refund"});
        wish.as_object().unwrap().iter().for_each(|(name, value)| wanted[name] = value.clone());
        let id = self.approved(order, &wanted).await;
        let receipt = json!({"lines": [{"sku": sku, "restock": pieces}]});
        self.do_return(0, &id, "receive", &receipt).await.expect(200).json
    }

    /// What is given back of each order for its returns, as `verify` sees it: of what was sent in exchange nothing.
    async fn given_back(&self, paid: OrderId) -> i64 {
        let facts = self.rpc().ask(ReturnFacts { after: None }).await.unwrap();
        assert!(facts.iter().all(|fact| fact.refund == 0 || fact.order_id == paid), "{facts:?}");
        let told = self.told::<ReturnReceived>().await;
        let (kept, told): (i64, i64) =
            (facts.iter().map(|fact| fact.refund).sum(), told.iter().map(|event| event.refund.amount).sum());
        assert_eq!(kept, told);
        kept
    }
}

fn instead(sku: &str, pieces: i64) -> Value {
    json!({"wish": "exchange", "replacement": [{"sku": sku, "quantity": pieces}]})
}

async fn what_was_sent_in_exchange_is_worth_what_was_paid_for_what_it_stands_for(shop: &Shop) {
    shop.is_called("The Corner Shop");
    let paid = shop.arrived(None).await;
    shop.comes(paid, "mug", 3, &instead("big-mug", 3)).await;
    let big = shop.sent_in_exchange(0).await;
    // The first three of seven had 129 of 901 each.
    let back = shop.comes(big, "big-mug", 1, &json!({})).await;
    assert_eq!((&back["refund"]["amount"], &back["refund_order_id"]), (&json!(129), &json!(paid)));
    let told = shop.told::<ReturnReceived>().await;
    let (goods, money) = (&told[1], &told[2]);
    assert_eq!((goods.order_id, goods.refund.amount, goods.restock[0].quantity), (big, 0, 1));
    assert_eq!((money.order_id, money.refund.amount, money.restock.len()), (paid, 129, 0));
    let returns = shop.view(paid).await["returns"].clone();
    assert_eq!((&returns[1]["settles"], &returns[1]["state"]), (&back["id"], &json!("received")));
    assert_eq!((&returns[1]["refund"]["amount"], &returns[1]["lines"]), (&json!(129), &json!([])));
    // What stands for it stands for it, however often it is exchanged.
    shop.comes(big, "big-mug", 2, &instead("huge-mug", 2)).await;
    let huge = shop.sent_in_exchange(1).await;
    assert_eq!(shop.comes(huge, "huge-mug", 2, &json!({})).await["refund"]["amount"], 258);
    assert_eq!(shop.comes(paid, "mug", 4, &json!({})).await["refund"]["amount"], 901 - 3 * 129);
    assert_eq!(shop.given_back(paid).await, 901);
    for (order, sku) in [(paid, "mug"), (big, "big-mug"), (huge, "huge-mug")] {
        let more = json!({"lines": [{"sku": sku, "quantity": 1}], "reason": "no", "wish": "refund"});
        assert_eq!(shop.ask_return(0, &Shop::staff(), order, &more).await.code(), "exceeds_returnable");
    }
    shop.deliver(vec![shop.refunded(paid, 129)]).await;
    let note = shop.listed(paid).await.into_iter().find(|(_, kind, _)| kind == "credit_note").unwrap().2;
    let note = shop.read(0, &shop.guest(paid), &note).await.text();
    assert!(note.contains("a mug") && note.contains("1.29") && !note.contains("big-mug"), "{note}");
    shop.check_books().await;
}

async fn goods_and_what_was_sent_for_them_that_come_back_at_once_are_paid_back_once(shop: &Shop) {
    let paid = shop.arrived(None).await;
    shop.comes(paid, "mug", 3, &instead("big-mug", 3)).await;
    let big = shop.sent_in_exchange(0).await;
    let mut ids = Vec::new();
    for (order, sku, count) in [(paid, "mug", 4), (big, "big-mug", 3)] {
        let one = json!({"lines": [{"sku": sku, "quantity": 1}], "reason": "no", "wish": "refund"});
        for _ in 0..count {
            ids.push((shop.approved(order, &one).await, json!({"lines": [{"sku": sku, "restock": 1}]})));
        }
    }
    let thrice = ids.iter().chain(&ids).chain(ids.iter().rev()).enumerate();
    let received = thrice.map(|(replica, (id, receipt))| shop.do_return(replica, id, "receive", receipt));
    let received = join_all(received).await;
    let served = received.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((served, received.iter().filter(|answer| answer.status == 409).count()), (7, 14));
    assert_eq!(shop.given_back(paid).await, 901);
    shop.check_books().await;
}

async fn store_credit_for_what_was_sent_in_exchange_is_for_whoever_has_the_order(shop: &Shop) {
    let user = shop.user();
    let paid = shop.arrived(Some(user)).await;
    shop.comes(paid, "mug", 7, &instead("big-mug", 7)).await;
    let big = shop.sent_in_exchange(0).await;
    shop.comes(big, "big-mug", 7, &json!({"wish": "store_credit"})).await;
    let told = shop.told::<ReturnReceived>().await.pop().unwrap();
    assert_eq!((told.order_id, told.refund.amount, told.to_credit), (paid, 901, true));
    assert_eq!(told.customer_id, Some(user));
    assert!(shop.get(&Shop::customer(shop.user()), &format!("/v1/orders/{paid}/returns")).await.status == 404);
}

async fn what_cannot_be_sent_in_exchange_is_paid_back_once(shop: &Shop) {
    let paid = shop.arrived(None).await;
    for pieces in [2, 1] {
        shop.comes(paid, "mug", pieces, &instead("big-mug", pieces)).await;
    }
    let due = shop.told::<ExchangeDue>().await;
    for due in &due {
        let mut checkout = shop.free_checkout(due.replacement_id);
        (checkout.exchange_of, checkout.cart_id) = (Some(paid), CartId(due.return_id.0));
        shop.deliver(vec![shop.said(&checkout)]).await;
    }
    assert_eq!(shop.given_back(paid).await, 0);
    let [gone, unwanted] = [0, 1].map(|nth: usize| due[nth].replacement_id);
    shop.deliver(vec![shop.rejected(gone)]).await;
    shop.cancel(0, &shop.guest(unwanted), unwanted).await.expect(200);
    // One that was free, and no exchange.
    let free = shop.order();
    shop.deliver(vec![shop.said(&shop.free_checkout(free))]).await;
    shop.deliver(vec![shop.rejected(free)]).await;
    tokio::join!(shop.fire_timers(0), shop.fire_timers(1));
    while shop.fire_timers(0).await {}
    assert_eq!(shop.given_back(paid).await, 3 * 129);
    shop.deliver(vec![shop.rejected(gone), shop.released(gone)]).await;
    while shop.fire_timers(1).await {}
    assert_eq!(shop.comes(paid, "mug", 4, &json!({})).await["refund"]["amount"], 901 - 3 * 129);
    assert_eq!(shop.given_back(paid).await, 901);
    let returns = shop.view(paid).await["returns"].clone();
    assert_eq!((&returns[0]["refund"]["amount"], &returns[0]["refund_order_id"]), (&json!(258), &json!(paid)));
    assert_eq!((&returns[2]["wish"], &returns[2]["settles"]), (&json!("refund"), &returns[0]["id"]));
    shop.check_books().await;
}

bodega_testkit::stories![
    what_cannot_be_sent_in_exchange_is_paid_back_once,
    what_was_sent_in_exchange_is_worth_what_was_paid_for_what_it_stands_for,
    goods_and_what_was_sent_for_them_that_come_back_at_once_are_paid_back_once,
    store_credit_for_what_was_sent_in_exchange_is_for_whoever_has_the_order,
    as_many_go_out_as_came_back_and_both_orders_know_it,
    what_was_exchanged_is_never_given_back_as_money,
    an_exchange_of_which_nothing_came_sends_nothing,
];
