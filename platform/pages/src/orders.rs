//! What orders are made of as the API tells it, the same for whoever bought and for staff.

use bodega_kernel::{Money, Time};
use serde::Deserialize;

/// A line of an order.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// What was ordered.
    pub sku: String,
    /// What it was called then.
    pub name: String,
    /// How many pieces.
    pub quantity: i64,
    /// Of one piece.
    pub unit_price: Money,
    /// Of all pieces, discounts taken off.
    pub total: Money,
    /// What was taken off, and what for.
    #[serde(default)]
    pub discounts: Vec<Discount>,
}

/// Something taken off.
#[derive(Clone, Debug, Deserialize)]
pub struct Discount {
    /// What for.
    #[serde(default)]
    pub label: String,
    /// How much.
    pub amount: Money,
}

/// An invoice or a credit note.
#[derive(Clone, Debug, Deserialize)]
pub struct Paper {
    /// Such as `INV-2026-00001`.
    pub number: String,
    /// `invoice` or `credit_note`.
    pub kind: String,
    /// What it is about.
    pub amount: Money,
    /// When it was written.
    pub issued_at: Time,
}
