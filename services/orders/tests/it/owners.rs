//! Orders of guests join the account that has shown their address to be its own, whatever is heard first.

use crate::setup::{Shop, TOTAL};
use bodega_contracts::{
    OrderId,
    identity::UserEmailVerified,
    orders::{OrderCompleted, OrderConfirmed, OrderDetails, OrderPlaced, OrderStanding, OrderStatus, ReturnReceived},
};
use bodega_db::{Envelope, params};
use bodega_kernel::{Currency, Money, Time, UserId};
use bodega_testkit::{Asker, arrivals};
use serde_json::json;
use std::time::Duration;

impl Shop {
    /// `user` has shown `email` to be theirs, then.
    fn verified(&self, user: UserId, email: &str, at: Time) -> Envelope {
        self.said(&UserEmailVerified { user_id: user, email: email.to_owned(), at })
    }

    /// A guest's order with this address, placed then.
    fn guests(&self, email: &str, at: Time) -> (OrderId, Envelope) {
        let order = self.order();
        let mut checkout = self.checkout(order, None);
        (checkout.email, checkout.at) = (email.to_owned(), at);
        (order, self.said(&checkout))
    }

    async fn guest_placed(&self, email: &str) -> OrderId {
        let (order, placed) = self.guests(email, self.world.now());
        self.deliver(vec![placed]).await;
        order
    }

    async fn owner(&self, order: OrderId) -> Option<UserId> {
        self.rpc().ask(OrderStanding { order_id: order }).await.unwrap().unwrap().customer_id
    }

    async fn listed_to(&self, user: UserId) -> usize {
        let answer = self.get(&Shop::customer(user), "/v1/me/orders?limit=100").await.expect(200);
        answer.json["items"].as_array().unwrap().len()
    }
}

async fn orders_of_a_guest_join_the_account_with_their_address(shop: &Shop) {
    let (ada, bob) = (shop.user(), shop.user());
    let order = shop.guest_placed("Ada@Example.com").await;
    let others = shop.guest_placed("bob@example.com").await;
    let (owned, path) = (shop.order(), format!("/v1/orders/{order}"));
    shop.deliver(vec![shop.said(&shop.checkout(owned, Some(bob)))]).await;
    assert_eq!(shop.get(&Shop::customer(ada), &path).await.status, 404);
    let tag = shop.get(&shop.guest(order), &path).await.headers["etag"].clone();
    shop.deliver(vec![shop.verified(ada, "ada@example.com", shop.world.now())]).await;
    let seen = shop.get(&Shop::customer(ada), &path).await.expect(200);
    assert_eq!(seen.json["customer_id"], json!(ada));
    assert_ne!(seen.headers["etag"], tag, "it is another order than before");
    assert_eq!(shop.get(&shop.guest(order), &path).await.status, 200, "the guest's token stays good");
    assert_eq!((shop.owner(others).await, shop.owner(owned).await), (None, Some(bob)));
    assert_eq!((shop.listed_to(ada).await, shop.listed_to(bob).await), (1, 1));
    let details = shop.rpc().ask(OrderDetails { order_id: order }).await.unwrap().unwrap();
    assert_eq!((details.customer_id, details.email.as_str()), (Some(ada), "Ada@Example.com"));
    let later = shop.guest_placed("aDa@example.com").await;
    assert_eq!(shop.owner(later).await, Some(ada), "what comes later joins, too");
    assert_eq!(shop.cancel(0, &Shop::customer(ada), later).await.expect(200).json["status"], "cancelled");
    assert_eq!(shop.cancel(0, &Shop::customer(bob), order).await.status, 404);
    shop.check_books().await;
}

async fn whoever_has_a_guests_order_reads_its_papers_and_sends_it_back(shop: &Shop) {
    let (ada, order) = (shop.user(), shop.arrived(None).await);
    shop.deliver(vec![shop.verified(ada, "ada@example.com", shop.world.now())]).await;
    let asker = Shop::customer(ada);
    let papers = shop.get(&asker, &format!("/v1/orders/{order}/papers")).await.expect(200).json;
    let url = papers["items"][0]["url"].as_str().unwrap().to_owned();
    assert_eq!(shop.get(&asker, &url).await.status, 200);
    assert_eq!(shop.get(&Shop::customer(shop.user()), &url).await.status, 404);
    let wanted = json!({"lines": [{"sku": "mug", "quantity": 2}], "reason": "no", "wish": "store_credit"});
    let id = shop.ask_return(0, &asker, order, &wanted).await.expect(201).field("id");
    shop.do_return(0, &id, "approve", &json!({})).await.expect(200);
    shop.do_return(0, &id, "receive", &json!({"lines": [{"sku": "mug", "restock": 2}]})).await.expect(200);
    let told = shop.told::<ReturnReceived>().await.remove(0);
    assert_eq!((told.to_credit, told.customer_id), (true, Some(ada)), "they have an account for it now");
}

async fn what_a_guests_order_earns_is_nobodys_however_early_it_joins(shop: &Shop) {
    let ada = shop.user();
    shop.deliver(vec![shop.verified(ada, "ada@example.com", shop.world.now())]).await;
    let (before, after) = (shop.placed().await, shop.confirmed().await);
    assert_eq!((shop.owner(before).await, shop.owner(after).await), (Some(ada), Some(ada)));
    shop.deliver(vec![shop.dispatched(after, 2), shop.delivered(after, 2)]).await;
    for _ in 0..3 {
        shop.pass(Duration::from_hours(24 * 14)).await;
    }
    assert_eq!(shop.fact(after).await.status, OrderStatus::Completed);
    let placed = shop.told::<OrderPlaced>().await.into_iter().map(|event| event.customer_id);
    let confirmed = shop.told::<OrderConfirmed>().await.into_iter().map(|event| event.customer_id);
    let completed = shop.told::<OrderCompleted>().await.into_iter().map(|event| event.customer_id);
    assert!(placed.chain(confirmed).chain(completed).all(|customer| customer.is_none()));
}

