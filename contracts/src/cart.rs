//! Carts: what a shopper means to buy, and the moment they do.

use crate::{Address, CartId, CouponClaim, OrderId, PaymentMethod, PromotionId, Tender, Terms, events, questions};
use bodega_kernel::{Money, Sku, Time, UserId};
use bodega_pricing::{Basket, Priced};
use serde::{Deserialize, Serialize};

mod wire;

/// A cart was frozen and became an order. Holds every input of the price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "wire::CartCheckedOut")]
pub struct CartCheckedOut {
    /// The order it becomes.
    pub order_id: OrderId,
    /// The number people read.
    pub number: String,
    /// Which cart.
    pub cart_id: CartId,
    /// The cart's version that was bought.
    pub cart_version: i64,
    /// The buyer; `None` for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<UserId>,
    /// Where mails go.
    pub email: String,
    /// Where parcels go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    /// Where the invoice goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    /// What was priced.
    pub basket: Basket,
    /// What came out.
    #[serde(serialize_with = "wire::without_items")]
    pub priced: Priced,
    /// SKUs of which no stock is kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unstocked: Vec<Sku>,
    /// Promotions that the basket was priced with and that count their uses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponClaim>,
    /// Points that the basket was priced with.
    pub points: i64,
    /// Gift cards and store credit that pay a part of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tenders: Vec<Tender>,
    /// The legal texts that were accepted; `None` where the shop has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// The order whose goods it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange_of: Option<OrderId>,
    /// How the shopper pays.
    pub payment_method: PaymentMethod,
    /// When.
    pub at: Time,
}

/// Nothing happened to a cart for a while whose shopper wants to be reminded of it. What is in it and where the mail goes
/// never travels: ask [`AbandonedCart`] for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartAbandoned {
    /// Which.
    pub cart_id: CartId,
    /// Its version when it was left.
    pub cart_version: i64,
    /// When that was noticed.
    pub at: Time,
}

events! {
    CartAbandoned = "cart.abandoned.v1" by cart_id,
    CartCheckedOut = "cart.checked_out.v1" by order_id,
}

/// Asked by notifications when a reminder is due: what was left behind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AbandonedCart {
    /// Which.
    pub cart_id: CartId,
    /// The version that was left.
    pub cart_version: i64,
}

/// A cart that was left behind. `None` as an answer: it was changed, bought or emptied since, or its shopper does not want
/// to be reminded any more, and no mail is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartToMail {
    /// To whom.
    pub email: String,
    /// Whose it is; `None` for a guest.
    pub customer_id: Option<UserId>,
    /// What is in it, at most 100 lines.
    pub lines: Vec<LineToMail>,
    /// What it costs, as far as it is known.
    pub total: Money,
    /// Opens the cart of a guest again; `None` for a customer, who logs in.
    pub token: Option<String>,
}

/// A line of such a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineToMail {
    /// What it is called.
    pub name: String,
    /// How many.
    pub quantity: i64,
    /// What they cost together.
    pub total: Money,
}

/// Asked by orders for an order it has not heard of yet: whether cart made it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckedOutOrder {
    /// Which.
    pub order_id: OrderId,
}

/// What cart knows of an order it made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedOut {
    /// Its number.
    pub number: String,
    /// Its buyer.
    pub customer_id: Option<UserId>,
    /// When.
    pub at: Time,
}

/// Asked by `verify`: the prices and availability that cart has heard of, by SKU.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenFacts {
    /// The last SKU of the page before.
    pub after: Option<String>,
}

/// What cart believes of a SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenFact {
    /// Which.
    pub sku: Sku,
    /// Its price; `None` if only its stock was heard of.
    pub price: Option<Money>,
    /// Whether it may be bought.
    pub active: bool,
    /// What is available; `None` if only its price was heard of.
    pub available: Option<i64>,
}

/// Asked by `verify`: the promotions that cart has heard of, by id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenPromotionFacts {
    /// The last promotion of the page before.
    pub after: Option<PromotionId>,
}

/// What cart believes of a promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenPromotionFact {
    /// Which.
    pub promotion_id: PromotionId,
    /// Its version.
    pub version: i64,
    /// Whether it may be used.
    pub enabled: bool,
}

/// Asked by `verify`: the ways of shipping that cart has heard of, by id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenMethodFacts {
    /// The last id of the page before.
    pub after: Option<String>,
}

/// What cart believes of a way of shipping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenMethodFact {
    /// Which.
    pub method_id: String,
    /// Its version.
    pub version: i64,
    /// Whether it is offered.
    pub enabled: bool,
}

/// Asked by `verify`: the markets and tax rates that cart has heard of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenMarketFacts {}

/// Asked by `verify`: the checkouts, by order id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckoutFacts {
    /// The last order of the page before.
    pub after: Option<OrderId>,
}

/// One checkout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutFact {
    /// The order it made.
    pub order_id: OrderId,
    /// Of which cart.
    pub cart_id: CartId,
    /// In which version.
    pub cart_version: i64,
}

questions! {
    AbandonedCart -> Option<CartToMail>, "cart" / "abandoned_cart";
    CheckedOutOrder -> Option<CheckedOut>, "cart" / "checked_out_order";
    SeenFacts -> Vec<SeenFact>, "cart" / "seen_facts";
    SeenPromotionFacts -> Vec<SeenPromotionFact>, "cart" / "seen_promotion_facts";
    SeenMethodFacts -> Vec<SeenMethodFact>, "cart" / "seen_method_facts";
    SeenMarketFacts -> crate::catalog::MarketVersions, "cart" / "seen_market_facts";
    CheckoutFacts -> Vec<CheckoutFact>, "cart" / "checkout_facts";
}
