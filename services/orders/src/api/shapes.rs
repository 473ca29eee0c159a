//! What the API of orders takes and gives.

use crate::{
    model::{FulfilmentStatus, returns::Return},
    store::{OrderRow, PaperRow, Snapshot, TimelineRow},
    views::ReturnView,
};
use bodega_contracts::{
    Address, OrderId, PaymentMethod, Tender, Terms,
    cart::CheckedOut,
    orders::{CancelReason, OrderStatus, PaymentStatus},
    payments::PaymentAction,
};
use bodega_db::DbError;
use bodega_kernel::{Currency, Money, Sku, Time, UserId};
use bodega_pricing::{Applied, PricedLine};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// What to wait for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Waiting {
    /// Answer only in this status, a later one, or when the order is over.
    #[param(inline)]
    pub(crate) wait: Option<OrderStatus>,
    /// Seconds to wait at most, 0 to 30; 10 where not said.
    #[param(maximum = 30)]
    pub(crate) timeout: Option<u64>,
}

/// Why to cancel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cancel {
    /// In the shopper's or the shop's own words, at most 500 characters; shown in the timeline.
    #[serde(default)]
    #[schema(max_length = 500, example = "ordered twice")]
    pub(crate) reason: Option<String>,
}

/// Which of one's own orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MyListing {
    /// Only in this status.
    #[param(inline)]
    pub(crate) status: Option<OrderStatus>,
}

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Only in this status.
    #[param(inline)]
    pub(crate) status: Option<OrderStatus>,
    /// Only with their money there.
    #[param(inline)]
    pub(crate) payment_status: Option<PaymentStatus>,
    /// Only those so far on their way.
    #[param(inline)]
    pub(crate) fulfilment_status: Option<FulfilmentStatus>,
    /// Only those that are paid and should have been sent by now.
    pub(crate) late: Option<bool>,
    /// Placed at this time or later.
    #[param(value_type = Option<String>, format = DateTime)]
    pub(crate) from: Option<Time>,
    /// Placed before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub(crate) to: Option<Time>,
    /// The beginning of a number, or a whole e-mail address.
    pub(crate) q: Option<String>,
}

impl FulfilmentStatus {
    fn of(order: &OrderRow) -> Result<Self, DbError> {
        let is_paid = order.status()? >= OrderStatus::Confirmed;
        Ok(if order.pieces > 0 && order.returned >= order.pieces {
            Self::Returned
        } else if order.collected || (order.dispatched >= order.pieces && is_paid) {
            Self::Fulfilled
        } else if order.dispatched > 0 {
            Self::Partial
        } else {
            Self::Unfulfilled
        })
    }
}

/// An order. Right after the checkout it may have nothing but its number.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OrderView {
    pub(crate) id: OrderId,
    /// For people to read.
    pub(crate) number: String,
    pub(crate) status: OrderStatus,
    pub(crate) payment_status: PaymentStatus,
    pub(crate) fulfilment_status: FulfilmentStatus,
    /// Why it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cancel_reason: Option<CancelReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    pub(crate) lines: Vec<LineView>,
    #[serde(flatten)]
    pub(crate) totals: Option<Totals>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipping_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipping_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) billing_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_method: Option<PaymentMethod>,
    /// Until when it is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_deadline: Option<Time>,
    /// What the shopper has to do to pay it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_action: Option<PaymentAction>,
    /// Gift cards and store credit that pay a part of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tenders: Vec<Tender>,
    /// The legal texts that were accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) terms: Option<Terms>,
    /// The order whose goods it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exchange_of: Option<OrderId>,
    pub(crate) placed_at: Time,
    /// What came back of it or is to, oldest first; the order of an exchange is its `replacement_id`.
    pub(crate) returns: Vec<ReturnView>,
    /// Its invoice and credit notes, oldest first.
    pub(crate) papers: Vec<PaperView>,
    /// What happened to it, oldest first.
    pub(crate) timeline: Vec<TimelineEntry>,
    /// Grows with every change.
    pub(crate) version: i64,
}

/// An invoice or a credit note.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PaperView {
    #[schema(example = "INV-2026-00001")]
    pub(crate) number: String,
    /// `invoice` or `credit_note`.
    pub(crate) kind: String,
    pub(crate) amount: Money,
    pub(crate) issued_at: Time,
}

/// What an order costs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Totals {
    pub(crate) currency: Currency,
    /// Before discounts.
    pub(crate) subtotal: Money,
    /// What was taken off all lines, by label.
    pub(crate) discounts: Vec<DiscountView>,
    pub(crate) shipping: Money,
    pub(crate) tax: Money,
    /// What the customer pays.
    pub(crate) total: Money,
}

/// A line of an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LineView {
    pub(crate) sku: Sku,
    pub(crate) name: String,
    pub(crate) quantity: i64,
    pub(crate) unit_price: Money,
    /// After discounts, tax included.
    pub(crate) total: Money,
    pub(crate) tax: Money,
    /// What was taken off.
    pub(crate) discounts: Vec<DiscountView>,
}

/// Something taken off.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DiscountView {
    pub(crate) label: String,
    pub(crate) amount: Money,
}

/// Something that happened to an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TimelineEntry {
    pub(crate) at: Time,
    /// A stable word such as `payment_captured` or `cancelled`.
    #[schema(example = "payment_captured")]
    pub(crate) what: String,
    /// An amount, a reason, a missing SKU.
    #[schema(example = "19.99 GBP")]
    pub(crate) detail: Option<String>,
    /// The order's status at that moment.
    pub(crate) status: String,
}

