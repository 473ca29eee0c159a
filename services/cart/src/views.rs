//! What shoppers see of a cart, and what a checkout answers: the shapes of the API.

mod drafts;

pub(crate) use drafts::{DraftSummary, DraftView};

use crate::model::{Cart, Change, CouponState, Missing, PointsState, Quote, Status, TenderState};
use bodega_contracts::{Address, CartId, LineId, OrderId, TenderKind};
use bodega_kernel::{Currency, Money, Sku};
use bodega_pricing::{Applied, Shipping};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A whole cart at present prices.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CartView {
    /// Which.
    pub id: CartId,
    /// Opens a guest's cart, sent as `X-Cart-Token`; given once, when the cart is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Whether it can be changed.
    pub status: Status,
    /// The order it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// Grows with every change.
    #[schema(example = 3)]
    pub version: i64,
    /// The market it is sold in, by the country it goes to; none while the shop has no markets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "eu")]
    pub market: Option<String>,
    /// ISO 4217.
    #[schema(example = "GBP")]
    pub currency: Currency,
    /// Whether prices contain their tax; else it is added to them.
    pub prices_include_tax: bool,
    /// What is in it.
    pub lines: Vec<LineView>,
    /// Unit prices times quantities, before discounts.
    pub subtotal: Money,
    /// What is taken off, by label, over all lines.
    pub discounts: Vec<DiscountView>,
    /// What shipping costs.
    pub shipping: Money,
    /// What is taken off shipping; `shipping` is without it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_discount: Option<DiscountView>,
    /// All tax; contained in the prices or added to them, as the market does it.
    pub tax: Money,
    /// What it costs in all.
    pub total: Money,
    /// Gift cards and store credit, in the order they are spent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tenders: Vec<TenderView>,
    /// What is left of the total to be paid.
    pub due: Money,
    /// The version of the legal texts that checkout has to accept; none where the shop has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2)]
    pub terms_version: Option<i64>,
    /// Where mails go.
    pub email: Option<String>,
    /// Where parcels go.
    pub shipping_address: Option<Address>,
    /// Where the invoice goes.
    pub billing_address: Option<Address>,
    /// The method that holds: the chosen one, or the only one; none where the chosen one does not take this.
    pub shipping_method: Option<String>,
    /// What takes this to where it goes, the cheapest first.
    pub shipping_methods: Vec<MethodView>,
    /// Whether one mail is to be sent where the cart is left behind.
    pub remind: bool,
    /// The code that was given.
    pub coupon_code: Option<String>,
    /// What the code does here, and why it does nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon: Option<CouponView>,
    /// The points that are to be spent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsView>,
    /// What checkout lacks.
    pub missing: Vec<Missing>,
    /// What is not as it was shown or wanted.
    pub changes: Vec<Change>,
}

/// A line of a cart.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct LineView {
    /// Names the line in paths.
    pub id: LineId,
    /// What.
    pub sku: Sku,
    /// Product and options in words.
    pub name: String,
    /// How many.
    pub quantity: i64,
    /// What one costs.
    pub unit_price: Money,
    /// What the line costs after discounts, tax included.
    pub total: Money,
    /// What was taken off this line.
    pub discounts: Vec<DiscountView>,
}

/// A discount, explained.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct DiscountView {
    /// What for.
    pub label: String,
    /// How much.
    pub amount: Money,
}

/// A code in a cart.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CouponView {
    /// As it is written.
    #[schema(example = "WELCOME10")]
    pub code: String,
    /// What it is for.
    pub label: String,
    /// Whether it takes anything off.
    pub applied: bool,
    /// Why it does not: `minimum_not_met`, `no_such_goods`, `too_few_pieces`, `not_combinable`, `not_first_order`,
    /// `not_yours`, `not_started`, `expired`, `disabled`, `rejected`, `other_currency`, `nothing_to_take_off`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "minimum_not_met")]
    pub reason: Option<String>,
    /// What the goods it is for would have to cost more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Money>,
    /// How many more pieces of them it would take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_pieces: Option<i64>,
}

/// Points in a cart.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct PointsView {
    /// At most so many are to be spent.
    pub wanted: i64,
    /// So many are needed.
    pub used: i64,
    /// What they take off.
    pub amount: Money,
    /// Why none are: `not_yours`, `rejected`, `other_currency`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub reason: Option<&'static str>,
}

/// A gift card or store credit in a cart.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct TenderView {
    /// Which kind.
    pub kind: TenderKind,
    /// How it is shown: of a gift card the last characters of its code.
    pub label: String,
    /// What there was when it was given.
    pub balance: Money,
    /// What it pays of this cart.
    pub amount: Money,
}

