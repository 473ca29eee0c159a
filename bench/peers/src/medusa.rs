//! Medusa, by REST at its Store API. A cart is an id; each answer is asked for no more than the next step needs.

use crate::{
    http::{Connection, beginning, count_at, text_at, texts_at},
    shop::{LISTED, List, Shop},
};
use anyhow::{Context as _, ensure};
use hyper::Method;
use serde_json::{Value, json};
use std::{net::SocketAddr, rc::Rc};

/// The provider of payments that every Medusa has for trying out: it authorizes everything.
const PROVIDER: &str = "pp_system_default";

/// A guest at a Medusa.
pub(crate) struct Medusa {
    connection: Connection,
    door: Door,
    cart: String,
}

/// Where it is, the key of its sales channel, and the region that is sold to.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    address: SocketAddr,
    key: Rc<str>,
    region: Rc<str>,
}

impl Door {
    /// Sells to the first region.
    pub(crate) async fn find(address: SocketAddr, key: String) -> anyhow::Result<Self> {
        let door = Self { address, key: key.into(), region: "".into() };
        let regions =
            Medusa::enter(&door).await?.ask(Method::GET, "/regions?limit=1", None).await.context("regions")?;
        let region = text_at(&regions, "/regions/0/id").context("it has no region")?;
        Ok(Self { region: region.into(), ..door })
    }
}

impl Shop for Medusa {
    type Door = Door;

    async fn enter(door: &Door) -> anyhow::Result<Self> {
        Ok(Self { connection: Connection::open(door.address).await?, door: door.clone(), cart: String::new() })
    }

    async fn list(&mut self, page: usize) -> anyhow::Result<List> {
        self.cart.clear();
        let (offset, region) = (page * LISTED, &self.door.region);
        let fields = "id,title,handle,thumbnail,*variants.calculated_price";
        let path = format!("/products?limit={LISTED}&offset={offset}&region_id={region}&fields={fields}");
        let list = self.ask(Method::GET, &path, None).await?;
        Ok(List { total: count_at(&list, "/count")?, products: texts_at(&list, "/products", "id")? })
    }

    async fn product(&mut self, product: &str) -> anyhow::Result<String> {
        let fields = "id,title,handle,description,*variants.calculated_price,%2Bvariants.inventory_quantity";
        let path = format!("/products/{product}?region_id={}&fields={fields}", self.door.region);
        let found = self.ask(Method::GET, &path, None).await?;
        Ok(text_at(&found, "/product/variants/0/id")?.to_owned())
    }

    async fn fill_cart(&mut self, variant: &str) -> anyhow::Result<()> {
        let body = json!({"region_id": &*self.door.region, "items": [{"variant_id": variant, "quantity": 1}]});
        let made = self.ask(Method::POST, "/carts?fields=id,total", Some(body)).await?;
        text_at(&made, "/cart/id")?.clone_into(&mut self.cart);
        Ok(())
    }

    async fn give_address(&mut self, email: &str) -> anyhow::Result<()> {
        let address = json!({
            "first_name": "A", "last_name": "Shopper", "address_1": "1 High Street", "city": "London",
            "postal_code": "N1 1AA", "country_code": "gb",
        });
        let path = format!("/carts/{}?fields=id", self.cart);
        self.ask(Method::POST, &path, Some(json!({"email": email, "shipping_address": address}))).await?;
        Ok(())
    }

    async fn choose_shipping(&mut self) -> anyhow::Result<()> {
        let path = format!("/shipping-options?cart_id={}&fields=id,name,amount", self.cart);
        let ways = self.ask(Method::GET, &path, None).await?;
        let body = json!({"option_id": text_at(&ways, "/shipping_options/0/id")?});
        let path = format!("/carts/{}/shipping-methods?fields=id,total", self.cart);
        self.ask(Method::POST, &path, Some(body)).await?;
        Ok(())
    }

    async fn choose_payment(&mut self) -> anyhow::Result<()> {
        let body = json!({"cart_id": self.cart});
        let made = self.ask(Method::POST, "/payment-collections", Some(body)).await?;
        let path = format!("/payment-collections/{}/payment-sessions", text_at(&made, "/payment_collection/id")?);
        self.ask(Method::POST, &path, Some(json!({"provider_id": PROVIDER}))).await?;
        Ok(())
    }

    async fn order(&mut self) -> anyhow::Result<()> {
        let path = format!("/carts/{}/complete?fields=id,status,total", self.cart);
        check_placed(&self.ask(Method::POST, &path, None).await?)
    }
}

impl Medusa {
    async fn ask(&mut self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let headers = [("x-publishable-api-key", &*self.door.key)];
        self.connection.send(method, &format!("/store{path}"), &headers, body.as_ref()).await?.json()
    }
}

/// A cart that could not become an order comes back with 200 as well, and an error.
fn check_placed(answer: &Value) -> anyhow::Result<()> {
    let is_order = answer["type"] == "order" && answer["order"]["id"].is_string();
    ensure!(is_order, "the cart became no order: {}", beginning(&answer.to_string()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_order_is_an_order() {
        check_placed(&json!({"type": "order", "order": {"id": "order_1"}})).unwrap();
        let refused = json!({"type": "cart", "cart": {"id": "cart_1"}, "error": {"message": "Payment was declined"}});
        assert!(check_placed(&refused).unwrap_err().to_string().contains("Payment was declined"));
        assert!(check_placed(&json!({"type": "order"})).is_err());
    }
}
