//! What a cart is and what holds for it. Pure: no I/O, no clock.
//!
//! A cart is open until it becomes an order or is merged into another. Prices are never stored as truth: a line keeps the
//! price that was shown last, and checkout compares it with the present one. What comes off is decided by [`promotions`].

mod cart;
mod changes;
mod checks;
mod draft;
mod markets;
mod methods;
mod number;
mod offer;
mod promotions;
mod quote;
mod reminder;
mod tenders;

pub(crate) use cart::{
    Access, Cart, Details, DetailsChange, Given, Line, LinesAt, MAX_LINES, MAX_QUANTITY, Refusal, Status, Wanted,
    add_lines,
};
pub(crate) use changes::Change;
pub(crate) use checks::{FieldErrors, check_address, check_email, is_payment_method};
pub(crate) use draft::{Draft, DraftChange, Own, set_lines};
pub(crate) use markets::{Market, Markets, Place, ShownAt, SoldAt};
pub(crate) use methods::{HeardMethod, Methods, ShownShipping, of_settings};
pub(crate) use number::{BLOCK, order_number};
pub(crate) use offer::{Offer, Offers, Shop};
pub(crate) use promotions::{
    Buyer, Buyers, Coupon, CouponState, Points, PointsState, Promotions, Reductions, buyer, buyer_key, claims_of,
};
pub(crate) use quote::{Missing, Quote, Terms, quote};
pub(crate) use reminder::{Step, Watched};
pub(crate) use tenders::{Card, Credit, MAX_CARDS, TenderState, Tenders, tender};
