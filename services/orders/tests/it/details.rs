//! What whoever writes mails learns of many orders at once.

use crate::setup::Shop;
use bodega_contracts::{
    OrderId,
    orders::{Details, OrderDetails, OrdersDetails},
};
use bodega_db::{DbError, Tx, params};
use bodega_rpc::RpcError;
use bodega_testkit::{Ask, stories};

async fn ask(shop: &Shop, order_ids: &[OrderId]) -> Result<Vec<Option<Details>>, RpcError> {
    shop.rpc().ask(OrdersDetails { order_ids: order_ids.to_vec() }).await
}

async fn placed(shop: &Shop, count: usize) -> Vec<OrderId> {
    let orders: Vec<OrderId> = (0..count).map(|_| shop.order()).collect();
    shop.deliver(orders.iter().map(|order| shop.said(&shop.odd_checkout(*order, None))).collect()).await;
    orders
}

async fn put_snapshot(shop: &Shop, order: OrderId, body: String) {
    let sql = "UPDATE order_snapshots SET body = $2 WHERE order_id = $1";
    let put = shop.db().write(async move |tx: &mut Tx| tx.execute(sql, &params![order.0, body]).await);
    assert_eq!(put.await.map_err(|error: DbError| error.to_string()), Ok(1));
}

async fn many_orders_are_answered_as_each_alone_would_be(shop: &Shop) {
    let orders = placed(shop, 3).await;
    let address = serde_json::to_value(Shop::address("Mary Somerville")).unwrap();
    let moved = Ask::new("PUT", format!("/v1/orders/{}/shipping-address", orders[1]));
    let _ = shop.ask_until_served(0, moved.by(Shop::staff()).json(&address)).await.expect(200);
    let asked = [orders[2], shop.order(), orders[1], orders[0], orders[2]];
    let answers = ask(shop, &asked).await.unwrap();
    assert_eq!(answers.len(), asked.len());
    for (order_id, answer) in asked.into_iter().zip(&answers) {
        assert_eq!(shop.rpc().ask(OrderDetails { order_id }).await.unwrap(), *answer);
    }
    assert_eq!((answers[1].is_none(), answers[0].is_some()), (true, true));
    let address = answers[2].as_ref().unwrap().shipping_address.clone();
    assert_eq!(address, Some(Shop::address("Mary Somerville")));
    assert_eq!(ask(shop, &[]).await, Ok(Vec::new()));
    let refused = ask(shop, &vec![orders[0]; OrdersDetails::MOST + 1]).await;
    assert!(matches!(refused, Err(RpcError::Refused(_))), "{refused:?}");
}

async fn an_answer_that_would_be_too_long_ends_early(shop: &Shop) {
    let orders = placed(shop, 4).await;
    let whole = ask(shop, &orders).await.unwrap();
    for order in &orders[..3] {
        let read = "SELECT body FROM order_snapshots WHERE order_id = $1";
        let id = *order;
        let row = shop.db().write(async move |tx: &mut Tx| tx.query_one(read, &params![id.0]).await);
        let body: String = row.await.map_err(|error: DbError| error.to_string()).unwrap().unwrap().get(0).unwrap();
        put_snapshot(shop, *order, format!("{body}{}", " ".repeat(2 * 1024 * 1024))).await;
    }
    let (mut left, mut answers) = (&orders[..], Vec::new());
    let mut lengths = Vec::new();
    while !left.is_empty() {
        let answer = ask(shop, left).await.unwrap();
        left = &left[answer.len()..];
        lengths.push(answer.len());
        answers.extend(answer);
    }
    assert_eq!((lengths, answers), (vec![1, 1, 2], whole));
}

async fn an_order_that_cannot_be_read_stands_in_the_way_of_no_other(shop: &Shop) {
    let orders = placed(shop, 4).await;
    put_snapshot(shop, orders[1], "{".to_owned()).await;
    assert_eq!(ask(shop, &orders).await.unwrap().len(), 1);
    assert!(matches!(ask(shop, &orders[1..]).await, Err(RpcError::Refused(_))));
    assert_eq!(ask(shop, &orders[2..]).await.unwrap().len(), 2);
}

stories![
    many_orders_are_answered_as_each_alone_would_be,
    an_answer_that_would_be_too_long_ends_early,
    an_order_that_cannot_be_read_stands_in_the_way_of_no_other,
];
