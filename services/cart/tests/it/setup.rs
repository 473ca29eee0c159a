//! A cart alone, under test, and what shoppers ask of it.

use bodega_contracts::{
    CartId, OrderId,
    cart::CartCheckedOut,
    coupons::{CodeStanding, KnownCode, PromotionChanged},
    rewards::{Balance, PointsBalance},
};
use bodega_kernel::UserId;
use bodega_rpc::Answers;
use bodega_service::Definition;
use bodega_settings::{Settings, ShippingMethod};
use bodega_testkit::{Answer, Ask, Asker, Stage, Staged, customer};
use serde_json::{Value, json};
use std::ops::Deref;

/// The cart, and those beside it on the same database.
pub(crate) struct Shop(Stage);

impl Staged for Shop {
    fn service() -> Definition {
        bodega_cart::service()
    }

    fn adjust(settings: &mut Settings) {
        settings.shop.tax_rate_bp = 2_000;
        settings.shop.shipping_methods =
            vec![ShippingMethod { id: "standard".to_owned(), name: "Standard".to_owned(), price: 395 }];
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

/// A guest who holds a cart's token.
pub(crate) fn holder(token: &str) -> Asker {
    Asker::default().with("x-cart-token", token)
}

/// A customer who is logged in.
pub(crate) fn buyer(user: UserId) -> Asker {
    customer(user).into()
}

impl Shop {
    /// Another shop, with other settings.
    pub(crate) async fn another(&self, adjust: impl FnOnce(&mut Settings)) -> Self {
        Self(self.0.another(adjust).await)
    }

    pub(crate) async fn restarted(self) -> Self {
        Self(self.0.restarted().await)
    }

    pub(crate) async fn call(&self, asker: &Asker, method: &str, path: &str, body: Value) -> Answer {
        self.call_on(0, asker, method, path, body).await
    }

    pub(crate) async fn call_on(&self, replica: usize, asker: &Asker, method: &str, path: &str, body: Value) -> Answer {
        self.ask(replica, Ask::new(method, path).by(asker).json(&body)).await
    }

    /// A guest's cart with these lines and all that checkout needs: its path and who opens it.
    pub(crate) async fn full_cart(&self, lines: &[(&str, i64)]) -> (String, Asker) {
        let made = self.call(&Asker::default(), "POST", "/v1/carts", full(lines)).await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(made.json["missing"], json!([]), "{made:?}");
        (format!("/v1/carts/{}", made.field("id")), holder(&made.field("token")))
    }

    pub(crate) async fn check_out(&self, path: &str, asker: &Asker, key: &str) -> Answer {
        let path = format!("{path}/checkout");
        self.call(&asker.with_key(key), "POST", &path, json!({"payment_method": "sim_success"})).await
    }

    /// Plays coupons: these codes exist, with what it says of each.
    pub(crate) fn know_codes(&self, codes: &[(&str, &PromotionChanged, Option<&str>)]) {
        let owned = |(code, promotion, refused): &(&str, &PromotionChanged, Option<&str>)| KnownCode {
            code: (*code).to_owned(),
            promotion: (*promotion).clone(),
            refused: refused.map(str::to_owned),
        };
        let known: Vec<KnownCode> = codes.iter().map(owned).collect();
        let answers = Answers::new().on(async move |question: CodeStanding| {
            let typed = question.code.trim().to_uppercase();
            Ok(known.iter().find(|known| known.code == typed).cloned())
        });
        self.neighbour("coupons", &answers);
    }

    /// Plays rewards: everybody has so many points, each worth so much.
    pub(crate) fn give_points(&self, spendable: i64, point_value: i64) {
        let answers = Answers::new().on(async move |_: PointsBalance| Ok(Balance { spendable, point_value }));
        self.neighbour("rewards", &answers);
    }

    /// What was published.
    pub(crate) async fn orders(&self) -> Vec<CartCheckedOut> {
        self.events().await.iter().map(|event| serde_json::from_str(&event.data).unwrap()).collect()
    }
}

/// The body of a cart that can be checked out.
pub(crate) fn full(lines: &[(&str, i64)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
    json!({"lines": lines, "email": "ada@example.org", "shipping_address": address()})
}

pub(crate) fn address() -> Value {
    json!({"name": "Ada", "line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"})
}

pub(crate) fn order_id(answer: &Answer) -> OrderId {
    answer.field("order_id").parse().unwrap()
}

pub(crate) fn cart_id(path: &str) -> CartId {
    path.trim_start_matches("/v1/carts/").parse().unwrap()
}