/// A way of shipping.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct MethodView {
    /// Names it.
    #[schema(example = "standard")]
    pub id: String,
    /// As customers see it.
    pub name: String,
    /// What it costs.
    pub price: Money,
}

/// The order a checkout made. It exists for good, even before its own service has heard of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CheckedOutView {
    /// Which.
    pub order_id: OrderId,
    /// The number people read.
    #[schema(example = "B-000Z8")]
    pub order_number: String,
    /// Opens the order, sent as `X-Order-Token`.
    pub order_token: String,
    /// Where to read the order.
    pub status_url: String,
    /// Where to follow it, as server-sent events.
    pub events_url: String,
}

impl CartView {
    /// The cart as `quote` prices it.
    pub(crate) fn of(cart: &Cart, quote: &Quote) -> Self {
        let currency = quote.basket.currency;
        let money = |amount| Money::new(amount, currency);
        let explained =
            |applied: &Applied| DiscountView { label: applied.label.clone(), amount: money(applied.amount) };
        let line = |(line, priced): (&crate::model::Line, &bodega_pricing::PricedLine)| LineView {
            id: line.id,
            sku: line.sku.clone(),
            name: priced.name.clone(),
            quantity: line.quantity,
            unit_price: money(priced.unit_price),
            total: money(priced.total),
            discounts: priced.discounts.iter().map(explained).collect(),
        };
        let mut by_label = BTreeMap::new();
        for applied in quote.priced.lines.iter().flat_map(|line| &line.discounts) {
            *by_label.entry(applied.label.clone()).or_insert(0) += applied.amount;
        }
        let way =
            |way: &Shipping| MethodView { id: way.method.clone(), name: way.name.clone(), price: money(way.price) };
        Self {
            id: cart.id,
            token: None,
            status: cart.status,
            order_id: cart.order_id,
            version: cart.version,
            market: quote.market.clone(),
            currency,
            prices_include_tax: quote.basket.prices_include_tax,
            lines: cart.lines.iter().zip(&quote.priced.lines).map(line).collect(),
            subtotal: money(quote.priced.subtotal),
            discounts: by_label
                .into_iter()
                .map(|(label, amount)| DiscountView { label, amount: money(amount) })
                .collect(),
            shipping: money(quote.priced.shipping),
            shipping_discount: quote
                .shipping_off
                .as_ref()
                .map(|(label, off)| DiscountView { label: label.clone(), amount: money(*off) }),
            tax: money(quote.priced.tax),
            total: money(quote.priced.total),
            tenders: quote.tenders.iter().map(|state| TenderView::of(state, currency)).collect(),
            due: money(quote.due),
            terms_version: quote.texts.as_ref().map(|texts| texts.version),
            email: cart.details.email.clone(),
            shipping_address: cart.details.shipping_address.clone(),
            billing_address: cart.details.billing_address.clone(),
            shipping_method: quote.way.clone(),
            shipping_methods: quote.ways.iter().map(way).collect(),
            remind: cart.details.remind,
            coupon_code: quote.coupon.as_ref().map(|state| state.coupon.code.clone()),
            coupon: quote.coupon.as_ref().map(|state| CouponView::of(state, currency)),
            points: quote.points.as_ref().map(|state| PointsView::of(state, currency)),
            missing: quote.missing.clone(),
            changes: quote.changes.clone(),
        }
    }
}

impl CouponView {
    fn of(state: &CouponState, currency: Currency) -> Self {
        let why_not = state.why_not.as_ref();
        let missing = why_not.and_then(|why_not| why_not.missing);
        Self {
            code: state.coupon.code.clone(),
            label: state.coupon.label.clone(),
            applied: why_not.is_none(),
            reason: why_not.map(|why_not| why_not.reason.clone()),
            missing: missing.map(|amount| Money::new(amount, currency)),
            missing_pieces: why_not.and_then(|why_not| why_not.missing_pieces),
        }
    }
}

impl PointsView {
    fn of(state: &PointsState, currency: Currency) -> Self {
        let amount = Money::new(state.amount, currency);
        Self { wanted: state.wanted, used: state.used, amount, reason: state.refused }
    }
}

impl TenderView {
    fn of(state: &TenderState, currency: Currency) -> Self {
        let tender = &state.tender;
        let amount = Money::new(tender.amount, currency);
        Self { kind: tender.kind, label: tender.label.clone(), balance: state.balance, amount }
    }
}

impl CheckedOutView {
    /// Of an order of this id and number, which this token opens.
    pub(crate) fn of(order_id: OrderId, number: &str, token: &str) -> Self {
        Self {
            order_id,
            order_number: number.to_owned(),
            order_token: token.to_owned(),
            status_url: format!("/v1/orders/{order_id}"),
            events_url: format!("/v1/orders/{order_id}/events"),
        }
    }
}
