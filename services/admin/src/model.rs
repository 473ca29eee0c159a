//! What pages take from requests and how they write it: forms, filters in addresses, amounts in major units.

mod amount;
mod filled;
mod filters;
mod form;
mod reading;

pub(crate) use amount::{major, minor};
pub(crate) use filled::Filled;
pub(crate) use filters::{Filters, address, encoded};
pub(crate) use form::{Form, Id};
pub(crate) use reading::{Reading, percent, typed_all};
