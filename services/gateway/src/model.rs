//! What is decided without asking anybody: which route a path has, and whether a token can be one.

mod matcher;
mod token;

pub(crate) use matcher::{Found, Matcher};
pub(crate) use token::{Claims, bearer, check, header_of};
