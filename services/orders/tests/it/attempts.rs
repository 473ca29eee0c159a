//! Attempts to pay after the first: who pays by bank transfer then has as long as who chose that at first.

use crate::setup::Shop;
use bodega_contracts::{
    OrderId,
    orders::{OrderPaymentExpiring, OrderStatus},
    payments::{PaymentAction, PendingAction},
};
use bodega_kernel::Time;
use bodega_rpc::{Answers, RpcError};
use bodega_testkit::arrivals;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);
const WEEK: Duration = Duration::from_hours(7 * 24);

impl Shop {
    /// What payments says that shoppers have to do.
    fn waits_for(&self, kind: &'static str) {
        self.neighbour(
            "payments",
            &Answers::new().on(async move |_: PendingAction| {
                Ok::<_, RpcError>(Some(PaymentAction { kind: kind.to_owned(), ..PaymentAction::default() }))
            }),
        );
    }

    async fn ask_payments(&self, replica: usize) -> bool {
        self.on(replica).job("later attempts").step().await
    }

    async fn deadline(&self, order: OrderId) -> Time {
        Time::parse(self.view(order).await["payment_deadline"].as_str().unwrap()).unwrap()
    }
}

async fn a_transfer_chosen_after_a_declined_card_has_the_time_of_a_transfer(shop: &Shop) {
    shop.waits_for("bank_transfer");
    let order = shop.awaiting().await;
    let first = shop.deadline(order).await;
    shop.clock.advance(10 * MINUTE);
    shop.deliver(vec![shop.failed(order, 1), shop.action_required(order, 2)]).await;
    assert_eq!(shop.deadline(order).await, first, "nothing is known of it yet");
    let chosen = shop.world.now();
    assert!(shop.ask_payments(0).await);
    assert_eq!(shop.deadline(order).await, chosen.plus(WEEK));
    shop.clock.advance(MINUTE);
    // Heard again, as a resend brings it: it is the same attempt.
    shop.deliver(vec![shop.action_required(order, 2), shop.action_required(order, 1)]).await;
    assert!(!shop.ask_payments(1).await);
    assert_eq!(shop.deadline(order).await, chosen.plus(WEEK));
    assert!(!shop.pass(30 * MINUTE).await, "the deadline of the card is no more");
    assert!(shop.pass(WEEK).await);
    assert_eq!(shop.told::<OrderPaymentExpiring>().await.len(), 1);
    shop.check_books().await;
}

async fn another_card_keeps_the_deadline(shop: &Shop) {
    let order = shop.awaiting().await;
    let first = shop.deadline(order).await;
    shop.clock.advance(10 * MINUTE);
    shop.deliver(vec![shop.failed(order, 1), shop.action_required(order, 2)]).await;
    assert!(shop.ask_payments(0).await);
    assert_eq!(shop.deadline(order).await, first);
    assert!(shop.pass(20 * MINUTE).await);
    assert_eq!(shop.told::<OrderPaymentExpiring>().await.len(), 1);
}

async fn payments_that_does_not_answer_is_asked_again_and_a_deadline_that_passed_stays(shop: &Shop) {
    let (order, late) = (shop.awaiting().await, shop.awaiting().await);
    let first = shop.deadline(order).await;
    shop.neighbour("payments", &Answers::new());
    shop.deliver(vec![shop.action_required(order, 2), shop.action_required(late, 2)]).await;
    assert!(!shop.ask_payments(0).await);
    assert_eq!(shop.deadline(order).await, first);
    shop.deliver(vec![shop.captured(order)]).await;
    assert!(shop.pass(30 * MINUTE).await);
    shop.waits_for("bank_transfer");
    assert!(shop.ask_payments(0).await);
    assert_eq!((shop.deadline(order).await, shop.deadline(late).await), (first, first), "paid, and closing");
    shop.deliver(vec![shop.closed(late)]).await;
    assert_eq!(shop.fact(late).await.status, OrderStatus::Cancelled);
    shop.check_books().await;
}

async fn the_time_of_a_transfer_is_given_once_in_every_order_of_what_is_heard(shop: &Shop) {
    shop.waits_for("bank_transfer");
    for arrival in arrivals(4, 1) {
        let order = shop.awaiting().await;
        let chosen = shop.world.now();
        let said = [
            shop.failed(order, 1),
            shop.action_required(order, 2),
            shop.action_required(order, 2),
            shop.action_required(order, 1),
        ];
        for (step, fact) in arrival.iter().enumerate() {
            shop.spread(step, &[said[*fact].clone()]).await;
            tokio::join!(shop.ask_payments(0), shop.ask_payments(1));
            shop.clock.advance(Duration::from_secs(1));
        }
        let given = shop.deadline(order).await;
        assert!((chosen.plus(WEEK)..=chosen.plus(WEEK + Duration::from_secs(2))).contains(&given), "{arrival:?}");
    }
}

bodega_testkit::stories![
    a_transfer_chosen_after_a_declined_card_has_the_time_of_a_transfer,
    another_card_keeps_the_deadline,
    payments_that_does_not_answer_is_asked_again_and_a_deadline_that_passed_stays,
    the_time_of_a_transfer_is_given_once_in_every_order_of_what_is_heard,
];
