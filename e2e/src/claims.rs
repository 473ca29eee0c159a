//! What orders claim besides goods, and what becomes of their goods: codes, points, parcels, mails.

use crate::doors::{Bought, Doors};
use anyhow::Context as _;
use bodega::client::{Answer, Headers, ShopClient};
use reqwest::Method;
use serde_json::{Value, json};

const PASSWORD: &str = "lantern orchard harbour";

/// A customer with an account.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Which.
    pub id: String,
    /// The address of the account.
    pub email: String,
    /// The shop as they see it.
    pub client: ShopClient,
}

impl Doors {
    /// A new customer, with so many points to spend.
    pub async fn customer(&self, email: &str, points: i64) -> anyhow::Result<Customer> {
        let account = json!({"email": email, "password": PASSWORD});
        let made = self.guest(0).post("/v1/auth/register", &account, None).await?;
        let id = made["id"].as_str().context("an account without an id")?.to_owned();
        if points > 0 {
            let given = json!({"points": points, "reason": "welcome"});
            self.staff(0).post(&format!("/v1/customers/{id}/points/adjustments"), &given, None).await?;
        }
        Ok(Customer { id, email: email.to_owned(), client: self.guest(0).log_in(email, PASSWORD).await? })
    }

    /// The points of a customer: `spendable`, `held`, `pending`, `debt`.
    pub async fn points(&self, customer: &Customer) -> anyhow::Result<[i64; 4]> {
        let points = self.staff(0).get(&format!("/v1/customers/{}/points", customer.id), Headers::default()).await?;
        Ok(["spendable", "held", "pending", "debt"].map(|figure| points[figure].as_i64().unwrap_or(i64::MIN)))
    }

    /// Makes a code that takes off a tenth, so many times; the promotion it belongs to.
    pub async fn make_code(&self, code: &str, limit: i64) -> anyhow::Result<String> {
        let promotion =
            json!({"label": "A tenth", "code": code, "reward": {"kind": "percentage", "bp": 1_000}, "limit": limit});
        let made = self.staff(0).post("/v1/coupons", &promotion, None).await?;
        Ok(made["id"].as_str().context("a promotion without an id")?.to_owned())
    }

    /// How many orders hold a use of a promotion, have used it, and ended without one: released or refused.
    pub async fn uses(&self, promotion: &str) -> anyhow::Result<[i64; 3]> {
        let report = self.staff(0).get(&format!("/v1/promotions/{promotion}/report"), Headers::default()).await?;
        let figure = |state: &str| report[state].as_i64().unwrap_or(i64::MIN);
        Ok([figure("reserved"), figure("redeemed"), figure("released")])
    }

    /// Staff send a parcel by this carrier with these lines, or with all that is left.
    pub async fn send(
        &self,
        number: usize,
        bought: &Bought,
        carrier: &str,
        lines: Option<&[(&str, i64)]>,
        key: &str,
    ) -> anyhow::Result<Answer> {
        let mut parcel = json!({"carrier": carrier});
        if let Some(lines) = lines {
            let lines = lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity}));
            parcel["lines"] = lines.collect();
        }
        let path = format!("/v1/orders/{}/shipments", bought.order_id);
        let headers = Headers { key: Some(key), ..Headers::default() };
        self.staff(number).call(Method::POST, &path, headers, Some(&parcel)).await
    }

    /// Staff say that a parcel arrived.
    pub async fn arrived(&self, parcel: &Value) -> anyhow::Result<Value> {
        let id = parcel["id"].as_str().context("a parcel without an id")?;
        self.staff(0).post(&format!("/v1/shipments/{id}/delivered"), &json!({}), None).await
    }

    /// What is to be packed of an order, with its parcels.
    pub async fn fulfilment(&self, bought: &Bought) -> anyhow::Result<Value> {
        let path = format!("/v1/orders/{}/fulfilments", bought.order_id);
        Ok(self.staff(0).get(&path, Headers::default()).await?["items"][0].clone())
    }

    /// The mails that are or were to be sent, by query: `kind=shipped&order=…`.
    pub async fn mails(&self, query: &str) -> anyhow::Result<Vec<Value>> {
        let page = self.staff(0).get(&format!("/v1/mails?{query}"), Headers::default()).await?;
        page["items"].as_array().cloned().context("mails without items")
    }
}
