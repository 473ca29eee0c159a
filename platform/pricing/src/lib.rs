//! The pricing engine: a basket in, every line's discounts, tax and total out. Pure: no I/O, no clock, no randomness.
//!
//! Cart and orders both call [`price`], and an order keeps its [`Basket`], so that a total can be recomputed at
//! any time. What is shared out over lines is shared by largest remainder ([`allocate`]): lines always add up.
//! Which [`Promotion`]s a basket has, and what discounts they are for it, is [`applicable`]'s to say.

mod allocate;
mod applicable;
mod engine;
mod limits;
mod model;
mod promotion;
mod refund;
pub mod shipping;

pub use allocate::allocate;
pub use applicable::{ItemFacts, MAX_APPLIED, NotApplicable, Who, applicable, judge};
pub use engine::price;
pub use limits::{MAX_BASKET, MAX_DISCOUNTS, MAX_LINES, MAX_PRICE, MAX_QUANTITY, MAX_RATE_BP, PricingError};
pub use model::{Applied, Basket, Discount, DiscountKind, Item, Priced, PricedLine, Shipping};
pub use promotion::{
    Amounts, Conditions, MAX_AMOUNTS, MAX_LABEL_CHARS, MAX_LISTED, MAX_PIECES, MAX_PRIORITY, MAX_TIERS, Off, Promotion,
    Reward, Tier, Trigger,
};
pub use refund::{RefundError, RefundPart, RefundShare, split_refund};
