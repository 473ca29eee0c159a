//! What the pages of an order read from the API.

use crate::pages::postal::Postal;
use bodega_kernel::{Money, Time};
use bodega_pages::{
    Text,
    orders::{Discount, Line, Paper},
};
use serde::Deserialize;

/// An order. Right after the checkout it may have nothing but its number.
#[derive(Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) payment_status: String,
    #[serde(default)]
    pub(crate) fulfilment_status: String,
    pub(crate) cancel_reason: Option<String>,
    pub(crate) customer_id: Option<String>,
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) lines: Vec<Line>,
    pub(crate) subtotal: Option<Money>,
    #[serde(default)]
    pub(crate) discounts: Vec<Discount>,
    pub(crate) shipping: Option<Money>,
    pub(crate) tax: Option<Money>,
    pub(crate) total: Option<Money>,
    pub(crate) shipping_address: Option<Postal>,
    pub(crate) billing_address: Option<Postal>,
    pub(crate) payment_method: Option<String>,
    pub(crate) payment_deadline: Option<Time>,
    pub(crate) payment_action: Option<Action>,
    #[serde(default)]
    pub(crate) tenders: Vec<Tender>,
    pub(crate) placed_at: Time,
    #[serde(default)]
    pub(crate) returns: Vec<Return>,
    #[serde(default)]
    pub(crate) papers: Vec<Paper>,
    #[serde(default)]
    pub(crate) timeline: Vec<Happened>,
    #[serde(default)]
    pub(crate) version: i64,
}

/// A gift card or store credit that pays a part.
#[derive(Debug, Deserialize)]
pub(crate) struct Tender {
    pub(crate) label: String,
    pub(crate) amount: Money,
}

/// What the shopper has to do to pay.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Action {
    pub(crate) kind: String,
    pub(crate) url: String,
    pub(crate) reference: Option<String>,
    pub(crate) text: Option<String>,
}

/// Something that happened.
#[derive(Debug, Deserialize)]
pub(crate) struct Happened {
    pub(crate) at: Time,
    pub(crate) what: String,
    pub(crate) detail: Option<String>,
}

/// Goods that come back.
#[derive(Debug, Deserialize)]
pub(crate) struct Return {
    pub(crate) number: String,
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) lines: Vec<Piece>,
    pub(crate) refund: Option<Money>,
    pub(crate) message: Option<String>,
    pub(crate) replacement_id: Option<String>,
}

/// Some pieces of a SKU.
#[derive(Debug, Deserialize)]
pub(crate) struct Piece {
    pub(crate) sku: String,
    pub(crate) quantity: i64,
}

/// What leaves of an order.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fulfilments {
    pub(crate) items: Vec<Fulfilment>,
}

/// The parcels of an order.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fulfilment {
    pub(crate) shipments: Vec<Parcel>,
}

/// A parcel that has left.
#[derive(Debug, Deserialize)]
pub(crate) struct Parcel {
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) carrier_name: String,
    pub(crate) tracking_number: Option<String>,
    pub(crate) tracking_url: Option<String>,
    pub(crate) tracking_status: Option<String>,
    #[serde(default)]
    pub(crate) lines: Vec<Piece>,
    pub(crate) dispatched_at: Option<Time>,
    pub(crate) delivered_at: Option<Time>,
}

/// The money of an order.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Payments {
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) refunds: Vec<Refund>,
}

/// One attempt to pay.
#[derive(Debug, Deserialize)]
pub(crate) struct Attempt {
    #[serde(default)]
    pub(crate) payment_method: String,
    pub(crate) status: String,
    pub(crate) amount: Money,
    pub(crate) at: Time,
}

/// Money on its way back.
#[derive(Debug, Deserialize)]
pub(crate) struct Refund {
    pub(crate) amount: Money,
    pub(crate) status: String,
    pub(crate) at: Time,
}

impl Payments {
    /// Whether any money was taken.
    pub(crate) fn have_taken(&self) -> bool {
        !self.refunds.is_empty() || self.attempts.iter().any(|attempt| attempt.status == "captured")
    }
}

impl Order {
    /// Whether it may still be called off: nothing of it has left.
    pub(crate) fn can_be_cancelled(&self) -> bool {
        let is_early = ["pending", "awaiting_payment", "confirmed", "ready_for_pickup"].contains(&&*self.status);
        is_early && !self.has_left() && !self.timeline.iter().any(|entry| entry.what == "cancel_requested")
    }

    /// Whether its address may still be changed.
    pub(crate) fn can_be_readdressed(&self) -> bool {
        let is_early = ["pending", "awaiting_payment", "confirmed"].contains(&&*self.status);
        is_early && !self.has_left() && self.shipping_address.is_some() && !self.lines.is_empty()
    }

    /// Whether something of it may be sent back.
    pub(crate) fn can_be_returned(&self) -> bool {
        ["partially_shipped", "shipped", "delivered"].contains(&&*self.status)
    }

    /// Whether another attempt to pay it makes sense.
    pub(crate) fn can_be_paid(&self, payments: &Payments) -> bool {
        let has_failed = payments.attempts.last().is_some_and(|attempt| attempt.status == "failed");
        self.status == "awaiting_payment"
            && self.payment_action.is_none()
            && (has_failed || self.payment_status == "failed")
    }

    /// The steps on its way, and how many of them are done; none where it was called off, or is being written still.
    pub(crate) fn progress(&self) -> (&'static [Text], usize) {
        const PLACED: Text = Text { en: "Placed", de: "Bestellt" };
        const PAID: Text = Text { en: "Paid", de: "Bezahlt" };
        const SENT: [Text; 4] =
            [PLACED, PAID, Text { en: "On its way", de: "Unterwegs" }, Text { en: "Delivered", de: "Zugestellt" }];
        const FETCHED: [Text; 4] = [
            PLACED,
            PAID,
            Text { en: "Ready for pickup", de: "Abholbereit" },
            Text { en: "Picked up", de: "Abgeholt" },
        ];
        let is_fetched = |entry: &Happened| ["ready_for_pickup", "collected"].contains(&&*entry.what);
        let steps = match self.shipping_address {
            Some(_) => &SENT[..],
            None if self.timeline.iter().any(is_fetched) => &FETCHED[..],
            None => &FETCHED[..2],
        };
        let done = match &*self.status {
            "pending" | "awaiting_payment" => 1,
            "confirmed" => 2,
            "ready_for_pickup" | "partially_shipped" | "shipped" => 3,
            "delivered" | "completed" => steps.len(),
            _ => 0,
        };
        if done == 0 || self.lines.is_empty() { (&[], 0) } else { (steps, done) }
    }

    /// Whether nothing happens to it any more.
    pub(crate) fn is_over(&self) -> bool {
        self.status == "completed" || (self.status == "cancelled" && self.payment_status != "captured")
    }

    fn has_left(&self) -> bool {
        ["partial", "fulfilled", "returned"].contains(&&*self.fulfilment_status)
    }
}