async fn an_address_that_moves_ends_alike_in_every_order_of_what_is_heard(shop: &Shop) {
    let day = |day: u64| shop.world.now().plus(Duration::from_hours(24 * day));
    for (nth, arrival) in arrivals(5, 1).iter().enumerate() {
        let (ada, bob) = (shop.user(), shop.user());
        let email = format!("guest{nth}@example.com");
        let [first, second, third] = [0, 2, 4].map(|placed| shop.guests(&email, day(placed)));
        let said = [
            first.1,
            shop.verified(ada, &email, day(1)),
            second.1,
            shop.verified(bob, &email.to_uppercase(), day(3)),
            third.1,
        ];
        for (step, fact) in arrival.iter().enumerate() {
            shop.spread(step, &[said[*fact].clone()]).await;
            shop.spread(step + 1, &[said[*fact].clone()]).await;
        }
        let mut owners = Vec::new();
        for order in [first.0, second.0, third.0] {
            owners.push(shop.owner(order).await);
        }
        assert_eq!(owners, [Some(ada), Some(ada), Some(bob)], "{arrival:?}");
    }
}

async fn many_orders_join_a_few_at_a_time(shop: &Shop) {
    let (ada, email) = (shop.user(), "busy@example.com");
    let mut batch = Vec::new();
    for _ in 0..1_205 {
        batch.push(shop.guests(email, shop.world.now()).1);
    }
    for some in batch.chunks(200) {
        shop.deliver(some.to_vec()).await;
    }
    let joined = async || {
        let sql = "SELECT COUNT(*) FROM orders WHERE customer_id = $1";
        shop.count(sql, &params![ada.0]).await
    };
    shop.deliver(vec![shop.verified(ada, email, shop.world.now())]).await;
    assert_eq!(joined().await, 500);
    assert!(shop.fire_timers(0).await);
    assert_eq!(joined().await, 1_000);
    assert!(shop.fire_timers(0).await);
    assert_eq!(joined().await, 1_205);
    assert!(!shop.fire_timers(0).await, "it looks once more later");
    assert!(shop.pass(Duration::from_mins(1)).await);
    assert!(!shop.fire_timers(0).await, "and then no more");
}

async fn an_order_that_is_written_while_its_address_is_heard_of_joins_a_minute_later_at_most(shop: &Shop) {
    let mut users = Vec::new();
    let (mut placed, mut heard) = (Vec::new(), Vec::new());
    for nth in 0..60 {
        let (user, email) = (shop.user(), format!("race{nth}@example.com"));
        let (order, event) = shop.guests(&email, shop.world.now());
        placed.push(event);
        heard.push(shop.verified(user, &email, shop.world.now()));
        users.push((order, user));
    }
    let place = async {
        for some in placed.chunks(5) {
            shop.insist(0, some.to_vec()).await;
        }
    };
    let hear = async {
        for some in heard.chunks(5) {
            shop.insist(1, some.to_vec()).await;
        }
    };
    tokio::join!(place, hear);
    shop.pass(Duration::from_mins(1)).await;
    for (order, user) in users {
        assert_eq!(shop.owner(order).await, Some(user));
    }
    shop.check_books().await;
}

async fn an_order_that_is_paid_while_it_joins_is_both(shop: &Shop) {
    let (ada, email) = (shop.user(), "ada@example.com");
    let orders: Vec<OrderId> = {
        let mut orders = Vec::new();
        for _ in 0..30 {
            orders.push(shop.awaiting().await);
        }
        orders
    };
    let pay = async {
        for some in orders.chunks(3) {
            let paid = Money::new(TOTAL, Currency::GBP);
            shop.insist(0, some.iter().map(|order| shop.captured_of(*order, paid)).collect()).await;
        }
    };
    let join = shop.insist(1, vec![shop.verified(ada, email, shop.world.now())]);
    tokio::join!(pay, join);
    for order in orders {
        assert_eq!((shop.owner(order).await, shop.fact(order).await.status), (Some(ada), OrderStatus::Confirmed));
    }
    shop.check_books().await;
}

async fn what_is_no_address_is_refused_for_good(shop: &Shop) {
    for email in ["", " ", "nobody"] {
        shop.deliver(vec![shop.verified(shop.user(), email, shop.world.now())]).await;
    }
    assert_eq!(shop.count("SELECT COUNT(*) FROM dead_letters", &params![]).await, 3);
    assert_eq!(shop.count("SELECT COUNT(*) FROM verified_addresses", &params![]).await, 0);
    assert_eq!(shop.get(&Asker::default(), "/v1/me/orders").await.status, 401);
}

bodega_testkit::stories![
    orders_of_a_guest_join_the_account_with_their_address,
    whoever_has_a_guests_order_reads_its_papers_and_sends_it_back,
    what_a_guests_order_earns_is_nobodys_however_early_it_joins,
    an_address_that_moves_ends_alike_in_every_order_of_what_is_heard,
    many_orders_join_a_few_at_a_time,
    an_order_that_is_written_while_its_address_is_heard_of_joins_a_minute_later_at_most,
    an_order_that_is_paid_while_it_joins_is_both,
    what_is_no_address_is_refused_for_good,
];
