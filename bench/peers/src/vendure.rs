//! Vendure, by GraphQL at its Shop API. A new session begins with each cart; its token is a header of the first answer.

use crate::{
    http::{Connection, beginning, count_at, text_at, texts_at},
    shop::{LISTED, List, Shop},
};
use anyhow::{Context as _, ensure};
use hyper::Method;
use serde_json::{Value, json};
use std::net::SocketAddr;

const LIST: &str = "query($skip: Int!, $take: Int!) {
  search(input: {take: $take, skip: $skip, groupByProduct: true}) {
    totalItems
    items { productId productName slug inStock currencyCode
      priceWithTax { ... on PriceRange { min max } ... on SinglePrice { value } } }
  }
}";
const PRODUCT: &str = "query($slug: String!) {
  product(slug: $slug) { id name description variants { id sku name priceWithTax currencyCode stockLevel } }
}";
const CART: &str = "mutation($variant: ID!) {
  addItemToOrder(productVariantId: $variant, quantity: 1) {
    __typename ... on Order { code totalWithTax } ... on ErrorResult { errorCode message }
  }
}";
const ADDRESS: &str = "mutation($customer: CreateCustomerInput!, $address: CreateAddressInput!) {
  setCustomerForOrder(input: $customer) { __typename ... on ErrorResult { errorCode message } }
  setOrderShippingAddress(input: $address) { __typename ... on ErrorResult { errorCode message } }
}";
const WAYS: &str = "{ eligibleShippingMethods { id name priceWithTax } }";
const SHIPPING: &str = "mutation($way: [ID!]!) {
  setOrderShippingMethod(shippingMethodId: $way) {
    __typename ... on Order { totalWithTax } ... on ErrorResult { errorCode message }
  }
}";
const PAYMENTS: &str = "{ eligiblePaymentMethods { code name isEligible } }";
const ARRANGE: &str = "mutation {
  transitionOrderToState(state: \"ArrangingPayment\") {
    __typename ... on Order { state } ... on ErrorResult { errorCode message }
  }
}";
const PAY: &str = "mutation($method: String!) {
  addPaymentToOrder(input: {method: $method, metadata: {}}) {
    __typename ... on Order { code state totalWithTax } ... on ErrorResult { errorCode message }
  }
}";
/// The states of an order that is placed and paid.
const PAID: [&str; 2] = ["PaymentSettled", "PaymentAuthorized"];

/// A guest at a Vendure.
pub(crate) struct Vendure {
    connection: Connection,
    /// `Bearer …`, once there is a session.
    session: Option<String>,
    /// How it is going to be paid.
    method: String,
}

impl Shop for Vendure {
    type Door = SocketAddr;

    async fn enter(door: &SocketAddr) -> anyhow::Result<Self> {
        Ok(Self { connection: Connection::open(*door).await?, session: None, method: String::new() })
    }

    async fn list(&mut self, page: usize) -> anyhow::Result<List> {
        self.session = None;
        let data = self.ask(LIST, json!({"skip": page * LISTED, "take": LISTED})).await?;
        let products = texts_at(&data, "/search/items", "slug")?;
        Ok(List { total: count_at(&data, "/search/totalItems")?, products })
    }

    async fn product(&mut self, product: &str) -> anyhow::Result<String> {
        let data = self.ask(PRODUCT, json!({"slug": product})).await?;
        Ok(text_at(&data, "/product/variants/0/id")?.to_owned())
    }

    async fn fill_cart(&mut self, variant: &str) -> anyhow::Result<()> {
        self.change(CART, json!({"variant": variant})).await?;
        ensure!(self.session.is_some(), "no session began with the cart: is `bearer` among its token methods?");
        Ok(())
    }

    async fn give_address(&mut self, email: &str) -> anyhow::Result<()> {
        let customer = json!({"firstName": "A", "lastName": "Shopper", "emailAddress": email});
        let address = json!({
            "fullName": "A Shopper", "streetLine1": "1 High Street", "city": "London",
            "postalCode": "N1 1AA", "countryCode": "GB",
        });
        self.change(ADDRESS, json!({"customer": customer, "address": address})).await?;
        Ok(())
    }

