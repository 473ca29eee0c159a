//! Every way out of the happy path.

use super::{MINUTE, bought, cancel, cart, customer, mails, on_each, opens_again, papers, send, sold, stock};
use crate::races::{bank, pay};
use bodega_e2e::{Bought, TestShop, check_out, order_of};
use serde_json::json;

#[tokio::test]
async fn a_line_that_is_out_of_stock_cancels_and_every_claim_is_released() {
    on_each(async |shop: &mut TestShop| {
        let promotion = shop.doors.make_code("TENTH", 1).await.unwrap();
        let ada = customer(shop, 500).await;
        let bought = bought(shop, &ada, 11, json!({"coupon_code": "TENTH", "points": 300}), "cancelled").await;
        opens_again(shop, &ada, &bought, "out_of_stock").await;
        assert_eq!(stock(shop).await, [10, 0, 0]);
        assert_eq!(shop.doors.uses(&promotion).await.unwrap(), [0, 0, 1]);
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [500, 0, 0, 0]);
        assert_eq!(mails(shop, "order_cancelled", &bought).await, 1);
        assert_eq!(papers(&shop.order(&bought).await.unwrap()), []);
    })
    .await;
}

#[tokio::test]
async fn a_code_that_is_used_up_cancels_and_the_cart_opens_again() {
    on_each(async |shop: &mut TestShop| {
        let promotion = shop.doors.make_code("TENTH", 1).await.unwrap();
        let ada = customer(shop, 0).await;
        let late = cart(&ada, 1, json!({"coupon_code": "TENTH"})).await;
        bought(shop, &ada, 1, json!({"coupon_code": "TENTH"}), "confirmed").await;
        let refused = order_of(&ada.client, &late, "sim_success").await.unwrap();
        let cart = opens_again(shop, &ada, &refused, "coupon_rejected").await;
        assert_eq!((&cart["coupon"]["applied"], &cart["total"]["amount"]), (&json!(false), &json!(1_000)), "{cart}");
        assert_eq!(shop.doors.uses(&promotion).await.unwrap(), [0, 1, 1]);
        assert_eq!(stock(shop).await, [10, 0, 1]);
        // What it costs now is said once more before it is bought.
        let told = check_out(&ada.client, &late, "sim_success", "told").await.unwrap();
        assert_eq!((told.status.as_u16(), &told.body["code"]), (409, &json!("price_changed")), "{told:?}");
        let answer = check_out(&ada.client, &late, "sim_success", "without-it").await.unwrap().ok("checkout").unwrap();
        let bought = Bought::of(late.0, &answer).unwrap();
        shop.doors.reach(0, &bought, &["confirmed"]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn points_that_are_short_cancel_and_the_cart_opens_again() {
    on_each(async |shop: &mut TestShop| {
        let ada = customer(shop, 500).await;
        let late = cart(&ada, 1, json!({"points": 300})).await;
        bought(shop, &ada, 1, json!({"points": 300}), "confirmed").await;
        let refused = order_of(&ada.client, &late, "sim_success").await.unwrap();
        let cart = opens_again(shop, &ada, &refused, "points_rejected").await;
        assert_eq!((&cart["points"]["used"], &cart["total"]["amount"]), (&json!(0), &json!(1_000)), "{cart}");
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [200, 0, 7, 0]);
        assert_eq!(stock(shop).await, [10, 0, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_deadline_cancels_only_what_payments_has_closed() {
    on_each(async |shop: &mut TestShop| {
        let paid = shop.buy(&[("MUG", 1)], "sim_3ds").await.unwrap();
        let unpaid = shop.buy(&[("MUG", 2)], "sim_3ds").await.unwrap();
        let url = bank(&shop.doors, 0, &paid).await;
        bank(&shop.doors, 0, &unpaid).await;
        shop.later(29 * MINUTE).await.unwrap();
        pay(&shop.doors, 0, &url).await;
        shop.doors.reach(0, &paid, &["confirmed"]).await.unwrap();
        assert_eq!(shop.order(&unpaid).await.unwrap()["status"], "awaiting_payment");
        shop.later(2 * MINUTE).await.unwrap();
        let order = shop.doors.reach(0, &unpaid, &["cancelled"]).await.unwrap();
        assert_eq!(order["cancel_reason"], "payment_expired", "{order}");
        shop.settle().await.unwrap();
        assert_eq!(stock(shop).await, [10, 0, 1]);
        assert_eq!(shop.order(&paid).await.unwrap()["status"], "confirmed");
    })
    .await;
}

#[tokio::test]
async fn a_cancel_before_dispatch_gives_back_goods_code_points_and_money() {
    on_each(async |shop: &mut TestShop| {
        let promotion = shop.doors.make_code("TENTH", 1).await.unwrap();
        let ada = customer(shop, 500).await;
        let bought = bought(shop, &ada, 2, json!({"coupon_code": "TENTH", "points": 300}), "confirmed").await;
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [200, 0, 15, 0]);
        cancel(shop, &bought).await.ok("cancel").unwrap();
        shop.doors.reach(0, &bought, &["cancelled"]).await.unwrap();
        shop.prove().await.unwrap();
        let order = shop.order(&bought).await.unwrap();
        assert_eq!((&order["cancel_reason"], &order["payment_status"]), (&json!("by_shopper"), &json!("refunded")));
        assert_eq!(papers(&order), [("invoice", 1_500), ("credit_note", 1_500)], "{order}");
        assert_eq!(stock(shop).await, [10, 0, 0]);
        assert_eq!(shop.doors.uses(&promotion).await.unwrap(), [0, 0, 1]);
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [500, 0, 0, 0]);
        assert_eq!(shop.doors.fulfilment(&bought).await.unwrap()["state"], "cancelled");
        let told = (mails(shop, "order_cancelled", &bought).await, mails(shop, "refunded", &bought).await);
        assert_eq!(told, (1, 1));
        let refused = shop.doors.send(0, &bought, "manual", None, "parcel").await.unwrap();
        assert_eq!(refused.status.as_u16(), 409, "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn what_has_left_in_part_is_not_cancelled_any_more() {
    on_each(async |shop: &mut TestShop| {
        let bought = sold(shop, 2).await;
        send(shop, &bought, Some(1), "parcel").await;
        let answer = cancel(shop, &bought).await;
        assert!(answer.status.as_u16() < 500, "{answer:?}");
        shop.doors.reach(0, &bought, &["partially_shipped"]).await.unwrap();
        let answer = shop.write_order(&bought, "cancel", &json!({}), "again").await.unwrap();
        assert_eq!(answer.status.as_u16(), 409, "{answer:?}");
        shop.prove().await.unwrap();
        let order = shop.order(&bought).await.unwrap();
        assert_eq!((&order["status"], &order["payment_status"]), (&json!("partially_shipped"), &json!("captured")));
        assert_eq!(stock(shop).await, [9, 0, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_refund_takes_its_points_back_and_is_credited() {
    on_each(async |shop: &mut TestShop| {
        let ada = customer(shop, 0).await;
        let bought = bought(shop, &ada, 2, json!({}), "confirmed").await;
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [0, 0, 20, 0]);
        let refund = json!({"amount": {"amount": 500, "currency": "GBP"}, "reason": "broken"});
        let path = format!("/v1/orders/{}/refunds", bought.order_id);
        shop.staff.post(&path, &refund, Some("refund")).await.unwrap();
        shop.prove().await.unwrap();
        let order = shop.order(&bought).await.unwrap();
        assert_eq!(order["payment_status"], "partially_refunded", "{order}");
        assert_eq!(papers(&order), [("invoice", 2_000), ("credit_note", 500)], "{order}");
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [0, 0, 15, 0]);
        assert_eq!(mails(shop, "refunded", &bought).await, 1);
    })
    .await;
}
