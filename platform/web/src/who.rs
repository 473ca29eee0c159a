//! Who asks, as an extractor: a handler that takes [`Staff`] is closed to everybody else.

use crate::{Problem, problem};
use axum::{extract::FromRequestParts, http::request::Parts};
use bodega_kernel::{Caller, Role, UserId};

/// Anybody, guests too. 401 where nothing in front of the handler said who asks.
#[derive(Clone, Debug)]
pub struct Who(pub Caller);

/// A user who is logged in; 401 for guests.
#[derive(Clone, Copy, Debug)]
pub struct Customer(pub UserId);

/// Somebody who runs the shop; 401 for guests, 403 for customers.
#[derive(Clone, Debug)]
pub struct Staff(pub Caller);

/// Somebody who manages people; 401 for guests, 403 for the rest.
#[derive(Clone, Debug)]
pub struct Admin(pub Caller);

pub(crate) fn caller(parts: &Parts) -> Result<&Caller, Problem> {
    parts.extensions.get::<Caller>().ok_or_else(unauthenticated)
}

fn at_least(parts: &Parts, role: Role) -> Result<Caller, Problem> {
    let caller = caller(parts)?;
    match caller.user {
        None => Err(unauthenticated()),
        Some(_) if caller.is_at_least(role) => Ok(caller.clone()),
        Some(_) => Err(problem(403, "forbidden")),
    }
}

fn unauthenticated() -> Problem {
    problem(401, "unauthenticated")
}

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        caller(parts).cloned().map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Customer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        caller(parts)?.user.map(Self).ok_or_else(unauthenticated)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        at_least(parts, Role::Staff).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        at_least(parts, Role::Admin).map(Self)
    }
}
