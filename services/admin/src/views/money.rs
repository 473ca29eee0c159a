//! Payments, credit and what the books say otherwise, as the API tells them.

use bodega_kernel::{Money, Time, uuid::Uuid};
use serde::Deserialize;

/// The money of an order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Payment {
    pub(crate) state: String,
    pub(crate) amount: Money,
    pub(crate) authorized: Money,
    pub(crate) captured: Money,
    pub(crate) refunded: Money,
    #[serde(default)]
    pub(crate) tenders: Vec<Tender>,
    #[serde(default)]
    pub(crate) dispute: Option<Dispute>,
    #[serde(default)]
    pub(crate) attempts: Vec<Attempt>,
    #[serde(default)]
    pub(crate) refunds: Vec<Refund>,
}

/// A gift card or store credit that pays a part.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Tender {
    pub(crate) label: String,
    pub(crate) amount: Money,
    pub(crate) returned: Money,
    pub(crate) state: String,
}

/// What the buyer's bank says.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) state: String,
    pub(crate) amount: Money,
}

/// One attempt to pay.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) number: i64,
    pub(crate) payment_method: String,
    pub(crate) status: String,
    pub(crate) amount: Money,
    #[serde(default)]
    pub(crate) code: Option<String>,
    #[serde(default)]
    pub(crate) flag: Option<String>,
    #[serde(default)]
    pub(crate) reference: Option<String>,
    pub(crate) at: Time,
}

/// Money on its way back.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Refund {
    pub(crate) amount: Money,
    pub(crate) status: String,
    pub(crate) origin: String,
    #[serde(default)]
    pub(crate) reason: String,
    #[serde(default)]
    pub(crate) code: Option<String>,
    pub(crate) at: Time,
}

/// A customer's store credit.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Credit {
    pub(crate) balances: Vec<Money>,
    pub(crate) entries: Vec<CreditEntry>,
}

/// What moved it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CreditEntry {
    pub(crate) kind: String,
    pub(crate) amount: Money,
    #[serde(default)]
    pub(crate) order_id: Option<Uuid>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    pub(crate) at: Time,
}

/// A difference between our books and a provider's.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Mismatch {
    pub(crate) id: Uuid,
    pub(crate) order_id: Uuid,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) ours: Money,
    pub(crate) theirs: Money,
    pub(crate) first_seen: Time,
    #[serde(default)]
    pub(crate) resolved: Option<Time>,
    #[serde(default)]
    pub(crate) note: Option<String>,
}

/// What was sold, by day or by SKU.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Sales {
    pub(crate) items: Vec<Sold>,
}

/// What was sold on a day, or of a SKU.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Sold {
    #[serde(default)]
    pub(crate) day: String,
    #[serde(default)]
    pub(crate) sku: String,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) orders: i64,
    #[serde(default)]
    pub(crate) units: i64,
    #[serde(rename = "sold")]
    pub(crate) worth: Money,
    #[serde(default)]
    pub(crate) revenue: Option<Money>,
}
