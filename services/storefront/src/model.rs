//! What pages work with beside what the API says: forms as they were typed, what the browser keeps, ways of paying.

mod filters;
mod form;
mod kept;
mod paying;
mod places;

pub(crate) use filters::{Filters, SORTS, major};
pub(crate) use form::{Form, escaped, query};
pub(crate) use kept::{CartKey, cart_count, order_token, remember_order};
pub(crate) use paying::{PayMethod, pay_methods};
pub(crate) use places::countries;
