//! A payments service that moves only when it is told to, and what people ask of it.

use bodega_contracts::{
    OrderId,
    orders::{OrderStanding, OrderStatus, Standing},
};
use bodega_kernel::{Caller, Currency, Money, UserId};
use bodega_rpc::Answers;
use bodega_service::Definition;
use bodega_settings::Settings;
use bodega_testkit::{Answer, Ask, Stage, Staged, staff};
use serde_json::{Value, json};
use std::{ops::Deref, time::Duration};

pub(crate) const PRICE: i64 = 2_000;
pub(crate) const SECRET: &str = "what the simulator and the shop share";

/// The service, and orders played by the test: every order waits for its money.
pub(crate) struct Shop {
    stage: Stage,
    pub(crate) buyer: UserId,
}

impl Staged for Shop {
    fn service() -> Definition {
        bodega_payments::service()
    }

    fn adjust(settings: &mut Settings) {
        SECRET.clone_into(&mut settings.payments.webhook_secret);
        settings.payments.providers.push("manual".to_owned());
        "Bank of Orchards\n12-34-56".clone_into(&mut settings.payments.manual.bank_details);
    }
}

impl From<Stage> for Shop {
    fn from(stage: Stage) -> Self {
        let buyer = UserId::new(&stage.world);
        let standing = Standing {
            status: OrderStatus::AwaitingPayment,
            customer_id: Some(buyer),
            total: Money::new(PRICE, Currency::GBP),
        };
        stage.neighbour("orders", &Answers::new().on(async move |_: OrderStanding| Ok(Some(standing))));
        Self { stage, buyer }
    }
}

impl Deref for Shop {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

impl Shop {
    /// Another shop, with other settings.
    pub(crate) async fn another(&self, adjust: impl FnOnce(&mut Settings)) -> Self {
        self.stage.another(adjust).await.into()
    }

    pub(crate) async fn restarted(self) -> Self {
        self.stage.restarted().await.into()
    }

    /// The same, from its next replica.
    pub(crate) fn other(&self) -> Self {
        Self { stage: self.stage.on(1), buyer: self.buyer }
    }

    pub(crate) fn order(&self) -> OrderId {
        OrderId::new(&self.world)
    }

    /// Lets time pass, and does what comes due.
    pub(crate) async fn wait(&self, span: Duration) {
        self.clock.advance(span);
        self.work().await;
    }

    pub(crate) fn token(&self, order: OrderId) -> String {
        self.guest_token("order", order.0, Duration::from_hours(1))
    }

    pub(crate) fn key(&self) -> String {
        self.world.uuid().to_string()
    }

    pub(crate) async fn get(&self, caller: &Caller, token: Option<&str>, path: &str) -> Answer {
        self.ask(0, with_token(Ask::get(path).by(caller), token)).await
    }

    pub(crate) async fn post(
        &self,
        caller: &Caller,
        token: Option<&str>,
        key: &str,
        path: &str,
        body: &Value,
    ) -> Answer {
        self.ask(0, with_token(Ask::post(path).by(caller).key(key).json(body), token)).await
    }

    /// The next attempt by whoever holds the order's token.
    pub(crate) async fn pay(&self, order: OrderId, method: &str) -> Answer {
        let (token, path) = (self.token(order), format!("/v1/orders/{order}/payments"));
        self.post(&Caller::guest(), Some(&token), &self.key(), &path, &json!({ "payment_method": method })).await
    }

    pub(crate) async fn refund(&self, order: OrderId, amount: i64) -> Answer {
        let body = json!({ "amount": { "amount": amount, "currency": "GBP" }, "reason": "broken" });
        self.post(&staff(), None, &self.key(), &format!("/v1/orders/{order}/refunds"), &body).await
    }
}

fn with_token(ask: Ask, token: Option<&str>) -> Ask {
    token.into_iter().fold(ask, |ask, token| ask.header("x-order-token", token))
}
