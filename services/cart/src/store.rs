//! The tables of the cart, each statement in one place: inside transactions as SQL that runs on both databases,
//! outside of them as entities to read.

mod carts;
mod methods;
mod offers;
mod orders;
mod promotions;

pub(crate) use carts::{Reopened, change, forget_left, insert, merge, read_cart, reopen, select};
pub(crate) use methods::{put_methods, read_methods, read_seen_methods, select as select_methods};
pub(crate) use offers::{put_products, put_stock, read_offers, read_seen, select as select_offers};
pub(crate) use orders::{Checkout, cancel, freeze, new_block, read_checkout, read_checkouts};
pub(crate) use promotions::{
    put_promotions, read_ordered, read_promotions, read_seen_promotions, select as select_promotions, select_ordered,
};