/// An order in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OrderSummary {
    pub(crate) id: OrderId,
    pub(crate) number: String,
    pub(crate) status: OrderStatus,
    pub(crate) payment_status: PaymentStatus,
    pub(crate) fulfilment_status: FulfilmentStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cancel_reason: Option<CancelReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_id: Option<UserId>,
    pub(crate) email: String,
    /// How many pieces were bought.
    pub(crate) units: i64,
    pub(crate) total: Money,
    pub(crate) placed_at: Time,
    pub(crate) version: i64,
}

impl OrderView {
    /// Of an order whose event is on the way.
    pub(crate) fn made(id: OrderId, made: CheckedOut) -> Self {
        Self {
            id,
            number: made.number,
            status: OrderStatus::Pending,
            payment_status: PaymentStatus::Unpaid,
            fulfilment_status: FulfilmentStatus::Unfulfilled,
            cancel_reason: None,
            customer_id: made.customer_id,
            email: None,
            lines: Vec::new(),
            totals: None,
            shipping_method: None,
            shipping_address: None,
            billing_address: None,
            payment_method: None,
            payment_deadline: None,
            payment_action: None,
            tenders: Vec::new(),
            terms: None,
            exchange_of: None,
            returns: Vec::new(),
            placed_at: made.at,
            papers: Vec::new(),
            timeline: Vec::new(),
            version: 0,
        }
    }

    pub(crate) fn of(
        order: &OrderRow,
        snapshot: Snapshot,
        papers: Vec<PaperRow>,
        returns: Vec<Return>,
        timeline: &[TimelineRow],
    ) -> Result<Self, DbError> {
        let currency = currency(order)?;
        let money = |amount| Money::new(amount, currency);
        let Snapshot { shipping_address, billing_address, basket, priced, tenders, terms, exchange_of, .. } = snapshot;
        let mut discounts: BTreeMap<String, i64> = BTreeMap::new();
        for applied in priced.lines.iter().flat_map(|line| &line.discounts) {
            *discounts.entry(applied.label.clone()).or_default() += applied.amount;
        }
        Ok(Self {
            id: order.order_id(),
            number: order.number.clone(),
            status: order.status()?,
            payment_status: order.payment_status()?,
            fulfilment_status: FulfilmentStatus::of(order)?,
            cancel_reason: order.cancel_reason()?,
            customer_id: order.customer(),
            email: Some(order.email.clone()),
            lines: priced.lines.into_iter().map(|line| LineView::of(line, currency)).collect(),
            totals: Some(Totals {
                currency,
                subtotal: money(priced.subtotal),
                discounts: discounts
                    .into_iter()
                    .map(|(label, amount)| DiscountView { label, amount: money(amount) })
                    .collect(),
                shipping: money(priced.shipping),
                tax: money(priced.tax),
                total: money(order.total),
            }),
            shipping_method: basket.shipping.map(|shipping| shipping.method),
            shipping_address,
            billing_address,
            payment_method: Some(order.payment_method.clone()),
            payment_deadline: order.deadline_ms.map(Time::from_ms),
            payment_action: None,
            tenders,
            terms,
            exchange_of,
            returns: returns.into_iter().map(ReturnView::of).collect(),
            placed_at: Time::from_ms(order.placed_ms),
            papers: papers.into_iter().map(|paper| PaperView::of(paper, currency)).collect(),
            timeline: timeline.iter().map(TimelineEntry::of).collect(),
            version: order.revision,
        })
    }
}

impl PaperView {
    fn of(paper: PaperRow, currency: Currency) -> Self {
        let (amount, issued_at) = (Money::new(paper.amount, currency), paper.issued());
        Self { number: paper.number, kind: paper.kind, amount, issued_at }
    }
}

impl LineView {
    fn of(line: PricedLine, currency: Currency) -> Self {
        let money = |amount| Money::new(amount, currency);
        let discount = |applied: Applied| DiscountView { label: applied.label, amount: money(applied.amount) };
        Self {
            sku: line.sku,
            name: line.name,
            quantity: line.quantity,
            unit_price: money(line.unit_price),
            total: money(line.total),
            tax: money(line.tax),
            discounts: line.discounts.into_iter().map(discount).collect(),
        }
    }
}

impl TimelineEntry {
    pub(crate) fn of(line: &TimelineRow) -> Self {
        Self {
            at: Time::from_ms(line.at_ms),
            what: line.what.clone(),
            detail: line.detail.clone(),
            status: line.status.clone(),
        }
    }
}

impl OrderSummary {
    pub(crate) fn of(order: &OrderRow) -> Result<Self, DbError> {
        Ok(Self {
            id: order.order_id(),
            number: order.number.clone(),
            status: order.status()?,
            payment_status: order.payment_status()?,
            fulfilment_status: FulfilmentStatus::of(order)?,
            cancel_reason: order.cancel_reason()?,
            customer_id: order.customer(),
            email: order.email.clone(),
            units: order.units,
            total: Money::new(order.total, currency(order)?),
            placed_at: Time::from_ms(order.placed_ms),
            version: order.revision,
        })
    }
}

fn currency(order: &OrderRow) -> Result<Currency, DbError> {
    Currency::new(&order.currency).map_err(|error| DbError::Refused(error.to_string().into()))
}
