//! The tokens of guests, as their headers carry them. Whether one is good is for [`GuestKeys`](crate::GuestKeys).

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use std::convert::Infallible;

pub(crate) const CART_TOKEN: &str = "x-cart-token";
pub(crate) const ORDER_TOKEN: &str = "x-order-token";

/// Bytes of the longest token that is looked at.
const LONGEST: usize = 1024;

/// What `X-Cart-Token` holds.
#[derive(Clone, Debug)]
pub struct CartToken(pub Option<String>);

/// What `X-Order-Token` holds.
#[derive(Clone, Debug)]
pub struct OrderToken(pub Option<String>);

pub(crate) fn token<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let text = headers.get(name)?.to_str().ok()?;
    (1..=LONGEST).contains(&text.len()).then_some(text)
}

impl<S: Send + Sync> FromRequestParts<S> for CartToken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(token(&parts.headers, CART_TOKEN).map(str::to_owned)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OrderToken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(token(&parts.headers, ORDER_TOKEN).map(str::to_owned)))
    }
}
