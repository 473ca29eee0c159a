//! `cart.checked_out` as it travels: a priced line leaves out what its item in the basket says already, so that an order of
//! 1,000 lines stays below what brokers take.

use crate::{Address, CartId, CouponClaim, OrderId, PaymentMethod, Tender, Terms};
use bodega_kernel::{Sku, Time, UserId};
use bodega_pricing::{Applied, Basket, Item, PricedLine};
use serde::{Deserialize, Serialize, Serializer};

#[derive(Deserialize)]
pub(super) struct CartCheckedOut {
    order_id: OrderId,
    number: String,
    cart_id: CartId,
    cart_version: i64,
    customer_id: Option<UserId>,
    email: String,
    shipping_address: Option<Address>,
    billing_address: Option<Address>,
    basket: Basket,
    priced: Priced,
    #[serde(default)]
    unstocked: Vec<Sku>,
    #[serde(default)]
    coupons: Vec<CouponClaim>,
    #[serde(default)]
    points: i64,
    #[serde(default)]
    tenders: Vec<Tender>,
    terms: Option<Terms>,
    exchange_of: Option<OrderId>,
    payment_method: PaymentMethod,
    at: Time,
}

#[derive(Serialize, Deserialize)]
struct Priced {
    lines: Vec<Line>,
    subtotal: i64,
    discount: i64,
    shipping: i64,
    tax: i64,
    total: i64,
}

#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    discounts: Vec<Applied>,
    tax: i64,
    total: i64,
}

pub(super) fn without_items<S: Serializer>(priced: &bodega_pricing::Priced, serializer: S) -> Result<S::Ok, S::Error> {
    let line = |line: &PricedLine| Line { discounts: line.discounts.clone(), tax: line.tax, total: line.total };
    let brief = Priced {
        lines: priced.lines.iter().map(line).collect(),
        subtotal: priced.subtotal,
        discount: priced.discount,
        shipping: priced.shipping,
        tax: priced.tax,
        total: priced.total,
    };
    brief.serialize(serializer)
}

impl TryFrom<CartCheckedOut> for super::CartCheckedOut {
    type Error = &'static str;

    fn try_from(wire: CartCheckedOut) -> Result<Self, Self::Error> {
        let (items, lines) = (&wire.basket.lines, wire.priced.lines);
        if items.len() != lines.len() {
            return Err("the basket has another number of lines than its price");
        }
        let lines = items.iter().zip(lines).map(|(item, line)| whole(item, line)).collect::<Option<Vec<_>>>();
        let priced = bodega_pricing::Priced {
            lines: lines.ok_or("a line is worth too much")?,
            subtotal: wire.priced.subtotal,
            discount: wire.priced.discount,
            shipping: wire.priced.shipping,
            tax: wire.priced.tax,
            total: wire.priced.total,
        };
        Ok(Self {
            order_id: wire.order_id,
            number: wire.number,
            cart_id: wire.cart_id,
            cart_version: wire.cart_version,
            customer_id: wire.customer_id,
            email: wire.email,
            shipping_address: wire.shipping_address,
            billing_address: wire.billing_address,
            basket: wire.basket,
            priced,
            unstocked: wire.unstocked,
            coupons: wire.coupons,
            points: wire.points,
            tenders: wire.tenders,
            terms: wire.terms,
            exchange_of: wire.exchange_of,
            payment_method: wire.payment_method,
            at: wire.at,
        })
    }
}

fn whole(item: &Item, line: Line) -> Option<PricedLine> {
    Some(PricedLine {
        sku: item.sku.clone(),
        name: item.name.clone(),
        quantity: item.quantity,
        unit_price: item.unit_price,
        subtotal: item.unit_price.checked_mul(item.quantity)?,
        discounts: line.discounts,
        tax: line.tax,
        total: line.total,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_kernel::Currency;

    #[test]
    fn an_order_is_read_as_it_was_sent_and_says_nothing_twice() {
        let item = |sku: &str, quantity| Item {
            sku: Sku::new(sku).unwrap(),
            name: format!("Name of {sku}"),
            unit_price: 255,
            quantity,
            tax_rate_bp: 2_000,
        };
        let basket = Basket {
            currency: Currency::GBP,
            prices_include_tax: true,
            lines: vec![item("85123A", 6), item("71053", 2)],
            discounts: Vec::new(),
            shipping: None,
        };
        let event = super::super::CartCheckedOut {
            order_id: OrderId("0190b3d6-0000-7000-8000-000000000001".parse().unwrap()),
            number: "B-000Z8".to_owned(),
            cart_id: CartId("0190b3d6-0000-7000-8000-000000000002".parse().unwrap()),
            cart_version: 1,
            customer_id: None,
            email: "ada@example.org".to_owned(),
            shipping_address: None,
            billing_address: None,
            priced: bodega_pricing::price(&basket).unwrap(),
            basket,
            unstocked: Vec::new(),
            coupons: Vec::new(),
            points: 0,
            tenders: Vec::new(),
            terms: None,
            exchange_of: None,
            payment_method: "sim_success".to_owned(),
            at: Time::from_ms(1_700_000_000_000),
        };
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(json.matches("Name of 85123A").count(), 1, "{json}");
        assert_eq!(serde_json::from_str::<super::super::CartCheckedOut>(&json).unwrap(), event);
    }
}
