//! The tables of the cart, each statement in one place: inside transactions as SQL that runs on both databases,
//! outside of them as entities to read.

mod carts;
mod groups;
mod markets;
mod methods;
mod offers;
mod orders;
mod promotions;
mod reminders;
mod stamps;

pub(crate) use carts::{
    Reopened, change, discard, forget_left, insert, insert_once, merge, read_cart, read_drafts, reopen, select,
};
pub(crate) use groups::{put_groups, read_groups, select as select_groups};
pub(crate) use markets::{
    put_markets, put_rates, put_words, read_markets, read_seen_markets, select as select_markets,
};
pub(crate) use methods::{put_methods, read_methods, read_seen_methods, select as select_methods};
pub(crate) use offers::{put_products, put_stock, read_offers, read_seen, select as select_offers};
pub(crate) use orders::{Checkout, cancel, freeze, new_block, read_checkout, read_checkouts, select_made};
pub(crate) use promotions::{
    put_promotions, read_ordered, read_promotions, read_seen_promotions, select_automatic, select_named, select_ordered,
};
pub(crate) use reminders::{read_told, select_left, select_waiting, select_watched, settle, watch, watch_again};
pub(crate) use stamps::{keep_stamp, select as select_stamp};