    async fn choose_shipping(&mut self) -> anyhow::Result<()> {
        let data = self.ask(WAYS, json!({})).await?;
        let way = text_at(&data, "/eligibleShippingMethods/0/id")?;
        self.change(SHIPPING, json!({"way": [way]})).await?;
        Ok(())
    }

    async fn choose_payment(&mut self) -> anyhow::Result<()> {
        let data = self.ask(PAYMENTS, json!({})).await?;
        text_at(&data, "/eligiblePaymentMethods/0/code")?.clone_into(&mut self.method);
        self.change(ARRANGE, json!({})).await?;
        Ok(())
    }

    async fn order(&mut self) -> anyhow::Result<()> {
        let data = self.change(PAY, json!({"method": self.method})).await?;
        check_placed(&data)
    }
}

impl Vendure {
    async fn ask(&mut self, query: &str, variables: Value) -> anyhow::Result<Value> {
        let session = self.session.as_deref().map(|session| ("authorization", session));
        let headers: Vec<_> = session.into_iter().collect();
        let body = json!({"query": query, "variables": variables});
        let reply = self.connection.send(Method::POST, "/shop-api", &headers, Some(&body)).await?;
        if let Some(token) = reply.header("vendure-auth-token") {
            self.session = Some(format!("Bearer {token}"));
        }
        data(&reply.json()?)
    }

    async fn change(&mut self, mutation: &str, variables: Value) -> anyhow::Result<Value> {
        let data = self.ask(mutation, variables).await?;
        check_changed(&data)?;
        Ok(data)
    }
}

/// What an answer has under `data`, unless it has `errors`.
fn data(answer: &Value) -> anyhow::Result<Value> {
    ensure!(answer["errors"].is_null(), "answered errors: {}", beginning(&answer["errors"].to_string()));
    let data = answer.get("data").filter(|data| data.is_object());
    data.cloned().with_context(|| format!("answered no data: {}", beginning(&answer.to_string())))
}

/// Whether each mutation came back with the order, and not with one of the errors that are answers.
fn check_changed(data: &Value) -> anyhow::Result<()> {
    for (mutation, result) in data.as_object().into_iter().flatten() {
        ensure!(result["__typename"] == "Order", "{mutation} answered {}", beginning(&result.to_string()));
    }
    Ok(())
}

fn check_placed(data: &Value) -> anyhow::Result<()> {
    let state = text_at(data, "/addPaymentToOrder/state")?;
    ensure!(PAID.contains(&state), "the order is not paid but in {state}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_beside_data_are_errors() {
        assert_eq!(data(&json!({"data": {"a": 1}})).unwrap(), json!({"a": 1}));
        let answer = json!({"errors": [{"message": "no such product"}], "data": {"product": null}});
        assert!(data(&answer).unwrap_err().to_string().contains("no such product"));
        assert!(data(&json!({"data": null})).is_err() && data(&json!([])).is_err());
    }

    #[test]
    fn an_error_that_is_an_answer_is_an_error() {
        check_changed(&json!({"one": {"__typename": "Order"}, "other": {"__typename": "Order"}})).unwrap();
        let refused = json!({"one": {"__typename": "Order"}, "other": {"__typename": "InsufficientStockError"}});
        let error = check_changed(&refused).unwrap_err().to_string();
        assert!(error.contains("other") && error.contains("InsufficientStockError"), "{error}");
    }

    #[test]
    fn only_a_paid_order_is_an_order() {
        let order = |state: &str| check_placed(&json!({"addPaymentToOrder": {"state": state}}));
        assert!(order("PaymentSettled").is_ok() && order("PaymentAuthorized").is_ok());
        assert!(order("ArrangingPayment").unwrap_err().to_string().contains("ArrangingPayment"));
        assert!(check_placed(&json!({"addPaymentToOrder": {}})).is_err());
    }
}
