//! A thousand at once for what is limited besides goods: uses of a code, points of a customer, and whether an order
//! leaves or ends.

use crate::races::{CONTENDERS, at_one_door, cancel, count};
use bodega_e2e::{Doors, cart_with, check_out, everybody, order_of};
use serde_json::{Value, json};
use std::time::Duration;

/// Uses of the code, and of the points.
const USES: usize = 100;
/// Orders that are sent while they are cancelled.
const ORDERS: usize = 200;

/// A thousand with a code that is good for a hundred.
pub(crate) async fn use_a_code_up(doors: &Doors) {
    doors.sell("MUG", 1_000, 10_000).await.unwrap();
    let promotion = doors.make_code("HUNDRED", USES as i64).await.unwrap();
    let with_code = json!({"coupon_code": "HUNDRED"});
    let carts =
        &everybody(CONTENDERS, async |number| cart_with(doors.guest(number), &[("MUG", 1)], &with_code).await.unwrap())
            .await;
    let bought =
        &everybody(CONTENDERS, async |number| doors.order_of(number + 1, &carts[number], "sim_success").await.unwrap())
            .await;
    let orders = everybody(CONTENDERS, async |number| {
        doors.reach(number, &bought[number], &["confirmed", "cancelled"]).await.unwrap()
    })
    .await;
    assert_eq!((count(&orders, "confirmed"), count(&orders, "cancelled")), (USES, CONTENDERS - USES));
    assert_eq!(refused_for(&orders, "coupon_rejected"), CONTENDERS - USES);
    doors.prove().await.unwrap();
    assert_eq!(doors.uses(&promotion).await.unwrap(), [0, 100, 900]);
    assert_eq!(doors.stock(1, "MUG").await.unwrap()["available"], json!(10_000 - USES));
}

/// A thousand carts of one customer, whose points are enough for a hundred.
pub(crate) async fn spend_points_at_once(doors: &Doors) {
    doors.sell("MUG", 1_000, 10_000).await.unwrap();
    let ada = &doors.customer("ada@example.com", 7 * USES as i64 + 3).await.unwrap();
    let with_points = json!({"points": 7});
    let carts =
        &everybody(CONTENDERS, async |_| cart_with(&ada.client, &[("MUG", 1)], &with_points).await.unwrap()).await;
    let bought =
        &everybody(CONTENDERS, async |number| order_of(&ada.client, &carts[number], "sim_success").await.unwrap())
            .await;
    let orders = everybody(CONTENDERS, async |number| {
        doors.reach(number, &bought[number], &["confirmed", "cancelled"]).await.unwrap()
    })
    .await;
    assert_eq!((count(&orders, "confirmed"), count(&orders, "cancelled")), (USES, CONTENDERS - USES));
    assert_eq!(refused_for(&orders, "points_rejected"), CONTENDERS - USES);
    doors.prove().await.unwrap();
    // 9.93 each, a point for each whole pound of it.
    assert_eq!(doors.points(ada).await.unwrap(), [3, 0, 9 * USES as i64, 0]);
    // A cart whose points were refused is open again and goes on without them.
    let cancelled = orders.iter().find(|order| order["status"] == "cancelled").unwrap();
    let refused = bought.iter().find(|bought| cancelled["id"] == bought.order_id.to_string()).unwrap();
    let answer = check_out(&ada.client, &(refused.cart_id, String::new()), "sim_success", "once-more").await.unwrap();
    assert!(answer.status == 202 || answer.body["code"] == "price_changed", "{answer:?}");
}

fn refused_for(orders: &[Value], reason: &str) -> usize {
    orders.iter().filter(|order| order["cancel_reason"] == reason).count()
}

/// Two hundred orders, each sent by staff and cancelled by its shopper: some one after the other, the rest at once.
pub(crate) async fn dispatch_against_cancel(doors: &Doors) {
    doors.sell("MUG", 1_000, 1_000).await.unwrap();
    let bought = &everybody(ORDERS, async |number| {
        let bought = doors.buy(number, &[("MUG", 2)], "sim_success").await.unwrap();
        doors.reach(number, &bought, &["confirmed"]).await.unwrap();
        bought
    })
    .await;
    doors.prove().await.unwrap();
    let answers = everybody(ORDERS, async |number| {
        let dispatch = async || doors.send(number, &bought[number], "manual", None, "parcel").await.unwrap();
        let give_up = async || cancel(doors, number + 1, &bought[number]).await;
        let answer = match number % 4 {
            0 => {
                let answer = dispatch().await;
                give_up().await;
                answer
            }
            1 => {
                give_up().await;
                doors.reach(number, &bought[number], &["cancelled"]).await.unwrap();
                dispatch().await
            }
            // Cancelling takes two steps: some parcels come before them, some between, some after.
            _ => {
                let later = async {
                    tokio::time::sleep(Duration::from_millis(number as u64 % 10 * 20)).await;
                    dispatch().await
                };
                tokio::join!(later, give_up()).0
            }
        };
        assert!(answer.status == 201 || answer.status == 409, "{answer:?}");
        (number, answer.status == 201)
    })
    .await;
    let mut left = 0;
    for (number, has_left) in answers {
        let order = doors.reach(number, &bought[number], &["shipped", "cancelled"]).await.unwrap();
        assert_eq!(order["status"] == "shipped", has_left, "{order}");
        assert!(number % 4 > 1 || has_left == (number % 4 == 0), "who comes first wins: {order}");
        left += i64::from(has_left);
    }
    doors.prove().await.unwrap();
    let stock = doors.stock(1, "MUG").await.unwrap();
    let figures = ["on_hand", "held", "allocated"].map(|figure| stock[figure].as_i64().unwrap());
    assert_eq!(figures, [1_000 - 2 * left, 0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_for_a_hundred_is_used_a_hundred_times() {
    at_one_door(use_a_code_up).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn points_are_spent_once_from_however_many_carts() {
    at_one_door(spend_points_at_once).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_sent_while_it_is_cancelled_does_exactly_one_of_both() {
    at_one_door(dispatch_against_cancel).await;
}
