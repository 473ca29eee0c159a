//! The pricing engine: a basket in, every line's discounts, tax and total out. Pure: no I/O, no clock, no randomness.
//!
//! Cart and orders both call [`price`], and an order keeps its [`Basket`], so that a total can be recomputed at
//! any time. What is shared out over lines is shared by largest remainder ([`allocate`]): lines always add up.

mod allocate;
mod engine;
mod limits;
mod model;

pub use allocate::allocate;
pub use engine::price;
pub use limits::{MAX_BASKET, MAX_DISCOUNTS, MAX_LINES, MAX_PRICE, MAX_QUANTITY, MAX_RATE_BP, PricingError};
pub use model::{Applied, Basket, Discount, DiscountKind, Item, Priced, PricedLine, Shipping};
