//! What can be seen of payments: what they told, and their books.

use crate::setup::Shop;
use bodega_contracts::{
    GiftCardId, OrderId,
    payments::{CreditFact, CreditFacts, PaymentAction, PaymentFact, PaymentFacts, PendingAction},
};
use bodega_db::params;
use serde_json::Value;

impl Shop {
    /// The types and bodies of the events about an order, oldest first.
    pub(crate) async fn told_of(&self, order: OrderId) -> Vec<(String, Value)> {
        let of_order = self.events().await.into_iter().filter(|event| *event.subject == *order.to_string());
        of_order.map(|event| (event.kind.to_string(), serde_json::from_str(&event.data).unwrap())).collect()
    }

    /// The types of the events about an order without `payment.` and version.
    pub(crate) async fn story(&self, order: OrderId) -> Vec<String> {
        self.told_of(order).await.into_iter().map(|(kind, _)| short(&kind)).collect()
    }

    pub(crate) async fn facts(&self) -> Vec<PaymentFact> {
        let mut facts: Vec<PaymentFact> = Vec::new();
        loop {
            let after = facts.last().map(|fact| fact.order_id);
            let page = self.rpc().ask(PaymentFacts { after }).await.unwrap();
            if page.is_empty() {
                return facts;
            }
            facts.extend(page);
        }
    }

    pub(crate) async fn fact(&self, order: OrderId) -> PaymentFact {
        self.facts().await.into_iter().find(|fact| fact.order_id == order).unwrap()
    }

    pub(crate) async fn action(&self, order_id: OrderId) -> Option<PaymentAction> {
        self.rpc().ask(PendingAction { order_id }).await.unwrap()
    }

    /// Captured and refunded of an order, after a look at all books.
    pub(crate) async fn money(&self, order: OrderId) -> (i64, i64) {
        self.check_books().await;
        let fact = self.fact(order).await;
        (fact.captured, fact.refunded)
    }

    /// Every book says the same of what is at rest.
    pub(crate) async fn check_books(&self) {
        for fact in self.facts().await {
            assert_eq!(fact.ledger_sum, 0, "{fact:?}");
            assert!(fact.refunded <= fact.captured && fact.captured <= fact.authorized, "{fact:?}");
            assert!(fact.authorized <= fact.amount.amount, "{fact:?}");
            assert_eq!((fact.ledger_captured, fact.ledger_refunded), (fact.captured, fact.refunded), "{fact:?}");
            if let (false, Some(captured), Some(refunded)) = (fact.open, fact.provider_captured, fact.provider_refunded)
            {
                let (took, gave) = (fact.captured - fact.tendered, fact.refunded - fact.credited);
                assert_eq!((captured, refunded), (took, gave), "{fact:?}");
            }
        }
        for fact in self.credit_facts().await {
            assert!(fact.balance >= 0 && fact.balance == fact.ledger, "{fact:?}");
        }
    }

    /// All balances.
    pub(crate) async fn credit_facts(&self) -> Vec<CreditFact> {
        let mut facts: Vec<CreditFact> = Vec::new();
        loop {
            let after = facts.last().map(|fact| fact.account.clone());
            let page = self.rpc().ask(CreditFacts { after }).await.unwrap();
            if page.is_empty() {
                return facts;
            }
            facts.extend(page);
        }
    }

    /// What is on a gift card.
    pub(crate) async fn on_card(&self, card: GiftCardId) -> i64 {
        self.balance(&format!("card/{card}")).await
    }

    /// The store credit of the buyer.
    pub(crate) async fn credit(&self) -> i64 {
        self.balance(&format!("credit/{}/GBP", self.buyer)).await
    }

    async fn balance(&self, account: &str) -> i64 {
        self.check_books().await;
        let facts = self.credit_facts().await;
        facts.iter().find(|fact| fact.account == account).map_or(0, |fact| fact.balance)
    }

    /// What a statement counts of an order.
    pub(crate) async fn count_of(&self, sql: &'static str, order: OrderId) -> i64 {
        self.count(sql, &params![order.0]).await
    }

    /// Charges that took money, in the provider's own books; none was sent twice.
    pub(crate) async fn charges(&self, order: OrderId) -> i64 {
        let repeats = "SELECT CAST(COALESCE(SUM(repeats), 0) AS BIGINT) FROM simulator_charges WHERE order_id = $1";
        assert_eq!(self.count_of(repeats, order).await, 0, "what may have been sent was sent again without asking");
        self.count_of("SELECT COUNT(*) FROM simulator_charges WHERE order_id = $1 AND captured > 0", order).await
    }
}

/// The type of an event without `payment.` and version.
pub(crate) fn short(kind: &str) -> String {
    kind.trim_start_matches("payment.").trim_end_matches(".v1").to_owned()
}
