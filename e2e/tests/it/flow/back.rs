//! What comes back and what is contested: returns, exchanges, disputes, and goods that were gone when they were paid.

use super::{DAY, customer, mails, on_each, papers, send, sold, stock, with};
use crate::races::{bank, pay};
use bodega::client::Headers;
use bodega_db::params;
use bodega_e2e::{Bought, TestShop};
use bodega_settings::Settings;
use serde_json::{Value, json};

/// A guest's mugs, sent and arrived.
async fn arrived(shop: &TestShop, mugs: i64) -> Bought {
    let bought = sold(shop, mugs).await;
    let parcel = send(shop, &bought, None, "parcel").await;
    shop.doors.arrived(&parcel).await.unwrap();
    shop.doors.reach(0, &bought, &["delivered"]).await.unwrap();
    bought
}

async fn contested(shop: &TestShop, bought: &Bought, state: &str) {
    let said = json!({"order_id": bought.order_id, "state": state});
    shop.staff.post("/v1/simulator/disputes", &said, None).await.unwrap();
}

/// The order once its money stands so.
async fn money(shop: &TestShop, bought: &Bought, status: &str) -> Value {
    for _ in 0..400 {
        let order = shop.order(bought).await.unwrap();
        if order["payment_status"] == status {
            return order;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{status} was not reached: {:#}", shop.order(bought).await.unwrap());
}

#[tokio::test]
async fn what_comes_back_is_counted_restocked_or_written_off_and_refunded() {
    on_each(async |shop: &mut TestShop| {
        let bought = arrived(shop, 4).await;
        let id = shop.doors.ask_back(&bought, "MUG", 3, &json!({})).await.unwrap();
        // Three were asked for, two came, one of them broken.
        let back = shop.doors.take_back(&id, "MUG", 1, 1).await.unwrap();
        assert_eq!((&back["state"], &back["refund"]["amount"]), (&json!("received"), &json!(2_000)), "{back}");
        let order = money(shop, &bought, "partially_refunded").await;
        shop.prove().await.unwrap();
        assert_eq!(stock(shop).await, [7, 0, 0], "one of four is on the shelf again");
        let order = if papers(&order).len() == 2 { order } else { shop.order(&bought).await.unwrap() };
        assert_eq!(papers(&order), [("invoice", 4_000), ("credit_note", 2_000)], "{order}");
        assert_eq!(mails(shop, "refunded", &bought).await, 1);
        // The rest may still come, and no more than that.
        let too_many = shop.doors.ask_back(&bought, "MUG", 3, &json!({})).await.unwrap_err().to_string();
        assert!(too_many.contains("409") || too_many.contains("422"), "{too_many}");
        let rest = shop.doors.ask_back(&bought, "MUG", 2, &json!({})).await.unwrap();
        shop.doors.take_back(&rest, "MUG", 2, 0).await.unwrap();
        let order = money(shop, &bought, "refunded").await;
        assert_eq!(order["fulfilment_status"], "returned", "{order}");
    })
    .await;
}

#[tokio::test]
async fn a_return_takes_its_points_back_and_keeps_a_shortfall_as_debt() {
    on_each(async |shop: &mut TestShop| {
        let ada = customer(shop, 0).await;
        let bought = super::bought(shop, &ada, 4, json!({}), "confirmed").await;
        let parcel = send(shop, &bought, None, "parcel").await;
        shop.doors.arrived(&parcel).await.unwrap();
        shop.doors.reach(0, &bought, &["delivered"]).await.unwrap();
        shop.later(15 * DAY).await.unwrap();
        shop.doors.reach(0, &bought, &["completed"]).await.unwrap();
        shop.settle().await.unwrap();
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [40, 0, 0, 0]);
        let taken = json!({"points": -30, "reason": "spent elsewhere"});
        shop.staff.post(&format!("/v1/customers/{}/points/adjustments", ada.id), &taken, None).await.unwrap();
        // Its return window is over: staff ask.
        let wish = json!({"lines": [{"sku": "MUG", "quantity": 2}], "reason": "goodwill", "wish": "refund"});
        let asked = shop.staff.post(&format!("/v1/orders/{}/returns", bought.order_id), &wish, Some("ask")).await;
        let id = asked.unwrap()["id"].as_str().unwrap().to_owned();
        let state = shop.staff.get(&format!("/v1/admin/returns/{id}"), Headers::default()).await.unwrap();
        if state["state"] == "requested" {
            shop.doors.act_on_return(&id, "approve", &json!({})).await.unwrap();
        }
        let counted = json!({"lines": [{"sku": "MUG", "restock": 2, "write_off": 0}]});
        shop.doors.act_on_return(&id, "receive", &counted).await.unwrap();
        shop.prove().await.unwrap();
        assert_eq!(shop.doors.points(&ada).await.unwrap(), [0, 0, 0, 10]);
    })
    .await;
}

#[tokio::test]
async fn an_exchange_sends_as_many_pieces_for_nothing() {
    on_each(async |shop: &mut TestShop| {
        shop.sell("BOWL", 1_000, 5).await.unwrap();
        let bought = arrived(shop, 2).await;
        let wish = json!({"wish": "exchange", "replacement": [{"sku": "BOWL", "quantity": 1}]});
        let id = shop.doors.ask_back(&bought, "MUG", 1, &wish).await.unwrap();
        let back = shop.doors.take_back(&id, "MUG", 1, 0).await.unwrap();
        let replacement = back["replacement_id"].as_str().unwrap().to_owned();
        shop.settle().await.unwrap();
        let path = format!("/v1/orders/{replacement}?wait=confirmed&timeout=20");
        let order = shop.staff.get(&path, Headers::default()).await.unwrap();
        assert_eq!((&order["status"], &order["total"]["amount"]), (&json!("confirmed"), &json!(0)), "{order}");
        assert_eq!(order["exchange_of"], json!(bought.order_id), "{order}");
        shop.prove().await.unwrap();
        let bowls = shop.stock("BOWL").await.unwrap();
        assert_eq!((&bowls["on_hand"], &bowls["allocated"]), (&json!(5), &json!(1)));
        assert_eq!(stock(shop).await, [9, 0, 0]);
        assert_eq!(shop.order(&bought).await.unwrap()["payment_status"], "captured");
    })
    .await;
}

#[tokio::test]
async fn what_was_sent_in_exchange_comes_back_and_what_was_paid_is_given_back() {
    on_each(async |shop: &mut TestShop| {
        shop.sell("BOWL", 1_500, 5).await.unwrap();
        let bought = arrived(shop, 2).await;
        let wish = json!({"wish": "exchange", "replacement": [{"sku": "BOWL", "quantity": 1}]});
        let id = shop.doors.ask_back(&bought, "MUG", 1, &wish).await.unwrap();
        let back = shop.doors.take_back(&id, "MUG", 1, 0).await.unwrap();
        shop.settle().await.unwrap();
        let order_id = back["replacement_id"].as_str().unwrap().parse().unwrap();
        let sent = Bought { cart_id: bought.cart_id, order_id, order_token: bought.order_token.clone() };
        let reaches = async |status: &str| {
            let path = format!("/v1/orders/{order_id}?wait={status}&timeout=20");
            assert_eq!(shop.staff.get(&path, Headers::default()).await.unwrap()["status"], status);
        };
        reaches("confirmed").await;
        shop.settle().await.unwrap();
        let parcel = send(shop, &sent, None, "bowl").await;
        shop.doors.arrived(&parcel).await.unwrap();
        reaches("delivered").await;
        let wish = json!({"lines": [{"sku": "BOWL", "quantity": 1}], "reason": "chipped", "wish": "refund"});
        let asked = shop.staff.post(&format!("/v1/orders/{order_id}/returns"), &wish, Some("bowl-back")).await.unwrap();
        let back = shop.doors.take_back(asked["id"].as_str().unwrap(), "BOWL", 1, 0).await.unwrap();
        // What was paid for the mug, not what a bowl costs.
        assert_eq!((&back["refund"]["amount"], &back["refund_order_id"]), (&json!(1_000), &json!(bought.order_id)));
        money(shop, &bought, "partially_refunded").await;
        shop.prove().await.unwrap();
        let order = shop.order(&bought).await.unwrap();
        assert_eq!(papers(&order), [("invoice", 2_000), ("credit_note", 1_000)], "{order}");
        let bowls = shop.stock("BOWL").await.unwrap();
        assert_eq!((&bowls["on_hand"], &bowls["allocated"]), (&json!(5), &json!(0)));
        // The other mug is still worth what it cost, and nothing is left after it.
        let id = shop.doors.ask_back(&bought, "MUG", 1, &json!({})).await.unwrap();
        shop.doors.take_back(&id, "MUG", 1, 0).await.unwrap();
        money(shop, &bought, "refunded").await;
        shop.prove().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_dispute_flags_the_order_and_holds_its_parcels() {
    let alerts = |settings: &mut Settings| settings.mail.staff = "desk@example.com".to_owned();
    with(alerts, async |shop: &mut TestShop| {
        let (won, lost) = (sold(shop, 1).await, sold(shop, 1).await);
        for bought in [&won, &lost] {
            contested(shop, bought, "opened").await;
            money(shop, bought, "disputed").await;
            shop.settle().await.unwrap();
            let held = shop.doors.send(0, bought, "manual", None, "held").await.unwrap();
            assert_eq!((held.status.as_u16(), &held.body["code"]), (409, &json!("disputed")), "{held:?}");
        }
        assert_eq!(shop.doors.mails("kind=payment_disputed").await.unwrap().len(), 2);
        contested(shop, &won, "won").await;
        money(shop, &won, "captured").await;
        shop.settle().await.unwrap();
        send(shop, &won, None, "released").await;
        shop.doors.reach(0, &won, &["shipped"]).await.unwrap();
        contested(shop, &lost, "lost").await;
        money(shop, &lost, "refunded").await;
    })
    .await;
}

#[tokio::test]
async fn a_paid_order_whose_goods_are_gone_is_cancelled_and_refunded() {
    on_each(async |shop: &mut TestShop| {
        let late = shop.buy(&[("MUG", 10)], "sim_3ds").await.unwrap();
        let url = bank(&shop.doors, 0, &late).await;
        shop.settle().await.unwrap();
        // The safety net of inventory is faster here than the payment's deadline.
        let db = shop.service("inventory").unwrap().db.clone();
        db.write(async |tx| {
            tx.execute("UPDATE turnstile SET turn = NULL", &[]).await?;
            tx.execute("UPDATE reservations SET at_ms = $1", &params![0_i64]).await
        })
        .await
        .unwrap();
        for _ in 0..1_000 {
            if stock(shop).await == [10, 0, 0] {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        let quick = sold(shop, 1).await;
        pay(&shop.doors, 0, &url).await;
        let order = shop.doors.reach(0, &late, &["cancelled"]).await.unwrap();
        assert_eq!(order["cancel_reason"], "paid_out_of_stock", "{order}");
        shop.prove().await.unwrap();
        let order = money(shop, &late, "refunded").await;
        assert_eq!(papers(&order), [("invoice", 10_000), ("credit_note", 10_000)], "{order}");
        assert_eq!(mails(shop, "order_cancelled", &late).await, 1);
        assert_eq!(
            (shop.order(&quick).await.unwrap()["status"].clone(), stock(shop).await),
            (json!("confirmed"), [10, 0, 1])
        );
    })
    .await;
}
