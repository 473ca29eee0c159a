//! Rewards alone, under test: what orders and payments would say to it, what people would ask it, and its books.

use bodega_contracts::{
    CartId, OrderId, PaymentId, RefundId,
    orders::{CancelReason, OrderCancelled, OrderCompleted, OrderConfirmed, OrderPlaced},
    payments::PaymentRefunded,
    rewards::{OrderPointsFact, OrderPointsFacts, PointsFact, PointsFacts},
};
use bodega_db::Envelope;
use bodega_kernel::{Currency, Money, UserId};
use bodega_service::Definition;
use bodega_settings::Settings;
use bodega_testkit::{Ask, Stage, Staged, staff};
use serde_json::{Value, json};
use std::{collections::BTreeMap, ops::Deref};

/// One or more replicas of rewards.
pub(crate) struct Shop(Stage);

impl Staged for Shop {
    fn service() -> Definition {
        bodega_rewards::service()
    }
}

impl From<Stage> for Shop {
    fn from(stage: Stage) -> Self {
        Self(stage)
    }
}

impl Deref for Shop {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.0
    }
}

impl Shop {
    /// Another shop with other settings.
    pub(crate) async fn with(&self, adjust: impl FnOnce(&mut Settings)) -> Self {
        Self(self.another(adjust).await)
    }

    pub(crate) fn user(&self) -> UserId {
        UserId::new(&self.world)
    }

    pub(crate) fn order(&self) -> OrderId {
        OrderId::new(&self.world)
    }

    pub(crate) fn placed(&self, order_id: OrderId, user: impl Into<Option<UserId>>, points: i64) -> Envelope {
        let event = OrderPlaced {
            order_id,
            number: String::from("1"),
            customer_id: user.into(),
            lines: Vec::new(),
            total: Money::zero(Currency::GBP),
            coupons: Vec::new(),
            points,
            at: self.world.now(),
        };
        self.envelope("orders", &event)
    }

    /// Goods in pence; they are all it costs.
    pub(crate) fn confirmed(&self, order_id: OrderId, user: impl Into<Option<UserId>>, goods: i64) -> Envelope {
        let event = OrderConfirmed {
            capture_first: false,
            order_id,
            number: String::from("1"),
            customer_id: user.into(),
            lines: Vec::new(),
            total: Money::new(goods, Currency::GBP),
            goods: Money::new(goods, Currency::GBP),
            shipping_method: None,
            shipping_address: None,
        };
        self.envelope("orders", &event)
    }

    pub(crate) fn completed(&self, order_id: OrderId, user: impl Into<Option<UserId>>) -> Envelope {
        self.envelope("orders", &OrderCompleted { order_id, customer_id: user.into() })
    }

    pub(crate) fn cancelled(&self, order_id: OrderId) -> Envelope {
        let cart_id = CartId::new(&self.world);
        self.envelope("orders", &OrderCancelled { order_id, cart_id, reason: CancelReason::ByShopper })
    }

    /// So much in all, in pence.
    pub(crate) fn refunded(&self, order_id: OrderId, amount: i64) -> Envelope {
        let event = PaymentRefunded {
            order_id,
            payment_id: PaymentId::new(&self.world),
            refund_id: RefundId::new(&self.world),
            refunded: Money::new(amount, Currency::GBP),
        };
        self.envelope("payments", &event)
    }

    /// An order that is bought and kept; goods in pence.
    pub(crate) async fn buy(&self, user: UserId, goods: i64) -> OrderId {
        let order = self.order();
        self.deliver(vec![self.confirmed(order, user, goods)]).await;
        self.deliver(vec![self.completed(order, user)]).await;
        order
    }

    pub(crate) fn adjusting(user: UserId, points: i64) -> Ask {
        let body = json!({"points": points, "reason": "a test"});
        Ask::post(format!("/v1/customers/{user}/points/adjustments")).by(staff()).json(&body)
    }

    pub(crate) async fn give(&self, user: UserId, points: i64) {
        drop(self.ask(0, Self::adjusting(user, points)).await.expect(201));
    }

    pub(crate) async fn shown(&self, user: UserId) -> Value {
        self.ask(0, Ask::get(format!("/v1/customers/{user}/points")).by(staff())).await.expect(200).json
    }

    /// Spendable, held, pending, debt.
    pub(crate) async fn points(&self, user: UserId) -> (i64, i64, i64, i64) {
        let shown = self.shown(user).await;
        let figure = |name: &str| shown[name].as_i64().unwrap();
        (figure("spendable"), figure("held"), figure("pending"), figure("debt"))
    }

    pub(crate) async fn accounts(&self) -> BTreeMap<UserId, PointsFact> {
        let (mut facts, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.rpc().ask(PointsFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some(last.user_id);
            facts.extend(page.into_iter().map(|fact| (fact.user_id, fact)));
        }
    }

    pub(crate) async fn orders(&self) -> BTreeMap<OrderId, OrderPointsFact> {
        let (mut facts, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.rpc().ask(OrderPointsFacts { after }).await.unwrap();
            let Some(last) = page.last() else { return facts };
            after = Some(last.order_id);
            facts.extend(page.into_iter().map(|fact| (fact.order_id, fact)));
        }
    }

    /// The invariants of points, over all of them.
    pub(crate) async fn check_books(&self) {
        for fact in self.accounts().await.into_values() {
            assert_eq!(fact.spendable, fact.ledger_spendable, "{fact:?}");
            assert_eq!((fact.held, fact.held), (fact.ledger_held, fact.live_holds), "{fact:?}");
            assert_eq!((fact.pending, fact.pending), (fact.ledger_pending, fact.live_pending), "{fact:?}");
            assert_eq!(fact.debt, fact.ledger_debt, "{fact:?}");
            assert!([fact.spendable, fact.held, fact.pending, fact.debt].iter().all(|figure| *figure >= 0), "{fact:?}");
            assert!((fact.spendable == 0 || fact.debt == 0) && fact.spendable <= fact.lots, "{fact:?}");
        }
        for fact in self.orders().await.into_values() {
            assert_eq!(fact.ledger_held, fact.held, "{fact:?}");
            assert_eq!(fact.ledger_net, fact.pending + fact.earned - fact.spent, "{fact:?}");
            assert!(fact.earnings <= 1 && (fact.earned == 0 || fact.earnings == 1), "{fact:?}");
            let none = fact.held == 0 && fact.spent == 0 && fact.pending == 0 && fact.earned == 0;
            assert!(none || !fact.cancelled, "{fact:?}");
        }
    }
}
